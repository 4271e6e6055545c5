"""When a person sits in a body, by registry's events: one rule for decisions, answers and other services. Pure.

A seat begins with an appointment. It ends by a release, by somebody's appointment in its holder's place, by the next
list that names the whole body, or with the body, whichever comes first. Events may be told in any order: their days
decide.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

from services.kernel.text import Id
from services.registry import events as e

RENEWED = "a later list names the whole body / danh sách sau nêu toàn bộ thành viên"
GONE = "the body was dissolved / tổ chức này đã giải thể"

Ending = e.BodyMemberReleased | e.BodyMembersAppointed | e.BodyDissolved


@dataclass(frozen=True, slots=True)
class End:
    """How a seat ended: the event that tells it, and the fields on which it rests beside the event's day."""

    event: Ending
    fields: tuple[str, ...] = ()
    basis: str | None = None
    """From what it follows, where the event does not tell it of this seat."""

    @property
    def on(self) -> date | None:
        return self.event.effective


@dataclass(frozen=True, slots=True)
class Sitting:
    """A person's time in a body, from `since` until before `until`; a null day is unknown, or not yet."""

    appointed: e.BodyMembersAppointed | None
    place: int
    """Which item of the appointment it is."""
    end: End | None = None
    contradicted: bool = False
    """Whether it is told to have ended later than by a list that names the whole body without it."""

    @property
    def seat(self) -> e.Seat:
        if self.appointed is not None:
            return self.appointed.members.items[self.place]
        assert self.end is not None
        assert isinstance(self.end.event, e.BodyMemberReleased)
        return e.Seat(person=self.end.event.person, agency=self.end.event.agency)

    @property
    def path(self) -> str:
        """Of the seat in what appointed it."""
        return f"members.items[{self.place}]"

    @property
    def since(self) -> date | None:
        return self.appointed.effective if self.appointed else None

    @property
    def until(self) -> date | None:
        return self.end.on if self.end else None

    def lasts(self, day: date) -> bool:
        """Whether they count as sitting on the day.

        Without a told first day they count on every day before the end: inferred, never stated. An end without a told
        day ends it for all days.
        """
        return (self.since is None or self.since <= day) and day < self.after

    @property
    def after(self) -> date:
        """The first day after it."""
        if self.end is None:
            return date.max
        return self.end.on or date.min

    def meets(self, other: "Sitting") -> bool:
        """Whether two last on one day, by what is told of their days."""
        return max(self.since or date.min, other.since or date.min) < min(self.after, other.after)


def sittings(told: Iterable[e.BodyEvent]) -> list[Sitting]:
    """Every seat that is told of in a body, in the order of telling, with its end."""
    events = list(told)
    appointed = [event for event in events if isinstance(event, e.BodyMembersAppointed)]
    found = [Sitting(event, i) for event in appointed for i in range(len(event.members.items))]
    for event in events:
        if isinstance(event, e.BodyMemberReleased):
            found = _released(found, End(event), event.person, event.agency)
        elif isinstance(event, e.BodyMembersAppointed):
            for i, seat in enumerate(event.members.items):
                if seat.in_place_of:
                    found = _released(found, End(event, (f"members.items[{i}].in_place_of",)), seat.in_place_of, None)
    whole = [event for event in appointed if event.members.exhaustive and event.effective]
    gone = [event for event in events if isinstance(event, e.BodyDissolved) and event.effective]
    return [_over(sitting, whole, gone) for sitting in found]


def _released(found: list[Sitting], end: End, person: Id | None, agency: Id | None) -> list[Sitting]:
    """The seats, of which the latest that who is named held before the day has ended. Where none is told, the end
    stands by itself.
    """
    open_ = [s for s in found if s.end is None and s.appointed is not end.event and _held(s.seat, person, agency)]
    begun = [s for s in open_ if s.since is None or end.on is None or s.since < end.on]
    if begun:
        last = max(begun, key=lambda s: s.since or date.min)
        return [replace(s, end=end) if s is last else s for s in found]
    return [*found, Sitting(None, 0, end)] if isinstance(end.event, e.BodyMemberReleased) else found


def _held(seat: e.Seat, person: Id | None, agency: Id | None) -> bool:
    if person is not None:
        return seat.person == person
    return seat.person is None and seat.agency == agency


def _over(sitting: Sitting, whole: Sequence[e.BodyMembersAppointed], gone: Sequence[e.BodyDissolved]) -> Sitting:
    """The seat with the first end that is told: its own, of a whole list that came after it, or of the body.

    A list cannot end a seat whose own first day is not told: which of the two came first is unknown.
    """
    since = sitting.since
    if sitting.appointed is None or (sitting.end and sitting.end.on is None):
        return sitting
    ends = [sitting.end] if sitting.end else []
    later = [event for event in whole if since and event.effective and event.effective > since]
    ends += [End(event, ("members.exhaustive",), RENEWED) for event in later]
    ends += [End(event, (), GONE) for event in gone]
    first = min(ends, key=_first_day_after, default=None)
    told_later = sitting.end is not None and first is not None and first.event in later and first is not sitting.end
    return replace(sitting, end=first, contradicted=told_later)


def _first_day_after(end: End) -> date:
    return end.on or date.max


def twice(every: Sequence[Sitting]) -> list[tuple[Sitting, Sitting]]:
    """The pairs of seats that one person is told to hold at once, or that two chairs are."""
    pairs = [(one, other) for one, other in combinations(every, 2) if one.meets(other)]
    return [pair for pair in pairs if same_person(*pair) or two_chairs(*pair)]


def same_person(one: Sitting, other: Sitting) -> bool:
    return one.seat.person is not None and one.seat.person == other.seat.person


def two_chairs(one: Sitting, other: Sitting) -> bool:
    return one.seat.office == other.seat.office == "CHAIR"
