"""Taking a table in: read it, look up what it speaks of, plan every line, and if it is no dry run tell what is new."""

import asyncio
import hashlib
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, Field

from services.kernel.appends import Reply
from services.kernel.binding import Job
from services.kernel.decider import Command
from services.kernel.errors import Error, Invalid, Unavailable, Violation
from services.kernel.events import Position
from services.kernel.provenance import Part, Record, Source
from services.kernel.service import Hand
from services.kernel.text import Line
from services.kernel.view import ReadOptions, View
from services.registry.domain.naming import code_term, name_term
from services.registry.domain.ruling import holding
from services.registry.events import BlocEstablished
from services.registry.projections import BLOCS, ORGANISATIONS, STREAMS, codes, names_of
from services.registry.stays import MEMBERSHIP
from services.registry.tables import reading
from services.registry.tables.cells import Problem
from services.registry.tables.columns import COLUMNS, REQUIRED, Header, NoteShown, Table, understood
from services.registry.tables.known import Known
from services.registry.tables.planning import planned
from services.registry.tables.reading import ranges
from services.registry.tables.telling import IMPORTED, Plan

IN_ONE_GO = 200  # lines
OF_READING, OF_WAITING = 0.5, 0.2  # of a call's time
_IDS = uuid.UUID("6f1c7d0e-2f0a-5d5e-9a40-0d0f3a1b7c55")
_REFERENCES = ("authority", "province", "superior", "unit")

Outcome = Literal["RECORDED", "UNCHANGED", "REJECTED"]


class ImportTable(BaseModel):
    """Take in organisations, blocs or members from a table."""

    name: Line
    """The file's name, such as "khoi-thi-dua.xlsx"; it becomes the source's title."""
    content: bytes = Field(min_length=1)
    """The file: .xlsx, or .csv in UTF-8. With the rest of the request at most 1 MiB."""
    dry_run: bool = False
    """Only say what would be recorded."""


class ProblemShown(Part):
    """Why a line is rejected, or what to look at in it."""

    column: str | None
    """The letter of the column; absent where no column is to blame."""
    header: str | None
    """The header of the column in the file, or what it should be where there is none."""
    vi: str
    """The reason in Vietnamese."""
    en: str
    """The reason in English."""
    candidates: tuple[str, ...]
    """Ids among which a person may choose: an equal name proves nothing."""


class LineShown(Part):
    """What became of a line."""

    sheet: str
    """The sheet."""
    line: int
    """The line in it, from 1."""
    outcome: Outcome
    """In a dry run RECORDED means that it would be."""
    subject: str | None
    """Whom it is about: an id, or a bloc's and a unit's."""
    commands: tuple[str, ...]
    """The names of the commands that tell what is new in it."""
    problems: tuple[ProblemShown, ...]
    """Everything that is wrong with it."""
    notes: tuple[ProblemShown, ...]
    """What to look at: what becomes disputed by it, who else has its name, a member from before its first name."""


class SheetShown(Part):
    """What became of a table in a sheet."""

    sheet: str
    """The sheet's name; "csv" for a .csv."""
    table: Table
    """What its columns say it is."""
    header: int
    """The line of its header."""
    read: int
    """Lines of data: those accepted and those rejected."""
    recorded: int
    """Accepted, and something new in them."""
    unchanged: int
    """Accepted, and nothing new in them."""
    rejected: int
    """Not accepted."""
    noted: int
    """Of the lines read those with notes."""


class PositionShown(Part):
    """A place in registry's log."""

    log: str
    """Registry."""
    epoch: int
    """Its epoch."""
    position: int
    """Its position."""


class ImportAnswer(BaseModel):
    """A report on every line."""

    sha256: str
    """The file's hash, by which the source of each fact names it."""
    dry_run: bool
    """Whether nothing was recorded."""
    sheets: tuple[SheetShown, ...]
    """The tables that were found in the sheets, by their kinds."""
    lines: tuple[LineShown, ...]
    """The lines in which something is new or wrong, in order; the others are unchanged."""
    notes: tuple[NoteShown, ...]
    """What was not read, and why."""
    recorded: PositionShown | None
    """The last position at which something of it is recorded."""


class _Task(NamedTuple):
    """A line and what it comes to."""

    sheet: str
    header: Header
    number: int
    plan: Plan


