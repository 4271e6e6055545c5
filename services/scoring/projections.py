"""What scoring's own events make of sheets, scores and rankings."""

from typing import Annotated

from pydantic import BaseModel, Field

from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model, by_stream
from services.scoring import events as e

Verified = Annotated[e.ItemConfirmed | e.ItemAdjusted, Field(discriminator="type")]


class Sheet(BaseModel):
    versions: tuple[e.SheetIssued, ...] = ()


class Score(BaseModel):
    """All that is told of a score, oldest first; several of a kind only where records contradict each other."""

    submitted: tuple[e.SelfScoreSubmitted, ...] = ()
    verified: tuple[Verified, ...] = ()
    approved: tuple[e.ScoreApproved, ...] = ()


class Ranking(BaseModel):
    published: tuple[e.RankingPublished, ...] = ()


def issued(key: str, sheet: Sheet | None, recorded: Recorded[e.SheetIssued]) -> Sheet:
    return Sheet(versions=(*(sheet.versions if sheet else ()), recorded.event))


def scored(key: str, score: Score | None, recorded: Recorded[e.ScoreEvent]) -> Score:
    score = score or Score()
    match recorded.event:
        case e.SelfScoreSubmitted() as event:
            return score.model_copy(update={"submitted": (*score.submitted, event)})
        case e.ItemConfirmed() | e.ItemAdjusted() as event:
            return score.model_copy(update={"verified": (*score.verified, event)})
        case e.ScoreApproved() as event:
            return score.model_copy(update={"approved": (*score.approved, event)})


def published(key: str, ranking: Ranking | None, recorded: Recorded[e.RankingPublished]) -> Ranking:
    return Ranking(published=(*(ranking.published if ranking else ()), recorded.event))


SHEETS = Model(
    "sheets",
    "scoring",
    e.VOCABULARY,
    (e.SheetIssued,),
    by_stream,
    issued,
    doc=Sheet,
    history="stream",
    version=3,
)
SCORES = Model(
    "scores",
    "scoring",
    e.VOCABULARY,
    types_of(e.ScoreEvent),
    by_stream,
    scored,
    doc=Score,
    history="stream",
    version=4,
)
RANKINGS = Model(
    "rankings",
    "scoring",
    e.VOCABULARY,
    (e.RankingPublished,),
    by_stream,
    published,
    doc=Ranking,
    history="stream",
    version=3,
)
MODELS = (SHEETS, SCORES, RANKINGS)
