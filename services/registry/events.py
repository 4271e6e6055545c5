"""Registry's public vocabulary: what can happen to organisations, persons, blocs and a bloc's year.

What a command tells and what its event keeps is one class (the `*Facts` below), so that a path in `record.inferred`
names the same field in both. A null is "not said"; `record` is null for an act performed in the system.
Civil dates are Vietnam's; a year is the emulation year that something is about, whenever it took place.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.kernel.events import Event, Vocabulary, types_of
from services.kernel.provenance import Amount, Listed, Part, Record, Source
from services.kernel.standing import Correctable, FactRetracted
from services.kernel.telling import Told
from services.kernel.text import Id, Line, Prose

Year = Annotated[int, Field(ge=1945, le=2200)]
Figure = Annotated[str, Field(pattern=r"^-?\d{1,15}(\.\d{1,6})?$")]
Sealed = Annotated[str, Field(min_length=1)]
"""A person's text, sealed with that person's key."""

BlocKind = Literal["KHOI", "CUM"]
DeputyRank = Literal["STANDING", "ORDINARY"]
Mode = Literal["ELECTED", "ACCLAIMED", "APPOINTED"]
HalfDay = Literal["MORNING", "AFTERNOON"]
ConferenceKind = Literal["PLANNING", "MIDYEAR", "SUMMATION", "SIGNING", "OTHER"]
Role = Literal[
    "ATTENDS",
    "CHAIRS",
    "OPENS",
    "REPORTS",
    "PRESENTS_DRAFT",
    "COMMENTS",
    "DIRECTS",
    "RESPONDS",
    "LAUNCHES",
    "SIGNS",
    "CONCLUDES",
]
LinkManner = Literal["CONTINUED", "JOINED", "PUSHED", "CITED"]
ExemplarKind = Literal["PERSON", "COLLECTIVE", "MODEL", "PRACTICE"]
ExemplarStep = Literal["FOUND", "FOSTERED", "HONOURED", "REPLICATED", "PUBLICISED"]
ONE_THING = (
    "must name one thing that cites: a conference, a movement, a review, a report, or a plan by bloc and year"
    " / cần nêu đúng một nơi viện dẫn: hội nghị, phong trào, sơ kết hoặc tổng kết, báo cáo, hoặc kế hoạch (khối và năm)"
)


class Party(Part):
    """Who: an agency, a person acting for it, or only words such as "Ban Chủ tịch"."""

    agency: Id | None = None
    """The agency."""
    person: Id | None = None
    """The person who acts for it."""
    words: Line | None = None
    """As worded, where nobody is named."""


class Holder(Part):
    """Who holds an office: an agency is elected, a person represents it; the press gives the title to either."""

    agency: Id | None = None
    """The agency."""
    person: Id | None = None
    """The person who represents it."""
    title: Line | None = None
    """The title as worded, such as "Khối trưởng"."""


class Deputy(Holder):
    """A deputy head."""

    rank: DeputyRank | None = None
    """Standing deputy (Khối phó thường trực) or an ordinary one."""


class Member(Part):
    """A unit named as a member of a bloc."""

    unit: Id
    """The unit."""


class Tally(Part):
    """The count of a vote: never who voted what."""

    in_favour: int = Field(ge=0)
    """Votes for."""
    against: int | None = Field(default=None, ge=0)
    """Votes against."""
    eligible: int | None = Field(default=None, ge=0)
    """All who could vote, present or not."""


class Attendee(Party):
    """Who took part in a conference, and how. Attendance is not membership."""

    roles: tuple[Role, ...] = ()
    """What they did there, as far as it is told."""
    count: Amount | None = None
    """How many, for a group."""


class PlanItem(Part):
    """One activity of a yearly plan."""

    item: Id
    """Its id within the plan, chosen by the caller."""
    text: Line
    """What is to be done."""
    lead: Id | None = None
    """The lead agency."""
    joining: tuple[Id, ...] = ()
    """Agencies that take part."""


class Target(Part):
    """A figure to be reached."""

    text: Line
    """What is measured."""
    figure: Figure
    """A decimal number with a point, such as "100"."""
    unit: Line
    """The unit, such as "%"."""


class Ruling(Part):
    """Who settled what sources tell in contradicting ways, and why; its document is the record's source."""

    by: Party
    """Who ruled."""
    reason: Prose
    """Why."""


