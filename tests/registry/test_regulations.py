"""The regulation by which a bloc works: adopted, amended, repealed, replaced."""

from datetime import date
from typing import Any

import pytest

from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.provenance import Inference, Listed, Record, Source
from services.kernel.standing import Correction, Retract
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.domain.regulation import AdoptRegulation, AmendRegulation, RepealRegulation
from tests.play import certainty, value
from tests.registry.support import RECORD, Registry, given

FOUNDED, ADOPTED, HOLDS = date(2020, 1, 1), date(2024, 3, 20), date(2024, 4, 1)
BLOC: dict[str, list[Event]] = {
    "bloc:b1": [e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=FOUNDED)]
}
FIRST: dict[str, Any] = {"regulation": "qc-1", "bloc": "b1", "conference": "hn-2024", "effective": HOLDS}
CHANGE: dict[str, Any] = {
    "regulation": "qc-1",
    "bloc": "b1",
    "changes": Listed[str](items=("Họp mỗi quý một lần",)),
    "decision": Source(id="qd-7", number="7/QĐ"),
    "effective": date(2025, 1, 1),
}
END: dict[str, Any] = {
    "regulation": "qc-1",
    "bloc": "b1",
    "decision": Source(id="qd-9", number="9/QĐ"),
    "effective": date(2025, 6, 1),
}
RULING = e.Ruling(by=e.Party(words="Hội đồng"), reason="theo bản gốc")
KNOWN: dict[str, list[Event]] = {"regulation:qc-1": [e.RegulationAdopted(**FIRST)]}
REPEALED: dict[str, list[Event]] = {"regulation:qc-1": [e.RegulationAdopted(**FIRST), e.RegulationRepealed(**END)]}


def test_a_regulation_is_adopted_amended_and_replaced() -> None:
    adopted = {**FIRST, "title": "Quy chế hoạt động", "adopted_on": ADOPTED}
    given(BLOC).when(AdoptRegulation(**adopted)).then(e.RegulationAdopted(**adopted))
    given(BLOC, KNOWN).when(AmendRegulation(**CHANGE)).then(e.RegulationAmended(**CHANGE))
    another = {**FIRST, "regulation": "qc-2", "in_place_of": "qc-1"}
    given(BLOC, KNOWN).when(AdoptRegulation(**another)).then(e.RegulationAdopted(**another))


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("act.day", {"effective": None}),
        ("act.future", {"effective": date(2099, 1, 1), "told_on": HOLDS}),
        ("bloc.unknown", {"bloc": "b2"}),
        ("bloc.before-establishment", {"effective": date(2019, 1, 1)}),
        ("regulation.adoption", {"conference": None}),
        ("regulation.order", {"adopted_on": date(2024, 4, 2)}),
        ("regulation.in-place-of", {"in_place_of": "qc-0"}),
        ("regulation.in-place-of", {"in_place_of": "qc-1"}),
        ("regulation.in-place-of", {"in_place_of": "of-another"}),
        ("organisation.unknown", {"adopter": e.Party(agency="nobody")}),
    ],
)
def test_what_is_adopted_here_is_whole(rule: str, fields: dict[str, Any]) -> None:
    elsewhere = {"regulation:of-another": [e.RegulationAdopted(regulation="of-another", bloc="b2")]}
    given(BLOC, elsewhere).when(AdoptRegulation(**{**FIRST, **fields})).refused(rule)
    if "told_on" not in fields:
        given().when(AdoptRegulation(**{**FIRST, **fields}, record=RECORD)).accepted()


def test_a_regulation_is_adopted_once() -> None:
    given(BLOC, KNOWN).when(AdoptRegulation(**FIRST)).refused("regulation.known")
    given(BLOC, KNOWN).when(AdoptRegulation(**FIRST, record=RECORD)).accepted()


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("regulation.unknown", {"regulation": "qc-2"}),
        ("regulation.unknown", {"bloc": "b3"}),
        ("regulation.changes", {"changes": Listed[str]()}),
        ("regulation.adoption", {"decision": None}),
        ("regulation.order", {"effective": date(2024, 3, 31)}),
        ("list.count", {"changes": Listed[str](items=("a",), declared_count=2, exhaustive=True)}),
    ],
)
def test_what_is_amended_here_is_whole(rule: str, fields: dict[str, Any]) -> None:
    other = {"bloc:b3": [e.BlocEstablished(bloc="b3", kind="KHOI", name="Khối 3", effective=FOUNDED)]}
    given(BLOC, KNOWN, other).when(AmendRegulation(**{**CHANGE, **fields})).refused(rule)
    given().when(AmendRegulation(**{**CHANGE, **fields}, record=RECORD)).accepted()


