"""The engine that keeps a read model up to date: whole pages, each in one transaction with the checkpoint.

It stops, or parks, at an event that cannot be folded, and never skips one without an operator's ruling.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import Protocol

import asyncpg
import structlog

from services.kernel.errors import Unavailable
from services.kernel.events import Position, Row
from services.kernel.fold import Epochs, Fold, Model, Poison, describe, lost, steps
from services.kernel.retry import pauses
from services.kernel.table import Connection, State, Table, discarded

log = structlog.get_logger()

PAGE = 5_000  # events


class Source(Protocol):
    """A log to fold: the service's own, or another's."""

    async def read(
        self, after: int, limit: int, until: int | None = None, types: Collection[str] | None = None
    ) -> list[Row]: ...

    async def head(self) -> Position: ...

    async def epochs(self) -> Epochs: ...

    def tail(self, after: int) -> AsyncIterator[list[Row]]:
        """The pages after a position, without end; each begins where the one before ended."""
        ...


class Hole(Exception):
    """Rows that do not follow what the model knows: read the log from `after`."""

    def __init__(self, model: str, after: Position, got: Position) -> None:
        super().__init__(f"{model} knows position {after.position} and was given {got.position}")
        self.after = after


class Ahead(Exception):
    """The model knows events that a restored log has lost: it must be rebuilt."""


class Outdated(Exception):
    """The table was built by an older version of the model: it must be rebuilt."""


class Superseded(Exception):
    """A newer program is at work, which built the table or recorded an event: this one must be replaced."""


class Engine:
    """Keeps one model up to date in `read.<table>`.

    For metrics: `position` is what it knows, `head` the last position it has heard of, `lag` the events between, and
    `error` why it stands still, null while it is live.
    """

    def __init__(
        self,
        model: Model,
        pool: asyncpg.Pool,
        source: Source,
        *,
        table: str | None = None,
        heal: Callable[[], Awaitable[object]] | None = None,
        knows_all: bool = False,
    ) -> None:
        """`heal` rebuilds the model where its table is of an older version, or knows what a restored log has lost.

        `knows_all`: an event of a type that is not of the vocabulary is a newer program's, and not passed over.
        """
        self.model = model
        self.table = Table(model, table)
        self.position = Position(1, 0)
        self.head = Position(1, 0)
        self.error: str | None = None
        self._pool = pool
        self._source = source
        self._heal = heal
        self._knows_all = knows_all
        self._discarded: frozenset[Position] = frozenset()
        self._known: State | None = None  # as we last saw or made it
        self._epoch = 0  # the latest that we have heard of

    @property
    def lag(self) -> int:
        return max(0, self.head.position - self.position.position)

    async def open(self) -> Position:
        """Make the table if it is missing, and see what the model knows. Raises Ahead, Outdated, Superseded."""
        epochs = await self._source.epochs()
        async with self._pool.acquire() as connection, connection.transaction():
            await self.table.create(connection)
            await connection.execute(
                "update read.models set epochs = $2 where name = $1 and epochs <> $2",
                self.table.name,
                list(map(list, epochs)),
            )
            known = self._checked(await self.table.lock(connection))
            self._discarded = await discarded(connection, self.model.name)
            if lost(known.at, epochs):
                raise Ahead(f"{self.table.name} knows {tuple(known.at)}, which the restored log has lost: rebuild it")
        self._epoch = max((epoch for epoch, _ in epochs), default=1)
        self._knows(known)
        return known.at

    async def apply(self, rows: Sequence[Row]) -> Position:
        """Apply a page of consecutive events; those that are known already are passed over.

        Returns what the model then knows. Raises Poison (what comes before it is applied), Hole, Ahead, Outdated,
        Superseded.
        """
        if self._known is None or (rows and rows[-1].epoch > self._epoch):
            await self.open()
        assert self._known is not None
        async with self._pool.acquire() as connection:
            known, stop = await self._write(connection, rows, self._known)
            while known is None:  # another worker has moved the checkpoint, or the table was replaced
                known, stop = await self._write(connection, rows, self._checked(await self.table.state(connection)))
        self._knows(known)
        self.head = max(self.head, rows[-1].at if rows else known.at)
        if stop:
            raise stop
        return known.at

    async def _write(
        self, connection: Connection, rows: Sequence[Row], known: State
    ) -> tuple[State | None, Poison | Superseded | None]:
        """Fold and write what comes before the first event that stops the model; the state then, and why it stops.

        Null, and nothing is written, if the table is no longer as it is known: what was loaded may be another's.
        """
        rows = [row for row in rows if row.at > known.at]
        if [row.position for row in rows] != list(range(known.at.position + 1, known.at.position + 1 + len(rows))):
            raise Hole(self.table.name, known.at, rows[0].at)
        rows, superseded = self._understood(rows)
        if not rows:
            return known, superseded
        made, stop = steps(self.model, rows, self._discarded)
        fold = Fold(self.model)
        if fold.parks:
            fold.blocked = await self.table.blocked(connection)
        await self.table.load(connection, fold, {key for step in made for key in step.keys})
        for step in made:
            try:
                fold.event(step.recorded, step.keys)
            except Poison as poison:
                stop = poison
                break
        at = max((row.at for row in rows if stop is None or row.at < stop.at), default=known.at)
        error = str(stop) if stop else None
        if not fold.parked:
            return await self.table.write(connection, fold, known, at, error), stop or superseded
        async with connection.transaction():
            written = await self.table.write(connection, fold, known, at, error)
            if written is not None:
                await self.table.park(connection, fold.parked, {row.position: row for row in rows})
        return written, stop or superseded

    def _understood(self, rows: list[Row]) -> tuple[list[Row], Superseded | None]:
        """The rows before the first of an unknown type, where all are to be known; that there is one."""
        if not self._knows_all:
            return rows, None
        types = self.model.vocabulary.types
        for i, row in enumerate(rows):
            if row.type not in types and row.at not in self._discarded:
                where = f"before {row.type}, epoch {row.epoch}, position {row.position}"
                what = "a type that this program does not know: a newer one goes on"
                return rows[:i], Superseded(f"{self.table.name} stops {where}, {what}")
        return rows, None

    def _checked(self, state: State | None) -> State:
        if state is None:
            raise Unavailable(en=f"{self.table.name} is being replaced", vi=f"{self.table.name} đang được thay thế")
        if state.version < self.model.version:
            raise Outdated(f"{self.table.name} is of version {state.version}, this is {self.model.version}: rebuild it")
        if state.version > self.model.version:
            raise Superseded(f"{self.table.name} is of version {state.version}, this program's is {self.model.version}")
        return state

    def _knows(self, known: State) -> None:
        self._known, self.position, self.error = known, known.at, known.error

    async def catch_up(self, until: Position | None = None, page: int = PAGE) -> Position:
        """Apply everything up to `until`, or the head as it is now."""
        target = until or await self._source.head()
        position = await self.open()
        self.head = max(self.head, target)
        while position.position < target.position:
            rows = await self._source.read(position.position, page, target.position)
            if not rows:
                raise Hole(self.table.name, position, target)
            position = await self.apply(rows)
        return position

    async def run(self) -> None:
        """Follow the log for ever. What stands in the way is shown in `error` and tried again, less and less often."""
        tries = pauses(0.1)
        while True:
            try:
                at = await self.open()
                self.head = max(self.head, await self._source.head())
                async for rows in self._source.tail(at.position):
                    await self.apply(rows)
                    tries = pauses(0.1)
            except Exception as error:
                await self._stopped(error)
            await asyncio.sleep(next(tries))

    async def _stopped(self, error: Exception) -> None:
        why = str(error) if isinstance(error, Poison | Ahead | Outdated | Superseded) else describe(error)
        if why != self.error or isinstance(error, Poison):
            log.error("a read model stands still", model=self.table.name, error=why)
        self.error = why
        with contextlib.suppress(Exception):
            self.head = max(self.head, await self._source.head())
        if isinstance(error, Ahead | Outdated) and self._heal is not None:
            try:
                await self._heal()
            except Exception as failure:
                self.error = f"{why}; the rebuild failed: {describe(failure)}"
