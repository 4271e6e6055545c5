"""What several subjects of registry's vocabulary share."""

from typing import Annotated, Any, ClassVar, Literal

from services.kernel.dated import Year as Year
from services.kernel.provenance import Part
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Form, Id, Line, Prose

Figure = Annotated[
    str,
    Form(
        r"^-?\d{1,15}(\.\d{1,6})?$",
        "must be a plain number such as 1200 or 97.5: no spaces, signs of thousands or units",
        "phải là số viết liền, ví dụ 1200 hoặc 97.5: không có dấu cách, dấu phân nhóm hay đơn vị",
    ),
]
HalfDay = Literal["MORNING", "AFTERNOON"]
Better = Literal["MORE", "LESS"]


class Party(Part):
    """Who: an agency, a person acting for it, or only words such as "Ban Chủ tịch"."""

    agency: Id | None = None
    """The agency."""
    person: Id | None = None
    """The person who acts for it."""
    words: Line | None = None
    """As worded, where nobody is named."""


class Quantity(Part):
    """A value as worded, with what the wording allows: "từ 95% trở lên" is at least 95, unit "%"."""

    wording: Line
    """As worded."""
    figure: Figure | None = None
    """The number, where the wording gives one: a decimal with a point, such as "97.5"."""
    at_least: Figure | None = None
    """The least that the wording allows."""
    at_most: Figure | None = None
    """The most that it allows."""
    unit: Line | None = None
    """The unit, such as "%"."""


class TargetLine(Part):
    """One line of what is aimed at: an indicator and the value that it is to reach."""

    line: Id
    """Its id within the covenant or movement, chosen by the caller."""
    indicator: Line
    """What is measured."""
    target: Quantity | None = None
    """The value to be reached, as told."""
    better: Better | None = None
    """Whether more of it is better or less, where that is told; bounds of the target tell it by themselves."""


class Counted(Part):
    """A value that was reached or is promised."""

    line: Id | None = None
    """The line of what is aimed at that it belongs to."""
    text: Line | None = None
    """What is counted: collectives, households."""
    value: Quantity
    """How much, as told."""


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
    about: ClassVar[tuple[str, ...]] = ()
    """Fields that say which one of a stream's facts of this kind is told. A ruling settles what is told of the same."""
    kept: ClassVar[tuple[str, ...]] = ("ruling",)

    ruling: Ruling | None = None
    """Given, all that is told here holds instead of all that was told of it before; both stay answerable."""

    @property
    def subject(self) -> tuple[Any, ...]:
        """Which one of the stream's facts of this kind is told."""
        return tuple(getattr(self, field) for field in self.about)
