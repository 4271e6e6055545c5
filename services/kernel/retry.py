"""How long to wait before another try."""

import asyncio
import random
from collections.abc import Iterator


def pauses(first: float = 0.05, longest: float = 5.0) -> Iterator[float]:
    """Seconds, twice as many each time, jittered so that many who wait do not come back at once."""
    pause = first
    while True:
        yield pause * random.uniform(0.5, 1.0)
        pause = min(2 * pause, longest)


async def wait(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event came within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
