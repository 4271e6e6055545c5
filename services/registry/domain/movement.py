"""Movements: launched in a bloc, or somebody else's that a bloc takes up."""

from dataclasses import dataclass
from typing import Any, assert_never

from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import Act, happened, performed_on
from services.kernel.telling import require, tell
from services.registry import events as e
from services.registry.domain.bloc import BLOC, Bloc, established, named
from services.registry.domain.organisation import Mentioned, Organisation, agencies, all_registered, reads
from services.registry.domain.ruling import settles


class LaunchMovement(e.MovementFacts, Act):
    """Launch a movement."""


class LinkMovement(e.MovementLinkFacts, Act):
    """Tell that a bloc takes up a movement that others launched, or that it only pushes one on."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not launched, as far as is known; blocs may have taken it up all the same."""


@dataclass(frozen=True, slots=True)
class Launched:
    pass


Movement = Unknown | Launched


def evolve(movement: Movement, event: e.MovementEvent) -> Movement:
    match event:
        case e.MovementLaunched():
            return Launched()
        case e.MovementLinked():
            return movement
        case _:
            assert_never(event)


MOVEMENT: Fold[Movement] = Fold("movement", Unknown(), evolve)


def launch(command: LaunchMovement, movement: Movement, *known: Any) -> Events:
    if command.record is None:
        require(
            not isinstance(movement, Launched),
            "movement.known",
            en="This movement was launched already.",
            vi="Phong trào này đã được phát động.",
        )
        performed_on(command, command.year)
        require(command.launcher, "movement.launcher", en="Name who launches it.", vi="Cần nêu người phát động.")
        blocs = len(named(command.bloc))
        for bloc in known[:blocs]:
            established(bloc, command.effective)
        all_registered(_launching(command), known[blocs:])
    settles(command, isinstance(movement, Launched))
    return [tell(e.MovementLaunched, command)]


def link(command: LinkMovement, movement: Movement, bloc: Bloc, *launcher: Organisation) -> Events:
    del movement  # another's movement may be unknown here
    if command.record is None:
        established(bloc, command.effective)
        happened(command, command.year)
        all_registered(_launching(command), launcher)
    return [tell(e.MovementLinked, command)]


def _launching(command: LaunchMovement | LinkMovement) -> Mentioned:
    return agencies("launcher", [command.launcher])


HANDLERS: Handlers = {
    LaunchMovement: Handler(
        lambda c: [MOVEMENT.of(c.movement), *named(c.bloc), *reads(c, _launching(c))],
        launch,
    ),
    LinkMovement: Handler(
        lambda c: [MOVEMENT.of(c.movement), BLOC.of(c.bloc), *reads(c, _launching(c))],
        link,
    ),
}
