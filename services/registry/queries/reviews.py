"""The reviews of a bloc's year, each by itself: what a mid-year review sets is not what a summation does."""

from collections.abc import Iterable, Sequence

from services.kernel.once import once
from services.kernel.performing import consistent
from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, first, surest_of
from services.registry import events as e
from services.registry.queries.acts import YearAct
from services.registry.queries.common import DisputeShown, FactList, joined
from services.registry.queries.disputes import RulingShown, disputable, disputed, disputes, rulings

COUNTS = tuple(path for path in disputable(e.ReviewFacts) if path.endswith(".declared_count"))
OWN = tuple(path for path in disputable(e.ReviewFacts) if path not in COUNTS)


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
    results: FactList
    """Results noted."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be: other counts, or other figures of a target."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    inconsistent: bool
    """Whether one record names more than it declares, or fewer although it says that these are all."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


def reviews_of(acts: Iterable[YearAct]) -> tuple[ReviewShown, ...]:
    """The reviews of a year, in the order of telling."""
    meetings: dict[str, list[YearAct]] = {}
    for act in acts:
        if noted := act.of(e.ReviewNoted):
            meetings.setdefault(_meeting(noted), []).append(act)
    return tuple(_review(*same) for same in meetings.values())


def _meeting(noted: Sequence[e.ReviewNoted]) -> str:
    """What makes notes under several ids those of one review."""
    told = first(noted, "conference") or first(noted, "effective") or first(noted, "review")
    return told.value if told else ""


@once
def _review(*acts: YearAct) -> ReviewShown:
    """What several ids note of one review."""
    notes = [note for act in acts for note in act.of_first(e.ReviewNoted)]
    contradicting = (
        *(one for act in acts for one in disputes(act.of(e.ReviewNoted), *OWN)),
        *disputes([note for act in acts for note in act.of(e.ReviewNoted)], *COUNTS),
        *_figures(notes),
    )
    return ReviewShown(
        reviews=tuple(dict.fromkeys(note.review for note in notes)),
        conference=first(notes, "conference"),
        on=first(notes, "effective"),
        limitations=joined(notes, "limitations"),
        tasks=joined(notes, "tasks"),
        targets=_targets(notes),
        results=joined(notes, "results"),
        disputed=bool(contradicting),
        disputes=contradicting,
        inconsistent=not all(
            consistent(x) for note in notes for x in (note.limitations, note.tasks, note.targets, note.results)
        ),
        rulings=tuple(one for act in acts for one in rulings(act.every)),
    )


def _targets(notes: Iterable[e.ReviewNoted]) -> tuple[TargetShown, ...]:
    """Targets that several notes tell: each once, the surest."""
    found: dict[e.Target, list[TargetShown]] = {}
    for note in notes:
        for i, target in enumerate(note.targets.items):
            path = f"targets.items[{i}]"
            shown = TargetShown(**{name: fact(note, f"{path}.{name}") for name in TargetShown.model_fields})
            found.setdefault(target, []).append(shown)
    return tuple(surest_of(same) for same in found.values())


def _figures(notes: Sequence[e.ReviewNoted]) -> tuple[DisputeShown, ...]:
    """Targets of one text and unit of which several figures are told."""
    told: dict[tuple[str, str], list[Fact]] = {}
    for note in notes:
        for i, target in enumerate(note.targets.items):
            if figure := fact(note, f"targets.items[{i}].figure"):
                told.setdefault((target.text, target.unit), []).append(figure)
    return tuple(one for (text, _), figures in told.items() for one in disputed("targets.figure", figures, text))
