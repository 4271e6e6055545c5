"""What a service says of its commands: which streams a decision reads, and what it makes of them. Pure.

A service lists its commands in one table, `{Command: Handler(reads, decide)}`; `handling.py` does the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict

from services.kernel.events import Event

S = TypeVar("S")


class Command(BaseModel):
    """What somebody wants to happen; its class name is the name of its RPC. Unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def amends(self) -> int | None:
        """The version of the event, in the stream that it is written to, that it corrects or retracts."""
        return None


class Context(NamedTuple):
    """Who sends a command, and under which id (chosen by the client, stored by it before the first send)."""

    command_id: str
    actor: str
    on_behalf_of: str | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Fold(Generic[S]):
    """How the events of one kind of stream make its state."""

    kind: str
    initial: S
    evolve: Callable[[S, Any], S]
    """It is shown what stands (`standing.py`), and neither retractions nor what they or corrections took away."""
    whole: bool = False
    """Whether it is shown all that was ever told instead, because what was told stays in the world."""
    raw: bool = False
    """Whether it is shown retractions too, and sees itself what stands: for decisions on what an amendment changes."""

    def of(self, *ids: str) -> "Stream[S]":
        """The stream `kind:id` or `kind:id:id`."""
        return Stream(":".join((self.kind, *ids)), self)


@dataclass(frozen=True, slots=True)
class Stream(Generic[S]):
    name: str
    fold: Fold[S]


Events = Sequence[Event] | Mapping[str, Sequence[Event]]
"""What a decision yields: events for the first stream it read, or events by stream name (each one that it read)."""


@dataclass(frozen=True, slots=True)
class Handler:
    """`reads(command)`: the streams a decision rests on; `decide(command, *states)` gets their states in that order."""

    reads: Callable[[Any], Sequence[Stream[Any]]]
    decide: Callable[..., Events]
    several: bool = False
    """Whether it writes to other streams than the first that it reads."""

    def writes(self, command: Any) -> Sequence[Stream[Any]]:
        """The streams to which a decision may write."""
        streams = self.reads(command)
        return streams if self.several else streams[:1]


Handlers = Mapping[type[Command], Handler]
