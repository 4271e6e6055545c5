"""Databases with a service's empty log, each made once and lent to one test after another.

To make one is to copy 8 MB, and to drop one is a checkpoint with its syncs: for a short test that was more than half
of its time.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.migrate import migrate

PASSWORD = "only-for-tests"

# Left is what migrations alone leave. Tables of read models have other columns in another test.
_EMPTY = """
select pg_terminate_backend(pid, 10000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid();
do $$
declare
    v_table record;
begin
    for v_table in
        select format('%I.%I', schemaname, tablename) as name,
            schemaname = 'read' and tablename not in ('models', 'parked') as of_model
        from pg_tables where schemaname in ('log', 'ops', 'read', 'vault') and tablename not in ('head', 'epochs')
    loop
        execute format(case when v_table.of_model then 'drop table %s' else 'delete from %s' end, v_table.name);
    end loop;
end $$;
delete from log.epochs where epoch > 1;
update log.head set epoch = 1, position = 0, last_epoch = 1;
"""
_idle: dict[tuple[str, str], list[str]] = {}


@asynccontextmanager
async def lent(postgres: Postgres | ExistingPostgres, service: str) -> AsyncIterator[str]:
    """The name of a database in which nothing is told, for this borrower alone. Its service's role has PASSWORD."""
    idle = _idle.setdefault((postgres.admin_dsn, service), [])
    if idle:
        name = idle.pop()
        await _execute(postgres.dsn(name), _EMPTY)
    else:
        name = f"test_{secrets.token_hex(6)}"
        await migrate(postgres.dsn(name), service, password=PASSWORD, prefix="test_")
    try:
        yield name
    finally:
        idle.append(name)


async def drop(postgres: ExistingPostgres) -> None:
    """Drop all that are idle. A server of our own goes with its folder."""
    for (dsn, _), names in _idle.items():
        while dsn == postgres.admin_dsn and names:
            await _execute(dsn, f"drop database {names.pop()} with (force)")


async def _execute(dsn: str, statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statements)
    await connection.close()
