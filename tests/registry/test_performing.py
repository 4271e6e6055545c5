"""What acts performed here must keep, and records need not: who acts is a member, and no act is of a day to come."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.kernel.decider import Command
from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.performing import Act
from services.kernel.provenance import Listed, Source
from services.registry import events as e
from services.registry.domain import HANDLERS
from services.registry.domain.bloc import DeclareMembers, DissolveBloc, EstablishBloc, NameBloc
from services.registry.domain.body import AppointBodyMembers, EstablishBody
from services.registry.domain.conference import (
    ConcludeConference,
    GiveGuidance,
    HoldConference,
    PrepareCongress,
    RecordAttendance,
    VoiceDifficulties,
)
from services.registry.domain.covenant import DrawUpCovenant, ReportCovenantResult, SignCovenant
from services.registry.domain.deadline import SetDeadline
from services.registry.domain.document import CiteDocument, RegisterDocument
from services.registry.domain.duty import AssignDuty
from services.registry.domain.exemplar import FurtherExemplar, RegisterExemplar
from services.registry.domain.inspection import HoldInspection
from services.registry.domain.leadership import ChangeRepresentative, ElectLeadership, HandOverLeadership
from services.registry.domain.membership import AdmitMember
from services.registry.domain.movement import LaunchMovement, PilotMovement
from services.registry.domain.movement_link import LinkMovement
from services.registry.domain.movement_review import ReviewMovement
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.domain.participation import PlanMovement, RegisterParticipation, ReportParticipation
from services.registry.domain.person import DescribePerson, RegisterPerson
from services.registry.domain.plan import (
    ApprovePlan,
    AssignLead,
    CommentPlan,
    DetailActivity,
    DraftPlan,
    ReportProgress,
)
from services.registry.domain.regulation import AdoptRegulation, AmendRegulation
from services.registry.domain.report import PresentReport
from services.registry.domain.review import NoteReview
from services.registry.domain.rotation import SetRotation
from tests.registry.support import RECORD, Registry, given
from tests.registry.test_decisions import members

DAY = date(2024, 4, 10)
NOW = date(2024, 4, 20)
PLAN = Source(id="kh-1")

FOUNDED = e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=date(2020, 1, 1))
GROUND: dict[str, list[Event]] = {"bloc:b1": [FOUNDED], **members("btp", "bca", "ktnn")}
DRAFT = e.PlanDrafted(bloc="b1", year=2024, items=Listed[e.PlanItem](items=(e.PlanItem(item="i1", text="Tọa đàm"),)))


def acts(unit: str = "btp", **fields: Any) -> dict[str, Act]:
    """Every act that names a member, by the field that names it."""
    told: dict[str, Any] = {"bloc": "b1", "year": 2024, "effective": DAY, "authority": "central", **fields}
    without_year = {name: value for name, value in told.items() if name != "year"}
    held = e.Holder(agency=unit)
    leads = Listed[e.PlanItem](items=(e.PlanItem(item="i1", text="Tọa đàm", lead=unit),))
    joined = Listed[e.PlanItem](items=(e.PlanItem(item="i1", text="Tọa đàm", joining=(unit,)),))
    return {
        "signature.member": SignCovenant(**told, signature=e.Signature(member=unit)),
        "head.agency": ElectLeadership(**told, head=held),
        "deputies.items[0].agency": ElectLeadership(
            **told, head=e.Holder(agency="ktnn"), deputies=Listed[e.Deputy](items=(e.Deputy(agency=unit),))
        ),
        "incoming.agency": HandOverLeadership(**told, incoming=held),
        "agency": ChangeRepresentative(**told, agency=unit, person="p-2"),
        "order.items[0].unit": SetRotation(
            **without_year, manner="ORDER", order=Listed[e.Member](items=(e.Member(unit=unit),))
        ),
        "lead": AssignLead(**told, item="i1", lead=unit),
        "items.items[0].lead": DraftPlan(**told, items=leads),
        "items.items[0].lead of an approval": ApprovePlan(**told, items=leads),
        "joining[0]": AssignLead(**told, item="i1", lead="ktnn", joining=(unit,)),
        "items.items[0].joining[0]": DraftPlan(**told, items=joined),
        "items.items[0].joining[0] of an approval": ApprovePlan(**told, items=joined),
        "presenter.agency": DraftPlan(**told, presenter=e.Party(agency=unit)),
        "lines.items[0].member": DrawUpCovenant(
            **told,
            lines=Listed[e.CovenantLine](items=(e.CovenantLine(line="l1", indicator="Sáng kiến", member=unit),)),
        ),
        "member": ReportCovenantResult(**told, line="l1", member=unit, achieved=True),
        "author.agency": DetailActivity(**told, item="i1", author=e.Party(agency=unit)),
        "steps.items[0].responsible.agency": DetailActivity(
            **told,
            item="i1",
            author=e.Party(agency="ktnn"),
            steps=Listed[e.ActivityStep](items=(e.ActivityStep(text="Mời", responsible=e.Party(agency=unit)),)),
        ),
        "by.agency": ReportProgress(**told, item="i1", by=e.Party(agency=unit), percent="50"),
    }


FIELDS = list(acts())


def ground(field: str, unit: str, **told: list[Event]) -> dict[str, list[Event]]:
    """A bloc with members, and what an act needs that names the unit in the field."""
    elected = e.LeadershipElected(bloc="b1", year=2024, head=e.Holder(agency=unit), effective=DAY)
    before: dict[str, list[Event]] = {"plan:b1:2024": [DRAFT]}
    if field in ("incoming.agency", "agency"):
        before["leadership:b1"] = [elected]
    if field == "member":
        line = e.CovenantLine(line="l1", indicator="Sáng kiến")
        text = e.CovenantDrawnUp(bloc="b1", year=2024, lines=Listed[e.CovenantLine](items=(line,)))
        before["covenant:b1:2024"] = [text]
    if field in ("author.agency", "steps.items[0].responsible.agency"):
        lead = unit if field == "author.agency" else "ktnn"
        before["plan:b1:2024"] = [DRAFT, e.ActivityAssigned(bloc="b1", year=2024, item="i1", lead=lead)]
    return {**GROUND, **before, **told}


@pytest.mark.parametrize("field", FIELDS)
def test_only_a_registered_unit_acts_for_a_bloc_here(field: str) -> None:
    stranger = members("ubnd")
    del stranger["organisation:ubnd"]
    given({**ground(field, "ubnd"), **stranger}).when(acts("ubnd")[field]).refused("organisation.unknown")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "elsewhere",
    [
        members("ubnd", bloc="b2"),
        members("ubnd", since=date(2024, 4, 11)),
        {"organisation:ubnd": members("ubnd")["organisation:ubnd"]},
    ],
    ids=["in another bloc", "from the next day on", "nowhere"],
)
def test_only_a_member_of_the_day_acts_for_a_bloc_here(field: str, elsewhere: dict[str, list[Event]]) -> None:
    given({**ground(field, "ubnd"), **elsewhere}).when(acts("ubnd")[field]).refused("membership.none")


@pytest.mark.parametrize("field", FIELDS)
def test_a_member_whose_first_day_is_not_told_acts_like_any_other(field: str) -> None:
    told = {**ground(field, "ubnd"), **members("ubnd", since=None)}
    given(told).when(acts("ubnd")[field]).then(decided(acts("ubnd")[field]))


def decided(act: Act) -> Event:
    """The event that keeps an act."""
    kinds: dict[type[Command], type[Event]] = {
        SignCovenant: e.CovenantSigned,
        ElectLeadership: e.LeadershipElected,
        HandOverLeadership: e.LeadershipHandedOver,
        ChangeRepresentative: e.RepresentativeChanged,
        SetRotation: e.RotationSet,
        AssignLead: e.ActivityAssigned,
        DraftPlan: e.PlanDrafted,
        ApprovePlan: e.PlanApproved,
        DrawUpCovenant: e.CovenantDrawnUp,
        ReportCovenantResult: e.CovenantResultReported,
        DetailActivity: e.ActivityDetailed,
        ReportProgress: e.ProgressReported,
    }
    return kinds[type(act)](**dict(act))


@pytest.mark.parametrize("field", FIELDS)
def test_the_error_names_the_field_and_the_unit_in_both_languages(field: str) -> None:
    act = acts("ubnd")[field]
    handler, told = HANDLERS[type(act)], ground(field, "ubnd")
    states = [_folded(stream, told) for stream in handler.reads(act)]
    with pytest.raises(Refused) as refused:
        handler.decide(act, *states)
    path = field.removesuffix(" of an approval")
    assert refused.value.en.startswith(f"{path}: ubnd ")
    assert refused.value.vi.startswith(f"{path}: ")
    assert "ubnd" in refused.value.vi


def _folded(stream: Any, told: dict[str, list[Event]]) -> Any:
    state = stream.fold.initial
    for event in told.get(stream.name, []):
        state = stream.fold.evolve(state, event)
    return state


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_recorded_of_strangers_is_kept_as_told(field: str) -> None:
    act = acts("nobody", record=RECORD)[field]
    given().when(act).then(decided(act))


def test_a_bloc_is_established_here_under_a_registered_authority() -> None:
    fields: dict[str, Any] = {"bloc": "b1", "kind": "KHOI", "name": "Khối 1", "effective": DAY}
    council = {"organisation:central": [e.OrganisationRegistered(organisation="central", name="Hội đồng")]}
    told = EstablishBloc(**fields, authority="central")
    given(council).when(told).then(e.BlocEstablished(**fields, authority="central"))
    given().when(told).refused("organisation.unknown")
    recorded = EstablishBloc(**fields, authority="central", record=RECORD)
    given().when(recorded).then(e.BlocEstablished(**fields, authority="central", record=RECORD))


def mentions(**fields: Any) -> dict[str, Act]:
    """Every act that names an organisation which need be no member, by the field that names it."""
    told: dict[str, Any] = {"effective": DAY, **fields}
    of_bloc = {**told, "bloc": "b1", "year": 2024}
    party = e.Party(agency="ubnd")
    parties = Listed[e.Party](items=(party,))
    new: dict[str, Any] = {"bloc": "b2", "kind": "CUM", "name": "Cụm 2", **told}
    council = "ktnn"  # registered, and so no reason for a refusal
    seats = Listed[e.Seat](items=(e.Seat(person="p-1", agency="ubnd", office="MEMBER"),))
    return {
        "authority": EstablishBloc(**new, authority="ubnd"),
        "province": EstablishBloc(**new, authority=council, province="ubnd"),
        "members.items[0].unit": DeclareMembers(**of_bloc, members=Listed[e.Member](items=(e.Member(unit="ubnd"),))),
        "chairs.items[0].agency": HoldConference(conference="d", kind="OTHER", bloc="b1", chairs=parties, **told),
        "chairs.items[0].agency of no bloc": HoldConference(conference="d", kind="OTHER", chairs=parties, **told),
        "host.agency": HoldConference(conference="d", kind="CONGRESS", host=party, **told),
        "by.agency of a congress": PrepareCongress(congress="dh", preparation="cb", by=party, plan=PLAN, **told),
        "attendees.items[0].agency": RecordAttendance(
            conference="c", attendees=Listed[e.Attendee](items=(e.Attendee(agency="ubnd"),)), **told
        ),
        "speaker.agency": GiveGuidance(conference="c", guidance="g", speaker=party, **told),
        "acceptors.items[0].agency": GiveGuidance(
            conference="c", guidance="g", speaker=e.Party(person="p-1"), acceptors=parties, **told
        ),
        "speakers.items[0].agency": VoiceDifficulties(conference="c", speakers=parties, **told),
        "presenter.agency": PresentReport(report="bc", presenter=party, **of_bloc),
        "highlights.items[0].agencies[1]": PresentReport(
            report="bc",
            highlights=Listed[e.Highlight](items=(e.Highlight(text="Đại hội", agencies=("btp", "ubnd")),)),
            **of_bloc,
        ),
        "inspectors.items[0].agency": HoldInspection(inspection="kt", inspectors=parties, **of_bloc),
        "units.items[0].unit": HoldInspection(
            inspection="kt", units=Listed[e.Member](items=(e.Member(unit="ubnd"),)), **of_bloc
        ),
        "who.agency": RegisterExemplar(exemplar="x", who=party, **of_bloc),
        "agency": AssignDuty(of=e.Charge(body="hd"), duty="STANDING_AGENCY", agency="ubnd", **told),
        "of.organisation": AssignDuty(of=e.Charge(organisation="ubnd"), duty="EMULATION_OFFICER", person="p-1", **told),
        "organisation": EstablishBody(body="new", name="Hội đồng", organisation="ubnd", **told),
        "members.items[0].agency": AppointBodyMembers(body="hd", members=seats, **told),
        "by.agency": FurtherExemplar(exemplar="g", step="FOUND", by=party, **told),
        "partner.agency": FurtherExemplar(exemplar="g", step="PUBLICISED", partner=party, **told),
        "issuer.agency": RegisterDocument(document="d", number="1/CT", issuer=party, **told),
        "authority of a deadline": SetDeadline(
            deadline="t", what="Nộp hồ sơ", authority="ubnd", words="trong quý I", decision=Source(id="qd"), **told
        ),
        "launcher.agency": LaunchMovement(movement="m", launcher=party, **of_bloc),
        "launcher.agency of another's": LinkMovement(movement="m", launcher=party, manner="PUSHED", **of_bloc),
        "sites.items[0].agency": PilotMovement(
            movement="g", sites=Listed[e.PilotSite](items=(e.PilotSite(agency="ubnd"),)), **told
        ),
        "director.agency": PilotMovement(movement="g", director=party, **told),
        "reviewer.agency": ReviewMovement(movement_review="sk", movement="g", reviewer=party, **of_bloc),
        "participant": RegisterParticipation(movement="g", participant="ubnd", **of_bloc),
        "participant of a report": ReportParticipation(movement="g", participant="ubnd", text="Có", **of_bloc),
        "participant of a plan": PlanMovement(movement="g", participant="ubnd", **told),
        "commenters.items[0].agency": CommentPlan(commenters=parties, **of_bloc),
        "adopter.agency": AdoptRegulation(regulation="q", bloc="b1", adopter=party, conference="c", **told),
        "adopter.agency of an amendment": AmendRegulation(
            regulation="qc",
            bloc="b1",
            adopter=party,
            conference="c",
            changes=Listed[str](items=("Họp mỗi quý",)),
            **told,
        ),
        "acceptor.agency": CommentPlan(acceptor=party, **of_bloc),
        "finaliser.agency": CommentPlan(finaliser=party, **of_bloc),
    }


def mentioning() -> dict[str, list[Event]]:
    """What these acts need."""
    return {
        **GROUND,
        "conference:c": [HELD],
        "plan:b1:2024": [DRAFT],
        "exemplar:g": [e.ExemplarRegistered(exemplar="g")],
        "body:hd": [e.BodyEstablished(body="hd", name="Hội đồng", effective=DAY)],
        "movement:g": [e.MovementLaunched(movement="g", effective=DAY)],
        "regulation:qc": [e.RegulationAdopted(regulation="qc", bloc="b1")],
    }


@pytest.mark.parametrize("field", mentions())
def test_an_act_performed_here_names_registered_organisations_alone(field: str) -> None:
    told = mentioning()
    act, path = mentions()[field], field.partition(" of ")[0]
    with pytest.raises(Refused, match="^" + re.escape(f"{path}: ubnd is not registered")) as refused:
        HANDLERS[type(act)].decide(act, *(_folded(stream, told) for stream in HANDLERS[type(act)].reads(act)))
    assert (refused.value.rule, refused.value.vi.startswith(f"{path}: ")) == ("organisation.unknown", True)
    given({**told, "organisation:ubnd": members("ubnd")["organisation:ubnd"]}).when(act).accepted()
    given().when(mentions(record=RECORD)[field]).accepted()


async def test_who_joins_a_bloc_that_nobody_is_known_to_organise_is_told_what_to_do(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=RECORD))
    await registry.tell(RegisterOrganisation(organisation="btp", name="Bộ Tư pháp"))
    joining = AdmitMember(authority="central", unit="btp", bloc="b1", effective=DAY)
    with pytest.raises(Refused, match="^authority: who organises the bloc is not recorded") as refused:
        await registry.tell(joining)
    assert refused.value.vi.startswith("authority: chưa ghi nhận cơ quan tổ chức")
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", authority="central", record=RECORD))
    await registry.tell(joining)


@pytest.mark.parametrize("authority", ["hanoi", None])
def test_members_of_another_authority_than_the_blocs_do_not_act_for_it(authority: str | None) -> None:
    for field in FIELDS:
        given(ground(field, "btp")).when(acts(authority=authority)[field]).refused("membership.authority")


async def test_a_person_is_described_from_no_far_day(registry: Registry) -> None:
    await registry.tell(RegisterPerson(person="p-1", name="Một"))
    with pytest.raises(Refused, match="more than a year after today"):
        await registry.tell(DescribePerson(person="p-1", name="Hai", effective=date(2099, 1, 1)))
    await registry.tell(DescribePerson(person="p-1", name="Ba", effective=date(2099, 1, 1), record=RECORD))


async def test_the_authority_of_a_bloc_is_found_on_arrival(registry: Registry) -> None:
    for unit in ("central", "btp", "bca"):
        await registry.tell(RegisterOrganisation(organisation=unit, name=unit))
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=DAY))
    await registry.tell(AdmitMember(authority="central", unit="btp", bloc="b1", effective=DAY))
    for unit in ("btp", "bca"):
        signing = SignCovenant(bloc="b1", year=2024, signature=e.Signature(member=unit), effective=DAY)
        if unit == "btp":
            await registry.tell(signing)
        else:
            with pytest.raises(Refused, match=r"^signature\.member: bca is no member"):
                await registry.tell(signing)


# Days and years

LAUNCHER = e.Party(agency="btp")
COMING: list[Act] = [
    *(act for act in acts(effective=date(2024, 4, 21), told_on=NOW).values() if not act.ahead),
    HoldConference(conference="c", kind="OTHER", effective=date(2024, 4, 21), told_on=NOW),
    RecordAttendance(conference="c", effective=date(2024, 4, 21), told_on=NOW),
    GiveGuidance(conference="c", guidance="g", speaker=LAUNCHER, effective=date(2024, 4, 21), told_on=NOW),
    VoiceDifficulties(conference="c", effective=date(2024, 4, 21), told_on=NOW),
    ConcludeConference(conference="c", minutes=Source(id="bb"), effective=date(2024, 4, 21), told_on=NOW),
    PresentReport(report="bc", bloc="b1", year=2024, effective=date(2024, 4, 21), told_on=NOW),
    HoldInspection(inspection="kt", bloc="b1", year=2024, effective=date(2024, 4, 21), told_on=NOW),
    RegisterExemplar(exemplar="x", name="Mô hình", effective=date(2024, 4, 21), told_on=NOW),
    FurtherExemplar(exemplar="g", step="FOUND", effective=date(2024, 4, 21), told_on=NOW),
    CiteDocument(document="d", citing=e.Citing(conference="c"), effective=date(2024, 4, 21), told_on=NOW),
    LaunchMovement(movement="m", effective=date(2024, 4, 21), launcher=LAUNCHER, told_on=NOW),
    PilotMovement(movement="g", effective=date(2024, 4, 21), told_on=NOW),
    ReviewMovement(movement_review="sk", movement="g", effective=date(2024, 4, 21), told_on=NOW),
    RegisterParticipation(movement="g", participant="btp", effective=date(2024, 4, 21), told_on=NOW),
    ReportParticipation(movement="g", participant="btp", text="Có", effective=date(2024, 4, 21), told_on=NOW),
    PlanMovement(movement="g", participant="btp", effective=date(2024, 4, 21), told_on=NOW),
    PrepareCongress(congress="dh", preparation="cb", plan=PLAN, effective=date(2024, 4, 21), told_on=NOW),
    CommentPlan(bloc="b1", year=2024, effective=date(2024, 4, 21), told_on=NOW),
    NoteReview(review="r", bloc="b1", year=2024, effective=date(2024, 4, 21), told_on=NOW),
    DeclareMembers(bloc="b1", effective=date(2024, 4, 21), told_on=NOW),
]
HELD = e.ConferenceHeld(conference="c", kind="OTHER", effective=DAY)


@pytest.mark.parametrize("act", COMING, ids=lambda act: type(act).__name__)
def test_no_act_of_a_day_to_come_is_performed(act: Act) -> None:
    told = {**ground("incoming.agency" if isinstance(act, HandOverLeadership | ChangeRepresentative) else "", "btp")}
    for kind, field in ((ReportCovenantResult, "member"), (DetailActivity, "author.agency")):
        told |= ground(field, "btp") if isinstance(act, kind) else {}
    told["exemplar:g"] = [e.ExemplarRegistered(exemplar="g")]
    told["movement:g"] = [e.MovementLaunched(movement="g", effective=DAY)]
    told["document:d"] = [e.DocumentRegistered(document="d", number="1/CT")]
    if isinstance(act, RecordAttendance | GiveGuidance | VoiceDifficulties | ConcludeConference | CiteDocument):
        told["conference:c"] = [HELD]
    given(told).when(act).refused("act.future")
    today = act.model_copy(update={"told_on": act.effective})
    assert "act.future" not in str(_outcome(today, told))


def _outcome(act: Act, told: dict[str, list[Event]]) -> object:
    handler = HANDLERS[type(act)]
    try:
        return handler.decide(act, *(_folded(stream, told) for stream in handler.reads(act)))
    except Refused as refused:
        return refused.rule


def test_the_next_year_is_settled_here_and_none_after_it() -> None:
    for year, rule in ((2025, None), (2026, "act.year"), (2099, "act.year")):
        act = acts(year=year)["head.agency"]
        if rule is None:
            given(GROUND).when(act).then(decided(act))
        else:
            given(GROUND).when(act).refused(rule)
    given(GROUND).when(acts(year=2099, record=RECORD)["head.agency"]).then(
        decided(acts(year=2099, record=RECORD)["head.agency"])
    )
    opening = HoldConference(conference="c", kind="PLANNING", opens=2026, effective=DAY)
    given().when(opening).refused("act.year")
    given().when(DraftPlan(bloc="b1", year=2026, told_on=NOW)).refused("bloc.unknown")
    given(GROUND).when(DraftPlan(bloc="b1", year=2026, told_on=NOW)).refused("act.year")


@pytest.mark.parametrize(
    ("ahead", "refused"), [(date(2025, 1, 1), False), (date(2025, 4, 21), False), (date(2025, 4, 22), True)]
)
def test_a_decision_may_take_effect_within_a_year_of_being_told(ahead: date, refused: bool) -> None:
    decisions: list[Act] = [
        NameBloc(bloc="b1", name="Khối 2", effective=ahead, told_on=NOW),
        DissolveBloc(bloc="b1", effective=ahead, told_on=NOW),
        AdmitMember(bloc="b1", authority="central", unit="new", effective=ahead, told_on=NOW),
        RegisterOrganisation(organisation="newer", name="Mới hơn", effective=ahead, told_on=NOW),
        RegisterPerson(person="p-1", name="1.sealed", effective=ahead, told_on=NOW),
    ]
    told: dict[str, list[Event]] = {
        **GROUND,
        "organisation:new": [e.OrganisationRegistered(organisation="new", name="Mới")],
    }
    for act in decisions:
        assert (_outcome(act, told) == "act.future") == refused


async def test_the_day_of_an_act_is_compared_with_the_day_in_vietnam(registry: Registry) -> None:
    today = (datetime.now(UTC) + timedelta(hours=7)).date()
    with pytest.raises(Refused, match="has taken place"):
        await registry.tell(HoldConference(conference="c", kind="OTHER", effective=today + timedelta(days=2)))
    await registry.tell(HoldConference(conference="c", kind="OTHER", effective=today))
    record = HoldConference(conference="d", kind="OTHER", effective=date(2099, 1, 1), record=RECORD)
    await registry.tell(record)


@pytest.mark.parametrize(
    "tasks",
    [
        Listed[str](items=("một", "hai"), declared_count=1),
        Listed[str](items=("một", "hai"), declared_count=3, exhaustive=True),
    ],
)
def test_a_list_told_here_is_as_long_as_it_says(tasks: Listed[str]) -> None:
    review: dict[str, Any] = {"review": "r", "bloc": "b1", "year": 2024, "effective": DAY}
    given(GROUND).when(NoteReview(**review, tasks=tasks)).refused("list.count")
    whole = tasks.model_copy(update={"declared_count": 2})
    noted = e.ReviewNoted(**review, tasks=whole)
    given({"bloc:b1": [FOUNDED]}).when(NoteReview(**review, tasks=whole)).then(noted)
    given().when(NoteReview(**review, tasks=tasks, record=RECORD)).then(
        e.ReviewNoted(**review, tasks=tasks, record=RECORD)
    )


def test_a_plan_that_is_not_open_says_how_far_it_has_come_in_both_languages() -> None:
    approved = e.PlanApproved(bloc="b1", year=2024, effective=DAY)
    act = ApprovePlan(bloc="b1", year=2024, effective=DAY)
    handler = HANDLERS[ApprovePlan]
    told: dict[str, list[Event]] = {**GROUND, "plan:b1:2024": [approved]}
    with pytest.raises(Refused, match="APPROVED") as refused:
        handler.decide(act, *(_folded(stream, told) for stream in handler.reads(act)))
    assert refused.value.vi.endswith("kế hoạch đã được duyệt.")
