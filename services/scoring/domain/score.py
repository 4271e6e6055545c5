"""A unit's score of a year: scored by itself, verified item by item by another agency, approved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

from pydantic import Field

from services.kernel.dated import in_force
from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.performing import Act, in_order, performed_on
from services.kernel.telling import inferring, require, tell
from services.kernel.text import Id, Prose
from services.scoring import events as e
from services.scoring.domain.sheet import SHEET, Sheet, numbered


class SubmitSelfScore(e.SelfScoreFacts, Act):
    """A unit scores itself by a sheet. A late score is marked, never refused.

    `membership` is filled in at the edge from registry's log, and is no part of what a client sends.
    """

    membership: e.MembershipSeen | None = Field(default=None, exclude=True)


class VerifyItem(e.ItemFacts, Act):
    """Another agency confirms an item, or adjusts it where `adjusted_points` are given."""

    adjusted_points: e.Points | None = None
    """Other points than the unit's own; null to confirm."""
    reason: Prose | None = None
    """Why the points differ."""


class ApproveScores(e.ApprovalFacts, Act):
    """Approve the verified scores of units of a bloc: all of them or none."""

    units: tuple[Id, ...] = Field(min_length=1, max_length=500)
    """The units."""


Points = Mapping[str, Decimal]
"""Points by item code."""


@dataclass(frozen=True, slots=True)
class Unscored:
    pass


@dataclass(frozen=True, slots=True)
class Scored:
    """`own` is what the unit gave itself, and is never overwritten; `scale` the most that each item can give."""

    sheet: Id | None = None
    version: int | None = None
    own: Points = field(default_factory=dict)
    scale: Points = field(default_factory=dict)
    verified: Points = field(default_factory=dict)
    ties: tuple[str, ...] = ()
    submitted_on: date | None = None
    verified_on: date | None = None
    """The latest day of a verification."""

    @property
    def complete(self) -> bool:
        return bool(self.own) and self.own.keys() <= self.verified.keys()


@dataclass(frozen=True, slots=True)
class Approved:
    sheet: Id | None
    version: int | None
    total: Decimal | None
    items: Points = field(default_factory=dict)
    ties: tuple[str, ...] = ()
    on: date | None = None
    """The day of the approval."""


Score = Unscored | Scored | Approved


def evolve(score: Score, event: e.ScoreEvent) -> Score:
    match event:
        case e.ScoreApproved():
            return _approval(score, event)
        case _ if isinstance(score, Approved):
            return score
        case e.SelfScoreSubmitted():
            return _submitted(score if isinstance(score, Scored) else Scored(), event)
        case e.ItemConfirmed() | e.ItemAdjusted():
            return _verified(score if isinstance(score, Scored) else Scored(), event)
        case _:
            assert_never(event)


def _approval(score: Score, event: e.ScoreApproved) -> Approved:
    """The first total binds: a record that contradicts it is kept beside it."""
    if isinstance(score, Approved) and score.total is not None:
        return score
    items = {item.code: item.points for item in event.items}
    return Approved(event.sheet, event.sheet_version, event.total, items, event.ties, event.effective)


def _submitted(score: Scored, event: e.SelfScoreSubmitted) -> Scored:
    if score.own:
        return score
    return replace(
        score,
        sheet=event.sheet,
        version=event.sheet_version,
        own={item.code: item.points for item in event.items},
        scale={item.code: item.points for item in event.scale},
        ties=event.ties,
        submitted_on=event.effective,
    )


def _verified(score: Scored, event: e.ItemConfirmed | e.ItemAdjusted) -> Scored:
    """The first points of an item bind: a record that contradicts them is kept beside them."""
    points = event.points if event.points is not None else score.own.get(event.code)
    if points is None:
        return score
    last = max((day for day in (score.verified_on, event.effective) if day), default=None)
    return replace(score, verified={event.code: points, **score.verified}, verified_on=last)


SCORE: Fold[Score] = Fold("score", Unscored(), evolve)


def stream(bloc: Id, year: int, unit: Id) -> Stream[Score]:
    return SCORE.of(bloc, str(year), unit)


def submit(command: SubmitSelfScore, score: Score, sheet: Sheet = ()) -> Events:
    version = _version(command, sheet)
    if command.record is None:
        require(
            isinstance(score, Unscored),
            "score.submitted",
            en="It was submitted before.",
            vi="Đã nộp bảng tự chấm điểm.",
        )
        require(
            command.membership and command.membership.member,
            "score.member",
            en=f"{command.unit} is no member of {command.bloc} in {command.year}.",
            vi=f"{command.unit} không phải thành viên của {command.bloc} trong năm {command.year}.",
        )
        _fits(command, version)
    due = version.self_score_due.of(command.year) if version and version.self_score_due else None
    found = version is not None and command.sheet_version is None
    return [
        tell(
            e.SelfScoreSubmitted,
            command,
            record=inferring(command.record, "sheet_version", "in force on the day") if found else command.record,
            membership=None if command.record else command.membership,
            sheet_version=version.version if version else command.sheet_version,
            scale=tuple(e.ScoredItem(code=item.code, points=item.max) for item in version.items) if version else (),
            ties=version.ties if version else (),
            due=due,
            late=_late(command.effective, due),
        )
    ]


