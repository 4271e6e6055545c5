"""The movements of a bloc's year."""

from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact
from services.registry import events as e
from services.registry.domain.movement import MOVEMENT
from services.registry.queries.acts import Acts
from services.registry.queries.common import DisputeShown, PartyShown, facts, holding, party
from services.registry.queries.disputes import RulingShown, disputes, rulings

TOLD = ("bloc", "year", "name", "theme", "launcher.agency", "launcher.person", "launcher.words", "effective")


class MovementShown(Part):
    """A movement of the year."""

    movement: str
    """Its id."""
    own: bool
    """Launched in the bloc, not taken up from others."""
    year: Fact | None
    """The year."""
    name: Fact | None
    """Its name."""
    theme: Fact | None
    """Its theme."""
    launcher: PartyShown | None
    """Who launched it."""
    launched_on: Fact | None
    """The day of the launch."""
    manner: Fact | None
    """How the bloc takes it up: CONTINUED, JOINED or PUSHED."""
    tags: tuple[Fact, ...]
    """Free tags."""
    disputed: bool
    """Whether records tell of its launch in ways that cannot both be."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise of its launch."""
    rulings: tuple[RulingShown, ...]
    """Rulings on its launch, oldest first."""


def movement(event: e.MovementEvent, acts: Acts) -> MovementShown:
    launch = event if isinstance(event, e.MovementLaunched) else None
    told = acts[MOVEMENT.of(event.movement).name].told
    contradicting = disputes([x for x in holding(told) if isinstance(x, e.MovementLaunched)], *TOLD)
    return MovementShown(
        movement=event.movement,
        own=launch is not None,
        year=fact(event, "year"),
        name=fact(event, "name"),
        theme=fact(launch, "theme"),
        launcher=party(event, "launcher"),
        launched_on=fact(launch, "effective"),
        manner=None if launch else fact(event, "manner"),
        tags=facts(launch, "tags[{}]", len(launch.tags)) if launch else (),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(told),
    )
