"""Every query is asked of a day, as known at a position or at a time; one that need not be says why."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from thidua.kernel.v1 import kernel_pb2

from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.convert import shape
from services.kernel.errors import Missing
from services.kernel.events import Position
from services.kernel.provenance import Inference, Record, Source
from services.kernel.standing import Correction, Retract
from services.kernel.view import ReadOptions
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc, NameBloc
from services.registry.domain.conference import HoldConference, RecordAttendance
from services.registry.domain.leadership import RecordLeadership
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.movement import LaunchMovement, PilotMovement
from services.registry.domain.organisation import NameOrganisation, RegisterOrganisation
from services.registry.domain.participation import RegisterParticipation
from services.registry.domain.person import DescribePerson, RegisterPerson
from services.registry.main import SERVICE
from tests.play import value
from tests.registry.support import Registry, registry_on
from tests.registry.test_corrections import KINDS, telling

EVE, DAY = date(2024, 4, 9), date(2024, 4, 10)
"""The golden samples tell of this day."""
OTHER_DAYS = {"GetSuccession": date(2025, 7, 1)}
"""Of which they tell of reorganisations."""
OF_NO_DAY = {
    "GetHistory": "it shows every event of a stream with its version and its day, to be corrected by",
    "GetOrganisationTimeline": "it takes a range of days, since and until",
    "GetBlocTimeline": "it takes a range of days, since and until",
    "GetReorganisation": "it shows one act with its legal day and its working day; GetSuccession is asked of a day",
}
"""Queries without an effective date, each with the reason."""
ENDS = {"BlocDissolved", "MembershipEnded", "BodyDissolved", "BodyMemberReleased", "DutyEnded", "DeadlineLifted"}
"""What ends on the day is there neither on it nor on its eve."""
ASKED: dict[str, dict[str, Any]] = {
    "GetOrganisation": {"organisation": "btp"},
    "GetSuccession": {"organisation": "btp"},
    "FindOrganisations": {"text": "Bộ Tư pháp"},
    "GetBloc": {"bloc": "noi-chinh"},
    "FindBlocs": {"text": "Nội chính"},
    "FindBodies": {},
    "GetBody": {"body": "hdtdkt"},
    "GetDuties": {"of": {"organisation": "ubnd"}},
    "WhoHeaded": {"bloc": "noi-chinh"},
    "GetBlocLeadership": {"bloc": "noi-chinh"},
    "GetRotation": {"bloc": "noi-chinh"},
    "GetBlocYear": {"bloc": "noi-chinh", "year": 2024},
    "ExportTable": {"table": "MEMBERS", "form": "CSV"},
    "GetConference": {"conference": "c1"},
    "FindDocuments": {"text": "Chỉ thị"},
    "GetDocument": {"document": "ct-34"},
    "GetDeadline": {"deadline": "co-chinh-phu"},
    "GetToDo": {"bloc": "noi-chinh"},
    "GetExemplar": {"exemplar": "x-1"},
    "GetMovement": {"movement": "m1"},
    "GetMovementForms": {},
    "GetPerson": {"person": "p-1"},
    "FindPersons": {"text": "c2VhbGVk"},
    "GetPersons": {"persons": ("p-1",)},
}
"""What each query is asked here, of which something is told of the day and nothing before."""


class Told(NamedTuple):
    """A registry, and when half of the samples were told."""

    registry: Registry
    half: int
    then: datetime


@pytest.fixture(scope="module")
async def told(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Told]:
    """Every fact of the golden samples."""
    async with registry_on(postgres) as registry:
        first = await registry.tell(RegisterOrganisation(organisation="first", name="Trước hết", effective=EVE))
        await asyncio.sleep(0.002)
        for kind in KINDS:
            if kind not in ENDS:
                await registry.tell(telling(kind))
        await registry.catch_up()
        yield Told(registry, first.position, first.recorded_at)


@pytest.mark.parametrize("name", SERVICE.queries)
def test_every_query_takes_an_effective_date_and_a_position_or_time_as_of_which_it_is_answered(name: str) -> None:
    method = SERVICE.api.methods_by_name[name]
    read = method.input_type.fields_by_name["read"].message_type
    assert read is not None
    assert read.full_name == kernel_pb2.Read.DESCRIPTOR.full_name
    assert {"as_of_position", "as_of_time"} <= {field.name for field in read.fields}
    asked = SERVICE.queries[name].request
    if name in OF_NO_DAY:
        assert "on" not in asked.model_fields
    else:
        assert shape(asked, "on").inner is date, f"{name}: give it an effective date `on`, or say in OF_NO_DAY why not"
        assert name in ASKED, f"{name}: say in ASKED what it is asked here"


async def asked(told: Told, name: str, read: ReadOptions, **fields: Any) -> Any:
    try:
        return await told.registry._played.ask(name, read, **fields)
    except Missing as missing:
        return str(missing)


@pytest.mark.parametrize("name", ASKED)
async def test_what_is_told_to_be_of_a_day_is_answered_of_that_day_and_not_of_its_eve(told: Told, name: str) -> None:
    first = OTHER_DAYS.get(name, DAY)
    eve, day = [await asked(told, name, ReadOptions(), on=on, **ASKED[name]) for on in (first - timedelta(1), first)]
    assert eve != day
    assert not isinstance(day, str), day


@pytest.mark.parametrize("name", ASKED)
async def test_an_answer_as_of_a_time_is_that_as_of_the_last_position_recorded_by_then(told: Told, name: str) -> None:
    on = OTHER_DAYS.get(name, DAY)
    then = await asked(told, name, ReadOptions(as_of_time=told.then), on=on, **ASKED[name])
    position = ReadOptions(as_of={"registry": Position(1, told.half)})
    assert then == await asked(told, name, position, on=on, **ASKED[name])
    assert then != await asked(told, name, ReadOptions(), on=on, **ASKED[name])


RECORD = Record(source=Source(id="a"), place="all")


async def test_a_year_is_answered_as_it_was_on_a_day(registry: Registry) -> None:
    fields: dict[str, Any] = {"bloc": "b1", "record": RECORD}
    await registry.tell(EstablishBloc(kind="KHOI", name="Khối 1", authority="pm", **fields))
    await registry.tell(RecordLeadership(year=2024, head=e.Holder(agency="a"), elected_on=DAY, **fields))
    await registry.tell(
        HoldConference(conference="c", kind="MIDYEAR", during=2024, effective=date(2024, 7, 29), **fields)
    )

    async def on(day: date | None) -> tuple[str | None, int, int]:
        year = await registry.ask("GetBlocYear", bloc="b1", year=2024, on=day)
        return value(year.state), len(year.terms), len(year.conferences)

    days = (EVE, DAY, date(2024, 7, 28), date(2024, 7, 29), None)
    assert [await on(day) for day in days] == [
        (None, 0, 0),
        ("LED", 1, 0),
        ("LED", 1, 0),
        ("MID_REVIEWED", 1, 1),
        ("MID_REVIEWED", 1, 1),
    ]


async def test_what_is_seen_on_a_day_is_so_from_that_day_on(registry: Registry) -> None:
    fields: dict[str, Any] = {"bloc": "b1", "record": RECORD}
    await registry.tell(EstablishBloc(kind="KHOI", name="Khối 1", **fields))
    await registry.tell(RecordLeadership(year=2024, head=e.Holder(agency="a"), seen_on=DAY, **fields))
    years = [await registry.ask("GetBlocYear", bloc="b1", year=2024, on=on) for on in (EVE, DAY)]
    assert [len(year.terms) for year in years] == [0, 1]


async def test_a_name_is_found_from_its_first_day_on_and_the_one_of_the_day_is_shown(registry: Registry) -> None:
    await registry.tell(
        EstablishBloc(bloc="b1", kind="KHOI", name="Khối cũ", effective=date(2020, 1, 1), record=RECORD)
    )
    await registry.tell(NameBloc(bloc="b1", name="Khối mới", effective=DAY, record=RECORD))

    async def found(text: str, on: date | None) -> list[str]:
        return [one.name for one in (await registry.ask("FindBlocs", text=text, on=on)).found]

    assert [await found("Khối mới", on) for on in (EVE, DAY, None)] == [[], ["Khối mới"], ["Khối mới"]]
    assert [await found("Khối cũ", on) for on in (EVE, DAY)] == [["Khối cũ"], ["Khối mới"]]
    assert await found("Khối cũ", date(2019, 12, 31)) == []


async def test_members_are_given_out_of_a_day_and_taken_in_again_as_nothing_new(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", authority="pm", record=RECORD))
    for unit in ("a", "b", "pm"):
        await registry.tell(RegisterOrganisation(organisation=unit, name=unit, record=RECORD))
    await registry.tell(NameOrganisation(organisation="a", name="A mới", effective=DAY, record=RECORD))
    claim: dict[str, Any] = {"authority": "pm", "bloc": "b1", "record": RECORD}
    await registry.tell(AdmitMember(unit="a", effective=date(2020, 1, 1), **claim))
    await registry.tell(EndMembership(unit="a", effective=DAY, **claim))
    await registry.tell(AdmitMember(unit="b", effective=DAY, **claim))

    async def lines(on: date | None) -> tuple[int, str]:
        file = await registry.ask("ExportTable", table="MEMBERS", form="CSV", on=on)
        assert (await registry.take_in(file.content, name=file.name)).sheets[0].unchanged == file.lines
        return file.lines, file.content.decode()

    (all_, _), (eve, of_eve), (day, of_day) = [await lines(on) for on in (None, EVE, DAY)]
    assert (all_, eve, day) == (2, 1, 1)
    assert ("b1,Khối 1,a,a," in of_eve, "b1,Khối 1,b,b," in of_day) == (True, True)


async def test_a_person_is_called_as_on_the_day_and_what_is_of_no_day_always_counts(registry: Registry) -> None:
    await registry.tell(RegisterPerson(person="p-1", name="Một", record=RECORD))
    await registry.tell(DescribePerson(person="p-1", name="Hai", effective=DAY, record=RECORD))
    shown = [await registry.ask("GetPerson", person="p-1", on=on) for on in (EVE, DAY, None)]
    assert [person.shown for person in shown] == ["Một", "Hai", "Hai"]
    (person,) = (await registry.ask("GetPersons", persons=("p-1",), on=EVE)).persons
    assert value(person.name) == "Một"


async def test_a_day_that_was_corrected_is_the_day_that_counts(registry: Registry) -> None:
    held: dict[str, Any] = {"conference": "c", "kind": "OTHER", "record": RECORD}
    inferred = RECORD.model_copy(update={"inferred": (Inference(field="effective", basis="the page's day"),)})
    await registry.tell(HoldConference(**{**held, "record": inferred}, effective=EVE))
    await registry.tell(HoldConference(**held, effective=DAY, correction=Correction(corrects=1, reason="misread")))
    attended = RecordAttendance(conference="c", effective=DAY, record=RECORD)
    await registry.tell(attended)

    async def kind(on: date) -> Any:
        try:
            return value((await registry.ask("GetConference", conference="c", on=on)).kind)
        except Missing:
            return Missing

    assert [await kind(on) for on in (EVE, DAY)] == [Missing, "OTHER"]
    await registry.tell(Retract(stream="conference:c", retracts=2, reason="not misread", record=RECORD))
    assert [await kind(on) for on in (EVE, DAY)] == ["OTHER", "OTHER"]


async def test_what_a_ruling_settled_otherwise_was_so_on_no_day(registry: Registry) -> None:
    ruling = e.Ruling(by=e.Party(words="Bộ"), reason="đọc nhầm")
    held: dict[str, Any] = {"conference": "c", "bloc": "b1", "kind": "SUMMATION", "closes": 2023, "record": RECORD}
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Sai", effective=date(2020, 1, 1), record=RECORD))
    await registry.tell(HoldConference(**held, place="Huế", effective=EVE))
    before = await registry.position()
    await registry.tell(HoldConference(**held, place="Hà Nội", effective=DAY, ruling=ruling))
    later: dict[str, Any] = {"effective": date(2022, 1, 1), "record": RECORD, "ruling": ruling}
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Đúng", **later))

    async def place(on: date, as_of: int | None = None) -> Any:
        try:
            return value((await registry.ask("GetConference", conference="c", on=on, as_of=as_of)).place)
        except Missing:
            return Missing

    assert [await place(EVE, before), await place(EVE), await place(DAY)] == ["Huế", Missing, "Hà Nội"]

    async def year(on: date) -> tuple[str | None, list[Any]]:
        shown = await registry.ask("GetBlocYear", bloc="b1", year=2023, on=on)
        return value(shown.state), [(value(one.place), len(one.rulings)) for one in shown.conferences]

    assert [await year(EVE), await year(DAY)] == [("FORMED", []), ("SUMMED_UP", [("Hà Nội", 1)])]

    async def found(text: str, on: date) -> list[str]:
        return [one.name for one in (await registry.ask("FindBlocs", text=text, on=on)).found]

    assert [await found("Sai", on) for on in (date(2021, 1, 1), DAY)] == [[], []]
    assert [await found("Đúng", on) for on in (date(2021, 1, 1), DAY)] == [[], ["Đúng"]]


async def test_a_movement_and_who_joined_it_are_answered_of_a_day_as_ruled(registry: Registry) -> None:
    ruling = e.Ruling(by=e.Party(words="Bộ"), reason="theo hồ sơ")
    for on, settled in ((date(2024, 3, 1), None), (DAY, ruling)):
        told: dict[str, Any] = {"movement": "m", "effective": on, "record": RECORD, "ruling": settled}
        await registry.tell(LaunchMovement(**told, name="Phong trào"))
        await registry.tell(RegisterParticipation(**told, participant="a", year=2024))
    await registry.tell(PilotMovement(movement="m", record=RECORD))

    async def days(on: date) -> tuple[str | None, list[str | None]]:
        shown = await registry.ask("GetMovement", movement="m", on=on)
        return value(shown.launched_on), [value(one.on) for one in shown.registrations]

    assert [await days(EVE), await days(DAY)] == [(None, []), (str(DAY), [str(DAY)])]
