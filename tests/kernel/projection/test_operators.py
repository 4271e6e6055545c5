"""What operators do about poison: recorded, in order, the same after a rebuild."""

import asyncio

import asyncpg
import pytest

from services.kernel.errors import Missing
from services.kernel.events import Position
from services.kernel.log import Log
from services.kernel.operators import discard, parked, retry
from services.kernel.projection import Engine
from services.kernel.rebuild import content_hash, rebuild
from tests.kernel.conftest import Place
from tests.kernel.projection.support import (
    PARKING,
    TOTALS,
    Added,
    Linked,
    Total,
    Writer,
    caught_up,
    ended,
    refuses,
    rows_of,
    story,
    until,
)

WHO = {"actor": "operator-1", "reason": "the model was mended"}


async def rulings(pool: asyncpg.Pool) -> list[tuple[object, ...]]:
    rows = await pool.fetch("select actor, reason, model, ruling, epoch, position from ops.rulings order by id")
    return [tuple(row) for row in rows]


async def test_a_retry_after_a_fix_gives_the_rows_of_a_log_that_never_failed(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(200))
    refuses.update({-1, 40})
    engine = await caught_up(PARKING, pool, log, 9)
    waiting = await parked(pool, "parking")
    assert len(waiting) > 20
    assert await retry(pool, PARKING, **WHO) == len(waiting)  # not mended yet: nothing changes
    assert [(w.at, w.keys, w.error) for w in await parked(pool)] == [(w.at, w.keys, w.error) for w in waiting]
    refuses.clear()
    assert await retry(pool, PARKING, **WHO) == 0
    assert await engine.open() == Position(1, 200)
    assert await parked(pool) == []
    assert (await rebuild(PARKING, log, place.dsn, page=50)).same_as_live
    assert await rulings(pool) == [("operator-1", "the model was mended", "parking", "retry", None, None)] * 2


async def test_a_retry_while_the_model_is_followed_loses_and_doubles_nothing(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    refuses.add(-1)
    engine = Engine(PARKING, pool, log)
    await engine.open()
    running = asyncio.create_task(engine.run())
    for event in story(200):
        await writer.record(event)
        if len(refuses) and engine.position.position > 150:
            refuses.clear()
        if engine.position.position % 20 == 0:
            await retry(pool, PARKING, **WHO)
    await until(lambda: engine.position.position == 200)
    await retry(pool, PARKING, **WHO)
    assert await parked(pool) == []
    await ended(running)
    assert (await rebuild(PARKING, log, place.dsn, page=50)).same_as_live


async def test_a_discarded_event_lets_those_behind_it_go_on_and_a_rebuild_honours_it(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    refuses.add(-1)
    await writer.record(
        ("counter:a", Added(amount=1)),
        ("counter:a", Linked(other="counter:b")),
        ("counter:b", Added(amount=2)),
        ("counter:a", Added(amount=4)),
    )
    await caught_up(PARKING, pool, log)
    with pytest.raises(Missing):
        await discard(pool, PARKING, Position(1, 1), **WHO)
    with pytest.raises(Missing):  # it only waits
        await discard(pool, PARKING, Position(1, 3), **WHO)
    assert await discard(pool, PARKING, Position(1, 2), **WHO) == 0
    rows = await rows_of(pool, "parking")
    assert [(key, since, PARKING.decode(str(doc))) for key, since, until, _, doc in rows if until is None] == [
        ("counter:a", 4, Total(total=5)),
        ("counter:b", 3, Total(total=2)),
    ]
    assert await rulings(pool) == [("operator-1", "the model was mended", "parking", "discard", 1, 2)]
    refuses.clear()  # even mended, the model never sees it
    report = await rebuild(PARKING, log, place.dsn, page=2)
    assert report.same_as_live
    assert report.hash == (await content_hash(pool, PARKING))[1]


async def test_a_discarded_event_lets_a_stopped_model_go_on(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    refuses.add(2)
    await writer.record(*(("counter:a", Added(amount=n)) for n in (1, 2, 3)))
    engine = Engine(TOTALS, pool, log)
    running = asyncio.create_task(engine.run())
    await until(lambda: engine.error is not None)
    (waiting,) = await parked(pool)
    assert (waiting.model, waiting.at, waiting.error) == ("totals", Position(1, 2), engine.error)
    with pytest.raises(Missing):
        await discard(pool, TOTALS, Position(1, 3), **WHO)
    await discard(pool, TOTALS, waiting.at, **WHO)
    await until(lambda: engine.position == Position(1, 3))
    await ended(running)
    rows = await rows_of(pool, "totals")
    assert TOTALS.decode(str(rows[-1][4])) == Total(total=4)
    assert (await rebuild(TOTALS, log, place.dsn, processes=2, page=2)).same_as_live


async def test_a_ruling_needs_a_name_and_a_reason_and_is_never_changed(
    log: Log, pool: asyncpg.Pool, writer: Writer
) -> None:
    await writer.record(*story(10))
    await caught_up(PARKING, pool, log)
    for wrong in ({"actor": "", "reason": "why"}, {"actor": "who", "reason": ""}):
        with pytest.raises(asyncpg.CheckViolationError):
            await retry(pool, PARKING, **wrong)
    await retry(pool, PARKING, **WHO)
    for statement in (
        "update ops.rulings set reason = 'another'",
        "delete from ops.rulings",
        "truncate ops.rulings",
        "insert into ops.rulings (actor, reason, model, ruling, ruled_at) values ('a', 'b', 'c', 'retry', now())",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)
