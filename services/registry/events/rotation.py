"""What can happen to the rule by which the lead of a bloc goes round."""

from typing import Literal

from services.kernel.events import Event
from services.kernel.provenance import Listed, Source
from services.kernel.text import Id, Line
from services.registry.events.bloc import Member
from services.registry.events.common import Disputable, Year

RotationManner = Literal["ORDER", "LOT", "ELECTION"]


class RotationFacts(Disputable):
    may_differ = Disputable.may_differ | {"effective", "words"}
    """One rule comes after another, so that only rules of the same day contradict each other."""

    bloc: Id
    """The bloc; `effective` is the first day on which the rule holds."""
    from_year: Year | None = None
    """The first year whose head it decides."""
    manner: RotationManner | None = None
    """By an order of the members, by lot (bốc thăm), or by an election each year; null where that is not said."""
    order: Listed[Member] = Listed[Member]()
    """The members in their order. Where these are all (`exhaustive`), the first follows the last."""
    words: Line | None = None
    """The rule as worded."""
    conference: Id | None = None
    """The conference that agreed on it."""
    decision: Source | None = None
    """The document that has it, such as the bloc's regulation (quy chế)."""


class RotationSet(RotationFacts, Event):
    """By which rule the lead of a bloc goes round came to be settled, or known."""

    type: Literal["RotationSet"] = "RotationSet"


RotationEvent = RotationSet
