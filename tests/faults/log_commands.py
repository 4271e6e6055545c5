"""One effect for one command: repeated, cancelled, beside a neighbour that fails, racing over several streams."""

import asyncio
import contextlib
import random
from collections import Counter
from typing import Any

import asyncpg

from deploy.local.servers import Servers
from services.kernel.appends import Append, Reply
from services.kernel.errors import Conflict, Refused
from services.kernel.handling import Handling
from services.kernel.log import Log
from tests.faults.cases import Case
from tests.faults.crew import crew
from tests.faults.log_tails import id_of, never
from tests.faults.places import fresh_place, opened
from tests.kernel.log.support import HANDLERS, VOCABULARY, Raise, RaiseBoth, append_of, context

HANG = 30.0  # seconds


async def effects(log: Log) -> dict[str, list[int]]:
    """The positions of each command's events."""
    found: dict[str, list[int]] = {}
    after = 0
    while rows := await log.read(after, 5_000):
        after = rows[-1].position
        for recorded in VOCABULARY.decode(rows):
            found.setdefault(recorded.envelope.command_id, []).append(recorded.position)
    return found


async def repeat(child: int, dsn: str, rounds: int, seed: int) -> list[list[list[int]]]:
    """Each round's command 25 times at once; the distinct replies of each round."""
    log = await Log.open("registry", dsn)
    handling = Handling(log, VOCABULARY, HANDLERS, b"key")
    chance = random.Random(seed)  # the same in every process
    answers = []
    for n in range(rounds):
        sender = context(id_of(chance))
        same = [handling.handle(Raise(counter=f"c{n % 7}", by=n + 1), sender) for _ in range(25)]
        replies = await asyncio.gather(*same, return_exceptions=True)
        answers.append(sorted({_told(r) for r in replies}))
    await log.close()
    return [[list(a) for a in each] for each in answers]


def _told(reply: Reply | BaseException) -> tuple[Any, ...]:
    if isinstance(reply, Reply):
        return (reply.epoch, reply.position, reply.recorded_at.isoformat())
    return (type(reply).__name__, 0, str(reply))


async def repeated_across_processes(n: int, seed: int, servers: Servers) -> list[str]:
    async with fresh_place(servers.postgres) as place:
        async with crew(repeat, 4, place.dsn, n, seed) as processes:
            results = await processes.results()
        failures = []
        for number, rounds in enumerate(zip(*results.values(), strict=True)):
            answers = {tuple(a) for answered in rounds for a in answered if a[0] != "Conflict"}
            if len(answers) != 1 or not isinstance(next(iter(answers))[0], int):
                failures.append(f"command {number}: {answers}")
        async with opened(place) as log:
            found = await effects(log)
        failures += [f"{i}: {len(places)} events" for i, places in found.items() if len(places) != 1]
        if len(found) != n:
            failures.append(f"{len(found)} of {n} commands have an effect")
        return failures


async def repeated_within_a_group(n: int, seed: int, servers: Servers) -> list[str]:
    async with fresh_place(servers.postgres) as place, opened(place) as log:
        failures = []
        for number in range(n):
            append = append_of((f"counter:{number}", 0, 2))
            replies = await asyncio.gather(*(log.append(append) for _ in range(100)))
            if len(set(replies)) != 1 or replies[0].position != 2 * (number + 1):
                failures.append(f"command {number}: {set(replies)}")
        if (await log.head()).position != 2 * n:
            failures.append(f"{await log.head()} after {n} commands of 2 events")
        return failures


