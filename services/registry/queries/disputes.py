"""What is told in ways that cannot both be, and how it was settled."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact
from services.registry.queries.common import DisputeShown, PartyShown, party, rules


class RulingShown(Part):
    """A ruling on what was told before it. Its document is the source of its marks."""

    by: PartyShown | None
    """Who ruled."""
    reason: Fact | None
    """Why."""


def rulings(told: Iterable[Any]) -> tuple[RulingShown, ...]:
    """Every ruling, oldest first."""
    return tuple(
        RulingShown(by=party(event, "ruling.by"), reason=fact(event, "ruling.reason")) for event in told if rules(event)
    )


def disputes(told: Sequence[Any], *fields: str, about: str | None = None) -> tuple[DisputeShown, ...]:
    """The fields of which several values are told."""
    found = ((field, [value for event in told if (value := fact(event, field))]) for field in fields)
    return tuple(one for field, values in found for one in disputed(field, values, about))


def disputed(field: str, values: Iterable[Fact], about: str | None = None) -> tuple[DisputeShown, ...]:
    """The dispute over a field, if it has several of these values."""
    told = tuple(dict.fromkeys(values))
    return (DisputeShown(field=field, about=about, told=told),) if len({one.value for one in told}) > 1 else ()
