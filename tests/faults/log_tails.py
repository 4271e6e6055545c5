"""Tail safety: many writers, and a live reader that sees every event once, in order, without a gap."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from deploy.local.servers import Servers
from services.kernel.appends import APPEND, Append, flat, prepare
from services.kernel.errors import Conflict, Error
from services.kernel.events import Row
from services.kernel.log import Log
from tests.faults.cases import Case
from tests.faults.crew import crew
from tests.faults.places import fresh_place, opened
from tests.kernel.conftest import Place
from tests.kernel.log.support import VOCABULARY, append_of

WRITERS = 16
CLIENTS = 4  # of each writer
HOT = [f"counter:hot-{n}" for n in range(10)]


async def write(child: int, dsn: str, quota: int, seed: int) -> dict[str, list[int]]:
    """Append about `quota` events; what was acknowledged: command id -> [first, last position]."""
    chance = random.Random(f"{seed}/{child}")
    log = await Log.open("registry", dsn)
    direct = await asyncpg.connect(dsn)
    acknowledged: dict[str, list[int]] = {}
    versions: dict[str, int] = {}
    left = quota

    async def client(own: str) -> None:
        nonlocal left
        while left > 0:
            stream = chance.choice([own, *HOT])
            size = chance.randint(1, 10)
            append = append_of((stream, versions.get(stream, 0), size), command_id=id_of(chance))
            left -= size
            if chance.random() < 0.03:
                append = never(append)
            try:
                reply = await log.append(append)
            except Conflict:
                versions[stream] = len((await log.load([(stream, 0)]))[stream])
            except (Error, asyncpg.PostgresError):
                pass
            else:
                acknowledged[append.context.command_id] = [reply.position - size + 1, reply.position]
                versions[stream] = append.events[-1].version

    async def rollbacks() -> None:
        """Appends whose transaction is taken back: they hold the lock for a while, and leave nothing."""
        while left > 0 and child % 8 == 0:
            transaction = direct.transaction()
            await transaction.start()
            arguments = flat([prepare(append_of((f"counter:{child}-gone", 0, 3), command_id=id_of(chance)))])
            await direct.fetchrow(APPEND, datetime.now(UTC), 1, 0, *arguments)
            await asyncio.sleep(chance.random() * 0.01)
            await transaction.rollback()
            await asyncio.sleep(chance.random() * 0.2)

    await asyncio.gather(rollbacks(), *(client(f"counter:{child}-{n}") for n in range(CLIENTS)))
    await direct.close()
    await log.close()
    return acknowledged


def never(append: Append) -> Append:
    """The same with a hole in its versions: the database fails it, whatever shares its group."""
    return append._replace(events=tuple(e.model_copy(update={"version": e.version + 1}) for e in append.events))


def id_of(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))


async def observed(place: Place, n: int, seed: int) -> tuple[list[Row], dict[str, list[int]]]:
    """What a live reader saw of about `n` events by 16 writers of which one is killed, and what was acknowledged."""
    seen: list[Row] = []
    under_way = asyncio.Event()

    async def read(log: Log) -> None:
        async for rows in log.tail(0, limit=random.Random(seed).choice((7, 100, 1_000))):
            seen.extend(rows)
            under_way.set()

    async with opened(place) as log, crew(write, WRITERS, place.dsn, n // WRITERS, seed) as writers:
        reading = asyncio.create_task(read(log))
        await under_way.wait()
        await asyncio.sleep(0.3)
        writers.kill(seed % WRITERS)
        results: dict[int, Any] = await writers.results()
        await asyncio.sleep(1)  # the load has ended: what was not seen by now is not seen without a further event
        reading.cancel()
        await asyncio.wait([reading])
    return seen, {i: place for one in results.values() for i, place in one.items()}


async def wrong(place: Place, seen: list[Row], acknowledged: dict[str, list[int]]) -> list[str]:
    connection = await asyncpg.connect(place.admin_dsn)
    total = await connection.fetchval("select count(*) from log.events")
    unstored = await connection.fetchval("select count(*) from log.events where stream like '%-gone'")
    await connection.close()
    failures = []
    positions = [row.position for row in seen]
    for a, b in zip([0, *positions], positions, strict=False):
        if b != a + 1:
            failures.append(f"the reader saw position {b} after {a}")
    if len(set(positions)) != total:
        failures.append(f"the reader saw {len(set(positions))} of {total} events")
    if unstored:
        failures.append(f"{unstored} events of transactions that were rolled back")
    versions: Counter[str] = Counter()
    places: dict[str, list[int]] = {}
    for recorded in VOCABULARY.decode(seen):
        versions[recorded.stream] += 1
        if recorded.envelope.version != versions[recorded.stream]:
            failures.append(
                f"{recorded.stream}: version {recorded.envelope.version} came as {versions[recorded.stream]}."
            )
        place_of = places.setdefault(recorded.envelope.command_id, [recorded.position, 0])
        place_of[1] = recorded.position
    failures += [
        f"command {i}: acknowledged at {ours}, seen at {places.get(i)}"
        for i, ours in acknowledged.items()
        if places.get(i) != ours
    ]
    times = [row.recorded_at for row in seen]
    if times != sorted(times):
        failures.append("recorded times go back")
    return failures


async def tail_safety(n: int, seed: int, servers: Servers) -> list[str]:
    async with fresh_place(servers.postgres) as place:
        return await wrong(place, *await observed(place, n, seed))


async def canary_without_lock(n: int, seed: int, servers: Servers) -> list[str]:
    """The same against a copy of the append function that numbers by a sequence and locks nothing: must be caught."""
    async with fresh_place(servers.postgres) as place:
        await take_away_the_lock(place.admin_dsn)
        seen, acknowledged = await observed(place, n, seed)
        lost = [f for f in await wrong(place, seen, acknowledged) if "the reader saw" in f]
    return [] if lost else ["a log without a lock passed the test of tail safety: the test cannot fail"]


async def take_away_the_lock(admin_dsn: str) -> None:
    connection = await asyncpg.connect(admin_dsn)
    append = await connection.fetchval("select pg_get_functiondef('log.append'::regproc)")
    unsafe = append
    for safe, instead in (
        ("from log.head for no key update;", "from log.head;"),
        ("v_position := v_position + 1;", "v_position := nextval('log.unsafe');"),
    ):
        assert safe in append
        unsafe = unsafe.replace(safe, instead)
    head = unsafe.index("update log.head set")
    unsafe = unsafe[:head] + unsafe[unsafe.index(";", head) + 1 :]
    await connection.execute("create sequence log.unsafe; grant usage on sequence log.unsafe to public;")
    await connection.execute("alter sequence log.unsafe owner to test_registry_owner")
    await connection.execute(unsafe)
    await connection.close()


CASES = [
    Case(
        "tail-safety",
        "16 writers in batches of 1 to 10, hot streams, rollbacks, one writer killed; events",
        100_000,
        6_000,
        tail_safety,
    ),
    Case(
        "canary-without-lock",
        "the same against a log without the lock must fail; events",
        20_000,
        8_000,
        canary_without_lock,
    ),
]
