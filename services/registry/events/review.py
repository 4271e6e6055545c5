"""What a review of a bloc's year tells."""

from typing import Literal

from services.kernel.events import Event
from services.kernel.provenance import Listed, Part
from services.kernel.text import Id, Line, Prose
from services.registry.events.common import Disputable, Figure, Year


class Target(Part):
    """A figure to be reached."""

    text: Line
    """What is measured."""
    figure: Figure
    """A decimal number with a point, such as "100"."""
    unit: Line
    """The unit, such as "%"."""


class ReviewFacts(Disputable):
    review: Id
    """The review's id, chosen by the caller."""
    bloc: Id
    """The bloc."""
    year: Year
    """The year under review."""
    conference: Id | None = None
    """The conference at which it was noted."""
    limitations: Listed[Prose] = Listed[Prose]()
    """Limitations noted."""
    tasks: Listed[Prose] = Listed[Prose]()
    """Tasks set for the time to come; the source may declare more than it tells."""
    targets: Listed[Target] = Listed[Target]()
    """Targets set."""
    results: Listed[Prose] = Listed[Prose]()
    """Results noted."""


class ReviewNoted(ReviewFacts, Event):
    type: Literal["ReviewNoted"] = "ReviewNoted"


ReviewEvent = ReviewNoted
