"""What the domain expects the read models to answer after the five articles, over real servers and real processes.

Each test asks over gRPC, as of the end of the articles: a value with its mark, or null for what is not recorded.
"""

from typing import Any

import grpc
import pytest

from tests.demo.conftest import World

JUSTICE, CITIES = "khoi-noi-chinh-trung-uong", "cum-5-thanh-pho"
PARTY, PROVINCE = "khoi-dang-trung-uong", "khoi-dang-tinh"
S, I = "STATED", "INFERRED"  # noqa: E741 (as the articles' facts are marked)
Known = tuple[str, str] | None


def known(fact: dict[str, Any] | None) -> Known:
    """A value and its mark; null where it is not recorded."""
    return (fact["value"], fact["mark"]["certainty"].removeprefix("CERTAINTY_")) if fact else None


def each(items: list[dict[str, Any]], *path: str) -> list[Known]:
    found: list[Any] = items
    for name in path:
        found = [item.get(name) for item in found if item]
    return [known(item) for item in found]


def year(world: World, bloc: str, of: int) -> dict[str, Any]:
    return world.ask("GetBlocYear", bloc=bloc, year=of)


def headed(world: World, bloc: str, **when: Any) -> tuple[Known, Known]:
    """Agency and person of the one head; nulls where none is recorded."""
    answer = world.ask("WhoHeaded", bloc=bloc, **when)
    heads = answer.get("heads", [])
    assert len(heads) < 2
    return (known(heads[0].get("agency")), known(heads[0].get("person"))) if heads else (None, None)


def proposals(world: World, bloc: str, of: int) -> set[tuple[str, str, str]]:
    """Kind as worded, recipient, and the mark of the year."""
    answer = world.ask("GetProposals", service="awards", bloc=bloc, year=of)
    return {
        (p["kind"]["wording"]["value"], p["recipient"]["organisation"]["value"], known(p["year"])[1])  # type: ignore[index]
        for p in answer.get("proposals", [])
    }


def awards(world: World, bloc: str) -> list[dict[str, Any]]:
    return list(world.ask("GetAwards", service="awards", bloc=bloc).get("awards", []))


# Scenario 0


def test_seed_0_head_of_2020_is_inferred_since_the_year_of_the_term_is(world: World) -> None:
    (term,) = year(world, JUSTICE, 2020)["terms"]
    assert known(term["head"]["person"]) == ("p-65b1500f", I)
    assert known(term["head"]["agency"]) == ("bo-cong-an", I)
    assert known(term["head"]["title"]) == ("Khối trưởng", I)
    assert known(term["year"]) == ("2020", I)
    assert not {"start", "end", "mode", "elected_on"} & term.keys()
    assert term.get("deputies", {}).get("items", []) == []


def test_seed_0_head_of_2021_is_not_recorded_however_one_might_guess(world: World) -> None:
    assert headed(world, JUSTICE, year=2021) == (None, None)
    assert headed(world, JUSTICE, on="2021-06-01") == (None, None)
    assert year(world, JUSTICE, 2021).get("terms", []) == []


def test_seed_0_covenant_of_2021_was_on_the_agenda_and_its_signing_is_not_recorded(world: World) -> None:
    covenant = year(world, JUSTICE, 2021)["covenant"]
    assert known(covenant["year"]) == ("2021", I)
    assert not {"signed", "signed_on", "signatures"} & covenant.keys()
    agenda = world.ask("GetConference", conference="noi-chinh-tong-ket-2020")["agenda"]
    assert ("Ký kết giao ước thi đua", S) in each(agenda["items"])


def test_seed_0_conference_has_a_stated_place_and_an_inferred_year(world: World) -> None:
    conference = world.ask("GetConference", conference="noi-chinh-tong-ket-2020")
    assert known(conference["held_on"]) == ("2021-01-22", I)
    assert known(conference["half_day"]) == ("AFTERNOON", S)
    assert known(conference["place"]) == ("Hà Nội", S)
    assert each(conference["chairs"]["items"], "person") == [("p-65b1500f", S)]
    assert len(year(world, JUSTICE, 2020)["conferences"]) == 1


