"""Given, when, then: what a service's decisions do, told in events and commands alone.

    given = specification(HANDLERS)

    def test_a_dissolved_bloc_admits_no_member() -> None:
        given(established, dissolved).when(AdmitMember(...)).refused("bloc.dissolved")

A plain list of events belongs to the first stream that the command reads; `{stream: [events]}` names others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.kernel.decider import Command, Handlers
from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.handling import decided, loaded

Told = Event | Mapping[str, Sequence[Event]]


@dataclass(frozen=True)
class Given:
    handlers: Handlers
    told: tuple[Told, ...]

    def when(self, command: Command) -> "When":
        return When(self.handlers, self.told, command)


@dataclass(frozen=True)
class When:
    handlers: Handlers
    told: tuple[Told, ...]
    command: Command

    def then(self, *expected: Told) -> None:
        """The decision yields these events, in this order, and no others."""
        streams = self.handlers[type(self.command)].reads(self.command)
        assert _nonempty(self._decided()) == _nonempty(_by_stream(expected, streams[0].name))

    def refused(self, rule: str) -> None:
        """The decision is refused by this rule."""
        outcome = self._outcome()
        assert outcome == rule, f"expected a refusal by {rule}, not {outcome}"

    def accepted(self) -> None:
        """The decision yields events, whichever they are."""
        assert self._decided()

    def _outcome(self) -> object:
        """The rule that refuses, or the events."""
        try:
            return _nonempty(self._decided())
        except Refused as refused:
            return refused.rule

    def _decided(self) -> Mapping[str, Sequence[Event]]:
        handler = self.handlers[type(self.command)]
        streams = handler.reads(self.command)
        events = _by_stream(self.told, streams[0].name)
        return decided(self.command, handler, streams, [loaded(s, events.get(s.name, [])) for s in streams])


def specification(handlers: Handlers) -> Callable[..., Given]:
    """`given` for the commands of one service."""

    def given(*told: Told) -> Given:
        return Given(handlers, told)

    return given


def _by_stream(told: Sequence[Told], first: str) -> dict[str, list[Event]]:
    events: dict[str, list[Event]] = {}
    for one in told:
        named = one if isinstance(one, Mapping) else {first: [one]}
        for stream, some in named.items():
            events.setdefault(stream, []).extend(some)
    return events


def _nonempty(events: Mapping[str, Sequence[Event]]) -> dict[str, list[Event]]:
    return {stream: [*some] for stream, some in events.items() if some}
