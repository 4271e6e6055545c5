"""Who headed a bloc."""

from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import BaseModel

from services.kernel.errors import Invalid, Violation
from services.kernel.telling import resting
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.conference import CONFERENCE
from services.registry.domain.head import Head, Heads
from services.registry.domain.heading import Summation, headed_in, headed_on, held_over, lasting
from services.registry.domain.ruling import holding
from services.registry.projections import BLOCS, LEADERSHIPS, STREAMS, Bloc, Led, Stream, summation
from services.registry.queries.bloc import authority_told, heading
from services.registry.queries.common import Label, labels, recorded
from services.registry.queries.endings import PERHAPS, WarningShown, gone, warnings


class WhoHeaded(BaseModel):
    """Who headed a bloc on a day, or in the term that is called after a year. Name one of the two."""

    bloc: Id
    """The bloc."""
    on: date | None = None
    """The day."""
    year: e.Year | None = None
    """The year."""


class HeadsAnswer(BaseModel):
    """Nobody (not recorded), one, or several heads: of a year perhaps one after another, in that order."""

    heads: tuple[Head, ...]
    """Each with its mark, no surer than the facts that it rests on."""
    disputed: bool
    """Whether there are several of whom, by what is told, two headed at once."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    warnings: tuple[WarningShown, ...]
    """Heads that are no more on the day or by the end of the year asked for, or whose work went to others; none who
    left office before."""


async def who_headed(asked: WhoHeaded, view: View) -> HeadsAnswer:
    bloc: Bloc = await recorded(view, BLOCS, asked.bloc)
    led: Led = await view.get(LEADERSHIPS, asked.bloc) or Led()
    heads = _heads(asked, led, await summations_of(view, asked.bloc, led, asked.on), bloc)
    day = asked.on or (date(asked.year, 12, 31) if asked.year else None)
    staying = heads.heads if day is None else lasting(led.leadership, heads.heads, day)
    warned = await warnings(view, heading(staying), authority_told(bloc), day)
    answer = HeadsAnswer(heads=heads.heads, disputed=heads.disputed, labels=(), warnings=warned)
    return answer.model_copy(update={"labels": await labels(view, answer, asked.on)})


async def summations_of(view: View, bloc: Id, led: Led, on: date | None) -> list[Summation]:
    """The bloc's summation conferences, each as it holds after any ruling on it; read only where one of them may decide
    who heads the bloc on the day.
    """
    if on is None or not held_over(led.leadership, on):
        return []
    return summations_in(bloc, await view.many(STREAMS, {CONFERENCE.of(one).name for one in led.summed_up}))


def summations_in(bloc: Id, streams: Mapping[str, Stream]) -> list[Summation]:
    told = (event for stream in streams.values() for event in holding(stream.told))
    held = (event for event in told if isinstance(event, e.ConferenceHeld) and event.bloc == bloc)
    return [over for event in held if (over := summation(event))]


def in_office(led: Led, summations: Sequence[Summation], bloc: Bloc, on: date) -> Heads:
    """Who headed on a day: nobody once the bloc is dissolved; where it is not sure whether it was, nobody for sure."""
    heads = headed_on(led.leadership, summations, on)
    match gone(bloc.dissolved, on):
        case True:
            return Heads()
        case False:
            return heads
        case None:
            over = any(event.effective and event.effective <= on for event in bloc.dissolved)
            # else it was there on a day on which somebody is told to head it
            known = tuple(_perhaps(head) if over or _inferred(head) else head for head in heads.heads)
            return heads.model_copy(update={"heads": known})


def _inferred(head: Head) -> bool:
    return all(known.mark.certainty == "INFERRED" for known in (head.agency, head.person) if known)


def _perhaps(head: Head) -> Head:
    told = {field: known for field in ("agency", "person", "title") if (known := getattr(head, field))}
    return head.model_copy(update={field: resting(known, PERHAPS) for field, known in told.items()})


def _heads(asked: WhoHeaded, led: Led, summations: Sequence[Summation], bloc: Bloc) -> Heads:
    match asked.on, asked.year:
        case date() as on, None:
            return in_office(led, summations, bloc, on)
        case None, int() as year:
            return headed_in(led.leadership, year)
        case _:
            raise Invalid(
                *(
                    Violation(
                        field, vi="cần đúng một trong hai: on (ngày) hoặc year (năm)", en="name either on or year"
                    )
                    for field in ("on", "year")
                )
            )
