"""What shows that a year has come to a state, of those states that registry sees: one rule for all who ask.

States guide what is due next and are no preconditions: a year may be summed up of which nothing before is recorded.
Of a conference, launch or inspection each record counts that tells of the year, in whatever order they are told; by
inference where another tells otherwise.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

from services.kernel.once import once
from services.kernel.provenance import Fact, Mark
from services.kernel.telling import differ, fact, resting, surest_told
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.head import Head
from services.registry.domain.leadership import Leadership
from services.registry.queries.acts import YearAct
from services.registry.queries.common import values
from services.registry.queries.covenant import CovenantShown
from services.registry.queries.plan import PlanShown

DISPUTED = Mark(certainty="INFERRED", basis="another record tells otherwise of it / có ghi nhận khác về việc này")


class OfYear(Protocol):
    """What is told of a bloc's year."""

    @property
    def bloc(self) -> Id: ...
    @property
    def year(self) -> int: ...
    @property
    def leadership(self) -> Leadership: ...
    @property
    def heads(self) -> Sequence[Head]: ...
    @property
    def covenant(self) -> CovenantShown | None: ...
    @property
    def plan(self) -> PlanShown | None: ...
    @property
    def acts(self) -> Sequence[YearAct]: ...


class Done(NamedTuple):
    """What did something, and when."""

    what: Fact
    on: Fact | None


def done(state: e.YearState, told: OfYear, on: date | None = None) -> Done | None:
    """What shows that the year has come to the state, by the day if one is given: first what is stated."""
    every = [one for one in EVIDENCE[state](told) if on is None or one.on is None or one.on.value <= str(on)]
    stated = (one for one in every if one.what.mark.certainty == "STATED")
    return next(stated, every[0] if every else None)


def _led(told: OfYear) -> Iterator[Done]:
    for head in told.heads:
        if who := head.agency or head.person:
            claims = [c for c in told.leadership.claims if c.year == told.year and set(c.told_by) & set(head.told_by)]
            day = next((Fact(value=str(d), mark=who.mark) for c in claims if (d := c.elected_on or c.start)), None)
            yield Done(resting(who, head.year), day)


def _launched(told: OfYear) -> Iterator[Done]:
    return _acts(told, e.MovementLaunched, "movement", year=told.year)


def _covenanted(told: OfYear) -> Iterator[Done]:
    covenant = told.covenant
    if covenant and covenant.signed and covenant.signed.value == "true":
        yield Done(resting(covenant.signed, covenant.year), covenant.signed_on)


def _planned(told: OfYear) -> Iterator[Done]:
    plan = told.plan
    if plan and plan.status and plan.status.value == "APPROVED":
        yield Done(resting(plan.status, plan.year), plan.approved_on)


def _mid_reviewed(told: OfYear) -> Iterator[Done]:
    return _acts(told, e.ConferenceHeld, "conference", kind="MIDYEAR", during=told.year)


def _inspected(told: OfYear) -> Iterator[Done]:
    return _acts(told, e.InspectionHeld, "inspection", year=told.year)


def _summed_up(told: OfYear) -> Iterator[Done]:
    return _acts(told, e.ConferenceHeld, "conference", kind="SUMMATION", closes=told.year)


def _acts(told: OfYear, of: type[Any], name: str, **counts: Any) -> Iterator[Done]:
    """The acts of the bloc of which the records that do not tell otherwise tell, together, all by which they count."""
    counts |= {"bloc": told.bloc}
    for act in told.acts:
        yield from _shown_by(act, of, name, *counts.items())


@once
def _shown_by(act: YearAct, of: type[Any], name: str, *counts: tuple[str, Any]) -> tuple[Done, ...]:
    records = act.of(of)
    agreeing = [one for one in records if all(getattr(one, f) in (None, value) for f, value in counts)]
    by = [surest_told(fact(one, field) for one in agreeing) for field, _ in counts]
    what = surest_told(fact(one, name) for one in agreeing)
    if what is None or not all(by):
        return ()
    what = resting(what, *by, DISPUTED if differ(records, *(field for field, _ in counts)) else None)
    days = values(agreeing, "effective")
    return tuple(Done(what, day) for day in days or (None,))


EVIDENCE: dict[e.YearState, Callable[[OfYear], Iterator[Done]]] = {
    "LED": _led,
    "LAUNCHED": _launched,
    "COVENANTED": _covenanted,
    "PLANNED": _planned,
    "MID_REVIEWED": _mid_reviewed,
    "INSPECTED": _inspected,
    "SUMMED_UP": _summed_up,
}
"""What shows that a year has come to a state, of those states that registry sees, in the order of the life cycle.
PLANNED: the plan is approved. SUMMED_UP: the summation conference was held; nominations are the awards service's."""
