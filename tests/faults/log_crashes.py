"""PostgreSQL killed with -9 under load: nothing acknowledged is lost, and the log comes back by itself."""

import asyncio
import random

from deploy.local.servers import Servers
from services.kernel.appends import Append, Reply
from services.kernel.errors import Unavailable
from tests.faults.cases import Case
from tests.faults.log_commands import effects
from tests.faults.log_epochs import placed
from tests.faults.log_tails import id_of
from tests.faults.places import opened, own_postgres
from tests.kernel.log.support import append_of

CLIENTS = 32


async def postgres_killed(n: int, seed: int, servers: Servers) -> list[str]:
    chance = random.Random(seed)
    acknowledged: dict[str, Reply] = {}
    unknown: list[Append] = []
    ended = asyncio.Event()
    with own_postgres("faults-killed") as postgres:
        place = await placed(postgres, "killed")
        async with opened(place, patience=5.0) as log:

            async def client(number: int) -> None:
                version = 0
                while not ended.is_set():
                    append = append_of(
                        (f"counter:{number}-{version}", 0, chance.randint(1, 5)), command_id=id_of(chance)
                    )
                    version += 1
                    try:
                        acknowledged[append.context.command_id] = await log.append(append)
                    except Unavailable:
                        unknown.append(append)
                    await asyncio.sleep(chance.random() * 0.01)

            async def kill() -> None:
                for _ in range(n):
                    await _until_more(acknowledged)
                    await asyncio.sleep(chance.random())
                    await asyncio.to_thread(postgres.kill9)
                    await asyncio.sleep(chance.random() * chance.choice((0.1, 0.1, 0.1, 6)))
                    await asyncio.to_thread(postgres.start)
                ended.set()

            await asyncio.gather(kill(), *(client(number) for number in range(CLIENTS)))
            for append in unknown:
                acknowledged[append.context.command_id] = await log.append(append)
            found = await effects(log)
            head = await log.head()
    failures = [
        f"{i}: acknowledged at {reply.position}, found at {found.get(i)}"
        for i, reply in acknowledged.items()
        if found.get(i, [0])[-1] != reply.position
    ]
    failures += [f"{i}: an effect that nobody asked for" for i in found.keys() - acknowledged.keys()]
    if sorted(p for places in found.values() for p in places) != [*range(1, head.position + 1)]:
        failures.append("positions have a gap")
    return failures


async def _until_more(acknowledged: dict[str, Reply]) -> None:
    """The service works again, without anybody's help."""
    before = len(acknowledged)
    for _ in range(3_000):
        if len(acknowledged) >= before + 50:
            return
        await asyncio.sleep(0.02)
    raise TimeoutError("no append succeeds any more")


CASES = [Case("postgres-killed", "PostgreSQL killed with -9 under a load of appends", 100, 2, postgres_killed)]
