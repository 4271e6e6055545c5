"""A log with its relay and its gRPC server, and somebody elsewhere who follows it."""

import asyncio
import contextlib
import inspect
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import grpc
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pydantic import BaseModel
from thidua.kernel.v1.log_pb2_grpc import add_LogServiceServicer_to_server

from services.kernel.events import Recorded, Row
from services.kernel.fold import Model, by_stream
from services.kernel.inbox import Inbox
from services.kernel.kafka import Kafka, read_last
from services.kernel.log import Log
from services.kernel.logservice import LogRpc
from services.kernel.relay import LogFeed, Record, Relay, log_place, log_record
from tests.kernel.log.support import VOCABULARY, Raised, append_of


class Count(BaseModel):
    """How often a counter was raised, and where last."""

    raised: int = 0
    last: int = 0


def counted(stream: str, count: Count | None, recorded: Recorded[Raised]) -> Count:
    return Count(raised=(count.raised if count else 0) + recorded.event.by, last=recorded.position)


COUNTS = Model("counts", "registry", VOCABULARY, (Raised,), by_stream, counted, doc=Count)


@contextlib.asynccontextmanager
async def running(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """They run until the end of the block; one that fails fails the test."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait for it; `condition` may be awaitable."""
    end = time.monotonic() + seconds
    while not (await met if inspect.isawaitable(met := condition()) else met):
        assert time.monotonic() < end, "it did not come true in time"
        await asyncio.sleep(0.01)


class Owner:
    """A service that owns a log: its gRPC server can be away, its relay runs when a test says so."""

    def __init__(self, log: Log, bootstrap: str, prefix: str = "") -> None:
        """`prefix` keeps its topics from those of a system on the same Kafka, where the log has a service's name."""
        self.log = log
        self.bootstrap = bootstrap
        self.kafka = Kafka(bootstrap, prefix)
        self.topic = self.kafka.topic(f"{log.name}.log")
        self.server: grpc.aio.Server | None = None
        self.port = 0
        self._versions: dict[str, int] = {}

    def relay(self, **settings: Any) -> Relay:
        return Relay(LogFeed(self.log), self.kafka, **{"look_every": 0.5, "seconds": 5.0, **settings})

    async def serve(self) -> None:
        self.server = grpc.aio.server()
        add_LogServiceServicer_to_server(LogRpc(self.log), self.server)
        self.port = self.server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self.server.start()

    async def leave(self) -> None:
        if self.server is not None:
            await self.server.stop(None)
            self.server = None

    async def tell(self, count: int, size: int = 1) -> int:
        """So many commands, one after the other, with so many events each; the position of the last."""
        position = 0
        for _ in range(count):
            stream = f"counter:{secrets.randbelow(100)}"
            version = self._versions.get(stream, 0)
            position = (await self.log.append(append_of((stream, version, size)))).position
            self._versions[stream] = version + size
        return position

    async def rows(self) -> list[Row]:
        return await self.log.read(0, 1_000_000)


class Follower:
    """What one who follows a log through an inbox has got, as an engine would: it asks for what comes after."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.rows: list[Row] = []

    async def run(self) -> None:
        while True:
            with contextlib.suppress(Exception):
                async for rows in self.inbox.tail(len(self.rows)):
                    assert [row.position for row in rows] == [len(self.rows) + n for n in range(1, len(rows) + 1)]
                    self.rows += rows
            await asyncio.sleep(0.05)

    async def has(self, position: int, seconds: float = 30) -> None:
        await until(lambda: len(self.rows) >= position, seconds)


async def ends_with(owner: Owner, position: int) -> bool:
    """Whether the topic's last record is that of the position."""
    with contextlib.suppress(KafkaError):
        at = (await read_last(owner.kafka, owner.topic, log_place)).at
        return at is not None and at.position == position
    return False


async def delete_topic(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.delete_topics([topic])
    await admin.close()


Raw = tuple[bytes, list[tuple[str, bytes | None]]]
"""A value and headers."""


async def send(bootstrap: str, topic: str, *records: Raw) -> None:
    """Write records of anybody's making to a topic."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    for value, headers in records:
        await producer.send_and_wait(topic, value, partition=0, headers=headers)
    await producer.stop()


def raw(record: Record) -> Raw:
    """A relay's record as it lies in the topic."""
    return record.value, [(name, value.encode()) for name, value in record.headers.items()]


def raw_rows(rows: list[Row]) -> list[Raw]:
    return [raw(log_record(row)) for row in rows]
