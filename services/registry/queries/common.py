"""Told facts as answers: each value with its mark, absent where it is not recorded."""

from collections.abc import Iterable, Sequence, Set
from datetime import date
from functools import cache, lru_cache
from inspect import isclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, TypeAdapter

from services.kernel.errors import Missing
from services.kernel.fold import Model
from services.kernel.once import once
from services.kernel.provenance import Fact, Part, Record
from services.kernel.telling import fact, first, mark, resting, surest_of, worded
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.naming import shown
from services.registry.domain.ruling import holding, until
from services.registry.projections import BLOCS, ORGANISATIONS, Bloc, Organisation

D = TypeVar("D", bound=e.Disputable)

NAMING = frozenset(
    {
        *("agency", "unit", "member", "lead", "joining", "agencies", "authority", "province", "organisation"),
        *("participant", "superior", "predecessor", "successor", "successors"),
    }
)
"""Fields of answers that hold an organisation's id."""

BESIDE = frozenset({"type", "record", "correction", "corrects", "retracts", "sealed", "void", "settled"})
"""Fields of events that tell no fact of their own."""
PLAIN = frozenset({str, int, bool, date})
"""Of what events hold, what holds nothing more: asked first, for isinstance asks a pydantic model's metaclass."""
SEALED = frozenset({"name", "rank", "posts"})
"""Of persons, whose texts are opened by GetPerson alone."""

KINDS = {"organisations": ("organisation", "tổ chức"), "blocs": ("bloc", "khối, cụm")}
"""What a read model's rows are about, in English and in Vietnamese."""


class Label(Part):
    """The name by which an organisation or a bloc is shown."""

    id: str
    """The organisation or bloc."""
    name: str
    """Its name on the day asked for; its latest where no day is asked for."""


class FactList(Part):
    """A list as the sources give it: an empty one means "none recorded", never "none made"."""

    items: tuple[Fact, ...] = ()
    """What is named."""
    declared_count: Fact | None = None
    """How many a source says there are."""
    exhaustive: Fact | None = None
    """Whether all are named."""


class DisputeShown(Part):
    """A field that is told in ways that cannot both be."""

    field: str
    """The field of the command, such as `authority` or `tasks.declared_count`."""
    about: str | None
    """Which one, where a field is told of several: the day of a name, the text of a target."""
    told: tuple[Fact, ...]
    """Every value that is told, each with its source, in the order of telling."""


class FieldTold(Part):
    """A field that an event tells."""

    field: str
    """Its path in the command, such as `members.items[1].unit`."""
    fact: Fact
    """Its value."""


class PartyShown(Part):
    """Who, as far as it is told."""

    agency: Fact | None
    """The agency."""
    person: Fact | None
    """The person who acts for it."""
    words: Fact | None
    """As worded, where nobody is named."""


class HolderShown(Part):
    """Who holds an office."""

    agency: Fact | None
    """The agency."""
    person: Fact | None
    """The person who represents it."""
    title: Fact | None
    """The title as worded."""


class DeputyShown(Part):
    """A deputy head."""

    agency: Fact | None
    """The agency."""
    person: Fact | None
    """The person who represents it."""
    title: Fact | None
    """The title as worded."""
    rank: Fact | None
    """STANDING or ORDINARY."""


class AmountShown(Part):
    """A count as worded, with what the wording allows."""

    wording: Fact | None
    """As worded."""
    at_least: Fact | None
    """The least that the wording allows."""
    at_most: Fact | None
    """The most that it allows."""
    exact: Fact | None
    """The count, where the wording gives one."""


class PartyFactList(Part):
    """Several parties, as the source gives them."""

    items: tuple[PartyShown, ...] = ()
    """Who is named."""
    declared_count: Fact | None = None
    """How many the source says there are."""
    exhaustive: Fact | None = None
    """Whether all are named."""


class DeputyFactList(Part):
    """The deputies, as the source gives them."""

    items: tuple[DeputyShown, ...] = ()
    """Who is named."""
    declared_count: Fact | None = None
    """How many the source says there are."""
    exhaustive: Fact | None = None
    """Whether all are named."""


def party(told: Any, path: str) -> PartyShown | None:
    """The party at a path of an event; null where none is told."""
    found = {name: fact(told, f"{path}.{name}") for name in PartyShown.model_fields}
    return PartyShown(**found) if any(found.values()) else None


def amount(told: Any, path: str) -> AmountShown | None:
    """The count at a path of an event; null where none is told."""
    found = {name: fact(told, f"{path}.{name}") for name in AmountShown.model_fields}
    return AmountShown(**found) if any(found.values()) else None


