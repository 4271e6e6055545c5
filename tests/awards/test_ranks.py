"""Which rank a nomination relies on, where a bloc's ranking is told several times."""

from decimal import Decimal
from typing import Any

import pytest

from services.awards.consumers import rank_seen
from services.kernel.events import Position
from services.kernel.provenance import Inference, Listed, Record, Source
from services.scoring import events as scoring
from tests.play import Services, certainty, value

ARTICLE = Record(source=Source(id="article"), place="paragraph 1")
AT = Position(1, 7)


def ranking(record: Record | None = None, inferred: tuple[str, ...] = (), **ranks: int) -> scoring.RankingPublished:
    units = tuple(scoring.RankedUnit(unit=unit, rank=rank, total=Decimal(100 - rank)) for unit, rank in ranks.items())
    seen = None if record else scoring.MembersSeen(epoch=1, position=1, units=tuple(ranks), inferred=inferred)
    return scoring.RankingPublished(
        bloc="b", year=2025, ranked=Listed[scoring.RankedUnit](items=units), members=seen, record=record
    )


@pytest.mark.parametrize(
    ("rankings", "rank", "disputed"),
    [
        ([], None, False),
        ([ranking(u=2)], 2, False),
        ([ranking(u=2), ranking(ARTICLE, u=2)], 2, False),
        ([ranking(u=2), ranking(ARTICLE, u=1)], 2, True),
        ([ranking(ARTICLE, u=1), ranking(u=2)], 2, True),
        ([ranking(w=1), ranking(ARTICLE, u=1)], None, True),
        ([ranking(ARTICLE, w=1), ranking(ARTICLE, u=2)], 2, False),
        ([ranking(ARTICLE, u=1), ranking(ARTICLE, u=2)], 1, True),
    ],
)
def test_the_performed_rank_binds_and_else_the_first_that_is_recorded(
    rankings: list[scoring.RankingPublished], rank: int | None, disputed: bool
) -> None:
    seen = rank_seen(rankings, "u", AT)
    assert (seen.rank, seen.disputed, seen.position) == (rank, disputed, 7)


def test_a_rank_is_inferred_where_a_membership_or_the_record_is() -> None:
    assert rank_seen([ranking(w=1, u=2, x=3, inferred=("x",))], "u", AT).basis is None
    for unit in ("w", "u"):
        assert rank_seen([ranking(w=1, u=2, inferred=(unit,))], "u", AT).basis == scoring.counted_by_inference([unit])
    record = ARTICLE.model_copy(update={"inferred": (Inference(field="ranked", basis="order of naming"),)})
    assert rank_seen([ranking(record, u=2)], "u", AT).basis == "order of naming"


async def test_a_nomination_relies_on_the_performed_ranking_and_shows_that_a_record_differs(
    told: Services,
) -> None:
    other: dict[str, Any] = {"items": [{"unit": "vi-du-don-vi-a", "rank": 2}, {"unit": "vi-du-don-vi-b", "rank": 1}]}
    record = {"source": {"id": "newspaper"}, "place": "page 1"}
    await told["scoring"].tell("PublishRanking", bloc="vi-du-khoi", year=2025, ranked=other, record=record)
    agreed = {"bloc": "vi-du-khoi", "year": 2025, "conference": "vi-du-hoi-nghi", "effective": "2026-01-20"}
    unit = {"organisation": "vi-du-don-vi-b"}
    await told["awards"].tell("AgreeNomination", proposal="p-b", recipient=unit, kind="CTD_CP", **agreed)
    proposals = (await told["awards"].ask("GetProposals", bloc="vi-du-khoi", year=2025)).proposals
    (proposal,) = (p for p in proposals if p.proposal == "p-b")
    assert (value(proposal.rank), certainty(proposal.rank), proposal.disputed) == ("2", "STATED", True)
