"""The fault cases of `make faults`, each with a few of its count."""

import asyncio
import random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults.cases import Case, cases


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
async def test_a_fault_leaves_nothing_wrong(case: Case, postgres: Any, kafka: Any) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    servers: Any = SimpleNamespace(postgres=postgres, kafka=kafka)
    async with asyncio.timeout(case.seconds):
        failures = await case.run(case.few, seed, servers)
    assert not failures, f"seed {seed}: {failures[:5]}"
