"""Registry over a real database: told commands, and asked queries that have seen them all. And what the tests of its
decisions begin with.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
from pydantic import SecretStr

from deploy.demo.scenarios import load
from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel import auth
from services.kernel.appends import Reply
from services.kernel.auth import Caller
from services.kernel.binding import Call
from services.kernel.decider import Command, Context
from services.kernel.events import Position
from services.kernel.provenance import Record, Source
from services.kernel.service import acting, giving
from services.kernel.spec import specification
from services.kernel.tools import Tools
from services.kernel.vault import Vault
from services.kernel.view import ReadOptions
from services.registry.domain import HANDLERS
from services.registry.main import SERVICE, codes_told_too, mended
from services.registry.tables.importing import ImportAnswer, ImportTable, import_table
from tests.databases import PASSWORD, lent
from tests.kernel.rpc.conftest import OFFICERS, RPC, Sample
from tests.kernel.rpc.conftest import settings as rpc_settings
from tests.play import Played, fresh

COMMANDS = {command.__name__: command for command in SERVICE.handlers}
MASTER = bytes(range(32))
RECORD = Record(source=Source(id="article"), place="paragraph 1")

given = specification(HANDLERS)


class Registry:
    """`tell` takes a command as the service does, with its edge and vault; `ask` answers a query as its API does."""

    def __init__(self, tools: Tools, dsn: str) -> None:
        self.tools = tools
        self.dsn = dsn
        self._act = acting(SERVICE, tools, settings())
        self._played = Played(
            tools,
            dsn,
            SERVICE.vocabulary,
            SERVICE.handlers,
            SERVICE.queries,
            SERVICE.models,
            logs={"registry": tools.log},
        )

    async def tell(self, command: Command, command_id: str | None = None) -> Reply:
        reply = await self._act(command, Context(command_id or str(uuid4()), "officer"))
        assert isinstance(reply, Reply)
        return reply

    async def tell_with(self, vault: Vault, command: Command) -> Reply:
        """Tell a command to another process of the service, which has this vault."""
        act = acting(SERVICE, replace(self.tools, vault=vault), settings())
        return await act(command, Context(str(uuid4()), "officer"))

    async def tell_beside(self, command: Command) -> Reply:
        """Tell a command to another process of the service, which remembers nothing of what this one did."""
        return await acting(SERVICE, self.tools, settings())(command, Context(str(uuid4()), "officer"))

    async def ask(self, name: str, as_of: int | None = None, **fields: Any) -> Any:
        read = ReadOptions() if as_of is None else ReadOptions(as_of={"registry": Position(1, as_of)})
        return await self._played.ask(name, read, **fields)

    async def take_in(self, content: bytes, *, name: str = "bảng.xlsx", dry_run: bool = False) -> ImportAnswer:
        """Import a table, as an officer who has seen all that is told."""
        await self.catch_up()
        call = Call(Caller("officer", None, frozenset()), "0" * 32, 60.0)
        hand = giving(SERVICE, self.tools, self._act)(call)
        return await import_table(ImportTable(name=name, content=content, dry_run=dry_run), hand)

    async def position(self) -> int:
        return (await self.tools.log.head()).position

    async def catch_up(self) -> None:
        """Let every read model know all that is told."""
        await self._played.catch_up()

    async def begin(self) -> None:
        """What the service does before it serves."""
        await codes_told_too(self.tools)
        await mended(self.tools)


def settings() -> Any:
    return SimpleNamespace(command_key=SecretStr("only-for-tests"))


@asynccontextmanager
async def registry_on(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Registry]:
    """An empty registry in a database of its own."""
    async with fresh("registry", postgres) as (tools, dsn):
        yield Registry(replace(tools, vault=Vault(tools.pool, MASTER)), dsn)


@asynccontextmanager
async def served_on(postgres: Postgres | ExistingPostgres, folder: Path) -> AsyncIterator[Sample]:
    """An empty registry as a process of its own, on a database of its own."""
    async with lent(postgres, "registry") as name:
        environment = rpc_settings(postgres, postgres.dsn(name), folder) | {
            "THIDUA_DATABASE": postgres.dsn(name, "test_thidua_registry", PASSWORD),
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


async def administer(postgres: Postgres | ExistingPostgres, statement: str) -> None:
    connection = await asyncpg.connect(postgres.admin_dsn)
    await connection.execute(statement)
    await connection.close()


async def play(registry: Registry, *names: str) -> int:
    """Tell registry's share of the demo's scenarios; the last position."""
    position = 0
    for name in names:
        for step in load(name):
            if step.service == "registry":
                command = COMMANDS[step.command].model_validate(step.fields)
                position = (await registry.tell(command, step.command_id)).position
    return position
