"""Reading: as of a position or a time, not before a position, in pages that belong together."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.kernel.errors import Invalid, Unavailable
from services.kernel.events import Position
from services.kernel.fold import Model, Rank
from services.kernel.log import Log
from services.kernel.projection import Engine
from services.kernel.tools import Tools
from services.kernel.view import ReadOptions, View
from tests.kernel.projection.support import (
    MODELS,
    STREAMS,
    TOTALS,
    Added,
    Cleared,
    Total,
    Writer,
    caught_up,
    expected,
    model,
    story,
)


@pytest.fixture
async def told(log: Log, pool: asyncpg.Pool, writer: Writer) -> None:
    await writer.record(*story(200))
    for one in MODELS:
        await caught_up(one, pool, log, 37)


def at(position: int, epoch: int = 1) -> ReadOptions:
    return ReadOptions(as_of={"registry": Position(epoch, position)})


async def everything(pool: asyncpg.Pool, log: Log, one: Model, position: int) -> dict[str, Total]:
    async with View.open(pool, [one], at(position), log) as view:
        return await view.many(one, [f"counter:{n}" for n in range(12)])


@pytest.mark.usefixtures("told")
async def test_every_past_position_is_answered_as_it_was(log: Log, pool: asyncpg.Pool) -> None:
    for position in range(0, 201, 3):
        assert await everything(pool, log, TOTALS, position) == expected(story(200), position)


@pytest.mark.usefixtures("told")
async def test_a_model_without_past_rows_folds_its_streams_again(log: Log, pool: asyncpg.Pool) -> None:
    assert len(await pool.fetch("select from read.streams")) < 12
    histories: dict[int, dict[str, Total]] = {}
    kept = model("kept", keys=STREAMS.keys, terms=None)
    await caught_up(kept, pool, log, 1000)
    for position in range(0, 201, 3):
        histories[position] = await everything(pool, log, kept, position)
        assert await everything(pool, log, STREAMS, position) == histories[position]
    assert len({str(rows) for rows in histories.values()}) > 50


@pytest.mark.usefixtures("told")
async def test_what_was_found_under_a_term_is_found_as_it_was(log: Log, pool: asyncpg.Pool) -> None:
    for position in (0, 20, 100, 200):
        rows = sorted(expected(story(200), position).items())
        async with View.open(pool, [TOTALS], at(position), log) as view:
            assert await view.find(TOTALS, "tag:t1", "even:True") == [
                (key, row) for key, row in rows if "t1" in row.tags and row.total % 2 == 0
            ]


@pytest.mark.usefixtures("told")
async def test_rows_come_in_the_models_order_those_with_the_first_terms_first(log: Log, pool: asyncpg.Pool) -> None:
    found: list[Rank] = []
    first = [["tag:t1", "tag:t2"], ["tag:t3"]]
    for position in (20, 100, 200):
        rows = expected(story(200), position).items()
        wanted = sorted(TOTALS.rank(key, row, first) for key, row in rows if row.total % 2 == 0)
        found.clear()
        while len(found) < len(wanted):
            async with View.open(pool, [TOTALS], at(position), log) as view:
                page = await view.ranked(TOTALS, "even:True", first=first, after=found[-1] if found else None, limit=2)
            assert 0 < len(page) <= 2
            assert [row for _, row in page] == [dict(rows)[rank[-1]] for rank, row in page]
            found += [rank for rank, _ in page]
        assert found == wanted
    assert len({tuple(rank[:3]) for rank in found}) > 3


@pytest.mark.usefixtures("told")
async def test_page_two_belongs_to_page_one_whatever_was_written_between(
    log: Log, pool: asyncpg.Pool, writer: Writer
) -> None:
    async with View.open(pool, [TOTALS], ReadOptions(), log) as view:
        found = await view.find(TOTALS, limit=3)
        known = view.positions
    while found[-1][0] < "counter:9":
        await writer.record(*((key, Cleared()) for key, _ in found), ("counter:00", Added(amount=1)))
        await caught_up(TOTALS, pool, log)
        async with View.open(pool, [TOTALS], ReadOptions(as_of=known), log) as view:
            assert view.positions == known
            found += await view.find(TOTALS, limit=3, after_key=found[-1][0])
    assert dict(found) == expected(story(200))


@pytest.mark.usefixtures("told")
async def test_two_models_of_one_query_agree_on_a_position(log: Log, pool: asyncpg.Pool, writer: Writer) -> None:
    before = expected(story(200))
    await writer.record(("counter:1", Added(amount=999)))
    await caught_up(TOTALS, pool, log)
    async with View.open(pool, MODELS, ReadOptions(), log) as view:
        assert view.positions == {"registry": Position(1, 200)}
        assert await view.get(TOTALS, "counter:1") == before.get("counter:1")
        assert await view.get(STREAMS, "counter:2") is not None


@pytest.mark.usefixtures("told")
async def test_a_snapshot_does_not_move_while_it_is_open(log: Log, pool: asyncpg.Pool, writer: Writer) -> None:
    async with View.open(pool, [TOTALS], ReadOptions(), log) as view:
        before = await view.get(TOTALS, "counter:1")
        await writer.record(("counter:1", Added(amount=999)))
        await caught_up(TOTALS, pool, log)
        assert await view.get(TOTALS, "counter:1") == before
    async with View.open(pool, [TOTALS], ReadOptions(), log) as view:
        assert await view.get(TOTALS, "counter:1") != before


@pytest.mark.usefixtures("told")
async def test_a_query_waits_for_the_position_it_must_know(log: Log, pool: asyncpg.Pool, writer: Writer) -> None:
    position = await writer.record(("counter:1", Added(amount=999)))
    options = ReadOptions(at_least={"registry": Position(1, position)}, seconds=5)
    running: asyncio.Task[None] | None = None

    async def later() -> None:
        await asyncio.sleep(0.2)
        await Engine(TOTALS, pool, log).catch_up()

    running = asyncio.create_task(later())
    async with View.open(pool, [TOTALS], options, log) as view:
        assert view.positions == {"registry": Position(1, position)}
    await running


@pytest.mark.usefixtures("told")
async def test_a_query_waits_no_longer_than_it_may(log: Log, pool: asyncpg.Pool) -> None:
    begun = asyncio.get_running_loop().time()
    options = ReadOptions(at_least={"registry": Position(1, 201)}, seconds=0.2)
    with pytest.raises(Unavailable, match="knows position 200 of 201") as late:
        async with View.open(pool, [TOTALS], options, log):
            pass
    assert "vị trí 200 trên 201" in late.value.vi
    with pytest.raises(Unavailable, match="is being built"):
        async with View.open(pool, [TOTALS, model("unknown")], options._replace(at_least={}), log):
            pass
    with pytest.raises(Unavailable, match="is being built"):
        async with View.open(pool, [model("totals", version=2)], options._replace(at_least={}), log):
            pass
    assert asyncio.get_running_loop().time() - begun < 3
    async with View.open(pool, [TOTALS], ReadOptions(), log) as view:  # the pool is whole
        assert await view.find(TOTALS)


@pytest.mark.usefixtures("told")
async def test_a_position_of_a_log_that_the_answer_does_not_rest_on_is_refused(log: Log, pool: asyncpg.Pool) -> None:
    far = {"awards": Position(1, 10**9)}
    for options, field in (
        (ReadOptions(as_of={"registry": Position(1, 100), **far}), "read.as_of_position"),
        (ReadOptions(at_least=far), "read.at_least"),
    ):
        with pytest.raises(Invalid, match="not on the log awards") as refused:
            await View.open(pool, [TOTALS], options, log).__aenter__()
        assert [violation.field for violation in refused.value.violations] == [field]


@pytest.mark.usefixtures("told")
async def test_a_log_is_not_asked_for_as_of_a_time_and_a_position_at_once(log: Log, pool: asyncpg.Pool) -> None:
    both = at(100)._replace(as_of_time=datetime.now(UTC))
    with pytest.raises(Invalid, match="not both"):
        await Tools(pool, log).look(TOTALS, read=both).__aenter__()


async def test_a_time_is_a_position_for_ever(log: Log, pool: asyncpg.Pool, writer: Writer) -> None:
    await writer.record(("counter:1", Added(amount=1)))
    time = await pool.fetchval("select clock_timestamp()")
    await writer.record(("counter:1", Added(amount=2)))
    await caught_up(TOTALS, pool, log)
    async with Tools(pool, log).look(TOTALS, read=ReadOptions(as_of_time=time)) as view:
        assert view.positions == {"registry": Position(1, 1)}
        assert await view.get(TOTALS, "counter:1") == Total(total=1)


@pytest.mark.usefixtures("told")
async def test_a_past_that_never_was_is_refused(log: Log, pool: asyncpg.Pool) -> None:
    async def opened(options: ReadOptions, *models: Model) -> None:
        async with View.open(pool, models or [TOTALS], options, log):
            pass

    with pytest.raises(Invalid, match="not reached this position"):
        await opened(at(201))
    with pytest.raises(Invalid, match="still to come"):
        await (
            Tools(pool, log)
            .look(TOTALS, read=ReadOptions(as_of_time=datetime.now(UTC) + timedelta(days=1)))
            .__aenter__()
        )
    await pool.execute("update read.models set epoch = 2, epochs = '{{1,0},{2,150}}' where name = 'totals'")
    with pytest.raises(Invalid, match="lost when the log was restored"):
        await opened(at(151))
    await opened(at(150))
    with pytest.raises(Invalid, match="no such epoch"):
        await opened(ReadOptions(as_of={"registry": Position(0, 100)}))
