"""An owner restored to an older state: who follows it takes no reused position for one that it knows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.errors import Unavailable
from services.kernel.events import Position
from services.kernel.inbox import Inbox
from services.kernel.log import Log, new_epoch
from services.kernel.logclient import LogClient
from services.kernel.projection import Engine
from services.kernel.rebuild import content_hash, heal
from tests.databases import PASSWORD
from tests.kernel.conftest import Place
from tests.kernel.log.support import append_of
from tests.kernel.messaging.support import COUNTS, Owner, running, until


@asynccontextmanager
async def backup(postgres: Postgres | ExistingPostgres, place: Place) -> AsyncIterator[Place]:
    """A copy of the database as it is now; nobody may be connected to it."""
    original = urlsplit(place.admin_dsn).path.removeprefix("/")
    administrator = await asyncpg.connect(postgres.admin_dsn)
    await administrator.execute(f"create database {original}_copy template {original}")
    yield Place(postgres.dsn(f"{original}_copy"), postgres.dsn(f"{original}_copy", "test_thidua_registry", PASSWORD))
    await administrator.execute(f"drop database {original}_copy with (force)")
    await administrator.close()


async def test_a_consumer_that_is_ahead_of_a_restored_owner_rebuilds(
    postgres: Postgres | ExistingPostgres,
    fresh_place: Callable[[], Awaitable[Place]],
    owner: Owner,
    inbox: Inbox,
) -> None:
    there = await fresh_place()
    dsn = owner.log._dsn
    await owner.tell(12)
    await owner.log.close()
    original = Place(postgres.dsn(urlsplit(dsn).path.removeprefix("/")), dsn)
    async with backup(postgres, original) as copy, asyncpg.create_pool(there.dsn, min_size=0, max_size=4) as pool:
        await owner.leave()
        owner.log = await Log.open(owner.log.name, dsn)
        await owner.serve()
        engine = Engine(COUNTS, pool, inbox, heal=partial(heal, COUNTS, inbox, there.dsn, processes=0))
        relay = owner.relay()
        async with running(inbox.run(), engine.run()):
            async with running(relay.run()):
                await owner.tell(8)
                await until(lambda: engine.position == relay.acked == Position(1, 20))
            await owner.leave()
            await owner.log.close()
            owner.log = await Log.open(owner.log.name, copy.dsn)
            await owner.serve()
            await until(owner.log.fenced)
            epoch = await new_epoch(copy.admin_dsn, "restored from a backup", "tester")
            async with running(owner.relay().run()):
                await until(lambda: engine.position == Position(1, 12))
                for n in range(15):
                    await owner.log.append(append_of((f"counter:new-{n}", 0, 1)))
                await until(lambda: engine.position == Position(epoch, 27))
        replay = Engine(COUNTS, pool, owner.log, table="counts_replayed")
        await replay.catch_up()
        assert await content_hash(pool, COUNTS) == await content_hash(pool, COUNTS, "counts_replayed")


async def test_who_knows_an_epoch_that_a_second_restore_and_a_lost_topic_made_forgotten_takes_no_other_for_it(
    postgres: Postgres | ExistingPostgres,
    fresh_place: Callable[[], Awaitable[Place]],
    owner: Owner,
    inbox: Inbox,
) -> None:
    there = await fresh_place()
    name, dsn = owner.log.name, owner.log._dsn
    await owner.tell(12)
    await owner.log.close()
    original = Place(postgres.dsn(urlsplit(dsn).path.removeprefix("/")), dsn)
    async with backup(postgres, original) as copy, asyncpg.create_pool(there.dsn, min_size=0, max_size=4) as pool:
        engine = Engine(COUNTS, pool, inbox, heal=partial(heal, COUNTS, inbox, there.dsn, processes=0))
        epochs = []
        async with running(inbox.run(), engine.run()):
            for place in (original, copy):  # the same twelve events, and neither knows of the other's epoch
                await owner.leave()
                owner.log = await Log.open(name, place.dsn)
                await owner.serve()
                epochs.append(await new_epoch(place.admin_dsn, "restored from a backup", "tester"))
                for n in range(5):
                    await owner.log.append(append_of((f"counter:{len(epochs)}-{n}", 0, 1)))
                await until(lambda: engine.position == Position(epochs[-1], 17))
                await asyncio.sleep(1)  # a restore takes longer
        assert epochs[0] < epochs[1]
        replay = Engine(COUNTS, pool, owner.log, table="counts_replayed")
        await replay.catch_up()
        assert await content_hash(pool, COUNTS) == await content_hash(pool, COUNTS, "counts_replayed")


async def test_an_epoch_that_a_peer_claims_to_have_begun_years_ahead_is_not_believed(
    fresh_place: Callable[[], Awaitable[Place]], place: Place, client: LogClient, owner: Owner, inbox: Inbox
) -> None:
    await owner.log.close()
    owner.log = await Log.open(owner.log.name, place.dsn)
    await owner.leave()
    await owner.serve()
    here = (await fresh_place()).dsn
    async with asyncpg.create_pool(here, min_size=0, max_size=4) as pool:
        engine = Engine(COUNTS, pool, inbox)
        async with running(inbox.run(), owner.relay().run(), engine.run()):
            await owner.tell(3)
            await until(lambda: engine.position == Position(1, 3))
            ahead = await new_epoch(place.admin_dsn, "its clock was wrong", "tester", Position(2**30, 0))
            await owner.tell(3)
            await until(lambda: inbox.foreign >= 3)
            await asyncio.sleep(1.5)  # the inbox has looked at its owner
        with pytest.raises(Unavailable, match="an epoch to come"):
            await client.read(3, 10)
        known = await pool.fetchrow("select epoch, position, epochs from read.models")
    assert (await owner.log.head()).epoch == ahead
    assert known is not None
    assert tuple(known) == (1, 3, [[1, 0]])
