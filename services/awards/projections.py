"""What awards' own events make of the catalogue, proposals and awards, and what of it is public."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.awards import events as e
from services.awards.domain.catalogue import spellings
from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model
from services.kernel.public import IN_ORDER, PublicRecord, following
from services.kernel.telling import worded
from services.kernel.text import Code, bare


class Kind(BaseModel):
    """The versions of a kind of award, oldest first."""

    versions: tuple[e.AwardKindRegistered, ...] = ()


def code_of(recorded: Recorded[e.AwardKindRegistered]) -> tuple[str]:
    return (recorded.event.code,)


def registered(code: str, kind: Kind | None, recorded: Recorded[e.AwardKindRegistered]) -> Kind:
    return Kind(versions=(*(kind.versions if kind else ()), recorded.event))


def spelled(kind: Kind) -> Iterator[str]:
    """The names and aliases of every version, with their marks and without."""
    for text in {text for version in kind.versions for text in spellings(version)}:
        yield f"name:{text}"
        yield f"bare:{bare(text)}"


KINDS = Model(
    "kinds",
    "awards",
    e.VOCABULARY,
    (e.AwardKindRegistered,),
    code_of,
    registered,
    doc=Kind,
    terms=spelled,
    version=3,
)


class Proposal(BaseModel):
    """Several agreements only where records contradict each other."""

    agreed: tuple[e.NominationAgreed, ...] = ()
    decided: tuple[e.ProposalDecided, ...] = ()


def proposal_of(recorded: Recorded[e.ProposalEvent]) -> tuple[str]:
    return (recorded.event.proposal,)


def proposed(key: str, proposal: Proposal | None, recorded: Recorded[e.ProposalEvent]) -> Proposal:
    proposal = proposal or Proposal()
    match recorded.event:
        case e.NominationAgreed() as event:
            return proposal.model_copy(update={"agreed": (*proposal.agreed, event)})
        case e.ProposalDecided() as event:
            return proposal.model_copy(update={"decided": (*proposal.decided, event)})


def of_proposal(proposal: Proposal) -> Iterator[str]:
    for event in proposal.agreed:
        yield f"bloc:{event.bloc}"
        yield f"year:{event.year}"


PROPOSALS = Model(
    "proposals",
    "awards",
    e.VOCABULARY,
    types_of(e.ProposalEvent),
    proposal_of,
    proposed,
    doc=Proposal,
    terms=of_proposal,
    version=3,
)


class Award(BaseModel):
    """Every act that is recorded of one award, as told; several decisions only where records contradict each other."""

    told: tuple[Annotated[e.AwardEvent, Field(discriminator="type")], ...] = ()

    @property
    def decided(self) -> tuple[e.AwardDecided, ...]:
        return tuple(event for event in self.told if isinstance(event, e.AwardDecided))

    @property
    def conferred(self) -> tuple[e.AwardConferred, ...]:
        return tuple(event for event in self.told if isinstance(event, e.AwardConferred))

    @property
    def cancelled(self) -> tuple[e.AwardCancelled, ...]:
        return tuple(event for event in self.told if isinstance(event, e.AwardCancelled))

    @property
    def corrected(self) -> tuple[e.AwardCorrected, ...]:
        return tuple(event for event in self.told if isinstance(event, e.AwardCorrected))

    @property
    def acts(self) -> tuple[e.AwardDecided | e.AwardConferred, ...]:
        return (*self.decided, *self.conferred)

    @property
    def latest(self) -> tuple[e.AwardCorrected | e.AwardDecided | e.AwardConferred, ...]:
        """Where to look for recipient and kind: the last corrigendum first, then decisions, then conferrals.

        `announced` keeps to the same.
        """
        return (*reversed(self.corrected), *self.acts)

    @property
    def recipient(self) -> e.Recipient | None:
        return next((event.recipient for event in self.latest if event.recipient), None)

    @property
    def kind(self) -> Code | None:
        return next((event.kind for event in self.latest if event.kind), None)


def award_of(recorded: Recorded[e.AwardEvent]) -> tuple[str]:
    return (recorded.event.award,)


def awarded(key: str, award: Award | None, recorded: Recorded[e.AwardEvent]) -> Award:
    return Award(told=(*(award.told if award else ()), recorded.event))


def of_award(award: Award) -> Iterator[str]:
    for event in award.acts:
        if event.bloc:
            yield f"bloc:{event.bloc}"
        if event.year:
            yield f"year:{event.year}"
    if award.kind:
        yield f"kind:{award.kind}"
    if award.recipient and (known := award.recipient.organisation or award.recipient.person):
        yield f"recipient:{known}"


AWARDS = Model(
    "awards",
    "awards",
    e.VOCABULARY,
    types_of(e.AwardEvent),
    award_of,
    awarded,
    doc=Award,
    terms=of_award,
    version=3,
)


class Decision(BaseModel):
    """How an award was decided, as the decision says that was told first."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    decision: str
    """The decision's id."""
    number: str | None = None
    """Its number."""
    effective: str | None = None
    """Its date, YYYY-MM-DD."""
    authority: str | None = None
    """Id of the organisation that decided."""
    regulation: str | None = None
    """The law and decree that the award is bound to."""


