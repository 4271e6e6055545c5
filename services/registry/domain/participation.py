"""Who takes part in a movement: registered for it, with a plan of its own, and as reported.

Participants are agencies and collectives of any bloc or none; each has a stream of its own, since a movement of the
whole country has thousands.
"""

from typing import Any

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import Act, performed_on
from services.kernel.performing import counted as counts_fit
from services.kernel.telling import require
from services.registry import events as e
from services.registry.domain.bloc import established, named
from services.registry.domain.movement import MOVEMENT, Movement, going_on, in_phase, towards, within
from services.registry.domain.movement_link import linked
from services.registry.domain.organisation import Mentioned, all_active, reads
from services.registry.domain.told_once import Once, and_of, tell_once


class RegisterParticipation(e.ParticipationFacts, Act):
    """Register an agency or collective for a movement."""


class ReportParticipation(e.ParticipationReportFacts, Act):
    """Tell how an agency or collective takes part in a movement, up to a day."""


class PlanMovement(e.MovementPlanFacts, Act):
    """Tell the plan that an agency or collective has for a movement, or for a phase of it."""


Command = RegisterParticipation | ReportParticipation | PlanMovement


def evolve(told: Once, event: e.ParticipationEvent) -> Once:
    return and_of(told, event)


PARTICIPATION: Fold[Once] = Fold("participation", frozenset(), evolve)


def register(command: RegisterParticipation, told: Once, movement: Movement, *known: Any) -> Events:
    if command.record is None:
        towards(movement, command.counts.items)
        _taking_part(command, movement, known)
    return [tell_once(e.ParticipationRegistered, command, told)]


def report(command: ReportParticipation, told: Once, movement: Movement, *known: Any) -> Events:
    require(
        command.counts.items or command.text,
        "participation.report",
        en="Tell figures or words.",
        vi="Cần nêu số liệu hoặc nội dung tham gia.",
    )
    if command.record is None:
        towards(movement, command.counts.items)
        _taking_part(command, movement, known)
    return [tell_once(e.ParticipationReported, command, told)]


def plan(command: PlanMovement, told: Once, movement: Movement, *known: Any) -> Events:
    if command.record is None:
        _taking_part(command, movement, known)
    return [tell_once(e.MovementPlanned, command, told)]


def _taking_part(command: Command, movement: Movement, known: Any) -> None:
    """What is common to all that a participant does here. Raises Refused."""
    day = performed_on(command, command.year)
    counts_fit(command)
    blocs = len(named(command.bloc))
    links, found, organisations = known[:blocs], known[blocs : 2 * blocs], known[2 * blocs :]
    going_on(movement, *links)
    in_phase(movement, command.phase)
    within(movement, day)
    for bloc in found:
        established(bloc, command.effective)
    all_active(_naming(command), organisations, command.effective)


def _naming(command: Command) -> Mentioned:
    return {"participant": command.participant}


def _reads(command: Command) -> list[Stream[Any]]:
    return [
        PARTICIPATION.of(command.movement, command.participant),
        MOVEMENT.of(command.movement),
        *linked(command.movement, command.bloc),
        *named(command.bloc),
        *reads(command, _naming(command)),
    ]


HANDLERS: Handlers = {
    RegisterParticipation: Handler(_reads, register),
    ReportParticipation: Handler(_reads, report),
    PlanMovement: Handler(_reads, plan),
}
