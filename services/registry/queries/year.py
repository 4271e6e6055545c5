"""A bloc's year: everything that is recorded of it, read at one position."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from services.kernel.provenance import Fact, Part
from services.kernel.telling import differ, fact, mark, resting
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain import cycle
from services.registry.domain.conference import CONFERENCE
from services.registry.domain.covenant import COVENANT
from services.registry.domain.heading import Term, headed_in, lone_handovers, terms
from services.registry.domain.leadership import Claim, Handover, Leadership
from services.registry.domain.movement import MOVEMENT
from services.registry.domain.plan import PLAN, Status, status_after
from services.registry.domain.review import REVIEW
from services.registry.projections import (
    BLOCS,
    LEADERSHIPS,
    STREAMS,
    YEARS,
    Bloc,
    Led,
    Stream,
    Year,
    YearEvent,
    year_key,
)
from services.registry.queries.bloc import MemberFactList, MemberFacts, declared, member, stays
from services.registry.queries.common import (
    DeputyFactList,
    FactList,
    HolderFacts,
    Label,
    PartyFacts,
    counted,
    deputies,
    facts,
    holder,
    labels,
    latest,
    length,
    listed,
    party,
    recorded,
    surest,
)
from services.registry.queries.conference import contradict


class GetBlocYear(BaseModel):
    """All that is recorded of a bloc's year."""

    bloc: Id
    """The bloc."""
    year: e.Year
    """The emulation year."""


class TermFacts(Part):
    """What one event, or its correction, tells of a term. Marks are those of the fields themselves."""

    year: Fact | None
    """The year that the term is called after."""
    head: HolderFacts | None
    """The head."""
    deputies: DeputyFactList
    """The deputies with their ranks."""
    mode: Fact | None
    """ELECTED, ACCLAIMED or APPOINTED."""
    votes_in_favour: Fact | None
    """Of the tally."""
    votes_against: Fact | None
    """Of the tally."""
    votes_eligible: Fact | None
    """All who could vote, present or not."""
    elected_on: Fact | None
    """The day of the election."""
    start: Fact | None
    """The first day: its own, or of the handover."""
    end: Fact | None
    """The last day."""
    seen_on: Fact | None
    """A day on which the head is shown in office."""
    corrected_because: str | None
    """The reason of the last correction."""
    told_by: tuple[int, ...]
    """Versions, in the leadership stream, of the events that told the term; a correction names one of them."""


class MovementFacts(Part):
    """A movement of the year."""

    movement: str
    """Its id."""
    own: bool
    """Launched in the bloc, not taken up from others."""
    year: Fact | None
    """The year."""
    name: Fact | None
    """Its name."""
    theme: Fact | None
    """Its theme."""
    launcher: PartyFacts | None
    """Who launched it."""
    launched_on: Fact | None
    """The day of the launch."""
    manner: Fact | None
    """How the bloc takes it up: CONTINUED, JOINED or PUSHED."""
    tags: tuple[Fact, ...]
    """Free tags."""
    disputed: bool
    """Whether records tell of its launch in ways that cannot both be."""


class SignatureFacts(Part):
    """Who signed."""

    member: Fact | None
    """The member."""
    person: Fact | None
    """The person."""


class CovenantFacts(Part):
    """The covenant of the year."""

    year: Fact | None
    """The year."""
    signed: Fact | None
    """Whether it was signed; absent where that is not told."""
    by_reference: Fact | None
    """True where it is known only because something refers to it."""
    signed_on: Fact | None
    """The day of the signing."""
    signatures: tuple[SignatureFacts, ...]
    """The signatures told."""
    declared_count: Fact | None
    """How many signed, where a source says so."""
    exhaustive: Fact | None
    """Whether all signatures are told."""


class PlanItemFacts(Part):
    """An activity."""

    item: str
    """Its id within the plan."""
    text: Fact | None
    """What is to be done."""
    lead: Fact | None
    """The lead agency."""
    joining: tuple[Fact, ...]
    """Agencies that take part."""


