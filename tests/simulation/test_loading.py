"""The simulated set told to registry in a process of its own, by the command that an operator runs."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from thidua.kernel.v1 import kernel_pb2
from thidua.registry.v1 import registry_pb2, registry_pb2_grpc

from deploy.local.processes import ROOT
from deploy.local.servers import ExistingPostgres, Postgres
from services.registry.main import SERVICE
from services.simulation.telling import steps
from tests.kernel.rpc.conftest import Sample
from tests.kernel.rpc.test_cli import thidua
from tests.registry.support import served_on

SMALL = ("--years", "1", "--share", "0.03")


@pytest.fixture
async def served(postgres: Postgres | ExistingPostgres, tmp_path: Path) -> AsyncIterator[Sample]:
    async with served_on(postgres, tmp_path) as registry:
        yield registry


async def value(sample: Sample, query: str) -> Any:
    connection = await asyncpg.connect(sample.environment["THIDUA_ADMIN_DATABASE"])
    found = await connection.fetchval(query)
    await connection.close()
    return found


async def commands(sample: Sample) -> int:
    found: int = await value(sample, "select count(*) from log.commands")
    return found


async def told(sample: Sample) -> None:
    """Wait until something is."""
    while True:
        if await commands(sample):
            return
        await asyncio.sleep(0.02)


async def test_a_set_is_told_once_however_often_it_is_told_and_rebuilds_to_the_same_hash(served: Sample) -> None:
    every = sum(1 for _ in steps(1, 1, 0.03))
    broken_off = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", "simulate", *SMALL), cwd=ROOT, env=served.environment, stdout=DEVNULL
    )
    await told(served)
    broken_off.kill()
    await broken_off.wait()
    assert 0 < await commands(served) < every
    code, shown = await thidua(served.environment, "simulate", *SMALL)
    assert (code, f"{every} commands told" in shown) == (0, True), shown
    head = await value(served, "select position from log.head")
    assert f"recorded at position {head}" in shown.replace("\n", " ")
    assert await commands(served) == every
    code, shown = await thidua(served.environment, "simulate", *SMALL)
    assert (code, f"recorded at position {head}" in shown.replace("\n", " ")) == (0, True), shown
    assert await value(served, "select position from log.head") == head

    stub = registry_pb2_grpc.RegistryServiceStub(served.channel)
    read = kernel_pb2.Read(at_least=[kernel_pb2.Position(log="registry", epoch=1, position=head)])
    request = registry_pb2.WhoHeadedRequest(bloc="sim1-p00-b00", year=2025, read=read)
    answer = await stub.WhoHeaded(request, timeout=30, metadata=[("authorization", f"Bearer {served.token}")])
    assert [found.agency.value for found in answer.heads] == ["sim1-p00-a001"]
    assert [source.id for source in answer.sources] == ["simulated-1"]
    gone = registry_pb2.GetOrganisationRequest(organisation="sim1-p00", read=read)
    found = await stub.GetOrganisation(gone, timeout=30, metadata=[("authorization", f"Bearer {served.token}")])
    (merger,) = found.successions
    after = [one.value for one in merger.successors]
    assert (found.ended.value, merger.on.value, after) == ("true", "2025-07-01", ["sim1-l00"])
    code, shown = await thidua(served.environment, "verify", "registry")
    assert (code, shown.count(" equal ")) == (0, len(SERVICE.models)), shown


async def test_a_set_that_cannot_be_told_is_explained_in_a_sentence(served: Sample) -> None:
    for changed, words, code, said in (
        ({"THIDUA_TOKEN": "x"}, SMALL, 1, "UNAUTHENTICATED"),
        ({}, ("--years", "11"), 2, "--years 1 to 10"),
    ):
        found, shown = await thidua(served.environment | changed, "simulate", *words)
        assert (found, said in shown, "Traceback" in shown) == (code, True, False), shown
    assert await commands(served) == 0
