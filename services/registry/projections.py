"""What registry's own events make of organisations, blocs, their leadership and their years."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel, Field

from services.kernel.decider import Fold
from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model, by_stream
from services.kernel.standing import FactRetracted, Telling, and_then, holds, standing
from services.kernel.text import Id
from services.registry import events as e
from services.registry.appearances import Naming, appearances
from services.registry.domain.bloc import BLOC
from services.registry.domain.deadline import DEADLINE, Version, versions
from services.registry.domain.document import DOCUMENT
from services.registry.domain.form import FORM
from services.registry.domain.heading import Summation
from services.registry.domain.leadership import LEADERSHIP, Leadership, led
from services.registry.domain.naming import code_term, terms
from services.registry.domain.organisation import ORGANISATION

YearEvent = (
    e.ConferenceHeld
    | e.CongressPrepared
    | e.MovementLaunched
    | e.MovementLinked
    | e.MovementReviewEvent
    | e.ParticipationEvent
    | e.ReviewNoted
    | e.ReportEvent
    | e.InspectionEvent
    | e.ExemplarRegistered
)
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
StreamEvent = (
    e.ReorganisationEvent
    | e.RegulationEvent
    | e.PersonEvent
    | e.MembershipEvent
    | e.BodyEvent
    | e.DutyEvent
    | e.RotationEvent
    | e.ConferenceEvent
    | e.CitationEvent
    | e.MovementFormEvent
    | e.MovementEvent
    | e.MovementReviewEvent
    | e.ParticipationEvent
    | e.CovenantEvent
    | e.PlanEvent
    | e.ReviewEvent
    | e.ReportEvent
    | e.InspectionEvent
    | e.ExemplarEvent
)
MovementPart = e.MovementLaunched | e.MovementReviewEvent | e.ParticipationEvent
OrganisationTold = Telling[Annotated[e.OrganisationEvent | FactRetracted, Field(discriminator="type")]]
BlocTold = Telling[Annotated[e.BlocEvent | FactRetracted, Field(discriminator="type")]]
DocumentTold = Telling[Annotated[e.DocumentEvent | FactRetracted, Field(discriminator="type")]]
CitationTold = Telling[Annotated[e.CitationEvent | FactRetracted, Field(discriminator="type")]]
FormTold = Telling[Annotated[e.MovementFormEvent | FactRetracted, Field(discriminator="type")]]
MovementPartTold = Telling[Annotated[MovementPart | FactRetracted, Field(discriminator="type")]]
DeadlineTold = Telling[Annotated[e.DeadlineEvent | FactRetracted, Field(discriminator="type")]]
LeadershipTold = Telling[Annotated[e.LeadershipEvent | FactRetracted, Field(discriminator="type")]]
StreamTold = Telling[Annotated[StreamEvent | FactRetracted, Field(discriminator="type")]]


class Organisation(BaseModel):
    """All that was told of an organisation, oldest first."""

    events: tuple[OrganisationTold, ...] = ()

    @property
    def told(self) -> list[e.OrganisationEvent]:
        """What stands of it."""
        return holds(self.events)

    @property
    def stands(self) -> bool:
        return bool(self.told)


class Bloc(BaseModel):
    """All that was told of a bloc itself, oldest first, and where its members and regulations are told."""

    events: tuple[BlocTold, ...] = ()
    members: tuple[str, ...] = ()
    """The streams that told of a membership in the bloc."""
    regulations: tuple[str, ...] = ()
    """The streams that told of a regulation of the bloc."""

    @property
    def stands(self) -> bool:
        """Whether anything of it does, or may: members are told elsewhere."""
        return bool(self.members or holds(self.events))

    @property
    def told(self) -> list[e.BlocEstablished | e.BlocNamed]:
        """What stands of its names."""
        return [event for event in holds(self.events) if isinstance(event, e.BlocEstablished | e.BlocNamed)]

    @property
    def dissolved(self) -> list[e.BlocDissolved]:
        return [event for event in holds(self.events) if isinstance(event, e.BlocDissolved)]

    @property
    def declared(self) -> list[e.MembersDeclared]:
        return [event for event in holds(self.events) if isinstance(event, e.MembersDeclared)]


class Document(BaseModel):
    """All that was told of a guiding document itself, oldest first."""

    events: tuple[DocumentTold, ...] = ()

    @property
    def told(self) -> list[e.DocumentRegistered]:
        """What stands of it."""
        return holds(self.events)


class Citations(BaseModel):
    """All that was told of what one thing cites, oldest first."""

    events: tuple[CitationTold, ...] = ()

    @property
    def told(self) -> list[e.DocumentCited]:
        """What stands of it."""
        return holds(self.events)


class MovementForm(BaseModel):
    """All that was told of a form of emulation, oldest first."""

    events: tuple[FormTold, ...] = ()

    @property
    def told(self) -> list[e.MovementFormRegistered]:
        """What stands of it."""
        return holds(self.events)


class OfMovement(BaseModel):
    """All that one stream told of what belongs to a movement, oldest first."""

    events: tuple[MovementPartTold, ...] = ()

    @property
    def told(self) -> list[MovementPart]:
        """What stands of it."""
        return holds(self.events)


class Deadline(BaseModel):
    """All that was told of a deadline, oldest first."""

    events: tuple[DeadlineTold, ...] = ()

    @property
    def told(self) -> list[e.DeadlineEvent]:
        """What stands of it."""
        return holds(self.events)

    @property
    def versions(self) -> list[Version]:
        """What stands of it, by the days from which it was set."""
        told = self.told
        set_ = [event for event in told if isinstance(event, e.DeadlineSet)]
        return versions(set_, [event for event in told if isinstance(event, e.DeadlineLifted)])


class Involved(BaseModel):
    """In which blocs an organisation may have something to do."""

    blocs: tuple[Id, ...] = ()
    """Those of which something was ever told that names it, whether that stands or not."""


class Led(BaseModel):
    """What it takes to say who headed a bloc on a day."""

    events: tuple[LeadershipTold, ...] = ()
    summed_up: tuple[Id, ...] = ()
    """Conferences that were told to have summed up a year of the bloc, on a day."""

    @property
    def told(self) -> list[e.LeadershipEvent]:
        """What stands of it, event by event."""
        return holds(self.events)

    @property
    def leadership(self) -> Leadership:
        """What stands of it."""
        return led(standing((told.version, told.event) for told in self.events))


class Year(BaseModel):
    """Where what makes up a bloc's year is told (conferences, movements, …), in the order of its first telling."""

    acts: tuple[str, ...] = ()
    """Their streams."""


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


