"""What a subscriber has seen: which record is new, which a repeat, and which must wait for one before it."""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self


class Event(NamedTuple):
    """A record of the public topic. `sequence` counts a subject's events from 1."""

    id: str
    type: str
    subject: str
    time: str
    epoch: int
    sequence: int
    data: Any


def event(headers: list[tuple[str, bytes | None]], value: bytes | None) -> Event | None:
    """The CloudEvent in a Kafka record; null if it holds none."""
    try:
        ce = {name[3:]: (text or b"").decode() for name, text in headers if name.startswith("ce_")}
        epoch, sequence = int(ce["epoch"]), int(ce["sequence"])
        return Event(ce["id"], ce["type"], ce["subject"], ce["time"], epoch, sequence, json.loads(value or b""))
    except (KeyError, ValueError):
        return None


class Seen:
    """Remembers events in a file, one line each, in the order in which they became known.

    An event is seen once its line is on the disk; half a line, left by a kill, does not count.
    """

    def __init__(self, file: Path) -> None:
        self._last: dict[str, tuple[int, int]] = {}
        self._waiting: dict[str, dict[int, Event]] = {}
        self._file = file.open("a+b")
        self._file.seek(0)
        whole = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            known = Event(**json.loads(line))
            self._last[known.subject] = (known.sequence, known.epoch)
            whole += len(line)
        self._file.truncate(whole)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._file.close()

    @property
    def waiting(self) -> int:
        """How many events wait for one before them."""
        return sum(len(events) for events in self._waiting.values())

    def take(self, event: Event) -> list[Event]:
        """The events that are now known, in their order: none for a repeat, or for one that comes after a gap."""
        sequence, epoch = self._last.get(event.subject, (0, 0))
        if event.epoch < epoch or (event.epoch == epoch and event.sequence <= sequence):
            return []
        if event.sequence > sequence + 1:
            self._waiting.setdefault(event.subject, {})[event.sequence] = event
            return []
        new = [event]  # the next, or, of a later epoch, one that takes the place of what a restore has lost
        waiting = self._waiting.pop(event.subject, {})
        while (follow := waiting.pop(new[-1].sequence + 1, None)) and follow.epoch >= new[-1].epoch:
            new.append(follow)
        later = {n: e for n, e in waiting.items() if n > new[-1].sequence}
        if later:
            self._waiting[event.subject] = later
        self._remember(new)
        return new

    def _remember(self, events: list[Event]) -> None:
        for event in events:
            self._last[event.subject] = (event.sequence, event.epoch)
            self._file.write(json.dumps(event._asdict(), ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
