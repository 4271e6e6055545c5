"""Who headed a bloc: by the year that a term is called after, or on a day (the rule of the domain's section 6).

On a day: stated between a term's recorded start and end, on the day it starts, and on a day on which a source shows
its head in office. Inferred from the election for year N to the end of N (the whole of N where no election for N is
recorded), and after it as a holdover until the first of: election or handover for the next year, whomever it names; the
summation conference of N is over; the end of the next year. Otherwise unknown: a gap is never filled. No answer is more
certain than the facts it rests on.

Where sources contradict each other, all heads are shown that hold on the day by one or the other. What fits two that
contradict each other agrees with neither: no agency is paired with a person by whom no source says it was represented.

Who represents an agency on a day follows the changes of its representative that are told, up to that day; of a term by
its year, it is who represented it first: whom its election or handover names, even if that person came back later. A
change of an unknown day leaves the person of a day unknown.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import reduce
from itertools import combinations
from typing import NamedTuple

from services.kernel.provenance import Fact, Mark, Part, Record
from services.kernel.telling import fact, mark, weakest
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.leadership import Change, Claim, Handover, Leadership


class Summation(Part):
    """A summation conference: the year that it closed, and its day."""

    year: int
    on: date


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


class Known(NamedTuple):
    """All that is known of who headed a bloc."""

    leadership: Leadership
    terms: Sequence[Term]
    summations: Sequence[Summation]


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
    every = [first for term in terms(leadership) for first in _represented(term, None, leadership.changes)]
    return _answer([(term, (term.year_mark,)) for term in every if term.year == year], every)


def headed_on(leadership: Leadership, summations: Sequence[Summation], day: date) -> Heads:
    """The head on a day."""
    then = [term for told in terms(leadership) for term in _represented(told, day, leadership.changes)]
    known = Known(leadership, then, summations)
    held = [one for term in known.terms if not _over(term, day) and (one := _holding(term, day, known))]
    best = min((one.rank for one in held), default=0)
    first = [one.term for one in held if one.rank == best]
    shown = [one for one in held if one.rank == best or any(_stands_against(one, term, day) for term in first)]
    shown.sort(key=lambda one: (one.rank, -(one.term.year or 0)))
    return _answer([(one.term, one.marks) for one in shown], known.terms)


def terms(leadership: Leadership) -> list[Term]:
    """Every term that is told of, with what handovers, and others who tell the same term, tell of its days."""
    told = [term for claim in leadership.claims if claim.head for term in _claimed(claim, leadership)]
    told += [term for handover in lone_handovers(leadership) for term in _begun(handover, leadership)]
    return [_completed(term, [t for t in told if _same(t, term, told)]) for term in told]


class Deputising(NamedTuple):
    """A deputy as one or several sources tell it."""

    deputy: Head
    rank: Fact | None
    disputed: bool
    """Whether another source tells another person, another rank or another agency of it."""


def deputising(leadership: Leadership, head: Head, day: date) -> list[Deputising]:
    """The deputies on a day on which this is the head, by the terms that tell of it.

    They are no surer than that it is the head. One that several sources tell alike comes once; what contradicts each
    other, beside each other.
    """
    rests_on = tuple(one.mark for one in (head.agency, head.person) if one)[:1]
    claims = [claim for claim in leadership.claims if _under(claim, head)]
    told = _deputies(claims, day, leadership.changes, rests_on)
    groups: list[list[_Deputy]] = []
    for one in told:
        agreeing = next((group for group in groups if all(_one_deputy(one, other) for other in group)), None)
        if agreeing is None:
            groups.append([one])
        else:
            agreeing.append(one)
    return [
        Deputising(
            reduce(_agreed, (one.deputy for one in group)),
            reduce(_surer, (one.rank for one in group)),
            any(_contradicted(one, told) for one in group),
        )
        for group in groups
    ]


def disputed_deputies(leadership: Leadership, year: int) -> set[tuple[tuple[int, ...], int]]:
    """The deputies of a year whom another source tells otherwise: the versions of the claim, and which of its items."""
    claims = [claim for claim in leadership.claims if claim.year == year]
    told = _deputies(claims, None, leadership.changes, ())
    return {(claims[one.claim].told_by, one.item) for one in told if _contradicted(one, told)}


class _Deputy(NamedTuple):
    """A deputy as one item of one claim tells it."""

    claim: int
    item: int
    deputy: Head
    rank: Fact | None

    def of(self, field: str) -> str | None:
        told: Fact | None = self.rank if field == "rank" else getattr(self.deputy, field)
        return told.value if told else None


def _under(claim: Claim, head: Head) -> bool:
    """Whether the claim tells of the deputies of this head."""
    of_its_year = claim.head is None and head.year is not None and str(claim.year) == head.year.value
    return of_its_year or set(claim.told_by) <= {*head.told_by}


def _deputies(claims: Iterable[Claim], day: date | None, changes: Iterable[Change], rests_on: Marks) -> list[_Deputy]:
    """Every deputy that claims tell of, as represented on a day, or first."""
    return [
        _Deputy(
            number,
            i,
            _head(term, (term.year_mark, *rests_on)),
            rank and rank.model_copy(update={"mark": weakest(rank.mark, *rests_on)}),
        )
        for number, claim in enumerate(claims)
        for i, deputy in enumerate(claim.deputies.items)
        for term in _represented(_bare(claim, deputy, f"deputies.items[{i}]"), day, changes)
        for rank in [fact(claim, f"deputies.items[{i}].rank")]
    ]


def _one_deputy(one: _Deputy, other: _Deputy) -> bool:
    """Whether two tell the same of one deputy."""
    return _one_seat(one, other) and not any(
        one.of(field) and other.of(field) and one.of(field) != other.of(field) for field in ("agency", "person", "rank")
    )


def _one_seat(one: _Deputy, other: _Deputy) -> bool:
    return any(one.of(field) and one.of(field) == other.of(field) for field in ("agency", "person"))


def _contradicted(one: _Deputy, told: Sequence[_Deputy]) -> bool:
    """Whether another claim tells it otherwise, or changes of one day name another person."""
    for other in told:
        if _one_seat(one, other) and not _one_deputy(one, other):
            same = [x for x in told if x.claim == other.claim]
            if other.claim != one.claim and not any(_one_deputy(one, x) for x in same):
                return True
            if (other.claim, other.item) == (one.claim, one.item):
                return True
    return False


def _bare(claim: Claim, holder: e.Holder, field: str) -> Term:
    """A holder of a claim's term without its days."""
    return Term(
        versions=claim.told_by,
        year=claim.year,
        year_mark=mark(claim.record, "year"),
        head=e.Holder(agency=holder.agency, person=holder.person, title=holder.title),
        record=claim.record,
        head_field=field,
        elected=False,
        elected_on=None,
        start=None,
        last=None,
        given_up=False,
        seen_on=None,
        entered=tells_entry(claim),
    )


