"""What several sources tell alike comes once in an answer, as sure as it is told by anyone."""

from collections.abc import Iterable
from typing import Any, TypeVar

from services.kernel.provenance import Fact, Part
from services.kernel.telling import surest_of

S = TypeVar("S", bound=Part)

BY = ("told_by", "corrected_because")
"""Fields that say who told it, and not what."""


def alike(shown: Iterable[S]) -> tuple[S, ...]:
    """Each of these once of which the values are the same, in the order of first telling."""
    found: dict[Any, S] = {}
    for one in shown:
        values = _values(one)
        found[values] = _agreed(found[values], one) if values in found else one
    return tuple(found.values())


def _values(told: Any) -> Any:
    """All that is told, without marks."""
    if isinstance(told, Fact):
        return told.value
    if isinstance(told, Part):
        return tuple(_values(value) for name, value in told if name not in BY)
    return tuple(map(_values, told)) if isinstance(told, tuple) else told


def _agreed(one: Any, other: Any) -> Any:
    """Of two of which the values are the same."""
    if isinstance(one, Fact):
        return surest_of((one, other))
    if isinstance(one, tuple):
        return tuple(map(_agreed, one, other))
    if not isinstance(one, Part):
        return one
    told = {name: _agreed(value, getattr(other, name)) for name, value in one if name not in BY}
    return one.model_copy(update={**told, **_by(one, other)})


def _by(one: Any, other: Any) -> dict[str, Any]:
    if not hasattr(one, "told_by"):
        return {}
    return {
        "told_by": tuple(sorted({*one.told_by, *other.told_by})),
        "corrected_because": one.corrected_because or other.corrected_because,
    }
