"""`make bench`: all figures, printed as a table and written to var/bench.json. ONLY=name picks one module."""

import importlib
import importlib.metadata
import json
import os
import pkgutil
import platform
import subprocess
import sys

import asyncpg
import uvloop
from rich.console import Console
from rich.table import Table

import tests.bench
from deploy.local.processes import ROOT, VAR
from deploy.local.servers import Servers
from tests.bench.figures import Figure

DURABILITY = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")
LIBRARIES = ("asyncpg", "aiokafka", "faststream", "grpcio", "pydantic", "orjson", "eventsourcing")


def benches() -> list[str]:
    """The modules of this package that have a `run`."""
    names = [module.name for module in pkgutil.iter_modules(tests.bench.__path__)]
    return [n for n in names if n != "__main__" and hasattr(importlib.import_module(f"tests.bench.{n}"), "run")]


def commit() -> str | None:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or None


async def surroundings(servers: Servers) -> dict[str, object]:
    connection = await asyncpg.connect(servers.postgres.admin_dsn)
    settings = {name: await connection.fetchval(f"show {name}") for name in DURABILITY}
    await connection.close()
    return {
        "commit": commit(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "postgresql": settings,
    }


def table(figures: list[Figure]) -> Table:
    columns = ("figure", "ours", "unit", "against", "theirs", "ratio", "aim")
    found = Table(*columns, title="larger ratios are better")
    for f in figures:
        numbers = [f.value, f.against_value, f.ratio, f.aim]
        ours, theirs, ratio, aim = ("" if n is None else f"{n:,.0f}" if n >= 1_000 else f"{n:,.3g}" for n in numbers)
        found.add_row(f.name, ours, f.unit, f.against or "", theirs, ratio, aim)
    return found


async def main() -> int:
    only = os.environ.get("ONLY")
    names = [name for name in benches() if only in (None, "", name)]
    if not names:
        print(f"no bench is called {only}; there are {', '.join(benches())}", file=sys.stderr)
        return 2
    console = Console()
    with Servers("bench") as servers:
        facts = await surroundings(servers)
        console.print(facts)
        figures = []
        for name in names:
            console.print(f"measuring {name} …")
            figures += await importlib.import_module(f"tests.bench.{name}").run(servers)
    console.print(table(figures))
    (VAR / "bench.json").write_text(json.dumps([f._asdict() for f in figures], ensure_ascii=False, indent=1))
    (VAR / "bench-surroundings.json").write_text(json.dumps(facts, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
