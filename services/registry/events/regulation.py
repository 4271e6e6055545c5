"""What can happen to the regulation by which a bloc works (quy chế hoạt động)."""

from datetime import date
from typing import Literal

from services.kernel.events import Event
from services.kernel.provenance import Listed, Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line, Prose
from services.registry.events.common import Disputable, Party


class RegulationFacts(Disputable):
    may_differ = Disputable.may_differ | {"title"}
    """One regulation is called in several ways."""

    regulation: Id
    """The regulation's id, chosen by the caller; `effective` is the first day on which it holds."""
    bloc: Id
    """The bloc that works by it."""
    title: Line | None = None
    """What it is called."""
    adopted_on: date | None = None
    """The day on which it was adopted."""
    adopter: Party | None = None
    """Who adopted it: the members in conference, the bloc's head, or who organises the bloc."""
    conference: Id | None = None
    """The conference that adopted it."""
    decision: Source | None = None
    """The decision that issues it."""
    in_place_of: Id | None = None
    """The regulation that it takes the place of."""


class RegulationAmendmentFacts(Told, Correctable):
    regulation: Id
    """The regulation; `effective` is the first day on which it holds as amended."""
    bloc: Id
    """The bloc that works by it."""
    changes: Listed[Prose] = Listed[Prose]()
    """What is changed, in words."""
    adopted_on: date | None = None
    """The day on which the amendment was adopted."""
    adopter: Party | None = None
    """Who adopted it."""
    conference: Id | None = None
    """The conference that adopted it."""
    decision: Source | None = None
    """The decision that issues it."""


class RegulationRepealFacts(Disputable):
    regulation: Id
    """The regulation; `effective` is the first day on which it holds no more."""
    bloc: Id
    """The bloc that worked by it."""
    decision: Source | None = None
    """The decision that repeals it."""


class RegulationAdopted(RegulationFacts, Event):
    """A bloc came to have a regulation, or it came to be known."""

    type: Literal["RegulationAdopted"] = "RegulationAdopted"


class RegulationAmended(RegulationAmendmentFacts, Event):
    type: Literal["RegulationAmended"] = "RegulationAmended"


class RegulationRepealed(RegulationRepealFacts, Event):
    """From `effective` on the regulation holds no more; it is no telling of what holds instead."""

    type: Literal["RegulationRepealed"] = "RegulationRepealed"


RegulationEvent = RegulationAdopted | RegulationAmended | RegulationRepealed
