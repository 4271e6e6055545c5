"""What is told of a reorganisation: who came after whom, and what of a history counts to them."""

from datetime import date
from typing import Literal

from services.kernel.events import Event
from services.kernel.provenance import Listed, Part, Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Prose
from services.registry.events.common import Disputable, Party

ReorganisationKind = Literal["MERGER", "SPLIT", "TRANSFER", "OTHER"]


class Predecessor(Part):
    """An organisation whose work, or some of it, goes to others."""

    organisation: Id
    """The organisation."""
    ends: bool | None = None
    """Whether it is no more from `effective` on; null where that is not told."""


class Successor(Part):
    """An organisation to which the work of others goes, new or there before."""

    organisation: Id
    """The organisation."""
    takes: Prose | None = None
    """What it takes over, such as a function, in words."""


class ReorganisationFacts(Disputable):
    reorganisation: Id
    """The reorganisation's id, chosen by the caller; `effective` is the first day on which the new apparatus works."""
    kind: ReorganisationKind | None = None
    """A merger (hợp nhất, sáp nhập), a split (chia, tách), the transfer of a function, or another."""
    predecessors: Listed[Predecessor] = Listed[Predecessor]()
    """Whose work goes to others. Who takes others up and goes on is a successor alone."""
    successors: Listed[Successor] = Listed[Successor]()
    """To whom it goes."""
    in_force_on: date | None = None
    """The day on which the decision is in force by law, which may be before the new apparatus works."""
    decision: Source | None = None
    """The decision, with its number."""


class CarryOverFacts(Told, Correctable):
    reorganisation: Id
    """The reorganisation by which the successor came after the predecessor."""
    predecessor: Id
    """Whose history it is."""
    successor: Id
    """To whom it counts, or not."""
    what: Prose
    """What of the history, such as the years in a row with a title."""
    carried: bool
    """Whether it counts to the successor."""
    basis: Prose
    """The rule or the reason on which that rests."""
    by: Party | None = None
    """Who ruled."""
    decision: Source | None = None
    """The document that rules it."""


class OrganisationsReorganised(ReorganisationFacts, Event):
    """The work of predecessors went to successors, in an act with an id of its own."""

    type: Literal["OrganisationsReorganised"] = "OrganisationsReorganised"


class CarryOverRuled(CarryOverFacts, Event):
    """Whether something of a predecessor's history counts to a successor: it never does by itself."""

    type: Literal["CarryOverRuled"] = "CarryOverRuled"


ReorganisationEvent = OrganisationsReorganised | CarryOverRuled
