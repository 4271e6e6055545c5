"""What is due, for whom and by when, on a day, as known at a position."""

import inspect
import re
from datetime import date
from typing import Any, get_args

import pytest
from thidua.registry.v1 import types_pb2

from services.kernel.convert import enum_names
from services.kernel.dated import Due
from services.kernel.errors import Invalid, Missing
from services.kernel.provenance import Inference, Listed, Record, Source
from services.kernel.standing import Retract
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.bloc import DeclareMembers, DissolveBloc, EstablishBloc
from services.registry.domain.conference import HoldConference
from services.registry.domain.covenant import DrawUpCovenant, RecordCovenant, ReportCovenantResult, SignCovenant
from services.registry.domain.deadline import LiftDeadline, SetDeadline
from services.registry.domain.inspection import HoldInspection
from services.registry.domain.leadership import ElectLeadership, RecordLeadership
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.movement import LaunchMovement
from services.registry.domain.organisation import DissolveOrganisation, RegisterOrganisation
from services.registry.domain.plan import ApprovePlan, AssignLead, DetailActivity, DraftPlan, ReportProgress
from services.registry.domain.reorganisation import Reorganise
from services.registry.queries.evidence import EVIDENCE
from services.registry.queries.year import BlocYearAnswer
from tests.play import certainty, value
from tests.registry.support import Registry

RECORD = Record(source=Source(id="report"), place="paragraph 1")
DECREE = Record(source=Source(id="decree"), place="Article 48")
FOUNDED = date(2020, 1, 1)
NAMES = {"a": "Ăn", "b": "Bộ B", "c": "Cục C"}


async def bloc(registry: Registry, *units: str, **fields: Any) -> None:
    """A bloc with members."""
    for unit in units:
        await registry.tell(RegisterOrganisation(organisation=unit, name=NAMES[unit], record=RECORD))
    told: dict[str, Any] = {"bloc": "k", "kind": "KHOI", "name": "Khối", "authority": "pm", "effective": FOUNDED}
    await registry.tell(EstablishBloc(**told | fields, record=RECORD))
    for unit in units:
        await registry.tell(AdmitMember(authority="pm", unit=unit, bloc="k", effective=FOUNDED, record=RECORD))


async def deadline(registry: Registry, state: str, **fields: Any) -> None:
    """Until 31 July of the year, by a decree."""
    told: dict[str, Any] = {"deadline": state.lower().replace("_", "-"), "what": f"Việc {state}", "state": state}
    due = Due(month=7, day=31, years_after=0)
    law: dict[str, Any] = {"decision": Source(id="nd-91"), "article": "Điều 48", "effective": FOUNDED}
    await registry.tell(SetDeadline(**{**told, "due": due, **law, **fields}, record=DECREE))


async def todo(registry: Registry, on: date, as_of: int | None = None, **fields: Any) -> list[Any]:
    asked = fields if {"organisation", "bloc"} & fields.keys() else {"bloc": "k", **fields}
    return [*(await registry.ask("GetToDo", as_of=as_of, on=on, **asked)).tasks]


def briefly(tasks: list[Any]) -> list[tuple[Any, ...]]:
    return [(t.year, t.due and t.due.value, t.state.value, value(t.late_by)) for t in tasks]


async def test_what_a_deadline_asks_is_open_until_its_day_late_after_it_and_done_by_what_did_it(
    registry: Registry,
) -> None:
    await bloc(registry)
    await deadline(registry, "MID_REVIEWED")
    before = await registry.position()
    held: dict[str, Any] = {"conference": "sk", "bloc": "k", "kind": "MIDYEAR", "during": 2025}
    await registry.tell(HoldConference(**held, effective=date(2025, 8, 4), record=RECORD))
    days = {date(2025, 7, 31): ("OPEN", None), date(2025, 8, 1): ("LATE", "1"), date(2025, 8, 3): ("LATE", "3")}
    for on, (state, late) in days.items():
        (_, task) = await todo(registry, on)
        assert (task.state.value, value(task.late_by), task.done) == (state, late, None)
        assert (certainty(task.state), task.state.mark.source) == ("INFERRED", None)
        assert "nothing is recorded that did it" in (task.state.mark.basis or "")
    (_, done) = await todo(registry, date(2025, 8, 4))
    assert (done.state.value, value(done.done), value(done.done_on), value(done.late_by)) == (
        "DONE",
        "sk",
        "2025-08-04",
        "4",
    )
    assert (certainty(done.state), done.state.mark.source, certainty(done.late_by)) == ("STATED", "report", "INFERRED")
    assert briefly(await todo(registry, date(2025, 8, 4), as_of=before))[1] == (2025, "2025-07-31", "LATE", "4")
    await registry.tell(Retract(stream="conference:sk", retracts=1, reason="not so", record=RECORD))
    assert (await todo(registry, date(2025, 8, 4)))[1].state.value == "LATE"


async def test_a_day_is_reckoned_by_the_deadline_and_names_it_with_its_law_article_and_where_it_was_seen(
    registry: Registry,
) -> None:
    await bloc(registry)
    inferred = (Inference(field="due.years_after", basis="a closed year"),)
    record = DECREE.model_copy(update={"inferred": inferred})
    due = Due(month=3, day=31, years_after=1)
    told: dict[str, Any] = {"deadline": "co", "what": "Trình hồ sơ", "state": "SUBMITTED", "due": due}
    law: dict[str, Any] = {"decision": Source(id="nd-91"), "article": "Điều 48", "seen": ("WEB",)}
    await registry.tell(SetDeadline(**told, **law, record=record))
    earlier, later = await todo(registry, date(2021, 4, 20))
    assert (earlier.year, value(earlier.due), later.year, value(later.due)) == (2020, "2021-03-31", 2021, "2022-03-31")
    assert (earlier.deadline, value(earlier.decision), value(earlier.article)) == ("co", "nd-91", "Điều 48")
    assert (certainty(earlier.due), earlier.due.mark.source, earlier.seen) == ("INFERRED", "decree", ("WEB",))
    # Proposals are kept by another service: nothing here can tell whether it is done.
    assert [(t.state.value, t.late_by, t.obliged) for t in (earlier, later)] == [("UNKNOWN", None, ())] * 2
    assert "another service" in (earlier.state.mark.basis or "")


async def test_no_day_is_made_up_where_none_is_told(registry: Registry) -> None:
    await bloc(registry)
    await deadline(registry, "INSPECTED", due=None, words="trong quý III")
    await deadline(registry, "SUMMED_UP", due=Due(month=6, day=30))
    await deadline(registry, "LAUNCHED", due=None)
    tasks = [task for task in await todo(registry, date(2025, 9, 1)) if task.year == 2025]
    assert [(value(t.what), t.due, value(t.words)) for t in tasks] == [
        ("Việc INSPECTED", None, "trong quý III"),
        ("Việc LAUNCHED", None, None),
        ("Việc SUMMED_UP", None, "30/6"),
    ]
    assert {(t.state.value, t.late_by) for t in tasks} == {("UNKNOWN", None)}


