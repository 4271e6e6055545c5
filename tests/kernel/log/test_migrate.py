"""Migrations run once, in order, and are never changed after."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.migrate import Changed, Foreign, check, migrate


async def test_each_file_is_applied_once_and_a_changed_one_is_refused(
    fresh_database: Callable[[], Awaitable[str]], tmp_path: Path
) -> None:
    dsn = await fresh_database()
    folder = tmp_path / "registry" / "migrations"
    folder.mkdir(parents=True)
    (folder / "001.sql").write_text("create table own (n int); grant select on own to :service; select '{}'::text[];")
    assert (await migrate(dsn, "registry", [folder], prefix="test_"))[-1] == "registry/001.sql"
    assert await migrate(dsn, "registry", [folder], prefix="test_") == []
    (folder / "002.sql").write_text("create table own2 (n int);")
    assert await migrate(dsn, "registry", [folder], prefix="test_") == ["registry/002.sql"]
    (folder / "001.sql").write_text("create table own (n bigint);")
    with pytest.raises(Changed, match=r"registry/001\.sql"):
        await migrate(dsn, "registry", [folder], prefix="test_")


@pytest.mark.parametrize("secret", ["it's 100 % \\plain\\", "mật khẩu № ٣ \u00a0 ﬁn"])
async def test_the_service_logs_in_by_a_password_that_no_statement_told(
    fresh_database: Callable[[], Awaitable[str]], postgres: Postgres | ExistingPostgres, secret: str
) -> None:
    dsn = await fresh_database()
    await migrate(f"{dsn}?log_statement=all", "secretive", password=secret, prefix="test_")
    connection = await asyncpg.connect(postgres.dsn(urlsplit(dsn).path[1:], "test_thidua_secretive", secret))
    await connection.close()
    if isinstance(postgres, Postgres):
        log = postgres.log.read_text()
        assert 'alter role "test_thidua_secretive" password' in log
        assert secret not in log
        assert secret.replace("'", "''") not in log


async def test_a_migration_that_fails_leaves_nothing_behind(
    fresh_database: Callable[[], Awaitable[str]], tmp_path: Path
) -> None:
    dsn = await fresh_database()
    folder = tmp_path / "registry" / "migrations"
    folder.mkdir(parents=True)
    (folder / "001.sql").write_text("create table own (n int); select 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(dsn, "registry", [folder], prefix="test_")
    connection = await asyncpg.connect(dsn)
    assert await connection.fetchval("select to_regclass('own') is null and to_regclass('log.head') is null")
    await connection.close()


async def test_a_database_belongs_to_one_service_of_one_system(fresh_database: Callable[[], Awaitable[str]]) -> None:
    dsn = await fresh_database()
    await migrate(dsn, "registry", prefix="test_")
    await check(dsn, "registry", "test_")
    for service, prefix in (("awards", "test_"), ("registry", "")):
        with pytest.raises(Foreign, match="belongs to test_registry_owner"):
            await check(dsn, service, prefix)


async def test_the_owner_of_the_log_cannot_log_in(fresh_database: Callable[[], Awaitable[str]]) -> None:
    dsn = await fresh_database()
    await migrate(dsn, "registry", prefix="test_")
    connection = await asyncpg.connect(dsn)
    owner = await connection.fetchrow(
        "select rolcanlogin, rolsuper from pg_roles where oid = (select relowner from pg_class where relname = 'head')"
    )
    await connection.close()
    assert owner is not None
    assert tuple(owner) == (False, False)


async def test_a_database_that_holds_the_log_of_another_service_is_refused(
    fresh_database: Callable[[], Awaitable[str]],
) -> None:
    dsn = await fresh_database()
    await migrate(dsn, "registry", prefix="test_")
    with pytest.raises(Foreign, match="belongs to test_registry_owner, not to test_scoring_owner"):
        await migrate(dsn, "scoring", prefix="test_")
