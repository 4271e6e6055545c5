"""When a person sits in a body, by registry's events: one rule for decisions, answers and other services. Pure.

A seat begins with an appointment. It ends by a release, by somebody's appointment in its holder's place, by the next
list that names the whole body, or with the body, whichever comes first. Events may be told in any order: their days
decide.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import NamedTuple, assert_never

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
    """Every seat that is told of in a body, in the order of telling, with its end; and each release of a seat of which
    nothing else is told.
    """
    events = list(told)
    appointed = [event for event in events if isinstance(event, e.BodyMembersAppointed)]
    every = [Sitting(event, i) for event in appointed for i in range(len(event.members.items))]
    leaving = [one for event in events for one in _leavings(event)]
    whole = [event for event in appointed if event.members.exhaustive and event.effective]
    gone = [event for event in events if isinstance(event, e.BodyDissolved) and event.effective]
    found = [_over(sitting, every, [one for one in leaving if one.end.on], whole, gone) for sitting in every]
    for one in leaving:
        found = _left(found, one)
    return found


class Leaving(NamedTuple):
    """That somebody leaves: an end of the person's seat, or of the agency's where nobody is named."""

    end: End
    person: Id | None
    agency: Id | None

    def ends(self, seat: e.Seat) -> bool:
        if self.person is not None:
            return seat.person == self.person
        return seat.person is None and seat.agency == self.agency


def _leavings(event: e.BodyEvent) -> Iterator[Leaving]:
    match event:
        case e.BodyMemberReleased():
            yield Leaving(End(event), event.person, event.agency)
        case e.BodyMembersAppointed():
            for i, seat in enumerate(event.members.items):
                if seat.in_place_of:
                    yield Leaving(End(event, (f"members.items[{i}].in_place_of",)), seat.in_place_of, None)
        case e.BodyEstablished() | e.BodyNamed() | e.BodyDissolved():
            return
        case _:
            assert_never(event)


def _over(
    sitting: Sitting,
    every: Sequence[Sitting],
    leaving: Sequence[Leaving],
    whole: Sequence[e.BodyMembersAppointed],
    gone: Sequence[e.BodyDissolved],
) -> Sitting:
    """The seat with the first end that is told after its first day.

    A list cannot end a seat whose own first day is not told: which of the two came first is unknown.
    """
    since = sitting.since
    own = [one.end for one in leaving if one.ends(sitting.seat) and _after(one.end, since)]
    lists = [End(event, ("members.exhaustive",), RENEWED) for event in whole if since and _after(End(event), since)]
    first = min([*own, *lists, *(End(event, (), GONE) for event in gone)], key=_day, default=None)
    left = min(own, key=_day, default=None)
    return replace(
        sitting, end=first, contradicted=left is not None and first in lists and not _again(sitting, every, left)
    )


def _after(end: End, since: date | None) -> bool:
    return since is None or (end.on is not None and end.on > since)


def _day(end: End) -> date:
    return end.on or date.max


def _again(sitting: Sitting, every: Iterable[Sitting], left: End) -> bool:
    """Whether who holds a seat is appointed once more before leaving."""
    again = (one for one in every if same_person(one, sitting) and one.since and sitting.since)
    return any(sitting.since < one.since < _day(left) for one in again if sitting.since and one.since)


def _left(found: list[Sitting], leaving: Leaving) -> list[Sitting]:
    """The seats, of which an end of an unknown day ends the last that is open; of a seat that is not told, it stands by
    itself.
    """
    of = [s for s in found if s.appointed not in (None, leaving.end.event) and leaving.ends(s.seat)]
    open_ = [s for s in of if s.end is None]
    if leaving.end.on is None and open_:
        last = max(open_, key=lambda s: s.since or date.min)
        return [replace(s, end=leaving.end) if s is last else s for s in found]
    told = any(_after(leaving.end, s.since) for s in of) or not isinstance(leaving.end.event, e.BodyMemberReleased)
    return found if told else [*found, Sitting(None, 0, leaving.end)]


def contradicting(every: Sequence[Sitting]) -> list[Sitting]:
    """The seats that cannot all be: two chairs at once, one person in two offices at once, and those that are told to
    have gone on without being in a whole list.
    """
    pairs = [pair for pair in combinations(every, 2) if pair[0].meets(pair[1]) and _contradict(*pair)]
    return [sitting for pair in pairs for sitting in pair] + [one for one in every if one.contradicted]


def _contradict(one: Sitting, other: Sitting) -> bool:
    """Several sources may tell of one seat, each less than the other."""
    if same_person(one, other):
        return not agree(one.seat, other.seat)
    return two_chairs(one, other) and not agree(one.seat, other.seat)


def agree(one: e.Seat, other: e.Seat) -> bool:
    """Whether two may be one seat: nothing that both tell of it differs."""
    fields = ("person", "agency", "office", "votes")
    told = ((getattr(one, field), getattr(other, field)) for field in fields)
    return all(a is None or b is None or a == b for a, b in told)


def same_person(one: Sitting, other: Sitting) -> bool:
    return one.seat.person is not None and one.seat.person == other.seat.person


def two_chairs(one: Sitting, other: Sitting) -> bool:
    return one.seat.office == other.seat.office == "CHAIR"
