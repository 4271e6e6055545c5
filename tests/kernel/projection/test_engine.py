"""The engine: pages, checkpoint, history, poison."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from itertools import pairwise
from typing import Annotated

import asyncpg
import pytest

from services.kernel.events import Position, Vocabulary
from services.kernel.fold import Fold, Poison
from services.kernel.log import Log
from services.kernel.operators import retry
from services.kernel.projection import Engine, Hole, Outdated
from services.kernel.table import Connection
from tests.kernel.conftest import Place
from tests.kernel.projection.support import (
    MODELS,
    PARKING,
    TOTALS,
    Added,
    Any_,
    Cleared,
    Linked,
    Total,
    Unread,
    Writer,
    caught_up,
    ended,
    expected,
    model,
    pool_of,
    refuses,
    rows_of,
    story,
    until,
)


async def test_a_page_boundary_never_shows_in_the_rows(log: Log, pool: asyncpg.Pool, writer: Writer) -> None:
    await writer.record(*story(300))
    for one in MODELS:
        seen = []
        for page in (1, 7, 64, 1000):
            await pool.execute(f'drop table if exists read."{one.name}"')
            await caught_up(one, pool, log, page)
            seen.append(await rows_of(pool, one.name))
        assert seen[0] == seen[1] == seen[2] == seen[3]
        assert len(seen[0]) > 8


async def test_the_current_rows_are_the_plain_fold_of_the_log(log: Log, pool: asyncpg.Pool, writer: Writer) -> None:
    events = story(300)
    await writer.record(*events)
    await caught_up(TOTALS, pool, log, 50)
    current = {
        str(key): TOTALS.decode(str(doc)) for key, _, until, _, doc in await rows_of(pool, "totals") if not until
    }
    assert current == expected(events)


async def test_the_ranges_of_a_row_never_overlap(log: Log, pool: asyncpg.Pool, writer: Writer) -> None:
    await writer.record(*story(300))
    await caught_up(TOTALS, pool, log, 50)
    rows = await rows_of(pool, "totals")
    for (key, _, end, *_), (next_key, since, *_) in pairwise(rows):
        assert key != next_key or (isinstance(end, int) and isinstance(since, int) and end <= since)


async def test_two_workers_never_both_apply_a_page(log: Log, place: Place, writer: Writer) -> None:
    events = story(400)
    async with pool_of(place.dsn) as one, pool_of(place.dsn) as other:
        engines = [Engine(TOTALS, pool, log) for pool in (one, other, one)]
        running = [asyncio.create_task(engine.run()) for engine in engines]
        for event in events:
            await writer.record(event)
        await until(lambda: all(engine.position.position == 400 for engine in engines))
        await ended(*running)
        rows = await rows_of(one, "totals")
        await one.execute('drop table read."totals"')
        await caught_up(TOTALS, one, log, 1000)
        assert await rows_of(one, "totals") == rows


def between_load_and_write(engine: Engine, happens: Callable[[], Awaitable[object]]) -> None:
    """Let something happen, once, after the engine's next page has loaded its rows."""
    load = engine.table.load

    async def loaded(connection: Connection, fold: Fold, keys: Collection[str]) -> None:
        engine.table.load = load  # type: ignore[method-assign]
        await load(connection, fold, keys)
        await happens()

    engine.table.load = loaded  # type: ignore[method-assign]


async def test_a_page_that_another_worker_wrote_meanwhile_is_folded_again_from_there(
    log: Log, pool: asyncpg.Pool, writer: Writer
) -> None:
    await writer.record(*story(40))
    one, other = await caught_up(TOTALS, pool, log), Engine(TOTALS, pool, log)
    await other.open()
    await writer.record(*(("counter:1", Added(amount=n)) for n in range(1, 21)))
    page = await log.read(40, 100)
    between_load_and_write(one, lambda: other.apply(page[:10]))
    assert await one.apply(page) == Position(1, 60)
    rows = await rows_of(pool, "totals")
    await pool.execute('drop table read."totals"')
    await caught_up(TOTALS, pool, log)
    assert await rows_of(pool, "totals") == rows


