"""The acts of a bloc's year, and all that their own streams tell of them."""

from collections.abc import Mapping

from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.conference import CONFERENCE
from services.registry.domain.movement import MOVEMENT
from services.registry.domain.review import REVIEW
from services.registry.projections import STREAMS, Stream, Year, YearEvent
from services.registry.queries.common import holding

Acts = Mapping[str, Stream]
"""All that is told of the year's conferences, movements and reviews, of other blocs and years too, by stream."""


async def acts_of(view: View, year: Year) -> Acts:
    return await view.many(STREAMS, {_act(event) for event in year.told})


def held(year: Year, acts: Acts) -> list[YearEvent]:
    """The year's acts but for those that a ruling settled otherwise."""
    return [event for event in year.told if event in holding(acts[_act(event)].told)]


def _act(event: YearEvent) -> str:
    """The stream that an event of a year is in."""
    match event:
        case e.ConferenceHeld():
            return CONFERENCE.of(event.conference).name
        case e.MovementLaunched() | e.MovementLinked():
            return MOVEMENT.of(event.movement).name
        case e.ReviewNoted():
            return REVIEW.of(event.review).name
