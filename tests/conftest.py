"""The real servers, started when the first test asks for them and stopped with the session."""

import asyncio
import os
import secrets
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import asyncpg
import pytest
import uvloop

from deploy.local.processes import Run
from deploy.local.servers import ExistingKafka, ExistingPostgres, Kafka, Postgres
from tests.databases import drop


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    """This session's own folder under var/run/; it is removed at the end."""
    claimed = Run("test")
    yield claimed
    claimed.remove()
    claimed.release()


@pytest.fixture(scope="session")
def postgres(run: Run) -> Iterator[Postgres | ExistingPostgres]:
    dsn = os.environ.get("THIDUA_TEST_POSTGRES")
    server = ExistingPostgres(dsn) if dsn else Postgres(run.folder, outside=run.outside)
    server.start()
    yield server
    if isinstance(server, ExistingPostgres):
        asyncio.run(drop(server))
    server.stop()


@pytest.fixture(scope="session")
def kafka(run: Run) -> Iterator[Kafka | ExistingKafka]:
    bootstrap = os.environ.get("THIDUA_TEST_KAFKA")
    server = ExistingKafka(bootstrap) if bootstrap else Kafka(run.folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def fresh_database(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Makes an empty database of a random name and gives its DSN for the administrator; dropped after the test."""
    names: list[str] = []

    async def make() -> str:
        name = f"test_{secrets.token_hex(6)}"
        await _administer(f"create database {name}")
        names.append(name)
        return postgres.dsn(name)

    async def _administer(statement: str) -> None:
        connection = await asyncpg.connect(postgres.admin_dsn)
        await connection.execute(statement)
        await connection.close()

    yield make
    for name in names:
        await _administer(f"drop database if exists {name} with (force)")
