"""What can happen to an organisation."""

from typing import ClassVar, Literal

from services.kernel.events import Event
from services.kernel.provenance import Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line
from services.registry.events.common import Disputable


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
    superior: Id | None = None
    """The body that it is under."""


class OrganisationNameFacts(Told, Correctable):
    organisation: Id
    """The organisation."""
    name: Line | None = None
    """A new official name from `effective` on; null where only short name or variants are told."""
    short_name: Line | None = None
    """A new official short name."""
    variants: tuple[Line, ...] = ()
    """Further spellings and short forms."""


class OrganisationTypeFacts(Told, Correctable):
    organisation: Id
    """The organisation."""
    kind: Id | None = None
    """What it is from `effective` on, as data; null where only the level changes."""
    level: Id | None = None
    """Its level from `effective` on, as data; null where only the kind changes."""
    decision: Source | None = None
    """The decision that changes them."""


class OrganisationCodeFacts(Told, Correctable):
    organisation: Id
    """The organisation."""
    code: Line
    """Its official code from `effective` on."""
    decision: Source | None = None
    """The decision that assigns it."""


class OrganisationTransferFacts(Told, Correctable):
    organisation: Id
    """The organisation."""
    superior: Id
    """The body that it is under from `effective` on."""
    decision: Source | None = None
    """The decision that transfers it."""


class OrganisationDissolutionFacts(Told, Correctable):
    organisation: Id
    """The organisation; `effective` is the first day on which it is no more."""
    decision: Source | None = None
    """The decision that dissolves it."""


class OrganisationRegistered(OrganisationFacts, Event):
    type: Literal["OrganisationRegistered"] = "OrganisationRegistered"


class OrganisationNamed(OrganisationNameFacts, Event):
    type: Literal["OrganisationNamed"] = "OrganisationNamed"


class OrganisationRetyped(OrganisationTypeFacts, Event):
    type: Literal["OrganisationRetyped"] = "OrganisationRetyped"


class OrganisationCodeAssigned(OrganisationCodeFacts, Event):
    type: Literal["OrganisationCodeAssigned"] = "OrganisationCodeAssigned"


class OrganisationTransferred(OrganisationTransferFacts, Event):
    type: Literal["OrganisationTransferred"] = "OrganisationTransferred"


class OrganisationDissolved(OrganisationDissolutionFacts, Event):
    """From `effective` on the organisation is no more, and nobody comes after it. It ends no membership."""

    type: Literal["OrganisationDissolved"] = "OrganisationDissolved"


class OrganisationSucceeded(Told, Event):
    """What a reorganisation tells of a predecessor, told in its stream too, so that acts of who has ended are refused.
    It ends no membership.
    """

    type: Literal["OrganisationSucceeded"] = "OrganisationSucceeded"
    follows: ClassVar[bool] = True
    organisation: Id
    reorganisation: Id
    successors: tuple[Id, ...] = ()
    ends: bool | None = None
    settled: bool = False
    """True where it holds instead of all that was told before of this reorganisation: by a ruling, a correction or a
    retraction.
    """
    void: bool = False
    """True where nothing that was told of it stands any more."""


class OrganisationCodeTold(Event):
    """That an organisation is told to have an official code, in a stream of the code's own, so that acts that give the
    code to others look at it. From which day on and by which source, its own stream tells.
    """

    type: Literal["OrganisationCodeTold"] = "OrganisationCodeTold"
    follows: ClassVar[bool] = True
    organisation: Id
    code: Line


OrganisationEvent = (
    OrganisationRegistered
    | OrganisationNamed
    | OrganisationRetyped
    | OrganisationCodeAssigned
    | OrganisationTransferred
    | OrganisationDissolved
    | OrganisationSucceeded
)