class Conferral(BaseModel):
    """How an award was handed over, as whoever told it first says, and others where that is silent."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    effective: str | None = None
    """The day, YYYY-MM-DD."""
    conferred_by: str | None = None
    """Id of the organisation that handed it over."""
    conference: str | None = None
    """Id of the conference at which it happened."""
    place: str | None = None
    """Where."""


class Cancellation(BaseModel):
    """How an award was cancelled, as whoever told it first says, and others where that is silent."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    ground: e.CancelGround | None = None
    """The legal ground."""
    number: str | None = None
    """Number of the cancelling decision."""
    effective: str | None = None
    """Its date, YYYY-MM-DD."""
    authority: str | None = None
    """Id of the organisation that cancelled."""


class Correction(BaseModel):
    """How a decision was corrected last."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    number: str | None = None
    """Number of the corrigendum."""
    effective: str | None = None
    """Its date, YYYY-MM-DD."""
    authority: str | None = None
    """Id of the organisation that corrected."""
    decision_number: str | None = None
    """The right number of the decision, from whichever corrigendum told it last."""
    decided_on: str | None = None
    """The right date of the decision, YYYY-MM-DD, from whichever corrigendum told it last."""


class PublicGroup(BaseModel):
    """Recipients that a source mentions without names."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    kind: e.RecipientKind | None = None
    """Individuals, collectives or households."""
    count: int | None = None
    """How many."""


class PublicRecipient(BaseModel):
    """Who got an award: one of the three. Who a person is, is not public."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    organisation: str | None = None
    """Id of the organisation."""
    person: Literal[True] | None = None
    """It is a person."""
    group: PublicGroup | None = None
    """A group without names."""


class PublicSource(BaseModel):
    """Where what the last event tells was taken over from; absent where the act was performed in the system."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    source: str
    """Id of the document."""


class PublicMark(BaseModel):
    """Who tells a value, and how sure it is."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    act: Literal["AwardDecided", "AwardConferred", "AwardCancelled", "AwardCorrected"]
    """The type of the event that tells it."""
    source: str | None = None
    """Id of the document that it was taken over from; absent where the act was performed in the system."""
    inferred: Literal[True] | None = None
    """The document does not state it."""


class PublicAward(BaseModel):
    """An award as it is after an event, so that no earlier record is needed. What is absent is not recorded."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    award: str
    """Id of one award of one recipient."""
    kind: str | None = None
    """Code of the kind of award, such as CTD_CP."""
    wording: str | None = None
    """What the document calls it."""
    bloc: str | None = None
    """Id of the bloc."""
    year: int | None = None
    """The emulation year."""
    recipient: PublicRecipient | None = None
    """Who got it."""
    decision: Decision | None = None
    """How it was decided."""
    conferral: Conferral | None = None
    """How it was handed over."""
    cancellation: Cancellation | None = None
    """How it was cancelled."""
    correction: Correction | None = None
    """How its decision was corrected last."""
    record: PublicSource | None = None
    """Where the last event was taken over from."""
    marks: dict[str, PublicMark]
    """Of each value above, by its path such as `kind`, `recipient` or `conferral.effective`. A value of `decision`,
    `conferral`, `cancellation` or `correction` without a mark is told by that act, performed in the system."""


