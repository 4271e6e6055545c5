"""Awards' public vocabulary: the catalogue, proposals agreed at conferences, decisions, conferrals, cancellations.

One award of one recipient is one stream, `award:<id>`. Persons are ids, and no id is made from a person's name.
A year is the emulation year that something is about, whenever it took place.
"""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from services.kernel.dated import Due, Seen
from services.kernel.dated import Year as Year
from services.kernel.events import Event, Vocabulary, types_of
from services.kernel.provenance import Listed, Part
from services.kernel.telling import Told
from services.kernel.text import Code, Id, Line, Prose

Family = Literal["TITLE", "COMMENDATION"]
RecipientKind = Literal["INDIVIDUAL", "COLLECTIVE", "HOUSEHOLD"]
Authority = Literal[
    "PRESIDENT",
    "GOVERNMENT",
    "PRIME_MINISTER",
    "MINISTER",
    "PROVINCE_CHAIR",
    "UNIT_HEAD",
    "COMMUNE_CHAIR",
    "HEAD_CONCERNED",
]
Ground = Literal["MERIT", "AD_HOC", "MOVEMENT", "SERVICE", "SENIORITY", "EXTERNAL"]
CancelGround = Literal["FRAUD_IN_CLAIMS", "FORGED_FILE", "UNLAWFUL_PROCEDURE", "LATER_FINDING"]


class DecidedBy(Part):
    """Who decides an award of a kind, and in which time."""

    authority: Authority
    """The authority."""
    effective_from: date | None = None
    """The first day."""
    effective_to: date | None = None
    """The last day."""
    seen: Seen | None = None
    """Where this was seen."""


class UnnamedGroup(Part):
    """Recipients that a source mentions without names."""

    description: Line
    """What they are, without a name."""
    kind: RecipientKind | None = None
    """Individuals, collectives or households; null where the source does not say."""
    count: int | None = Field(default=None, ge=1)
    """How many; null where the source does not say."""
    exhaustive: bool | None = None
    """Whether these are all; null if not known."""


class Recipient(Part):
    """Who gets an award: exactly one of the three."""

    organisation: Id | None = None
    """The organisation."""
    person: Id | None = None
    """The person."""
    group: UnnamedGroup | None = None
    """A group without names."""

    @model_validator(mode="after")
    def exactly_one(self) -> "Recipient":
        if sum(x is not None for x in (self.organisation, self.person, self.group)) != 1:
            raise ValueError("name one of organisation, person, group / nêu đúng một: tổ chức, cá nhân hoặc nhóm")
        return self


class RankSeen(Part):
    """The recipient's rank in the bloc's ranking, as known at this place of scoring's log."""

    epoch: int
    position: int
    rank: int | None = None
    """The one that binds: of the performed ranking, else the one that was recorded first."""
    basis: Prose | None = None
    """From what the rank is inferred; null where it is told."""
    disputed: bool = False
    """Whether another ranking gives another rank."""


class DecidedAward(Part):
    """One line of a decision."""

    award: Id
    """One award of one recipient."""
    recipient: Recipient
    """Who gets it."""
    kind: Code | None = None
    """Code of the kind; null to find it by the wording."""
    wording: Line | None = None
    """What the document calls it."""
    proposal: Id | None = None
    """The proposal that it grants."""
    bloc: Id | None = None
    """The bloc that proposed."""
    year: Year | None = None
    """The emulation year."""
    ground: Ground | None = None
    """On what ground."""


class KindFacts(Told):
    code: Code
    """Code, such as "CTD_CP"; the same code again makes the next version, in force from `effective` on."""
    family: Family
    """Emulation title or form of commendation."""
    name_vi: Line
    """Vietnamese name."""
    name_en: Line | None = None
    """English name."""
    aliases: tuple[Line, ...] = Field(default=(), max_length=200)
    """Other spellings by which it is found; each belongs to one code."""
    recipients: tuple[RecipientKind, ...] = ()
    """Who can receive it; empty if not known."""
    decided_by: tuple[DecidedBy, ...] = Field(default=(), max_length=50)
    """Who decides it, by time; empty if not known."""
    regulation: Line | None = None
    """The law and decree of this version."""
    article: Line | None = None
    """Article of the law."""
    due: Due | None = None
    """Until when proposals are to be submitted, the day included: "trước ngày 31/3" (before 31 March) is 30 March."""
    effective_to: date | None = None
    """The last day in force."""
    seen: tuple[Seen, ...] = ()
    """Where the row was seen; it is no official text."""


