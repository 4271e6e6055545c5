"""What commands and events share: a command tells, its event keeps what was told.

Both derive from one class of facts, so that a path in `record.inferred` names the same field in both.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from services.kernel.decider import Command
from services.kernel.errors import Invalid, Refused, Violation
from services.kernel.events import Event
from services.kernel.provenance import Fact, Inference, Mark, Part, Record, Source

E = TypeVar("E", bound=Event)
P = TypeVar("P", bound=Part)

_STEP = r"[a-z][a-z0-9_]*(\[(0|[1-9][0-9]{0,5})\])?"
PERFORMED = Mark()
_PATH = re.compile(rf"{_STEP}(\.{_STEP})*")


class Told(BaseModel):
    """Facts that may be recorded from a document."""

    model_config = ConfigDict(frozen=True)

    effective: date | None = None
    """When it was true, a civil date in Vietnam."""
    record: Record | None = None
    """How it is known; null for an act performed in the system, to which the guards of its procedure then apply."""


def tell(kind: type[E], command: Command, /, **more: Any) -> E:
    """The event that keeps what the command tells (they share their fields), and what the decision adds."""
    return kind(**(dict(command) | more))


def require(holds: object, rule: str, *, en: str, vi: str) -> None:
    """Raises Refused with the rule's code where it does not hold."""
    if not holds:
        raise Refused(rule, en=en, vi=vi)


def named(command: Command) -> None:
    """That each path of `record.inferred` leads to what the command tells: of a slip the fact would be answered as
    stated. Raises Invalid.
    """
    record: Record | None = getattr(command, "record", None)
    if record is not None and (slips := list(_slips(command, record))):
        raise Invalid(*slips)


def _slips(command: Command, record: Record) -> Iterator[Violation]:
    for number, path in enumerate(inference.field for inference in record.inferred):
        try:
            if path != "*":
                _led(command, path)
        except _Slip as slip:
            en, vi = slip.args
            yield Violation(f"record.inferred[{number}].field", en=f"{path}: {en}", vi=f"{path}: {vi}")


class _Slip(Exception):
    """In English and in Vietnamese."""


def _led(command: Command, path: str) -> None:
    """Raises _Slip where a path leads to nothing that is told."""
    if not _PATH.fullmatch(path):
        raise _Slip("is no path such as members.items[1]", "không phải đường dẫn dạng members.items[1]")
    value: Any = command
    for step in _steps(path):
        if isinstance(step, str) and not _has(value, step):
            raise _Slip(f"there is no field {step}", f"không có trường {step}")
        if isinstance(step, int) and not (isinstance(value, tuple) and step < len(value)):
            raise _Slip(f"there is no item [{step}]", f"không có mục [{step}]")
        value = getattr(value, step) if isinstance(step, str) else value[step]
        if not _holds(value):
            raise _Slip("is not told, so nothing of it is inferred", "không được nêu nên không có gì để suy ra")


def _has(value: Any, name: str) -> bool:
    """A field that whoever sends the command may fill in; a record tells nothing of itself."""
    field = type(value).model_fields.get(name) if isinstance(value, BaseModel) else None
    return field is not None and not field.exclude and field.annotation != Record | None


def _holds(value: Any) -> bool:
    match value:
        case tuple():
            return any(map(_holds, value))
        case BaseModel():
            return any(_holds(part) for _, part in value)
        case _:
            return value is not None


def inferring(record: Record | None, field: str, basis: str) -> Record | None:
    """The record with one more inferred field; null stays null."""
    if record is None:
        return None
    return record.model_copy(update={"inferred": (*record.inferred, Inference(field=field, basis=basis))})


def fact(told: Any, path: str, basis: str | None = None) -> Fact | None:
    """A field of an event as a marked value, by its path such as `head.agency`; null where it is not told.

    With a `basis` it is inferred, whatever the record says.
    """
    value = told
    for step in _steps(path):
        if value is None:
            return None
        value = getattr(value, step) if isinstance(step, str) else value[step]
    if value is None:
        return None
    return known(value if type(value) is str else worded(value), mark(getattr(told, "record", None), path, basis))