class PlanFacts(Part):
    """The plan of the year."""

    year: Fact | None
    """The year."""
    status: Fact | None
    """REFERRED, DRAFTED, COMMENTED or APPROVED, as far as is recorded."""
    title: Fact | None
    """What it is called."""
    items: tuple[PlanItemFacts, ...]
    """Its activities."""
    declared_count: Fact | None
    """How many there are said to be."""
    exhaustive: Fact | None
    """Whether all are told."""
    presenter: PartyFacts | None
    """Who presented the draft."""
    acceptor: PartyFacts | None
    """Who took the comments in."""
    finaliser: PartyFacts | None
    """Who is to finalise it."""
    approver: PartyFacts | None
    """Who approved it."""
    approved_on: Fact | None
    """When it was approved."""
    decision: Fact | None
    """The document that approves it, by its id."""


class TargetFacts(Part):
    """A figure to be reached."""

    text: Fact | None
    """What is measured."""
    figure: Fact | None
    """The figure."""
    unit: Fact | None
    """Its unit."""


class MeetingFacts(Part):
    """A conference of the year."""

    conference: str
    """Its id."""
    kind: Fact | None
    """What it is for."""
    closes: Fact | None
    """The year that it sums up."""
    opens: Fact | None
    """The year that it opens."""
    during: Fact | None
    """The year in the midst of which it reviews."""
    held_on: Fact | None
    """Its day."""
    place: Fact | None
    """Where."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be."""


class BlocYearAnswer(BaseModel):
    """A bloc's year."""

    state: Fact | None
    """How far it has come, by what is recorded: FORMED, LED, LAUNCHED, COVENANTED, PLANNED, MID_REVIEWED, SUMMED_UP."""
    terms: tuple[TermFacts, ...]
    """The leadership: every term called after the year, contradicting ones beside each other."""
    disputed: bool
    """Whether the terms name different heads."""
    members: MemberFactList
    """The members named, and how many were declared."""
    movements: tuple[MovementFacts, ...]
    """Its own and those it takes up."""
    covenant: CovenantFacts | None
    """The covenant; absent where none is known."""
    plan: PlanFacts | None
    """The plan; absent where none is known."""
    limitations: FactList
    """Limitations noted."""
    tasks: FactList
    """Tasks set, beside how many were declared."""
    targets: tuple[TargetFacts, ...]
    """Targets set."""
    conferences: tuple[MeetingFacts, ...]
    """Conferences that close, open or review the year."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    reviews_disputed: bool
    """Whether records tell of one review in ways that cannot both be: other counts, or other figures of a target."""


async def get_bloc_year(asked: GetBlocYear, view: View) -> BlocYearAnswer:
    bloc: Bloc = await recorded(view, BLOCS, asked.bloc)
    led: Led = await view.get(LEADERSHIPS, asked.bloc) or Led()
    year: Year = await view.get(YEARS, year_key(asked.bloc, asked.year)) or Year()
    covenant, plan = await _papers(view, asked)
    reviews = [event for event in year.told if isinstance(event, e.ReviewNoted)]
    acts = await _acts(view, year)
    answer = BlocYearAnswer(
        state=None,
        terms=_terms(led.leadership, asked.year),
        disputed=headed_in(led.leadership, asked.year).disputed,
        members=_members(bloc, asked.year),
        movements=tuple(_movement(x, acts) for x in year.told if isinstance(x, e.MovementLaunched | e.MovementLinked)),
        covenant=_covenant([x for x in covenant if isinstance(x, e.CovenantSigned | e.CovenantRecorded)]),
        plan=_plan([x for x in plan if not isinstance(x, e.CovenantSigned | e.CovenantRecorded)]),
        limitations=_together(listed(review, "limitations") for review in reviews),
        tasks=_together(listed(review, "tasks") for review in reviews),
        targets=tuple(target for review in reviews for target in _targets(review)),
        conferences=tuple(_meeting(event, acts) for event in year.told if isinstance(event, e.ConferenceHeld)),
        labels=(),
        reviews_disputed=any(_contradict(_noted(acts, review)) for review in reviews),
    )
    state = _state(bloc, answer, asked.year)
    return answer.model_copy(update={"state": state, "labels": await labels(view, answer)})


async def _papers(view: View, asked: GetBlocYear) -> tuple[Sequence[Any], Sequence[Any]]:
    """What the streams of the year's covenant and plan tell."""
    names = [kind.of(asked.bloc, str(asked.year)).name for kind in (COVENANT, PLAN)]
    found: dict[str, Stream] = await view.many(STREAMS, names)
    covenant, plan = (found[name].told if name in found else () for name in names)
    return covenant, plan


