"""Restores and promotions: noticed before anything is appended, and numbered so that nothing is taken for known."""

import asyncio
import contextlib
import os
import random
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from deploy.local.servers import Postgres, Servers, postgres_programs
from services.kernel.errors import Unavailable
from services.kernel.events import Position
from services.kernel.log import Log, new_epoch
from services.kernel.migrate import migrate
from tests.databases import PASSWORD
from tests.faults.cases import Case
from tests.faults.places import opened, own_postgres
from tests.kernel.conftest import Place
from tests.kernel.log.support import append_of


async def placed(postgres: Postgres, name: str) -> Place:
    place = Place(postgres.dsn(name), postgres.dsn(name, "test_thidua_registry", PASSWORD))
    await migrate(place.admin_dsn, "registry", password=PASSWORD, prefix="test_")
    return place


async def appended(log: Log, events: int) -> Position:
    """The head after so many more single events on new streams."""
    for _ in range(events):
        await log.append(append_of((f"counter:{os.urandom(8).hex()}", 0, 1)))
    return await log.head()


async def fenced(log: Log) -> bool:
    try:
        await log.append(append_of((f"counter:{os.urandom(8).hex()}", 0, 1)))
    except Unavailable:
        return await log.fenced() is not None
    return False


def copied(source: Path, target: Path) -> None:
    """With owners and modes, as an operator's copy has them."""
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


async def older_copy_restored(n: int, seed: int, servers: Servers) -> list[str]:
    """An older data directory is copied back under a running process, `n` times."""
    chance = random.Random(seed)
    failures = []
    with own_postgres("faults-restored") as postgres:
        place = await placed(postgres, "restored")
        async with opened(place) as log:
            for number in range(1, n + 1):
                kept = await appended(log, chance.randint(1, 5))
                await _off(postgres)
                copied(postgres.data_dir, postgres.home / "copy")
                await _on(postgres)
                lost = await appended(log, chance.randint(1, 5))
                tail = log.tail(lost.position)
                await _off(postgres)
                copied(postgres.home / "copy", postgres.data_dir)
                await _on(postgres)
                if not await fenced(log):
                    failures.append(f"restore {number}: the process that saw {lost} appended after {kept}")
                with contextlib.suppress(Unavailable):
                    async with asyncio.timeout(5):
                        await anext(tail)
                    failures.append(f"restore {number}: the tail after {lost} went on in another history")
                async with opened(place) as other:
                    other.saw(lost)  # as a consumer or the topic tells
                    if not await fenced(other):
                        failures.append(f"restore {number}: a process that was told of {lost} appended after {kept}")
                epoch = await new_epoch(place.admin_dsn, "restored from a copy", "tester", lost)
                head = await appended(log, 2)
                if head != (epoch, kept.position + 2) or not head > lost:
                    failures.append(f"restore {number}: {head} after {kept}, {lost} was lost")
                if (await log.epochs())[-1] != (epoch, kept.position):
                    failures.append(f"restore {number}: epochs {await log.epochs()}")
    return failures


async def promoted(n: int, seed: int, servers: Servers) -> list[str]:
    """The server goes on in a timeline of its own, as a promoted standby does, `n` times."""
    failures = []
    with own_postgres("faults-promoted") as postgres:
        place = await placed(postgres, "promoted")
        async with opened(place) as log:
            for number in range(1, n + 1):
                kept = await appended(log, 3)
                await _off(postgres)
                signal = postgres.data_dir / "recovery.signal"
                signal.touch()
                shutil.copystat(postgres.data_dir / "PG_VERSION", signal)
                owner = (postgres.data_dir / "PG_VERSION").stat()
                os.chown(signal, owner.st_uid, owner.st_gid)
                with (postgres.data_dir / "postgresql.conf").open("a") as settings:
                    settings.write("restore_command = 'false'\n")
                await _on(postgres)
                if not await fenced(log):
                    failures.append(f"promotion {number}: appended in another timeline")
                async with opened(place) as other:
                    if not await fenced(other):
                        failures.append(f"promotion {number}: a new process appended in another timeline")
                epoch = await new_epoch(place.admin_dsn, "promoted", "tester")
                if await appended(log, 1) != (epoch, kept.position + 1):
                    failures.append(f"promotion {number}: {await log.head()} after {kept}")
    return failures


async def moved(n: int, seed: int, servers: Servers) -> list[str]:
    """The log is dumped and restored on another server: all of it is there, and nothing is appended unasked."""
    failures = []
    with own_postgres("faults-moved") as postgres:
        admin = urlsplit(servers.postgres.admin_dsn)
        for number in range(n):
            here = await placed_on(servers, f"moved_{os.urandom(6).hex()}")
            async with opened(here) as log:
                await appended(log, 5)
                rows, epochs = await log.read(0, 100), await log.epochs()
            there = await placed(postgres, f"moved_{number}")
            await _copied_by_dump(here.admin_dsn, there.admin_dsn)
            async with opened(there) as log:
                if (await log.read(0, 100), await log.epochs()) != (rows, epochs):
                    failures.append("the restored log is another")
                if not await fenced(log):
                    failures.append(f"appended on another server than {admin.port}")
                epoch = await new_epoch(there.admin_dsn, "moved", "tester")
                if await appended(log, 1) != (epoch, 6):
                    failures.append(f"{await log.head()} after the move")
            await _dropped(servers, here)
    return failures


async def placed_on(servers: Servers, name: str) -> Place:
    place = Place(servers.postgres.dsn(name), servers.postgres.dsn(name, "test_thidua_registry", PASSWORD))
    await migrate(place.admin_dsn, "registry", password=PASSWORD, prefix="test_")
    return place


async def _copied_by_dump(source: str, target: str) -> None:
    connection = await asyncpg.connect(target)
    await connection.execute("drop schema log cascade")
    await connection.close()
    programs = postgres_programs()
    dump = await asyncio.create_subprocess_exec(
        programs / "pg_dump", "--schema=log", source, stdout=asyncio.subprocess.PIPE
    )
    script, _ = await dump.communicate()
    restore = await asyncio.create_subprocess_exec(
        programs / "psql",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        target,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    await restore.communicate(script)
    assert (dump.returncode, restore.returncode) == (0, 0)


async def _dropped(servers: Servers, place: Place) -> None:
    administrator = await asyncpg.connect(servers.postgres.admin_dsn)
    await administrator.execute(f"drop database {urlsplit(place.admin_dsn).path[1:]} with (force)")
    await administrator.close()


async def _off(postgres: Postgres) -> None:
    await asyncio.to_thread(postgres.stop)


async def _on(postgres: Postgres) -> None:
    await asyncio.to_thread(postgres.start)


CASES = [
    Case(
        "older-copy-restored", "an older data directory copied back under a running process", 10, 1, older_copy_restored
    ),
    Case("promoted", "the database goes on in another timeline", 10, 1, promoted),
    Case("moved", "the log restored from a dump on another server", 10, 1, moved),
]
