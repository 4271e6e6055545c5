"""What awards answers about the five articles: what they say, with its mark, and nothing that they do not say."""

import pytest
from thidua.awards.v1 import awards_pb2

from deploy.demo.scenarios import sources as documents
from services.awards.queries import catalogue, proposal
from services.kernel import convert
from services.kernel.binding import BESIDE
from services.kernel.provenance import Mark
from services.kernel.telling import sources
from tests.play import Services, certainty, value


@pytest.mark.parametrize(
    ("bloc", "year"), [("khoi-noi-chinh-trung-uong", 2020), ("khoi-dang-trung-uong", None), ("khoi-dang-tinh", None)]
)
async def test_nothing_is_nominated_or_awarded_where_an_article_tells_of_none(
    told: Services, bloc: str, year: int | None
) -> None:
    assert (await told["registry"].tools.log.load([(f"bloc:{bloc}", 0)]))[f"bloc:{bloc}"]
    assert (await told["awards"].ask("GetProposals", bloc=bloc, year=year)).proposals == ()
    assert (await told["awards"].ask("GetAwards", bloc=bloc, year=year)).awards == ()


async def test_the_cluster_of_five_cities_proposed_four_and_no_decision_is_recorded(told: Services) -> None:
    proposals = (await told["awards"].ask("GetProposals", bloc="cum-5-thanh-pho", year=2020)).proposals
    nominated = {value(p.recipient.organisation): value(p.kind.code) for p in proposals}
    assert nominated == {
        "tp-ha-noi": "CTD_CP",
        "tp-ho-chi-minh": "CTD_CP",
        "tp-can-tho": "BK_TTG",
        "tp-hai-phong": "BK_TTG",
    }
    assert (await told["awards"].ask("GetAwards", bloc="cum-5-thanh-pho")).awards == ()
    assert all(p.awards == () and p.rank is None for p in proposals)


async def test_the_flags_of_2020_were_late_by_inference_and_the_diplomas_are_not_known_to_be(
    told: Services,
) -> None:
    proposals = (await told["awards"].ask("GetProposals", bloc="cum-5-thanh-pho", year=2020)).proposals
    late = {(value(p.kind.code), value(p.late), certainty(p.late), value(p.due)) for p in proposals}
    assert late == {("CTD_CP", "true", "INFERRED", "2021-03-30"), ("BK_TTG", None, None, None)}
    flag = next(p for p in proposals if value(p.kind.code) == "CTD_CP")
    assert (value(flag.kind.wording), certainty(flag.kind.wording)) == ("Cờ thi đua Chính phủ", "STATED")
    assert (value(flag.ground_wording), certainty(flag.year)) == ("dẫn đầu phong trào thi đua năm 2020", "STATED")
    diploma = next(p for p in proposals if value(p.kind.code) == "BK_TTG")
    assert certainty(diploma.year) == "INFERRED"


async def test_the_justice_bloc_proposed_four_for_2023_under_the_law_of_the_day_and_not_the_ministry_of_justice(
    told: Services,
) -> None:
    asked = told["awards"].ask("GetProposals", bloc="khoi-noi-chinh-trung-uong", year=2023)
    proposals = (await asked).proposals
    assert sorted(str(value(p.recipient.organisation)) for p in proposals) == [
        "bo-cong-an",
        "bo-quoc-phong",
        "kiem-toan-nha-nuoc",
        "toa-an-nhan-dan-toi-cao",
    ]
    for p in proposals:
        assert (value(p.kind.version), certainty(p.kind.version)) == ("2", "INFERRED")
        assert value(p.kind.regulation) == "Luật 06/2022/QH15, Nghị định 98/2023/NĐ-CP"
        assert (value(p.verb), certainty(p.verb)) == ("thống nhất đề nghị", "STATED")
        assert (certainty(p.year), certainty(p.agreed_on)) == ("INFERRED", "STATED")
        assert p.late is None
        assert value(p.bloc_name) == "Khối thi đua các Bộ, ngành Nội chính Trung ương"
    audit = next(p for p in proposals if value(p.recipient.organisation) == "kiem-toan-nha-nuoc")
    assert value(audit.recipient.organisation_name) == "Kiểm toán nhà nước"


