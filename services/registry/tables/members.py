"""What a line of a table of members tells: who joined or left a bloc, what an earlier table told otherwise. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from services.kernel.decider import Command
from services.kernel.provenance import Record, Source
from services.kernel.standing import standing
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.ruling import holding
from services.registry.projections import Bloc, Organisation, Stream
from services.registry.queries.endings import named_since
from services.registry.stays import MEMBERSHIP, Stay, Stays, stays
from services.registry.tables.cells import Cells, Problem, Wrong, decision_in, unnamed
from services.registry.tables.columns import Line
from services.registry.tables.known import Known
from services.registry.tables.telling import Plan, agree, corrected, made, same_document, told_by_table

_Changes = dict[e.MembershipStarted | e.MembershipEnded, dict[str, Any]]
"""What is told otherwise of each event."""


def member(line: Line, record: Record, known: Known) -> Plan:
    cells = Cells(line)
    since, until_, last, dated = (cells.day(name) for name in ("since", "until", "last", "dated"))
    until_ = until_ or (last + timedelta(days=1) if last else None)
    ended = bool(cells.yes("ended") or until_)
    bloc, unit = cells.id("bloc"), cells.organisation("unit", known)
    if bloc and bloc not in known.blocs:
        cells.wrong(Problem("bloc", f"{bloc} is not recorded", f"chưa ghi nhận {bloc}"))
    cells.printed("bloc_name", bloc, known.blocs[bloc].told if bloc in known.blocs else ())
    cells.printed("unit_name", unit, known.organisations[unit].told if unit in known.organisations else ())
    if not line.says.get("bloc"):
        cells.wrong(unnamed("bloc", "BLOCS", line.says.get("bloc_name"), known))
    if not line.says.get("unit"):
        cells.wrong(unnamed("unit", "ORGANISATIONS", line.says.get("unit_name"), known))
    authority = cells.organisation("authority", known) or _authority(known.blocs.get(bloc or ""))
    cells.need(authority or bloc is None or "bloc" in cells.problems, "authority")
    if since and until_ and until_ <= since:
        cells.wrong(Problem("until", "is not after the first day", "phải sau ngày bắt đầu"))
    cells.end()
    assert bloc
    assert unit
    assert authority
    claim = known.claims.get(MEMBERSHIP.of(authority, unit).name, Stream())
    events = [event for event in claim.told if isinstance(event, e.MembershipEvent) and event.bloc == bloc]
    decision = decision_in(line, dated)
    facts = {"authority": authority, "unit": unit, "bloc": bloc, "record": record, "decision": decision}
    stay = _meant(stays(events), since, until_, tells=ended or decision is not None)
    changes: _Changes = {}
    if stay is None:
        begun = since or not ended  # a line that tells of no beginning tells of none
        commands = [made(line, AdmitMember, facts | {"effective": since})] if begun else []
        own = None if begun else decision
        ends = facts | {"effective": until_, "decision": own}
        commands += [made(line, EndMembership, ends)] if ended else []
    else:
        ends_now = ended and not stay.ended
        closing, decision = decision, _of_beginning(stay, decision, ends_now)
        changes = _changes(stay, since, until_, decision)
        ends = facts | {"effective": until_, "decision": None if decision else closing}
        ending = [made(line, EndMembership, ends)] if ends_now else []
        commands = [made(line, kind, told) for kind, told in _corrections(claim, changes, record)] + ending
    said = {"since": since, "until": until_, **_named(decision)}
    place = stay.place if stay else len(events)
    agree(line, known, ("member", authority, bloc, unit, str(place)), said, changes=bool(changes))
    notes = _early(commands, known.organisations.get(unit))
    return Plan(f"{bloc} {unit}", tuple(commands), len(claim.events), notes=tuple(notes))


def _named(decision: Source | None) -> dict[str, object]:
    return {"number": decision.number, "dated": decision.dated} if decision else {}


def _early(commands: Sequence[Command], unit: Organisation | None) -> Iterator[Problem]:
    """That the unit would be told to be a member before the first of its names begins, of which answers warn."""
    begins = named_since(unit) if unit else None
    for command in commands:
        since = command.effective if isinstance(command, AdmitMember) else None
        if begins and since and since < (named := date.fromisoformat(begins.value)):
            yield Problem(
                "since",
                f"a member from {since} on, while the first name of the unit begins on {named}",
                f"là thành viên từ {since:%d/%m/%Y}, còn tên đầu tiên của đơn vị có từ {named:%d/%m/%Y}",
            )


def _meant(known: Stays, since: date | None, until_: date | None, *, tells: bool) -> Stay | None:
    """The stay that a line speaks of; null for one that is new. Raises Wrong where it may be several, and the line
    tells anything of it.
    """
    same = [stay for stay in known if stay.since == since or since is None]
    fits = [stay for stay in same if until_ is None or not stay.ended or stay.until == until_]
    if fits:
        fits = [stay for stay in fits if stay.until == until_] or fits
        alike = [stay for stay in fits if stay.since == since] or fits
        if tells and since is None and len(alike) > 1:
            raise Wrong(_several(alike))
        return alike[-1]
    if not known or (not same and since and all(_apart(stay, since, until_) for stay in known)):
        return None  # it is new, or it came back, or was there before
    near = same or [stay for stay in known if until_ and stay.until == until_] or known
    if len(near) > 1:
        raise Wrong(_otherwise("until" if same else "since", known[-1]))
    return near[0]


def _several(stays_: Sequence[Stay]) -> Problem:
    days = [stay.since for stay in stays_ if stay.since]
    return Problem(
        "since",
        f"several memberships may be meant, since {', '.join(map(str, days))}: give the first day",
        f"có thể là một trong nhiều lần tham gia (từ {', '.join(f'{day:%d/%m/%Y}' for day in days)}): cần ghi ngày đầu",
    )


def _apart(stay: Stay, since: date, until_: date | None) -> bool:
    return not stay.reaches(since) or bool(until_ and stay.since and until_ <= stay.since)


def _of_beginning(stay: Stay, decision: Source | None, ends_now: bool) -> Source | None:
    """The decision in a line; none where it is that of the end, with which it comes or of which it is told."""
    if decision is None or any(same_document(decision, event.decision) for event in stay.told):
        return decision
    of_end = ends_now or any(same_document(decision, event.decision) for event in stay.ended)
    return None if of_end else decision


def _changes(stay: Stay, since: date | None, until_: date | None, decision: Source | None) -> _Changes:
    """What a line tells otherwise of a stay than each event that told it.

    Raises Wrong where what is told otherwise was told by no table: another document's word is no table's to correct.
    """
    found: _Changes = {}
    if since and since != stay.since:
        if not stay.begun:
            raise Wrong(_otherwise("since", stay))
        found |= {event: {"effective": since} for event in stay.begun}
    if until_ and stay.ended and until_ != stay.until:
        found |= {event: {"effective": until_} for event in stay.ended}
    if decision and not any(same_document(decision, event.decision) for event in stay.told):
        found.setdefault(stay.told[0], {})["decision"] = decision
    for event, changes in found.items():
        if not told_by_table(event):
            field = "number" if "decision" in changes else "since" if event in stay.begun else "until"
            raise Wrong(_otherwise(field, stay))
    return found


def _corrections(claim: Stream, changes: _Changes, record: Record) -> Iterator[tuple[type[Command], Mapping[str, Any]]]:
    """The commands, with what they tell, that correct events of a claim."""
    for one in standing((telling.version, telling.event) for telling in claim.events):
        if one.event in changes:
            kind = AdmitMember if isinstance(one.event, e.MembershipStarted) else EndMembership
            yield kind, corrected(one, changes[one.event], record)


def _otherwise(name: str, told: Stay) -> Problem:
    days = [(word, day) for word, day in (("since", told.since), ("until", told.until)) if day]
    words = {"since": "từ", "until": "thôi từ"}
    en = ", ".join(f"{word} {day}" for word, day in days)
    vi = ", ".join(f"{words[word]} {day:%d/%m/%Y}" for word, day in days)
    return Problem(
        name,
        f"the membership is recorded otherwise ({en or 'no day'}): correct that record instead",
        f"tư cách thành viên đã ghi nhận khác ({vi or 'không có ngày'}): cần đính chính bản ghi đó",
    )


def _authority(bloc: Bloc | None) -> Id | None:
    told = holding(bloc.told) if bloc else []
    return next((event.authority for event in told if isinstance(event, e.BlocEstablished) and event.authority), None)
