"""Registry's share of what the domain expects the read models to answer after the five articles, nulls included."""

from typing import Any

import pytest

from services.kernel.provenance import Fact
from tests.registry.support import Registry

JUSTICE = "khoi-noi-chinh-trung-uong"
CITIES = "cum-5-thanh-pho"
PARTY = "khoi-dang-trung-uong"
PROVINCE = "khoi-dang-tinh"

STATED, INFERRED = "STATED", "INFERRED"


def known(fact: Fact | None) -> tuple[str, str] | None:
    """A value and its certainty; null where nothing is recorded."""
    return (fact.value, fact.mark.certainty) if fact else None


def knowns(facts: Any) -> list[tuple[str, str] | None]:
    return [known(fact) for fact in facts]


async def year(articles: Registry, bloc: str, of: int) -> Any:
    return await articles.ask("GetBlocYear", bloc=bloc, year=of)


async def headed(articles: Registry, bloc: str, **when: Any) -> tuple[str, str] | None:
    """The one head, by agency."""
    answer = await articles.ask("WhoHeaded", bloc=bloc, **when)
    assert not answer.disputed
    return known(answer.heads[0].agency) if answer.heads else None


@pytest.mark.parametrize(
    ("bloc", "on", "expected"),
    [
        (JUSTICE, "2021-01-22", ("bo-cong-an", INFERRED)),
        (JUSTICE, "2021-01-23", None),
        (JUSTICE, "2021-06-01", None),
        (JUSTICE, "2022-06-01", None),
        (JUSTICE, "2024-03-01", ("kiem-toan-nha-nuoc", INFERRED)),
        (JUSTICE, "2024-04-10", ("toa-an-nhan-dan-toi-cao", STATED)),
        (JUSTICE, "2024-06-01", ("toa-an-nhan-dan-toi-cao", INFERRED)),
        (CITIES, "2020-06-01", None),
        (CITIES, "2021-03-01", None),
        (CITIES, "2021-06-01", ("tp-ho-chi-minh", INFERRED)),
        (PARTY, "2022-06-01", ("ban-dan-van-trung-uong", INFERRED)),
        (PROVINCE, "2020-07-29", ("van-phong-tinh-uy", INFERRED)),
    ],
)
async def test_the_head_on_a_day(articles: Registry, bloc: str, on: str, expected: tuple[str, str] | None) -> None:
    assert await headed(articles, bloc, on=on) == expected


@pytest.mark.parametrize(
    ("bloc", "of", "expected"),
    [
        (JUSTICE, 2020, ("bo-cong-an", INFERRED)),
        (JUSTICE, 2021, None),
        (JUSTICE, 2022, None),
        (JUSTICE, 2023, ("kiem-toan-nha-nuoc", INFERRED)),
        (JUSTICE, 2024, ("toa-an-nhan-dan-toi-cao", STATED)),
        (CITIES, 2020, None),
        (CITIES, 2021, ("tp-ho-chi-minh", STATED)),
    ],
)
async def test_the_head_of_a_year(articles: Registry, bloc: str, of: int, expected: tuple[str, str] | None) -> None:
    assert await headed(articles, bloc, year=of) == expected


async def test_the_person_who_headed_on_the_day_of_the_conference_is_inferred(articles: Registry) -> None:
    answer = await articles.ask("WhoHeaded", bloc=JUSTICE, on="2021-01-22")
    assert known(answer.heads[0].person) == ("p-65b1500f", INFERRED)
    assert known((await articles.ask("WhoHeaded", bloc=PROVINCE, on="2020-07-29")).heads[0].person) == (
        "p-641246cd",
        STATED,
    )


