"""The terms of a bloc's leadership, and how it was handed over."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from services.kernel.once import once
from services.kernel.provenance import Fact, Mark, Part
from services.kernel.telling import fact, mark, resting, weakest
from services.registry.domain.leadership import Claim, Handover, Leadership
from services.registry.domain.terms import Dated, Term, lone_handovers, terms
from services.registry.queries.common import (
    DeputyFactList,
    DeputyShown,
    DisputeShown,
    HolderShown,
    deputies,
    holder,
)
from services.registry.queries.disputes import disputed

H = TypeVar("H", HolderShown, DeputyShown)


class TermShown(Part):
    """What one event, or its correction, tells of a term. Who holds an office is no surer than the year of the term."""

    year: Fact | None
    """The year that the term is called after."""
    head: HolderShown | None
    """The head."""
    deputies: DeputyFactList
    """The deputies with their ranks."""
    mode: Fact | None
    """ELECTED, ACCLAIMED or APPOINTED."""
    votes_in_favour: Fact | None
    """Of the tally."""
    votes_against: Fact | None
    """Of the tally."""
    votes_eligible: Fact | None
    """All who could vote, present or not."""
    elected_on: Fact | None
    """The day of the election."""
    start: Fact | None
    """The first day: its own, or of the handover."""
    end: Fact | None
    """The last day: its own, or inferred from the handover to the next head."""
    seen_on: Fact | None
    """A day on which the head is shown in office."""
    corrected_because: str | None
    """The reason of the last correction."""
    told_by: tuple[int, ...]
    """Versions, in the leadership stream, of the events that told the term; a correction names one of them."""
    disputes: tuple[DisputeShown, ...] = ()
    """The `start` or `end`, where handovers tell of several days; the first of them is shown."""


class HandoverShown(Part):
    """What one event, or its correction, tells of a handover."""

    year: Fact | None
    """The year of the incoming head."""
    on: Fact | None
    """Its day."""
    outgoing: HolderShown | None
    """Who hands over."""
    incoming: HolderShown | None
    """Who takes over."""
    corrected_because: str | None
    """The reason of the last correction."""
    told_by: tuple[int, ...]
    """Versions, in the leadership stream, of the events that told it; a correction names one of them."""


class RepresentativeShown(Part):
    """What one event tells of a change of the person who represents a head or deputy."""

    year: Fact | None
    """The year of the term."""
    on: Fact | None
    """The first day on which the new person represents the agency."""
    agency: Fact | None
    """The agency, which stays head or deputy."""
    person: Fact | None
    """The person who represents it from then on."""
    in_place_of: Fact | None
    """The person who represented it until then."""
    decision: Fact | None
    """The document by which it changed, by its id."""
    corrected_because: str | None
    """The reason of the last correction."""
    told_by: tuple[int, ...]
    """Versions, in the leadership stream, of the events that told it; a correction names one of them."""


@once
def terms_of(leadership: Leadership, year: int) -> tuple[TermShown, ...]:
    """Every term called after the year, contradicting ones beside each other."""
    dated = terms(leadership, year)

    def days(told_by: tuple[int, ...]) -> Days:
        return _days([term for term in dated if term.versions == told_by])

    claims = tuple(_claimed(c, days(c.told_by)) for c in leadership.claims if c.year == year)
    return claims + tuple(_handed_over(h, days(h.told_by)) for h in lone_handovers(leadership, year))


class Days(NamedTuple):
    """When a term began and ended, by its own event and by handovers."""

    start: Fact | None
    end: Fact | None
    disputes: tuple[DisputeShown, ...]


def _days(told: Sequence[Term]) -> Days:
    starts, ends = _dated(term.start for term in told), _dated(term.last for term in told)
    contradicting = disputed("start", starts) + disputed("end", ends)
    return Days(next(iter(starts), None), next(iter(ends), None), contradicting)


def _dated(days: Iterable[Dated | None]) -> list[Fact]:
    """The days in order, so that no order of telling decides which is the first."""
    return [_reckoned(known) for known in sorted(filter(None, days), key=lambda d: d.day)]


def _reckoned(known: Dated) -> Fact:
    """A day that nobody tells is inferred, however sure the act is from which it is reckoned."""
    told = Fact(value=str(known.day), mark=known.mark)
    if known.basis is None:
        return told
    return told.model_copy(update={"mark": weakest(known.mark, Mark(certainty="INFERRED", basis=known.basis))})


def _claimed(claim: Claim, days: Days) -> TermShown:
    """A term as its claim tells it, with what handovers tell of its days."""
    elected = claim.elected_on
    return TermShown(
        year=fact(claim, "year"),
        head=_in_term(holder(claim, "head"), fact(claim, "year")),
        deputies=_all_in_term(deputies(claim, "deputies"), fact(claim, "year")),
        mode=fact(claim, "mode"),
        votes_in_favour=fact(claim, "tally.in_favour"),
        votes_against=fact(claim, "tally.against"),
        votes_eligible=fact(claim, "tally.eligible"),
        elected_on=Fact(value=str(elected), mark=mark(claim.record, claim.elected_field)) if elected else None,
        start=days.start or fact(claim, "start"),
        end=days.end or fact(claim, "end"),
        seen_on=fact(claim, "seen_on"),
        corrected_because=claim.reason,
        told_by=claim.told_by,
        disputes=days.disputes,
    )


def _in_term(shown: H | None, year: Fact | None) -> H | None:
    """The holder, no surer than the year by which the term is asked for."""
    if shown is None:
        return None
    return shown.model_copy(update={name: resting(told, year) for name, told in shown if told})


def _all_in_term(shown: DeputyFactList, year: Fact | None) -> DeputyFactList:
    return shown.model_copy(update={"items": tuple(_in_term(one, year) for one in shown.items)})


def _handed_over(handover: Handover, days: Days) -> TermShown:
    return TermShown(
        year=fact(handover, "year"),
        head=_in_term(holder(handover, "incoming"), fact(handover, "year")),
        deputies=DeputyFactList(),
        mode=None,
        votes_in_favour=None,
        votes_against=None,
        votes_eligible=None,
        elected_on=None,
        start=_day(handover),
        end=days.end,
        seen_on=None,
        corrected_because=handover.reason,
        told_by=handover.told_by,
        disputes=days.disputes,
    )


@once
def handovers_of(leadership: Leadership, year: int) -> tuple[HandoverShown, ...]:
    """Every handover to a head of the year that is told to have taken place."""
    return tuple(
        HandoverShown(
            year=fact(handover, "year"),
            on=_day(handover),
            outgoing=holder(handover, "outgoing"),
            incoming=holder(handover, "incoming"),
            corrected_because=handover.reason,
            told_by=handover.told_by,
        )
        for handover in leadership.handovers
        if handover.year == year
    )


def _day(handover: Handover) -> Fact | None:
    return Fact(value=str(handover.on), mark=mark(handover.record, "effective")) if handover.on else None


def representatives_of(leadership: Leadership, year: int) -> tuple[RepresentativeShown, ...]:
    """Every change of a representative in the term of a year, in the order of telling."""
    return tuple(
        RepresentativeShown(
            year=fact(change, "year"),
            on=fact(change, "effective"),
            agency=fact(change, "agency"),
            person=fact(change, "person"),
            in_place_of=fact(change, "in_place_of"),
            decision=fact(change, "decision.id"),
            corrected_because=change.reason,
            told_by=change.told_by,
        )
        for change in leadership.changes
        if change.year == year
    )