class Disputable(Told, Correctable):
    """Facts that sources may tell in ways that cannot both be: all are kept, until a ruling says which hold."""

    may_differ: ClassVar[frozenset[str]] = frozenset({"record", "ruling", "correction"})
    """Fields of which several values are all true. Of every other one a single value is, and two are a dispute."""

    ruling: Ruling | None = None
    """Given, all that is told here holds instead of all that was told of it before; both stay answerable."""


class OrganisationFacts(Disputable):
    may_differ = Disputable.may_differ | {"effective", "name", "short_name"}
    """An organisation has one name after another: only names of the same day contradict each other."""

    organisation: Id
    """The organisation's id, chosen by the caller."""
    name: Line
    """Its official name; `effective` is the first day of the name."""
    short_name: Line | None = None
    """Its official short name."""
    variants: tuple[Line, ...] = ()
    """Other spellings and short forms by which it is found."""
    kind: Id | None = None
    """What it is, as data: "ministry", "court", "city"."""
    level: Id | None = None
    """Its level, as data: "central", "province"."""
    code: Line | None = None
    """Its official code."""


class OrganisationNameFacts(Told, Correctable):
    organisation: Id
    """The organisation."""
    name: Line | None = None
    """A new official name from `effective` on; null where only short name or variants are told."""
    short_name: Line | None = None
    """A new official short name."""
    variants: tuple[Line, ...] = ()
    """Further spellings and short forms."""


class BlocFacts(Disputable):
    bloc: Id
    """The bloc's id, chosen by the caller."""
    kind: BlocKind
    """A bloc of units alike in function (khối) or of neighbours (cụm)."""
    name: Line
    """Its name from `effective` on."""
    variants: tuple[Line, ...] = ()
    """Other spellings and short forms of the name."""
    authority: Id | None = None
    """The organisation that organises it."""
    level: Id | None = None
    """Its level, as data: "central", "province"."""
    province: Id | None = None
    """The province, below the central level."""
    decision: Source | None = None
    """The decision that establishes it."""


class BlocNameFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    name: Line | None = None
    """A new name from `effective` on; null where only variants are told."""
    variants: tuple[Line, ...] = ()
    """Further spellings and short forms."""


class DissolutionFacts(Told, Correctable):
    bloc: Id
    """The bloc; `effective` is the first day on which it is no more."""
    decision: Source | None = None
    """The decision that dissolves it."""


class MembersFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year | None = None
    """The emulation year that the list is about."""
    members: Listed[Member] = Listed[Member]()
    """The members named, the count declared, and whether the list is whole."""


class MembershipFacts(Told, Correctable):
    authority: Id
    """The organising authority, within which a unit is in at most one bloc."""
    unit: Id
    """The member."""
    bloc: Id
    """The bloc."""
    decision: Source | None = None
    """The decision that admits or releases it."""


class ElectionFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year
    """The year that they are elected for; `effective` is the day of the election."""
    head: Holder | None = None
    """The head elected."""
    deputies: Listed[Deputy] = Listed[Deputy]()
    """The deputies elected."""
    mode: Mode | None = None
    """Elected (bầu), chosen by acclaim (suy tôn), or appointed."""
    tally: Tally | None = None
    """The count of the vote."""
    conference: Id | None = None
    """The conference at which it happened."""


class HandoverFacts(Told):
    bloc: Id
    """The bloc."""
    year: Year
    """The year of the incoming head; `effective` is the day of the handover."""
    outgoing: Holder | None = None
    """Who hands over."""
    incoming: Holder | None = None
    """Who takes over."""
    conference: Id | None = None
    """The conference at which it happened."""


