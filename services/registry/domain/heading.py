"""Who headed a bloc: by the year that a term is called after, or on a day (the rule of the domain's section 6).

On a day: stated between a term's recorded start and end, on the day it starts, and on a day on which a source shows
its head in office. Inferred from the election for year N to the end of N (the whole of N where no election for N is
recorded), and after it as a holdover until the first of: election or handover for the next year, the summation
conference of N is over, the end of the next year. Otherwise unknown: a gap is never filled. No answer is more certain
than the facts it rests on.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from services.kernel.provenance import Fact, Mark, Part, Record
from services.kernel.telling import mark, weakest
from services.registry import events as e
from services.registry.domain.leadership import Claim, Handover, Leadership


class Summation(Part):
    """A summation conference: the year that it closed, and its day."""

    year: int
    on: date


Marks = tuple[Mark, ...]
"""The marks of the facts that an answer rests on; none where it rests on nothing."""


class Dated(NamedTuple):
    day: date
    mark: Mark


class Term(NamedTuple):
    """A term with the days that are known of it; `last` is its last day."""

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
    seen_on: Dated | None


class Head(Part):
    """Who headed, each with its mark; `year` is the year that the term is called after."""

    agency: Fact | None
    person: Fact | None
    title: Fact | None
    year: Fact | None
    told_by: tuple[int, ...]
    """Versions, in the leadership stream, of the events that told the term, oldest first."""


class Heads(Part):
    """The answer: nobody (not recorded), one, or several that contradict each other."""

    heads: tuple[Head, ...] = ()

    @property
    def disputed(self) -> bool:
        return len(self.heads) > 1


def _inferred(basis: str) -> Mark:
    return Mark(certainty="INFERRED", basis=basis)


def headed_in(leadership: Leadership, year: int) -> Heads:
    """The head of the term called after the year."""
    return _answer((term, (term.year_mark,)) for term in terms(leadership) if term.year == year)


def headed_on(leadership: Leadership, summations: Sequence[Summation], day: date) -> Heads:
    """The head on a day."""
    every = terms(leadership)
    rules: tuple[Callable[[Term], Marks], ...] = (
        lambda term: _starting(term, day),  # on the day of a handover the incoming head is the head
        lambda term: _in_office(term, day),
        lambda term: _in_own_year(term, day, every),
        lambda term: _holding_over(term, day, every, summations),
        lambda term: _begun_early(term, day),
    )
    for rule in rules:
        found = [(term, marks) for term in every if not _over(term, day) and (marks := rule(term))]
        if found:
            return _answer(found)
    return Heads()


def terms(leadership: Leadership) -> list[Term]:
    """Every term that is told of, with what handovers, and others who tell the same term, tell of its days."""
    told = [_term(claim, leadership) for claim in leadership.claims if claim.head]
    told += [_begun(handover, leadership) for handover in lone_handovers(leadership)]
    return [_completed(term, [t for t in told if _same(t, term)]) for term in told]


def _same(one: Term, other: Term) -> bool:
    """Whether two tell the same term."""
    return one is other or (one.year is not None and one.year == other.year and not _differ(one.head, other.head))


def _completed(term: Term, told: Sequence[Term]) -> Term:
    """The term with the days that only others tell of it, no surer than the years by which they belong to it."""

    def day(find: Callable[[Term], Dated | None]) -> Dated | None:
        found = [(known, t.year_mark) for t in told if (known := find(t))]
        if not found:
            return None
        known, its_year = min(found, key=lambda one: one[0].day)
        return Dated(known.day, weakest(known.mark, its_year, term.year_mark))

    return term._replace(
        elected=any(t.elected for t in told),
        elected_on=term.elected_on or day(lambda t: t.elected_on),
        start=term.start or day(lambda t: t.start),
        last=term.last or day(lambda t: t.last),
    )


def lone_handovers(leadership: Leadership) -> list[Handover]:
    """Handovers to heads of whom nothing else is told."""
    told = leadership.claims
    return [h for h in leadership.handovers if h.incoming and not any(_takes_over(h, claim) for claim in told)]


def _term(claim: Claim, leadership: Leadership) -> Term:
    assert claim.head is not None
    record = claim.record
    year_mark = mark(record, "year")
    start = _dated(claim.start, mark(record, "start"))
    last = _dated(claim.end, mark(record, "end"))
    taken = next((h for h in leadership.handovers if h.on and _takes_over(h, claim)), None)
    given = next((h for h in leadership.handovers if h.on and _gives_up(h, claim.year, claim.head)), None)
    return Term(
        versions=claim.told_by,
        year=claim.year,
        year_mark=year_mark,
        head=claim.head,
        record=record,
        head_field="head",
        elected=claim.elected,
        elected_on=_dated(claim.elected_on, mark(record, claim.elected_field)),
        start=start or (_act(taken, year_mark) if taken else None),
        last=last or (_eve(given, year_mark) if given else None),
        seen_on=_dated(claim.seen_on, mark(record, "seen_on")),
    )


def _begun(handover: Handover, leadership: Leadership) -> Term:
    """A term of which only the handover to its head is told."""
    assert handover.incoming is not None
    year_mark = mark(handover.record, "year")
    given = next((h for h in leadership.handovers if h.on and _gives_up(h, handover.year, handover.incoming)), None)
    return Term(
        versions=handover.told_by,
        year=handover.year,
        year_mark=year_mark,
        head=handover.incoming,
        record=handover.record,
        head_field="incoming",
        elected=False,
        elected_on=None,
        start=_dated(handover.on, mark(handover.record, "effective")),
        last=_eve(given, year_mark) if given else None,
        seen_on=None,
    )


def _takes_over(handover: Handover, claim: Claim) -> bool:
    """Whether the handover begins the claim's term."""
    if claim.year != handover.year or claim.head is None:
        return False
    return handover.incoming is None or not _differ(claim.head, handover.incoming)


