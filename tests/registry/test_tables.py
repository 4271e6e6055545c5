"""Tables taken in and given out, over a real database: what is recorded of them, and what a second time adds."""

import csv
import hashlib
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.errors import Invalid
from services.kernel.provenance import Inference, Source
from services.kernel.standing import Retract
from services.registry import events as e
from services.registry.domain.bloc import DissolveBloc, EstablishBloc, NameBloc
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.organisation import (
    AssignOrganisationCode,
    DissolveOrganisation,
    NameOrganisation,
    RegisterOrganisation,
    RetypeOrganisation,
    TransferOrganisation,
)
from services.registry.domain.reorganisation import Reorganise
from services.registry.tables.importing import ImportAnswer
from services.registry.tables.words import KINDS, LEVELS
from tests.play import certainty, value
from tests.registry.files import BLOCS, MEMBERS, ORGANISATIONS, Lines, rewritten, xlsx
from tests.registry.support import RECORD, Registry, registry_on

PROVINCE = ["tinh-x", "H29", "Tỉnh X", None, None, "Tỉnh", "01/01/2020"]
HOME = ["so-noi-vu", "H29.01", "Sở Nội vụ", "SNV", "department", "Tỉnh", date(2025, 3, 1)]
JUSTICE = [None, "H29.02", "Sở Tư pháp", None, "department", "Cấp tỉnh", None]
BLOC = ["k1", "Khối", "Khối các sở", "H29", "tỉnh", "12/QĐ-UBND", "05/03/2025", "10/3/2025"]
SHEETS: dict[str, Lines] = {
    "Thành viên": [MEMBERS, ["k1", "so-noi-vu", "10/03/2025", None], ["k1", "H29.02", None, "1/7/2025"]],
    "Khối": [BLOCS, BLOC],
    "Tổ chức": [ORGANISATIONS, PROVINCE, HOME, JUSTICE],
}


def counts(answer: ImportAnswer) -> dict[str, tuple[int, int, int, int]]:
    return {s.table: (s.read, s.recorded, s.unchanged, s.rejected) for s in answer.sheets}


def problems(answer: ImportAnswer) -> dict[int, list[tuple[str | None, str]]]:
    return {line.line: [(p.column, p.en) for p in line.problems] for line in answer.lines if line.problems}


async def facts(registry: Registry) -> int:
    """How many events tell something, and not only where it is told."""
    return int(
        await registry.tools.pool.fetchval("select count(*) from log.events where type <> 'OrganisationCodeTold'")
    )


async def test_a_workbook_is_recorded_with_its_file_sheet_and_line_as_source(registry: Registry) -> None:
    content = xlsx(SHEETS)
    answer = await registry.take_in(content, name="khối.xlsx")
    assert counts(answer) == {"ORGANISATIONS": (3, 3, 0, 0), "BLOCS": (1, 1, 0, 0), "MEMBERS": (2, 2, 0, 0)}
    assert answer.recorded
    assert answer.recorded.position == await registry.position() == 9  # of each code too, who has it
    found = await registry.ask("GetOrganisation", organisation="h29.02")
    assert (value(found.name), value(found.code), value(found.level)) == ("Sở Tư pháp", "H29.02", "province")
    assert (found.names[0].since, certainty(found.name)) == (None, "STATED")
    assert found.name.mark.place == "Tổ chức, dòng 4"
    bloc = await registry.ask("GetBloc", bloc="k1")
    assert (value(bloc.kind), value(bloc.authority), value(bloc.established_on)) == ("KHOI", "tinh-x", "2025-03-10")
    assert value(bloc.decision) == "12/QĐ-UBND"
    days = {value(m.unit): (value(m.since), value(m.until)) for m in bloc.memberships}
    assert days == {"so-noi-vu": ("2025-03-10", None), "h29.02": (None, "2025-07-01")}
    rows = await registry.tools.log.read(0, 1)
    event: Any = e.VOCABULARY.decode(rows)[0].event
    digest = hashlib.sha256(content).hexdigest()
    assert (event.record.source.title, event.record.source.sha256) == ("khối.xlsx", digest)


@pytest.mark.parametrize(
    ("kind", "level", "codes"),
    [
        ("Phường", "Phường", ("ward", "commune")),
        ("đặc khu", "Cấp xã", ("special-zone", "commune")),
        ("Tỉnh", "Thành phố", ("province", "province")),
        ("SO", "tp", ("department", "province")),
        ("Bộ", "TW", ("ministry", "central")),
        ("Cơ quan ngang bộ", "central", ("ministerial-agency", "central")),
        ("UBND", "thi-tran-cu", ("peoples-committee", "thi-tran-cu")),
    ],
)
async def test_kinds_and_levels_are_said_in_officers_words_or_by_a_code(
    registry: Registry, kind: str, level: str, codes: tuple[str, str]
) -> None:
    answer = await registry.take_in(xlsx([ORGANISATIONS, ["o", None, "Tên", None, kind, level, None]]))
    assert problems(answer) == {}
    found = await registry.ask("GetOrganisation", organisation="o")
    assert (value(found.kind), value(found.level)) == codes


async def test_a_kind_or_level_that_is_not_known_is_told_with_all_that_are(registry: Registry) -> None:
    answer = await registry.take_in(xlsx([ORGANISATIONS, ["o", None, "Tên", None, "Loại Lạ", "Cấp Lạ", None]]))
    told = {p.column: p.vi for line in answer.lines for p in line.problems}
    assert all(word in told["E"] for word in ("Sở", "Đặc khu", "Đơn vị sự nghiệp", "a-z"))
    assert all(word in told["F"] for word in ("Trung ương", "Thành phố", "Phường", "a-z"))
    blocs: Lines = [BLOCS, ["k", "Nhóm", "Khối", None, None, None, None, None]]
    (line,) = (await registry.take_in(xlsx(blocs))).lines
    assert (line.problems[0].column, line.problems[0].vi) == ("B", "phải là một trong: Khối, Cụm")


def test_the_page_on_tables_lists_all_words_for_kinds_and_levels() -> None:
    page = (Path(__file__).parents[2] / "docs" / "tables.md").read_text()
    for words in (KINDS, LEVELS):
        for code, several in words.words.items():
            assert f"| {', '.join(several)} | `{code}` |" in page


async def test_what_is_wrong_in_a_line_is_told_in_the_order_of_its_columns(registry: Registry) -> None:
    lines: Lines = [ORGANISATIONS, ["Mã Lạ", "x" * 501, None, None, "Loại Lạ", "Cấp Lạ", "hôm qua"]]
    told = problems(await registry.take_in(xlsx(lines)))
    assert [column for column, _ in told[2]] == ["A", "B", "C", "E", "F", "G"]