async def test_scenario_0_the_justice_bloc_sums_up_2020(articles: Registry) -> None:
    bloc = await articles.ask("GetBloc", bloc=JUSTICE)
    assert known(bloc.level) == ("central", STATED)
    assert bloc.province is None
    assert bloc.authority is None
    assert bloc.memberships == ()

    of_2020 = await year(articles, JUSTICE, 2020)
    (term,) = of_2020.terms
    assert known(term.head.person) == ("p-65b1500f", INFERRED)  # that he headed in 2020
    assert known(term.head.agency) == ("bo-cong-an", INFERRED)
    assert known(term.year) == ("2020", INFERRED)
    assert (term.start, term.end, term.mode) == (None, None, None)
    assert term.deputies.items == ()
    assert [known(m.unit) for m in of_2020.members.items] == [
        ("bo-cong-an", INFERRED),
        ("bo-quoc-phong", INFERRED),
        ("toa-an-nhan-dan-toi-cao", INFERRED),
    ]
    assert of_2020.members.declared_count is None
    assert known(of_2020.members.exhaustive) == ("false", STATED)
    assert known(of_2020.state) == ("SUMMED_UP", STATED)
    assert (await year(articles, JUSTICE, 1950)).state is None
    assert (await year(articles, JUSTICE, 2022)).state is None

    of_2021 = await year(articles, JUSTICE, 2021)
    assert of_2021.terms == ()
    own = [m for m in of_2021.movements if m.own]
    linked = [m for m in of_2021.movements if not m.own]
    assert (len(own), len(linked)) == (1, 4)
    assert known(own[0].theme) == ("Đoàn kết, nêu gương, kỷ cương, sáng tạo, hiệu quả", STATED)
    assert known(own[0].launcher.person) == ("p-961ce984", STATED)
    assert known(own[0].launcher.agency) == ("bo-quoc-phong", INFERRED)
    launchers = [known(m.launcher.agency) for m in linked]
    assert launchers == [("thu-tuong-chinh-phu", INFERRED)] * 3 + [("thu-tuong-chinh-phu", STATED)]
    assert known(of_2021.covenant.year) == ("2021", INFERRED)
    assert of_2021.covenant.signed is None
    assert of_2021.covenant.signatures == ()
    assert of_2021.plan is None
    assert len(of_2021.conferences) == 1


async def test_scenario_0_the_conference(articles: Registry) -> None:
    conference = await articles.ask("GetConference", conference="noi-chinh-tong-ket-2020")
    assert known(conference.held_on) == ("2021-01-22", INFERRED)
    assert known(conference.half_day) == ("AFTERNOON", STATED)
    assert known(conference.place) == ("Hà Nội", STATED)
    assert [known(c.person) for c in conference.chairs.items] == [("p-65b1500f", STATED)]
    assert len(conference.agenda.items) == 3
    groups = [known(a.words) for a in conference.attendees if a.words]
    assert ("đại diện các Bộ, ngành trong Khối thi đua", STATED) in groups
    assert known(conference.exhaustive) == ("false", STATED)


async def test_scenario_1_the_cluster_of_five_cities(articles: Registry) -> None:
    of_2021 = await year(articles, CITIES, 2021)
    (term,) = of_2021.terms
    assert known(term.head.agency) == ("tp-ho-chi-minh", STATED)
    assert term.head.person is None
    assert [(known(d.agency), known(d.rank)) for d in term.deputies.items] == [
        (("tp-da-nang", STATED), ("ORDINARY", STATED))
    ]
    assert known(term.mode) == ("ACCLAIMED", STATED)
    assert known(term.elected_on) == ("2021-04-09", STATED)
    assert (term.start, term.end, term.votes_in_favour) == (None, None, None)
    assert [known(m.unit) for m in of_2021.members.items] == [
        ("tp-ho-chi-minh", STATED),
        ("tp-da-nang", STATED),
        ("tp-ha-noi", INFERRED),
        ("tp-can-tho", INFERRED),
        ("tp-hai-phong", INFERRED),
    ]
    assert known(of_2021.members.declared_count) == ("5", STATED)
    assert known(of_2021.members.exhaustive) == ("true", INFERRED)
    assert known(of_2021.covenant.signed) == ("true", STATED)
    assert known(of_2021.covenant.signed_on) == ("2021-04-09", STATED)
    assert len(of_2021.covenant.signatures) == 5
    assert of_2021.movements == ()

    of_2020 = await year(articles, CITIES, 2020)
    assert of_2020.terms == ()
    assert known(of_2020.covenant.by_reference) == ("true", STATED)
    assert of_2020.covenant.signed is None
    assert of_2020.covenant.signed_on is None
    assert of_2020.covenant.signatures == ()

    conference = await articles.ask("GetConference", conference="cum-5-thanh-pho-tong-ket-2020")
    assert conference.place is None
    assert conference.chairs.items == ()
    assert known(conference.held_on) == ("2021-04-09", STATED)


