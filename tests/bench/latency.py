"""From a command's append to the row in another service's read model, against a bare produce-to-consume.

Three processes on uvloop: this one records commands at random moments, 100 a second, serves its log and relays it; one
follows through an inbox into a read model of its own database, and one is a bare consumer. An event is visible when the
engine's transaction is committed; the bare record has the same bytes, an idempotent producer and acks from all. The
pool and the garbage collector are set as in a service, on both sides.
"""

import asyncio
import json
import os
import random
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from statistics import median, quantiles
from typing import NamedTuple

import asyncpg
import grpc
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from deploy.local.processes import ROOT
from deploy.local.servers import Servers
from services.kernel.events import Position, Row
from services.kernel.inbox import Inbox
from services.kernel.kafka import Kafka, ensure_topic
from services.kernel.log import Log
from services.kernel.logclient import LogClient
from services.kernel.postgres import SETTINGS, no_reset
from services.kernel.process import settle
from services.kernel.projection import Engine
from tests.bench.figures import Figure, duration
from tests.faults.places import fresh_place
from tests.kernel.log.support import append_of
from tests.kernel.messaging.support import COUNTS, Owner, running

RATE = 100.0  # a second
COMMANDS = 1_000  # in a round
ROUNDS = 3
NOTE = "x" * 250  # makes a body of about 500 bytes


class Times(NamedTuple):
    """Milliseconds."""

    p50: float
    p99: float


async def run(servers: Servers) -> list[Figure]:
    bare_topic = f"bare.{secrets.token_hex(4)}"
    await ensure_topic(Kafka(servers.kafka.bootstrap), bare_topic)
    ours, bare = [], []
    async with fresh_place(servers.postgres) as here, fresh_place(servers.postgres) as there:
        log = await Log.open(f"b{secrets.token_hex(4)}", here.dsn)
        owner = Owner(log, servers.kafka.bootstrap)
        await owner.serve()
        producer = AIOKafkaProducer(bootstrap_servers=servers.kafka.bootstrap, enable_idempotence=True, acks="all")
        await producer.start()

        async def record(number: int) -> int:
            stream = f"counter:{secrets.token_hex(8)}"
            return (await log.append(append_of((stream, 0, 1), note=NOTE))).position

        async def produce(number: int) -> int:
            sent: RecordMetadata = await producer.send_and_wait(bare_topic, body, partition=0)
            return int(sent.offset)

        following = ("follow", log.name, str(owner.port), there.dsn, servers.kafka.bootstrap)
        async with (
            running(owner.relay(look_every=3.0).run()),
            _process(*following) as follower,
            _process("consume", bare_topic, servers.kafka.bootstrap) as consumer,
        ):
            await record(0)
            body = (await log.read(0, 1))[0].body
            for send, seen in ((record, follower), (produce, consumer)):  # until both are warm
                await _round(send, seen, 100)
            settle()
            for _ in range(ROUNDS):
                ours.append(await _round(record, follower, COMMANDS))
                bare.append(await _round(produce, consumer, COMMANDS))
        await producer.stop()
        await owner.leave()
        await log.close()
    us, them = (Times(*(median(part) for part in zip(*found, strict=True))) for found in (ours, bare))
    return [
        duration("append to another's read model, p50", us.p50, "ms", "produce to consume", them.p50),
        duration("append to another's read model, p99", us.p99, "ms", "produce to consume", them.p99, 1 / 3),
    ]


async def _round(send: Callable[[int], Awaitable[int]], seen: asyncio.StreamReader, count: int) -> Times:
    """Send at random moments; how long it took until each was seen by the other process."""
    began: dict[int, float] = {}
    tasks = []

    async def one(number: int) -> None:
        start = time.monotonic()
        began[await send(number)] = start

    due = time.monotonic()
    for number in range(count):
        due += random.expovariate(RATE)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    ended: dict[int, float] = {}
    async with asyncio.timeout(60):
        while max(began) not in ended:
            ended |= {int(place): at for place, at in json.loads(await seen.readline())}
    taken = [1_000 * (ended[place] - start) for place, start in began.items()]
    return Times(median(taken), quantiles(taken, n=100)[98])


@asynccontextmanager
async def _process(*words: str) -> AsyncIterator[asyncio.StreamReader]:
    """Another process of this module; it prints what it has seen, `[[place, time], …]`, a line for each page."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "proto")))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.latency", *words),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        limit=1 << 24,
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


def _tell(places: Sequence[int]) -> None:
    now = time.monotonic()  # the same clock in every process
    print(json.dumps([(place, now) for place in places]), flush=True)


class _Watched(Engine):
    """Tells when rows are committed."""

    async def apply(self, rows: Sequence[Row]) -> Position:
        at = await super().apply(rows)
        _tell([row.position for row in rows])
        return at


async def follow(name: str, port: str, dsn: str, bootstrap: str) -> None:
    async with (
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
        asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=SETTINGS, reset=no_reset) as pool,
    ):
        settle()
        inbox = Inbox("bench", LogClient(name, channel), Kafka(bootstrap))
        await asyncio.gather(inbox.run(), _Watched(COUNTS, pool, inbox).run())


async def consume(topic: str, bootstrap: str) -> None:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    settle()
    async for record in consumer:
        _tell([record.offset])


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(follow(*sys.argv[2:]) if sys.argv[1] == "follow" else consume(*sys.argv[2:]))
