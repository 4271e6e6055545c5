"""The event log of one service: append, load, read, tail. The order is made by one function of the database
(migrations/001_log.sql); this side groups appends, so that many share its lock and its commit.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime
from typing import Self

import asyncpg

from services.kernel.appends import APPEND, Append, Prepared, Reply, answer, flat, prepare, reused
from services.kernel.batcher import Batcher, Passing
from services.kernel.errors import Error, Invalid, Unavailable, Violation
from services.kernel.events import PAGE_BYTES, Position, Row
from services.kernel.postgres import SETTINGS, no_reset, passing, shut_out
from services.kernel.retry import pauses, wait

GROUP = 1_000  # appends in one call
ENOUGH = 50  # appends in a call that need not wait for more
GROUP_BYTES = 512 * 1024  # beyond, a group is better split: one is made up here while the database works on another
# All that is read is found by an index: a plan made while the log was empty must stay a good one.
BY_INDEX = {"enable_seqscan": "off", "enable_bitmapscan": "off"}
SHORTEST_POLL, LONGEST_POLL = 0.005, 0.1  # seconds
FENCED, CLOCK = "TD001", "TD002"

_LOAD = """
select s.n, e.epoch, e.position, e.recorded_at, e.type, e.body
from unnest($1::text[], $2::int[]) with ordinality s (stream, after, n),
    lateral (select k.* from log.events k where k.stream = s.stream and k.version > s.after order by k.version) e
