"""Reviews of a movement, interim and final: by who launched it, or by a participant of its own part."""

from typing import Any

from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import Act, counted, in_order, performed_on
from services.kernel.telling import require, tell
from services.registry import events as e
from services.registry.domain.bloc import established, named
from services.registry.domain.movement import MOVEMENT, Launched, Movement, going_on, in_phase, towards
from services.registry.domain.movement_link import linked
from services.registry.domain.organisation import Mentioned, agencies, all_active, reads
from services.registry.domain.ruling import settles


class ReviewMovement(e.MovementReviewFacts, Act):
    """Tell what an interim or final review of a movement noted."""


Review = int
"""How often it was told."""


def evolve(review: Review, event: e.MovementReviewEvent) -> Review:
    del event
    return review + 1


MOVEMENT_REVIEW: Fold[Review] = Fold("movementreview", 0, evolve)


def review(command: ReviewMovement, told: Review, movement: Movement, *known: Any) -> Events:
    if command.record is None:
        require(told == 0, "movement.review-known", en="This id is taken.", vi="Mã sơ kết, tổng kết này đã có.")
        performed_on(command, command.year)
        counted(command)
        blocs = len(named(command.bloc))
        links, found, organisations = known[:blocs], known[blocs : 2 * blocs], known[2 * blocs :]
        going_on(movement, *links)
        in_phase(movement, command.phase)
        towards(movement, command.counts.items)
        in_order("movement.period", command.ends, command.starts, en="ends", vi="ends")
        launched = movement.on if isinstance(movement, Launched) else None
        in_order("movement.order", command.effective, launched, en="effective", vi="effective")
        for bloc in found:
            established(bloc, command.effective)
        all_active(_reviewing(command), organisations, command.effective)
    settles(command, told)
    return [tell(e.MovementReviewed, command)]


def _reviewing(command: ReviewMovement) -> Mentioned:
    return agencies("reviewer", [command.reviewer])


HANDLERS: Handlers = {
    ReviewMovement: Handler(
        lambda c: [
            MOVEMENT_REVIEW.of(c.movement_review),
            MOVEMENT.of(c.movement),
            *linked(c.movement, c.bloc),
            *named(c.bloc),
            *reads(c, _reviewing(c)),
        ],
        review,
    )
}
