"""What can happen to a plan of a bloc's year."""

from typing import Literal

from services.kernel.events import Event
from services.kernel.provenance import Listed, Part, Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line
from services.registry.events.common import Party, Year


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


PlanEvent = PlanDrafted | PlanCommented | PlanApproved | PlanRecorded | ActivityAssigned