async def test_the_same_file_again_adds_nothing_and_one_changed_line_adds_that(registry: Registry) -> None:
    await registry.take_in(xlsx(SHEETS))
    before = await registry.position()
    answer = await registry.take_in(xlsx(SHEETS), name="another name.xlsx")
    assert counts(answer) == {"ORGANISATIONS": (3, 0, 3, 0), "BLOCS": (1, 0, 1, 0), "MEMBERS": (2, 0, 2, 0)}
    assert (answer.lines, answer.recorded, await registry.position()) == ((), None, before)
    renamed = [*HOME[:2], "Sở Nội vụ tỉnh X", *HOME[3:]]
    answer = await registry.take_in(xlsx({**SHEETS, "Tổ chức": [ORGANISATIONS, PROVINCE, renamed, JUSTICE]}))
    assert [(line.subject, line.commands) for line in answer.lines] == [("so-noi-vu", ("NameOrganisation",))]
    assert await registry.position() == before + 1


@pytest.mark.parametrize(
    ("column", "other", "field"),
    [(2, "Sở Nội vụ và Lao động", "name"), (3, "SNVLĐ", "short_name"), (4, "agency", "kind"), (1, "H29.99", "code")],
)
async def test_what_goes_there_and_back_comes_out_as_it_was(
    registry: Registry, column: int, other: str, field: str
) -> None:
    first = xlsx([ORGANISATIONS, HOME])
    changed = xlsx([ORGANISATIONS, [*HOME[:column], other, *HOME[column + 1 :]]])
    for content, expected in ((first, HOME[column]), (changed, other), (first, HOME[column]), (changed, other)):
        before = await facts(registry)
        answer = await registry.take_in(content)
        assert await facts(registry) == before + 1
        again = await registry.take_in(content)
        assert (counts(answer), counts(again)) == (
            {"ORGANISATIONS": (1, 1, 0, 0)},
            {"ORGANISATIONS": (1, 0, 1, 0)},
        )
        await registry.catch_up()
        found = await registry.ask("GetOrganisation", organisation="so-noi-vu")
        assert value(getattr(found, field)) == expected


async def test_a_dry_run_tells_the_same_and_records_nothing(registry: Registry) -> None:
    dry = await registry.take_in(xlsx(SHEETS), dry_run=True)
    assert await registry.position() == 0
    real = await registry.take_in(xlsx(SHEETS))
    assert (dry.sheets, dry.lines) == (real.sheets, real.lines)
    assert (dry.dry_run, dry.recorded) == (True, None)


async def test_every_error_is_told_at_once_by_line_and_column_and_the_rest_is_recorded(registry: Registry) -> None:
    lines: Lines = [
        ORGANISATIONS,
        ["Mã Lạ", "C1", "Tên", None, "Loại Lạ", None, "31/2/2025"],
        ["o-2", None, None, None, None, None, None],
        ["o-3", None, "x" * 501, None, None, None, "2025"],
        ["o-4", None, "Sở 4", None, None, None, "ngày 1 tháng 7 năm 2025"],
        ["o-4", None, "Sở Bốn", None, None, None, "2025-07-01"],
        ["o-5", "#REF!", "Sở 5", None, None, None, None],
    ]
    answer = await registry.take_in(xlsx(lines))
    assert counts(answer) == {"ORGANISATIONS": (6, 1, 0, 5)}
    told = {line: sorted(column or "" for column, _ in found) for line, found in problems(answer).items()}
    assert told == {2: ["A", "E", "G"], 3: ["C"], 4: ["C", "G"], 6: ["C"], 7: ["B"]}
    assert all(p.vi and p.vi != p.en and p.header for line in answer.lines for p in line.problems)
    assert await registry.position() == 1


async def test_an_equal_name_is_a_candidate_and_no_identity(registry: Registry) -> None:
    for organisation in ("a", "b"):
        await registry.tell(RegisterOrganisation(organisation=organisation, name="Sở Nội vụ"))
    await registry.take_in(xlsx([BLOCS, ["k1", "Khối", "Khối 1", "a", None, None, None, None]]))
    before = await registry.position()
    answer = await registry.take_in(
        xlsx(
            {
                "Tổ chức": [["Mã tổ chức", "Tên tổ chức"], [None, "sở  Nội Vụ"], [None, "Sở Ngoại vụ"]],
                "Khối": [BLOCS, [None, "Khối", "khối 1", "Sở nội vụ", None, None, None, None]],
                "Thành viên": [["Mã khối", "Tên khối", "Mã đơn vị", "Tên đơn vị"], [None, "Khối 1", None, "Sở Nội vụ"]],
            }
        )
    )
    candidates = sorted((line.sheet, p.header, p.candidates) for line in answer.lines for p in line.problems)
    assert candidates == [
        ("Khối", "Cơ quan tổ chức", ("a", "b")),
        ("Khối", "Mã khối", ("k1",)),
        ("Thành viên", "Mã khối", ("k1",)),
        ("Thành viên", "Mã đơn vị", ("a", "b")),
        ("Tổ chức", "Mã tổ chức", ()),
        ("Tổ chức", "Mã tổ chức", ("a", "b")),
    ]
    assert await registry.position() == before


async def test_a_code_that_several_have_names_nobody(registry: Registry) -> None:
    for organisation in ("a", "b"):
        await registry.tell(RegisterOrganisation(organisation=organisation, name="Sở", code="H1", record=RECORD))
    answer = await registry.take_in(xlsx([ORGANISATIONS, [None, "H1", "Sở"], ["c", "H1", "Sở"], ["a", "H1", "Sở"]]))
    assert [p.candidates for line in answer.lines for p in line.problems] == [("a", "b")] * 2
    assert counts(answer) == {"ORGANISATIONS": (3, 0, 1, 2)}


async def test_what_a_ruling_settled_otherwise_is_neither_taken_in_by_nor_given_out(registry: Registry) -> None:
    await registry.take_in(xlsx(SHEETS))
    told: dict[str, Any] = {"organisation": "x", "record": RECORD}
    await registry.tell(RegisterOrganisation(**told, name="Sở Sai", code="H01", variants=("SS",)))
    ruling = e.Ruling(by=e.Party(words="Bộ"), reason="đọc nhầm")
    await registry.tell(RegisterOrganisation(**told, name="Sở Đúng", code="H02", ruling=ruling))
    day = "1/7/2025"
    answer = await registry.take_in(
        xlsx([MEMBERS, ["k1", "H01", day, None], ["k1", "Sở Sai", day, None], ["k1", "H02", day, None]])
    )
    assert counts(answer) == {"MEMBERS": (3, 1, 0, 2)}
    assert [[(p.column, p.candidates) for p in line.problems] for line in answer.lines] == [
        [("B", ())],
        [("B", ())],
        [],
    ]
    named: Lines = [[*MEMBERS, "Tên đơn vị"], ["k1", "x", day, None, "Sở Sai"]]
    assert problems(await registry.take_in(xlsx(named))).keys() == {2}
    assert "SS" not in (await export(registry, "ORGANISATIONS", "CSV")).content.decode()
    again = await registry.take_in(xlsx([[*ORGANISATIONS, "Tên khác"], ["x", "H02", "Sở Đúng", *[None] * 4, "SS"]]))
    assert counts(again) == {"ORGANISATIONS": (1, 1, 0, 0)}
    bloc: dict[str, Any] = {"bloc": "k2", "kind": "KHOI", "name": "Khối", "record": RECORD}
    await registry.tell(EstablishBloc(**bloc, variants=("KS",)))
    await registry.tell(EstablishBloc(**bloc, variants=("KĐ",), ruling=ruling))
    given = (await export(registry, "BLOCS", "CSV")).content.decode()
    assert ("KS" in given, "KĐ" in given) == (False, True)