class LeadershipFacts(BaseModel):
    """What a source tells of a term; there is no such act to perform."""

    model_config = ConfigDict(frozen=True)

    bloc: Id
    """The bloc."""
    year: Year | None = None
    """The year that the term is called after."""
    head: Holder | None = None
    """The head."""
    deputies: Listed[Deputy] = Listed[Deputy]()
    """The deputies."""
    mode: Mode | None = None
    """How they came into office."""
    tally: Tally | None = None
    """The count of the vote."""
    elected_on: date | None = None
    """The day of the election."""
    start: date | None = None
    """The term's own first day (handover, appointment)."""
    end: date | None = None
    """The term's own last day."""
    seen_on: date | None = None
    """A day on which the source shows the head in office."""
    record: Record
    """How it is known."""


class ConferenceFacts(Disputable):
    conference: Id
    """The conference's id, chosen by the caller; `effective` is its day."""
    bloc: Id | None = None
    """The bloc that held it."""
    kind: ConferenceKind
    """Planning, mid-year review, summation, signing of the covenant, or another."""
    closes: Year | None = None
    """The year that it sums up."""
    opens: Year | None = None
    """The year that it plans or opens."""
    during: Year | None = None
    """The year in the midst of which it reviews."""
    half_day: HalfDay | None = None
    """Morning or afternoon."""
    place: Line | None = None
    """Where."""
    chairs: Listed[Party] = Listed[Party]()
    """Who chaired: persons, agencies, or a presidium in words."""
    agenda: Listed[Line] = Listed[Line]()
    """What it was held for."""


class AttendanceFacts(Told, Correctable):
    conference: Id
    """The conference."""
    attendees: Listed[Attendee] = Listed[Attendee]()
    """Who took part, and in which roles."""


class GuidanceFacts(Told, Correctable):
    conference: Id
    """The conference at which it was given."""
    guidance: Id
    """Its id within the conference, chosen by the caller."""
    speaker: Party | None = None
    """Who gave it."""
    points: Listed[Prose] = Listed[Prose]()
    """What it asks for. A conference decides nothing by being guided."""
    acceptors: Listed[Party] = Listed[Party]()
    """Who took it in (tiếp thu)."""


class DifficultiesFacts(Told, Correctable):
    conference: Id
    """The conference."""
    speakers: Listed[Party] = Listed[Party]()
    """Who spoke of difficulties."""
    difficulties: Listed[Prose] = Listed[Prose]()
    """The difficulties, as far as they are told. Nothing is decided by voicing them."""


class ConclusionFacts(Told, Correctable):
    conference: Id
    """The conference."""
    year: Year | None = None
    """The year that the conclusions are for."""
    conclusions: Listed[Prose] = Listed[Prose]()
    """What it settled: directions, agreements, tasks in its own words."""
    minutes: Source | None = None
    """Its minutes."""
    resolution: Source | None = None
    """The resolution that it passed."""


class Highlight(Part):
    """What a report stresses."""

    text: Line
    """What it is, in short."""
    count: Amount | None = None
    """How many, as worded."""
    agencies: tuple[Id, ...] = ()
    """The agencies that it names for it, foremost first."""


class ReportFacts(Disputable):
    may_differ = Disputable.may_differ | {"title"}
    """One report is called in several ways."""

    report: Id
    """The report's id, chosen by the caller; `effective` is the day on which it is presented."""
    bloc: Id
    """The bloc that it is about."""
    year: Year
    """The year that it is about."""
    title: Line | None = None
    """What it is called."""
    presenter: Party | None = None
    """Who presents it."""
    conference: Id | None = None
    """The conference at which it is presented."""
    highlights: Listed[Highlight] = Listed[Highlight]()
    """What it stresses."""


