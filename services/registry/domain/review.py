"""Reviews of a bloc's year: limitations noted, tasks and targets set."""

from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import Act, counted, performed_on
from services.kernel.telling import require, tell
from services.registry import events as e
from services.registry.domain.bloc import BLOC, Bloc, established
from services.registry.domain.ruling import settles


class NoteReview(e.ReviewFacts, Act):
    """Tell what a review of the year noted and set."""


Review = int
"""How often something was noted."""


def evolve(review: Review, event: e.ReviewEvent) -> Review:
    del event
    return review + 1


REVIEW: Fold[Review] = Fold("review", 0, evolve)


def note(command: NoteReview, review: Review, bloc: Bloc) -> Events:
    if command.record is None:
        require(review == 0, "review.known", en="This id is taken.", vi="Mã sơ kết, tổng kết này đã có.")
        established(bloc, command.effective)
        performed_on(command, command.year)
        counted(command)
    settles(command, review)
    return [tell(e.ReviewNoted, command)]


HANDLERS: Handlers = {NoteReview: Handler(lambda c: [REVIEW.of(c.review), BLOC.of(c.bloc)], note)}
