"""Which commands tell what a line of a table has that is not recorded yet. Pure.

A line is compared with what is recorded, never with an earlier file, so that the same line again tells nothing and a
line that goes back to what was before tells that.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from services.kernel.decider import Command
from services.kernel.once import once
from services.kernel.provenance import Record, Source
from services.kernel.telling import tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.bloc import DissolveBloc, EstablishBloc, NameBloc
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.naming import shown
from services.registry.domain.organisation import (
    AssignOrganisationCode,
    DissolveOrganisation,
    NameOrganisation,
    RegisterOrganisation,
    RetypeOrganisation,
    TransferOrganisation,
)
from services.registry.domain.ruling import holding, until
from services.registry.projections import Bloc, Organisation
from services.registry.queries.common import latest
from services.registry.queries.endings import endings
from services.registry.tables.cells import (
    Cells,
    Problem,
    Wrong,
    also_called,
    decision_in,
    identified,
    names_in,
    unnamed,
    unusable,
)
from services.registry.tables.columns import Line, Table
from services.registry.tables.disputing import disputed
from services.registry.tables.known import Known
from services.registry.tables.members import member
from services.registry.tables.telling import Plan, agree, corrected, made, of_a_table, same_document
from services.registry.tables.words import BLOC_KINDS, KINDS, LEVELS

EVENTS: Mapping[type[Command], type[Any]] = {
    RegisterOrganisation: e.OrganisationRegistered,
    NameOrganisation: e.OrganisationNamed,
    RetypeOrganisation: e.OrganisationRetyped,
    AssignOrganisationCode: e.OrganisationCodeAssigned,
    TransferOrganisation: e.OrganisationTransferred,
    DissolveOrganisation: e.OrganisationDissolved,
    EstablishBloc: e.BlocEstablished,
    NameBloc: e.BlocNamed,
    DissolveBloc: e.BlocDissolved,
    AdmitMember: e.MembershipStarted,
    EndMembership: e.MembershipEnded,
}

ALIKE = 100
"""Of how many of one name it is told who they are."""
CHANGES: Mapping[type[Command], tuple[str, ...]] = {
    NameOrganisation: ("name", "short_name", "variants"),
    RetypeOrganisation: ("kind", "level"),
    AssignOrganisationCode: ("code",),
    TransferOrganisation: ("superior",),
}
"""By which command each field of an organisation comes to be another from a day on."""


def planned(table: Table, line: Line, record: Record, known: Known) -> Plan:
    """What the line comes to; `known` then knows what it would tell, or that it is rejected."""
    plan = _planned(table, line, record, known)
    if plan.problems and table == "ORGANISATIONS":
        known.rejected |= {line.says[f]: line.number for f in ("organisation", "code") if f in line.says}
    return plan


def _planned(table: Table, line: Line, record: Record, known: Known) -> Plan:
    read = {"ORGANISATIONS": _organisation, "BLOCS": _bloc, "MEMBERS": member}[table]
    wrong = [*unusable(line)]
    try:
        plan = read(line, record, known)
    except Wrong as bad:
        fields = {problem.field for problem in wrong}
        return Plan(problems=(*wrong, *(p for p in bad.problems if p.field not in fields)))
    if wrong:
        return Plan(problems=tuple(wrong))
    events = [tell(EVENTS[type(command)], command) for command in plan.commands]
    before = {problem for event in events for problem in disputed(event, known)}
    for event in events:
        known.told(event)
    after = dict.fromkeys(problem for event in events for problem in disputed(event, known))
    return plan._replace(notes=(*plan.notes, *(problem for problem in after if problem not in before)))


def _organisation(line: Line, record: Record, known: Known) -> Plan:
    cells = Cells(line)
    day, superior = cells.day("effective"), cells.organisation("superior", known)
    organisation = identified(line, known, cells)
    doc = known.organisations.get(organisation or "", Organisation())
    told = holding(doc.told)
    level, kind = cells.word("level", LEVELS, told), cells.word("kind", KINDS, told)
    end = cells.end_of([one.event for one in endings(told) if one.over(None)])
    name = line.says.get("name") or shown(told)
    cells.need(name, "name")
    cells.end()
    assert organisation is not None
    assert name is not None
    names: dict[str, Any] = {
        "name": line.says.get("name"),
        "short_name": line.says.get("short_name"),
        "variants": names_in(line.says.get("variants")),
    }
    changing = {"kind": kind, "level": level, "code": line.says.get("code"), "superior": superior}
    agree(line, known, ("organisation", organisation, str(day)), {**names, **changing, "variants": None})
    facts = {"organisation": organisation, "effective": day, "record": record}
    ending = (made(line, DissolveOrganisation, facts | {"effective": end.on}),) if end else ()
    if not any(isinstance(event, e.OrganisationRegistered) for event in told):
        new = made(line, RegisterOrganisation, facts | _given(names | changing) | {"name": name})
        return Plan(
            organisation, (new, *ending), len(doc.events), notes=_also_called(organisation, name, superior, known)
        )
    more = {
        **{f: names[f] for f in ("name", "short_name") if not _is_told(told, f, names[f], day)},
        **{f: value for f, value in changing.items() if not _is_so(told, f, value, day)},
        **_more_variants(told, names["variants"]),
    }
    commands = (
        made(line, kind, facts | {f: more[f] for f in fields if f in more})
        for kind, fields in CHANGES.items()
        if more.keys() & fields
    )
    return Plan(organisation, (*commands, *ending), len(doc.events))


def _also_called(organisation: Id, name: str, superior: Id | None, known: Known) -> tuple[Problem, ...]:
    """Who else has the name and is not told to be under another, of the first few who have it."""
    alike = known.called_alike("ORGANISATIONS", name)[:ALIKE]
    under = {one: _superior(known.organisations.get(one, Organisation())) for one in alike if one != organisation}
    return also_called([one for one, other in under.items() if not superior or other in (None, superior)])


@once
def _superior(organisation: Organisation) -> Id | None:
    return _value(latest(until(holding(organisation.told), None), "superior"))


def _bloc(line: Line, record: Record, known: Known) -> Plan:
    cells = Cells(line)
    day, dated = cells.day("effective"), cells.day("dated")
    authority, province = (cells.organisation(name, known) for name in ("authority", "province"))
    bloc = cells.id("bloc")
    if not line.says.get("bloc"):
        cells.wrong(unnamed("bloc", "BLOCS", line.says.get("name"), known))
    doc = known.blocs.get(bloc or "", Bloc())
    told = holding(doc.told)
    established = [event for event in told if isinstance(event, e.BlocEstablished)]
    level, kind = cells.word("level", LEVELS, told), cells.word("kind", BLOC_KINDS, others=False)
    end = cells.end_of(doc.dissolved)
    name, kind = line.says.get("name") or shown(told), kind or (established[0].kind if established else None)
    cells.need(name, "name")
    cells.need(kind or "kind" in cells.problems, "kind")
    cells.end()
    assert bloc is not None
    said = {"kind": kind, "authority": authority, "level": level, "province": province}
    wanted: dict[str, Any] = {"name": line.says.get("name"), "variants": names_in(line.says.get("variants")), **said}
    decision = decision_in(line, dated)
    agree(line, known, ("bloc", bloc, str(day)), {"name": wanted["name"]})
    agree(line, known, ("bloc", bloc), {**said, "number": line.says.get("number"), "dated": dated})
    tellings = {f for f in said if said[f] and said[f] not in [getattr(event, f) for event in established]}
    if decision and not any(same_document(decision, event.decision) for event in established):
        tellings.add("decision")
    facts = {"bloc": bloc, "effective": day, "record": record}
    new = {"name": wanted["name"]} if not _is_told(told, "name", wanted["name"], day) else {}
    new |= _more_variants(told, wanted["variants"])
    naming = (made(line, NameBloc, facts | new),) if new else ()
    ending = (made(line, DissolveBloc, {"bloc": bloc, "record": record, "effective": end.on}),) if end else ()
    one = of_a_table(doc, e.BlocEstablished)
    if one and _contradicts(one.event, said, decision):
        changes = _given({**said, "decision": decision})
        return Plan(
            bloc, (made(line, EstablishBloc, corrected(one, changes, record)), *naming, *ending), len(doc.events)
        )
    if not established or tellings:
        more = {"name": name, "kind": kind, "decision": decision}
        return Plan(bloc, (made(line, EstablishBloc, facts | _given(wanted) | more), *ending), len(doc.events))
    return Plan(bloc, (*naming, *ending), len(doc.events))


def _contradicts(event: e.BlocEstablished, said: Mapping[str, Any], decision: Source | None) -> bool:
    known = [field for field, value in said.items() if value and getattr(event, field) not in (None, value)]
    return bool(known or (decision and event.decision and not same_document(decision, event.decision)))


def _is_told(held: Sequence[Any], name: str, value: str | None, day: date | None) -> bool:
    """Whether a name is told as of its first day; one without a day also where it is the name now."""
    if value is None:
        return True
    on_day = [v for event in held if event.effective == day and (v := getattr(event, name, None))]
    if on_day and on_day[-1] == value:
        return True
    return day is None and _value(latest(until(held, None), name)) == value


def _is_so(held: Sequence[Any], name: str, value: str | None, day: date | None) -> bool:
    """Whether what changes from a day on is told to be so on this day, or is so now: the day of a line may be that of
    the name alone.
    """
    if _is_told(held, name, value, day):
        return True
    return value in [_value(latest(until(held, on), name)) for on in (None, day)]


def _value(found: Any) -> str | None:
    return None if found is None else str(found.value)


def _more_variants(told: Iterable[Any], wanted: Sequence[str]) -> dict[str, tuple[str, ...]]:
    every = {variant for event in told for variant in getattr(event, "variants", ())}
    more = tuple(variant for variant in wanted if variant not in every)
    return {"variants": more} if more else {}


def _given(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value}