async def test_a_day_of_a_year_that_is_not_known_is_reminded_of_in_the_emulation_year_and_in_the_next(
    registry: Registry,
) -> None:
    await bloc(registry)
    await deadline(registry, "SUMMED_UP", due=Due(month=1, day=10), years=(2024,), effective=date(2024, 6, 1))
    await deadline(registry, "INSPECTED", due=None, words="trong quý III")

    async def reminded(on: date, **fields: Any) -> list[tuple[int, str | None, str, str | None]]:
        tasks = await todo(registry, on, within=14, **fields)
        assert {(task.due, task.late_by) for task in tasks} <= {(None, None)}
        return [(t.year, value(t.words), t.state.value, t.deadline) for t in tasks]

    known = [(2024, "10/1", "UNKNOWN", "summed-up")]
    assert await reminded(date(2024, 12, 26)) == []
    assert await reminded(date(2024, 12, 27)) == known
    assert await reminded(date(2025, 1, 13), past=3) == known
    assert await reminded(date(2025, 1, 14), past=3) == []
    # Not in force on 10/1 of its own year, so it cannot fall on that.
    assert await reminded(date(2024, 7, 1), past=366) == []
    held: dict[str, Any] = {"conference": "tk", "bloc": "k", "kind": "SUMMATION", "closes": 2024}
    await registry.tell(HoldConference(**held, effective=date(2025, 1, 5), record=RECORD))
    assert await reminded(date(2025, 1, 5)) == []
    await deadline(registry, "NOMINATED", due=Due(month=6, day=30))
    assert [year for year, *_ in await reminded(date(2025, 6, 20))] == [2024, 2025]


async def test_a_deadline_that_can_fall_on_no_day_on_which_it_is_in_force_is_not_due_for_the_year(
    registry: Registry,
) -> None:
    await bloc(registry)
    await deadline(registry, "SUMMED_UP", due=Due(month=3, day=31), effective=date(2025, 6, 1))
    await deadline(registry, "INSPECTED", due=Due(month=9, day=30), effective=date(2025, 6, 1))
    tasks = await todo(registry, date(2025, 10, 1))
    assert {(t.year, value(t.what), t.state.value) for t in tasks} == {
        (2025, "Việc INSPECTED", "UNKNOWN"),
        (2025, "Việc SUMMED_UP", "UNKNOWN"),
    }


async def test_the_version_counts_that_is_in_force_on_the_day_on_which_it_falls(registry: Registry) -> None:
    await bloc(registry)
    await deadline(registry, "MID_REVIEWED")
    await deadline(registry, "MID_REVIEWED", due=Due(month=8, day=15, years_after=0), effective=date(2025, 1, 1))
    assert [value(t.due) for t in await todo(registry, date(2025, 2, 1))] == ["2024-07-31", "2025-08-15"]
    assert [value(t.due) for t in await todo(registry, date(2019, 2, 1))] == []


async def test_a_deadline_that_is_extended_after_its_day_is_due_once_by_the_version_in_force(
    registry: Registry,
) -> None:
    await bloc(registry)
    said: dict[str, Any] = {"deadline": "d", "what": "Sơ kết", "state": "MID_REVIEWED", "record": RECORD}
    begun, extended = date(2020, 1, 1), date(2024, 7, 1)
    await registry.tell(SetDeadline(**said, due=Due(month=6, day=30, years_after=0), effective=begun))
    await registry.tell(SetDeadline(**said, due=Due(month=8, day=15, years_after=0), effective=extended))
    found = {}
    for on in (date(2024, 6, 25), extended, date(2024, 8, 16)):
        tasks = [task for task in await todo(registry, on) if task.year == 2024]
        found[on] = [(value(task.due), value(task.state)) for task in tasks]
    assert list(found.values()) == [[("2024-06-30", "OPEN")], [("2024-08-15", "OPEN")], [("2024-08-15", "LATE")]]


@pytest.mark.parametrize("years", [(), (2025,)])
async def test_a_year_for_which_a_version_comes_too_late_keeps_the_day_of_the_one_before(
    registry: Registry, years: tuple[int, ...]
) -> None:
    await bloc(registry)
    said: dict[str, Any] = {"deadline": "d", "what": "Kiểm tra", "state": "INSPECTED", "record": RECORD}
    later: dict[str, Any] = {"effective": date(2024, 7, 1), "years": years}
    await registry.tell(SetDeadline(**said, due=Due(month=10, day=31, years_after=0), effective=date(2020, 1, 1)))
    await registry.tell(SetDeadline(**said, due=Due(month=3, day=31, years_after=0), **later))
    (this,) = [task for task in await todo(registry, date(2024, 12, 1)) if task.year == 2024]
    assert (value(this.due), value(this.state)) == ("2024-10-31", "LATE")
    assert (this.due.mark.certainty, "took its place" in this.due.mark.basis) == ("INFERRED", True)
    due = {task.year: value(task.due) for task in await todo(registry, date(2025, 1, 15))}
    assert due == {2024: "2024-10-31", 2025: "2025-03-31"}
    await registry.tell(LiftDeadline(deadline="d", effective=date(2024, 9, 1), record=RECORD))
    assert not [task for task in await todo(registry, date(2024, 12, 1)) if task.year == 2024]


async def test_what_is_due_for_a_level_an_authority_or_a_bloc_is_due_there_alone(registry: Registry) -> None:
    await bloc(registry, level="province")
    wanted = {"MID_REVIEWED": {"level": "province"}, "PLANNED": {"authority": "pm"}, "LED": {"bloc": "k"}}
    others = {"INSPECTED": {"level": "central"}, "SUMMED_UP": {"authority": "hanoi"}, "LAUNCHED": {"bloc": "other"}}
    for state, fields in (wanted | others).items():
        await deadline(registry, state, **fields)
    tasks = [task for task in await todo(registry, date(2025, 2, 1)) if task.year == 2025]
    assert {value(task.what) for task in tasks} == {f"Việc {state}" for state in wanted}


async def test_what_is_told_to_be_due_for_two_levels_is_disputed_in_the_blocs_of_each_and_sure_in_none(
    registry: Registry,
) -> None:
    blocs = {"k1": "province", "k2": "district", "k3": "central"}
    for key, level in blocs.items():
        await bloc(registry, bloc=key, level=level)
    for level in ("province", "district"):
        await deadline(registry, "INSPECTED", actor="AUTHORITY", years=(2025,), level=level)
    found = {key: await todo(registry, date(2025, 2, 1), bloc=key) for key in blocs}
    shown = {key: [(t.disputed, [certainty(o.agency) for o in t.obliged]) for t in ts] for key, ts in found.items()}
    assert shown == {"k1": [(True, ["INFERRED"])], "k2": [(True, ["INFERRED"])], "k3": []}


async def test_what_is_due_in_some_years_is_due_in_no_other_and_school_years_have_days_of_their_own(
    registry: Registry,
) -> None:
    await bloc(registry)
    await deadline(registry, "INSPECTED", years=(2025,))
    await deadline(registry, "SUMMED_UP", cycle="SCHOOL_YEAR")
    assert [t.year for t in await todo(registry, date(2025, 2, 1))] == [2025]
    assert await todo(registry, date(2027, 2, 1)) == []
    assert len(await todo(registry, date(2025, 2, 1), cycle="SCHOOL_YEAR")) == 3


STATES: dict[str, tuple[Any, str]] = {
    "LED": (RecordLeadership(bloc="k", year=2025, head=e.Holder(agency="a"), record=RECORD), "a"),
    "LAUNCHED": (LaunchMovement(movement="m", bloc="k", year=2025, record=RECORD), "m"),
    "COVENANTED": (RecordCovenant(bloc="k", year=2025, signed=True, record=RECORD), "true"),
    "PLANNED": (ApprovePlan(bloc="k", year=2025, record=RECORD), "APPROVED"),
    "MID_REVIEWED": (HoldConference(conference="c", bloc="k", kind="MIDYEAR", during=2025, record=RECORD), "c"),
    "INSPECTED": (HoldInspection(inspection="i", bloc="k", year=2025, record=RECORD), "i"),
    "SUMMED_UP": (HoldConference(conference="c", bloc="k", kind="SUMMATION", closes=2025, record=RECORD), "c"),
}


