"""Several processes that do the same at once, each with a log of its own.

    async with crew(write, 16, dsn, …) as writers:
        await writers.kill(3)
        results = await writers.results()

The function is `async def f(child: int, *arguments) -> JSON-able`. The processes are forked by one that has imported
it, which costs milliseconds each.
"""

import asyncio
import contextlib
import importlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import uvloop

from deploy.local.processes import ROOT


class Crew:
    def __init__(self, process: asyncio.subprocess.Process, pids: list[int]) -> None:
        self._process = process
        self._pids = pids

    def kill(self, child: int) -> None:
        """kill -9"""
        os.kill(self._pids[child], signal.SIGKILL)

    async def results(self) -> dict[int, Any]:
        """What each child returned; those that were killed are missing. Raises RuntimeError if another failed."""
        output, _ = await self._process.communicate()
        if self._process.returncode:
            raise RuntimeError("a process of the crew failed, see above")
        return {one["child"]: one["result"] for one in map(json.loads, output.splitlines())}


@contextlib.asynccontextmanager
async def crew(function: Callable[..., Awaitable[Any]], size: int, *arguments: Any) -> AsyncIterator[Crew]:
    name = f"{function.__module__}:{function.__qualname__}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.crew", name, str(size), json.dumps(arguments)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        limit=1 << 26,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        yield Crew(process, json.loads(await process.stdout.readline()))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def main() -> int:
    name, size, arguments = sys.argv[1:]
    module, _, function = name.partition(":")
    work = getattr(importlib.import_module(module), function)
    begin_read, begin_write = os.pipe()
    children = []
    for child in range(int(size)):
        pid = os.fork()
        if pid == 0:
            os.close(begin_write)
            os.read(begin_read, 1)  # ends when all are there
            _be(child, work, json.loads(arguments))
        children.append(pid)
    os.close(begin_write)
    os.write(1, (json.dumps(children) + "\n").encode())
    states = [os.waitpid(pid, 0)[1] for pid in children]
    return int(any(state not in (0, signal.SIGKILL) for state in states))


def _be(child: int, work: Callable[..., Any], arguments: list[Any]) -> None:
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            result = runner.run(work(child, *arguments))
        os.write(1, (json.dumps({"child": child, "result": result}) + "\n").encode())
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
