"""What can be asked of scoring. A fact that is absent is not recorded."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, Field

from services.kernel.binding import Query
from services.kernel.dated import in_force
from services.kernel.provenance import Fact
from services.kernel.telling import added, differ, fact, resting
from services.kernel.text import Id
from services.kernel.view import View
from services.scoring import events as e
from services.scoring.domain.ranking import RANKING
from services.scoring.domain.score import stream
from services.scoring.domain.sheet import SHEET
from services.scoring.projections import RANKINGS, SCORES, SHEETS, Ranking, Score, Sheet, Verified

DEADLINE = "the deadline of the sheet's version"
OWN = "the unit's own points, which were confirmed"
VERIFIED = "the verified items that are recorded"


class GetSheet(BaseModel):
    sheet: Id
    version: int | None = Field(default=None, ge=1)
    on: date | None = None


class ItemFacts(BaseModel):
    code: str
    title: Fact | None
    max: Fact | None


class VersionFacts(BaseModel):
    version: int
    title: Fact | None
    issuer: Fact | None
    decision_number: Fact | None
    effective_from: Fact | None
    effective_to: Fact | None
    self_score_due: Fact | None
    items: tuple[ItemFacts, ...]


class SheetAnswer(BaseModel):
    versions: tuple[VersionFacts, ...]


async def get_sheet(asked: GetSheet, view: View) -> SheetAnswer:
    found: Sheet = await view.get(SHEETS, SHEET.of(asked.sheet).name) or Sheet()
    versions = found.versions
    if asked.version is not None:
        versions = tuple(v for v in versions if v.version == asked.version)
    if asked.on is not None:
        current = in_force(versions, asked.on)
        versions = (current,) if current else ()
    return SheetAnswer(versions=tuple(map(_version, versions)))


def _version(version: e.SheetIssued) -> VersionFacts:
    return VersionFacts(
        version=version.version,
        title=fact(version, "title"),
        issuer=fact(version, "issuer"),
        decision_number=fact(version, "decision_number"),
        effective_from=fact(version, "effective"),
        effective_to=fact(version, "effective_to"),
        self_score_due=fact(version, "self_score_due"),
        items=tuple(
            ItemFacts(code=item.code, title=fact(version, f"items[{i}].title"), max=fact(version, f"items[{i}].max"))
            for i, item in enumerate(version.items)
        ),
    )


class GetScore(BaseModel):
    bloc: Id
    year: e.Year
    unit: Id


class ScoreItem(BaseModel):
    code: str
    self_points: Fact | None
    evidence: tuple[Fact, ...]
    verified_points: Fact | None
    verifier: Fact | None
    reason: Fact | None
    approved_points: Fact | None
    disputed: bool


class ScoreFacts(BaseModel):
    sheet: Fact | None
    sheet_version: Fact | None
    submitted_on: Fact | None
    due: Fact | None
    late: Fact | None
    self_total: Fact | None
    total: Fact | None
    approver: Fact | None
    approved_on: Fact | None
    items: tuple[ScoreItem, ...]
    disputed: bool


class ScoreAnswer(BaseModel):
    score: ScoreFacts | None = None


async def get_score(asked: GetScore, view: View) -> ScoreAnswer:
    found: Score | None = await view.get(SCORES, stream(asked.bloc, asked.year, asked.unit).name)
    return ScoreAnswer(score=_score(found) if found else None)


def _score(score: Score) -> ScoreFacts:
    own, approved = _own(score), _approved(score)
    several = _disputed(score)
    return ScoreFacts(
        sheet=fact(own, "sheet") or added(approved, "sheet", VERIFIED),
        sheet_version=fact(own, "sheet_version") or added(approved, "sheet_version", VERIFIED),
        submitted_on=fact(own, "effective"),
        due=added(own, "due", DEADLINE),
        late=added(own, "late", DEADLINE),
        self_total=_self_total(own),
        total=added(approved, "total", VERIFIED),
        approver=fact(approved, "approver"),
        approved_on=fact(approved, "effective"),
        items=_items(score, several),
        disputed=bool(several)
        or differ(score.submitted, "sheet", "sheet_version", "effective")
        or differ(score.approved, "sheet", "sheet_version", "total", "approver", "effective"),
    )


def _own(score: Score) -> e.SelfScoreSubmitted | None:
    return next(iter(score.submitted), None)


def _approved(score: Score) -> e.ScoreApproved | None:
    """The first that tells a total, or else the first."""
    return next((event for event in score.approved if event.total is not None), next(iter(score.approved), None))


def _disputed(score: Score) -> set[str]:
    """The items to which one act gives several points."""
    own = {(item.code, item.points) for event in score.submitted for item in event.items}
    verified = {(event.code, event.points) for event in score.verified if event.points is not None}
    approved = {(item.code, item.points) for event in score.approved for item in event.items}
    return _twice(own) | _twice(verified) | _twice(approved)


def _twice(points: Iterable[tuple[str, Decimal]]) -> set[str]:
    return {code for code, count in Counter(code for code, _ in points).items() if count > 1}


def _self_total(own: e.SelfScoreSubmitted | None) -> Fact | None:
    """The sum of the unit's own points, no surer than each of them."""
    if own is None:
        return None
    first, *others = (fact(own, f"items[{i}].points") for i in range(len(own.items)))
    return first and resting(first, *others).model_copy(update={"value": str(sum(i.points for i in own.items))})