def _version(command: SubmitSelfScore, sheet: Sheet) -> e.SheetIssued | None:
    if command.sheet_version is not None:
        return numbered(sheet, command.sheet_version)
    return in_force(sheet, command.effective)


def _late(day: date | None, due: date | None) -> bool | None:
    return None if day is None or due is None else day > due


def _fits(command: SubmitSelfScore, version: e.SheetIssued | None) -> None:
    """Raises Refused where the score does not answer the sheet item by item."""
    performed_on(command, command.year)
    if version is None:
        raise Refused(
            "score.sheet", en="Name a sheet that is in force on that day.", vi="Cần bảng điểm đang có hiệu lực."
        )
    scale = {item.code: item.max for item in version.items}
    codes = [item.code for item in command.items]
    require(
        sorted(codes) == sorted(scale),
        "score.items",
        en="Score each item of the sheet once.",
        vi="Chấm mỗi mục của bảng điểm đúng một lần.",
    )
    over = ", ".join(item.code for item in command.items if item.points > scale[item.code])
    require(not over, "score.max", en=f"More points than the item can give: {over}.", vi=f"Vượt điểm tối đa: {over}.")


def verify(command: VerifyItem, score: Score) -> Events:
    require(
        command.verifier != command.unit,
        "score.own",
        en="Another agency verifies a unit's score.",
        vi="Đơn vị không tự thẩm định điểm của mình.",
    )
    if command.record is None:
        _verifiable(command, score)
    if command.adjusted_points is not None:
        require(command.reason, "score.reason", en="Say why the points differ.", vi="Cần lý do điều chỉnh điểm.")
        return [tell(e.ItemAdjusted, command, points=command.adjusted_points)]
    own = score.own.get(command.code) if isinstance(score, Scored) else None
    return [tell(e.ItemConfirmed, command, points=own)]


def _verifiable(command: VerifyItem, score: Score) -> None:
    """Raises Refused where there is nothing to verify, or more points than the item can give."""
    match score:
        case Scored() if command.code in score.own:
            most = score.scale.get(command.code)
            points = command.adjusted_points
            require(
                command.code not in score.verified,
                "score.verified",
                en="It was verified before.",
                vi="Mục này đã thẩm định.",
            )
            require(
                points is None or most is None or points <= most,
                "score.max",
                en=f"The item gives {most} at most.",
                vi=f"Điểm tối đa của mục là {most}.",
            )
            day = performed_on(command, command.year)
            in_order("score.order", day, score.submitted_on, en="effective", vi="effective")
        case _:
            raise Refused(
                "score.none",
                en="The unit has no open self-score of this item.",
                vi="Đơn vị không có điểm tự chấm đang mở của mục này.",
            )


def approve(command: ApproveScores, *scores: Score) -> Events:
    require(
        len(set(command.units)) == len(command.units),
        "score.units",
        en="A unit comes twice.",
        vi="Đơn vị bị nêu hai lần.",
    )
    if command.record is None:
        performed_on(command, command.year)
        require(command.approver, "score.approver", en="Name who approves.", vi="Cần cơ quan phê duyệt.")
        require(
            command.approver not in command.units,
            "score.own",
            en="Nobody approves its own score.",
            vi="Cơ quan không tự phê duyệt điểm của mình.",
        )
    pairs = zip(command.units, scores, strict=True)
    return {stream(command.bloc, command.year, unit).name: [_approved(command, unit, score)] for unit, score in pairs}


def _approved(command: ApproveScores, unit: Id, score: Score) -> Event:
    match score:
        case Scored() if score.complete:
            if command.record is None:
                earlier, which = (score.submitted_on, score.verified_on), f"{unit}: effective"
                in_order("score.order", command.effective, *earlier, en=which, vi=which)
            items = tuple(e.ScoredItem(code=code, points=score.verified[code]) for code in score.own)
            total = sum((item.points for item in items), Decimal(0))
            facts: dict[str, Any] = {
                "items": items,
                "total": total,
                "sheet": score.sheet,
                "sheet_version": score.version,
                "ties": score.ties,
            }
            return tell(e.ScoreApproved, command, unit=unit, **facts)
        case _ if command.record is not None:
            return tell(e.ScoreApproved, command, unit=unit)
        case Approved():
            raise Refused("score.approved", en=f"{unit}: approved before.", vi=f"{unit}: đã phê duyệt.")
        case _:
            raise Refused(
                "score.unverified", en=f"{unit}: items are not verified.", vi=f"{unit}: còn mục chưa thẩm định."
            )


def _submission(command: SubmitSelfScore) -> Sequence[Stream[Any]]:
    own = stream(command.bloc, command.year, command.unit)
    return [own] if command.sheet is None else [own, SHEET.of(command.sheet)]


HANDLERS: Handlers = {
    SubmitSelfScore: Handler(_submission, submit),
    VerifyItem: Handler(lambda c: [stream(c.bloc, c.year, c.unit)], verify),
    ApproveScores: Handler(lambda c: [stream(c.bloc, c.year, unit) for unit in c.units], approve, several=True),
}