def test_seed_0_movements_of_2021_are_one_own_and_four_linked(world: World) -> None:
    movements = year(world, JUSTICE, 2021)["movements"]
    own = [m for m in movements if m.get("own")]
    linked = [m for m in movements if not m.get("own")]
    assert each(own, "theme") == [("Đoàn kết, nêu gương, kỷ cương, sáng tạo, hiệu quả", S)]
    assert each(own, "launcher", "person") == [("p-961ce984", S)]
    assert each(own, "launcher", "agency") == [("bo-quoc-phong", I)]
    assert each(linked, "launcher", "agency") == [("thu-tuong-chinh-phu", I)] * 3 + [("thu-tuong-chinh-phu", S)]


def test_seed_0_members_are_three_inferred_without_count_and_not_all(world: World) -> None:
    members = year(world, JUSTICE, 2020)["members"]
    units = ["bo-cong-an", "bo-quoc-phong", "toa-an-nhan-dan-toi-cao"]
    assert each(members["items"], "unit") == [(unit, I) for unit in units]
    assert "declared_count" not in members
    assert known(members["exhaustive"]) == ("false", S)


def test_seed_0_has_no_nomination_and_no_award(world: World) -> None:
    assert proposals(world, JUSTICE, 2020) == set()
    assert all(known(award.get("year")) != ("2020", S) for award in awards(world, JUSTICE))


# Scenario 1


def test_seed_1_election_of_2021_is_by_acclaim_without_start_end_and_tally(world: World) -> None:
    (term,) = year(world, CITIES, 2021)["terms"]
    assert known(term["head"]["agency"]) == ("tp-ho-chi-minh", S)
    assert each(term["deputies"]["items"], "agency") == [("tp-da-nang", S)]
    assert known(term["mode"]) == ("ACCLAIMED", S)
    assert known(term["elected_on"]) == ("2021-04-09", S)
    assert not {"start", "end", "votes_in_favour", "seen_on"} & term.keys()
    assert "person" not in term["head"]


@pytest.mark.parametrize(
    ("when", "agency"),
    [
        ({"year": 2020}, None),
        ({"on": "2021-03-01"}, None),
        ({"on": "2021-06-01"}, ("tp-ho-chi-minh", I)),
        ({"year": 2021}, ("tp-ho-chi-minh", S)),
    ],
)
def test_seed_1_head_of_the_cluster(world: World, when: dict[str, Any], agency: Known) -> None:
    assert headed(world, CITIES, **when) == (agency, None)


def test_seed_1_members_are_five_of_five_three_of_them_inferred(world: World) -> None:
    members = year(world, CITIES, 2021)["members"]
    assert each(members["items"], "unit") == [
        ("tp-ho-chi-minh", S),
        ("tp-da-nang", S),
        ("tp-ha-noi", I),
        ("tp-can-tho", I),
        ("tp-hai-phong", I),
    ]
    assert known(members["declared_count"]) == ("5", S)
    assert known(members["exhaustive"]) == ("true", I)


def test_seed_1_covenants_are_one_signed_and_one_known_by_reference(world: World) -> None:
    signed, known_of = year(world, CITIES, 2021)["covenant"], year(world, CITIES, 2020)["covenant"]
    assert known(signed["signed"]) == ("true", S)
    assert known(signed["signed_on"]) == ("2021-04-09", S)
    assert len(signed["signatures"]) == 5
    assert not {"signed", "signed_on", "signatures"} & known_of.keys()


def test_seed_1_nominated_are_four_of_five_and_no_award_is_decided(world: World) -> None:
    assert proposals(world, CITIES, 2020) == {
        ("Cờ thi đua Chính phủ", "tp-ha-noi", S),
        ("Cờ thi đua Chính phủ", "tp-ho-chi-minh", S),
        ("Bằng khen Thủ tướng Chính phủ", "tp-can-tho", I),
        ("Bằng khen Thủ tướng Chính phủ", "tp-hai-phong", I),
    }
    assert awards(world, CITIES) == []


def test_seed_1_flags_are_late_by_inference_and_their_ground_is_stated(world: World) -> None:
    told = world.ask("GetProposals", service="awards", bloc=CITIES, year=2020)["proposals"]
    flags = [p for p in told if p["kind"]["code"]["value"] == "CTD_CP"]
    assert each(flags, "late") == [("true", I)] * 2
    assert each(flags, "ground_wording") == [("dẫn đầu phong trào thi đua năm 2020", S)] * 2
    assert each(told, "awards") == [None] * 4