async def test_scenario_2_the_justice_bloc_sums_up_2023(articles: Registry) -> None:
    of_2023 = await year(articles, JUSTICE, 2023)
    (term,) = of_2023.terms
    assert known(term.head.agency) == ("kiem-toan-nha-nuoc", INFERRED)
    assert term.head.person is None
    assert term.start is None
    assert known(term.end) == ("2024-04-09", INFERRED)  # the year of the term is inferred
    assert term.deputies.items == ()

    of_2024 = await year(articles, JUSTICE, 2024)
    (term,) = of_2024.terms
    assert known(term.head.agency) == ("toa-an-nhan-dan-toi-cao", STATED)
    assert [known(d.agency) for d in term.deputies.items] == [("vien-kiem-sat-nhan-dan-toi-cao", STATED)]
    assert known(term.mode) == ("ELECTED", STATED)
    assert known(term.start) == ("2024-04-10", STATED)
    assert (term.end, term.votes_in_favour) == (None, None)
    assert known(of_2024.covenant.year) == ("2024", INFERRED)
    assert [(known(s.member), known(s.person)) for s in of_2024.covenant.signatures] == [
        (("toa-an-nhan-dan-toi-cao", STATED), ("p-ba295ed0", STATED)),
        (("bo-tu-phap", STATED), ("p-a050ebbf", STATED)),
    ]
    assert known(of_2024.covenant.exhaustive) == ("false", STATED)
    units = {known(m.unit) for m in of_2024.members.items}
    assert units == {
        ("toa-an-nhan-dan-toi-cao", STATED),
        ("vien-kiem-sat-nhan-dan-toi-cao", STATED),
        ("bo-tu-phap", INFERRED),
        ("kiem-toan-nha-nuoc", INFERRED),
        ("bo-quoc-phong", INFERRED),
        ("bo-cong-an", INFERRED),
    }
    assert of_2024.members.declared_count is None

    conference = await articles.ask("GetConference", conference="noi-chinh-tong-ket-2023")
    assert [(known(c.words), c.person) for c in conference.chairs.items] == [(("Ban Chủ tịch", STATED), None)]
    assert conference.place is None
    roles = {a.person.value: [r.value for r in a.roles] for a in conference.attendees if a.person}
    assert "OPENS" in roles["p-b2ae39df"]
    assert roles["p-7ddb7f66"] == ["REPORTS"]
    assert "bo-tu-lenh-bao-ve-lang" in [a.agency.value for a in conference.attendees if a.agency]


async def test_scenario_3_the_plan_of_the_party_bloc(articles: Registry) -> None:
    of_2022 = await year(articles, PARTY, 2022)
    assert known(of_2022.plan.status) == ("COMMENTED", STATED)
    assert len(of_2022.plan.items) == 9
    assert known(of_2022.plan.exhaustive) == ("false", STATED)
    assert all(item.lead is None for item in of_2022.plan.items)
    assert known(of_2022.plan.finaliser.words) == ("Lãnh đạo Khối thi đua", STATED)
    assert of_2022.plan.approver is None

    (term,) = of_2022.terms
    assert known(term.head.person) == ("p-8e4bc8d3", INFERRED)
    assert known(term.head.agency) == ("ban-dan-van-trung-uong", INFERRED)
    assert [(known(d.rank), known(d.person), known(d.agency)) for d in term.deputies.items] == [
        (("STANDING", INFERRED), ("p-bca989cb", INFERRED), ("nxb-chinh-tri-quoc-gia-su-that", INFERRED)),
        (("ORDINARY", INFERRED), ("p-375d9caa", INFERRED), ("ban-noi-chinh-trung-uong", INFERRED)),
    ]
    assert known(of_2022.members.declared_count) == ("14", STATED)
    assert len(of_2022.members.items) == 3
    assert known(of_2022.members.exhaustive) == ("false", STATED)
    assert of_2022.covenant is None
    (meeting,) = of_2022.conferences
    assert known(meeting.kind) == ("PLANNING", STATED)
    assert meeting.held_on is None
    assert meeting.place is None
    (linked,) = of_2022.movements
    assert (linked.own, linked.name, known(linked.launcher.agency)) == (False, None, ("thu-tuong-chinh-phu", STATED))
    assert known(of_2022.state) == ("LED", INFERRED)


