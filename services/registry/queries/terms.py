"""The terms of a bloc's leadership, and how it was handed over."""

from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, mark
from services.registry.domain.heading import Term, lone_handovers, terms
from services.registry.domain.leadership import Claim, Handover, Leadership
from services.registry.queries.common import DeputyFactList, HolderShown, deputies, holder


class TermShown(Part):
    """What one event, or its correction, tells of a term. Marks are those of the fields themselves."""

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
    """The last day."""
    seen_on: Fact | None
    """A day on which the head is shown in office."""
    corrected_because: str | None
    """The reason of the last correction."""
    told_by: tuple[int, ...]
    """Versions, in the leadership stream, of the events that told the term; a correction names one of them."""


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


def terms_of(leadership: Leadership, year: int) -> tuple[TermShown, ...]:
    """Every term called after the year, contradicting ones beside each other."""
    dated = {term.versions: term for term in terms(leadership)}
    claims = tuple(_claimed(c, dated.get(c.told_by)) for c in leadership.claims if c.year == year)
    return claims + tuple(_handed_over(h) for h in lone_handovers(leadership) if h.year == year)


def _claimed(claim: Claim, term: Term | None) -> TermShown:
    """A term as its claim tells it, with what handovers tell of its days."""
    elected = claim.elected_on
    return TermShown(
        year=fact(claim, "year"),
        head=holder(claim, "head"),
        deputies=deputies(claim, "deputies"),
        mode=fact(claim, "mode"),
        votes_in_favour=fact(claim, "tally.in_favour"),
        votes_against=fact(claim, "tally.against"),
        votes_eligible=fact(claim, "tally.eligible"),
        elected_on=Fact(value=str(elected), mark=mark(claim.record, claim.elected_field)) if elected else None,
        start=Fact(value=str(term.start.day), mark=term.start.mark) if term and term.start else fact(claim, "start"),
        end=Fact(value=str(term.last.day), mark=term.last.mark) if term and term.last else fact(claim, "end"),
        seen_on=fact(claim, "seen_on"),
        corrected_because=claim.reason,
        told_by=claim.told_by,
    )


def _handed_over(handover: Handover) -> TermShown:
    return TermShown(
        year=fact(handover, "year"),
        head=holder(handover, "incoming"),
        deputies=DeputyFactList(),
        mode=None,
        votes_in_favour=None,
        votes_against=None,
        votes_eligible=None,
        elected_on=None,
        start=_day(handover),
        end=None,
        seen_on=None,
        corrected_because=handover.reason,
        told_by=handover.told_by,
    )


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