def test_seed_1_conference_has_no_place_and_no_chair_and_the_cluster_launches_nothing(world: World) -> None:
    conference = world.ask("GetConference", conference="cum-5-thanh-pho-tong-ket-2020")
    assert known(conference["held_on"]) == ("2021-04-09", S)
    assert "place" not in conference
    assert conference.get("chairs", {}).get("items", []) == []
    assert [y for y in (2020, 2021) if year(world, CITIES, y).get("movements")] == []


# Scenario 2


def test_seed_2_head_of_2024_is_elected_and_takes_over_on_the_day(world: World) -> None:
    (term,) = year(world, JUSTICE, 2024)["terms"]
    assert known(term["head"]["agency"]) == ("toa-an-nhan-dan-toi-cao", S)
    assert each(term["deputies"]["items"], "agency") == [("vien-kiem-sat-nhan-dan-toi-cao", S)]
    assert known(term["mode"]) == ("ELECTED", S)
    assert known(term["start"]) == ("2024-04-10", S)
    assert "votes_in_favour" not in term


@pytest.mark.parametrize(
    ("when", "agency", "person"),
    [
        ({"on": "2021-01-22"}, ("bo-cong-an", I), ("p-65b1500f", I)),
        ({"on": "2021-01-23"}, None, None),
        ({"year": 2021}, None, None),
        ({"year": 2022}, None, None),
        ({"on": "2022-06-01"}, None, None),
        ({"on": "2024-03-01"}, ("kiem-toan-nha-nuoc", I), None),
        ({"on": "2024-04-10"}, ("toa-an-nhan-dan-toi-cao", S), None),
    ],
)
def test_seed_2_head_of_the_bloc_over_the_years(
    world: World, when: dict[str, Any], agency: Known, person: Known
) -> None:
    assert headed(world, JUSTICE, **when) == (agency, person)


def test_seed_2_head_of_2023_is_inferred_without_start_and_deputy(world: World) -> None:
    (term,) = year(world, JUSTICE, 2023)["terms"]
    assert known(term["head"]["agency"]) == ("kiem-toan-nha-nuoc", I)
    assert not {"start", "elected_on", "mode"} & term.keys()
    assert term.get("deputies", {}).get("items", []) == []


def test_seed_2_members_are_two_stated_and_four_inferred_and_attendance_makes_none(world: World) -> None:
    members = year(world, JUSTICE, 2024)["members"]
    assert each(members["items"], "unit") == [
        ("toa-an-nhan-dan-toi-cao", S),
        ("vien-kiem-sat-nhan-dan-toi-cao", S),
        ("bo-tu-phap", I),
        ("kiem-toan-nha-nuoc", I),
        ("bo-quoc-phong", I),
        ("bo-cong-an", I),
    ]
    assert "declared_count" not in members
    attendees = world.ask("GetConference", conference="noi-chinh-tong-ket-2023")["attendees"]
    assert ("bo-tu-lenh-bao-ve-lang", I) in each(attendees, "agency")
    assert ("thanh-tra-chinh-phu", I) in each(attendees, "agency")


def test_an_agency_that_only_the_post_of_a_person_names_is_inferred_in_every_article(world: World) -> None:
    told: dict[str, list[Known]] = {}
    for conference in (
        "noi-chinh-tong-ket-2020",
        "cum-5-thanh-pho-tong-ket-2020",
        "noi-chinh-tong-ket-2023",
        "dang-trung-uong-ke-hoach-2022",
        "dang-tinh-so-ket-2020",
    ):
        answer = world.ask("GetConference", conference=conference)
        given = [one["speaker"] for one in answer.get("guidance", []) if "speaker" in one]
        told[conference] = each([one for one in (*answer["attendees"], *given) if "person" in one], "agency")
    assert told.pop("noi-chinh-tong-ket-2023").count(("bo-tu-phap", S)) == 1  # “Đại diện Bộ Tư pháp”
    assert {mark for agencies in told.values() for found in agencies if found for mark in found[1:]} == {I}
    of_2024 = year(world, JUSTICE, 2024)
    assert each(of_2024["movements"], "launcher", "agency") == [("toa-an-nhan-dan-toi-cao", I)]
    (report,) = year(world, JUSTICE, 2023)["reports"]
    assert known(report["presenter"]["agency"]) == ("kiem-toan-nha-nuoc", I)


