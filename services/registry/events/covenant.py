"""What can happen to a covenant of a bloc's year."""

from typing import ClassVar, Literal

from services.kernel.events import Event
from services.kernel.provenance import Listed, Part
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Prose
from services.registry.events.common import Disputable, Quantity, TargetLine, Year


class Signature(Part):
    """Who signed a covenant."""

    member: Id | None = None
    """The member that is bound by it."""
    person: Id | None = None
    """The person who signed."""


class CovenantLine(TargetLine):
    """One measurable line of a covenant."""

    member: Id | None = None
    """The member that it binds; null where it binds them all."""


class CovenantTextFacts(Disputable):
    bloc: Id
    """The bloc."""
    year: Year
    """The covenant's year; `effective` is the day on which it was drawn up."""
    lines: Listed[CovenantLine] = Listed[CovenantLine]()
    """What it pledges."""
    conference: Id | None = None
    """The conference that it was drawn up for."""


class CovenantResultFacts(Disputable):
    about: ClassVar[tuple[str, ...]] = ("line", "member")
    may_differ = Disputable.may_differ | {"words"}
    """One result is described in several ways."""

    bloc: Id
    """The bloc."""
    year: Year
    """The covenant's year; `effective` is the day of the report."""
    line: Id
    """The line of the covenant, which need not be known before."""
    member: Id | None = None
    """Whose result it is; null for that of the bloc."""
    value: Quantity | None = None
    """What was reached, as told."""
    achieved: bool | None = None
    """Whether the line was achieved, where that is told."""
    words: Prose | None = None
    """What is told of it beside."""


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


class CovenantDrawnUp(CovenantTextFacts, Event):
    """What the covenant pledges, line by line."""

    type: Literal["CovenantDrawnUp"] = "CovenantDrawnUp"


class CovenantResultReported(CovenantResultFacts, Event):
    """What became of one line of the covenant, for one member or the bloc."""

    type: Literal["CovenantResultReported"] = "CovenantResultReported"


CovenantEvent = CovenantSigned | CovenantRecorded | CovenantDrawnUp | CovenantResultReported
