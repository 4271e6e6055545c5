"""A bloc's year: everything that is recorded of it, read at one position."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from pydantic import BaseModel

from services.kernel.provenance import Fact, Mark
from services.kernel.telling import fact, first, resting, weakest
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.covenant import COVENANT
from services.registry.domain.document import citations_in
from services.registry.domain.head import Head
from services.registry.domain.heading import headed_in, lasting
from services.registry.domain.leadership import Leadership
from services.registry.domain.plan import PLAN
from services.registry.domain.ruling import holding
from services.registry.projections import BLOCS, LEADERSHIPS, STREAMS, YEARS, Bloc, Led, Stream, Year, year_key
from services.registry.queries.acts import YearAct, acts_of
from services.registry.queries.alike import alike
from services.registry.queries.bloc import (
    Claimed,
    MemberFactList,
    MemberShown,
    authority_told,
    belonging,
    claimed,
    declared,
    leading_bloc,
    member_of,
    organising,
)
from services.registry.queries.common import Label, labels, recorded, surest, whole
from services.registry.queries.conference import MeetingShown, PreparationShown, meeting, preparations_of
from services.registry.queries.covenant import CovenantShown, covenant_of
from services.registry.queries.days import ByDay
from services.registry.queries.disputes import disputes
from services.registry.queries.document import CitationShown, citations_of
from services.registry.queries.endings import Taking, WarningShown, gone, warnings
from services.registry.queries.evidence import EVIDENCE, done
from services.registry.queries.exemplar import ExemplarShown, exemplar_of
from services.registry.queries.members import declared_for, members_on
from services.registry.queries.movement_review import MovementReviewShown
from services.registry.queries.movements import MovementShown, movements_of, of_year, taken_up
from services.registry.queries.participation import MovementPlanShown, ParticipationShown
from services.registry.queries.plan import PlanShown, plan_of
from services.registry.queries.reports import InspectionShown, ReportShown, inspection_of, report_of
from services.registry.queries.reviews import ReviewShown, reviews_of
from services.registry.queries.terms import (
    HandoverShown,
    RepresentativeShown,
    TermShown,
    handovers_of,
    representatives_of,
    terms_of,
)

THERE = "something is recorded of the year / có ghi nhận về năm này"


class GetBlocYear(ByDay):
    """All that is recorded of a bloc's year."""

    bloc: Id
    """The bloc."""
    year: e.Year
    """The emulation year."""


class BlocYearAnswer(BaseModel):
    """A bloc's year."""

    state: Fact | None
    """How far it has come, by what is recorded: FORMED, LED, LAUNCHED, COVENANTED, PLANNED, MID_REVIEWED,
    INSPECTED, SUMMED_UP."""
    terms: tuple[TermShown, ...]
    """The leadership: every term called after the year, contradicting ones beside each other; one that several tell
    alike, once."""
    disputed: bool
    """Whether the terms name different heads, and not of whom one left office before the other came."""
    members: MemberFactList
    """The members named, and how many were declared."""
    movements: tuple[MovementShown, ...]
    """Its own and those it takes up."""
    covenant: CovenantShown | None
    """The covenant; absent where none is known."""
    plan: PlanShown | None
    """The plan; absent where none is known."""
    reviews: tuple[ReviewShown, ...]
    """Reviews of the year, each by itself."""
    conferences: tuple[MeetingShown, ...]
    """Conferences that close, open or review the year."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    handovers: tuple[HandoverShown, ...]
    """How the lead was handed over to heads of the year."""
    citations: tuple[CitationShown, ...]
    """The documents that its conferences, movements, reviews, reports and plan cite."""
    reports: tuple[ReportShown, ...]
    """Reports on the year."""
    inspections: tuple[InspectionShown, ...]
    """Inspections of the year."""
    exemplars: tuple[ExemplarShown, ...]
    """Advanced exemplars of the year."""
    representatives: tuple[RepresentativeShown, ...]
    """How the persons changed who represent its heads and deputies."""
    registrations: tuple[ParticipationShown, ...]
    """Who registered for movements in the bloc's year."""
    participations: tuple[ParticipationShown, ...]
    """How these take part, as reported."""
    movement_plans: tuple[MovementPlanShown, ...]
    """The plans that these have for movements, or for phases of them."""
    movement_reviews: tuple[MovementReviewShown, ...]
    """Reviews of movements in the bloc's year."""
    preparations: tuple[PreparationShown, ...]
    """How congresses are prepared in the bloc's year."""
    warnings: tuple[WarningShown, ...]
    """Who is no more by the end of the year, or whose work went to others: members whose memberships go on, the head
    and deputies whose terms do, who leads activities, the authority."""


