"""The usual queries with a whole national set loaded, each against a trivial call of the same server, side by side.

Registry is two processes on a port, as the manifests run it, of which one also folds; the set comes by the batch RPC
from here, and the calls from another process, which is 32 clients, each with a connection of its own, that ask again
when they have their answer. A round in which the host gave the processors to others is asked again, of both sides.
The trivial call is a batch of no commands: it passes what every call passes, and asks for nothing. THIDUA_BENCH_SHARE
loads a smaller set.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

import asyncpg
import grpc
import uvloop
from google.protobuf.message import Message
from rich.console import Console
from thidua.kernel.v1 import kernel_pb2 as k
from thidua.registry.v1 import registry_pb2 as r
from thidua.registry.v1 import types_pb2 as r_types

from deploy.local.processes import ROOT
from deploy.local.servers import Servers
from services.kernel import auth
from services.kernel.log import Log
from services.kernel.migrate import migrate
from services.kernel.rebuild import rebuild
from services.kernel.text import bare
from services.registry.main import SERVICE
from services.simulation.blocs import blocs_before, central_blocs
from services.simulation.drawing import Draw
from services.simulation.loading import load
from services.simulation.nation import LANDS, Nation, provinces_of
from services.simulation.telling import LAST_YEAR, MOST_YEARS
from tests.bench.commands import Server, cpu, process
from tests.bench.figures import Figure, duration

SHARE = float(os.environ.get("THIDUA_BENCH_SHARE", "1"))
YEARS = int(os.environ.get("THIDUA_BENCH_YEARS", MOST_YEARS))
CLIENTS = 32
PROCESSES = 2
SECONDS = float(os.environ.get("THIDUA_BENCH_SECONDS", "2"))
ROUNDS = 3
TAKEN, AGAIN = 0.08, 150  # seconds that the host may take of a round, and how many rounds in all are asked again
ASKED = 1_000  # different questions of a kind
PAGED = 100  # timelines that are read to their end
SLOWEST = 5.0  # times the trivial call: the aim
PASSWORD = "p" * 32
TRIVIAL = "/thidua.kernel.v1.BatchService/TellCommands"
REGISTRY = "/thidua.registry.v1.RegistryService"
SEED = 1

_FOLDED = "select bool_and(position = (select position from log.head)) from read.models"
Questions = Mapping[str, tuple[str, Sequence[bytes]]]
"""By name: the method and the requests."""


class Times(NamedTuple):
    """Milliseconds; CPU of the server's processes alone."""

    p50: float
    p99: float
    cpu: float


async def run(servers: Servers) -> list[Figure]:
    name = f"bench_queries_{uuid.uuid4().hex[:8]}"
    admin = servers.postgres.dsn(name)
    await migrate(admin, "registry", password=PASSWORD, prefix="test_")
    key = auth.new_key("thidua", "officers-1")
    token = auth.issue(key, "officer:an", ["registry"], seconds=auth.LONGEST_LIFE)
    dsn = servers.postgres.dsn(name, "test_thidua_registry", PASSWORD)
    connection = await asyncpg.connect(admin)
    async with _registry(dsn, key) as server:
        figures = await _loaded(server, token, connection)
        print("\n".join(f"  {one.name}: {one.value:,.0f} {one.unit}" for one in figures))
        await connection.execute("vacuum analyze")
        questions = await _questions(connection)
        figures += await _asked(server, token, {**questions, **await _paged(server, token, questions)})
    figures += await _rebuilt(dsn)
    await connection.close()
    return figures


@asynccontextmanager
async def _registry(dsn: str, key: dict[str, Any]) -> AsyncIterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "jwks.json"
        keys.write_text(json.dumps(auth.public([key])))
        given = {
            "DATABASE": dsn,
            "ROLE_PREFIX": "test_",
            "COMMAND_KEY": "c" * 32,
            "MASTER_KEY": "00" * 32,
            "TOKEN_KEYS": str(keys),
        }
        settings = {f"THIDUA_{name}": value for name, value in given.items()}
        run = ("run", "registry", "--parts", "rpc,projections", "--workers", str(PROCESSES))
        async with process("-m", "services", *run, **settings) as server:
            yield server


async def _loaded(server: Server, token: str, connection: asyncpg.Connection) -> list[Figure]:
    """Tell the set, and wait until every read model knows it."""
    began = time.perf_counter()
    loaded = await load(f"127.0.0.1:{server.port}", token, SEED, YEARS, SHARE, Console())
    told = time.perf_counter() - began
    await _all_folded(connection)
    folded = time.perf_counter() - began
    log, models = [
        await connection.fetchval(
            """select sum(pg_total_relation_size(c.oid))::bigint from pg_class c
            join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'""",
            schema,
        )
        for schema in ("log", "read")
    ]
    return [
        Figure("events of the set", await _head(connection), ""),
        Figure("set told by batches", loaded.commands / told, "commands/s"),
        Figure("set told and folded", loaded.commands / folded, "commands/s"),
        Figure("log with its indexes", log / 1e6, "MB"),
        Figure("read models with their indexes", models / 1e6, "MB"),
    ]


