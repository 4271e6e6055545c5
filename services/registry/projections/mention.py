"""Where something is told of organisations, blocs and persons that have streams of their own."""

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from typing import assert_never

from pydantic import BaseModel

from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model, by_stream
from services.kernel.standing import FactRetracted, standing
from services.kernel.text import Id
from services.registry import events as e
from services.registry.appearances import Naming, appearances
from services.registry.domain.bloc import BLOC
from services.registry.domain.organisation import ORGANISATION
from services.registry.domain.ruling import rules, unsettled
from services.registry.projections.common import day_of, with_one

OrganisationsEvent = e.OrganisationEvent | e.ReorganisationEvent | e.BodyEvent
"""What is told of organisations, and of bodies of people by whose they are."""

BlocsEvent = (
    e.BlocEvent
    | e.LeadershipEvent
    | e.RegulationEvent
    | e.RotationEvent
    | e.ConferenceEvent
    | e.MovementEvent
    | e.MovementLinkEvent
    | e.MovementReviewEvent
    | e.ParticipationEvent
    | e.CovenantEvent
    | e.PlanEvent
    | e.ReviewEvent
    | e.ReportEvent
    | e.InspectionEvent
    | e.ExemplarEvent
)
"""What is told of blocs alone."""

LineEvent = OrganisationsEvent | e.MembershipEvent | e.DutyEvent | BlocsEvent
"""What timelines show."""

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


class Line(BaseModel):
    """Of whom and of which day an event tells, and what it means for other events of its stream."""

    version: int
    on: date | None = None
    of: tuple[str, ...] | None = None
    """The own streams of organisations and blocs, sorted; null: of whomever its stream names elsewhere."""
    fact: tuple[str, ...] | None = None
    """Which fact of the stream it tells, where a ruling may settle it."""
    rules: bool | None = None
    amends: int | None = None
    retracts: int | None = None


class Mention(BaseModel):
    """Of whom a stream tells, and of which days."""

    stands: tuple[Line, ...] = ()
    """What no ruling, correction or retraction took the place of, in the order of first telling."""
    fallen: tuple[Line, ...] = ()
    """All else, which a later event may bring back."""

    def about(self, whom: str) -> list[Line]:
        """What stands of whom it names."""
        return [line for line in self.stands if line.of is None or whom in line.of]


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


def _mention(key: str, doc: Mention | None, recorded: Recorded[LineEvent | FactRetracted]) -> Mention | None:
    if doc is None and isinstance(recorded.event, FactRetracted):  # the stream is one that no timeline shows
        return None
    known, line = doc or Mention(), _line(recorded)
    if not (line.amends or line.rules):  # nearly always
        return Mention(stands=(*known.stands, line), fallen=known.fallen)
    told = sorted((*known.stands, *known.fallen, line), key=_VERSION)
    stands = unsettled([one.event for one in standing((one.version, one) for one in told)], _RULES, _FACT)
    left = set(map(_VERSION, stands))
    return Mention(stands=tuple(stands), fallen=tuple(one for one in told if one.version not in left))


_VERSION, _RULES, _FACT = (attrgetter(name) for name in ("version", "rules", "fact"))


def _line(recorded: Recorded[LineEvent | FactRetracted]) -> Line:
    event = recorded.event
    of = _of(event)
    return Line(
        version=recorded.envelope.version,
        on=day_of(event),
        of=None if of is None else tuple(sorted(of)),
        fact=(event.type, *map(str, event.subject)) if isinstance(event, e.Disputable) else None,
        rules=rules(event) or None,
        amends=event.amends,
        retracts=event.retracts if isinstance(event, FactRetracted) else None,
    )


def _of(event: LineEvent | FactRetracted) -> set[str] | None:
    """The own streams of whom an event is about; null for whomever its stream names elsewhere."""
    if isinstance(event, FactRetracted):
        return set()
    if isinstance(event, OrganisationsEvent):
        return _own(_organisations(event))
    if isinstance(event, e.MembershipEvent):
        return _own((event.unit,), event.bloc)
    if isinstance(event, e.DutyEvent):
        return _own((event.of.organisation, event.agency), event.of.bloc)
    if isinstance(event, e.HandoverCorrected) and event.void:
        return set()  # it tells of no handover
    bloc = _bloc(event)
    return _own((), bloc) if bloc else None


def _own(organisations: Iterable[Id | None], bloc: Id | None = None) -> set[str]:
    return {ORGANISATION.of(one).name for one in organisations if one} | ({BLOC.of(bloc).name} if bloc else set())


def _organisations(event: OrganisationsEvent) -> Iterable[Id | None]:
    match event:
        case e.OrganisationsReorganised(predecessors=before, successors=after):
            return [*(one.organisation for one in before.items), *(one.organisation for one in after.items)]
        case e.CarryOverRuled(predecessor=one, successor=other):
            return one, other
        case e.OrganisationSucceeded():
            return ()  # the reorganisation tells of it
        case e.BodyNamed() | e.BodyDissolved() | e.BodyMembersAppointed() | e.BodyMemberReleased():
            return ()
        case _:
            return (event.organisation,)


def _bloc(event: BlocsEvent) -> Id | None:
    match event:
        case (
            e.AttendanceRecorded()
            | e.GuidanceGiven()
            | e.DifficultiesVoiced()
            | e.ConferenceConcluded()
            | e.MovementPiloted()
            | e.ExemplarFurthered()
        ):
            return None  # their streams name it elsewhere
        case _:
            return event.bloc


def _mention_terms(doc: Mention) -> Iterable[str]:
    return (whom for line in doc.stands for whom in line.of or ())


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
    types_of(LineEvent, FactRetracted),
    by_stream,
    _mention,
    doc=Mention,
    terms=_mention_terms,
    version=8,
)