async def test_a_printed_name_that_is_anothers_is_rejected_with_both_names(registry: Registry) -> None:
    await registry.take_in(xlsx(SHEETS))
    await registry.tell(NameOrganisation(organisation="so-noi-vu", name="Sở Nội vụ và Lao động", variants=("Nội vụ",)))
    before = await registry.position()
    columns = ["Mã khối", "Tên khối", "Mã đơn vị", "Tên đơn vị", "Từ ngày"]
    day = "10/03/2025"
    answer = await registry.take_in(
        xlsx(
            [
                columns,
                ["k1", "Khối các sở", "H29.02", "Sở Nội vụ", None],
                ["k1", "Khối các huyện", "so-noi-vu", "Sở Nội vụ", day],
                ["k1", "KHOI CAC SO", "so-noi-vu", "sở nội  vụ", day],
                ["k1", None, "so-noi-vu", "Sở Nội vụ và Lao động", day],
                ["k1", "k1", "so-noi-vu", "SNV", day],
                ["k1", None, "so-noi-vu", "noi vu", day],
            ]
        )
    )
    assert {line: [column for column, _ in found] for line, found in problems(answer).items()} == {2: ["D"], 3: ["B"]}
    reasons = [p for line in answer.lines for p in line.problems]
    for reason, names in zip(reasons, (("Sở Nội vụ", "Sở Tư pháp"), ("Khối các huyện", "Khối các sở")), strict=True):
        assert all(name in text for name in names for text in (reason.vi, reason.en))
    assert (counts(answer), await registry.position()) == ({"MEMBERS": (6, 0, 4, 2)}, before)


async def test_a_line_that_would_register_another_of_an_equal_name_is_left_to_a_person(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="snn", name="Sở Nông nghiệp"))
    await registry.tell(RegisterOrganisation(organisation="syt", name="Sở Y tế", code="H30.01"))
    lines: Lines = [
        ORGANISATIONS[:3],
        [None, "H29.20", "sở Nông  nghiệp"],
        [None, "H29.21", "Sở Y tế"],
        ["moi", None, "Sở Xây dựng"],
        [None, "H29.22", "Sở Xây dựng"],
        [None, None, "Sở Xây dựng"],
    ]
    answer = await registry.take_in(xlsx(lines))
    found = {line.line: [(p.column, p.candidates) for p in line.problems] for line in answer.lines if line.problems}
    assert found == {2: [("A", ("snn",))], 5: [("A", ("moi",))], 6: [("A", ("moi",))]}
    assert all("snn" in text for text in (answer.lines[0].problems[0].vi, answer.lines[0].problems[0].en))
    assert counts(answer) == {"ORGANISATIONS": (5, 2, 0, 3)}
    chosen: Lines = [ORGANISATIONS[:3], ["snn", "H29.20", "Sở Nông nghiệp"], ["xd-2", "H29.22", "Sở Xây dựng"]]
    answer = await registry.take_in(xlsx(chosen))
    assert [line.commands for line in answer.lines] == [("AssignOrganisationCode",), ("RegisterOrganisation",)]
    assert counts(await registry.take_in(xlsx(chosen))) == {"ORGANISATIONS": (2, 0, 2, 0)}


async def test_who_has_an_equal_name_and_another_code_is_noted_unless_both_are_under_others(registry: Registry) -> None:
    columns = ["Mã định danh", "Tên tổ chức", "Cơ quan cấp trên"]
    await registry.take_in(
        xlsx(
            [
                columns,
                ["H1", "Tỉnh 1", None],
                ["H2", "Tỉnh 2", None],
                ["H1.1", "Sở Nội vụ", "H1"],
                ["Z", "Sở Y tế", None],
            ]
        )
    )
    lines: Lines = [
        columns,
        ["H1.2", "sở nội  vụ", "H1"],
        ["H2.1", "Sở Nội vụ", "H2"],
        ["H3.1", "Sở Nội vụ", None],
        ["H1.3", "Sở Y tế", "H1"],
    ]
    dry, real = await registry.take_in(xlsx(lines), dry_run=True), await registry.take_in(xlsx(lines))
    assert dry.lines == real.lines
    noted = {line.subject: [(n.column, n.candidates) for n in line.notes] for line in real.lines}
    assert noted == {
        "h1.2": [("B", ("h1.1",))],
        "h2.1": [],
        "h3.1": [("B", ("h1.1", "h1.2", "h2.1"))],
        "h1.3": [("B", ("z",))],
    }
    assert (await registry.take_in(xlsx(lines))).lines == ()


async def test_what_a_line_makes_disputed_is_noted_in_it_in_a_dry_run_too(registry: Registry) -> None:
    await registry.take_in(xlsx(SHEETS))
    second = ["k2", "Cụm", "Cụm hai", *BLOC[3:]]
    sheets: dict[str, Lines] = {
        "Tổ chức": [ORGANISATIONS, [*HOME[:2], "Sở Nội vụ tỉnh X", *HOME[3:]], ["b", None, "Sở Tư pháp", *[None] * 4]],
        "Khối": [BLOCS, second],
        "Thành viên": [MEMBERS, ["k2", "so-noi-vu", "01/06/2025", None], ["k2", "H29.02", "01/07/2025", None]],
    }
    dry = await registry.take_in(xlsx(sheets), dry_run=True)
    real = await registry.take_in(xlsx(sheets))
    assert (dry.sheets, dry.lines) == (real.sheets, real.lines)
    noted = {(line.subject, n.column): (n.vi, n.en) for line in real.lines for n in line.notes}
    assert set(noted) == {("so-noi-vu", "C"), ("b", "C"), ("k2 so-noi-vu", "A")}
    words = {
        ("so-noi-vu", "C"): ("Sở Nội vụ", "Sở Nội vụ tỉnh X"),
        ("b", "C"): ("h29.02",),
        ("k2 so-noi-vu", "A"): ("k1",),
    }
    assert all(word in text for at, every in words.items() for word in every for text in noted[at])
    assert {sheet.table: sheet.noted for sheet in real.sheets} == {"ORGANISATIONS": 2, "BLOCS": 0, "MEMBERS": 1}
    assert (await registry.ask("GetOrganisation", organisation="so-noi-vu")).disputed
    assert any(m.disputed for m in (await registry.ask("GetBloc", bloc="k2")).memberships)
    assert (await registry.take_in(xlsx(sheets))).lines == ()


async def test_a_member_from_before_the_first_name_of_the_unit_is_noted_where_it_is_told(registry: Registry) -> None:
    await registry.take_in(xlsx({**SHEETS, "Thành viên": [MEMBERS]}))
    for since, column in (("28/02/2025", "C"), ("27/02/2025", "C"), ("01/03/2025", None), (None, None)):
        lines = xlsx([MEMBERS, ["k1", "so-noi-vu", since, None]])
        dry, real = await registry.take_in(lines, dry_run=True), await registry.take_in(lines)
        assert dry.lines == real.lines
        noted = [(n.column, "2025-03-01" in n.en, "01/03/2025" in n.vi) for line in real.lines for n in line.notes]
        assert noted == ([(column, True, True)] if column else [])
        assert (await registry.take_in(lines)).sheets[0].noted == 0


