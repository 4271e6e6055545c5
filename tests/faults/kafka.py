"""Faults of Kafka under load: commands go on, and the read model of who follows ends equal to a replay."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Iterator

from deploy.local.processes import Run
from deploy.local.servers import Kafka, Servers
from tests.faults.cases import Case
from tests.faults.following import Scene, scene
from tests.kernel.messaging.support import Raw, delete_topic, raw_rows, running, send

Fault = Callable[[Scene, random.Random], Awaitable[None]]


@contextlib.contextmanager
def own_kafka(purpose: str, brokers: int = 1) -> Iterator[Kafka]:
    """Brokers that may be killed and emptied."""
    run = Run(purpose)
    kafka = Kafka(run.folder, brokers=brokers)
    try:
        kafka.start()
        yield kafka
    finally:
        kafka.stop()
        run.remove()
        run.release()


async def repeated(n: int, seed: int, servers: Servers, bootstrap: str, fault: Fault) -> list[str]:
    """The fault `n` times under one load, which goes on in between."""
    chance = random.Random(seed)
    async with scene(servers.postgres, bootstrap) as made:
        async with made.loaded():
            for _ in range(n):
                await fault(made, chance)
                await made.goes_on(chance.randint(1, 50))
        return await made.failures()


async def topic_deleted(n: int, seed: int, servers: Servers) -> list[str]:
    async def fault(made: Scene, chance: random.Random) -> None:
        await delete_topic(made.owner.bootstrap, made.owner.topic)
        await asyncio.sleep(chance.uniform(0, 3))

    return await repeated(n, seed, servers, servers.kafka.bootstrap, fault)


async def broker_killed(n: int, seed: int, servers: Servers) -> list[str]:
    return await _broken(n, seed, servers, wipe=False)


async def broker_emptied(n: int, seed: int, servers: Servers) -> list[str]:
    return await _broken(n, seed, servers, wipe=True)


async def _broken(n: int, seed: int, servers: Servers, *, wipe: bool) -> list[str]:
    with own_kafka("faults-emptied" if wipe else "faults-broker") as kafka:

        async def fault(made: Scene, chance: random.Random) -> None:
            await asyncio.to_thread(kafka.kill9)
            await asyncio.sleep(chance.uniform(0, 1))
            await asyncio.to_thread(kafka.restart, wipe=wipe)
            if chance.random() < 0.7:  # now and then it dies again before anybody has found his way
                await made.relayed()

        return await repeated(n, seed, servers, kafka.bootstrap, fault)


async def two_of_three_down(n: int, seed: int, servers: Servers) -> list[str]:
    """`n` seconds long."""
    with own_kafka("faults-three", brokers=3) as kafka:

        async def fault(made: Scene, chance: random.Random) -> None:
            dead = chance.sample(range(3), 2)
            for broker in dead:
                await asyncio.to_thread(kafka.kill9, broker)
            await asyncio.sleep(n)
            await made.goes_on()
            for broker in dead:
                await asyncio.to_thread(kafka.restart, broker, wait=False)

        return await repeated(1, seed, servers, kafka.bootstrap, fault)


async def second_relay(n: int, seed: int, servers: Servers) -> list[str]:
    """Others relay the same log, begin and end when they like, and write what they read long ago."""

    async def fault(made: Scene, chance: random.Random) -> None:
        async with running(made.owner.relay().run()):
            await asyncio.sleep(chance.uniform(0.1, 2))
            old = chance.randrange(1, 50)
            await send(made.owner.bootstrap, made.owner.topic, *raw_rows(await made.owner.log.read(old, 30)))

    return await repeated(n, seed, servers, servers.kafka.bootstrap, fault)


async def disorder(n: int, seed: int, servers: Servers) -> list[str]:
    """Records that were there already, several times and in any order, between the relay's own."""

    async def fault(made: Scene, chance: random.Random) -> None:
        head = (await made.owner.log.head()).position
        records = raw_rows(await made.owner.log.read(max(0, head - 40), 40)) * 2
        chance.shuffle(records)
        await send(made.owner.bootstrap, made.owner.topic, *records)

    return await repeated(n, seed, servers, servers.kafka.bootstrap, fault)


async def not_ours(n: int, seed: int, servers: Servers) -> list[str]:
    async def fault(made: Scene, chance: random.Random) -> None:
        await send(made.owner.bootstrap, made.owner.topic, *(foreign(chance) for _ in range(5)))

    return await repeated(n, seed, servers, servers.kafka.bootstrap, fault)


def foreign(chance: random.Random) -> Raw:
    """A record that no relay wrote: headers that are missing, null, not UTF-8, no numbers, or of a far position."""
    values = (None, b"", b"1", b"\xff\xfe", b"x", b"-1", str(chance.randrange(10**7, 10**12)).encode())
    names = [name for name in ("epoch", "position", "recorded_at_us", "type", "other") if chance.random() < 0.8]
    headers: list[tuple[str, bytes | None]] = [(name, chance.choice(values)) for name in names]
    if ("position", b"1") not in headers:
        return chance.randbytes(chance.randrange(50)), headers
    return b"", headers


CASES = [
    Case("topic-deleted", "Kafka's topic deleted under load", 30, 2, topic_deleted),
    Case("broker-killed", "Kafka killed with -9 under load", 20, 1, broker_killed),
    Case("broker-emptied", "Kafka back with an empty disk under load", 20, 2, broker_emptied),
    Case("brokers-down", "two of three brokers down for so many seconds under load", 60, 3, two_of_three_down),
    Case("second-relay", "a second relay let loose, and records written again", 30, 2, second_relay),
    Case("disorder", "duplicated and reordered records in the topic", 100, 3, disorder),
    Case("not-ours", "records that are not ours in the topic", 100, 3, not_ours),
]