class InspectionFacts(Disputable):
    inspection: Id
    """The inspection's id, chosen by the caller; `effective` is its day."""
    bloc: Id
    """The bloc in which it takes place."""
    year: Year
    """The year that it belongs to."""
    item: Id | None = None
    """The activity of the year's plan that it carries out."""
    subjects: Listed[Line] = Listed[Line]()
    """What is inspected: emulation work, the bloc's regulation."""
    inspectors: Listed[Party] = Listed[Party]()
    """Who inspects."""
    units: Listed[Member] = Listed[Member]()
    """Who is inspected."""
    findings: Listed[Prose] = Listed[Prose]()
    """What is found."""


class ExemplarFacts(Disputable):
    exemplar: Id
    """The exemplar's id, chosen by the caller; `effective` is the day from which it is one."""
    kind: ExemplarKind | None = None
    """A person, a collective, a model or a way of working; null of a group of several kinds."""
    who: Party | None = None
    """Who it is; of a model or a way of working, whose."""
    name: Line | None = None
    """What a model, a way of working or a group is called."""
    fallen: bool | None = None
    """True of who fell on duty (hy sinh)."""
    count: Amount | None = None
    """How many, of a group of which nobody need be named."""
    part_of: Id | None = None
    """The group of exemplars that it belongs to."""
    bloc: Id | None = None
    """The bloc in which it is one."""
    year: Year | None = None
    """The year in which it is one."""
    conference: Id | None = None
    """The conference at which it was told."""


class ExemplarStepFacts(Told, Correctable):
    exemplar: Id
    """The exemplar; `effective` is the day of the step."""
    step: ExemplarStep
    """Found (phát hiện), fostered (bồi dưỡng), honoured (tôn vinh), replicated (nhân rộng) or publicised."""
    by: Party | None = None
    """Who did it."""
    medium: Line | None = None
    """In which medium: a paper, a broadcast, a book."""
    partner: Party | None = None
    """Together with whom."""
    conference: Id | None = None
    """The conference at which it was done."""


class DocumentFacts(Disputable):
    may_differ = Disputable.may_differ | {"title"}
    """One document is called in several ways."""

    document: Id
    """The document's id, chosen by the caller; `effective` is the first day on which it is in force."""
    kind: Id | None = None
    """What it is, as data: "directive", "resolution", "programme", "law", "decision"."""
    number: Line | None = None
    """Its official number, such as "34-CT/TW"."""
    title: Line | None = None
    """What it is called, or about."""
    issuer: Party | None = None
    """Who issued it."""
    dated: date | None = None
    """The day that it bears."""
    expires: date | None = None
    """The first day on which it is in force no more."""


class Citing(Part):
    """What cites a document: a conference or guidance given at it, a movement, review, report, plan or item of it."""

    conference: Id | None = None
    """The conference."""
    guidance: Id | None = None
    """Of the conference: the guidance that cites."""
    movement: Id | None = None
    """The movement."""
    review: Id | None = None
    """The review."""
    report: Id | None = None
    """The report."""
    bloc: Id | None = None
    """Of a plan: its bloc."""
    year: Year | None = None
    """Of a plan: its year."""
    item: Id | None = None
    """Of a plan: the activity that cites."""

    @model_validator(mode="after")
    def _one_thing(self) -> "Citing":
        whole = (self.conference, self.movement, self.review, self.report, self.bloc and self.year)
        parts = (
            (self.guidance, self.conference),
            (self.bloc, self.year),
            (self.year, self.bloc),
            (self.item, self.bloc),
        )
        if sum(map(bool, whole)) != 1 or any(part and not of for part, of in parts):
            raise ValueError(ONE_THING)
        return self


class CitationFacts(Told, Correctable):
    document: Id
    """The document, which need not be registered before."""
    citing: Citing
    """What cites it."""
    words: Line | None = None
    """How it is cited, in short."""


