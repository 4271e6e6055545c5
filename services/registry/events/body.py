"""What can happen to a body of people: a council, a standing committee of one, and who sits in it."""

from typing import Literal

from services.kernel.events import Event
from services.kernel.provenance import Listed, Part, Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line
from services.registry.events.common import Disputable

Office = Literal[
    "CHAIR",
    "FIRST_DEPUTY_CHAIR",
    "STANDING_DEPUTY_CHAIR",
    "DEPUTY_CHAIR",
    "STANDING_MEMBER",
    "MEMBER",
    "SECRETARY",
]


class Seat(Part):
    """Who sits in a body, and in which office."""

    person: Id | None = None
    """The person."""
    agency: Id | None = None
    """The agency that the person comes from."""
    office: Office | None = None
    """The office in the body."""
    title: Line | None = None
    """The office as worded, such as "Ủy viên, kiêm Thư ký Hội đồng"."""
    votes: bool | None = None
    """Whether who sits there votes, where that is told: a secretary votes only as a member."""
    in_place_of: Id | None = None
    """The person whose seat ends on the same day."""


class BodyFacts(Disputable):
    body: Id
    """The body's id, chosen by the caller; `effective` is the day from which there is one."""
    kind: Id | None = None
    """What it is, as data: "emulation-council", "initiative-council", "standing-committee"."""
    name: Line | None = None
    """Its name from `effective` on."""
    variants: tuple[Line, ...] = ()
    """Other spellings and short forms of the name."""
    organisation: Id | None = None
    """The organisation that it belongs to."""
    level: Id | None = None
    """Its level, as data: "central", "province"."""
    part_of: Id | None = None
    """The body that it is a part of, such as the council of a standing committee (thường trực Hội đồng)."""
    decision: Source | None = None
    """The decision that establishes it."""


class BodyNameFacts(Told, Correctable):
    body: Id
    """The body."""
    name: Line | None = None
    """A new name from `effective` on; null where only variants are told."""
    variants: tuple[Line, ...] = ()
    """Further spellings and short forms."""


class BodyDissolutionFacts(Told, Correctable):
    body: Id
    """The body; `effective` is the first day on which it is no more."""
    decision: Source | None = None
    """The decision that dissolves it."""


class AppointmentFacts(Told, Correctable):
    body: Id
    """The body; `effective` is the first day on which they sit in it."""
    members: Listed[Seat] = Listed[Seat]()
    """Who sits in it. Where these are all (`exhaustive`), the list renews the body: every earlier seat ends by it."""
    decision: Source | None = None
    """The decision that appoints them."""


class ReleaseFacts(Told, Correctable):
    body: Id
    """The body; `effective` is the first day on which they sit in it no more."""
    person: Id | None = None
    """Who leaves it."""
    agency: Id | None = None
    """The agency whose seat ends, where nobody is named."""
    decision: Source | None = None
    """The decision that releases them."""


class BodyEstablished(BodyFacts, Event):
    type: Literal["BodyEstablished"] = "BodyEstablished"


class BodyNamed(BodyNameFacts, Event):
    type: Literal["BodyNamed"] = "BodyNamed"


class BodyDissolved(BodyDissolutionFacts, Event):
    """From `effective` on the body is no more, and nobody sits in it."""

    type: Literal["BodyDissolved"] = "BodyDissolved"


class BodyMembersAppointed(AppointmentFacts, Event):
    """From `effective` on these sit in the body: one, several, or, where the list is whole, these and no others."""

    type: Literal["BodyMembersAppointed"] = "BodyMembersAppointed"


class BodyMemberReleased(ReleaseFacts, Event):
    """From `effective` on who is named sits in the body no more."""

    type: Literal["BodyMemberReleased"] = "BodyMemberReleased"


BodyEvent = BodyEstablished | BodyNamed | BodyDissolved | BodyMembersAppointed | BodyMemberReleased
