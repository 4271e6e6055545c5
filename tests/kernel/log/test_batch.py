"""Batches of commands on a real log: what becomes of each is what became of it one after the other."""

import asyncio
import random
from typing import Any

import pytest

from services.kernel.appends import Reply
from services.kernel.batch import AT_ONCE, Outcome, Sent, never, tell
from services.kernel.decider import Command, Context, Handler, Handlers
from services.kernel.errors import Refused
from services.kernel.handling import Handling
from services.kernel.log import Log
from tests.kernel.log.support import COUNTER, VOCABULARY, Raise, Raised, context
from tests.kernel.log.test_handling import ALL, CheckNew, CheckRaised, drawn, handling, true_answer


class Follow(Command):
    """Written to one counter, resting on another."""

    counter: str
    source: str


FOLLOWING: Handlers = {
    **ALL,
    Follow: Handler(lambda c: [COUNTER.of(c.counter), COUNTER.of(c.source)], lambda command, mine, source: [Raised()]),
}


async def told(log: Log, *commands: Command, widened: Any = never, seconds: float = 30.0) -> list[Outcome]:
    process = handling(log)
    batch = [Sent(command, context()) for command in commands]
    return await tell(batch, ALL, widened, process.handle, seconds)


def answer(outcome: Outcome) -> str:
    return outcome.rule if isinstance(outcome, Refused) else "accepted" if isinstance(outcome, Reply) else repr(outcome)


@pytest.mark.parametrize("seed", range(5))
async def test_a_batch_is_answered_as_if_its_commands_came_one_after_the_other(log: Log, seed: int) -> None:
    draw, totals = random.Random(seed), dict[str, int]()
    for _ in range(3):
        commands = [drawn(draw) for _ in range(120)]
        outcomes = await told(log, *commands)
        assert [answer(outcome) for outcome in outcomes] == [true_answer(command, totals) for command in commands]


class Slow:
    """Takes commands as a handling does; of one counter only after a while. It notes when each began and ended."""

    def __init__(self, log: Log, counter: str, pause: float = 0.1) -> None:
        self._pause = pause
        self._handling = Handling(log, VOCABULARY, FOLLOWING, b"key")
        self._counter = counter
        self.ran: list[str] = []

    async def act(self, command: Any, context: Context) -> Reply:
        self.ran.append(f"begin {command.counter}")
        if command.counter == self._counter:
            await asyncio.sleep(self._pause)
        reply = await self._handling.handle(command, context)
        self.ran.append(f"end {command.counter}")
        return reply


async def ran(log: Log, *commands: Command, slow: str, widened: Any = never) -> list[str]:
    told = Slow(log, slow)
    await tell([Sent(command, context()) for command in commands], FOLLOWING, widened, told.act, 5)
    return told.ran


async def test_commands_that_share_no_stream_are_under_way_at_once(log: Log) -> None:
    seen = await ran(log, *(Raise(counter=f"c{n}") for n in range(AT_ONCE + 1)), slow="none")
    assert all(line.startswith("begin") for line in seen[:AT_ONCE])
    assert seen[AT_ONCE].startswith("end")


async def test_what_only_reads_a_stream_waits_for_nobody_else_who_reads_it(log: Log) -> None:
    one, two = (Follow(counter=name, source="shared") for name in ("one", "two"))
    assert (await ran(log, one, two, slow="one"))[:3] == ["begin one", "begin two", "end two"]


async def test_who_writes_a_stream_waits_for_those_who_read_it_before(log: Log) -> None:
    seen = await ran(log, Follow(counter="one", source="shared"), Raise(counter="shared"), slow="one")
    assert seen == ["begin one", "end one", "begin shared", "end shared"]


async def test_a_command_that_may_read_more_than_it_says_keeps_its_place_among_all(log: Log) -> None:
    seen = await ran(
        log,
        Raise(counter="a"),
        CheckNew(counter="b"),
        Raise(counter="c"),
        slow="a",
        widened=lambda command: isinstance(command, CheckNew),
    )
    assert seen == [f"{when} {name}" for name in ("a", "b", "c") for when in ("begin", "end")]


async def test_what_time_does_not_suffice_for_is_told_as_late_and_the_rest_as_it_went(log: Log) -> None:
    slow = Slow(log, "slow", pause=30)
    commands = [Raise(counter="slow"), Raise(counter="quick"), CheckRaised(counter="slow")]
    outcomes = await tell([Sent(command, context()) for command in commands], ALL, never, slow.act, 2)
    assert [type(outcome) for outcome in outcomes] == [TimeoutError, Reply, TimeoutError]


async def test_a_refusal_leaves_the_other_commands_of_the_batch_alone(log: Log) -> None:
    outcomes = await told(log, CheckRaised(counter="x"), Raise(counter="x"), CheckNew(counter="x"), Raise(counter="y"))
    assert [answer(outcome) for outcome in outcomes] == ["counter.new", "accepted", "counter.raised", "accepted"]


async def test_the_same_command_twice_in_a_batch_has_its_effect_once(log: Log) -> None:
    sent = Sent(Raise(counter="x"), context())
    first, second = await tell([sent, sent], ALL, never, handling(log).handle, 5)
    assert first == second
    assert (await log.head()).position == 1