async def test_a_problem_names_the_column_as_the_file_does_and_days_in_its_language(registry: Registry) -> None:
    await registry.take_in(xlsx({**SHEETS, "Thành viên": [MEMBERS]}))
    await registry.tell(
        AdmitMember(authority="tinh-x", bloc="k1", unit="so-noi-vu", effective=date(2025, 3, 10), record=RECORD)
    )
    columns = ["Mã khối", "Mã đơn vị", "Từ ngày", "Đến ngày"]
    lines: Lines = [
        columns,
        ["k1", "so-noi-vu", "11/03/2025", None],
        ["k1", "H29.02", "2/7/2025", "1/7/2025"],
        ["k1", "H29.02", "31/02/2025", "hôm qua"],
    ]
    answer = await registry.take_in(xlsx({"Thành viên": lines, "Tổ chức": [["Mã định danh", "Tên"], [None, "Sở Lạ"]]}))
    found = [(p.column, p.header, p.vi) for line in answer.lines for p in line.problems]
    assert [one[:2] for one in found] == [
        ("A", "Mã định danh"),
        ("C", "Từ ngày"),
        ("D", "Đến ngày"),
        ("C", "Từ ngày"),
        ("D", "Đến ngày"),
    ]
    assert "(từ 10/03/2025)" in found[1][2]
    assert (found[3][2], found[4][2].startswith("phải là ngày")) == ("không có ngày này trong lịch", True)


async def test_a_workbook_that_is_none_is_told_so(registry: Registry) -> None:
    with pytest.raises(Invalid) as refused:
        await registry.take_in("Kính gửi các sở".encode(), name="Sở.XLSX")
    assert "không đúng dạng" in refused.value.violations[0].vi


async def test_a_rejected_line_is_the_reason_told_of_those_that_are_under_it(registry: Registry) -> None:
    columns = ["Mã định danh", "Tên tổ chức", "Cơ quan cấp trên", "Từ ngày"]
    lines: Lines = [columns, ["H05", "Tỉnh X", None, "hôm qua"], ["H05.01", "Sở A", "H05", "hôm kia"]]
    answer = await registry.take_in(xlsx(lines))
    reasons = {p.column: p.en for p in answer.lines[1].problems}
    assert set(reasons) == {"C", "D"}
    assert reasons["C"] == "line 2, which has H05, is rejected"


def with_line(table: str, number: int, **cells: Any) -> dict[str, Lines]:
    """The workbook with some cells of one line changed, by the header of the column."""
    lines = [list(line) for line in SHEETS[table]]
    for header, cell in cells.items():
        column = lines[0].index(header) if header in lines[0] else len(lines[0])
        if column == len(lines[0]):
            lines = [[*line, None] for line in lines]
            lines[0][column] = header
        lines[number][column] = cell
    return {**SHEETS, table: lines}


DAY = {"Từ ngày": "01/07/2025"}
CHANGED: dict[str, tuple[dict[str, Lines], list[str], str, dict[str, Any]]] = {
    "kind": (
        with_line("Tổ chức", 2, **DAY, **{"Loại hình": "agency"}),
        ["NameOrganisation", "RetypeOrganisation"],
        "GetOrganisation",
        {"organisation": "so-noi-vu"},
    ),
    "level": (
        with_line("Tổ chức", 3, Cấp="Trung ương"),
        ["RetypeOrganisation"],
        "GetOrganisation",
        {"organisation": "h29.02"},
    ),
    "code": (
        with_line("Tổ chức", 2, **DAY, **{"Mã định danh": "H29.77"}),
        ["AssignOrganisationCode", "NameOrganisation"],
        "GetOrganisation",
        {"organisation": "so-noi-vu"},
    ),
    "superior": (
        with_line("Tổ chức", 2, **{"Cơ quan cấp trên": "H29"}),
        ["TransferOrganisation"],
        "GetOrganisation",
        {"organisation": "so-noi-vu"},
    ),
    "bloc": (
        with_line("Khối", 1, **{"Loại": "Cụm", "Số quyết định": "13/QĐ-UBND"}),
        ["EstablishBloc"],
        "GetBloc",
        {"bloc": "k1"},
    ),
    "bloc and name": (
        with_line("Khối", 1, **DAY, **{"Loại": "Cụm", "Tên khối": "Cụm các sở"}),
        ["EstablishBloc", "NameBloc"],
        "GetBloc",
        {"bloc": "k1"},
    ),
    "since": (with_line("Thành viên", 1, **{"Từ ngày": "11/03/2025"}), ["AdmitMember"], "GetBloc", {"bloc": "k1"}),
    "until": (
        with_line("Thành viên", 2, **{"Thôi từ ngày": "02/07/2025"}),
        ["EndMembership"],
        "GetBloc",
        {"bloc": "k1"},
    ),
    "both": (
        with_line("Thành viên", 2, **{"Thôi từ ngày": "02/07/2025", "Số quyết định": "9/QĐ"}),
        ["EndMembership"],
        "GetBloc",
        {"bloc": "k1"},
    ),
}


@pytest.mark.parametrize("change", CHANGED)
async def test_a_file_with_one_changed_line_adds_exactly_that(registry: Registry, change: str) -> None:
    sheets, commands, query, asked = CHANGED[change]
    await registry.take_in(xlsx(SHEETS))
    before, old = await registry.position(), await registry.ask(query, **asked)
    known = await facts(registry)
    answer = await registry.take_in(xlsx(sheets))
    assert [sorted(line.commands) for line in answer.lines] == [commands]
    assert problems(answer) == {}
    assert await facts(registry) == known + len(commands)
    new = await registry.ask(query, **asked)
    assert new != old
    assert not new.disputed
    assert await registry.ask(query, as_of=before, **asked) == old
    assert (await registry.take_in(xlsx(sheets))).lines == ()
    await registry.take_in(xlsx(SHEETS))  # and back
    back = await registry.ask(query, **asked)
    assert not back.disputed
    assert (await registry.take_in(xlsx(SHEETS))).lines == ()


async def test_what_changes_from_a_day_on_was_otherwise_before_it(registry: Registry) -> None:
    await registry.take_in(xlsx(SHEETS))
    await registry.take_in(xlsx(CHANGED["kind"][0]))
    await registry.catch_up()

    async def kind(on: date) -> str | None:
        return value((await registry.ask("GetOrganisation", organisation="so-noi-vu", on=on)).kind)

    days = (date(2025, 6, 30), date(2025, 7, 1))
    assert [await kind(on) for on in days] == ["department", "agency"]
    exported = await export(registry, "ORGANISATIONS", "CSV")
    assert (await registry.take_in(exported.content, name=exported.name)).lines == ()


