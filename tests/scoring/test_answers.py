"""How scoring's answers mark what they add to what was told."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.demo.scenarios import load
from deploy.local.servers import ExistingPostgres, Postgres
from services.scoring.events import counted_by_inference
from tests.play import SEALED, Services, certainty, play, three, value

ARTICLE = {"source": {"id": "article"}, "place": "paragraph 1"}
SCORE: dict[str, Any] = {"bloc": "b", "year": 2025, "unit": "u"}
ITEMS = [{"code": "1", "points": "68.5"}, {"code": "2", "points": "29"}]


@pytest.fixture
async def services(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Services]:
    async with three(postgres) as opened:
        yield opened


async def score(services: Services, record: dict[str, Any], own: dict[str, Any]) -> Any:
    """A score that is wholly taken over from documents."""
    scoring = services["scoring"]
    await scoring.tell("SubmitSelfScore", **SCORE, items=ITEMS, record=own)
    await scoring.tell("VerifyItem", **SCORE, code="1", verifier="v", record=record)
    adjusted = {"adjusted_points": "28", "reason": "sai minh chứng"}
    await scoring.tell("VerifyItem", **SCORE, code="2", verifier="v", **adjusted, record=record)
    await scoring.tell("ApproveScores", bloc="b", year=2025, units=["u"], record=record)
    return (await scoring.ask("GetScore", **SCORE)).score


async def test_what_we_add_up_or_copy_is_inferred_of_a_record_and_what_it_tells_is_stated(services: Services) -> None:
    found = await score(services, ARTICLE, ARTICLE)
    assert (value(found.total), certainty(found.total)) == ("96.50", "INFERRED")
    first, second = found.items
    assert (value(first.verified_points), certainty(first.verified_points)) == ("68.50", "INFERRED")
    assert (value(second.verified_points), certainty(second.verified_points)) == ("28.00", "STATED")
    assert {certainty(item.approved_points) for item in found.items} == {"INFERRED"}
    assert {certainty(item.self_points) for item in found.items} == {"STATED"}
    assert (value(found.self_total), certainty(found.self_total)) == ("97.50", "STATED")
    assert (found.sheet, found.sheet_version, found.due, found.approver) == (None, None, None, None)


async def test_a_sum_is_no_surer_than_each_of_its_items(services: Services) -> None:
    unsure = {**ARTICLE, "inferred": [{"field": "items[1].points", "basis": "the rest of the total"}]}
    found = await score(services, ARTICLE, unsure)
    assert (certainty(found.self_total), found.self_total.mark.basis) == ("INFERRED", "the rest of the total")
    assert [certainty(item.self_points) for item in found.items] == ["STATED", "INFERRED"]


async def test_records_that_give_other_points_are_kept_and_shown_as_disputed(services: Services) -> None:
    scoring = services["scoring"]
    assert not (await score(services, ARTICLE, ARTICLE)).disputed
    other = {"adjusted_points": "60", "reason": "sai minh chứng"}
    await scoring.tell("VerifyItem", **SCORE, code="1", verifier="v", **other, record=ARTICLE)
    found = (await scoring.ask("GetScore", **SCORE)).score
    assert [(value(item.verified_points), item.disputed) for item in found.items] == [("68.50", True), ("28.00", False)]
    assert found.disputed


@pytest.mark.parametrize("items", [ITEMS, [{"code": "1", "points": "70"}]])
async def test_a_self_score_told_twice_is_disputed_where_its_points_differ(
    services: Services, items: list[dict[str, str]]
) -> None:
    scoring = services["scoring"]
    for told in (ITEMS, items):
        await scoring.tell("SubmitSelfScore", **SCORE, items=told, record=ARTICLE)
    found = (await scoring.ask("GetScore", **SCORE)).score
    assert found.disputed is (items != ITEMS)
    assert value(found.self_total) == "97.50"


async def test_two_approvals_on_several_days_are_disputed(services: Services) -> None:
    scoring = services["scoring"]
    for day in ("2026-01-05", "2026-01-06"):
        approval = {"bloc": "b", "year": 2025, "units": ["u"], "effective": day, "record": ARTICLE}
        await scoring.tell("ApproveScores", **approval)
    found = (await scoring.ask("GetScore", **SCORE)).score
    assert (found.disputed, value(found.approved_on)) == (True, "2026-01-05")


@pytest.mark.parametrize(("record", "sure"), [(None, "STATED"), (ARTICLE, "INFERRED")])
async def test_a_deadline_is_part_of_a_performed_act_and_inferred_of_a_record(
    services: Services, record: dict[str, Any] | None, sure: str
) -> None:
    scoring = services["scoring"]
    joined = {"effective": "2024-01-02", "record": ARTICLE}
    await services["registry"].tell("AdmitMember", authority="h", bloc="b", unit="u", **joined)
    due = {"month": 11, "day": 30, "years_after": 0}
    items = [{"code": i["code"], "title": "Mục", "max": "70"} for i in ITEMS]
    sheet = {"sheet": "s", "title": "Bảng điểm", "effective": "2025-01-02"}
    await scoring.tell("IssueSheet", **sheet, items=items, self_score_due=due)
    await scoring.tell("SubmitSelfScore", **SCORE, items=ITEMS, sheet="s", effective="2025-12-01", record=record)
    found = (await scoring.ask("GetScore", **SCORE)).score
    assert (value(found.due), value(found.late)) == ("2025-11-30", "true")
    assert (certainty(found.due), certainty(found.late)) == (sure, sure)


@pytest.mark.parametrize(("since", "sure"), [("2024-01-02", "STATED"), (None, "INFERRED")])
async def test_a_score_is_shown_to_be_a_members_no_surer_than_registry_knew_it(
    services: Services, since: str | None, sure: str
) -> None:
    scoring, joined = services["scoring"], {"authority": "h", "bloc": "b", "effective": since, "record": ARTICLE}
    await services["registry"].tell("AdmitMember", unit="u", **joined)
    items = [{"code": i["code"], "title": "Mục", "max": "70"} for i in ITEMS]
    await scoring.tell("IssueSheet", sheet="s", title="Bảng điểm", effective="2025-01-02", items=items)
    await scoring.tell("SubmitSelfScore", **SCORE, items=ITEMS, sheet="s", effective="2025-12-01")
    found = (await scoring.ask("GetScore", **SCORE)).score
    assert (value(found.member), certainty(found.member)) == ("true", sure)
    assert found.member.mark.basis == (
        "by inference a member: u / được suy ra là thành viên: u" if sure == "INFERRED" else None
    )
    assert (found.membership_seen.log, found.membership_seen.position) == ("registry", 1)


async def test_of_a_score_told_by_a_document_no_membership_is_claimed(services: Services) -> None:
    found = await score(services, ARTICLE, ARTICLE)
    assert (found.member, found.membership_seen) == (None, None)


async def test_a_self_score_of_more_points_than_its_sheet_allows_is_kept_and_shown_as_disputed(
    services: Services,
) -> None:
    scoring = services["scoring"]
    items = [{"code": i["code"], "title": "Mục", "max": "68"} for i in ITEMS]
    await scoring.tell("IssueSheet", sheet="s", title="Bảng điểm", effective="2025-01-02", items=items)
    await scoring.tell("SubmitSelfScore", **SCORE, items=ITEMS, sheet="s", effective="2025-12-01", record=ARTICLE)
    found = (await scoring.ask("GetScore", **SCORE)).score
    assert [(value(item.self_points), item.disputed) for item in found.items] == [("68.50", True), ("29.00", False)]
    assert found.disputed


async def rankings(services: Services) -> Any:
    return (await services["scoring"].ask("GetRanking", bloc="vi-du-khoi", year=2025)).rankings


async def test_a_ranking_is_no_surer_than_that_its_units_are_members(services: Services) -> None:
    registry = services["registry"]
    for unit, since in (("vi-du-don-vi-b", None), ("vi-du-don-vi-d", None)):
        joined = {"authority": "vi-du-hoi-dong", "bloc": "vi-du-khoi", "effective": since, "record": ARTICLE}
        await registry.tell("AdmitMember", unit=unit, **joined)
    await play(services, "organisations", "catalogue")
    await tell_example(services, without="member-b")
    (ranking,) = await rankings(services)
    marks = [(value(r.unit), certainty(r.unit), certainty(r.rank), certainty(r.total)) for r in ranking.ranked]
    assert marks == [
        ("vi-du-don-vi-a", "STATED", "STATED", "STATED"),
        ("vi-du-don-vi-b", "INFERRED", "INFERRED", "STATED"),
    ]
    unscored = [(value(u), certainty(u)) for u in ranking.unscored]
    assert unscored == [("vi-du-don-vi-c", "STATED"), ("vi-du-don-vi-d", "INFERRED")]
    assert (value(ranking.exhaustive), certainty(ranking.exhaustive)) == ("false", "INFERRED")
    assert ranking.exhaustive.mark.basis == counted_by_inference(["vi-du-don-vi-b", "vi-du-don-vi-d"])


async def tell_example(services: Services, without: str) -> None:
    for step in load("constructed"):
        if step.name != without and step.command not in SEALED and step.service != "awards":
            await services[step.service].tell(step.command, **step.fields)


async def test_a_recorded_ranking_that_differs_is_kept_beside_the_performed_one_which_binds(services: Services) -> None:
    scoring = services["scoring"]
    await play(services, "organisations", "catalogue", "constructed")
    assert [r.disputed for r in await rankings(services)] == [False]
    same = {"items": [{"unit": "vi-du-don-vi-b", "rank": 2, "total": "94"}]}
    await scoring.tell("PublishRanking", bloc="vi-du-khoi", year=2025, ranked=same, record=ARTICLE)
    assert [r.disputed for r in await rankings(services)] == [False, False]
    other = {"items": [{"unit": "vi-du-don-vi-b", "rank": 1}]}
    await scoring.tell("PublishRanking", bloc="vi-du-khoi", year=2025, ranked=other, record=ARTICLE)
    found = await rankings(services)
    assert [(len(r.ranked), r.disputed) for r in found] == [(2, True), (1, True), (1, True)]
    assert found[0].members_seen is not None


@pytest.mark.parametrize(
    ("items", "disputed"),
    [
        ([("u", 1, "90"), ("w", 2, "80")], False),
        ([("u", 1, "80"), ("w", 2, "90")], True),
        ([("u", 1, None), ("w", 1, "90"), ("x", None, "95")], False),
        ([("u", 1, "90"), ("u", 2, "80")], True),
    ],
)
async def test_a_recorded_ranking_that_contradicts_itself_is_kept_and_disputed(
    services: Services, items: list[tuple[str, int | None, str | None]], disputed: bool
) -> None:
    ranked = {"items": [{"unit": unit, "rank": rank, "total": total} for unit, rank, total in items]}
    await services["scoring"].tell("PublishRanking", bloc="b", year=2020, ranked=ranked, record=ARTICLE)
    (found,) = (await services["scoring"].ask("GetRanking", bloc="b", year=2020)).rankings
    assert (len(found.ranked), found.disputed) == (len(items), disputed)
