"""A log that is written all the time, its relay, and a read model of it in another database, for faults of Kafka.

Afterwards the load ends, with no further event, and the read model must be what a replay of the log gives.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator

import asyncpg
import grpc

from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.inbox import Inbox
from services.kernel.log import Log
from services.kernel.logclient import LogClient
from services.kernel.projection import Engine
from services.kernel.rebuild import content_hash
from services.kernel.relay import Relay
from tests.faults.places import fresh_place
from tests.kernel.messaging.support import COUNTS, Owner, ends_with, running, until

SLOWEST = 10.0  # seconds; a command waits for PostgreSQL alone


class Scene:
    """Who owns the log, who follows it, and the load between them."""

    def __init__(self, owner: Owner, inbox: Inbox, pool: asyncpg.Pool) -> None:
        self.owner = owner
        self.inbox = inbox
        self.relay: Relay = owner.relay()
        self.engine = Engine(COUNTS, pool, inbox)
        self.slowest = 0.0
        self._position = 0
        self._pool = pool

    @contextlib.asynccontextmanager
    async def loaded(self) -> AsyncIterator[None]:
        async with running(self._load()):
            await until(lambda: self.engine.position.position > 20, 120)
            yield

    async def goes_on(self, commands: int = 20, seconds: float = 60) -> None:
        """Commands are taken now, whatever Kafka does."""
        head = (await self.owner.log.head()).position
        await until(lambda: self._position >= head + 2 * commands, seconds)

    async def relayed(self, seconds: float = 120) -> None:
        """The relay publishes again."""
        head = (await self.owner.log.head()).position
        await until(lambda: (at := self.relay.acked) is not None and at.position >= head, seconds)

    async def caught_up(self, seconds: float = 120) -> None:
        """The read model and the topic have come to the log's end."""
        await until(self._level, seconds)

    async def failures(self) -> list[str]:
        """What is wrong once everything has caught up."""
        try:
            await self.caught_up()
        except AssertionError:
            where = f"read model {self.engine.position}, relay {self.relay.acked}, log {await self.owner.log.head()}"
            return [f"not caught up: {where}, error {self.engine.error}"]
        found = []
        if await content_hash(self._pool, COUNTS) != await self._replayed():
            found.append("the read model is not what a replay gives")
        if self.slowest > SLOWEST:
            found.append(f"a command took {self.slowest:.1f} s")
        return found

    async def _level(self) -> bool:
        head = await self.owner.log.head()
        return self.engine.position == head and await ends_with(self.owner, head.position)

    async def _load(self) -> None:
        while True:
            began = time.monotonic()
            self._position = await self.owner.tell(1, size=2)
            self.slowest = max(self.slowest, time.monotonic() - began)
            await asyncio.sleep(0.005)

    async def _replayed(self) -> tuple[int, str]:
        """The same model folded from the log itself, in the same database beside it."""
        replay = Engine(COUNTS, self._pool, self.owner.log, table="counts_replayed")
        await replay.catch_up()
        return await content_hash(self._pool, COUNTS, "counts_replayed")


@contextlib.asynccontextmanager
async def scene(postgres: Postgres | ExistingPostgres, bootstrap: str) -> AsyncIterator[Scene]:
    """Everything runs, but the load."""
    async with fresh_place(postgres) as here, fresh_place(postgres) as there, contextlib.AsyncExitStack() as stack:
        log = await Log.open(f"f{secrets.token_hex(4)}", here.dsn)
        stack.push_async_callback(log.close)
        owner = Owner(log, bootstrap)
        await owner.serve()
        stack.push_async_callback(owner.leave)
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{owner.port}"))
        pool = await stack.enter_async_context(asyncpg.create_pool(there.dsn, min_size=0, max_size=4))
        made = Scene(owner, Inbox("elsewhere", LogClient(log.name, channel), owner.kafka, look_every=1.0), pool)
        async with running(made.relay.run(), made.inbox.run(), made.engine.run()):
            yield made