def _items(score: Score, several: set[str]) -> tuple[ScoreItem, ...]:
    own, approval = _own(score), _approved(score)
    self_scored = {item.code: i for i, item in enumerate(own.items)} if own else {}
    verified = {item.code: item for item in reversed(score.verified)}
    approved = {item.code: i for i, item in enumerate(approval.items)} if approval else {}
    return tuple(
        ScoreItem(
            code=code,
            self_points=fact(own, f"items[{self_scored[code]}].points") if code in self_scored else None,
            evidence=_evidence(own, self_scored[code]) if code in self_scored else (),
            verified_points=_verified_points(verified.get(code)),
            verifier=fact(verified.get(code), "verifier"),
            reason=fact(verified.get(code), "reason"),
            approved_points=added(approval, f"items[{approved[code]}].points", VERIFIED) if code in approved else None,
            disputed=code in several,
        )
        for code in dict.fromkeys((*self_scored, *(v.code for v in score.verified), *approved))
    )


def _verified_points(event: Verified | None) -> Fact | None:
    return added(event, "points", OWN) if isinstance(event, e.ItemConfirmed) else fact(event, "points")


def _evidence(own: e.SelfScoreSubmitted | None, item: int) -> tuple[Fact, ...]:
    count = len(own.items[item].evidence) if own else 0
    numbers = (fact(own, f"items[{item}].evidence[{i}].number") for i in range(count))
    return tuple(number for number in numbers if number)


class GetRanking(BaseModel):
    bloc: Id
    year: e.Year


class RankedFacts(BaseModel):
    unit: Fact | None
    rank: Fact | None
    total: Fact | None


class SeenPosition(BaseModel):
    log: str
    epoch: int
    position: int


class RankingFacts(BaseModel):
    publisher: Fact | None
    published_on: Fact | None
    sheet: Fact | None
    sheet_version: Fact | None
    ranked: tuple[RankedFacts, ...]
    declared_count: Fact | None
    exhaustive: Fact | None
    unscored: tuple[Fact, ...]
    members_seen: SeenPosition | None


class RankingAnswer(BaseModel):
    rankings: tuple[RankingFacts, ...]


async def get_ranking(asked: GetRanking, view: View) -> RankingAnswer:
    found: Ranking = await view.get(RANKINGS, RANKING.of(asked.bloc, str(asked.year)).name) or Ranking()
    return RankingAnswer(rankings=tuple(map(_ranking, found.published)))


def _ranking(event: e.RankingPublished) -> RankingFacts:
    seen = event.members
    unscored = (fact(event, f"unscored[{i}]") for i in range(len(event.unscored)))
    return RankingFacts(
        publisher=fact(event, "publisher"),
        published_on=fact(event, "effective"),
        sheet=fact(event, "sheet"),
        sheet_version=fact(event, "sheet_version"),
        ranked=tuple(_ranked(event, i) for i in range(len(event.ranked.items))),
        declared_count=fact(event, "ranked.declared_count"),
        exhaustive=fact(event, "ranked.exhaustive"),
        unscored=tuple(unit for unit in unscored if unit),
        members_seen=SeenPosition(log="registry", epoch=seen.epoch, position=seen.position) if seen else None,
    )


def _ranked(event: e.RankingPublished, i: int) -> RankedFacts:
    path = f"ranked.items[{i}]"
    return RankedFacts(
        unit=fact(event, f"{path}.unit"), rank=fact(event, f"{path}.rank"), total=fact(event, f"{path}.total")
    )


QUERIES: Mapping[str, Query] = {
    "GetSheet": Query(GetSheet, get_sheet, (SHEETS,)),
    "GetScore": Query(GetScore, get_score, (SCORES,)),
    "GetRanking": Query(GetRanking, get_ranking, (RANKINGS,)),
}
