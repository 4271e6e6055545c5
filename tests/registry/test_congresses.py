"""Patriotic Emulation Congresses of any level, and how they are prepared."""

from datetime import date
from typing import Any

import pytest

from services.kernel.errors import Missing
from services.kernel.provenance import Inference, Listed, Record, Source
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.conference import HoldConference, PrepareCongress
from services.registry.domain.organisation import RegisterOrganisation
from tests.registry.support import RECORD, Registry, given

DAY = date(2025, 3, 10)
TASKS = Listed[str](items=("Chọn đại biểu", "Báo cáo thành tích"))
HELD = e.ConferenceHeld(conference="dh", kind="CONGRESS", effective=date(2025, 12, 26))


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="the eleventh") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def prepare(**fields: Any) -> PrepareCongress:
    return PrepareCongress(**{"congress": "dh", "preparation": "cb", "tasks": TASKS, "effective": DAY, **fields})


def test_a_congress_is_prepared_before_it_is_held_each_part_once() -> None:
    told = e.CongressPrepared(congress="dh", preparation="cb", tasks=TASKS, effective=DAY)
    given().when(prepare()).then({"conference:dh": [told]})
    given(told).when(prepare()).refused("congress.known")
    given(told).when(prepare(record=RECORD)).accepted()
    given(told).when(prepare(preparation="cb-2")).accepted()
    given(HELD).when(prepare()).accepted()
    given(HELD).when(prepare(effective=date(2025, 12, 27))).refused("congress.order")
    given(HELD).when(prepare(effective=date(2025, 12, 27), record=RECORD)).accepted()
    given().when(prepare(effective=None)).refused("act.day")


def test_only_a_congress_is_prepared_so() -> None:
    other = e.ConferenceHeld(conference="dh", kind="SUMMATION", effective=date(2025, 12, 26))
    given(other).when(prepare()).refused("congress.kind")
    given(other).when(prepare(record=RECORD)).accepted()
    ruled = e.ConferenceHeld(conference="dh", kind="CONGRESS", ruling=e.Ruling(by=e.Party(words="x"), reason="y"))
    given(other, HELD).when(prepare()).refused("congress.kind")
    given(other, ruled.model_copy(update={"record": RECORD})).when(prepare()).accepted()


@pytest.mark.parametrize("record", [None, RECORD])
def test_a_preparation_tells_what_is_to_be_done_was_done_or_its_plan(record: Record | None) -> None:
    given().when(prepare(tasks=Listed[str](), record=record)).refused("congress.preparation")
    for one in ({"results": TASKS}, {"plan": Source(id="kh-1")}):
        given().when(prepare(tasks=Listed[str](), record=record, **one)).accepted()


def test_a_congress_held_here_sums_up_and_opens_years_in_their_order() -> None:
    told: dict[str, Any] = {"conference": "dh", "kind": "CONGRESS", "effective": date(2025, 12, 26)}
    years: dict[str, Any] = {"closes_from": 2021, "closes": 2025, "opens": 2026, "opens_to": 2030}
    given().when(HoldConference(**told, **years)).then(e.ConferenceHeld(**told, **years))
    for wrong in ({"closes_from": 2026}, {"opens_to": 2025}):
        given().when(HoldConference(**told, **{**years, **wrong})).refused("conference.years")
        given().when(HoldConference(**told, **{**years, **wrong}, record=RECORD)).accepted()


async def test_a_congress_is_answered_with_level_edition_years_and_host_and_the_rest_stays_null(
    registry: Registry,
) -> None:
    await registry.tell(RegisterOrganisation(organisation="bca", name="Bộ Công an", record=from_("a")))
    await registry.tell(
        HoldConference(
            conference="dh",
            kind="CONGRESS",
            level="ministry",
            edition=8,
            host=e.Party(agency="bca"),
            closes_from=2015,
            closes=2020,
            chairs=Listed[e.Party](items=(e.Party(words="Đoàn Chủ tịch"), e.Party(person="p-1")), declared_count=7),
            record=from_("a", "edition"),
        )
    )
    shown = await registry.ask("GetConference", conference="dh")
    assert (shown.kind.value, shown.level.value, shown.edition.value) == ("CONGRESS", "ministry", "8")
    assert (shown.edition.mark.certainty, shown.host.agency.value) == ("INFERRED", "bca")
    assert (shown.closes_from.value, shown.closes.value, shown.opens, shown.opens_to) == ("2015", "2020", None, None)
    assert [c.words.value if c.words else c.person.value for c in shown.chairs.items] == ["Đoàn Chủ tịch", "p-1"]
    assert (shown.chairs.declared_count.value, shown.chairs.exhaustive) == ("7", None)
    assert (shown.held_on, shown.half_day, shown.bloc, shown.preparations) == (None, None, None, ())
    assert [(label.id, label.name) for label in shown.labels] == [("bca", "Bộ Công an")]


