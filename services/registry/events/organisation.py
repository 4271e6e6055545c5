"""What can happen to an organisation."""

from typing import Literal

from services.kernel.events import Event
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


class OrganisationNameFacts(Told, Correctable):
    organisation: Id
    """The organisation."""
    name: Line | None = None
    """A new official name from `effective` on; null where only short name or variants are told."""
    short_name: Line | None = None
    """A new official short name."""
    variants: tuple[Line, ...] = ()
    """Further spellings and short forms."""


class OrganisationRegistered(OrganisationFacts, Event):
    type: Literal["OrganisationRegistered"] = "OrganisationRegistered"


class OrganisationNamed(OrganisationNameFacts, Event):
    type: Literal["OrganisationNamed"] = "OrganisationNamed"


OrganisationEvent = OrganisationRegistered | OrganisationNamed