Acts = Mapping[str, Stream]
"""All that is told of the year's conferences, movements and reviews, of other blocs and years too, by stream."""


async def _acts(view: View, year: Year) -> Acts:
    return await view.many(STREAMS, {_act(event) for event in year.told})


def _act(event: YearEvent) -> str:
    """The stream that an event of a year is in."""
    match event:
        case e.ConferenceHeld():
            return CONFERENCE.of(event.conference).name
        case e.MovementLaunched() | e.MovementLinked():
            return MOVEMENT.of(event.movement).name
        case e.ReviewNoted():
            return REVIEW.of(event.review).name


def _terms(leadership: Leadership, year: int) -> tuple[TermFacts, ...]:
    dated = {term.versions: term for term in terms(leadership)}
    claims = tuple(_claimed(c, dated.get(c.told_by)) for c in leadership.claims if c.year == year)
    return claims + tuple(_handed_over(h) for h in lone_handovers(leadership) if h.year == year)


def _claimed(claim: Claim, term: Term | None) -> TermFacts:
    """A term as its claim tells it, with what handovers tell of its days."""
    elected = claim.elected_on
    return TermFacts(
        year=fact(claim, "year"),
        head=holder(claim, "head"),
        deputies=deputies(claim, "deputies"),
        mode=fact(claim, "mode"),
        votes_in_favour=fact(claim, "tally.in_favour"),
        votes_against=fact(claim, "tally.against"),
        votes_eligible=fact(claim, "tally.eligible"),
        elected_on=Fact(value=str(elected), mark=mark(claim.record, claim.elected_field)) if elected else None,
        start=Fact(value=str(term.start.day), mark=term.start.mark) if term and term.start else fact(claim, "start"),
        end=Fact(value=str(term.last.day), mark=term.last.mark) if term and term.last else fact(claim, "end"),
        seen_on=fact(claim, "seen_on"),
        corrected_because=claim.reason,
        told_by=claim.told_by,
    )


def _handed_over(handover: Handover) -> TermFacts:
    return TermFacts(
        year=fact(handover, "year"),
        head=holder(handover, "incoming"),
        deputies=DeputyFactList(),
        mode=None,
        votes_in_favour=None,
        votes_against=None,
        votes_eligible=None,
        elected_on=None,
        start=Fact(value=str(handover.on), mark=mark(handover.record, "effective")) if handover.on else None,
        end=None,
        seen_on=None,
        corrected_because=None,
        told_by=(handover.version,),
    )


def _members(bloc: Bloc, year: int) -> MemberFactList:
    """Who is declared for the year, or was a member on any of its days."""
    lists = [_declared(event) for event in bloc.declared if (event.year or _year_of(event)) == year]
    stayed = [member(stay) for stay in stays(bloc) if stay.lasts(date(year, 1, 1), date(year, 12, 31))]
    units = surest([*stayed, *(item.unit for one in lists for item in one.items)])
    return MemberFactList(
        items=tuple(MemberFacts(unit=unit) for unit in units),
        declared_count=next((x.declared_count for x in reversed(lists) if x.declared_count), None),
        exhaustive=next((x.exhaustive for x in reversed(lists) if x.exhaustive), None),
    )