def test_a_regulation_is_repealed_by_a_decision() -> None:
    given(BLOC, KNOWN).when(RepealRegulation(**END)).then(e.RegulationRepealed(**END))
    given().when(RepealRegulation(**END, record=RECORD)).then(e.RegulationRepealed(**END, record=RECORD))


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("act.day", {"effective": None}),
        ("act.future", {"effective": date(2099, 1, 1), "told_on": HOLDS}),
        ("bloc.unknown", {"bloc": "b2"}),
        ("bloc.dissolved", {"bloc": "b4"}),
        ("regulation.unknown", {"regulation": "qc-2"}),
        ("regulation.unknown", {"bloc": "b3"}),
        ("regulation.repeal", {"decision": None}),
        ("regulation.order", {"effective": date(2024, 3, 31)}),
    ],
)
def test_what_is_repealed_here_is_whole(rule: str, fields: dict[str, Any]) -> None:
    other = e.BlocEstablished(bloc="b3", kind="KHOI", name="Khối 3", effective=FOUNDED)
    over = e.BlocDissolved(bloc="b4", effective=HOLDS)
    others: dict[str, list[Event]] = {"bloc:b3": [other], "bloc:b4": [other, over]}
    given(BLOC, KNOWN, others).when(RepealRegulation(**{**END, **fields})).refused(rule)
    if "told_on" not in fields:
        given().when(RepealRegulation(**{**END, **fields}, record=RECORD)).accepted()


def test_what_is_repealed_is_repealed_and_amended_no_more_and_its_id_stays_taken() -> None:
    given(BLOC, REPEALED).when(RepealRegulation(**END)).refused("act.told")
    given(BLOC, REPEALED).when(RepealRegulation(**END, record=RECORD)).accepted()
    given(BLOC, REPEALED).when(AmendRegulation(**{**CHANGE, "effective": END["effective"]})).refused(
        "regulation.repealed"
    )
    given(BLOC, REPEALED).when(AmendRegulation(**CHANGE)).accepted()
    given(BLOC, REPEALED).when(AdoptRegulation(**{**FIRST, "effective": date(2026, 1, 1)})).refused("regulation.known")
    another = {**FIRST, "regulation": "qc-2", "in_place_of": "qc-1", "effective": date(2026, 1, 1)}
    given(BLOC, REPEALED).when(AdoptRegulation(**another)).accepted()


def test_what_is_told_first_of_a_repeal_binds_until_somebody_rules() -> None:
    later = {**END, "effective": date(2026, 6, 1)}
    between = AmendRegulation(**{**CHANGE, "effective": date(2026, 1, 1)})
    undated = e.RegulationRepealed(**{**END, "effective": None})
    adopted = e.RegulationAdopted(**FIRST)
    for told, rule in (
        ([e.RegulationRepealed(**END), e.RegulationRepealed(**later)], "regulation.repealed"),
        ([e.RegulationRepealed(**END), e.RegulationRepealed(**later, ruling=RULING)], None),
        ([undated], "regulation.repealed"),
        ([undated, e.RegulationRepealed(**later)], None),
    ):
        for order in ([adopted, *told], [*told, adopted]):
            then = given(BLOC, {"regulation:qc-1": order}).when(between)
            then.refused(rule) if rule else then.accepted()


async def a_bloc(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="central", name="Hội đồng"))
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=FOUNDED))


async def regulations(registry: Registry, on: date | None = None, as_of: int | None = None) -> list[Any]:
    return list((await registry.ask("GetBloc", as_of, bloc="b1", on=on)).regulations)