def test_all_who_name_the_states_of_a_year_name_the_same_in_the_order_of_its_life_cycle() -> None:
    every = get_args(e.YearState)
    assert [*EVIDENCE] == [*STATES] == [state for state in every if state in EVIDENCE]
    assert [*every] == [name for name in enum_names(types_pb2.YearState.DESCRIPTOR).values() if name]
    said = inspect.getsource(BlocYearAnswer).split('"""')[3]
    assert re.findall("[A-Z_]+(?=[,.])", said) == ["FORMED", *EVIDENCE]


@pytest.mark.parametrize("state", STATES)
async def test_what_shows_that_a_year_has_come_to_a_state_does_what_is_due(registry: Registry, state: str) -> None:
    await bloc(registry)
    await deadline(registry, state)
    act, done = STATES[state]
    await registry.tell(act)
    tasks = await todo(registry, date(2025, 9, 1))
    assert [(t.year, t.state.value, value(t.done), t.done_on) for t in tasks] == [
        (2024, "LATE", None, None),
        (2025, "DONE", done, None),
    ]


async def test_a_conference_of_another_kind_year_or_bloc_does_nothing_that_is_due(registry: Registry) -> None:
    await bloc(registry)
    await registry.tell(EstablishBloc(bloc="other", kind="KHOI", name="Khối khác", record=RECORD))
    await deadline(registry, "SUMMED_UP")
    held: dict[str, Any] = {"kind": "SUMMATION", "bloc": "k", "closes": 2025, "record": RECORD}
    await registry.tell(HoldConference(conference="c1", **{**held, "kind": "MIDYEAR"}))
    await registry.tell(HoldConference(conference="c2", **{**held, "closes": 2023, "opens": 2025}))
    await registry.tell(HoldConference(conference="c3", **{**held, "bloc": "other"}))
    assert {t.state.value for t in await todo(registry, date(2025, 9, 1))} == {"LATE"}


@pytest.mark.parametrize("other_first", [True, False])
@pytest.mark.parametrize(
    ("state", "kind", "field"), [("SUMMED_UP", "SUMMATION", "closes"), ("MID_REVIEWED", "MIDYEAR", "during")]
)
async def test_what_records_tell_otherwise_of_a_conference_did_it_by_inference_in_any_order(
    registry: Registry, other_first: bool, state: str, kind: str, field: str
) -> None:
    await bloc(registry)
    await deadline(registry, state, years=(2024,))
    for told in ("OTHER", kind) if other_first else (kind, "OTHER"):
        held: dict[str, Any] = {"conference": "hn", "bloc": "k", field: 2024, "kind": told}
        await registry.tell(HoldConference(**held, record=Record(source=Source(id=told), place="whole text")))
    (task,) = await todo(registry, date(2025, 9, 1))
    year = (await registry.ask("GetBlocYear", bloc="k", year=2024)).state
    assert (task.state.value, certainty(task.state), value(task.done)) == ("DONE", "INFERRED", "hn")
    assert (year.value, certainty(year)) == (state, "INFERRED")
    assert task.state.mark.basis == year.mark.basis
    assert "tells otherwise" in (year.mark.basis or "")


async def test_records_that_complete_each_other_tell_together_what_a_conference_did(registry: Registry) -> None:
    await bloc(registry)
    await deadline(registry, "SUMMED_UP", years=(2024,))
    held: dict[str, Any] = {"conference": "hn", "kind": "SUMMATION", "record": RECORD}
    await registry.tell(HoldConference(**held, bloc="k", closes=2024))
    await registry.tell(HoldConference(**held, effective=date(2025, 4, 10)))
    days = (date(2025, 4, 9), date(2025, 4, 10))
    shown = [task for day in days for task in await todo(registry, day)]
    assert [(t.state.value, value(t.done_on)) for t in shown] == [("LATE", None), ("DONE", "2025-04-10")]
    assert certainty(shown[1].state) == "STATED"


async def test_who_has_to_do_it_is_the_head_each_member_or_the_authority_as_far_as_known(registry: Registry) -> None:
    await bloc(registry, "a", "b")
    await deadline(registry, "MID_REVIEWED", actor="HEAD")
    await deadline(registry, "SELF_SCORED", actor="MEMBER")
    await deadline(registry, "INSPECTED", actor="AUTHORITY")
    await registry.tell(RecordLeadership(bloc="k", year=2025, head=e.Holder(agency="b"), record=RECORD))

    async def obliged(year: int) -> dict[str | None, list[tuple[str, str]]]:
        tasks = [task for task in await todo(registry, date(2025, 2, 1)) if task.year == year]
        return {value(t.what): [(o.agency.value, o.role) for o in t.obliged] for t in tasks}

    assert await obliged(2025) == {
        "Việc MID_REVIEWED": [("b", "HEAD")],
        "Việc SELF_SCORED": [("a", "MEMBER"), ("b", "MEMBER")],
        "Việc INSPECTED": [("pm", "AUTHORITY")],
    }
    assert (await obliged(2024))["Việc MID_REVIEWED"] == []
    mine = {who: await todo(registry, date(2025, 2, 1), organisation=who) for who in ("a", "b", "pm")}
    assert {who: [value(t.what) for t in tasks if t.year == 2025] for who, tasks in mine.items()} == {
        "a": ["Việc SELF_SCORED"],
        "b": ["Việc MID_REVIEWED", "Việc SELF_SCORED"],
        "pm": ["Việc INSPECTED"],
    }


async def test_an_activity_is_its_lead_agencys_and_that_of_who_joins(registry: Registry) -> None:
    await bloc(registry, "a", "b", "c")
    year: dict[str, Any] = {"bloc": "k", "year": 2025, "record": RECORD}
    items = (e.PlanItem(item="i1", text="Ươm mầm", lead="a", joining=("c",)), e.PlanItem(item="i2", text="Ăn tết"))
    await registry.tell(DraftPlan(**year, items=Listed[e.PlanItem](items=items)))
    assert [t.item for t in await todo(registry, date(2025, 2, 1), organisation="b")] == []
    told = await registry.position()
    await registry.tell(AssignLead(**year, item="i2", lead="b", effective=date(2025, 3, 1)))
    every = await todo(registry, date(2025, 3, 1))
    assert [(t.item, value(t.what), [(o.agency.value, o.role) for o in t.obliged]) for t in every] == [
        ("i2", "Ăn tết", [("b", "LEADS")]),
        ("i1", "Ươm mầm", [("a", "LEADS"), ("c", "JOINS")]),
    ]
    assert {(t.kind, t.due, t.state.value) for t in every} == {("PLAN_ITEM", None, "UNKNOWN")}
    items_of = {u: [t.item for t in await todo(registry, date(2025, 3, 1), organisation=u)] for u in "abc"}
    assert items_of == {"a": ["i1"], "b": ["i2"], "c": ["i1"]}
    assert await todo(registry, date(2025, 2, 28), organisation="b") == []
    assert await todo(registry, date(2025, 3, 1), as_of=told, organisation="b") == []