def _year_of(event: e.MembersDeclared) -> int | None:
    return event.effective.year if event.effective else None


def _declared(event: e.MembersDeclared) -> MemberFactList:
    """The members, no surer than the year that the list is about."""
    told, about = declared(event), fact(event, "year") or fact(event, "effective")
    return told.model_copy(update={"items": tuple(MemberFacts(unit=resting(m.unit, about)) for m in told.items)})


def _movement(event: e.MovementEvent, acts: Acts) -> MovementFacts:
    launch = event if isinstance(event, e.MovementLaunched) else None
    launches = [x for x in acts[_act(event)].told if isinstance(x, e.MovementLaunched)]
    return MovementFacts(
        movement=event.movement,
        own=launch is not None,
        year=fact(event, "year"),
        name=fact(event, "name"),
        theme=fact(launch, "theme"),
        launcher=party(event, "launcher"),
        launched_on=fact(launch, "effective"),
        manner=None if launch else fact(event, "manner"),
        tags=facts(launch, "tags[{}]", len(launch.tags)) if launch else (),
        disputed=differ(launches, "bloc", "year", "name", "theme", "launcher", "effective"),
    )


def _covenant(told: Sequence[e.CovenantEvent]) -> CovenantFacts | None:
    if not told:
        return None
    records = [event for event in told if isinstance(event, e.CovenantRecorded)]
    lists = [counted(event, "signatures") for event in reversed(records)]
    return CovenantFacts(
        year=latest(told, "year"),
        signed=latest(records, "signed") or _signed(told),
        by_reference=latest(records, "by_reference"),
        signed_on=latest(told, "effective"),
        signatures=tuple(signature for event in told for signature in _signatures(event)),
        declared_count=next((x["declared_count"] for x in lists if x["declared_count"]), None),
        exhaustive=next((x["exhaustive"] for x in lists if x["exhaustive"]), None),
    )


def _signed(told: Sequence[e.CovenantEvent]) -> Fact | None:
    """One member's signature shows that it is signed, at least by that one."""
    act = next((event for event in told if isinstance(event, e.CovenantSigned)), None)
    return Fact(value="true", mark=mark(act.record, "signature")) if act else None


def _signatures(event: e.CovenantEvent) -> Iterable[SignatureFacts]:
    if isinstance(event, e.CovenantSigned):
        paths = ["signature"]
    else:
        paths = [f"signatures.items[{i}]" for i in range(length(event, "signatures"))]
    return (SignatureFacts(member=fact(event, f"{p}.member"), person=fact(event, f"{p}.person")) for p in paths)


def _plan(told: Sequence[e.PlanEvent]) -> PlanFacts | None:
    if not told:
        return None
    listing = next((event for event in reversed(told) if _lists(event)), None)
    approved = next((event for event in reversed(told) if isinstance(event, e.PlanApproved)), None)
    commented = next((event for event in reversed(told) if isinstance(event, e.PlanCommented)), None)
    drafted = next((event for event in reversed(told) if isinstance(event, e.PlanDrafted)), None)
    leads = {event.item: event for event in told if isinstance(event, e.ActivityAssigned)}
    return PlanFacts(
        year=latest(told, "year"),
        status=_status(told),
        title=latest(told, "title"),
        items=tuple(_item(listing, i, leads) for i in range(length(listing, "items"))),
        **counted(listing, "items"),
        presenter=party(drafted, "presenter"),
        acceptor=party(commented, "acceptor"),
        finaliser=party(commented, "finaliser"),
        approver=party(approved, "approver"),
        approved_on=fact(approved, "effective"),
        decision=fact(approved, "decision.id"),
    )


def _lists(event: e.PlanEvent) -> bool:
    return isinstance(event, e.PlanDrafted) or (isinstance(event, e.PlanApproved) and event.items is not None)


def _status(told: Sequence[e.PlanEvent]) -> Fact | None:
    """How far the plan has come, marked as the event that brought it there."""
    status: Status | None = None
    found: Fact | None = None
    for event in told:
        after = status_after(status, event)
        if after != status and after:
            status, found = after, Fact(value=after, mark=mark(event.record, "type"))
    return found


