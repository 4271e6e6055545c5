"""Brokers that die, forget everything, or are too few: commands go on, and who follows ends up with every row."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import grpc
import pytest

from deploy.local.processes import Run
from deploy.local.servers import Kafka
from services.kernel.inbox import Inbox
from services.kernel.log import Log
from services.kernel.logclient import LogClient
from tests.kernel.conftest import Place
from tests.kernel.messaging.load import goes_on, kill_and_restart, loaded
from tests.kernel.messaging.support import Owner, delete_topic


@pytest.fixture(scope="module")
def own_kafka(run: Run) -> Iterator[Kafka]:
    kafka = Kafka(run.folder / "own")
    kafka.start()
    yield kafka
    kafka.stop()


@asynccontextmanager
async def system(place: Place, kafka: Kafka, name: str) -> AsyncIterator[tuple[Owner, Inbox]]:
    log = await Log.open(name, place.dsn)
    owner = Owner(log, kafka.bootstrap)
    await owner.serve()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{owner.port}") as channel:
            yield owner, Inbox("elsewhere", LogClient(name, channel), kafka.bootstrap, look_every=0.5)
    finally:
        await owner.leave()
        await log.close()


async def test_a_broker_that_is_killed_and_comes_back_loses_nothing(place: Place, own_kafka: Kafka) -> None:
    async with system(place, own_kafka, "killed") as (owner, inbox), loaded(owner, inbox) as load:
        for _ in range(2):
            await kill_and_restart(own_kafka)
            await goes_on(load)
    assert load.slowest < 5


async def test_a_broker_that_comes_back_with_an_empty_disk_is_filled_again(place: Place, own_kafka: Kafka) -> None:
    async with system(place, own_kafka, "wiped") as (owner, inbox), loaded(owner, inbox) as load:
        for _ in range(2):
            await kill_and_restart(own_kafka, wipe=True)
            await goes_on(load)
    assert load.slowest < 5


async def test_a_topic_that_is_deleted_under_load_is_written_again(place: Place, own_kafka: Kafka) -> None:
    async with system(place, own_kafka, "deleted") as (owner, inbox), loaded(owner, inbox) as load:
        for _ in range(2):
            await goes_on(load, commands=50)
            await delete_topic(own_kafka.bootstrap, owner.topic)
    assert load.slowest < 5


async def test_with_two_of_three_brokers_down_commands_go_on(
    run: Run, fresh_place: Callable[[], Awaitable[Place]]
) -> None:
    kafka = Kafka(run.folder / "three", brokers=3)
    kafka.start()
    try:
        async with system(await fresh_place(), kafka, "three") as (owner, inbox), loaded(owner, inbox) as load:
            for n in (0, 1):
                await asyncio.to_thread(kafka.kill9, n)
            await goes_on(load, commands=100, seconds=30)
            for n in (0, 1):
                await asyncio.to_thread(kafka.restart, n, wait=False)
            await goes_on(load)
        assert load.slowest < 5
    finally:
        kafka.stop()