class MovementFacts(Disputable):
    movement: Id
    """The movement's id, chosen by the caller; `effective` is the day of the launch."""
    bloc: Id | None = None
    """The bloc in which it was launched."""
    year: Year | None = None
    """The year it is for."""
    name: Line | None = None
    """Its name."""
    theme: Line | None = None
    """Its theme or slogan."""
    launcher: Party | None = None
    """Who launched it."""
    conference: Id | None = None
    """The conference at which it was launched."""
    tags: tuple[Line, ...] = ()
    """Free tags, such as "thi đua đột xuất"."""


class MovementLinkFacts(Told, Correctable):
    movement: Id
    """The movement of somebody else, which need not be registered before."""
    bloc: Id
    """The bloc that takes it up."""
    year: Year
    """The bloc's year."""
    manner: LinkManner
    """Continued, joined, only pushed on (đẩy mạnh), or cited without a word on whether the bloc takes part."""
    name: Line | None = None
    """Its name."""
    launcher: Party | None = None
    """Who launched it, as far as it is told."""


class Signature(Part):
    """Who signed a covenant."""

    member: Id | None = None
    """The member that is bound by it."""
    person: Id | None = None
    """The person who signed."""


class SignatureFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year
    """The covenant's year; `effective` is the day of the signature."""
    signature: Signature
    """The member that signs, and by whom."""
    conference: Id | None = None
    """The conference at which it was signed."""


class CovenantFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year
    """The covenant's year; `effective` is the day of the signing."""
    signed: bool | None = None
    """Whether it was signed, where that is told."""
    by_reference: bool | None = None
    """True where the covenant is known only because something refers to it."""
    signatures: Listed[Signature] = Listed[Signature]()
    """The signatures told."""
    conference: Id | None = None
    """The conference at which it was signed, or was to be."""


class PlanDraftFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year
    """The plan's year."""
    items: Listed[PlanItem] = Listed[PlanItem]()
    """Its activities."""
    presenter: Party | None = None
    """Who presents the draft."""
    conference: Id | None = None
    """The conference at which it is presented."""


class PlanCommentFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year
    """The plan's year."""
    commenters: Listed[Party] = Listed[Party]()
    """Who commented."""
    acceptor: Party | None = None
    """Who takes the comments in."""
    finaliser: Party | None = None
    """Who is to finalise the plan."""
    conference: Id | None = None
    """The conference at which it was discussed."""


class PlanApprovalFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year
    """The plan's year; `effective` is the day of the approval."""
    approver: Party | None = None
    """Who approved it."""
    items: Listed[PlanItem] | None = None
    """The activities as approved; null where they are not told anew."""
    decision: Source | None = None
    """The document that approves it."""


class PlanReferenceFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year
    """The plan's year."""
    title: Line | None = None
    """What it is called."""


class LeadFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year
    """The plan's year."""
    item: Id
    """The activity."""
    lead: Id
    """The lead agency."""
    joining: tuple[Id, ...] = ()
    """Agencies that take part."""


class ReviewFacts(Disputable):
    review: Id
    """The review's id, chosen by the caller."""
    bloc: Id
    """The bloc."""
    year: Year
    """The year under review."""
    conference: Id | None = None
    """The conference at which it was noted."""
    limitations: Listed[Prose] = Listed[Prose]()
    """Limitations noted."""
    tasks: Listed[Prose] = Listed[Prose]()
    """Tasks set for the time to come; the source may declare more than it tells."""
    targets: Listed[Target] = Listed[Target]()
    """Targets set."""
    results: Listed[Prose] = Listed[Prose]()
    """Results noted."""


class OrganisationRegistered(OrganisationFacts, Event):
    type: Literal["OrganisationRegistered"] = "OrganisationRegistered"


class OrganisationNamed(OrganisationNameFacts, Event):
    type: Literal["OrganisationNamed"] = "OrganisationNamed"


class PersonRegistered(Told, Correctable, Event):
    """A person's id came into use. The name is sealed with the person's key."""

    type: Literal["PersonRegistered"] = "PersonRegistered"
    person: Id
    name: Sealed


