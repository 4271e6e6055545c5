"""What a fault case is. A module here lists its cases in `CASES`; `make faults` and pytest run the same ones."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import tests.faults
from deploy.local.servers import Servers

Run = Callable[[int, int, Servers], Awaitable[list[str]]]
"""`run(n, seed, servers)` does the fault `n` times and returns what went wrong, one sentence each.

`servers` are one PostgreSQL and one Kafka for all cases: a case makes its own databases and topics there. A case that
kills a server, or runs the whole system, starts servers of its own.
"""


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    fault: str
    """What is done, in a few words."""
    n: int
    """How often in `make faults`."""
    few: int
    """How often in `make test`."""
    run: Run
    seconds: float = 300
    """After which a run with few is stuck."""


def cases() -> list[Case]:
    """All cases, in the order of their modules."""
    found: list[Case] = []
    for module in sorted(m.name for m in pkgutil.iter_modules(tests.faults.__path__)):
        if module not in ("__main__", "cases"):
            found += getattr(importlib.import_module(f"tests.faults.{module}"), "CASES", ())
    ids = [case.id for case in found]
    assert len(set(ids)) == len(ids), f"two cases share an id: {ids}"
    return found
