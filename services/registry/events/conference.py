"""What can happen at a conference."""

from typing import Literal

from services.kernel.events import Event
from services.kernel.provenance import Amount, Listed, Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line, Prose
from services.registry.events.common import Disputable, HalfDay, Party, Year

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


ConferenceEvent = ConferenceHeld | AttendanceRecorded | GuidanceGiven | DifficultiesVoiced | ConferenceConcluded
