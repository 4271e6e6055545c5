"""How the activities of a plan go: due dates, detailed plans of their leads, progress and evidence."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.kernel.events import Event
from services.kernel.provenance import Inference, Listed, Record, Source
from services.kernel.standing import FactRetracted
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.plan import (
    ApprovePlan,
    AssignLead,
    DetailActivity,
    DraftPlan,
    RecordPlan,
    ReportProgress,
)
from tests.registry.support import RECORD, Registry, given
from tests.registry.test_decisions import members

DAY = date(2024, 6, 10)
YEAR: dict[str, Any] = {"bloc": "b1", "year": 2024}
HERE: dict[str, Any] = {**YEAR, "authority": "central", "item": "i1", "effective": DAY}
FOUNDED = e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=date(2020, 1, 1))
AUTHOR = e.Party(agency="btp")


def items(**fields: Any) -> Listed[e.PlanItem]:
    return Listed[e.PlanItem](items=(e.PlanItem(item="i1", text="Hội thao", **fields),))


def ground(*told: Event) -> dict[str, list[Event]]:
    return {"bloc:b1": [FOUNDED], **members("btp", "bca"), "plan:b1:2024": list(told)}


DRAFTED = e.PlanDrafted(**YEAR, items=items(lead="btp"))


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="as planned") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def test_the_lead_of_an_activity_details_it_once() -> None:
    act = DetailActivity(**HERE, author=AUTHOR, title="Kế hoạch chi tiết")
    told = e.ActivityDetailed(**YEAR, item="i1", author=AUTHOR, title="Kế hoạch chi tiết", effective=DAY)
    given(ground(DRAFTED)).when(act).then({"plan:b1:2024": [told]})
    given(ground(DRAFTED, told)).when(act).refused("act.told")
    given(ground(DRAFTED, told)).when(act.model_copy(update={"record": RECORD})).accepted()
    given(ground()).when(act).refused("plan.item")
    given(ground(DRAFTED)).when(act.model_copy(update={"effective": None})).refused("act.day")


def test_nobody_but_the_lead_at_the_time_details_an_activity_here() -> None:
    other, none = DetailActivity(**HERE, author=e.Party(agency="bca")), DetailActivity(**HERE)
    reassigned = e.ActivityAssigned(**YEAR, item="i1", lead="bca")
    given(ground(DRAFTED)).when(other).refused("plan.lead")
    given(ground(DRAFTED)).when(none).refused("plan.lead")
    given(ground(DRAFTED, reassigned)).when(other).accepted()
    given(ground(DRAFTED, reassigned)).when(DetailActivity(**HERE, author=AUTHOR)).refused("plan.lead")
    relisted = e.PlanApproved(**YEAR, items=items(lead="bca"))
    given(ground(DRAFTED, relisted)).when(other).accepted()
    given(ground(e.PlanDrafted(**YEAR, items=items()))).when(other).refused("plan.lead")
    given(ground()).when(other.model_copy(update={"record": RECORD})).accepted()


def test_progress_is_told_here_of_a_planned_activity_by_somebody_once_a_day() -> None:
    act = ReportProgress(**HERE, by=AUTHOR, percent="60")
    told = e.ProgressReported(**YEAR, item="i1", by=AUTHOR, percent="60", effective=DAY)
    given(ground(DRAFTED)).when(act).then({"plan:b1:2024": [told]})
    given(ground(DRAFTED, told)).when(act).refused("act.told")
    given(ground(DRAFTED, told)).when(act.model_copy(update={"effective": date(2024, 6, 11)})).accepted()
    given(ground(DRAFTED)).when(act.model_copy(update={"by": None})).refused("progress.by")
    given(ground()).when(act).refused("plan.item")
    given(ground()).when(act.model_copy(update={"record": RECORD})).accepted()


def test_an_activity_that_was_given_to_a_lead_goes_on_where_the_draft_that_listed_it_was_retracted() -> None:
    gone = FactRetracted(retracts=1, reason="another bloc's", record=RECORD)
    assigned = e.ActivityAssigned(**YEAR, item="i1", lead="btp")
    act = ReportProgress(**HERE, by=AUTHOR, percent="60")
    given(ground(DRAFTED, gone)).when(act).refused("plan.item")
    given(ground(DRAFTED, assigned, gone)).when(act).accepted()
    given(ground(DRAFTED, assigned, gone)).when(AssignLead(**HERE, lead="bca")).accepted()


@pytest.mark.parametrize("record", [None, RECORD])
def test_progress_is_a_percentage_or_words(record: Record | None) -> None:
    told: dict[str, Any] = {**HERE, "by": AUTHOR, "record": record}
    given(ground(DRAFTED)).when(ReportProgress(**told)).refused("progress.report")
    given(ground(DRAFTED)).when(ReportProgress(**told, words="Đang chuẩn bị")).accepted()


@pytest.mark.parametrize(
    ("percent", "valid"), [("0", True), ("100", True), ("62.5", True), ("101", False), ("-1", False)]
)
def test_a_percentage_is_from_0_to_100(percent: str, valid: bool) -> None:
    if valid:
        assert ReportProgress(**HERE, percent=percent).percent == percent
    else:
        with pytest.raises(ValidationError):
            ReportProgress(**HERE, percent=percent)


# Answers


async def activity(registry: Registry, as_of: int | None = None) -> Any:
    (item,) = (await registry.ask("GetBlocYear", as_of=as_of, **YEAR)).plan.items
    return item


@pytest.fixture(autouse=True)
async def bloc(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))


async def test_an_activity_shows_by_when_it_is_due_as_it_was_assigned_or_else_planned(registry: Registry) -> None:
    await registry.tell(DraftPlan(**YEAR, items=items(due=date(2024, 9, 30)), record=from_("a", "items.items[0].due")))
    planned = await registry.position()
    await registry.tell(AssignLead(**YEAR, item="i1", lead="btp", record=from_("b")))
    shown = await activity(registry)
    assert (shown.due.value, shown.due.mark.certainty, shown.lead.value) == ("2024-09-30", "INFERRED", "btp")
    await registry.tell(AssignLead(**YEAR, item="i1", lead="btp", due=date(2024, 8, 31), record=from_("b")))
    shown = await activity(registry)
    assert (shown.due.value, shown.due.mark.source, shown.detail, shown.progress) == ("2024-08-31", "b", None, ())
    assert (await activity(registry, as_of=planned)).due.value == "2024-09-30"


async def test_an_activity_shows_the_detailed_plan_and_how_it_goes_by_days(registry: Registry) -> None:
    await registry.tell(DraftPlan(**YEAR, items=items(lead="btp"), record=from_("a")))
    steps = (e.ActivityStep(text="Mời các đơn vị", due=date(2024, 5, 31)), e.ActivityStep(text="Tổ chức"))
    await registry.tell(
        DetailActivity(
            **YEAR,
            item="i1",
            author=AUTHOR,
            title="Kế hoạch chi tiết",
            plan=Source(id="kh-9", number="9/KH"),
            steps=Listed[e.ActivityStep](items=steps, declared_count=5),
            record=from_("a", "author"),
        )
    )
    photo = Listed[Source](items=(Source(id="bc-1", title="Báo cáo", number="1/BC", dated=DAY),))
    for day, fields in ((date(2024, 9, 1), {"percent": "100"}), (DAY, {"words": "Đang chuẩn bị", "evidence": photo})):
        told = {**YEAR, "item": "i1", "by": {"agency": "btp"}, "effective": day, "record": from_("b"), **fields}
        await registry.tell(ReportProgress.model_validate(told))
    shown = await activity(registry)
    detail = shown.detail
    assert (detail.author.agency.value, detail.author.agency.mark.certainty) == ("btp", "INFERRED")
    assert ([t.value for t in detail.titles], detail.plan.value, detail.on) == (["Kế hoạch chi tiết"], "kh-9", None)
    assert [(s.text.value, s.due and s.due.value, s.responsible) for s in detail.steps] == [
        ("Mời các đơn vị", "2024-05-31", None),
        ("Tổ chức", None, None),
    ]
    assert (detail.declared_count.value, detail.exhaustive, detail.disputed) == ("5", None, False)
    early, late = shown.progress
    assert (early.on.value, early.percent, [w.value for w in early.words]) == ("2024-06-10", None, ["Đang chuẩn bị"])
    (evidence,) = early.evidence
    assert (
        evidence.document.value,
        evidence.title.value,
        evidence.number.value,
        evidence.dated.value,
        evidence.issuer,
    ) == (
        "bc-1",
        "Báo cáo",
        "1/BC",
        "2024-06-10",
        None,
    )
    assert (late.on.value, late.percent.value, late.words, late.evidence) == ("2024-09-01", "100", (), ())
    assert late.by.agency.value == "btp"


async def test_a_ruling_on_the_progress_of_one_day_leaves_other_days_alone(registry: Registry) -> None:
    await registry.tell(DraftPlan(**YEAR, items=items(), record=from_("a")))
    for source, percent in (("a", "40"), ("b", "60")):
        for day in (DAY, date(2024, 9, 1)):
            told: dict[str, Any] = {**YEAR, "item": "i1", "effective": day, "record": from_(source)}
            await registry.tell(ReportProgress(**told, percent=percent))
    ruling = e.Ruling(by=AUTHOR, reason="theo biên bản")
    told = {**YEAR, "item": "i1", "effective": DAY, "ruling": ruling, "record": from_("c")}
    await registry.tell(ReportProgress(**told, percent="60"))
    first, second = (await activity(registry)).progress
    assert (first.percent.value, first.disputed, len(first.rulings)) == ("60", False, 1)
    assert (second.percent.value, [d.field for d in second.disputes], second.rulings) == ("40", ["percent"], ())


async def test_a_plan_known_by_reference_shows_what_is_told_of_its_activities_later(registry: Registry) -> None:
    await registry.tell(RecordPlan(**YEAR, title="kế hoạch công tác", record=from_("a")))
    plan = (await registry.ask("GetBlocYear", **YEAR)).plan
    assert (plan.status.value, plan.items, plan.title.value) == ("REFERRED", (), "kế hoạch công tác")
    await registry.tell(ReportProgress(**YEAR, item="i7", words="Đã tổ chức", record=from_("a")))
    shown = await activity(registry)
    assert (shown.item, shown.text, shown.lead, shown.due, shown.joining) == ("i7", None, None, None, ())
    assert [w.value for w in shown.progress[0].words] == ["Đã tổ chức"]
    assert (shown.progress[0].on, shown.progress[0].by) == (None, None)


async def test_approvals_that_give_an_activity_two_due_dates_are_disputed(registry: Registry) -> None:
    for source, day in (("a", date(2024, 6, 30)), ("b", date(2024, 7, 31))):
        await registry.tell(ApprovePlan(**YEAR, items=items(due=day), record=from_(source)))
    (dispute,) = (await registry.ask("GetBlocYear", **YEAR)).plan.disputes
    assert (dispute.field, dispute.about, [told.value for told in dispute.told]) == (
        "items.due",
        "i1",
        ["2024-06-30", "2024-07-31"],
    )


async def test_what_is_to_do_has_the_day_by_which_an_activity_is_due_and_is_done_when_all_of_it_is(
    registry: Registry,
) -> None:
    await registry.tell(DraftPlan(**YEAR, items=items(lead="btp", due=date(2024, 6, 30)), record=from_("a")))

    async def task(on: date) -> tuple[str, str, str | None]:
        tasks = (await registry.ask("GetToDo", bloc="b1", on=on)).tasks
        (one,) = [task for task in tasks if task.kind == "PLAN_ITEM"]
        return one.due.value, one.state.value, one.late_by.value if one.late_by else None

    assert await task(date(2024, 6, 30)) == ("2024-06-30", "OPEN", None)
    assert await task(date(2024, 7, 10)) == ("2024-06-30", "LATE", "10")
    for day, percent in ((DAY, "62.5"), (date(2024, 7, 5), "100")):
        told: dict[str, Any] = {**YEAR, "item": "i1", "effective": day, "record": from_("b")}
        await registry.tell(ReportProgress(**told, percent=percent))
    assert await task(date(2024, 7, 1)) == ("2024-06-30", "LATE", "1")
    assert await task(date(2024, 7, 10)) == ("2024-06-30", "DONE", "5")
