from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.awards import events as e
from services.awards.domain import HANDLERS
from services.awards.domain.award import CancelAward, CorrectAward, RecordConferral
from services.awards.domain.catalogue import RegisterAwardKind
from services.awards.domain.decision import RecordDecision
from services.awards.domain.proposal import AgreeNomination
from services.kernel.dated import Due
from services.kernel.performing import Act
from services.kernel.provenance import Inference, Listed, Record, Source
from services.kernel.spec import specification

given = specification(HANDLERS)

ARTICLE = Record(source=Source(id="article"), place="paragraph 9")
FOUND = ARTICLE.model_copy(
    update={"inferred": (Inference(field="kind", basis="the catalogue's code for the wording"),)}
)
UNIT = e.Recipient(organisation="u")
OLD = e.AwardKindRegistered(
    code="CTD_CP",
    family="TITLE",
    name_vi="Cờ thi đua của Chính phủ",
    aliases=("Cờ thi đua Chính phủ",),
    recipients=("COLLECTIVE",),
    regulation="old",
    due=Due(month=3, day=31, years_after=1),
    version=1,
)
NEW = OLD.model_copy(update={"version": 2, "effective": date(2024, 1, 1), "regulation": "new", "due": None})
PAPER = e.AwardKindRegistered(code="BK_TTG", family="COMMENDATION", name_vi="Bằng khen Thủ tướng", version=1)
CATALOGUE = {"catalogue:national": [OLD, NEW, PAPER]}
AGREED_ON, DECIDED_ON = date(2025, 1, 20), date(2025, 3, 2)


def agree(**more: Any) -> AgreeNomination:
    facts: dict[str, Any] = {"recipient": UNIT, "kind": "CTD_CP", "conference": "c", "effective": AGREED_ON} | more
    return AgreeNomination(proposal="p", bloc="b", year=2024, **facts)


def agreed(**more: Any) -> e.NominationAgreed:
    facts: dict[str, Any] = {
        "recipient": UNIT,
        "kind": "CTD_CP",
        "conference": "c",
        "effective": AGREED_ON,
        "kind_version": 2,
        "regulation": "new",
    } | more
    return e.NominationAgreed(proposal="p", bloc="b", year=2024, **facts)


def rank(position: int | None) -> e.RankSeen:
    return e.RankSeen(epoch=1, position=7, rank=position)


def line(award: str = "a", **more: Any) -> e.DecidedAward:
    facts: dict[str, Any] = {"recipient": UNIT, "kind": "CTD_CP"} | more
    return e.DecidedAward(award=award, **facts)


def decide(*lines: e.DecidedAward, **more: Any) -> RecordDecision:
    facts: dict[str, Any] = {
        "number": "1/QĐ",
        "effective": DECIDED_ON,
        "authority": "pm",
        "signatory": "p-1",
    } | more
    return RecordDecision(decision="d", awards=Listed[e.DecidedAward](items=lines), **facts)


def decided(award: str = "a", **more: Any) -> e.AwardDecided:
    facts: dict[str, Any] = {
        "recipient": UNIT,
        "kind": "CTD_CP",
        "kind_version": 2,
        "regulation": "new",
        "number": "1/QĐ",
        "effective": DECIDED_ON,
        "authority": "pm",
        "signatory": "p-1",
    } | more
    return e.AwardDecided(award=award, decision="d", **facts)


def recorded(*awards: str) -> e.DecisionRecorded:
    return e.DecisionRecorded(
        decision="d",
        number="1/QĐ",
        effective=DECIDED_ON,
        authority="pm",
        signatory="p-1",
        awards=Listed[str](items=awards),
    )


def confer(**more: Any) -> RecordConferral:
    facts: dict[str, Any] = {"effective": date(2025, 3, 20)} | more
    return RecordConferral(award="a", **facts)


CONFERRED = e.AwardConferred(award="a", effective=date(2025, 3, 20))
FINDING = {
    "ground": "LATER_FINDING",
    "number": "2/QĐ",
    "effective": date(2025, 5, 4),
    "authority": "pm",
    "reason": "kết luận thanh tra",
}


