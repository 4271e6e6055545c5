"""A small vocabulary for the log's tests: counters that are raised."""

from typing import Literal
from uuid import uuid4

from services.kernel.appends import Append, Expect
from services.kernel.decider import Command, Context, Fold, Handler, Handlers
from services.kernel.errors import Refused
from services.kernel.events import Envelope, Event, Vocabulary, event_id


class Raised(Event):
    type: Literal["Raised"] = "Raised"
    by: int = 1
    note: str | None = None


class Cleared(Event):
    type: Literal["Cleared"] = "Cleared"


VOCABULARY: Vocabulary[Event] = Vocabulary(Raised, Cleared)


class Raise(Command):
    counter: str
    by: int = 1


class Clear(Command):
    counter: str


class RaiseBoth(Command):
    """Allowed while neither of two counters was raised."""

    mine: str
    other: str


def evolve(total: int, event: Event) -> int:
    return total + event.by if isinstance(event, Raised) else 0


COUNTER = Fold("counter", 0, evolve)


def _raise(command: Raise, total: int) -> list[Event]:
    if total + command.by > 1_000_000:
        raise Refused("counter.full", en="The counter is full", vi="Bộ đếm đã đầy")
    return [Raised(by=command.by)] if command.by else []


def _raise_both(command: RaiseBoth, mine: int, other: int) -> list[Event]:
    if mine or other:
        raise Refused("counter.taken", en="One of the two was raised", vi="Một trong hai đã tăng")
    return [Raised()]


HANDLERS: Handlers = {
    Clear: Handler(lambda c: [COUNTER.of(c.counter)], lambda command, total: [Cleared()]),
    Raise: Handler(lambda c: [COUNTER.of(c.counter)], _raise),
    RaiseBoth: Handler(lambda c: [COUNTER.of(c.mine), COUNTER.of(c.other)], _raise_both, several=True),
}


def context(command_id: str | None = None) -> Context:
    return Context(command_id or str(uuid4()), "tester")


def append_of(
    *streams: tuple[str, int, int], command_id: str | None = None, command_hash: bytes = b"h", note: str | None = None
) -> Append:
    """An append that expects each (stream, version) and writes so many events to it."""
    sender = context(command_id)
    places = [(stream, version + n) for stream, version, count in streams for n in range(1, count + 1)]
    events = tuple(
        Envelope(
            stream=stream,
            version=version,
            event_id=event_id(sender.command_id, n),
            command_id=sender.command_id,
            actor=sender.actor,
            data=Raised(note=note),
        )
        for n, (stream, version) in enumerate(places)
    )
    return Append(sender, command_hash, tuple(Expect(stream, version) for stream, version, _ in streams), events)
