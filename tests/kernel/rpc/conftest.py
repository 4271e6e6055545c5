"""The sample service as a process of its own, on a database of its own."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest
from grpc_status import rpc_status

from deploy.local.processes import ROOT
from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel import auth
from tests.databases import PASSWORD, lent
from tests.kernel.rpc.sample import api

MODULE = "tests.kernel.rpc.sample.main"
RPC = ("--parts", "rpc,projections")
OFFICERS = auth.new_key("thidua", "officers-1")
PEER = auth.new_key("scoring", "scoring-1")
API = "thidua.sample.v1.SampleService"


class Sample:
    """A running sample service, and how to call it."""

    def __init__(self, environment: dict[str, str], words: Sequence[str], module: str = MODULE) -> None:
        self.environment = environment
        self.keys = Path(environment["THIDUA_TOKEN_KEYS"])
        command = [sys.executable, "-m", "services", "run", module, *words]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.ready: dict[str, Any] = {}
        self.token = auth.issue(OFFICERS, "officer:an", ["sample"], seconds=auth.LONGEST_LIFE)  # longer than any run

    async def begin(self) -> None:
        """Wait for the line that says where it serves; an empty one if it ends instead."""
        assert self.process.stdout is not None
        self.ready = json.loads(await asyncio.to_thread(self.process.stdout.readline) or "{}")
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{self.ready.get('port', 1)}")

    async def raw(self, method: str, body: bytes, token: str | None = None, timeout: float | None = 10) -> bytes:
        call = self.channel.unary_unary(method if "/" in method else f"/{API}/{method}", None, None)
        token = self.token if token is None else token
        metadata = [("authorization", f"Bearer {token}")] if token else []
        answer: bytes = await call(body, timeout=timeout, metadata=metadata)
        return answer

    async def call(self, method: str, **fields: Any) -> Any:
        request = api.message(f"{method}Request")(**fields)
        return api.message(f"{method}Response").FromString(await self.raw(method, request.SerializeToString()))

    async def open_box(self, box: str, **changes: Any) -> Any:
        fields = {"command_id": str(uuid.uuid4()), "box": box, "label": "Thùng hồ sơ", "kind": 1, "things": {}}
        return await self.call("OpenBox", **{**fields, **changes})

    async def end(self, *, tell: bool = True) -> str:
        """End it as an operator does, or wait until it has ended; its log."""
        await self.channel.close(None)
        if tell:
            self.process.terminate()
        _, log = await asyncio.to_thread(self.process.communicate, timeout=30)
        return log.decode()


async def refusal(call: Awaitable[Any]) -> tuple[str, list[Any]]:
    """The code's name and the details of a call that fails."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    found = rpc_status.from_call(caught.value)  # type: ignore[arg-type]
    return caught.value.code().name, [] if found is None else list(found.details)


def fields(details: Sequence[Any]) -> list[str]:
    """The fields that the details name, each with its rule in both languages."""
    named = []
    for packed in details:
        request = BadRequest()
        if packed.Unpack(request):
            assert all(v.description and v.localized_message.message for v in request.field_violations)
            named += [v.field for v in request.field_violations]
    return named


@asynccontextmanager
async def database(postgres: Postgres | ExistingPostgres) -> AsyncIterator[str]:
    """An empty database for a sample service; its DSN for the administrator."""
    async with lent(postgres, "sample") as name:
        yield postgres.dsn(name)


def settings(postgres: Postgres | ExistingPostgres, admin: str, folder: Path) -> dict[str, str]:
    """The environment of a sample service."""
    keys = folder / "jwks.json"
    keys.write_text(json.dumps(auth.public([OFFICERS, PEER])))
    given = {
        "DATABASE": postgres.dsn(urlsplit(admin).path[1:], "test_thidua_sample", PASSWORD),
        "ADMIN_DATABASE": admin,
        "ROLE_PREFIX": "test_",
        "COMMAND_KEY": "c" * 32,
        "TOKEN_KEYS": str(keys),
        "REFLECTION": "true",
        "METRICS": "127.0.0.1:0",
        "PATIENCE": "3",
        "LONGEST_CALL": "5",
    }
    path = os.pathsep.join((str(ROOT), str(ROOT / "proto")))
    return {**os.environ, "PYTHONPATH": path, **{f"THIDUA_{name}": value for name, value in given.items()}}


@pytest.fixture(scope="session")
async def sample(
    postgres: Postgres | ExistingPostgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Sample]:
    """A sample service that many tests share."""
    async with database(postgres) as admin:
        shared = Sample(settings(postgres, admin, tmp_path_factory.mktemp("sample")), RPC)
        await shared.begin()
        yield shared
        await shared.end()


@pytest.fixture
async def environment(postgres: Postgres | ExistingPostgres, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """The settings of a sample service of this test's own."""
    async with database(postgres) as admin:
        yield settings(postgres, admin, tmp_path)


@pytest.fixture
async def start(environment: dict[str, str]) -> AsyncIterator[Callable[..., Awaitable[Sample]]]:
    """Starts sample services, and ends them after the test."""
    started: list[Sample] = []

    async def begin(*words: str, module: str = MODULE, **changes: str) -> Sample:
        more = {f"THIDUA_{name}": value for name, value in changes.items()}
        one = Sample(environment | more, words or RPC, module)
        started.append(one)
        await one.begin()
        return one

    yield begin
    for one in started:
        if one.process.poll() is None:
            await one.end()
