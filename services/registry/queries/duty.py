"""Who does the emulation work of a council, bloc or agency: its standing agency and its officers."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from services.kernel.provenance import Fact, Mark, Part
from services.kernel.telling import fact, weakest
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.duty import duties_of
from services.registry.projections import STREAMS, Stream
from services.registry.queries.body import UNKNOWN_START
from services.registry.queries.common import Label, labels
from services.registry.tenures import Tenure, contradict, same_holder, tenures


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
    """Whether its end is told."""
    disputed: bool
    """Whether by what is told another was the standing agency at the same time."""
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


async def get_duties(asked: GetDuties, view: View) -> DutiesAnswer:
    stream: Stream | None = await view.get(STREAMS, duties_of(asked.of).name)
    told = [event for event in (stream.told if stream else ()) if isinstance(event, e.DutyEvent)]
    every = tenures(told)
    there = every if asked.on is None else _once([tenure for tenure in every if tenure.lasts(asked.on)])
    shown = tuple(_shown(one, any(contradict(one, other) for other in every), asked.on) for one in there)
    answer = DutiesAnswer(duties=shown, labels=())
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _once(there: Sequence[Tenure]) -> list[Tenure]:
    """Each holder of a duty on a day once, by the surest that is told."""
    found: list[Tenure] = []
    for one in sorted(there, key=_sure, reverse=True):
        if not any(same_holder(one.told, it.told) for it in found):
            found.append(one)
    return sorted(found, key=there.index)


def _sure(tenure: Tenure) -> tuple[bool, bool]:
    since = fact(tenure.assigned, "effective")
    return since is not None, since is not None and since.mark.certainty == "STATED"


def _shown(tenure: Tenure, disputed: bool, on: date | None) -> DutyShown:
    since, until = fact(tenure.assigned, "effective"), fact(tenure.ended, "effective")
    began = since.mark if since else Mark(certainty="INFERRED", basis=UNKNOWN_START)
    rests = (began, *((until.mark,) if until else ())) if on else ()

    def told(name: str) -> Fact | None:
        value = fact(tenure.told, name)
        return value.model_copy(update={"mark": weakest(value.mark, *rests)}) if value else None

    return DutyShown(
        duty=told("duty"),
        agency=told("agency"),
        person=told("person"),
        title=told("title"),
        since=since,
        until=until,
        ended=tenure.ended is not None,
        disputed=disputed,
        decision=fact(tenure.assigned, "decision.id"),
        end_decision=fact(tenure.ended, "decision.id"),
    )