WEIGHT = {"AwardConferred": 1, "AwardDecided": 2, "AwardCorrected": 3}
"""Which event is believed where several tell who got what."""
PARTS = {
    "AwardDecided": ("decision", ("decision", "number", "effective", "authority", "regulation")),
    "AwardConferred": ("conferral", ("effective", "conferred_by", "conference", "place")),
    "AwardCancelled": ("cancellation", ("ground", "number", "effective", "authority")),
    "AwardCorrected": ("correction", ("number", "effective", "authority", "decision_number", "decided_on")),
}
"""Under which name an act is published, and which of its fields are."""
CORRECTED = ("decision_number", "decided_on")
RECIPIENT = (
    "recipient.organisation",
    "recipient.person",
    "recipient.group.description",
    "recipient.group.kind",
    "recipient.group.count",
)


def announced(award: str, row: PublicRecord | None, recorded: Recorded[e.AwardEvent]) -> PublicRecord:
    """Each record holds the award as it then is, so that a subscriber needs no earlier one.

    Persons are left out even as ids, and so is why an award was cancelled or corrected.
    """
    event = recorded.event
    data: dict[str, Any] = {"award": award, **(row.data if row else {})}
    data.pop("record", None)
    data["marks"] = dict(data.get("marks", {}))
    _tell_subject(data, event)
    _tell_act(data, event)
    if event.record is not None:
        data["record"] = {"source": event.record.source.id}
    return following(row, event.type, recorded, data)


def _tell_subject(data: dict[str, Any], event: e.AwardEvent) -> None:
    """As `Award.latest` has it: a corrigendum takes the place of all, else what is told first, by a decision first."""
    marks = data["marks"]
    for field, value in _subject(event).items():
        corrects = isinstance(event, e.AwardCorrected)
        if field not in marks or corrects or WEIGHT[event.type] > WEIGHT[marks[field]["act"]]:
            data[field] = value
            marks[field] = _mark(event, *(RECIPIENT if field == "recipient" else (field,)))


def _tell_act(data: dict[str, Any], event: e.AwardEvent) -> None:
    """What an act was silent about when it was told first, another record of it tells."""
    marks = data["marks"]
    part, fields = PARTS[event.type]
    before = data.get(part, {})
    kept, told = _kept(event, before), _told(event, *fields)
    for field in [field for field in before if field not in kept]:
        marks.pop(f"{part}.{field}", None)
    if kept.get("decision", told.get("decision")) != told.get("decision"):
        return
    data[part] = {**told, **kept}
    if event.record is not None:
        marks |= {f"{part}.{field}": _mark(event, field) for field in told if field not in kept}


def _kept(event: e.AwardEvent, before: dict[str, Any]) -> dict[str, Any]:
    """What holds of what was told of such an act before: of another corrigendum, what this one does not correct."""
    if not isinstance(event, e.AwardCorrected):
        return before
    return {field: before[field] for field in CORRECTED if field in before and getattr(event, field) is None}


def _subject(event: e.AwardEvent) -> dict[str, Any]:
    """What the award is, as far as the event tells it."""
    if isinstance(event, e.AwardCancelled):
        return {}
    told = _told(event, "kind", "wording", "bloc", "year")
    return told if event.recipient is None else {**told, "recipient": _public(event.recipient)}


def _mark(event: e.AwardEvent, *fields: str) -> dict[str, Any]:
    """The mark of a value that the event tells in any of these fields."""
    if event.record is None:
        return {"act": event.type}
    told = {"act": event.type, "source": event.record.source.id}
    inferred = "regulation" in fields or any(event.record.basis(field) is not None for field in fields)
    return {**told, "inferred": True} if inferred else told


def _public(recipient: e.Recipient) -> dict[str, Any]:
    if recipient.organisation is not None:
        return {"organisation": recipient.organisation}
    return {"person": True} if recipient.group is None else {"group": _told(recipient.group, "kind", "count")}


def _told(part: BaseModel, *fields: str) -> dict[str, Any]:
    """These fields as JSON values, as far as there are such and they are told."""
    values = ((field, getattr(part, field, None)) for field in fields)
    return {field: v if isinstance(v, int) else worded(v) for field, v in values if v is not None}


PUBLIC = Model(
    "public",
    "awards",
    e.VOCABULARY,
    types_of(e.AwardEvent),
    award_of,
    announced,
    doc=PublicRecord,
    indexes=(IN_ORDER,),
    version=3,
)

MODELS = (KINDS, PROPOSALS, AWARDS, PUBLIC)
