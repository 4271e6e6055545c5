"""`make faults`: every case with its full count, printed as a table and written to var/faults.json.

ONLY=id picks one (or several, by commas), SEED repeats a run, N overrides the count. Exits with 1 if anything failed.
What libraries and our own parts log of the faults goes to var/faults.log.
"""

import asyncio
import json
import logging
import os
import random
import sys
import time
from typing import Any

import structlog
import uvloop
from rich.console import Console
from rich.table import Table

from deploy.local.processes import VAR
from deploy.local.servers import Servers
from tests.faults.cases import Case, cases

OUT, LOG = VAR / "faults.json", VAR / "faults.log"


async def run(case: Case, n: int, seed: int, servers: Servers) -> dict[str, Any]:
    began = time.monotonic()
    try:
        failures = await case.run(n, seed, servers)
    except Exception as error:  # a case that breaks has failed, and the others still run
        failures = [f"{type(error).__name__}: {error}"]
    for failure in failures[:20]:
        print(f"  {case.id}: {failure}", flush=True)
    seconds = round(time.monotonic() - began, 1)
    return {"id": case.id, "fault": case.fault, "n": n, "failures": len(failures), "seed": seed, "seconds": seconds}


def table(rows: list[dict[str, Any]]) -> Table:
    found = Table("id", "fault", "n", "failures", "seed", "seconds")
    for row in rows:
        found.add_row(*(str(value) for value in row.values()), style="red" if row["failures"] else "")
    return found


def main() -> int:
    only = os.environ.get("ONLY")
    chosen = [case for case in cases() if not only or case.id in only.split(",")]
    if not chosen:
        print(f"ONLY={only} names none of: {', '.join(case.id for case in cases())}", file=sys.stderr)
        return 2
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
    rows = []
    with Servers("faults") as servers, LOG.open("w", encoding="utf-8") as log:
        logging.basicConfig(stream=log, format="%(asctime)s %(name)s %(message)s")
        structlog.configure(logger_factory=structlog.WriteLoggerFactory(log))
        for case in chosen:
            n = int(os.environ.get("N") or case.n)
            print(f"{case.id}: {case.fault}, {n} times, seed {seed} …", flush=True)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                rows.append(runner.run(run(case, n, seed, servers)))
            OUT.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    Console(width=120).print(table(rows))
    return int(any(row["failures"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
