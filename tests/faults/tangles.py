"""Commands that are repeated, chained and given up, from two processes on the same few streams.

A chained command is sent before the one that it follows is answered, so that it is decided on what its process
remembers of that one, while another process writes to the same streams. Afterwards every command is told once more, and
the log is replayed from nothing: what was accepted is decided again on what the log held before it, and must give the
events that it has.
"""

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import asyncpg

from deploy.local.servers import Servers
from services.kernel.appends import Append, Expect, Reply
from services.kernel.decider import Command, Fold, Handler, Handlers
from services.kernel.errors import Conflict, Error, Refused
from services.kernel.events import Event, Vocabulary
from services.kernel.handling import Handling, envelopes
from services.kernel.log import Log
from tests.book import Book
from tests.faults.cases import Case
from tests.faults.crew import crew
from tests.faults.log_tails import id_of
from tests.faults.places import fresh_place, opened
from tests.kernel.log.support import context

CHAINS = 6  # that commands meet on
STRETCH = 300  # commands, after which they go on with other chains: long ones are slow to load
LONGEST = 5  # commands in a row
ATONCE = 4  # rows of commands that a process has under way


class Linked(Event):
    """One more link of a chain: it tells which states of all chains that it read it was made on."""

    type: Literal["Linked"] = "Linked"
    name: str
    on: tuple[str, ...]


class Link(Command):
    """Lengthen `mine`, resting on `other` too."""

    name: str
    mine: str
    other: str


def linked(state: str, event: Linked) -> str:
    return _digest(state, event.name, *event.on)


def link(command: Link, mine: str, other: str) -> list[Event]:
    """Refused, accepted without an event, or accepted, as the states have it."""
    match int(_digest(command.name, mine, other), 16) % 8:
        case 0:
            raise Refused("chain.closed", en="Not on these states.", vi="Không được ở các trạng thái này.")
        case 1:
            return []
        case _:
            return [Linked(name=command.name, on=(mine, other))]


def _digest(*words: str) -> str:
    return hashlib.sha256("|".join(words).encode()).hexdigest()[:12]


CHAIN = Fold("chain", "", linked)
VOCABULARY: Vocabulary[Linked] = Vocabulary(Linked)
HANDLERS: Handlers = {Link: Handler(lambda c: [CHAIN.of(c.mine), CHAIN.of(c.other)], link, several=True)}


class Place(NamedTuple):
    """Where and when a command was recorded, as its reply tells."""

    epoch: int
    position: int
    recorded_at: str

    @classmethod
    def of(cls, reply: Reply) -> "Place":
        return cls(reply.epoch, reply.position, reply.recorded_at.isoformat())


def planned(n: int, seed: int) -> list[tuple[str, Link]]:
    """Commands with their ids; the same in every process."""
    chance = random.Random(seed)
    found = []
    for k in range(n):
        mine, other = (f"{k // STRETCH}-{chain}" for chain in chance.sample(range(CHAINS), 2))
        found.append((id_of(chance), Link(name=f"l{k}", mine=mine, other=other)))
    return found


def rows(n: int, child: int, seed: int) -> list[list[int]]:
    """What one of two processes sends, in rows of chained commands: its own, often the other's too, and old ones."""
    turns, chance = random.Random(seed), random.Random(f"{seed}/{child}")
    found = []
    begin = 0
    while begin < n:
        size, turn = turns.randint(1, LONGEST), turns.randrange(2)
        row = [*range(begin, min(begin + size, n))]
        begin += size
        again = [chance.randrange(max(0, begin - STRETCH), begin) % n for _ in range(chance.choice((0, 0, 1, 2)))]
        if turn == child or chance.random() < 0.3:
            again += row
        if chance.random() < 0.3:
            chance.shuffle(again)
        found += [again] if again else []
    return found


async def tangle(child: int, dsn: str, n: int, seed: int) -> list[tuple[str, Place]]:
    """Send this process's rows, and give up on one command in ten; each reply with its command's id."""
    log = await Log.open("registry", dsn)
    handling = Handling(log, VOCABULARY, HANDLERS, b"key")
    plan, chance = planned(n, seed), random.Random(f"{seed}/{child}")
    told: list[tuple[str, Place]] = []
    gate = asyncio.Semaphore(ATONCE)

    async def tell(number: int) -> None:
        id_, command = plan[number]
        try:
            reply = await handling.handle(command, context(id_))
        except (Refused, Conflict):
            return
        told.append((id_, Place.of(reply)))

    async def send(row: Sequence[int]) -> None:
        async with gate:
            calls = [asyncio.create_task(tell(number)) for number in row]
            for call in calls:
                if chance.random() < 0.1:
                    asyncio.get_running_loop().call_later(chance.random() * 0.01, call.cancel)
            ended = await asyncio.gather(*calls, return_exceptions=True)
            for error in ended:
                if isinstance(error, Exception):
                    raise error

    await asyncio.gather(*(send(row) for row in rows(n, child, seed)))
    await log.close()
    return told


