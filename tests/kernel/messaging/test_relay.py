"""A topic mirrors its log, in order, and is whole again after whatever happens to it."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
import grpc
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.kernel.events import Position
from services.kernel.inbox import Inbox
from services.kernel.kafka import Kafka, ensure_topic, read_last
from services.kernel.kafka import place as place_of
from services.kernel.log import Log, new_epoch
from services.kernel.logclient import LogClient
from services.kernel.relay import log_place
from services.upkeep import begin_epoch
from tests.kernel.conftest import Place
from tests.kernel.messaging.support import Follower, Owner, Raw, delete_topic, ends_with, raw_rows, running, send, until


async def records(owner: Owner) -> list[Any]:
    """The whole topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=owner.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    partition = TopicPartition(owner.topic, 0)
    consumer.assign([partition])
    end = (await consumer.end_offsets([partition]))[partition]
    found: list[Any] = []
    while await consumer.position(partition) < end:
        found += (record for page in (await consumer.getmany(timeout_ms=500)).values() for record in page)
    await consumer.stop()
    return found


async def positions(owner: Owner) -> list[int]:
    return [int(dict(record.headers)["position"]) for record in await records(owner)]


async def test_a_topic_mirrors_its_log(owner: Owner) -> None:
    relay = owner.relay()
    async with running(relay.run()):
        last = await owner.tell(30, size=3)
        await until(lambda: relay.acked == Position(1, last))
    rows = await owner.rows()
    for record, row in zip(await records(owner), rows, strict=True):
        headers = dict(record.headers)
        assert record.value == row.body
        assert record.key.decode() in row.body.decode()
        assert (headers["epoch"], headers["position"]) == (b"1", str(row.position).encode())
        assert headers["type"] == row.type.encode()
    assert relay.unpublished_since is None
    assert relay.restarts == 0


async def test_a_relay_goes_on_where_the_topic_ends(owner: Owner) -> None:
    for last in (10, 20, 30):
        async with running(owner.relay().run()):
            await owner.tell(10)
            await until(partial(ends_with, owner, last))
    assert await positions(owner) == list(range(1, 31))


async def test_what_others_wrote_at_the_end_is_passed_over(owner: Owner) -> None:
    relay = owner.relay()
    async with running(relay.run()):
        await owner.tell(5)
        await until(lambda: relay.acked == Position(1, 5))
    await send(owner.bootstrap, owner.topic, *[(b"x", [])] * 25)
    assert (await read_last(owner.kafka, owner.topic, log_place))[:1] == (Position(1, 5),)


async def test_a_deleted_topic_is_written_again_from_the_beginning_while_idle(owner: Owner) -> None:
    relay = owner.relay()
    async with running(relay.run()):
        await owner.tell(20)
        await until(lambda: relay.acked == Position(1, 20))
        await delete_topic(owner.bootstrap, owner.topic)
        await until(lambda: relay.restarts)
        await until(lambda: relay.acked == Position(1, 20))
        await until(partial(ends_with, owner, 20))
    assert await positions(owner) == list(range(1, 21))


async def test_a_topic_that_was_replaced_under_a_relay_that_goes_on_publishing_is_written_again(owner: Owner) -> None:
    relay, kafka = owner.relay(), Kafka(owner.bootstrap)

    async def tell() -> None:
        while True:
            await owner.tell(1)
            await asyncio.sleep(0.01)

    async def first() -> bool:
        return 1 in await positions(owner)

    async with running(relay.run(), tell()):
        await until(lambda: relay.acked is not None and relay.acked.position > 20)
        await delete_topic(owner.bootstrap, owner.topic)
        await ensure_topic(kafka, owner.topic)
        await until(first)
    found = await positions(owner)
    assert sorted(set(found)) == list(range(1, max(found) + 1))


async def test_a_second_relay_does_no_harm(owner: Owner) -> None:
    one, two = owner.relay(), owner.relay()
    async with running(one.run(), two.run()):
        last = await owner.tell(50, size=2)
        await until(lambda: one.acked == two.acked == Position(1, last))
    assert sorted(set(await positions(owner))) == list(range(1, last + 1))


async def test_commands_go_on_while_the_relay_has_no_broker(owner: Owner) -> None:
    relay = owner.relay()
    relay._kafka = Kafka("127.0.0.1:1")
    async with running(relay.run()):
        assert await owner.tell(5) == 5
        await until(lambda: relay.restarts > 0)
        relay._kafka = owner.kafka
        await until(lambda: relay.acked == Position(1, 5))
    assert await positions(owner) == [1, 2, 3, 4, 5]


async def test_a_topic_ahead_of_its_log_fences_the_log_until_a_new_epoch(owner: Owner, place: Place) -> None:
    """As when an older data directory was copied back: the topic knows more than the log."""
    older = await Log.open(owner.log.name, place.dsn)
    restored = Owner(older, owner.bootstrap)
    relay = owner.relay()
    async with running(relay.run()):
        await owner.tell(20)
        await until(lambda: relay.acked == Position(1, 20))
    await restored.tell(12)
    relay = restored.relay()
    async with running(relay.run()):
        await until(older.fenced)
        epoch = await new_epoch(place.admin_dsn, "restored", "tester")
        last = await restored.tell(4)
        assert last == 16
        await until(lambda: relay.acked == Position(epoch, 16))
    assert (await positions(owner))[20:] == [13, 14, 15, 16]
    await older.close()


