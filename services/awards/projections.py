"""What awards' own events make of the catalogue, proposals and awards, and what of it is public."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from services.awards import events as e
from services.awards.domain.catalogue import spellings
from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model
from services.kernel.public import IN_ORDER, PublicRecord, following
from services.kernel.telling import worded
from services.kernel.text import bare


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
    version=2,
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
    """Every act that is recorded of one award; several decisions only where records contradict each other."""

    decided: tuple[e.AwardDecided, ...] = ()
    conferred: tuple[e.AwardConferred, ...] = ()
    cancelled: tuple[e.AwardCancelled, ...] = ()
    corrected: tuple[e.AwardCorrected, ...] = ()

    @property
    def acts(self) -> tuple[e.AwardDecided | e.AwardConferred, ...]:
        return (*self.decided, *self.conferred)

    @property
    def latest(self) -> tuple[e.AwardCorrected | e.AwardDecided | e.AwardConferred, ...]:
        """Where to look for recipient and kind: the last corrigendum first, then decisions, then conferrals."""
        return (*reversed(self.corrected), *self.acts)

    @property
    def recipient(self) -> e.Recipient | None:
        return next((event.recipient for event in self.latest if event.recipient), None)

    @property
    def kind(self) -> e.KindCode | None:
        return next((event.kind for event in self.latest if event.kind), None)


def award_of(recorded: Recorded[e.AwardEvent]) -> tuple[str]:
    return (recorded.event.award,)


def awarded(key: str, award: Award | None, recorded: Recorded[e.AwardEvent]) -> Award:
    award = award or Award()
    match recorded.event:
        case e.AwardDecided() as event:
            return award.model_copy(update={"decided": (*award.decided, event)})
        case e.AwardConferred() as event:
            return award.model_copy(update={"conferred": (*award.conferred, event)})
        case e.AwardCancelled() as event:
            return award.model_copy(update={"cancelled": (*award.cancelled, event)})
        case e.AwardCorrected() as event:
            return award.model_copy(update={"corrected": (*award.corrected, event)})


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
    version=2,
)


class Decision(BaseModel):
    """How an award was decided."""

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
    """How an award was handed over last."""

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
    """How an award was cancelled."""

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
    """The right number of the decision."""
    decided_on: str | None = None
    """The right date of the decision, YYYY-MM-DD."""


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
    inferred: tuple[str, ...]
    """The fields that the document does not state."""


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
    """How it was handed over last."""
    cancellation: Cancellation | None = None
    """How it was cancelled."""
    correction: Correction | None = None
    """How its decision was corrected last."""
    record: PublicSource | None = None
    """Where the last event was taken over from."""


def announced(award: str, row: PublicRecord | None, recorded: Recorded[e.AwardEvent]) -> PublicRecord:
    """Each record holds the award as it then is, so that a subscriber needs no earlier one.

    Persons are left out even as ids, and so is why an award was cancelled or corrected.
    """
    event = recorded.event
    data = {"award": award, **(row.data if row else {}), **_subject(event), **_act(event)}
    data.pop("record", None)
    if event.record is not None:
        inferred = sorted(inference.field for inference in event.record.inferred)
        data["record"] = {"source": event.record.source.id, "inferred": inferred}
    return following(row, event.type, recorded, data)


def _act(event: e.AwardEvent) -> dict[str, Any]:
    match event:
        case e.AwardDecided():
            return {"decision": _told(event, "decision", "number", "effective", "authority", "regulation")}
        case e.AwardConferred():
            return {"conferral": _told(event, "effective", "conferred_by", "conference", "place")}
        case e.AwardCancelled():
            return {"cancellation": _told(event, "ground", "number", "effective", "authority")}
        case e.AwardCorrected():
            told = _told(event, "number", "effective", "authority", "decision_number", "decided_on")
            return {"correction": told}


def _subject(event: e.AwardEvent) -> dict[str, Any]:
    """What the award is, as far as the event tells it."""
    if isinstance(event, e.AwardCancelled):
        return {}
    told = _told(event, "kind", "wording", "bloc", "year")
    return told if event.recipient is None else {**told, "recipient": _public(event.recipient)}


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
    version=2,
)

MODELS = (KINDS, PROPOSALS, AWARDS, PUBLIC)