def test_seed_2_conference_has_no_place_and_an_unnamed_presidium(world: World) -> None:
    conference = world.ask("GetConference", conference="noi-chinh-tong-ket-2023")
    assert known(conference["held_on"]) == ("2024-04-10", S)
    assert "place" not in conference
    assert each(conference["chairs"]["items"], "words") == [("Ban Chủ tịch", S)]
    assert each(conference["chairs"]["items"], "person") == [None]
    roles = {a["person"]["value"]: each(a["roles"]) for a in conference["attendees"] if "person" in a}
    assert ("OPENS", S) in roles["p-b2ae39df"]
    assert ("REPORTS", S) in roles["p-7ddb7f66"]


def test_seed_2_nominations_of_2023_are_four_and_bound_to_the_law_in_force_on_the_day(world: World) -> None:
    assert proposals(world, JUSTICE, 2023) == {
        ("Cờ thi đua của Chính phủ", "kiem-toan-nha-nuoc", I),
        ("Cờ thi đua của Chính phủ", "bo-quoc-phong", I),
        ("Bằng khen của Thủ tướng Chính phủ", "toa-an-nhan-dan-toi-cao", I),
        ("Bằng khen của Thủ tướng Chính phủ", "bo-cong-an", I),
    }
    told = world.ask("GetProposals", service="awards", bloc=JUSTICE, year=2023)["proposals"]
    regulations = {p["kind"]["regulation"]["value"] for p in told}
    assert regulations == {"Luật 06/2022/QH15, Nghị định 98/2023/NĐ-CP"}
    assert each(told, "verb") == [("thống nhất đề nghị", S)] * 4


def test_seed_2_covenant_of_2024_has_two_known_signatories_and_not_all(world: World) -> None:
    covenant = year(world, JUSTICE, 2024)["covenant"]
    assert known(covenant["year"]) == ("2024", I)
    assert each(covenant["signatures"], "member") == [("toa-an-nhan-dan-toi-cao", S), ("bo-tu-phap", S)]
    assert each(covenant["signatures"], "person") == [("p-ba295ed0", S), ("p-a050ebbf", S)]
    assert known(covenant["exhaustive"]) == ("false", S)


def test_seed_2_conferred_are_one_named_and_a_group_without_number_and_no_decision(world: World) -> None:
    conferred = awards(world, JUSTICE)
    assert [known(a["recipient"].get("person")) for a in conferred] == [("p-a050ebbf", S), None]
    group = conferred[1]["recipient"]
    assert known(group["group"]) == ("Đại diện các đơn vị", S)
    assert not {"group_count", "group_kind", "organisation", "person"} & group.keys()
    assert known(group["group_exhaustive"]) == ("false", S)
    for award in conferred:
        assert not {"decisions", "cancellations", "proposal"} & award.keys()
        (conferral,) = award["conferrals"]
        assert known(conferral["conferred_on"]) == ("2024-04-10", I)
        assert known(conferral["conferred_by"]) == ("kiem-toan-nha-nuoc", I)
        assert known(award["kind"]["code"]) == ("KNC", I)


# Scenario 3


def test_seed_3_conference_has_no_date_and_its_first_chair_is_inferred(world: World) -> None:
    conference = world.ask("GetConference", conference="dang-trung-uong-ke-hoach-2022")
    assert known(conference["kind"]) == ("PLANNING", S)
    assert not {"held_on", "place"} & conference.keys()
    assert each(conference["chairs"]["items"], "person") == [
        ("p-bca989cb", S),
        ("p-375d9caa", S),
        ("p-8e4bc8d3", I),
    ]


def test_seed_3_leadership_has_a_standing_and_an_ordinary_deputy(world: World) -> None:
    (term,) = year(world, PARTY, 2022)["terms"]
    assert known(term["year"]) == ("2022", I)
    assert known(term["head"]["person"]) == ("p-8e4bc8d3", I)
    assert known(term["head"]["agency"]) == ("ban-dan-van-trung-uong", I)
    deputies = term["deputies"]["items"]
    assert each(deputies, "rank") == [("STANDING", I), ("ORDINARY", I)]
    assert each(deputies, "person") == [("p-bca989cb", I), ("p-375d9caa", I)]
    assert each(deputies, "agency") == [("nxb-chinh-tri-quoc-gia-su-that", I), ("ban-noi-chinh-trung-uong", I)]
    assert not {"mode", "elected_on", "start"} & term.keys()


