"""A file's rows as text, whatever is in it: bounded in bytes, cells, memory and time.

`read` starts this module as a process of its own, which limits its memory and its time before it looks at the file: a
file that is made to exhaust a reader exhausts that process alone.
"""

import asyncio
import csv
import io
import re
import resource
import subprocess
import sys
import unicodedata
import zipfile
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import groupby, islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import WorkSheetParser
from pydantic import BaseModel

MEMORY = 256 * 1024 * 1024  # bytes
SECONDS = 10  # of the processor
INFLATED = 24 * 1024 * 1024  # bytes of all parts that are read; what fits into a request inflates to less
PARTS, ROWS, COLUMNS, CELLS, MERGED = 500, 20_000, 100, 400_000, 50_000
LAST = 1_048_576  # the last row that a sheet can have
DENSE, DENSEST = 1024 * 1024, 100  # a part larger than this that its zipped bytes make so many times is no table

_READ = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/_rels/workbook\.xml\.rels|xl/workbook\.xml|xl/styles\.xml"
    r"|xl/sharedStrings\.xml|xl/worksheets/[^/]+\.xml",
    re.IGNORECASE,
)
_EXTERNAL = re.compile(r"xl/externalLinks/[^/]+\.xml", re.IGNORECASE)
_FORMULA = re.compile(
    rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*'
    rb"<(?:\w+:)?f\b(?:[^<]*?/>|[^<]*</(?:\w+:)?f>)(?=(.{0,12}))",
    re.DOTALL,
)
_VALUE = re.compile(rb"\s*<(?:\w+:)?v>[^<]")
_ZEROS = re.compile(r"0{2,20}")
_TRUE = ("1", "true")


class Unreadable(Exception):
    """The file cannot be read: why, for an officer."""

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.en, self.vi = en, vi


class Note(BaseModel):
    """Something about a file or a sheet of it that an officer should know."""

    sheet: str | None = None
    en: str
    vi: str


def ranges(lines: Sequence[int]) -> str:
    """Lines as an officer lists them: `1–3, 7`."""
    runs = groupby(enumerate(lines), lambda one: one[1] - one[0])
    ends = [(numbers[0], numbers[-1]) for _, run in runs if (numbers := [line for _, line in run])]
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ends)


class Row(BaseModel):
    """A line of a sheet, by its number there, from 1; an empty cell is null."""

    number: int
    cells: tuple[str | None, ...]
    merged: dict[int, str] = {}
    """What the cells at these places say that are merged with one above them."""
    figures: tuple[int, ...] = ()
    """The places of cells that are no text: figures, days and truth values."""


class Sheet(BaseModel):
    name: str
    rows: tuple[Row, ...]
    """Those that are not blank."""
    uncomputed: tuple[str, ...] = ()
    """Cells such as `B7` whose formula has no value in the file, or an error."""
    hidden: tuple[int, ...] = ()
    """The rows among them that are hidden, by a filter or otherwise."""
    hidden_columns: tuple[str, ...] = ()
    """The letters of columns that are hidden."""


class Book(BaseModel):
    sheets: tuple[Sheet, ...] = ()
    notes: tuple[Note, ...] = ()
    refused: Note | None = None


TOO_LARGE = Unreadable(
    f"The file holds more than can be read: at most {ROWS} rows and {INFLATED // 1024**2} MiB unpacked. Split it.",
    f"Tệp vượt mức đọc được: tối đa {ROWS} dòng và {INFLATED // 1024**2} MiB sau giải nén. Hãy chia nhỏ tệp.",
)


async def read(content: bytes, seconds: float) -> Book:
    """The file's sheets. Raises Unreadable."""
    # In a thread, and not by the loop: uvloop now and then closes a pipe of a child before it has been written to.
    book = await asyncio.to_thread(_by_another, content, seconds)
    if book.refused is not None:
        raise Unreadable(book.refused.en, book.refused.vi)
    return book