async def test_a_step_is_whose_it_is_told_to_be_or_else_the_leads_and_done_when_the_activity_is(
    registry: Registry,
) -> None:
    await bloc(registry, "a", "b")
    year: dict[str, Any] = {"bloc": "k", "year": 2025, "record": RECORD}
    item = e.PlanItem(item="i1", text="Ươm mầm", lead="a", due=date(2025, 6, 30))
    await registry.tell(DraftPlan(**year, items=Listed[e.PlanItem](items=(item,))))
    steps = (
        e.ActivityStep(text="Mời", due=date(2025, 4, 30), responsible=e.Party(agency="b")),
        e.ActivityStep(text="Thuê", responsible=e.Party(words="Văn phòng")),
        e.ActivityStep(text="Xin phép", due=date(2025, 3, 31)),
    )
    await registry.tell(DetailActivity(**year, item="i1", steps=Listed[e.ActivityStep](items=steps)))

    async def shown(on: date) -> list[tuple[Any, ...]]:
        return [
            (
                value(t.what),
                [(o.agency.value, o.role) for o in t.obliged],
                value(t.due),
                t.state.value,
                value(t.late_by),
            )
            for t in await todo(registry, on)
            if t.kind == "STEP"
        ]

    assert await shown(date(2025, 4, 10)) == [
        ("Xin phép", [("a", "LEADS")], "2025-03-31", "LATE", "10"),
        ("Mời", [("b", "RESPONSIBLE")], "2025-04-30", "OPEN", None),
        ("Thuê", [], None, "UNKNOWN", None),
    ]
    assert [value(t.what) for t in await todo(registry, date(2025, 4, 10), organisation="b")] == ["Mời"]
    await registry.tell(ReportProgress(**year, item="i1", percent="100", effective=date(2025, 4, 20)))
    assert {state for _, _, _, state, _ in await shown(date(2025, 4, 20))} == {"DONE"}
    assert "DONE" not in {state for _, _, _, state, _ in await shown(date(2025, 4, 19))}


async def test_a_line_of_a_covenant_is_done_when_its_result_is_told_of_those_whom_it_binds(registry: Registry) -> None:
    await bloc(registry, "a", "b")
    year: dict[str, Any] = {"bloc": "k", "year": 2025, "record": RECORD}
    lines = (e.CovenantLine(line="l1", indicator="Ngày hội"), e.CovenantLine(line="l2", indicator="Ủng hộ", member="b"))
    await registry.tell(DrawUpCovenant(**year, lines=Listed[e.CovenantLine](items=lines)))

    async def shown(on: date, **fields: Any) -> list[tuple[Any, ...]]:
        tasks = [t for t in await todo(registry, on, **fields) if t.kind == "COVENANT_LINE"]
        return [(t.item, [o.agency.value for o in t.obliged], t.state.value, value(t.done)) for t in tasks]

    day = date(2025, 12, 20)
    assert await shown(day) == [("l1", ["a", "b"], "UNKNOWN", None), ("l2", ["b"], "UNKNOWN", None)]
    for line, member, wording in (("l1", "a", "một"), ("l2", "b", "hai"), ("l1", None, "ba")):
        result = e.Quantity(wording=wording)
        await registry.tell(ReportCovenantResult(**year, line=line, member=member, value=result, effective=day))
    assert await shown(day) == [("l1", ["a", "b"], "DONE", "ba"), ("l2", ["b"], "DONE", "hai")]
    assert [item for item, *_ in await shown(day, organisation="a")] == ["l1"]
    assert {state for _, _, state, _ in await shown(date(2025, 12, 19))} == {"UNKNOWN"}


async def test_a_member_whose_signature_is_not_told_is_bound_by_inference_alone(registry: Registry) -> None:
    await bloc(registry, "a", "b")
    year: dict[str, Any] = {"bloc": "k", "year": 2025, "record": RECORD}
    await registry.tell(
        DrawUpCovenant(**year, lines=Listed[e.CovenantLine](items=(e.CovenantLine(line="l1", indicator="Ngày hội"),)))
    )
    await registry.tell(SignCovenant(**year, signature=e.Signature(member="a"), effective=date(2025, 2, 10)))
    (task,) = [one for one in await todo(registry, date(2025, 11, 2)) if one.kind == "COVENANT_LINE"]
    assert [(one.agency.value, certainty(one.agency)) for one in task.obliged] == [("a", "STATED"), ("b", "INFERRED")]


async def test_of_a_line_whose_result_is_told_it_is_told_whether_it_was_achieved(registry: Registry) -> None:
    await bloc(registry)
    year: dict[str, Any] = {"bloc": "k", "year": 2025, "record": RECORD}
    target = e.Quantity(wording="ít nhất 3", at_least="3")
    lines = tuple(e.CovenantLine(line=f"l{n}", indicator=f"Chỉ tiêu {n}", target=target) for n in range(5))
    await registry.tell(DrawUpCovenant(**year, lines=Listed[e.CovenantLine](items=lines)))
    results: tuple[dict[str, Any], ...] = (
        {"value": e.Quantity(wording="2", figure="2"), "achieved": False},
        {"value": e.Quantity(wording="2", figure="2")},
        {"value": e.Quantity(wording="3", figure="3")},
        {"words": "Đã báo cáo"},
    )
    for n, result in enumerate(results):
        await registry.tell(ReportCovenantResult(**year, line=f"l{n}", **result))
    told = [(t.state.value, value(t.done), t.achieved) for t in await todo(registry, date(2025, 12, 20))]
    assert [(state, done, value(achieved), certainty(achieved)) for state, done, achieved in told] == [
        ("DONE", "2", "false", "STATED"),
        ("DONE", "2", "false", "INFERRED"),
        ("DONE", "3", "true", "INFERRED"),
        ("DONE", "Đã báo cáo", None, None),
        ("UNKNOWN", None, None, None),
    ]


async def test_of_a_line_of_all_of_which_members_told_each_has_its_own_task(registry: Registry) -> None:
    await bloc(registry, "a", "b")
    year: dict[str, Any] = {"bloc": "k", "year": 2025, "record": RECORD}
    target = e.Quantity(wording="ít nhất 98%", at_least="98")
    line = e.CovenantLine(line="l1", indicator="Hồ sơ đúng hạn", target=target)
    await registry.tell(DrawUpCovenant(**year, lines=Listed[e.CovenantLine](items=(line,))))
    reached: dict[str, Any] = {"value": e.Quantity(wording="97%", figure="97"), "achieved": False}
    for unit in ("b", "c"):  # of which c is not told to be a member
        await registry.tell(ReportCovenantResult(**year, line="l1", member=unit, **reached))

    async def shown(**fields: Any) -> list[tuple[Any, ...]]:
        tasks = [t for t in await todo(registry, date(2025, 12, 20), **fields) if t.kind == "COVENANT_LINE"]
        return [(*(o.agency.value for o in t.obliged), t.state.value, value(t.done), value(t.achieved)) for t in tasks]

    own = [("b", "DONE", "97%", "false")]
    assert await shown() == [("a", "UNKNOWN", None, None), *own, ("c", "DONE", "97%", "false")]
    assert await shown(organisation="a") == [("a", "UNKNOWN", None, None)]
    assert await shown(organisation="b") == own
    await registry.tell(ReportCovenantResult(**year, line="l1", **reached))
    assert await shown() == [("a", "b", "DONE", "97%", "false")]


async def test_what_a_ruling_settled_otherwise_was_never_to_do_whatever_day_the_ruling_tells(
    registry: Registry,
) -> None:
    await bloc(registry, "a")
    ruling = e.Ruling(by=e.Party(words="Văn phòng"), reason="theo bản gốc")
    ruled: dict[str, Any] = {"record": DECREE, "ruling": ruling}
    told: dict[str, Any] = {"bloc": "k", "year": 2024}
    for line, day, how in (("l1", date(2024, 2, 1), {"record": RECORD}), ("l2", date(2024, 7, 1), ruled)):
        lines = Listed[e.CovenantLine](items=(e.CovenantLine(line=line, indicator=line),))
        await registry.tell(DrawUpCovenant(**told, lines=lines, effective=day, **how))
    result: dict[str, Any] = {**told, "line": "l2"}
    await registry.tell(ReportCovenantResult(**result, achieved=True, effective=date(2024, 5, 1), record=RECORD))
    await registry.tell(ReportCovenantResult(**result, achieved=False, effective=date(2024, 7, 2), **ruled))
    item = e.PlanItem(item="i", text="Ươm mầm")
    await registry.tell(DraftPlan(**told, items=Listed[e.PlanItem](items=(item,)), record=RECORD))
    for month, day, how in ((4, date(2024, 3, 1), {"record": RECORD}), (9, date(2024, 7, 1), ruled)):
        step = e.ActivityStep(text=f"Bước tháng {month}", due=date(2024, month, 1))
        steps = Listed[e.ActivityStep](items=(step,))
        await registry.tell(DetailActivity(**told, item="i", steps=steps, effective=day, **how))

    async def shown(on: date) -> list[tuple[Any, ...]]:
        tasks = [task for task in await todo(registry, on) if task.kind in ("STEP", "COVENANT_LINE")]
        return [(t.kind, value(t.what), t.state.value, value(t.done)) for t in tasks]

    assert await shown(date(2024, 6, 1)) == []
    assert await shown(date(2024, 8, 1)) == [
        ("STEP", "Bước tháng 9", "OPEN", None),
        ("COVENANT_LINE", "l2", "DONE", "false"),
    ]