async def test_a_corrected_line_says_what_it_corrects_and_of_what_another_table_told_that_it_did(
    registry: Registry,
) -> None:
    await registry.take_in(xlsx(SHEETS))
    await registry.take_in(xlsx(CHANGED["bloc"][0]))
    await registry.catch_up()
    bloc = await registry.ask("GetBloc", bloc="k1")
    assert (value(bloc.kind), value(bloc.decision), value(bloc.established_on)) == ("CUM", "13/QĐ-UBND", "2025-03-10")
    assert (certainty(bloc.kind), certainty(bloc.established_on)) == ("STATED", "INFERRED")
    assert "as told before" in bloc.established_on.mark.basis
    first, second = (await registry.ask("GetHistory", stream="bloc:k1")).events
    assert (first.stands, second.amends, second.stands) == (False, 1, True)
    assert "Khối, dòng 2" in second.reason


async def test_an_end_in_a_later_file_has_no_decision_where_the_lines_is_that_of_the_beginning(
    registry: Registry,
) -> None:
    columns = [*MEMBERS, "Số quyết định", "Ngày quyết định"]

    def lines(last: str | None) -> bytes:
        member = ["k1", "so-noi-vu", "10/03/2025", last, "15/QĐ", "20/12/2024"]
        return xlsx({**SHEETS, "Thành viên": [columns, member]})

    await registry.take_in(lines(None))
    answer = await registry.take_in(lines("1/7/2025"))
    assert [line.commands for line in answer.lines] == [("EndMembership",)]
    events = await membership(registry)
    assert [(event.type, event.decision and event.decision.number) for event in events] == [
        ("MembershipStarted", "15/QĐ"),
        ("MembershipEnded", None),
    ]
    assert (await registry.take_in(lines("1/7/2025"))).lines == ()


DECIDED = [*MEMBERS, "Đến ngày", "Số quyết định", "Ngày quyết định"]
FIRST = ["k1", "so-noi-vu", "10/03/2025", None, "31/12/2025", "1/QĐ", "01/03/2025"]


@pytest.mark.parametrize("recorded", ["nothing", "the first line", "the second line"])
@pytest.mark.parametrize(
    ("header", "other"),
    [
        ("Từ ngày", "11/03/2025"),
        ("Đến ngày", "30/11/2025"),
        ("Số quyết định", "2/QĐ"),
        ("Ngày quyết định", "02/03/2025"),
    ],
)
async def test_of_two_lines_of_members_that_contradict_each_other_the_later_one_is_rejected_each_time(
    registry: Registry, header: str, other: str, recorded: str
) -> None:
    n = DECIDED.index(header)
    second = [*FIRST[:n], other, *FIRST[n + 1 :]]
    await registry.take_in(xlsx({**SHEETS, "Thành viên": [MEMBERS]}))
    if recorded != "nothing":
        await registry.take_in(xlsx([DECIDED, FIRST if recorded == "the first line" else second]))
    answer = await registry.take_in(xlsx([DECIDED, FIRST, second, FIRST]))
    column = "ABCDEFG"[n]
    assert problems(answer) == {3: [(column, f"line 2 says {FIRST[n]}")]}
    before = await registry.position()
    again = await registry.take_in(xlsx([DECIDED, FIRST, second, FIRST]))
    assert (counts(again), await registry.position()) == ({"MEMBERS": (3, 0, 2, 1)}, before)
    assert problems(again) == problems(answer)


async def test_lines_of_members_that_complete_each_other_are_recorded_once(registry: Registry) -> None:
    await registry.take_in(xlsx({**SHEETS, "Thành viên": [MEMBERS]}))
    lines: Lines = [
        DECIDED,
        ["k1", "so-noi-vu", None, None, None, "1/QĐ", None],
        ["k1", "so-noi-vu", "10/03/2025", None, None, "1/QĐ", "01/03/2025"],
        ["k1", "so-noi-vu", "10/03/2025", None, "31/12/2025", "2/QĐ", None],
    ]
    assert counts(await registry.take_in(xlsx(lines))) == {"MEMBERS": (3, 3, 0, 0)}
    assert counts(await registry.take_in(xlsx(lines))) == {"MEMBERS": (3, 0, 3, 0)}


async def membership(registry: Registry) -> list[Any]:
    """All that is told of memberships."""
    rows = await registry.tools.log.read(0, 1_000)
    return [one.event for one in e.VOCABULARY.decode(rows) if isinstance(one.event, e.MembershipEvent)]


async def test_what_another_document_told_of_a_membership_is_no_tables_to_correct(registry: Registry) -> None:
    await registry.take_in(xlsx({**SHEETS, "Thành viên": [MEMBERS]}))
    claim: dict[str, Any] = {"authority": "tinh-x", "bloc": "k1", "record": RECORD}
    await registry.tell(AdmitMember(**claim, unit="so-noi-vu", effective=date(2025, 3, 10)))
    await registry.tell(EndMembership(**claim, unit="h29.02", effective=date(2025, 7, 1)))
    before = await registry.position()
    lines: Lines = [
        [*MEMBERS, "Số quyết định"],
        ["k1", "so-noi-vu", "11/03/2025", None, None],
        ["k1", "so-noi-vu", None, None, "9/QĐ"],
        ["k1", "h29.02", None, "2/7/2025", None],
        ["k1", "h29.02", "1/1/2025", "1/7/2025", None],
    ]
    answer = await registry.take_in(xlsx(lines))
    told = {line: [column for column, _ in found] for line, found in problems(answer).items()}
    assert told == {2: ["C"], 3: ["E"], 4: ["D"], 5: ["C"]}
    assert (counts(answer), await registry.position()) == ({"MEMBERS": (4, 0, 0, 4)}, before)


async def test_a_line_that_may_speak_of_several_stays_is_left_to_a_person(registry: Registry) -> None:
    stays: Lines = [MEMBERS, ["k1", "H29.02", "1/1/2021", "1/1/2022"], ["k1", "H29.02", "1/1/2023", "1/1/2024"]]
    await registry.take_in(xlsx({**SHEETS, "Thành viên": stays}))
    other: Lines = [MEMBERS, ["k1", "H29.02", "2/1/2021", "2/1/2022"], ["k1", "H29.02", "1/1/2023", "2/1/2024"]]
    answer = await registry.take_in(xlsx(other))
    assert counts(answer) == {"MEMBERS": (2, 1, 0, 1)}
    assert {line: [column for column, _ in found] for line, found in problems(answer).items()} == {2: ["C"]}


async def test_an_earlier_stay_may_stand_below_a_later_one(registry: Registry) -> None:
    columns: Lines = [MEMBERS, ["k1", "H29.02", "1/1/2024", None], ["k1", "H29.02", "1/1/2021", "1/1/2023"]]
    content = xlsx({**SHEETS, "Thành viên": columns})
    assert [line.commands for line in (await registry.take_in(content)).lines if line.sheet == "Thành viên"] == [
        ("AdmitMember",),
        ("AdmitMember", "EndMembership"),
    ]
    assert (await registry.take_in(content)).lines == ()
    days = {(value(m.since), value(m.until)) for m in (await registry.ask("GetBloc", bloc="k1")).memberships}
    assert days == {("2021-01-01", "2023-01-01"), ("2024-01-01", None)}