async def _all_folded(connection: asyncpg.Connection) -> None:
    while True:
        if await connection.fetchval(_FOLDED):
            return
        await asyncio.sleep(0.1)


async def _head(connection: asyncpg.Connection) -> int:
    found: int = await connection.fetchval("select position from log.head")
    return found


async def _questions(connection: asyncpg.Connection) -> Questions:
    """What is asked: of organisations and blocs drawn from the set, and of the oldest bloc as of the oldest position
    at which its members are known.
    """
    nation = Nation(SEED)
    lands = range(max(1, round(LANDS * SHARE)))
    draw = Draw(SEED)
    blocs = [*central_blocs(nation), *(bloc for land in lands for bloc in blocs_before(nation, land))]
    some = [draw.one(blocs, "asked", n) for n in range(ASKED)]
    oldest = min(blocs, key=lambda bloc: bloc.since)
    units = [unit for land in lands for p in provinces_of(land) for unit in (*nation.agencies(p), *nation.communes(p))]
    asked = [draw.one(units, "asked", n) for n in range(ASKED)]
    formed = await connection.fetchval(
        """select max(position) from log.events where type = 'MembershipStarted'
        and position < (select min(position) from log.events where type = 'ConferenceHeld')"""
    )
    year = LAST_YEAR - YEARS + 1
    planned = await connection.fetchval(
        "select max(position) from log.events where stream = $1", f"plan:{oldest.id}:{year}"
    )
    day, first, then = str(date(year, 6, 1)), _as_of(formed), _as_of(planned)
    return {
        "FindOrganisations, a name without marks": _same(
            "FindOrganisations", (r.FindOrganisationsRequest(text=bare(unit.name)) for unit in asked)
        ),
        "FindOrganisations, with details": _same(
            "FindOrganisations", (r.FindOrganisationsRequest(text=bare(unit.name), details=True) for unit in asked)
        ),
        "FindOrganisations, its last two words": _same(
            "FindOrganisations",
            (r.FindOrganisationsRequest(text=" ".join(bare(unit.name).split()[-2:])) for unit in asked),
        ),
        "FindBlocs": _same("FindBlocs", (r.FindBlocsRequest(text=bare(bloc.name)) for bloc in some)),
        "GetOrganisation": _same("GetOrganisation", (r.GetOrganisationRequest(organisation=unit.id) for unit in asked)),
        "GetBloc on a day": _same("GetBloc", (r.GetBlocRequest(bloc=bloc.id, on=day) for bloc in some)),
        "GetBloc, as first known": _same("GetBloc", (r.GetBlocRequest(bloc=b.id, on=day, read=first) for b in some)),
        "GetBloc, the oldest as first known": _same("GetBloc", [r.GetBlocRequest(bloc=oldest.id, on=day, read=first)]),
        "WhoHeaded on a day": _same("WhoHeaded", (r.WhoHeadedRequest(bloc=bloc.id, on=day) for bloc in some)),
        "WhoHeaded, the oldest as first known": _same(
            "WhoHeaded", [r.WhoHeadedRequest(bloc=oldest.id, on=day, read=then)]
        ),
        "GetBlocTimeline, a year of it": _same(
            "GetBlocTimeline",
            (r.GetBlocTimelineRequest(bloc=b.id, since=f"{year}-01-01", until=f"{year}-12-31") for b in some),
        ),
        "GetBlocTimeline, its first page": _same(
            "GetBlocTimeline", (r.GetBlocTimelineRequest(bloc=b.id) for b in some)
        ),
        "GetBlocTimeline, the oldest as first known": _same(
            "GetBlocTimeline", [r.GetBlocTimelineRequest(bloc=oldest.id, read=then)]
        ),
        "GetOrganisationTimeline": _same(
            "GetOrganisationTimeline", (r.GetOrganisationTimelineRequest(organisation=unit.id) for unit in asked)
        ),
        "GetToDo of a bloc": _same("GetToDo", (r.GetToDoRequest(bloc=bloc.id, on=day) for bloc in some)),
        "GetToDo of an organisation": _same(
            "GetToDo", (r.GetToDoRequest(organisation=bloc.stays[0].unit, on=day) for bloc in some)
        ),
        "GetToDo, the oldest as first known": _same("GetToDo", [r.GetToDoRequest(bloc=oldest.id, on=day, read=then)]),
        "GetBlocYear": _same("GetBlocYear", (r.GetBlocYearRequest(bloc=bloc.id, year=year) for bloc in some)),
        "GetBlocYear, the oldest as first known": _same(
            "GetBlocYear", [r.GetBlocYearRequest(bloc=oldest.id, year=year, read=then)]
        ),
    }


async def _paged(server: Server, token: str, questions: Questions) -> Questions:
    """All the pages of some timelines, each a question of its own."""
    method, first = questions["GetBlocTimeline, its first page"]
    pages = []
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        ask = channel.unary_unary(method, None, r.GetBlocTimelineResponse.FromString)
        for one in first[:PAGED]:
            asked, cut = r.GetBlocTimelineRequest.FromString(one), True
            while cut:
                pages.append(asked.SerializeToString())
                found: Any = await ask(pages[-1], timeout=30, metadata=[("authorization", f"Bearer {token}")])
                last, cut = found.entries[-1], found.cut
                asked.after.CopyFrom(r_types.EntryAt(stream=last.stream, version=last.version))
    return {"GetBlocTimeline, any of its pages": (method, pages)}


