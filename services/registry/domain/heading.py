"""Who headed a bloc: by the year that a term is called after, or on a day (the rule of the domain's section 6).

On a day: stated between a term's recorded start and end, on the day it starts, and on a day on which a source shows
its head in office. Inferred from the election for year N to the end of N (the whole of N where no election for N is
recorded), and after it as a holdover until the first of: election or handover for the next year, whomever it names; the
summation conference of N is over; the end of the next year. Otherwise unknown: a gap is never filled. No answer is more
certain than the facts it rests on.

A year may have several heads one after another: a handover in its midst, in which its head is named as the outgoing
one, ends that head's term.

Where sources contradict each other, all heads are shown that hold on the day by one or the other.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import reduce
from itertools import combinations, product
from typing import NamedTuple

from services.kernel.once import once
from services.kernel.provenance import Part
from services.registry.domain.head import Head, Heads, agreed, head_of
from services.registry.domain.leadership import Claim, Handover, Leadership
from services.registry.domain.representing import represented
from services.registry.domain.terms import Marks, Term, agree, inferred, terms


class Summation(Part):
    """A summation conference: the year that it closed, and its day."""

    year: int
    on: date


class Known(NamedTuple):
    """All that is known of who headed a bloc."""

    leadership: Leadership
    terms: Sequence[Term]
    summations: Sequence[Summation]


@once
def headed_in(leadership: Leadership, year: int) -> Heads:
    """The head of the term called after the year; several in turn where one left office before the other came."""
    every = [first for term in terms(leadership, year) for first in represented(term, None, leadership.changes)]
    every.sort(key=lambda term: _begins(term) or date.min)
    groups = _grouped([(term, (term.year_mark,)) for term in every], every)
    pairs = ((one, other) for some, others in combinations(groups, 2) for one, _ in some for other, _ in others)
    return _answer(groups, disputed=not all(_precedes(*pair) or _precedes(*reversed(pair)) for pair in pairs))


def _precedes(one: Term, other: Term) -> bool:
    """Whether it was over before the other began, as far as days tell."""
    begins = _begins(other)
    if one.last is None or begins is None:
        return False
    return one.last.day < min(begins, other.seen_on.day if other.seen_on else begins)


def headed_on(leadership: Leadership, summations: Sequence[Summation], day: date) -> Heads:
    """The head on a day."""
    then = [term for told in terms(leadership) for term in represented(told, day, leadership.changes)]
    known = Known(leadership, then, summations)
    held = [one for term in known.terms if not _over(term, day) and (one := _holding(term, day, known))]
    best = min((one.rank for one in held), default=0)
    first = [one.term for one in held if one.rank == best]
    shown = [one for one in held if one.rank == best or any(_stands_against(one, term, day) for term in first)]
    shown.sort(key=lambda one: (one.rank, -(one.term.year or 0)))
    groups = _grouped([(one.term, one.marks) for one in shown], known.terms)
    return _answer(groups, disputed=len(groups) > 1)


def held_over(leadership: Leadership, day: date) -> bool:
    """Whether somebody may be the head on a day as a holdover, which a summation conference ends."""
    known = Known(leadership, terms(leadership), ())
    return any(_holding_over(term, day, known) for term in known.terms)


def lasting(leadership: Leadership, heads: Sequence[Head], day: date) -> list[Head]:
    """Of these heads those who are not told to have left office before the day."""
    known = terms(leadership)
    return [one for one in heads if not all(_over(t, day) for t in known if {*t.versions} <= {*one.told_by})]


def two_at_once(leadership: Leadership) -> frozenset[frozenset[int]]:
    """The acts performed here, two and two by their versions, by which two agencies head at one time."""
    told: Sequence[Claim | Handover] = (*leadership.claims, *leadership.handovers)
    acts = {version for one in told if one.record is None for version in one.told_by}
    found = (headed_on(leadership, (), day).heads for day in _turning(leadership))
    rivals = (
        (one, other) for heads in found for one, other in combinations(heads, 2) if _agency(one) != _agency(other)
    )
    pairs = (product(acts.intersection(one.told_by), acts.intersection(other.told_by)) for one, other in rivals)
    return frozenset(frozenset(both) for some in pairs for both in some)


def _agency(head: Head) -> str | None:
    return head.agency.value if head.agency else None


def _turning(leadership: Leadership) -> set[date]:
    """The days from which on another may head than before."""
    claimed = [day for c in leadership.claims for day in (c.elected_on, c.start, c.end, c.seen_on) if day]
    told = claimed + [h.on for h in leadership.handovers if h.on]
    years = {c.year for c in leadership.claims if c.year} | {h.year for h in leadership.handovers}
    turns = (date(year, 1, 1) for one in years for year in (one, one + 1))
    return {*turns, *told, *(day + timedelta(days=1) for day in told)}


def _over(term: Term, day: date) -> bool:
    return term.last is not None and term.last.day < day


class Holding(NamedTuple):
    """A term that holds on a day: by which rule, in their order, and resting on which facts."""

    term: Term
    rank: int
    marks: Marks


def _holding(term: Term, day: date, known: Known) -> Holding | None:
    """The term by the first rule by which it holds on the day."""
    found = (Holding(term, rank, rule(term, day, known)) for rank, rule in enumerate(RULES))
    return next((one for one in found if one.marks), None)


def _stands_against(one: Holding, first: Term, day: date) -> bool:
    """Whether it holds on the day as well as a term that holds by an earlier rule."""
    term, rule = one.term, RULES[one.rank]
    if term.year == first.year:
        return True
    if _taken_over(first, day) and (term.given_up or (rule is _in_office and term.last and term.last.day > day)):
        return True  # it is told to have lasted longer than until the other took over
    if rule is _in_own_year and first.year is None:
        return True
    return rule in (_in_own_year, _begun_early) and _taken_over(term, day) and _later(term, first)


def _taken_over(term: Term, day: date) -> bool:
    return term.start is not None and term.start.day <= day


def _later(term: Term, other: Term) -> bool:
    return term.year is not None and other.year is not None and term.year > other.year


def _starting(term: Term, day: date, known: Known) -> Marks:
    """On the day of a handover the incoming head is the head."""
    del known
    return (term.start.mark,) if term.start and term.start.day == day else ()


def _in_office(term: Term, day: date, known: Known) -> Marks:
    del known
    if term.start and term.last and term.start.day <= day <= term.last.day:
        return term.start.mark, term.last.mark
    if term.seen_on and term.seen_on.day == day:
        return (term.seen_on.mark,)
    return ()


def _in_own_year(term: Term, day: date, known: Known) -> Marks:
    if term.year != day.year:
        return ()
    elections = [c for c in known.leadership.claims if c.year == term.year and c.elected and not _after(c, term)]
    if (begins := _begins(term)) is not None:
        basis = _installed(term, begins)
    elif not elections:
        begins, basis = (
            day,
            (
                f"head of {term.year}; no election for {term.year} is recorded"
                f" / trưởng năm {term.year}; chưa ghi nhận việc bầu cho năm {term.year}"
            ),
        )
    else:  # another is said to have been elected, or whom is not told: on an unknown day, or on this one
        begins = min((c.elected_on for c in elections if c.elected_on), default=None)
        basis = (
            f"head of {term.year}; the election for {term.year} is recorded on {begins}"
            f" / trưởng năm {term.year}; việc bầu cho năm {term.year} được ghi nhận ngày {begins}"
        )
    if begins is None or day < begins:  # in office since an unknown day, or not yet
        return ()
    return term.year_mark, inferred(basis)


def _after(claim: Claim, term: Term) -> bool:
    """Whether it tells of an election after the term, for the rest of the year."""
    return bool(term.last and claim.elected_on and term.last.day < claim.elected_on)


def _holding_over(term: Term, day: date, known: Known) -> Marks:
    if term.year is None or day.year != term.year + 1 or day < (_begins(term) or day):
        return ()
    summed_up = any(s.year == term.year and s.on < day for s in known.summations)
    if summed_up or _succeeded(term, day, known):
        return ()
    return term.year_mark, inferred(
        f"head of {term.year}; no next head and no summation recorded before that day"
        f" / trưởng năm {term.year}; trước ngày đó chưa ghi nhận trưởng kế tiếp hoặc hội nghị tổng kết"
    )


def _succeeded(term: Term, day: date, known: Known) -> bool:
    """Whether there is, or may be, an election or handover for the next year by the day, whomever it names, or its head
    has even left office.

    Of a term that one source says was handed over on a later day, another's handover does not decide.
    """
    claims = [c for c in known.leadership.claims if c.year == day.year]
    handovers = [h for h in known.leadership.handovers if h.year == day.year]
    elected = [c.elected_on for c in claims if c.elected_on]
    taken = [on for on in (*(c.start for c in claims), *(h.on for h in handovers)) if on]
    if any(t.elected and t.elected_on is None for t in known.terms if t.year == day.year):
        return True  # the next head was elected on an unknown day, which may have come before this one
    if any(t.year == day.year and _over(t, day) for t in known.terms):
        return True
    if not elected and not taken:
        return bool(handovers) or any(c.elected for c in claims)  # on an unknown day too
    return any(on <= day for on in (elected if term.given_up else elected + taken))


def _begun_early(term: Term, day: date, known: Known) -> Marks:
    """In the year before the one that the term is called after."""
    del known
    begins = _begins(term)
    if term.year != day.year + 1 or begins is None or day < begins:
        return ()
    return term.year_mark, inferred(_installed(term, begins))


RULES: tuple[Callable[[Term, date, Known], Marks], ...] = (
    _starting,
    _in_office,
    _in_own_year,
    _holding_over,
    _begun_early,
)


def _installed(term: Term, begins: date) -> str:
    return (
        f"elected or installed for {term.year} on {begins}"
        f" / được bầu hoặc nhận nhiệm vụ cho năm {term.year} ngày {begins}"
    )


def _begins(term: Term) -> date | None:
    """The day from which the term's head may be inferred."""
    return min((known.day for known in (term.elected_on, term.start) if known), default=None)


def _grouped(found: Sequence[tuple[Term, Marks]], every: Iterable[Term]) -> list[list[tuple[Term, Marks]]]:
    """The terms that agree together, in order; each contradicting one beside them."""
    years = {term.year for term, _ in found}
    holders = [term.head for term in every if term.year in years]
    groups: list[list[tuple[Term, Marks]]] = []
    for one in found:
        agreeing = next((g for g in groups if agree(g[0][0].head, one[0].head, holders)), None)
        if agreeing is None:
            groups.append([one])
        else:
            agreeing.append(one)
    return groups


def _answer(groups: Sequence[Sequence[tuple[Term, Marks]]], *, disputed: bool) -> Heads:
    """One head for all terms that agree."""
    return Heads(heads=tuple(reduce(agreed, (head_of(*one) for one in group)) for group in groups), disputed=disputed)
