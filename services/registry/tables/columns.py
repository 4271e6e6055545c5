"""What the columns of a sheet are: its header is found among title lines, in any order, in officers' words. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from openpyxl.utils import get_column_letter

from services.kernel.provenance import Part
from services.kernel.text import bare
from services.registry.tables.reading import Row, Sheet

Table = Literal["ORGANISATIONS", "BLOCS", "MEMBERS"]

LONGEST = 100  # characters of a header

COLUMNS: Mapping[Table, Mapping[str, tuple[str, ...]]] = {
    "ORGANISATIONS": {
        "organisation": ("Mã tổ chức", "Mã hệ thống", "Mã nội bộ", "ID", "Organisation"),
        "code": ("Mã định danh", "Mã định danh điện tử", "Mã đơn vị", "Mã cơ quan", "Mã số", "Code"),
        "name": (
            "Tên tổ chức",
            "Tên cơ quan",
            "Tên đơn vị",
            "Tên cơ quan, đơn vị",
            "Cơ quan, đơn vị",
            "Tên",
            "Đơn vị",
            "Name",
        ),
        "short_name": ("Tên viết tắt", "Tên tắt", "Viết tắt", "Short name"),
        "variants": ("Tên gọi khác", "Tên khác", "Cách viết khác", "Variants"),
        "kind": ("Loại hình", "Loại", "Loại tổ chức", "Loại cơ quan", "Kind"),
        "level": ("Cấp", "Cấp hành chính", "Level"),
        "superior": ("Cơ quan cấp trên", "Mã cơ quan cấp trên", "Cơ quan chủ quản", "Trực thuộc", "Superior"),
        "effective": (
            "Từ ngày",
            "Hiệu lực từ ngày",
            "Có hiệu lực từ ngày",
            "Ngày hiệu lực",
            "Ngày thành lập",
            "Effective",
        ),
        "ended": ("Chấm dứt từ ngày", "Ngày chấm dứt", "Giải thể từ ngày", "Ngày giải thể", "Ended"),
    },
    "BLOCS": {
        "bloc": (
            "Mã khối, cụm",
            "Mã khối",
            "Mã cụm",
            "Mã khối thi đua",
            "Mã cụm thi đua",
            "Mã khối, cụm thi đua",
            "Bloc",
        ),
        "kind": ("Khối hay cụm", "Loại hình", "Loại", "Khối/cụm", "Kind"),
        "name": (
            "Tên khối, cụm",
            "Tên khối",
            "Tên cụm",
            "Tên khối thi đua",
            "Tên cụm thi đua",
            "Tên khối, cụm thi đua",
            "Tên",
            "Name",
        ),
        "variants": ("Tên gọi khác", "Tên khác", "Cách viết khác", "Variants"),
        "authority": ("Cơ quan tổ chức", "Mã cơ quan tổ chức", "Đơn vị tổ chức", "Authority"),
        "level": ("Cấp", "Cấp hành chính", "Level"),
        "province": ("Tỉnh, thành phố", "Tỉnh", "Mã tỉnh", "Province"),
        "number": ("Số quyết định", "Quyết định số", "Quyết định", "Decision number"),
        "dated": ("Ngày quyết định", "Quyết định ngày", "Decision date"),
        "issuer": ("Cơ quan ban hành", "Quyết định cơ quan ban hành", "Issuer"),
        "effective": (
            "Từ ngày",
            "Hiệu lực từ ngày",
            "Có hiệu lực từ ngày",
            "Ngày hiệu lực",
            "Ngày thành lập",
            "Effective",
        ),
        "ended": ("Giải thể từ ngày", "Ngày giải thể", "Chấm dứt từ ngày", "Ngày chấm dứt", "Ended"),
    },
    "MEMBERS": {
        "bloc": (
            "Mã khối, cụm",
            "Mã khối",
            "Mã cụm",
            "Mã khối thi đua",
            "Mã cụm thi đua",
            "Mã khối, cụm thi đua",
            "Bloc",
        ),
        "bloc_name": ("Tên khối, cụm", "Tên khối", "Tên cụm", "Tên khối thi đua", "Tên cụm thi đua", "Khối, cụm"),
        "unit": ("Mã đơn vị", "Mã thành viên", "Mã tổ chức", "Mã định danh", "Mã đơn vị thành viên", "Unit"),
        "unit_name": ("Tên đơn vị", "Tên thành viên", "Tên tổ chức", "Tên đơn vị thành viên", "Đơn vị", "Thành viên"),
        "authority": ("Cơ quan tổ chức", "Mã cơ quan tổ chức", "Đơn vị tổ chức", "Authority"),
        "since": ("Từ ngày", "Ngày vào", "Ngày tham gia", "Ngày kết nạp", "Tham gia từ ngày", "Since"),
        "until": ("Thôi từ ngày", "Rời từ ngày", "Ngày thôi", "Ngày rời", "Ngày ra", "Until"),
        "last": ("Đến ngày", "Đến hết ngày", "Ngày cuối"),
        "ended": ("Đã thôi", "Đã rời", "Ended"),
        "number": ("Số quyết định", "Quyết định số", "Quyết định", "Decision number"),
        "dated": ("Ngày quyết định", "Quyết định ngày", "Decision date"),
        "issuer": ("Cơ quan ban hành", "Quyết định cơ quan ban hành", "Issuer"),
    },
}
"""For each table its fields, and the headers by which a column is known; the first is the one that is given out."""

REQUIRED: Mapping[Table, frozenset[str]] = {
    "ORGANISATIONS": frozenset({"name"}),
    "BLOCS": frozenset({"bloc", "name"}),
    "MEMBERS": frozenset({"bloc", "unit"}),
}
UNKNOWN_DAY, REORGANISED, YES = "chưa rõ ngày", "do sắp xếp", "có"
"""What a cell says of an end: that its day is not known, that others came after; and that there is one."""
_UNHEEDED = {"stt", "tt", "so tt", "so thu tu", "ghi chu", "no", "note"}
_FIGURE = re.compile(r"\d")


def _key(header: str) -> str:
    """How a header is compared: without marks, case, punctuation, and what stands in brackets; what is too long for one
    is like none.
    """
    if len(header) > LONGEST:
        return ""
    return bare(re.sub(r"\(.*?\)|\[.*?\]", " ", header)) or bare(header)


_FIELDS: dict[Table, dict[str, str]] = {
    table: {_key(header): field for field, headers in fields.items() for header in headers}
    for table, fields in COLUMNS.items()
}
_KNOWN = frozenset(key for keys in _FIELDS.values() for key in keys)


class NoteShown(Part):
    """Something about the file that an officer should know."""

    sheet: str | None
    """The sheet that it is about."""
    vi: str
    """In Vietnamese."""
    en: str
    """In English."""


class Column(NamedTuple):
    """A column of a sheet: its letter, and its header as it stands there."""

    letter: str
    header: str


class Line(NamedTuple):
    """A line of data, and what each field of it says."""

    number: int
    says: Mapping[str, str]
    uncomputed: frozenset[str]
    """Fields whose formula has no value in the file, or an error."""
    figures: frozenset[str] = frozenset()
    """Fields whose cell is no text: a figure, a day or a truth value."""


class Header(NamedTuple):
    """What a table in a sheet is, and its lines of data."""

    table: Table
    number: int
    """The line of the header."""
    lines: tuple[Line, ...]
    columns: Mapping[str, Column]
    """Of each field that has one."""
    unknown: tuple[Column, ...]
    """Columns that nothing is known of, and that are not read."""
    again: tuple[Column, ...]
    """Columns that say what another before them does, and that are not read."""
    numbering: tuple[int, ...]
    """Lines that number the columns, and that are not read."""


class _Guess(NamedTuple):
    table: Table
    at: int
    height: int
    """1, or 2 where a header's cells are merged across the columns below."""
    fields: Mapping[int, str]
    names: Sequence[Sequence[str]]


