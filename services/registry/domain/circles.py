"""That nothing comes to be above itself on any day: an organisation as superior body, a body or a movement with parts.

An act reads all that is above what it puts something under, so that two acts that would close a circle together cannot
pass each other.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, NamedTuple

from pydantic import Field

from services.kernel.errors import Conflict
from services.kernel.performing import Act
from services.kernel.text import Id
from services.registry.domain.ruling import rules


class Under(NamedTuple):
    """What something is told to be under, from a day on (null: always)."""

    since: date | None
    one: Id
    by: str | None = None
    """The type of the event that tells it, where rulings are told apart by it."""


Above = tuple[Under, ...]
"""What something is told to be under, in the order of telling."""


def also_under(above: Above, event: Any, one: Id | None) -> Above:
    """With what an event tells (null: nothing), and without what it settles otherwise as a ruling."""
    kept = tuple(under for under in above if not (rules(event) and under.by == event.type))
    return (*kept, Under(event.effective, one, event.type)) if one else kept


class ActBelow(Act):
    """An act that may put something under something else."""

    below: ClassVar[str]
    """The field that names it."""
    above: tuple[Id, ...] = Field(default=(), exclude=True)
    """Of an act performed here all that is told to be above whom it names, on whatever day; filled in at the edge."""

    @property
    def under(self) -> Id | None:
        """What it puts something under; null where under nothing."""
        found: Id | None = getattr(self, self.below)
        return found


def higher(act: ActBelow, own: Id) -> list[Id]:
    """Whom an act puts something under, and all that is above; without that itself."""
    every = [act.under, *act.above] if act.under else []
    return [one for one in dict.fromkeys(every) if one != own]


def circle(one: Id, under: Id, day: date | None, known: Mapping[Id, Above]) -> list[Id]:
    """By whom `one` would come to be above itself if it came under another from a day on; empty where it would not.

    Raises Conflict where that depends on somebody who was not read.
    """
    since = day or date.min
    told = {**known, one: (*known.get(one, ()), Under(since, under))}
    later = {each.since for above in told.values() for each in above if each.since and each.since > since}
    chains = (_chain(one, on, told) for on in sorted({since, *later}) if _on(told[one], on) == under)
    return next(filter(None, chains), [])


def _chain(one: Id, on: date, told: Mapping[Id, Above]) -> list[Id]:
    """All that is above somebody on a day, up to itself; empty where it is not above itself."""
    passed: list[Id] = []
    at = _on(told[one], on)
    while at is not None and at not in passed:
        passed.append(at)
        if at == one:
            return passed
        if at not in told:
            raise Conflict(
                en=f"What {at} is under was told at the same moment; look at it and send this again.",
                vi=f"Cấp trên của {at} vừa được ghi nhận cùng lúc; cần xem lại rồi gửi lại.",
            )
        at = _on(told[at], on)
    return []


def _on(above: Above, on: date) -> Id | None:
    """What something is under on a day; of what is told from one day on, what was told last."""
    begun = [each for each in reversed(above) if (each.since or date.min) <= on]
    last = max(begun, key=lambda each: each.since or date.min, default=None)
    return last.one if last else None
