"""Duties of emulation work: who is the standing agency of a council, bloc or agency, and who are its officers."""

from datetime import date
from typing import Any

import pytest

from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.provenance import Inference, Listed, Record, Source
from services.kernel.standing import Retract
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.body import AppointBodyMembers, EstablishBody
from services.registry.domain.duty import AssignDuty, EndDuty
from services.registry.domain.organisation import DissolveOrganisation, RegisterOrganisation
from services.registry.domain.reorganisation import Reorganise
from services.registry.domain.rotation import SetRotation
from services.registry.tenures import tenures
from tests.registry.support import Registry, given

START, LATER = date(2022, 3, 1), date(2024, 5, 1)
RECORD = Record(source=Source(id="decision"), place="whole text")
OF = e.Charge(organisation="ubnd")
STANDING: dict[str, Any] = {"of": OF, "duty": "STANDING_AGENCY", "agency": "snv"}
OFFICER: dict[str, Any] = {"of": OF, "duty": "EMULATION_OFFICER", "person": "p-1"}
KNOWN: dict[str, list[Event]] = {
    f"organisation:{one}": [e.OrganisationRegistered(organisation=one, name=one)] for one in ("ubnd", "snv", "vp")
}


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="told beside it") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def test_a_duty_is_given_here_to_a_registered_agency_or_a_person_from_a_day_on() -> None:
    given(KNOWN).when(AssignDuty(**STANDING, effective=START)).then(e.DutyAssigned(**STANDING, effective=START))
    given(KNOWN).when(AssignDuty(**OFFICER, effective=START)).then(e.DutyAssigned(**OFFICER, effective=START))
    given(KNOWN).when(AssignDuty(**STANDING)).refused("act.day")
    given().when(AssignDuty(**STANDING, effective=START)).refused("organisation.unknown")
    nobody = {**STANDING, "agency": None}
    given(KNOWN).when(AssignDuty(**nobody, effective=START)).refused("duty.who")
    given(KNOWN).when(AssignDuty(**nobody, person="p-1", effective=START)).refused("duty.who")
    given(KNOWN).when(AssignDuty(**{**OFFICER, "person": None}, agency="vp", effective=START)).refused("duty.who")
    given().when(AssignDuty(**nobody, record=RECORD)).refused("duty.who")
    given().when(AssignDuty(**nobody, title="Cơ quan thường trực", record=RECORD)).accepted()


def test_what_a_duty_is_for_is_there_on_the_day() -> None:
    act = {**STANDING, "of": e.Charge(body="hd")}
    given(KNOWN).when(AssignDuty(**act, effective=START)).refused("body.unknown")
    council = e.BodyEstablished(body="hd", name="Hội đồng", effective=START)
    given(KNOWN, {"body:hd": [council]}).when(AssignDuty(**act, effective=START)).accepted()
    eve = date(2022, 2, 28)
    given(KNOWN, {"body:hd": [council]}).when(AssignDuty(**act, effective=eve)).refused("body.before-establishment")
    of_bloc = {**STANDING, "of": e.Charge(bloc="b1")}
    given(KNOWN).when(AssignDuty(**of_bloc, effective=START)).refused("bloc.unknown")
    founded = e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", effective=START)
    given(KNOWN, {"bloc:b1": [founded]}).when(AssignDuty(**of_bloc, effective=START)).accepted()


def test_there_is_one_standing_agency_at_a_time_and_as_many_officers_as_there_are() -> None:
    begun = e.DutyAssigned(**STANDING, effective=START)
    other = {**STANDING, "agency": "vp"}
    given(begun, KNOWN).when(AssignDuty(**other, effective=LATER)).refused("duty.one-agency")
    given(begun, KNOWN).when(AssignDuty(**STANDING, effective=LATER)).refused("duty.one-agency")
    ended = e.DutyEnded(**STANDING, effective=LATER)
    given(begun, ended, KNOWN).when(AssignDuty(**other, effective=LATER)).accepted()
    given(begun, KNOWN).when(AssignDuty(**other, effective=LATER, record=RECORD)).accepted()
    officer = e.DutyAssigned(**OFFICER, effective=START)
    given(begun, officer, KNOWN).when(AssignDuty(**OFFICER, effective=LATER)).refused("duty.held")
    given(begun, officer, KNOWN).when(AssignDuty(**{**OFFICER, "person": "p-2"}, effective=LATER)).accepted()


def test_a_duty_ends_here_after_it_has_begun() -> None:
    begun = e.DutyAssigned(**STANDING, effective=START)
    given(begun).when(EndDuty(**STANDING, effective=LATER)).then(e.DutyEnded(**STANDING, effective=LATER))
    given(begun).when(EndDuty(**STANDING, effective=START)).refused("duty.none")
    given(begun).when(EndDuty(**{**STANDING, "agency": "vp"}, effective=LATER)).refused("duty.none")
    given().when(EndDuty(**STANDING, effective=LATER)).refused("duty.none")
    given().when(EndDuty(**STANDING, record=RECORD)).accepted()


