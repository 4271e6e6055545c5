"""Who has a duty of emulation work when, by registry's events: one rule for decisions, answers and others. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.registry import events as e


@dataclass(frozen=True, slots=True)
class Tenure:
    """A duty's time in one hand, from `since` until before `until`; a null day is unknown, or not yet."""

    assigned: e.DutyAssigned | None = None
    ended: e.DutyEnded | None = None

    @property
    def told(self) -> e.DutyAssigned | e.DutyEnded:
        found = self.assigned or self.ended
        assert found is not None
        return found

    @property
    def since(self) -> date | None:
        return self.assigned.effective if self.assigned else None

    @property
    def until(self) -> date | None:
        return self.ended.effective if self.ended else None

    @property
    def after(self) -> date:
        """The first day after it. An end without a told day ends it for all days."""
        return date.max if self.ended is None else self.until or date.min

    def lasts(self, day: date) -> bool:
        """Whether it counts on the day: without a told first day on every one before its end, inferred."""
        return (self.since is None or self.since <= day) and day < self.after

    def meets(self, other: "Tenure") -> bool:
        """Whether two last on one day, by what is told of their days."""
        return max(self.since or date.min, other.since or date.min) < min(self.after, other.after)


def tenures(told: Iterable[e.DutyEvent]) -> list[Tenure]:
    """Every tenure in the order of telling. An end ends the latest that its holder had before its day; where none is
    told, it stands by itself.
    """
    events = list(told)
    found = [Tenure(event) for event in events if isinstance(event, e.DutyAssigned)]
    for end in (event for event in events if isinstance(event, e.DutyEnded)):
        last = max((one for one in found if held_before(one, end)), key=lambda one: one.since or date.min, default=None)
        found = [replace(t, ended=end) if t is last else t for t in found] + ([] if last else [Tenure(ended=end)])
    return found


def held_before(tenure: Tenure, end: e.DutyFacts) -> bool:
    """Whether it is the one, and open, whose end is told."""
    begun = tenure.since is None or end.effective is None or tenure.since < end.effective
    return tenure.assigned is not None and tenure.ended is None and begun and same_holder(tenure.told, end)


def same_holder(one: e.DutyFacts, other: e.DutyFacts) -> bool:
    """Whether two are told of the same officer, or standing agency."""
    if one.duty != other.duty:
        return False
    if one.duty == "STANDING_AGENCY":
        return one.agency == other.agency
    return one.person == other.person if one.person or other.person else one.agency == other.agency


def rivals(one: Tenure, other: Tenure) -> bool:
    """Whether two cannot both be: two standing agencies at once, or an officer who is one twice."""
    if not one.meets(other) or one.told.duty != other.told.duty:
        return False
    return one.told.duty == "STANDING_AGENCY" or (one.told.person is not None and same_holder(one.told, other.told))
