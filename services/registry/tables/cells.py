"""What the cells of a line say, and all that is wrong with them. Pure.

Who is meant is said by an id or an official code; an equal name is a candidate for a person to choose, never proof. An
empty cell says nothing.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from services.kernel.convert import NO_DATE, Bad, civil, violations
from services.kernel.provenance import Source
from services.kernel.text import ID, IDENTIFIER, Id, bare
from services.kernel.text import Line as Name
from services.registry.domain.naming import bare_words, shown
from services.registry.projections import names_of
from services.registry.tables.columns import REORGANISED, UNKNOWN_DAY, Line, Table
from services.registry.tables.known import Known
from services.registry.tables.words import Words

YES_OR_NO = {"co": True, "x": True, "yes": True, "khong": False, "no": False}
_ERROR = re.compile(r"#(N/A|GETTING_DATA|[A-Z0-9/_]+[!?])")
_TEXTS = {"name", "short_name", "code", "number", "issuer"}
_DAYS = {"effective", "ended", "since", "until", "last", "dated"}
_FRACTION = re.compile(r"-?\d*\.\d+(e[-+]?\d+)?")
_LINE = TypeAdapter[str](Name)
_DAY = re.compile(r"(?:ngày\s*)?(\d{1,2})\s*(?:[/.-]|tháng)\s*(\d{1,2})\s*(?:[/.-]|năm)\s*(\d{4})", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
NO_DAY = Bad("must be a day such as 01/07/2025", "phải là ngày dạng ngày/tháng/năm, ví dụ 01/07/2025")
NO_SUCH_DAY = Bad("there is no such day", "không có ngày này trong lịch")


class Problem(NamedTuple):
    """Why a line is rejected: in which field of it, and the reason; ids among which a person may choose."""

    field: str | None
    en: str
    vi: str
    candidates: tuple[str, ...] = ()


class End(NamedTuple):
    """That something is no more, from a day on; null where the day is not known."""

    on: date | None


class Wrong(Exception):
    def __init__(self, *problems: Problem) -> None:
        self.problems = problems


def unusable(line: Line) -> Iterator[Problem]:
    for name, text in line.says.items():
        if name in line.uncomputed or _ERROR.fullmatch(text):
            yield Problem(name, f"the formula gives {text}", f"công thức báo lỗi {text}")
        elif name == "name" and name in line.figures:
            yield Problem(name, f"{text} is a figure, and no name", f"{text} là số liệu, không phải tên")
        elif name not in _DAYS and name in line.figures and _FRACTION.fullmatch(text):
            yield Problem(
                name,
                f"the cell holds the figure {text}, which may have been typed as 1.200 or 05.20: make it text, and "
                "type it again",
                f"ô chứa số {text}, có thể đã được gõ là 1.200 hay 05.20: cần định dạng ô là văn bản rồi ghi lại",
            )
        elif name in _TEXTS:
            try:
                _LINE.validate_python(text)
            except ValidationError as error:
                yield from (Problem(name, v.en, v.vi) for v in violations(error))
    for name in sorted(line.uncomputed - line.says.keys()):
        yield Problem(
            name,
            "the formula has no computed value: open the file in Excel and save it",
            "công thức chưa có giá trị đã tính: hãy mở tệp bằng Excel rồi lưu lại",
        )


class Cells:
    """The values of a line's cells, and all that is wrong with them."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.problems: dict[str | None, Problem] = {}

    def wrong(self, problem: Problem) -> None:
        self.problems.setdefault(problem.field, problem)

    def end(self) -> None:
        """Raises Wrong with all that is wrong."""
        if self.problems:
            raise Wrong(*self.problems.values())

    def need(self, value: object, name: str) -> None:
        if not value:
            self.wrong(Problem(name, "is required", "phải có"))

    def day(self, name: str) -> date | None:
        text = self._line.says.get(name)
        if text is None:
            return None
        found = _day(text)
        if isinstance(found, Bad):
            self.wrong(Problem(name, found.en, found.vi))
            return None
        return found

    def yes(self, name: str) -> bool:
        text = self._line.says.get(name)
        found = YES_OR_NO.get(bare(text)) if text else False
        if found is None:
            self.wrong(Problem(name, "must be “có” or “không”", "phải là “có” hoặc “không”"))
        return bool(found)

    def end_of(self, told: Sequence[Any]) -> "End | None":
        """The end that the line tells, where it is not among those that are told."""
        text = self._line.says.get("ended")
        if text is None:
            return None
        unknown, others = (bare(text) == bare(words) for words in (UNKNOWN_DAY, REORGANISED))
        on = None if unknown or others else self.day("ended")
        if "ended" in self.problems or any(on is None or event.effective == on for event in told):
            return None
        if others:
            self.wrong(Problem("ended", "record the reorganisation first", "cần ghi nhận việc sắp xếp trước"))
        elif told:
            en, vi = "the end is recorded otherwise: correct that record instead", "đã ghi nhận chấm dứt vào ngày khác"
            self.wrong(Problem("ended", en, f"{vi}: cần đính chính bản ghi đó"))
        return End(on)

    def id(self, name: str) -> Id | None:
        text = self._line.says.get(name)
        if text is None or re.fullmatch(ID, text):
            return text
        self.wrong(Problem(name, IDENTIFIER.en, IDENTIFIER.vi))
        return None

    def word(self, name: str, words: Words, told: Sequence[Any] = (), *, others: bool = True) -> str | None:
        """The code that a cell says in words, or as it stands; another than these where `others` may be. A code that is
        told of whom the line is about is that code, though an office made it of one of the words.
        """
        text = self._line.says.get(name)
        if text is None or text in (getattr(event, name, None) for event in told):
            return text
        code = words.code(text) or (text if others and re.fullmatch(ID, text) else None)
        if code is None:
            en, vi = (f"; or a code, which {IDENTIFIER.en}", f"; hoặc một mã {IDENTIFIER.vi}") if others else ("", "")
            self.wrong(Problem(name, f"must be one of: {words}{en}", f"phải là một trong: {words}{vi}"))
        return code

    def printed(self, name: str, whom: Id | None, told: Sequence[Any]) -> None:
        """That a name beside an id is one of those by which whom it names is or was called, but for marks and short
        forms; where no name is told, it is not looked at.
        """
        text, names = self._line.says.get(name), names_of(told)
        if text is None or not names or bare_words(text) in map(bare_words, (*names, whom or "")):
            return
        called = shown(told) or names[0]
        self.wrong(
            Problem(
                name,
                f"“{text}” is no name of {whom}, which is called “{called}”: correct the name or the code, or record "
                "the name first",
                f"“{text}” không phải tên của {whom} (tên là “{called}”): cần sửa tên hoặc mã, hoặc ghi nhận tên này "
                "trước",
            )
        )

    def organisation(self, name: str, known: Known) -> Id | None:
        """The organisation that a cell names by its id or its official code."""
        text = self._line.says.get(name)
        if text is None:
            return None
        ids = known.named(text)
        if len(ids) == 1:
            return ids[0]
        self.wrong(_ambiguous(name, text, ids) if ids else _unknown(name, text, known))
        return None