async def test_nobody_is_obliged_before_it_was_elected_or_declared(registry: Registry) -> None:
    await bloc(registry, "a", "b", "c")
    await registry.tell(EndMembership(authority="pm", unit="c", bloc="k", effective=date(2024, 1, 1), record=RECORD))
    await deadline(registry, "MID_REVIEWED", actor="HEAD", years=(2024,))
    await deadline(registry, "SELF_SCORED", actor="MEMBER", years=(2024,))
    elected: dict[str, Any] = {"bloc": "k", "year": 2024, "head": e.Holder(agency="a")}
    await registry.tell(ElectLeadership(**elected, effective=date(2024, 4, 10), record=RECORD))
    members = Listed[e.Member](items=(e.Member(unit="c"),))
    declared: dict[str, Any] = {"bloc": "k", "year": 2024, "members": members}
    await registry.tell(DeclareMembers(**declared, effective=date(2024, 5, 1), record=RECORD))

    async def obliged(on: date) -> list[set[str]]:
        return [{one.agency.value for one in task.obliged} for task in await todo(registry, on)]

    days = (date(2024, 3, 1), date(2024, 4, 10), date(2024, 5, 1))
    assert [await obliged(day) for day in days] == [[set(), {"a", "b"}], [{"a"}, {"a", "b"}], [{"a"}, {"a", "b", "c"}]]


async def test_each_member_signs_the_covenant_and_who_is_not_told_to_have_signed_may_have(registry: Registry) -> None:
    await bloc(registry, "a", "b")
    year: dict[str, Any] = {"bloc": "k", "year": 2025}
    assert await todo(registry, date(2025, 6, 1)) == []  # nothing is known of a covenant

    async def signing(on: date = date(2025, 6, 1)) -> dict[str, tuple[str, str | None]]:
        tasks = [t for t in await todo(registry, on) if t.year == 2025]
        assert {t.kind for t in tasks} <= {"SIGNATURE"}
        return {t.obliged[0].agency.value: (t.state.value, value(t.done_on)) for t in tasks}

    signature: dict[str, Any] = {**year, "signature": e.Signature(member="a"), "effective": date(2025, 3, 1)}
    await registry.tell(SignCovenant(**signature, record=RECORD))
    assert await signing() == {"a": ("DONE", "2025-03-01"), "b": ("UNKNOWN", None)}
    assert await signing(date(2025, 2, 28)) == {}
    signatures = Listed[e.Signature](items=(e.Signature(member="a"),), exhaustive=True)
    await registry.tell(RecordCovenant(**year, signed=True, signatures=signatures, record=RECORD))
    assert await signing() == {"a": ("DONE", "2025-03-01"), "b": ("OPEN", None)}
    await deadline(registry, "COVENANTED", due=Due(month=3, day=31, years_after=0))
    assert await signing(date(2025, 3, 31)) == {"a": ("DONE", "2025-03-01"), "b": ("OPEN", None)}
    assert await signing() == {"a": ("DONE", "2025-03-01"), "b": ("LATE", None)}
    (mine,) = [t for t in await todo(registry, date(2025, 6, 1), organisation="b") if t.year == 2025]
    assert (value(mine.late_by), mine.deadline, value(mine.due)) == ("62", "covenanted", "2025-03-31")


async def test_a_year_is_covenanted_once_each_who_was_a_member_then_has_signed_and_no_sooner(
    registry: Registry,
) -> None:
    await bloc(registry, "a", "b", "c")
    claim: dict[str, Any] = {"authority": "pm", "unit": "c", "bloc": "k", "record": RECORD}
    await registry.tell(EndMembership(**claim, effective=date(2025, 2, 1)))

    async def signed(unit: str, day: date) -> tuple[str, str | None, set[str]]:
        signature = e.Signature(member=unit)
        await registry.tell(SignCovenant(bloc="k", year=2025, signature=signature, effective=day, record=RECORD))
        year = await registry.ask("GetBlocYear", bloc="k", year=2025)
        tasks = [task for task in await todo(registry, date(2025, 12, 31)) if task.kind == "SIGNATURE"]
        return year.state.value, value(year.covenant.signed), {task.state.value for task in tasks}

    assert await signed("a", date(2025, 3, 1)) == ("FORMED", None, {"DONE", "UNKNOWN"})
    assert await signed("b", date(2025, 3, 5)) == ("COVENANTED", "true", {"DONE"})
    year = await registry.ask("GetBlocYear", bloc="k", year=2025)
    assert [certainty(told) for told in (year.state, year.covenant.signed)] == ["INFERRED"] * 2
    assert "each of its members has signed" in year.state.mark.basis
    before = await registry.ask("GetBlocYear", bloc="k", year=2025, on=date(2025, 3, 4))
    assert (before.state.value, before.covenant.signed) == ("FORMED", None)
    await registry.tell(AdmitMember(**claim, effective=date(2025, 6, 1)))
    later = await registry.ask("GetBlocYear", bloc="k", year=2025)
    assert later.state.value == "COVENANTED"  # who came later did not have to sign then


async def test_a_year_is_covenanted_in_the_to_do_too_once_all_who_were_members_then_have_signed(
    registry: Registry,
) -> None:
    await bloc(registry, "a", "b")
    await deadline(registry, "COVENANTED", years=(2025,))
    for unit in ("a", "b"):
        act: dict[str, Any] = {"bloc": "k", "year": 2025, "signature": e.Signature(member=unit)}
        await registry.tell(SignCovenant(**act, effective=date(2025, 3, 1), record=RECORD))
        left: dict[str, Any] = {"authority": "pm", "unit": unit, "bloc": "k", "effective": date(2025, 6, 1)}
        await registry.tell(EndMembership(**left, record=RECORD))
    year = await registry.ask("GetBlocYear", bloc="k", year=2025)
    (due, *signatures) = await todo(registry, date(2025, 12, 1))
    assert (due.kind, due.state.value, certainty(due.state)) == ("DEADLINE", "DONE", "INFERRED")
    assert (due.state.mark.basis, value(due.done_on)) == (year.state.mark.basis, "2025-03-01")
    assert {task.state.value for task in signatures} == {"DONE"}


async def test_who_became_a_member_after_all_others_signed_here_is_open_to_sign(registry: Registry) -> None:
    await bloc(registry, "a")
    signing: dict[str, Any] = {"bloc": "k", "year": 2025, "authority": "pm", "signature": e.Signature(member="a")}
    await registry.tell(SignCovenant(**signing, effective=date(2025, 3, 1)))
    await registry.tell(RegisterOrganisation(organisation="b", name=NAMES["b"], record=RECORD))
    admitted: dict[str, Any] = {"authority": "pm", "unit": "b", "bloc": "k", "effective": date(2025, 6, 1)}
    await registry.tell(AdmitMember(**admitted, record=RECORD))
    told = {t.obliged[0].agency.value: t.state.value for t in await todo(registry, date(2025, 9, 1))}
    assert told == {"a": "DONE", "b": "OPEN"}


