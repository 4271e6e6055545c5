"""The local servers are real, durable, ours alone, and end with us."""

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from signal import SIGKILL
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.local import processes
from deploy.local.processes import ROOT, Process, Run, eventually
from deploy.local.servers import ExistingKafka, ExistingPostgres, Kafka, Postgres, Servers
from deploy.local.system import System

DOOMED_RUN = """
import time
from deploy.local.servers import Postgres, Run

run = Run("doomed")
postgres = Postgres(run.folder, outside=run.outside)
postgres.start()
print(postgres.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def own() -> Iterator[Run]:
    run = Run("test-servers")
    yield run
    run.remove()
    run.release()


async def test_the_database_sorts_as_vietnamese_do_and_writes_durably(
    fresh_database: Callable[[], Awaitable[str]],
) -> None:
    connection = await asyncpg.connect(await fresh_database())
    names = await connection.fetch("select n from unnest($1::text[]) n order by n", ["Ân", "Đà Nẵng", "Ăn", "da", "An"])
    durable = [
        await connection.fetchval(f"show {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")
    ]
    await connection.close()
    assert [row["n"] for row in names] == ["An", "Ăn", "Ân", "da", "Đà Nẵng"]
    assert durable == ["on", "on", "on"]


async def test_postgres_comes_back_from_kill_9_with_what_it_acknowledged(own: Run) -> None:
    postgres = Postgres(own.folder, outside=own.outside)
    postgres.start()
    connection = await asyncpg.connect(postgres.admin_dsn)
    await connection.execute("create table kept as select 1 as n")
    postgres.kill9()
    postgres.start()
    connection = await asyncpg.connect(postgres.admin_dsn)
    assert await connection.fetchval("select n from kept") == 1
    await connection.close()
    postgres.stop()


def test_servers_die_with_a_killed_run_and_the_next_run_takes_its_place() -> None:
    program = subprocess.Popen([sys.executable, "-c", DOOMED_RUN], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    os.kill(program.pid, SIGKILL)
    program.wait()
    program.stdout.close()
    assert eventually(lambda: not Path(f"/proc/{pid}").exists(), 20)
    run = Run("doomed")
    assert run.folder.name == "doomed"
    assert list(run.folder.iterdir()) == []
    run.remove()
    run.release()


def test_what_a_dead_run_left_running_is_ended_by_the_next(tmp_path: Path) -> None:
    left = Run("left")
    server = Process(left.folder / "sleep.pid")
    server.spawn(["sleep", "600"], log=left.folder / "log", at_our_death=None)
    left.release()
    found = Run("left")
    assert server.pid is None
    found.remove()
    found.release()


def test_two_runs_of_one_purpose_never_share_a_folder() -> None:
    first, second = Run("twin"), Run("twin")
    assert first.folder != second.folder
    for run in (first, second):
        run.remove()
        run.release()


def test_a_recycled_process_id_is_never_taken_for_a_server(tmp_path: Path) -> None:
    record = tmp_path / "postgres.pid"
    record.write_text(json.dumps({"pid": os.getpid(), "started": "another boot/1"}))
    assert Process(record).pid is None


def test_ports_lie_below_those_of_outgoing_connections() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(processes.free_port() < lowest for _ in range(50))


def test_kafka_restarts_after_kill_9_and_with_an_empty_disk(own: Run) -> None:
    kafka = Kafka(own.folder)
    kafka.start()
    marker = kafka.data_dir() / "marker"
    marker.touch()
    kafka.kill9()
    kafka.restart()
    assert marker.exists()
    kafka.restart(wipe=True)
    assert not marker.exists()
    assert kafka.pid() is not None
    kafka.stop()


class Shared(Servers):
    """A server that somebody else runs, without Kafka."""

    def __init__(self, run: Run, admin_dsn: str) -> None:
        self.run = run
        self.postgres = ExistingPostgres(admin_dsn)
        self.kafka = ExistingKafka("127.0.0.1:1")


async def outlines(admin_dsn: str) -> dict[str, str | None]:
    """Each role with its stored password, and each database."""
    connection = await asyncpg.connect(admin_dsn)
    rows = await connection.fetch(
        "select 'role ' || rolname, rolpassword from pg_authid"
        " union all select 'database ' || datname, '' from pg_database"
    )
    await connection.close()
    return {row[0]: row[1] for row in rows}


async def test_a_system_on_a_server_in_use_touches_no_other_s_databases_or_roles(
    postgres: Postgres | ExistingPostgres, own: Run
) -> None:
    before = await outlines(postgres.admin_dsn)
    system = System(Shared(own, postgres.admin_dsn))
    system.migrate()
    try:
        during = await outlines(postgres.admin_dsn)
        prefix = urlsplit(system.admin_dsn("registry")).path[1:].removesuffix("registry")
        assert prefix
        assert {name for name in during if prefix in name} >= {
            f"database {prefix}registry",
            f"role {prefix}thidua_registry",
            f"role {prefix}registry_owner",
        }
        assert {name: during.get(name) for name in before} == before
        connection = await asyncpg.connect(system.dsn("registry"))
        assert await connection.fetchval("select position from log.head") == 0
        await connection.close()
    finally:
        system.remove()
    assert not [name for name in await outlines(postgres.admin_dsn) if prefix in name]
