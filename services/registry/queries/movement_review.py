"""Reviews of a movement."""

from collections.abc import Sequence
from typing import Any

from services.kernel.provenance import Fact, Part
from services.kernel.telling import first
from services.registry import events as e
from services.registry.domain.ruling import holding
from services.registry.queries.common import DisputeShown, FactList, PartyShown, first_party, joined
from services.registry.queries.disputes import RulingShown, contradictions, rulings
from services.registry.queries.targets import Aims, CountShown, counts_disputed, counts_told


class MovementReviewShown(Part):
    """A review of a movement."""

    movement_review: str
    """Its id."""
    movement: Fact | None
    """The movement."""
    stage: Fact | None
    """INTERIM or FINAL."""
    on: Fact | None
    """Its day."""
    starts: Fact | None
    """The first day of the time under review."""
    ends: Fact | None
    """The last day of it."""
    phase: Fact | None
    """The phase under review."""
    reviewer: PartyShown | None
    """Who reviews."""
    bloc: Fact | None
    """The bloc in whose year it is reviewed."""
    year: Fact | None
    """That year."""
    conference: Fact | None
    """The conference at which it is reviewed."""
    counts: tuple[CountShown, ...]
    """How many took part, what was reached; of the same line one for each telling."""
    results: FactList
    """Results noted."""
    limitations: FactList
    """Limitations noted."""
    lessons: FactList
    """Lessons drawn."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


def review_of(told: Sequence[Any], aims: Aims) -> MovementReviewShown:
    """One review, and what its records tell otherwise."""
    same = holding(told)
    contradicting = (*contradictions(same, e.MovementReviewFacts), *counts_disputed(same))
    return MovementReviewShown(
        movement_review=same[0].movement_review,
        movement=first(same, "movement"),
        stage=first(same, "stage"),
        on=first(same, "effective"),
        starts=first(same, "starts"),
        ends=first(same, "ends"),
        phase=first(same, "phase"),
        reviewer=first_party(same, "reviewer"),
        bloc=first(same, "bloc"),
        year=first(same, "year"),
        conference=first(same, "conference"),
        counts=counts_told(same, aims),
        results=joined(same, "results"),
        limitations=joined(same, "limitations"),
        lessons=joined(same, "lessons"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(told),
    )
