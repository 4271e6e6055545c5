"""What can be asked of scoring. A fact that is absent is not recorded."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, Field

from services.kernel.binding import Query
from services.kernel.dated import in_force
from services.kernel.errors import Missing
from services.kernel.provenance import Fact
from services.kernel.telling import added, differ, fact, resting
from services.kernel.text import Id
from services.kernel.view import View
from services.scoring import events as e
from services.scoring.domain.ranking import RANKING
from services.scoring.domain.score import stream
from services.scoring.domain.sheet import SHEET
from services.scoring.projections import RANKINGS, SCORES, SHEETS, Ranking, Score, Sheet, Verified

DEADLINE = "the deadline of the sheet's version / thời hạn của phiên bản bảng điểm"
OWN = "the unit's own points, which were confirmed / điểm tự chấm đã được xác nhận"
VERIFIED = "the verified items that are recorded / các mục đã thẩm định được ghi nhận"


class GetSheet(BaseModel):
    sheet: Id
    version: int | None = Field(default=None, ge=1)
    on: date | None = None


class SheetItemShown(BaseModel):
    code: str
    title: Fact | None
    max: Fact | None


class SheetVersionShown(BaseModel):
    version: int
    title: Fact | None
    issuer: Fact | None
    decision_number: Fact | None
    effective_from: Fact | None
    effective_to: Fact | None
    self_score_due: Fact | None
    items: tuple[SheetItemShown, ...]
    ties: tuple[Fact, ...]


class SheetAnswer(BaseModel):
    versions: tuple[SheetVersionShown, ...]


async def get_sheet(asked: GetSheet, view: View) -> SheetAnswer:
    """Raises Missing where no version of the sheet is recorded."""
    found: Sheet | None = await view.get(SHEETS, SHEET.of(asked.sheet).name)
    if found is None:
        raise Missing(en=f"The sheet {asked.sheet} is not recorded.", vi=f"Chưa ghi nhận bảng điểm {asked.sheet}.")
    versions = found.versions
    if asked.version is not None:
        versions = tuple(v for v in versions if v.version == asked.version)
    if asked.on is not None:
        current = in_force(versions, asked.on)
        versions = (current,) if current else ()
    return SheetAnswer(versions=tuple(map(_version, versions)))


def _version(version: e.SheetIssued) -> SheetVersionShown:
    return SheetVersionShown(
        version=version.version,
        title=fact(version, "title"),
        issuer=fact(version, "issuer"),
        decision_number=fact(version, "decision_number"),
        effective_from=fact(version, "effective"),
        effective_to=fact(version, "effective_to"),
        self_score_due=fact(version, "self_score_due"),
        items=tuple(
            SheetItemShown(
                code=item.code, title=fact(version, f"items[{i}].title"), max=fact(version, f"items[{i}].max")
            )
            for i, item in enumerate(version.items)
        ),
        ties=_ties(version),
    )


def _ties(event: e.SheetIssued | e.RankingPublished) -> tuple[Fact, ...]:
    return tuple(tie for i in range(len(event.ties)) if (tie := fact(event, f"ties[{i}]")))


class GetScore(BaseModel):
    bloc: Id
    year: e.Year
    unit: Id


class ScoreItemShown(BaseModel):
    code: str
    self_points: Fact | None
    evidence: tuple[Fact, ...]
    verified_points: Fact | None
    verifier: Fact | None
    reason: Fact | None
    approved_points: Fact | None
    disputed: bool


class SeenPosition(BaseModel):
    log: str
    epoch: int
    position: int


class ScoreShown(BaseModel):
    sheet: Fact | None
    sheet_version: Fact | None
    submitted_on: Fact | None
    due: Fact | None
    late: Fact | None
    self_total: Fact | None
    total: Fact | None
    approver: Fact | None
    approved_on: Fact | None
    items: tuple[ScoreItemShown, ...]
    disputed: bool
    member: Fact | None
    membership_seen: SeenPosition | None


class ScoreAnswer(BaseModel):
    score: ScoreShown


async def get_score(asked: GetScore, view: View) -> ScoreAnswer:
    """Raises Missing."""
    found: Score | None = await view.get(SCORES, stream(asked.bloc, asked.year, asked.unit).name)
    if found is None:
        raise Missing(
            en=f"No score of {asked.unit} in {asked.bloc} for {asked.year} is recorded.",
            vi=f"Chưa ghi nhận điểm năm {asked.year} của {asked.unit} trong {asked.bloc}.",
        )
    return ScoreAnswer(score=_score(found))


def _score(score: Score) -> ScoreShown:
    own, approved = _own(score), _approved(score)
    several = _disputed(score)
    return ScoreShown(
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
        member=_member(own),
        membership_seen=_seen(own.membership) if own and own.membership else None,
    )


def _member(own: e.SelfScoreSubmitted | None) -> Fact | None:
    """That the unit was a member, where it had to be one to score itself here; no surer than registry knew it."""
    if own is None or own.membership is None:
        return None
    return fact(own, "membership.member", e.counted_by_inference([own.unit] if own.membership.inferred else []))


def _seen(at: e.MembersSeen | e.MembershipSeen) -> SeenPosition:
    return SeenPosition(log="registry", epoch=at.epoch, position=at.position)


def _own(score: Score) -> e.SelfScoreSubmitted | None:
    return next(iter(score.submitted), None)


def _approved(score: Score) -> e.ScoreApproved | None:
    """The first that tells a total, or else the first."""
    return next((event for event in score.approved if event.total is not None), next(iter(score.approved), None))


def _disputed(score: Score) -> set[str]:
    """The items to which one act gives several points, or more than the sheet's version allows."""
    own = {(item.code, item.points) for event in score.submitted for item in event.items}
    verified = {(event.code, event.points) for event in score.verified if event.points is not None}
    approved = {(item.code, item.points) for event in score.approved for item in event.items}
    most = {item.code: item.points for event in score.submitted for item in event.scale}
    over = {code for code, points in own | verified | approved if points > most.get(code, points)}
    return _twice(own) | _twice(verified) | _twice(approved) | over


