"""Files as officers have them, and files that are made to exhaust a reader: read in a process with its limits."""

import asyncio
import io
import resource
import struct
import subprocess
import sys
import time
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from services.registry.tables.cells import unusable
from services.registry.tables.columns import Header, understood
from services.registry.tables.reading import INFLATED, MEMORY, Book, Unreadable, parsed, plain, ranges, read
from services.registry.tables.writing import as_csv, as_xlsx, neutral
from tests.registry.files import BLOCS, MEMBERS, ORGANISATIONS, Lines, rewritten, saved, xlsx

SHEET = "xl/worksheets/sheet1.xml"


def headers(content: bytes) -> tuple[Header, ...]:
    return understood(parsed(content).sheets[0])


def header(content: bytes) -> Header:
    (found,) = headers(content)
    return found


def says(content: bytes) -> list[dict[str, str]]:
    return [dict(line.says) for line in header(content).lines]


def test_a_header_is_found_below_titles_in_any_order_and_by_other_names() -> None:
    def prepare(made: Workbook) -> None:
        made.worksheets[0].merge_cells("A1:F1")

    lines: Lines = [
        ["ỦY BAN NHÂN DÂN TỈNH X", None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        [],
        ["DANH SÁCH CƠ QUAN, ĐƠN VỊ (kèm theo Quyết định số 12)"],
        ["STT", "TÊN CƠ QUAN, ĐƠN VỊ", "Loại  hình", "mã định danh (nếu có)", "Ghi chú", "Màu"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        [1, "Sở Nội vụ", "department", "H29.01", "x", "đỏ"],
        [None, None, None],
        [2, "So\u031b\u0309 Tư pháp", None, "H29.02"],
    ]
    found = header(xlsx(lines, prepare))
    assert (found.table, found.number, [line.number for line in found.lines]) == ("ORGANISATIONS", 4, [6, 8])
    assert found.lines[0].says == {"name": "Sở Nội vụ", "kind": "department", "code": "H29.01"}
    assert found.lines[1].says == {"name": "Sở Tư pháp", "code": "H29.02"}
    assert [column.letter for column in found.unknown] == ["F"]


def test_a_header_of_two_merged_lines_is_read_as_one() -> None:
    def prepare(made: Workbook) -> None:
        made.worksheets[0].merge_cells("D1:E1")
        for column in "ABC":
            made.worksheets[0].merge_cells(f"{column}1:{column}2")

    lines: Lines = [
        ["Mã khối", "Tên khối", "Cơ quan tổ chức", "Quyết định", None],
        [None, None, None, "Số", "Ngày"],
        ["k1", "Khối 1", "a", "12/QĐ-UBND", date(2025, 7, 1)],
    ]
    assert says(xlsx(lines, prepare)) == [
        {"bloc": "k1", "name": "Khối 1", "authority": "a", "number": "12/QĐ-UBND", "dated": "01/07/2025"}
    ]


def test_tables_one_below_another_in_a_sheet_are_all_read() -> None:
    lines: Lines = [
        ["PHỤ LỤC"],
        ["Mã tổ chức", "Tên tổ chức"],
        ["o1", "Sở A"],
        ["o2", "Sở B"],
        [],
        ["Mã khối", "Mã đơn vị", "Từ ngày"],
        ["k", "o1", "01/01/2020"],
        ["Mã khối", "Tên khối", "Cơ quan tổ chức", "Quyết định", None],
        [None, None, None, "Số", "Ngày"],
        ["k", "Khối", "o1", "1/QĐ", "02/01/2020"],
    ]
    found = headers(xlsx(lines))
    assert [(one.table, one.number, [line.number for line in one.lines]) for one in found] == [
        ("ORGANISATIONS", 2, [3, 4]),
        ("MEMBERS", 6, [7]),
        ("BLOCS", 8, [10]),
    ]
    assert found[-1].lines[0].says["dated"] == "02/01/2020"


def test_a_header_that_comes_again_on_each_page_goes_on_with_its_table() -> None:
    head = ["STT", "Mã tổ chức", "Tên tổ chức"]
    found = header(xlsx([head, ["(1)", "(2)", "(3)"], [1, "a", "Sở A"], head, ["(1)", "(2)", "(3)"], [2, "b", "Sở B"]]))
    assert [line.number for line in found.lines] == [3, 6]
    assert found.numbering == (2, 5)


def test_a_line_of_data_that_counts_up_numbers_no_columns() -> None:
    columns = ["Mã khối", "Mã đơn vị", "Từ ngày"]
    assert len(says(xlsx([columns, ["1", "2"], ["1", "3"]]))) == 2
    assert len(says(xlsx([columns, ["4", "5", "6"]]))) == 1
    numbered = header(xlsx([columns, ["1", "2", "3"], ["1", "3"]]))
    assert ([line.number for line in numbered.lines], numbered.numbering) == ([3], (2,))


def test_a_second_column_of_one_name_is_told_as_such() -> None:
    found = header(xlsx([["Mã tổ chức", "Tên tổ chức", "Tên tổ chức", "Màu"], ["a", "Sở A", "Sở B", "đỏ"]]))
    assert found.lines[0].says == {"organisation": "a", "name": "Sở A"}
    assert ([c.letter for c in found.again], [c.letter for c in found.unknown]) == (["C"], ["D"])


def test_what_is_too_long_for_a_header_costs_nothing() -> None:
    began = time.process_time()
    assert headers(f"Mã khối,{'(' * 60_000}\n".encode()) == ()
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("columns", "table"), [(ORGANISATIONS, "ORGANISATIONS"), (BLOCS, "BLOCS"), (MEMBERS, "MEMBERS")]
)
def test_a_table_is_known_by_its_columns(columns: list[str], table: str) -> None:
    assert header(xlsx([columns, ["x"] * len(columns)])).table == table


def test_cells_are_what_an_officer_sees() -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.append(ORGANISATIONS)
    sheet.append(["  o-1 ", 7, "Sở\u00a0Nội vụ", 12.5, 3.0, True, datetime(2025, 7, 1, 8, 30)])
    sheet["B2"].number_format = "000"
    (line,) = says(saved(made))
    assert line == {
        "organisation": "o-1",
        "code": "007",
        "name": "Sở Nội vụ",
        "short_name": "12.5",
        "kind": "3",
        "level": "TRUE",
        "effective": "01/07/2025",
    }


def test_a_formula_counts_by_the_value_that_was_computed_and_not_without_one() -> None:
    lines = [["STT", "Mã định danh", "Tên tổ chức"], ["a", "b", "c"], ["=ROW()", '="H"&2', "Sở"]]

    def computed(part: bytes) -> bytes:
        cell = b'<c r="B2" t="str"><f>"H"&amp;1</f><v>H1</v></c>'
        return part.replace(part[part.index(b'<c r="B2"') : part.index(b'<c r="C2"')], cell)

    found = header(rewritten(xlsx(lines), {SHEET: computed}))
    assert found.lines[0].says["code"] == "H1"
    assert [line.uncomputed for line in found.lines] == [frozenset(), frozenset({"code"})]


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#SPILL!", "#CALC!", "#GETTING_DATA", "#PYTHON!", "Err:502"])
def test_an_error_for_a_value_is_no_name_whatever_error_it_is(error: str) -> None:
    failed = f'<c r="B2" t="e"><f>A1</f><v>{error}</v></c>'.encode()

    def computed(part: bytes) -> bytes:
        return part.replace(part[part.index(b'<c r="B2"') : part.index(b'<c r="C2"')], failed)

    lines = [["Mã tổ chức", "Tên tổ chức", "Loại hình"], ["a", "=A1", "x"], ["b", "Sở", "x"]]
    bad, good = header(rewritten(xlsx(lines), {SHEET: computed})).lines
    assert [(problem.field, error in problem.vi) for problem in unusable(bad)] == [("name", True)]
    assert [*unusable(good)] == []


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#SPILL!", "#GETTING_DATA"])
def test_an_error_in_a_csv_is_known_by_its_look(error: str) -> None:
    (line,) = header(f"Mã tổ chức,Tên tổ chức\na,{error}\n".encode()).lines
    assert [problem.field for problem in unusable(line)] == ["name"]


def test_a_cell_that_is_merged_with_one_above_says_the_same() -> None:
    def prepare(made: Workbook) -> None:
        for cells in ("A1:D1", "A3:A6", "C3:C4", "D5:D6"):
            made.worksheets[0].merge_cells(cells)

    lines: Lines = [
        ["DANH SÁCH THÀNH VIÊN"],
        MEMBERS,
        ["k1", "a", "01/01/2025", None],
        [None, "b", None, None],
        [None, "c", None, "=TODAY()"],
        [None, "d", None, None],
        ["k2", "d", None, None],
    ]
    found = header(xlsx(lines, prepare)).lines
    assert [dict(line.says) for line in found] == [
        {"bloc": "k1", "unit": "a", "since": "01/01/2025"},
        {"bloc": "k1", "unit": "b", "since": "01/01/2025"},
        {"bloc": "k1", "unit": "c"},
        {"bloc": "k1", "unit": "d"},
        {"bloc": "k2", "unit": "d"},
    ]
    assert [sorted(line.uncomputed) for line in found] == [[], [], ["until"], ["until"], []]


def test_hidden_rows_are_read_and_told() -> None:
    def prepare(made: Workbook) -> None:
        for row in (3, 4, 6):
            made.worksheets[0].row_dimensions[row].hidden = True

    (sheet,) = parsed(
        xlsx([["Mã tổ chức", "Tên tổ chức"], *([f"o{n}", f"Sở {n}"] for n in range(2, 8))], prepare)
    ).sheets
    assert (len(sheet.rows), sheet.hidden, ranges(sheet.hidden)) == (7, (3, 4, 6), "3–4, 6")


def test_hidden_columns_are_read_and_told() -> None:
    def prepare(made: Workbook) -> None:
        made.worksheets[0].column_dimensions.group("B", "C", hidden=True)

    (sheet,) = parsed(xlsx([["Mã tổ chức", "Tên tổ chức", "Cấp", "Từ ngày"], ["a", "A", "Xã", None]], prepare)).sheets
    assert (sheet.rows[1].cells, sheet.hidden_columns) == (("a", "A", "Xã"), ("B", "C"))


def test_a_figure_with_decimals_tells_no_code_or_number_unless_it_is_written_as_text() -> None:
    lines: list[list[object]] = [["Mã khối", "Mã đơn vị", "Số quyết định", "Từ ngày"]]
    lines += [
        ["k", "u", 1.2, None],
        ["k", "u", "1.200", None],
        ["k", "u", 1200, date(2025, 1, 1)],
        ["k", 5.2, None, 1.5],
    ]
    found = header(xlsx(lines)).lines
    assert [line.says.get("number") for line in found] == ["1.2", "1.200", "1200", None]
    assert [[problem.field for problem in unusable(line)] for line in found] == [["number"], [], [], ["unit"]]


@pytest.mark.parametrize("name", [True, 123.5, 7, date(2025, 1, 1)])
def test_a_figure_is_no_name_unless_it_is_written_as_text(name: object) -> None:
    figure, text = header(xlsx([["Mã tổ chức", "Tên tổ chức"], [1, name], [2, str(name)]])).lines
    assert [[problem.field for problem in unusable(line)] for line in (figure, text)] == [["name"], []]


def test_links_to_other_files_and_hidden_sheets_are_ignored_and_told() -> None:
    def prepare(made: Workbook) -> None:
        made.worksheets[1].sheet_state = "hidden"

    content = xlsx({"Một": [ORGANISATIONS, ["a"] * 7], "Danh mục": [ORGANISATIONS, ["b"] * 7]}, prepare)
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    told = parsed(rewritten(content, {"xl/externalLinks/externalLink1.xml": lambda _: link}))
    assert [sheet.name for sheet in told.sheets] == ["Một"]
    assert [note.sheet for note in told.notes] == [None, "Danh mục"]
    assert all(note.vi and note.en for note in told.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_csv_is_read_in_the_usual_encodings_and_with_any_usual_mark(encoding: str, mark: str) -> None:
    lines = [
        "Danh sách",
        mark.join(["Mã khối", "Tên khối", "Từ ngày"]),
        "",
        mark.join(["k1", '"Khối ""A"""', "1/7/2025"]),
    ]
    found = header("\r\n".join(lines).encode(encoding))
    assert found.lines[0].says == {"bloc": "k1", "name": 'Khối "A"', "effective": "1/7/2025"}
    assert found.lines[0].number == 4


@pytest.mark.parametrize("lines", [1, 2, 29, 100])
def test_a_csv_that_we_give_out_is_read_whatever_marks_part_the_names_in_a_cell(lines: int) -> None:
    head = ["Mã tổ chức", "Mã định danh", "Tên tổ chức", "Tên gọi khác"]
    names = "; ".join(f"tên {n}" for n in range(10))
    content = as_csv([head, *([f"o-{n}", None, f"Sở {n}", names] for n in range(lines))])
    found = header(content)
    assert len(found.lines) == lines
    assert found.lines[-1].says == {"organisation": f"o-{lines - 1}", "name": f"Sở {lines - 1}", "variants": names}


def test_a_workbook_that_we_give_out_is_read_whatever_was_stored() -> None:
    content = as_xlsx("Tổ chức", [["Mã tổ chức", "Tên tổ chức"], ["so", "Sở\uffff\ufffe Nội\x01 vụ\ud800"]])
    assert header(content).lines[0].says == {"organisation": "so", "name": "Sở Nội vụ"}


@pytest.mark.parametrize(
    "cell", ["=1+1", "+84", "-", "@x", "'=1", "''+", "'x", "x", "", "\tx", "＝1", "＋84", "－", "＠x", "'＝1"]
)
def test_what_is_guarded_against_formulas_is_read_as_it_was(cell: str) -> None:
    assert plain(neutral(cell)) == cell
    assert unicodedata.normalize("NFKC", neutral(cell))[:1] not in tuple("=+-@\t\r")


def zipped(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), part)
    return written.getvalue()


def of_zeros() -> bytes:
    return rewritten(xlsx([ORGANISATIONS]), {SHEET: lambda _: b" " * (900 * 1024 * 1024 // 4)})


def of_blanks() -> bytes:
    """A sheet that would be read well, if there were room for it."""
    blanks = b" " * (150 * 1024 * 1024)
    return rewritten(
        xlsx([ORGANISATIONS]), {SHEET: lambda part: part.replace(b"</sheetData>", blanks + b"</sheetData>")}
    )


def that_lies() -> bytes:
    """Declares a hundred bytes of what inflates to more than is read."""
    size = 3 * INFLATED
    content = rewritten(xlsx([ORGANISATIONS]), {SHEET: lambda _: b"<row>" * (size // 5)})
    return content.replace(struct.pack("<I", size // 5 * 5), struct.pack("<I", 100))


def of_cells() -> bytes:
    row = b'<row r="%d">' + b'<c r="A1" t="inlineStr"><is><t>x</t></is></c>' * 50 + b"</row>"
    rows = b"".join(row % n for n in range(1, 9_000))
    return rewritten(xlsx([ORGANISATIONS]), {SHEET: lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>")})


def of_entities() -> bytes:
    lol = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    return rewritten(xlsx([ORGANISATIONS]), {"xl/workbook.xml": lambda part: lol + b"]>" + part})


def of_depth() -> bytes:
    return rewritten(xlsx([ORGANISATIONS]), {SHEET: lambda _: b"<a>" * 4_000_000})


def of_parts() -> bytes:
    return rewritten(xlsx([ORGANISATIONS]), {f"xl/worksheets/x{n}.xml": lambda _: b"<a/>" for n in range(600)})


def of_merged_cells() -> bytes:
    cells = b"".join(b'<mergeCell ref="A1:A%d"/>' % (n % 9_000 + 2) for n in range(49_000))
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(2, 9_000))
    end = rows + b"</sheetData><mergeCells>" + cells + b"</mergeCells>"
    return rewritten(xlsx([ORGANISATIONS]), {SHEET: lambda part: part.replace(b"</sheetData>", end)})


@pytest.mark.parametrize(
    "bomb",
    [of_zeros, of_blanks, that_lies, of_cells, of_entities, of_depth, of_parts, of_merged_cells],
    ids=lambda bomb: bomb.__name__,
)
async def test_what_is_made_to_exhaust_a_reader_is_refused_in_time_and_within_its_memory(
    bomb: Callable[[], bytes],
) -> None:
    content = bomb()
    assert len(content) < 1024 * 1024
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(Unreadable) as refused:
        await read(content, 60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5  # whatever else the machine does
    assert refused.value.vi != refused.value.en


async def test_a_file_too_large_to_read_is_told_to_be_split() -> None:
    with pytest.raises(Unreadable) as refused:
        await read(of_blanks(), 60)
    assert "Hãy chia nhỏ tệp" in refused.value.vi


def test_columns_far_out_are_not_read() -> None:
    rows = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(2, 19_000))
    wide = {SHEET: lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>")}
    found = parsed(rewritten(xlsx([ORGANISATIONS]), wide))
    assert [len(row.cells) for row in found.sheets[0].rows] == [len(ORGANISATIONS)]


@pytest.mark.parametrize(
    ("cell", "last"), [('<c r="A1048576" s="0"/>', 2), ('<c r="C1048576"><v>7</v></c>', 1_048_576)]
)
async def test_a_stray_cell_far_below_costs_nothing(cell: str, last: int) -> None:
    row = f'<row r="1048576">{cell}</row></sheetData>'.encode()
    stray = {SHEET: lambda part: part.replace(b"</sheetData>", row)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = await read(rewritten(xlsx([ORGANISATIONS, ["a", None, "Sở"]]), stray), 60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert found.sheets[0].rows[-1].number == last
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


@pytest.mark.parametrize("number", ["1", "1048577", "1000000000000"])
def test_rows_that_no_sheet_has_in_this_order_are_refused(number: str) -> None:
    row = f'<row r="{number}"><c r="A{number}"><v>1</v></c></row></sheetData>'.encode()
    with pytest.raises(Unreadable):
        parsed(rewritten(xlsx([ORGANISATIONS]), {SHEET: lambda part: part.replace(b"</sheetData>", row)}))


@pytest.mark.parametrize(
    ("content", "vi"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(100), "mật khẩu"),
        (b"PK\x03\x04 torn", "hỏng"),
        (zipped(a_xml=b"<a/>"), "hỏng"),
        (b"\xff\xd8 a picture", "UTF-8"),
        ("Mã khối".encode("utf-16-le"), "UTF-8"),
        ("Khối".encode("cp1258", "replace") + b"\xf0", "UTF-8"),
        (b'a,"b\nc', "nháy"),
    ],
)
def test_a_file_that_is_no_table_is_told_with_what_to_do(content: bytes, vi: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parsed(content)
    assert vi in refused.value.vi


async def test_the_process_that_reads_has_no_more_memory_than_it_is_given() -> None:
    greedy = f"reading.parsed = lambda raw: bytearray({MEMORY})"
    program = f"from services.registry.tables import reading; {greedy}; reading.main()"
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program], input=b"x", capture_output=True, check=False
    )
    assert Book.model_validate_json(done.stdout).refused


async def test_a_process_of_its_own_reads_what_this_one_reads() -> None:
    content = xlsx([ORGANISATIONS, ["o-1", None, "Sở"]])
    assert await read(content, 60) == parsed(content)
