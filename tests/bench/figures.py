"""What a bench module yields.

A bench is a module of this package with `async def run(servers: Servers) -> list[Figure]`; it measures ours, a peer and
a limit side by side in one run. Its name is what `ONLY=name` picks.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from statistics import median
from typing import NamedTuple


class Figure(NamedTuple):
    """A larger `ratio` is better: value by against_value, for times the other way round. `aim`: the ratio aimed at."""

    name: str
    value: float
    unit: str
    against: str | None = None
    against_value: float | None = None
    ratio: float | None = None
    aim: float | None = None


def rate(name: str, value: float, unit: str, against: str, against_value: float, aim: float | None = None) -> Figure:
    """More is better."""
    return Figure(name, value, unit, against, against_value, value / against_value, aim)


def duration(
    name: str, value: float, unit: str, against: str, against_value: float, aim: float | None = None
) -> Figure:
    """Less is better."""
    return Figure(name, value, unit, against, against_value, against_value / value, aim)


async def in_turns(rounds: int, measured: Mapping[str, Callable[[], Awaitable[float]]]) -> dict[str, float]:
    """The median of each, measured in turns, so that a noisy moment of the machine meets all alike."""
    found: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, measure in measured.items():
            found[name].append(await measure())
            await asyncio.sleep(0.2)
    return {name: median(values) for name, values in found.items()}
