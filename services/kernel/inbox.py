"""Another service's log as this service sees it: what Kafka brought lately, and the owner by gRPC for the rest.

An inbox is a source for engines, which keep the checkpoint of each foreign read model with its rows. It hands out the
owner's rows in order and without a gap, whatever Kafka does: history is read from the owner in bulk, and so is what a
topic lost, reordered or brought only in part. Kafka's own offsets are a hint; nothing rests on them.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage

from services.kernel.errors import Unavailable
from services.kernel.events import MAX_BODY, Position, Row
from services.kernel.fold import Epochs, lost
from services.kernel.history import newest
from services.kernel.kafka import Kafka, ended
from services.kernel.logclient import Head, LogClient
from services.kernel.relay import relayed
from services.kernel.retry import pauses, wait

_log = structlog.get_logger()

ROWS = 20_000  # kept of what Kafka brought
BYTES = 32 << 20
FILL = 5_000  # rows read from the owner at once
PAGE = 1_000  # records handed over by Kafka at once
POLL = 1_000  # milliseconds that Kafka may keep us waiting when there is nothing
IDLE = 0.001  # seconds after such a poll
SILENT = 3  # looks at the owner that found more than Kafka brought, before the consumer is replaced


class Inbox:
    """The log `owner.name` for the service `service`; a Source. `run` must run beside the engines that follow it.

    `look_every`: seconds between two looks at the owner's head, so that a hole at the end is seen within two.
    """

    def __init__(self, service: str, owner: LogClient, kafka: Kafka, *, look_every: float = 3.0) -> None:
        self.topic = kafka.topic(f"{owner.name}.log")
        self._group = kafka.group(service, owner.name)
        self._owner = owner
        self._kafka = kafka
        self._look_every = look_every
        self._recent = Recent()
        self._tails: dict[object, int] = {}
        self._epochs: Epochs = ()
        self._epoch = 0
        self._due = 0
        self._arrived = asyncio.Event()
        self._look_now = asyncio.Event()
        self._silent = asyncio.Event()
        self.known: Position | None = None
        """The owner's head, as last told."""
        self.error: str | None = None
        """Why the owner could not be read, null when it last answered."""
        self.received = 0
        """Records that Kafka brought."""
        self.foreign = 0
        """Of them, those that no relay of this log wrote, that the owner knows nothing of, or has lost in a restore."""
        self.filled = 0
        """Rows read from the owner: history, and what Kafka did not bring."""
        self.replaced = 0
        """Kafka consumers given up."""

    async def read(
        self, after: int, limit: int, until: int | None = None, types: Collection[str] | None = None
    ) -> list[Row]:
        return await self._owner.read(after, limit, until, types)

    async def head(self) -> Position:
        return (await self._look()).at

    async def epochs(self) -> Epochs:
        return (await self._look()).epochs

    async def tail(self, after: int) -> AsyncGenerator[list[Row], None]:
        """Pages of rows after a position, in order and without a gap. It ends when the log begins a new epoch.

        Raises Unavailable when the owner does not answer at the beginning; later the tail waits for it.
        """
        me = object()
        self._tails[me] = after
        try:
            head = await self._look(after)
            tries = pauses()
            while newest(head.epochs) == self._epoch:
                arrived = self._arrived
                due = max(self._due, head.at.position)  # history in bulk first, then only what Kafka owes us
                rows = self._recent.after(after)
                if not rows and max(due, self._recent.top) > after:
                    rows = await self._fill(after)
                if rows:
                    yield rows
                    after = self._tails[me] = rows[-1].position
                    tries = pauses()
                else:
                    await wait(arrived, next(tries) if due > after else self._look_every)
        finally:
            del self._tails[me]

    async def run(self) -> None:
        """Follow the topic and look at the owner, for ever."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._listen())
            both.create_task(self._watch())

    async def _fill(self, after: int) -> list[Row]:
        """The rows after a position from the owner. None: it is away, or knows nothing of what was brought."""
        rows: list[Row] = []
        try:
            async for page in self._owner.pages(after, after + FILL):
                rows += page
        except Unavailable as error:  # what came before it is a beginning
            self.error = str(error)
        else:
            self.foreign += 0 if rows else self._recent.forget(after)
        self.filled += len(rows)
        return rows

    async def _look(self, after: int = 0) -> Head:
        """Ask the owner for its head; what has been applied here tells it whether it was restored to an older state."""
        seen = max([after, *self._tails.values()])
        head = await self._owner.look(Position(self._epoch, seen) if self._epoch else None)
        self.error = None
        if newest(head.epochs) != self._epoch:
            self._epochs, self._epoch = head.epochs, newest(head.epochs)
            self._due = head.at.position
            self._recent = Recent(row for row in self._recent if not lost(row.at, head.epochs))
            self._wake()
        self.known = head.at
        return head

    async def _watch(self) -> None:
        silent = 0
        while True:
            self._look_now.clear()
            due = self.known.position if self.known else 0
            received = self.received
            await wait(self._look_now, self._look_every)
            with suppress(Unavailable):
                await self._look()
            self._due = min(due, self.known.position) if self.known else 0
            behind = any(after < due for after in self._tails.values())
            silent = silent + 1 if behind and received == self.received else 0
            if silent == SILENT:
                self._silent.set()
                silent = 0
            self._wake()

    async def _listen(self) -> None:
        tries = pauses()
        while True:
            broker = self._consumer()
            try:
                await broker.start()
                self._silent.clear()
                await self._silent.wait()
                tries = pauses()
            except Exception as error:  # broker away: aiokafka fails at once and does not try again
                _log.warning("inbox.kafka", topic=self.topic, error=repr(error))
            finally:
                await ended(broker.stop(), 15)
            self.replaced += 1
            await asyncio.sleep(next(tries))

    def _consumer(self) -> KafkaBroker:
        broker = KafkaBroker(
            self._kafka.bootstrap.split(","),
            security=self._kafka.security,
            consumer_only=True,
            metadata_max_age_ms=3_000,  # a topic that was deleted and made again is found soon
            request_timeout_ms=10_000,
            allow_auto_create_topics=False,
            apply_types=False,
            graceful_timeout=5,
            logger=None,
        )
        subscriber = broker.subscriber(
            self.topic,
            group_id=self._group,
            batch=True,
            max_records=PAGE,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.ACK_FIRST,  # offsets are written now and then: nothing waits for them
            max_partition_fetch_bytes=4 * MAX_BODY,
        )

        async def next_page(consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord[Any, Any], ...]:
            """FastStream's own sleeps as long as it has waited in vain, and what comes meanwhile is late by that."""
            found = await consumer.getmany(timeout_ms=POLL, max_records=PAGE)
            if not found:
                await asyncio.sleep(IDLE)
            return tuple(chain(*found.values()))

        async def parse(records: tuple[ConsumerRecord[Any, Any], ...]) -> KafkaMessage:
            """FastStream's own parser fails at a null header, and the record is then skipped."""
            assert subscriber.consumer is not None
            first, last = records[0], records[-1]
            name = f"{first.offset}-{last.offset}"
            return KafkaMessage(
                body=records, raw_message=records, message_id=name, correlation_id=name, consumer=subscriber.consumer
            )

        async def decode(message: KafkaMessage) -> object:
            return message.body

        subscriber.get_msg = next_page  # type: ignore[method-assign]
        subscriber(self._receive, parser=parse, decoder=decode)
        return broker

    async def _receive(self, records: Sequence[ConsumerRecord[Any, Any]]) -> None:
        self.received += len(records)
        for record in records:
            row = relayed(record, self._epoch)
            if row is None:
                self.foreign += 1
            elif row.epoch > self._epoch:  # tails end, and what follows is read from the owner
                self._look_now.set()
            elif lost(row.at, self._epochs):
                self.foreign += 1
            elif row.position > min(self._tails.values(), default=0):
                self._recent.add(row)
        self._wake()

    def _wake(self) -> None:
        self._arrived.set()
        self._arrived = asyncio.Event()


class Recent:
    """Rows by position, as many as fit; the ones that came first go first."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._rows: dict[int, Row] = {}
        self._bytes = 0
        self.top = 0
        for row in rows:
            self.add(row)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def add(self, row: Row) -> None:
        if row.position in self._rows:
            return
        self._rows[row.position] = row
        self._bytes += len(row.body)
        self.top = max(self.top, row.position)
        while len(self._rows) > ROWS or self._bytes > BYTES:
            self._drop(next(iter(self._rows)))

    def after(self, position: int) -> list[Row]:
        """The rows that follow a position without a gap, at most a page of them."""
        found: list[Row] = []
        while len(found) < FILL and (row := self._rows.get(position + 1 + len(found))) is not None:
            found.append(row)
        return found

    def forget(self, position: int) -> int:
        """Drop the rows after a position; how many."""
        strange = [at for at in self._rows if at > position]
        for at in strange:
            self._drop(at)
        self.top = position
        return len(strange)

    def _drop(self, position: int) -> None:
        self._bytes -= len(self._rows.pop(position).body)
