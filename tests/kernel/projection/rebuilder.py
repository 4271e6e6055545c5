"""Rebuilds a model in a process of its own: `python -m tests.kernel.projection.rebuilder dsn model processes page`."""

import asyncio
import json
import sys

from services.kernel.log import Log
from services.kernel.rebuild import Progress, rebuild
from tests.kernel.projection.support import MODELS


async def main(dsn: str, name: str, processes: str, page: str) -> None:
    model = next(model for model in MODELS if model.name == name)
    log = await Log.open("registry", dsn)
    report = await rebuild(model, log, dsn, processes=int(processes), page=int(page), progress=shown)
    await log.close()
    print(json.dumps(report._asdict()), flush=True)


def shown(progress: Progress) -> None:
    print(progress.done, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
