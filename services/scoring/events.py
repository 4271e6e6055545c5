"""Scoring's public vocabulary: sheets, self-scores, verified items, approved scores and rankings.

Points are exact decimals of two digits, rounded half up where they come in, which is the level of an item.
A year is the emulation year that something is about, whenever it took place.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from services.kernel.dated import Due
from services.kernel.dated import Year as Year
from services.kernel.events import Event, Vocabulary, types_of
from services.kernel.provenance import Listed, Part, Sha256
from services.kernel.telling import Told
from services.kernel.text import Form, Id, Line


def rounded(points: Decimal) -> Decimal:
    """Two digits, half up; adding 0 turns -0 into 0."""
    return points.quantize(Decimal("0.01"), ROUND_HALF_UP) + 0


Points = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False), AfterValidator(rounded)]
ItemCode = Annotated[
    str,
    Form(
        r"^[A-Za-z0-9][A-Za-z0-9.]{0,39}$",
        "must be 1 to 40 of A-Z, a-z, 0-9 and '.', a letter or digit first",
        "phải gồm 1 đến 40 ký tự A-Z, a-z, 0-9, '.', bắt đầu bằng chữ hoặc số",
    ),
]


class SheetItem(Part):
    """An item of a sheet."""

    code: ItemCode
    """Its code in the sheet, such as "I.1"."""
    title: Line
    """The criterion."""
    max: Points
    """The most points it can give."""


class Evidence(Part):
    """A document that supports an item, by reference."""

    number: Line | None = None
    """Its number."""
    dated: date | None = None
    """Its date."""
    issuer: Line | None = None
    """Who issued it."""
    sha256: Sha256 | None = None
    """Hash of the file."""


class SelfItem(Part):
    """An item of a self-score."""

    code: ItemCode
    """Code of the sheet's item."""
    points: Points
    """Points that the unit gives itself."""
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=100)
    """What supports them."""


class ScoredItem(Part):
    """Points of an item."""

    code: ItemCode
    """Code of the sheet's item."""
    points: Points
    """The points."""


class RankedUnit(Part):
    """A unit in a ranking; a document may tell a rank without a total, or a total without a rank."""

    unit: Id
    """The unit."""
    rank: int | None = Field(default=None, ge=1)
    """Units that are equal share a rank, and the next is left out: 1, 2, 2, 4."""
    total: Points | None = None
    """Its total."""


class MembersSeen(Part):
    """The members of a bloc, as known at this place of registry's log."""

    epoch: int
    position: int
    units: tuple[Id, ...]
    inferred: tuple[Id, ...] = ()
    """Those among them whose membership is inferred, for example because its first day is not recorded."""


class MembershipSeen(Part):
    """Whether the unit is a member of the bloc in the year, as known at this place of registry's log."""

    epoch: int
    position: int
    member: bool
    inferred: bool = False
    """Whether that is inferred."""


class SheetFacts(Told):
    sheet: Id
    """The sheet's id; the same id again makes the next version."""
    title: Line
    """Its title."""
    issuer: Id | None = None
    """The organisation that issues it."""
    decision_number: Line | None = None
    """Number of the issuing decision."""
    items: tuple[SheetItem, ...] = Field(min_length=1, max_length=500)
    """Its items; no code comes twice."""
    effective_to: date | None = None
    """The last day in force; `effective` is the first."""
    self_score_due: Due | None = None
    """Until when units submit self-scores."""
    ties: tuple[ItemCode, ...] = Field(default=(), max_length=50)
    """What decides between equal totals, the first first: codes of items, or of groups ("I" is all of "I.1", "I.2", …).

    Units that are equal in all of it share a rank; without any, equal totals do.
    """


class ScoreFacts(Told):
    bloc: Id
    """The bloc."""
    year: Year
    """The emulation year."""
    unit: Id
    """The unit whose score it is."""


class SelfScoreFacts(ScoreFacts):
    sheet: Id | None = None
    """The sheet."""
    sheet_version: int | None = Field(default=None, ge=1)
    """The version of the sheet that the score is bound to."""
    items: tuple[SelfItem, ...] = Field(min_length=1, max_length=500)
    """What the unit gives itself; `effective` is the day of submission."""


