"""The local servers are real, durable, ours alone, and end with us."""

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from signal import SIGINT, SIGKILL
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.local import __main__ as local
from deploy.local import processes
from deploy.local.processes import ROOT, Process, Run, eventually
from deploy.local.servers import ExistingKafka, ExistingPostgres, Kafka, Postgres, Servers
from deploy.local.system import System
from services import cli
from services.kernel import kafka as kernel

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


CLAIM = """
import sys
from pathlib import Path
from deploy.local.processes import Process, Run

run = Run("claimed")
server = Process(run.folder / "server.pid")
server.spawn(["sleep", "600"], log=run.folder / "log", at_our_death=None)
print(server.pid, flush=True)
sys.stdin.read()
"""


def test_cleaning_refuses_while_a_run_is_under_way_and_tells_what_it_ends_after_it(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "deploy" / "local", tmp_path / "deploy" / "local")
    (tmp_path / "deploy" / "__init__.py").touch()
    run = subprocess.Popen(
        [sys.executable, "-c", CLAIM], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert run.stdin is not None
    assert run.stdout is not None
    server = Path("/proc", run.stdout.readline().strip())
    refused, said = cleaned(tmp_path)
    assert refused
    assert "Nothing is removed: a run of this checkout is under way (claimed). End it first." in said
    assert server.exists()
    assert (tmp_path / "var" / "run" / "claimed").is_dir()
    run.stdin.close()
    run.wait()
    run.stdout.close()
    refused, said = cleaned(tmp_path)
    assert not refused
    assert "Ending server of the run claimed" in said
    assert eventually(lambda: not server.exists(), 20)
    assert not (tmp_path / "var").exists()


def cleaned(checkout: Path) -> tuple[int, str]:
    command = ["make", "-C", str(checkout), "clean", f"PYTHON={sys.executable}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})
    return done.returncode, done.stdout + done.stderr


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
    """Servers that somebody else runs."""

    def __init__(self, run: Run, admin_dsn: str, bootstrap: str) -> None:
        self.run = run
        self.postgres = ExistingPostgres(admin_dsn)
        self.kafka = ExistingKafka(bootstrap)


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
    postgres: Postgres | ExistingPostgres, kafka: Kafka | ExistingKafka, own: Run
) -> None:
    before = await outlines(postgres.admin_dsn)
    system = System(Shared(own, postgres.admin_dsn, kafka.bootstrap))
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


async def test_a_system_on_a_kafka_in_use_has_topics_of_its_own_and_removes_no_other(
    postgres: Postgres | ExistingPostgres, kafka: Kafka | ExistingKafka, own: Run
) -> None:
    system = System(Shared(own, postgres.admin_dsn, kafka.bootstrap))
    ours = kernel.Kafka(kafka.bootstrap, system.environment("registry")["THIDUA_TOPIC_PREFIX"])
    theirs = kernel.Kafka(kafka.bootstrap, f"theirs_{secrets.token_hex(4)}.")
    names = {each.topic("registry.log") for each in (ours, theirs)}
    assert system.topic("registry.log") in names
    for each in (ours, theirs):
        await kernel.ensure_topic(each, each.topic("registry.log"))
    system.remove()
    async with kernel.reading(theirs) as consumer, asyncio.timeout(20):
        while (left := await consumer.topics() & names) != {theirs.topic("registry.log")}:
            assert theirs.topic("registry.log") in left
            await asyncio.sleep(0.2)  # a broker deletes after it has answered


def test_what_up_writes_and_says_leads_officers_to_their_commands(
    postgres: Postgres | ExistingPostgres,
    kafka: Kafka | ExistingKafka,
    own: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system = System(Shared(own, postgres.admin_dsn, kafka.bootstrap))
    monkeypatch.setenv("THIDUA_REGISTRY", system.address("registry"))
    monkeypatch.setenv("THIDUA_TOKEN", "a.token")
    written = local._settings(system, "registry", "a.token")
    for name, value in (("REGISTRY", system.address("registry")), ("TOKEN", "a.token"), ("DATABASE", "")):
        assert f"export THIDUA_{name}={value}" in written
    for command in local.COMMANDS.values():
        cli.app.parse_args(command, print_error=False, exit_on_error=False)  # raises what is wrong with it
    assert {"import", "todo", "reminders"} <= {command.split()[0] for command in local.COMMANDS.values()}


INTERRUPTED = """
import signal
import sys
from deploy.local import __main__ as local
from deploy.local.processes import ServerError

local.PURPOSE = "interrupted"
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what a shell runs in the background
try:
    local.up()
except ServerError as error:
    sys.exit(str(error))
"""


def test_an_interrupted_up_ends_what_it_has_begun_and_says_so() -> None:
    up = subprocess.Popen(
        [sys.executable, "-u", "-c", INTERRUPTED], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert up.stdout is not None
    while not up.stdout.readline().startswith("Starting registry"):
        assert up.poll() is None
    up.send_signal(SIGINT)
    shown = up.stdout.read()
    code = up.wait()
    run = Run("interrupted", keep=True)
    left = [record.stem for record in run.folder.glob("**/*.pid") if Process(record).pid is not None]
    run.remove()
    run.release()
    assert (code, left) == (1, []), shown
    assert shown.split("\n", 1)[1] == "Interrupted: ending what was begun …\nNothing runs. `make up` begins again.\n"