def _twice(points: Iterable[tuple[str, Decimal]]) -> set[str]:
    return {code for code, count in Counter(code for code, _ in points).items() if count > 1}


def _self_total(own: e.SelfScoreSubmitted | None) -> Fact | None:
    """The sum of the unit's own points, no surer than each of them."""
    if own is None:
        return None
    first, *others = (fact(own, f"items[{i}].points") for i in range(len(own.items)))
    return first and resting(first, *others).model_copy(update={"value": str(sum(i.points for i in own.items))})


def _items(score: Score, several: set[str]) -> tuple[ScoreItemShown, ...]:
    own, approval = _own(score), _approved(score)
    self_scored = {item.code: i for i, item in enumerate(own.items)} if own else {}
    verified = {item.code: item for item in reversed(score.verified)}
    approved = {item.code: i for i, item in enumerate(approval.items)} if approval else {}
    return tuple(
        ScoreItemShown(
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


class RankedUnitShown(BaseModel):
    unit: Fact | None
    rank: Fact | None
    total: Fact | None


class RankingShown(BaseModel):
    publisher: Fact | None
    published_on: Fact | None
    sheet: Fact | None
    sheet_version: Fact | None
    ranked: tuple[RankedUnitShown, ...]
    declared_count: Fact | None
    exhaustive: Fact | None
    unscored: tuple[Fact, ...]
    members_seen: SeenPosition | None
    disputed: bool
    ties: tuple[Fact, ...]


class RankingAnswer(BaseModel):
    rankings: tuple[RankingShown, ...]


async def get_ranking(asked: GetRanking, view: View) -> RankingAnswer:
    """The one that binds comes first: the performed one, or else the first that was recorded. Raises Missing."""
    found: Ranking | None = await view.get(RANKINGS, RANKING.of(asked.bloc, str(asked.year)).name)
    if found is None:
        raise Missing(
            en=f"No ranking of {asked.bloc} for {asked.year} is recorded.",
            vi=f"Chưa ghi nhận xếp hạng năm {asked.year} của {asked.bloc}.",
        )
    binding_first = sorted(found.published, key=lambda event: event.record is not None)
    return RankingAnswer(rankings=tuple(_ranking(event, _disputes(event, binding_first)) for event in binding_first))


def _disputes(event: e.RankingPublished, events: Sequence[e.RankingPublished]) -> bool:
    """Whether it contradicts itself or another."""
    return _twice_ranked(event) or any(_contradict(event, other) for other in events if other is not event)


def _twice_ranked(event: e.RankingPublished) -> bool:
    """Whether a unit comes twice, or one with fewer points before one with more."""
    ranked = sorted((u.rank, -u.total) for u in event.ranked.items if u.rank is not None and u.total is not None)
    totals = [total for _, total in ranked]
    return len({u.unit for u in event.ranked.items}) < len(event.ranked.items) or totals != sorted(totals)


def _contradict(one: e.RankingPublished, other: e.RankingPublished) -> bool:
    """Whether a unit has two ranks or totals, or is left out of a list of all; or there are two days of publication."""
    ours, theirs = ({u.unit: u for u in event.ranked.items} for event in (one, other))
    return (
        differ((one, other), "effective")
        or any(differ((ours[unit], theirs[unit]), "rank", "total") for unit in ours.keys() & theirs.keys())
        or (bool(one.ranked.exhaustive) and bool(theirs.keys() - ours.keys()))
        or (bool(other.ranked.exhaustive) and bool(ours.keys() - theirs.keys()))
    )


def _ranking(event: e.RankingPublished, disputed: bool) -> RankingShown:
    seen = event.members
    unscored = (fact(event, f"unscored[{i}]", _counted(event, unit)) for i, unit in enumerate(event.unscored))
    return RankingShown(
        publisher=fact(event, "publisher"),
        published_on=fact(event, "effective"),
        sheet=fact(event, "sheet"),
        sheet_version=fact(event, "sheet_version"),
        ranked=tuple(_ranked(event, i) for i in range(len(event.ranked.items))),
        declared_count=fact(event, "ranked.declared_count"),
        exhaustive=fact(event, "ranked.exhaustive", e.counted_by_inference(seen.inferred) if seen else None),
        unscored=tuple(unit for unit in unscored if unit),
        members_seen=_seen(seen) if seen else None,
        disputed=disputed,
        ties=_ties(event),
    )


def _ranked(event: e.RankingPublished, i: int) -> RankedUnitShown:
    """The total is the unit's own; its being ranked, and where, rests on who the members are."""
    path = f"ranked.items[{i}]"
    return RankedUnitShown(
        unit=fact(event, f"{path}.unit", _counted(event, event.ranked.items[i].unit)),
        rank=fact(event, f"{path}.rank", event.basis(i)),
        total=fact(event, f"{path}.total"),
    )


def _counted(event: e.RankingPublished, unit: Id) -> str | None:
    """From what it is inferred that the unit is a member."""
    return e.counted_by_inference(u for u in (event.members.inferred if event.members else ()) if u == unit)


QUERIES: Mapping[str, Query] = {
    "GetSheet": Query(GetSheet, get_sheet, (SHEETS,)),
    "GetScore": Query(GetScore, get_score, (SCORES,)),
    "GetRanking": Query(GetRanking, get_ranking, (RANKINGS,)),
}
