"""The terms of a bloc's heads, with the days that claims and handovers tell of them.

What fits two that contradict each other agrees with neither: no agency is paired with a person by whom no source says
it was represented.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import NamedTuple

from services.kernel.once import once
from services.kernel.provenance import Mark, Record
from services.kernel.telling import mark, weakest
from services.registry import events as e
from services.registry.domain.leadership import Claim, Handover, Leadership

Marks = tuple[Mark, ...]
"""The marks of the facts that an answer rests on; none where it rests on nothing."""


class Dated(NamedTuple):
    day: date
    mark: Mark
    """Of the day, or of the act from which it is reckoned."""
    basis: str | None = None
    """From which act it is reckoned, where nobody tells the day itself."""


class Term(NamedTuple):
    """A term with the days that are known of it; `last` is its last day.

    A term of which several handovers tell different days stands here once for each of them.
    """

    versions: tuple[int, ...]
    year: int | None
    year_mark: Mark
    head: e.Holder
    record: Record | None
    head_field: str
    elected: bool
    elected_on: Dated | None
    start: Dated | None
    last: Dated | None
    given_up: bool
    """Whether `last` is told by the handover to the next year's head."""
    seen_on: Dated | None
    entered: bool = False
    """Whether an election or handover names its head, which tells who came first."""
    person_marks: Marks = ()
    """Of the person, where a change of the representative tells it, or lets it conclude."""


def inferred(basis: str) -> Mark:
    return Mark(certainty="INFERRED", basis=basis)


@once
def terms(leadership: Leadership, year: int | None = None) -> tuple[Term, ...]:
    """Every term that is told of, with what handovers, and others who tell the same term, tell of its days.

    Only those called after a year, if one is given.
    """
    claims = [claim for claim in leadership.claims if claim.head and year in (None, claim.year)]
    told = [term for claim in claims for term in _claimed(claim, leadership)]
    told += [term for handover in lone_handovers(leadership, year) for term in _begun(handover, leadership)]
    return tuple(_completed(term, [t for t in told if _same(t, term, told)]) for term in told)


def tells_entry(claim: Claim) -> bool:
    """Whether it is an election, which names who came first; what else tells of a term may name who came later."""
    return claim.elected_field == "effective"


def _same(one: Term, other: Term, every: Iterable[Term]) -> bool:
    """Whether two tell the same term."""
    if one is other:
        return True
    if one.year is None or one.year != other.year:
        return False
    return _one_office(one.head, other.head, lambda: [t.head for t in every if t.year == one.year])


def _completed(term: Term, told: Sequence[Term]) -> Term:
    """The term with the days that only others tell of it, no surer than the years by which they belong to it."""

    def day(find: Callable[[Term], Dated | None]) -> Dated | None:
        found = ((t, known) for t in told if (known := find(t)))
        return _earliest([known._replace(mark=weakest(known.mark, t.year_mark, term.year_mark)) for t, known in found])

    start = term.start or day(lambda t: t.start)
    last = _after(start, term.last)
    return term._replace(
        elected=any(t.elected for t in told),
        elected_on=term.elected_on or day(lambda t: t.elected_on),
        start=start,
        last=last or day(lambda t: _after(start, t.last)),
        given_up=term.given_up if last else any(t.given_up for t in told),
    )


def _after(start: Dated | None, last: Dated | None) -> Dated | None:
    """The last day, unless it comes before the first: what one source ends and another begins later is not over."""
    return None if start and last and last.day < start.day else last


def _earliest(days: Iterable[Dated]) -> Dated | None:
    """The first day, as sure as it is told by anyone, whoever told it first."""
    return min(
        days, key=lambda known: (known.day, known.basis is not None, known.mark.certainty == "INFERRED"), default=None
    )


def lone_handovers(leadership: Leadership, year: int | None = None) -> list[Handover]:
    """Handovers to heads of whom nothing else is told; only to those of a year, if one is given."""
    told = leadership.claims
    handed = [h for h in leadership.handovers if h.incoming and year in (None, h.year)]
    return [h for h in handed if not any(_takes_over(h, claim, leadership) for claim in told)]


def _claimed(claim: Claim, leadership: Leadership) -> list[Term]:
    """The term of a claim, once for each day that handovers tell of its start or end."""
    assert claim.head is not None
    record = claim.record
    year_mark = mark(record, "year")
    seen = Term(
        versions=claim.told_by,
        year=claim.year,
        year_mark=year_mark,
        head=claim.head,
        record=record,
        head_field="head",
        elected=claim.elected,
        elected_on=_dated(claim.elected_on, mark(record, claim.elected_field)),
        start=_dated(claim.start, mark(record, "start")),
        last=_dated(claim.end, mark(record, "end")),
        given_up=False,
        seen_on=_dated(claim.seen_on, mark(record, "seen_on")),
        entered=tells_entry(claim),
    )
    taken = [_act(h, year_mark) for h in leadership.handovers if h.on and _takes_over(h, claim, leadership)]
    starts = [seen.start] if seen.start else _days(taken)
    begun = [seen._replace(start=start, last=_after(start, seen.last)) for start in starts] or [seen]
    return [ended for term in begun for ended in _given_up(term, leadership)]


