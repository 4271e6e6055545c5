"""Who does the emulation work of a council, bloc or agency: its standing agency and its officers."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from services.kernel.provenance import Fact, Mark, Part
from services.kernel.telling import agreed, fact, first, surest_told, weakest
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.body import BODY
from services.registry.domain.duty import duties_of
from services.registry.domain.ruling import holding
from services.registry.projections import BLOCS, ORGANISATIONS, STREAMS, Bloc, Organisation, Stream
from services.registry.queries.body import UNKNOWN_START
from services.registry.queries.common import Label, labels
from services.registry.queries.endings import Taking, WarningShown, endings, resting_on, warnings
from services.registry.tenures import Gone, Tenure, rivals, tenures

GONE = "that whose emulation work it is is no more / nơi có công tác thi đua này không còn"


class GetDuties(BaseModel):
    """Who does the emulation work of a council, bloc or agency."""

    of: e.Charge
    """Whose emulation work."""
    on: date | None = None
    """The day; all who ever did if absent."""


class DutyShown(Part):
    """A duty's time in one hand."""

    duty: Fact | None
    """STANDING_AGENCY or EMULATION_OFFICER."""
    agency: Fact | None
    """The standing agency; of an officer the agency or unit that the officer comes from."""
    person: Fact | None
    """The officer; of a standing agency the person who acts for it."""
    title: Fact | None
    """The duty as worded."""
    since: Fact | None
    """The first day; absent where it is not known."""
    until: Fact | None
    """The first day after it; absent where it is not known or not over."""
    ended: bool
    """Whether its end is told, or follows from the end of the council, bloc or agency."""
    disputed: bool
    """Whether by what is told another was the standing agency at the same time, or an officer was one twice, on the day
    asked for if there is one, or the duty lasted longer than the council, bloc or agency."""
    decision: Fact | None
    """The document that gave it, by its id."""
    end_decision: Fact | None
    """The document that ended it, by its id."""


class DutiesAnswer(BaseModel):
    """Duties, as far as they are recorded; an empty list means that none is."""

    duties: tuple[DutyShown, ...]
    """In the order of telling; of a day each once."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    warnings: tuple[WarningShown, ...]
    """Agencies that are no more, or whose work went to others, while their duties go on."""


async def get_duties(asked: GetDuties, view: View) -> DutiesAnswer:
    stream: Stream | None = await view.get(STREAMS, duties_of(asked.of).name)
    told = [event for event in (stream.told if stream else ()) if isinstance(event, e.DutyEvent)]
    charge = await _charge(asked.of, view) if told else []
    every = tenures(told, _established(charge), _gone(charge))
    there = [tenure for tenure in every if asked.on is None or tenure.lasts(asked.on)]
    going_on = (tenure for tenure in there if asked.on or not tenure.ended)
    warned = await warnings(view, serving(going_on), _decides(charge), asked.on)
    shown = tuple(
        _shown(tenure, any(rivals(tenure, other, asked.on) for other in every if other is not tenure), asked.on, warned)
        for tenure in there
    )
    answer = DutiesAnswer(duties=shown, labels=(), warnings=warned)
    return answer.model_copy(update={"labels": await labels(view, answer, asked.on)})


def serving(going_on: Iterable[Tenure]) -> list[Taking]:
    """The agencies that have these duties, or from which those come who do."""
    told = (agreed(tenure.told, "agency") for tenure in going_on)
    return [Taking(agency, "DUTY") for agency in told if agency]


def _decides(charge: Sequence[Any]) -> Fact | None:
    """Who organises the bloc, or to whom the body belongs."""
    founded = holding(charge)
    authority = first([event for event in founded if isinstance(event, e.BlocEstablished)], "authority")
    return authority or first([event for event in founded if isinstance(event, e.BodyEstablished)], "organisation")


async def _charge(of: e.Charge, view: View) -> list[Any]:
    """What is told of that whose emulation work it is: how it began, and how it ended."""
    if of.body:
        body: Stream | None = await view.get(STREAMS, BODY.of(of.body).name)
        return body.told if body else []
    if of.bloc:
        bloc: Bloc | None = await view.get(BLOCS, of.bloc)
        return [*bloc.told, *bloc.dissolved] if bloc else []
    organisation: Organisation | None = await view.get(ORGANISATIONS, str(of.organisation))
    return organisation.told if organisation else []


def _established(charge: Sequence[Any]) -> date | None:
    """From when it is there: an organisation may be older than the day from which it is registered."""
    founded = [event for event in holding(charge) if isinstance(event, e.BodyEstablished | e.BlocEstablished)]
    return next((event.effective for event in founded if event.effective), None)


def _gone(charge: Sequence[Any]) -> list[Gone]:
    """What tells that it is no more: of an organisation also that it was merged away."""
    dissolved = [event for event in charge if isinstance(event, e.BodyDissolved | e.BlocDissolved)]
    return [*dissolved, *(one.event for one in endings(holding(charge)) if one.total)]


def _shown(tenure: Tenure, disputed: bool, on: date | None, warned: Sequence[WarningShown]) -> DutyShown:
    since, until = agreed(tenure.begun, "effective"), surest_told(map(_end_told, tenure.ended))
    began = since.mark if since else Mark(certainty="INFERRED", basis=UNKNOWN_START)
    rests = (began, *((until.mark,) if until else ())) if on else ()

    def told(name: str) -> Fact | None:
        value = agreed(tenure.told, name)
        return value.model_copy(update={"mark": weakest(value.mark, *rests)}) if value else None

    return DutyShown(
        duty=told("duty"),
        agency=resting_on(told("agency"), warned) if on else told("agency"),
        person=told("person"),
        title=told("title"),
        since=since,
        until=until,
        ended=bool(tenure.ended),
        disputed=disputed or tenure.contradicted,
        decision=agreed(tenure.begun, "decision.id"),
        end_decision=agreed([x for x in tenure.ended if not isinstance(x, e.OrganisationSucceeded)], "decision.id"),
    )


def _end_told(end: e.DutyEnded | Gone) -> Fact | None:
    """The first day after it; where it is that of the whole, inferred, unless that was ended here."""
    return fact(end, "effective", GONE if isinstance(end, Gone) and end.record else None)