class ItemFacts(ScoreFacts):
    code: ItemCode
    """Code of the item."""
    verifier: Id
    """The organisation that verifies; never the unit itself."""


class ApprovalFacts(Told):
    bloc: Id
    """The bloc."""
    year: Year
    """The emulation year."""
    approver: Id | None = None
    """The organisation that approves; never the unit itself."""


class RankingFacts(Told):
    bloc: Id
    """The bloc."""
    year: Year
    """The emulation year."""
    publisher: Id | None = None
    """The organisation that publishes it; `effective` is the day."""
    ranked: Listed[RankedUnit] = Listed[RankedUnit]()
    """The ranking: told by a document, or computed from the approved scores."""


class SheetIssued(SheetFacts, Event):
    """A version of a scoring sheet."""

    type: Literal["SheetIssued"] = "SheetIssued"
    version: int


class SelfScoreSubmitted(SelfScoreFacts, Event):
    """What a unit gives itself; it is never overwritten."""

    type: Literal["SelfScoreSubmitted"] = "SelfScoreSubmitted"
    scale: tuple[ScoredItem, ...] = ()
    """The most points of each item by the version that the score is bound to; empty where it is not known."""
    due: date | None = None
    """The deadline of the sheet for this year."""
    late: bool | None = None
    """Null where the deadline or the day is not known."""
    ties: tuple[ItemCode, ...] = ()
    """What decides between equal totals by the version that the score is bound to."""
    membership: MembershipSeen | None = None
    """That the unit is a member; null for a score told by a document."""


class ItemConfirmed(ItemFacts, Event):
    """A verifier of another agency agrees with an item."""

    type: Literal["ItemConfirmed"] = "ItemConfirmed"
    points: Points | None = None
    """The points confirmed; null where a record does not tell them."""


class ItemAdjusted(ItemFacts, Event):
    """A verifier of another agency gives other points to an item; `reason` says why."""

    type: Literal["ItemAdjusted"] = "ItemAdjusted"
    points: Points
    """The points instead."""


class ScoreApproved(ApprovalFacts, Event):
    """The verified score of a unit, approved."""

    type: Literal["ScoreApproved"] = "ScoreApproved"
    unit: Id
    sheet: Id | None = None
    sheet_version: int | None = None
    items: tuple[ScoredItem, ...] = ()
    total: Points | None = None
    """The sum of the items; null where a record tells none."""
    ties: tuple[ItemCode, ...] = ()
    """What decides between equal totals by the version that the score is bound to."""


class RankingPublished(RankingFacts, Event):
    """A bloc's ranking of a year, with the facts that it relied on."""

    type: Literal["RankingPublished"] = "RankingPublished"
    unscored: tuple[Id, ...] = ()
    """Members without an approved score."""
    sheet: Id | None = None
    sheet_version: int | None = None
    members: MembersSeen | None = None
    """Who the members were, as far as scoring knew; null for a ranking told by a document."""
    ties: tuple[ItemCode, ...] = ()
    """What decided between equal totals."""

    def basis(self, place: int) -> str | None:
        """From what the rank in this place of the list is inferred: memberships of the unit itself and of those before.

        Null where nothing that it rests on is inferred by us.
        """
        inferred = set(self.members.inferred) if self.members else set()
        return counted_by_inference(u.unit for u in self.ranked.items[: place + 1] if u.unit in inferred)


def counted_by_inference(units: Iterable[Id]) -> str | None:
    """The basis of what rests on these units' being members; null without any."""
    named = ", ".join(units)
    return f"by inference a member: {named} / được suy ra là thành viên: {named}" if named else None


SheetEvent = SheetIssued
ScoreEvent = SelfScoreSubmitted | ItemConfirmed | ItemAdjusted | ScoreApproved
RankingEvent = RankingPublished

VOCABULARY: Vocabulary[Event] = Vocabulary(*types_of(SheetEvent, ScoreEvent, RankingEvent))