def _begun(handover: Handover, leadership: Leadership) -> list[Term]:
    """A term of which only the handover to its head is told."""
    assert handover.incoming is not None
    begun = Term(
        versions=handover.told_by,
        year=handover.year,
        year_mark=mark(handover.record, "year"),
        head=handover.incoming,
        record=handover.record,
        head_field="incoming",
        elected=False,
        elected_on=None,
        start=_dated(handover.on, mark(handover.record, "effective")),
        last=None,
        given_up=False,
        seen_on=None,
        entered=True,
    )
    return _given_up(begun, leadership)


def _given_up(term: Term, leadership: Leadership) -> list[Term]:
    """The term, where its own end is not told with each that handovers to the nearest year tell."""
    giving = [h for h in leadership.handovers if h.on and _gives_up(h, term, leadership)]
    nearest = min((h.year for h in giving), default=0)
    ends = _days([_eve(h, term.year_mark) for h in giving if h.year == nearest])
    if term.last or not ends:
        return [term]
    return [term._replace(last=last, given_up=nearest - 1 == term.year) for last in ends]


def _days(told: Sequence[Dated]) -> list[Dated]:
    """Each day once, in order, as sure as it is told by anyone."""
    return [found for day in sorted({d.day for d in told}) if (found := _earliest(d for d in told if d.day == day))]


def _takes_over(handover: Handover, claim: Claim, leadership: Leadership) -> bool:
    """Whether the handover begins the claim's term."""
    if claim.year != handover.year or claim.head is None:
        return False
    incoming = handover.incoming
    return incoming is None or _one_office(
        claim.head, incoming, lambda: [incoming, *_holders(leadership, handover.year)]
    )


def _gives_up(handover: Handover, term: Term, leadership: Leadership) -> bool:
    """Whether the handover ends the term: of the head that it names, in that year or else before it; or, by the first
    head of a year, of the year before.
    """
    year, outgoing = term.year, handover.outgoing
    if year is None or year > handover.year:
        return False
    if outgoing is None:
        return year == handover.year - 1 and not _comes_later(handover, leadership)
    if not _one_office(term.head, outgoing, lambda: [outgoing, *_holders(leadership, year)]):
        return False
    return (year == handover.year) == _in_the_midst(handover, outgoing, leadership)


def _in_the_midst(handover: Handover, outgoing: e.Holder, leadership: Leadership) -> bool:
    """Whether who hands over is a head of the same year, and another than who takes over."""
    every = _holders(leadership, handover.year)
    if handover.incoming is None or _one_office(outgoing, handover.incoming, lambda: every):
        return False
    return any(_one_office(one, outgoing, lambda: [outgoing, *every]) for one in every)


def _comes_later(handover: Handover, leadership: Leadership) -> bool:
    """Whether another head of the year was there before the day of the handover."""
    on, incoming, year = handover.on, handover.incoming, handover.year
    if incoming is None or on is None:
        return False
    told = [(h.incoming, h.on) for h in leadership.handovers if h.year == year]
    told += [(c.head, day) for c in leadership.claims if c.year == year for day in (c.elected_on, c.start, c.end)]
    earlier = [head for head, day in told if head and day and day < on]
    return not all(_one_office(head, incoming, lambda: _holders(leadership, year)) for head in earlier)


def _holders(leadership: Leadership, year: int) -> list[e.Holder]:
    """Everyone who is told to be the head of the year."""
    claimed = [c.head for c in leadership.claims if c.year == year]
    handed = [h.incoming for h in leadership.handovers if h.year == year]
    return [holder for holder in (*claimed, *handed) if holder]


def _one_office(one: e.Holder, other: e.Holder, every: Callable[[], Sequence[e.Holder]]) -> bool:
    """Whether two hold the same office: the same agency, whoever represents it, or else those who agree."""
    if one.agency and other.agency:
        return one.agency == other.agency
    return agree(one, other, every())


def agree(one: e.Holder, other: e.Holder, every: Sequence[e.Holder]) -> bool:
    """Whether two are told to be the same head; what fits two that contradict each other agrees with neither."""
    if (one.agency, one.person) == (other.agency, other.person):
        return True
    return not (_differ(one, other) or _ambiguous(one, every) or _ambiguous(other, every))


def _ambiguous(holder: e.Holder, every: Iterable[e.Holder]) -> bool:
    fitting = [one for one in every if not _differ(one, holder)]
    return any(_differ(one, other) for one, other in combinations(fitting, 2))


def _differ(one: e.Holder, other: e.Holder) -> bool:
    """Whether two holders cannot be the same: another agency, or another person."""
    agencies = one.agency and other.agency and one.agency != other.agency
    return bool(agencies or (one.person and other.person and one.person != other.person))


def _dated(day: date | None, its_mark: Mark) -> Dated | None:
    return Dated(day, its_mark) if day else None


def _act(handover: Handover, year_mark: Mark) -> Dated:
    """The day of a handover that belongs to a term by its year, and is no surer than that year."""
    assert handover.on is not None
    own, year = (mark(handover.record, field) for field in ("effective", "year"))
    return Dated(handover.on, weakest(own, year, year_mark))


def _eve(handover: Handover, year_mark: Mark) -> Dated:
    act = _act(handover, year_mark)
    eve = act.day - timedelta(days=act.day > date.min)  # no day comes before the first
    return Dated(eve, act.mark, f"the eve of the handover on {act.day} / ngày trước khi bàn giao {act.day}")
