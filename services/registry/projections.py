"""What registry's own events make of organisations, blocs, their leadership and their years."""

from collections.abc import Iterable
from typing import Annotated, Any, assert_never

from pydantic import BaseModel, Field

from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model, by_stream
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.heading import Summation
from services.registry.domain.leadership import Leadership
from services.registry.domain.leadership import evolve as led_after
from services.registry.domain.naming import code_term, terms

OrganisationTold = Annotated[e.OrganisationEvent, Field(discriminator="type")]
BlocTold = Annotated[e.BlocEstablished | e.BlocNamed, Field(discriminator="type")]
MembershipTold = Annotated[e.MembershipEvent, Field(discriminator="type")]
YearEvent = (
    e.ConferenceHeld | e.MovementEvent | e.ReviewNoted | e.ReportEvent | e.InspectionEvent | e.ExemplarRegistered
)
StreamEvent = (
    e.PersonEvent
    | e.MembershipEvent
    | e.ConferenceEvent
    | e.CitationEvent
    | e.MovementEvent
    | e.CovenantEvent
    | e.PlanEvent
    | e.ReviewEvent
    | e.ReportEvent
    | e.InspectionEvent
    | e.ExemplarEvent
)
StreamTold = Annotated[StreamEvent, Field(discriminator="type")]


class Organisation(BaseModel):
    """All that is told of an organisation, oldest first."""

    told: tuple[OrganisationTold, ...] = ()


class Bloc(BaseModel):
    """All that is told of a bloc itself and of its members, oldest first."""

    told: tuple[BlocTold, ...] = ()
    dissolved: tuple[e.BlocDissolved, ...] = ()
    declared: tuple[e.MembersDeclared, ...] = ()
    memberships: tuple[MembershipTold, ...] = ()


class Document(BaseModel):
    """All that is told of a guiding document itself, oldest first."""

    told: tuple[e.DocumentRegistered, ...] = ()


class Citations(BaseModel):
    """What one thing tells of citing one document, oldest first."""

    told: tuple[e.DocumentCited, ...] = ()


class Led(BaseModel):
    """What it takes to say who headed a bloc on a day."""

    leadership: Leadership = Leadership()
    summed_up: tuple[Id, ...] = ()
    """Conferences that are told to have summed up a year of the bloc, on a day."""


class Year(BaseModel):
    """Where what makes up a bloc's year is told (conferences, movements, …), in the order of its first telling."""

    acts: tuple[str, ...] = ()
    """Their streams."""


class Stream(BaseModel):
    """All that one stream tells, oldest first."""

    told: tuple[StreamTold, ...] = ()


def year_key(bloc: Id, year: int) -> str:
    return f"{bloc}:{year}"


def _organisation_keys(recorded: Recorded[e.OrganisationEvent]) -> Iterable[Id]:
    return (recorded.event.organisation,)


def _organisation(key: str, doc: Organisation | None, recorded: Recorded[e.OrganisationEvent]) -> Organisation:
    return Organisation(told=(*(doc.told if doc else ()), recorded.event))


def _bloc_keys(recorded: Recorded[e.BlocEvent | e.MembershipEvent]) -> Iterable[Id]:
    return (recorded.event.bloc,)


def _bloc(key: str, doc: Bloc | None, recorded: Recorded[e.BlocEvent | e.MembershipEvent]) -> Bloc:
    bloc = doc or Bloc()
    match recorded.event:
        case e.BlocEstablished() | e.BlocNamed() as event:
            return bloc.model_copy(update={"told": (*bloc.told, event)})
        case e.BlocDissolved() as event:
            return bloc.model_copy(update={"dissolved": (*bloc.dissolved, event)})
        case e.MembersDeclared() as event:
            return bloc.model_copy(update={"declared": (*bloc.declared, event)})
        case e.MembershipStarted() | e.MembershipEnded() as event:
            return bloc.model_copy(update={"memberships": (*bloc.memberships, event)})
        case event:
            assert_never(event)


def _document_keys(recorded: Recorded[e.DocumentEvent]) -> Iterable[Id]:
    return (recorded.event.document,)


def _document(key: str, doc: Document | None, recorded: Recorded[e.DocumentEvent]) -> Document:
    return Document(told=(*(doc.told if doc else ()), recorded.event))


def _citation_keys(recorded: Recorded[e.CitationEvent]) -> Iterable[str]:
    return (f"{recorded.stream}/{recorded.event.document}",)


def _citations(key: str, doc: Citations | None, recorded: Recorded[e.CitationEvent]) -> Citations:
    return Citations(told=(*(doc.told if doc else ()), recorded.event))


def cited_term(document: Id) -> str:
    """The look-up word of all that cites a document."""
    return f"document:{document}"


def _citation_terms(doc: Citations) -> Iterable[str]:
    return sorted({cited_term(event.document) for event in doc.told})


def _led_keys(recorded: Recorded[e.LeadershipEvent | e.ConferenceHeld]) -> Iterable[Id]:
    event = recorded.event
    if isinstance(event, e.ConferenceHeld):
        return (event.bloc,) if event.bloc and summation(event) else ()
    return (event.bloc,)


def _led(key: str, doc: Led | None, recorded: Recorded[e.LeadershipEvent | e.ConferenceHeld]) -> Led:
    led, event = doc or Led(), recorded.event
    if not isinstance(event, e.ConferenceHeld):
        return led.model_copy(update={"leadership": led_after(led.leadership, event)})
    return led.model_copy(update={"summed_up": tuple(dict.fromkeys((*led.summed_up, event.conference)))})


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
    return Year(acts=tuple(dict.fromkeys((*(doc.acts if doc else ()), recorded.stream))))


def _stream(key: str, doc: Stream | None, recorded: Recorded[StreamEvent]) -> Stream:
    return Stream(told=(*(doc.told if doc else ()), recorded.event))


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
    types_of(e.OrganisationEvent),
    _organisation_keys,
    _organisation,
    doc=Organisation,
    terms=_organisation_terms,
    version=4,
)
BLOCS = Model(
    "blocs",
    "registry",
    e.VOCABULARY,
    types_of(e.BlocEvent, e.MembershipEvent),
    _bloc_keys,
    _bloc,
    doc=Bloc,
    terms=_name_terms,
    version=4,
)
DOCUMENTS = Model(
    "documents",
    "registry",
    e.VOCABULARY,
    types_of(e.DocumentEvent),
    _document_keys,
    _document,
    doc=Document,
    terms=_name_terms,
    version=2,
)
CITATIONS = Model(
    "citations",
    "registry",
    e.VOCABULARY,
    types_of(e.CitationEvent),
    _citation_keys,
    _citations,
    doc=Citations,
    terms=_citation_terms,
)
LEADERSHIPS = Model(
    "leaderships",
    "registry",
    e.VOCABULARY,
    types_of(e.LeadershipEvent, e.ConferenceHeld),
    _led_keys,
    _led,
    doc=Led,
    version=3,
)
YEARS = Model(
    "years",
    "registry",
    e.VOCABULARY,
    types_of(YearEvent),
    _year_keys,
    _year,
    doc=Year,
    version=6,
)
STREAMS = Model(
    "streams",
    "registry",
    e.VOCABULARY,
    types_of(StreamEvent),
    by_stream,
    _stream,
    doc=Stream,
    history="stream",
    version=8,
)
MODELS = (ORGANISATIONS, BLOCS, DOCUMENTS, CITATIONS, LEADERSHIPS, YEARS, STREAMS)