async def test_one_named_recipient_and_unnamed_others_got_a_medal_whose_decision_is_not_recorded(
    told: Services,
) -> None:
    awards = (await told["awards"].ask("GetAwards", bloc="khoi-noi-chinh-trung-uong")).awards
    (named,) = (a for a in awards if a.recipient.person)
    (others,) = (a for a in awards if a.recipient.group)
    assert len(awards) == 2
    for award in awards:
        assert (award.decisions, award.cancellations, award.disputed) == ((), (), False)
        (conferral,) = award.conferrals
        assert (value(conferral.conferred_on), certainty(conferral.conferred_on)) == ("2024-04-10", "INFERRED")
        assert (value(conferral.conferred_by), certainty(conferral.conferred_by)) == ("kiem-toan-nha-nuoc", "INFERRED")
        assert (value(award.kind.code), certainty(award.kind.wording)) == ("KNC", "STATED")
        assert (certainty(award.bloc), certainty(conferral.conference)) == ("INFERRED", "INFERRED")
    assert certainty(named.recipient.person) == "STATED"
    assert (others.recipient.group_kind, others.recipient.group_count) == (None, None)
    assert value(others.recipient.group_exhaustive) == "false"
    flags = await told["awards"].ask("GetAwards", bloc="khoi-noi-chinh-trung-uong", kind="CTD_CP")
    assert flags.awards == ()


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        (
            "CTD_CP",
            ["Cờ thi đua Chính phủ", "Cờ thi đua của Chính phủ", "CỜ THI ĐUA  CHÍNH PHỦ", "co thi dua chinh phu"],
        ),
        ("BK_TTG", ["Bằng khen Thủ tướng", "Bằng khen của Thủ tướng Chính phủ", "Bằng khen của Thu\u0309 tướng"]),
    ],
)
async def test_every_spelling_finds_one_code(told: Services, code: str, texts: list[str]) -> None:
    for text in texts:
        kinds = (await told["awards"].ask("FindAwardKinds", text=text)).kinds
        assert {kind.code for kind in kinds} == {code}, text
    assert (await told["awards"].ask("FindAwardKinds", text="Cờ thi đua")).kinds == ()


async def test_the_catalogue_leaves_open_who_decides_what_it_does_not_know(told: Services) -> None:
    (flag,) = (await told["awards"].ask("FindAwardKinds", code="CTD_CP", on="2024-04-10")).kinds
    assert (flag.decided_by, flag.due, value(flag.article)) == ((), None, "25")
    assert (value(flag.effective_to), certainty(flag.effective_to)) == ("2025-06-30", "INFERRED")
    (fighter,) = (await told["awards"].ask("FindAwardKinds", code="CSTD_TQ")).kinds
    assert [value(f) for f in fighter.decided_by] == ["PRIME_MINISTER"]
    (medal,) = (await told["awards"].ask("FindAwardKinds", code="KNC")).kinds
    assert [value(f) for f in medal.seen] == ["SEED", "UNVERIFIED"]
    assert medal.recipients == ()


@pytest.mark.parametrize(("most", "cut"), [(4, False), (3, True)])
async def test_a_list_says_where_it_leaves_some_out(
    told: Services, monkeypatch: pytest.MonkeyPatch, most: int, cut: bool
) -> None:
    for module in (catalogue, proposal):
        monkeypatch.setattr(module, "MOST", most)
    answer = await told["awards"].ask("GetProposals", bloc="cum-5-thanh-pho", year=2020)
    assert (len(answer.proposals), answer.cut) == (most, cut)
    assert (await told["awards"].ask("FindAwardKinds")).cut


async def test_an_answer_comes_with_the_documents_that_its_marks_name_names_of_organisations_included(
    told: Services,
) -> None:
    answer = await told["awards"].ask("GetProposals", bloc="khoi-noi-chinh-trung-uong", year=2023)
    write = convert.citing(awards_pb2.GetProposalsResponse.DESCRIPTOR, type(answer), BESIDE, Mark)
    found = {source.id: source for source in sources(write(answer)[1])}
    assert {"seed-0", "seed-2"} <= found.keys()  # the bloc's name is of the one, the proposals of the other
    for key, source in found.items():
        assert source.model_dump(mode="json", exclude_none=True) == documents()[key]