def _item(listing: Any, index: int, leads: dict[Id, e.ActivityAssigned]) -> PlanItemFacts:
    path, item = f"items.items[{index}]", listing.items.items[index]
    given = leads.get(item.item)
    return PlanItemFacts(
        item=item.item,
        text=fact(listing, f"{path}.text"),
        lead=fact(given, "lead") or fact(listing, f"{path}.lead"),
        joining=surest(
            [
                *facts(listing, path + ".joining[{}]", len(item.joining)),
                *facts(given, "joining[{}]", len(given.joining) if given else 0),
            ]
        ),
    )


def _together(lists: Iterable[FactList]) -> FactList:
    """What several reviews of the year note; counts are of the last that gives one."""
    every = list(lists)
    return FactList(
        items=surest(item for one in every for item in one.items),
        declared_count=next((one.declared_count for one in reversed(every) if one.declared_count), None),
        exhaustive=next((one.exhaustive for one in reversed(every) if one.exhaustive), None),
    )


def _targets(event: e.ReviewNoted) -> Iterable[TargetFacts]:
    paths = (f"targets.items[{i}]" for i in range(length(event, "targets")))
    return (TargetFacts(**{name: fact(event, f"{p}.{name}") for name in TargetFacts.model_fields}) for p in paths)


def _noted(acts: Acts, review: e.ReviewNoted) -> list[e.ReviewNoted]:
    return [event for event in acts[_act(review)].told if isinstance(event, e.ReviewNoted)]


def _contradict(notes: Sequence[e.ReviewNoted]) -> bool:
    """Whether one review is told of in ways that cannot both be; another list of words does not contradict."""
    figures = {(t.text, t.unit, t.figure) for note in notes for t in note.targets.items}
    return len(figures) > len({(text, unit) for text, unit, _ in figures}) or differ(
        notes,
        "bloc",
        "year",
        "conference",
        "limitations.declared_count",
        "tasks.declared_count",
        "targets.declared_count",
    )


def _meeting(event: e.ConferenceHeld, acts: Acts) -> MeetingFacts:
    return MeetingFacts(
        conference=event.conference,
        kind=fact(event, "kind"),
        closes=fact(event, "closes"),
        opens=fact(event, "opens"),
        during=fact(event, "during"),
        held_on=fact(event, "effective"),
        place=fact(event, "place"),
        disputed=contradict([x for x in acts[_act(event)].told if isinstance(x, e.ConferenceHeld)]),
    )


def _state(bloc: Bloc, answer: BlocYearAnswer, year: int) -> Fact | None:
    covenant, plan = answer.covenant, answer.plan
    return cycle.reached(
        {
            "FORMED": latest(bloc.told, "name"),
            "LED": next((_led(term.year, term.head) for term in answer.terms if term.head), None),
            "LAUNCHED": next((m.year for m in answer.movements if m.own), None),
            "COVENANTED": covenant.signed if covenant and covenant.signed and covenant.signed.value == "true" else None,
            "PLANNED": plan.status if plan and plan.status and plan.status.value == "APPROVED" else None,
            "MID_REVIEWED": _held(answer, "MIDYEAR", "during", year),
            "SUMMED_UP": _held(answer, "SUMMATION", "closes", year),
        }
    )


def _led(year: Fact | None, head: HolderFacts) -> Fact | None:
    """The year of a term, no surer than who heads it."""
    return resting(year, head.agency or head.person) if year else None


def _held(answer: BlocYearAnswer, kind: e.ConferenceKind, field: str, year: int) -> Fact | None:
    """The kind of the conference that closes or reviews the year."""
    years = ((meeting.kind, getattr(meeting, field)) for meeting in answer.conferences)
    found = (resting(k, y) for k, y in years if k and y and k.value == kind and y.value == str(year))
    return next(found, None)
