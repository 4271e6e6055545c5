from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from services.kernel.dated import Due
from services.kernel.performing import Act
from services.kernel.provenance import Inference, Listed, Record, Source
from services.kernel.spec import specification
from services.scoring import events as e
from services.scoring.domain import HANDLERS
from services.scoring.domain.ranking import PublishRanking, ranked
from services.scoring.domain.score import ApproveScores, SubmitSelfScore, VerifyItem
from services.scoring.domain.sheet import IssueSheet

given = specification(HANDLERS)

ARTICLE = Record(source=Source(id="article"), place="paragraph 1")
SCALE = (
    e.SheetItem(code="I.1", title="Nhiệm vụ", max=Decimal(70)),
    e.SheetItem(code="I.2", title="Thi đua", max=Decimal(30)),
)
DUE = Due(month=12, day=15, years_after=0)
ISSUE = IssueSheet(sheet="s", title="Bảng điểm", items=SCALE, effective=date(2025, 1, 2), self_score_due=DUE)
ISSUED = e.SheetIssued(
    sheet="s", title="Bảng điểm", items=SCALE, effective=date(2025, 1, 2), self_score_due=DUE, version=1
)
SHEET = {"sheet:s": [ISSUED]}
VERIFIED_ON, APPROVED_ON = date(2025, 12, 18), date(2026, 1, 5)
MEMBER = e.MembershipSeen(epoch=1, position=9, member=True)
MAXIMA = (e.ScoredItem(code="I.1", points=Decimal(70)), e.ScoredItem(code="I.2", points=Decimal(30)))


def self_items(*points: str) -> tuple[e.SelfItem, ...]:
    return tuple(e.SelfItem(code=f"I.{n}", points=Decimal(p)) for n, p in enumerate(points, 1))


def submit(*points: str, **more: Any) -> SubmitSelfScore:
    facts: dict[str, Any] = {"sheet": "s", "effective": date(2025, 12, 1), "membership": MEMBER} | more
    return SubmitSelfScore(bloc="b", year=2025, unit="u", items=self_items(*points), **facts)


def submitted(*points: str, **more: Any) -> e.SelfScoreSubmitted:
    facts: dict[str, Any] = {"effective": date(2025, 12, 1), "due": date(2025, 12, 15), "late": False} | more
    facts.setdefault("membership", None if "record" in more else MEMBER)
    return e.SelfScoreSubmitted(
        bloc="b", year=2025, unit="u", sheet="s", sheet_version=1, items=self_items(*points), scale=MAXIMA, **facts
    )


def verify(code: str = "I.1", verifier: str = "v", **more: Any) -> VerifyItem:
    facts: dict[str, Any] = {"effective": VERIFIED_ON} | more
    return VerifyItem(bloc="b", year=2025, unit="u", code=code, verifier=verifier, **facts)


def confirmed(code: str, points: str) -> e.ItemConfirmed:
    told = {"code": code, "verifier": "v", "points": Decimal(points), "effective": VERIFIED_ON}
    return e.ItemConfirmed.model_validate({"bloc": "b", "year": 2025, "unit": "u", **told})


def adjusted(code: str, points: str) -> e.ItemAdjusted:
    told = {"code": code, "verifier": "v", "points": Decimal(points), "effective": VERIFIED_ON}
    return e.ItemAdjusted.model_validate({"bloc": "b", "year": 2025, "unit": "u", "reason": "sai minh chứng", **told})


def approve(*units: str, **more: Any) -> ApproveScores:
    facts: dict[str, Any] = {"approver": "board", "effective": APPROVED_ON} | more
    return ApproveScores(bloc="b", year=2025, units=units or ("u",), **facts)


def approved(
    unit: str, total: str, version: int = 1, points: tuple[int, ...] = (), ties: tuple[str, ...] = ()
) -> dict[str, list[e.ScoreApproved]]:
    event = e.ScoreApproved(
        bloc="b",
        year=2025,
        unit=unit,
        approver="board",
        sheet="s",
        sheet_version=version,
        items=tuple(
            e.ScoredItem(code=code, points=Decimal(p)) for code, p in zip(("I.1", "I.2", "II"), points, strict=False)
        ),
        total=Decimal(total),
        ties=ties,
    )
    return {f"score:b:2025:{unit}": [event]}


def publish(*members: str, **more: Any) -> PublishRanking:
    seen = e.MembersSeen(epoch=1, position=9, units=members)
    return PublishRanking(bloc="b", year=2025, effective=date(2026, 1, 6), members=seen, **more)