def known(value: str, mark: Mark) -> Fact:
    """A fact of an answer. Answers hold hundreds, which pydantic's validator alone makes in half the time."""
    return Fact.__pydantic_validator__.validate_python({"value": value, "mark": mark})  # type: ignore[no-any-return]


@lru_cache(maxsize=4_096)
def _steps(path: str) -> tuple[str | int, ...]:
    """Names of fields and numbers of items."""
    return tuple(name or int(index) for name, index in re.findall(r"(\w+)|\[(\d+)\]", path))


def first(told: Iterable[Any], path: str) -> Fact | None:
    """What was told first of a path that all of them have."""
    return next((found for event in told if (found := fact(event, path))), None)


def agreed(told: Sequence[Any], path: str) -> Fact | None:
    """A field of events that tell one thing: as the first tells it who states it, or else the first."""
    if len(told) == 1:  # nearly always
        return fact(told[0], path)
    return surest_told(fact(event, path) for event in told)


def surest_told(told: Iterable[Fact | None]) -> Fact | None:
    """The surest of facts that agree; null where there is none."""
    found = [one for one in told if one]
    return surest_of(found) if found else None


def surest_of(same: Sequence[P]) -> P:
    """Of facts, or parts of answers, that agree the first that is stated throughout, or else the first."""
    return next((one for one in same if _stated(one)), same[0])


def _stated(one: Part) -> bool:
    if type(one) is Fact:  # isinstance asks a metaclass
        return one.mark.certainty == "STATED"
    return all(_stated(known) for _, known in one if isinstance(known, Fact))


def added(told: Any, path: str, basis: str) -> Fact | None:
    """What a decision added to what it was told: of a record we infer it, of a performed act it is part."""
    return fact(told, path, basis if told is not None and told.record else None)


def mark(record: Record | None, path: str, basis: str | None = None) -> Mark:
    known = record.mark(path) if record else PERFORMED
    return known if basis is None else known.model_copy(update={"certainty": "INFERRED", "basis": basis})


def weakest(own: Mark, *others: Mark) -> Mark:
    """A value's own mark, made inferred where anything else it rests on is."""
    inferred = [m for m in (own, *others) if m.certainty == "INFERRED"]
    if all(m is own for m in inferred):
        return own
    basis = "; ".join(dict.fromkeys(m.basis for m in inferred if m.basis))
    return own.model_copy(update={"certainty": "INFERRED", "basis": basis or None})


def resting(value: Fact, *on: Fact | Mark | None) -> Fact:
    """The fact, no surer than the others that it rests on, or than a mark says, as far as there are any."""
    found = weakest(value.mark, *(one.mark if isinstance(one, Fact) else one for one in on if one))
    return value if found is value.mark else known(value.value, found)


def cited(told: Fact, source: Source | None) -> Fact:
    """A fact of another service with the document that its mark names."""
    return told.model_copy(update={"mark": told.mark.model_copy(update={"document": source})})


def sources(marks: Iterable[Mark]) -> tuple[Source, ...]:
    """The documents that the marks of an answer name, by id; one that was told in several ways once for each."""
    documents = {id(one.document): one.document for one in marks if one.document}  # mostly of one and the same object
    return tuple(sorted(dict.fromkeys(documents.values()), key=attrgetter("id")))


def differ(events: Sequence[Any], *fields: str) -> bool:
    """Whether a field that several events tell, such as `tasks.declared_count`, has several values."""
    told = {field: [v for event in events if (v := attrgetter(field)(event)) is not None] for field in fields}
    return any(value != values[0] for values in told.values() for value in values)


def worded(value: Any) -> str:
    """The text of a value in answers: ISO dates, `true` and `false`, plain figures."""
    match value:
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case _:
            return str(value)