@pytest.mark.parametrize("whole", [{"declared_count": 3}, {"exhaustive": False}])
async def test_a_covenant_that_all_named_members_signed_is_not_known_to_be_signed_where_there_are_others(
    registry: Registry, whole: dict[str, Any]
) -> None:
    await bloc(registry, "a", "b")
    members = Listed[e.Member](items=(e.Member(unit="a"), e.Member(unit="b")), **whole)
    await registry.tell(DeclareMembers(bloc="k", year=2025, members=members, record=RECORD))
    signatures = Listed[e.Signature](items=(e.Signature(member="a"), e.Signature(member="b")))
    day = date(2025, 3, 1)
    await registry.tell(RecordCovenant(bloc="k", year=2025, signatures=signatures, effective=day, record=RECORD))
    year = await registry.ask("GetBlocYear", bloc="k", year=2025)
    assert (year.state.value, year.covenant.signed) == ("FORMED", None)
    await registry.tell(RecordCovenant(bloc="k", year=2025, signed=True, effective=day, record=DECREE))
    year = await registry.ask("GetBlocYear", bloc="k", year=2025)
    assert (year.state.value, certainty(year.covenant.signed)) == ("COVENANTED", "STATED")


async def test_a_covenant_that_some_signed_is_not_late_where_nobody_tells_who_the_members_are(
    registry: Registry,
) -> None:
    await bloc(registry)
    await deadline(registry, "COVENANTED", years=(2025,))
    signature = e.Signature(member="a")
    await registry.tell(
        SignCovenant(bloc="k", year=2025, signature=signature, effective=date(2025, 3, 1), record=RECORD)
    )
    tasks = await todo(registry, date(2025, 9, 1))
    assert [(task.kind, task.state.value) for task in tasks] == [("DEADLINE", "UNKNOWN"), ("SIGNATURE", "DONE")]


async def test_a_member_signs_on_days_on_which_it_is_one(registry: Registry) -> None:
    await bloc(registry, "a", "b")
    await deadline(registry, "COVENANTED")
    claim: dict[str, Any] = {"authority": "pm", "unit": "b", "bloc": "k", "record": RECORD}
    await registry.tell(EndMembership(**claim, effective=date(2025, 3, 1)))
    assert len(await todo(registry, date(2025, 2, 28), organisation="b")) == 2
    assert await todo(registry, date(2025, 3, 1), organisation="b") == []


async def test_a_unit_that_is_told_to_be_in_two_blocs_of_one_authority_is_by_inference_a_member_of_either(
    registry: Registry,
) -> None:
    await bloc(registry, "a")
    await bloc(registry, bloc="other")
    second: dict[str, Any] = {"authority": "pm", "unit": "a", "bloc": "other", "effective": FOUNDED}
    await registry.tell(AdmitMember(**second, record=DECREE))
    await deadline(registry, "SELF_SCORED", actor="MEMBER", years=(2025,))
    for key in ("k", "other"):
        (one,) = (await registry.ask("GetBlocYear", bloc=key, year=2025)).members.items
        (task,) = await todo(registry, date(2025, 2, 1), bloc=key)
        told = [one.unit, task.obliged[0].agency]
        assert [(known.value, certainty(known)) for known in told] == [("a", "INFERRED")] * 2
        assert all("contradicts it" in (known.mark.basis or "") for known in told)


async def test_reminders_are_of_what_is_late_or_due_soon_and_not_done(registry: Registry) -> None:
    await bloc(registry)
    await deadline(registry, "MID_REVIEWED", years=(2025,))
    await deadline(registry, "SUBMITTED", years=(2025,), due=Due(month=8, day=10, years_after=0))
    await deadline(registry, "SUMMED_UP", years=(2025,), due=Due(month=3, day=31, years_after=1))

    async def reminded(on: date, within: int) -> list[str | None]:
        return [value(t.what) for t in await todo(registry, on, within=within)]

    assert await reminded(date(2025, 7, 20), 10) == []
    assert await reminded(date(2025, 7, 21), 10) == ["Việc MID_REVIEWED"]
    assert await reminded(date(2025, 8, 1), 10) == ["Việc MID_REVIEWED", "Việc SUBMITTED"]
    # Nobody here knows whether the dossier was submitted: its day is past, and it may be late.
    assert await reminded(date(2025, 8, 11), 10) == ["Việc MID_REVIEWED", "Việc SUBMITTED"]
    assert await reminded(date(2025, 11, 8), 10) == ["Việc MID_REVIEWED", "Việc SUBMITTED"]
    assert await reminded(date(2025, 11, 9), 10) == ["Việc MID_REVIEWED"]
    tasks = await todo(registry, date(2025, 8, 14), within=10, past=3)
    assert [(value(t.what), t.state.value) for t in tasks] == [("Việc MID_REVIEWED", "LATE")]
    (_, submitted) = await todo(registry, date(2025, 8, 13), within=10, past=3)
    assert (submitted.state.value, submitted.late_by) == ("UNKNOWN", None)
    held: dict[str, Any] = {"conference": "sk", "bloc": "k", "kind": "MIDYEAR", "during": 2025}
    await registry.tell(HoldConference(**held, effective=date(2025, 8, 4), record=RECORD))
    assert await reminded(date(2025, 8, 11), 10) == ["Việc SUBMITTED"]


async def test_who_has_not_signed_a_covenant_that_others_sign_here_is_reminded_until_it_does(
    registry: Registry,
) -> None:
    await bloc(registry, "a", "b", "c")

    async def sign(unit: str) -> None:
        act: dict[str, Any] = {"bloc": "k", "year": 2025, "signature": e.Signature(member=unit)}
        await registry.tell(SignCovenant(**act, authority="pm", effective=date(2025, 3, 1)))

    async def reminded(on: date) -> list[tuple[str, str, str | None]]:
        return [
            (t.obliged[0].agency.value, t.state.value, value(t.late_by)) for t in await todo(registry, on, within=7)
        ]

    for unit in ("a", "b"):
        await sign(unit)
    assert await reminded(date(2025, 9, 1)) == [("c", "OPEN", None)]
    await deadline(registry, "COVENANTED", years=(2025,), due=Due(month=3, day=31, years_after=0))
    assert await reminded(date(2025, 9, 1)) == [("c", "LATE", "154")]
    await sign("c")
    assert await reminded(date(2025, 9, 1)) == []


async def test_nothing_is_due_in_a_bloc_that_is_not_there_yet_or_no_more(registry: Registry) -> None:
    await bloc(registry)
    await deadline(registry, "MID_REVIEWED", effective=date(2010, 1, 1))
    await registry.tell(DissolveBloc(bloc="k", effective=date(2025, 7, 1), record=RECORD))
    days = (date(2019, 12, 31), date(2020, 1, 1), date(2025, 6, 30), date(2025, 7, 1))
    assert [bool(await todo(registry, day)) for day in days] == [False, True, True, False]


