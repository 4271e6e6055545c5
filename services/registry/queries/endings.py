"""What is told of an end: that organisations and blocs are dissolved, or that others came after them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, mark, resting
from services.kernel.view import View
from services.registry import events as e
from services.registry.projections import ORGANISATIONS, Organisation
from services.registry.queries.common import facts, holding
from services.registry.stays import Stay


class DissolutionShown(Part):
    """What one source tells of an end."""

    on: Fact | None
    """The first day on which it is no more."""
    decision: Fact | None
    """The document that decided it, by its id."""
    disputed: bool
    """Whether another source tells another day."""


class SuccessionShown(Part):
    """That the work of an organisation, or some of it, went to others."""

    reorganisation: Fact
    """The reorganisation."""
    on: Fact | None
    """The first day on which the new apparatus works."""
    ends: Fact | None
    """Whether the organisation is no more from that day on; absent where that is not told."""
    successors: tuple[Fact, ...]
    """Who came after it."""


class WarningShown(Part):
    """A member that is no more, or whose work went to others, while its membership goes on: it is to be decided whether
    the membership ends, and who takes its place. Nothing of that follows by itself.
    """

    unit: Fact
    """The member."""
    on: Fact | None
    """The day from which that is so."""
    reorganisation: Fact | None
    """The reorganisation; absent where the member is dissolved."""
    ends: Fact | None
    """Whether the member is no more, as far as the reorganisation tells."""
    successors: tuple[Fact, ...]
    """Who came after it."""


@dataclass(frozen=True, slots=True)
class Ending:
    """That an organisation is no more, or was succeeded and is not told to go on."""

    event: e.OrganisationDissolved | e.OrganisationSucceeded

    def by(self, day: date | None) -> bool:
        """Whether it took place by the day, as far as one can tell; a null day is later than any."""
        return day is None or self.event.effective is None or self.event.effective <= day

    def over(self, day: date | None) -> Fact | None:
        """That it is told to be no more by the day, no surer than that day; else null."""
        total = isinstance(self.event, e.OrganisationDissolved) or self.event.ends is True
        if not (total and self.by(day)):
            return None
        told = Fact(value="true", mark=mark(self.event.record, "ends"))
        return resting(told, fact(self.event, "effective") if day else None)


def endings(told: Sequence[Any]) -> list[Ending]:
    """Of all that is told of an organisation."""
    dissolved = [Ending(event) for event in told if isinstance(event, e.OrganisationDissolved)]
    return dissolved + [Ending(event) for event in _succeeded(told) if event.ends is not False]


def _succeeded(told: Iterable[Any]) -> list[e.OrganisationSucceeded]:
    return [event for event in told_last(told) if not event.void]


def told_last(told: Iterable[Any]) -> list[e.OrganisationSucceeded]:
    """What of reorganisations holds in the stream of a predecessor: where something was told instead, only that."""
    held: list[e.OrganisationSucceeded] = []
    for event in told:
        if isinstance(event, e.OrganisationSucceeded):
            if event.settled:
                held = [one for one in held if one.reorganisation != event.reorganisation]
            held.append(event)
    return held


def successions(told: Iterable[Any]) -> tuple[SuccessionShown, ...]:
    return tuple(
        SuccessionShown(
            reorganisation=Fact(value=event.reorganisation, mark=mark(event.record, "reorganisation")),
            on=fact(event, "effective"),
            ends=fact(event, "ends"),
            successors=_after(event),
        )
        for event in _succeeded(told)
    )


def _after(event: e.OrganisationSucceeded) -> tuple[Fact, ...]:
    return facts(event, "successors[{}]", len(event.successors))


def dissolutions_told(
    dissolved: Sequence[e.BlocDissolved | e.BodyDissolved | e.OrganisationDissolved],
) -> tuple[DissolutionShown, ...]:
    days = {event.effective for event in dissolved if event.effective}
    return tuple(
        DissolutionShown(
            on=fact(event, "effective"),
            decision=fact(event, "decision.id"),
            disputed=event.effective is not None and len(days) > 1,
        )
        for event in dissolved
    )


async def warnings(view: View, stays: Sequence[Stay], day: date | None) -> tuple[WarningShown, ...]:
    """Of these stays those that go on although by the day the unit has ended or was succeeded."""
    units: dict[str, Organisation] = await view.many(ORGANISATIONS, {stay.unit for stay in stays})
    return tuple(
        _warning(stay, ending.event)
        for stay in stays
        if stay.unit in units
        for ending in endings(holding(units[stay.unit].told))
        if ending.by(day) and stay.reaches(ending.event.effective or date.min)
    )


def _warning(stay: Stay, event: e.OrganisationDissolved | e.OrganisationSucceeded) -> WarningShown:
    succeeded = event if isinstance(event, e.OrganisationSucceeded) else None
    return WarningShown(
        unit=Fact(value=stay.unit, mark=mark(event.record, "organisation")),
        on=fact(event, "effective"),
        reorganisation=fact(succeeded, "reorganisation"),
        ends=fact(succeeded, "ends"),
        successors=_after(succeeded) if succeeded else (),
    )