async def test_a_line_without_a_first_day_that_may_tell_of_several_open_stays_is_rejected(registry: Registry) -> None:
    await registry.take_in(xlsx(SHEETS))
    claim: dict[str, Any] = {"authority": "a", "bloc": "k1", "unit": "so-noi-vu", "record": RECORD}
    claim |= {"authority": value((await registry.ask("GetBloc", bloc="k1")).authority)}
    for year in (2022, 2023):
        await registry.tell(AdmitMember(**claim, effective=date(year, 1, 1)))
    columns = ["Mã khối", "Mã đơn vị", "Từ ngày", "Thôi từ ngày"]
    answer = await registry.take_in(xlsx([columns, ["k1", "so-noi-vu", None, "01/01/2026"]]))
    ((column, reason),) = problems(answer)[2]
    assert (column, "2022-01-01" in reason, "2023-01-01" in reason) == ("C", True, True)
    assert counts(await registry.take_in(xlsx([columns, ["k1", "so-noi-vu", None, None]]))) == {"MEMBERS": (1, 0, 1, 0)}


async def test_columns_that_are_hidden_are_told_where_they_are_read(registry: Registry) -> None:
    def prepare(made: Workbook) -> None:
        for letter in ("B", "D"):
            made.worksheets[0].column_dimensions[letter].hidden = True

    lines: Lines = [["Mã tổ chức", "Tên tổ chức", "Cấp", "Người lập"], ["a", "Sở A", "Tỉnh", "B"]]
    answer = await registry.take_in(xlsx(lines, prepare))
    told = [note.vi for note in answer.notes if "ẩn" in note.vi]
    assert told == ["Các cột bị ẩn vẫn được đọc: B (Tên tổ chức)."]


async def test_who_organises_a_bloc_is_not_changed_by_a_table_while_units_are_in_it(registry: Registry) -> None:
    await registry.take_in(xlsx(SHEETS))
    answer = await registry.take_in(xlsx(with_line("Khối", 1, **{"Cơ quan tổ chức": "so-noi-vu"})))
    assert counts(answer)["BLOCS"] == (1, 0, 0, 1)
    ((_, reason),) = problems(answer)[2]
    assert "end these memberships first" in reason


async def test_who_left_may_come_back_and_the_last_day_counts_as_a_member(registry: Registry) -> None:
    await registry.take_in(xlsx(SHEETS))
    columns = ["Mã khối", "Mã đơn vị", "Từ ngày", "Đến ngày"]
    lines: Lines = [columns, ["k1", "so-noi-vu", "10/03/2025", "30/06/2025"], ["k1", "so-noi-vu", "01/01/2026", None]]
    answer = await registry.take_in(xlsx(lines))
    assert [line.commands for line in answer.lines] == [("EndMembership",), ("AdmitMember",)]
    assert counts(await registry.take_in(xlsx(lines))) == {"MEMBERS": (2, 0, 2, 0)}
    await registry.catch_up()

    async def members(on: date) -> list[str | None]:
        bloc = await registry.ask("GetBloc", bloc="k1", on=on)
        return [value(m.unit) for m in bloc.memberships]

    assert "so-noi-vu" in await members(date(2025, 6, 30))
    assert "so-noi-vu" not in await members(date(2025, 7, 1))
    assert "so-noi-vu" in await members(date(2026, 1, 1))


async def test_a_file_without_a_table_is_refused(registry: Registry) -> None:
    for content in (xlsx([["Kính gửi", "các sở"], ["a", "b"]]), b"\x00"):
        with pytest.raises(Invalid) as refused:
            await registry.take_in(content)
        assert [violation.field for violation in refused.value.violations] == ["content"]


async def test_tables_one_below_another_in_a_sheet_are_recorded_and_what_is_above_is_told(registry: Registry) -> None:
    """Those whom others name first, wherever they stand."""
    members: Lines = [MEMBERS, ["k1", "so-noi-vu", "10/03/2025", None]]
    lines: Lines = [["DANH SÁCH"], *members, [], BLOCS, BLOC, [], ORGANISATIONS, PROVINCE, HOME]
    answer = await registry.take_in(xlsx(lines))
    assert counts(answer) == {"ORGANISATIONS": (2, 2, 0, 0), "BLOCS": (1, 1, 0, 0), "MEMBERS": (1, 1, 0, 0)}
    assert [(note.sheet, "1" in note.vi) for note in answer.notes] == [("Trang1", True)]
    assert counts(await registry.take_in(xlsx(lines)))["ORGANISATIONS"] == (2, 0, 2, 0)


async def test_a_formula_counts_by_its_computed_value_and_what_it_links_to_is_ignored_and_told(
    registry: Registry,
) -> None:
    lines: Lines = [["STT", *ORGANISATIONS], ["=ROW()-1", "so-noi-vu", "=[1]DM!A1", "Sở Nội vụ"]]

    def computed(part: bytes) -> bytes:
        """As Excel saves it: each formula with its value."""
        for cell, value_ in ((b"A2", b"1"), (b"C2", b"H29.01")):
            start = part.index(b'<c r="%s"' % cell)
            formula = part[part.index(b"<f>", start) : part.index(b"</f>", start) + 4]
            end = part.index(b"</c>", start) + 4
            part = part[:start] + b'<c r="%s" t="str">%s<v>%s</v></c>' % (cell, formula, value_) + part[end:]
        return part

    linked = (
        b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        b'<externalBook r:id="rId1"/></externalLink>'
    )
    target = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" '
        b'Target="file:///danh-muc.xlsx" TargetMode="External"/></Relationships>'
    )
    content = rewritten(
        xlsx(lines),
        {
            "xl/worksheets/sheet1.xml": computed,
            "xl/externalLinks/externalLink1.xml": lambda _: linked,
            "xl/externalLinks/_rels/externalLink1.xml.rels": lambda _: target,
        },
    )
    answer = await registry.take_in(content)
    assert (counts(answer), problems(answer)) == ({"ORGANISATIONS": (1, 1, 0, 0)}, {})
    assert [note.sheet for note in answer.notes] == [None]
    await registry.catch_up()
    assert value((await registry.ask("GetOrganisation", organisation="so-noi-vu")).code) == "H29.01"


async def export(registry: Registry, table: str, form: str, on: date | None = None) -> Any:
    return await registry.ask("ExportTable", table=table, form=form, on=on)


