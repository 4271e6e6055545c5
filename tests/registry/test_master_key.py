"""That the persons' keys are wrapped by one master key: a wrong or missing one is found before anything is done."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.processes import ROOT
from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel import auth
from services.kernel.vault import Vault, WrongMasterKey
from services.registry.domain.person import RegisterPerson
from tests.registry.support import MASTER, Registry, registry_on

WRONG = bytes(32)


@pytest.fixture
async def told(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Registry]:
    async with registry_on(postgres) as opened:
        await opened.tell(RegisterPerson(person="p-1", name="Nguyễn Thị Ánh"))
        yield opened


async def thidua(told: Registry, folder: Path, master: bytes | None, *words: str) -> tuple[int, str]:
    """The exit code and what was printed. A service that serves is ended."""
    keys = folder / "jwks.json"
    keys.write_text(json.dumps(auth.public([auth.new_key("thidua", "t-1")])))
    given = {"DATABASE": told.dsn, "ROLE_PREFIX": "test_", "COMMAND_KEY": "c" * 32, "TOKEN_KEYS": str(keys)}
    given |= {} if master is None else {"MASTER_KEY": master.hex()}
    path = os.pathsep.join((str(ROOT), str(ROOT / "proto")))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("THIDUA_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", *words),
        env=inherited | {"PYTHONPATH": path} | {f"THIDUA_{name}": value for name, value in given.items()},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    first = await process.stdout.readline()
    if first.startswith(b'{"ready"'):
        process.terminate()
    rest = await process.stdout.read()
    return await process.wait(), (first + rest).decode()


RUN = ("run", "registry", "--parts", "rpc")
FORGET = ("forget", "p-1", "--reason", "asked for")


async def untouched(told: Registry) -> bool:
    """Whether the person is neither recorded as forgotten nor without a key."""
    return (await told.tools.log.head()).position == 1 and bool(
        await told.tools.pool.fetchval("select count(*) from vault.keys where person = 'p-1'")
    )


async def test_nobody_is_forgotten_without_the_master_key(told: Registry, tmp_path: Path) -> None:
    code, shown = await thidua(told, tmp_path, None, *FORGET)
    assert (code, shown.splitlines()) == (2, [shown.strip()]), shown
    assert shown.startswith("THIDUA_MASTER_KEY is not set.")
    assert await untouched(told)


@pytest.mark.parametrize("words", [RUN, FORGET])
async def test_a_wrong_master_key_is_refused_before_anything_is_done(
    told: Registry, tmp_path: Path, words: tuple[str, ...]
) -> None:
    code, shown = await thidua(told, tmp_path, WRONG, *words)
    assert (code, shown.splitlines()) == (2, [shown.strip()]), shown
    assert shown.startswith("THIDUA_MASTER_KEY is not the key that wraps ")
    assert await untouched(told)


async def test_the_first_start_decides_which_master_key_it_is(
    postgres: Postgres | ExistingPostgres, tmp_path: Path
) -> None:
    async with registry_on(postgres) as empty:
        assert (await thidua(empty, tmp_path, MASTER, *RUN))[0] == 0
        assert (await thidua(empty, tmp_path, MASTER, *RUN))[0] == 0
        code, shown = await thidua(empty, tmp_path, WRONG, *RUN)
        assert code == 2, shown


async def test_of_two_first_starts_at_once_with_other_keys_one_is_refused(told: Registry) -> None:
    await told.tools.pool.execute("delete from vault.keys")
    vaults = [Vault(told.tools.pool, bytes([n]) * 32) for n in range(8)]
    outcomes = await asyncio.gather(*(vault.check() for vault in vaults), return_exceptions=True)
    assert sum(isinstance(outcome, WrongMasterKey) for outcome in outcomes) == 7
    assert outcomes.count(None) == 1


async def test_keys_that_were_restored_of_another_master_key_are_found(told: Registry) -> None:
    with pytest.raises(WrongMasterKey):
        await Vault(told.tools.pool, WRONG).check()
    await Vault(told.tools.pool, MASTER).check()
    await told.tools.pool.execute("delete from vault.keys")
    await Vault(told.tools.pool, MASTER).check()
    with pytest.raises(WrongMasterKey):
        await Vault(told.tools.pool, WRONG).check()


async def test_a_person_is_forgotten_by_the_right_words(told: Registry, tmp_path: Path) -> None:
    code, shown = await thidua(told, tmp_path, MASTER, "forget", "p-1", "--reason", "")
    assert (code, shown) == (2, "reason: must not be empty\n"), shown
    code, shown = await thidua(told, tmp_path, MASTER, "forget", "p-2", "--reason", "asked for")
    assert (code, shown) == (1, "No person p-2 is recorded: there is nothing to forget.\n"), shown
    assert await untouched(told)
    code, shown = await thidua(told, tmp_path, MASTER, *FORGET)
    assert (code, shown) == (0, "p-1 is forgotten, recorded at position 2\n"), shown
    assert await told.tools.pool.fetchval("select count(*) from vault.keys") == 0