class Stream(BaseModel):
    """All that one stream told, oldest first."""

    events: tuple[StreamTold, ...] = ()

    @property
    def told(self) -> list[StreamEvent]:
        """What stands of it."""
        return holds(self.events)


def year_key(bloc: Id, year: int) -> str:
    return f"{bloc}:{year}"


def _key_of(kind: Fold[Any], recorded: Recorded[Any]) -> tuple[str, ...]:
    """The id of a stream that has one, where it is of this kind: of what, a retraction does not say."""
    name, _, key = recorded.stream.partition(":")
    return (key,) if name == kind.kind else ()


def _organisation_keys(recorded: Recorded[e.OrganisationEvent | FactRetracted]) -> Iterable[Id]:
    event = recorded.event
    return _key_of(ORGANISATION, recorded) if isinstance(event, FactRetracted) else (event.organisation,)


def _organisation(key: str, doc: Organisation | None, recorded: Recorded[Any]) -> Organisation:
    return Organisation(events=and_then(doc.events if doc else (), recorded))


BlocsOwn = e.BlocEvent | e.MembershipEvent | e.RegulationEvent | FactRetracted


def _bloc_keys(recorded: Recorded[BlocsOwn]) -> Iterable[Id]:
    event = recorded.event
    return _key_of(BLOC, recorded) if isinstance(event, FactRetracted) else (event.bloc,)


def _bloc(key: str, doc: Bloc | None, recorded: Recorded[BlocsOwn]) -> Bloc:
    bloc = doc or Bloc()
    match recorded.event:
        case e.MembershipStarted() | e.MembershipEnded():
            return bloc.model_copy(update={"members": _with(bloc.members, recorded.stream)})
        case e.RegulationAdopted() | e.RegulationAmended():
            return bloc.model_copy(update={"regulations": _with(bloc.regulations, recorded.stream)})
        case _:
            return bloc.model_copy(update={"events": and_then(bloc.events, recorded)})


def _document_keys(recorded: Recorded[e.DocumentEvent | FactRetracted]) -> Iterable[Id]:
    event = recorded.event
    return _key_of(DOCUMENT, recorded) if isinstance(event, FactRetracted) else (event.document,)


def _document(key: str, doc: Document | None, recorded: Recorded[Any]) -> Document:
    return Document(events=and_then(doc.events if doc else (), recorded))


def _citations(stream: str, doc: Citations | None, recorded: Recorded[Any]) -> Citations | None:
    if doc is None and isinstance(recorded.event, FactRetracted):
        return None  # of a stream of another kind
    return Citations(events=and_then(doc.events if doc else (), recorded))


def _deadline_keys(recorded: Recorded[e.DeadlineEvent | FactRetracted]) -> Iterable[Id]:
    event = recorded.event
    return _key_of(DEADLINE, recorded) if isinstance(event, FactRetracted) else (event.deadline,)