class NominationFacts(Told):
    proposal: Id
    """The proposal's id: one award for one recipient."""
    bloc: Id
    """The bloc that proposes."""
    year: Year
    """The emulation year that the award is for."""
    conference: Id | None = None
    """The conference that agreed; `effective` is the day of the agreement."""
    recipient: Recipient
    """For whom."""
    kind: Code | None = None
    """Code of the kind; null to find it by the wording."""
    wording: Line | None = None
    """What the document calls the award."""
    verb: Line | None = None
    """The verb of the proposal, such as "thống nhất đề nghị"."""
    ground: Ground | None = None
    """On what ground."""
    ground_wording: Line | None = None
    """The ground as worded."""
    declared_count: int | None = Field(default=None, ge=1)
    """How many proposals for this award the source counts together with this one."""


class DecisionFacts(Told):
    decision: Id
    """The decision's id; `effective` is its date."""
    number: Line | None = None
    """Its number."""
    authority: Id | None = None
    """The organisation that decided."""
    signatory: Id | None = None
    """The person who signed."""


class ConferralFacts(Told):
    award: Id
    """The award; `effective` is the day of the conferral."""
    recipient: Recipient | None = None
    """Who got it; may be left out where the award is decided."""
    kind: Code | None = None
    """Code of the kind; null to find it by the wording."""
    wording: Line | None = None
    """What the document calls it."""
    conferred_by: Id | None = None
    """The organisation that handed it over."""
    conference: Id | None = None
    """The conference at which it happened."""
    place: Line | None = None
    """Where."""
    bloc: Id | None = None
    """The bloc at whose conference it happened."""
    year: Year | None = None
    """The emulation year."""


class CancellationFacts(Told):
    award: Id
    """The award; `effective` is the date of the cancelling decision."""
    ground: CancelGround | None = None
    """The legal ground."""
    number: Line | None = None
    """Number of the cancelling decision."""
    authority: Id | None = None
    """The organisation that cancels: the one that decided."""
    signatory: Id | None = None
    """The person who signed."""


class CorrectionFacts(Told):
    award: Id
    """The award; `effective` is the date of the corrigendum. What is null stays as it was."""
    number: Line | None = None
    """Number of the corrigendum."""
    authority: Id | None = None
    """The organisation that corrects."""
    signatory: Id | None = None
    """The person who signed."""
    recipient: Recipient | None = None
    """The right recipient."""
    kind: Code | None = None
    """The right kind."""
    wording: Line | None = None
    """The right wording."""
    decision_number: Line | None = None
    """The right number of the decision."""
    decided_on: date | None = None
    """The right date of the decision."""


class AwardKindRegistered(KindFacts, Event):
    """A version of a kind of award in the catalogue."""

    type: Literal["AwardKindRegistered"] = "AwardKindRegistered"
    version: int


class NominationAgreed(NominationFacts, Event):
    """A conference agreed to propose an award, which is no award yet."""

    type: Literal["NominationAgreed"] = "NominationAgreed"
    kind_version: int | None = None
    """The catalogue's version in force on the day, to which the case is bound."""
    regulation: Line | None = None
    """The law and decree of that version."""
    due: date | None = None
    """The deadline of that version for the year."""
    late: bool | None = None
    """True where the agreement itself came after the deadline (inferred); null where nothing follows."""
    ranking: RankSeen | None = None
    """The ranking that a performed nomination relied on."""


class ProposalDecided(Told, Event):
    """A decision granted what was proposed."""

    type: Literal["ProposalDecided"] = "ProposalDecided"
    proposal: Id
    award: Id
    decision: Id


class DecisionRecorded(DecisionFacts, Event):
    """A numbered, dated, signed act, with the awards that are recorded of its list."""

    type: Literal["DecisionRecorded"] = "DecisionRecorded"
    awards: Listed[Id]


class AwardDecided(DecisionFacts, Event):
    """A decision gave an award to its recipient."""

    type: Literal["AwardDecided"] = "AwardDecided"
    award: Id
    recipient: Recipient
    kind: Code | None = None
    kind_version: int | None = None
    regulation: Line | None = None
    wording: Line | None = None
    proposal: Id | None = None
    bloc: Id | None = None
    year: Year | None = None
    ground: Ground | None = None


class AwardConferred(ConferralFacts, Event):
    """An award was handed over, which can be known without its decision."""

    type: Literal["AwardConferred"] = "AwardConferred"


class AwardCancelled(CancellationFacts, Event):
    """An award was cancelled. Its `reason` is restricted: neither published nor answered."""

    type: Literal["AwardCancelled"] = "AwardCancelled"


class AwardCorrected(CorrectionFacts, Event):
    """A corrigendum to an award; `reason` says why."""

    type: Literal["AwardCorrected"] = "AwardCorrected"


CatalogueEvent = AwardKindRegistered
ProposalEvent = NominationAgreed | ProposalDecided
DecisionEvent = DecisionRecorded
AwardEvent = AwardDecided | AwardConferred | AwardCancelled | AwardCorrected

VOCABULARY: Vocabulary[Event] = Vocabulary(*types_of(CatalogueEvent, ProposalEvent, DecisionEvent, AwardEvent))
