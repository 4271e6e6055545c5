"""What can happen to a bloc and to its memberships."""

from typing import Literal

from services.kernel.events import Event
from services.kernel.provenance import Listed, Part, Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line
from services.registry.events.common import Disputable, Year

BlocKind = Literal["KHOI", "CUM"]


class Member(Part):
    """A unit named as a member of a bloc."""

    unit: Id
    """The unit."""


class BlocFacts(Disputable):
    bloc: Id
    """The bloc's id, chosen by the caller."""
    kind: BlocKind
    """A bloc of units alike in function (khối) or of neighbours (cụm)."""
    name: Line
    """Its name from `effective` on."""
    variants: tuple[Line, ...] = ()
    """Other spellings and short forms of the name."""
    authority: Id | None = None
    """The organisation that organises it."""
    level: Id | None = None
    """Its level, as data: "central", "province"."""
    province: Id | None = None
    """The province, below the central level."""
    decision: Source | None = None
    """The decision that establishes it."""


class BlocNameFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    name: Line | None = None
    """A new name from `effective` on; null where only variants are told."""
    variants: tuple[Line, ...] = ()
    """Further spellings and short forms."""


class DissolutionFacts(Told, Correctable):
    bloc: Id
    """The bloc; `effective` is the first day on which it is no more."""
    decision: Source | None = None
    """The decision that dissolves it."""


class MembersFacts(Told, Correctable):
    bloc: Id
    """The bloc."""
    year: Year | None = None
    """The emulation year that the list is about."""
    members: Listed[Member] = Listed[Member]()
    """The members named, the count declared, and whether the list is whole."""


class MembershipFacts(Told, Correctable):
    authority: Id
    """The organising authority, within which a unit is in at most one bloc."""
    unit: Id
    """The member."""
    bloc: Id
    """The bloc."""
    decision: Source | None = None
    """The decision that admits or releases it."""


class BlocEstablished(BlocFacts, Event):
    type: Literal["BlocEstablished"] = "BlocEstablished"


class BlocNamed(BlocNameFacts, Event):
    type: Literal["BlocNamed"] = "BlocNamed"


class BlocDissolved(DissolutionFacts, Event):
    """From `effective` on the bloc is no more. It ends no membership: that is MembershipEnded."""

    type: Literal["BlocDissolved"] = "BlocDissolved"


class MembersDeclared(MembersFacts, Event):
    """A source names members or counts them. It starts no membership; `effective` is the day of which it speaks."""

    type: Literal["MembersDeclared"] = "MembersDeclared"


class MembershipStarted(MembershipFacts, Event):
    """From `effective` on the unit is a member."""

    type: Literal["MembershipStarted"] = "MembershipStarted"
    moved_from: Id | None = None
    """The bloc that it left by the same act."""


class MembershipEnded(MembershipFacts, Event):
    """From `effective` on the unit is no member any more."""

    type: Literal["MembershipEnded"] = "MembershipEnded"
    moved_to: Id | None = None
    """The bloc that it joined by the same act."""


BlocEvent = BlocEstablished | BlocNamed | BlocDissolved | MembersDeclared
MembershipEvent = MembershipStarted | MembershipEnded