async def test_scenario_4_the_provincial_bloc_in_mid_year(articles: Registry) -> None:
    bloc = await articles.ask("GetBloc", bloc=PROVINCE)
    assert known(bloc.level) == ("province", STATED)
    assert bloc.province is None

    of_2020 = await year(articles, PROVINCE, 2020)
    assert known(of_2020.state) == ("MID_REVIEWED", STATED)
    (term,) = of_2020.terms
    assert (known(term.head.person), known(term.head.title)) == (("p-641246cd", INFERRED), ("Trưởng Khối", INFERRED))
    assert known(term.head.agency) == ("van-phong-tinh-uy", INFERRED)
    assert term.deputies.items == ()
    (review,) = of_2020.reviews
    assert (len(review.reviews), known(review.conference)) == (4, ("dang-tinh-so-ket-2020", STATED))
    assert (review.on, review.disputed, review.inconsistent) == (None, False, False)
    assert len(review.limitations.items) == 3
    assert known(review.limitations.exhaustive) == ("false", STATED)
    assert [certainty for _, certainty in filter(None, knowns(review.tasks.items))] == [INFERRED] * 4
    assert known(review.tasks.declared_count) == ("7", STATED)
    (target,) = review.targets
    assert (known(target.figure), known(target.unit)) == (("100", STATED), ("%", STATED))
    assert known(of_2020.covenant.year) == ("2020", INFERRED)
    assert known(of_2020.covenant.signed) == ("true", STATED)
    assert of_2020.covenant.signed_on is None
    assert known(of_2020.plan.status) == ("REFERRED", STATED)
    (pushed,) = of_2020.movements
    assert (pushed.own, known(pushed.manner), pushed.launcher) == (False, ("PUSHED", STATED), None)
    (meeting,) = of_2020.conferences
    assert (known(meeting.held_on), known(meeting.place)) == (("2020-07-29", STATED), ("Nhà khách Tỉnh ủy", STATED))


async def conference(articles: Registry, of: str) -> Any:
    return await articles.ask("GetConference", conference=of)


def citations(answer: Any) -> list[tuple[str, str | None, str | None]]:
    """The documents that are cited, each with its number or title and in which words."""
    return [
        (c.document.value, (c.number or c.title).value if c.number or c.title else None, c.words and c.words.value)
        for c in answer.citations
    ]


