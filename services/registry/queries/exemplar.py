"""Advanced exemplars: who or what they are, and what was done so that others follow them."""

from collections.abc import Sequence

from pydantic import BaseModel

from services.kernel.errors import Missing
from services.kernel.once import once
from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, first
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.exemplar import EXEMPLAR
from services.registry.domain.ruling import holding
from services.registry.projections import STREAMS, Stream, StreamEvent
from services.registry.queries.acts import YearAct
from services.registry.queries.common import (
    AmountShown,
    DisputeShown,
    Label,
    PartyShown,
    amount,
    first_party,
    labels,
    party,
)
from services.registry.queries.days import ByDay
from services.registry.queries.disputes import RulingShown, contradictions, rulings


class GetExemplar(ByDay):
    """An advanced exemplar and what was done about it."""

    exemplar: Id
    """The exemplar."""


class ExemplarStepShown(Part):
    """What was done about an exemplar, by one telling."""

    step: Fact | None
    """FOUND, FOSTERED, HONOURED, REPLICATED or PUBLICISED."""
    on: Fact | None
    """The day."""
    by: PartyShown | None
    """Who did it."""
    medium: Fact | None
    """In which medium."""
    partner: PartyShown | None
    """Together with whom."""
    conference: Fact | None
    """The conference at which it was done."""


class ExemplarShown(Part):
    """An advanced exemplar, or a group of them."""

    exemplar: str
    """Its id."""
    kind: Fact | None
    """PERSON, COLLECTIVE, MODEL or PRACTICE; absent of a group of several kinds, too."""
    who: PartyShown | None
    """Who it is; of a model or a way of working, whose."""
    name: Fact | None
    """What a model, a way of working or a group is called; never a person's name."""
    fallen: Fact | None
    """Whether who it is fell on duty."""
    count: AmountShown | None
    """How many, of a group."""
    part_of: Fact | None
    """The group that it belongs to."""
    bloc: Fact | None
    """The bloc in which it is one."""
    year: Fact | None
    """The year in which it is one."""
    since: Fact | None
    """The day from which it is one."""
    conference: Fact | None
    """The conference at which it was told."""
    steps: tuple[ExemplarStepShown, ...]
    """What was done so that others follow it, in the order of telling."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


class ExemplarAnswer(BaseModel):
    """An advanced exemplar."""

    exemplar: ExemplarShown
    """The exemplar."""
    labels: tuple[Label, ...]
    """The organisations named here."""


async def get_exemplar(asked: GetExemplar, view: View) -> ExemplarAnswer:
    stream: Stream | None = await view.get(STREAMS, EXEMPLAR.of(asked.exemplar).name)
    if stream is None or not stream.told:
        raise Missing(
            en=f"The exemplar {asked.exemplar} is not recorded.", vi=f"Chưa ghi nhận điển hình {asked.exemplar}."
        )
    registered = [event for event in holding(stream.told) if isinstance(event, e.ExemplarRegistered)]
    answer = ExemplarAnswer(exemplar=_shown(asked.exemplar, registered, stream.told), labels=())
    return answer.model_copy(update={"labels": await labels(view, answer)})


@once
def exemplar_of(act: YearAct) -> ExemplarShown:
    """An exemplar of a year, and what its records tell otherwise."""
    told = act.of_first(e.ExemplarRegistered)
    return _shown(told[0].exemplar, told, act.every)


def _shown(exemplar: Id, registered: Sequence[e.ExemplarRegistered], every: Sequence[StreamEvent]) -> ExemplarShown:
    contradicting = contradictions(registered, e.ExemplarFacts)
    return ExemplarShown(
        exemplar=exemplar,
        kind=first(registered, "kind"),
        who=first_party(registered, "who"),
        name=first(registered, "name"),
        fallen=first(registered, "fallen"),
        count=next((told for event in registered if (told := amount(event, "count"))), None),
        part_of=first(registered, "part_of"),
        bloc=first(registered, "bloc"),
        year=first(registered, "year"),
        since=first(registered, "effective"),
        conference=first(registered, "conference"),
        steps=tuple(_step(event) for event in every if isinstance(event, e.ExemplarFurthered)),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(every),
    )


def _step(event: e.ExemplarFurthered) -> ExemplarStepShown:
    return ExemplarStepShown(
        step=fact(event, "step"),
        on=fact(event, "effective"),
        by=party(event, "by"),
        medium=fact(event, "medium"),
        partner=party(event, "partner"),
        conference=fact(event, "conference"),
    )