def test_points_are_rounded_half_up_where_they_come_in() -> None:
    assert [str(i.points) for i in self_items("69.875", "69.885", "0", "-0")] == ["69.88", "69.89", "0.00", "0.00"]


@pytest.mark.parametrize("points", ["-0.01", "NaN", "Infinity", "1e9", "1,5", "x"])
def test_points_that_are_no_figure_from_0_are_refused(points: str) -> None:
    with pytest.raises(ValidationError):
        e.SelfItem(code="I.1", points=points)  # type: ignore[arg-type]


def test_the_same_sheet_again_is_its_next_version() -> None:
    later = ISSUE.model_copy(update={"effective": date(2026, 1, 2)})
    given(ISSUED).when(later).then(ISSUED.model_copy(update={"version": 2, "effective": date(2026, 1, 2)}))


def test_a_version_that_is_not_later_is_refused() -> None:
    given(ISSUED).when(ISSUE).refused("sheet.order")


def test_a_sheet_does_not_name_an_item_twice() -> None:
    given().when(ISSUE.model_copy(update={"items": (SCALE[0], SCALE[0])})).refused("sheet.codes")


def test_a_sheet_does_not_end_before_it_begins() -> None:
    given().when(ISSUE.model_copy(update={"effective_to": date(2024, 1, 1)})).refused("sheet.period")


def test_a_self_score_is_bound_to_the_version_in_force_on_its_day() -> None:
    second = ISSUED.model_copy(update={"version": 2, "effective": date(2026, 1, 2)})
    given({"sheet:s": [ISSUED, second]}).when(submit("68.5", "29")).then(submitted("68.5", "29"))


def test_a_late_self_score_is_marked_and_not_refused() -> None:
    late = date(2025, 12, 16)
    given(SHEET).when(submit("1", "2", effective=late)).then(submitted("1", "2", effective=late, late=True))


def test_a_self_score_on_the_last_day_is_not_late() -> None:
    last = date(2025, 12, 15)
    given(SHEET).when(submit("1", "2", effective=last)).then(submitted("1", "2", effective=last, late=False))


def test_a_self_score_without_a_sheet_in_force_is_refused() -> None:
    given(SHEET).when(submit("1", "2", effective=date(2024, 12, 1))).refused("score.sheet")


def test_a_self_score_of_some_items_only_is_refused() -> None:
    given(SHEET).when(submit("1")).refused("score.items")


def test_more_points_than_an_item_can_give_are_refused() -> None:
    given(SHEET).when(submit("70.01", "2")).refused("score.max")


@pytest.mark.parametrize("seen", [None, MEMBER.model_copy(update={"member": False})])
def test_a_unit_that_is_no_member_of_the_bloc_does_not_score_itself(seen: e.MembershipSeen | None) -> None:
    given(SHEET).when(submit("68.5", "29", membership=seen)).refused("score.member")


def test_a_second_self_score_is_refused() -> None:
    given(submitted("1", "2"), SHEET).when(submit("3", "4")).refused("score.submitted")


def test_a_self_score_told_by_a_document_needs_neither_sheet_nor_deadline() -> None:
    command = submit("99", sheet=None, effective=None, record=ARTICLE)
    told = e.SelfScoreSubmitted(bloc="b", year=2025, unit="u", items=self_items("99"), record=ARTICLE)
    given().when(command).then(told)


def test_the_version_that_only_the_day_finds_is_inferred_of_a_recorded_self_score() -> None:
    found = Inference(field="sheet_version", basis="in force on the day")
    inferred = ARTICLE.model_copy(update={"inferred": (found,)})
    given(SHEET).when(submit("1", "2", record=ARTICLE)).then(submitted("1", "2", record=inferred))
    given(SHEET).when(submit("1", "2", sheet_version=1, record=ARTICLE)).then(submitted("1", "2", record=ARTICLE))


def test_an_item_is_confirmed_with_the_points_of_the_unit() -> None:
    given(submitted("68.5", "29")).when(verify()).then(confirmed("I.1", "68.5"))


def test_an_item_is_adjusted_for_a_reason() -> None:
    command = verify("I.2", adjusted_points=Decimal("28.25"), reason="sai minh chứng")
    given(submitted("68.5", "29")).when(command).then(adjusted("I.2", "28.25"))


def test_an_adjustment_without_a_reason_is_refused() -> None:
    given(submitted("68.5", "29")).when(verify(adjusted_points=Decimal(1))).refused("score.reason")


