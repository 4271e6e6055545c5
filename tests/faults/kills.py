"""`kill -9` of every process of the whole system, and of PostgreSQL, at random moments of one continuous load."""

import asyncio
import random
import subprocess
import sys
import time

import structlog

from deploy.local.processes import ROOT
from deploy.local.servers import Postgres, Servers
from deploy.local.system import SERVICES, System
from tests.faults.load import Load, judge

log = structlog.get_logger()


async def processes_killed(n: int, seed: int) -> list[str]:
    """Each service and each relay killed `n` times, all while the others go on."""
    with Servers("faults-kills") as servers, System(servers, apart=("relay",)) as system:
        return await under_load(system, seed, [_kills(system, name, n, seed) for name in system.names])


async def postgres_killed(n: int, seed: int) -> list[str]:
    """The database of all three services killed `n` times; services come back by themselves."""
    with Servers("faults-postgres") as servers, System(servers) as system:
        assert isinstance(servers.postgres, Postgres), "only a server of ours can be killed"
        failures = await under_load(system, seed, [_crashes(servers.postgres, n, seed)])
        return failures + [f"{name} ended" for name in system.names if system.pid(name) is None]


async def under_load(system: System, seed: int, faults: list) -> list[str]:
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