def test_seed_3_plan_is_commented_and_not_approved_and_no_item_has_a_lead(world: World) -> None:
    plan = year(world, PARTY, 2022)["plan"]
    assert known(plan["status"]) == ("COMMENTED", S)
    assert len(plan["items"]) == 9
    assert [item for item in plan["items"] if "lead" in item] == []
    assert known(plan["exhaustive"]) == ("false", S)
    assert not {"approver", "approved_on", "declared_count"} & plan.keys()
    assert known(plan["presenter"]["person"]) == ("p-e0d68d2e", S)
    assert known(plan["finaliser"]["words"]) == ("Lãnh đạo Khối thi đua", S)


def test_seed_3_members_are_three_named_of_fourteen(world: World) -> None:
    members = year(world, PARTY, 2022)["members"]
    assert [mark for _, mark in filter(None, each(members["items"], "unit"))] == [I, I, I]
    assert known(members["declared_count"]) == ("14", S)
    assert known(members["exhaustive"]) == ("false", S)


def test_seed_3_has_no_covenant_nomination_or_award_and_a_linked_movement_without_name(world: World) -> None:
    of_2022 = year(world, PARTY, 2022)
    assert "covenant" not in of_2022
    assert proposals(world, PARTY, 2022) == set()
    assert awards(world, PARTY) == []
    (movement,) = of_2022["movements"]
    assert known(movement["launcher"]["agency"]) == ("thu-tuong-chinh-phu", S)
    assert not {"name", "theme"} & movement.keys()


# Scenario 4


def test_seed_4_bloc_is_of_a_province_that_is_not_named(world: World) -> None:
    bloc = world.ask("GetBloc", bloc=PROVINCE)
    assert known(bloc["level"]) == ("province", S)
    assert "province" not in bloc


def test_seed_4_head_of_the_year_is_inferred_and_on_the_day_a_stated_person_without_deputy(world: World) -> None:
    (term,) = year(world, PROVINCE, 2020)["terms"]
    assert known(term["head"]["person"]) == ("p-641246cd", I)
    assert known(term["head"]["agency"]) == ("van-phong-tinh-uy", I)
    assert known(term["head"]["title"]) == ("Trưởng Khối", I)
    assert known(term["year"]) == ("2020", I)
    assert term.get("deputies", {}).get("items", []) == []
    assert headed(world, PROVINCE, on="2020-07-29") == (("van-phong-tinh-uy", I), ("p-641246cd", S))


def test_seed_4_year_is_reviewed_in_its_middle(world: World) -> None:
    of_2020 = year(world, PROVINCE, 2020)
    assert known(of_2020["state"]) == ("MID_REVIEWED", S)
    (meeting,) = of_2020["conferences"]
    assert known(meeting["held_on"]) == ("2020-07-29", S)
    assert known(meeting["place"]) == ("Nhà khách Tỉnh ủy", S)


def test_seed_4_review_has_limitations_four_of_seven_tasks_and_a_target(world: World) -> None:
    (review,) = year(world, PROVINCE, 2020)["reviews"]
    assert [mark for _, mark in filter(None, each(review["limitations"]["items"]))] == [S, S, S]
    assert known(review["limitations"]["exhaustive"]) == ("false", S)
    assert [mark for _, mark in filter(None, each(review["tasks"]["items"]))] == [I, I, I, I]
    assert known(review["tasks"]["declared_count"]) == ("7", S)
    assert [(known(t["figure"]), known(t["unit"])) for t in review["targets"]] == [(("100", S), ("%", S))]


def test_seed_4_covenant_and_plan_are_known_by_reference_and_the_movement_is_only_pushed(world: World) -> None:
    of_2020 = year(world, PROVINCE, 2020)
    assert known(of_2020["covenant"]["year"]) == ("2020", I)
    assert "signed_on" not in of_2020["covenant"]
    assert known(of_2020["plan"]["year"]) == ("2020", I)
    assert known(of_2020["plan"]["status"]) == ("REFERRED", S)
    (movement,) = of_2020["movements"]
    assert known(movement["manner"]) == ("PUSHED", S)
    assert "launcher" not in movement
    assert proposals(world, PROVINCE, 2020) == set()


# What the articles tell beside leadership, covenants and awards


