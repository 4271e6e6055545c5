"""From a log to Kafka: a relay mirrors one feed, in order, in a topic of one partition.

Kafka is transport, never the record. Where to go on is read from the topic's last record, so a relay keeps nothing of
its own, a second one does no harm, and a topic that was lost is written again. A producer that fails in any way is
thrown away: an idempotent one can stay broken for ever (aiokafka #1017), and an emptied broker gives its id to another.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import orjson
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.structs import RecordMetadata
from faststream.kafka import KafkaBroker

from services.kernel.events import EPOCH, MAX_BODY, Position, Row
from services.kernel.fold import Epochs
from services.kernel.history import newest, shared
from services.kernel.log import Log
from services.kernel.retry import pauses

LOOK = 30.0  # seconds that a look at the topic, or the beginning of a producer, may take

_log = structlog.get_logger()
_MICROSECOND = timedelta(microseconds=1)
_MILLISECOND = timedelta(milliseconds=1)


class Mark(NamedTuple):
    """A place in a feed: after the record of this position and key. Positions are those of the log behind it."""

    position: int
    key: str


START = Mark(0, "")
AFTER_ALL = "\U0010ffff"  # sorts after every key


class Record(NamedTuple):
    """What is sent, and its place in the feed."""

    at: Position
    key: str
    value: bytes
    headers: dict[str, str]
    recorded_at: datetime

    @property
    def mark(self) -> Mark:
        return Mark(self.at.position, self.key)


class Feed(Protocol):
    """What a relay mirrors: records in one order that only ever grows, within an epoch."""

    topic: str
    prefix: str
    """Of the headers `epoch` and `position`."""

    def tail(self, after: Mark) -> AsyncGenerator[list[Record], None]:
        """Pages of records, for ever."""

    async def epochs(self) -> Epochs: ...

    async def rank(self, at: Mark) -> int:
        """How many records there are up to and with this one: a topic with fewer has lost some."""

    def saw(self, position: Position) -> None:
        """The topic has held this position."""


class LogFeed:
    """A log as it is: the internal topic."""

    prefix = ""

    def __init__(self, log: Log) -> None:
        self.topic = f"thidua.{log.name}.log"
        self._log = log

    async def tail(self, after: Mark) -> AsyncGenerator[list[Record], None]:
        async for rows in self._log.tail(after.position):
            yield [log_record(row) for row in rows]

    async def epochs(self) -> Epochs:
        return await self._log.epochs()

    async def rank(self, at: Mark) -> int:
        return at.position

    def saw(self, position: Position) -> None:
        self._log.saw(position)


def log_record(row: Row) -> Record:
    headers = {
        "epoch": str(row.epoch),
        "position": str(row.position),
        "recorded_at_us": str((row.recorded_at - EPOCH) // _MICROSECOND),
        "type": row.type,
        "content-type": "application/json",
    }
    return Record(row.at, orjson.loads(row.body)["stream"], row.body, headers, row.recorded_at)


class Topic(NamedTuple):
    """How a missing topic is made: copies, and how many of them must have a record; null leaves it to the broker."""

    replicas: int | None = None
    min_in_sync: int | None = None

    def new(self, name: str) -> NewTopic:
        settings = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}
        if self.min_in_sync is not None:
            settings["min.insync.replicas"] = str(self.min_in_sync)
        topic = NewTopic(name=name, num_partitions=1, replication_factor=self.replicas or 1, topic_configs=settings)
        if self.replicas is None:
            topic.replication_factor = -1  # the broker's default, which the constructor does not take
        return topic


BROKERS_CHOICE = Topic()


class Relay:
    """Mirrors `feed` in its topic, for ever.

    `seconds` bounds the acknowledgement of one page, `look_every` how long a lost topic goes unnoticed.
    """

    def __init__(
        self,
        feed: Feed,
        bootstrap: str,
        *,
        make: Topic = BROKERS_CHOICE,
        seconds: float = 10.0,
        look_every: float = 3.0,
    ) -> None:
        self._feed = feed
        self._bootstrap = bootstrap
        self._make = make
        self._seconds = seconds
        self._look_every = look_every
        self._done: tuple[Position, str] | None = None
        self._epoch = 0
        self._pauses = pauses()
        self.unpublished_since: datetime | None = None
        """Recorded time of the oldest record that is known not to be acknowledged."""
        self.restarts = 0

    @property
    def acked(self) -> Position | None:
        """The last position that the broker has acknowledged, to this relay or an earlier one."""
        return self._done[0] if self._done else None

    async def run(self) -> None:
        while True:
            try:
                await self._session()
            except Exception as error:  # whatever it was, the topic's last record says where to go on
                self.restarts += 1
                _log.warning("relay.restart", topic=self._feed.topic, error=repr(error), restarts=self.restarts)
            await asyncio.sleep(next(self._pauses))
            await self._note_unpublished()

    async def _session(self) -> None:
        """Publish with one producer, until it fails."""
        async with asyncio.timeout(LOOK):
            await ensure_topic(self._bootstrap, self._feed.topic, self._make)
        async with producing(self._bootstrap, self._seconds) as broker, AsyncExitStack() as stack:
            reader: Reader | None = None
            while True:
                async with asyncio.timeout(LOOK):
                    mark = await self._resume()
                if reader is None or reader.after != mark:
                    await stack.aclose()
                    reader = await stack.enter_async_context(aclosing(Reader(self._feed, mark)))
                await self._publish_from(broker, reader)

    async def _resume(self) -> Mark:
        """Where to go on: after the last record that the topic, the log and our own acknowledgements agree on."""
        last = await read_last(self._bootstrap, self._feed.topic, self._feed.prefix)
        epochs = await self._feed.epochs()
        self._epoch = newest(epochs)
        if last.at is None:
            return self._begin(written=0)
        self._feed.saw(last.at)
        mark = agreed(epochs, last.at, last.key)
        if self._done:
            mark = min(mark, agreed(epochs, *self._done))
        if last.written < await self._feed.rank(mark):
            return self._begin(last.written)
        if self._done is None:
            self._done = (last.at, last.key)
        return mark

    def _begin(self, written: int) -> Mark:
        if self._done:
            _log.warning("relay.topic_lost", topic=self._feed.topic, written=written, acknowledged=self._done[0])
        self._done = None
        return START

    async def _publish_from(self, broker: KafkaBroker, reader: "Reader") -> None:
        """Publish until the topic is not as it should be, or the log has begun a new epoch."""
        watching = asyncio.create_task(self._watch())  # beside: a look takes as long as publishing many records
        try:
            while not watching.done() and (records := await reader.page(watching)):
                if any(record.at.epoch > self._epoch for record in records):
                    reader.after = None
                    return
                await self._publish(broker, records)
                reader.after = records[-1].mark
            await watching
        finally:
            watching.cancel()
            await asyncio.wait({watching})

    async def _watch(self) -> None:
        """Ends when the topic has lost records, or ends before one that it has acknowledged. Raises KafkaError."""
        well = True
        while well:
            await asyncio.sleep(self._look_every)
            async with asyncio.timeout(LOOK):
                well = await self._is_well()

    async def _is_well(self) -> bool:
        done = self._done
        last = await read_last(self._bootstrap, self._feed.topic, self._feed.prefix)
        epochs = await self._feed.epochs()
        if newest(epochs) != self._epoch:
            return False
        if last.at is None:
            return done is None
        self._feed.saw(last.at)
        mark = agreed(epochs, last.at, last.key)
        held = done is None or mark >= agreed(epochs, *done)
        return held and last.written >= await self._feed.rank(mark)

    async def _publish(self, broker: KafkaBroker, records: Sequence[Record]) -> None:
        self.unpublished_since = records[0].recorded_at
        sent: list[asyncio.Future[RecordMetadata]] = []
        try:
            async with asyncio.timeout(self._seconds):  # an idempotent batch never expires by itself
                for record in records:
                    sent.append(await self._send(broker, record))  # noqa: PERF401 (an error keeps what was sent)
                await asyncio.gather(*sent)
        finally:
            for future in sent:
                future.cancel()
        self._done = (records[-1].at, records[-1].key)
        self.unpublished_since = None
        self._pauses = pauses()

    async def _note_unpublished(self) -> None:
        """What came in while the broker was away is waiting too."""
        if self._done is None or self.unpublished_since is not None:
            return
        reader = Reader(self._feed, Mark(self._done[0].position, self._done[1]))
        async with aclosing(reader):
            with suppress(Exception):  # the log may be away as well
                waiting = await reader.page(asyncio.create_task(asyncio.sleep(0.2)))
                self.unpublished_since = waiting[0].recorded_at if waiting else None

    async def _send(self, broker: KafkaBroker, record: Record) -> asyncio.Future[RecordMetadata]:
        return await broker.publish(
            record.value,
            self._feed.topic,
            key=record.key.encode(),
            partition=0,
            headers=record.headers,
            timestamp_ms=(record.recorded_at - EPOCH) // _MILLISECOND,
            correlation_id=f"{record.at.epoch}-{record.at.position}",
            no_confirm=True,
        )


def agreed(epochs: Epochs, at: Position, key: str) -> Mark:
    """The mark of a record, or, where a later epoch began before it, of the end of what that epoch took over."""
    position = shared(epochs, at)
    return Mark(position, key if position == at.position else AFTER_ALL)


class Reader:
    """Pages of a feed after a mark. `after` is for its user to move, past what is done with."""

    def __init__(self, feed: Feed, after: Mark) -> None:
        self.after: Mark | None = after
        self._pages = feed.tail(after)
        self._next: asyncio.Future[list[Record]] | None = None

    async def page(self, until: asyncio.Future[None]) -> list[Record]:
        """The next page; none if it does not come before `until` is done, but then the next call may get it."""
        if self._next is None:
            self._next = asyncio.ensure_future(anext(self._pages))
        either: set[asyncio.Future[Any]] = {self._next, until}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not self._next.done():
            return []
        page, self._next = self._next, None
        return page.result()

    async def aclose(self) -> None:
        if self._next is not None:
            self._next.cancel()
            await asyncio.wait({self._next})
        await self._pages.aclose()


class Last(NamedTuple):
    """A topic's last record that is ours (null if there is none), and how many records were ever written to it."""

    at: Position | None
    key: str
    written: int


