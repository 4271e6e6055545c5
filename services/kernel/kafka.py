"""Kafka as services meet it: where it is, how they log in, what their topics and groups are called there; and looks at
a topic that rest on no consumer group.
"""

import asyncio
import functools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from faststream.kafka import KafkaBroker
from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from services.kernel.events import MAX_BODY, Position
from services.kernel.history import can_have_begun

LOOK = 30.0  # seconds that a look at a topic, or the beginning of a producer, may take

Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
_LOGINS: dict[Mechanism, type[SASLPlaintext | SASLScram256 | SASLScram512]] = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}

_log = structlog.get_logger()


class Login(NamedTuple):
    mechanism: Mechanism
    user: str
    password: str


@dataclass(frozen=True)
class Kafka:
    """A cluster, as one system uses it."""

    bootstrap: str
    """host:port[,host:port]"""
    prefix: str = ""
    """Of topics and groups: two systems on one cluster have two."""
    replicas: int | None = None
    """Copies of a topic that is made; null leaves it to the broker."""
    min_in_sync: int | None = None
    """How many copies must have a record before it is acknowledged, of a topic that is made."""
    tls: ssl.SSLContext | None = None
    login: Login | None = field(default=None, repr=False)

    def topic(self, name: str) -> str:
        """Of a feed, such as `registry.log`."""
        return f"{self.prefix}thidua.{name}"

    def group(self, service: str, log: str) -> str:
        """Of a service's processes that follow a log."""
        return f"{self.prefix}thidua.{service}.{log}"

    @property
    def security(self) -> BaseSecurity:
        if self.login is None:
            return BaseSecurity(ssl_context=self.tls)
        mechanism, user, password = self.login
        return _LOGINS[mechanism](user, password, ssl_context=self.tls)

    @property
    def options(self) -> dict[str, Any]:
        """What every client of aiokafka is told."""
        return {"bootstrap_servers": self.bootstrap, **parse_security(self.security)}

    def new_topic(self, name: str) -> NewTopic:
        """Of one partition, kept for ever."""
        settings = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}
        if self.min_in_sync is not None:
            settings["min.insync.replicas"] = str(self.min_in_sync)
        topic = NewTopic(name=name, num_partitions=1, replication_factor=self.replicas or 1, topic_configs=settings)
        if self.replicas is None:
            topic.replication_factor = -1  # the broker's default, which the constructor does not take
        return topic


Place = Callable[["ConsumerRecord[Any, Any]", int], Position | None]


class Last(NamedTuple):
    """A topic's last record that is ours (null if there is none), and how many records were ever written to it."""

    at: Position | None
    key: str
    written: int


async def read_last(kafka: Kafka, topic: str, place_of: Place, known: int = 0) -> Last:
    """`place_of` tells where a record stands, and null for one that is not ours; `known` is the newest epoch that the
    log itself tells of.

    Raises KafkaError, also where the topic is missing or has several partitions.
    """
    async with reading(kafka) as consumer:
        if topic not in await consumer.topics():
            raise KafkaError(f"the topic {topic} is missing")
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        first = (await consumer.beginning_offsets([partition]))[partition]
        end = (await consumer.end_offsets([partition]))[partition]
        if consumer.partitions_for_topic(topic) != {0}:
            raise KafkaError(f"the topic {topic} has more than one partition")
        upper, width = end, 1
        while upper > first:  # what others may have written at the end is passed over, backwards
            lower = max(first, upper - width)
            for record in reversed(await between(consumer, partition, lower, upper)):
                at = place_of(record, known)
                if at is None:
                    _tell_of_stray(topic, record.offset)
                else:
                    return Last(at, (record.key or b"").decode(errors="replace"), end)
            upper, width = lower, min(width * 10, 1_000)
        return Last(None, "", end)


@functools.lru_cache(maxsize=1_000)
def _tell_of_stray(topic: str, offset: int) -> None:
    """Once: who looks at the end of a topic does so often."""
    _log.warning("topic.stray", topic=topic, offset=offset, remedy="it is passed over; see who may write there")


async def between(
    consumer: AIOKafkaConsumer, partition: TopicPartition, lower: int, upper: int
) -> list[ConsumerRecord[bytes, bytes]]:
    """The records from offset `lower` up to, but without, `upper`."""
    consumer.seek(partition, lower)
    found: list[ConsumerRecord[bytes, bytes]] = []
    while await consumer.position(partition) < upper:
        pages = await consumer.getmany(partition, timeout_ms=1_000)
        found += (record for records in pages.values() for record in records if record.offset < upper)
    return found


def place(headers: Iterable[tuple[str, bytes | None]], prefix: str = "", known: int = 0) -> Position | None:
    """Where a record stands in its log; null for one that no relay wrote.

    And for one of an epoch, above the `known` one, that cannot have begun.
    """
    found = dict(headers)
    try:
        at = Position(int(found[f"{prefix}epoch"] or b""), int(found[f"{prefix}position"] or b""))
    except (KeyError, ValueError):
        return None
    sound = at.epoch > 0 and 0 < at.position < 1 << 63
    return at if sound and can_have_begun(at.epoch, "a topic", known) else None


async def ensure_topic(kafka: Kafka, topic: str) -> None:
    async with reading(kafka) as consumer:
        if topic in await consumer.topics():
            return
    admin = AIOKafkaAdminClient(**kafka.options, request_timeout_ms=10_000)
    try:
        await admin.start()
        answer = await admin.create_topics([kafka.new_topic(topic)])
    finally:
        await ended(admin.close(), 5)
    for _, code, *message in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise for_code(code)(*message)


@asynccontextmanager
async def reading(kafka: Kafka) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group, for a look at a topic."""
    consumer = AIOKafkaConsumer(
        **kafka.options,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        request_timeout_ms=10_000,
        max_partition_fetch_bytes=4 * MAX_BODY,
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await ended(consumer.stop(), 5)


@asynccontextmanager
async def producing(kafka: Kafka, seconds: float) -> AsyncIterator[KafkaBroker]:
    """A broker whose idempotent producer is really gone afterwards."""
    broker = KafkaBroker(
        kafka.bootstrap.split(","),  # as one text it would be one host
        security=kafka.security,
        acks="all",
        enable_idempotence=True,
        max_batch_size=1 << 17,
        max_request_size=2 * MAX_BODY,
        request_timeout_ms=int(seconds * 1000),
        allow_auto_create_topics=False,
        apply_types=False,
        logger=None,
    )
    try:
        async with asyncio.timeout(LOOK):
            await broker.start()
        yield broker
    finally:
        stopping = asyncio.ensure_future(broker.stop())
        await asyncio.wait({stopping}, timeout=1)
        if not stopping.done():  # what the producer still holds would wait for the broker for ever
            state: Any = broker.config.producer
            state._producer.producer._sender.sender_task.cancel()  # noqa: SLF001
        await ended(stopping, 2 * seconds)


async def ended(work: Awaitable[object], seconds: float) -> None:
    """Wait for a client to close, but not for ever; how it fails does not matter any more."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({task}, timeout=seconds)
    if not task.cancel() and not task.cancelled() and (error := task.exception()):
        _log.info("kafka.unclean_end", error=repr(error))
