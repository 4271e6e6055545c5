from collections.abc import AsyncIterator

import pytest

from deploy.demo.scenarios import NAMES
from deploy.local.servers import ExistingPostgres, Postgres
from tests.play import Services, play, three


@pytest.fixture
async def services(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Services]:
    """Three services that know nothing."""
    async with three(postgres) as opened:
        yield opened


@pytest.fixture(scope="session")
async def told(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Services]:
    """Three services that were told the articles and the example; a test that tells more does so under its own ids."""
    async with three(postgres) as opened:
        await play(opened, *NAMES)
        yield opened
