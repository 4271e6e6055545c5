"""What a read model is, and the one way in which events change its rows. Pure.

A model says which rows an event touches and how each changes. Between two events a document exists as its stored bytes
alone, so that where a page ends, which process folds it, or what a change does to the object that it was given never
shows in what is stored.
"""

import contextlib
import pickle
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, partial
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin

import orjson
from pydantic import BaseModel

from services.kernel.events import Event, Position, Recorded, Row, Vocabulary

TERM_BREAK = "\x1f"

Doc = Any
"""An instance of the model's `doc`, or a plain dict of JSON values where it names none."""
Rank = list[Any]
"""For each of some sets of terms whether a row lacks any of them, then the row's place and its key."""
Epochs = Sequence[tuple[int, int]]
"""Every epoch of a log, and the last position that it took over."""


def by_stream(recorded: Recorded[Any]) -> tuple[str]:
    """Keys of a model that has one row per stream."""
    return (recorded.stream,)


@dataclass(frozen=True)
class Model:
    """A read model. Its functions are pure, and at the top level of a module: a rebuild sends them to processes."""

    name: str
    """Of its table in the schema `read`."""
    log: str
    """The service whose log it folds."""
    vocabulary: Vocabulary[Any]
    handles: tuple[type[Event], ...]
    """The types that it folds; it is not shown others."""
    keys: Callable[[Recorded[Any]], Iterable[str]]
    """The rows that an event touches."""
    change: Callable[[str, Doc | None, Recorded[Any]], Doc | None]
    """A touched row after the event, from what it was (null: not there); null takes it away."""
    doc: type[BaseModel] | None = None
    """Its fields must come back from JSON as they went, from which nulls are left out, so that an event's next optional
    field changes no row; no sets, which have no order."""
    terms: Callable[[Doc], Iterable[str]] | None = None
    """Look-up words of a row, such as `year:2021`; for `View.find`."""
    place: Callable[[Doc], str] | None = None
    """The text that puts rows in order, by code point; for `View.ranked`. Rows of one text are in the order of keys."""
    history: Literal["rows", "stream"] = "rows"
    """How the past is answered: from rows kept with their range of positions, or (keys `by_stream` alone, no terms, of
    the service's own log) by folding the row's stream again, which keeps the table small."""
    on_poison: Literal["stop", "park"] = "stop"
    """What an event does that `change` fails on. One that cannot be decoded or that `keys` fails on always stops."""
    version: int = 1
    """Grows when its functions come to mean something else: the engine that finds an older table rebuilds it. So it
    does when `indexes` change, which only a new table gets."""
    indexes: tuple[tuple[str, ...], ...] = ()
    """Columns of its table by which others than `View` read it."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", self.name) or "__" in self.name:
            raise ValueError(f"{self.name!r} is no name for a read model")
        made_of = _classes(self.doc, set())
        if any(issubclass(one, Set) for one in made_of):
            raise ValueError(f"{self.name}: a set has no order, use a sorted tuple")
        if undefaulted := sorted(_undefaulted(made_of)):
            raise ValueError(f"{self.name}: give {', '.join(undefaulted)} the default None, for nulls are not stored")
        if self.place is not None and self.terms is None:
            raise ValueError(f"{self.name}: rows are put in order where they are found by terms")
        if self.history == "stream" and (self.keys is not by_stream or self.terms is not None):
            raise ValueError(f"{self.name}: only a row per stream, without terms, can be folded again from its stream")
        try:
            pickle.dumps((self.keys, self.change, self.terms, self.place))
        except (pickle.PicklingError, AttributeError) as error:
            raise ValueError(f"{self.name}: its functions must stand at the top level of a module") from error

    @cached_property
    def types(self) -> frozenset[str]:
        return frozenset(event.model_fields["type"].default for event in self.handles)

    def rank(self, key: str, doc: Doc, first: Sequence[Collection[str]]) -> Rank:
        """Where a row comes among others that are found: first those with all terms of the first of `first`, and so
        on; those that have the same by their place. For models with terms and a place.
        """
        assert self.terms is not None
        assert self.place is not None
        terms = set(self.terms(doc))
        return [*(not terms.issuperset(some) for some in first), self.place(doc), key]

    @property
    def encode(self) -> Callable[[Doc], bytes]:
        return _plain if self.doc is None else partial(self.doc.__pydantic_serializer__.to_json, exclude_none=True)

    @property
    def decode(self) -> Callable[[bytes | str], Doc]:
        return orjson.loads if self.doc is None else self.doc.__pydantic_validator__.validate_json


def _classes(annotation: Any, found: set[type]) -> set[type]:
    """`found`, and the classes that such a value is made of, at any depth. Pydantic's schema tells it too, but was a
    fifth of the time that a rebuild's process took to start."""
    kind, within = get_origin(annotation) or annotation, get_args(annotation)
    if isinstance(kind, type):
        if issubclass(kind, BaseModel) and kind not in found:
            within = tuple(field.annotation for field in kind.model_fields.values())
        found.add(kind)
    for one in within:
        _classes(one, found)
    return found


def _undefaulted(classes: Iterable[type]) -> Iterator[str]:
    """The fields that may be null and are required all the same."""
    for one in classes:
        for name, field in one.model_fields.items() if issubclass(one, BaseModel) else ():
            if field.is_required() and NoneType in get_args(field.annotation):
                yield f"{one.__name__}.{name}"


def _plain(doc: Doc) -> bytes:
    return orjson.dumps(doc, option=orjson.OPT_SORT_KEYS)