async def canary(n: int, seed: int, servers: Servers) -> list[str]:
    """A decision on states that never were is recorded, as a process that remembers wrongly would: must be caught."""
    async with fresh_place(servers.postgres) as place, opened(place) as log:
        handling = Handling(log, VOCABULARY, HANDLERS, b"key")
        plan = planned(n, seed)
        replies = await _told_again(handling, plan)
        if failures := await judged(place.dsn, VOCABULARY, HANDLERS, dict(plan), replies):
            return failures
        command, sender = Link(name="wrong", mine="wrong", other="0-0"), context(id_of(random.Random(seed)))
        event = Linked(name="wrong", on=("", "a state that never was"))
        stream = CHAIN.of(command.mine).name
        told = envelopes([Expect(stream, 0)], {stream: [event]}, sender)
        reply = await log.append(Append(sender, b"hash", (Expect(stream, 0),), told))
        sent = {**dict(plan), sender.command_id: command}
        failures = await judged(place.dsn, VOCABULARY, HANDLERS, sent, [*replies, (sender.command_id, Place.of(reply))])
    return [] if failures else ["a decision on a state that never was passed the judge: the races cannot fail"]


async def tangled(n: int, seed: int, servers: Servers) -> list[str]:
    async with fresh_place(servers.postgres) as place:
        async with crew(tangle, 2, place.dsn, n, seed) as processes:
            results: dict[int, Any] = await processes.results()
        plan = planned(n, seed)
        replies = [(id_, Place(*at)) for told in results.values() for id_, at in told]
        async with opened(place) as log:
            replies += await _told_again(Handling(log, VOCABULARY, HANDLERS, b"key"), plan)
        return await judged(place.dsn, VOCABULARY, HANDLERS, dict(plan), replies)


async def _told_again(handling: Handling, plan: Sequence[tuple[str, Link]]) -> list[tuple[str, Place]]:
    """What a process that remembers nothing answers to every command."""
    told = []
    for start in range(0, len(plan), 200):
        some = plan[start : start + 200]
        calls = (handling.handle(command, context(id_)) for id_, command in some)
        answers = await asyncio.gather(*calls, return_exceptions=True)
        told += [(id_, Place.of(a)) for (id_, _), a in zip(some, answers, strict=True) if isinstance(a, Reply)]
    return told


async def judged(
    dsn: str,
    vocabulary: Vocabulary[Any],
    handlers: Handlers,
    commands: Mapping[str, Command],
    replies: Sequence[tuple[str, Place]],
) -> list[str]:
    """What a replay of the log from nothing finds wrong with these commands and the replies that they got."""
    connection = await asyncpg.connect(dsn)
    stored = {
        str(row["command_id"]): Place(row["epoch"], row["position"], row["recorded_at"].isoformat())
        for row in await connection.fetch(
            "select command_id, epoch, position, recorded_at from log.commands order by recorded_at"
        )
    }
    bodies = [row["body"] for row in await connection.fetch("select body from log.events order by position")]
    await connection.close()
    failures = [f"{i}: replied {at}, stored {stored.get(i)}" for i, at in set(replies) if stored.get(i) != at]
    effects: dict[str, dict[str, list[Any]]] = {}
    versions: Counter[str] = Counter()
    for envelope in vocabulary.envelopes(bodies):
        effects.setdefault(envelope.command_id, {}).setdefault(envelope.stream, []).append(envelope.data)
        versions[envelope.stream] += 1
        if envelope.version != versions[envelope.stream]:
            failures.append(f"{envelope.stream}: version {envelope.version} came as {versions[envelope.stream]}.")
    failures += [f"{i}: effects that nobody asked for" for i in effects.keys() - stored.keys()]
    failures += [f"{i}: a command that nobody sent" for i in stored.keys() - commands.keys()]
    failures += [f"{i}: recorded, and never acknowledged" for i in stored.keys() - dict(replies).keys()]
    book = Book(handlers)
    for id_ in (i for i in stored if i in commands):  # in the order in which they were recorded
        failures += replayed(book, commands[id_], effects.get(id_, {}))
    return failures


def replayed(book: Book, command: Command, effects: Mapping[str, list[Any]]) -> list[str]:
    """What is wrong with what a command did, given what was recorded before it; which it is added to."""
    try:
        right = book.decide(command)
    except Error as error:
        return [f"{command!r} was accepted, and must be refused: {error}"]
    finally:
        book.append(effects)
    return [] if _plain(right) == _plain(effects) else [f"{command!r} did {dict(effects)}, and not {right}"]


def _plain(events: Mapping[str, Sequence[Event]]) -> dict[str, list[Any]]:
    return {name: [e.model_dump(mode="json", exclude_none=True) for e in told] for name, told in events.items()}


CASES = [
    Case("canary-tangled", "a decision on states that never were must be found out", 50, 20, canary),
    Case("tangled", "fresh, repeated, chained and cancelled commands from two processes", 5_000, 300, tangled),
]
