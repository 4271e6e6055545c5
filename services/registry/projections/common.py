"""What every read model of registry is made of: rows that keep what was told, and the names in it."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from services.kernel.events import Recorded
from services.kernel.standing import FactRetracted, Telling, and_then, holds
from services.kernel.text import by_code_point, vietnamese
from services.registry.domain.naming import found_by, shown
from services.registry.domain.ruling import holding

DAY_FIELDS = ("effective", "start", "elected_on", "seen_on", "dated", "in_force_on")
"""Where an event tells the day of which it speaks: the first that is told counts. What is seen on a day is so from that
day on, as far as is told.
"""
RENAMED = "renamed"
"""The look-up word of what is told of several days to be called something."""
KEPT = 8_192  # names of which a process keeps how they are found

E = TypeVar("E")
T = TypeVar("T", bound="Told[Any]")


class Told(BaseModel, Generic[E]):
    """All that one stream told, oldest first, of what a model keeps."""

    events: tuple[Telling[Any], ...] = ()

    @property
    def told(self) -> list[E]:
        """What stands of it."""
        return holds(self.events)


def own(kind: str, field: str, recorded: Recorded[Any]) -> tuple[str, ...]:
    """The key of a model that has a row for each thing of a kind: what an event names in this field.

    A retraction does not say it; it stands in the stream's name, which may be one of another kind.
    """
    if not isinstance(recorded.event, FactRetracted):
        return (getattr(recorded.event, field),)
    name, _, key = recorded.stream.partition(":")
    return (key,) if name == kind else ()


def told_in(row: type[T], key: str, doc: T | None, recorded: Recorded[Any]) -> T | None:
    """A row and one event more. Nothing where the first is a retraction: the stream is one that other models keep."""
    if doc is None and isinstance(recorded.event, FactRetracted):
        return None
    return row(events=and_then(doc.events if doc else (), recorded))


def with_one(found: tuple[str, ...], one: str) -> tuple[str, ...]:
    """What was found, in the order of first telling."""
    return found if one in found else (*found, one)


def names_of(told: Iterable[Any]) -> list[str]:
    """All that something is called by what holds of these, in their order: names and variants, a document's number and
    title.
    """
    fields = ("name", "short_name", "number", "title")
    called = (
        (*(getattr(event, field, None) for field in fields), *getattr(event, "variants", ())) for event in holding(told)
    )
    found = [name for names in called for name in names]
    return list(dict.fromkeys(name for name in found if name))


# Of organisations, blocs and documents: a person's name no memory may keep when the person is forgotten.
_found_by: Callable[[str], tuple[str, ...]] = lru_cache(maxsize=KEPT)(found_by)


def name_terms(doc: Any) -> list[str]:
    """The look-up words of a row by what it is called."""
    days = {day_of(event) for event in holding(doc.told) if hasattr(event, "name") or hasattr(event, "title")}
    return [*(term for name in names_of(doc.told) for term in _found_by(name)), *([RENAMED] if len(days) > 1 else ())]


def day_field(event: Any) -> str | None:
    """The field that tells the day of which an event speaks."""
    told = event.__dict__  # pydantic takes long to say that there is no such field
    return next((field for field in DAY_FIELDS if told.get(field) is not None), None)


def day_of(event: Any) -> date | None:
    """The day of which an event speaks; null where it tells none."""
    field = day_field(event)
    return getattr(event, field) if field else None


def name_place(doc: Any) -> str:
    """The place of a row in the Vietnamese order of the names that are shown."""
    return _place(shown(doc.told) or "")


@lru_cache(maxsize=KEPT)
def _place(name: str) -> str:
    return by_code_point(vietnamese(name))