def test_a_duty_is_of_one_thing() -> None:
    for wrong in ({}, {"body": "hd", "bloc": "b1"}):
        with pytest.raises(ValueError, match="must name one thing"):
            e.Charge.model_validate(wrong)


async def test_who_does_the_emulation_work_of_an_agency_on_a_day_as_known_then(registry: Registry) -> None:
    for one in ("ubnd", "snv", "vp"):
        await registry.tell(RegisterOrganisation(organisation=one, name=one.upper()))
    decision = Source(id="qd-1")
    first = await registry.tell(AssignDuty(**STANDING, effective=START, decision=decision))
    await registry.tell(AssignDuty(**OFFICER, agency="snv", effective=START))
    await registry.tell(EndDuty(**STANDING, effective=LATER, decision=Source(id="qd-2")))
    await registry.tell(AssignDuty(**{**STANDING, "agency": "vp"}, effective=LATER))

    async def standing(on: date, as_of: int | None = None) -> list[str]:
        answer = await registry.ask("GetDuties", of=OF, on=on, as_of=as_of)
        return [one.agency.value for one in answer.duties if one.duty.value == "STANDING_AGENCY"]

    assert await standing(date(2022, 2, 28)) == []
    assert await standing(START) == ["snv"]
    assert await standing(LATER) == ["vp"]
    assert await standing(LATER, as_of=first.position) == ["snv"]
    answer = await registry.ask("GetDuties", of=OF)
    one, officer, _ = answer.duties
    assert (one.until.value, one.decision.value, one.end_decision.value, one.disputed) == (
        "2024-05-01",
        "qd-1",
        "qd-2",
        False,
    )
    assert (officer.person.value, officer.agency.value, officer.until, officer.title) == ("p-1", "snv", None, None)
    assert [label.name for label in answer.labels] == ["SNV", "VP"]
    assert (await registry.ask("GetDuties", of=e.Charge(body="ubnd"))).duties == ()


async def test_what_several_sources_tell_of_one_duty_is_one_and_ends_with_it(registry: Registry) -> None:
    await registry.tell(AssignDuty(**STANDING, record=from_("press")))
    await registry.tell(AssignDuty(**STANDING, effective=START, record=from_("decision")))

    async def on(day: date) -> list[tuple[str, str | None, bool]]:
        answer = await registry.ask("GetDuties", of=OF, on=day)
        return [(one.agency.value, one.agency.mark.source, one.disputed) for one in answer.duties]

    assert await on(START) == [("snv", "decision", False)]
    assert await on(date(2022, 2, 28)) == []  # the press tells no day, and the decision completes it
    await registry.tell(EndDuty(**STANDING, effective=LATER, record=from_("end")))
    assert await on(LATER) == []
    ends = [one.until.value for one in (await registry.ask("GetDuties", of=OF)).duties]
    assert ends == ["2024-05-01"]


def test_an_end_of_an_unknown_day_ends_the_last_open_tenure_and_one_of_nothing_stands_by_itself() -> None:
    first, again = e.DutyAssigned(**STANDING, effective=START), e.DutyAssigned(**STANDING, effective=LATER)
    ended = e.DutyEnded(**STANDING, effective=date(2023, 1, 1))
    found = tenures([again, first, ended, e.DutyEnded(**STANDING)])
    assert [(one.since, bool(one.ended), one.until) for one in found] == [
        (LATER, True, None),
        (START, True, date(2023, 1, 1)),
    ]
    (alone,) = tenures([e.DutyEnded(**STANDING, effective=LATER)])
    assert (alone.since, alone.until) == (None, LATER)


@pytest.mark.parametrize("kind", ["dissolved", "merged", "split", "retracted"])
async def test_a_duty_ends_with_the_organisation_however_that_ends(registry: Registry, kind: str) -> None:
    await registry.tell(AssignDuty(**STANDING, effective=START, record=RECORD))
    if kind == "dissolved":
        await registry.tell(DissolveOrganisation(organisation="ubnd", effective=LATER, record=RECORD))
    else:
        predecessor = e.Predecessor(organisation="ubnd", ends=None if kind == "split" else True)
        reorganised: dict[str, Any] = {"reorganisation": "m", "kind": "MERGER", "effective": LATER, "record": RECORD}
        before = Listed[e.Predecessor](items=(predecessor,))
        await registry.tell(Reorganise(**reorganised, predecessors=before))
    if kind == "retracted":
        await registry.tell(Retract(stream="reorganisation:m", retracts=1, reason="not so", record=RECORD))
    (ever,) = (await registry.ask("GetDuties", of=OF)).duties
    then = (await registry.ask("GetDuties", of=OF, on=LATER)).duties
    over = kind in ("dissolved", "merged")
    assert (ever.ended, ever.until and ever.until.value) == ((True, str(LATER)) if over else (False, None))
    assert len(then) == (0 if over else 1)
    assert ever.end_decision is None


