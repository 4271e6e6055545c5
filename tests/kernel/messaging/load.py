"""A continuous load of commands, into which faults of Kafka fall; afterwards nothing may be missing anywhere."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from functools import partial

from deploy.local.servers import Kafka
from services.kernel.inbox import Inbox
from tests.kernel.messaging.support import Follower, Owner, ends_with, running, until


class Load:
    """Commands one after the other, some hundred a second; how many, and how long the slowest of them took."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self.last = 0
        self.slowest = 0.0

    async def run(self) -> None:
        while True:
            began = time.monotonic()
            self.last = await self._owner.tell(1, size=2)
            self.slowest = max(self.slowest, time.monotonic() - began)
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def loaded(owner: Owner, inbox: Inbox, *, recover: float = 120) -> AsyncIterator[Load]:
    """Faults happen in the block, under load. Then the load ends, with no further event, and within `recover` seconds
    who follows has every row once, in order, and the topic ends where the log does.
    """
    follower, relay, load = Follower(inbox), owner.relay(), Load(owner)
    async with running(relay.run(), inbox.run(), follower.run()):
        async with running(load.run()):
            await follower.has(20)
            yield load
        head = (await owner.log.head()).position
        await follower.has(head, recover)
        assert follower.rows == await owner.rows()
        await until(lambda: relay.acked and relay.acked.position == head, recover)
        await until(partial(ends_with, owner, head), recover)


async def kill_and_restart(kafka: Kafka, n: int = 0, *, wipe: bool = False) -> None:
    await asyncio.to_thread(kafka.kill9, n)
    await asyncio.sleep(0.3)
    await asyncio.to_thread(kafka.restart, n, wipe=wipe)


async def goes_on(load: Load, commands: int = 20, seconds: float = 10) -> None:
    """Commands are taken right now."""
    target = load.last + 2 * commands
    await until(lambda: load.last >= target, seconds)
