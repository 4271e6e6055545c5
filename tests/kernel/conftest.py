"""Databases with an empty log, made as `thidua migrate` makes them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

import pytest

from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.log import Log
from services.kernel.migrate import migrate

PASSWORD = "only-for-tests"


class Place(NamedTuple):
    """A migrated database: its administrator's DSN, and its service's."""

    admin_dsn: str
    dsn: str


@pytest.fixture
def fresh_place(
    postgres: Postgres | ExistingPostgres, fresh_database: Callable[[], Awaitable[str]]
) -> Callable[[], Awaitable[Place]]:
    async def make() -> Place:
        admin_dsn = await fresh_database()
        await migrate(admin_dsn, "registry", password=PASSWORD, prefix="test_")
        return Place(admin_dsn, postgres.dsn(admin_dsn.rpartition("/")[2], "test_thidua_registry", PASSWORD))

    return make


@pytest.fixture
async def place(fresh_place: Callable[[], Awaitable[Place]]) -> Place:
    return await fresh_place()


@pytest.fixture
async def log(place: Place) -> AsyncIterator[Log]:
    opened = await Log.open("registry", place.dsn)
    yield opened
    await opened.close()