def cancel(**more: Any) -> CancelAward:
    facts: dict[str, Any] = FINDING | more
    return CancelAward(award="a", **facts)


CANCELLED = e.AwardCancelled.model_validate({"award": "a", **FINDING})


def test_the_same_code_again_is_the_next_version() -> None:
    told = NEW.model_dump(exclude={"type", "version", "reason"})
    given(OLD).when(RegisterAwardKind(**told)).then(NEW)


@pytest.mark.parametrize("since", [None, date(2024, 1, 1), date(2023, 12, 31)])
def test_a_version_that_is_not_later_is_refused(since: date | None) -> None:
    told = NEW.model_dump(exclude={"type", "version", "reason", "effective"})
    given(OLD, NEW).when(RegisterAwardKind(**told, effective=since)).refused("kind.order")


@pytest.mark.parametrize("name", ["CỜ  THI ĐUA CỦA CHÍNH PHỦ", "Cờ thi đua Chính phủ"])
def test_a_spelling_belongs_to_one_code(name: str) -> None:
    given(OLD).when(RegisterAwardKind(code="OTHER", family="TITLE", name_vi=name)).refused("kind.spelling")


def test_a_recipient_is_exactly_one_of_organisation_person_and_group() -> None:
    for told in ({}, {"organisation": "u", "person": "p"}):
        with pytest.raises(ValidationError):
            e.Recipient.model_validate(told)


@pytest.mark.parametrize("wording", ["Cờ thi đua của Chính phủ", "Cờ Thi đua Chính phủ", "cờ thi đua  chính phủ"])
def test_the_wording_finds_the_code_and_says_so(wording: str) -> None:
    command = agree(kind=None, wording=wording, record=ARTICLE)
    given(CATALOGUE).when(command).then(agreed(wording=wording, record=FOUND))


def test_a_wording_that_the_catalogue_does_not_know_is_kept_without_a_code() -> None:
    command = agree(kind=None, wording="Giấy khen", record=ARTICLE)
    unknown = agreed(kind=None, wording="Giấy khen", record=ARTICLE, kind_version=None, regulation=None)
    given(CATALOGUE).when(command).then(unknown)


def test_a_recorded_nomination_needs_no_scores_no_conference_and_no_catalogue() -> None:
    command = agree(conference=None, effective=None, record=ARTICLE)
    bare = agreed(conference=None, effective=None, kind_version=None, regulation=None, record=ARTICLE)
    given().when(command).then(bare)


def test_a_nomination_after_the_deadline_in_force_is_marked_late_and_not_refused() -> None:
    day = date(2021, 4, 9)
    command = agree(effective=day, record=ARTICLE).model_copy(update={"year": 2020})
    late = agreed(
        effective=day, kind_version=1, regulation="old", due=date(2021, 3, 31), late=True, record=ARTICLE
    ).model_copy(update={"year": 2020})
    given(CATALOGUE).when(command).then(late)


def test_a_nomination_before_the_deadline_may_still_be_submitted_late() -> None:
    day = date(2021, 3, 31)
    command = agree(effective=day, record=ARTICLE).model_copy(update={"year": 2020})
    open_ = agreed(
        effective=day, kind_version=1, regulation="old", due=date(2021, 3, 31), late=None, record=ARTICLE
    ).model_copy(update={"year": 2020})
    given(CATALOGUE).when(command).then(open_)


def test_a_nomination_rests_on_the_published_ranking() -> None:
    given(CATALOGUE).when(agree(ranking=rank(2))).then(agreed(ranking=rank(2)))
    given(CATALOGUE).when(agree(ranking=rank(None))).refused("proposal.unranked")
    given(CATALOGUE).when(agree()).refused("proposal.unranked")


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"kind": "NONE"}, "kind.unknown"),
        ({"conference": None}, "proposal.conference"),
        ({"effective": None}, "proposal.conference"),
        ({"recipient": e.Recipient(person="p-1")}, "recipient.kind"),
        ({"recipient": e.Recipient(group=e.UnnamedGroup(description="các đơn vị"))}, "recipient.kind"),
    ],
)
def test_a_performed_nomination_is_refused(more: dict[str, Any], rule: str) -> None:
    given(CATALOGUE).when(agree(ranking=rank(1), **more)).refused(rule)


