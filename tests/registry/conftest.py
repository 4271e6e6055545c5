from collections.abc import AsyncIterator

import pytest

from deploy.local.servers import ExistingPostgres, Postgres
from tests.registry.support import Registry, play, registry_on


@pytest.fixture
async def registry(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Registry]:
    async with registry_on(postgres) as opened:
        yield opened


@pytest.fixture(scope="session")
async def articles(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Registry]:
    """The five articles told; tests only ask."""
    async with registry_on(postgres) as opened:
        await play(opened, "organisations", "catalogue", *(f"scenario_{n}" for n in range(5)))
        yield opened
