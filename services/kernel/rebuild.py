"""Rebuilding a read model beside the live one, and putting it in its place.

The bulk of the log is folded in memory, by several processes, each for its part of the keys, and written by COPY into a
fresh table. The engine catches up from there. The result is compared with the live table at the same position, and
takes its place under the lock of the live one's bookkeeping row. Commands never wait, readers for a moment.
"""

import asyncio
import contextlib
import hashlib
import random
import time
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import asyncpg
import orjson

from services.kernel import bulk
from services.kernel.errors import Refused, Unavailable
from services.kernel.events import Position
from services.kernel.fold import Epochs, Model, Poison, lost
from services.kernel.postgres import SETTINGS
from services.kernel.projection import Engine, Source
from services.kernel.table import Connection, State, Table, discarded, states

PAGE = 20_000  # events
HASHED = 5_000  # rows at once
SHOWN = 20  # differing keys in a report
LOCK_SECONDS = 0.2
FLIPS = 100  # tries


class Progress(NamedTuple):
    """Exact, because positions have no gaps."""

    done: int
    total: int
    rate: float
    """Events a second."""
    eta: float
    """Seconds left."""


class Accept(NamedTuple):
    """Somebody's word that a rebuilt model shall differ from the live one."""

    actor: str
    reason: str


class Report(NamedTuple):
    events: int
    seconds: float
    rows: int
    hash: str
    same_as_live: bool | None
    """Null where there was nothing to compare with: the live model was of an older version, which is a difference that
    is meant, or knew events that the log has lost, or there was none."""
    flipped: bool
    """False: it differs, nobody has accepted that, and the live model stays."""
    differing: tuple[str, ...] = ()
    """The first keys whose rows differ."""