async def test_scenario_0_report_exemplars_direction_and_guiding_documents(articles: Registry) -> None:
    of_2020 = await year(articles, JUSTICE, 2020)
    (report,) = of_2020.reports
    assert (report.presenter, report.title, report.presented_on, report.declared_count) == (None,) * 4
    assert known(report.year) == ("2020", STATED)
    assert known(report.conference) == ("noi-chinh-tong-ket-2020", INFERRED)
    congresses, good = report.highlights
    assert known(congresses.text) == ("Đại hội Thi đua yêu nước", STATED)
    assert knowns(congresses.agencies) == [
        ("bo-cong-an", STATED),
        ("bo-quoc-phong", STATED),
        ("toa-an-nhan-dan-toi-cao", STATED),
    ]
    assert (known(good.count.wording), known(good.count.at_least)) == (("hàng trăm", STATED), ("100", STATED))
    assert (good.count.exact, good.count.at_most) == (None, None)
    group, fallen = of_2020.exemplars
    assert (known(group.count.at_least), group.count.exact, group.kind, group.who) == (
        ("100", STATED),
        None,
        None,
        None,
    )
    assert (known(fallen.fallen), known(fallen.part_of)) == (("true", STATED), (group.exemplar, STATED))
    assert (known(fallen.who.words), fallen.who.person) == (("chiến sĩ Công an, Quân đội", STATED), None)
    assert (fallen.count, group.steps, fallen.steps) == (None, (), ())
    assert of_2020.inspections == ()

    held = await conference(articles, "noi-chinh-tong-ket-2020")
    (direction,) = held.conclusions
    assert known(direction.year) == ("2021", STATED)
    assert knowns(direction.conclusions.items) == [
        ("Thi đua thường xuyên, có đợt và có chuyên đề", STATED),
        ("Trọng tâm: công tác điển hình tiên tiến", STATED),
    ]
    assert known(direction.conclusions.exhaustive) == ("false", STATED)
    assert (direction.minutes, direction.resolutions, held.guidance) == ((), (), ())
    (voiced,) = held.difficulties
    assert [(known(p.person), known(p.agency)) for p in voiced.speakers.items] == [
        (("p-65b1500f", STATED), ("bo-cong-an", INFERRED))
    ]
    assert voiced.difficulties.items == ()
    assert citations(held) == [
        ("nghi-quyet-dai-hoi-xiii", "Nghị quyết Đại hội lần thứ XIII của Đảng", "tiếp tục quán triệt"),
        (
            "nghi-quyet-dai-hoi-dang-bo-bo-nganh-2020-2025",
            "Nghị quyết Đại hội Đảng bộ các bộ, ngành nhiệm kỳ 2020-2025",
            "tiếp tục quán triệt",
        ),
    ]


async def test_scenario_1_guidance_and_who_accepted_it(articles: Registry) -> None:
    held = await conference(articles, "cum-5-thanh-pho-tong-ket-2020")
    council, hanoi = held.guidance
    assert (known(council.speaker.person), known(council.speaker.agency)) == (
        ("p-c253f26f", STATED),
        ("hoi-dong-tdkt-trung-uong", INFERRED),
    )
    assert len(council.points.items) == 7
    assert (council.points.declared_count, council.points.exhaustive) == (None, None)
    assert [(known(p.person), known(p.agency)) for p in council.acceptors.items] == [
        (("p-37b25896", STATED), ("tp-ha-noi", INFERRED))
    ]
    assert (known(hanoi.speaker.person), known(hanoi.speaker.agency)) == (
        ("p-37b25896", STATED),
        ("tp-ha-noi", INFERRED),
    )
    assert hanoi.acceptors.items == ()
    assert (held.conclusions, held.difficulties) == ((), ())
    assert citations(held) == [
        ("chi-thi-34-ct-tw", "34-CT/TW", None),
        ("nghi-quyet-01-nq-cp-2021", "01/NQ-CP", None),
        ("luat-thi-dua-khen-thuong-2013", "Luật Thi đua, Khen thưởng (sửa đổi năm 2013)", None),
    ]
    assert [known(c.guidance) for c in held.citations] == [("de-nghi-ha-noi", STATED)] * 3
    resolution = await articles.ask("GetDocument", document="nghi-quyet-01-nq-cp-2021")
    assert (known(resolution.dated), known(resolution.issuer.words)) == (("2021-01-01", STATED), ("Chính phủ", STATED))
    assert (resolution.titles, resolution.in_force, resolution.expires) == ((), None, None)
    assert (await year(articles, CITIES, 2020)).reports == ()


