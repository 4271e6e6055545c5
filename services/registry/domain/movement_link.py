"""Which blocs take up a movement that others launched.

Each bloc has a stream of its own for a movement, since one of the whole country is taken up by a thousand blocs.
"""

from typing import Any

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import Act, performed_on
from services.kernel.telling import require
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.bloc import BLOC, Bloc, established
from services.registry.domain.movement import MOVEMENT, Launched, Movement, within
from services.registry.domain.organisation import Mentioned, Organisation, agencies, all_active, reads
from services.registry.domain.told_once import Once, and_of, tell_once


class LinkMovement(e.MovementLinkFacts, Act):
    """Tell that a bloc takes up a movement that others launched, or that it only pushes one on."""


def evolve(links: Once, event: e.MovementLinkEvent) -> Once:
    return and_of(links, event)


MOVEMENT_LINK: Fold[Once] = Fold("movementlink", frozenset(), evolve)


def linked(movement: Id, bloc: Id | None) -> list[Stream[Once]]:
    """What an act within a movement reads of the bloc that it names."""
    return [MOVEMENT_LINK.of(movement, bloc)] if bloc else []


def link(command: LinkMovement, links: Once, movement: Movement, bloc: Bloc, *launcher: Organisation) -> Events:
    if command.record is None:
        established(bloc, command.effective)
        within(movement, performed_on(command, command.year))  # another's movement may be unknown here
        _of_others(command, movement)
        all_active(_launching(command), launcher, command.effective)
    return [tell_once(e.MovementLinked, command, links)]


def _of_others(command: LinkMovement, movement: Movement) -> None:
    """That the bloc did not launch the movement itself for this year. Raises Refused."""
    own = isinstance(movement, Launched) and (movement.bloc, movement.year) == (command.bloc, command.year)
    require(
        not own,
        "movement.own",
        en="movement: the bloc launched this movement itself for the year, and takes up what others launched.",
        vi="movement: khối, cụm đã tự phát động phong trào này trong năm; chỉ hưởng ứng phong trào của nơi khác.",
    )


def _launching(command: LinkMovement) -> Mentioned:
    return agencies("launcher", [command.launcher])


def _reads(command: LinkMovement) -> list[Stream[Any]]:
    return [
        MOVEMENT_LINK.of(command.movement, command.bloc),
        MOVEMENT.of(command.movement),
        BLOC.of(command.bloc),
        *reads(command, _launching(command)),
    ]


HANDLERS: Handlers = {LinkMovement: Handler(_reads, link)}