async def import_table(asked: ImportTable, hand: Hand) -> ImportAnswer:
    """Raises Invalid for a file that cannot be read, or in which no table is found; Unavailable."""
    digest = hashlib.sha256(asked.content).hexdigest()
    try:
        book = await reading.read(asked.content, OF_READING * hand.call.seconds)
    except reading.Unreadable as error:
        raise Invalid(Violation("content", vi=error.vi, en=error.en)) from None
    found = await asyncio.to_thread(_tables, book)  # other calls have their turn
    found.sort(key=lambda one: [*REQUIRED].index(one[1].table))  # what others name comes before them
    if not found:
        raise Invalid(_no_table(asked))
    head = await hand.tools.log.head()
    read = ReadOptions(at_least={hand.tools.log.name: head}, seconds=OF_WAITING * hand.call.seconds)
    async with hand.tools.look(ORGANISATIONS, BLOCS, STREAMS, read=read) as view:
        known = await _known(view, [header for _, header in found])
    source = Source(id=f"{IMPORTED}{digest[:16]}", title=asked.name, sha256=digest)
    tasks = []
    for name, header in found:
        for line in header.lines:
            record = Record(source=source, place=f"{name}, dòng {line.number}")
            tasks.append(_Task(name, header, line.number, planned(header.table, line, record, known)))
            if len(tasks) % IN_ONE_GO == 0:
                await asyncio.sleep(0)  # other calls have their turn
    recorded = None if asked.dry_run else await _told(tasks, digest, hand)
    return ImportAnswer(
        sha256=digest,
        dry_run=asked.dry_run,
        sheets=_sheets(found, tasks),
        lines=tuple(_line(task) for task in tasks if _outcome(task.plan) != "UNCHANGED"),
        notes=tuple(_notes(found, book)),
        recorded=recorded,
    )


def _tables(book: reading.Book) -> list[tuple[str, Header]]:
    return [(sheet.name, header) for sheet in book.sheets for header in understood(sheet)]


def _no_table(asked: ImportTable) -> Violation:
    if asked.name.lower().endswith(".xlsx") and not asked.content.startswith(b"PK"):
        return Violation("content", vi=reading.NO_WORKBOOK.vi, en=reading.NO_WORKBOOK.en)
    return _NO_TABLE


_NO_TABLE = Violation(
    "content",
    vi="không tìm thấy dòng tiêu đề của bảng tổ chức (Tên tổ chức, Mã định danh …), khối cụm (Mã khối, Tên khối …) "
    "hay thành viên (Mã khối, Mã đơn vị …)",
    en="no sheet has the header of a table of organisations, blocs or members",
)


async def _known(view: View, headers: Sequence[Header]) -> Known:
    """What is recorded of all that the lines speak of."""
    lines = [(header.table, line.says) for header in headers for line in header.lines]
    texts = {says[field] for table, says in lines for field in (*_REFERENCES, "organisation", "code") if field in says}
    organisations = await view.many(ORGANISATIONS, texts)
    having = await view.having(ORGANISATIONS, map(code_term, texts))
    made = {says["code"].lower() for table, says in lines if table == "ORGANISATIONS" and "code" in says}
    organisations |= dict(having) | await view.many(ORGANISATIONS, made)
    by_code: dict[str, set[str]] = {}
    for key, doc in having:
        for code in codes(doc):
            by_code.setdefault(code, set()).add(key)
    blocs = await view.many(BLOCS, {says["bloc"] for _, says in lines if "bloc" in says})
    known = Known(organisations, by_code, blocs)
    members = {stream for doc in blocs.values() for stream in doc.members}
    known.claims = await view.many(STREAMS, members | set(_claims(lines, known)))
    await _take_alike(view, headers, known)
    return known


def _claims(lines: Sequence[tuple[Table, Any]], known: Known) -> Iterator[str]:
    """What may be told of the units' memberships under those who organise the blocs: in other blocs too."""
    organising: dict[str, set[str]] = {
        bloc: {e.authority for e in holding(doc.told) if isinstance(e, BlocEstablished) and e.authority}
        for bloc, doc in known.blocs.items()
    }
    for _, says in lines:
        if "bloc" in says and "authority" in says:
            organising.setdefault(says["bloc"], set()).update(known.named(says["authority"]))
    for _, says in lines:
        for unit in known.named(says["unit"]) if "unit" in says else ():
            yield from (MEMBERSHIP.of(body, unit).name for body in organising.get(says.get("bloc", ""), ()))


