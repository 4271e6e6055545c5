"""Giving a table out: what holds as of a position, in the columns that are taken in, in Vietnamese order."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from services.kernel.fold import Model
from services.kernel.provenance import Source
from services.kernel.text import vietnamese
from services.kernel.view import View
from services.registry import events as e
from services.registry.projections import BLOCS, ORGANISATIONS, Bloc, Organisation
from services.registry.queries.bloc import claimed
from services.registry.queries.common import holding, latest, shown, until
from services.registry.queries.days import ByDay
from services.registry.stays import Stay
from services.registry.tables.columns import COLUMNS, Table
from services.registry.tables.writing import Form, as_csv, as_xlsx, day, several

PAGE = 1_000  # rows
TITLES: Mapping[Table, str] = {"ORGANISATIONS": "Tổ chức", "BLOCS": "Khối, cụm", "MEMBERS": "Thành viên"}
FILES: Mapping[Table, str] = {"ORGANISATIONS": "to-chuc", "BLOCS": "khoi-cum", "MEMBERS": "thanh-vien"}

Said = Mapping[str, str | None]
"""A line, by field."""


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


async def export_table(asked: ExportTable, view: View) -> TableAnswer:
    lines = {"ORGANISATIONS": _organisations, "BLOCS": _blocs, "MEMBERS": _members}[asked.table](view, asked.on)
    said = [line async for line in lines]
    fields = [field for field in COLUMNS[asked.table] if field != "last"]
    header = [COLUMNS[asked.table][field][0] for field in fields]
    cells: list[Sequence[str | None]] = [header, *([line.get(field) for field in fields] for line in said)]
    title = TITLES[asked.table]
    content = as_csv(cells) if asked.form == "CSV" else await asyncio.to_thread(as_xlsx, title, cells)
    return TableAnswer(name=f"{FILES[asked.table]}.{asked.form.lower()}", content=content, lines=len(said))


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


async def _organisations(view: View, on: date | None) -> AsyncIterator[Said]:
    for key, _, doc in await _all(view, ORGANISATIONS):
        for line in organisation(key, doc):
            yield line


def organisation(key: str, doc: Organisation) -> Iterator[Said]:
    """Its line; and another for a short name that has a first day of its own."""
    told = until(holding(doc.told), None)
    name, short = (_last(told, field) for field in ("name", "short_name"))
    own = short is not None and short is not name and (name is None or short.effective != name.effective)
    yield {
        "organisation": key,
        "code": _text(told, "code"),
        "name": name.name if name else None,
        "short_name": short.short_name if short and not own else None,
        "variants": several(_variants(doc.told)),
        "kind": _text(told, "kind"),
        "level": _text(told, "level"),
        "superior": _text(told, "superior"),
        "effective": day(name.effective) if name else None,
    }
    if own:
        yield {"organisation": key, "short_name": short.short_name, "effective": day(short.effective)}


async def _blocs(view: View, on: date | None) -> AsyncIterator[Said]:
    for key, _, doc in await _all(view, BLOCS):
        yield bloc(key, doc)


def bloc(key: str, doc: Bloc) -> Said:
    told = holding(doc.told)
    established = [event for event in told if isinstance(event, e.BlocEstablished)]
    name = _last(until(told, None), "name")
    kind = next((event.kind for event in established), None)
    return {
        "bloc": key,
        "kind": {"KHOI": "Khối", "CUM": "Cụm"}[kind] if kind else None,
        "name": name.name if name else None,
        "variants": several(_variants(doc.told)),
        **{f: _first(established, f) for f in ("authority", "level", "province")},
        **_document(next((event.decision for event in established if event.decision), None)),
        "effective": day(name.effective) if name else None,
    }


async def _members(view: View, on: date | None) -> AsyncIterator[Said]:
    blocs = await _all(view, BLOCS)
    every = {key: [claim.stay for claim in await claimed(view, key, doc)] for key, _, doc in blocs}
    stays = {key: [stay for stay in found if on is None or stay.lasts(on, on)] for key, found in every.items()}
    units = {stay.unit for found in stays.values() for stay in found}
    docs = await view.many(ORGANISATIONS, units)
    names = {unit: shown(docs[unit].told) or unit if unit in docs else unit for unit in units}
    for key, name, _ in blocs:
        for line in members(key, name, stays[key], names):
            yield line


def members(key: str, name: str, stays: Iterable[Stay], names: Mapping[str, str]) -> Iterable[Said]:
    """A line for each stay, by the names of the units."""
    for stay in sorted(stays, key=lambda s: (vietnamese(names[s.unit]), s.unit, s.since or date.min)):
        yield _stay(key, name, names[stay.unit], stay)


def _stay(bloc: str, bloc_name: str, unit_name: str, stay: Stay) -> Said:
    return {
        "bloc": bloc,
        "bloc_name": bloc_name,
        "unit": stay.unit,
        "unit_name": unit_name,
        "authority": stay.told.authority,
        "since": day(stay.since),
        "until": day(stay.until),
        **_document(stay.told.decision),
    }


def _document(source: Source | None) -> Said:
    if source is None:
        return {}
    return {"number": source.number, "dated": day(source.dated), "issuer": source.issuer}


def _last(told: Sequence[Any], field: str) -> Any:
    """The event that tells a field last."""
    return next((event for event in reversed(told) if getattr(event, field, None)), None)


def _first(told: Sequence[Any], field: str) -> str | None:
    return next((value for event in told if (value := getattr(event, field))), None)


def _text(told: Iterable[Any], field: str) -> str | None:
    found = latest(told, field)
    return found.value if found else None


def _variants(told: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(variant for event in told for variant in getattr(event, "variants", ())))
