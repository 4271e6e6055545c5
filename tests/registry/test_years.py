"""A bloc's year: an act that several sources tell is answered once, and what it has come to is no surer than that."""

from datetime import date
from typing import Any

import pytest

from services.kernel.provenance import Inference, Listed, Record, Source
from services.registry import events as e
from services.registry.domain.bloc import DissolveBloc, EstablishBloc
from services.registry.domain.conference import HoldConference
from services.registry.domain.covenant import RecordCovenant
from services.registry.domain.leadership import ElectLeadership, HandOverLeadership, RecordLeadership
from services.registry.domain.movement import LaunchMovement
from services.registry.domain.movement_link import LinkMovement
from services.registry.domain.review import NoteReview
from tests.registry.support import Registry

YEAR: dict[str, Any] = {"bloc": "b1", "year": 2024}


def from_(source: str) -> Record:
    return Record(source=Source(id=source), place="whole text")


@pytest.fixture(autouse=True)
async def bloc(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))


async def test_a_conference_that_two_sources_tell_is_one_meeting_of_the_year(registry: Registry) -> None:
    fields: dict[str, Any] = {"conference": "c1", "bloc": "b1", "kind": "SUMMATION", "closes": 2024}
    await registry.tell(HoldConference(**fields, record=from_("a")))
    await registry.tell(HoldConference(**fields, place="Hà Nội", record=from_("b")))
    (meeting,) = (await registry.ask("GetBlocYear", **YEAR)).conferences
    assert (meeting.place.value, meeting.place.mark.source, meeting.closes.mark.source) == ("Hà Nội", "b", "a")
    assert not meeting.disputed


async def test_a_record_that_names_no_year_adds_to_what_the_year_shows_of_a_conference(registry: Registry) -> None:
    fields: dict[str, Any] = {"conference": "c1", "bloc": "b1", "kind": "SUMMATION"}
    await registry.tell(HoldConference(**fields, place="Hà Nội", record=from_("a")))
    await registry.tell(HoldConference(**fields, closes=2024, record=from_("b")))
    (meeting,) = (await registry.ask("GetBlocYear", **YEAR)).conferences
    assert (meeting.place.value, meeting.place.mark.source) == ("Hà Nội", "a")


async def test_a_launch_that_two_sources_tell_is_one_movement_of_the_year(registry: Registry) -> None:
    for source, more in (("a", {"tags": ("một",)}), ("b", {"theme": "Đoàn kết", "tags": ("một", "hai")})):
        fields = {"movement": "m", "name": "Thi đua", **YEAR, **more, "record": from_(source)}
        await registry.tell(LaunchMovement.model_validate(fields))
    (movement,) = (await registry.ask("GetBlocYear", **YEAR)).movements
    assert (movement.own, movement.theme.value, movement.theme.mark.source) == (True, "Đoàn kết", "b")
    assert [(tag.value, tag.mark.source) for tag in movement.tags] == [("một", "a"), ("hai", "b")]


async def test_each_manner_of_taking_a_movement_up_is_shown_once(registry: Registry) -> None:
    told = (("a", "JOINED", None), ("b", "JOINED", "Cả nước chung sức"), ("c", "PUSHED", None))
    for source, manner, name in told:
        fields = {"movement": "m", **YEAR, "manner": manner, "name": name, "record": from_(source)}
        await registry.tell(LinkMovement.model_validate(fields))
    joined, pushed = (await registry.ask("GetBlocYear", **YEAR)).movements
    assert (joined.manner.value, joined.name.value, joined.own) == ("JOINED", "Cả nước chung sức", False)
    assert (pushed.manner.value, pushed.name) == ("PUSHED", None)


async def test_what_sources_tell_otherwise_of_taking_a_movement_up_is_disputed(registry: Registry) -> None:
    for source, name in (("a", "Thi đua A"), ("b", "Thi đua B")):
        fields = {"movement": "m", **YEAR, "manner": "JOINED", "name": name, "record": from_(source)}
        await registry.tell(LinkMovement.model_validate(fields))
    (movement,) = (await registry.ask("GetBlocYear", **YEAR)).movements
    (dispute,) = movement.disputes
    assert (dispute.field, [fact.value for fact in dispute.told]) == ("name", ["Thi đua A", "Thi đua B"])


async def test_the_day_on_which_a_movement_is_taken_up_is_answered_and_disputed_where_sources_tell_two(
    registry: Registry,
) -> None:
    for source, day in (("a", date(2024, 3, 1)), ("b", date(2024, 3, 2))):
        fields = {"movement": "m", **YEAR, "manner": "JOINED", "effective": day, "record": from_(source)}
        await registry.tell(LinkMovement.model_validate(fields))
    (movement,) = (await registry.ask("GetBlocYear", **YEAR)).movements
    (dispute,) = movement.disputes
    assert (movement.taken_up_on.value, movement.launched_on, dispute.field) == ("2024-03-01", None, "effective")


async def test_a_target_and_a_task_that_two_notes_tell_are_shown_once(registry: Registry) -> None:
    targets = Listed[e.Target](items=(e.Target(text="cán bộ", figure="100", unit="%"),))
    for source in ("a", "b"):
        fields: dict[str, Any] = {"review": "r1", **YEAR, "targets": targets, "tasks": Listed[str](items=("một",))}
        await registry.tell(NoteReview(**fields, record=from_(source)))
    (review,) = (await registry.ask("GetBlocYear", **YEAR)).reviews
    assert [one.value for one in review.tasks.items] == ["một"]
    assert [(one.text.value, one.figure.mark.source) for one in review.targets] == [("cán bộ", "a")]


