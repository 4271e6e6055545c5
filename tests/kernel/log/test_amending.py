"""Corrections and retractions over a real log: decisions rest on what stands, whoever remembers what stood before."""

import asyncio
import random
from typing import Any

import pytest

from services.kernel.appends import Reply
from services.kernel.decider import Command
from services.kernel.errors import Conflict, Refused
from services.kernel.events import Event, Vocabulary
from services.kernel.handling import Handling, decided, loaded
from services.kernel.log import Log
from services.kernel.standing import Correction, FactRetracted, Retract
from tests.kernel.log.support import context
from tests.kernel.test_standing import HANDLERS, RECORD, Look, Price, Priced, Seen

VOCABULARY: Vocabulary[Event] = Vocabulary(Priced, Seen, FactRetracted)


def handling(log: Log) -> Handling:
    return Handling(log, VOCABULARY, HANDLERS, b"key")


def price(price: int, corrects: int | None = None) -> Price:
    correction = Correction(corrects=corrects, reason="misread") if corrects else None
    return Price(price=price, record=RECORD, correction=correction)


def retract(version: int) -> Retract:
    return Retract(stream="shop:a", retracts=version, reason="another shop", record=RECORD)


async def written(log: Log) -> list[Event]:
    rows = (await log.load([("shop:a", 0)]))["shop:a"]
    return [envelope.data for envelope in VOCABULARY.envelopes(row.body for row in rows)]


async def test_who_remembers_a_stream_decides_on_what_stands_after_another_amended_it(log: Log) -> None:
    here, elsewhere = handling(log), handling(log)
    for n in (1, 2):
        await here.handle(price(n), context())
    await elsewhere.handle(retract(1), context())
    await here.handle(Look(kind="shop"), context())
    await here.handle(price(3, corrects=2), context())
    await here.handle(Look(kind="shop"), context())
    assert [event.prices for event in await written(log) if isinstance(event, Seen)] == [(2,), (3,)]


async def test_of_two_corrections_of_one_event_one_is_refused(log: Log) -> None:
    await handling(log).handle(price(1), context())
    calls = [handling(log).handle(price(n, corrects=1), context()) for n in (2, 3)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    (refused,) = (outcome for outcome in outcomes if isinstance(outcome, Refused))
    assert refused.rule == "correction.nothing"
    assert len(await written(log)) == 2


async def test_a_repeated_correction_is_answered_as_it_was(log: Log) -> None:
    one = handling(log)
    await one.handle(price(1), context())
    sender = context()
    first = await one.handle(price(2, corrects=1), sender)
    assert await one.handle(price(2, corrects=1), sender) == first
    assert len(await written(log)) == 2


async def outcome(call: Any) -> object:
    try:
        return isinstance(await call, Reply)
    except Refused as refused:
        return refused.rule
    except Conflict:
        return "conflict"


def drawn(draw: random.Random, size: int) -> Command:
    version = draw.randrange(1, size + 2)
    return draw.choice(
        [price(draw.randrange(9)), price(draw.randrange(9), version), retract(version), Look(kind="shop")]
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_processes_that_take_turns_decide_as_one_that_loads_everything(log: Log, seed: int) -> None:
    draw, processes = random.Random(seed), [handling(log) for _ in range(3)]
    for _ in range(60):
        events = await written(log)
        command = drawn(draw, len(events))
        handler = HANDLERS[type(command)]
        streams = handler.reads(command)
        try:
            made: object = list(decided(command, handler, streams, [loaded(streams[0], events)])["shop:a"])
        except Refused as refused:
            made = refused.rule
        given = await outcome(draw.choice(processes).handle(command, context()))
        assert given == (made if isinstance(made, str) else True)
        after = (await written(log))[len(events) :]
        assert after == ([] if isinstance(made, str) else made)
