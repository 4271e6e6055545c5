"""Whatever Kafka does, who follows a log gets each of its rows once, in order."""

import random

from services.kernel.inbox import Inbox
from services.kernel.kafka import ensure_topic
from services.kernel.logclient import LogClient
from tests.kernel.log.support import append_of
from tests.kernel.messaging.support import Follower, Owner, delete_topic, raw_rows, running, send, until


async def test_rows_come_through_kafka(owner: Owner, client: LogClient) -> None:
    inbox = Inbox("elsewhere", client, owner.kafka, look_every=600)
    follower = Follower(inbox)
    async with running(owner.relay().run(), inbox.run(), follower.run()):
        await owner.tell(1)
        await until(lambda: inbox.received)
        await owner.tell(50, size=2)
        await follower.has(101)
        assert follower.rows == await owner.rows()
        assert inbox.filled <= 1


async def test_history_is_read_from_the_owner_before_kafka_is_joined(owner: Owner, inbox: Inbox) -> None:
    await owner.tell(30, size=10)
    follower = Follower(inbox)
    async with running(inbox.run(), follower.run()):
        await follower.has(300)
        assert follower.rows == await owner.rows()
        assert inbox.filled == 300


async def test_duplicates_and_disorder_change_nothing(owner: Owner, inbox: Inbox) -> None:
    await owner.tell(20, size=5)
    rows = await owner.rows()
    records = raw_rows(rows) * 3
    random.Random(7).shuffle(records)
    await ensure_topic(owner.kafka, owner.topic)
    follower = Follower(inbox)
    async with running(inbox.run(), follower.run()):
        await send(owner.bootstrap, owner.topic, *records)
        await follower.has(100)
        assert follower.rows == rows


async def test_what_is_not_ours_is_passed_over_and_counted(owner: Owner, inbox: Inbox) -> None:
    await ensure_topic(owner.kafka, owner.topic)
    await owner.tell(1)
    ours = raw_rows(await owner.rows())[0]
    foreign: list[tuple[bytes, list[tuple[str, bytes | None]]]] = [
        (b"no headers", []),
        (b"a null header", [("epoch", None), ("position", b"1")]),
        (b"not UTF-8", [("epoch", b"1"), ("position", b"1"), ("recorded_at_us", b"1"), ("type", b"\xff\xfe")]),
        (b"no number", [("epoch", b"1"), ("position", b"x"), ("recorded_at_us", b"1"), ("type", b"T")]),
        (b"far ahead", [("epoch", b"1"), ("position", b"999999"), ("recorded_at_us", b"1"), ("type", b"T")]),
        (b"", ours[1]),
    ]
    follower = Follower(inbox)
    async with running(owner.relay().run(), inbox.run(), follower.run()):
        await send(owner.bootstrap, owner.topic, *foreign)
        await owner.tell(3)
        await send(owner.bootstrap, owner.topic, *foreign)
        await owner.tell(3)
        await follower.has(7)
        assert follower.rows == await owner.rows()
        assert inbox.foreign >= 2 * (len(foreign) - 1)


async def test_a_hole_at_the_end_is_seen_without_kafka(owner: Owner, inbox: Inbox) -> None:
    follower = Follower(inbox)
    async with running(inbox.run(), follower.run()):
        await owner.tell(1)
        await follower.has(1)
        await owner.tell(5)
        await follower.has(6, seconds=5)
        assert inbox.received == 0


async def test_a_hole_waits_for_the_owner_and_is_filled_when_it_is_back(owner: Owner, inbox: Inbox) -> None:
    await ensure_topic(owner.kafka, owner.topic)
    follower = Follower(inbox)
    async with running(inbox.run(), follower.run()):
        await owner.tell(2)
        await follower.has(2)
        await owner.leave()
        await owner.tell(8)
        rows = await owner.rows()
        await send(owner.bootstrap, owner.topic, *raw_rows(rows[5:]))
        await until(lambda: inbox.received >= 5)
        assert len(follower.rows) == 2
        await send(owner.bootstrap, owner.topic, *raw_rows(rows[2:4]))
        await follower.has(4)
        await owner.serve()
        await follower.has(10)
        assert follower.rows == rows


async def test_a_deleted_topic_under_load_loses_nothing(owner: Owner, inbox: Inbox) -> None:
    follower = Follower(inbox)
    relay = owner.relay()
    async with running(relay.run(), inbox.run(), follower.run()):
        for _ in range(3):
            await owner.tell(40, size=3)
            await delete_topic(owner.bootstrap, owner.topic)
        last = await owner.tell(40, size=3)
        await follower.has(last)
        assert follower.rows == await owner.rows()


async def test_what_is_read_of_an_owner_at_once_is_bounded_in_bytes(
    owner: Owner, client: LogClient, inbox: Inbox
) -> None:
    for n in range(90):
        await owner.log.append(append_of((f"counter:{n}", 0, 1), note="x" * 500_000))
    for read in (owner.log.read, client.read):
        rows = await read(0, 1_000)
        assert 30 << 20 < sum(len(row.body) for row in rows) < 34 << 20
        assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    follower = Follower(inbox)
    async with running(inbox.run(), follower.run()):
        await until(lambda: follower.rows)
        assert len(follower.rows) < 90
        await follower.has(90)
