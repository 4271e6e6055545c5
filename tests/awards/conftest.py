from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from deploy.local.servers import ExistingPostgres, Postgres
from tests.play import Services, three


@pytest.fixture
async def services(
    postgres: Postgres | ExistingPostgres, fresh_database: Callable[[], Awaitable[str]]
) -> AsyncIterator[Services]:
    async with three(fresh_database, postgres.dsn) as opened:
        yield opened