async def rebuild(
    model: Model,
    source: Source,
    dsn: str,
    *,
    processes: int = 1,
    page: int = PAGE,
    accept: Accept | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Build the model anew and let it take the live one's place, unless it differs and nobody accepts that.

    `processes` read the log in the same database (`dsn`, of the service); 0 is for a log of another service, which is
    read from `source` by this process. Raises Poison; Unavailable if one of the processes is killed; Refused if another
    rebuild of the model is running, or if the live one is of a later version and nobody accepts that.
    """
    async with _alone(dsn, model) as pool:
        return await _rebuilt(pool, model, source, dsn, processes, page, accept, progress)


async def heal(model: Model, source: Source, dsn: str, *, processes: int = 1, page: int = PAGE) -> Report | None:
    """Rebuild a model whose table is of an older version, or knows events that the log has lost.

    Null where that is not so any more: another process has done it. Raises as `rebuild` does.
    """
    async with _alone(dsn, model) as pool:
        epochs = await source.epochs()
        async with pool.acquire() as connection:
            live = (await states(connection, [model.name])).get(model.name)
        if live is None or (live.version == model.version and not lost(live.at, epochs)):
            return None
        return await _rebuilt(pool, model, source, dsn, processes, page)


async def _rebuilt(
    pool: asyncpg.Pool,
    model: Model,
    source: Source,
    dsn: str,
    processes: int,
    page: int,
    accept: Accept | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    begun = time.monotonic()
    live, fresh = Table(model), Table(model, f"{model.name}__next")
    epochs = await source.epochs()
    known = await _begin(pool, live, fresh, accept)
    compared = known.at.position > 0 and known.version == model.version and not lost(known.at, epochs)
    goal = known.at if compared else await source.head()
    engine = Engine(model, pool, source, table=fresh.name)
    await _build(engine, pool, source, dsn, goal, processes, page, _reporter(goal.position, progress))
    if compared:
        (rows, digest), differing = await _compared(pool, live, fresh, engine)
    else:
        (rows, digest), differing = await content_hash(pool, model, fresh.name), ()
    same = not differing if compared else None
    report = Report(goal.position, 0.0, rows, digest, same, bool(same is not False or accept), differing)
    if report.flipped:
        await _flip(pool, engine, live, epochs, _ruling(known.version, model.version, same, accept), digest)
    else:
        async with pool.acquire() as connection, connection.transaction():
            await fresh.drop(connection)
    return report._replace(seconds=time.monotonic() - begun)


def _ruling(old: int, new: int, same: bool | None, accept: Accept | None) -> Accept | None:
    """Whose word it rests on that the live table is replaced by a different one, if it is."""
    if old != new:
        return accept or Accept("thidua", f"version {old} of the read model is replaced by version {new}")
    return accept if same is False else None


async def content_hash(pool: asyncpg.Pool, model: Model, table: str | None = None) -> tuple[int, str]:
    """How many rows the model's table has, and the SHA-256 of all of them with their past, in order."""
    async with pool.acquire() as connection:
        return await _digest(connection, Table(model, table))


async def _digest(connection: Connection, table: Table) -> tuple[int, str]:
    """Of the text that COPY gives of the rows, which depends on nothing but them."""
    sha256 = hashlib.sha256()

    async def take(data: bytes) -> None:
        sha256.update(data)

    done = await connection.copy_from_query(table.all, output=take)
    return int(done.rpartition(" ")[2]), sha256.hexdigest()


@contextlib.asynccontextmanager
async def _alone(dsn: str, model: Model) -> AsyncIterator[asyncpg.Pool]:
    """One rebuild of a model at a time. The lock ends with the connection, however this process ends."""
    settings = SETTINGS | {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
    settings |= {"maintenance_work_mem": "256MB"}
    async with (
        asyncpg.create_pool(dsn, min_size=0, max_size=4, server_settings=settings) as pool,
        pool.acquire() as connection,
    ):
        if not await connection.fetchval(
            "select pg_try_advisory_lock(hashtext('rebuild of a read model'), hashtext($1))", model.name
        ):
            raise Refused(
                "rebuild.running", en=f"{model.name} is being rebuilt already", vi=f"{model.name} đang được dựng lại"
            )
        yield pool


async def _begin(pool: asyncpg.Pool, live: Table, fresh: Table, accept: Accept | None) -> State:
    """An empty table, whatever an earlier rebuild has left; how the live one stands."""
    async with pool.acquire() as connection, connection.transaction():
        await live.create(connection)
        known = (await states(connection, [live.name]))[live.name]
        if known.version > live.model.version and accept is None:
            raise Refused(
                "rebuild.version",
                en=f"{live.name} was built by version {known.version}, this program's is {live.model.version}",
                vi=f"{live.name} thuộc phiên bản {known.version}, mới hơn {live.model.version} của chương trình này",
            )
        await fresh.drop(connection)
        await fresh.create(connection, indexed=False)
        return known


async def _build(
    engine: Engine,
    pool: asyncpg.Pool,
    source: Source,
    dsn: str,
    goal: Position,
    processes: int,
    page: int,
    report: Callable[[int], None],
) -> None:
    """Fill the fresh table up to the goal: in bulk where there is more than a page, the rest by the engine."""
    model, fresh = engine.model, engine.table
    async with pool.acquire() as connection:
        ruled = await discarded(connection, model.name)
    task = bulk.Task(model, fresh.name, dsn, goal.position, page, ruled)
    filled = goal.position > page and await _bulk(pool, task, source, processes, report)
    async with pool.acquire() as connection, connection.transaction():
        await fresh.index(connection)
        if filled:
            await connection.execute(
                "update read.models set epoch = $2, position = $3 where name = $1", fresh.name, *goal
            )
    async with pool.acquire() as connection:
        await connection.execute(f'analyze read."{fresh.name}"')
    await engine.catch_up(goal, page)
    report(goal.position)


async def _bulk(
    pool: asyncpg.Pool, task: bulk.Task, source: Source, processes: int, report: Callable[[int], None]
) -> bool:
    """False where the events must be taken one page after the other: a parking model has met an event to park."""
    while True:
        try:
            await bulk.fill(task, source, processes, report)
            return True
        except bulk.Full:
            task = task._replace(parts=task.parts * 4)
        except Poison:
            if task.model.on_poison == "stop":
                raise
            await pool.execute(f'truncate read."{task.table}"')
            return False
        await pool.execute(f'truncate read."{task.table}"')


async def _compared(
    pool: asyncpg.Pool, live: Table, fresh: Table, engine: Engine
) -> tuple[tuple[int, str], tuple[str, ...]]:
    """The fresh table's rows and hash, and the first keys that differ from the live one at the same position.

    The live table is seen in a snapshot, while it goes on.
    """
    async with (
        pool.acquire() as one,
        one.transaction(isolation="repeatable_read", readonly=True),
    ):
        known = (await states(one, [live.name]))[live.name].at
        await engine.catch_up(known)
        async with pool.acquire() as other, other.transaction(isolation="repeatable_read", readonly=True):
            digest = await _digest(other, fresh)
            if digest == await _digest(one, live):
                return digest, ()
            return digest, await _unequal(_lines(one, live), _lines(other, fresh))


async def _unequal(ours: AsyncIterator[tuple[str, bytes]], theirs: AsyncIterator[tuple[str, bytes]]) -> tuple[str, ...]:
    """Keys of lines that only one side has; both come ordered by key."""
    found: dict[str, None] = {}
    left, right = await anext(ours, None), await anext(theirs, None)
    while (left or right) and len(found) < SHOWN:
        if left == right:
            left, right = await anext(ours, None), await anext(theirs, None)
        elif right is None or (left is not None and left[0] <= right[0]):
            found[left[0] if left else ""] = None
            left = await anext(ours, None)
        else:
            found[right[0]] = None
            right = await anext(theirs, None)
    return tuple(found)


async def _lines(connection: Connection, table: Table) -> AsyncIterator[tuple[str, bytes]]:
    """Every row's key, and all of it, in the order of keys by code point."""
    async for row in connection.cursor(table.all, prefetch=HASHED):
        yield row["key"], orjson.dumps([*row])


async def _flip(
    pool: asyncpg.Pool, engine: Engine, live: Table, epochs: Epochs, accept: Accept | None, digest: str
) -> None:
    """Put the fresh table in the place of the live one, which cannot move on meanwhile."""
    for _ in range(FLIPS):
        with contextlib.suppress(Poison):  # beyond the goal: it stops there as the live one would
            await engine.catch_up()
        try:
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'")
                await live.close(connection)
                state = await live.lock(connection)
                if state is not None and not lost(state.at, epochs):
                    await engine.catch_up(state.at)
                await _replace(connection, live, engine.table)
                if accept is not None:
                    await connection.execute(
                        """insert into ops.rulings (actor, reason, model, ruling, detail)
                        values ($1, $2, $3, 'accept', $4)""",
                        *accept,
                        live.name,
                        f"version {live.model.version}, {digest}",
                    )
                return
        except asyncpg.LockNotAvailableError:
            await asyncio.sleep(random.uniform(0.05, 0.3))
    raise Unavailable(
        en=f"{live.name} is read without a pause: rebuild it again",
        vi=f"{live.name} được đọc liên tục không ngừng: xin dựng lại lần nữa",
    )


async def _replace(connection: Connection, live: Table, fresh: Table) -> None:
    await connection.execute(f'drop table read."{live.name}"')
    await connection.execute(f'alter table read."{fresh.name}" rename to "{live.name}"')
    await connection.execute("delete from read.parked where model = $1", live.name)
    await connection.execute("update read.parked set model = $1 where model = $2", live.name, fresh.name)
    await connection.execute(
        """update read.models l set version = f.version, epoch = f.epoch, position = f.position, epochs = f.epochs,
        error = f.error, changed_at = clock_timestamp() from read.models f where l.name = $1 and f.name = $2""",
        live.name,
        fresh.name,
    )
    await connection.execute("delete from read.models where name = $1", fresh.name)


def _reporter(total: int, progress: Callable[[Progress], None] | None) -> Callable[[int], None]:
    begun = time.monotonic()

    def report(done: int) -> None:
        if progress is not None:
            rate = done / max(time.monotonic() - begun, 1e-6)
            progress(Progress(done, total, rate, (total - done) / rate if rate else 0.0))

    return report