def _gives_up(handover: Handover, year: int | None, head: e.Holder) -> bool:
    """Whether the handover ends the term: of the year before, or of the head that it names."""
    if year is None or year >= handover.year:
        return False
    if handover.outgoing is None:
        return year == handover.year - 1
    return not _differ(head, handover.outgoing)


def _differ(one: e.Holder, other: e.Holder) -> bool:
    """Whether two holders cannot be the same: another agency, or, where one has none, another person."""
    if one.agency and other.agency:
        return one.agency != other.agency
    return bool(one.person and other.person and one.person != other.person)


def _dated(day: date | None, its_mark: Mark) -> Dated | None:
    return Dated(day, its_mark) if day else None


def _act(handover: Handover, year_mark: Mark) -> Dated:
    """The day of a handover that belongs to a term by its year, and is no surer than that year."""
    assert handover.on is not None
    own, year = (mark(handover.record, field) for field in ("effective", "year"))
    return Dated(handover.on, weakest(own, year, year_mark))


def _eve(handover: Handover, year_mark: Mark) -> Dated:
    act = _act(handover, year_mark)
    return Dated(act.day - timedelta(days=1), act.mark)


def _over(term: Term, day: date) -> bool:
    return term.last is not None and term.last.day < day


def _starting(term: Term, day: date) -> Marks:
    return (term.start.mark,) if term.start and term.start.day == day else ()


def _in_office(term: Term, day: date) -> Marks:
    if term.start and term.last and term.start.day <= day <= term.last.day:
        return term.start.mark, term.last.mark
    if term.seen_on and term.seen_on.day == day:
        return (term.seen_on.mark,)
    return ()


def _in_own_year(term: Term, day: date, every: Iterable[Term]) -> Marks:
    if term.year != day.year:
        return ()
    if (begins := _begins(term)) is not None:
        basis = f"elected or installed for {term.year} on {begins}"
    elif not any(t.elected for t in every if t.year == term.year):
        begins, basis = day, f"head of {term.year}; no election for {term.year} is recorded"
    else:  # another head is said to have been elected: on an unknown day, or on this one
        begins = min((t.elected_on.day for t in every if t.year == term.year and t.elected_on), default=None)
        basis = f"head of {term.year}; the election for {term.year} is recorded on {begins}"
    if begins is None or day < begins:  # in office since an unknown day, or not yet
        return ()
    return term.year_mark, _inferred(basis)


def _holding_over(term: Term, day: date, every: Iterable[Term], summations: Iterable[Summation]) -> Marks:
    if term.year is None or day.year != term.year + 1:
        return ()
    nexts = [t for t in every if t.year == day.year]
    if any(t.elected and t.elected_on is None for t in nexts):
        return ()  # the next head was elected on an unknown day, which may have come before this one
    succeeded = any(known.day <= day for t in nexts for known in (t.elected_on, t.start) if known)
    summed_up = any(s.year == term.year and s.on < day for s in summations)
    if succeeded or summed_up:
        return ()
    return term.year_mark, _inferred(f"head of {term.year}; no next head and no summation recorded before that day")


def _begun_early(term: Term, day: date) -> Marks:
    """In the year before the one that the term is called after."""
    begins = _begins(term)
    if term.year != day.year + 1 or begins is None or day < begins:
        return ()
    return term.year_mark, _inferred(f"elected or installed for {term.year} on {begins}")


def _begins(term: Term) -> date | None:
    """The day from which the term's head may be inferred."""
    return min((known.day for known in (term.elected_on, term.start) if known), default=None)


def _answer(found: Iterable[tuple[Term, Marks]]) -> Heads:
    """One head for all terms that agree, best known first; each contradicting one beside it."""
    heads: list[tuple[e.Holder, Head]] = []
    for term, marks in found:
        same = next((i for i, (holder, _) in enumerate(heads) if not _differ(holder, term.head)), None)
        head = _head(term, marks)
        if same is None:
            heads.append((term.head, head))
        else:
            holder, first = heads[same]
            heads[same] = (_joined(holder, term.head), _agreed(first, head))
    return Heads(heads=tuple(head for _, head in heads))


def _head(term: Term, rests_on: Marks) -> Head:
    return Head(
        agency=_fact(term, "agency", term.head.agency, rests_on),
        person=_fact(term, "person", term.head.person, rests_on),
        title=_fact(term, "title", term.head.title, rests_on),
        year=Fact(value=str(term.year), mark=term.year_mark) if term.year else None,
        told_by=term.versions,
    )


def _fact(term: Term, field: str, value: str | None, rests_on: Marks) -> Fact | None:
    if value is None:
        return None
    return Fact(value=value, mark=weakest(mark(term.record, f"{term.head_field}.{field}"), *rests_on))


def _joined(one: e.Holder, other: e.Holder) -> e.Holder:
    return e.Holder(
        agency=one.agency or other.agency, person=one.person or other.person, title=one.title or other.title
    )


def _agreed(one: Head, other: Head) -> Head:
    return Head(
        agency=_surer(one.agency, other.agency),
        person=_surer(one.person, other.person),
        title=_surer(one.title, other.title),
        year=_surer(one.year, other.year),
        told_by=tuple(sorted({*one.told_by, *other.told_by})),
    )


def _surer(one: Fact | None, other: Fact | None) -> Fact | None:
    """Of two facts that agree, the stated one."""
    if one is None or other is None:
        return one or other
    return other if one.mark.certainty == "INFERRED" and other.mark.certainty == "STATED" else one
