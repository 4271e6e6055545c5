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
    """Every tenure in the order of telling. It ends by the first end that is told of its holder after its first day; an
    end of an unknown day ends the last that is open; where no tenure is told that it could end, it stands by itself.
    """
    events = list(told)
    ends = [event for event in events if isinstance(event, e.DutyEnded)]
    found = [_over(Tenure(event), ends) for event in events if isinstance(event, e.DutyAssigned)]
    for end in ends:
        of = [one for one in found if one.assigned and same_holder(one.told, end)]
        open_ = [one for one in of if one.ended is None]
        if end.effective is None and open_:
            last = max(open_, key=lambda one: one.since or date.min)
            found = [replace(one, ended=end) if one is last else one for one in found]
        elif not any(_after(end, one.since) for one in of):
            found.append(Tenure(ended=end))
    return found


def _over(tenure: Tenure, ends: Iterable[e.DutyEnded]) -> Tenure:
    own = [end for end in ends if end.effective and same_holder(tenure.told, end) and _after(end, tenure.since)]
    return replace(tenure, ended=min(own, key=lambda end: end.effective or date.max, default=None))


def _after(end: e.DutyFacts, since: date | None) -> bool:
    return since is None or end.effective is None or end.effective > since


def held_before(tenure: Tenure, end: e.DutyFacts) -> bool:
    """Whether it is one, and open, whose end is told."""
    open_ = tenure.assigned is not None and tenure.ended is None
    return open_ and _after(end, tenure.since) and same_holder(tenure.told, end)


def same_holder(one: e.DutyFacts, other: e.DutyFacts) -> bool:
    """Whether two are told of the same officer, or standing agency."""
    if one.duty != other.duty:
        return False
    if one.duty == "EMULATION_OFFICER" and (one.person or other.person):
        return one.person == other.person
    return one.agency == other.agency if one.agency or other.agency else one.title == other.title


def rivals(one: Tenure, other: Tenure) -> bool:
    """Whether acts performed here keep the two from each other: of standing agencies there is one at a time, and an
    officer is one once.
    """
    if not one.meets(other) or one.told.duty != other.told.duty:
        return False
    return one.told.duty == "STANDING_AGENCY" or (one.told.person is not None and same_holder(one.told, other.told))


def contradict(one: Tenure, other: Tenure) -> bool:
    """Whether two cannot both be: two agencies, each the standing one at the same time."""
    agencies = one.told.agency and other.told.agency and one.told.agency != other.told.agency
    return bool(agencies) and one.told.duty == "STANDING_AGENCY" and rivals(one, other)
