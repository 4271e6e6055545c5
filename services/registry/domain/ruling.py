"""Rulings: a record that says which of what was told in contradicting ways holds, by whom and why."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from services.kernel.telling import require
from services.registry import events as e

E = TypeVar("E")


def holding(told: Iterable[E]) -> list[E]:
    """What one stream tells without what a later ruling settled otherwise."""
    events = list(told)
    if not any(map(rules, events)):  # nearly always
        return events
    return unsettled(events, rules, _fact_of)


def unsettled(told: Sequence[E], rules: Callable[[E], object], fact_of: Callable[[E], object]) -> list[E]:
    """The same of whatever says which fact is told, and whether by a ruling."""
    last = {fact_of(one): i for i, one in enumerate(told) if rules(one)}
    return [one for i, one in enumerate(told) if i >= last.get(fact_of(one), 0)]


def until(told: Sequence[Any], on: date | None) -> list[Any]:
    """What holds on a day, oldest first; what has no day of its own holds from the beginning."""
    dated = sorted(told, key=lambda event: event.effective or date.min)
    return [event for event in dated if on is None or event.effective is None or event.effective <= on]


def rules(event: object) -> bool:
    return vars(event).get("ruling") is not None  # asked of all that is told: isinstance asks a metaclass


def _fact_of(event: Any) -> tuple[Any, ...]:
    """Which fact of its stream is told, so that a ruling on it is a ruling on no other."""
    return (type(event), *event.subject) if isinstance(event, e.Disputable) else (type(event),)


def settles(told: e.Disputable, known: object) -> None:
    """Of a command that carries a ruling: it has a document and an author, and something to rule on. Raises Refused."""
    if told.ruling is None:
        return
    by = told.ruling.by
    require(
        told.record,
        "ruling.document",
        en="record: a ruling is recorded from its document.",
        vi="record: kết luận phải được ghi nhận theo văn bản.",
    )
    require(
        by.agency or by.person or by.words,
        "ruling.by",
        en="ruling.by: name who ruled.",
        vi="ruling.by: cần nêu ai kết luận.",
    )
    require(
        known,
        "ruling.nothing",
        en="ruling: nothing is told of it yet that a ruling could settle.",
        vi="ruling: chưa có thông tin nào để kết luận.",
    )