def test_a_proposal_id_is_used_once() -> None:
    given(agreed(), CATALOGUE).when(agree(ranking=rank(1))).refused("proposal.known")


def test_a_decision_gives_each_award_of_its_list() -> None:
    given(CATALOGUE).when(decide(line("a"), line("b", recipient=e.Recipient(organisation="w")))).then(
        recorded("a", "b"),
        {"award:a": [decided("a")], "award:b": [decided("b", recipient=e.Recipient(organisation="w"))]},
    )


def test_a_decision_grants_a_proposal_and_keeps_the_version_that_it_was_bound_to() -> None:
    early = agreed(kind_version=1, regulation="old")
    given(CATALOGUE, {"proposal:p": [early]}).when(decide(line(proposal="p"))).then(
        recorded("a"),
        {
            "award:a": [decided(proposal="p", kind_version=1, regulation="old")],
            "proposal:p": [e.ProposalDecided(proposal="p", award="a", decision="d", effective=DECIDED_ON)],
        },
    )


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ([], "proposal.open"),
        ([agreed(recipient=e.Recipient(organisation="w"))], "decision.proposal"),
        ([agreed(kind="BK_TTG")], "decision.proposal"),
        ([agreed(), e.ProposalDecided(proposal="p", award="z", decision="y")], "proposal.open"),
    ],
)
def test_a_decision_does_not_grant_what_was_not_proposed(told: list[Any], rule: str) -> None:
    given(CATALOGUE, {"proposal:p": told}).when(decide(line(proposal="p"))).refused(rule)


@pytest.mark.parametrize("missing", ["number", "effective", "authority", "signatory"])
def test_a_performed_decision_is_numbered_dated_and_signed(missing: str) -> None:
    given(CATALOGUE).when(decide(line(), **{missing: None})).refused("decision.incomplete")


def test_a_decision_gives_an_award_once() -> None:
    given(CATALOGUE).when(decide(line(), line())).refused("decision.awards")
    given(CATALOGUE, {"award:a": [decided()]}).when(decide(line())).refused("award.decided")
    given(recorded("a"), CATALOGUE).when(decide(line("z"))).refused("decision.known")


def test_the_decision_behind_a_known_conferral_can_be_entered_later() -> None:
    known = e.AwardConferred(award="a", recipient=UNIT, record=ARTICLE)
    given(CATALOGUE, {"award:a": [known]}).when(decide(line())).then(recorded("a"), {"award:a": [decided()]})


def test_what_is_inferred_of_a_line_is_inferred_in_its_award_alone() -> None:
    inferred = (
        Inference(field="awards.items[1].recipient", basis="the caption"),
        Inference(field="authority", basis="the medal's name"),
    )
    record = ARTICLE.model_copy(update={"inferred": inferred})
    first = ARTICLE.model_copy(update={"inferred": inferred[1:]})
    second = ARTICLE.model_copy(update={"inferred": (Inference(field="recipient", basis="the caption"), inferred[1])})
    command = decide(line("a"), line("b"), record=record)
    given(CATALOGUE).when(command).then(
        recorded("a", "b").model_copy(update={"record": record}),
        {"award:a": [decided("a", record=first)], "award:b": [decided("b", record=second)]},
    )


def test_a_decided_award_is_conferred() -> None:
    given(decided()).when(confer()).then(CONFERRED)


def test_an_award_is_not_conferred_before_its_decision_nor_on_another_recipient() -> None:
    given(decided()).when(confer(effective=date(2025, 3, 1))).refused("award.order")
    given(decided()).when(confer(recipient=e.Recipient(organisation="w"))).refused("award.recipient")
    given(decided()).when(confer(effective=None)).refused("act.day")