async def test_a_bloc_answers_the_regulation_that_holds_on_a_day_with_its_amendments_by_then(
    registry: Registry,
) -> None:
    await a_bloc(registry)
    adopter = e.Party(agency="central", words="Hội nghị khối")
    await registry.tell(AdoptRegulation(**FIRST, title="Quy chế 2024", adopted_on=ADOPTED, adopter=adopter))
    before = await registry.position()
    await registry.tell(AmendRegulation(**CHANGE))
    new = {**FIRST, "regulation": "qc-2", "in_place_of": "qc-1", "effective": date(2026, 1, 1)}
    await registry.tell(AdoptRegulation(**new))
    days = (date(2024, 3, 31), HOLDS, date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1))
    shown = {day: await regulations(registry, day) for day in days}
    assert [[(one.regulation, len(one.amendments)) for one in found] for found in shown.values()] == [
        [],
        [("qc-1", 0)],
        [("qc-1", 1)],
        [("qc-1", 1)],
        [("qc-2", 0)],
    ]
    (one,) = shown[HOLDS]
    assert (value(one.title), value(one.adopted_on), value(one.since)) == ("Quy chế 2024", "2024-03-20", "2024-04-01")
    assert (value(one.until), value(one.replaced_by), one.in_place_of) == ("2026-01-01", "qc-2", None)
    assert (value(one.adopter.agency), value(one.conference), one.decision) == ("central", "hn-2024", None)
    (amendment,) = shown[date(2025, 1, 1)][0].amendments
    assert ([value(text) for text in amendment.changes.items], value(amendment.decision)) == (
        ["Họp mỗi quý một lần"],
        "qd-7",
    )
    (then,) = await regulations(registry, as_of=before)
    assert (then.amendments, then.until, then.replaced_by) == ((), None, None)
    entries = (await registry.ask("GetBlocTimeline", bloc="b1", since=HOLDS)).entries
    assert [one.type for one in entries] == ["RegulationAdopted", "RegulationAmended", "RegulationAdopted"]


async def test_sources_that_contradict_each_other_on_a_regulation_are_both_kept_until_somebody_rules(
    registry: Registry,
) -> None:
    await a_bloc(registry)
    for source, day in (("a", HOLDS), ("b", date(2024, 5, 1))):
        record = Record(source=Source(id=source), place="đoạn 1")
        await registry.tell(AdoptRegulation(**{**FIRST, "effective": day}, record=record))
    await registry.tell(AmendRegulation(**CHANGE, record=RECORD))
    (one,) = await regulations(registry)
    assert [(d.field, [f.value for f in d.told]) for d in one.disputes] == [("effective", ["2024-04-01", "2024-05-01"])]
    unsure = RECORD.model_copy(update={"inferred": (Inference(field="conference", basis="cùng ngày"),)})
    await registry.tell(AdoptRegulation(**{**FIRST, "effective": date(2024, 5, 1)}, record=unsure, ruling=RULING))
    (settled,) = await regulations(registry)
    assert (settled.disputed, value(settled.since), certainty(settled.conference)) == (False, "2024-05-01", "INFERRED")
    assert ([value(r.reason) for r in settled.rulings], len(settled.amendments)) == (["theo bản gốc"], 1)


async def test_a_regulation_recorded_of_the_wrong_bloc_moves_with_its_correction(registry: Registry) -> None:
    await a_bloc(registry)
    await registry.tell(EstablishBloc(bloc="b2", kind="KHOI", name="Khối 2", record=RECORD))
    told = await registry.tell(AdoptRegulation(**FIRST, record=RECORD))
    correction = Correction(corrects=1, reason="nhầm khối")
    await registry.tell(AdoptRegulation(**{**FIRST, "bloc": "b2"}, record=RECORD, correction=correction))
    assert await regulations(registry) == []
    assert [one.regulation for one in (await registry.ask("GetBloc", bloc="b2")).regulations] == ["qc-1"]
    assert [one.regulation for one in await regulations(registry, as_of=told.position)] == ["qc-1"]
    with pytest.raises(Refused) as refused:
        await registry.tell(AmendRegulation(**CHANGE))
    assert refused.value.rule == "regulation.unknown"


