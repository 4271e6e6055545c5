"""Which commands tell what a line of a table has that is not recorded yet. Pure.

A line is compared with what is recorded, never with an earlier file, so that the same line again tells nothing and a
line that goes back to what was before tells that. Who is meant is said by an id or an official code; an equal name is a
candidate for a person to choose, never proof. An empty cell says nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from services.kernel.convert import NO_DATE, Bad, civil, violations
from services.kernel.decider import Command
from services.kernel.provenance import Inference, Record, Source
from services.kernel.standing import Correction, Standing, Telling, standing
from services.kernel.telling import tell
from services.kernel.text import ID, Id, bare, fold
from services.kernel.text import Line as Name
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
from services.registry.projections import Bloc, Organisation, Stream
from services.registry.queries.common import latest
from services.registry.queries.endings import endings
from services.registry.stays import MEMBERSHIP, Stay, Stays, stays
from services.registry.tables.columns import REORGANISED, UNKNOWN_DAY, Line, Table

IMPORTED = "import-"
"""With what the id of a table begins, as a source."""
REASON = "a later table tells otherwise / bảng nhập sau ghi khác"
NOT_TOLD_AGAIN = frozenset({"type", "reason", "record", "ruling", "correction"})
IDENTIFYING = frozenset({"authority", "unit", "bloc"})
"""What a line names, and so tells itself."""
LEVELS = {"trung uong": "central", "tinh": "province", "huyen": "district", "xa": "commune"}
BLOC_KINDS = {"khoi": "KHOI", "cum": "CUM"}
YES_OR_NO = {"co": True, "x": True, "yes": True, "khong": False, "no": False}
_ERRORS = ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!")
_TEXTS = {"name", "short_name", "code", "number", "issuer"}
_LINE = TypeAdapter[str](Name)
_DAY = re.compile(r"(?:ngày\s*)?(\d{1,2})\s*(?:[/.-]|tháng)\s*(\d{1,2})\s*(?:[/.-]|năm)\s*(\d{4})", re.IGNORECASE)
NO_DAY = Bad("must be a day such as 01/07/2025", "phải là ngày dạng ngày/tháng/năm, ví dụ 01/07/2025")


class Problem(NamedTuple):
    """Why a line is rejected: in which field of it, and the reason; ids among which a person may choose."""

    field: str | None
    en: str
    vi: str
    candidates: tuple[str, ...] = ()


class Plan(NamedTuple):
    """What a line comes to: whom it is about, the commands that tell what is new, or why it is rejected."""

    subject: str | None = None
    commands: tuple[Command, ...] = ()
    told: int = 0
    """How many events are told of the subject already, amended or not: with it a command's id is that of one attempt,
    and no later one.
    """
    problems: tuple[Problem, ...] = ()


class End(NamedTuple):
    """That something is no more, from a day on; null where the day is not known."""

    on: date | None


class Wrong(Exception):
    def __init__(self, *problems: Problem) -> None:
        self.problems = problems


@dataclass
class Known:
    """What is recorded, and what the lines before would tell."""

    organisations: dict[Id, Organisation] = field(default_factory=dict)
    by_code: dict[str, set[Id]] = field(default_factory=dict)
    blocs: dict[Id, Bloc] = field(default_factory=dict)
    claims: dict[str, Stream] = field(default_factory=dict)
    """Memberships, by stream."""
    alike: Mapping[tuple[Table, str], tuple[Id, ...]] = field(default_factory=dict)
    """Ids of organisations and blocs by a name that a line has without an id, folded."""
    said: dict[tuple[str, ...], tuple[str, int]] = field(default_factory=dict)
    """What the lines before say of what can only be one thing, and in which line."""

    def told(self, event: Any) -> None:
        """Take what a command will tell for recorded."""
        if isinstance(event, e.OrganisationEvent):
            before = self.organisations.get(event.organisation, Organisation())
            self.organisations[event.organisation] = Organisation(events=_and_then(before.events, event))
            if code := getattr(event, "code", None):
                self.by_code.setdefault(code, set()).add(event.organisation)
        elif isinstance(event, e.BlocEstablished | e.BlocNamed | e.BlocDissolved):
            bloc = self.blocs.get(event.bloc, Bloc())
            self.blocs[event.bloc] = bloc.model_copy(update={"events": _and_then(bloc.events, event)})
        elif isinstance(event, e.MembershipEvent):
            stream = MEMBERSHIP.of(event.authority, event.unit).name
            self.claims[stream] = Stream(events=_and_then(self.claims.get(stream, Stream()).events, event))
        else:
            raise TypeError(f"{event.type} is told by no table")


def _and_then(told: Sequence[Telling[Any]], event: Any) -> tuple[Telling[Any], ...]:
    return (*told, Telling(version=told[-1].version + 1 if told else 1, event=event))


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


CHANGES: Mapping[type[Command], tuple[str, ...]] = {
    NameOrganisation: ("name", "short_name", "variants"),
    RetypeOrganisation: ("kind", "level"),
    AssignOrganisationCode: ("code",),
    TransferOrganisation: ("superior",),
}
"""By which command each field of an organisation comes to be another from a day on."""


def planned(table: Table, line: Line, record: Record, known: Known) -> Plan:
    """What the line comes to; `known` then knows what it would tell."""
    read = {"ORGANISATIONS": _organisation, "BLOCS": _bloc, "MEMBERS": _member}[table]
    wrong = [*_unusable(line)]
    try:
        plan = read(line, record, known)
    except Wrong as bad:
        fields = {problem.field for problem in wrong}
        return Plan(problems=(*wrong, *(p for p in bad.problems if p.field not in fields)))
    if wrong:
        return Plan(problems=tuple(wrong))
    for command in plan.commands:
        known.told(tell(EVENTS[type(command)], command))
    return plan


def _unusable(line: Line) -> Iterator[Problem]:
    for name, text in line.says.items():
        if text in _ERRORS:
            yield Problem(name, f"the formula gives {text}", f"công thức báo lỗi {text}")
        elif name in _TEXTS:
            try:
                _LINE.validate_python(text)
            except ValidationError as error:
                yield from (Problem(name, v.en, v.vi) for v in violations(error))
    for name in sorted(line.uncomputed):
        yield Problem(
            name,
            "the formula has no computed value: open the file in Excel and save it",
            "công thức chưa có giá trị đã tính: hãy mở tệp bằng Excel rồi lưu lại",
        )


def _organisation(line: Line, record: Record, known: Known) -> Plan:
    cells = _Cells(line)
    day, level, kind = cells.day("effective"), cells.level(), cells.id("kind")
    superior = cells.organisation("superior", known)
    organisation = _identified(line, known, cells)
    doc = known.organisations.get(organisation or "", Organisation())
    told = doc.told
    end = cells.end_of([one.event for one in endings(holding(told)) if one.over(None)])
    name = line.says.get("name") or shown(told)
    cells.need(name, "name")
    cells.end()
    assert organisation is not None
    names: dict[str, Any] = {
        "name": line.says.get("name"),
        "short_name": line.says.get("short_name"),
        "variants": _list(line.says.get("variants")),
    }
    changing = {"kind": kind, "level": level, "code": line.says.get("code"), "superior": superior}
    dated = ("name", "short_name", *changing)
    _agree(line, known, ("organisation", organisation), day, names | changing, dated=dated)
    facts = {"organisation": organisation, "effective": day, "record": record}
    ending = (_made(line, DissolveOrganisation, facts | {"effective": end.on}),) if end else ()
    if not any(isinstance(event, e.OrganisationRegistered) for event in told):
        new = _made(line, RegisterOrganisation, facts | _given(names | changing) | {"name": name})
        return Plan(organisation, (new, *ending), len(doc.events))
    held = holding(told)
    more = {
        **{f: names[f] for f in ("name", "short_name") if not _is_told(held, f, names[f], day)},
        **{f: value for f, value in changing.items() if not _is_so(held, f, value, day)},
        **_more_variants(told, names["variants"]),
    }
    commands = (
        _made(line, kind, facts | {f: more[f] for f in fields if f in more})
        for kind, fields in CHANGES.items()
        if more.keys() & fields
    )
    return Plan(organisation, (*commands, *ending), len(doc.events))


def _bloc(line: Line, record: Record, known: Known) -> Plan:
    cells = _Cells(line)
    day, dated, level = cells.day("effective"), cells.day("dated"), cells.level()
    kind = cells.one_of("kind", BLOC_KINDS)
    authority, province = (cells.organisation(name, known) for name in ("authority", "province"))
    bloc = cells.id("bloc")
    if not line.says.get("bloc"):
        cells.wrong(_unnamed("bloc", "BLOCS", line.says.get("name"), known))
    doc = known.blocs.get(bloc or "", Bloc())
    told = doc.told
    established = [event for event in holding(told) if isinstance(event, e.BlocEstablished)]
    end = cells.end_of(doc.dissolved)
    name, kind = line.says.get("name") or shown(told), kind or (established[0].kind if established else None)
    cells.need(name, "name")
    cells.need(kind or "kind" in cells.problems, "kind")
    cells.end()
    assert bloc is not None
    said = {"kind": kind, "authority": authority, "level": level, "province": province}
    wanted: dict[str, Any] = {"name": line.says.get("name"), "variants": _list(line.says.get("variants")), **said}
    decision = _decision(line, dated)
    _agree(line, known, ("bloc", bloc), day, wanted | {"number": line.says.get("number")}, dated=("name",))
    tellings = {f for f in said if said[f] and said[f] not in [getattr(event, f) for event in established]}
    if decision and not any(_same_document(decision, event.decision) for event in established):
        tellings.add("decision")
    facts = {"bloc": bloc, "effective": day, "record": record}
    new = {"name": wanted["name"]} if not _is_told(holding(told), "name", wanted["name"], day) else {}
    new |= _more_variants(told, wanted["variants"])
    naming = (_made(line, NameBloc, facts | new),) if new else ()
    ending = (_made(line, DissolveBloc, {"bloc": bloc, "record": record, "effective": end.on}),) if end else ()
    one = _of_a_table(doc, e.BlocEstablished)
    if one and _contradicts(one.event, said, decision):
        changes = _given({**said, "decision": decision})
        return Plan(
            bloc, (_made(line, EstablishBloc, corrected(one, changes, record)), *naming, *ending), len(doc.events)
        )
    if not established or tellings:
        more = {"name": name, "kind": kind, "decision": decision}
        return Plan(bloc, (_made(line, EstablishBloc, facts | _given(wanted) | more), *ending), len(doc.events))
    return Plan(bloc, (*naming, *ending), len(doc.events))


def _member(line: Line, record: Record, known: Known) -> Plan:
    cells = _Cells(line)
    since, until_, last, dated = (cells.day(name) for name in ("since", "until", "last", "dated"))
    until_ = until_ or (last + timedelta(days=1) if last else None)
    ended = bool(cells.yes("ended") or until_)
    bloc, unit = cells.id("bloc"), cells.organisation("unit", known)
    if bloc and bloc not in known.blocs:
        cells.wrong(Problem("bloc", f"{bloc} is not recorded", f"chưa ghi nhận {bloc}"))
    if not line.says.get("bloc"):
        cells.wrong(_unnamed("bloc", "BLOCS", line.says.get("bloc_name"), known))
    if not line.says.get("unit"):
        cells.wrong(_unnamed("unit", "ORGANISATIONS", line.says.get("unit_name"), known))
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
    decision = _decision(line, dated)
    facts = {"authority": authority, "unit": unit, "bloc": bloc, "record": record, "decision": decision}
    stay = _meant(stays(events), since, until_)
    if stay is None:
        begun = since or not ended  # a line that tells of no beginning tells of none
        commands = [_made(line, AdmitMember, facts | {"effective": since})] if begun else []
        own = None if begun else decision
        ends = facts | {"effective": until_, "decision": own}
        commands += [_made(line, EndMembership, ends)] if ended else []
    else:
        ends_now = ended and not stay.ended
        changes = _changes(stay, since, until_, None if ends_now else decision)
        ending = [_made(line, EndMembership, facts | {"effective": until_})] if ends_now else []
        commands = [_made(line, kind, told) for kind, told in _corrections(claim, changes, record)] + ending
    return Plan(f"{bloc} {unit}", tuple(commands), len(claim.events))


def _meant(known: Stays, since: date | None, until_: date | None) -> Stay | None:
    """The stay that a line speaks of; null for one that is new. Raises Wrong where it may be several."""
    same = [stay for stay in known if stay.since == since or since is None]
    fits = [stay for stay in same if until_ is None or not stay.ended or stay.until == until_]
    if fits:
        return next((stay for stay in fits if stay.until == until_), fits[-1])
    if not known or (not same and since and all(not stay.reaches(since) for stay in known)):
        return None  # it is new, or it came back
    near = same or [stay for stay in known if until_ and stay.until == until_] or known
    if len(near) > 1:
        raise Wrong(_otherwise("until" if same else "since", known[-1]))
    return near[0]


def _changes(
    stay: Stay, since: date | None, until_: date | None, decision: Source | None
) -> dict[e.MembershipStarted | e.MembershipEnded, dict[str, Any]]:
    """What a line tells otherwise of a stay than each event that told it.

    Raises Wrong where what is told otherwise was told by no table: another document's word is no table's to correct.
    """
    found: dict[e.MembershipStarted | e.MembershipEnded, dict[str, Any]] = {}
    if since and since != stay.since:
        if not stay.begun:
            raise Wrong(_otherwise("since", stay))
        found |= {event: {"effective": since} for event in stay.begun}
    if until_ and stay.ended and until_ != stay.until:
        found |= {event: {"effective": until_} for event in stay.ended}
    known: list[e.MembershipStarted | e.MembershipEnded] = [*stay.begun, *stay.ended]
    if decision and not any(_same_document(decision, event.decision) for event in known):
        found.setdefault(known[0], {})["decision"] = decision
    for event, changes in found.items():
        if not told_by_table(event):
            field = "number" if "decision" in changes else "since" if event in stay.begun else "until"
            raise Wrong(_otherwise(field, stay))
    return found


def _corrections(
    claim: Stream, changes: Mapping[Any, Mapping[str, Any]], record: Record
) -> Iterator[tuple[type[Command], Mapping[str, Any]]]:
    """The commands, with what they tell, that correct events of a claim."""
    for one in standing((telling.version, telling.event) for telling in claim.events):
        if one.event in changes:
            kind = AdmitMember if isinstance(one.event, e.MembershipStarted) else EndMembership
            yield kind, corrected(one, changes[one.event], record)


def _otherwise(name: str, told: Stay) -> Problem:
    days = ", ".join(f"{name} {day}" for name, day in (("since", told.since), ("until", told.until)) if day)
    return Problem(
        name,
        f"the membership is recorded otherwise ({days or 'no day'}): correct that record instead",
        f"tư cách thành viên đã ghi nhận khác ({days or 'không có ngày'}): cần đính chính bản ghi đó",
    )


def told_by_table(event: Any) -> bool:
    """Whether a table told it, so that another one may correct it."""
    return event.record is not None and event.record.source.id.startswith(IMPORTED)


def corrected(one: Standing[Any], changes: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """What a correction of an event tells: all that the event told, with what changes. Of a new document only the
    changes are its own words.
    """
    fields = [name for name in type(one.event).model_fields if name not in NOT_TOLD_AGAIN]
    told = {name: value for name in fields if (value := getattr(one.event, name)) is not None and value != ()}
    kept = [name for name in told.keys() - changes.keys() if name not in IDENTIFYING]
    basis = f"as told before, by {one.event.record.source.id} / như đã ghi trước đó"
    inferred = tuple(Inference(field=name, basis=basis) for name in sorted(kept))
    return {
        **told,
        **changes,
        "record": record.model_copy(update={"inferred": (*record.inferred, *inferred)}),
        "correction": Correction(corrects=one.told_by[-1], reason=f"{REASON}: {record.place}"),
    }


def _of_a_table(doc: Bloc, kind: type[Any]) -> Standing[Any] | None:
    """The only event of a kind that stands, if a table told it."""
    found = [one for one in standing((t.version, t.event) for t in doc.events) if isinstance(one.event, kind)]
    return found[0] if len(found) == 1 and told_by_table(found[0].event) else None


def _contradicts(event: e.BlocEstablished, said: Mapping[str, Any], decision: Source | None) -> bool:
    known = [field for field, value in said.items() if value and getattr(event, field) not in (None, value)]
    return bool(known or (decision and event.decision and not _same_document(decision, event.decision)))


class _Cells:
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
        self.wrong(
            Problem(
                name,
                "must be 1 to 80 of a-z, 0-9, '.', '_' and '-', a letter or digit first",
                "phải gồm 1 đến 80 ký tự a-z, 0-9, '.', '_', '-', bắt đầu bằng chữ hoặc số (không dấu, không viết hoa)",
            )
        )
        return None

    def level(self) -> Id | None:
        text = self._line.says.get("level")
        known = LEVELS.get(bare(text).removeprefix("cap ")) if text else None
        return known or self.id("level")

    def one_of(self, name: str, values: Mapping[str, str]) -> str | None:
        text = self._line.says.get(name)
        if text is None:
            return None
        found = values.get(bare(text).removesuffix(" thi dua")) or (text if text in values.values() else None)
        if found is None:
            every = ", ".join(values.values())
            self.wrong(Problem(name, f"must be one of {every}", f"phải là một trong {every} (Khối, Cụm)"))
        return found

    def organisation(self, name: str, known: Known) -> Id | None:
        """The organisation that a cell names by its id or its official code."""
        text = self._line.says.get(name)
        if text is None or text in known.organisations:
            return text
        ids = tuple(sorted(known.by_code.get(text, ())))
        if len(ids) == 1:
            return ids[0]
        self.wrong(_ambiguous(name, text, ids) if ids else _unknown(name, text, known))
        return None


def _identified(line: Line, known: Known, cells: _Cells) -> Id | None:
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
        cells.wrong(_unnamed("organisation", "ORGANISATIONS", line.says.get("name"), known))
        return None
    if len(having) > 1:
        cells.wrong(_ambiguous("code", code, having))
    made = having[0] if having else code.lower()
    if not re.fullmatch(ID, made) or (not having and made in known.organisations):
        cells.wrong(
            Problem(
                "organisation", f"is required: no id can be made of {code}", f"phải có: không lập được mã từ {code}"
            )
        )
        return None
    return made


def _unknown(name: str, text: str, known: Known) -> Problem:
    candidates = known.alike.get(("ORGANISATIONS", fold(text)), ())
    en, vi = f"no organisation has the id or official code {text}", f"không có tổ chức nào có mã {text}"
    return Problem(name, en, vi, candidates)


def _ambiguous(name: str, code: str, ids: Sequence[Id]) -> Problem:
    which = ", ".join(ids)
    return Problem(name, f"the code {code} belongs to {which}", f"mã {code} thuộc về {which}", tuple(ids))


def _unnamed(name: str, table: Table, called: str | None, known: Known) -> Problem:
    candidates = known.alike.get((table, fold(called)), ()) if called else ()
    if candidates:
        which = ", ".join(candidates)
        return Problem(
            name,
            f"is required: an equal name is no proof; is it {which}?",
            f"phải có: trùng tên chưa đủ căn cứ; có phải {which} không?",
            candidates,
        )
    return Problem(name, "is required", "phải có")


def _agree(
    line: Line, known: Known, whom: tuple[str, str], day: date | None, wanted: Mapping[str, Any], dated: Sequence[str]
) -> None:
    """That no line before says otherwise of what is one thing (on one day): it would be told anew each time.

    Raises Wrong.
    """
    for name, value in wanted.items():
        if not value or name == "variants":
            continue
        key = (*whom, name, str(day) if name in dated else "")
        before, number = known.said.setdefault(key, (value, line.number))
        if before != value:
            raise Wrong(Problem(name, f"line {number} says {before}", f"dòng {number} ghi là {before}"))


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


def _authority(bloc: Bloc | None) -> Id | None:
    told = holding(bloc.told) if bloc else []
    return next((event.authority for event in told if isinstance(event, e.BlocEstablished) and event.authority), None)


def _decision(line: Line, dated: date | None) -> Source | None:
    number, issuer = line.says.get("number"), line.says.get("issuer")
    if number is None and dated is None:
        return None
    return Source(id=number or f"decision of {dated}", number=number, issuer=issuer, dated=dated)


def _same_document(one: Source, other: Source | None) -> bool:
    return other is not None and (one.number, one.dated) == (other.number, other.dated)


def _made(line: Line, kind: type[Command], facts: Mapping[str, Any]) -> Command:
    """The command. Raises Wrong with every field that breaks a rule."""
    try:
        return kind.model_validate({name: value for name, value in facts.items() if value is not None})
    except ValidationError as error:
        problems = (Problem(v.field.partition("[")[0].partition(".")[0], v.en, v.vi) for v in violations(error))
        raise Wrong(*problems) from None


def _day(text: str) -> date | Bad:
    """The day as officers write it."""
    if match := _DAY.fullmatch(text):
        text = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    found = civil(text)
    return NO_DAY if found == NO_DATE else found


def _list(text: str | None) -> tuple[str, ...]:
    """The names in one cell: a line for each, or else parted by semicolons."""
    if text is None:
        return ()
    parts = re.split(r"\n" if "\n" in text else ";", text)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
