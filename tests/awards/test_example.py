"""The constructed example from members to a cancelled award, over three logs in PostgreSQL."""

from typing import Any

import orjson
import pytest

from services.awards.projections import PUBLIC
from services.kernel.errors import Missing, Refused
from services.kernel.events import Position
from services.kernel.view import ReadOptions
from tests.play import Services, value


async def award_of(told: Services, **read: Any) -> Any:
    options = ReadOptions(**read)
    return (await told["awards"].ask("GetAward", options, award="vi-du-khen-thuong-1")).award


async def test_a_ranking_is_computed_from_the_members_that_registry_tells(told: Services) -> None:
    (ranking,) = (await told["scoring"].ask("GetRanking", bloc="vi-du-khoi", year=2025)).rankings
    ranks = [(value(r.unit), value(r.rank), value(r.total)) for r in ranking.ranked]
    assert ranks == [("vi-du-don-vi-a", "1", "96.75"), ("vi-du-don-vi-b", "2", "94.00")]
    assert [value(u) for u in ranking.unscored] == ["vi-du-don-vi-c"]
    assert (value(ranking.sheet), value(ranking.sheet_version)) == ("vi-du-bang-diem", "1")
    head = await told["registry"].tools.log.head()
    seen = ranking.members_seen
    assert (seen.log, seen.epoch) == ("registry", head.epoch)
    assert 0 < seen.position <= head.position


async def test_a_self_score_stays_beside_what_was_verified_and_approved(told: Services) -> None:
    score = (await told["scoring"].ask("GetScore", bloc="vi-du-khoi", year=2025, unit="vi-du-don-vi-a")).score
    _, second = score.items
    points = (second.self_points, second.verified_points, second.approved_points)
    assert [value(p) for p in points] == ["29.00", "28.25", "28.25"]
    assert (value(score.self_total), value(score.total), score.late) == ("97.50", "96.75", None)
    (version,) = (await told["scoring"].ask("GetSheet", sheet="vi-du-bang-diem", on="2025-12-01")).versions
    assert [(item.code, value(item.max)) for item in version.items] == [("1", "70.00"), ("2", "30.00")]
    assert (await told["scoring"].ask("GetSheet", sheet="vi-du-bang-diem", on="2024-12-01")).versions == ()


async def test_a_nomination_carries_the_rank_that_scoring_told(told: Services) -> None:
    (proposal,) = (await told["awards"].ask("GetProposals", bloc="vi-du-khoi", year=2025)).proposals
    assert (value(proposal.rank), [value(a) for a in proposal.awards]) == ("1", ["vi-du-khen-thuong-1"])
    unranked = {
        "proposal": "vi-du-de-nghi-2",
        "bloc": "vi-du-khoi",
        "year": 2025,
        "conference": "vi-du-hoi-nghi",
        "effective": "2026-01-20",
        "recipient": {"organisation": "vi-du-don-vi-c"},
        "kind": "CTD_CP",
    }
    with pytest.raises(Refused, match="published ranking"):
        await told["awards"].tell("AgreeNomination", **unranked)
    with pytest.raises(Refused, match="No ranking of the bloc for 2024 is published"):
        await told["awards"].tell("AgreeNomination", **unranked | {"year": 2024})


async def test_an_award_is_found_by_bloc_year_recipient_and_kind_with_all_that_became_of_it(told: Services) -> None:
    (award,) = (await told["awards"].ask("GetAwards", bloc="vi-du-khoi")).awards
    for wanted in ({"year": 2025}, {"recipient": "vi-du-don-vi-a"}, {"kind": "BK_TTG"}):
        assert (await told["awards"].ask("GetAwards", **wanted)).awards == (award,)
    (decision,), (conferral,), (cancellation,) = award.decisions, award.conferrals, award.cancellations
    assert (value(decision.number), value(decision.decided_on)) == ("00/QĐ-VIDU", "2026-03-02")
    assert value(conferral.conferred_on) == "2026-03-20"
    assert (value(cancellation.ground), value(cancellation.cancelled_on)) == ("FORGED_FILE", "2026-05-04")
    assert "ví dụ dựng" not in cancellation.model_dump_json()
    assert (award.disputed, value(award.proposal)) == (False, "vi-du-de-nghi-1")
    assert (await told["awards"].ask("GetAwards", year=2026)).awards == ()


async def test_an_award_of_the_past_is_not_yet_conferred_or_cancelled(told: Services) -> None:
    stream = "award:vi-du-khen-thuong-1"
    acts = (await told["awards"].tools.log.load([(stream, 0)]))[stream]
    then = [await award_of(told, as_of={"awards": Position(act.epoch, act.position)}) for act in acts]
    counts = [(len(award.decisions), len(award.conferrals), len(award.cancellations)) for award in then]
    assert counts == [(1, 0, 0), (1, 1, 0), (1, 1, 1)]
    before = Position(acts[0].epoch, acts[0].position - 1)
    with pytest.raises(Missing, match="vi-du-khen-thuong-1 is not recorded"):
        await award_of(told, as_of={"awards": before})