def _deadline(key: str, doc: Deadline | None, recorded: Recorded[Any]) -> Deadline:
    return Deadline(events=and_then(doc.events if doc else (), recorded))


def deadline_terms(bloc: Id, authority: Id | None) -> list[str]:
    """The look-up words of the deadlines that may be for a bloc."""
    return ["law", f"bloc:{bloc}", *([f"authority:{authority}"] if authority else [])]


def _for(event: e.DeadlineSet) -> str:
    if event.bloc:
        return f"bloc:{event.bloc}"
    return f"authority:{event.authority}" if event.authority else "law"


def _deadline_terms(doc: Deadline) -> Iterable[str]:
    """Of each version whom it is for; a level is looked at where it is read."""
    return sorted({_for(event) for event in doc.told if isinstance(event, e.DeadlineSet)})


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


def _involved_keys(recorded: Recorded[InvolvingEvent]) -> Iterable[Id]:
    return sorted(set(filter(None, _organisations(recorded.event))))


def _organisations(event: InvolvingEvent) -> Iterable[Id | None]:
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
    return Involved(blocs=_with(doc.blocs if doc else (), recorded.event.bloc))


def cited_term(document: Id) -> str:
    """The look-up word of all that cites a document."""
    return f"document:{document}"


def _citation_terms(doc: Citations) -> Iterable[str]:
    return sorted({cited_term(event.document) for event in doc.told})


def _form_keys(recorded: Recorded[e.MovementFormEvent | FactRetracted]) -> Iterable[Id]:
    event = recorded.event
    return _key_of(FORM, recorded) if isinstance(event, FactRetracted) else (event.form,)


def _form(key: str, doc: MovementForm | None, recorded: Recorded[Any]) -> MovementForm:
    return MovementForm(events=and_then(doc.events if doc else (), recorded))


EVERY_FORM = "movementform"
"""The look-up word of every form that is told."""


def _form_terms(doc: MovementForm) -> Iterable[str]:
    return [EVERY_FORM] if doc.told else []


def _of_movement(stream: str, doc: OfMovement | None, recorded: Recorded[Any]) -> OfMovement | None:
    if doc is None and isinstance(recorded.event, FactRetracted):
        return None  # of a stream of another kind
    return OfMovement(events=and_then(doc.events if doc else (), recorded))


def part_term(kind: Literal["child", "participation", "review"], movement: Id) -> str:
    """The look-up word of the streams of one kind that belong to a movement."""
    return f"{kind}:{movement}"


def _movement_terms(doc: OfMovement) -> Iterable[str]:
    return sorted({term for event in doc.told if (term := _movement_term(event))})


def _movement_term(event: MovementPart) -> str | None:
    match event:
        case e.MovementLaunched(parent=parent):
            return part_term("child", parent) if parent else None
        case e.MovementReviewed(movement=movement):
            return part_term("review", movement)
        case _:
            return part_term("participation", event.movement)


def _led_keys(recorded: Recorded[e.LeadershipEvent | e.ConferenceHeld | FactRetracted]) -> Iterable[Id]:
    match recorded.event:
        case e.ConferenceHeld() as event:
            return (event.bloc,) if event.bloc and summation(event) else ()
        case FactRetracted():
            return _key_of(LEADERSHIP, recorded)
        case event:
            return (event.bloc,)


def _led(key: str, doc: Led | None, recorded: Recorded[e.LeadershipEvent | e.ConferenceHeld | FactRetracted]) -> Led:
    known, event = doc or Led(), recorded.event
    if isinstance(event, e.ConferenceHeld):
        return known.model_copy(update={"summed_up": _with(known.summed_up, event.conference)})
    return known.model_copy(update={"events": and_then(known.events, recorded)})


def _with(found: tuple[str, ...], one: str) -> tuple[str, ...]:
    return found if one in found else (*found, one)


def summation(event: e.ConferenceHeld) -> Summation | None:
    """The end of a year that the conference is told to have been; null where it is told to be none, or on no day."""
    if event.kind != "SUMMATION" or event.closes is None or event.effective is None:
        return None
    return Summation(year=event.closes, on=event.effective)


def _year_keys(recorded: Recorded[YearEvent]) -> Iterable[str]:
    return sorted(years_of(recorded.event))


def years_of(event: YearEvent) -> set[str]:
    """The keys of the blocs' years that an event tells of."""
    years = (event.closes, event.opens, event.during) if isinstance(event, e.ConferenceHeld) else (event.year,)
    return {year_key(event.bloc, year) for year in years if event.bloc and year}


