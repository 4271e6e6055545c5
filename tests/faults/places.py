"""Databases with an empty log for fault cases."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator

import asyncpg

from deploy.local.processes import Run
from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.log import Log
from services.kernel.migrate import migrate
from tests.databases import PASSWORD
from tests.kernel.conftest import Place


@contextlib.asynccontextmanager
async def fresh_place(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Place]:
    name = f"fault_{secrets.token_hex(6)}"
    place = Place(postgres.dsn(name), postgres.dsn(name, "test_thidua_registry", PASSWORD))
    await migrate(place.admin_dsn, "registry", password=PASSWORD, prefix="test_")
    try:
        yield place
    finally:
        administrator = await asyncpg.connect(postgres.admin_dsn)
        await administrator.execute(f"drop database {name} with (force)")
        await administrator.close()


@contextlib.asynccontextmanager
async def opened(place: Place, **options: float) -> AsyncIterator[Log]:
    log = await Log.open("registry", place.dsn, **options)  # type: ignore[arg-type]
    try:
        yield log
    finally:
        await log.close()


@contextlib.contextmanager
def own_postgres(purpose: str) -> Iterator[Postgres]:
    """A server that may be killed and its data changed, removed after."""
    run = Run(purpose)
    postgres = Postgres(run.folder, outside=run.outside)
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.stop()
        run.remove()
        run.release()
