"""The table of one read model and its bookkeeping row, and all the SQL that touches them."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from services.kernel.events import Position, Row
from services.kernel.fold import Epochs, Fold, Model, Parked, Range, Rank

Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy

_CREATE = """create table read."{table}" (
    key text collate "C" not null, since bigint not null, until bigint, terms text[] not null, doc text not null)"""
_PLACE = """alter table read."{table}" add place text collate "C" not null default ''"""
_KEYS = 'alter table read."{table}" add primary key (key, since)'
_TERMS = 'create index on read."{table}" using gin (terms)'
_INDEX = 'create index on read."{table}" ({columns})'
_LOAD = """
    select r.key, r.since, r.until, r.terms, r.doc{place} from unnest($1::text[]) k (key), lateral (
        select t.key, t.since, t.until, array_to_string(t.terms, e'\\x1f') as terms, t.doc{place}
        from read."{table}" t where t.key = k.key order by t.since desc limit 1
    ) r where r.until is null"""
# Rows are written only where the bookkeeping row could be moved, and it is locked before them. Its xmin tells whether
# anybody has touched it since: whoever changes rows changes it too.
_WRITE = """
    with moved as (
        update read.models set epoch = $4, position = $5, error = $6, changed_at = clock_timestamp()
        where name = $1 and xmin = $2 returning xmin, set_config('synchronous_commit', $3, true)
    ),
    e as (select e.* from unnest($7::text[], $8::bigint[], $9::bigint[]) e (key, since, until), moved),
    ended as ({end}),
    made as (
        insert into read."{table}" (key, since, until, terms, doc{place})
        select m.key, m.since, m.until, string_to_array(m.terms, e'\\x1f'), m.doc{place}
        from unnest($10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::text[]{places})
            m (key, since, until, terms, doc{place}), moved
    )
    select xmin from moved"""
_END = {
    "rows": 'update read."{table}" t set until = e.until from e where t.key = e.key and t.since = e.since',
    "stream": 'delete from read."{table}" t using e where t.key = e.key and t.since = e.since',
}
_GET = """
    select r.key, r.doc from unnest($1::text[]) k (key), lateral (
        select t.key, t.until, t.doc from read."{table}" t
        where t.key = k.key and t.since <= $2 order by t.since desc limit 1
    ) r where r.until is null or r.until > $2"""
_FIND = """
    select key, doc from read."{table}"
    where terms @> $1 and since <= $2 and (until is null or until > $2) and key > $3 order by key limit $4"""
_RANKED = """
    select doc, {order} from read."{table}"
    where terms @> $1 and since <= $2 and (until is null or until > $2)"""
_HAVING = """
    select key, doc from read."{table}"
    where terms && $1 and since <= $2 and (until is null or until > $2) order by key"""
_ALL = 'select key, since, until, terms, doc{place} from read."{table}" order by key, since'
_STATES = "select name, version, epoch, position, epochs, error, xmin from read.models where name = any($1::text[])"
_LOCK = _STATES + " for no key update"
_PARK = """insert into read.parked (model, position, epoch, recorded_at, type, body, keys, error)
    values ($1, $2, $3, $4, $5, $6, $7, $8)"""


@lru_cache(maxsize=512)
def _of(statement: str, table: str, placed: bool) -> str:
    place, places = (", place", ", $15::text[]") if placed else ("", "")
    return statement.replace("{table}", table).replace("{place}", place).replace("{places}", places)


class State(NamedTuple):
    """What the bookkeeping row says: by which version of the model, and up to which position, the table was built."""

    version: int
    at: Position
    epochs: Epochs
    error: str | None
    """Which event it stands still before, and why; null while it is live."""
    token: int
    """Another one whenever rows may have been changed."""


class Table:
    """`read.<name>`, which holds a model, or one that is being built to take its place."""

    def __init__(self, model: Model, name: str | None = None) -> None:
        self.model = model
        self.name = name or model.name
        self.all = self._of(_ALL)
        self._load, self._get, self._find = self._of(_LOAD), self._of(_GET), self._of(_FIND)
        self._having, self._ranked = self._of(_HAVING), self._of(_RANKED)
        self._write = self._of(_WRITE.replace("{end}", _END[model.history]))

    def _of(self, statement: str) -> str:
        return _of(statement, self.name, self.model.place is not None)

    async def create(self, connection: Connection, *, indexed: bool = True) -> None:
        """Make the table and its bookkeeping row where they are missing. Within a transaction."""
        await connection.execute("select pg_advisory_xact_lock(hashtext('read models'), hashtext($1))", self.name)
        if await connection.fetchval("select to_regclass($1)", f'read."{self.name}"') is None:
            await self.forget(connection)
            await connection.execute(self._of(_CREATE))
            if self.model.place is not None:
                await connection.execute(self._of(_PLACE))
            if indexed:
                await self.index(connection)
        await connection.execute(
            "insert into read.models (name, log, version) values ($1, $2, $3) on conflict do nothing",
            self.name,
            self.model.log,
            self.model.version,
        )

    async def index(self, connection: Connection) -> None:
        await connection.execute(self._of(_KEYS))
        if self.model.terms is not None:
            await connection.execute(self._of(_TERMS))
        for columns in self.model.indexes:
            await connection.execute(self._of(_INDEX.replace("{columns}", ", ".join(columns))))

    async def drop(self, connection: Connection) -> None:
        await connection.execute(self._of('drop table if exists read."{table}"'))
        await self.forget(connection)

    async def forget(self, connection: Connection) -> None:
        """Clear the bookkeeping."""
        await connection.execute("delete from read.models where name = $1", self.name)
        await connection.execute("delete from read.parked where model = $1", self.name)

    async def lock(self, connection: Connection) -> State | None:
        """Take the lock that whoever changes the rows must hold, until the transaction ends.

        In a statement of its own: what is read next is what the lock's last holder committed.
        """
        row = await connection.fetchrow(_LOCK, [self.name])
        return None if row is None else state(row)

    async def close(self, connection: Connection) -> None:
        """Let nobody write until the transaction ends. Before `lock`: who writes takes the table before its row."""
        await connection.execute(self._of('lock table read."{table}" in exclusive mode'))

    async def state(self, connection: Connection) -> State | None:
        return (await states(connection, [self.name])).get(self.name)

    async def blocked(self, connection: Connection) -> set[str]:
        """The keys with parked events."""
        rows = await connection.fetch("select distinct unnest(keys) from read.parked where model = $1", self.name)
        return {row[0] for row in rows}

    async def load(self, connection: Connection, fold: Fold, keys: Collection[str]) -> None:
        """Put the current rows of these keys into the fold."""
        if not keys:
            return
        for key, since, until, terms, doc, *place in await connection.fetch(self._load, list(keys)):
            fold.current[key] = Range(key, since, until, terms, doc.encode(), *place)
            fold.stored[key] = since

    async def write(
        self, connection: Connection, fold: Fold, old: State, at: Position, error: str | None, *, durably: bool = False
    ) -> State | None:
        """Write what the fold has changed and move the checkpoint with it; null, and nothing, if it is not as `old`.

        Without waiting for the disk, unless `durably`: rows and checkpoint are lost together or not at all.
        """
        ended = [r for r in fold.ended if fold.stored.get(r.key) == r.since]
        made = [r for r in (*fold.ended, *fold.current.values()) if fold.stored.get(r.key) != r.since]
        token = await connection.fetchval(
            self._write,
            self.name,
            old.token,
            "on" if durably else "off",
            at.epoch,
            at.position,
            error,
            [r.key for r in ended],
            [r.since for r in ended],
            [r.until for r in ended],
            [r.key for r in made],
            [r.since for r in made],
            [r.until for r in made],
            [r.terms for r in made],
            [r.doc.decode() for r in made],
            *([[r.place for r in made]] if self.model.place else []),
        )
        return None if token is None else old._replace(at=at, error=error, token=token)

    async def park(self, connection: Connection, parked: Sequence[Parked], rows: Mapping[int, Row]) -> None:
        """Keep events that wait, with their bodies from the page (`rows`, by position)."""
        await connection.executemany(
            _PARK,
            [
                (self.name, p.position, row.epoch, row.recorded_at, row.type, row.body, p.keys, p.error)
                for p in parked
                for row in [rows[p.position]]
            ],
        )

    async def get(self, connection: Connection, keys: Sequence[str], at: int) -> list[asyncpg.Record]:
        """(key, doc) as of a position."""
        return await connection.fetch(self._get, keys, at)

    async def find(
        self, connection: Connection, terms: Sequence[str], at: int, after_key: str, limit: int
    ) -> list[asyncpg.Record]:
        """(key, doc) of the rows with all these terms as of a position, by key."""
        return await connection.fetch(self._find, terms, at, after_key, limit)

    async def ranked(
        self,
        connection: Connection,
        terms: Sequence[str],
        at: int,
        first: Sequence[Sequence[str]],
        after: Rank,
        limit: int,
    ) -> list[asyncpg.Record]:
        """(doc, *rank) of the rows with all these terms as of a position, by `Model.rank`, from after such a rank."""
        given: list[object] = [terms, at, limit, *first, *after]
        order = ", ".join([*(f"(not terms @> ${n})" for n in range(4, 4 + len(first))), "place", "key"])
        later = ", ".join(f"${n}" for n in range(4 + len(first), len(given) + 1))
        beyond = f"and ({order}) > ({later})" if after else ""
        select = self._ranked.replace("{order}", order)
        return await connection.fetch(f"{select} {beyond} order by {order} limit $3", *given)

    async def having(self, connection: Connection, terms: Sequence[str], at: int) -> list[asyncpg.Record]:
        """(key, doc) of the rows with any of these terms as of a position, by key."""
        return await connection.fetch(self._having, terms, at)


async def states(connection: Connection, names: Collection[str]) -> dict[str, State]:
    return {row["name"]: state(row) for row in await connection.fetch(_STATES, list(names))}


def state(row: asyncpg.Record) -> State:
    epochs = [(epoch, after) for epoch, after in row["epochs"]]
    return State(row["version"], Position(row["epoch"], row["position"]), epochs, row["error"], row["xmin"])


async def discarded(connection: Connection, model: str) -> frozenset[Position]:
    """The events that operators have ruled this model shall never see."""
    rows = await connection.fetch(
        "select epoch, position from ops.rulings where model = $1 and ruling = 'discard'", model
    )
    return frozenset(Position(*row) for row in rows)
