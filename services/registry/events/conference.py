"""What can happen at a conference."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from services.kernel.events import Event
from services.kernel.provenance import Amount, Listed, Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line, Prose
from services.registry.events.common import Disputable, HalfDay, Party, Year

ConferenceKind = Literal["PLANNING", "MIDYEAR", "SUMMATION", "SIGNING", "OTHER", "CONGRESS"]
Edition = Annotated[int, Field(ge=1, le=1000)]
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


class Attendee(Party):
    """Who took part in a conference, and how. Attendance is not membership."""

    roles: tuple[Role, ...] = ()
    """What they did there, as far as it is told."""
    count: Amount | None = None
    """How many, for a group."""


class ConferenceFacts(Disputable):
    conference: Id
    """The conference's id, chosen by the caller; `effective` is its day."""
    bloc: Id | None = None
    """The bloc that held it."""
    kind: ConferenceKind
    """Planning, mid-year review, summation, signing of the covenant, a Patriotic Emulation Congress, or another."""
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
    closes_from: Year | None = None
    """Of several years that it sums up, as a congress does, the first; `closes` is the last."""
    opens_to: Year | None = None
    """Of several years that it opens the last; `opens` is the first."""
    host: Party | None = None
    """Who held it, if no bloc: a province, a ministry, a unit."""
    level: Id | None = None
    """The level at which it was held, as data: "central", "province"."""
    edition: Edition | None = None
    """Which one of its kind it was, such as 11 of "lần thứ XI"."""


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


class CongressPreparationFacts(Disputable):
    about: ClassVar[tuple[str, ...]] = ("preparation",)

    congress: Id
    """The congress, a conference that need not be held yet; `effective` is the day of the preparation."""
    preparation: Id
    """Its id within the congress, chosen by the caller."""
    by: Party | None = None
    """Who prepares it."""
    conference: Id | None = None
    """The conference at which it was told."""
    bloc: Id | None = None
    """The bloc in whose year it is prepared."""
    year: Year | None = None
    """That year."""
    tasks: Listed[Prose] = Listed[Prose]()
    """What is to be done: delegates to be chosen, exemplars to be honoured, papers to be written."""
    results: Listed[Prose] = Listed[Prose]()
    """What was done."""
    due: date | None = None
    """By when."""
    plan: Source | None = None
    """The document that plans it."""


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


class CongressPrepared(CongressPreparationFacts, Event):
    """Somebody prepares a Patriotic Emulation Congress (Đại hội Thi đua yêu nước) of whatever level."""

    type: Literal["CongressPrepared"] = "CongressPrepared"


ConferenceEvent = (
    ConferenceHeld | AttendanceRecorded | GuidanceGiven | DifficultiesVoiced | ConferenceConcluded | CongressPrepared
)