def test_seed_0_report_counts_hundreds_of_exemplars_and_names_three_agencies(world: World) -> None:
    of_2020 = year(world, JUSTICE, 2020)
    (report,) = of_2020["reports"]
    assert "presenter" not in report
    assert known(report["conference"]) == ("noi-chinh-tong-ket-2020", I)
    congresses, good = report["highlights"]
    assert [agency for agency, _ in filter(None, each(congresses["agencies"]))] == [
        "bo-cong-an",
        "bo-quoc-phong",
        "toa-an-nhan-dan-toi-cao",
    ]
    assert known(good["count"]["wording"]) == ("hàng trăm", S)
    assert known(good["count"]["at_least"]) == ("100", S)
    assert not {"exact", "at_most"} & good["count"].keys()
    group, fallen = of_2020["exemplars"]
    assert known(group["count"]["at_least"]) == ("100", S)
    assert known(fallen["fallen"]) == ("true", S)
    assert not {"count", "steps", "name"} & fallen.keys()


def test_seed_1_guidance_is_accepted_by_hanoi_whose_own_rests_on_three_documents(world: World) -> None:
    conference = world.ask("GetConference", conference="cum-5-thanh-pho-tong-ket-2020")
    council, hanoi = conference["guidance"]
    assert len(council["points"]["items"]) == 7
    assert each(council["acceptors"]["items"], "person") == [("p-37b25896", S)]
    assert hanoi.get("acceptors", {}).get("items", []) == []
    assert each(conference["citations"], "guidance") == [("de-nghi-ha-noi", S)] * 3
    assert each(conference["citations"], "number") == [("34-CT/TW", S), ("01/NQ-CP", S), None]


def test_seed_2_context_is_a_directive_a_call_and_a_movement_that_is_only_cited(world: World) -> None:
    citations = world.ask("GetConference", conference="noi-chinh-tong-ket-2023")["citations"]
    assert each(citations, "kind") == [("directive", S), ("appeal", S)]
    assert each(citations, "words") == [("năm đầu tiên triển khai", S), ("kỷ niệm 75 năm", S)]
    (movement,) = year(world, JUSTICE, 2023)["movements"]
    assert known(movement["manner"]) == ("CITED", S)
    assert not {"launcher", "launched_on"} & movement.keys()


def test_seed_3_directives_and_programmes_are_cited_by_the_plan_and_are_no_movements(world: World) -> None:
    of_2022 = year(world, PARTY, 2022)
    assert len(of_2022["movements"]) == 1
    kinds = ["directive", "directive", "resolution", "programme", "programme", "programme"]
    assert each(of_2022["citations"], "kind") == [(kind, S) for kind in kinds]


def test_seed_4_has_results_of_the_half_year_and_no_report(world: World) -> None:
    of_2020 = year(world, PROVINCE, 2020)
    (review,) = of_2020["reviews"]
    assert [mark for _, mark in filter(None, each(review["results"]["items"]))] == [S, S]
    assert "reports" not in of_2020


# All of them


def test_every_value_of_an_answer_names_its_source_and_where_it_stands(world: World) -> None:
    def facts(value: Any) -> list[dict[str, Any]]:
        if isinstance(value, list):
            return [fact for item in value for fact in facts(item)]
        if isinstance(value, dict):
            return [value] if "mark" in value else [fact for item in value.values() for fact in facts(item)]
        return []

    for bloc, of in [(JUSTICE, 2020), (JUSTICE, 2024), (CITIES, 2021), (PARTY, 2022), (PROVINCE, 2020)]:
        told = facts(year(world, bloc, of))
        assert len(told) > 10
        for fact in told:
            mark = fact["mark"]
            assert mark["certainty"] in ("CERTAINTY_STATED", "CERTAINTY_INFERRED")
            assert mark.get("source", "").startswith("seed-"), fact
            assert mark["certainty"] == "CERTAINTY_STATED" or mark.get("basis"), fact


def test_names_ranks_and_posts_are_answered_as_worded(world: World) -> None:
    answer = world.ask("GetPerson", person="p-65b1500f")
    assert answer["shown"] == "Nguyễn Văn Thành"
    posts = [fact for description in answer["descriptions"] for fact in each(description.get("posts", []))]
    assert ("Thứ trưởng Bộ Công an", S) in posts
    assert len(posts) == 3


def test_what_was_never_told_is_not_found(world: World) -> None:
    with pytest.raises(grpc.RpcError) as error:
        world.ask("GetBloc", bloc="khoi-khong-co")
    assert error.value.code() == grpc.StatusCode.NOT_FOUND