def test_an_adjustment_above_what_the_item_can_give_is_refused() -> None:
    command = verify(adjusted_points=Decimal("70.01"), reason="thưởng")
    given(submitted("68.5", "29")).when(command).refused("score.max")


def test_a_unit_never_verifies_its_own_item() -> None:
    given(submitted("68.5", "29")).when(verify(verifier="u")).refused("score.own")


def test_an_item_that_the_unit_did_not_score_is_not_verified() -> None:
    given(submitted("68.5", "29")).when(verify("I.3")).refused("score.none")


def test_an_item_is_verified_once() -> None:
    given(submitted("68.5", "29"), confirmed("I.1", "68.5")).when(verify()).refused("score.verified")


def test_an_approved_score_adds_the_verified_points() -> None:
    scored = {"score:b:2025:u": [submitted("68.5", "29"), confirmed("I.1", "68.5"), adjusted("I.2", "28.25")]}
    items = (e.ScoredItem(code="I.1", points=Decimal("68.5")), e.ScoredItem(code="I.2", points=Decimal("28.25")))
    approval = e.ScoreApproved(
        bloc="b",
        year=2025,
        unit="u",
        approver="board",
        sheet="s",
        sheet_version=1,
        items=items,
        total=Decimal("96.75"),
        effective=APPROVED_ON,
    )
    given(scored).when(approve()).then(approval)


@pytest.mark.parametrize("history", [[], [submitted("1", "2")], [submitted("1", "2"), confirmed("I.1", "1")]])
def test_a_score_that_is_not_wholly_verified_is_not_approved(history: list[Any]) -> None:
    command = approve()
    given({"score:b:2025:u": history}).when(command).refused("score.unverified")


def test_one_unverified_score_keeps_the_others_from_being_approved() -> None:
    scored = {"score:b:2025:u": [submitted("1", "2"), confirmed("I.1", "1"), confirmed("I.2", "2")]}
    command = approve("u", "w")
    given(scored).when(command).refused("score.unverified")


VERIFIED = e.ItemConfirmed(
    bloc="b", year=2025, unit="u", code="I.1", verifier="v", points=Decimal(1), effective=date(2025, 12, 20)
)


def test_a_verification_is_not_before_the_self_score() -> None:
    given(submitted("1", "2")).when(verify(effective=date(2025, 11, 30))).refused("score.order")
    day = date(2025, 12, 1)
    kept = confirmed("I.1", "1").model_copy(update={"effective": day})
    given(submitted("1", "2")).when(verify(effective=day)).then(kept)


@pytest.mark.parametrize("day", [date(2025, 11, 30), date(2025, 12, 19)])
def test_an_approval_is_not_before_the_self_score_or_its_verification(day: date) -> None:
    scored = {"score:b:2025:u": [submitted("1", "2"), VERIFIED, confirmed("I.2", "2")]}
    command = approve(effective=day)
    given(scored).when(command).refused("score.order")


def test_an_approval_told_by_a_document_is_kept_whatever_its_day() -> None:
    scored = {"score:b:2025:u": [submitted("1", "2"), VERIFIED, confirmed("I.2", "2")]}
    day = date(2025, 11, 30)
    command = ApproveScores(bloc="b", year=2025, units=("u",), effective=day, record=ARTICLE)
    items = tuple(e.ScoredItem(code=code, points=Decimal(points)) for code, points in (("I.1", 1), ("I.2", 2)))
    approval = e.ScoreApproved(
        bloc="b",
        year=2025,
        unit="u",
        sheet="s",
        sheet_version=1,
        items=items,
        total=Decimal(3),
        effective=day,
        record=ARTICLE,
    )
    given(scored).when(command).then(approval)


def test_a_ranking_is_not_before_the_approvals_that_it_rests_on() -> None:
    (approval,) = approved("u", "90")["score:b:2025:u"]
    later = approval.model_copy(update={"effective": date(2026, 1, 7)})
    given({"score:b:2025:u": [later]}).when(publish("u")).refused("ranking.order")


def test_nobody_approves_its_own_score() -> None:
    given().when(approve(approver="u")).refused("score.own")


def test_an_approved_score_is_not_approved_again() -> None:
    command = approve()
    given(approved("u", "90")).when(command).refused("score.approved")


