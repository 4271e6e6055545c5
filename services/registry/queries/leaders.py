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
from services.registry.domain.heading import Head, deputising, headed_in, headed_on
from services.registry.domain.leadership import Change, Leadership
from services.registry.projections import BLOCS, LEADERSHIPS, Led
from services.registry.queries.body import SeatFactList, SeatShown
from services.registry.queries.common import DeputyShown, HolderShown, Label, labels, recorded
from services.registry.queries.heads import summations_of
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
    """Head and deputies, by terms in the order of their years; a term that several sources tell comes once for each."""
    labels: tuple[Label, ...]
    """The organisations named here."""


async def get_bloc_leadership(asked: GetBlocLeadership, view: View) -> LeadershipAnswer:
    await recorded(view, BLOCS, asked.bloc)
    led: Led = await view.get(LEADERSHIPS, asked.bloc) or Led()
    leadership = led.leadership
    if asked.on is None:
        seats = tuple(seat for year in _years(leadership) for seat in _in_year(leadership, year))
    else:
        heads = headed_on(leadership, await summations_of(view, asked.bloc, led), asked.on)
        seats = tuple(seat for head in heads.heads for seat in _under(leadership, head, asked.on, heads.disputed))
    members = SeatFactList(items=seats, declared_count=None, exhaustive=None)
    answer = LeadershipAnswer(bloc=asked.bloc, members=members, labels=())
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _years(leadership: Leadership) -> list[int]:
    claimed = {claim.year for claim in leadership.claims if claim.year is not None}
    return sorted(claimed | {handover.year for handover in leadership.handovers})


def _under(leadership: Leadership, head: Head, on: date, disputed: bool) -> Iterator[SeatShown]:
    """The head of a day, and the deputies of the same terms."""
    terms = [t for t in _terms(leadership, head) if set(t.told_by) <= {*head.told_by}]
    since, until = _first(t.start for t in terms), _after(_first(t.end for t in terms))
    rests = [one.mark for one in (head.agency, head.person) if one][:1]
    yield _seat(head, Fact(value="HEAD", mark=rests[0]) if rests else None, since, until, disputed)
    for deputy, rank in deputising(leadership, head, on):
        office = Fact(value=OFFICES[rank.value if rank else None], mark=weakest(rank.mark if rank else Mark(), *rests))
        yield _seat(deputy, office, since, until, disputed)


def _terms(leadership: Leadership, head: Head) -> tuple[TermShown, ...]:
    return terms_of(leadership, int(head.year.value)) if head.year else ()


def _first(facts: Iterator[Fact | None]) -> Fact | None:
    return next(filter(None, facts), None)


def _after(last: Fact | None) -> Fact | None:
    """The day after the last."""
    return last and last.model_copy(update={"value": str(date.fromisoformat(last.value) + timedelta(days=1))})


def _in_year(leadership: Leadership, year: int) -> Iterator[SeatShown]:
    """Every head and deputy of a year, each as one source tells it, and one seat for each who represented it."""
    disputed = headed_in(leadership, year).disputed
    changes = sorted((c for c in leadership.changes if c.year == year), key=lambda c: c.effective or date.max)
    for term in terms_of(leadership, year):
        if term.head:
            office = _office(term.head, "HEAD")
            yield from _represented(_held(term, term.head, office, disputed=disputed), changes)
        for deputy in term.deputies.items:
            office = _office(deputy, OFFICES[deputy.rank.value if deputy.rank else None])
            yield from _represented(_held(term, deputy, office, disputed=False), changes)


def _office(holder: HolderShown | DeputyShown, office: str) -> Fact:
    """The office, as sure as who holds it, and as its rank."""
    known = (holder.agency, holder.person, getattr(holder, "rank", None))
    return Fact(value=office, mark=weakest(*[one.mark for one in known if one] or [Mark()]))


def _held(term: TermShown, holder: HolderShown | DeputyShown, office: Fact, *, disputed: bool) -> SeatShown:
    head = Head(agency=holder.agency, person=holder.person, title=holder.title, year=term.year, told_by=term.told_by)
    return _seat(head, office, term.start, _after(term.end), disputed)


def _represented(seat: SeatShown, changes: Sequence[Change]) -> list[SeatShown]:
    """The seat, once for each person who held it in turn."""
    own = [change for change in changes if seat.agency and change.agency == seat.agency.value]
    if not own:
        return [seat]
    came = {change.person for change in own}
    first = fact(own[0], "in_place_of") if seat.person and seat.person.value in came else seat.person
    seats = [seat.model_copy(update={"person": first or fact(own[0], "in_place_of")})]
    for change in own:
        day, document = fact(change, "effective"), fact(change, "decision.id")
        seats[-1] = seats[-1].model_copy(update={"until": day, "ended": True, "end_decision": document})
        new = {"person": fact(change, "person"), "since": day, "decision": document}
        seats.append(seat.model_copy(update=new))
    return seats


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