class PersonDescribed(Told, Correctable, Event):
    """How a person was called at a time: name, rank and posts as worded then, each sealed."""

    type: Literal["PersonDescribed"] = "PersonDescribed"
    person: Id
    name: Sealed | None = None
    rank: Sealed | None = None
    posts: tuple[Sealed, ...] = ()


class PersonForgotten(Event):
    """The person's key is destroyed: what was sealed with it can never be read again."""

    type: Literal["PersonForgotten"] = "PersonForgotten"
    person: Id


class BlocEstablished(BlocFacts, Event):
    type: Literal["BlocEstablished"] = "BlocEstablished"


class BlocNamed(BlocNameFacts, Event):
    type: Literal["BlocNamed"] = "BlocNamed"


class BlocDissolved(DissolutionFacts, Event):
    """From `effective` on the bloc is no more. It ends no membership: that is MembershipEnded."""

    type: Literal["BlocDissolved"] = "BlocDissolved"


class MembersDeclared(MembersFacts, Event):
    """A source names members or counts them. It starts no membership; `effective` is the day of which it speaks."""

    type: Literal["MembersDeclared"] = "MembersDeclared"


class MembershipStarted(MembershipFacts, Event):
    """From `effective` on the unit is a member."""

    type: Literal["MembershipStarted"] = "MembershipStarted"


class MembershipEnded(MembershipFacts, Event):
    """From `effective` on the unit is no member any more."""

    type: Literal["MembershipEnded"] = "MembershipEnded"


class LeadershipElected(ElectionFacts, Event):
    type: Literal["LeadershipElected"] = "LeadershipElected"


class LeadershipHandedOver(HandoverFacts, Correctable, Event):
    type: Literal["LeadershipHandedOver"] = "LeadershipHandedOver"
    replaces: ClassVar[tuple[str, ...]] = ("HandoverCorrected",)


class LeadershipRecorded(LeadershipFacts, Correctable, Event):
    """A source tells who led, whatever it does not tell about how they came to."""

    type: Literal["LeadershipRecorded"] = "LeadershipRecorded"
    replaces: ClassVar[tuple[str, ...]] = ("LeadershipCorrected",)


class LeadershipCorrected(LeadershipFacts, Event):
    """What an earlier event of the same stream told of a term is replaced by this, for the reason given."""

    type: Literal["LeadershipCorrected"] = "LeadershipCorrected"
    replaces: ClassVar[tuple[str, ...]] = ("LeadershipElected", "LeadershipRecorded")
    corrects: int
    """The version, in this stream, of the event that told the term."""

    @property
    def amends(self) -> int:
        return self.corrects


class HandoverCorrected(HandoverFacts, Event):
    """What an earlier event of the same stream told of a handover is replaced by this, for the reason given."""

    type: Literal["HandoverCorrected"] = "HandoverCorrected"
    replaces: ClassVar[tuple[str, ...]] = ("LeadershipHandedOver",)
    record: Record
    corrects: int
    """The version, in this stream, of the event that told the handover."""
    void: bool = False
    """True where no such handover took place."""

    @property
    def amends(self) -> int:
        return self.corrects


class ConferenceHeld(ConferenceFacts, Event):
    type: Literal["ConferenceHeld"] = "ConferenceHeld"


class AttendanceRecorded(AttendanceFacts, Event):
    type: Literal["AttendanceRecorded"] = "AttendanceRecorded"


class GuidanceGiven(GuidanceFacts, Event):
    """Somebody from above told a conference what to do (chỉ đạo)."""

    type: Literal["GuidanceGiven"] = "GuidanceGiven"


class DifficultiesVoiced(DifficultiesFacts, Event):
    type: Literal["DifficultiesVoiced"] = "DifficultiesVoiced"


class ConferenceConcluded(ConclusionFacts, Event):
    """What a conference came to, with its minutes and resolution as far as they are known."""

    type: Literal["ConferenceConcluded"] = "ConferenceConcluded"