def test_equal_totals_share_a_rank_and_the_next_is_left_out() -> None:
    totals = {"d": (Decimal(80),), "b": (Decimal(90),), "c": (Decimal(90),), "a": (Decimal(95),)}
    assert [(u.unit, u.rank) for u in ranked(totals)] == [("a", 1), ("b", 2), ("c", 2), ("d", 4)]


@pytest.mark.parametrize(
    ("ties", "ranks"),
    [
        ((), [("u", 1), ("v", 1), ("w", 1)]),
        (("I.2",), [("v", 1), ("w", 1), ("u", 3)]),
        (("I.2", "I.1"), [("v", 1), ("w", 2), ("u", 3)]),
        (("II",), [("w", 1), ("u", 2), ("v", 2)]),
        (("I.2", "II"), [("w", 1), ("v", 2), ("u", 3)]),
        (("I",), [("u", 1), ("v", 1), ("w", 3)]),
    ],
)
def test_what_decides_between_equal_totals_is_told_by_the_sheet(
    ties: tuple[str, ...], ranks: list[tuple[str, int]]
) -> None:
    points = {"u": (60, 20, 10), "v": (50, 30, 10), "w": (45, 30, 15)}
    scored = [approved(unit, "90", points=points[unit], ties=ties) for unit in points]
    items = tuple(e.RankedUnit(unit=unit, rank=rank, total=Decimal(90)) for unit, rank in ranks)
    published = e.RankingPublished(
        bloc="b",
        year=2025,
        effective=date(2026, 1, 6),
        ranked=Listed[e.RankedUnit](items=items, exhaustive=True),
        sheet="s",
        sheet_version=1,
        members=e.MembersSeen(epoch=1, position=9, units=("u", "v", "w")),
        ties=ties,
    )
    given(*scored).when(publish("u", "v", "w")).then(published)


def test_a_score_carries_what_its_sheet_says_of_ties() -> None:
    sheet = {"sheet:s": [ISSUED.model_copy(update={"ties": ("I.2",)})]}
    told = submitted("68.5", "29").model_copy(update={"ties": ("I.2",)})
    given(sheet).when(submit("68.5", "29")).then(told)
    scored = {"score:b:2025:u": [told, confirmed("I.1", "68.5"), confirmed("I.2", "29")]}
    items = tuple(e.ScoredItem(code=code, points=Decimal(p)) for code, p in (("I.1", "68.5"), ("I.2", "29")))
    approval = e.ScoreApproved(
        bloc="b",
        year=2025,
        unit="u",
        approver="board",
        sheet="s",
        sheet_version=1,
        items=items,
        total=Decimal("97.5"),
        effective=APPROVED_ON,
        ties=("I.2",),
    )
    given(scored).when(approve()).then(approval)


@pytest.mark.parametrize("ties", [("I.3",), ("II",), ("I.1", "I.1")])
def test_a_sheet_names_what_it_has_once_among_ties(ties: tuple[str, ...]) -> None:
    given().when(ISSUE.model_copy(update={"ties": ties})).refused("sheet.ties")


def test_a_group_of_a_sheet_may_decide_between_equal_totals() -> None:
    ties = {"ties": ("I", "I.2")}
    given().when(ISSUE.model_copy(update=ties)).then(ISSUED.model_copy(update=ties))


def test_a_ranking_is_computed_from_approved_scores_and_says_what_it_relied_on() -> None:
    items = (
        e.RankedUnit(unit="w", rank=1, total=Decimal(97)),
        e.RankedUnit(unit="u", rank=2, total=Decimal("96.75")),
    )
    ranking = e.RankingPublished(
        bloc="b",
        year=2025,
        effective=date(2026, 1, 6),
        ranked=Listed[e.RankedUnit](items=items, exhaustive=False),
        unscored=("x",),
        sheet="s",
        sheet_version=1,
        members=e.MembersSeen(epoch=1, position=9, units=("u", "w", "x")),
    )
    given(approved("u", "96.75"), approved("w", "97")).when(publish("u", "w", "x")).then(ranking)
    whole = {
        "ranked": Listed[e.RankedUnit](items=items, exhaustive=True),
        "unscored": (),
        "members": e.MembersSeen(epoch=1, position=9, units=("u", "w")),
    }
    given(approved("u", "96.75"), approved("w", "97")).when(publish("u", "w")).then(ranking.model_copy(update=whole))


