"""A bloc's ranking of a year, computed from the approved scores of its members, as far as scoring knew them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import Field

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.errors import Refused
from services.kernel.performing import Act, in_order, performed_on
from services.kernel.provenance import Listed
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.scoring import events as e
from services.scoring.domain.score import Approved, Score
from services.scoring.domain.score import stream as score_of
from services.scoring.domain.sheet import belongs


class PublishRanking(e.RankingFacts, Act):
    """Publish a bloc's ranking: told by a document, or computed from approved scores.

    `members` is filled in at the edge from registry's log, and is no part of what a client sends.
    """

    members: e.MembersSeen | None = Field(default=None, exclude=True)


@dataclass(frozen=True, slots=True)
class Unpublished:
    pass


@dataclass(frozen=True, slots=True)
class Published:
    pass


Ranking = Unpublished | Published


def evolve(ranking: Ranking, event: e.RankingEvent) -> Ranking:
    return Published()


RANKING: Fold[Ranking] = Fold("ranking", Unpublished(), evolve)


def publish(command: PublishRanking, ranking: Ranking, *scores: Score) -> Events:
    if command.record is not None:
        return [tell(e.RankingPublished, command, members=None)]
    match ranking:
        case Published():
            raise Refused(
                "ranking.published", en="The ranking of this year is published.", vi="Đã công bố xếp hạng năm này."
            )
        case _:
            return [_computed(command, scores)]


def _computed(command: PublishRanking, scores: Sequence[Score]) -> e.RankingPublished:
    require(
        not command.ranked.items, "ranking.told", en="A ranking is computed, not told.", vi="Xếp hạng do hệ thống tính."
    )
    day = performed_on(command, command.year)
    members = command.members.units if command.members else ()
    require(
        members, "ranking.members", en="No member of this bloc is known.", vi="Chưa biết thành viên nào của khối, cụm."
    )
    approved = {unit: s for unit, s in zip(members, scores, strict=True) if isinstance(s, Approved)}
    totals = {unit: s.total for unit, s in approved.items() if s.total is not None}
    require(totals, "ranking.scores", en="No member has an approved score.", vi="Chưa có điểm nào được phê duyệt.")
    for unit in totals:
        in_order("ranking.order", day, approved[unit].on, en=f"{unit}: effective", vi=f"{unit}: effective")
    sheets = {(approved[unit].sheet, approved[unit].version) for unit in totals}
    require(
        len(sheets) == 1,
        "ranking.sheet",
        en="The scores are bound to different sheets or versions.",
        vi="Các bảng điểm không cùng phiên bản.",
    )
    sheet, version = sheets.pop()
    ties = next(approved[unit].ties for unit in totals)
    unscored = tuple(sorted(set(members) - totals.keys()))
    return tell(
        e.RankingPublished,
        command,
        ranked=Listed[e.RankedUnit](
            items=ranked({unit: (totals[unit], *_points(approved[unit], ties)) for unit in totals}),
            exhaustive=not unscored,
        ),
        unscored=unscored,
        sheet=sheet,
        sheet_version=version,
        ties=ties,
    )


def _points(score: Approved, ties: Sequence[str]) -> Iterator[Decimal]:
    """What the unit got in each item or group that decides between equal totals."""
    for tie in ties:
        yield sum((points for code, points in score.items.items() if belongs(code, tie)), Decimal(0))


def ranked(scores: Mapping[Id, tuple[Decimal, ...]]) -> tuple[e.RankedUnit, ...]:
    """Units by falling total, which comes first, then by what decides between equal totals, in its order.

    Units that are equal in all of it share a rank, and the next is left out (1, 2, 2, 4).
    """
    falling = sorted(scores.items(), key=lambda unit: ([-points for points in unit[1]], unit[0]))
    best = sorted(scores.values(), reverse=True)
    return tuple(e.RankedUnit(unit=unit, rank=best.index(points) + 1, total=points[0]) for unit, points in falling)


def _reads(command: PublishRanking) -> Sequence[Stream[Any]]:
    members = command.members.units if command.members and command.record is None else ()
    return [RANKING.of(command.bloc, str(command.year)), *(score_of(command.bloc, command.year, m) for m in members)]


HANDLERS: Handlers = {PublishRanking: Handler(_reads, publish)}
