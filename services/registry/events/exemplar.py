"""What can happen to an exemplar: a person, a collective, a model or a practice."""

from typing import Literal

from services.kernel.events import Event
from services.kernel.provenance import Amount
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line
from services.registry.events.common import Disputable, Party, Year

ExemplarKind = Literal["PERSON", "COLLECTIVE", "MODEL", "PRACTICE"]
ExemplarStep = Literal["FOUND", "FOSTERED", "HONOURED", "REPLICATED", "PUBLICISED"]


class ExemplarFacts(Disputable):
    exemplar: Id
    """The exemplar's id, chosen by the caller; `effective` is the day from which it is one."""
    kind: ExemplarKind | None = None
    """A person, a collective, a model or a way of working; null of a group of several kinds."""
    who: Party | None = None
    """Who it is; of a model or a way of working, whose."""
    name: Line | None = None
    """What a model, a way of working or a group is called; never a person's name."""
    fallen: bool | None = None
    """True of who fell on duty (hy sinh)."""
    count: Amount | None = None
    """How many, of a group of which nobody need be named."""
    part_of: Id | None = None
    """The group of exemplars that it belongs to."""
    bloc: Id | None = None
    """The bloc in which it is one."""
    year: Year | None = None
    """The year in which it is one."""
    conference: Id | None = None
    """The conference at which it was told."""


class ExemplarStepFacts(Told, Correctable):
    exemplar: Id
    """The exemplar; `effective` is the day of the step."""
    step: ExemplarStep
    """Found (phát hiện), fostered (bồi dưỡng), honoured (tôn vinh), replicated (nhân rộng) or publicised."""
    by: Party | None = None
    """Who did it."""
    medium: Line | None = None
    """In which medium: a paper, a broadcast, a book."""
    partner: Party | None = None
    """Together with whom."""
    conference: Id | None = None
    """The conference at which it was done."""


class ExemplarRegistered(ExemplarFacts, Event):
    """An advanced exemplar (điển hình tiên tiến, gương người tốt, việc tốt) came to be known, or a group of them."""

    type: Literal["ExemplarRegistered"] = "ExemplarRegistered"


class ExemplarFurthered(ExemplarStepFacts, Event):
    """Something was done about an exemplar, so that others follow it."""

    type: Literal["ExemplarFurthered"] = "ExemplarFurthered"


ExemplarEvent = ExemplarRegistered | ExemplarFurthered