def first_party(told: Iterable[Any], path: str) -> PartyShown | None:
    """What was told of a party, each field as told first; null where none is told."""
    events = list(told)
    found = {name: first(events, f"{path}.{name}") for name in PartyShown.model_fields}
    return PartyShown(**found) if any(found.values()) else None


def parties(told: Any, path: str) -> PartyFactList:
    items = (party(told, f"{path}.items[{i}]") for i in range(length(told, path)))
    return PartyFactList(items=tuple(item for item in items if item), **counted(told, path))


def joined(told: Sequence[Any], path: str) -> FactList:
    """A list of plain values that several records tell: each value once."""
    lists = [listed(event, path) for event in told]
    return FactList(items=surest(item for one in lists for item in one.items), **counted_together(told, path))


def joined_parties(told: Sequence[Any], path: str) -> PartyFactList:
    """Parties that several records tell: each once."""
    found: dict[tuple[str | None, ...], list[PartyShown]] = {}
    for one in (item for event in told for item in parties(event, path).items):
        found.setdefault(party_key(one), []).append(one)
    return PartyFactList(items=tuple(map(surest_of, found.values())), **counted_together(told, path))


def party_key(one: Any) -> tuple[str | None, ...]:
    """Who an answer names, however it is known."""
    return tuple(known.value if known else None for known in (one.agency, one.person, one.words))


def counted_together(told: Sequence[Any], path: str) -> dict[str, Fact | None]:
    """The count of a list that several records tell, and whether it is whole."""
    lists = [(getattr(event, path).items, fact(event, f"{path}.exhaustive")) for event in told]
    every = {item for items, _ in lists for item in items}
    return {"declared_count": first(told, f"{path}.declared_count"), "exhaustive": whole(lists, every)}


def whole(lists: Iterable[tuple[Iterable[Any], Fact | None]], every: Set[Any]) -> Fact | None:
    """Whether all is named. A record says so of its own list: of `every` one that is told it holds only where that
    record names them all.
    """
    return next((said for items, said in lists if said and set(items) == every), None)


def holder(told: Any, path: str) -> HolderShown | None:
    """The holder of an office at a path of an event; null where none is told."""
    found = {name: fact(told, f"{path}.{name}") for name in HolderShown.model_fields}
    return HolderShown(**found) if any(found.values()) else None


def deputies(told: Any, path: str) -> DeputyFactList:
    paths = [f"{path}.items[{i}]" for i in range(length(told, path))]
    items = tuple(DeputyShown(**{name: fact(told, f"{p}.{name}") for name in DeputyShown.model_fields}) for p in paths)
    return DeputyFactList(items=items, **counted(told, path))


def listed(told: Any, path: str) -> FactList:
    """A list of plain values."""
    return FactList(items=facts(told, path + ".items[{}]", length(told, path)), **counted(told, path))


def facts(told: Any, path: str, count: int) -> tuple[Fact, ...]:
    """The first `count` values at a path such as `variants[{}]`."""
    return tuple(found for i in range(count) if (found := fact(told, path.format(i))))


def fields_told(event: Any, *beside: str | None) -> tuple[FieldTold, ...]:
    """Every field that an event tells, but for some, by its path; of persons no text."""
    person = isinstance(event, e.PersonRegistered | e.PersonDescribed)
    left_out = BESIDE.union(beside, ("reason",) if event.amends else (), SEALED if person else ())
    record: Record | None = getattr(event, "record", None)
    told: list[dict[str, Any]] = []
    for name, value in event.__dict__.items():
        if value is not None and name not in left_out:
            _tell(told, record, name, value)
    return _FIELDS.validate_python(told)


_FIELDS = TypeAdapter(tuple[FieldTold, ...])
"""Timelines hold hundreds, which one call makes in a third of the time."""


def _tell(told: list[dict[str, Any]], record: Record | None, path: str, value: Any) -> None:
    """Every value in a field."""
    kind = type(value)
    if kind in PLAIN:
        words = value if kind is str else worded(value)
        told.append({"field": path, "fact": {"value": words, "mark": mark(record, path)}})
    elif kind is tuple:
        for i, inner in enumerate(value):
            _tell(told, record, f"{path}[{i}]", inner)
    else:
        for name, inner in value.__dict__.items():
            if inner is not None:
                _tell(told, record, f"{path}.{name}", inner)