def _represented(term: Term, day: date | None, changes: Iterable[Change]) -> list[Term]:
    """The term with the person who represented its head on a day, or first; once for each whom changes of one day name.

    What a source shows of the very day stays as it is.
    """
    own = changes_of(changes, term.year, term.head)
    if not own or (term.seen_on and term.seen_on.day == day and term.head.person):
        return [term]
    if day and not all(change.effective for change in own):
        return [_with_person(term, None, ())]
    done = [change for change in own if day and change.effective and change.effective <= day]
    if done:
        return [
            _with_person(term, change.person, (mark(change.record, "person"), *_of_change(change)))
            for change in {c.person: c for c in done if c.effective == done[-1].effective}.values()
        ]
    if represented_first(term.head.person, own, entered=term.entered):
        return [term]
    gone = [_with_person(term, change.in_place_of, _until(change)) for change in replacing_first(own)]
    return gone or [_with_person(term, None, ())]


def tells_entry(claim: Claim) -> bool:
    """Whether it is an election, which names who came first; what else tells of a term may name who came later."""
    return claim.elected_field == "effective"


def replacing_first(own: Sequence[Change]) -> list[Change]:
    """The changes that name who represented the agency before all of them; several where they contradict each other."""
    first = own if own[-1].effective is None else [change for change in own if change.effective == own[0].effective]
    came = {change.person for change in first}
    gone = {change.in_place_of: change for change in reversed(first) if change.in_place_of not in {*came, None}}
    return list(gone.values())


