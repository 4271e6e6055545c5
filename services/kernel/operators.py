"""What an operator does about events that a read model cannot fold: look, retry, discard. Each ruling is recorded.

A parked event is folded at its own place in the history of its rows: nothing later has touched them, since all that
came later for its keys is parked too. The model's checkpoint never moves for it.
"""

from datetime import datetime
from typing import NamedTuple

import asyncpg

from services.kernel.errors import Missing, Refused, Unavailable
from services.kernel.events import Position, Row
from services.kernel.fold import Fold, Model, steps
from services.kernel.table import Connection, Table, discarded


class Waiting(NamedTuple):
    """A parked event, or the one that a model stands still before."""

    model: str
    at: Position
    type: str | None
    """Null for the event that a model stands still before: `error` tells it."""
    keys: tuple[str, ...]
    error: str | None
    """Null: it only waits behind an earlier one of the same key."""
    since: datetime


async def parked(pool: asyncpg.Pool | Connection, model: str | None = None) -> list[Waiting]:
    """What waits for an operator, by model, in the order of the log."""
    rows = await pool.fetch(
        """select model, epoch, position, type, keys, error, parked_at from read.parked
        where $1::text is null or model = $1 order by model, position""",
        model,
    )
    stopped = await pool.fetch(
        """select name, epochs, position, error, changed_at from read.models
        where error is not null and ($1::text is null or name = $1) order by name""",
        model,
    )
    return [
        *(Waiting(name, _next(at, epochs), None, (), error, since) for name, epochs, at, error, since in stopped),
        *(Waiting(m, Position(e, p), kind, tuple(keys), *r) for m, e, p, kind, keys, *r in rows),
    ]


def _next(known: int, epochs: list[list[int]]) -> Position:
    """The place of the event after a known one."""
    return Position(max((epoch for epoch, after in epochs if after <= known), default=1), known + 1)


async def retry(pool: asyncpg.Pool, model: Model, *, actor: str, reason: str) -> int:
    """Fold the parked events again, in order; how many are parked still. A model that stands still tries by itself."""
    async with pool.acquire() as connection, connection.transaction():
        table = await _locked(connection, model)
        await _ruled(connection, actor, reason, model, "retry", None)
        return await _again(connection, table)


async def discard(pool: asyncpg.Pool, model: Model, at: Position, *, actor: str, reason: str) -> int:
    """Rule that the model shall never see an event that it has failed on, now and in every rebuild.

    What waited behind it is folded; how many are parked still. Raises Missing if the model does not wait for it.
    """
    async with pool.acquire() as connection, connection.transaction():
        table = await _locked(connection, model)
        failing = [waiting.at for waiting in await parked(connection, model.name) if waiting.error is not None]
        if at not in failing:
            raise Missing(
                en=f"{table.name} does not fail on epoch {at.epoch}, position {at.position}",
                vi=f"{table.name} không vướng sự kiện tại kỳ {at.epoch}, vị trí {at.position}",
            )
        await _ruled(connection, actor, reason, model, "discard", at)
        return await _again(connection, table)


async def _locked(connection: Connection, model: Model) -> Table:
    table = Table(model)
    state = await table.lock(connection)
    if state is None:
        raise Unavailable(en=f"{model.name} has not been built yet", vi=f"{model.name} chưa được dựng")
    if state.version != model.version:
        raise Refused(
            "rebuild.version",
            en=f"{model.name} is of another version: rebuild it",
            vi=f"{model.name} thuộc phiên bản khác: cần dựng lại",
        )
    return table


async def _ruled(
    connection: Connection, actor: str, reason: str, model: Model, ruling: str, at: Position | None
) -> None:
    await connection.execute(
        "insert into ops.rulings (actor, reason, model, ruling, epoch, position) values ($1, $2, $3, $4, $5, $6)",
        actor,
        reason,
        model.name,
        ruling,
        *(at or (None, None)),
    )


async def _again(connection: Connection, table: Table) -> int:
    """Fold all parked events from the first, and park anew those that still fail, with what waits behind them."""
    state = await table.lock(connection)
    assert state is not None
    rows = [
        Row(*row)
        for row in await connection.fetch(
            "delete from read.parked where model = $1 returning epoch, position, recorded_at, type, body", table.name
        )
    ]
    rows.sort(key=lambda row: row.position)
    made, stop = steps(table.model, rows, await discarded(connection, table.model.name))
    if stop is not None:
        raise stop
    fold = Fold(table.model, parks=True)
    await table.load(connection, fold, {key for step in made for key in step.keys})
    for step in made:
        fold.event(step.recorded, step.keys)
    await table.park(connection, fold.parked, {row.position: row for row in rows})
    error = await connection.fetchval("select error from read.models where name = $1", table.name)
    await table.write(connection, fold, state, state.at, error, durably=True)  # a ruling is for ever
    return len(fold.parked)