WHOLE = decided(year=2024, bloc="b")


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"kind": "BK_TTG"}, "award.kind"),
        ({"wording": "Bằng khen Thủ tướng"}, "award.kind"),
        ({"kind": "NONE"}, "kind.unknown"),
        ({"wording": "Giấy khen"}, "kind.unknown"),
        ({"year": 2023}, "award.year"),
        ({"bloc": "b-9"}, "award.bloc"),
    ],
)
def test_what_is_handed_over_here_is_the_award_that_was_decided(more: dict[str, Any], rule: str) -> None:
    given({"award:a": [WHOLE]}, CATALOGUE).when(confer(**more)).refused(rule)
    same = {"kind": "CTD_CP", "wording": "Cờ thi đua Chính phủ", "year": 2024, "bloc": "b", "recipient": UNIT}
    given({"award:a": [WHOLE]}, CATALOGUE).when(confer(**same)).accepted()


def test_a_conferral_may_name_a_kind_of_the_catalogue_a_year_and_a_bloc_on_which_the_decision_is_silent() -> None:
    silent = {"award:a": [decided(kind=None)]}
    given(silent, CATALOGUE).when(confer(kind="BK_TTG", year=2023, bloc="b-9")).accepted()
    given(silent, CATALOGUE).when(confer(kind="NONE")).refused("kind.unknown")
    later = {"award:a": [decided(kind=None), decided(year=2024, record=ARTICLE)]}
    given(later, CATALOGUE).when(confer(year=2023)).refused("award.year")
    given(later, CATALOGUE).when(confer(kind="BK_TTG")).refused("award.kind")


def test_a_record_of_a_conferral_is_kept_though_it_tells_of_another_award() -> None:
    told = {"recipient": UNIT, "kind": "NONE", "year": 2023, "bloc": "b-9", "record": ARTICLE}
    given({"award:a": [WHOLE]}, CATALOGUE).when(confer(**told)).accepted()


def test_a_corrigendum_names_a_kind_of_the_catalogue_that_is_given_to_such_a_recipient() -> None:
    def correct(**more: Any) -> CorrectAward:
        return CorrectAward(award="a", effective=date(2025, 3, 5), reason="sai", **more)

    person = e.Recipient(person="p-1")
    told = {"award:a": [WHOLE]}
    given(told, CATALOGUE).when(correct(kind="NONE")).refused("kind.unknown")
    given(told, CATALOGUE).when(correct(kind="BK_TTG")).accepted()
    given(told, CATALOGUE).when(correct(recipient=person)).refused("recipient.kind")
    given(told, CATALOGUE).when(correct(recipient=person, kind="BK_TTG")).accepted()
    given({"award:a": [decided(kind="NONE")]}, CATALOGUE).when(correct(recipient=person)).accepted()
    record = CorrectAward(award="a", kind="NONE", record=ARTICLE)
    given(told, CATALOGUE).when(record).accepted()


def test_a_conferral_heeds_the_kind_that_a_corrigendum_tells() -> None:
    corrected = e.AwardCorrected(award="a", kind="BK_TTG", effective=date(2025, 3, 5), reason="sai")
    told = {"award:a": [WHOLE, corrected]}
    given(told, CATALOGUE).when(confer(kind="BK_TTG")).accepted()
    given(told, CATALOGUE).when(confer(kind="CTD_CP")).refused("award.kind")


def test_a_corrigendum_that_is_told_before_its_decision_corrects_it_too() -> None:
    corrected = e.AwardCorrected(
        award="a", recipient=e.Recipient(organisation="w"), kind="BK_TTG", decided_on=date(2025, 3, 12), record=ARTICLE
    )
    told = {"award:a": [corrected, WHOLE]}
    given(told, CATALOGUE).when(confer(recipient=UNIT)).refused("award.recipient")
    given(told, CATALOGUE).when(confer(kind="CTD_CP")).refused("award.kind")
    given(told, CATALOGUE).when(confer(effective=date(2025, 3, 11))).refused("award.order")
    given(told, CATALOGUE).when(confer(recipient=e.Recipient(organisation="w"), kind="BK_TTG")).accepted()