@pytest.mark.parametrize(
    ("service", "query", "fields"),
    [
        ("scoring", "GetSheet", {"sheet": "no-such"}),
        ("scoring", "GetScore", {"bloc": "vi-du-khoi", "year": 2025, "unit": "vi-du-don-vi-c"}),
        ("scoring", "GetRanking", {"bloc": "no-such", "year": 2025}),
        ("awards", "GetAward", {"award": "no-such"}),
        ("awards", "GetProposals", {"bloc": "no-such"}),
    ],
)
async def test_what_a_query_must_name_has_to_be_recorded(
    told: Services, service: str, query: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(Missing):
        await told[service].ask(query, **fields)


async def test_what_a_query_may_be_narrowed_by_need_not_be_recorded(told: Services) -> None:
    assert (await told["awards"].ask("GetAwards", bloc="no-such")).awards == ()
    assert (await told["awards"].ask("FindAwardKinds", code="NO_SUCH")).kinds == ()
    assert (await told["awards"].ask("GetProposals", bloc="vi-du-khoi", year=1999)).proposals == ()


async def test_the_proposals_of_a_bloc_that_only_a_proposal_tells_of_are_found(told: Services) -> None:
    record = {"source": {"id": "list"}, "place": "page 1"}
    recipient = {"organisation": "u"}
    await told["awards"].tell(
        "AgreeNomination", proposal="p-x", bloc="b-x", year=2020, recipient=recipient, record=record
    )
    assert len((await told["awards"].ask("GetProposals", bloc="b-x")).proposals) == 1
    assert (await told["awards"].ask("GetProposals", bloc="b-x", year=2021)).proposals == ()


async def test_awards_come_in_pages_that_belong_together(told: Services) -> None:
    record = {"source": {"id": "list"}, "place": "page 1"}
    fields = {"wording": "Bằng khen Thủ tướng", "year": 1999, "record": record}
    for n in range(5):
        await told["awards"].tell("RecordConferral", award=f"a-{n}", recipient={"organisation": f"u-{n}"}, **fields)
    at = {"awards": await told["awards"].tools.log.head()}
    await told["awards"].tell("RecordConferral", award="a-9", recipient={"organisation": "u-9"}, **fields)
    found, after = [], None
    while True:
        page = await told["awards"].ask("GetAwards", ReadOptions(as_of=at), year=1999, limit=2, after=after)
        found += [award.award for award in page.awards]
        after = page.next
        if after is None:
            break
    assert found == [f"a-{n}" for n in range(5)]


async def test_records_that_contradict_each_other_are_both_kept_and_shown_as_disputed(told: Services) -> None:
    recipient = {"organisation": "u"}
    for source, number in (("one", "1/QĐ"), ("other", "2/QĐ")):
        record = {"source": {"id": source}, "place": "page 1"}
        lines = {"items": [{"award": "disputed", "recipient": recipient, "kind": "BK_TTG"}]}
        await told["awards"].tell("RecordDecision", decision=source, number=number, awards=lines, record=record)
    award = (await told["awards"].ask("GetAward", award="disputed")).award
    assert award.disputed
    assert [(value(d.number), d.number.mark.source) for d in award.decisions] == [("1/QĐ", "one"), ("2/QĐ", "other")]


async def test_a_corrigendum_changes_what_is_answered_and_is_no_dispute(told: Services) -> None:
    record = {"source": {"id": "list"}, "place": "page 1"}
    line = {"award": "corrected", "recipient": {"organisation": "wrong"}, "wording": "Bằng khen Thủ tướng"}
    decision = {"number": "1/QĐ", "effective": "2024-05-01", "awards": {"items": [line]}, "record": record}
    await told["awards"].tell("RecordDecision", decision="d", **decision)
    right = {"recipient": {"organisation": "right"}, "decision_number": "1a/QĐ", "record": record}
    await told["awards"].tell("CorrectAward", award="corrected", **right)
    award = (await told["awards"].ask("GetAward", award="corrected")).award
    assert (value(award.recipient.organisation), value(award.decisions[0].number)) == ("right", "1a/QĐ")
    assert (award.disputed, len(award.corrections)) == (False, 1)
    assert (await told["awards"].ask("GetAwards", recipient="wrong")).awards == ()
    assert len((await told["awards"].ask("GetAwards", recipient="right")).awards) == 1


async def test_public_records_count_up_per_award_and_hold_no_person_and_no_reason(told: Services) -> None:
    await told["awards"].catch_up()
    rows = await told["awards"].tools.pool.fetch(f"select key, doc from read.{PUBLIC.name} order by since")
    docs = [(row["key"], orjson.loads(row["doc"])) for row in rows]
    example = [(doc["sequence"], doc["type"]) for key, doc in docs if key == "vi-du-khen-thuong-1"]
    assert example == [(1, "AwardDecided"), (2, "AwardConferred"), (3, "AwardCancelled")]
    last = next(doc["data"] for key, doc in docs if doc["type"] == "AwardCancelled")
    assert last == {
        "award": "vi-du-khen-thuong-1",
        "kind": "BK_TTG",
        "wording": "Bằng khen của Thủ tướng Chính phủ",
        "bloc": "vi-du-khoi",
        "year": 2025,
        "recipient": {"organisation": "vi-du-don-vi-a"},
        "decision": {
            "decision": "vi-du-quyet-dinh-1",
            "number": "00/QĐ-VIDU",
            "effective": "2026-03-02",
            "authority": "thu-tuong-chinh-phu",
            "regulation": "Luật 06/2022/QH15, Nghị định 152/2025/NĐ-CP",
        },
        "conferral": {"effective": "2026-03-20", "conferred_by": "vi-du-hoi-dong"},
        "cancellation": {
            "ground": "FORGED_FILE",
            "number": "01/QĐ-VIDU",
            "effective": "2026-05-04",
            "authority": "thu-tuong-chinh-phu",
        },
        "marks": {key: {"act": "AwardDecided"} for key in ("kind", "wording", "bloc", "year", "recipient")},
    }
    text = orjson.dumps([doc["data"] for _, doc in docs]).decode()
    assert '"p-' not in text
    assert "ví dụ dựng" not in text
    medal = next(doc["data"] for _, doc in docs if doc["data"]["recipient"] == {"person": True})
    assert medal["kind"] == "KNC"
    assert medal["marks"]["conferral.effective"]["inferred"]
