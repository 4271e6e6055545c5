"""The leadership of a bloc as a body: head and deputies in the form in which members of councils are answered.

It is made of the terms alone, and so never another truth than theirs.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pydantic import BaseModel

from services.kernel.provenance import Fact, Mark
from services.kernel.telling import fact, weakest
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.deputising import deputising, disputed_deputies
from services.registry.domain.head import Head
from services.registry.domain.heading import headed_in
from services.registry.domain.leadership import Change, Leadership
from services.registry.domain.representing import changes_of, replacing_first, represented_first
from services.registry.domain.terms import tells_entry
from services.registry.projections import BLOCS, LEADERSHIPS, Bloc, Led
from services.registry.queries.alike import alike
from services.registry.queries.bloc import authority_told, leading_bloc
from services.registry.queries.body import SeatFactList, SeatShown
from services.registry.queries.common import DeputyShown, HolderShown, Label, labels, recorded
from services.registry.queries.endings import WarningShown, warnings
from services.registry.queries.heads import in_office, summations_of
from services.registry.queries.terms import TermShown, terms_of

OFFICES = {"STANDING": "STANDING_DEPUTY_HEAD", "ORDINARY": "DEPUTY_HEAD", None: "DEPUTY_HEAD"}


class GetBlocLeadership(BaseModel):
    """The leadership of a bloc as a body: its head and deputies, each an agency with a person who represents it."""

    bloc: Id
    """The bloc."""
    on: date | None = None
    """The day, on which the deputies are those of the terms whose head it was; every term, as told, if absent."""


class LeadershipAnswer(BaseModel):
    """The leadership of a bloc."""

    bloc: str
    """Its id."""
    members: SeatFactList
    """Head and deputies, by terms in the order of their years; one of whom several sources tell comes once for each
    that tells otherwise."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    warnings: tuple[WarningShown, ...]
    """Heads and deputies of the day asked for that are no more on it, or whose work went to others; none without a
    day."""


async def get_bloc_leadership(asked: GetBlocLeadership, view: View) -> LeadershipAnswer:
    bloc: Bloc = await recorded(view, BLOCS, asked.bloc)
    led: Led = await view.get(LEADERSHIPS, asked.bloc) or Led()
    leadership = led.leadership
    if asked.on is None:
        seats = tuple(seat for year in _years(leadership) for seat in alike(_in_year(leadership, year)))
        warned: tuple[WarningShown, ...] = ()
    else:
        heads = in_office(led, await summations_of(view, asked.bloc, led, asked.on), bloc, asked.on)
        seats = tuple(seat for head in heads.heads for seat in _under(leadership, head, asked.on, heads.disputed))
        taking = leading_bloc(leadership, heads.heads, asked.on)
        warned = await warnings(view, taking, authority_told(bloc), asked.on)
    members = SeatFactList(items=tuple(_with_bloc(seat, bloc) for seat in seats), declared_count=None, exhaustive=None)
    answer = LeadershipAnswer(bloc=asked.bloc, members=members, labels=(), warnings=warned)
    return answer.model_copy(update={"labels": await labels(view, answer, asked.on)})


def _with_bloc(seat: SeatShown, bloc: Bloc) -> SeatShown:
    """A seat of which no end is told ends with the bloc: on the first day that is told, unless one is not."""
    if seat.ended or not bloc.dissolved:
        return seat
    days = sorted((event for event in bloc.dissolved if event.effective), key=lambda event: event.effective or date.max)
    sure = len(days) == len(bloc.dissolved)
    until = fact(days[0], "effective", "the bloc is dissolved / khối, cụm đã giải thể") if sure else None
    return seat.model_copy(update={"until": until, "ended": True})


def _years(leadership: Leadership) -> list[int]:
    claimed = {claim.year for claim in leadership.claims if claim.year is not None}
    return sorted(claimed | {handover.year for handover in leadership.handovers})


def _under(leadership: Leadership, head: Head, on: date, disputed: bool) -> Iterator[SeatShown]:
    """The head of a day, and the deputies of the same terms."""
    terms = [t for t in _terms(leadership, head) if set(t.told_by) <= {*head.told_by}]
    since, until = _first(t.start for t in terms), _after(_first(t.end for t in terms))
    rests = [one.mark for one in (head.agency, head.person) if one][:1]
    office = Fact(value="HEAD", mark=rests[0]) if rests else None
    yield _then(_seat(head, office, since, until, disputed), _changes(leadership, head), on)
    for deputy, rank, contradicted in deputising(leadership, head, on):
        office = Fact(value=OFFICES[rank.value if rank else None], mark=weakest(rank.mark if rank else Mark(), *rests))
        own = [claim for claim in leadership.claims if set(claim.told_by) <= {*deputy.told_by}]
        first, last = _first(fact(c, "start") for c in own), _after(_first(fact(c, "end") for c in own))
        days = first or _with_head(since), last or _with_head(until)
        yield _then(_seat(deputy, office, *days, disputed or contradicted), _changes(leadership, deputy), on)


def _changes(leadership: Leadership, of: Head) -> list[Change]:
    holder = e.Holder(agency=_value(of.agency), person=_value(of.person))
    return changes_of(leadership.changes, int(of.year.value) if of.year else None, holder)


def _value(told: Fact | None) -> str | None:
    return told.value if told else None


