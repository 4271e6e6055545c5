"""What can happen to a duty of emulation work: which agency is the standing agency, and which persons are officers."""

from typing import Literal

from pydantic import model_validator

from services.kernel.events import Event
from services.kernel.provenance import Part, Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line

Duty = Literal["STANDING_AGENCY", "EMULATION_OFFICER"]
ONE_CHARGE = (
    "must name one thing whose emulation work it is: a body, a bloc, or an organisation"
    " / cần nêu đúng một nơi có công tác thi đua: hội đồng, khối hoặc cụm, hoặc tổ chức"
)


class Charge(Part):
    """Whose emulation work it is: a body's, a bloc's, or an organisation's."""

    body: Id | None = None
    """The body."""
    bloc: Id | None = None
    """The bloc."""
    organisation: Id | None = None
    """The organisation."""

    @model_validator(mode="after")
    def _one_thing(self) -> "Charge":
        if sum(map(bool, (self.body, self.bloc, self.organisation))) != 1:
            raise ValueError(ONE_CHARGE)
        return self


class DutyFacts(Told, Correctable):
    of: Charge
    """Whose emulation work it is."""
    duty: Duty
    """Standing agency (cơ quan thường trực), or officer for emulation work (cán bộ thi đua, khen thưởng)."""
    agency: Id | None = None
    """The standing agency; of an officer the agency or unit that the officer comes from."""
    person: Id | None = None
    """The officer; of a standing agency the person who acts for it."""
    title: Line | None = None
    """The duty as worded."""
    decision: Source | None = None
    """The decision that gives it, or takes it."""


class DutyAssigned(DutyFacts, Event):
    """From `effective` on it is theirs."""

    type: Literal["DutyAssigned"] = "DutyAssigned"


class DutyEnded(DutyFacts, Event):
    """From `effective` on it is theirs no more."""

    type: Literal["DutyEnded"] = "DutyEnded"


DutyEvent = DutyAssigned | DutyEnded