def _until(change: Change) -> Marks:
    """Of who represented an agency until a change."""
    until = _inferred(
        f"represented the agency until the change of {change.effective}"
        f" / đại diện cho cơ quan đến khi thay đổi ngày {change.effective}"
    )
    return mark(change.record, "in_place_of"), until, *_of_change(change)


def changes_of(changes: Iterable[Change], year: int | None, holder: e.Holder) -> list[Change]:
    """The changes of who represented a holder in the term of a year, by their days; those of unknown days last."""
    own = (change for change in changes if change.year == year and _represents(change, holder))
    return sorted(own, key=lambda change: change.effective or date.max)


def represented_first(person: Id | None, own: Sequence[Change], *, entered: bool) -> bool:
    """Whether whom a term tells to represent its holder did so before the changes of it: an election or handover names
    who came first, and another source perhaps who came later.
    """
    return person is not None and (entered or person not in {change.person for change in own})


def _represents(change: Change, head: e.Holder) -> bool:
    if head.agency is not None:
        return change.agency == head.agency
    return head.person is not None and head.person in (change.person, change.in_place_of)


def _of_change(change: Change) -> Marks:
    return tuple(mark(change.record, field) for field in ("effective", "agency", "year"))


def _with_person(term: Term, person: Id | None, marks: Marks) -> Term:
    return term._replace(head=term.head.model_copy(update={"person": person}), person_marks=marks)


def _same(one: Term, other: Term, every: Iterable[Term]) -> bool:
    """Whether two tell the same term."""
    if one is other:
        return True
    holders = [t.head for t in every if t.year == one.year]
    return one.year is not None and one.year == other.year and _one_office(one.head, other.head, holders)


def _completed(term: Term, told: Sequence[Term]) -> Term:
    """The term with the days that only others tell of it, no surer than the years by which they belong to it."""

    def day(find: Callable[[Term], Dated | None]) -> Dated | None:
        found = ((t, known) for t in told if (known := find(t)))
        return _earliest([known._replace(mark=weakest(known.mark, t.year_mark, term.year_mark)) for t, known in found])

    return term._replace(
        elected=any(t.elected for t in told),
        elected_on=term.elected_on or day(lambda t: t.elected_on),
        start=term.start or day(lambda t: t.start),
        last=term.last or day(lambda t: t.last),
        given_up=term.given_up if term.last else any(t.given_up for t in told),
    )


def _earliest(days: Iterable[Dated]) -> Dated | None:
    """The first day, as sure as it is told by anyone, whoever told it first."""
    return min(
        days, key=lambda known: (known.day, known.basis is not None, known.mark.certainty == "INFERRED"), default=None
    )


def lone_handovers(leadership: Leadership) -> list[Handover]:
    """Handovers to heads of whom nothing else is told."""
    told = leadership.claims
    return [
        h for h in leadership.handovers if h.incoming and not any(_takes_over(h, claim, leadership) for claim in told)
    ]


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
    begun = [seen._replace(start=start) for start in starts] or [seen]
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
    return incoming is None or _one_office(claim.head, incoming, [incoming, *_holders(leadership, handover.year)])


def _gives_up(handover: Handover, term: Term, leadership: Leadership) -> bool:
    """Whether the handover ends the term: of the year before, or of the head that it names."""
    if term.year is None or term.year >= handover.year:
        return False
    outgoing = handover.outgoing
    if outgoing is None:
        return term.year == handover.year - 1
    return _one_office(term.head, outgoing, [outgoing, *_holders(leadership, term.year)])


