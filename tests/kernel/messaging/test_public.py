"""A public topic is its log's translation; a subscriber knows each event once, in order, however often it is killed."""

import asyncio
import contextlib
import dataclasses
import json
import os
import random
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.processes import ROOT
from deploy.subscriber.seen import Event, Seen
from services.kernel.events import EPOCH, Recorded
from services.kernel.fold import Model, by_stream
from services.kernel.kafka import ensure_topic
from services.kernel.projection import Engine
from services.kernel.public import IN_ORDER, PublicFeed, PublicRecord, following
from services.kernel.rebuild import rebuild
from services.kernel.relay import AFTER_ALL, Mark, Record, Relay
from tests.kernel.log.support import VOCABULARY, Cleared, Raised
from tests.kernel.messaging.support import Owner, delete_topic, raw, running, send, until


def told(stream: str, row: PublicRecord | None, recorded: Recorded[Raised | Cleared]) -> PublicRecord:
    return following(row, "CounterRaised", recorded, {"counter": stream, "by": recorded.event.model_dump().get("by")})


PUBLIC = Model(
    "public", "registry", VOCABULARY, (Raised, Cleared), by_stream, told, doc=PublicRecord, indexes=(IN_ORDER,)
)


def told_once(stream: str, row: PublicRecord | None, recorded: Recorded[Raised | Cleared]) -> PublicRecord:
    return row or told(stream, row, recorded)


FEWER = dataclasses.replace(PUBLIC, change=told_once, version=2)


@pytest.fixture
async def pool(owner: Owner) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(owner.log._dsn, min_size=0, max_size=4) as opened:
        yield opened


@pytest.fixture
async def feed(owner: Owner, pool: asyncpg.Pool) -> AsyncIterator[PublicFeed]:
    """The public topic is kept up to date."""
    feed = PublicFeed(owner.log.name, PUBLIC, pool, owner.log)
    relay = Relay(feed, owner.kafka, look_every=0.5, seconds=5.0)
    async with running(Engine(PUBLIC, pool, owner.log).run(), relay.run()):
        yield feed