async def test_a_page_whose_rows_an_operator_changed_meanwhile_is_folded_again_though_the_checkpoint_stands(
    log: Log, pool: asyncpg.Pool, writer: Writer
) -> None:
    refuses.add(1)
    await writer.record(("counter:a", Added(amount=1)), ("counter:b", Added(amount=2)))
    engine = await caught_up(PARKING, pool, log)
    await writer.record(("counter:a", Added(amount=3)))
    refuses.clear()
    between_load_and_write(engine, lambda: retry(pool, PARKING, actor="tester", reason="mended"))
    await engine.apply(await log.read(2, 10))
    assert await pool.fetchval("select count(*) from read.parked") == 0
    docs = {str(key): PARKING.decode(str(doc)) for key, _, end, _, doc in await rows_of(pool, "parking") if not end}
    assert docs == {"counter:a": Total(total=4), "counter:b": Total(total=2)}


async def test_rows_that_do_not_follow_are_a_hole_and_known_ones_are_passed_over(
    log: Log, pool: asyncpg.Pool, writer: Writer
) -> None:
    await writer.record(*story(20))
    engine = Engine(TOTALS, pool, log)
    await engine.open()
    page = await log.read(0, 100)
    await engine.apply(page[:8])
    with pytest.raises(Hole):
        await engine.apply(page[9:])
    with pytest.raises(Hole):
        await engine.apply([*page[8:10], *page[11:]])
    await engine.apply(page[4:12])
    assert await engine.apply(page) == Position(1, 20)


async def test_an_unhandled_type_moves_the_checkpoint_without_being_decoded(
    log: Log, pool: asyncpg.Pool, writer: Writer
) -> None:
    await writer.record(*story(10))
    rows = [row._replace(type="NeverHeardOf", body=b"not even json") for row in await log.read(0, 10)]
    engine = Engine(TOTALS, pool, log)
    await engine.open()
    assert await engine.apply(rows) == Position(1, 10)
    assert await rows_of(pool, "totals") == []


async def test_an_engine_that_knows_all_types_of_a_log_leaves_the_first_unknown_one_to_a_newer_program(
    log: Log, pool: asyncpg.Pool, writer: Writer
) -> None:
    older: Vocabulary[Any_] = Vocabulary(Added, Cleared, Linked)
    await writer.record(*((f"counter:{n}", Added(amount=n)) for n in range(1, 4)), ("counter:1", Unread()))
    await writer.record(("counter:1", Added(amount=9)))
    foreign = await caught_up(model("foreign", vocabulary=older), pool, log)
    assert foreign.position == Position(1, 5)
    engine = Engine(model("totals", vocabulary=older), pool, log, knows_all=True)
    running = asyncio.create_task(engine.run())
    await until(lambda: engine.error is not None)
    assert engine.error == (
        "totals stops before Unread, epoch 1, position 4, a type that this program does not know: a newer one goes on"
    )
    assert engine.position == Position(1, 3)
    assert len(await rows_of(pool, "totals")) == 3
    await Engine(TOTALS, pool, log, knows_all=True).catch_up()
    await until(lambda: engine.position == Position(1, 5) and engine.error is None)
    await ended(running)


async def test_a_poison_event_stops_the_model_before_it_and_a_fix_lets_it_go_on(
    log: Log, pool: asyncpg.Pool, writer: Writer
) -> None:
    await writer.record(*((f"counter:{n}", Added(amount=n)) for n in range(1, 7)))
    refuses.add(4)
    engine = Engine(TOTALS, pool, log)
    running = asyncio.create_task(engine.run())
    await until(lambda: engine.error is not None)
    assert engine.position == Position(1, 3)
    assert engine.error == "totals stops at Added, epoch 1, position 4: ZeroDivisionError: the model is wrong"
    assert await pool.fetchval("select error from read.models where name = 'totals'") == engine.error
    assert len(await rows_of(pool, "totals")) == 3
    refuses.clear()
    await until(lambda: engine.position.position == 6)
    assert engine.error is None
    assert engine.lag == 0
    assert await pool.fetchval("select error from read.models where name = 'totals'") is None
    await ended(running)


async def test_an_event_that_cannot_be_decoded_stops_even_a_parking_model(
    log: Log, pool: asyncpg.Pool, writer: Writer
) -> None:
    await writer.record(*((f"counter:{n}", Added(amount=n)) for n in range(1, 7)))
    rows = await log.read(0, 10)
    rows[2] = rows[2]._replace(body=rows[2].body.replace(b'"amount":3', b'"amount":"secret"'))
    engine = Engine(PARKING, pool, log)
    await engine.open()
    with pytest.raises(Poison, match=r"position 3: 0\.data\.Added\.amount: int_parsing") as poison:
        await engine.apply(rows)
    assert "secret" not in str(poison.value)
    assert engine.position == Position(1, 2)


