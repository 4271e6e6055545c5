"""What can happen to an emulation movement."""

from datetime import date
from typing import ClassVar, Literal

from services.kernel.events import Event
from services.kernel.provenance import Listed, Part, Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line, Prose
from services.registry.events.common import Counted, Disputable, Party, TargetLine, Year

LinkManner = Literal["CONTINUED", "JOINED", "PUSHED", "CITED"]
ReviewStage = Literal["INTERIM", "FINAL"]


class MovementFormFacts(Disputable):
    form: Id
    """The form's id, such as "regular", "thematic" or "phase"; `effective` is the first day on which the law has it."""
    name: Line
    """What the law calls it, such as "thi đua theo chuyên đề"."""
    expires: date | None = None
    """The first day on which the law has it no more."""
    law: Source | None = None
    """The law or decree that has it."""


class Phase(Part):
    """A stretch of a movement with plans of its own (đợt, giai đoạn)."""

    phase: Id
    """Its id within the movement, chosen by the caller."""
    name: Line | None = None
    """What it is called."""
    starts: date | None = None
    """Its first day."""
    ends: date | None = None
    """Its last day."""


class PilotSite(Part):
    """Where a movement is tried out first."""

    agency: Id | None = None
    """The agency or unit."""
    place: Line | None = None
    """As worded, where no agency is named."""


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
    form: Id | None = None
    """Its form by law (hình thức tổ chức thi đua), as data: "regular", "thematic", "phase"."""
    parent: Id | None = None
    """The movement that it carries out or is part of, which need not be known here."""
    ends: date | None = None
    """The last day that it is to last."""
    phases: Listed[Phase] = Listed[Phase]()
    """The phases that it has."""
    targets: Listed[TargetLine] = Listed[TargetLine]()
    """What it aims at, such as how many are to take part."""


class MovementLinkFacts(Disputable):
    about: ClassVar[tuple[str, ...]] = ("bloc", "year", "manner")

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


class PilotFacts(Told, Correctable):
    movement: Id
    """The movement; `effective` is the day from which it is tried out."""
    phase: Id | None = None
    """The phase of it."""
    sites: Listed[PilotSite] = Listed[PilotSite]()
    """Where (chỉ đạo điểm)."""
    director: Party | None = None
    """Who directs it there."""


class MovementReviewFacts(Disputable):
    movement_review: Id
    """The review's id, chosen by the caller; `effective` is its day."""
    movement: Id
    """The movement under review."""
    stage: ReviewStage | None = None
    """Interim (sơ kết) or final (tổng kết)."""
    starts: date | None = None
    """The first day of the time under review."""
    ends: date | None = None
    """The last day of it."""
    phase: Id | None = None
    """The phase under review."""
    reviewer: Party | None = None
    """Who reviews: who launched it, or a participant its own part."""
    bloc: Id | None = None
    """The bloc in whose year it is reviewed."""
    year: Year | None = None
    """That year."""
    conference: Id | None = None
    """The conference at which it is reviewed."""
    counts: Listed[Counted] = Listed[Counted]()
    """How many took part, what was reached."""
    results: Listed[Prose] = Listed[Prose]()
    """Results noted."""
    limitations: Listed[Prose] = Listed[Prose]()
    """Limitations noted."""
    lessons: Listed[Prose] = Listed[Prose]()
    """Lessons drawn."""


class ParticipationFacts(Disputable):
    about: ClassVar[tuple[str, ...]] = ("year", "phase")

    movement: Id
    """The movement, which need not be launched here."""
    participant: Id
    """The agency or collective that takes part."""
    year: Year | None = None
    """The year."""
    phase: Id | None = None
    """The phase of the movement."""
    bloc: Id | None = None
    """The bloc in whose year it takes part."""
    counts: Listed[Counted] = Listed[Counted]()
    """Figures as told, such as how many of its collectives."""


class ParticipationReportFacts(ParticipationFacts):
    about: ClassVar[tuple[str, ...]] = ("year", "phase", "effective")

    text: Prose | None = None
    """What is told of it beside the figures."""


class MovementPlanFacts(Disputable):
    about: ClassVar[tuple[str, ...]] = ("year", "phase")
    may_differ = Disputable.may_differ | {"title"}
    """One plan is called in several ways."""

    movement: Id
    """The movement, which need not be launched here; `effective` is the day of the plan."""
    participant: Id
    """The agency or collective whose plan it is."""
    year: Year | None = None
    """The year that it is for."""
    phase: Id | None = None
    """The phase of the movement that it is for."""
    bloc: Id | None = None
    """The bloc in whose year it takes part."""
    title: Line | None = None
    """What it is called."""
    plan: Source | None = None
    """The document that it stands in."""
    contents: Listed[Prose] = Listed[Prose]()
    """What it plans; a plan may be known by reference alone."""


class MovementFormRegistered(MovementFormFacts, Event):
    """The law has a form of emulation from a day on."""

    type: Literal["MovementFormRegistered"] = "MovementFormRegistered"


class MovementLaunched(MovementFacts, Event):
    type: Literal["MovementLaunched"] = "MovementLaunched"


class MovementLinked(MovementLinkFacts, Event):
    type: Literal["MovementLinked"] = "MovementLinked"


class MovementPiloted(PilotFacts, Event):
    type: Literal["MovementPiloted"] = "MovementPiloted"


class MovementReviewed(MovementReviewFacts, Event):
    type: Literal["MovementReviewed"] = "MovementReviewed"


class ParticipationRegistered(ParticipationFacts, Event):
    """Somebody registered for a movement; `effective` is the day on which it did."""

    type: Literal["ParticipationRegistered"] = "ParticipationRegistered"


class ParticipationReported(ParticipationReportFacts, Event):
    """How somebody took part in a movement, up to `effective`."""

    type: Literal["ParticipationReported"] = "ParticipationReported"


class MovementPlanned(MovementPlanFacts, Event):
    """A participant has a plan of its own for a movement, or for a phase of it."""

    type: Literal["MovementPlanned"] = "MovementPlanned"


MovementFormEvent = MovementFormRegistered
MovementEvent = MovementLaunched | MovementPiloted
MovementLinkEvent = MovementLinked
MovementReviewEvent = MovementReviewed
ParticipationEvent = ParticipationRegistered | ParticipationReported | MovementPlanned
