"""From a log to Kafka: a relay mirrors one feed, in order, in a topic of one partition.

Kafka is transport, never the record. Where to go on is read from the topic's last record, so a relay keeps nothing of
its own, a second one does no harm, and a topic that was lost is written again. A producer that fails in any way is
thrown away: an idempotent one can stay broken for ever (aiokafka #1017), and an emptied broker gives its id to another.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol, TypeAlias

import orjson
import structlog
from aiokafka import ConsumerRecord
from aiokafka.structs import RecordMetadata
from faststream.kafka import KafkaBroker
from pydantic import TypeAdapter

from services.kernel.events import EPOCH, Envelope, Event, Position, Row
from services.kernel.fold import Epochs
from services.kernel.history import newest, shared
from services.kernel.kafka import LOOK, Kafka, ensure_topic, place, producing, read_last
from services.kernel.log import Log
from services.kernel.retry import pauses

Foreign: TypeAlias = "ConsumerRecord[Any, Any]"

_log = structlog.get_logger()
_ENVELOPE = TypeAdapter(Envelope[Event])
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

    name: str
    """Names its topic, such as `registry.log`."""

    def place(self, record: Foreign, known: int) -> Position | None:
        """Of a record of the topic, where it stands; null where it is not wholly such as this feed makes.

        Nothing less may tell what the topic has held: it would fence the log.
        """

    def tail(self, after: Mark) -> AsyncGenerator[list[Record], None]:
        """Pages of records, for ever."""

    async def epochs(self) -> Epochs: ...

    async def rank(self, at: Mark) -> int:
        """How many records there are up to and with this one: a topic with fewer has lost some."""

    def saw(self, position: Position) -> None:
        """The topic has held this position."""


class LogFeed:
    """A log as it is: the internal topic."""

    def __init__(self, log: Log) -> None:
        self.name = f"{log.name}.log"
        self._log = log

    async def tail(self, after: Mark) -> AsyncGenerator[list[Record], None]:
        async for rows in self._log.tail(after.position):
            yield [log_record(row) for row in rows]

    def place(self, record: Foreign, known: int) -> Position | None:
        return log_place(record, known)

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


def relayed(record: Foreign, known: int = 0) -> Row | None:
    """The row of a log that a record carries; null for a record that is not wholly such as a relay writes.

    Its type need not be known here: a newer program may have recorded it.
    """
    at, headers = place(record.headers, known=known), dict(record.headers)
    if at is None or not record.value:
        return None
    try:
        told = orjson.loads(record.value)
        recorded_at = EPOCH + timedelta(microseconds=int(headers["recorded_at_us"] or b""))
        row = Row(at.epoch, at.position, recorded_at, (headers["type"] or b"").decode(), record.value)
        sound = _ENVELOPE.validate_python(told).data.type == row.type
    except (KeyError, ValueError, OverflowError):
        return None
    return row if sound and orjson.dumps(told, option=orjson.OPT_SORT_KEYS) == record.value else None


def log_place(record: Foreign, known: int = 0) -> Position | None:
    row = relayed(record, known)
    return row and row.at


class Relay:
    """Mirrors `feed` in its topic, for ever.

    `seconds` bounds the acknowledgement of one page, twice `look_every` how long a lost topic goes unnoticed.
    """

    def __init__(
        self,
        feed: Feed,
        kafka: Kafka,
        *,
        seconds: float = 10.0,
        look_every: float = 3.0,
    ) -> None:
        self._feed = feed
        self._kafka = kafka
        self.topic = kafka.topic(feed.name)
        self._seconds = seconds
        self._look_every = look_every
        self._done: tuple[Position, str] | None = None
        self._end = 0  # the offset after the last acknowledged record
        self._continued: bool | None = None  # whether each lies right behind the one before; null: none came lately
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
                _log.warning("relay.restart", topic=self.topic, error=repr(error), restarts=self.restarts)
            await asyncio.sleep(next(self._pauses))
            await self._note_unpublished()

    async def _session(self) -> None:
        """Publish with one producer, until it fails."""
        async with asyncio.timeout(LOOK):
            await ensure_topic(self._kafka, self.topic)
        async with producing(self._kafka, self._seconds) as broker, AsyncExitStack() as stack:
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
        epochs = await self._feed.epochs()
        self._epoch = newest(epochs)
        last = await read_last(self._kafka, self.topic, self._feed.place, self._epoch)
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
            _log.warning("relay.topic_lost", topic=self.topic, written=written, acknowledged=self._done[0])
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
        """Ends when the topic has lost records, or ends before one that it has acknowledged. Raises KafkaError.

        Offsets that go on as they should show a whole topic as well as a look does, which costs latency.
        """
        well = True
        while well:
            await asyncio.sleep(self._look_every)
            continued, self._continued = self._continued, None
            if continued:
                continue
            async with asyncio.timeout(LOOK):
                well = await self._is_well()

    async def _is_well(self) -> bool:
        done = self._done
        last = await read_last(self._kafka, self.topic, self._feed.place, self._epoch)
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
                offsets = [answer.offset for answer in await asyncio.gather(*sent)]
        finally:
            for future in sent:
                future.cancel()
        follows = offsets == list(range(self._end, self._end + len(offsets)))
        self._continued = follows and self._continued is not False
        self._end = offsets[-1] + 1
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
            self.topic,
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
        records = self._next.result()
        self._next = asyncio.ensure_future(anext(self._pages))  # while this page is published
        return records

    async def aclose(self) -> None:
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
        await self._pages.aclose()
