"""That a test learns nothing of the test that had its database before."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.events import Position
from services.kernel.log import new_epoch
from services.kernel.migrate import migrate
from services.registry.domain.person import RegisterPerson
from tests.databases import lent
from tests.registry.support import play, registry_on


async def contents(dsn: str) -> dict[str, list[Any]]:
    """Every table with its rows, but for when they were written."""
    connection = await asyncpg.connect(dsn)
    query = "select schemaname, tablename from pg_tables where schemaname in ('log', 'ops', 'read', 'vault')"
    found = {}
    for schema, table in await connection.fetch(query):
        name = f'{schema}."{table}"'
        rows = await connection.fetch(f"select to_jsonb(t) - 'recorded_until' - 'began_at' from {name} t")
        found[name] = sorted(str(row) for row in rows)
    await connection.close()
    return found


async def test_a_database_that_is_lent_again_is_as_a_new_one(
    postgres: Postgres | ExistingPostgres, fresh_database: Callable[[], Awaitable[str]]
) -> None:
    async with registry_on(postgres) as registry:
        database = registry.dsn.rpartition("/")[2]
        await play(registry, "organisations", "scenario_0")
        await registry.tell(RegisterPerson(person="p", name="Nguyễn Thị Ánh"))
        await registry.catch_up()
        await new_epoch(postgres.dsn(database), "restored", "tester", Position(1, 1))
        told = await contents(postgres.dsn(database))
        assert min(len(told[name]) for name in ('log."events"', 'log."epochs"', 'vault."words"', 'read."models"')) > 1
    async with lent(postgres, "registry") as again:
        assert again == database
        new = await fresh_database()
        await migrate(new, "registry", prefix="test_")
        assert await contents(postgres.dsn(again)) == await contents(new)
