"""Movements: their form by law, what they are part of and aim at, who takes part in them, and how they are reviewed."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.kernel.appends import Reply
from services.kernel.decider import Context, Handler, Handlers
from services.kernel.errors import Conflict, Missing, Refused
from services.kernel.handling import Handling
from services.kernel.provenance import Inference, Listed, Record, Source
from services.kernel.standing import Correction, FactRetracted, Retract
from services.kernel.telling import tell
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.document import CiteDocument
from services.registry.domain.form import RegisterMovementForm
from services.registry.domain.movement import MOVEMENT, LaunchMovement, PilotMovement
from services.registry.domain.movement_link import LinkMovement
from services.registry.domain.movement_review import ReviewMovement
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.domain.participation import PlanMovement, RegisterParticipation, ReportParticipation
from services.registry.domain.target import reaches
from services.registry.domain.told_once import tell_once
from services.registry.main import SERVICE
from tests.registry.support import RECORD, Registry, given
from tests.registry.test_decisions import members

DAY = date(2024, 4, 10)
OLD_LAW: dict[str, Any] = {"form": "phase", "name": "thi đua theo đợt", "expires": date(2024, 1, 1)}
NEW_LAW: dict[str, Any] = {"form": "thematic", "name": "thi đua theo chuyên đề", "effective": date(2024, 1, 1)}
FORMS = {
    "movementform:phase": [e.MovementFormRegistered(**OLD_LAW, record=RECORD)],
    "movementform:thematic": [e.MovementFormRegistered(**NEW_LAW)],
}
LAUNCHER = e.Party(person="p-1")
LAUNCHED = e.MovementLaunched(
    movement="m",
    effective=DAY,
    phases=Listed[e.Phase](items=(e.Phase(phase="d1"),)),
    targets=Listed[e.TargetLine](items=(e.TargetLine(line="l1", indicator="Tập thể tham gia"),)),
)
GROUND = {"movement:m": [LAUNCHED], "organisation:btp": members("btp")["organisation:btp"]}
JOINING: dict[str, Any] = {"movement": "m", "participant": "btp", "year": 2024, "effective": DAY}


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="as in the plan") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def launch(**fields: Any) -> LaunchMovement:
    return LaunchMovement(**{"movement": "m", "launcher": LAUNCHER, "effective": DAY, **fields})


def amount(wording: str, **fields: Any) -> e.Quantity:
    return e.Quantity(wording=wording, **fields)


def counts(value: e.Quantity, line: str | None = "l1") -> Listed[e.Counted]:
    return Listed[e.Counted](items=(e.Counted(line=line, text="tập thể", value=value),))


# Forms by law


def test_a_movement_is_launched_here_in_a_form_that_the_law_has_on_the_day() -> None:
    for form, day in (("thematic", DAY), ("thematic", date(2024, 1, 1)), ("phase", date(2023, 12, 31))):
        told = launch(form=form, effective=day)
        given(FORMS).when(told).then(
            e.MovementLaunched(movement="m", launcher=LAUNCHER, form=form, effective=day),
        )
    for form, day in (("phase", date(2024, 1, 1)), ("thematic", date(2023, 12, 31)), ("regular", DAY)):
        given(FORMS).when(launch(form=form, effective=day)).refused("movement.form")
    given().when(launch(form="phase", record=RECORD)).accepted()


def test_a_form_is_registered_once_from_a_day_on_and_recorded_as_often_as_sources_tell_it() -> None:
    given().when(RegisterMovementForm(**NEW_LAW)).then(e.MovementFormRegistered(**NEW_LAW))
    known = e.MovementFormRegistered(**NEW_LAW)
    given(known).when(RegisterMovementForm(**NEW_LAW)).refused("form.known")
    given(known).when(RegisterMovementForm(**NEW_LAW, record=RECORD)).accepted()
    given().when(RegisterMovementForm(form="x", name="x")).refused("act.day")
    given().when(RegisterMovementForm(**NEW_LAW, expires=date(2023, 1, 1))).refused("form.period")


def test_a_ruling_on_a_form_binds_launches_of_its_day() -> None:
    ruling = e.Ruling(by=e.Party(words="Vụ Pháp chế"), reason="theo luật mới")
    again = e.MovementFormRegistered(**{**OLD_LAW, "expires": date(2025, 1, 1)}, ruling=ruling, record=RECORD)
    told = {"movementform:phase": [*FORMS["movementform:phase"], again]}
    given(told).when(launch(form="phase")).accepted()


async def test_the_forms_of_a_day_are_those_that_the_law_has_on_it(registry: Registry) -> None:
    await registry.tell(RegisterMovementForm(form="regular", name="thi đua thường xuyên", record=from_("law")))
    await registry.tell(RegisterMovementForm(**OLD_LAW, record=from_("law")))
    position = await registry.position()
    await registry.tell(RegisterMovementForm(**NEW_LAW, law=Source(id="luat-06-2022"), record=from_("law")))

    async def forms(on: date | None, as_of: int | None = None) -> list[str]:
        return [form.form for form in (await registry.ask("GetMovementForms", on=on, as_of=as_of)).forms]

    assert await forms(date(2023, 12, 31)) == ["phase", "regular"]
    assert await forms(date(2024, 1, 1)) == ["regular", "thematic"]
    assert await forms(date(2024, 1, 1), as_of=position) == ["regular"]
    phase, regular, thematic = (await registry.ask("GetMovementForms")).forms
    assert (phase.since, phase.expires.value, regular.expires) == (None, "2024-01-01", None)
    assert (thematic.name.value, thematic.since.value) == ("thi đua theo chuyên đề", "2024-01-01")
    assert (thematic.law.value, phase.law, thematic.disputed) == ("luat-06-2022", None, False)


# What a launch tells


def test_a_launch_performed_here_is_consistent_in_itself() -> None:
    twice = (e.Phase(phase="d1"), e.Phase(phase="d1"))
    lines = (e.TargetLine(line="l1", indicator="x"), e.TargetLine(line="l1", indicator="y"))
    for fields, rule in (
        ({"parent": "m"}, "movement.parent"),
        ({"ends": date(2024, 4, 9)}, "movement.period"),
        ({"phases": Listed[e.Phase](items=twice)}, "movement.ids"),
        ({"targets": Listed[e.TargetLine](items=lines)}, "movement.ids"),
    ):
        given().when(launch(**fields)).refused(rule)
        given().when(launch(**fields, record=RECORD)).accepted()


def test_who_acts_in_a_movement_here_finds_it_launched_or_taken_up_with_such_a_phase_and_aim() -> None:
    site = Listed[e.PilotSite](items=(e.PilotSite(place="cơ sở"),))
    acts: list[Any] = [
        PilotMovement(movement="m", sites=site, effective=DAY),
        ReviewMovement(movement_review="sk", movement="m", effective=DAY),
        RegisterParticipation(**JOINING),
        ReportParticipation(**JOINING, text="Toàn ngành hưởng ứng"),
        PlanMovement(**JOINING),
    ]
    for act in acts:
        given({**GROUND, "movement:m": []}).when(act).refused("movement.unknown")
        given(GROUND).when(act).accepted()
        given(GROUND).when(act.model_copy(update={"phase": "d1"})).accepted()
        given(GROUND).when(act.model_copy(update={"phase": "d2"})).refused("movement.phase")
        given().when(act.model_copy(update={"phase": "d2", "record": RECORD})).accepted()
    for act in (acts[1], acts[2], acts[3]):
        for line, rule in (("l1", None), ("l2", "movement.line")):
            told = given(GROUND).when(act.model_copy(update={"counts": counts(amount("12"), line)}))
            told.refused(rule) if rule else told.accepted()


LINK: dict[str, Any] = {"movement": "m", "bloc": "b1", "year": 2024, "manner": "PUSHED", "effective": DAY}
LINKED = e.MovementLinked(**LINK)
BLOC = [e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", effective=date(2020, 1, 1))]


def test_in_a_movement_that_is_not_launched_here_the_bloc_acts_that_takes_it_up() -> None:
    acts: list[Any] = [
        ReviewMovement(movement_review="sk", movement="m", effective=DAY),
        RegisterParticipation(**JOINING),
        ReportParticipation(**JOINING, text="Toàn ngành hưởng ứng"),
        PlanMovement(**JOINING),
    ]
    ground = {**GROUND, "movement:m": [], "bloc:b1": BLOC, "bloc:b2": BLOC, "movementlink:m:b1": [LINKED]}
    for act in acts:
        given(ground).when(act.model_copy(update={"bloc": "b1", "phase": "d2"})).accepted()
        for bloc in ("b2", None):
            given(ground).when(act.model_copy(update={"bloc": bloc})).refused("movement.unknown")


def test_a_bloc_takes_a_movement_up_once_for_a_year_and_manner_and_within_its_days() -> None:
    launched = LAUNCHED.model_copy(update={"ends": date(2024, 12, 31)})
    ground = {"movement:m": [launched], "bloc:b1": BLOC, "movementlink:m:b1": [LINKED]}
    told = LinkMovement(**{**LINK, "manner": "JOINED"})
    given(ground).when(told).then({"movementlink:m:b1": [e.MovementLinked(**{**LINK, "manner": "JOINED"})]})
    for fields, rule in (
        (LINK, "act.told"),
        ({**LINK, "year": 2025, "effective": date(2024, 4, 9)}, "movement.order"),
        ({**LINK, "year": 2025, "effective": date(2025, 1, 1)}, "movement.order"),
        ({**LINK, "year": 2025, "effective": None}, "act.day"),
    ):
        given(ground).when(LinkMovement(**fields)).refused(rule)
        given(ground).when(LinkMovement(**fields, record=RECORD)).accepted()


def test_a_movement_is_part_of_no_circle_nor_launched_before_what_it_is_part_of() -> None:
    def part(movement: str, parent: str | None) -> dict[str, list[Any]]:
        return {f"movement:{movement}": [LAUNCHED.model_copy(update={"movement": movement, "parent": parent})]}

    for ground, above in ((part("p", "m"), ("p",)), ({**part("p", "q"), **part("q", "m")}, ("p", "q"))):
        given(ground).when(launch(parent="p", above=above)).refused("movement.parent")
        given(ground).when(launch(parent="p", record=RECORD)).accepted()
    given({**part("p", "q"), **part("q", None)}).when(launch(parent="p", above=("p", "q"))).accepted()
    given({**part("p", "q"), **part("q", "p")}).when(launch(parent="p", above=("p", "q"))).accepted()
    given(part("p", None)).when(launch(parent="p", effective=date(2024, 4, 9))).refused("movement.order")
    with pytest.raises(Conflict, match="at the same moment"):
        given(part("p", "q")).when(launch(parent="p", above=("p",))).accepted()


async def test_what_a_ruling_made_part_of_another_movement_is_on_no_page_of_the_first(registry: Registry) -> None:
    for movement in ("a", "b"):
        await registry.tell(LaunchMovement(movement=movement, parent="m", record=RECORD))
    ruling = e.Ruling(by=e.Party(words="Bộ"), reason="đọc nhầm")
    await registry.tell(LaunchMovement(movement="a", parent="n", ruling=ruling, record=RECORD))
    for parent, part in (("m", "b"), ("n", "a")):
        shown = await registry.ask("GetMovement", movement=parent, limit=1)
        assert ([one.value for one in shown.parts], shown.next) == ([part], None)


def test_nobody_joins_plans_reports_or_tries_out_a_movement_before_its_launch_or_after_its_last_day() -> None:
    ends = date(2024, 12, 31)
    ground = {**GROUND, "movement:m": [LAUNCHED.model_copy(update={"ends": ends})]}
    site = Listed[e.PilotSite](items=(e.PilotSite(place="cơ sở"),))
    acts: list[Any] = [
        PilotMovement(movement="m", sites=site, effective=DAY),
        RegisterParticipation(**JOINING),
        ReportParticipation(**JOINING, text="Toàn ngành hưởng ứng"),
        PlanMovement(**JOINING),
    ]
    for act in acts:
        for day in (date(2024, 4, 9), date(2025, 1, 1)):
            given(ground).when(act.model_copy(update={"effective": day})).refused("movement.order")
            given(ground).when(act.model_copy(update={"effective": day, "record": RECORD})).accepted()
        given(ground).when(act.model_copy(update={"effective": ends})).accepted()
        given(ground).when(act.model_copy(update={"effective": None})).refused("act.day")
    given(ground).when(ReviewMovement(movement_review="tk", movement="m", effective=date(2025, 1, 15))).accepted()


def test_a_ruling_on_the_launch_binds_by_its_day_phases_and_aims_alone() -> None:
    ruled = e.MovementLaunched(
        movement="m",
        effective=date(2024, 3, 1),
        phases=Listed[e.Phase](items=(e.Phase(phase="d2"),)),
        record=RECORD,
        ruling=e.Ruling(by=e.Party(words="Bộ"), reason="theo hồ sơ"),
    )
    ground = {**GROUND, "movement:m": [LAUNCHED, ruled]}
    review: dict[str, Any] = {"movement_review": "sk", "movement": "m", "effective": date(2024, 4, 1)}
    given(ground).when(ReviewMovement(**review)).accepted()
    given(ground).when(ReviewMovement(**review, phase="d2")).accepted()
    given(ground).when(ReviewMovement(**review, phase="d1")).refused("movement.phase")
    given(ground).when(ReviewMovement(**review, counts=counts(amount("12")))).refused("movement.line")


def test_a_pilot_site_is_an_agency_or_a_place() -> None:
    bare = Listed[e.PilotSite](items=(e.PilotSite(),))
    given().when(PilotMovement(movement="m", sites=bare, record=RECORD)).refused("movement.site")


def test_a_review_is_not_before_the_launch_nor_ends_its_time_before_it_begins() -> None:
    told: dict[str, Any] = {"movement_review": "sk", "movement": "m", "effective": DAY}
    given(GROUND).when(ReviewMovement(**{**told, "effective": date(2024, 4, 9)})).refused("movement.order")
    given(GROUND).when(ReviewMovement(**told, starts=DAY, ends=date(2024, 4, 9))).refused("movement.period")
    again = {**GROUND, "movementreview:sk": [e.MovementReviewed(movement_review="sk", movement="m")]}
    given(again).when(ReviewMovement(**told)).refused("movement.review-known")
    given(again).when(ReviewMovement(**told, record=RECORD)).accepted()


@pytest.mark.parametrize(
    "act",
    [RegisterParticipation(**JOINING), ReportParticipation(**JOINING, text="Có"), PlanMovement(**JOINING)],
    ids=lambda one: type(one).__name__,
)
def test_a_participant_tells_each_thing_once_for_a_year_and_phase(act: Any) -> None:
    kinds: dict[type[Any], Any] = {
        RegisterParticipation: e.ParticipationRegistered,
        ReportParticipation: e.ParticipationReported,
        PlanMovement: e.MovementPlanned,
    }
    told = kinds[type(act)](**dict(act))
    given(GROUND).when(act).then({"participation:m:btp": [told]})
    again = {**GROUND, "participation:m:btp": [told]}
    given(again).when(act).refused("act.told")
    given(again).when(act.model_copy(update={"year": 2025})).accepted()
    given(again).when(act.model_copy(update={"phase": "d1"})).accepted()
    given(again).when(act.model_copy(update={"record": RECORD})).accepted()
    ruling = e.Ruling(by=LAUNCHER, reason="theo hồ sơ")
    ruled = act.model_copy(update={"record": RECORD, "ruling": ruling})
    given(again).when(ruled).accepted()
    given(again).when(ruled.model_copy(update={"year": 2025})).refused("ruling.nothing")


def test_what_is_told_twice_is_refused_with_what_it_is_told_of_in_both_languages() -> None:
    told = frozenset({("ParticipationReported", 2024, "d1", DAY), ("ParticipationRegistered", None, None)})
    with pytest.raises(Refused) as refused:
        tell_once(e.ParticipationReported, ReportParticipation(**JOINING, phase="d1", text="Có"), told)
    assert (
        str(refused.value.en)
        == "This is told already (year 2024, phase d1, effective 2024-04-10); correct that instead."
    )
    assert str(refused.value.vi).startswith("Đã có thông tin này (year 2024, phase d1, effective 2024-04-10); cần ")
    with pytest.raises(Refused) as refused:
        tell_once(e.ParticipationRegistered, RegisterParticipation(movement="m", participant="btp"), told)
    assert str(refused.value.en) == "This is told already; correct that instead."


def test_a_report_on_who_takes_part_has_figures_or_words() -> None:
    given().when(ReportParticipation(**JOINING, record=RECORD)).refused("participation.report")


# Targets


@pytest.mark.parametrize(
    ("target", "value", "better", "reached"),
    [
        ({"at_least": "95"}, {"figure": "95"}, None, True),
        ({"at_least": "95"}, {"figure": "94.99"}, None, False),
        ({"at_most": "3"}, {"figure": "3"}, None, True),
        ({"at_most": "3"}, {"at_least": "4"}, None, False),
        ({"at_least": "95"}, {"at_least": "90"}, None, None),
        ({"at_least": "95"}, {"at_least": "96", "at_most": "99"}, None, True),
        ({"at_least": "0"}, {"figure": "-1"}, None, False),
        ({"figure": "100"}, {"figure": "100"}, None, True),
        ({"figure": "100"}, {"figure": "101"}, None, None),
        ({"figure": "100"}, {"figure": "99"}, None, None),
        ({"figure": "100"}, {"figure": "101"}, "MORE", True),
        ({"figure": "100"}, {"figure": "99"}, "MORE", False),
        ({"figure": "10"}, {"figure": "9"}, "LESS", True),
        ({"figure": "10"}, {"figure": "10.5"}, "LESS", False),
        ({}, {"figure": "1"}, "MORE", None),
        ({"figure": "1"}, {}, "MORE", None),
        ({"figure": "50"}, {"at_least": "100", "at_most": "1"}, "MORE", None),
        ({"at_least": "100", "at_most": "1"}, {"figure": "50"}, None, None),
    ],
)
def test_a_target_is_reached_or_missed_only_where_the_numbers_leave_no_doubt(
    target: dict[str, str], value: dict[str, str], better: e.Better | None, reached: bool | None
) -> None:
    line = e.TargetLine(line="l1", indicator="x", target=amount("chỉ tiêu", **target), better=better)
    assert reaches(line, amount("kết quả", **value)) is reached


def test_numbers_of_different_units_are_not_compared() -> None:
    line = e.TargetLine(line="l1", indicator="x", target=amount("95%", figure="95", unit="%"), better="MORE")
    assert reaches(line, amount("97 hộ", figure="97", unit="hộ")) is None
    assert reaches(line, amount("97", figure="97")) is None
    assert reaches(line, amount("97%", figure="97", unit="%")) is True
    assert reaches(e.TargetLine(line="l2", indicator="y"), amount("97%", figure="97", unit="%")) is None


# Answers


async def a_movement(registry: Registry) -> None:
    """A movement of the whole country with a part of it in a bloc, as an article and a plan tell of it."""
    await registry.tell(RegisterOrganisation(organisation="btp", name="Bộ Tư pháp", record=from_("a")))
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    share = amount("từ 95% trở lên", at_least="95", unit="%")
    await registry.tell(
        LaunchMovement(
            movement="m",
            name="Cả nước chung sức",
            form="phase",
            launcher=e.Party(words="Thủ tướng Chính phủ"),
            ends=date(2025, 12, 31),
            phases=Listed[e.Phase](items=(e.Phase(phase="d1", name="Đợt 1", ends=date(2024, 6, 30)),)),
            targets=Listed[e.TargetLine](items=(e.TargetLine(line="l1", indicator="Tập thể tham gia", target=share),)),
            effective=date(2024, 1, 15),
            record=from_("a", "form"),
        )
    )
    of_bloc: dict[str, Any] = {"bloc": "b1", "year": 2024}
    await registry.tell(LinkMovement(movement="m", manner="JOINED", **of_bloc, record=from_("a")))
    await registry.tell(LaunchMovement(movement="m1", parent="m", **of_bloc, record=from_("a")))
    await registry.tell(
        PilotMovement(
            movement="m",
            sites=Listed[e.PilotSite](items=(e.PilotSite(place="Xã A"),), declared_count=3),
            director=e.Party(agency="btp"),
            effective=date(2024, 3, 1),
            record=from_("a"),
        )
    )
    joining = {**of_bloc, "movement": "m", "participant": "btp", "phase": "d1"}
    await registry.tell(
        RegisterParticipation(**joining, counts=counts(amount("tất cả")), effective=date(2024, 2, 1), record=from_("b"))
    )
    await registry.tell(PlanMovement(**joining, title="Kế hoạch hưởng ứng", record=from_("b")))
    done = counts(amount("97%", figure="97", unit="%"))
    await registry.tell(ReportParticipation(**joining, counts=done, effective=date(2024, 6, 30), record=from_("b")))
    await registry.tell(
        ReviewMovement(
            movement_review="sk",
            movement="m",
            stage="INTERIM",
            reviewer=e.Party(agency="btp"),
            **of_bloc,
            counts=counts(amount("90%", figure="90", unit="%")),
            limitations=Listed[str](items=("Chậm đổi mới",), exhaustive=False),
            effective=date(2024, 7, 20),
            record=from_("b"),
        )
    )
    await registry.tell(CiteDocument(document="ct-34", citing=e.Citing(movement="m"), record=from_("a")))


async def test_one_answer_has_all_that_is_recorded_of_a_movement(registry: Registry) -> None:
    await a_movement(registry)
    shown = await registry.ask("GetMovement", movement="m")
    assert (shown.name.value, shown.form.value, shown.form.mark.certainty) == ("Cả nước chung sức", "phase", "INFERRED")
    assert (shown.launcher.words.value, shown.launched_on.value) == ("Thủ tướng Chính phủ", "2024-01-15")
    assert (shown.theme, shown.parent, shown.bloc, shown.conference, shown.year) == (None,) * 5
    assert ([part.value for part in shown.parts], shown.ends.value) == (["m1"], "2025-12-31")
    assert [(p.phase, p.name.value, p.starts, p.ends.value) for p in shown.phases] == [
        ("d1", "Đợt 1", None, "2024-06-30")
    ]
    (line,) = shown.targets
    assert (line.line, line.indicator.value, line.target.wording.value) == ("l1", "Tập thể tham gia", "từ 95% trở lên")
    assert (line.target.at_least.value, line.target.figure, line.better) == ("95", None, None)
    (link,) = shown.taken_up
    assert (link.bloc.value, link.year.value, link.manner.value, link.on) == ("b1", "2024", "JOINED", None)
    (pilot,) = shown.pilots
    assert ([s.place.value for s in pilot.sites], pilot.declared_count.value, pilot.exhaustive) == (["Xã A"], "3", None)
    assert (pilot.director.agency.value, pilot.sites[0].agency, pilot.phase) == ("btp", None, None)
    (registration,), (plan,) = shown.registrations, shown.plans
    assert (registration.participant.value, registration.on.value, registration.text) == ("btp", "2024-02-01", None)
    assert (registration.counts[0].value.wording.value, registration.counts[0].reaches) == ("tất cả", None)
    assert ([t.value for t in plan.titles], plan.phase.value, plan.contents.items) == (["Kế hoạch hưởng ứng"], "d1", ())
    (report,), (review,) = shown.participations, shown.reviews
    assert (report.counts[0].reaches.value, report.counts[0].reaches.mark.certainty) == ("true", "INFERRED")
    assert (
        report.counts[0].reaches.mark.basis
        == "97% against the target từ 95% trở lên / 97% so với chỉ tiêu từ 95% trở lên"
    )
    assert (review.stage.value, review.counts[0].reaches.value) == ("INTERIM", "false")
    assert ([x.value for x in review.limitations.items], review.results.items) == (["Chậm đổi mới"], ())
    assert [c.document.value for c in shown.citations] == ["ct-34"]
    assert [(label.id, label.name) for label in shown.labels] == [("btp", "Bộ Tư pháp")]
    assert (shown.disputed, shown.next, shown.rulings) == (False, None, ())


async def test_a_movement_shows_what_was_told_to_be_by_a_day_and_as_known_at_a_position(registry: Registry) -> None:
    await a_movement(registry)
    early = await registry.ask("GetMovement", movement="m", on=date(2024, 2, 29))
    assert (len(early.registrations), early.pilots, early.participations, early.reviews) == (1, (), (), ())
    assert early.launched_on.value == "2024-01-15"
    assert (await registry.ask("GetMovement", movement="m", as_of=3)).taken_up == ()
    with pytest.raises(Missing, match="The movement m is not recorded"):
        await registry.ask("GetMovement", movement="m", as_of=2)


async def test_a_bloc_s_year_has_who_took_part_in_movements_with_which_plans_and_reviews(registry: Registry) -> None:
    await a_movement(registry)
    year = await registry.ask("GetBlocYear", bloc="b1", year=2024)
    assert [(m.movement, m.own, m.parent and m.parent.value) for m in year.movements] == [
        ("m", False, None),
        ("m1", True, "m"),
    ]
    assert [p.counts[0].reaches.value for p in year.participations] == ["true"]
    assert [(p.movement.value, p.participant.value) for p in (*year.registrations, *year.movement_plans)] == [
        ("m", "btp")
    ] * 2
    assert [(r.movement_review, r.reviewer.agency.value) for r in year.movement_reviews] == [("sk", "btp")]
    other = await registry.ask("GetBlocYear", bloc="b1", year=2023)
    assert (other.registrations, other.participations, other.movement_plans, other.movement_reviews) == ((),) * 4


async def test_a_movement_that_is_only_pushed_on_is_answered_with_nothing_of_a_launch(registry: Registry) -> None:
    told: dict[str, Any] = {"movement": "m", "bloc": "b1", "year": 2020, "manner": "PUSHED"}
    await registry.tell(LinkMovement(**told, name="lập thành tích chào mừng", record=from_("a")))
    shown = await registry.ask("GetMovement", movement="m")
    assert (shown.name.value, shown.launched_on, shown.launcher, shown.form) == (
        "lập thành tích chào mừng",
        *(None,) * 3,
    )
    assert [link.manner.value for link in shown.taken_up] == ["PUSHED"]


async def test_a_movement_of_which_only_participants_are_told_is_answered_a_page_at_a_time(registry: Registry) -> None:
    for unit in ("u1", "u2", "u3"):
        told: dict[str, Any] = {"movement": "m", "participant": unit, "record": from_("a")}
        await registry.tell(RegisterParticipation(**told))
    page = await registry.ask("GetMovement", movement="m", limit=2)
    assert [r.participant.value for r in page.registrations] == ["u1", "u2"]
    page = await registry.ask("GetMovement", movement="m", limit=2, after=page.next)
    assert ([r.participant.value for r in page.registrations], page.next) == (["u3"], None)


async def test_a_ruling_on_one_year_s_registration_leaves_those_of_other_years_alone(registry: Registry) -> None:
    joining: dict[str, Any] = {"movement": "m", "participant": "btp"}
    ten, twelve = counts(amount("10", figure="10"), None), counts(amount("12", figure="12"), None)
    for source, year, figures in (("a", 2023, ten), ("a", 2024, ten), ("b", 2024, twelve)):
        await registry.tell(RegisterParticipation(**joining, year=year, counts=figures, record=from_(source)))
    first, second = (await registry.ask("GetMovement", movement="m")).registrations
    (dispute,) = second.disputes
    assert (first.disputed, dispute.field, dispute.about) == (False, "counts.value.figure", "tập thể")
    assert [(told.value, told.mark.source) for told in dispute.told] == [("10", "a"), ("12", "b")]
    ruling = e.Ruling(by=e.Party(words="Ban Thi đua"), reason="theo báo cáo gốc")
    await registry.tell(RegisterParticipation(**joining, year=2024, counts=twelve, ruling=ruling, record=from_("c")))
    first, second = (await registry.ask("GetMovement", movement="m")).registrations
    assert [c.value.figure.value for one in (first, second) for c in one.counts] == ["10", "12"]
    assert (second.disputed, len(second.rulings), first.rulings) == (False, 1, ())


async def test_what_sources_tell_otherwise_of_a_movement_s_aims_phases_and_launcher_is_disputed(
    registry: Registry,
) -> None:
    for source, figure, ends in (("a", "95", date(2024, 6, 30)), ("b", "90", date(2024, 7, 30))):
        line = e.TargetLine(line="l1", indicator="x", target=amount("chỉ tiêu", figure=figure), better="MORE")
        await registry.tell(
            LaunchMovement(
                movement="m",
                phases=Listed[e.Phase](items=(e.Phase(phase="d1", ends=ends),)),
                targets=Listed[e.TargetLine](items=(line,)),
                launcher=e.Party(agency="ttg"),
                record=from_(source),
            )
        )
    link: dict[str, Any] = {"movement": "m", "bloc": "b1", "year": 2024, "manner": "JOINED"}
    await registry.tell(LinkMovement(**link, launcher=e.Party(agency="mttq"), record=from_("c")))
    report: dict[str, Any] = {"movement": "m", "participant": "btp"}
    for value in ("92", "96"):
        done = counts(amount(value, figure=value))
        await registry.tell(ReportParticipation(**report, year=int(f"20{value[1]}0"), counts=done, record=from_("c")))
    shown = await registry.ask("GetMovement", movement="m")
    assert [(d.field, d.about) for d in shown.disputes] == [
        ("targets.target.figure", "l1"),
        ("phases.ends", "d1"),
        ("launcher.agency", None),
    ]
    between, above = (one.counts[0].reaches for one in shown.participations)
    assert (between, above.value) == (None, "true")


# Taking up


async def taken_up(registry: Registry, *blocs: str, **fields: Any) -> None:
    for bloc in blocs:
        link: dict[str, Any] = {"movement": "m", "bloc": bloc, "year": 2024, "manner": "JOINED", "record": from_("a")}
        await registry.tell(LinkMovement(**{**link, **fields}))


async def test_who_takes_a_movement_up_is_answered_a_page_at_a_time(registry: Registry) -> None:
    await taken_up(registry, "b3", "b1", "b2")
    page = await registry.ask("GetMovement", movement="m", limit=2)
    assert [link.bloc.value for link in page.taken_up] == ["b1", "b2"]
    page = await registry.ask("GetMovement", movement="m", limit=2, after=page.next)
    assert ([link.bloc.value for link in page.taken_up], page.next) == (["b3"], None)


async def pages(registry: Registry, **asked: Any) -> list[Any]:
    found = [await registry.ask("GetMovement", movement="m", **asked)]
    while found[-1].next:
        assert len(found) < 10
        found.append(await registry.ask("GetMovement", movement="m", after=found[-1].next, **asked))
    return found


async def test_every_list_of_a_movement_is_shown_whole_once_by_pages_that_end(registry: Registry) -> None:
    ids = ["0", "a", "a-b", "a.b", "a_b", "ab", "b"]
    await taken_up(registry, *ids[:3])
    for one in ids:
        await registry.tell(RegisterParticipation(movement="m", participant=one, record=from_("a")))
        await registry.tell(LaunchMovement(movement=f"c{one}", parent="m", record=from_("a")))
    for one in ids[:5]:
        await registry.tell(ReviewMovement(movement_review=one, movement="m", record=from_("a")))
    found = await pages(registry, limit=2)
    assert len(found) == 4
    assert [link.bloc.value for page in found for link in page.taken_up] == ids[:3]
    assert [joined.participant.value for page in found for joined in page.registrations] == ids
    assert [part.value for page in found for part in page.parts] == [f"c{one}" for one in ids]
    assert [review.movement_review for page in found for review in page.reviews] == ids[:5]


async def test_name_launcher_and_disputes_of_a_movement_are_the_same_on_every_page(registry: Registry) -> None:
    for bloc, agency, name, day in (("b1", "ttg", None, 1), ("b2", "ttg", "NTM", 2), ("b3", "bnv", "Khác hẳn", 3)):
        told: dict[str, Any] = {"launcher": e.Party(agency=agency), "name": name, "effective": date(2024, 3, day)}
        await taken_up(registry, bloc, **told, record=from_(bloc))

    async def shown(**asked: Any) -> set[Any]:
        return {
            (page.name.value, page.launcher.agency.value, page.disputed, _disputed(page))
            for page in await pages(registry, **asked)
        }

    disputed = (("launcher.agency", ("ttg", "b1"), ("bnv", "b3")),)
    assert await shown() == await shown(limit=1) == {("NTM", "ttg", True, disputed)}
    assert await shown(limit=1, on=date(2024, 3, 2)) == {("NTM", "ttg", False, ())}
    await registry.tell(Retract(stream="movementlink:m:b1", retracts=1, reason="đọc nhầm", record=RECORD))
    disputed = (("launcher.agency", ("ttg", "b2"), ("bnv", "b3")),)
    assert await shown(limit=1) == {("NTM", "ttg", True, disputed)}
    await taken_up(registry, "b2", correction=Correction(corrects=1, reason="đọc nhầm"))
    assert await shown(limit=1) == {("Khác hẳn", "bnv", False, ())}


def _disputed(answer: Any) -> tuple[Any, ...]:
    return tuple((one.field, *((told.value, told.mark.source) for told in one.told)) for one in answer.disputes)


async def test_two_days_of_one_link_are_disputed_in_both_answers_until_somebody_rules(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    for source, day in (("a", date(2024, 3, 1)), ("b", date(2024, 4, 1))):
        await taken_up(registry, "b1", effective=day, record=from_(source))
    await taken_up(registry, "b1", manner="PUSHED", effective=DAY)

    async def shown() -> list[Any]:
        links = (await registry.ask("GetMovement", movement="m")).taken_up
        joined, pushed = sorted(links, key=lambda link: link.manner.value)
        year = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).movements
        joined_there, pushed_there = sorted(year, key=lambda link: link.manner.value)
        assert [(one.disputed, one.rulings) for one in (pushed, pushed_there)] == [(False, ())] * 2
        assert joined.on == joined_there.taken_up_on
        return [(one.disputed, _disputed(one), len(one.rulings)) for one in (joined, joined_there)]

    assert await shown() == [(True, (("effective", ("2024-03-01", "a"), ("2024-04-01", "b")),), 0)] * 2
    ruling = e.Ruling(by=e.Party(words="Ban Thi đua"), reason="theo báo cáo gốc")
    await taken_up(registry, "b1", effective=date(2024, 4, 1), ruling=ruling, record=from_("c"))
    assert await shown() == [(False, (), 1)] * 2


async def test_how_a_bloc_takes_a_movement_up_is_corrected_and_retracted_where_it_is_told(registry: Registry) -> None:
    await taken_up(registry, "b1", "b2")
    await taken_up(registry, "b1", manner="PUSHED", correction=Correction(corrects=1, reason="đọc nhầm"))

    async def manners() -> list[tuple[str, str]]:
        shown = await registry.ask("GetMovement", movement="m")
        return [(link.bloc.value, link.manner.value) for link in shown.taken_up]

    assert await manners() == [("b1", "PUSHED"), ("b2", "JOINED")]
    await registry.tell(Retract(stream="movementlink:m:b2", retracts=1, reason="không hưởng ứng", record=RECORD))
    assert await manners() == [("b1", "PUSHED")]
    history = await registry.ask("GetHistory", stream="movementlink:m:b1")
    assert [event.stands for event in history.events] == [False, True]


async def test_what_was_told_anew_here_is_not_told_twice_by_retracting_a_retraction(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=RECORD))
    link = LinkMovement(movement="m", bloc="b1", year=2024, manner="JOINED", effective=DAY)

    async def retract(version: int) -> None:
        await registry.tell(Retract(stream="movementlink:m:b1", retracts=version, reason="nhầm", record=RECORD))

    await registry.tell(link)
    await retract(1)
    await retract(2)
    await retract(3)
    await registry.tell(link.model_copy(update={"effective": date(2024, 4, 11)}))
    with pytest.raises(Refused) as refused:
        await retract(4)
    assert refused.value.rule == "act.told"
    await retract(5)
    await retract(4)
    shown = await registry.ask("GetMovement", movement="m")
    assert [link.on.value for link in shown.taken_up] == [str(DAY)]


@pytest.mark.parametrize(
    ("stream", "told"),
    [
        ("movement:m", e.MovementLaunched(movement="m", effective=DAY)),
        ("deadline:d", e.DeadlineSet(deadline="d", what="Báo cáo", effective=DAY)),
    ],
)
def test_a_retraction_is_retracted_until_the_same_is_told_here_anew(stream: str, told: Any) -> None:
    gone = FactRetracted(retracts=1, reason="nhầm", record=RECORD)
    back = Retract(stream=stream, retracts=2, reason="nhầm", record=RECORD)
    given({stream: [told, gone]}).when(back).accepted()
    given({stream: [told, gone, told]}).when(back).refused("act.told")
    given({stream: [told, gone, told.model_copy(update={"record": RECORD})]}).when(back).accepted()
    given({stream: [told.model_copy(update={"record": RECORD}), told, told]}).when(
        back.model_copy(update={"retracts": 1})
    ).accepted()
    if isinstance(told, e.DeadlineSet):
        given({stream: [told, gone, told.model_copy(update={"effective": date(2024, 5, 1)})]}).when(back).accepted()


def test_a_bloc_takes_up_no_movement_that_it_launched_itself_for_the_year() -> None:
    own = LAUNCHED.model_copy(update={"bloc": "b", "year": 2024})
    bloc = [e.BlocEstablished(bloc="b", kind="KHOI", name="Khối", record=RECORD)]
    link = LinkMovement(movement="m", bloc="b", year=2024, manner="JOINED", effective=DAY)
    ground = {"movement:m": [own], "bloc:b": bloc}
    given(ground).when(link).refused("movement.own")
    given(ground).when(link.model_copy(update={"record": RECORD})).accepted()
    later = {"year": 2025, "manner": "CONTINUED", "effective": date(2025, 1, 15)}
    given(ground).when(link.model_copy(update=later)).accepted()
    given({**ground, "movement:m": [LAUNCHED]}).when(link).accepted()


async def test_a_year_shows_a_movement_once_that_the_bloc_launched_and_is_told_to_take_up(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=RECORD))
    for movement, bloc in (("m", "b2"), ("n", "b1")):
        await taken_up(registry, "b1", movement=movement)
        await registry.tell(LaunchMovement(movement=movement, bloc=bloc, year=2024, record=RECORD))
    year = await registry.ask("GetBlocYear", bloc="b1", year=2024)
    assert [(one.movement, one.own) for one in year.movements] == [("m", False), ("n", True)]


async def test_a_year_shows_of_a_movement_that_is_taken_up_what_disputes_its_launch_and_what_it_cites(
    registry: Registry,
) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    for source, theme in (("a", "Đoàn kết"), ("b", "Sáng tạo")):
        await registry.tell(LaunchMovement(movement="m", theme=theme, record=from_(source)))
    await registry.tell(CiteDocument(document="ct-34", citing=e.Citing(movement="m"), record=from_("a")))
    await taken_up(registry, "b1")
    year = await registry.ask("GetBlocYear", bloc="b1", year=2024)
    (movement,) = year.movements
    assert (movement.own, [dispute.field for dispute in movement.disputes]) == (False, ["theme"])
    assert [citation.document.value for citation in year.citations] == ["ct-34"]


async def test_a_link_that_was_told_in_the_movement_s_own_stream_is_still_shown(registry: Registry) -> None:
    fields: dict[str, Any] = {"movement": "m", "bloc": "b1", "year": 2024, "manner": "JOINED", "record": from_("a")}
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    before: Handlers = {
        LinkMovement: Handler(lambda c: [MOVEMENT.of(c.movement)], lambda c, _: [tell(e.MovementLinked, c)])
    }
    handling = Handling(registry.tools.log, e.VOCABULARY, before, b"only for tests")
    await handling.handle(LinkMovement(**fields), Context(str(uuid4()), "officer"))
    assert [one.bloc.value for one in (await registry.ask("GetMovement", movement="m")).taken_up] == ["b1"]
    (movement,) = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).movements
    assert (movement.movement, movement.own) == ("m", False)
    await registry.tell(launch())


async def test_rows_of_a_movement_grow_no_longer_with_every_bloc_that_takes_it_up(registry: Registry) -> None:
    await registry.tell(launch(record=RECORD))

    async def longest(blocs: range) -> list[int]:
        await taken_up(registry, *(f"b{n}" for n in blocs))
        await registry.catch_up()
        tables = [model.name for model in SERVICE.models]
        rows = [f'select max(octet_length(doc)) from read."{table}"' for table in tables]
        return [await registry.tools.pool.fetchval(row) or 0 for row in rows]

    assert await longest(range(10, 40)) == await longest(range(40, 70))
    shown = await registry.ask("GetMovement", movement="m", limit=1)
    assert [link.bloc.value for link in shown.taken_up] == ["b10"]


async def test_a_link_and_a_launch_that_race_leave_no_link_told_after_a_later_launch(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", effective=DAY, record=RECORD))
    for n in range(20):
        link = LinkMovement(**{**LINK, "movement": f"m{n}", "effective": DAY})
        later = launch(movement=f"m{n}", effective=date(2024, 5, 1))
        pair = [registry.tell(later), registry.tell_beside(link)]
        launched, linked = await asyncio.gather(*pair, return_exceptions=True)
        assert isinstance(launched, Reply)
        if isinstance(linked, Reply):
            assert linked.position < launched.position
        else:
            assert isinstance(linked, Refused | Conflict)


async def test_a_bloc_that_takes_a_movement_up_in_two_processes_at_once_does_so_once(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", effective=DAY, record=RECORD))
    for n in range(10):
        link = LinkMovement(**{**LINK, "movement": f"m{n}"})
        outcomes = await asyncio.gather(registry.tell(link), registry.tell_beside(link), return_exceptions=True)
        assert sorted(isinstance(one, Refused | Conflict) for one in outcomes) == [False, True]


# Circles


async def test_two_movements_that_are_told_at_once_to_be_parts_of_each_other_are_not(registry: Registry) -> None:
    for n in range(10):
        one, other = launch(movement=f"a{n}", parent=f"b{n}"), launch(movement=f"b{n}", parent=f"a{n}")
        outcomes = await asyncio.gather(registry.tell(one), registry.tell_beside(other), return_exceptions=True)
        assert sorted(isinstance(outcome, Refused | Conflict) for outcome in outcomes) == [False, True]


async def test_a_movement_is_part_of_nothing_that_is_part_of_it_however_far_up(registry: Registry) -> None:
    await registry.tell(launch(movement="p", parent="q"))
    await registry.tell(launch(movement="q", parent="m"))
    with pytest.raises(Refused) as refused:
        await registry.tell(launch(parent="p"))
    assert refused.value.rule == "movement.parent"


async def test_a_circle_of_parents_that_records_tell_is_kept_and_shown_as_disputed(registry: Registry) -> None:
    for movement, parent in (("m", "p"), ("p", "q"), ("q", "m"), ("x", "m")):
        await registry.tell(LaunchMovement(movement=movement, parent=parent, record=from_(movement)))
    shown = await registry.ask("GetMovement", movement="m")
    (dispute,) = shown.disputes
    assert (shown.disputed, shown.parent.value, dispute.field) == (True, "p", "parent")
    assert [(told.value, told.mark.source) for told in dispute.told] == [("p", "m"), ("q", "p"), ("m", "q")]
    assert not (await registry.ask("GetMovement", movement="x")).disputed
