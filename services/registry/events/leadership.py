"""What can happen to the leadership of a bloc."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.kernel.events import Event
from services.kernel.provenance import Listed, Part, Record, Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id
from services.registry.events.common import Holder, Year

DeputyRank = Literal["STANDING", "ORDINARY"]
Mode = Literal["ELECTED", "ACCLAIMED", "APPOINTED"]


class Deputy(Holder):
    """A deputy head."""

    rank: DeputyRank | None = None
    """Standing deputy (Khối phó thường trực) or an ordinary one."""


class Tally(Part):
    """The count of a vote: never who voted what."""

    in_favour: int = Field(ge=0)
    """Votes for."""
    against: int | None = Field(default=None, ge=0)
    """Votes against."""
    eligible: int | None = Field(default=None, ge=0)
    """All who could vote, present or not."""


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


class RepresentativeFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year
    """The year of the term; `effective` is the first day on which the new person represents the agency."""
    agency: Id
    """The agency, which stays head or deputy."""
    person: Id | None = None
    """The person who represents it from then on."""
    in_place_of: Id | None = None
    """The person who represented it until then."""
    decision: Source | None = None
    """The document by which it changes."""


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


class RepresentativeChanged(RepresentativeFacts, Event):
    """In the midst of a term another person came to represent an agency that stays head or deputy."""

    type: Literal["RepresentativeChanged"] = "RepresentativeChanged"


LeadershipEvent = (
    LeadershipElected
    | LeadershipHandedOver
    | LeadershipRecorded
    | LeadershipCorrected
    | HandoverCorrected
    | RepresentativeChanged
)