async def _take_alike(view: View, headers: Sequence[Header], known: Known) -> None:
    """Look up by name those whom lines do not say by an id, or by a code that is known."""
    ids = {*known.organisations, *known.by_code}
    names: dict[Table, set[str]] = {"ORGANISATIONS": set(), "BLOCS": set()}
    for header in headers:
        for line in header.lines:
            for table, name in _without_id(header.table, line.says, ids):
                names[table].add(name)
    for table, model in (("ORGANISATIONS", ORGANISATIONS), ("BLOCS", BLOCS)):
        rows = await view.having(model, map(name_term, names[table]))
        for key, doc in rows:
            known.called(table, key, names_of(doc.told))
        if table == "ORGANISATIONS":
            known.organisations = {**dict(rows), **known.organisations}


def _without_id(table: Table, says: Any, ids: set[str]) -> Iterator[tuple[Table, str]]:
    if table == "ORGANISATIONS" and "name" in says and not {says.get("organisation"), says.get("code")} & ids:
        yield "ORGANISATIONS", says["name"]
    if table == "BLOCS" and "name" in says and "bloc" not in says:
        yield "BLOCS", says["name"]
    for field, of in (("bloc", "BLOCS"), ("unit", "ORGANISATIONS")):
        if table == "MEMBERS" and field not in says and f"{field}_name" in says:
            yield of, says[f"{field}_name"]  # type: ignore[misc]
    for field in _REFERENCES:
        if field in says and says[field] not in ids:
            yield "ORGANISATIONS", says[field]


async def _told(tasks: list[_Task], digest: str, hand: Hand) -> PositionShown | None:
    """Tell what is new; what is refused or not known to be recorded becomes a problem of its line."""
    commands = [(n, command) for n, task in enumerate(tasks) for command in task.plan.commands]
    caller = hand.call.caller
    ids = [_command_id((caller.actor, caller.on_behalf_of, digest, *_place(tasks[n])), c) for n, c in commands]
    outcomes = await hand.tell([command for _, command in commands], ids)
    for (n, command), outcome in zip(commands, outcomes, strict=True):
        if isinstance(outcome, Exception):
            problem = _problem(outcome, command)
            plan = tasks[n].plan
            tasks[n] = tasks[n]._replace(plan=plan._replace(problems=(*plan.problems, problem)))
    last = max((Position(o.epoch, o.position) for o in outcomes if isinstance(o, Reply)), default=None)
    return PositionShown(log=hand.tools.log.name, epoch=last.epoch, position=last.position) if last else None


def _place(task: _Task) -> tuple[Any, ...]:
    return task.sheet, task.number, task.plan.told


def _command_id(attempt: tuple[Any, ...], command: Command) -> str:
    """The same for the same line of the same file as long as nothing more is told of its subject: two imports at once
    tell it once, and a line that comes again after another was told is told again.
    """
    return str(uuid.uuid5(_IDS, repr((*attempt, type(command).__name__))))


def _problem(outcome: Exception, command: Command) -> Problem:
    if isinstance(outcome, Error) and not isinstance(outcome, Unavailable):
        return Problem(None, outcome.en, outcome.vi)
    return Problem(
        None,
        "not known to be recorded: import the file again, which tells nothing twice",
        "chưa rõ đã ghi nhận hay chưa: hãy nhập lại tệp, không ghi trùng",
    )


def _outcome(plan: Plan) -> Outcome:
    if plan.problems:
        return "REJECTED"
    return "RECORDED" if plan.commands else "UNCHANGED"


def _sheets(found: Sequence[tuple[str, Header]], tasks: Sequence[_Task]) -> tuple[SheetShown, ...]:
    """Of each table, whose lines' tasks follow each other."""
    left = iter(tasks)
    return tuple(
        _sheet(name, header, [task.plan for task in islice(left, len(header.lines))]) for name, header in found
    )


def _sheet(name: str, header: Header, plans: Sequence[Plan]) -> SheetShown:
    outcomes = list(map(_outcome, plans))
    return SheetShown(
        sheet=name,
        table=header.table,
        header=header.number,
        read=len(outcomes),
        recorded=outcomes.count("RECORDED"),
        unchanged=outcomes.count("UNCHANGED"),
        rejected=outcomes.count("REJECTED"),
        noted=sum(bool(plan.notes) for plan in plans),
    )


