"""What was reported on a bloc's year, and how it was inspected."""

from collections.abc import Sequence

from services.kernel.once import once
from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, first, surest_of
from services.registry import events as e
from services.registry.queries.acts import YearAct
from services.registry.queries.bloc import MemberFactList, MemberShown
from services.registry.queries.common import (
    AmountShown,
    DisputeShown,
    FactList,
    PartyFactList,
    PartyShown,
    amount,
    counted_together,
    facts,
    first_party,
    joined,
    joined_parties,
    length,
    surest,
)
from services.registry.queries.disputes import RulingShown, contradictions, rulings


class HighlightShown(Part):
    """What a report stresses."""

    text: Fact | None
    """What it is, in short."""
    count: AmountShown | None
    """How many, as worded."""
    agencies: tuple[Fact, ...]
    """The agencies that it names for it."""


class ReportShown(Part):
    """A report on the year."""

    report: str
    """Its id."""
    year: Fact | None
    """The year that it is about."""
    title: Fact | None
    """What it is called."""
    presenter: PartyShown | None
    """Who presented it."""
    conference: Fact | None
    """The conference at which it was presented."""
    presented_on: Fact | None
    """The day on which it was presented."""
    highlights: tuple[HighlightShown, ...]
    """What it stresses."""
    declared_count: Fact | None
    """How many highlights there are said to be."""
    exhaustive: Fact | None
    """Whether all are told."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


class InspectionShown(Part):
    """An inspection of the year."""

    inspection: str
    """Its id."""
    year: Fact | None
    """The year that it belongs to."""
    on: Fact | None
    """Its day."""
    item: Fact | None
    """The activity of the plan that it carries out."""
    subjects: FactList
    """What was inspected."""
    inspectors: PartyFactList
    """Who inspected."""
    units: MemberFactList
    """Who was inspected."""
    findings: FactList
    """What was found."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


@once
def report_of(act: YearAct) -> ReportShown:
    """A report of a year, and what its records tell otherwise."""
    told = act.of_first(e.ReportPresented)
    contradicting = contradictions(act.of(e.ReportPresented), e.ReportFacts)
    return ReportShown(
        report=told[0].report,
        year=first(told, "year"),
        title=first(told, "title"),
        presenter=first_party(told, "presenter"),
        conference=first(told, "conference"),
        presented_on=first(told, "effective"),
        highlights=_highlights(told),
        **counted_together(told, "highlights"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(act.every),
    )


def _highlights(told: Sequence[e.ReportPresented]) -> tuple[HighlightShown, ...]:
    """Highlights that several records tell: each once, the surest."""
    found: dict[e.Highlight, list[HighlightShown]] = {}
    for event in told:
        for i, highlight in enumerate(event.highlights.items):
            path = f"highlights.items[{i}]"
            shown = HighlightShown(
                text=fact(event, f"{path}.text"),
                count=amount(event, f"{path}.count"),
                agencies=facts(event, path + ".agencies[{}]", len(highlight.agencies)),
            )
            found.setdefault(highlight, []).append(shown)
    return tuple(map(surest_of, found.values()))


@once
def inspection_of(act: YearAct) -> InspectionShown:
    """An inspection of a year, and what its records tell otherwise."""
    told = act.of_first(e.InspectionHeld)
    contradicting = contradictions(act.of(e.InspectionHeld), e.InspectionFacts)
    return InspectionShown(
        inspection=told[0].inspection,
        year=first(told, "year"),
        on=first(told, "effective"),
        item=first(told, "item"),
        subjects=joined(told, "subjects"),
        inspectors=joined_parties(told, "inspectors"),
        units=_units(told),
        findings=joined(told, "findings"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(act.every),
    )


def _units(told: Sequence[e.InspectionHeld]) -> MemberFactList:
    units = surest(u for event in told for u in facts(event, "units.items[{}].unit", length(event, "units")))
    counts = counted_together(told, "units")
    return MemberFactList(
        items=tuple(MemberShown(unit=unit) for unit in units),
        declared_count=counts["declared_count"],
        exhaustive=counts["exhaustive"],
    )