class ReportPresented(ReportFacts, Event):
    type: Literal["ReportPresented"] = "ReportPresented"


class InspectionHeld(InspectionFacts, Event):
    type: Literal["InspectionHeld"] = "InspectionHeld"


class ExemplarRegistered(ExemplarFacts, Event):
    """An advanced exemplar (điển hình tiên tiến, gương người tốt, việc tốt) came to be known, or a group of them."""

    type: Literal["ExemplarRegistered"] = "ExemplarRegistered"


class ExemplarFurthered(ExemplarStepFacts, Event):
    """Something was done about an exemplar, so that others follow it."""

    type: Literal["ExemplarFurthered"] = "ExemplarFurthered"


class DocumentRegistered(DocumentFacts, Event):
    """A document that guides emulation work came to be known. It is no movement, whatever it calls for."""

    type: Literal["DocumentRegistered"] = "DocumentRegistered"


class DocumentCited(CitationFacts, Event):
    type: Literal["DocumentCited"] = "DocumentCited"


class MovementLaunched(MovementFacts, Event):
    type: Literal["MovementLaunched"] = "MovementLaunched"


class MovementLinked(MovementLinkFacts, Event):
    type: Literal["MovementLinked"] = "MovementLinked"


class CovenantSigned(SignatureFacts, Event):
    """One member signed."""

    type: Literal["CovenantSigned"] = "CovenantSigned"


class CovenantRecorded(CovenantFacts, Event):
    """A source speaks of a covenant, at least by reference."""

    type: Literal["CovenantRecorded"] = "CovenantRecorded"


class PlanDrafted(PlanDraftFacts, Event):
    type: Literal["PlanDrafted"] = "PlanDrafted"


class PlanCommented(PlanCommentFacts, Event):
    type: Literal["PlanCommented"] = "PlanCommented"


class PlanApproved(PlanApprovalFacts, Event):
    type: Literal["PlanApproved"] = "PlanApproved"


class PlanRecorded(PlanReferenceFacts, Event):
    """A source refers to a plan without telling what became of it."""

    type: Literal["PlanRecorded"] = "PlanRecorded"


class ActivityAssigned(LeadFacts, Event):
    type: Literal["ActivityAssigned"] = "ActivityAssigned"


class ReviewNoted(ReviewFacts, Event):
    type: Literal["ReviewNoted"] = "ReviewNoted"


OrganisationEvent = OrganisationRegistered | OrganisationNamed
PersonEvent = PersonRegistered | PersonDescribed | PersonForgotten
BlocEvent = BlocEstablished | BlocNamed | BlocDissolved | MembersDeclared
MembershipEvent = MembershipStarted | MembershipEnded
LeadershipEvent = (
    LeadershipElected | LeadershipHandedOver | LeadershipRecorded | LeadershipCorrected | HandoverCorrected
)
ConferenceEvent = ConferenceHeld | AttendanceRecorded | GuidanceGiven | DifficultiesVoiced | ConferenceConcluded
ReportEvent = ReportPresented
InspectionEvent = InspectionHeld
ExemplarEvent = ExemplarRegistered | ExemplarFurthered
DocumentEvent = DocumentRegistered
CitationEvent = DocumentCited
MovementEvent = MovementLaunched | MovementLinked
CovenantEvent = CovenantSigned | CovenantRecorded
PlanEvent = PlanDrafted | PlanCommented | PlanApproved | PlanRecorded | ActivityAssigned
ReviewEvent = ReviewNoted

VOCABULARY: Vocabulary[Event] = Vocabulary(
    *types_of(
        OrganisationEvent,
        PersonEvent,
        BlocEvent,
        MembershipEvent,
        LeadershipEvent,
        ConferenceEvent,
        ReportEvent,
        InspectionEvent,
        ExemplarEvent,
        DocumentEvent,
        CitationEvent,
        MovementEvent,
        CovenantEvent,
        PlanEvent,
        ReviewEvent,
        FactRetracted,
    )
)
