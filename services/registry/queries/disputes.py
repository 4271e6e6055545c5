"""What is told in ways that cannot both be, and how it was settled."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from functools import cache
from inspect import isclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from services.kernel.provenance import Fact, Listed, Part, Source
from services.kernel.telling import fact
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.ruling import rules
from services.registry.queries.common import DisputeShown, PartyShown, party


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


def rulings_on(told: Iterable[Any], one: e.Disputable) -> tuple[RulingShown, ...]:
    """Every ruling on what an event tells, among those on other facts of its stream; oldest first."""
    return rulings(event for event in told if isinstance(event, type(one)) and event.subject == one.subject)


def contradictions(told: Sequence[Any], kind: type[e.Disputable]) -> tuple[DisputeShown, ...]:
    """What records tell in ways that cannot both be."""
    return disputes(told, *disputable(kind))


@cache
def disputable(kind: type[e.Disputable]) -> tuple[str, ...]:
    """Paths of all facts of a kind of which a single value is true.

    The items of lists add up; their counts do not. Two documents have two ids; what else is told describes them.
    """
    fields = ((name, field.annotation) for name, field in kind.model_fields.items() if name not in kind.may_differ)
    return tuple(path for name, annotation in fields for path in _paths(name, annotation))


def _paths(name: str, annotation: Any) -> Iterator[str]:
    kinds = [known for known in (annotation, *get_args(annotation)) if isclass(known)]
    part = next((known for known in kinds if issubclass(known, BaseModel)), None)
    if part is None:
        yield from () if get_origin(annotation) is tuple else (name,)
    elif issubclass(part, Listed):
        yield f"{name}.declared_count"
    elif issubclass(part, Source):
        yield f"{name}.id"
    else:
        for inner, field in part.model_fields.items():
            yield from _paths(f"{name}.{inner}", field.annotation)


def disputes(told: Sequence[Any], *fields: str, about: str | None = None) -> tuple[DisputeShown, ...]:
    """The fields of which several values are told."""
    if len(told) < 2:  # nearly always
        return ()
    found = ((field, [value for event in told if (value := fact(event, field))]) for field in fields)
    return tuple(one for field, values in found for one in disputed(field, values, about))


def disputed(field: str, values: Iterable[Fact], about: str | None = None) -> tuple[DisputeShown, ...]:
    """The dispute over a field, if it has several of these values."""
    told = tuple(dict.fromkeys(values))
    return (DisputeShown(field=field, about=about, told=told),) if len({one.value for one in told}) > 1 else ()


async def circle(field: str, one: Id, above: Callable[[Id], Awaitable[Fact | None]]) -> tuple[DisputeShown, ...]:
    """What something is under, from the next on up to itself: that cannot all be. `above` gives the next of each."""
    told: list[Fact] = []
    at = await above(one)
    while at and at.value not in {known.value for known in told}:
        told.append(at)
        if at.value == one:
            return (DisputeShown(field=field, about=None, told=tuple(told)),)
        at = await above(at.value)
    return ()


def items_disputed(told: Iterable[Any], path: str, key: str, *fields: str) -> tuple[DisputeShown, ...]:
    """What is told in several ways of the items of a list that have ids, which the field `key` holds."""
    found: dict[tuple[str, str], list[Fact]] = {}
    for event in told:
        for i, item in enumerate(getattr(event, path).items):
            for field in fields:
                if known := fact(event, f"{path}.items[{i}].{field}"):
                    found.setdefault((getattr(item, key), field), []).append(known)
    return tuple(one for (item, field), values in found.items() for one in disputed(f"{path}.{field}", values, item))
