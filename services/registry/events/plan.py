"""What can happen to a plan of a bloc's year."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from services.kernel.events import Event
from services.kernel.provenance import Listed, Part, Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Form, Id, Line, Prose
from services.registry.events.common import Disputable, Party, Year

Percent = Annotated[
    str,
    Form(
        r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$",
        "must be from 0 to 100 without a sign, with at most two decimal places, such as 62.5",
        "phải từ 0 đến 100, không có dấu %, tối đa hai chữ số thập phân, ví dụ 62.5",
    ),
]


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
    due: date | None = None
    """By when."""


class ActivityStep(Part):
    """One step of an activity."""

    text: Line
    """What is to be done."""
    due: date | None = None
    """By when."""
    responsible: Party | None = None
    """Who does it."""


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
    due: date | None = None
    """By when."""


class ActivityDetailFacts(Disputable):
    about: ClassVar[tuple[str, ...]] = ("item",)
    may_differ = Disputable.may_differ | {"title"}
    """One plan is called in several ways."""

    bloc: Id
    """The bloc."""
    year: Year
    """The year of the bloc's plan; `effective` is the day of the detailed one."""
    item: Id
    """The activity."""
    author: Party | None = None
    """Whose plan it is: the lead agency."""
    title: Line | None = None
    """What it is called."""
    plan: Source | None = None
    """The document that it stands in."""
    steps: Listed[ActivityStep] = Listed[ActivityStep]()
    """What is to be done, step by step."""


class ProgressFacts(Disputable):
    about: ClassVar[tuple[str, ...]] = ("item", "effective")
    may_differ = Disputable.may_differ | {"words"}
    """One state of affairs is described in several ways."""

    bloc: Id
    """The bloc."""
    year: Year
    """The plan's year; `effective` is the day of which the progress is told."""
    item: Id
    """The activity."""
    by: Party | None = None
    """Who reports."""
    percent: Percent | None = None
    """How much of it is done, from "0" to "100"."""
    words: Prose | None = None
    """How far it has come, in words."""
    evidence: Listed[Source] = Listed[Source]()
    """Documents that show it. The system keeps no files."""


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


class ActivityDetailed(ActivityDetailFacts, Event):
    """The lead of an activity has a detailed plan of it."""

    type: Literal["ActivityDetailed"] = "ActivityDetailed"


class ProgressReported(ProgressFacts, Event):
    type: Literal["ProgressReported"] = "ProgressReported"


PlanEvent = (
    PlanDrafted | PlanCommented | PlanApproved | PlanRecorded | ActivityAssigned | ActivityDetailed | ProgressReported
)
