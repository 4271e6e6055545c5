"""When a unit is a member of a bloc, by registry's events: one rule for decisions, answers and other services. Pure."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from services.kernel.decider import Fold
from services.kernel.text import Id
from services.registry import events as e


class Stay(BaseModel):
    """A unit's time in a bloc, from `since` until before `until`; a null day is unknown, or not yet."""

    model_config = ConfigDict(frozen=True)

    started: e.MembershipStarted | None = None
    ended: e.MembershipEnded | None = None

    @property
    def told(self) -> e.MembershipStarted | e.MembershipEnded:
        found = self.started or self.ended
        assert found is not None
        return found

    @property
    def bloc(self) -> Id:
        return self.told.bloc

    @property
    def unit(self) -> Id:
        return self.told.unit

    @property
    def since(self) -> date | None:
        return self.started.effective if self.started else None

    @property
    def until(self) -> date | None:
        return self.ended.effective if self.ended else None

    def reaches(self, day: date) -> bool:
        """Whether it lasts, or may last, on the day or later."""
        return self.ended is None or (self.until is not None and self.until > day)

    def lasts(self, first: date, last: date) -> bool:
        """Whether the unit counts as a member on a day of these, both included.

        Without a told first day it counts on every day before its end: inferred, never stated. An end without a told
        day ends it for all days.
        """
        return (self.since is None or self.since <= last) and self.reaches(first)


Stays = tuple[Stay, ...]


def stays_after(stays: Stays, event: e.MembershipEvent) -> Stays:
    """An end ends the unit's open stay in that bloc; without one it is kept on its own."""
    if isinstance(event, e.MembershipStarted):
        return (*stays, Stay(started=event))
    stay = open_stay(stays, event.bloc, event.unit)
    if stay is None:
        return (*stays, Stay(ended=event))
    return tuple(Stay(started=s.started, ended=event) if s is stay else s for s in stays)


MEMBERSHIP: Fold[Stays] = Fold("membership", (), stays_after)
"""All claims of a unit under one authority."""


def open_stay(stays: Stays, bloc: Id, unit: Id) -> Stay | None:
    return next((s for s in stays if s.bloc == bloc and s.unit == unit and s.ended is None), None)
