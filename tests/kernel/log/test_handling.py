"""Decisions on guesses: a process takes a stream that it does not remember as new, and no answer rests on that."""

import random
from collections.abc import Awaitable, Sequence
from typing import Literal

import pytest

from services.kernel.appends import Reply
from services.kernel.decider import Command, Handler, Handlers
from services.kernel.errors import Conflict, Refused
from services.kernel.events import Event
from services.kernel.handling import Handling, _Case
from services.kernel.log import Log
from tests.kernel.log.support import COUNTER, HANDLERS, VOCABULARY, Clear, Raise, RaiseBoth, Raised, context


class CheckNew(Command):
    """Accepted without an event while the counter was never raised."""

    counter: str


class CheckRaised(Command):
    """Accepted without an event once the counter was raised."""

    counter: str


class Move(Command):
    """Written to one counter, allowed while the other holds enough: 1 for a counter that is new."""

    source: str
    target: str


class Forget(Command):
    counter: str


class Forgotten(Event):
    """Of no vocabulary."""

    type: Literal["Forgotten"] = "Forgotten"


def check_new(command: CheckNew, total: int) -> list[Event]:
    if total:
        raise Refused("counter.raised", en="It was raised.", vi="Đã tăng.")
    return []


def check_raised(command: CheckRaised, total: int) -> list[Event]:
    if not total:
        raise Refused("counter.new", en="It is new.", vi="Còn mới.")
    return []


def move(command: Move, source: int, target: int) -> dict[str, Sequence[Event]]:
    if source < target:
        raise Refused("counter.low", en="It does not hold enough.", vi="Không đủ.")
    return {COUNTER.of(command.target).name: [Raised()]}


MORE: Handlers = {
    CheckNew: Handler(lambda c: [COUNTER.of(c.counter)], check_new),
    CheckRaised: Handler(lambda c: [COUNTER.of(c.counter)], check_raised),
    Move: Handler(lambda c: [COUNTER.of(c.source), COUNTER.of(c.target)], move, several=True),
    Forget: Handler(lambda c: [COUNTER.of(c.counter)], lambda command, total: [Forgotten()]),
}
ALL: Handlers = {**HANDLERS, **MORE}


def handling(log: Log) -> Handling:
    return Handling(log, VOCABULARY, ALL, b"key")


class Trusting(Handling):
    """Answers from its guesses; whoever checks answers must find it out."""

    async def _decide_and_append(self, case: _Case) -> Reply:
        return await self._attempt(case, [self._guess_of(stream) for stream in case.streams], self._current())


async def answer(call: Awaitable[Reply]) -> str:
    try:
        await call
    except Refused as refusal:
        return refusal.rule
    except Conflict:
        return "conflict"
    return "accepted"


def true_answer(command: Command, totals: dict[str, int]) -> str:
    """What the plainest handling says that knows all; it changes `totals`."""
    handler = ALL[type(command)]
    streams = handler.reads(command)
    try:
        events = handler.decide(command, *(totals.get(stream.name, 0) for stream in streams))
    except Refused as refusal:
        return refusal.rule
    written = events if isinstance(events, dict) else {streams[0].name: events}
    for name, made in written.items():
        for event in made:
            totals[name] = COUNTER.evolve(totals.get(name, 0), event)
    return "accepted"


def drawn(draw: random.Random) -> Command:
    one, other = draw.sample(["a", "b", "c", "d", "e"], 2)
    return draw.choice(
        [
            Raise(counter=one, by=draw.randrange(3)),
            RaiseBoth(mine=one, other=other),
            Clear(counter=one),
            CheckNew(counter=one),
            CheckRaised(counter=one),
            Move(source=one, target=other),
        ]
    )


async def wrong_answers(log: Log, kind: type[Handling], seed: int) -> list[str]:
    """Of processes that take turns, and forget all that they knew now and then."""
    draw, totals, wrong = random.Random(seed), dict[str, int](), []
    processes = [kind(log, VOCABULARY, ALL, b"key") for _ in range(3)]
    for _ in range(250):
        n = draw.randrange(3)
        if draw.random() < 0.1:
            processes[n] = kind(log, VOCABULARY, ALL, b"key")
        command = drawn(draw)
        given, true = await answer(processes[n].handle(command, context())), true_answer(command, totals)
        if given != true:
            wrong.append(f"{command!r}: {given}, not {true}")
    return wrong


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_no_answer_rests_on_a_wrong_guess_of_any_stream(log: Log, seed: int) -> None:
    assert await wrong_answers(log, Handling, seed) == []


async def test_a_handling_that_trusts_its_guesses_would_be_found_out(log: Log) -> None:
    assert await wrong_answers(log, Trusting, 1)


async def test_an_acceptance_without_events_rests_on_the_streams_as_they_are(log: Log) -> None:
    await handling(log).handle(Raise(counter="a"), context())
    assert await answer(handling(log).handle(CheckNew(counter="a"), context())) == "counter.raised"
    assert await answer(handling(log).handle(CheckRaised(counter="a"), context())) == "accepted"


async def test_a_decision_on_a_remembered_and_an_unknown_stream_rests_on_both_as_they_are(log: Log) -> None:
    here, elsewhere = handling(log), handling(log)
    await here.handle(Raise(counter="source", by=2), context())
    for _ in range(3):
        await elsewhere.handle(Raise(counter="target"), context())
    assert await answer(here.handle(Move(source="source", target="target"), context())) == "counter.low"
    await elsewhere.handle(Raise(counter="source"), context())
    assert await answer(here.handle(Move(source="source", target="target"), context())) == "accepted"


async def test_an_event_that_could_never_be_read_again_is_not_written(log: Log) -> None:
    with pytest.raises(TypeError, match="Forgotten"):
        await handling(log).handle(Forget(counter="a"), context())
    assert await log.read(0, 10) == []
