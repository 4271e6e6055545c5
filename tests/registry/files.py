"""Tables as officers make them, for tests."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

Lines = Sequence[Sequence[Any]]

ORGANISATIONS = ["Mã tổ chức", "Mã định danh", "Tên tổ chức", "Tên viết tắt", "Loại hình", "Cấp", "Từ ngày"]
BLOCS = ["Mã khối", "Loại", "Tên khối", "Cơ quan tổ chức", "Cấp", "Số quyết định", "Ngày quyết định", "Từ ngày"]
MEMBERS = ["Mã khối", "Mã đơn vị", "Từ ngày", "Thôi từ ngày"]


def xlsx(sheets: Mapping[str, Lines] | Lines, prepare: Callable[[Workbook], None] = lambda book: None) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in (sheets if isinstance(sheets, Mapping) else {"Trang1": sheets}).items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    prepare(book)
    return saved(book)


def saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def rewritten(content: bytes, parts: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """The file with parts changed, or added, which are made of nothing then."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, parts.get(name, bytes)(before.read(name)))
        for name in parts.keys() - {*before.namelist()}:
            after.writestr(name, parts[name](b""))
    return written.getvalue()
