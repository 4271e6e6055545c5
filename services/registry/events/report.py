"""What a report or an inspection tells."""

from typing import Literal

from services.kernel.events import Event
from services.kernel.provenance import Amount, Listed, Part
from services.kernel.text import Id, Line, Prose
from services.registry.events.bloc import Member
from services.registry.events.common import Disputable, Party, Year


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


class ReportPresented(ReportFacts, Event):
    type: Literal["ReportPresented"] = "ReportPresented"


class InspectionHeld(InspectionFacts, Event):
    type: Literal["InspectionHeld"] = "InspectionHeld"


ReportEvent = ReportPresented
InspectionEvent = InspectionHeld
