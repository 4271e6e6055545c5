"""`kill -9` of every process of the whole system, and of PostgreSQL, at random moments of one continuous load."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Coroutine
from typing import Any

import structlog

from deploy.local.processes import ROOT
from deploy.local.servers import Postgres, Servers
from deploy.local.system import SERVICES, System
from tests.faults.cases import Case
from tests.faults.load import Load, judge

log = structlog.get_logger()


async def processes_killed(n: int, seed: int, _: Servers) -> list[str]:
    """Each service killed `n` times, and relays `n` times in all, while the others go on."""
    with Servers("faults-kills") as servers, System(servers, apart=("relay",)) as system:
        counts = {name: -(-n // len(SERVICES)) if name.endswith("-relay") else n for name in system.names}
        return await under_load(system, seed, [_kills(system, name, count, seed) for name, count in counts.items()])


async def postgres_killed(n: int, seed: int, _: Servers) -> list[str]:
    """The database of all three services killed `n` times; services come back by themselves."""
    with Servers("faults-postgres") as servers, System(servers) as system:
        assert isinstance(servers.postgres, Postgres), "only a server of ours can be killed"
        failures = await under_load(system, seed, [_crashes(servers.postgres, n, seed)])
        return failures + [f"{name} ended" for name in system.names if system.pid(name) is None]


async def under_load(system: System, seed: int, faults: list[Coroutine[Any, Any, None]]) -> list[str]:
    """What is wrong after the faults, when every command is acknowledged and every read model has caught up."""
    load = Load(system, seed)
    await load.prepare()
    stop = asyncio.Event()
    running = asyncio.create_task(load.run(stop))
    try:
        await asyncio.gather(*faults)
    finally:
        stop.set()
        await running
        await load.close()
    log.info("faults.load", commands=len(load.oracle.acknowledged), seed=seed)
    return await judge(system, load.oracle) + await asyncio.to_thread(unlike_replay, system)


async def _kills(system: System, name: str, n: int, seed: int) -> None:
    rng = random.Random(f"{seed} {name}")
    for _ in range(n):
        await asyncio.sleep(rng.uniform(0.2, 2.0))
        await asyncio.to_thread(system.kill9, name)
        # also while it starts, now and then
        await asyncio.to_thread(system.start, name, wait=rng.random() < 0.8)
    await asyncio.to_thread(system.start, name)


async def _crashes(postgres: Postgres, n: int, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(n):
        await asyncio.sleep(rng.uniform(0.5, 3.0))
        await asyncio.to_thread(postgres.kill9)
        await asyncio.sleep(rng.uniform(0.0, 1.0))
        await asyncio.to_thread(postgres.start)


def unlike_replay(system: System, seconds: float = 120) -> list[str]:
    """The services of which a read model is not what a fresh replay of its log gives, once they have caught up."""
    failures = []
    for service in SERVICES:
        end = time.monotonic() + seconds
        while True:
            told = subprocess.run(
                [sys.executable, "-m", "services", "verify", service],
                env=system.environment(service),
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            if told.returncode == 0:
                break
            if time.monotonic() > end:
                failures.append(f"{service}: {told.stdout[-2000:]} {told.stderr[-2000:]}")
                break
            time.sleep(1)
    return failures


CASES = (
    Case("kill-processes", "kill -9 of each service, and of relays, under load", n=100, few=3, run=processes_killed),
    Case("kill-postgres", "kill -9 of PostgreSQL under load", n=50, few=2, run=postgres_killed),
)
