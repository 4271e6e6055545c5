"""A deadline: what is due by when, for whom, and from which day to which it is in force."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from services.kernel.errors import Missing
from services.kernel.provenance import Fact, Mark, Part
from services.kernel.telling import fact, first
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.deadline import Version
from services.registry.domain.ruling import holding
from services.registry.projections import DEADLINES, Deadline
from services.registry.queries.common import DisputeShown, Label, facts, labels, surest, values
from services.registry.queries.disputes import RulingShown, contradictions, rulings

ENDED = "lifted, or followed by the next version / bị bãi bỏ hoặc có phiên bản sau"


class GetDeadline(BaseModel):
    """A deadline in its versions."""

    deadline: Id
    """The deadline."""
    on: date | None = None
    """The day of the version in force; all versions if absent."""


class DeadlineShown(Part):
    """A version of a deadline."""

    what: tuple[Fact, ...]
    """What is due, as worded, in the order of telling."""
    state: Fact | None
    """What the year has come to once it is done."""
    award: Fact | None
    """The code of the award whose proposals it is for."""
    actor: Fact | None
    """HEAD, MEMBER or AUTHORITY: who has to do it."""
    cycle: Fact | None
    """CALENDAR or SCHOOL_YEAR: the kind of emulation year; absent: every kind."""
    level: Fact | None
    """The level of the blocs that it is for; absent: every level."""
    authority: Fact | None
    """The organisation for whose blocs it is."""
    bloc: Fact | None
    """The only bloc that it is for."""
    years: tuple[Fact, ...]
    """The emulation years that it is for; empty: every year."""
    due: Fact | None
    """Until when: `03-31+1` is 31 March of the year after the emulation year; absent where no day is told."""
    words: tuple[Fact, ...]
    """Until when, as worded."""
    decision: Fact | None
    """The law, decree or decision that sets it, by its id."""
    article: Fact | None
    """Where in that it stands."""
    seen: tuple[Fact, ...]
    """Where it was seen, if not in the official text."""
    since: Fact | None
    """The first day on which it is in force."""
    until: Fact | None
    """The first day on which it is in force no more; absent where it is not known or not over."""
    ended: bool
    """Whether its end is told, with or without a day."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


class LiftingShown(Part):
    """That a deadline was lifted, by one telling."""

    on: Fact | None
    """The first day on which it is in force no more."""
    decision: Fact | None
    """The law, decree or decision that lifts it, by its id."""


class DeadlineAnswer(BaseModel):
    """A deadline."""

    deadline: str
    """Its id."""
    versions: tuple[DeadlineShown, ...]
    """Oldest first; empty where none is in force on the day asked for."""
    liftings: tuple[LiftingShown, ...]
    """That it was lifted, whatever the day asked for."""
    labels: tuple[Label, ...]
    """The organisations named here."""


async def get_deadline(asked: GetDeadline, view: View) -> DeadlineAnswer:
    doc: Deadline | None = await view.get(DEADLINES, asked.deadline)
    if doc is None or not doc.told:
        raise Missing(
            en=f"The deadline {asked.deadline} is not recorded.", vi=f"Chưa ghi nhận thời hạn {asked.deadline}."
        )
    shown = tuple(_shown(v) for v in doc.versions if asked.on is None or v.in_force(asked.on))
    lifted = [event for event in doc.told if isinstance(event, e.DeadlineLifted)]
    liftings = tuple(LiftingShown(on=fact(x, "effective"), decision=fact(x, "decision.id")) for x in lifted)
    answer = DeadlineAnswer(deadline=asked.deadline, versions=shown, liftings=liftings, labels=())
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _shown(version: Version) -> DeadlineShown:
    told = holding(version.told)
    contradicting = contradictions(told, e.DeadlineFacts)
    once = ("state", "award", "actor", "cycle", "level", "authority", "bloc", "due", "article")
    return DeadlineShown(
        what=values(told, "what"),
        words=values(told, "words"),
        years=surest(year for event in told for year in facts(event, "years[{}]", len(event.years))),
        seen=surest(seen for event in told for seen in facts(event, "seen[{}]", len(event.seen))),
        decision=first(told, "decision.id"),
        since=first(told, "effective"),
        until=_until(told, version.until),
        ended=version.until is not None,
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(version.told),
        **{field: first(told, field) for field in once},
    )


def _until(told: Sequence[e.DeadlineSet], until: date | None) -> Fact | None:
    """The end: as told of the version itself, or inferred from what followed."""
    if until in (None, date.min):
        return None
    own = (found for event in told if event.expires == until and (found := fact(event, "expires")))
    return next(own, Fact(value=str(until), mark=Mark(certainty="INFERRED", basis=ENDED)))
