"""What several subjects of registry's vocabulary share."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from services.kernel.provenance import Part
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line, Prose

Year = Annotated[int, Field(ge=1945, le=2200)]
Figure = Annotated[str, Field(pattern=r"^-?\d{1,15}(\.\d{1,6})?$")]
HalfDay = Literal["MORNING", "AFTERNOON"]


class Party(Part):
    """Who: an agency, a person acting for it, or only words such as "Ban Chủ tịch"."""

    agency: Id | None = None
    """The agency."""
    person: Id | None = None
    """The person who acts for it."""
    words: Line | None = None
    """As worded, where nobody is named."""


class Holder(Part):
    """Who holds an office: an agency is elected, a person represents it; the press gives the title to either."""

    agency: Id | None = None
    """The agency."""
    person: Id | None = None
    """The person who represents it."""
    title: Line | None = None
    """The title as worded, such as "Khối trưởng"."""


class Ruling(Part):
    """Who settled what sources tell in contradicting ways, and why; its document is the record's source."""

    by: Party
    """Who ruled."""
    reason: Prose
    """Why."""


class Disputable(Told, Correctable):
    """Facts that sources may tell in ways that cannot both be: all are kept, until a ruling says which hold."""

    may_differ: ClassVar[frozenset[str]] = frozenset({"record", "ruling", "correction"})
    """Fields of which several values are all true. Of every other one a single value is, and two are a dispute."""

    ruling: Ruling | None = None
    """Given, all that is told here holds instead of all that was told of it before; both stay answerable."""