@pytest.mark.parametrize(
    ("told", "rule"),
    [([], "award.undecided"), ([decided(), CONFERRED], "award.conferred"), ([decided(), CANCELLED], "award.cancelled")],
)
def test_an_award_that_does_not_stand_decided_is_not_conferred(told: list[Any], rule: str) -> None:
    given(*told).when(confer()).refused(rule)


def test_a_conferral_told_by_a_document_needs_no_decision_and_no_names() -> None:
    group = e.Recipient(group=e.UnnamedGroup(description="đại diện các đơn vị", exhaustive=False))
    told = e.AwardConferred(award="a", recipient=group, wording="Kỷ niệm chương", record=ARTICLE)
    given().when(confer(effective=None, recipient=group, wording="Kỷ niệm chương", record=ARTICLE)).then(told)
    given().when(confer(record=ARTICLE)).refused("award.recipient")


def test_a_decided_award_is_cancelled_by_who_decided_it_before_or_after_its_conferral() -> None:
    given(decided()).when(cancel()).then(CANCELLED)
    given(decided(), CONFERRED).when(cancel()).then(CANCELLED)
    given(decided()).when(cancel(authority="minister")).refused("award.authority")
    given(decided()).when(cancel(authority=None)).refused("award.authority")


def test_an_award_is_not_cancelled_before_its_decision_or_its_conferral() -> None:
    given(decided()).when(cancel(effective=date(2020, 5, 4))).refused("award.order")
    given(decided(), CONFERRED).when(cancel(effective=date(2020, 5, 4))).refused("award.order")
    given(decided(), CONFERRED).when(cancel(effective=date(2025, 3, 19))).refused("award.order")
    given(decided()).when(cancel(effective=DECIDED_ON)).then(CANCELLED.model_copy(update={"effective": DECIDED_ON}))


def test_dates_are_held_in_order_against_the_corrected_date_of_the_decision() -> None:
    corrected = e.AwardCorrected(award="a", decided_on=date(2025, 3, 12), effective=date(2025, 3, 15), reason="sai")
    given(decided(), corrected).when(confer(effective=date(2025, 3, 11))).refused("award.order")
    given(decided(), corrected).when(cancel(effective=date(2025, 3, 11))).refused("award.order")
    given(decided(), CONFERRED, corrected).when(cancel(effective=date(2025, 3, 11))).refused("award.order")


@pytest.mark.parametrize(
    ("told", "more"),
    [
        ([decided()], {"effective": date(2025, 3, 1), "wording": "x"}),
        ([decided(), CONFERRED], {"effective": date(2025, 3, 1), "wording": "x"}),
        ([decided()], {"effective": date(2025, 3, 5), "decided_on": date(2025, 3, 6)}),
        ([decided(), CONFERRED], {"effective": date(2025, 4, 1), "decided_on": date(2025, 3, 21)}),
    ],
)
def test_a_corrigendum_comes_after_the_decision_whose_date_is_not_after_the_conferral(
    told: list[Any], more: dict[str, Any]
) -> None:
    given(*told).when(CorrectAward(award="a", reason="sai", **more)).refused("award.order")


def test_a_record_of_an_act_is_kept_whatever_its_date() -> None:
    command = CancelAward(award="a", effective=date(2020, 5, 4), record=ARTICLE)
    given(decided()).when(command).then(e.AwardCancelled(award="a", effective=date(2020, 5, 4), record=ARTICLE))


@pytest.mark.parametrize("missing", ["ground", "number", "effective", "reason"])
def test_a_performed_cancellation_names_ground_decision_and_reason(missing: str) -> None:
    given(decided()).when(cancel(**{missing: None})).refused("award.cancellation")


def test_an_undecided_award_is_not_cancelled_and_a_cancelled_one_not_again() -> None:
    given().when(cancel()).refused("award.undecided")
    given(decided(), CANCELLED).when(cancel()).refused("award.cancelled")