async def told(registry: Registry) -> None:
    """What is hard to give out: names of several days, of one that are spelled alike, and such as a formula."""
    day = date(2020, 1, 1)
    names = ["Ước", "Uyên", "Oanh", "Đức", "Dũng", "Ân", "Ăn", "An", '=HYPERLINK("x")', "+84", "-1", "@a", "'=b"]
    for n, name in enumerate(names):
        await registry.tell(RegisterOrganisation(organisation=f"o-{n}", name=name, code=f"{n:03}", record=RECORD))
    await registry.tell(
        RegisterOrganisation(organisation="z", name="Z", variants=("a; b",), level="central", effective=day)
    )
    await registry.tell(
        NameOrganisation(organisation="z", name="Zờ", variants=("c", "d; e"), effective=date(2024, 1, 1))
    )
    await registry.tell(NameOrganisation(organisation="z", short_name="Z2", effective=date(2025, 1, 1)))
    await registry.tell(NameOrganisation(organisation="z", short_name="Z0", record=RECORD))
    for n in range(2):
        decision = Source(id="d", number="1/QĐ", issuer="=1", dated=day)
        await registry.tell(
            EstablishBloc(bloc=f"k{n}", kind="CUM", name=f"Cụm {n}", authority="z", effective=day, decision=decision)
        )
    since = date(2021, 1, 1)
    for n in range(5):
        await registry.tell(AdmitMember(authority="z", unit=f"o-{n}", bloc="k1", effective=since, record=RECORD))
    await registry.tell(EndMembership(authority="z", unit="o-0", bloc="k1", effective=date(2022, 1, 1), record=RECORD))
    await registry.tell(AdmitMember(authority="z", unit="o-0", bloc="k1", effective=date(2023, 1, 1), record=RECORD))
    await registry.tell(EndMembership(authority="z", unit="o-7", bloc="k1", record=RECORD))
    await registry.tell(AdmitMember(authority="z", unit="o-9", bloc="k0", record=RECORD))


@pytest.mark.parametrize("form", ["XLSX", "CSV"])
async def test_what_is_given_out_is_taken_in_again_as_nothing_new(registry: Registry, form: str) -> None:
    await told(registry)
    before = await registry.position()
    for table, lines in (("ORGANISATIONS", 16), ("BLOCS", 2), ("MEMBERS", 8)):
        file = await export(registry, table, form)
        assert (file.lines, file.name.endswith(form.lower())) == (lines, True)
        answer = await registry.take_in(file.content, name=file.name)
        assert problems(answer) == {}
        assert (counts(answer), answer.notes) == ({table: (lines, 0, lines, 0)}, ())
    assert await registry.position() == before


@pytest.mark.parametrize("form", ["XLSX", "CSV"])
async def test_a_code_that_an_office_made_of_a_word_stays_what_it_is_where_it_is_taken_in_again(
    registry: Registry, form: str
) -> None:
    own: dict[str, Any] = {"level": "xa", "record": RECORD}
    await registry.tell(RegisterOrganisation(organisation="u", name="U", kind="uy-ban-nhan-dan", **own))
    later = date(2025, 7, 1)
    await registry.tell(RetypeOrganisation(organisation="u", level="cap-tinh", effective=later, record=RECORD))
    await registry.tell(EstablishBloc(bloc="k", kind="KHOI", name="K", authority="u", **own))
    for table, lines in (("ORGANISATIONS", 2), ("BLOCS", 1)):
        file = await export(registry, table, form)
        assert counts(await registry.take_in(file.content)) == {table: (lines, 0, lines, 0)}
    answer = await registry.take_in(xlsx([ORGANISATIONS, ["u", None, "U", None, "Ủy ban nhân dân", None, None]]))
    assert [line.commands for line in answer.lines] == [("RetypeOrganisation",)]


async def test_what_sources_tell_otherwise_of_a_later_day_is_noted_where_it_is_given_out(registry: Registry) -> None:
    for one in ("t", "m", "s"):
        await registry.tell(RegisterOrganisation(organisation=one, name=one, effective=date(2000, 1, 1), record=RECORD))
    later: dict[str, Any] = {"effective": date(2025, 3, 1), "record": RECORD}
    found = []
    for n in range(2):
        await registry.tell(RetypeOrganisation(organisation="t", kind=f"x{n}", **later))
        await registry.tell(AssignOrganisationCode(organisation="m", code=f"x{n}", **later))
        await registry.tell(TransferOrganisation(organisation="s", superior=f"x{n}", **later))
        found.append([note.en for note in (await export(registry, "ORGANISATIONS", "CSV")).notes])
    assert [[note.partition(" are disputed")[0] for note in notes] for notes in found] == [[], ["3 lines"]]


async def test_a_membership_that_another_contradicts_is_told_to_be_disputed_where_it_is_given_out(
    registry: Registry,
) -> None:
    for one in ("u", "v"):
        await registry.tell(RegisterOrganisation(organisation=one, name=one, record=RECORD))
    for bloc in ("k1", "k2"):
        await registry.tell(EstablishBloc(bloc=bloc, kind="KHOI", name=bloc, authority="a", record=RECORD))
    claim: dict[str, Any] = {"authority": "a", "record": RECORD}
    await registry.tell(AdmitMember(**claim, bloc="k1", unit="u", effective=date(2020, 1, 1)))
    await registry.tell(AdmitMember(**claim, bloc="k2", unit="u", effective=date(2025, 1, 1)))
    await registry.tell(AdmitMember(**claim, bloc="k1", unit="v", effective=date(2020, 1, 1)))
    found = [(await export(registry, "MEMBERS", "CSV", on=on)).notes for on in (None, date(2024, 1, 1))]
    assert [[(note.en[:20], note.vi[:21]) for note in notes] for notes in found] == [
        [("2 lines are disputed", "2 dòng đang có tranh ")],
        [],
    ]


TABLES = ("ORGANISATIONS", "BLOCS", "MEMBERS")


async def given_elsewhere(registry: Registry, other: Registry) -> dict[int, list[tuple[str | None, str]]]:
    """Take all that one registry gives out into another, empty one; what is rejected, by line."""
    rejected: dict[int, list[tuple[str | None, str]]] = {}
    for table in TABLES:
        file = await export(registry, table, "CSV")
        rejected |= problems(await other.take_in(file.content, name=file.name))
        again = await registry.take_in(file.content, name=file.name)
        assert [(sheet.recorded, sheet.rejected) for sheet in again.sheets] == [(0, 0)]
    await other.catch_up()
    return rejected


def said(answer: Any) -> list[tuple[str | None, ...]]:
    return [(value(m.unit), value(m.since), value(m.until), value(m.decision)) for m in answer.memberships]


async def test_a_table_invents_no_membership_elsewhere(
    registry: Registry, postgres: Postgres | ExistingPostgres
) -> None:
    for unit in ("a", "u", "v", "w", "x"):
        await registry.tell(RegisterOrganisation(organisation=unit, name=unit, record=RECORD))
    await registry.tell(EstablishBloc(bloc="k", kind="KHOI", name="K", authority="a", record=RECORD))
    claim: dict[str, Any] = {"authority": "a", "bloc": "k", "record": RECORD}
    first: dict[str, Any] = {"effective": date(2020, 1, 1), "decision": Source(id="1/QĐ", number="1/QĐ")}
    await registry.tell(AdmitMember(**claim, unit="u", **first))
    await registry.tell(EndMembership(**claim, unit="u"))  # on an unknown day
    await registry.tell(EndMembership(**claim, unit="v", effective=date(2021, 1, 1)))  # without a beginning
    await registry.tell(EndMembership(**claim, unit="w"))
    await registry.tell(AdmitMember(**claim, unit="x", **first))
    await registry.tell(EndMembership(**claim, unit="x", effective=date(2022, 1, 1), decision=Source(id="2/QĐ")))
    told = await export(registry, "MEMBERS", "CSV")
    assert [note.en.partition(" have")[0] for note in told.notes] == ["1 lines"]
    async with registry_on(postgres) as other:
        assert await given_elsewhere(registry, other) == {}
        for on in (None, date(2020, 6, 1), date(2025, 1, 1)):
            here, there = [await each.ask("GetBloc", bloc="k", on=on) for each in (registry, other)]
            assert said(there) == said(here)
        types = [row["type"] for row in await other.tools.pool.fetch("select type from log.events order by position")]
        assert (types.count("MembershipStarted"), types.count("MembershipEnded")) == (2, 4)