def understood(sheet: Sheet) -> tuple[Header, ...]:
    """The sheet's tables, one below another; none where no line is a header of one.

    Where several lines might be a header, that with most fields is. A header that comes again, as on each page of what
    is printed, goes on with its table.
    """
    chosen: dict[int, _Guess] = {}
    taken: set[int] = set()
    for guess in sorted(_guesses(sheet.rows), key=lambda one: (-len(one.fields), one.height)):
        lines = {*range(guess.at, guess.at + guess.height)}
        if not lines & taken:
            chosen[guess.at] = guess
            taken |= lines
    found = [chosen[at] for at in sorted(chosen)]
    ends = [*(guess.at for guess in found), len(sheet.rows)][1:]
    pages = groupby(zip(found, ends, strict=True), lambda page: (page[0].table, page[0].fields))
    uncomputed = frozenset(sheet.uncomputed)
    return tuple(_header(sheet.rows, [*of_one], uncomputed) for _, of_one in pages)


def _header(rows: Sequence[Row], pages: Sequence[tuple[_Guess, int]], uncomputed: frozenset[str]) -> Header:
    """The table of which each header, and each time the line after its last one, is given."""
    guess = pages[0][0]
    columns = [Column(get_column_letter(n), names[0] if names else "") for n, names in enumerate(guess.names, 1)]
    headed = [n for n, column in enumerate(columns) if column.header]
    data = [row for page, end in pages for row in rows[page.at + page.height : end]]
    below = {rows[page.at + page.height].number for page, end in pages if page.at + page.height < end}
    numbering = tuple(row.number for row in data if row.number in below and _numbers(row, headed))
    others = [
        (column, _key(column.header)) for n, column in enumerate(columns) if n in headed and n not in guess.fields
    ]
    return Header(
        guess.table,
        rows[guess.at].number,
        tuple(_line(row, guess.fields, columns, uncomputed) for row in data if row.number not in numbering),
        {field: columns[n] for n, field in guess.fields.items()},
        tuple(column for column, key in others if key not in _FIELDS[guess.table] and key not in _UNHEEDED),
        tuple(column for column, key in others if key in _FIELDS[guess.table]),
        numbering,
    )


