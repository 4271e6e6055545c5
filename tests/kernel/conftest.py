"""Databases with an empty log, made as `thidua migrate` makes them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import NamedTuple

import pytest

from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.log import Log
from tests.databases import PASSWORD, lent


class Place(NamedTuple):
    """A migrated database: its administrator's DSN, and its service's."""

    admin_dsn: str
    dsn: str


@pytest.fixture
async def fresh_place(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Callable[[], Awaitable[Place]]]:
    async with AsyncExitStack() as stack:

        async def make() -> Place:
            name = await stack.enter_async_context(lent(postgres, "registry"))
            return Place(postgres.dsn(name), postgres.dsn(name, "test_thidua_registry", PASSWORD))

        yield make


@pytest.fixture
async def place(fresh_place: Callable[[], Awaitable[Place]]) -> Place:
    return await fresh_place()


@pytest.fixture
async def log(place: Place) -> AsyncIterator[Log]:
    opened = await Log.open("registry", place.dsn)
    yield opened
    await opened.close()
