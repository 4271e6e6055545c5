"""What can happen to a covenant of a bloc's year."""

from typing import Literal

from services.kernel.events import Event
from services.kernel.provenance import Listed, Part
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id
from services.registry.events.common import Year


class Signature(Part):
    """Who signed a covenant."""

    member: Id | None = None
    """The member that is bound by it."""
    person: Id | None = None
    """The person who signed."""


class SignatureFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year
    """The covenant's year; `effective` is the day of the signature."""
    signature: Signature
    """The member that signs, and by whom."""
    conference: Id | None = None
    """The conference at which it was signed."""


class CovenantFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year
    """The covenant's year; `effective` is the day of the signing."""
    signed: bool | None = None
    """Whether it was signed, where that is told."""
    by_reference: bool | None = None
    """True where the covenant is known only because something refers to it."""
    signatures: Listed[Signature] = Listed[Signature]()
    """The signatures told."""
    conference: Id | None = None
    """The conference at which it was signed, or was to be."""


class CovenantSigned(SignatureFacts, Event):
    """One member signed."""

    type: Literal["CovenantSigned"] = "CovenantSigned"


class CovenantRecorded(CovenantFacts, Event):
    """A source speaks of a covenant, at least by reference."""

    type: Literal["CovenantRecorded"] = "CovenantRecorded"


CovenantEvent = CovenantSigned | CovenantRecorded