@pytest.mark.parametrize("days", [(None,), (date(2025, 6, 1), date(2025, 12, 1))])
async def test_what_is_due_in_a_bloc_that_may_be_no_more_is_not_known_to_be_open_and_obliges_nobody_for_sure(
    registry: Registry, days: tuple[date | None, ...]
) -> None:
    await bloc(registry, "a")
    await deadline(registry, "MID_REVIEWED", years=(2025,), actor="MEMBER")
    await deadline(registry, "SUMMED_UP", years=(2025,), actor="MEMBER")
    held: dict[str, Any] = {"conference": "tk", "bloc": "k", "kind": "SUMMATION", "closes": 2025}
    await registry.tell(HoldConference(**held, record=RECORD))
    for n, day in enumerate(days):
        source = Record(source=Source(id=f"s{n}"), place="whole text")
        await registry.tell(DissolveBloc(bloc="k", effective=day, record=source))
    tasks = await todo(registry, date(2025, 8, 1))
    assert {(value(t.what), t.state.value, certainty(t.state), t.late_by) for t in tasks} == {
        ("Việc MID_REVIEWED", "UNKNOWN", "INFERRED", None),
        ("Việc SUMMED_UP", "DONE", "STATED", None),
    }
    (late,) = (task for task in tasks if task.state.value == "UNKNOWN")
    assert "dissolved by then" in (late.state.mark.basis or "")
    assert [(one.agency.value, certainty(one.agency)) for t in tasks for one in t.obliged] == [("a", "INFERRED")] * 2


async def test_two_due_days_that_are_told_are_both_shown_and_it_is_late_once_it_is_by_each(registry: Registry) -> None:
    await bloc(registry)
    for source, day in (("s1", Due(month=6, day=30, years_after=0)), ("s2", Due(month=7, day=31, years_after=0))):
        await deadline(registry, "MID_REVIEWED", due=day, years=(2025,), decision=Source(id=source))

    async def task(on: date) -> Any:
        (found,) = await todo(registry, on)
        return found

    days = (date(2025, 6, 30), date(2025, 7, 1), date(2025, 7, 31), date(2025, 8, 1))
    shown = [await task(day) for day in days]
    assert [(t.state.value, value(t.late_by)) for t in shown] == [
        ("OPEN", None),
        ("UNKNOWN", None),
        ("UNKNOWN", None),
        ("LATE", "1"),
    ]
    assert "late by one of the days told" in shown[1].state.mark.basis
    assert {certainty(t.state) for t in shown} == {"INFERRED"}
    assert [value(t.due) for t in shown] == ["2025-06-30"] * 4
    assert all(t.disputed for t in shown)
    told = {d.field: [t.value for t in d.told] for d in shown[1].disputes}
    assert told["due"] == ["2025-06-30", "2025-07-31"]
    assert told["decision.id"] == ["s1", "s2"]
    assert [len(await todo(registry, day, within=0)) for day in days] == [1, 1, 1, 1]
    ruling = e.Ruling(by=e.Party(words="Văn phòng"), reason="theo bản gốc")
    await deadline(registry, "MID_REVIEWED", years=(2025,), ruling=ruling)
    ruled = await task(date(2025, 7, 10))
    assert (ruled.state.value, value(ruled.due), ruled.disputed, ruled.disputes) == ("OPEN", "2025-07-31", False, ())


async def test_no_deadline_is_a_blocs_that_fell_or_whose_year_was_over_before_it_was_established(
    registry: Registry,
) -> None:
    await bloc(registry, effective=date(2025, 5, 1))
    await deadline(registry, "MID_REVIEWED")
    await deadline(registry, "COVENANTED", due=Due(month=3, day=31, years_after=0))
    await deadline(registry, "SUMMED_UP", due=Due(month=3, day=31, years_after=1))
    await deadline(registry, "PLANNED", due=None, words="trong quý I")
    tasks = await todo(registry, date(2025, 6, 1))
    assert {(t.year, value(t.what), t.state.value) for t in tasks} == {
        (2025, "Việc MID_REVIEWED", "OPEN"),
        (2025, "Việc SUMMED_UP", "OPEN"),
        (2025, "Việc PLANNED", "UNKNOWN"),
    }


async def test_who_was_declared_for_the_year_and_left_has_nothing_to_do_after_it_left(registry: Registry) -> None:
    await bloc(registry, "a", "b", "c")
    members = Listed[e.Member](items=tuple(e.Member(unit=unit) for unit in "abc"), declared_count=3, exhaustive=True)
    declared: dict[str, Any] = {"bloc": "k", "year": 2025, "members": members, "effective": date(2025, 1, 10)}
    await registry.tell(DeclareMembers(**declared, record=RECORD))
    await deadline(registry, "COVENANTED", years=(2025,), due=Due(month=4, day=30, years_after=0))
    await deadline(registry, "SELF_SCORED", years=(2025,), actor="MEMBER")
    claim: dict[str, Any] = {"authority": "pm", "bloc": "k", "record": RECORD}
    await registry.tell(EndMembership(**claim, unit="b", effective=date(2025, 3, 1)))
    await registry.tell(EndMembership(**claim, unit="c"))

    async def obliged(on: date) -> dict[str, set[tuple[str, str | None]]]:
        found: dict[str, set[tuple[str, str | None]]] = {}
        for task in await todo(registry, on):
            found.setdefault(task.kind, set()).update((o.agency.value, certainty(o.agency)) for o in task.obliged)
        return found

    every = {("a", "STATED"), ("b", "STATED"), ("c", "INFERRED")}
    assert await obliged(date(2025, 2, 28)) == {"SIGNATURE": every, "DEADLINE": every}
    rest = {("a", "STATED"), ("c", "INFERRED")}  # when c left is not known
    assert await obliged(date(2025, 6, 1)) == {"SIGNATURE": rest, "DEADLINE": rest}
    assert await todo(registry, date(2025, 6, 1), organisation="b") == []
    (signing, _) = await todo(registry, date(2025, 6, 1), organisation="c")
    assert "on a day that is not known" in signing.obliged[0].agency.mark.basis
    await registry.tell(DeclareMembers(**declared | {"effective": date(2025, 5, 1)}, record=DECREE))
    assert ("b", "INFERRED") in (await obliged(date(2025, 6, 1)))["SIGNATURE"]


@pytest.mark.parametrize("merged", [True, False])
async def test_who_is_no_more_is_not_obliged_and_whose_end_is_not_sure_is_by_inference(
    registry: Registry, merged: bool
) -> None:
    await bloc(registry, "a", "b", "c")
    await registry.tell(RecordLeadership(bloc="k", year=2025, head=e.Holder(agency="a"), record=RECORD))
    await deadline(registry, "COVENANTED", years=(2025,))
    await deadline(registry, "MID_REVIEWED", years=(2025,), actor="HEAD")
    day = date(2025, 7, 1)
    if merged:
        before = [e.Predecessor(organisation="a", ends=True), e.Predecessor(organisation="b")]
        after = Listed[e.Successor](items=(e.Successor(organisation="c"),))
        told: dict[str, Any] = {"reorganisation": "m", "kind": "MERGER", "successors": after, "effective": day}
        await registry.tell(Reorganise(**told, predecessors=Listed[e.Predecessor](items=tuple(before)), record=RECORD))
    else:
        await registry.tell(DissolveOrganisation(organisation="a", effective=day, record=RECORD))
        await registry.tell(DissolveOrganisation(organisation="b", record=RECORD))

    async def obliged(on: date) -> list[tuple[str, list[tuple[str, str | None]]]]:
        tasks = [task for task in await todo(registry, on) if task.kind != "SUCCESSION"]
        return sorted((t.kind, [(o.agency.value, certainty(o.agency)) for o in t.obliged]) for t in tasks)

    sure = "STATED" if merged else "INFERRED"  # since when b is no more is not told
    assert await obliged(date(2025, 6, 30)) == [
        ("DEADLINE", [("a", "STATED")]),
        ("SIGNATURE", [("a", "STATED")]),
        ("SIGNATURE", [("b", sure)]),
        ("SIGNATURE", [("c", "STATED")]),
    ]
    assert await obliged(day) == [
        ("DEADLINE", []),
        ("SIGNATURE", [("b", "INFERRED")]),
        ("SIGNATURE", [("c", "STATED")]),
    ]
    signature = e.Signature(member="a")
    await registry.tell(SignCovenant(bloc="k", year=2025, signature=signature, effective=FOUNDED, record=RECORD))
    assert ("SIGNATURE", [("a", "STATED")]) in await obliged(day)  # it did sign


