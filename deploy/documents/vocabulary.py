"""A service's model in one picture, and its events in one table."""

import ast
import functools
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, get_origin, get_type_hints

from services.kernel.decider import Fold
from services.kernel.events import Event, types_of
from services.kernel.provenance import Listed
from services.kernel.service import Service
from services.kernel.standing import FactRetracted, Retract
from services.kernel.text import ID

Schema = Mapping[str, Any]

SHARED = ("type", "effective", "record", "reason", "correction", "ruling")
"""Fields that need no row: what every fact may carry."""


def vocabulary(service: Service, rooms: Iterable[ModuleType], naming: Mapping[str, frozenset[str]]) -> str:
    """The page of a service. `rooms` hold its folds; `naming` says which fields hold ids of a kind of stream."""
    kinds = {kind: types for kind, types in sorted(_kinds(rooms).items()) if types}
    tellers = told_by(service)
    rows = [_row(service, tellers, kind, type_) for kind, types in kinds.items() for type_ in types]
    lines = [
        f"# {service.name.capitalize()}: what can happen",
        "",
        "Made from the code by `make proto`. A box is a kind of stream, an arrow the ids that its events hold. Persons",
        "are ids, their names sealed with a key of each person's own.",
        "",
        "```mermaid",
        "flowchart LR",
        *(f"  {kind}[{kind}]" for kind in kinds),
        *_arrows(kinds, naming),
        "```",
        "",
        "Every event, by the kind of stream that it belongs to, with the commands that tell it and the read models",
        "that fold it. A `?` marks what may be unsaid, `[]` a list, `[…]` one with its declared count and whether it",
        "is whole. Besides, each holds `effective` (the day on which it was true), `record` (how it is known; null",
        "for what is performed here), `correction` (of which event it takes the place), and `ruling` with its `reason`",
        "(where told values contradict each other). `FactRetracted`, which `Retract` tells, takes any of them back.",
        "",
        "| stream | event | told by | facts | read models |",
        "|---|---|---|---|---|",
        *rows,
    ]
    return "\n".join(lines) + "\n"


def _kinds(rooms: Iterable[ModuleType]) -> Mapping[str, list[type[Event]]]:
    """The event types of each kind of stream, as its fold takes them; a fold of any kind says nothing of it."""
    found: dict[str, list[type[Event]]] = {}
    for module in _modules(rooms):
        for fold in vars(module).values():
            if isinstance(fold, Fold) and fold.kind and fold.kind not in found:
                taken = list(get_type_hints(fold.evolve).values())[1]
                found[fold.kind] = [type_ for type_ in types_of(taken) if type_ is not FactRetracted]
    return found


def _modules(rooms: Iterable[ModuleType]) -> Iterator[ModuleType]:
    for room in rooms:
        yield room
        for inner in pkgutil.iter_modules(getattr(room, "__path__", ())):
            yield importlib.import_module(f"{room.__name__}.{inner.name}")


def told_by(service: Service) -> Mapping[str, list[str]]:
    """The commands of which each event type can come, as their decisions make it."""
    found: dict[str, list[str]] = {name: [] for name in service.vocabulary.types}
    for command, handler in service.handlers.items():
        made = {"FactRetracted"} if command is Retract else set(_made(handler.decide))
        for name in made & found.keys():
            found[name].append(command.__name__)
    return found


@functools.cache
def _made(decide: Callable[..., Any]) -> frozenset[str]:
    """The events that a decision makes by `tell(e.Event, …)`, `tell_once` or `e.Event(…)`, and what it calls in its
    module does.
    """
    found: set[str] = set()
    for call in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(decide)))):
        match call:
            case ast.Call(func=ast.Name(id="tell" | "tell_once"), args=[ast.Attribute(attr=name), *_]):
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="e"), attr=name)):
                found.add(name)
            case ast.Call(func=ast.Name(id=name)):
                called = decide.__globals__.get(name)
                if isinstance(called, FunctionType) and called.__module__ == decide.__module__ and called is not decide:
                    found |= _made(called)
            case _:
                pass
    return frozenset(found)


def _row(service: Service, tellers: Mapping[str, list[str]], kind: str, type_: type[Event]) -> str:
    name = type_.__name__
    schema = type_.model_json_schema()
    facts = ", ".join(_field(type_, field, schema) for field in type_.model_fields if field not in SHARED)
    models = ", ".join(model.name for model in service.models if name in model.types)
    told = ", ".join(tellers[name])
    return f"| `{kind}` | **{name}** | {told} | {facts} | {models or 'none: only decisions rest on it'} |"


def _field(type_: type[Event], name: str, schema: Schema) -> str:
    field = type_.model_fields[name]
    listed = inspect.isclass(field.annotation) and issubclass(field.annotation, Listed)
    many = get_origin(field.annotation) is tuple
    return name + ("[…]" if listed else "[]" if many else "" if name in schema.get("required", ()) else "?")


def _arrows(kinds: Mapping[str, list[type[Event]]], naming: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Which kinds of stream the events of a kind name, and by which fields."""
    for kind, types in kinds.items():
        fields = sorted({name for type_ in types for name in ids(type_.model_json_schema(), SHARED)})
        for other in kinds:
            by = [name for name in fields if name in naming.get(other, frozenset({other}))]
            if by and other != kind:
                yield f"  {kind} -- {', '.join(by)} --> {other}"


def ids(schema: Schema, without: Collection[str] = ()) -> Iterator[str]:
    """The fields that hold ids, of an event and of all its parts; not of the event's fields `without`."""
    yield from _within(schema, schema.get("$defs", {}), without)


def _within(shape: Schema, parts: Schema, without: Collection[str] = ()) -> Iterator[str]:
    for name, field in shape.get("properties", {}).items():
        if name in without:
            continue
        if _holds_id(field, parts):
            yield name
        for part in _named(field):
            listed = part.startswith("Listed")
            yield from _within(parts[part], parts, without=("items",) if listed else ())
            for inner in _named(parts[part]["properties"]["items"]) if listed else ():
                yield from _within(parts[inner], parts)


def _named(field: Schema) -> Iterator[str]:
    """The parts of which a field is made."""
    for one in (field, field.get("items", {}), *field.get("anyOf", ())):
        if "$ref" in one:
            yield one["$ref"].removeprefix("#/$defs/")


def _holds_id(field: Schema, parts: Schema) -> bool:
    inner = [*field.get("anyOf", ()), *([field["items"]] if "items" in field else ())]
    inner += [parts[part]["properties"]["items"] for part in _named(field) if part.startswith("Listed")]
    return field.get("pattern") == ID or any(_holds_id(one, parts) for one in inner)
