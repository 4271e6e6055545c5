"""What had come to be by a day: the same answers, without what was told to be later.

What a ruling settled otherwise was never so, whatever day the ruling tells.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import wraps
from typing import Any, TypeVar

from pydantic import BaseModel

from services.kernel.errors import Refused
from services.kernel.fold import Doc, Model, Rank
from services.kernel.once import once
from services.kernel.standing import standing
from services.kernel.view import View
from services.registry.domain.ruling import holding
from services.registry.projections import RENAMED, day_of

A = TypeVar("A", bound=BaseModel)
Q = TypeVar("Q", bound="ByDay")

DAYS = 2  # of which a process keeps how a row was
WEIGHED = 2_000  # rows looked at for what they were on a day, for one answer


class ByDay(BaseModel):
    """A question that can be asked of a day."""

    on: date | None = None
    """What was told to be by this day; all if absent. What has no day of its own always counts."""


class Then(View):
    """A view without what was told to be after a day."""

    def __init__(self, view: View, on: date) -> None:
        self.__dict__.update(view.__dict__)
        self._on = on

    async def many(self, model: Model, keys: Iterable[str]) -> dict[str, Doc]:
        return {key: by(doc, self._on) for key, doc in (await super().many(model, keys)).items()}

    async def find(
        self, model: Model, *terms: str, limit: int = 100, after_key: str | None = None
    ) -> list[tuple[str, Doc]]:
        found = await super().find(model, *terms, limit=limit, after_key=after_key)
        return [(key, by(doc, self._on)) for key, doc in found]

    async def ranked(
        self,
        model: Model,
        *terms: str,
        first: Sequence[Sequence[str]] = (),
        after: Rank | None = None,
        limit: int = 100,
    ) -> list[tuple[Rank, Doc]]:
        """By what was told by the day. Each row that was called otherwise on another day is weighed; all others come in
        the order that they have now, until enough of them were there on the day. Raises Refused.
        """
        renamed = dict(await self.find(model, *terms, RENAMED, limit=WEIGHED + 1))
        found = _there(model, renamed, [terms, *first], after)
        looked_at, enough, last, size = len(renamed), len(found) + limit, after, limit
        while looked_at <= WEIGHED:
            page = await super().ranked(model, *terms, first=first, after=last, limit=size)
            others = {key: by(doc, self._on) for (*_, key), doc in page if key not in renamed}
            found += _there(model, others, [terms, *first])
            if len(page) < size or len(found) >= enough:
                return sorted(found)[:limit]
            looked_at, last, size = looked_at + size, page[-1][0], min(4 * size, WEIGHED)
        raise Refused(
            "find.words",
            en=f"more than {WEIGHED} would have to be looked at for that day: give more words, or no day",
            vi=f"phải xem hơn {WEIGHED} kết quả của ngày đó: xin nêu thêm từ, hoặc không nêu ngày",
        )

    async def having(self, model: Model, terms: Iterable[str]) -> list[tuple[str, Doc]]:
        return [(key, by(doc, self._on)) for key, doc in await super().having(model, terms)]


def _there(
    model: Model, found: Mapping[str, Doc], first: Sequence[Sequence[str]], after: Rank | None = None
) -> list[tuple[Rank, Doc]]:
    """Those of the rows that have all of the first terms, from after a rank, each after its rank by the others."""
    ranks = ((*model.rank(key, doc, first), doc) for key, doc in found.items())
    return [(rank, doc) for lacks, *rank, doc in ranks if not lacks and rank > (after or [])]


def _by(doc: Doc, on: date) -> Doc:
    """A row without what stands of it and was told to be after a day, nor what that replaced or overruled."""
    events = getattr(doc, "events", None)
    if events is None:
        return doc
    told = standing((telling.version, telling.event) for telling in events)
    held = {id(event) for event in holding(one.event for one in told)}
    kept = {version for one in told if id(one.event) in held and _come(one.event, on) for version in one.told_by}
    if len(kept) == len(events):
        return doc
    return doc.model_copy(update={"events": tuple(telling for telling in events if telling.version in kept)})


by = once(_by, DAYS)


def _come(event: Any, on: date) -> bool:
    day = day_of(event)
    return day is None or day <= on


def by_day(answer: Callable[[Q, View], Awaitable[A]]) -> Callable[[Q, View], Awaitable[A]]:
    """The answer of a query, of the day that is asked for."""

    @wraps(answer)
    async def answered(asked: Q, view: View) -> A:
        return await answer(asked, view if asked.on is None else Then(view, asked.on))

    return answered
