"""Migrations: SQL files applied once each, in order, the kernel's own first, by an administrator.

A file may name the roles `:owner` (cannot log in, owns what the service must not change) and `:service`.
"""

import base64
import hashlib
import hmac
import os
import re
import stringprep
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

KERNEL = Path(__file__).with_name("migrations")
ITERATIONS = 4_096  # as PostgreSQL itself
_PLACEHOLDER = re.compile(r"(?<![:\w]):(owner|service)\b")


class Changed(Exception):
    """A migration that was applied here is not the file that is here now."""


class Foreign(Exception):
    """The database is not this service's: a sentence for an operator."""


def roles_of(service: str, prefix: str = "") -> dict[str, str]:
    """The names of a service's roles. Roles are the whole server's, so that a second system on it needs a prefix."""
    return {"owner": f"{prefix}{service}_owner", "service": f"{prefix}thidua_{service}"}


async def migrate(
    admin_dsn: str, service: str, folders: Iterable[Path] = (), *, password: str | None = None, prefix: str = ""
) -> list[str]:
    """Bring the database up to date, making it and its roles where missing; the names of the files that were applied.

    The service logs in as `<prefix>thidua_<service>`, with `password` where one is given. Raises Changed, Foreign.
    """
    await _ensure_database(admin_dsn)
    roles = roles_of(service, prefix)
    connection = await asyncpg.connect(admin_dsn)
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(hashtext('thidua migrations'))")
            await _own(connection, roles["owner"])
            await _ensure_roles(connection, roles, password)
            return await _apply(connection, roles, [KERNEL, *folders])
    finally:
        await connection.close()


async def _own(connection: asyncpg.Connection, expected: str) -> None:
    query = "select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'log'"
    owner = await connection.fetchval(query)
    if owner not in (None, expected):
        raise Foreign(
            f"The log in this database belongs to {owner}, not to {expected}: it is another service's, "
            "or was restored without its owners."
        )


async def check(dsn: str, service: str, prefix: str = "") -> None:
    """Refuse a database that holds another service's log. Raises Foreign."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await _own(connection, roles_of(service, prefix)["owner"])
    finally:
        await connection.close()


async def _apply(connection: asyncpg.Connection, roles: dict[str, str], folders: list[Path]) -> list[str]:
    await connection.execute(
        "create table if not exists public.migrations"
        " (name text primary key, sha256 text not null, applied_at timestamptz not null default now())"
    )
    known = {r["name"]: r["sha256"] for r in await connection.fetch("select name, sha256 from public.migrations")}
    applied = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.sql"))):
        name = f"{path.parent.parent.name}/{path.name}"
        text = path.read_text()
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        if known.get(name, sha256) != sha256:
            raise Changed(f"{name} was changed after it was applied: put it back, and add a new file")
        if name not in known:
            await connection.execute(_PLACEHOLDER.sub(lambda match: f'"{roles[match[1]]}"', text))
            await connection.execute("insert into public.migrations (name, sha256) values ($1, $2)", name, sha256)
            applied.append(name)
    return applied


async def _ensure_roles(connection: asyncpg.Connection, roles: dict[str, str], password: str | None) -> None:
    known = {row["rolname"] for row in await connection.fetch("select rolname from pg_roles")}
    for role, kind in ((roles["owner"], "nologin"), (roles["service"], "login")):
        if role not in known:
            await connection.execute(f'create role "{role}" {kind}')
    if not await connection.fetchval("select rolsuper from pg_roles where rolname = current_user"):
        await connection.execute(f'grant "{roles["owner"]}", "{roles["service"]}" to current_user')
    if password is not None:
        await connection.execute(f"alter role \"{roles['service']}\" password '{verifier(password)}'")


def verifier(password: str) -> str:
    """What PostgreSQL keeps to check a SCRAM login by (RFC 5803): in a statement, and so in the server's log, it gives
    nobody a login."""
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", _prepared(password).encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    parts = [base64.b64encode(part).decode() for part in (salt, stored, hmac.digest(salted, b"Server Key", "sha256"))]
    return f"SCRAM-SHA-256${ITERATIONS}:{parts[0]}${parts[1]}:{parts[2]}"


def _prepared(password: str) -> str:
    """As those who log in prepare it before it is hashed (SASLprep, RFC 4013)."""
    kept = (character for character in password if not stringprep.in_table_b1(character))
    spaced = (" " if stringprep.in_table_c12(character) else character for character in kept)
    return unicodedata.normalize("NFKC", "".join(spaced))


async def _ensure_database(admin_dsn: str) -> None:
    try:
        connection = await asyncpg.connect(admin_dsn)
    except asyncpg.InvalidCatalogNameError:
        parts = urlsplit(admin_dsn)
        connection = await asyncpg.connect(urlunsplit(parts._replace(path="/postgres")))
        await connection.execute(f'create database "{parts.path.removeprefix("/")}"')
    await connection.close()