def _line(task: _Task) -> LineShown:
    return LineShown(
        sheet=task.sheet,
        line=task.number,
        outcome=_outcome(task.plan),
        subject=task.plan.subject,
        commands=tuple(type(command).__name__ for command in task.plan.commands),
        problems=_in_order(task.plan.problems, task),
        notes=_in_order(task.plan.notes, task),
    )


def _in_order(problems: Iterable[Problem], task: _Task) -> tuple[ProblemShown, ...]:
    """As the file has the columns."""
    shown = (_shown(problem, task) for problem in problems)
    return tuple(sorted(shown, key=lambda one: (not one.column, len(one.column or ""), one.column)))


_TOLD_IN = {"until": ("last", "ended"), "organisation": ("code",), "decision": ("number", "dated")}
"""Other columns in which a file may tell what has none of its own."""


def _shown(problem: Problem, task: _Task) -> ProblemShown:
    fields = (problem.field or "", *_TOLD_IN.get(problem.field or "", ()))
    column = next((task.header.columns[f] for f in fields if f in task.header.columns), None)
    usual = COLUMNS[task.header.table].get(problem.field or "", (None,))[0]
    return ProblemShown(
        column=column.letter if column else None,
        header=column.header if column else usual,
        vi=problem.vi,
        en=problem.en,
        candidates=problem.candidates,
    )


def _notes(found: Sequence[tuple[str, Header]], book: reading.Book) -> Iterator[NoteShown]:
    """What of the file was not read, and what was though nobody sees it."""
    for note in book.notes:
        yield NoteShown(sheet=note.sheet, vi=note.vi, en=note.en)
    first: dict[str, int] = {}
    for name, header in found:
        first[name] = min(header.number, first.get(name, header.number))
    for sheet in book.sheets:
        if sheet.rows:
            yield from (NoteShown(sheet=sheet.name, vi=vi, en=en) for vi, en in _of_sheet(sheet, first.get(sheet.name)))
    hidden = {sheet.name: sheet.hidden_columns for sheet in book.sheets}
    for name, header in found:
        yield from (NoteShown(sheet=name, vi=vi, en=en) for vi, en in _of_table(header, hidden[name]))


def _of_sheet(sheet: reading.Sheet, header: int | None) -> Iterator[tuple[str, str]]:
    """What an officer should know of a sheet whose first header is in this line, in both languages."""
    if header is None:
        yield (
            "Không nhận ra bảng nào ở trang này nên không đọc.",
            "No table is known in this sheet, and so it was not read.",
        )
        return
    if above := ranges([row.number for row in sheet.rows if row.number < header]):
        yield (
            f"Không đọc các dòng ở trên dòng tiêu đề {header}: {above}.",
            f"Lines above the header in line {header} were not read: {above}.",
        )
    if hidden := ranges(sheet.hidden):
        yield f"Các dòng bị ẩn vẫn được đọc: {hidden}.", f"Lines that are hidden were read too: {hidden}."


def _of_table(header: Header, hidden: Collection[str]) -> Iterator[tuple[str, str]]:
    """What of a table was not read, and what was though nobody sees it, in both languages."""
    if unseen := ", ".join(f"{one.letter} ({one.header})" for one in header.columns.values() if one.letter in hidden):
        yield f"Các cột bị ẩn vẫn được đọc: {unseen}.", f"Columns that are hidden were read too: {unseen}."
    for letter, text in header.unknown:
        yield (
            f"Không nhận ra cột {letter} ({text}) nên không đọc.",
            f"Column {letter} ({text}) is not known, and so was not read.",
        )
    for letter, text in header.again:
        yield (
            f"Cột {letter} ({text}) ghi cùng nội dung với một cột trước nên không đọc.",
            f"Column {letter} ({text}) says what another before it does, and so was not read.",
        )
    if numbering := ranges(header.numbering):
        yield (
            f"Dòng đánh số cột nên không đọc: {numbering}.",
            f"Lines that number the columns were not read: {numbering}.",
        )


JOBS = {"ImportTable": Job(ImportTable, import_table)}