async def read_last(bootstrap: str, topic: str, prefix: str) -> Last:
    """Raises KafkaError, also where the topic is missing or has several partitions."""
    async with reading(bootstrap) as consumer:
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
                at = place(record.headers, prefix)
                if at is not None:
                    return Last(at, (record.key or b"").decode(errors="replace"), end)
            upper, width = lower, min(width * 10, 1_000)
        return Last(None, "", end)


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


def place(headers: Iterable[tuple[str, bytes | None]], prefix: str = "") -> Position | None:
    """Where a record stands in its log; null for one that no relay wrote."""
    found = dict(headers)
    try:
        at = Position(int(found[f"{prefix}epoch"] or b""), int(found[f"{prefix}position"] or b""))
    except (KeyError, ValueError):
        return None
    return at if 0 < at.epoch < 1 << 31 and 0 < at.position < 1 << 63 else None


async def ensure_topic(bootstrap: str, topic: str, make: Topic) -> None:
    async with reading(bootstrap) as consumer:
        if topic in await consumer.topics():
            return
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    try:
        await admin.start()
        answer = await admin.create_topics([make.new(topic)])
    finally:
        await ended(admin.close(), 5)
    for _, code, *message in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise for_code(code)(*message)


@asynccontextmanager
async def reading(bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group, for a look at a topic."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
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
async def producing(bootstrap: str, seconds: float) -> AsyncIterator[KafkaBroker]:
    """A broker whose idempotent producer is really gone afterwards."""
    broker = KafkaBroker(
        bootstrap.split(","),  # as one text it would be one host
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
        _log.info("relay.unclean_end", error=repr(error))