def _holders(leadership: Leadership, year: int) -> list[e.Holder]:
    """Everyone who is told to be the head of the year."""
    claimed = [c.head for c in leadership.claims if c.year == year]
    handed = [h.incoming for h in leadership.handovers if h.year == year]
    return [holder for holder in (*claimed, *handed) if holder]


def _one_office(one: e.Holder, other: e.Holder, every: Sequence[e.Holder]) -> bool:
    """Whether two hold the same office: the same agency, whoever represents it, or else those who agree."""
    if one.agency and other.agency:
        return one.agency == other.agency
    return _agree(one, other, every)


def _agree(one: e.Holder, other: e.Holder, every: Sequence[e.Holder]) -> bool:
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
    elections = [c for c in known.leadership.claims if c.year == term.year and c.elected]
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
    return term.year_mark, _inferred(basis)


def _holding_over(term: Term, day: date, known: Known) -> Marks:
    if term.year is None or day.year != term.year + 1:
        return ()
    summed_up = any(s.year == term.year and s.on < day for s in known.summations)
    if summed_up or _succeeded(term, day, known):
        return ()
    return term.year_mark, _inferred(
        f"head of {term.year}; no next head and no summation recorded before that day"
        f" / trưởng năm {term.year}; trước ngày đó chưa ghi nhận trưởng kế tiếp hoặc hội nghị tổng kết"
    )


def _succeeded(term: Term, day: date, known: Known) -> bool:
    """Whether there is, or may be, an election or handover for the next year by the day, whomever it names.

    Of a term that one source says was handed over on a later day, another's handover does not decide.
    """
    claims = [c for c in known.leadership.claims if c.year == day.year]
    handovers = [h for h in known.leadership.handovers if h.year == day.year]
    elected = [c.elected_on for c in claims if c.elected_on]
    taken = [on for on in (*(c.start for c in claims), *(h.on for h in handovers)) if on]
    if any(t.elected and t.elected_on is None for t in known.terms if t.year == day.year):
        return True  # the next head was elected on an unknown day, which may have come before this one
    if not elected and not taken:
        return bool(handovers) or any(c.elected for c in claims)  # on an unknown day too
    return any(on <= day for on in (elected if term.given_up else elected + taken))


def _begun_early(term: Term, day: date, known: Known) -> Marks:
    """In the year before the one that the term is called after."""
    del known
    begins = _begins(term)
    if term.year != day.year + 1 or begins is None or day < begins:
        return ()
    return term.year_mark, _inferred(_installed(term, begins))


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


def _answer(found: Sequence[tuple[Term, Marks]], every: Iterable[Term]) -> Heads:
    """One head for all terms that agree, best known first; each contradicting one beside it."""
    years = {term.year for term, _ in found}
    holders = [term.head for term in every if term.year in years]
    groups: list[list[tuple[Term, Marks]]] = []
    for one in found:
        agreeing = next((g for g in groups if _agree(g[0][0].head, one[0].head, holders)), None)
        if agreeing is None:
            groups.append([one])
        else:
            agreeing.append(one)
    return Heads(heads=tuple(reduce(_agreed, (_head(*one) for one in group)) for group in groups))


def _head(term: Term, rests_on: Marks) -> Head:
    return Head(
        agency=_fact(term, "agency", term.head.agency, rests_on),
        person=_person(term, rests_on),
        title=_fact(term, "title", term.head.title, rests_on),
        year=Fact(value=str(term.year), mark=term.year_mark) if term.year else None,
        told_by=term.versions,
    )


def _fact(term: Term, field: str, value: str | None, rests_on: Marks) -> Fact | None:
    if value is None:
        return None
    return Fact(value=value, mark=weakest(mark(term.record, f"{term.head_field}.{field}"), *rests_on))


def _person(term: Term, rests_on: Marks) -> Fact | None:
    """Of whom a change tells, it is as sure as the change."""
    if not term.person_marks or term.head.person is None:
        return _fact(term, "person", term.head.person, rests_on)
    return Fact(value=term.head.person, mark=weakest(*term.person_marks, *rests_on))


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