async def test_what_is_known_to_be_open_without_a_day_is_reminded_of(registry: Registry) -> None:
    await bloc(registry, "a")
    await registry.tell(DissolveOrganisation(organisation="a", effective=date(2025, 7, 1), record=RECORD))
    await deadline(registry, "PLANNED", years=(2025,), due=None, words="trong quý I")
    tasks = await todo(registry, date(2025, 8, 1), within=7)
    assert [(t.kind, t.state.value, t.due, value(t.unit)) for t in tasks] == [("SUCCESSION", "OPEN", None, "a")]
    assert await todo(registry, date(2025, 6, 30), within=7) == []


async def test_a_deadline_without_a_day_is_of_the_years_in_which_it_is_in_force(registry: Registry) -> None:
    await bloc(registry)
    words: dict[str, Any] = {"due": None, "words": "trong quý I", "effective": date(2026, 1, 1)}
    await deadline(registry, "COVENANTED", **words)
    await deadline(registry, "SUMMED_UP", due=Due(month=3, day=31), effective=date(2026, 1, 1))
    tasks = await todo(registry, date(2026, 3, 1))
    assert {(t.year, value(t.what)) for t in tasks} == {(2026, "Việc COVENANTED"), (2026, "Việc SUMMED_UP")}
    await deadline(registry, "COVENANTED", due=None, words="trong tháng 4", effective=date(2027, 2, 1))
    later = [t for t in await todo(registry, date(2027, 1, 31)) if t.deadline == "covenanted"]
    assert [(t.year, value(t.words)) for t in later] == [(2026, "trong quý I"), (2027, "trong quý I")]


async def test_what_is_due_years_after_its_emulation_year_is_to_do_when_its_day_is_near(registry: Registry) -> None:
    await bloc(registry, "a")
    covenant: dict[str, Any] = {"bloc": "k", "signed": True, "record": RECORD}
    for year in (2022, 2023, 2024):
        signatures = Listed[e.Signature](items=(e.Signature(member="a"),))
        await registry.tell(RecordCovenant(**covenant, year=year, signatures=signatures))
    before = await todo(registry, date(2026, 3, 1))
    await deadline(registry, "NOMINATED", due=Due(month=3, day=31, years_after=2))
    tasks = await todo(registry, date(2026, 3, 1))
    assert [(t.year, t.due.value) for t in tasks if t.due] == [
        (2024, "2026-03-31"),
        (2025, "2027-03-31"),
        (2026, "2028-03-31"),
    ]
    assert [t for t in tasks if not t.due] == before == []  # of such a year no more than the deadline asks

    async def reminded(on: date, **fields: Any) -> list[int]:
        return [task.year for task in await todo(registry, on, within=40, **fields)]

    assert await reminded(date(2026, 2, 18)) == []
    assert await reminded(date(2026, 2, 19)) == await reminded(date(2026, 6, 29)) == [2024]
    assert await reminded(date(2026, 6, 30)) == []
    await deadline(registry, "SUMMED_UP", due=Due(month=12, day=20, years_after=1), years=(2023,))
    assert await reminded(date(2025, 1, 10)) == [2023]
    assert await reminded(date(2025, 1, 10), past=20) == []
    held: dict[str, Any] = {"conference": "tk", "bloc": "k", "kind": "SUMMATION", "closes": 2023}
    await registry.tell(HoldConference(**held, effective=date(2025, 1, 4), record=RECORD))
    done = [task for task in await todo(registry, date(2025, 1, 10)) if task.deadline == "summed-up"]
    assert briefly(done) == [(2023, "2024-12-20", "DONE", "15")]


@pytest.mark.parametrize("blocs", [1, 6])
async def test_as_many_rows_are_read_at_once_as_an_authority_has_blocs(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, blocs: int
) -> None:
    await deadline(registry, "MID_REVIEWED", actor="AUTHORITY", years=(2025,))
    for n in range(blocs):
        held: dict[str, Any] = {"bloc": f"k{n}", "kind": "KHOI", "name": f"Khối {n}", "authority": "pm"}
        await registry.tell(EstablishBloc(**held, effective=FOUNDED, record=RECORD))
        await registry.tell(AdmitMember(authority="pm", unit=f"u{n}", bloc=f"k{n}", effective=FOUNDED, record=RECORD))
        await registry.tell(RecordCovenant(bloc=f"k{n}", year=2025, signed=True, record=RECORD))
    read: list[str] = []
    rows_of = View._rows_of

    async def counted(view: View, model: Any, keys: Any) -> dict[str, Any]:
        read.append(model.name)
        return await rows_of(view, model, keys)

    monkeypatch.setattr(View, "_rows_of", counted)
    assert len(await todo(registry, date(2025, 6, 1), organisation="pm")) == blocs
    assert read == ["involved", "blocs", "leaderships", "years", "streams", "organisations"]


async def test_a_bloc_or_an_organisation_is_named_and_is_recorded(registry: Registry) -> None:
    named: tuple[dict[str, Any], ...] = ({}, {"organisation": "a", "bloc": "k"})
    for fields in named:
        with pytest.raises(Invalid):
            await registry.ask("GetToDo", on=FOUNDED, **fields)
    with pytest.raises(Missing, match="The bloc k is not recorded"):
        await registry.ask("GetToDo", on=FOUNDED, bloc="k")
    with pytest.raises(Missing, match="The organisation a is not recorded"):
        await registry.ask("GetToDo", on=FOUNDED, organisation="a")
    await registry.tell(RegisterOrganisation(organisation="a", name="A", record=RECORD))
    assert (await registry.ask("GetToDo", on=FOUNDED, organisation="a")).tasks == ()


async def test_the_laws_calendar_of_the_articles_is_told_with_what_is_not_known_of_it(articles: Registry) -> None:
    """Domain 2: before 31 March, so by 30 March, for the flag under the decree of 2017; what later decrees keep is not
    known.
    """
    tasks = await todo(articles, date(2021, 4, 9), bloc="cum-5-thanh-pho")
    flags = [t for t in tasks if t.deadline == "co-thi-dua-chinh-phu"]
    assert [(t.year, value(t.due), value(t.article), t.seen) for t in flags] == [
        (2020, "2021-03-30", "Điều 48", ("WEB",)),
        (2021, "2022-03-30", "Điều 48", ("WEB",)),
    ]
    assert {(value(t.words), certainty(t.due), "before 31/3" in t.due.mark.basis) for t in flags} == {
        ("trước ngày 31/3", "INFERRED", True)
    }
    assert {t.state.value for t in tasks if t.kind == "DEADLINE"} == {"UNKNOWN"}
    signed = {t.obliged[0].agency.value: t.state.value for t in tasks if t.kind == "SIGNATURE" and t.year == 2021}
    assert set(signed.values()) == {"DONE"} or "UNKNOWN" in signed.values()
    reminded = await todo(articles, date(2020, 7, 29), bloc="khoi-dang-tinh", within=14)
    assert {(t.deadline, value(t.words), t.state.value) for t in reminded} == {
        ("khen-thuong-cong-trang", "30/6", "UNKNOWN")
    }
    later = await todo(articles, date(2024, 4, 10), bloc="khoi-noi-chinh-trung-uong")
    assert {(t.due, t.words, t.article, t.seen) for t in later if t.deadline == "co-thi-dua-chinh-phu"} == {
        (None, None, None, ("UNVERIFIED",))
    }