async def test_how_a_congress_is_prepared_is_answered_of_it_and_of_the_year_without_making_it_a_conference_of_the_bloc(
    registry: Registry,
) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    of_year: dict[str, Any] = {"bloc": "b1", "year": 2025}
    with pytest.raises(Missing, match="The conference dh is not recorded"):
        await registry.ask("GetConference", conference="dh")
    told: dict[str, Any] = {"congress": "dh", "preparation": "cb", **of_year}
    await registry.tell(PrepareCongress(**told, tasks=TASKS, conference="c", due=date(2025, 6, 30), record=from_("a")))
    before = await registry.position()
    await registry.tell(PrepareCongress(**told, due=date(2025, 7, 31), plan=Source(id="kh-1"), record=from_("b")))
    other = Listed[str](items=("Lập tiểu ban",))
    await registry.tell(PrepareCongress(congress="dh", preparation="cb-2", results=other, record=from_("b")))
    await registry.tell(
        HoldConference(conference="dh", kind="CONGRESS", effective=date(2025, 12, 26), record=from_("b"))
    )
    shown = await registry.ask("GetConference", conference="dh")
    first, second = shown.preparations
    assert ([t.value for t in first.tasks.items], first.results.items, first.by) == ([*TASKS.items], (), None)
    assert (first.due.value, first.plan.value, first.conference.value, first.disputed) == (
        "2025-06-30",
        "kh-1",
        "c",
        True,
    )
    assert [(d.field, [t.value for t in d.told]) for d in first.disputes] == [("due", ["2025-06-30", "2025-07-31"])]
    assert ([r.value for r in second.results.items], second.due, second.bloc) == (["Lập tiểu ban"], None, None)
    assert (shown.held_on.value, shown.disputed) == ("2025-12-26", False)
    year = await registry.ask("GetBlocYear", **of_year)
    assert ([p.preparation for p in year.preparations], year.conferences) == (["cb"], ())
    earlier = await registry.ask("GetConference", as_of=before, conference="dh")
    assert (earlier.held_on, earlier.preparations[0].plan, earlier.preparations[0].disputed) == (None, None, False)


async def test_a_ruling_on_a_preparation_settles_neither_the_congress_nor_other_preparations(
    registry: Registry,
) -> None:
    for source, place, due in (("a", "Hà Nội", date(2025, 6, 30)), ("b", "Huế", date(2025, 7, 31))):
        await registry.tell(HoldConference(conference="dh", kind="CONGRESS", place=place, record=from_(source)))
        for name in ("cb-1", "cb-2"):
            await registry.tell(
                PrepareCongress(congress="dh", preparation=name, tasks=TASKS, due=due, record=from_(source))
            )
    ruling = e.Ruling(by=e.Party(words="Ban Tổ chức"), reason="theo kế hoạch")
    told: dict[str, Any] = {"congress": "dh", "preparation": "cb-1", "tasks": TASKS, "record": from_("c")}
    await registry.tell(PrepareCongress(**told, due=date(2025, 7, 31), ruling=ruling))
    shown = await registry.ask("GetConference", conference="dh")
    one, two = shown.preparations
    assert (one.due.value, one.disputed, len(one.rulings)) == ("2025-07-31", False, 1)
    assert ([d.field for d in two.disputes], two.rulings) == (["due"], ())
    assert ([d.field for d in shown.disputes], shown.rulings) == (["place"], ())


async def test_a_year_s_conference_shows_the_half_day_and_who_held_it(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    told: dict[str, Any] = {"conference": "c1", "bloc": "b1", "kind": "SUMMATION", "closes": 2023, "opens": 2024}
    await registry.tell(HoldConference(**told, half_day="MORNING", record=from_("a")))
    for year in (2023, 2024):
        (meeting,) = (await registry.ask("GetBlocYear", bloc="b1", year=year)).conferences
        assert (meeting.closes.value, meeting.opens.value, meeting.half_day.value) == ("2023", "2024", "MORNING")
        assert (meeting.host, meeting.level, meeting.edition) == (None, None, None)