class Poison(Exception):
    """An event that a model cannot fold; the model stands still before it."""

    def __init__(self, model: str, at: Position, type_: str, why: str) -> None:
        super().__init__(model, at, type_, why)
        self.model, self.at, self.type, self.why = model, at, type_, why

    def __str__(self) -> str:
        return f"{self.model} stops at {self.type}, epoch {self.at.epoch}, position {self.at.position}: {self.why}"


def lost(known: Position, epochs: Epochs) -> bool:
    """Whether the log no longer holds this position, because a later epoch began before it."""
    return any(epoch > known.epoch and after < known.position for epoch, after in epochs)


class Range(NamedTuple):
    """A row as it was from the position `since` until before `until` (null: it still is)."""

    key: str
    since: int
    until: int | None
    terms: str
    doc: bytes
    place: str = ""


class Parked(NamedTuple):
    position: int
    keys: list[str]
    error: str | None


class Fold:
    """Rows in memory, and how events change them: live, in a rebuild, and for an answer about the past."""

    def __init__(self, model: Model, *, parks: bool | None = None) -> None:
        self.model = model
        self.parks = model.on_poison == "park" if parks is None else parks
        self.current: dict[str, Range] = {}
        self.stored: dict[str, int] = {}
        """Where the rows that came from the table begin: an ended one is changed there, any other is new."""
        self.ended: list[Range] = []
        """Rows as they were; of a model without past rows only those that the table holds."""
        self.blocked: set[str] = set()
        """Keys with a parked event: what comes later for them is parked too."""
        self.parked: list[Parked] = []
        self._kind = model.doc or dict
        self._encode, self._decode = model.encode, model.decode
        self._keeps_past = model.history == "rows"

    def event(self, recorded: Recorded[Any], keys: Sequence[str]) -> None:
        """Raises Poison, having changed nothing, where the model does not park."""
        if self.blocked and not self.blocked.isdisjoint(keys):
            self._park(recorded, keys, None)
            return
        try:
            if len(keys) == 1:  # nearly always
                after: Sequence[Range | None] = (self._changed(keys[0], recorded),)
            else:
                after = [self._changed(key, recorded) for key in keys]
        except Exception as error:
            if not self.parks:
                raise poison(self.model, recorded, error) from error
            self._park(recorded, keys, describe(error))
            return
        for i, new in enumerate(after):
            self._put(keys[i], new, recorded.position)

    def _changed(self, key: str, recorded: Recorded[Any]) -> Range | None:
        """The row after the event: the very same one if nothing has changed."""
        model, old = self.model, self.current.get(key)
        doc = model.change(key, None if old is None else self._decode(old.doc), recorded)
        if doc is None:
            return None
        if type(doc) is not self._kind:
            raise TypeError(f"{model.name}: a row is a {self._kind.__name__}, not a {type(doc).__name__}")
        terms = "" if model.terms is None else _joined(model.terms(doc))
        place = "" if model.place is None else model.place(doc)
        stored = self._encode(doc)
        if old is not None and old.doc == stored and old.terms == terms and old.place == place:
            return old
        return Range(key, recorded.position, None, terms, stored, place)

    def _put(self, key: str, new: Range | None, position: int) -> None:
        old = self.current.get(key)
        if new is old:
            return
        if old is not None and (self._keeps_past or self.stored.get(key) == old.since):
            self.ended.append(old._replace(until=position))
        if new is not None:
            self.current[key] = new
        else:
            del self.current[key]

    def _park(self, recorded: Recorded[Any], keys: Sequence[str], error: str | None) -> None:
        self.blocked.update(keys)
        self.parked.append(Parked(recorded.position, list(keys), error))


def poison(model: Model, recorded: Recorded[Any], error: Exception) -> Poison:
    at = Position(recorded.epoch, recorded.position)
    return Poison(model.name, at, recorded.event.type, describe(error))


def describe(error: Exception) -> str:
    """What an operator is told; without the values of an event, which may be personal."""
    if errors := getattr(error, "errors", None):
        with contextlib.suppress(Exception):
            return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in errors(include_input=False)[:5])
    return f"{type(error).__name__}: {error}"[:500]


def _joined(terms: Iterable[str]) -> str:
    words = sorted(set(terms))
    if any(not word or TERM_BREAK in word for word in words):
        raise ValueError("a term is empty or holds a control character")
    return TERM_BREAK.join(words)


class Step(NamedTuple):
    """An event that a model folds, and the rows it touches."""

    recorded: Recorded[Any]
    keys: list[str]


def steps(model: Model, rows: Sequence[Row], discarded: Collection[Position] = ()) -> tuple[list[Step], Poison | None]:
    """What of a page the model folds, up to the first event that cannot be read, with why it cannot."""
    types = model.types
    wanted = [row for row in rows if row.type in types and row.at not in discarded]
    recorded, stop = _decoded(model, wanted)
    made: list[Step] = []
    for one in recorded:
        try:
            made.append(Step(one, keys_of(model, one)))
        except Exception as error:
            return made, poison(model, one, error)
    return made, stop


def keys_of(model: Model, recorded: Recorded[Any]) -> list[str]:
    """The keys that an event touches, each once."""
    if model.keys is by_stream:
        return [recorded.stream]
    keys = list(dict.fromkeys(model.keys(recorded)))
    if "\0" in "".join(keys):
        raise ValueError("a key holds a NUL")
    return keys


def _decoded(model: Model, rows: Sequence[Row]) -> tuple[list[Recorded[Any]], Poison | None]:
    try:
        return (model.vocabulary.decode(rows) if rows else []), None
    except ValueError:
        good: list[Recorded[Any]] = []
        for row in rows:
            try:
                good += model.vocabulary.decode([row])
            except ValueError as error:
                return good, Poison(model.name, row.at, row.type, describe(error))
        raise
