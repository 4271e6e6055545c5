"""The sample subscriber in a process of its own, which can be killed and started again."""

import re
import sys
import time
from pathlib import Path

from deploy.local.processes import ROOT, Process, ServerError, eventually

_EVENT = re.compile(r"\d{4}-\d\d-\d\dT\S+  \S+  \S+ #\d+  ")


class Subscriber:
    """What it prints goes to `folder`/subscriber.log; what it has seen it remembers itself."""

    def __init__(self, bootstrap: str, topic: str, folder: Path) -> None:
        self._command = [sys.executable, "-m", "deploy.subscriber", topic, str(folder / "subscriber.seen")]
        self._bootstrap = bootstrap
        self._log = folder / "subscriber.log"
        self._process = Process(folder / "subscriber.pid")

    def start(self) -> None:
        paths = f"{ROOT}:{ROOT / 'proto'}"
        environment = {"PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", "THIDUA_KAFKA": self._bootstrap}
        self._process.spawn(self._command, log=self._log, env=environment)

    def kill9(self) -> None:
        self._process.kill()

    def lines(self) -> list[str]:
        """All that it has printed, before and after it was killed."""
        return [line for line in self._log.read_text(encoding="utf-8").splitlines() if _EVENT.match(line)]

    def wait_for(self, count: int, seconds: float = 60) -> list[str]:
        """Its lines, once there are `count` of them. Raises ServerError."""
        if not eventually(lambda: len(self.lines()) >= count, seconds):
            raise ServerError(f"the subscriber printed {len(self.lines())} events instead of {count}, see {self._log}")
        time.sleep(0.5)  # one too many would come now
        return self.lines()