def _year(key: str, doc: Year | None, recorded: Recorded[YearEvent]) -> Year:
    return Year(acts=_with(doc.acts if doc else (), recorded.stream))


def _named_keys(recorded: Recorded[Naming]) -> Iterable[Id]:
    return sorted({one.person for one in appearances(recorded.event)})


def _named(key: str, doc: Named | None, recorded: Recorded[Naming]) -> Named:
    return Named(streams=_with(doc.streams if doc else (), recorded.stream))


def _stream(key: str, doc: Stream | None, recorded: Recorded[StreamEvent | FactRetracted]) -> Stream | None:
    if doc is None and isinstance(recorded.event, FactRetracted):
        return None  # of a stream that other models keep
    return Stream(events=and_then(doc.events if doc else (), recorded))


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
        case _:
            return {BLOC.of(event.bloc).name} if event.bloc else set()


def _mention(key: str, doc: Mention | None, recorded: Recorded[MentionEvent]) -> Mention:
    return doc or Mention(of=key.partition(" ")[0], stream=recorded.stream)


def _mention_terms(doc: Mention) -> Iterable[str]:
    return (doc.of,)


def names_of(told: Iterable[Any]) -> list[str]:
    """All that events call something by, in their order: names and variants, a document's number and title."""
    fields = ("name", "short_name", "number", "title")
    called = ((*(getattr(event, field, None) for field in fields), *getattr(event, "variants", ())) for event in told)
    found = [name for names in called for name in names]
    return list(dict.fromkeys(name for name in found if name))


def _name_terms(doc: Organisation | Bloc | Document) -> Iterable[str]:
    return terms(names_of(doc.told))


def _organisation_terms(doc: Organisation) -> Iterable[str]:
    return [*_name_terms(doc), *sorted({code_term(code) for e in doc.told if (code := getattr(e, "code", None))})]


ORGANISATIONS = Model(
    "organisations",
    "registry",
    e.VOCABULARY,
    types_of(e.OrganisationEvent, FactRetracted),
    _organisation_keys,
    _organisation,
    doc=Organisation,
    terms=_organisation_terms,
    version=6,
)
BLOCS = Model(
    "blocs",
    "registry",
    e.VOCABULARY,
    types_of(e.BlocEvent, e.MembershipEvent, e.RegulationEvent, FactRetracted),
    _bloc_keys,
    _bloc,
    doc=Bloc,
    terms=_name_terms,
    version=6,
)
DOCUMENTS = Model(
    "documents",
    "registry",
    e.VOCABULARY,
    types_of(e.DocumentEvent, FactRetracted),
    _document_keys,
    _document,
    doc=Document,
    terms=_name_terms,
    version=3,
)
CITATIONS = Model(
    "citations",
    "registry",
    e.VOCABULARY,
    types_of(e.CitationEvent, FactRetracted),
    by_stream,
    _citations,
    doc=Citations,
    terms=_citation_terms,
    version=2,
)
FORMS = Model(
    "forms",
    "registry",
    e.VOCABULARY,
    types_of(e.MovementFormEvent, FactRetracted),
    _form_keys,
    _form,
    doc=MovementForm,
    terms=_form_terms,
)
MOVEMENT_PARTS = Model(
    "movement_parts",
    "registry",
    e.VOCABULARY,
    types_of(MovementPart, FactRetracted),
    by_stream,
    _of_movement,
    doc=OfMovement,
    terms=_movement_terms,
)
LEADERSHIPS = Model(
    "leaderships",
    "registry",
    e.VOCABULARY,
    types_of(e.LeadershipEvent, e.ConferenceHeld, FactRetracted),
    _led_keys,
    _led,
    doc=Led,
    version=5,
)
YEARS = Model(
    "years",
    "registry",
    e.VOCABULARY,
    types_of(YearEvent),
    _year_keys,
    _year,
    doc=Year,
    version=8,
)
DEADLINES = Model(
    "deadlines",
    "registry",
    e.VOCABULARY,
    types_of(e.DeadlineEvent, FactRetracted),
    _deadline_keys,
    _deadline,
    doc=Deadline,
    terms=_deadline_terms,
)
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
    version=2,
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
    version=6,
)
STREAMS = Model(
    "streams",
    "registry",
    e.VOCABULARY,
    types_of(StreamEvent, FactRetracted),
    by_stream,
    _stream,
    doc=Stream,
    history="stream",
    version=17,
)
MODELS = (
    ORGANISATIONS,
    BLOCS,
    DOCUMENTS,
    CITATIONS,
    FORMS,
    MOVEMENT_PARTS,
    LEADERSHIPS,
    YEARS,
    DEADLINES,
    INVOLVED,
    PERSONS,
    MENTIONS,
    STREAMS,
)
