from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.servers import ExistingPostgres, Postgres
from tests.kernel.rpc.conftest import Sample
from tests.registry.support import Registry, play, registry_on, served_on


@pytest.fixture
async def registry(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Registry]:
    async with registry_on(postgres) as opened:
        yield opened


@pytest.fixture(scope="session")
async def articles(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Registry]:
    """The five articles told; tests only ask."""
    async with registry_on(postgres) as opened:
        await play(opened, "organisations", "catalogue", "calendar", *(f"scenario_{n}" for n in range(5)))
        yield opened


@pytest.fixture
async def served(postgres: Postgres | ExistingPostgres, tmp_path: Path) -> AsyncIterator[Sample]:
    """Registry in a process of its own."""
    async with served_on(postgres, tmp_path) as registry:
        yield registry