async def test_a_table_gives_each_fact_its_own_day_elsewhere(
    registry: Registry, postgres: Postgres | ExistingPostgres
) -> None:
    told: dict[str, Any] = {"organisation": "u", "record": RECORD}
    day, later = date(2000, 1, 1), date(2025, 3, 1)
    for one in ("m", "z"):
        await registry.tell(RegisterOrganisation(organisation=one, name=one, record=RECORD))
    await registry.tell(RegisterOrganisation(**told, name="U", kind="board", superior="m", effective=day))
    await registry.tell(RetypeOrganisation(**told, kind="department", effective=later))
    await registry.tell(AssignOrganisationCode(**told, code="C2", effective=later))
    await registry.tell(TransferOrganisation(**told, superior="z", effective=date(2025, 7, 1)))
    bloc: dict[str, Any] = {"bloc": "k", "record": RECORD}
    await registry.tell(EstablishBloc(**bloc, kind="KHOI", name="Khối 1", authority="z", effective=day))
    await registry.tell(NameBloc(**bloc, name="Khối Một", effective=later))
    async with registry_on(postgres) as other:
        assert await given_elsewhere(registry, other) == {}
        now = [await each.ask("GetOrganisation", organisation="u") for each in (registry, other)]
        for answer in now:
            found = (answer.name, answer.kind, answer.code, answer.superior)
            assert tuple(map(value, found)) == ("U", "department", "C2", "z")
        before = await other.ask("GetOrganisation", organisation="u", on=date(2010, 1, 1))
        assert (value(before.name), before.kind, before.code, before.superior) == ("U", None, None, None)
        for on, name in ((date(2010, 1, 1), "Khối 1"), (later, "Khối Một")):
            answer = await other.ask("GetBloc", bloc="k", on=on)
            assert (value(answer.name), value(answer.established_on)) == (name, "2000-01-01")


async def test_a_table_tells_the_end_of_what_is_no_more_and_leaves_a_reorganisation_to_its_own_act(
    registry: Registry, postgres: Postgres | ExistingPostgres
) -> None:
    for one in ("a", "b", "w", "y"):
        await registry.tell(RegisterOrganisation(organisation=one, name=one, record=RECORD))
    await registry.tell(DissolveOrganisation(organisation="w", effective=date(2020, 1, 1), record=RECORD))
    await registry.tell(DissolveOrganisation(organisation="y", record=RECORD))
    parties = {
        "predecessors": {"items": [{"organisation": "b", "ends": True}]},
        "successors": {"items": [{"organisation": "a"}]},
    }
    merged = {"reorganisation": "r", "kind": "MERGER", **parties, "effective": "2025-07-01", "record": RECORD}
    await registry.tell(Reorganise.model_validate(merged))
    await registry.tell(EstablishBloc(bloc="k", kind="KHOI", name="K", authority="a", record=RECORD))
    await registry.tell(DissolveBloc(bloc="k", effective=date(2024, 6, 1), record=RECORD))
    async with registry_on(postgres) as other:
        assert await given_elsewhere(registry, other) == {3: [("J", "record the reorganisation first")]}
        for one, on in (("w", "2020-01-01"), ("y", None)):
            found = await other.ask("GetOrganisation", organisation=one)
            assert (value(found.ended), [value(d.on) for d in found.dissolutions]) == ("true", [on])
        assert [value(d.on) for d in (await other.ask("GetBloc", bloc="k")).dissolutions] == ["2024-06-01"]


async def test_an_end_that_a_table_tells_otherwise_than_it_is_recorded_is_rejected(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="w", name="w", record=RECORD))
    await registry.tell(DissolveOrganisation(organisation="w", effective=date(2020, 1, 1), record=RECORD))
    columns = ["Mã tổ chức", "Tên tổ chức", "Chấm dứt từ ngày"]
    lines = [["w", "w", "01/01/2021"], ["w", "w", "hôm qua"], ["w", "w", "01/01/2020"], ["w", "w", "chưa rõ ngày"]]
    answer = await registry.take_in(xlsx([columns, *lines]))
    assert counts(answer) == {"ORGANISATIONS": (4, 0, 2, 2)}
    assert [column for told in problems(answer).values() for column, _ in told] == ["C", "C"]


async def test_what_is_inferred_is_told_where_it_is_given_out(registry: Registry) -> None:
    guessed = RECORD.model_copy(update={"inferred": (Inference(field="kind", basis="by its name"),)})
    for one, record in (("u", guessed), ("v", RECORD)):
        await registry.tell(RegisterOrganisation(organisation=one, name=one, kind="board", record=record))
    (note,) = (await export(registry, "ORGANISATIONS", "CSV")).notes
    assert (note.en[:7], note.vi[:6]) == ("1 lines", "1 dòng")


async def test_what_is_given_out_comes_in_vietnamese_order_and_is_no_formula(registry: Registry) -> None:
    await told(registry)
    text = (await export(registry, "ORGANISATIONS", "CSV")).content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    letters = [line[2] for line in lines[1:] if line[2][:1].isalpha()]
    assert letters[:8] == ["An", "Ăn", "Ân", "Dũng", "Đức", "Oanh", "Uyên", "Ước"]
    assert not [cell for line in lines for cell in line if cell.startswith(tuple("=+-@"))]


async def test_no_cell_of_a_workbook_that_is_given_out_is_anything_but_text(registry: Registry) -> None:
    await told(registry)
    book = load_workbook(io.BytesIO((await export(registry, "ORGANISATIONS", "XLSX")).content))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert '=HYPERLINK("x")' in {cell.value for cell in cells}


async def test_what_was_retracted_of_a_table_is_recorded_again_by_the_same_file(registry: Registry) -> None:
    content = xlsx(SHEETS)
    await registry.take_in(content)
    streams = ("organisation:so-noi-vu", "membership:tinh-x:so-noi-vu", "bloc:k1")
    for stream in streams:
        await registry.tell(Retract(stream=stream, retracts=1, reason="a trial", record=RECORD))
    assert counts(await registry.take_in(content)) == {
        "ORGANISATIONS": (3, 1, 2, 0),
        "BLOCS": (1, 1, 0, 0),
        "MEMBERS": (2, 1, 1, 0),
    }
    assert len((await registry.ask("GetBloc", bloc="k1")).memberships) == 2
    assert counts(await registry.take_in(content))["MEMBERS"] == (2, 0, 2, 0)