async def state(registry: Registry, bloc: str, year: int) -> tuple[str, str] | None:
    found = (await registry.ask("GetBlocYear", bloc=bloc, year=year)).state
    return (found.value, found.mark.certainty) if found else None


async def test_a_bloc_is_formed_in_the_years_from_its_establishment_to_its_end_and_inferred_in_those_between(
    registry: Registry,
) -> None:
    told: dict[str, Any] = {"bloc": "b2", "record": from_("a")}
    await registry.tell(EstablishBloc(**told, kind="KHOI", name="Khối 2", effective=date(2015, 3, 1)))
    await registry.tell(DissolveBloc(**told, effective=date(2018, 1, 1)))
    states = {year: await state(registry, "b2", year) for year in (1950, 2014, 2015, 2016, 2017, 2018, 2090)}
    assert states == {
        **dict.fromkeys((1950, 2014, 2018, 2090)),
        2015: ("FORMED", "STATED"),
        **dict.fromkeys((2016, 2017), ("FORMED", "INFERRED")),
    }


async def test_a_bloc_of_which_it_is_not_known_when_it_ended_is_formed_by_inference_and_says_so(
    registry: Registry,
) -> None:
    kind: dict[str, Any] = {"kind": "KHOI", "name": "Khối", "effective": date(2020, 1, 1), "record": from_("a")}
    ends: dict[str, list[date | None]] = {
        "undated": [None],
        "disputed": [date(2023, 1, 1), date(2025, 1, 1)],
        "later": [date(2025, 6, 1)],
    }
    for key, days in ends.items():
        await registry.tell(EstablishBloc(bloc=key, **kind))
        for n, day in enumerate(days):
            await registry.tell(DissolveBloc(bloc=key, effective=day, record=from_(f"s{n}")))

    async def basis(bloc: str, year: int) -> str | None:
        found = (await registry.ask("GetBlocYear", bloc=bloc, year=year)).state
        return f"{found.mark.certainty} {(found.mark.basis or '').partition(' / ')[0]}" if found else None

    unknown = "INFERRED established on 2020-01-01, whether it was dissolved by then is not known"
    before = "INFERRED established on 2020-01-01, no end before the year is recorded"
    assert [await basis("undated", year) for year in (2020, 2024)] == ["STATED ", unknown]
    assert [await basis("disputed", year) for year in (2022, 2024, 2025)] == [before, unknown, None]
    assert [await basis("later", year) for year in (2025, 2026)] == [before, None]


async def test_a_bloc_established_on_an_unknown_day_is_formed_by_inference_in_a_year_of_which_anything_is_told(
    registry: Registry,
) -> None:
    await registry.tell(RecordCovenant(bloc="b1", year=2024, by_reference=True, record=from_("a")))
    states = [await state(registry, "b1", year) for year in (1950, 2023, 2024, 2025)]
    assert states == [None, None, ("FORMED", "INFERRED"), None]


async def test_a_covenant_is_no_surer_to_be_signed_for_the_year_than_its_year_is(registry: Registry) -> None:
    inferred = (Inference(field="year", basis="on the agenda"),)
    record = Record(source=Source(id="a"), place="whole text", inferred=inferred)
    await registry.tell(RecordCovenant(bloc="b1", year=2024, signed=True, record=record))
    assert await state(registry, "b1", 2024) == ("COVENANTED", "INFERRED")


async def test_the_eve_of_a_handover_is_an_inferred_last_day_however_sure_the_handover_is(registry: Registry) -> None:
    told: dict[str, Any] = {"bloc": "b1", "record": from_("a")}
    await registry.tell(RecordLeadership(**told, year=2023, head=e.Holder(agency="ktnn")))
    await registry.tell(ElectLeadership(**told, year=2024, head=e.Holder(agency="tandtc")))
    await registry.tell(HandOverLeadership(**told, year=2024, effective=date(2024, 4, 10)))
    (term,) = (await registry.ask("GetBlocYear", bloc="b1", year=2023)).terms
    assert (term.end.value, term.end.mark.certainty, term.end.mark.source) == ("2024-04-09", "INFERRED", "a")
    assert "2024-04-10" in term.end.mark.basis
    (term,) = (await registry.ask("GetBlocYear", **YEAR)).terms
    assert (term.start.value, term.start.mark.certainty) == ("2024-04-10", "STATED")


async def test_who_holds_an_office_is_no_surer_than_the_year_of_the_term(registry: Registry) -> None:
    inferred = (Inference(field="year", basis="he chairs the summation of 2024"),)
    head, deputy = e.Holder(person="p-1", title="Khối trưởng"), e.Deputy(agency="ktnn", rank="STANDING")
    record = Record(source=Source(id="a"), place="whole text", inferred=inferred)
    await registry.tell(RecordLeadership(**YEAR, head=head, deputies=Listed[e.Deputy](items=(deputy,)), record=record))
    (term,) = (await registry.ask("GetBlocYear", **YEAR)).terms
    shown = (term.head.person, term.head.title, term.deputies.items[0].agency, term.deputies.items[0].rank)
    assert [fact.mark.basis for fact in shown] == ["he chairs the summation of 2024"] * 4
    (headed,) = (await registry.ask("WhoHeaded", **YEAR)).heads
    assert headed.person == term.head.person