async def test_an_epoch_that_the_topic_has_seen_is_not_begun_again_after_a_second_restore(
    owner: Owner, place: Place
) -> None:
    log = await Log.open(owner.log.name, place.dsn)
    here = Owner(log, owner.bootstrap)
    relay = here.relay()
    async with running(relay.run()):
        await here.tell(3)
        await until(lambda: relay.acked == Position(1, 3))
        first = await begin_epoch(log.name, place.admin_dsn, "restored", "tester", owner.kafka)
        await here.tell(2)
        await until(lambda: relay.acked == Position(first, 5))
    await log.close()
    admin = await asyncpg.connect(place.admin_dsn)  # yesterday's copy again, which knows nothing of the second epoch
    await admin.execute("delete from log.epochs where epoch > 1; delete from log.events where epoch > 1")
    await admin.execute("update log.head set epoch = 1, last_epoch = 1, position = 3")
    await admin.close()
    second = await begin_epoch(owner.log.name, place.admin_dsn, "restored", "tester", owner.kafka)
    third = await begin_epoch(owner.log.name, place.admin_dsn, "Kafka is away", "tester", Kafka("127.0.0.1:1"))
    assert first < second < third


async def test_a_forged_epoch_that_nobody_can_have_begun_does_not_fence_a_log(owner: Owner, place: Place) -> None:
    relay = owner.relay()
    async with running(relay.run()):
        await owner.tell(3)
        await until(lambda: relay.acked == Position(1, 3))
    epoch = 2**31 - 1
    forged = [row._replace(epoch=epoch, position=4) for row in (await owner.rows())[:1]]
    await send(owner.bootstrap, owner.topic, *raw_rows(forged))
    relay = owner.relay()
    async with running(relay.run()):
        await until(lambda: relay.acked == Position(1, 3))
        await owner.tell(2)
        await until(lambda: relay.acked == Position(1, 5))
    assert await owner.log.fenced() is None
    assert 1 < await begin_epoch(owner.log.name, place.admin_dsn, "a test", "tester", owner.kafka) < epoch


async def test_a_stray_record_ahead_of_a_log_fences_nothing_and_is_passed_over(owner: Owner) -> None:
    async with running((relay := owner.relay()).run()):
        await owner.tell(3)
        await until(lambda: relay.acked == Position(1, 3))
    (row, *_) = [row._replace(position=99) for row in await owner.rows()]
    headers: list[tuple[str, bytes | None]] = [("epoch", b"1"), ("position", b"99")]
    whole = raw_rows([row])[0][1]
    strays: list[Raw] = [
        (b"x", headers),
        (row.body, headers),
        (b"{}", whole),
        (row.body + b" ", whole),
        (row.body, [*whole, ("type", b"Cleared")]),
    ]
    await send(owner.bootstrap, owner.topic, *strays)
    async with running((relay := owner.relay()).run()):
        await until(lambda: relay.acked == Position(1, 3))
        await owner.tell(2)
        await until(lambda: relay.acked == Position(1, 5))
    assert await owner.log.fenced() is None
    assert (await read_last(owner.kafka, owner.topic, log_place))[0] == Position(1, 5)


def test_an_epoch_that_the_log_itself_has_begun_is_taken_whatever_the_clock_says() -> None:
    headers = [("epoch", b"2147483000"), ("position", b"4")]
    assert place_of(headers) is None
    assert place_of(headers, known=2147483000) == Position(2147483000, 4)


async def test_two_systems_on_one_kafka_do_not_meet(owner: Owner, fresh_place: Callable[[], Awaitable[Place]]) -> None:
    log = await Log.open(owner.log.name, (await fresh_place()).dsn)
    other = Owner(log, owner.bootstrap, "another.")
    await other.serve()
    async with (
        grpc.aio.insecure_channel(f"127.0.0.1:{owner.port}") as here,
        grpc.aio.insecure_channel(f"127.0.0.1:{other.port}") as there,
    ):
        one, two = (
            Inbox("elsewhere", LogClient(each.log.name, channel), each.kafka, look_every=600)
            for each, channel in ((owner, here), (other, there))
        )
        followers = [Follower(one), Follower(two)]
        works = [each.relay().run() for each in (owner, other)]
        async with running(*works, one.run(), two.run(), *(follower.run() for follower in followers)):
            await owner.tell(7)
            await other.tell(5)
            await until(lambda: (one.received, two.received) == (7, 5))
            await asyncio.sleep(0.5)
        assert (one.received, two.received, one.foreign, two.foreign) == (7, 5, 0, 0)
        assert [follower.rows for follower in followers] == [await owner.rows(), await other.rows()]
    assert await positions(owner) == [*range(1, 8)]
    await other.leave()
    await log.close()


async def test_disorder_in_the_topic_is_mended_by_writing_again(owner: Owner) -> None:
    relay = owner.relay()
    async with running(relay.run()):
        await owner.tell(20)
        await until(lambda: relay.acked == Position(1, 20))
        await send(owner.bootstrap, owner.topic, *raw_rows((await owner.rows())[4:8]))
        await until(lambda: relay.acked == Position(1, 20))
        await until(partial(ends_with, owner, 20))
    assert (await positions(owner))[20:] == [*range(5, 9), *range(9, 21)]
