"""Unary commands by gRPC, each durable before its reply, against a bare grpc.aio echo of the same bytes.

Each server is one process on uvloop; the calls come from another process, which makes all requests before the clock
starts. A command here opens a stream of its own, so that each is authenticated, converted, decided on a loaded state
and appended. The CPU is the server process's own; PostgreSQL's is not in it, but takes its share of the machine.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import asyncpg
import grpc
import uvloop

from deploy.local.processes import ROOT
from deploy.local.servers import Servers
from services.kernel import auth
from services.kernel.migrate import migrate
from tests.bench.figures import Figure, duration, rate
from tests.kernel.rpc.sample import api

CLIENTS = 64
CHANNELS = 4
SECONDS = 5.0
ROUNDS = 3
MOST = 30_000  # calls of one measurement
PASSWORD = "p" * 32
TICKS = os.sysconf("SC_CLK_TCK")
ECHO, OPEN_BOX = "/thidua.sample.v1.Echo/Echo", "/thidua.sample.v1.SampleService/OpenBox"


class Load(NamedTuple):
    """What one measurement saw."""

    calls_per_second: float
    cpu_microseconds: float
    """Of the server process, per call."""


async def run(servers: Servers) -> list[Figure]:
    key = auth.new_key("thidua", "officers-1")
    token = auth.issue(key, "officer:an", ["sample"], seconds=3600)
    found: dict[str, list[Load]] = {OPEN_BOX: [], ECHO: []}
    async with _service(servers, key) as service, process("-m", "tests.bench.commands", "echo") as echo:
        for _ in range(ROUNDS):
            for method, server in ((OPEN_BOX, service), (ECHO, echo)):
                found[method].append(await _load(server, method, token))
    ours, theirs = (Load(*map(median, zip(*found[method], strict=True))) for method in (OPEN_BOX, ECHO))
    return [
        rate("commands by gRPC", ours.calls_per_second, "1/s", "grpc.aio echo", theirs.calls_per_second, 0.5),
        duration("server CPU of a command", ours.cpu_microseconds, "µs", "grpc.aio echo", theirs.cpu_microseconds, 0.5),
    ]


class Server(NamedTuple):
    pid: int
    port: int


@asynccontextmanager
async def _service(servers: Servers, key: dict[str, Any]) -> AsyncIterator[Server]:
    """The sample service on a new database."""
    name = f"bench_commands_{uuid.uuid4().hex[:8]}"
    await migrate(servers.postgres.dsn(name), "sample", password=PASSWORD, prefix="test_")
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "jwks.json"
        keys.write_text(json.dumps(auth.public([key])))
        given = {
            "DATABASE": servers.postgres.dsn(name, "test_thidua_sample", PASSWORD),
            "ROLE_PREFIX": "test_",
            "COMMAND_KEY": "c" * 32,
            "TOKEN_KEYS": str(keys),
        }
        settings = {f"THIDUA_{name}": value for name, value in given.items()}
        words = ("-m", "services", "run", "tests.kernel.rpc.sample.main", "--parts", "rpc")
        async with process(*words, **settings) as server:
            yield server
    connection = await asyncpg.connect(servers.postgres.admin_dsn)
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@asynccontextmanager
async def process(*words: str, **settings: str) -> AsyncIterator[Server]:
    """A server that prints a line of JSON with its port when it is ready."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "proto")))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, env=os.environ | {"PYTHONPATH": path} | settings, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    ready = json.loads(await process.stdout.readline())
    try:
        yield Server(process.pid, int(ready["port"]))
    finally:
        process.terminate()
        await process.wait()


async def _load(server: Server, method: str, token: str) -> Load:
    path = os.pathsep.join((str(ROOT), str(ROOT / "proto")))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.commands", "calls", str(server.port), method, token),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    await process.stdout.readline()  # all requests are made, and the server is warm
    before = cpu(server.pid)
    process.stdin.write(b"go\n")
    found = json.loads(await process.stdout.readline())
    spent = cpu(server.pid) - before
    await process.wait()
    return Load(found["calls"] / found["seconds"], spent / found["calls"] * 1e6)


def cpu(pid: int) -> float:
    """Seconds of CPU that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def requests(count: int) -> list[bytes]:
    request = api.message("OpenBoxRequest")
    fields: dict[str, Any] = {
        "label": "Thùng hồ sơ của Khối thi đua",
        "kind": 2,
        "effective": "2024-03-01",
        "things": {"items": [{"name": "Sổ", "grams": 300}, {"name": "Bút"}], "declared_count": 2},
        "record": {"source": {"id": "seed-0"}, "place": "đoạn 1"},
    }
    return [
        request(command_id=str(uuid.uuid4()), box=f"b-{uuid.uuid4()}", **fields).SerializeToString()
        for _ in range(count)
    ]


async def calls(port: str, method: str, token: str) -> None:
    """Calls from many clients for a while; prints how many were answered in how many seconds."""
    bodies = iter(requests(MOST))
    metadata = [("authorization", f"Bearer {token}")]
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) for _ in range(CHANNELS)]
    stubs = [channel.unary_unary(method, None, None) for channel in channels]
    for stub in stubs:
        for _ in range(50):
            await stub(next(bodies), timeout=30, metadata=metadata)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    answered = 0
    began = time.perf_counter()

    async def client(n: int) -> None:
        nonlocal answered
        stub = stubs[n % CHANNELS]
        while time.perf_counter() - began < SECONDS:
            await stub(next(bodies), timeout=30, metadata=metadata)
            answered += 1

    await asyncio.gather(*(client(n) for n in range(CLIENTS)))
    print(json.dumps({"calls": answered, "seconds": time.perf_counter() - began}), flush=True)
    for channel in channels:
        await channel.close(None)


async def echo() -> None:
    """The bare server: what it is sent, it sends back."""

    async def answer(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return request

    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(answer)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("thidua.sample.v1.Echo", {"Echo": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(json.dumps({"port": port}), flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(calls(*sys.argv[2:]) if sys.argv[1] == "calls" else echo())