def test_a_cancellation_told_by_a_document_needs_no_antecedent() -> None:
    command = CancelAward(award="a", record=ARTICLE)
    given().when(command).then(e.AwardCancelled(award="a", record=ARTICLE))


def test_a_corrigendum_changes_what_it_names_and_later_acts_heed_it() -> None:
    right = e.Recipient(organisation="w")
    command = CorrectAward(award="a", recipient=right, effective=date(2025, 3, 5), reason="sai tên đơn vị")
    corrected = e.AwardCorrected(award="a", recipient=right, effective=date(2025, 3, 5), reason="sai tên đơn vị")
    given(decided()).when(command).then(corrected)
    given(decided(), corrected).when(confer(recipient=UNIT)).refused("award.recipient")


@pytest.mark.parametrize(
    ("told", "more", "rule"),
    [
        ([decided()], {}, "award.correction"),
        ([decided()], {"wording": "x", "reason": None}, "award.correction"),
        ([], {"wording": "x"}, "award.undecided"),
        ([decided(), CANCELLED], {"wording": "x"}, "award.cancelled"),
    ],
)
def test_a_corrigendum_is_refused(told: list[Any], more: dict[str, Any], rule: str) -> None:
    facts: dict[str, Any] = {"effective": date(2025, 3, 5), "reason": "sai"} | more
    given(*told).when(CorrectAward(award="a", **facts)).refused(rule)


@pytest.mark.parametrize(
    ("count", "exhaustive", "refused"),
    [(None, True, False), (1, True, False), (2, None, False), (0, None, True), (2, True, True), (0, False, True)],
)
def test_a_performed_decision_counts_what_it_lists(count: int | None, exhaustive: bool | None, refused: bool) -> None:
    listed = Listed[e.DecidedAward](items=(line(),), declared_count=count, exhaustive=exhaustive)
    kept = Listed[str](items=("a",), declared_count=count, exhaustive=exhaustive)
    command = decide(line()).model_copy(update={"awards": listed})
    when = given(CATALOGUE).when(command)
    if refused:
        when.refused("list.count")
    else:
        when.then(recorded("a").model_copy(update={"awards": kept}), {"award:a": [decided()]})


def test_a_performed_decision_is_not_before_the_agreement_that_it_grants() -> None:
    command = decide(line(proposal="p"), effective=date(2025, 1, 19))
    given(CATALOGUE, {"proposal:p": [agreed()]}).when(command).refused("decision.order")


def test_a_late_record_never_brings_a_cancelled_award_back() -> None:
    given(decided(), CANCELLED, decided(record=ARTICLE)).when(confer()).refused("award.cancelled")


PERFORMED: dict[str, tuple[list[Any], Act]] = {
    "a nomination": ([CATALOGUE], agree(ranking=rank(1))),
    "a decision": ([CATALOGUE], decide(line())),
    "a conferral": ([decided()], confer()),
    "a cancellation": ([decided()], cancel()),
    "a corrigendum": ([decided()], CorrectAward(award="a", wording="x", effective=date(2025, 3, 5), reason="sai")),
}


@pytest.mark.parametrize("act", PERFORMED)
def test_an_act_performed_here_is_of_a_day_that_has_come(act: str) -> None:
    told, command = PERFORMED[act]
    assert command.effective is not None
    given(*told).when(command.model_copy(update={"told_on": command.effective - timedelta(1)})).refused("act.future")
    given(*told).when(command.model_copy(update={"told_on": command.effective})).accepted()


@pytest.mark.parametrize(
    "command",
    [agree(ranking=rank(1)).model_copy(update={"year": 2027}), decide(line(year=2027)), confer(year=2027)],
    ids=["a nomination", "a decision", "a conferral"],
)
def test_an_act_performed_here_is_for_no_year_after_the_next(command: Act) -> None:
    told = CATALOGUE if not isinstance(command, RecordConferral) else {"award:a": [decided()]}
    given(told).when(command).refused("act.year")
