"""What commands and events share: a command tells, its event keeps what was told.

Both derive from one class of facts, so that a path in `record.inferred` names the same field in both.
"""

import re
from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from services.kernel.decider import Command
from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.provenance import Fact, Inference, Mark, Record

E = TypeVar("E", bound=Event)


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
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        if value is None:
            return None
        value = getattr(value, name) if name else value[int(index)]
    return None if value is None else Fact(value=worded(value), mark=mark(told.record, path, basis))


def added(told: Any, path: str, basis: str) -> Fact | None:
    """What a decision added to what it was told: of a record we infer it, of a performed act it is part."""
    return fact(told, path, basis if told is not None and told.record else None)


def mark(record: Record | None, path: str, basis: str | None = None) -> Mark:
    known = record.mark(path) if record else Mark()
    return known if basis is None else known.model_copy(update={"certainty": "INFERRED", "basis": basis})


def weakest(own: Mark, *others: Mark) -> Mark:
    """A value's own mark, made inferred where anything else it rests on is."""
    inferred = [m for m in (own, *others) if m.certainty == "INFERRED"]
    if not inferred:
        return own
    basis = "; ".join(dict.fromkeys(m.basis for m in inferred if m.basis))
    return own.model_copy(update={"certainty": "INFERRED", "basis": basis or None})


def resting(value: Fact, *on: Fact | None) -> Fact:
    """The fact, no surer than the others that it rests on, as far as there are any."""
    return value.model_copy(update={"mark": weakest(value.mark, *(fact_.mark for fact_ in on if fact_))})


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