"""
# Of a page, `size` is that of the bodies up to and with an event's.
PAGE = """
select epoch, position, recorded_at, type, body, size from (
    select epoch, position, recorded_at, type, body,
        sum(octet_length(body)) over (order by position rows unbounded preceding) as size
    from log.events where position > $1 and position <= $2 and {which} order by position {limit}
) e where size - octet_length(body) < {bytes} order by position
""".replace("{bytes}", str(PAGE_BYTES))
_READ = PAGE.replace("{which}", "($3::text[] is null or type = any($3))").replace("{limit}", "limit $4")


class Log:
    """One service's log, as one process uses it. Open with `Log.open`, end with `close`."""

    def __init__(self, name: str, dsn: str, pool: asyncpg.Pool, patience: float) -> None:
        self.name = name
        self._dsn = dsn
        self._pool = pool
        self._writer: asyncpg.Connection | None = None
        self.connection = 0
        """Counts the connections that appends went over. No history is replaced, by a restore, under one of them."""
        self._call_seconds = min(patience, 10.0)
        self._seen = Position(1, 0)
        self._moved = asyncio.Event()
        self._appends: Batcher[Prepared, Reply] = Batcher(
            self._append_group, most=GROUP, heaviest=GROUP_BYTES, patience=patience, enough=ENOUGH
        )
        self._loads: Batcher[tuple[tuple[str, int], ...], dict[str, list[Row]]] = Batcher(
            self._load_group, most=GROUP, lanes=2, patience=patience
        )

    @classmethod
    async def open(cls, name: str, dsn: str, *, readers: int = 4, patience: float = 10.0) -> Self:
        """`patience`: seconds that a caller waits for a database that is away. Raises Unavailable."""
        pool = asyncpg.create_pool(
            dsn,
            min_size=0,
            max_size=readers,
            server_settings=SETTINGS | BY_INDEX,
            timeout=min(patience, 10.0),
            command_timeout=60,
            reset=no_reset,
        )
        log = cls(name, dsn, await pool, patience)
        try:
            log.saw(await log.head())
            await log._connected()
        except BaseException:
            await log.close()
            raise
        return log

    async def close(self) -> None:
        await self._appends.close()
        await self._loads.close()
        if self._writer is not None:
            self._writer.terminate()
        self._pool.terminate()

    async def append(self, append: Append) -> Reply:
        """Record durably. Raises Conflict, Reused, Invalid (an event is too large), and Unavailable (the log is
        fenced, a clock is wrong, the database is away): after that, or when cancelled, retry with the same command id.
        """
        prepared = prepare(append)
        return await self._appends.ask(prepared, sum(len(body) for *_, body in prepared.events))

    async def reply(self, command_id: str, command_hash: bytes) -> Reply | None:
        """The reply that an accepted command got. Raises Reused if it was another command."""
        found = await self._fetch(
            "select hash, epoch, position, recorded_at from log.commands where command_id = $1", command_id
        )
        if not found:
            return None
        if found[0]["hash"] != command_hash:
            raise reused(command_id)
        return Reply(*found[0][1:])

    async def load(self, streams: Sequence[tuple[str, int]]) -> dict[str, list[Row]]:
        """Each stream's events after the given version, all of one moment."""
        return await self._loads.ask(tuple(streams))

    async def read(
        self, after: int, limit: int, until: int | None = None, types: Collection[str] | None = None
    ) -> list[Row]:
        """At most `limit` events after a position, up to and with `until`, in order; of some types only, if given.

        Fewer, but one at least, where they are large (PAGE_BYTES).
        """
        chosen = None if types is None else sorted(types)
        last = (1 << 63) - 1 if until is None else until
        rows = [Row(*r[:5]) for r in await self._fetch(_READ, after, last, chosen, limit)]
        if rows:
            self.saw(rows[-1].at)
        return rows

    async def tail(self, after: int, limit: int = 1_000) -> AsyncIterator[list[Row]]:
        """Pages of events after a position, for ever. Outlives the database being away.

        Raises Unavailable when the log's history is no longer the one that was read: start anew from what is known.
        """
        polls = pauses(SHORTEST_POLL, LONGEST_POLL)
        last: Row | None = None
        while True:
            moved = self._moved
            try:
                rows = await self.read(
                    max(after - 1, 0), limit + 1
                )  # the known row too: it shows that history is the same
            except Unavailable:
                await asyncio.sleep(LONGEST_POLL)
                continue
            if after:
                if not rows or (last is not None and rows[0].at != last.at):
                    raise Unavailable(
                        en=f"the log {self.name} no longer holds what was read up to position {after}",
                        vi=f"sổ {self.name} không còn những gì đã đọc đến vị trí {after}",
                    )
                last = rows.pop(0)
            if rows:
                last, after, polls = rows[-1], rows[-1].position, pauses(SHORTEST_POLL, LONGEST_POLL)
                yield rows
            if len(rows) < limit:
                await wait(moved, next(polls))

    async def head(self) -> Position:
        """The last event's place; (1, 0) if there is none."""
        return Position(*(await self._fetch("select last_epoch, position from log.head"))[0])

    async def epochs(self) -> list[tuple[int, int]]:
        """Every epoch with the last position that it took over, oldest first."""
        return [
            (r["epoch"], r["after"]) for r in await self._fetch("select epoch, after from log.epochs order by epoch")
        ]

    async def fenced(self) -> str | None:
        """Why appends are refused until `new_epoch`, or None."""
        reason = (await self._fetch("select log.fence(h, $1, $2) from log.head h", *self._seen))[0][0]
        return None if reason is None else str(reason)

    def saw(self, position: Position) -> None:
        """Somebody has seen this position: the log is fenced if it ends before it."""
        self._seen = max(self._seen, position)

    async def position_at(self, time: datetime) -> Position:
        """What was the last event at a time: for ever the same answer. Raises Invalid for a time still to come."""
        found = (await self._fetch("select epoch, position from log.position_at($1, $2)", time, datetime.now(UTC)))[0]
        if found["position"] is None:
            raise Invalid(Violation("read.as_of_time", vi="thời điểm chưa tới", en="the time is still to come"))
        return Position(*found)

    def _wake(self, replies: Sequence[Reply]) -> None:
        if not replies:
            return
        self.saw(max(Position(reply.epoch, reply.position) for reply in replies))
        self._moved.set()
        self._moved = asyncio.Event()

    async def _append_group(self, group: list[Prepared]) -> Sequence[Reply | Exception]:
        try:
            async with asyncio.timeout(self._call_seconds):
                writer = await self._connected()
                arguments = flat(group, self.connection)
                row = await writer.fetchrow(APPEND, datetime.now(UTC), *self._seen, *arguments)
        except Exception as error:
            if isinstance(error, asyncpg.PostgresError) and error.sqlstate in (FENCED, CLOCK):
                return [_refused(str(error))] * len(group)
            if passing(error):
                self._drop_writer()
                raise Passing(_named(error)) from error
            raise
        assert row is not None
        for prepared, verdict in zip(group, row["verdicts"], strict=True):
            if prepared.written is not None:
                prepared.written.accepted = verdict == "accepted"
        answers = [answer(p, *verdict) for p, *verdict in zip(group, *row, strict=True)]
        self._wake([answer for answer in answers if isinstance(answer, Reply)])
        return answers

    async def _connected(self) -> asyncpg.Connection:
        if self._writer is None or self._writer.is_closed():
            self._writer = await asyncpg.connect(self._dsn, server_settings=SETTINGS)
            self.connection += 1
        return self._writer

    def _drop_writer(self) -> None:
        if self._writer is not None:
            self._writer.terminate()
            self._writer = None

    async def _load_group(self, group: list[tuple[tuple[str, int], ...]]) -> list[dict[str, list[Row]]]:
        wanted = list(dict.fromkeys(stream for streams in group for stream in streams))
        try:
            async with asyncio.timeout(self._call_seconds):
                found = await self._pool.fetch(_LOAD, [name for name, _ in wanted], [after for _, after in wanted])
        except Exception as error:
            if passing(error):
                raise Passing(_named(error)) from error
            raise
        rows: dict[tuple[str, int], list[Row]] = {stream: [] for stream in wanted}
        for ordinal, *row in found:
            rows[wanted[ordinal - 1]].append(Row(*row))
        return [{stream[0]: rows[stream] for stream in streams} for streams in group]

    async def _fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        try:
            return await self._pool.fetch(statement, *arguments)
        except Exception as error:
            if passing(error):
                raise Unavailable(
                    en=f"The database does not answer ({_named(error)}): try again",
                    vi=f"Cơ sở dữ liệu không trả lời ({_named(error)}): xin thử lại",
                ) from error
            raise


async def new_epoch(admin_dsn: str, reason: str, actor: str, seen: Position | None = None) -> int:
    """Begin a new epoch after a restore or a promotion, so that appends go on; its number.

    Its number is the time. `seen` is the last position that the topics are known to have: the number is above its
    epoch, though a clock has gone back.
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        return int(
            await connection.fetchval("select log.begin_epoch($1, $2, $3)", reason, actor, seen.epoch if seen else 0)
        )
    finally:
        await connection.close()


def _refused(why: str) -> Error:
    return Unavailable(
        en=f"The log takes no appends until an operator has looked at it: {why}",
        vi=f"Sổ sự kiện tạm không nhận ghi, cần người vận hành kiểm tra: {why}",
    )


def _named(error: BaseException) -> str:
    """For callers: the text of an error may name hosts and roles."""
    return "closed to us" if shut_out(error) else type(error).__name__
