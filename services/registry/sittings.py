"""When a person sits in a body, by registry's events: one rule for decisions, answers and other services. Pure.

A seat begins with an appointment. It ends by a release, by somebody's appointment in its holder's place, by the next
list that names the whole body, or with the body. What several tell of one seat is one (`spans.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial, reduce
from itertools import combinations, count
from operator import or_

from services.kernel.telling import differ
from services.registry import events as e
from services.registry.spans import Placed, Span, spans

RENEWED = "a later list names the whole body / danh sách sau nêu toàn bộ thành viên"
GONE = "the body was dissolved / tổ chức này đã giải thể"

Ending = e.BodyMemberReleased | e.BodyMembersAppointed | e.BodyDissolved
Holder = tuple[str | int | None, ...]
"""Whose seat it is, so that several tellings of it are known to be of one: the person; without one the agency, or else
the title, and which of those that one list names alike."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """An item of what appoints members."""

    event: e.BodyMembersAppointed
    item: int

    @property
    def effective(self) -> date | None:
        return self.event.effective

    @property
    def seat(self) -> e.Seat:
        return self.event.members.items[self.item]

    @property
    def path(self) -> str:
        """Of the seat in what appoints it."""
        return f"members.items[{self.item}]"


@dataclass(frozen=True, slots=True)
class End:
    """How a seat ended: the event that tells it, and the fields on which it rests beside the event's day."""

    event: Ending
    fields: tuple[str, ...] = ()
    basis: str | None = None
    """From what it follows, where the event does not tell it of this seat."""

    @property
    def effective(self) -> date | None:
        return self.event.effective


@dataclass(frozen=True, slots=True)
class Sitting(Span[Appointment, End]):
    """A person's time in a body."""

    @property
    def seats(self) -> tuple[e.Seat, ...]:
        """By each who tells of it; where only its end is told, by that."""
        released = (end.event for end in self.ended if isinstance(end.event, e.BodyMemberReleased))
        ended = tuple(e.Seat(person=one.person, agency=one.agency) for one in released)
        return tuple(one.seat for one in self.begun) or ended

    @property
    def seat(self) -> e.Seat:
        """Each field as told first."""
        told = [seat.model_dump(exclude_none=True) for seat in reversed(self.seats)]
        return e.Seat.model_validate(reduce(or_, told))

    @property
    def holders(self) -> set[Holder]:
        return {holders(one.event)[one.item] for one in self.begun}

    @property
    def follows(self) -> bool:
        """Whether nobody tells its end of this seat: it follows from a list, or from the end of the body."""
        return bool(self.ended) and self.ended[0].basis is not None


def sittings(told: Iterable[e.BodyEvent], established: date | None = None) -> list[Sitting]:
    """Every seat that is told of in a body, which is there from the day `established` on, in the order of telling."""
    events = list(told)
    begun, ended = _told(events)
    whole = [End(event, ("members.exhaustive",), RENEWED) for event in whole_lists(events)]
    gone = [End(event, (), GONE) for event in events if isinstance(event, e.BodyDissolved)]
    holders = dict.fromkeys([*begun, *ended])
    found = [one for who in holders for one in spans(begun[who], ended[who], _agree, partial(_over, whole), gone)]
    every = [Sitting(one.place, one.begun, one.ended, one.later, established or date.min) for one in found]
    return sorted((one for one in every if one.seats), key=lambda one: one.place)


def _told(
    events: Sequence[e.BodyEvent],
) -> tuple[dict[Holder, list[Placed[Appointment]]], dict[Holder, list[Placed[End]]]]:
    """What is told of the seats of each holder: how they began, and how they ended."""
    begun: dict[Holder, list[Placed[Appointment]]] = defaultdict(list)
    ended: dict[Holder, list[Placed[End]]] = defaultdict(list)
    place = count()
    for event in events:
        if isinstance(event, e.BodyMemberReleased):
            ended[_named(event.person, event.agency, None, 0)].append((next(place), End(event)))
        elif isinstance(event, e.BodyMembersAppointed):
            for i, (seat, who) in enumerate(zip(event.members.items, holders(event), strict=True)):
                at = next(place)
                begun[who].append((at, Appointment(event, i)))
                if seat.in_place_of:
                    end = End(event, (f"members.items[{i}].in_place_of",))
                    ended[_named(seat.in_place_of, None, None, 0)].append((at, end))
    return begun, ended


def holders(event: e.BodyMembersAppointed) -> list[Holder]:
    """Whose the seats of a list are."""
    found: list[Holder] = []
    alike: dict[tuple[str | None, str | None], int] = defaultdict(int)
    for seat in event.members.items:
        found.append(_named(seat.person, seat.agency, seat.title, alike[seat.agency, seat.title]))
        alike[seat.agency, seat.title] += seat.person is None
    return found


def _named(person: str | None, agency: str | None, title: str | None, alike: int) -> Holder:
    if person is not None:
        return ("person", person)
    return ("agency", agency, alike) if agency is not None else ("title", title, alike)


def whole_lists(events: Iterable[e.BodyEvent]) -> list[e.BodyMembersAppointed]:
    """The lists of a day that name the whole body."""
    lists = (event for event in events if isinstance(event, e.BodyMembersAppointed))
    return [event for event in lists if event.members.exhaustive and event.effective]


def _over(whole: Sequence[End], one: Appointment) -> Sequence[End]:
    """The lists that end a seat. They cannot end one whose own first day is not told: which came first is unknown."""
    return whole if one.effective else ()


def _agree(one: Appointment, other: Appointment) -> bool:
    return one.event is not other.event and not differ((one.seat, other.seat), "agency", "office", "votes")


def disputed(
    every: Sequence[Sitting], whole: Sequence[e.BodyMembersAppointed], on: date | None = None
) -> list[Sitting]:
    """The seats that cannot be as they are told: held by one person at once, or by two chairs, or beside a list that
    names the whole body. Of a day two of which only one lasts then are no dispute, but for what is told of one seat.
    """
    pairs = [(one, other) for one, other in combinations(every, 2) if one.meets(other)]
    against = [pair for pair in pairs if same_person(*pair) or two_chairs(*pair)]
    found = [sitting for pair in against if on is None or _one_seat(*pair) or _both(*pair, on) for sitting in pair]
    alone = [one for one in every if one.contradicted or any(beside(one, told) for told in whole)]
    return found + alone


def same_person(one: Sitting, other: Sitting) -> bool:
    return one.seat.person is not None and one.seat.person == other.seat.person


def _one_seat(one: Sitting, other: Sitting) -> bool:
    return same_person(one, other) and not differ((one.seat, other.seat), "agency", "office")


def _both(one: Sitting, other: Sitting, on: date) -> bool:
    return one.lasts(on) and other.lasts(on)


def two_chairs(one: Sitting, other: Sitting) -> bool:
    return one.seat.office == other.seat.office == "CHAIR"


def beside(sitting: Sitting, whole: e.BodyMembersAppointed) -> bool:
    """Whether a seat that is told to last on the day of a list that names the whole body is not in it."""
    day = whole.effective
    if day is None or sitting.since is None or not sitting.lasts(day):
        return False
    return sitting.holders.isdisjoint(holders(whole))