async def test_from_the_day_of_its_repeal_on_no_regulation_is_in_force_until_another_is(registry: Registry) -> None:
    await a_bloc(registry)
    await registry.tell(AdoptRegulation(**FIRST))
    before = await registry.position()
    await registry.tell(RepealRegulation(**END))
    (then,) = await regulations(registry, as_of=before)
    assert (then.until, then.repeal) == (None, None)
    assert await regulations(registry, END["effective"]) == []
    (last,) = await regulations(registry, date(2025, 5, 31))
    assert (value(last.until), last.replaced_by, last.disputed) == ("2025-06-01", None, False)
    assert (value(last.repeal.on), value(last.repeal.decision)) == ("2025-06-01", "qd-9")
    assert (last.repeal.disputed, last.repeal.disputes, last.repeal.rulings) == (False, (), ())
    new = {**FIRST, "regulation": "qc-2", "in_place_of": "qc-1", "effective": date(2026, 1, 1)}
    await registry.tell(AdoptRegulation(**new))
    assert await regulations(registry, date(2025, 12, 31)) == []
    assert [one.regulation for one in await regulations(registry, date(2026, 1, 1))] == ["qc-2"]
    (former, _) = await regulations(registry)
    assert (value(former.until), value(former.replaced_by)) == ("2025-06-01", "qc-2")
    entries = (await registry.ask("GetBlocTimeline", bloc="b1", since=END["effective"])).entries
    assert [one.type for one in entries] == ["RegulationRepealed", "RegulationAdopted"]


async def test_a_repeal_is_known_of_a_regulation_of_which_nothing_else_is(registry: Registry) -> None:
    await a_bloc(registry)
    unsure = RECORD.model_copy(update={"inferred": (Inference(field="effective", basis="ngày ký"),)})
    await registry.tell(RepealRegulation(**END, record=unsure))
    (one,) = await regulations(registry, date(2020, 1, 1))
    assert (one.title, one.since, one.adopted_on, one.disputed) == (None, None, None, False)
    assert (certainty(one.until), certainty(one.repeal.on), certainty(one.repeal.decision)) == (
        "INFERRED",
        "INFERRED",
        "STATED",
    )
    assert await regulations(registry, END["effective"]) == []


async def test_a_repeal_whose_day_is_not_told_is_shown_and_ends_no_day(registry: Registry) -> None:
    await a_bloc(registry)
    await registry.tell(AdoptRegulation(**FIRST))
    await registry.tell(RepealRegulation(**{**END, "effective": None}, record=RECORD))
    (one,) = await regulations(registry, date(2026, 1, 1))
    assert (one.until, one.repeal.on, value(one.repeal.decision)) == (None, None, "qd-9")


async def test_a_repeal_is_disputed_ruled_on_corrected_and_retracted(registry: Registry) -> None:
    await a_bloc(registry)
    await registry.tell(AdoptRegulation(**FIRST))
    later, last = date(2025, 7, 1), date(2025, 8, 1)
    for source, day in (("a", END["effective"]), ("b", later)):
        record = Record(source=Source(id=source), place="đoạn 1")
        await registry.tell(RepealRegulation(**{**END, "effective": day}, record=record))
    (one,) = await regulations(registry)
    assert [(d.field, [f.value for f in d.told]) for d in one.repeal.disputes] == [
        ("effective", ["2025-06-01", "2025-07-01"])
    ]
    assert (one.repeal.disputed, one.disputed, value(one.until)) == (True, False, "2025-06-01")
    ruled = await registry.tell(RepealRegulation(**{**END, "effective": later}, record=RECORD, ruling=RULING))
    (settled,) = await regulations(registry)
    assert (settled.repeal.disputed, value(settled.until), settled.rulings) == (False, "2025-07-01", ())
    assert [value(ruling.reason) for ruling in settled.repeal.rulings] == ["theo bản gốc"]
    correction = Correction(corrects=4, reason="nhầm tháng")
    corrected = {**END, "effective": last, "record": RECORD, "ruling": RULING, "correction": correction}
    await registry.tell(RepealRegulation(**corrected))
    assert [value(one.until) for one in await regulations(registry)] == ["2025-08-01"]
    assert [value(one.until) for one in await regulations(registry, as_of=ruled.position)] == ["2025-07-01"]
    for version in (2, 3, 4):
        await registry.tell(Retract(stream="regulation:qc-1", retracts=version, reason="nhầm khối", record=RECORD))
    (held,) = await regulations(registry, last)
    assert (held.until, held.repeal) == (None, None)
    await registry.tell(AmendRegulation(**{**CHANGE, "effective": last}))
