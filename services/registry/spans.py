"""How long lasts what is told to begin and to end, be it told by several: one rule for seats, duties and stays. Pure.

Events may be told in any order: their days decide. What one holder has, such as a unit a place in a bloc, lasts from a
day on which it is told to begin until the first later one on which it is told to end. That end ends every telling of
it. Where others tell of later ends, and of no new beginning between, they contradict the first, and it stands once for
each.

Tellings that agree are one span: of the same first day, or some of them of none, and otherwise in nothing. What one
does not tell, another completes.

An end without a day ends what was told before it and has no other end. It is known to last on its first day alone. An
end to which nothing that is told belongs stands by itself.

What ends all that a body or the like has, such as a list of all its members, ends it too where it comes first. What is
told to have ended only later then contradicts that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Generic, Protocol, Self, TypeVar


class Dated(Protocol):
    """What tells a day."""

    @property
    def effective(self) -> date | None: ...


B = TypeVar("B", bound=Dated)
E = TypeVar("E", bound=Dated)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Span(Generic[B, E]):
    """A time from `since` until before `until`; a null day is unknown, or not yet."""

    place: int
    """Where, in the order of telling, it is told first."""
    begun: tuple[B, ...]
    """All that tell of its beginning, first those who tell its day; none where only an end is told."""
    ended: tuple[E, ...]
    """All that tell of its end; none where it is not told to be over."""
    later: tuple[E, ...] = ()
    """What tells of a later end than the one that follows from something else."""
    earliest: date = date.min
    """Before which it cannot have begun."""

    @property
    def contradicted(self) -> bool:
        """Whether it is told to have ended later than it can have, or to have begun then."""
        return bool(self.later) or bool(self.since and self.until and self.until <= self.since)

    @property
    def since(self) -> date | None:
        return _day(self.begun)

    @property
    def until(self) -> date | None:
        return _day(self.ended)

    @property
    def after(self) -> date:
        """The first day after those on which it is known to last."""
        if not self.ended:
            return date.max
        return self.until or (self.since + timedelta(days=1) if self.since else date.min)

    def reaches(self, day: date) -> bool:
        """Whether it lasts, or may last, on the day or later."""
        return not self.ended or day < self.after

    def lasts(self, first: date, last: date | None = None) -> bool:
        """Whether it counts on the day, or on one of those up to the last, both included.

        Without a told first day it counts on every day before its end: inferred, never stated.
        """
        return (self.since or self.earliest) <= (last or first) and self.reaches(first)

    def meets(self, other: Self) -> bool:
        """Whether two last on one day, by what is told of their days."""
        return max(self.since or date.min, other.since or date.min) < min(self.after, other.after)


Placed = tuple[int, B]
"""What is told, and where in the order of telling."""


def spans(
    begun: Sequence[Placed[B]],
    ended: Sequence[Placed[E]],
    agree: Callable[[B, B], bool] = lambda one, other: True,
    over: Callable[[B], Sequence[E]] = lambda one: (),
    gone: Sequence[E] = (),
) -> list[Span[B, E]]:
    """All that one holder has, in the order of telling.

    `agree` says whether two tellings of one time are the same in all but the days. `over` are the ends that follow from
    something else, for what begins so; `gone` is told of the end of that in which it is, of which the first day counts.
    """
    found: list[Span[B, E]] = []
    gone = sorted(gone, key=_last)[:1]
    for place, one in begun:
        for span in _ending((place, one), begun, ended, (*over(one), *gone)):
            _told(found, _within(span, gone), agree)
    belonging = {id(end) for span in found for end in (*span.ended, *span.later)}
    for place, end in ended:
        if id(end) not in belonging:
            _told(found, Span(place, (), (end,)), agree)
    return sorted(found, key=lambda span: span.place)


def _ending(
    start: Placed[B], begun: Sequence[Placed[B]], ended: Sequence[Placed[E]], over: Sequence[E]
) -> list[Span[B, E]]:
    """What begins so with its end, once for each day on which others tell that it ended."""
    place, one = start
    since = one.effective or date.min
    undated = tuple(end for told, end in ended if end.effective is None and told > place)
    own = [end for _, end in ended if end.effective and end.effective > since]
    if not own and undated:
        return [Span(place, (one,), undated)]
    other = min((end for end in over if end.effective and end.effective > since), key=_last, default=None)
    known = [*own, other] if other else own
    if not known:
        return [Span(place, (one,), tuple(end for end in over if end.effective is None))]
    first = min(map(_last, known))
    again = min((day for _, each in begun if (day := each.effective) and day >= first), default=date.max)
    own = [end for end in own if _last(end) <= again]
    if other and all(_last(end) > first for end in own):
        return [Span(place, (one,), (other,), tuple(own))]
    more = undated if again == date.max else ()
    days = sorted(set(map(_last, own)))
    return [Span(place, (one,), (*(end for end in own if end.effective == day), *more)) for day in days]


def _within(span: Span[B, E], gone: Sequence[E]) -> Span[B, E]:
    """What is told to begin when that in which it is was gone ends with that."""
    if span.since is None or not gone or span.since < _last(gone[0]):
        return span
    return replace(span, ended=tuple(gone), later=span.ended)


def _told(found: list[Span[B, E]], new: Span[B, E], agree: Callable[[B, B], bool]) -> None:
    """Add it, or what it tells to the one that it agrees with."""
    for i, span in enumerate(found):
        if _same(span, new) and all(agree(one, other) for one in span.begun for other in new.begun):
            more = tuple(end for end in new.ended if all(end is not known for known in span.ended))
            ended = (*span.ended, *more) if new.begun == () else span.ended or new.ended
            begun = tuple(sorted((*span.begun, *new.begun), key=lambda one: one.effective is None))
            found[i] = replace(span, begun=begun, ended=ended, later=span.later or new.later)
            return
    found.append(new)


def _same(one: Span[B, E], other: Span[B, E]) -> bool:
    """Whether two are of the same days, as far as these are told."""
    if one.until != other.until or bool(one.begun) != bool(other.begun):
        return False
    if one.since and other.since:
        return one.since == other.since
    return bool(one.ended) == bool(other.ended)


def _day(told: Sequence[Dated]) -> date | None:
    for one in told:
        if one.effective:
            return one.effective
    return None


def _last(end: Dated) -> date:
    return end.effective or date.max