def identified(line: Line, known: Known, cells: Cells) -> Id | None:
    """The organisation that a line is about: by its id, else by its official code, of which a new id is made."""
    code, own = line.says.get("code"), cells.id("organisation")
    having = tuple(sorted(known.by_code.get(code, ()))) if code else ()
    if own:
        if having and own not in having:
            cells.wrong(_ambiguous("code", code or "", having))
        return own
    if line.says.get("organisation"):
        return None
    if code is None:
        cells.wrong(unnamed("organisation", "ORGANISATIONS", line.says.get("name"), known))
        return None
    if len(having) > 1:
        cells.wrong(_ambiguous("code", code, having))
    made = having[0] if having else code.lower()
    if not re.fullmatch(ID, made) or (not having and made in known.organisations):
        cells.wrong(
            Problem(
                "organisation",
                f"no id can be made of {code}: give one in the column Mã tổ chức",
                f"không lập được mã tổ chức từ {code}: cần ghi ở cột Mã tổ chức",
            )
        )
        return None
    if not having and (same := known.called_alike("ORGANISATIONS", line.says.get("name"), code)):
        cells.wrong(_same_name(same))
    return made


def _same_name(ids: Sequence[Id]) -> Problem:
    which = ", ".join(ids)
    return Problem(
        "organisation",
        f"{which} has this name and no other code; an equal name is no proof: if it is meant, put its id into "
        "the column Mã tổ chức, and a new id if it is another",
        f"{which} đã có tên này và không có mã định danh khác; trùng tên chưa đủ căn cứ: nếu đúng tổ chức đó thì ghi "
        "mã của nó ở cột Mã tổ chức, nếu là tổ chức khác thì ghi một mã mới ở cột đó",
        tuple(ids),
    )


def also_called(ids: Sequence[Id]) -> tuple[Problem, ...]:
    """What a person should know who gave an id of its own to an organisation of an equal name."""
    which = ", ".join(ids)
    en, vi = f"another organisation has this name: {which}", f"đã có tổ chức khác cùng tên: {which}"
    return (Problem("name", en, vi, tuple(ids)),) if ids else ()


def _unknown(name: str, text: str, known: Known) -> Problem:
    if line := known.rejected.get(text):
        return Problem(name, f"line {line}, which has {text}, is rejected", f"dòng {line} có mã {text} bị từ chối")
    candidates = known.called_alike("ORGANISATIONS", text)
    en, vi = f"no organisation has the id or official code {text}", f"không có tổ chức nào có mã {text}"
    return Problem(name, en, vi, candidates)


def _ambiguous(name: str, code: str, ids: Sequence[Id]) -> Problem:
    which = ", ".join(ids)
    return Problem(name, f"the code {code} belongs to {which}", f"mã {code} thuộc về {which}", tuple(ids))


def unnamed(name: str, table: Table, called: str | None, known: Known) -> Problem:
    candidates = known.called_alike(table, called)
    if candidates:
        which = ", ".join(candidates)
        return Problem(
            name,
            f"is required: an equal name is no proof; is it {which}?",
            f"phải có: trùng tên chưa đủ căn cứ; có phải {which} không?",
            candidates,
        )
    return Problem(name, "is required", "phải có")


def decision_in(line: Line, dated: date | None) -> Source | None:
    number, issuer = line.says.get("number"), line.says.get("issuer")
    if number is None and dated is None:
        return None
    return Source(id=number or f"decision of {dated}", number=number, issuer=issuer, dated=dated)


def _day(text: str) -> date | Bad:
    """The day as officers write it."""
    if match := _DAY.fullmatch(text):
        text = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    found = civil(text)
    if found != NO_DATE:
        return found
    return NO_SUCH_DAY if _ISO.fullmatch(text) else NO_DAY


def names_in(text: str | None) -> tuple[str, ...]:
    """The names in one cell: a line for each, or else parted by semicolons."""
    if text is None:
        return ()
    parts = re.split(r"\n" if "\n" in text else ";", text)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
