"""The database itself keeps the log append-only and its times unforged, also against the service's own role."""

import asyncio
import itertools
import random
from datetime import UTC, datetime, timedelta

import asyncpg

from deploy.local.servers import Servers
from services.kernel.appends import APPEND, flat, prepare
from services.kernel.errors import Unavailable
from tests.faults.cases import Case
from tests.faults.places import fresh_place, opened
from tests.kernel.conftest import Place
from tests.kernel.log.support import append_of

ATTEMPTS = (
    "insert into log.events values (3, 1, now(), 'counter:x', 1, 'Raised', '{}')",
    "insert into log.commands values (gen_random_uuid(), '', 1, 1, now())",
    "update log.events set body = '{}'",
    "update log.events set recorded_at = now() - interval '1 year'",
    "update log.head set position = 0",
    "update log.head set recorded_until = now() + interval '1 day'",
    "update log.commands set position = 7",
    "delete from log.events",
    "delete from log.commands",
    "delete from log.epochs",
    "truncate log.events",
    "truncate log.commands, log.head",
    "drop table log.events",
    "drop schema log cascade",
    "alter table log.events disable trigger all",
    "alter table log.events owner to test_thidua_registry",
    "create trigger t before insert on log.events for each row execute function suppress_redundant_updates_trigger()",
    "create or replace function log.fence(log.head, int, bigint) returns text language sql as 'select null'",
    "create table log.other (n int)",
    "alter function log.append set search_path = pg_temp",
    "select log.begin_epoch('because', 'me', 0)",
    "set role test_registry_owner",
    "grant insert on log.events to test_thidua_registry;"
    " insert into log.events values (3, 1, now(), 'x:x', 1, 'R', '')",
    "select nextval('log.events_position_seq')",
    "copy log.events from program 'true'",
    "merge into log.head using (select 1) s on true when matched then update set position = 9",
    "select * from log.events for update",
    "lock table log.head in access exclusive mode",
)


async def append_only(n: int, seed: int, servers: Servers) -> list[str]:
    """Every attempt, `n` times in random order, on the service's own connection, between appends that go on."""
    chance = random.Random(seed)
    failures = []
    async with fresh_place(servers.postgres) as place, opened(place) as log:
        await log.append(append_of(("counter:a", 0, 2)))
        before = await log.read(0, 10)
        async with log._pool.acquire() as connection:
            for attempt in chance.sample(ATTEMPTS * n, len(ATTEMPTS) * n):
                try:
                    await connection.execute(attempt)
                except asyncpg.PostgresError:
                    continue
                failures.append(f"allowed: {attempt}")
        if await log.read(0, 10) != before:
            failures.append("the log has changed")
        if (await log.append(append_of(("counter:a", 2, 1)))).position != 3:
            failures.append("the log does not go on")
    return failures


async def shadowed(n: int, seed: int, servers: Servers) -> list[str]:
    async with fresh_place(servers.postgres) as place:
        return await appended_under_shadows(place, n)


async def canary_shadowed(n: int, seed: int, servers: Servers) -> list[str]:
    """The same against a copy of the append function that looks names up as the session says: must be caught."""
    async with fresh_place(servers.postgres) as place:
        await take_away_the_names(place.admin_dsn)
        caught = await appended_under_shadows(place, n)
    return [] if caught else ["a function without a path of its own passed the test of shadows: the test cannot fail"]


async def take_away_the_names(admin_dsn: str) -> None:
    connection = await asyncpg.connect(admin_dsn)
    unsafe = await connection.fetchval("select pg_get_functiondef('log.append'::regproc)")
    for safe, instead in (
        (" SET search_path TO 'log', 'pg_temp'\n", ""),
        ("from log.head for", "from head for"),
        ("update log.head", "update head"),
        ("log.commands", "commands"),
        ("log.events", "events"),
    ):
        assert safe in unsafe
        unsafe = unsafe.replace(safe, instead)
    await connection.execute(unsafe)
    await connection.close()


async def appended_under_shadows(place: Place, n: int) -> list[str]:
    """What comes out otherwise where temporary tables and functions of the session are called like the log's own."""
    failures = []
    connection = await asyncpg.connect(place.dsn)
    try:
        await connection.execute(
            """
            create temporary table head as select * from log.head;
            create temporary table events as select * from log.events;
            create temporary table commands as select * from log.commands;
            grant all on head, events, commands to public;
            update head set position = 1000, recorded_until = now() + interval '20 seconds';
            create function pg_temp.fence(log.head, int, bigint) returns text language sql as 'select null';
            create function pg_temp.clock_timestamp() returns timestamptz language sql as 'select now()';
            set search_path = pg_temp, log, pg_catalog;
            """
        )
        for version in range(n):
            arguments = flat([prepare(append_of(("counter:a", version, 1)))])
            row = await connection.fetchrow(APPEND, datetime.now(UTC), 1, 0, *arguments)
            if row is None or row["positions"] != [version + 1]:
                failures.append(f"appended as {row}")
            elif abs(row["times"][0] - datetime.now(UTC)) > timedelta(seconds=10):
                failures.append(f"recorded at {row['times']}")
    finally:
        await connection.close()
    async with opened(place) as log:
        if (await log.head()).position != n:
            failures.append(f"the log ends at {await log.head()}")
    return failures


async def far_clocks(n: int, seed: int, servers: Servers) -> list[str]:
    """The caller's clock far from the database's, and the database's far behind what it has recorded."""
    chance = random.Random(seed)
    failures = []
    async with fresh_place(servers.postgres) as place, opened(place) as log:
        connection = await asyncpg.connect(place.admin_dsn)
        await log.append(append_of(("counter:a", 0, 1)))
        for _ in range(n):
            off = timedelta(seconds=chance.choice((-1, 1)) * chance.uniform(60, 10**8))
            arguments = flat([prepare(append_of(("counter:a", 1, 1)))])
            try:
                await connection.fetchrow(APPEND, datetime.now(UTC) + off, 1, 0, *arguments)
                failures.append(f"appended with a clock that is {off} off")
            except asyncpg.PostgresError as error:
                if error.sqlstate != "TD002":
                    failures.append(repr(error))
        was = await connection.fetchval("select recorded_until from log.head")
        await connection.execute("update log.head set recorded_until = now() + interval '1 hour'")
        try:
            await log.append(append_of(("counter:a", 1, 1)))
            failures.append("appended an hour before what was recorded last")
        except Unavailable:
            pass
        await connection.execute("update log.head set recorded_until = $1", was)
        await log.append(append_of(("counter:a", 1, 1)))
        slightly = datetime.now(UTC) + timedelta(seconds=5)
        await connection.execute("update log.head set recorded_until = $1", slightly)
        replies = await asyncio.gather(*(log.append(append_of((f"counter:{k}", 0, 1))) for k in range(20)))
        times = [slightly, *(r.recorded_at for r in sorted(replies, key=lambda r: r.position))]
        if any(a >= b for a, b in itertools.pairwise(times)):
            failures.append("recorded times do not grow while the clock is a little behind")
        await connection.close()
    return failures


CASES = [
    Case(
        "append-only",
        f"{len(ATTEMPTS)} kinds of attempts to change the log on the service's connection",
        20,
        1,
        append_only,
    ),
    Case("shadowed", "appends of a session that shadows the log's names", 200, 5, shadowed),
    Case(
        "canary-shadowed", "the same against an append function without its own path must fail", 3, 3, canary_shadowed
    ),
    Case("far-clocks", "an append with a clock far off", 200, 10, far_clocks),
]
