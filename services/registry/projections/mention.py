"""Where something is told of organisations, blocs and persons that have streams of their own."""

from collections.abc import Iterable
from typing import assert_never

from pydantic import BaseModel

from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model
from services.kernel.text import Id
from services.registry import events as e
from services.registry.appearances import Naming, appearances
from services.registry.domain.bloc import BLOC
from services.registry.domain.organisation import ORGANISATION
from services.registry.projections.common import with_one

BlocsEvent = (
    e.RegulationEvent
    | e.ConferenceHeld
    | e.CongressPrepared
    | e.MovementLaunched
    | e.MovementLinked
    | e.MovementReviewEvent
    | e.ParticipationEvent
    | e.CovenantEvent
    | e.PlanEvent
    | e.ReviewEvent
    | e.ReportEvent
    | e.InspectionEvent
    | e.ExemplarRegistered
)

MentionEvent = (
    e.ReorganisationEvent | e.MembershipEvent | e.BodyEstablished | e.DutyEvent | BlocsEvent | e.RotationEvent
)

InvolvingEvent = (
    e.BlocEstablished
    | e.MembersDeclared
    | e.MembershipEvent
    | e.LeadershipElected
    | e.LeadershipHandedOver
    | e.LeadershipRecorded
    | e.LeadershipCorrected
    | e.HandoverCorrected
    | e.CovenantSigned
    | e.CovenantRecorded
    | e.CovenantDrawnUp
    | e.PlanDrafted
    | e.PlanApproved
    | e.ActivityAssigned
    | e.ActivityDetailed
)


class Involved(BaseModel):
    """In which blocs an organisation may have something to do."""

    blocs: tuple[Id, ...] = ()
    """Those of which something was ever told that names it, whether that stands or not."""


class Named(BaseModel):
    """Where a person is named beside an agency, in the order of first telling."""

    streams: tuple[str, ...] = ()


class Mention(BaseModel):
    """That a stream told something of an organisation or a bloc that has a stream of its own.

    A row for each, since a bloc is mentioned more often every year, and rows are kept as they were.
    """

    of: str
    """The own stream of whom it told."""
    stream: str
    """The other: a reorganisation, a membership, or an act of a bloc."""


def _involved_keys(recorded: Recorded[InvolvingEvent]) -> Iterable[Id]:
    return sorted(set(filter(None, involved_by(recorded.event))))


def involved_by(event: InvolvingEvent) -> Iterable[Id | None]:
    """Whom an event gives something to do in a bloc, or takes in or out of it."""
    match event:
        case e.BlocEstablished(authority=one) | e.MembershipStarted(unit=one) | e.MembershipEnded(unit=one):
            yield one
        case e.CovenantSigned(signature=signature):
            yield signature.member
        case e.LeadershipHandedOver(incoming=head) | e.HandoverCorrected(incoming=head):
            yield head.agency if head else None
        case e.LeadershipElected(head=head) | e.LeadershipRecorded(head=head) | e.LeadershipCorrected(head=head):
            yield head.agency if head else None
        case e.MembersDeclared(members=members):
            yield from (member.unit for member in members.items)
        case e.CovenantRecorded(signatures=binding) | e.CovenantDrawnUp(lines=binding):
            yield from (one.member for one in binding.items)
        case e.ActivityAssigned(lead=lead, joining=joining):
            yield from (lead, *joining)
        case e.ActivityDetailed(steps=steps):
            yield from (step.responsible.agency for step in steps.items if step.responsible)
        case e.PlanDrafted(items=items) | e.PlanApproved(items=items):
            yield from (agency for item in (items.items if items else ()) for agency in (item.lead, *item.joining))
        case _:
            assert_never(event)


def _involved(key: str, doc: Involved | None, recorded: Recorded[InvolvingEvent]) -> Involved:
    return Involved(blocs=with_one(doc.blocs if doc else (), recorded.event.bloc))


def _named_keys(recorded: Recorded[Naming]) -> Iterable[Id]:
    return sorted({one.person for one in appearances(recorded.event)})


def _named(key: str, doc: Named | None, recorded: Recorded[Naming]) -> Named:
    return Named(streams=with_one(doc.streams if doc else (), recorded.stream))


def _mention_keys(recorded: Recorded[MentionEvent]) -> Iterable[str]:
    return sorted(f"{of} {recorded.stream}" for of in mentioned(recorded.event))


def mentioned(event: MentionEvent) -> set[str]:
    """The own streams of whom an event of another stream is about."""
    match event:
        case e.OrganisationsReorganised():
            before = {one.organisation for one in event.predecessors.items}
            after = {one.organisation for one in event.successors.items}
            return {ORGANISATION.of(one).name for one in before | after}
        case e.CarryOverRuled():
            return {ORGANISATION.of(one).name for one in (event.predecessor, event.successor)}
        case e.MembershipStarted() | e.MembershipEnded():
            return {ORGANISATION.of(event.unit).name, BLOC.of(event.bloc).name}
        case e.BodyEstablished():
            return {ORGANISATION.of(event.organisation).name} if event.organisation else set()
        case e.DutyAssigned() | e.DutyEnded():
            agencies = {ORGANISATION.of(one).name for one in (event.of.organisation, event.agency) if one}
            return agencies | ({BLOC.of(event.of.bloc).name} if event.of.bloc else set())
        case (
            e.RegulationAdopted()
            | e.RegulationAmended()
            | e.RegulationRepealed()
            | e.ConferenceHeld()
            | e.CongressPrepared()
            | e.MovementLaunched()
            | e.MovementLinked()
            | e.MovementReviewed()
            | e.ParticipationRegistered()
            | e.ParticipationReported()
            | e.MovementPlanned()
            | e.CovenantSigned()
            | e.CovenantRecorded()
            | e.CovenantDrawnUp()
            | e.CovenantResultReported()
            | e.PlanDrafted()
            | e.PlanCommented()
            | e.PlanApproved()
            | e.PlanRecorded()
            | e.ActivityAssigned()
            | e.ActivityDetailed()
            | e.ProgressReported()
            | e.ReviewNoted()
            | e.ReportPresented()
            | e.InspectionHeld()
            | e.ExemplarRegistered()
            | e.RotationSet()
        ):
            return {BLOC.of(event.bloc).name} if event.bloc else set()
        case _:
            assert_never(event)


def _mention(key: str, doc: Mention | None, recorded: Recorded[MentionEvent]) -> Mention:
    return doc or Mention(of=key.partition(" ")[0], stream=recorded.stream)


def _mention_terms(doc: Mention) -> Iterable[str]:
    return (doc.of,)


INVOLVED = Model(
    "involved",
    "registry",
    e.VOCABULARY,
    types_of(InvolvingEvent),
    _involved_keys,
    _involved,
    doc=Involved,
    version=3,
)


PERSONS = Model(
    "persons",
    "registry",
    e.VOCABULARY,
    types_of(Naming),
    _named_keys,
    _named,
    doc=Named,
    version=3,
)


MENTIONS = Model(
    "mentions",
    "registry",
    e.VOCABULARY,
    types_of(MentionEvent),
    _mention_keys,
    _mention,
    doc=Mention,
    terms=_mention_terms,
    version=7,
)