class Known(NamedTuple):
    """What is told of a bloc's year."""

    bloc: Id
    year: int
    leadership: Leadership
    heads: Sequence[Head]
    covenant: CovenantShown | None
    plan: PlanShown | None
    acts: Sequence[YearAct]


async def get_bloc_year(asked: GetBlocYear, view: View) -> BlocYearAnswer:
    bloc: Bloc = await recorded(view, BLOCS, asked.bloc)
    led: Led = await view.get(LEADERSHIPS, asked.bloc) or Led()
    leadership = led.leadership
    await _read_at_once(view, asked, bloc)
    papers: dict[str, Stream] = await view.many(STREAMS, _names(asked))
    covenant, plan = (papers.get(name) for name in _names(asked))
    claims = await claimed(view, asked.bloc, bloc)
    acts = await acts_of(view, year_key(asked.bloc, asked.year))
    heads = headed_in(leadership, asked.year)
    signing = signing_in(bloc.declared, claims, asked.year)
    answer = BlocYearAnswer(
        state=None,
        terms=alike(terms_of(leadership, asked.year)),
        disputed=heads.disputed,
        members=members_in(bloc.declared, claims, asked.year),
        movements=await movements_of(view, acts),
        covenant=covenant_of(covenant, signing) if covenant else None,
        plan=plan_of(plan) if plan else None,
        reviews=reviews_of(acts),
        conferences=tuple(meeting(act) for act in acts if act.here(e.ConferenceHeld)),
        labels=(),
        handovers=handovers_of(leadership, asked.year),
        representatives=representatives_of(leadership, asked.year),
        reports=tuple(report_of(act) for act in acts if act.of(e.ReportPresented)),
        inspections=tuple(inspection_of(act) for act in acts if act.of(e.InspectionHeld)),
        exemplars=tuple(exemplar_of(act) for act in acts if act.of(e.ExemplarRegistered)),
        **await of_year(view, acts),
        preparations=tuple(shown for act in acts for shown in preparations_of(act.every, act.tells)),
        citations=await citations_of(view, _citing(asked, [*(act.stream for act in acts), *taken_up(acts)])),
        warnings=(),
    )
    last = date(asked.year, 12, 31)
    led_by = leading_bloc(leadership, lasting(leadership, heads.heads, last), last)
    taking = [*belonging(_stayed(claims, asked.year)), *led_by, *leading(answer.plan)]
    authority = authority_told(bloc)
    warned = await warnings(view, [*taking, *organising(authority)], authority, last)
    answer = answer.model_copy(update={"warnings": warned})
    known = Known(asked.bloc, asked.year, leadership, heads.heads, answer.covenant, answer.plan, acts)
    state = _state(bloc, answer, known)
    return answer.model_copy(update={"state": state, "labels": await labels(view, answer)})


async def _read_at_once(view: View, asked: GetBlocYear, bloc: Bloc) -> None:
    """The streams that the year is made of: the view keeps them for all who ask."""
    year: Year = await view.get(YEARS, year_key(asked.bloc, asked.year)) or Year()
    cited = map(citations_in, _citing(asked, year.acts))
    await view.many(STREAMS, [*_names(asked), *bloc.members, *year.acts, *cited])


def _citing(asked: GetBlocYear, acts: Sequence[str]) -> list[str]:
    """The streams of what may cite documents in the year."""
    return [*acts, PLAN.of(asked.bloc, str(asked.year)).name]


def _names(asked: GetBlocYear) -> list[str]:
    """The streams of the year's covenant and plan."""
    return [kind.of(asked.bloc, str(asked.year)).name for kind in (COVENANT, PLAN)]


