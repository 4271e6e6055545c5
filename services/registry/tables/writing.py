"""A table as a file without formulas: in .xlsx every cell is text, in .csv what might be taken for one is guarded."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from services.registry.tables.reading import GUARDED

WIDEST = 60  # characters of a column

Form = Literal["XLSX", "CSV"]
Cells = Sequence[str | None]
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML


def neutral(cell: str) -> str:
    """A cell of a .csv with an apostrophe before what a program might take for a formula; `reading.plain` undoes it."""
    return f"'{cell}" if GUARDED.match(cell) else cell


def as_csv(lines: Iterable[Cells]) -> bytes:
    """With a byte order mark, by which Excel knows UTF-8."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([neutral(cell or "") for cell in line] for line in lines)
    return written.getvalue().encode("utf-8-sig")


def _widths(lines: Sequence[Cells]) -> list[int]:
    """In characters: of the longest cell of each column, where it is no longer than is good to read."""
    return [min(WIDEST, max(map(len, (cell or "" for cell in column))) + 2) for column in zip(*lines, strict=True)]


def as_xlsx(title: str, lines: Sequence[Cells]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for n, width in enumerate(_widths(lines), 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    for number, line in enumerate(lines):
        cells = []
        for text in line:
            cell = WriteOnlyCell(sheet)
            if text := _UNWRITABLE.sub("", text or ""):
                cell.value, cell.number_format = text, "@"
                cell.data_type = "s"  # whatever it looks like
            if number == 0:
                cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def day(value: date | None) -> str | None:
    return f"{value:%d/%m/%Y}" if value else None


def several(texts: tuple[str, ...]) -> str | None:
    """Names in one cell, from which `cells` makes the same ones: parted by semicolons, or where one holds such, by
    lines; a single one then stands there twice.
    """
    if not any(";" in text for text in texts):
        return "; ".join(texts) or None
    return "\n".join(texts if len(texts) > 1 else texts * 2)
