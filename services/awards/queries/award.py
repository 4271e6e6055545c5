"""Awards, with all that is recorded of each."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from services.awards import events as e
from services.awards.projections import AWARDS, Award
from services.awards.queries.common import (
    KindShown,
    Names,
    RecipientShown,
    kind,
    name_of,
    names_of,
    recipient,
    shown_as,
)
from services.awards.queries.persons import PersonShown
from services.kernel.errors import Missing
from services.kernel.provenance import Fact
from services.kernel.telling import differ, first
from services.kernel.text import Code, Id
from services.kernel.view import View


class DecisionShown(BaseModel):
    decision: Fact | None
    number: Fact | None
    decided_on: Fact | None
    authority: Fact | None
    signatory: Fact | None


class ConferralShown(BaseModel):
    conferred_on: Fact | None
    conferred_by: Fact | None
    conference: Fact | None
    place: Fact | None


class CancellationShown(BaseModel):
    ground: Fact | None
    number: Fact | None
    cancelled_on: Fact | None
    authority: Fact | None
    signatory: Fact | None


class CorrectionShown(BaseModel):
    number: Fact | None
    corrected_on: Fact | None
    authority: Fact | None


class AwardShown(BaseModel):
    award: str
    recipient: RecipientShown | None
    kind: KindShown | None
    bloc: Fact | None
    bloc_name: Fact | None
    year: Fact | None
    ground: Fact | None
    proposal: Fact | None
    decisions: tuple[DecisionShown, ...]
    conferrals: tuple[ConferralShown, ...]
    cancellations: tuple[CancellationShown, ...]
    corrections: tuple[CorrectionShown, ...]
    disputed: bool


class GetAwards(BaseModel):
    bloc: Id | None = None
    year: e.Year | None = None
    recipient: Id | None = None
    kind: Code | None = None
    limit: int = Field(default=100, ge=1, le=500)
    after: Id | None = None


class AwardsAnswer(BaseModel):
    awards: tuple[AwardShown, ...]
    next: Id | None = None
    persons: tuple[PersonShown, ...] = ()


async def get_awards(asked: GetAwards, view: View) -> AwardsAnswer:
    given = {"bloc": asked.bloc, "year": asked.year, "recipient": asked.recipient, "kind": asked.kind}
    terms = [f"{name}:{value}" for name, value in given.items() if value is not None]
    rows: list[tuple[str, Award]] = await view.find(AWARDS, *terms, limit=asked.limit + 1, after_key=asked.after)
    page = rows[: asked.limit]
    more = page[-1][0] if len(rows) > asked.limit else None
    return AwardsAnswer(awards=await _awards(view, page), next=more)


class GetAward(BaseModel):
    award: Id


class AwardAnswer(BaseModel):
    award: AwardShown
    persons: tuple[PersonShown, ...] = ()


async def get_award(asked: GetAward, view: View) -> AwardAnswer:
    """Raises Missing."""
    found: Award | None = await view.get(AWARDS, asked.award)
    if found is None:
        raise Missing(en=f"The award {asked.award} is not recorded.", vi=f"Chưa ghi nhận khen thưởng {asked.award}.")
    (shown,) = await _awards(view, [(asked.award, found)])
    return AwardAnswer(award=shown)


async def _awards(view: View, rows: Sequence[tuple[str, Award]]) -> tuple[AwardShown, ...]:
    blocs = {event.bloc for _, row in rows for event in row.acts if event.bloc}
    names = await names_of(view, blocs, [row.recipient for _, row in rows])
    return tuple(shown_award(key, row, names) for key, row in rows)


def shown_award(key: str, award: Award, names: Names) -> AwardShown:
    bloc = first(award.acts, "bloc")
    return AwardShown(
        award=key,
        recipient=recipient(award.latest, names),
        kind=kind(award.latest),
        bloc=bloc,
        bloc_name=name_of(names, "bloc", bloc.value) if bloc else None,
        year=first(award.acts, "year"),
        ground=first(award.decided, "ground"),
        proposal=first(award.decided, "proposal"),
        decisions=tuple(_decision(decided, award.corrected) for decided in award.decided),
        conferrals=tuple(shown_as(ConferralShown, event, conferred_on="effective") for event in award.conferred),
        cancellations=tuple(shown_as(CancellationShown, event, cancelled_on="effective") for event in award.cancelled),
        corrections=tuple(shown_as(CorrectionShown, event, corrected_on="effective") for event in award.corrected),
        disputed=_disputed(award),
    )


def _decision(decided: e.AwardDecided, corrected: Sequence[e.AwardCorrected]) -> DecisionShown:
    told = shown_as(DecisionShown, decided, decided_on="effective")
    later = tuple(reversed(corrected))
    right = {"number": first(later, "decision_number"), "decided_on": first(later, "decided_on")}
    return told.model_copy(update={name: fact for name, fact in right.items() if fact})


def _disputed(award: Award) -> bool:
    """Whether acts that happen once are told in ways that cannot all be."""
    return (
        differ(award.decided, "recipient", "kind", "number", "effective", "authority")
        or differ(award.conferred, "effective")
        or differ(award.cancelled, "number", "effective")
        or differ(award.acts, "bloc", "year")
        or any(differ(_unsettled(award, field), field) for field in ("recipient", "kind"))
    )


def _unsettled(award: Award, field: str) -> Sequence[e.AwardEvent]:
    """What may contradict each other: a corrigendum is no dispute, and settles what was told before it; nor is the
    decision that it corrects, whenever that is told.
    """
    corrects = [
        n for n, event in enumerate(award.told) if isinstance(event, e.AwardCorrected) and getattr(event, field)
    ]
    if not corrects:
        return award.acts
    later = award.told[corrects[-1] :]
    return [event for event in later if isinstance(event, e.AwardCorrected | e.AwardConferred)]