async def cancelled(n: int, seed: int, servers: Servers) -> list[str]:
    """Callers that give up at random instants, among others that do not."""
    chance = random.Random(seed)
    async with fresh_place(servers.postgres) as place, opened(place) as log:
        failures: list[str] = []
        appends: list[Append] = []

        async def one(number: int) -> None:
            append = append_of((f"counter:{number}", 0, chance.randint(1, 4)), command_id=id_of(chance))
            appends.append(append)
            calling = asyncio.create_task(log.append(append))
            await asyncio.sleep(chance.random() * 0.02)
            calling.cancel()
            await asyncio.wait([calling])
            if not calling.cancelled() and calling.exception() is not None:
                failures.append(f"{append.context.command_id}: {calling.exception()}")

        async def patient(number: int) -> None:
            append = append_of((f"counter:patient-{number}", 0, 1), command_id=id_of(chance))
            await asyncio.wait_for(log.append(append), HANG)

        for start in range(0, n, 200):
            await asyncio.gather(*(f(k) for k in range(start, min(start + 200, n)) for f in (one, patient)))
        before = await effects(log)
        failures += [
            f"{a.context.command_id}: {len(before[a.context.command_id])} of {len(a.events)} events"
            for a in appends
            if len(before.get(a.context.command_id, a.events)) != len(a.events)
        ]
        for start in range(0, n, 200):
            await asyncio.gather(*(log.append(a) for a in appends[start : start + 200]))
        after = await effects(log)
        failures += [
            f"{a.context.command_id}: {len(after.get(a.context.command_id, []))} events after the retry"
            for a in appends
            if len(after.get(a.context.command_id, [])) != len(a.events)
        ]
        if len(after) != 2 * n:
            failures.append(f"{len(after)} commands have effects, not {2 * n}")
        return failures


async def failing_neighbour(n: int, seed: int, servers: Servers) -> list[str]:
    """In each group one append makes the database fail."""
    chance = random.Random(seed)
    async with fresh_place(servers.postgres) as place, opened(place) as log:
        failures: list[str] = []
        for number in range(n):
            appends = [append_of((f"counter:{number}-{k}", 0, 1), command_id=id_of(chance)) for k in range(20)]
            bad = chance.randrange(20)
            appends[bad] = never(appends[bad])
            calls = asyncio.gather(*(log.append(a) for a in appends), return_exceptions=True)
            answers = await asyncio.wait_for(calls, HANG)
            if not isinstance(answers[bad], asyncpg.PostgresError):
                failures.append(f"group {number}: what cannot be stored got {answers[bad]!r}")
            harmed = [a for k, a in enumerate(answers) if k != bad and not isinstance(a, Reply)]
            failures += [f"group {number}: a neighbour got {a!r}" for a in harmed]
        if (await log.head()).position != 19 * n:
            failures.append(f"{await log.head()}, not {19 * n}")
        return failures


async def race(child: int, dsn: str, pairs: int, seed: int) -> None:
    """Raise one counter of each pair, allowed only while neither is raised; the other process raises the other."""
    log = await Log.open("registry", dsn)
    handling = Handling(log, VOCABULARY, HANDLERS, b"key")
    gate = asyncio.Semaphore(20)

    async def one(pair: int) -> None:
        names = (f"{pair}-a", f"{pair}-b")
        async with gate:
            with contextlib.suppress(Refused, Conflict):
                await handling.handle(RaiseBoth(mine=names[child], other=names[1 - child]), context())

    order = [*range(pairs)]
    random.Random(seed).shuffle(order)
    await asyncio.gather(*(one(pair) for pair in order))
    await log.close()


async def racing_pairs(n: int, seed: int, servers: Servers) -> list[str]:
    async with fresh_place(servers.postgres) as place:
        async with crew(race, 2, place.dsn, n, seed) as processes:
            await processes.results()
        async with opened(place) as log:
            rows = await log.read(0, 10 * n)
        raised = [
            r.stream.removeprefix("counter:").removesuffix("-a").removesuffix("-b") for r in VOCABULARY.decode(rows)
        ]
        times = Counter(raised)
        failures = [f"pair {pair}: both were raised" for pair, count in times.items() if count > 1]
        if len(times) != n:
            failures.append(f"only {len(times)} of {n} pairs were raised at all")
        return failures


CASES = [
    Case("repeat-in-group", "one command 100 times at once in one process", 500, 20, repeated_within_a_group),
    Case("repeat-across", "one command 100 times at once from 4 processes", 1_000, 30, repeated_across_processes),
    Case("cancel", "a caller that gives up at a random instant", 10_000, 1_000, cancelled),
    Case("failing-neighbour", "a database error in the middle of a group", 500, 10, failing_neighbour),
    Case("racing-pairs", "pairs of commands that exclude each other, from two processes", 10_000, 300, racing_pairs),
]