async def test_who_has_a_duty_or_a_seat_and_is_no_more_is_shown_by_inference_with_a_warning_and_a_task(
    registry: Registry,
) -> None:
    told: dict[str, Any] = {"effective": START, "record": RECORD}
    await registry.tell(EstablishBloc(bloc="k", kind="KHOI", name="Khối", authority="ubnd", **told))
    await registry.tell(AssignDuty(**{**STANDING, "of": e.Charge(bloc="k")}, **told))
    await registry.tell(EstablishBody(body="hd", name="Hội đồng", organisation="ubnd", **told))
    seats = Listed[e.Seat](
        items=tuple(e.Seat(person=p, office="MEMBER", agency=a) for p, a in (("p", "snv"), ("q", "vp")))
    )
    await registry.tell(AppointBodyMembers(body="hd", members=seats, **told))
    for one in ("ubnd", "snv", "vp"):
        await registry.tell(RegisterOrganisation(organisation=one, name=one, record=RECORD))

    async def shown(on: date) -> list[Any]:
        duties = await registry.ask("GetDuties", of=e.Charge(bloc="k"), on=on)
        body = await registry.ask("GetBody", body="hd", on=on)
        tasks = (await registry.ask("GetToDo", bloc="k", on=on)).tasks
        return [
            [(one.agency.value, one.agency.mark.certainty) for one in (*duties.duties, *body.members.items)],
            [(one.role, one.unit.value, one.authority.value) for one in (*duties.warnings, *body.warnings)],
            [(one.kind, one.unit.value, one.obliged[0].agency.value) for one in tasks],
        ]

    stated = [("snv", "STATED"), ("snv", "STATED"), ("vp", "STATED")]
    assert await shown(LATER) == [stated, [], []]
    await registry.tell(DissolveOrganisation(organisation="snv", effective=LATER, record=RECORD))
    assert await shown(date(2024, 4, 30)) == [stated, [], []]
    inferred = [("snv", "INFERRED"), ("snv", "INFERRED"), ("vp", "STATED")]
    warned = [("DUTY", "snv", "ubnd"), ("SEAT", "snv", "ubnd")]
    assert await shown(LATER) == [inferred, warned, [("SUCCESSION", "snv", "ubnd")]]
    (task,) = (await registry.ask("GetToDo", organisation="ubnd", on=LATER)).tasks
    assert "cơ quan thường trực" in task.what.value
    await registry.tell(EndDuty(**{**STANDING, "of": e.Charge(bloc="k")}, effective=LATER, record=RECORD))
    assert (await shown(LATER))[1:] == [warned[1:], []]


async def test_two_standing_agencies_that_records_tell_of_are_both_shown_as_disputed(registry: Registry) -> None:
    await registry.tell(AssignDuty(**STANDING, record=from_("a")))
    await registry.tell(AssignDuty(**{**STANDING, "agency": "vp"}, effective=LATER, record=from_("b", "agency")))
    answer = await registry.ask("GetDuties", of=OF, on=LATER)
    assert [(one.agency.value, one.agency.mark.certainty, one.disputed) for one in answer.duties] == [
        ("snv", "INFERRED", True),
        ("vp", "INFERRED", True),
    ]
    before = await registry.ask("GetDuties", of=OF, on=START)
    assert [(one.agency.value, one.disputed) for one in before.duties] == [("snv", False)]
    with pytest.raises(Refused, match="duty") as refused:
        await registry.tell(EndDuty(**{**STANDING, "agency": "khac"}, effective=LATER))
    assert refused.value.rule == "duty.none"


async def test_councils_duties_and_rotation_are_in_the_timelines_of_whose_they_are(registry: Registry) -> None:
    for one in ("ubnd", "snv"):
        await registry.tell(RegisterOrganisation(organisation=one, name=one))
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=RECORD))
    await registry.tell(EstablishBody(body="hd", name="Hội đồng", organisation="ubnd", effective=START))
    seats = Listed[e.Seat](items=(e.Seat(person="p-1", agency="snv", office="CHAIR"),))
    await registry.tell(AppointBodyMembers(body="hd", members=seats, effective=START))
    await registry.tell(AssignDuty(**STANDING, effective=LATER))
    await registry.tell(AssignDuty(**{**OFFICER, "of": e.Charge(bloc="b1")}, effective=LATER, record=RECORD))
    await registry.tell(SetRotation(bloc="b1", manner="LOT", effective=START, record=RECORD))

    async def timeline(name: str, **of: Any) -> list[tuple[str | None, str]]:
        answer = await registry.ask(name, **of)
        return [(one.on.value if one.on else None, one.type) for one in answer.entries]

    assert await timeline("GetOrganisationTimeline", organisation="ubnd") == [
        ("2022-03-01", "BodyEstablished"),
        ("2024-05-01", "DutyAssigned"),
        (None, "OrganisationRegistered"),
    ]
    assert ("2024-05-01", "DutyAssigned") in await timeline("GetOrganisationTimeline", organisation="snv")
    assert await timeline("GetBlocTimeline", bloc="b1") == [
        ("2022-03-01", "RotationSet"),
        ("2024-05-01", "DutyAssigned"),
        (None, "BlocEstablished"),
    ]