async def test_a_parked_event_parks_all_its_keys_and_what_comes_after_them_in_order(
    log: Log, pool: asyncpg.Pool, writer: Writer
) -> None:
    refuses.add(-1)
    for page in (1, 3, 100):
        await pool.execute('drop table if exists read."parking"')
        if page == 1:
            await writer.record(
                ("counter:a", Added(amount=1)),
                ("counter:a", Linked(other="counter:b")),  # fails: parks a and b
                ("counter:b", Added(amount=2)),  # waits behind it
                ("counter:c", Added(amount=3)),  # is free
                ("counter:c", Linked(other="counter:b")),  # waits, and c with it
                ("counter:c", Added(amount=4)),
                ("counter:d", Added(amount=5)),
            )
        engine = await caught_up(PARKING, pool, log, page)
        assert engine.position == Position(1, 7)
        parked = await pool.fetch("select position, keys, error is null from read.parked order by position")
        assert [tuple(row) for row in parked] == [
            (2, ["counter:a", "counter:b"], False),
            (3, ["counter:b"], True),
            (5, ["counter:c", "counter:b"], True),
            (6, ["counter:c"], True),
        ]
        assert [row[:3] for row in await rows_of(pool, "parking")] == [
            ("counter:a", 1, None),
            ("counter:c", 4, None),
            ("counter:d", 7, None),
        ]


async def test_a_table_of_another_version_is_neither_read_nor_written(
    log: Log, pool: asyncpg.Pool, writer: Writer
) -> None:
    await writer.record(*story(10))
    await caught_up(TOTALS, pool, log)
    rows = await rows_of(pool, "totals")
    with pytest.raises(Outdated):
        await caught_up(model("totals", version=2), pool, log)
    assert await rows_of(pool, "totals") == rows


async def test_an_engine_comes_back_by_itself_whenever_its_database_goes_away(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    events = story(300)
    engine = Engine(TOTALS, pool, log)
    running = asyncio.create_task(engine.run())
    admin = await asyncpg.connect(place.admin_dsn)
    for n, event in enumerate(events):
        await writer.record(event)
        if n % 50 == 25:
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'test_thidua_registry'"
            )
    await admin.close()
    await until(lambda: engine.position.position == 300 and engine.error is None, 60)
    await ended(running)
    rows = await rows_of(pool, "totals")
    await pool.execute('drop table read."totals"')
    await caught_up(TOTALS, pool, log)
    assert await rows_of(pool, "totals") == rows


async def test_an_event_is_in_the_rows_a_moment_after_its_append(log: Log, pool: asyncpg.Pool, writer: Writer) -> None:
    engine = Engine(TOTALS, pool, log)
    running = asyncio.create_task(engine.run())
    await writer.record(("counter:1", Added(amount=1)))
    await until(lambda: engine.position.position == 1)
    took = []
    for n in range(2, 42):
        await asyncio.sleep(0.03)
        await writer.record(("counter:1", Added(amount=n)))
        begun = asyncio.get_running_loop().time()
        await until(partial(knows, engine, n))
        took.append(asyncio.get_running_loop().time() - begun)
    await ended(running)
    assert sorted(took)[20] < 0.05  # far above the usual 3 ms: machines are noisy, polling alone would take longer


def knows(engine: Engine, position: int) -> bool:
    return engine.position.position == position


def test_a_model_that_could_not_be_rebuilt_alike_is_refused() -> None:
    class WithSet(Total):
        seen: frozenset[str] = frozenset()

    class WithNull(Total):
        day: int | None

    class DeepSet(Total):
        totals: tuple[WithSet, ...] = ()

    class DeepNull(Total):
        totals: dict[str, Annotated[WithNull, "of a day"]] | None = None

    with pytest.raises(ValueError, match="a set has no order"):
        model("totals", doc=WithSet)
    with pytest.raises(ValueError, match=r"give WithNull\.day the default None"):
        model("totals", doc=WithNull)
    with pytest.raises(ValueError, match="a set has no order"):
        model("totals", doc=DeepSet)
    with pytest.raises(ValueError, match=r"give WithNull\.day the default None"):
        model("totals", doc=DeepNull)
    with pytest.raises(ValueError, match="top level of a module"):
        model("totals", keys=lambda recorded: [recorded.stream])
    with pytest.raises(ValueError, match="only a row per stream"):
        model("totals", history="stream")
    with pytest.raises(ValueError, match="no name"):
        model('totals"; drop')
