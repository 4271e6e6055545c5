"""What is aimed at, and what was reached of it, by the numbers or as told."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, mark, resting, surest_of, worded
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.target import reaches
from services.registry.queries.common import DisputeShown
from services.registry.queries.disputes import disputed, items_disputed


class QuantityShown(Part):
    """A value as worded, with what the wording allows."""

    wording: Fact | None
    """As worded."""
    figure: Fact | None
    """The number, where the wording gives one."""
    at_least: Fact | None
    """The least that the wording allows."""
    at_most: Fact | None
    """The most that it allows."""
    unit: Fact | None
    """The unit."""


class TargetLineShown(Part):
    """One line of what is aimed at."""

    line: str
    """Its id."""
    indicator: Fact | None
    """What is measured."""
    target: QuantityShown | None
    """The value to be reached."""
    better: Fact | None
    """MORE or LESS."""


class CountShown(Part):
    """A value that was reached or is promised."""

    line: Fact | None
    """The line of what is aimed at that it belongs to."""
    text: Fact | None
    """What is counted."""
    value: QuantityShown | None
    """How much."""
    reaches: Fact | None
    """Whether it reaches the target of its line: inferred from the two numbers, absent where they do not tell."""


def quantity(told: Any, path: str) -> QuantityShown | None:
    """The quantity at a path of an event; null where none is told."""
    found = {name: fact(told, f"{path}.{name}") for name in QuantityShown.model_fields}
    return QuantityShown(**found) if any(found.values()) else None


class Aim(NamedTuple):
    """A line of what is aimed at, as one event tells it."""

    event: Any
    path: str
    """Of the line in the event."""
    line: e.TargetLine

    def fact(self, field: str) -> Fact | None:
        return fact(self.event, f"{self.path}.{field}")


Aims = Mapping[Id, Sequence[Aim]]
"""By the line's id, each as often as it is told."""

TOLD_OF_LINES = (
    "indicator",
    *(f"target.{name}" for name in ("figure", "at_least", "at_most", "unit")),
    "better",
)
"""What is told of a line of which a single value is true; one target is worded in several ways."""


def aims_of(told: Iterable[Any], path: str) -> Aims:
    found: dict[Id, list[Aim]] = {}
    for event in told:
        for i, line in enumerate(getattr(event, path).items):
            found.setdefault(line.line, []).append(Aim(event, f"{path}.items[{i}]", line))
    return found


def target_line(line: Id, told: Sequence[Aim]) -> TargetLineShown:
    """A line, each field as told first."""
    return TargetLineShown(
        line=line,
        indicator=first_aimed(told, "indicator"),
        target=next((shown for aim in told if (shown := quantity(aim.event, f"{aim.path}.target"))), None),
        better=first_aimed(told, "better"),
    )


def lines_disputed(told: Iterable[Any], path: str, *more: str) -> tuple[DisputeShown, ...]:
    """What is told of lines in ways that cannot both be, by their ids; `more` fields of theirs included."""
    return items_disputed(told, path, "line", *TOLD_OF_LINES, *more)


def counts_of(event: Any, path: str, aims: Aims) -> tuple[CountShown, ...]:
    """The figures in a list of an event, and whether each reaches the target of its line."""
    return tuple(_count(event, f"{path}.items[{i}]", one, aims) for i, one in enumerate(getattr(event, path).items))


def _count(event: Any, path: str, count: e.Counted, aims: Aims) -> CountShown:
    aimed = aims.get(count.line, ()) if count.line else ()
    return CountShown(
        line=fact(event, f"{path}.line"),
        text=fact(event, f"{path}.text"),
        value=quantity(event, f"{path}.value"),
        reaches=reached(aimed, event, f"{path}.value", count.value),
    )


def counts_told(told: Sequence[Any], aims: Aims) -> tuple[CountShown, ...]:
    """Figures that several records tell: each value once, the surest."""
    found: dict[e.Counted, list[CountShown]] = {}
    for event in told:
        for count, shown in zip(event.counts.items, counts_of(event, "counts", aims), strict=True):
            found.setdefault(count, []).append(shown)
    return tuple(surest_of(same) for same in found.values())


def counts_disputed(told: Sequence[Any]) -> tuple[DisputeShown, ...]:
    """Lines of which several figures are told."""
    found: dict[str, list[Fact]] = {}
    for event in told:
        for i, count in enumerate(event.counts.items):
            figure = fact(event, f"counts.items[{i}].value.figure")
            if figure and (about := count.line or count.text):
                found.setdefault(about, []).append(figure)
    return tuple(one for about, figures in found.items() for one in disputed("counts.value.figure", figures, about))


def reached(aimed: Sequence[Aim], event: Any, path: str, value: e.Quantity | None) -> Fact | None:
    """Whether the value at a path of an event reaches a line's target: inferred, and only where every telling of the
    line gives the same answer.
    """
    found = {reaches(aim.line, value) for aim in aimed} if value else set()
    if value is None or len(found) != 1 or None in found:
        return None
    target = aimed[0].line.target
    wanted = target.wording if target else ""
    basis = f"{value.wording} against the target {wanted} / {value.wording} so với chỉ tiêu {wanted}"
    own = Fact(value=worded(found.pop()), mark=mark(event.record, path, basis))
    return resting(own, aimed[0].fact("target.wording"))


def first_aimed(told: Iterable[Aim], field: str) -> Fact | None:
    return next((found for aim in told if (found := aim.fact(field))), None)