def members_in(declarations: Sequence[e.MembersDeclared], claims: Sequence[Claimed], year: int) -> MemberFactList:
    """Who is declared for the year, or was a member on any of its days."""
    told = declared_for(declarations, year)
    lists = [_declared(event) for event in told]
    stayed = [member_of(one, *_days(year)) for one in _stayed(claims, year)]
    units = surest([*stayed, *(item.unit for one in lists for item in one.items)])
    named_ = (([item.unit.value for item in one.items], one.exhaustive) for one in lists)
    return MemberFactList(
        items=tuple(MemberShown(unit=unit) for unit in units),
        declared_count=first(told, "members.declared_count"),
        exhaustive=whole(named_, {unit.value for unit in units}),
        disputes=disputes(told, "members.declared_count"),
    )


def signing_in(
    declarations: Sequence[e.MembersDeclared], claims: Sequence[Claimed], year: int
) -> Callable[[date], Sequence[Fact]]:
    """Who has to sign the year's covenant on a day; nobody, where not all the members are named."""

    def signing(day: date) -> Sequence[Fact]:
        members = members_in(declarations, claims, year)
        count, whole = members.declared_count, members.exhaustive
        if (count and int(count.value) > len(members.items)) or (whole and whole.value == "false"):
            return ()
        return members_on(declarations, claims, year, day)

    return signing


def _stayed(claims: Sequence[Claimed], year: int) -> list[Claimed]:
    """Who was a member on any day of the year."""
    return [one for one in claims if one.stay.lasts(*_days(year))]


def _days(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def leading(plan: PlanShown | None) -> list[Taking]:
    """Who leads activities of a plan."""
    return [Taking(item.lead, "LEADS") for item in (plan.items if plan else ()) if item.lead]


def _declared(event: e.MembersDeclared) -> MemberFactList:
    """The members, no surer than the year that the list is about."""
    told, about = declared(event), fact(event, "year") or fact(event, "effective")
    return told.model_copy(update={"items": tuple(MemberShown(unit=resting(m.unit, about)) for m in told.items)})


def _state(bloc: Bloc, answer: BlocYearAnswer, known: Known) -> Fact | None:
    """The last state that anything shows, marked as what shows it is."""
    for state in reversed(EVIDENCE):
        if found := done(state, known):
            return Fact(value=state, mark=found.what.mark)
    formed = _formed(bloc, answer, known.year)
    return formed and Fact(value="FORMED", mark=formed.mark)


def _formed(bloc: Bloc, answer: BlocYearAnswer, year: int) -> Fact | None:
    """That the bloc was there: told where it was established in the year, else inferred from that or from what is told
    of the year. Where nobody tells since when it is there, a year of which nothing is told has no state.
    """
    established = [event for event in holding(bloc.told) if isinstance(event, e.BlocEstablished)]
    since = first(established, "effective")
    over = gone(bloc.dissolved, date(year, 1, 1))
    if over or (since and since.value > str(date(year, 12, 31))):
        return None
    if since and since.value >= str(date(year, 1, 1)):
        return since
    told = since or next(_told(bloc, answer, year), None)
    return told and told.model_copy(update={"mark": weakest(told.mark, _there(since, over))})


def _there(since: Fact | None, over: bool | None) -> Mark:
    if since is None:
        return Mark(certainty="INFERRED", basis=THERE)
    en, vi = (
        ("whether it was dissolved by then is not known", "chưa rõ khi đó đã giải thể chưa")
        if over is None
        else ("no end before the year is recorded", "chưa ghi nhận kết thúc trước năm này")
    )
    basis = f"established on {since.value}, {en} / thành lập ngày {since.value}, {vi}"
    return Mark(certainty="INFERRED", basis=basis)


def _told(bloc: Bloc, answer: BlocYearAnswer, year: int) -> Iterator[Fact]:
    """The year, as each thing that is recorded of it tells it."""
    papers = [paper for paper in (answer.covenant, answer.plan) if paper]
    years = [
        one.year
        for one in (*papers, *answer.terms, *answer.handovers, *answer.movements, *answer.reports, *answer.exemplars)
    ]
    years += [meeting.closes or meeting.opens or meeting.during for meeting in answer.conferences]
    years += [review.on or review.conference for review in answer.reviews]
    years += [fact(x, "year") or fact(x, "effective") for x in declared_for(bloc.declared, year)]
    return filter(None, years)