async def test_scenario_2_report_guidance_and_context(articles: Registry) -> None:
    of_2023 = await year(articles, JUSTICE, 2023)
    (report,) = of_2023.reports
    assert (known(report.presenter.person), known(report.presenter.agency)) == (
        ("p-7ddb7f66", STATED),
        ("kiem-toan-nha-nuoc", INFERRED),
    )
    assert known(report.conference) == ("noi-chinh-tong-ket-2023", STATED)
    counts = [highlight.count for highlight in report.highlights if highlight.count]
    assert [(known(c.wording), c.at_least, c.at_most, c.exact) for c in counts] == [
        (("đông đảo", STATED), None, None, None)
    ]
    (context,) = of_2023.movements
    assert (context.own, known(context.manner), context.launcher) == (False, ("CITED", STATED), None)

    held = await conference(articles, "noi-chinh-tong-ket-2023")
    (guidance,) = held.guidance
    assert known(guidance.speaker.person) == ("p-ba36c8fe", STATED)
    assert [known(p.person) for p in guidance.acceptors.items] == [("p-b2ae39df", STATED)]
    (voiced,) = held.difficulties
    assert ([known(p.words) for p in voiced.speakers.items], voiced.difficulties.items) == (
        [("đại diện các Bộ, ban, ngành", STATED)],
        (),
    )
    assert held.conclusions == ()
    assert citations(held) == [
        ("chi-thi-19", "19", "năm đầu tiên triển khai"),
        ("loi-keu-goi-thi-dua-ai-quoc", "Lời kêu gọi thi đua ái quốc", "kỷ niệm 75 năm"),
    ]
    call = await articles.ask("GetDocument", document="loi-keu-goi-thi-dua-ai-quoc")
    assert (known(call.dated), known(call.issuer.words)) == (("1948-06-11", STATED), ("Chủ tịch nước", INFERRED))
    assert (call.number, known(call.kind)) == (None, ("appeal", STATED))


async def test_scenario_3_documents_and_programmes_are_no_movements(articles: Registry) -> None:
    of_2022 = await year(articles, PARTY, 2022)
    assert len(of_2022.movements) == 1
    assert [(known(c.kind), known(c.bloc), known(c.year), c.item) for c in of_2022.citations] == [
        ((kind, STATED), (PARTY, STATED), ("2022", STATED), None)
        for kind in ("directive", "directive", "resolution", "programme", "programme", "programme")
    ]
    directive = await articles.ask("GetDocument", document="chi-thi-05-ct-tw")
    assert (known(directive.number), known(directive.dated)) == (("05-CT/TW", STATED), ("2016-05-15", STATED))
    assert not directive.disputed  # the fourth article tells the same of it
    assert {citation.document.mark.source for citation in directive.citations} == {"seed-3", "seed-4"}
    programme = await articles.ask("GetDocument", document="chuong-trinh-giam-ngheo-2021-2025")
    assert (programme.number, programme.dated, programme.issuer, programme.in_force, programme.expires) == (None,) * 5
    assert (of_2022.reports, of_2022.inspections, of_2022.exemplars) == ((), (), ())


async def test_a_document_that_several_articles_cite_is_one_with_what_each_tells(articles: Registry) -> None:
    directive = await articles.ask("GetDocument", document="chi-thi-34-ct-tw")
    assert not directive.disputed
    assert (directive.dated.value, directive.dated.mark.source) == ("2014-04-07", "seed-4")
    assert (directive.issuer.words.value, directive.issuer.words.mark.source) == ("Bộ Chính trị", "seed-1")
    citing = {c.document.mark.source: c for c in directive.citations}
    assert known(citing["seed-1"].guidance) == ("de-nghi-ha-noi", STATED)
    assert known(citing["seed-3"].bloc) == (PARTY, STATED)
    assert known(citing["seed-4"].review) == ("dang-tinh-so-ket-2020-nhiem-vu", STATED)
    resolution = await articles.ask("GetDocument", document="nghi-quyet-dai-hoi-xiii")
    assert [title.mark.source for title in resolution.titles] == ["seed-0", "seed-3"]
    assert not resolution.disputed


