"""The deputies of a bloc's head, as one or several sources tell them."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from typing import NamedTuple

from services.kernel.provenance import Fact
from services.kernel.telling import fact, mark, surest_told, weakest
from services.registry import events as e
from services.registry.domain.head import Head, agreed, head_of
from services.registry.domain.leadership import Change, Claim, Leadership
from services.registry.domain.representing import represented
from services.registry.domain.terms import Marks, Term, tells_entry


class Deputising(NamedTuple):
    """A deputy as one or several sources tell it."""

    deputy: Head
    rank: Fact | None
    disputed: bool
    """Whether another source tells another person, another rank or another agency of it."""


def deputising(leadership: Leadership, head: Head, day: date) -> list[Deputising]:
    """The deputies on a day on which this is the head, by the terms that tell of it.

    They are no surer than that it is the head. One that several sources tell alike comes once; what contradicts each
    other, beside each other.
    """
    rests_on = tuple(one.mark for one in (head.agency, head.person) if one)[:1]
    claims = [claim for claim in leadership.claims if _under(claim, head)]
    told = _deputies(claims, day, leadership.changes, rests_on)
    groups: list[list[_Deputy]] = []
    for one in told:
        agreeing = next((group for group in groups if all(_one_deputy(one, other) for other in group)), None)
        if agreeing is None:
            groups.append([one])
        else:
            agreeing.append(one)
    return [
        Deputising(
            reduce(agreed, (one.deputy for one in group)),
            surest_told(one.rank for one in group),
            any(_contradicted(one, told) for one in group),
        )
        for group in groups
    ]


def disputed_deputies(leadership: Leadership, year: int) -> set[tuple[tuple[int, ...], int]]:
    """The deputies of a year whom another source tells otherwise: the versions of the claim, and which of its items."""
    claims = [claim for claim in leadership.claims if claim.year == year]
    told = _deputies(claims, None, leadership.changes, ())
    return {(claims[one.claim].told_by, one.item) for one in told if _contradicted(one, told)}


class _Deputy(NamedTuple):
    """A deputy as one item of one claim tells it."""

    claim: int
    item: int
    deputy: Head
    rank: Fact | None

    def of(self, field: str) -> str | None:
        told: Fact | None = self.rank if field == "rank" else getattr(self.deputy, field)
        return told.value if told else None


def _under(claim: Claim, head: Head) -> bool:
    """Whether the claim tells of the deputies of this head."""
    of_its_year = claim.head is None and head.year is not None and str(claim.year) == head.year.value
    return of_its_year or set(claim.told_by) <= {*head.told_by}


def _deputies(claims: Iterable[Claim], day: date | None, changes: Iterable[Change], rests_on: Marks) -> list[_Deputy]:
    """Every deputy that claims tell of, as represented on a day, or first."""
    return [
        _Deputy(
            number,
            i,
            head_of(term, (term.year_mark, *rests_on)),
            rank and rank.model_copy(update={"mark": weakest(rank.mark, *rests_on)}),
        )
        for number, claim in enumerate(claims)
        for i, deputy in enumerate(claim.deputies.items)
        for term in represented(_bare(claim, deputy, f"deputies.items[{i}]"), day, changes)
        for rank in [fact(claim, f"deputies.items[{i}].rank")]
    ]


def _one_deputy(one: _Deputy, other: _Deputy) -> bool:
    """Whether two tell the same of one deputy."""
    return _one_seat(one, other) and not any(
        one.of(field) and other.of(field) and one.of(field) != other.of(field) for field in ("agency", "person", "rank")
    )


def _one_seat(one: _Deputy, other: _Deputy) -> bool:
    return any(one.of(field) and one.of(field) == other.of(field) for field in ("agency", "person"))


def _contradicted(one: _Deputy, told: Sequence[_Deputy]) -> bool:
    """Whether another claim tells it otherwise, or changes of one day name another person."""
    for other in told:
        if _one_seat(one, other) and not _one_deputy(one, other):
            same = [x for x in told if x.claim == other.claim]
            if other.claim != one.claim and not any(_one_deputy(one, x) for x in same):
                return True
            if (other.claim, other.item) == (one.claim, one.item):
                return True
    return False


def _bare(claim: Claim, holder: e.Holder, field: str) -> Term:
    """A holder of a claim's term without its days."""
    return Term(
        versions=claim.told_by,
        year=claim.year,
        year_mark=mark(claim.record, "year"),
        head=e.Holder(agency=holder.agency, person=holder.person, title=holder.title),
        record=claim.record,
        head_field=field,
        elected=False,
        elected_on=None,
        start=None,
        last=None,
        given_up=False,
        seen_on=None,
        entered=tells_entry(claim),
    )