def test_a_record_of_other_points_loosens_nothing_that_was_decided_before() -> None:
    adjusted = e.ItemAdjusted(
        bloc="b", year=2025, unit="u", code="I.1", verifier="w", points=Decimal(9), record=ARTICLE, reason="other"
    )
    scored = {"score:b:2025:u": [submitted("1", "2"), confirmed("I.1", "1"), adjusted, confirmed("I.2", "2")]}
    items = tuple(e.ScoredItem(code=code, points=Decimal(points)) for code, points in (("I.1", 1), ("I.2", 2)))
    approval = e.ScoreApproved(
        bloc="b",
        year=2025,
        unit="u",
        approver="board",
        sheet="s",
        sheet_version=1,
        items=items,
        total=Decimal(3),
        effective=APPROVED_ON,
    )
    given(scored).when(approve()).then(approval)
    other = e.ScoreApproved(bloc="b", year=2025, unit="u", total=Decimal(99), record=ARTICLE)
    later = {"score:b:2025:u": [*approved("u", "90")["score:b:2025:u"], other]}
    (unit,) = ranked({"u": (Decimal(90),)})
    published = e.RankingPublished(
        bloc="b",
        year=2025,
        effective=date(2026, 1, 6),
        ranked=Listed[e.RankedUnit](items=(unit,), exhaustive=True),
        sheet="s",
        sheet_version=1,
        members=e.MembersSeen(epoch=1, position=9, units=("u",)),
    )
    given(later).when(publish("u")).then(published)


def test_a_score_of_a_unit_that_is_no_member_is_not_ranked() -> None:
    given(approved("stranger", "100")).when(publish("u")).refused("ranking.scores")


def test_a_ranking_needs_known_members() -> None:
    given(approved("u", "100")).when(publish()).refused("ranking.members")


def test_scores_by_different_versions_are_not_ranked_together() -> None:
    given(approved("u", "96"), approved("w", "97", version=2)).when(publish("u", "w")).refused("ranking.sheet")


def test_a_performed_ranking_is_computed_and_never_told() -> None:
    told = Listed[e.RankedUnit](items=(e.RankedUnit(unit="u", rank=1),))
    given(approved("u", "96")).when(publish("u", ranked=told)).refused("ranking.told")


def test_a_ranking_is_published_once() -> None:
    once = {"ranking:b:2025": [e.RankingPublished(bloc="b", year=2025)]}
    given(once, approved("u", "96")).when(publish("u")).refused("ranking.published")


def test_a_ranking_told_by_a_document_is_kept_as_told() -> None:
    told = Listed[e.RankedUnit](items=(e.RankedUnit(unit="u", rank=1),), exhaustive=False)
    command = PublishRanking(bloc="b", year=2025, ranked=told, record=ARTICLE)
    given().when(command).then(e.RankingPublished(bloc="b", year=2025, ranked=told, record=ARTICLE))


PERFORMED: dict[str, tuple[list[Any], Act]] = {
    "a self-score": ([SHEET], submit("1", "2")),
    "a verification": ([submitted("1", "2")], verify()),
    "an approval": ([submitted("1", "2"), confirmed("I.1", "1"), confirmed("I.2", "2")], approve()),
    "a ranking": ([approved("u", "90")], publish("u")),
}


@pytest.mark.parametrize("act", PERFORMED)
def test_an_act_performed_here_names_its_day_which_has_come(act: str) -> None:
    told, command = PERFORMED[act]
    today = command.model_copy(update={"told_on": command.effective})
    given(*told).when(command.model_copy(update={"effective": None})).refused("act.day")
    given(*told).when(command.model_copy(update={"told_on": date(2025, 11, 30)})).refused("act.future")
    given(*told).when(today).accepted()


@pytest.mark.parametrize("command", [submit("1", "2"), approve()], ids=["a self-score", "an approval"])
def test_an_act_performed_here_is_for_no_year_after_the_next(command: Act) -> None:
    given(SHEET).when(command.model_copy(update={"year": 2028})).refused("act.year")


@pytest.mark.parametrize(("first", "refused"), [(date(2026, 1, 2), False), (date(2026, 1, 3), True)])
def test_a_sheet_is_issued_at_most_a_year_before_it_is_in_force(first: date, refused: bool) -> None:
    command = ISSUE.model_copy(update={"effective": first, "told_on": date(2025, 1, 1)})
    if refused:
        given().when(command).refused("act.future")
    else:
        given().when(command).then(ISSUED.model_copy(update={"effective": first}))


def test_a_sheet_issued_here_names_its_first_day() -> None:
    given().when(ISSUE.model_copy(update={"effective": None})).refused("act.day")
