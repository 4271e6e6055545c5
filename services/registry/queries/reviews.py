"""The reviews of a bloc's year, each by itself: what a mid-year review sets is not what a summation does."""

from collections.abc import Iterable, Sequence

from services.kernel.performing import consistent
from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact
from services.registry import events as e
from services.registry.domain.review import REVIEW
from services.registry.queries.acts import Acts
from services.registry.queries.common import DisputeShown, FactList, first, holding, length, listed, surest
from services.registry.queries.disputes import RulingShown, disputed, disputes, rulings

COUNTS = ("limitations.declared_count", "tasks.declared_count", "targets.declared_count")


class TargetShown(Part):
    """A figure to be reached."""

    text: Fact | None
    """What is measured."""
    figure: Fact | None
    """The figure."""
    unit: Fact | None
    """Its unit."""


class ReviewShown(Part):
    """One review: all that is noted of one conference, or else of one day, or else under one id."""

    reviews: tuple[str, ...]
    """The ids under which it was noted."""
    conference: Fact | None
    """The conference at which it was noted."""
    on: Fact | None
    """Its day."""
    limitations: FactList
    """Limitations noted."""
    tasks: FactList
    """Tasks set, beside how many were declared."""
    targets: tuple[TargetShown, ...]
    """Targets set."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be: other counts, or other figures of a target."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    inconsistent: bool
    """Whether one record names more than it declares, or fewer although it says that these are all."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


def reviews_of(notes: Sequence[e.ReviewNoted], acts: Acts) -> tuple[ReviewShown, ...]:
    """The reviews that a year's notes tell of, in the order of telling."""
    meetings: dict[str, list[e.ReviewNoted]] = {}
    for note in notes:
        meetings.setdefault(_meeting(_noted(note.review, acts)), []).append(note)
    return tuple(_review(told, acts) for told in meetings.values())


def _noted(review: str, acts: Acts) -> list[e.ReviewNoted]:
    """All that holds of a review, of other years and blocs too."""
    return [event for event in holding(acts[REVIEW.of(review).name].told) if isinstance(event, e.ReviewNoted)]


def _meeting(noted: Sequence[e.ReviewNoted]) -> str:
    """What makes notes under several ids those of one review."""
    told = first(noted, "conference") or first(noted, "effective") or first(noted, "review")
    return told.value if told else ""


def _review(notes: Sequence[e.ReviewNoted], acts: Acts) -> ReviewShown:
    ids = tuple(dict.fromkeys(note.review for note in notes))
    contradicting = tuple(
        one
        for found in (
            *(disputes(_noted(review, acts), "bloc", "year", "conference", "effective") for review in ids),
            disputes([note for review in ids for note in _noted(review, acts)], *COUNTS),
            _figures(notes),
        )
        for one in found
    )
    return ReviewShown(
        reviews=ids,
        conference=first(notes, "conference"),
        on=first(notes, "effective"),
        limitations=_together([listed(note, "limitations") for note in notes]),
        tasks=_together([listed(note, "tasks") for note in notes]),
        targets=tuple(target for note in notes for target in _targets(note)),
        disputed=bool(contradicting),
        disputes=contradicting,
        inconsistent=not all(consistent(x) for note in notes for x in (note.limitations, note.tasks, note.targets)),
        rulings=tuple(one for review in ids for one in rulings(acts[REVIEW.of(review).name].told)),
    )


def _together(lists: Sequence[FactList]) -> FactList:
    """What several notes of one review tell; counts are of the first that gives one."""
    return FactList(
        items=surest(item for one in lists for item in one.items),
        declared_count=next((one.declared_count for one in lists if one.declared_count), None),
        exhaustive=next((one.exhaustive for one in lists if one.exhaustive), None),
    )


def _targets(note: e.ReviewNoted) -> Iterable[TargetShown]:
    paths = (f"targets.items[{i}]" for i in range(length(note, "targets")))
    return (TargetShown(**{name: fact(note, f"{p}.{name}") for name in TargetShown.model_fields}) for p in paths)


def _figures(notes: Sequence[e.ReviewNoted]) -> tuple[DisputeShown, ...]:
    """Targets of one text and unit of which several figures are told."""
    told: dict[tuple[str, str], list[Fact]] = {}
    for note in notes:
        for i, target in enumerate(note.targets.items):
            if figure := fact(note, f"targets.items[{i}].figure"):
                told.setdefault((target.text, target.unit), []).append(figure)
    return tuple(one for (text, _), figures in told.items() for one in disputed("targets.figure", figures, text))