def _by_another(content: bytes, seconds: float) -> Book:
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(
            command, check=False, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        raise TOO_LARGE from None
    if done.returncode < 0:
        raise TOO_LARGE
    if done.returncode > 0:
        raise RuntimeError(f"the process that reads tables ended with {done.returncode}")
    return Book.model_validate_json(done.stdout)


def main() -> None:
    """Read a file from standard input within the limits, and write the book to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        book = parsed(sys.stdin.buffer.read())
    except Unreadable as error:
        book = Book(refused=Note(en=error.en, vi=error.vi))
    except MemoryError:
        book = Book(refused=Note(en=TOO_LARGE.en, vi=TOO_LARGE.vi))
    sys.stdout.write(book.model_dump_json())


def parsed(content: bytes) -> Book:
    """The sheets of a file. Raises Unreadable."""
    if content.startswith(b"PK"):
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "This is an old .xls file, or one with a password: save it as .xlsx without one.",
            "Đây là tệp .xls cũ hoặc có mật khẩu: hãy lưu lại dạng .xlsx, không đặt mật khẩu.",
        )
    return Book(sheets=(_csv(content),))


def _csv(content: bytes) -> Sheet:
    text = _decoded(content)
    csv.field_size_limit(INFLATED)
    delimiter = max(",;\t", key=lambda mark: _evenness(text, mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = list(reader)
    except csv.Error:
        raise Unreadable(
            f"Line {reader.line_num} of the .csv is not written as such: look at its quotation marks.",
            f"Dòng {reader.line_num} của tệp .csv không đúng dạng: hãy xem lại dấu nháy kép.",
        ) from None
    cells = (dict(enumerate(map(plain, line), 1)) for line in lines)
    rows = tuple(row for number, says in enumerate(cells, 1) for row in _row(number, says))
    if len(rows) > ROWS:
        raise TOO_LARGE
    return Sheet(name="csv", rows=rows)


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    """How many of the lines have equally many columns, if that is what parts them, and how many columns these are.

    Names in one cell, parted otherwise, make more columns of some lines and not of the header.
    """
    with suppress(csv.Error):
        lines = islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 30)
        widths = [len(line) for line in lines if line]
        several = [width for width in widths if width > 1]
        width = max(several, key=several.count, default=0)
        return several.count(width) / max(1, len(widths)), width
    return 0.0, 0


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise Unreadable(
            "This is neither an .xlsx file nor a .csv in UTF-8: in Excel, save it as “CSV UTF-8”.",
            "Đây không phải tệp .xlsx hay .csv mã UTF-8: trong Excel, hãy lưu dạng “CSV UTF-8”.",
        )
    return text


GUARDED = re.compile(r"'*[=+\-@＝＋－＠\t\r]")
"""What a program may take for a formula: some make of a full-width sign the usual one."""


def plain(cell: str) -> str:
    """A cell of a .csv without the apostrophe that keeps a program from taking it for a formula."""
    return cell[1:] if cell.startswith("'") and GUARDED.match(cell) else cell


def _workbook(content: bytes) -> Book:
    parts, external = _inflated(content)
    try:
        book: Any = load_workbook(_repacked(parts), read_only=True, data_only=True, keep_links=False)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheets = tuple(_worksheet(sheet, parts[sheet._worksheet_path]) for sheet in visible)  # noqa: SLF001
    except (Unreadable, MemoryError):
        raise
    except Exception:  # openpyxl has no error of its own for a workbook that is none
        raise NO_WORKBOOK from None
    hidden = [sheet.title for sheet in book.worksheets if sheet not in visible]
    return Book(sheets=sheets, notes=(*_external_note(external), *map(_hidden_note, hidden)))


def _external_note(links: int) -> Iterator[Note]:
    if links:
        yield Note(
            en=f"{links} links to other files are not followed: the values that were computed last count.",
            vi=f"Không mở {links} liên kết tới tệp khác: lấy giá trị đã tính lần cuối.",
        )


def _hidden_note(sheet: str) -> Note:
    return Note(sheet=sheet, en="The sheet is hidden, and so was not read.", vi="Trang bị ẩn nên không được đọc.")


NO_WORKBOOK = Unreadable(
    "The file is not a whole .xlsx workbook: open it in Excel and save it again.",
    "Tệp .xlsx bị hỏng hoặc không đúng dạng: hãy mở bằng Excel rồi lưu lại.",
)


def _inflated(content: bytes) -> tuple[dict[str, bytes], int]:
    """The parts that are read, and how many links to other files there are. Believes no size that the file declares."""
    parts: dict[str, bytes] = {}
    external, left = 0, INFLATED
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
        if len(entries) > PARTS or sum(e.file_size for e in entries if _READ.fullmatch(e.filename)) > INFLATED:
            raise TOO_LARGE
        for entry in entries:
            external += _EXTERNAL.fullmatch(entry.filename) is not None
            if _READ.fullmatch(entry.filename) and entry.filename not in parts:
                with archive.open(entry) as part:
                    parts[entry.filename] = part.read(left + 1)
                size = len(parts[entry.filename])
                left -= size
                if left < 0 or (size > DENSE and size > DENSEST * min(entry.compress_size, len(content))):
                    raise TOO_LARGE
                _check(parts[entry.filename])
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        MemoryError,
        zlib.error,
    ):
        raise NO_WORKBOOK from None
    return parts, external


def _check(part: bytes) -> None:
    """Raises Unreadable for XML that no workbook has, and for more cells than are read."""
    if b"\0" in part or b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise NO_WORKBOOK
    counts = {b"<row": ROWS, b"<c ": CELLS, b"<si": CELLS, b"mergeCell ": MERGED}
    if any(part.count(mark) > most for mark, most in counts.items()):
        raise TOO_LARGE


def _repacked(parts: dict[str, bytes]) -> io.BytesIO:
    """Just what was looked at, so that nothing else is read."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed


def _uncomputed(part: bytes) -> tuple[str, ...]:
    """The cells whose formula has no value, for a program wrote the file and none computed it."""
    return tuple(match[1].decode() for match in _FORMULA.finditer(part) if not _VALUE.match(match[2]))


def _worksheet(sheet: Any, part: bytes) -> Sheet:
    """The sheet without its blank rows: a stray cell far below costs nothing."""
    book = sheet.parent
    parser = WorkSheetParser(
        io.BytesIO(part),
        sheet._shared_strings,  # noqa: SLF001
        data_only=True,
        epoch=book.epoch,
        date_formats=book._date_formats,  # noqa: SLF001
        timedelta_formats=book._timedelta_formats,  # noqa: SLF001
    )
    rows: list[Row] = []
    failed = {*_uncomputed(part)}
    for number, cells in _rows(parser.parse(), sheet):
        failed |= {f"{get_column_letter(cell.column)}{number}" for cell in cells if cell.data_type == "e"}
        figures = tuple(cell.column - 1 for cell in cells if cell.data_type in "nbd" and cell.value is not None)
        rows += _row(number, {cell.column: _worded(cell) for cell in cells}, figures)
    failed |= _spread(parser.merged_cells.mergeCell if parser.merged_cells else (), rows, failed)
    shown = {
        number: parser.row_dimensions.get(str(number), {}).get("hidden") for number in (row.number for row in rows)
    }
    return Sheet(
        name=sheet.title,
        rows=tuple(rows),
        uncomputed=tuple(sorted(failed)),
        hidden=tuple(number for number, how in shown.items() if how in _TRUE),
        hidden_columns=tuple(_hidden_columns(parser.column_dimensions.values())),
    )


def _hidden_columns(told: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Each is told with others beside it that look alike."""
    for some in told:
        if some.get("hidden") in _TRUE:
            yield from map(get_column_letter, range(int(some["min"]), min(int(some["max"]), COLUMNS) + 1))


def _rows(parsed_: Iterator[tuple[int, Any]], sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows that there are, with their numbers and cells. Raises Unreadable where they are in no order."""
    before = 0
    for number, cells in parsed_:
        if not before < number <= LAST:
            raise NO_WORKBOOK
        before = number
        yield number, [ReadOnlyCell(sheet, **cell) for cell in cells if cell["column"] <= COLUMNS]


def _spread(merged: Sequence[Any], rows: Sequence[Row], failed: Set[str]) -> set[str]:
    """Let each row say what a cell says that reaches into it from above; which cells have no value for that reason."""
    numbers, left, also = [row.number for row in rows], CELLS, set()
    for column, first, _, last in (one.bounds for one in merged):
        reached = rows[bisect_left(numbers, first) : bisect_right(numbers, last)] if first < last else ()
        left -= len(reached)
        if left < 0:
            raise TOO_LARGE
        top = reached[0].cells if reached and reached[0].number == first else ()
        letter = get_column_letter(column)
        for row in reached[1:] if top else ():
            if column <= len(top) and (text := top[column - 1]):
                row.merged[column - 1] = text
            if f"{letter}{first}" in failed:
                also.add(f"{letter}{row.number}")
    return also


def _worded(cell: Any) -> str | None:
    """The text of a cell as an officer sees it: days as dd/mm/yyyy, figures without exponent."""
    match cell.value:
        case None:
            return None
        case bool(value):
            return "TRUE" if value else "FALSE"
        case datetime() | date() as day:
            return f"{day.day:02}/{day.month:02}/{day.year:04}"
        case int() | float() as figure:
            return _figure(figure, str(cell.number_format))
        case time() | timedelta() as span:
            return str(span)
        case value:
            return str(value)


def _figure(figure: float, form: str) -> str:
    """`007` where the cell shows it so."""
    if figure != figure or figure in (float("inf"), float("-inf")):
        return "#NUM!"
    text = f"{figure:.15g}" if figure != int(figure) else str(int(figure))
    return text.zfill(len(form)) if _ZEROS.fullmatch(form) else text


def _row(number: int, says: Mapping[int, str | None], figures: tuple[int, ...] = ()) -> Iterator[Row]:
    """The row, up to its last cell that says something, by what its columns say; nothing where that is nothing."""
    told = {column: text for column, cell in says.items() if column <= COLUMNS and (text := _tidy(cell))}
    if told:
        yield Row(number=number, cells=tuple(told.get(column) for column in range(1, max(told) + 1)), figures=figures)


def _tidy(cell: str | None) -> str | None:
    """In NFC, without white space around it and without what an officer cannot see; null where nothing is left."""
    if cell is None:
        return None
    text = unicodedata.normalize("NFC", cell).replace("\u00a0", " ").replace("\u200b", "").replace("\ufeff", "").strip()
    return text or None


if __name__ == "__main__":
    main()