def _same(method: str, requests: Iterable[Message]) -> tuple[str, list[bytes]]:
    return f"{REGISTRY}/{method}", [request.SerializeToString() for request in requests]


def _as_of(position: int) -> k.Read:
    return k.Read(as_of_position=[k.Position(log="registry", epoch=1, position=position)])


async def _asked(server: Server, token: str, questions: Questions) -> list[Figure]:
    """Each question beside the trivial call, in turns."""
    found: dict[str, list[tuple[Times, Times]]] = {name: [] for name in questions}
    async with _clients(server, token) as clients:
        for _ in range(ROUNDS):
            for name, question in questions.items():
                found[name].append((await clients.ask(*question), await clients.ask(TRIVIAL, [b""])))
    print(f"  rounds asked again, since the host took the processors away: {clients.again}")
    figures = []
    for name, pairs in found.items():
        ours, theirs = (Times(*map(median, zip(*side, strict=True))) for side in zip(*pairs, strict=True))
        print(f"  {name}: {_shown(ours)}; trivial {_shown(theirs)}")
        figures.append(duration(f"{name}, p99", ours.p99, "ms", "a trivial call", theirs.p99, 1 / SLOWEST))
    return figures


def _taken() -> float:
    """Seconds for which a processor of this machine would have run, and the host gave it to another."""
    return int(Path("/proc/stat").read_text().split()[8]) / os.sysconf("SC_CLK_TCK")


def _shown(times: Times) -> str:
    return f"p50 {times.p50:.1f} ms, p99 {times.p99:.1f} ms, {times.cpu:.2f} ms of the server's CPU"


def _spent(server: Server) -> float:
    """Seconds of CPU that its processes have used."""
    helpers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return sum(map(cpu, (server.pid, *map(int, helpers))))


@dataclass
class Clients:
    """The process that asks."""

    server: Server
    said: asyncio.StreamReader
    told: asyncio.StreamWriter
    again: int = 0
    """How many rounds were asked again."""

    async def ask(self, method: str, requests: Sequence[bytes]) -> Times:
        """Ask again while the host gives the processors to others: all wait then, in one round and not the next."""
        while True:
            before = _taken()
            times = await self._round(method, requests)
            if _taken() - before <= TAKEN or self.again == AGAIN:
                return times
            self.again += 1

    async def _round(self, method: str, requests: Sequence[bytes]) -> Times:
        encoded = [b64encode(one).decode() for one in requests]
        self.told.write(json.dumps([method, encoded]).encode() + b"\n")
        await self.said.readline()  # the server is warm
        before = _spent(self.server)
        self.told.write(b"go\n")
        took = json.loads(await self.said.readline())
        spent = _spent(self.server) - before
        return Times(median(took), quantiles(took, n=100)[98], 1_000 * spent / len(took))


@asynccontextmanager
async def _clients(server: Server, token: str) -> AsyncIterator[Clients]:
    path = os.pathsep.join((str(ROOT), str(ROOT / "proto")))
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.queries", str(server.port), token),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        limit=1 << 24,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    try:
        yield Clients(server, child.stdout, child.stdin)
    finally:
        child.stdin.close()
        await child.wait()


async def clients(port: str, token: str) -> None:
    """For each line with a method and requests ask them from many clients for a while, and print how many milliseconds
    each answer took.
    """
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) for _ in range(CLIENTS)]
    while line := await asyncio.to_thread(sys.stdin.readline):
        method, encoded = json.loads(line)
        requests = cycle([b64decode(one) for one in encoded])
        stubs = [channel.unary_unary(method, None, None) for channel in channels]
        await _times(stubs, requests, token, SECONDS / 4)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(json.dumps(await _times(stubs, requests, token, SECONDS)), flush=True)
    for channel in channels:
        await channel.close(None)


async def _times(stubs: Sequence[Any], requests: Iterator[bytes], token: str, seconds: float) -> list[float]:
    took: list[float] = []
    metadata, end = [("authorization", f"Bearer {token}")], time.perf_counter() + seconds

    async def client(stub: Any) -> None:
        while (began := time.perf_counter()) < end:
            await stub(next(requests), timeout=30, metadata=metadata)
            took.append(1_000 * (time.perf_counter() - began))

    await asyncio.gather(*map(client, stubs))
    return took


async def _rebuilt(dsn: str) -> list[Figure]:
    """Rebuild every read model; each comes out as the live one."""
    log = await Log.open("registry", dsn)
    began = time.perf_counter()
    reports = [await rebuild(model, log, dsn, processes=2) for model in SERVICE.models]
    took = time.perf_counter() - began
    await log.close()
    assert all(report.same_as_live for report in reports), reports
    return [Figure(f"rebuild of all {len(reports)} read models, to the same hash", took, "s")]


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(clients(*sys.argv[1:]))
