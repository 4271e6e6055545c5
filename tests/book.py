"""A service's log in memory, on which commands are decided as the service decides them."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.decider import Command, Handlers, Stream
from services.kernel.events import Event
from services.kernel.handling import Known, decided, folded, loaded


class Book:
    """What was told of each stream, and what is remembered of it until something is amended."""

    def __init__(self, handlers: Handlers) -> None:
        self.streams: dict[str, list[Event]] = {}
        self.remembered: dict[str, dict[Stream[Any], Known]] = {}
        self._handlers = handlers

    def decide(self, command: Command) -> Mapping[str, Sequence[Event]]:
        """The events that a command makes, by stream. Raises Refused."""
        handler = self._handlers[type(command)]
        streams = handler.reads(command)
        events = decided(command, handler, streams, [self._known(stream) for stream in streams])
        return {name: told for name, told in events.items() if told}

    def append(self, events: Mapping[str, Sequence[Event]]) -> None:
        for name, told in events.items():
            self.streams.setdefault(name, []).extend(told)
            known = self.remembered.pop(name, {})
            if not any(event.amends for event in told):
                self.remembered[name] = {stream: folded(stream, one, told) for stream, one in known.items()}

    def load(self, stream: Stream[Any]) -> Known:
        """What all that was told makes of a stream."""
        return loaded(stream, self.streams.get(stream.name, []))

    def _known(self, stream: Stream[Any]) -> Known:
        known = self.remembered.setdefault(stream.name, {})
        if stream not in known:
            known[stream] = self.load(stream)
        return known[stream]._replace(told=self.streams.get(stream.name, ()))
