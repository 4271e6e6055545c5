"""What deadlines ask of an emulation year, of whichever bloc."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from services.kernel.once import once
from services.kernel.provenance import Fact, Mark
from services.kernel.telling import first, mark, weakest
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.deadline import Version
from services.registry.domain.ruling import holding
from services.registry.projections import Deadline
from services.registry.queries.common import DisputeShown, surest, values
from services.registry.queries.disputes import contradictions, disputed

RULE = "reckoned for the year by the deadline / tính cho năm này theo thời hạn"
STAYS = (
    "the version that took its place came too late for the year / phiên bản thay thế có hiệu lực khi hạn mới của năm "
    "đã qua"
)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Rule:
    """A version of a deadline as it is for one emulation year: one object for all who ask."""

    deadline: Id
    year: int
    told: Sequence[e.DeadlineSet]
    state: e.YearState | None
    actor: e.Actor | None
    cycle: e.Cycle | None
    blocs: frozenset[Id]
    authorities: frozenset[Id]
    levels: frozenset[Id]
    """Each that it is told to be for: several where sources contradict each other, none where it is for all."""
    days: tuple[Fact, ...]
    """The day, where it is known for the year; several where sources tell several."""
    may: tuple[date, ...]
    """The days on which it may fall, where it is not known of which year its day is."""
    words: Fact | None
    by: date
    """The day by which a bloc has to be there for it: on which it falls, in the year at the latest."""

    @property
    def scope(self) -> tuple[frozenset[Id], ...]:
        """The blocs, authorities and levels that it is for."""
        return self.blocs, self.authorities, self.levels


def rules_of(deadlines: Iterable[tuple[Id, Deadline]], years: range, on: date, since: date) -> list[Rule]:
    """Every deadline for each of the years up to that of the day, and for earlier ones by a day of `since` or later."""
    made = (rule for key, doc in deadlines for rule in _rules(doc, key, years, on, since))
    return [rule for rule in made if rule.year in years or any(day.value >= str(since) for day in rule.days)]


@once
def _rules(doc: Deadline, deadline: Id, years: range, on: date, since: date) -> Collection[Rule]:
    """A deadline for each of the years, once for the same blocs: by the last version that has begun by the day, or else
    by the first that will.
    """
    found: dict[tuple[Any, ...], Rule] = {}
    versions = doc.versions
    for version, following in zip_longest(versions, versions[1:]):
        for year in _years(version, years, on, since):
            rule = _rule(deadline, version, following, year, on)
            if rule and ((key := (year, rule.scope, rule.cycle)) not in found or _begun(version, on)):
                found[key] = rule
    return tuple(found.values())


def _begun(version: Version, on: date) -> bool:
    return version.since is None or version.since <= on


def _years(version: Version, years: range, on: date, since: date) -> range:
    """The years to look at: from the first whose day may be `since` or later, or the first of those asked for."""
    after = max((event.due.years_after or 0 for event in version.told if event.due), default=0)
    return range(max(min(years.start, since.year - after), date.min.year), on.year + 1)


def _rule(deadline: Id, version: Version, following: Version | None, year: int, on: date) -> Rule | None:
    """The deadline for the year, where it is for that and falls when it is in force."""
    told = holding(version.told)
    by = _falls(version, told, year, on)
    stays = _staying(version, following, year) if by is None and following else None
    by = by or stays
    if by is None or not _is_for(told, year):
        return None
    days = surest(day for event in told if (day := _day(event, year, STAYS if stays else RULE)))
    return Rule(
        deadline,
        year,
        told,
        next((event.state for event in told if event.state), None),
        next((event.actor for event in told if event.actor), None),
        next((event.cycle for event in told if event.cycle), None),
        frozenset(event.bloc for event in told if event.bloc),
        frozenset(event.authority for event in told if event.authority),
        frozenset(event.level for event in told if event.level),
        days,
        () if days else tuple(filter(version.in_force, _may_fall(told, year))),
        next(iter(values(told, "words")), None) or (None if days else _day_and_month(first(told, "due"))),
        by,
    )


def _falls(version: Version, told: Sequence[e.DeadlineSet], year: int, on: date) -> date | None:
    """The last day on which it falls while it is in force, in the year at the latest; null where there is none.

    Where the day is not known, it is to be in force in the year, on the day asked for, and on one on which it may fall,
    in the emulation year or in the next, in which its work is closed.
    """
    first_day, last_day = date(year, 1, 1), date(year, 12, 31)
    dues = [event.due for event in told if event.due]
    if days := [day for due in dues if (day := due.of(year))]:
        return max((min(day, last_day) for day in days if version.in_force(day)), default=None)
    may = _may_fall(told, year)
    in_force = version.in_force(on) and version.in_force(first_day, last_day)
    return last_day if in_force and (not may or any(map(version.in_force, may))) else None


def _is_for(told: Sequence[e.DeadlineSet], year: int) -> bool:
    years = {y for event in told for y in event.years}
    return not years or year in years


def _staying(version: Version, following: Version, year: int) -> date | None:
    """The last day of a version for the year, in that at the latest, on which the one is in force that took its place,
    but asks nothing of the year any more: it is not for the year, or its own day had passed when it began.
    """
    told, began = holding(following.told), following.since
    new = [day for event in told if event.due and (day := event.due.of(year))]
    if began is None or version.until != began or (_is_for(told, year) and (not new or max(new) >= began)):
        return None
    days = [day for event in holding(version.told) if event.due and (day := event.due.of(year))]
    return max((min(day, date(year, 12, 31)) for day in days if following.in_force(day)), default=None)


def _day(event: e.DeadlineSet, year: int, basis: str) -> Fact | None:
    """The day that it tells for the year."""
    day = event.due.of(year) if event.due else None
    reckoned = Mark(certainty="INFERRED", basis=basis)
    return Fact(value=str(day), mark=weakest(mark(event.record, "due"), reckoned)) if day else None


def _may_fall(told: Sequence[e.DeadlineSet], year: int) -> list[date]:
    """The days of an emulation year's work on which a yearly deadline may fall that does not tell in which year."""
    dues = [event.due for event in told if event.due]
    return [date(year + after, due.month, due.day) for due in dues for after in (0, 1)]


@once
def rule_disputes(rule: Rule) -> tuple[DisputeShown, ...]:
    """What is told of a deadline in ways that cannot both be: of its day those of the year, where they are known."""
    days = disputed("due", rule.days)
    others = contradictions(rule.told, e.DeadlineFacts)
    return (*days, *(one for one in others if not days or not one.field.startswith("due.")))


def _day_and_month(due: Fact | None) -> Fact | None:
    """As it is written in Vietnam, where it is not told of which year."""
    if due is None:
        return None
    month, day = map(int, due.value.split("-"))
    return due.model_copy(update={"value": f"{day}/{month}"})