async def records(owner: Owner, topic: str) -> list[Any]:
    consumer = AIOKafkaConsumer(bootstrap_servers=owner.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        if topic not in await consumer.topics():
            return []
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        found: list[Any] = []
        while await consumer.position(partition) < end:
            found += (record for page in (await consumer.getmany(timeout_ms=500)).values() for record in page)
        return found
    finally:
        await consumer.stop()


async def complete(owner: Owner, topic: str, count: int) -> bool:
    return len({dict(record.headers).get("ce_id") for record in await records(owner, topic)}) == count


async def test_a_stray_public_record_ahead_of_a_log_fences_nothing(owner: Owner, feed: PublicFeed) -> None:
    await owner.tell(3)
    topic = owner.kafka.topic(feed.name)
    await until(lambda: complete(owner, topic, 3))
    last = (await records(owner, topic))[-1]
    assert (place := feed.place(last, 1))
    ahead = [(name, b"99" if name == "ce_position" else value) for name, value in last.headers]
    await send(owner.bootstrap, topic, (b"x", [("ce_epoch", b"1"), ("ce_position", b"99")]), (last.value, ahead))
    await asyncio.sleep(2)  # the relay has looked
    await owner.tell(1)
    await until(lambda: complete(owner, topic, 5))
    assert place.position == 3
    assert await owner.log.fenced() is None


async def test_public_records_are_cloudevents_in_binary_mode(owner: Owner, feed: PublicFeed) -> None:
    await owner.tell(20, size=2)
    await until(lambda: complete(owner, owner.kafka.topic(feed.name), 40))
    last: dict[str, int] = {}
    for record in await records(owner, owner.kafka.topic(feed.name)):
        headers = {name: value.decode() for name, value in record.headers}
        assert headers["ce_specversion"] == "1.0"
        assert headers["ce_source"] == f"/thidua/{owner.log.name}"
        assert headers["ce_type"] == f"thidua.{owner.log.name}.CounterRaised"
        assert headers["content-type"] == "application/json"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", headers["ce_time"])
        assert all(re.fullmatch(r"ce_[a-z0-9]{1,20}", name) for name in headers if name.startswith("ce_"))
        assert record.key.decode() == headers["ce_subject"] == json.loads(record.value)["counter"]
        assert int(headers["ce_sequence"]) == last.get(headers["ce_subject"], 0) + 1
        last[headers["ce_subject"]] = int(headers["ce_sequence"])


async def test_a_lost_public_topic_is_written_again_record_for_record(owner: Owner, feed: PublicFeed) -> None:
    await owner.tell(30)
    await until(lambda: complete(owner, owner.kafka.topic(feed.name), 30))
    before = [(r.key, r.value, r.headers) for r in await records(owner, owner.kafka.topic(feed.name))]
    await delete_topic(owner.bootstrap, owner.kafka.topic(feed.name))
    await until(lambda: complete(owner, owner.kafka.topic(feed.name), 30))
    assert [(r.key, r.value, r.headers) for r in await records(owner, owner.kafka.topic(feed.name))] == before


async def test_a_public_table_can_be_read_in_its_order_by_an_index_after_a_rebuild_too(
    owner: Owner, pool: asyncpg.Pool
) -> None:
    await owner.tell(20)
    await Engine(PUBLIC, pool, owner.log).catch_up()
    assert await reads_in_order_by_index(pool)
    assert (await rebuild(PUBLIC, owner.log, owner.log._dsn, page=5)).flipped
    assert await reads_in_order_by_index(pool)


async def reads_in_order_by_index(pool: asyncpg.Pool) -> bool:
    defined = await pool.fetch("select indexdef from pg_indexes where schemaname = 'read' and tablename = 'public'")
    return [row[0].endswith("USING btree (since, key)") for row in defined].count(True) == 1


async def test_public_records_are_counted_once_and_anew_in_a_table_that_took_anothers_place(
    owner: Owner, pool: asyncpg.Pool
) -> None:
    feed = PublicFeed(owner.log.name, PUBLIC, pool, owner.log)
    await owner.tell(30)
    await Engine(PUBLIC, pool, owner.log).catch_up()
    for position in (10, 30, 20, 30):
        assert await feed.rank(Mark(position, AFTER_ALL)) == position
    assert await feed.rank(Mark(9, "")) == 8
    assert await feed.rank(Mark(99, AFTER_ALL)) == 30
    await owner.tell(1)
    await Engine(PUBLIC, pool, owner.log).catch_up()
    assert await feed.rank(Mark(99, AFTER_ALL)) == 31
    await pool.execute("delete from read.public where since between 5 and 7")
    assert await feed.rank(Mark(31, AFTER_ALL)) == 31
    assert (await rebuild(FEWER, owner.log, owner.log._dsn)).flipped
    assert await feed.rank(Mark(31, AFTER_ALL)) == len(
        {record.stream for record in VOCABULARY.decode(await owner.rows())}
    )


class Subscriber:
    """The sample subscriber in a process of its own."""

    def __init__(self, owner: Owner, topic: str, file: Path) -> None:
        self._command = [sys.executable, "-m", "deploy.subscriber", topic, str(file)]
        self._environment = {**os.environ, "THIDUA_KAFKA": owner.bootstrap}
        self._file = file
        self.printed: list[str] = []

    def remembered(self) -> list[Event]:
        text = self._file.read_text() if self._file.exists() else ""
        return [Event(**json.loads(line)) for line in text.split("\n")[:-1]]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Killed with -9 at the end."""
        process = await asyncio.create_subprocess_exec(
            *self._command, cwd=ROOT, env=self._environment, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            yield
        finally:
            process.send_signal(signal.SIGKILL)
            self.printed += (await process.stdout.read()).decode().splitlines()
            await process.wait()


async def test_a_subscriber_that_is_killed_loses_and_repeats_nothing(
    owner: Owner, feed: PublicFeed, tmp_path: Path
) -> None:
    subscriber = Subscriber(owner, owner.kafka.topic(feed.name), tmp_path / "seen")
    chance = random.Random(3)
    for _ in range(3):
        await owner.tell(40)
        async with subscriber.running():
            already = len(subscriber.remembered())
            await until(lambda already=already: len(subscriber.remembered()) > already)  # type: ignore[misc]
            await asyncio.sleep(chance.uniform(0, 0.3))
        with (tmp_path / "seen").open("a") as file:
            file.write('{"id": "half a line')
    await delete_topic(owner.bootstrap, owner.kafka.topic(feed.name))
    async with subscriber.running():
        await until(lambda: len(subscriber.remembered()) >= 120)
        await owner.tell(5)
        await until(lambda: len(subscriber.remembered()) >= 125)
    ids = [event.id for event in subscriber.remembered()]
    assert len(ids) == len(set(ids)) == 125
    assert len(subscriber.printed) == len(set(subscriber.printed))
    for subject in {event.subject for event in subscriber.remembered()}:
        sequences = [event.sequence for event in subscriber.remembered() if event.subject == subject]
        assert sequences == list(range(1, len(sequences) + 1))


def event(subject: str, sequence: int, epoch: int = 1) -> Event:
    return Event(f"{epoch}-{subject}-{sequence}", "T", subject, "2026-01-01T00:00:00Z", epoch, sequence, {})


def test_what_comes_after_a_gap_is_held_back_until_it_is_filled(tmp_path: Path) -> None:
    with Seen(tmp_path / "seen") as seen:
        assert seen.take(event("a", 1)) == [event("a", 1)]
        assert seen.take(event("a", 3)) == []
        assert seen.take(event("b", 1)) == [event("b", 1)]
        assert seen.take(event("a", 4)) == []
        assert seen.waiting == 2
        assert seen.take(event("a", 1)) == []
        assert seen.take(event("a", 2)) == [event("a", 2), event("a", 3), event("a", 4)]
        assert seen.waiting == 0


def test_what_a_restored_log_says_instead_takes_the_place_of_what_it_lost(tmp_path: Path) -> None:
    with Seen(tmp_path / "seen") as seen:
        for sequence in (1, 2, 3):
            seen.take(event("a", sequence))
        assert seen.take(event("a", 3, epoch=2)) == [event("a", 3, epoch=2)]
        assert seen.take(event("a", 3)) == []
        assert seen.take(event("a", 4, epoch=2)) == [event("a", 4, epoch=2)]
    with Seen(tmp_path / "seen") as again:
        assert again.take(event("a", 4, epoch=2)) == []
        assert again.take(event("a", 5, epoch=2)) == [event("a", 5, epoch=2)]


async def test_a_public_record_that_comes_out_of_order_is_held_back(owner: Owner, tmp_path: Path) -> None:
    feed = PublicFeed(owner.log.name, PUBLIC, None, owner.log)  # type: ignore[arg-type]
    topic = owner.kafka.topic(feed.name)
    made: list[Record] = []
    for n in (1, 2, 3):
        row = PublicRecord(type="T", sequence=n, epoch=1, time=EPOCH, data={"n": n})
        made.append(feed._record(n, "counter:1", row.model_dump_json()))
    await ensure_topic(owner.kafka, topic)
    subscriber = Subscriber(owner, topic, tmp_path / "seen")
    async with subscriber.running():
        await send(owner.bootstrap, topic, raw(made[0]), raw(made[2]))
        await until(lambda: len(subscriber.remembered()) == 1)
        await asyncio.sleep(0.5)
        assert len(subscriber.remembered()) == 1
        await send(owner.bootstrap, topic, raw(made[1]))
        await until(lambda: [event.sequence for event in subscriber.remembered()] == [1, 2, 3])