def _with_head(day: Fact | None) -> Fact | None:
    """A day of the head's, such as of its handover, as that of a deputy."""
    basis = Mark(certainty="INFERRED", basis="the day is that of the head / ngày này là của trưởng")
    return day and day.model_copy(update={"mark": weakest(day.mark, basis)})


def _then(seat: SeatShown, own: Sequence[Change], on: date) -> SeatShown:
    """The seat on a day with the days of the person who held it then, as far as they are known."""
    if not own:
        return seat
    if own[-1].effective is None:
        return seat.model_copy(update={"since": None, "until": None, "ended": False})
    done = [change for change in own if change.effective and change.effective <= on]
    later = [change for change in own if change.effective and change.effective > on]
    came = [c for c in done if c.effective == done[-1].effective and c.person == _value(seat.person)]
    new: dict[str, object] = {}
    if done:
        new |= {"since": _fact_of(came, "effective"), "decision": _fact_of(came, "decision.id")}
    if later:
        new |= {"until": _fact_of(later, "effective"), "end_decision": _fact_of(later, "decision.id"), "ended": True}
    return seat.model_copy(update=new)


def _fact_of(changes: Sequence[Change], field: str) -> Fact | None:
    return fact(changes[0], field) if changes else None


def _terms(leadership: Leadership, head: Head) -> tuple[TermShown, ...]:
    return terms_of(leadership, int(head.year.value)) if head.year else ()


def _first(facts: Iterator[Fact | None]) -> Fact | None:
    return next(filter(None, facts), None)


def _after(last: Fact | None) -> Fact | None:
    """The day after the last."""
    return last and last.model_copy(update={"value": str(date.fromisoformat(last.value) + timedelta(days=1))})


def _in_year(leadership: Leadership, year: int) -> Iterator[SeatShown]:
    """Every head and deputy of a year, each as one source tells it, and one seat for each who represented it."""
    disputed, contradicted = headed_in(leadership, year).disputed, disputed_deputies(leadership, year)
    claims = {claim.told_by: claim for claim in leadership.claims}
    for term in terms_of(leadership, year):
        claim = claims.get(term.told_by)
        entered = claim is None or tells_entry(claim)
        if term.head:
            head = _held(term, term.head)
            seat = _seat(head, _office(term.head, "HEAD"), term.start, _after(term.end), disputed)
            yield from _in_turn(seat, _changes(leadership, head), entered=entered)
        own = claim and claim.start, claim and claim.end
        since, until = term.start if own[0] else _with_head(term.start), _after(term.end)
        for i, shown in enumerate(term.deputies.items):
            deputy, office = _held(term, shown), _office(shown, OFFICES[shown.rank.value if shown.rank else None])
            last = until if own[1] else _with_head(until)
            seat = _seat(deputy, office, since, last, (term.told_by, i) in contradicted)
            yield from _in_turn(seat, _changes(leadership, deputy), entered=entered)


def _office(holder: HolderShown | DeputyShown, office: str) -> Fact:
    """The office, as sure as who holds it, and as its rank."""
    known = (holder.agency, holder.person, getattr(holder, "rank", None))
    return Fact(value=office, mark=weakest(*[one.mark for one in known if one] or [Mark()]))


def _held(term: TermShown, holder: HolderShown | DeputyShown) -> Head:
    return Head(agency=holder.agency, person=holder.person, title=holder.title, year=term.year, told_by=term.told_by)


def _in_turn(seat: SeatShown, own: Sequence[Change], *, entered: bool) -> list[SeatShown]:
    """The seat, once for each person who held it in turn; several at once where changes of one day contradict."""
    if not own:
        return [seat]
    first: list[Fact | None] = [seat.person]
    if not represented_first(_value(seat.person), own, entered=entered):
        first = [fact(change, "in_place_of") for change in replacing_first(own)] or [None]
    turns = _turns(own)
    rivals_first = {"disputed": seat.disputed or len(first) > 1}
    seats = [_until(seat, turns[0]).model_copy(update={"person": person, **rivals_first}) for person in first]
    for turn, following in zip(turns, [*turns[1:], []], strict=True):
        rivals = {change.person: change for change in reversed(turn)}
        for change in reversed(rivals.values()):
            new = {
                "person": fact(change, "person"),
                "since": fact(change, "effective"),
                "decision": fact(change, "decision.id"),
                "disputed": seat.disputed or len(rivals) > 1,
            }
            seats.append(_until(seat, following).model_copy(update=new))
    return seats


def _turns(own: Sequence[Change]) -> list[list[Change]]:
    """The changes of each day together, in order; each of an unknown day by itself."""
    days = dict.fromkeys(change.effective for change in own if change.effective)
    dated = [[change for change in own if change.effective == day] for day in days]
    return dated + [[change] for change in own if change.effective is None]


def _until(seat: SeatShown, turn: Sequence[Change]) -> SeatShown:
    """The seat until a change, where there is one."""
    if not turn:
        return seat
    ended = {"until": fact(turn[0], "effective"), "ended": True, "end_decision": fact(turn[0], "decision.id")}
    return seat.model_copy(update=ended)


def _seat(head: Head, office: Fact | None, since: Fact | None, until: Fact | None, disputed: bool) -> SeatShown:
    return SeatShown(
        person=head.person,
        agency=head.agency,
        office=office,
        title=head.title,
        votes=None,
        since=since,
        until=until,
        ended=until is not None,
        disputed=disputed,
        decision=None,
        end_decision=None,
    )
