"""Who led a bloc, by bloc, and where what makes up a year of it is told, by bloc and year."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, Field

from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model
from services.kernel.once import once
from services.kernel.standing import FactRetracted, Telling, and_then, standing
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.heading import Summation
from services.registry.domain.leadership import LEADERSHIP, Leadership, led
from services.registry.projections.common import Told, own, with_one

LeadershipTold = Telling[Annotated[e.LeadershipEvent | FactRetracted, Field(discriminator="type")]]

YearEvent = (
    e.ConferenceHeld
    | e.CongressPrepared
    | e.MovementLaunched
    | e.MovementLinked
    | e.MovementReviewEvent
    | e.ParticipationEvent
    | e.ReviewNoted
    | e.ReportEvent
    | e.InspectionEvent
    | e.ExemplarRegistered
)


class Led(Told[e.LeadershipEvent]):
    """What it takes to say who headed a bloc on a day."""

    events: tuple[LeadershipTold, ...] = ()
    summed_up: tuple[Id, ...] = ()
    """Conferences that were told to have summed up a year of the bloc, on a day."""

    @property
    def leadership(self) -> Leadership:
        """What stands of it."""
        return _leadership(self)


@once
def _leadership(known: Led) -> Leadership:
    return led(standing((told.version, told.event) for told in known.events))


class Year(BaseModel):
    """Where what makes up a bloc's year is told (conferences, movements, …), in the order of its first telling."""

    acts: tuple[str, ...] = ()
    """Their streams."""


def _led_keys(recorded: Recorded[e.LeadershipEvent | e.ConferenceHeld | FactRetracted]) -> Iterable[Id]:
    match recorded.event:
        case e.ConferenceHeld() as event:
            return (event.bloc,) if event.bloc and summation(event) else ()
        case _:
            return own(LEADERSHIP.kind, "bloc", recorded)


def _led(key: str, doc: Led | None, recorded: Recorded[e.LeadershipEvent | e.ConferenceHeld | FactRetracted]) -> Led:
    known, event = doc or Led(), recorded.event
    if isinstance(event, e.ConferenceHeld):
        return known.model_copy(update={"summed_up": with_one(known.summed_up, event.conference)})
    return known.model_copy(update={"events": and_then(known.events, recorded)})


def summation(event: e.ConferenceHeld) -> Summation | None:
    """The end of a year that the conference is told to have been; null where it is told to be none, or on no day."""
    if event.kind != "SUMMATION" or event.closes is None or event.effective is None:
        return None
    return Summation(year=event.closes, on=event.effective)


def year_key(bloc: Id, year: int) -> str:
    return f"{bloc}:{year}"


def _year_keys(recorded: Recorded[YearEvent]) -> Iterable[str]:
    return sorted(years_of(recorded.event))


def years_of(event: YearEvent) -> set[str]:
    """The keys of the blocs' years that an event tells of."""
    years = (event.closes, event.opens, event.during) if isinstance(event, e.ConferenceHeld) else (event.year,)
    return {year_key(event.bloc, year) for year in years if event.bloc and year}


def _year(key: str, doc: Year | None, recorded: Recorded[YearEvent]) -> Year:
    return Year(acts=with_one(doc.acts if doc else (), recorded.stream))


LEADERSHIPS = Model(
    "leaderships",
    "registry",
    e.VOCABULARY,
    types_of(e.LeadershipEvent, e.ConferenceHeld, FactRetracted),
    _led_keys,
    _led,
    doc=Led,
    version=5,
)


YEARS = Model(
    "years",
    "registry",
    e.VOCABULARY,
    types_of(YearEvent),
    _year_keys,
    _year,
    doc=Year,
    version=8,
)