def length(told: Any, path: str) -> int:
    """How many items a list of an event names."""
    listed_ = getattr(told, path, None)
    return len(listed_.items) if listed_ else 0


def counted(told: Any, path: str) -> dict[str, Fact | None]:
    return {
        "declared_count": fact(told, f"{path}.declared_count"),
        "exhaustive": fact(told, f"{path}.exhaustive"),
    }


def together(told: Iterable[Any], kind: type[D]) -> list[list[D]]:
    """What holds of a kind, together what is told of the same, in the order of first telling."""
    events = list(told)
    found: dict[tuple[Any, ...], list[D]] = {event.subject: [] for event in events if isinstance(event, kind)}
    for event in holding(events):
        if isinstance(event, kind):
            found[event.subject].append(event)
    return list(found.values())


def latest(told: Iterable[Any], field: str) -> Fact | None:
    """What was told of a field last."""
    found: Fact | None = None
    for event in told:
        found = (fact(event, field) if hasattr(event, field) else None) or found
    return found


def of_day(told: Sequence[Any], field: str, on: date | None) -> Fact | None:
    """What holds of a field on a day, no surer than its own first day; the latest if no day is asked for."""
    telling = [event for event in until(told, on) if getattr(event, field, None) is not None]
    if not telling:
        return None
    found = fact(telling[-1], field)
    return resting(found, fact(telling[-1], "effective")) if found and on else found


def values(told: Iterable[Any], path: str) -> tuple[Fact, ...]:
    """All that a path is told to be, each value once."""
    return surest(found for event in told if (found := fact(event, path)))


def surest(found: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each value once, in order of first telling, as sure as it is told by anyone."""
    best: dict[str, Fact] = {}
    for one in found:
        known = best.get(one.value)
        best[one.value] = surest_of((known, one)) if known else one
    return tuple(best.values())


def named(answer: Any) -> set[Id]:
    """The organisations that an answer names."""
    found: set[Id] = set()
    _named(answer, False, found)
    return found


def _named(part: Any, naming: bool, found: set[Id]) -> None:
    kind: Any = type(part)
    if kind is Fact:
        if naming:
            found.add(part.value)
    elif kind is tuple:
        for one in part:
            _named(one, naming, found)
    elif kind is DisputeShown:
        _named(part.told, _naming(part.field), found)
    elif kind is FieldTold:
        if _naming(part.field):
            found.add(part.fact.value)
    else:
        for name in _parts(kind):
            if inner := part.__dict__[name]:
                _named(inner, name in NAMING, found)


@cache
def _parts(kind: type[Any]) -> tuple[str, ...]:
    """The fields of an answer, or of what is in one, that may hold more than plain values; none of a plain value."""
    if not issubclass(kind, BaseModel):
        return ()
    return tuple(name for name, field in kind.model_fields.items() if _holds_parts(field.annotation))


def _holds_parts(annotation: Any) -> bool:
    inner = get_args(annotation)
    return any(map(_holds_parts, inner)) if inner else isclass(annotation) and issubclass(annotation, BaseModel)


@lru_cache(maxsize=4_096)
def _naming(path: str) -> bool:
    """Whether a field names organisations, by its path such as `items[0].joining[1]`."""
    return path.rpartition(".")[2].partition("[")[0] in NAMING


async def recorded(view: View, model: Model, key: Id) -> Any:
    """A row that must be there, and something of it stand: an organisation's or a bloc's. Raises Missing."""
    doc = await view.get(model, key)
    if doc is None or not doc.stands:
        en, vi = KINDS[model.name]
        raise Missing(en=f"The {en} {key} is not recorded.", vi=f"Chưa ghi nhận {vi} {key}.")
    return doc


async def labels(view: View, answer: BaseModel, on: date | None = None) -> tuple[Label, ...]:
    """The names of the organisations in an answer on its day, if it is of one, as known at its position."""
    docs: dict[str, Organisation] = await view.many(ORGANISATIONS, named(answer))
    return tuple(label for key, doc in docs.items() if (label := _label(doc, key, on)))


@once
def _label(doc: Organisation | Bloc, key: Id, on: date | None) -> Label | None:
    name = shown(doc.told, on)
    return Label(id=key, name=name) if name else None


async def bloc_labels(view: View, blocs: Iterable[Id], on: date) -> tuple[Label, ...]:
    """The names of blocs on a day."""
    docs: dict[str, Bloc] = await view.many(BLOCS, blocs)
    return tuple(label for key, doc in sorted(docs.items()) if (label := _label(doc, key, on)))