async def test_scenario_4_results_of_members_are_noted_and_no_report_is_recorded(articles: Registry) -> None:
    of_2020 = await year(articles, PROVINCE, 2020)
    (review,) = of_2020.reviews
    assert [certainty for _, certainty in filter(None, knowns(review.results.items))] == [STATED] * 2
    assert of_2020.reports == ()
    assert citations(of_2020) == [
        ("chi-thi-05-ct-tw", "05-CT/TW", "theo tinh thần"),
        ("chi-thi-34-ct-tw", "34-CT/TW", None),
    ]
    assert [known(one.review) for one in of_2020.citations] == [
        ("dang-tinh-so-ket-2020-ket-qua", INFERRED),
        ("dang-tinh-so-ket-2020-nhiem-vu", STATED),
    ]
    held = await conference(articles, "dang-tinh-so-ket-2020")
    assert (held.guidance, held.difficulties, held.conclusions, held.citations) == ((), (), (), ())


async def test_organisations_are_labelled_as_they_are_spelled_in_their_source(articles: Registry) -> None:
    labels = {label.id: label.name for label in (await year(articles, JUSTICE, 2024)).labels}
    assert labels["toa-an-nhan-dan-toi-cao"] == "Toà án nhân dân tối cao"


FOUND = [
    ("FindBlocs", "Khối thi đua các Bộ, ngành Nội chính Trung ương", JUSTICE),
    ("FindBlocs", "KHỐI THI ĐUA CÁC BỘ, NGÀNH NỘI CHÍNH TW", JUSTICE),
    ("FindBlocs", "khoi thi dua noi chinh tw", JUSTICE),
    ("FindBlocs", "Khối thi đua các cơ quan Đảng TW", PARTY),
    ("FindBlocs", "Cụm Thi đua 5 thành phố", CITIES),
    ("FindBlocs", "Cụm thi đua 5 TP", CITIES),
    ("FindDocuments", "34-CT/TW", "chi-thi-34-ct-tw"),
    ("FindDocuments", "nghi quyet dai hoi dang lan thu XIII", "nghi-quyet-dai-hoi-xiii"),
    ("FindOrganisations", "Tòa án nhân dân tối cao", "toa-an-nhan-dan-toi-cao"),
    ("FindOrganisations", "Toa\u0300 a\u0301n nha\u0302n da\u0302n to\u0302\u0301i cao", "toa-an-nhan-dan-toi-cao"),
    ("FindOrganisations", "vien kiem sat", "vien-kiem-sat-nhan-dan-toi-cao"),
    ("FindOrganisations", "TANDTC", "toa-an-nhan-dan-toi-cao"),
    ("FindOrganisations", "Văn phòng Tỉnh uỷ", "van-phong-tinh-uy"),
]


@pytest.mark.parametrize(("query", "text", "first"), FOUND)
async def test_a_name_is_found_however_it_is_spelled(articles: Registry, query: str, text: str, first: str) -> None:
    found = (await articles.ask(query, text=text)).found
    assert found[0].id == first


async def test_names_with_the_same_marks_come_first(articles: Registry) -> None:
    exact = (await articles.ask("FindOrganisations", text="Tòa án nhân dân tối cao")).found[0]
    assert (exact.exact, exact.name) == (True, "Toà án nhân dân tối cao")
    bare = (await articles.ask("FindOrganisations", text="toa an nhan dan toi cao")).found[0]
    assert (bare.id, bare.exact) == ("toa-an-nhan-dan-toi-cao", False)


async def test_what_has_not_all_the_words_is_not_found(articles: Registry) -> None:
    assert (await articles.ask("FindOrganisations", text="Bộ Giáo dục")).found == ()
    assert (await articles.ask("FindOrganisations", text="…")).found == ()


async def test_pages_of_a_search_follow_each_other_without_gap_or_overlap(articles: Registry) -> None:
    whole = [found.id for found in (await articles.ask("FindOrganisations", text="bộ", limit=100)).found]
    pages: list[str] = []
    while page := (
        await articles.ask("FindOrganisations", text="bộ", limit=2, after=pages[-1] if pages else None)
    ).found:
        pages += [found.id for found in page]
    assert len(whole) > 2
    assert pages == whole