def _guesses(rows: Sequence[Row]) -> Iterator[_Guess]:
    """What each line, alone or with the one below it, would be the header of: one of the two has columns that are known
    by themselves.
    """
    known = [sum(_is_known(cell) for cell in row.cells if cell) > 1 for row in rows]
    for at, row in enumerate(rows):
        for height, below in ((1, None), (2, rows[at + 1] if at + 1 < len(rows) else None)):
            if not any(known[at : at + height]):
                continue
            names = _names(row, below)
            for table, required in REQUIRED.items():
                fields = _fields(table, names)
                if len(fields) > 1 and required <= {*fields.values()}:
                    yield _Guess(table, at, height, fields, names)


def _is_known(cell: str) -> bool:
    """Whether it is a header; the most cells have a figure in them, and are none."""
    return ("(" in cell or "[" in cell or not _FIGURE.search(cell)) and _key(cell) in _KNOWN


def _names(row: Row, below: Row | None) -> list[list[str]]:
    """What each column may be called: by its own cell, or also by the one above it, which may be merged with others."""
    if below is None:
        return [[cell] if cell else [] for cell in row.cells]
    width = max(len(row.cells), len(below.cells))
    upper, lower = (cells + (None,) * (width - len(cells)) for cells in (row.cells, below.cells))
    names, over = [], None
    for above, own in zip(upper, lower, strict=True):
        over = above or over
        names.append([own, f"{over} {own}"] if own and over else [own or above or ""] if own or above else [])
    return names


def _fields(table: Table, names: Sequence[Iterable[str]]) -> dict[int, str]:
    """The field of each column that has one; of two columns of one field the first."""
    found: dict[int, str] = {}
    for index, options in enumerate(names):
        fields = [_FIELDS[table].get(_key(option)) for option in reversed([*options])]
        field = next((f for f in fields if f), None)
        if field and field not in found.values():
            found[index] = field
    return found


def _numbers(row: Row, headed: Sequence[int]) -> bool:
    """Whether it is the line below a header that numbers its columns, from 1 and each of them."""
    told = {n: cell.strip("()") for n, cell in enumerate(row.cells) if cell}
    return told == {n: str(number) for number, n in enumerate(headed, 1)}


def _line(row: Row, fields: Mapping[int, str], columns: Sequence[Column], uncomputed: frozenset[str]) -> Line:
    cells = row.merged | {n: cell for n, cell in enumerate(row.cells) if cell}
    says = {field: cells[n] for n, field in fields.items() if n in cells}
    empty = {field for n, field in fields.items() if f"{columns[n].letter}{row.number}" in uncomputed}
    figures = {field for n, field in fields.items() if n in row.figures}
    return Line(row.number, says, frozenset(empty), frozenset(figures))
