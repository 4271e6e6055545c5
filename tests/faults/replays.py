"""Replay determinism: rebuilds in processes that differ in all that must not matter give the same bytes.

Another Python is tried where one is found: `python3.12` and later on the path, and what THIDUA_PYTHONS names (paths,
separated by colons). It gets the pinned libraries in var/, once.
"""

import asyncio
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys

from deploy.local.processes import ROOT, VAR
from deploy.local.servers import Servers
from services.kernel.log import Log
from services.kernel.rebuild import rebuild
from services.registry.projections import MODELS
from tests.faults.cases import Case
from tests.play import Services, play, three

SCENARIOS = (
    "organisations",
    "catalogue",
    "calendar",
    "scenario_0",
    "scenario_1",
    "scenario_2",
    "scenario_3",
    "scenario_4",
    "constructed",
)
ZONES = ("UTC", "Asia/Ho_Chi_Minh", "America/St_Johns", "Pacific/Kiritimati")
LOCALES = ("C", "C.UTF-8", "vi_VN.UTF-8", "tr_TR.UTF-8")
PAGES = (1, 7, 64, 5_000)


async def replays(n: int, seed: int, servers: Servers) -> list[str]:
    """`n` rebuilds of registry's read models; each must find what the first one gave."""
    pythons = [sys.executable, *await asyncio.to_thread(other_pythons)]
    rng = random.Random(seed)
    failures = []
    async with three(servers.postgres) as services:
        await play(services, *SCENARIOS)
        first = await _replayed(services, [sys.executable], {}, 5_000, 1)
        for k in range(n):
            surroundings = {
                "PYTHONHASHSEED": str(rng.randrange(1 << 32)),
                "TZ": rng.choice(ZONES),
                "LC_ALL": rng.choice(LOCALES),
            }
            python, page, processes = pythons[k % len(pythons)], rng.choice(PAGES), rng.choice((1, 2, 3))
            again = await _replayed(services, [python], surroundings, page, processes)
            if again != first:
                failures.append(f"{python}, {surroundings}, page {page}, {processes} processes: {again} is not {first}")
    return failures


async def _replayed(services: Services, python: list[str], surroundings: dict[str, str], page: int, of: int) -> str:
    command = [*python, "-m", "tests.faults.replays", services["registry"].dsn, str(page), str(of)]
    process = await asyncio.create_subprocess_exec(
        *command,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "proto")))} | surroundings,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    told, complaints = await process.communicate()
    return told.decode().strip() or complaints.decode()[-2000:]


def other_pythons() -> list[str]:
    """Other versions of Python than this one that work here, each with the libraries that services need."""
    named = [p for p in os.environ.get("THIDUA_PYTHONS", "").split(":") if p]
    found = named + [p for p in map(shutil.which, ("python3.12", "python3.13", "python3.14")) if p]
    versions = {
        v: p for p in reversed(found) if (v := _version(p)) and v != f"{sys.version_info[0]}.{sys.version_info[1]}"
    }
    return [_equipped(version, python) for version, python in sorted(versions.items())]


def _version(python: str) -> str | None:
    ask = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    told = subprocess.run(ask, capture_output=True, text=True, check=False)
    return told.stdout.strip() if told.returncode == 0 else None


def _equipped(version: str, python: str) -> str:
    requirements = ROOT / "requirements" / "run.txt"
    folder = VAR / f"python-{version}"
    ready = folder / hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([python, "-m", "venv", str(folder)], check=True)
        install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes", "-r"]
        subprocess.run([*install, str(requirements)], check=True)
        ready.touch()
    return str(folder / "bin" / "python")


async def _replay(dsn: str, page: int, processes: int) -> None:
    log = await Log.open("registry", dsn)
    made = {model.name: await rebuild(model, log, dsn, page=page, processes=processes) for model in MODELS}
    await log.close()
    print(json.dumps({name: [r.rows, r.hash, r.same_as_live is not False] for name, r in made.items()}))


CASES = (
    Case(
        "replays",
        "rebuilds with other page sizes, process counts, hash seeds, time zones, locales and Pythons",
        n=30,
        few=4,
        run=replays,
    ),
)

if __name__ == "__main__":
    asyncio.run(_replay(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
