"""What registry corrects or retracts, scoring and awards know no otherwise."""

from typing import Any

import pytest

from services.kernel.errors import Refused
from tests.play import Services, play, value

RECORD: dict[str, Any] = {"source": {"id": "letter"}, "place": "paragraph 1"}
SCORE: dict[str, Any] = {
    "bloc": "vi-du-khoi",
    "year": 2025,
    "unit": "vi-du-don-vi-c",
    "sheet": "vi-du-bang-diem",
    "effective": "2025-12-01",
    "items": [{"code": "1", "points": "60"}, {"code": "2", "points": "20"}],
}


async def test_a_unit_whose_membership_is_retracted_scores_itself_no_more_and_again_once_that_is_retracted(
    services: Services,
) -> None:
    registry, scoring = services["registry"], services["scoring"]
    await play(services, "organisations", "catalogue", "constructed")
    claim = {"stream": "membership:vi-du-hoi-dong:vi-du-don-vi-c", "reason": "another unit", "record": RECORD}
    await registry.tell("Retract", **claim, retracts=1)
    with pytest.raises(Refused) as refused:
        await scoring.tell("SubmitSelfScore", **SCORE)
    assert refused.value.rule == "score.member"
    await registry.tell("Retract", **claim, retracts=2)
    await scoring.tell("SubmitSelfScore", **SCORE)


async def test_awards_calls_a_bloc_by_the_name_that_stands(services: Services) -> None:
    registry, awards = services["registry"], services["awards"]
    await play(services, "organisations", "catalogue", "constructed")

    async def bloc_name() -> str | None:
        return value((await awards.ask("GetAward", award="vi-du-khen-thuong-1")).award.bloc_name)

    old = await bloc_name()
    name: dict[str, Any] = {"bloc": "vi-du-khoi", "effective": "2025-06-01", "record": RECORD}
    version = len(await registry.tools.pool.fetch("select from log.events where stream = 'bloc:vi-du-khoi'")) + 1
    await registry.tell("NameBloc", **name, name="Khối sai")
    assert await bloc_name() == "Khối sai"
    correction = {"corrects": version, "reason": "misread"}
    await registry.tell("NameBloc", **name, name="Khối đúng", correction=correction)
    assert await bloc_name() == "Khối đúng"
    await registry.tell("Retract", stream="bloc:vi-du-khoi", retracts=version, reason="another", record=RECORD)
    assert await bloc_name() == old
