import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel import auth
from services.kernel.migrate import migrate
from tests.kernel.rpc.conftest import OFFICERS, PASSWORD, RPC, Sample, settings
from tests.registry.support import Registry, administer, play, registry_on


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
    name = f"test_{uuid.uuid4().hex[:12]}"
    await migrate(postgres.dsn(name), "registry", password=PASSWORD, prefix="test_")
    environment = settings(postgres, postgres.dsn(name), tmp_path) | {
        "THIDUA_DATABASE": postgres.dsn(urlsplit(postgres.dsn(name)).path[1:], "test_thidua_registry", PASSWORD),
        "THIDUA_MASTER_KEY": "00" * 32,
        "THIDUA_LONGEST_CALL": "30",
    }
    registry = Sample(environment, RPC, "registry")
    await registry.begin()
    registry.token = auth.issue(OFFICERS, "officer:an", ["registry"], seconds=auth.LONGEST_LIFE)
    registry.environment |= {
        "THIDUA_REGISTRY": f"127.0.0.1:{registry.ready['port']}",
        "THIDUA_TOKEN": registry.token,
    }
    yield registry
    await registry.end()
    await administer(postgres, f"drop database {name} with (force)")
