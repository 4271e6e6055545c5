"""What can happen to an emulation movement."""

from typing import Literal

from services.kernel.events import Event
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line
from services.registry.events.common import Disputable, Party, Year

LinkManner = Literal["CONTINUED", "JOINED", "PUSHED", "CITED"]


class MovementFacts(Disputable):
    movement: Id
    """The movement's id, chosen by the caller; `effective` is the day of the launch."""
    bloc: Id | None = None
    """The bloc in which it was launched."""
    year: Year | None = None
    """The year it is for."""
    name: Line | None = None
    """Its name."""
    theme: Line | None = None
    """Its theme or slogan."""
    launcher: Party | None = None
    """Who launched it."""
    conference: Id | None = None
    """The conference at which it was launched."""
    tags: tuple[Line, ...] = ()
    """Free tags, such as "thi đua đột xuất"."""


class MovementLinkFacts(Told, Correctable):
    movement: Id
    """The movement of somebody else, which need not be registered before."""
    bloc: Id
    """The bloc that takes it up."""
    year: Year
    """The bloc's year."""
    manner: LinkManner
    """Continued, joined, only pushed on (đẩy mạnh), or cited without a word on whether the bloc takes part."""
    name: Line | None = None
    """Its name."""
    launcher: Party | None = None
    """Who launched it, as far as it is told."""


class MovementLaunched(MovementFacts, Event):
    type: Literal["MovementLaunched"] = "MovementLaunched"


class MovementLinked(MovementLinkFacts, Event):
    type: Literal["MovementLinked"] = "MovementLinked"


MovementEvent = MovementLaunched | MovementLinked
