"""Durable appends: ours, pyeventsourcing's safe default mode, and COPY of the same rows into the same indexes."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from deploy.local.servers import Servers
from services.kernel.appends import Append, Expect
from services.kernel.decider import Context
from services.kernel.events import Envelope, canonical, event_id
from services.kernel.log import Log
from services.kernel.migrate import migrate
from tests.bench.figures import Figure, in_turns, rate
from tests.kernel.log.support import Raised

CLIENTS = 256
SECONDS = 3.0
EVENTS = 120  # appends of each client, made before the clock starts, as the peer's and COPY's are
ROUNDS = 5
BODY = 500  # bytes
_Told = Envelope[Any]
PASSWORD = "only-for-tests"
POOLS = (1, 2, 4, 8, 16)
COPIED = 10_000  # events in one COPY


def prepared(events: int, batch: int) -> list[Append]:
    """Appends of `batch` events each to one new stream, that fit one after the other."""
    stream = f"counter:{uuid4()}"
    return [appended(stream, version, batch) for version in range(0, events, batch)]


def appended(stream: str, version: int, events: int) -> Append:
    context = Context(str(uuid4()), "officer")
    told = tuple(
        _Told(
            stream=stream,
            version=version + n,
            event_id=event_id(context.command_id, n),
            command_id=context.command_id,
            actor=context.actor,
            data=Raised(note="x" * (BODY - 231)),
        )
        for n in range(1, events + 1)
    )
    return Append(context, b"h" * 32, (Expect(stream, version),), told)


async def ours(log: Log, batch: int) -> float:
    """Events a second, of clients that each append to a stream of their own and wait for the reply."""
    work = [prepared(EVENTS * batch, batch) for _ in range(CLIENTS)]

    async def client(appends: list[Append]) -> None:
        for append in appends:
            await log.append(append)

    began = time.perf_counter()
    await asyncio.gather(*(client(appends) for appends in work))
    return CLIENTS * EVENTS * batch / (time.perf_counter() - began)


def theirs(recorder: PostgresApplicationRecorder, clients: int, batch: int, seconds: float = SECONDS) -> float:
    """The same by threads."""
    end = time.perf_counter() + seconds
    state = b"x" * BODY

    def client() -> int:
        originator = uuid4()
        version = 0
        while time.perf_counter() < end:
            recorder.insert_events(
                [StoredEvent(originator, version + n, "thidua.counter:Raised", state) for n in range(batch)]
            )
            version += batch
        return version

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        done = sum(f.result() for f in [threads.submit(client) for _ in range(clients)])
    return done / (time.perf_counter() - began)


async def copied(connection: asyncpg.Connection, batch: int) -> float:
    """Rows of events, with the rows of their commands, copied by one connection without any check."""
    stamp = datetime.now(UTC)
    head = await connection.fetchval("select coalesce(max(position), 0) from log.events")
    positions = count(head + 1)
    done, spent = 0, 0.0
    while spent < SECONDS:
        appends = [appended(f"counter:{uuid4()}", 0, batch) for _ in range(COPIED // batch)]
        events = [
            (next(positions), 1, stamp, e.stream, e.version, e.data.type, canonical(e))
            for a in appends
            for e in a.events
        ]
        commands = [(a.context.command_id, a.command_hash, 1, 1, stamp) for a in appends]
        began = time.perf_counter()
        await connection.copy_records_to_table("events", schema_name="log", records=events)
        await connection.copy_records_to_table("commands", schema_name="log", records=commands)
        spent += time.perf_counter() - began
        done += len(events)
    return done / spent


def recorder_of(dsn: str, pool: int) -> PostgresApplicationRecorder:
    parts = urlsplit(dsn)
    store = PostgresDatastore(
        parts.path.removeprefix("/"),
        parts.hostname or "",
        parts.port or 5432,
        parts.username or "",
        parts.password or "",
        pool_size=pool,
        max_overflow=0,
        max_waiting=0,
        connect_timeout=60,
    )
    recorder = PostgresApplicationRecorder(store, events_table_name="stored_events")
    recorder.create_table()
    return recorder


def best_of_theirs(dsn: str, batch: int) -> tuple[PostgresApplicationRecorder, int]:
    """Their recorder at its best pool size, and its best number of threads."""
    found: list[tuple[float, int, int]] = []
    for pool in POOLS:
        recorder = recorder_of(dsn, pool)
        found.extend((theirs(recorder, clients, batch, 1.0), pool, clients) for clients in (pool, CLIENTS) * 2)
        recorder.datastore.close()
    _, pool, clients = max(found)
    print(f"  pyeventsourcing, batches of {batch}: best with a pool of {pool} and {clients} threads")
    return recorder_of(dsn, pool), clients


async def run(servers: Servers) -> list[Figure]:
    dsns = [servers.postgres.dsn(name) for name in ("bench_ours", "bench_theirs", "bench_copied")]
    for dsn in dsns:
        await migrate(dsn, "registry", password=PASSWORD, prefix="test_")
    log = await Log.open("registry", servers.postgres.dsn("bench_ours", "test_thidua_registry", PASSWORD))
    copying = await asyncpg.connect(dsns[2])
    figures = await compared(log, dsns[1], copying, 1, aims=(20.0, None))
    figures += await compared(log, dsns[1], copying, 10, aims=(None, 0.4))
    await copying.close()
    await log.close()
    return figures


async def compared(
    log: Log, dsn: str, copying: asyncpg.Connection, batch: int, aims: tuple[float | None, float | None]
) -> list[Figure]:
    recorder, clients = await asyncio.to_thread(best_of_theirs, dsn, batch)
    median = await in_turns(
        ROUNDS,
        {
            "ours": lambda: ours(log, batch),
            "pyeventsourcing": lambda: asyncio.to_thread(theirs, recorder, clients, batch),
            "copy": lambda: copied(copying, batch),
        },
    )
    recorder.datastore.close()
    name = f"appends of {batch}, {CLIENTS} clients"
    return [
        rate(name, median["ours"], "events/s", "pyeventsourcing", median["pyeventsourcing"], aims[0]),
        rate(name, median["ours"], "events/s", "COPY", median["copy"], aims[1]),
    ]
