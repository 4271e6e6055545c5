"""Giving a table out: what holds as of a position, in the columns that are taken in, in Vietnamese order."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel

from services.kernel.fold import Model
from services.kernel.provenance import Source
from services.kernel.telling import differ
from services.kernel.text import vietnamese
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.naming import shown
from services.registry.domain.ruling import holding, until
from services.registry.projections import BLOCS, ORGANISATIONS, Bloc, Organisation
from services.registry.queries.bloc import authority_told, claimed
from services.registry.queries.days import ByDay
from services.registry.queries.endings import endings
from services.registry.stays import Stay
from services.registry.tables.columns import COLUMNS, REORGANISED, UNKNOWN_DAY, YES, NoteShown, Table
from services.registry.tables.words import BLOC_KINDS
from services.registry.tables.writing import Form, as_csv, as_xlsx, day, several

PAGE = 1_000  # rows
TITLES: Mapping[Table, str] = {"ORGANISATIONS": "Tổ chức", "BLOCS": "Khối, cụm", "MEMBERS": "Thành viên"}
FILES: Mapping[Table, str] = {"ORGANISATIONS": "to-chuc", "BLOCS": "khoi-cum", "MEMBERS": "thanh-vien"}

Said = Mapping[str, str | None]
"""A line, by field."""

Untold = Literal["INFERRED", "DISPUTED", "DECISION"]
Given = tuple[Said, frozenset[Untold]]
"""A line, and what of it no line can tell."""
UNTOLD: Mapping[Untold, tuple[str, str]] = {
    "INFERRED": (
        "{} lines have values that are inferred; a table does not mark them, so that whoever takes it in has them as "
        "stated in it.",
        "{} dòng có giá trị do suy luận; bảng không đánh dấu được nên nơi nhập sẽ coi là bảng nêu rõ.",
    ),
    "DISPUTED": (
        "{} lines are disputed: sources tell otherwise, a line tells what one of them says, and nobody has ruled.",
        "{} dòng đang có tranh chấp: các nguồn ghi khác nhau, mỗi dòng ghi theo một nguồn, chưa có kết luận.",
    ),
    "DECISION": (
        "{} lines have no room for the decision by which the membership ended.",
        "{} dòng không ghi được quyết định thôi tham gia.",
    ),
}
"""What is told of it, in English and in Vietnamese."""


class ExportTable(ByDay):
    """Organisations, blocs or members as a table that ImportTable takes in again and finds nothing new in."""

    table: Table
    """The table."""
    form: Form
    """The form of the file."""


class TableAnswer(BaseModel):
    """A file."""

    name: str
    """A name for it."""
    content: bytes
    """The file."""
    lines: int
    """Lines in it, without the header."""
    notes: tuple[NoteShown, ...]
    """What is recorded of these lines and cannot be told in them."""


async def export_table(asked: ExportTable, view: View) -> TableAnswer:
    lines = {"ORGANISATIONS": _organisations, "BLOCS": _blocs, "MEMBERS": _members}[asked.table](view, asked.on)
    found = [line async for line in lines]
    said = [line for line, _ in found]
    fields = [field for field in COLUMNS[asked.table] if field != "last"]
    header = [COLUMNS[asked.table][field][0] for field in fields]
    cells: list[Sequence[str | None]] = [header, *([line.get(field) for field in fields] for line in said)]
    title = TITLES[asked.table]
    content = as_csv(cells) if asked.form == "CSV" else await asyncio.to_thread(as_xlsx, title, cells)
    return TableAnswer(
        name=f"{FILES[asked.table]}.{asked.form.lower()}", content=content, lines=len(said), notes=_notes(found)
    )


def _notes(lines: Sequence[Given]) -> tuple[NoteShown, ...]:
    """What the lines leave out, and in how many of them."""
    counts = Counter(note for _, untold in lines for note in untold)
    return tuple(
        NoteShown(sheet=None, vi=vi.format(counts[note]), en=en.format(counts[note]))
        for note, (en, vi) in UNTOLD.items()
        if counts[note]
    )


async def _all(view: View, model: Model) -> list[tuple[str, str, Any]]:
    """Every row of the model with its name, in Vietnamese order of the names."""
    found: list[tuple[str, str, Any]] = []
    last: str | None = None
    while True:
        page = await view.find(model, limit=PAGE, after_key=last)
        found += [(key, shown(doc.told) or key, doc) for key, doc in page if doc.stands]
        last = page[-1][0] if page else None
        if len(page) < PAGE:
            return sorted(found, key=lambda row: (vietnamese(row[1]), row[0]))


async def _organisations(view: View, on: date | None) -> AsyncIterator[Given]:
    before: set[str] = set()
    late: list[Given] = []
    for key, _, doc in await _all(view, ORGANISATIONS):
        before.add(key)
        for line, untold in organisation(key, doc):
            superior = line.get("superior")
            if superior is None or superior in before:
                yield line, untold
                continue
            late.append(({f: line[f] for f in ("organisation", "superior", "effective")}, untold))
            if line.keys() - late[-1][0].keys():
                yield {**line, "superior": None}, untold
    for given in late:  # whoever takes the table in has to know the superior body first
        yield given


def organisation(key: str, doc: Organisation) -> Iterator[Given]:
    """Its line, of the first day of its name; and one for each other day from which something of it holds."""
    held = holding(doc.told)
    told = until(held, None)
    registered = [event for event in told if isinstance(event, e.OrganisationRegistered)]
    last = {field: event for field in _CHANGING if (event := _last(told, field))}
    first = last["name"].effective if "name" in last else None
    for on in sorted(
        {first, *(event.effective for event in last.values())}, key=lambda on: (on != first, on or date.min)
    ):
        own = {field: event for field, event in last.items() if event.effective == on}
        more = {"variants": several(_variants(held)), "ended": _ended(told)} if on == first else {}
        says = {field: getattr(event, field) for field, event in own.items()}
        disputed = _disputed(registered, "kind", "level", "code") if on == first else frozenset()
        then = [event for event in told if event.effective == on]
        of_day = (_disputed([event for event in then if hasattr(event, field)], field) for field in own)
        untold = _inferred(own.items()).union(disputed, *of_day)
        yield {"organisation": key, **says, **more, "effective": day(on)}, untold


_CHANGING = ("name", "short_name", "kind", "level", "code", "superior")


def _ended(told: Sequence[Any]) -> str | None:
    """From when on an organisation is no more; null where that is not told."""
    total = [one.event for one in endings(told) if one.over(None)]
    dissolved = next((event for event in total if isinstance(event, e.OrganisationDissolved)), None)
    return _end(dissolved) if dissolved else REORGANISED if total else None


def _end(event: Any) -> str:
    return day(event.effective) or UNKNOWN_DAY


def _inferred(told: Iterable[tuple[str, Any]]) -> frozenset[Untold]:
    """Whether a field that is given out, or its day, is inferred by the event that tells it."""
    records = ((field, event.record) for field, event in told if event.record)
    every = [record.certainty(f) for field, record in records for f in (field, "effective")]
    return frozenset({"INFERRED"}) if "INFERRED" in every else frozenset()


def _disputed(told: Sequence[Any], *fields: str) -> frozenset[Untold]:
    return frozenset({"DISPUTED"}) if differ(told, *fields) else frozenset()


async def _blocs(view: View, on: date | None) -> AsyncIterator[Given]:
    for key, _, doc in await _all(view, BLOCS):
        for line in bloc(key, doc):
            yield line


def bloc(key: str, doc: Bloc) -> Iterator[Given]:
    """Its line, of the day of its establishment; and one for a name of a later day."""
    told = holding(doc.told)
    established = [event for event in told if isinstance(event, e.BlocEstablished)]
    name = _last(until(told, None), "name")
    since = next((event.effective for event in established if event.effective), None)
    opening = _last([event for event in told if event.effective == since], "name") if established else name
    ended = next(iter(doc.dissolved), None)
    facts = {field: _telling(established, field) for field in ("kind", "authority", "level", "province")}
    says = {field: getattr(event, field) for field, event in facts.items() if event}
    yield (
        {
            "bloc": key,
            **says,
            "kind": BLOC_KINDS.words[says["kind"]][0] if "kind" in says else None,
            "name": opening.name if opening else None,
            "variants": several(_variants(told)),
            **_document(next((event.decision for event in established if event.decision), None)),
            "effective": day(opening.effective) if opening else None,
            "ended": _end(ended) if ended else None,
        },
        _inferred((field, event) for field, event in {**facts, "name": opening}.items() if event)
        | _disputed(established, "kind", "authority", "level", "province", "effective"),
    )
    if name and opening and (name.name, name.effective) != (opening.name, opening.effective):
        yield {"bloc": key, "name": name.name, "effective": day(name.effective)}, _inferred([("name", name)])


async def _members(view: View, on: date | None) -> AsyncIterator[Given]:
    blocs = await _all(view, BLOCS)
    every = {key: await claimed(view, key, doc) for key, _, doc in blocs}
    claims = {key: [one for one in found if on is None or one.stay.lasts(on)] for key, found in every.items()}
    units = {one.stay.unit for found in claims.values() for one in found}
    docs = await view.many(ORGANISATIONS, units)
    names = {unit: shown(docs[unit].told) or unit if unit in docs else unit for unit in units}
    for key, name, doc in blocs:
        organiser = authority_told(doc)
        told = [(one.stay, one.doubtful(organiser, on)) for one in claims[key]]
        for stay, doubtful in sorted(told, key=lambda one: _place(one[0], names)):
            yield _stay(key, name, names[stay.unit], stay, doubtful)


def _place(stay: Stay, names: Mapping[str, str]) -> tuple[Any, ...]:
    return vietnamese(names[stay.unit]), stay.unit, stay.since or date.min


def _stay(bloc: str, bloc_name: str, unit_name: str, stay: Stay, disputed: bool) -> Given:
    untold = _inferred(("unit", event) for event in (*stay.begun, *stay.ended))
    if disputed:
        untold |= {"DISPUTED"}
    if stay.begun and any(end.decision for end in stay.ended):
        untold |= {"DECISION"}
    return _stay_said(bloc, bloc_name, unit_name, stay), untold


def _stay_said(bloc: str, bloc_name: str, unit_name: str, stay: Stay) -> Said:
    return {
        "bloc": bloc,
        "bloc_name": bloc_name,
        "unit": stay.unit,
        "unit_name": unit_name,
        "authority": stay.told[0].authority,
        "since": day(stay.since),
        "until": day(stay.until),
        "ended": YES if stay.ended and stay.until is None else None,
        **_document(next((told.decision for told in stay.told if told.decision), None)),
    }


def _document(source: Source | None) -> Said:
    if source is None:
        return {}
    return {"number": source.number, "dated": day(source.dated), "issuer": source.issuer}


def _last(told: Sequence[Any], field: str) -> Any:
    """The event that tells a field last."""
    return next((event for event in reversed(told) if getattr(event, field, None)), None)


def _telling(told: Sequence[Any], field: str) -> Any:
    """The event that tells a field first."""
    return next((event for event in told if getattr(event, field)), None)


def _variants(told: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(variant for event in told for variant in getattr(event, "variants", ())))
