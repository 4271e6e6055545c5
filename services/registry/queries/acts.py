"""The acts of a bloc's year, each once, with all that its own stream tells of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.kernel.events import Event
from services.kernel.once import once
from services.kernel.view import View
from services.registry.domain.ruling import holding
from services.registry.projections import STREAMS, YEARS, Stream, StreamEvent, Year, YearEvent, years_of

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class YearAct:
    """A conference, movement or review of a bloc's year: one object for all who ask."""

    key: str
    """Of the bloc's year."""
    stream: str
    """Of the act."""
    every: Sequence[StreamEvent]
    """All that is told of it, of other blocs and years too, oldest first."""
    holds: Sequence[StreamEvent]
    """What of it no ruling settled otherwise."""

    def here(self, kind: type[E]) -> list[E]:
        """What of a kind holds and tells of this year."""
        return [event for event in self.of(kind) if self.tells(event)]

    def of(self, kind: type[E]) -> list[E]:
        """What of a kind holds."""
        return [event for event in self.holds if isinstance(event, kind)]

    def of_first(self, kind: type[E]) -> list[E]:
        """What of a kind holds, before all else what tells of this year: so the year shows what is told of it."""
        return sorted(self.of(kind), key=lambda event: not self.tells(event))

    def tells(self, event: Event) -> bool:
        """Whether an event tells of this year."""
        return isinstance(event, YearEvent) and self.key in years_of(event)


async def acts_of(view: View, key: str) -> list[YearAct]:
    """The acts that what holds puts into a bloc's year, in the order of their first telling."""
    year: Year = await view.get(YEARS, key) or Year()
    return acts_in(key, year, await view.many(STREAMS, year.acts))


def acts_in(key: str, year: Year, streams: Mapping[str, Stream]) -> list[YearAct]:
    """The same, of streams that are read already."""
    return [act for name in year.acts if (act := _act(streams[name], key, name))]


@once
def _act(stream: Stream, key: str, name: str) -> YearAct | None:
    """What a stream tells of a bloc's year; null where nothing that holds tells of it."""
    act = YearAct(key, name, stream.told, holding(stream.told))
    return act if any(map(act.tells, act.holds)) else None
