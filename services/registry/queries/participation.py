"""Who takes part in a movement: registered for it, with a plan of its own, and as reported."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from services.kernel.provenance import Fact, Part
from services.kernel.telling import first
from services.registry import events as e
from services.registry.queries.common import DisputeShown, FactList, joined, together, values
from services.registry.queries.disputes import RulingShown, contradictions, rulings_on
from services.registry.queries.targets import Aims, CountShown, counts_disputed, counts_told

D = TypeVar("D", bound=e.Disputable)


Tells = Callable[[Any], bool]
"""Whether an event tells of what is asked for."""


class ParticipationShown(Part):
    """A registration for a movement, or a report on how somebody takes part."""

    movement: Fact | None
    """The movement."""
    participant: Fact | None
    """Who takes part."""
    bloc: Fact | None
    """The bloc in whose year it does."""
    year: Fact | None
    """The year."""
    phase: Fact | None
    """The phase of the movement."""
    on: Fact | None
    """The day of the registration, or up to which is reported."""
    counts: tuple[CountShown, ...]
    """Figures as told; of the same line one for each telling."""
    text: Fact | None
    """What is told beside the figures."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


class MovementPlanShown(Part):
    """A participant's own plan for a movement, or for a phase of it."""

    movement: Fact | None
    """The movement."""
    participant: Fact | None
    """Whose plan it is."""
    bloc: Fact | None
    """The bloc in whose year it takes part."""
    year: Fact | None
    """The year."""
    phase: Fact | None
    """The phase of the movement."""
    on: Fact | None
    """The day of the plan."""
    titles: tuple[Fact, ...]
    """What it is called, in the order of telling."""
    plan: Fact | None
    """The document that it stands in, by its id."""
    contents: FactList
    """What it plans; nothing of a plan that is known by reference alone."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


def always(event: Any) -> bool:
    del event
    return True


def registrations_of(told: Sequence[Any], aims: Aims, tells: Tells = always) -> Iterator[ParticipationShown]:
    """A participant's registrations, one for each year and phase."""
    same = _same(told, e.ParticipationRegistered, tells)
    return (_participation(one, e.ParticipationFacts, told, aims) for one in same)


def participations_of(told: Sequence[Any], aims: Aims, tells: Tells = always) -> Iterator[ParticipationShown]:
    """A participant's reports, one for each year, phase and day."""
    same = _same(told, e.ParticipationReported, tells)
    return (_participation(one, e.ParticipationReportFacts, told, aims) for one in same)


def plans_of(told: Sequence[Any], tells: Tells = always) -> Iterator[MovementPlanShown]:
    """A participant's plans, one for each year and phase."""
    return (_plan(one, told) for one in _same(told, e.MovementPlanned, tells))


def _same(told: Sequence[Any], kind: type[D], tells: Tells) -> Iterable[list[D]]:
    """What holds of a kind, where any of what is told of the same tells of what is asked for."""
    return [same for same in together(told, kind) if any(map(tells, same))]


def _participation(
    same: Sequence[e.ParticipationRegistered] | Sequence[e.ParticipationReported],
    kind: type[e.ParticipationFacts],
    told: Sequence[Any],
    aims: Aims,
) -> ParticipationShown:
    contradicting = (*contradictions(same, kind), *counts_disputed(same))
    return ParticipationShown(
        movement=first(same, "movement"),
        participant=first(same, "participant"),
        bloc=first(same, "bloc"),
        year=first(same, "year"),
        phase=first(same, "phase"),
        on=first(same, "effective"),
        counts=counts_told(same, aims),
        text=first(same, "text") if kind is e.ParticipationReportFacts else None,
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings_on(told, same[0]),
    )


def _plan(same: Sequence[e.MovementPlanned], told: Sequence[Any]) -> MovementPlanShown:
    contradicting = contradictions(same, e.MovementPlanFacts)
    return MovementPlanShown(
        movement=first(same, "movement"),
        participant=first(same, "participant"),
        bloc=first(same, "bloc"),
        year=first(same, "year"),
        phase=first(same, "phase"),
        on=first(same, "effective"),
        titles=values(same, "title"),
        plan=first(same, "plan.id"),
        contents=joined(same, "contents"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings_on(told, same[0]),
    )
