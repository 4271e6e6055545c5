"""Leadership: terms that are elected, recorded, corrected, handed over, and represented by one person after another.

A claim is what one event told of a term; two claims for one year may contradict each other, and both are kept. Guards
bind performed acts alone: through them at most one head is in office at any instant.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, assert_never

from pydantic import Field

from services.kernel.decider import Command, Events, Fold, Handler, Handlers, Stream
from services.kernel.errors import Refused
from services.kernel.performing import counted, performed_on
from services.kernel.provenance import Listed, Part, Record, Source
from services.kernel.standing import Correctable, Standing, why
from services.kernel.telling import require, tell
from services.kernel.text import Id, Prose
from services.registry import events as e
from services.registry.domain.belonging import ActOfMembers, belong, reads
from services.registry.domain.bloc import BLOC, Bloc, established, founded
from services.registry.domain.organisation import Mentioned


class ElectLeadership(e.ElectionFacts, ActOfMembers):
    """Elect, acclaim or appoint head and deputies for a year."""


class HandOverLeadership(e.HandoverFacts, Correctable, ActOfMembers):
    """Hand the lead over: from `effective` on, the incoming head is the head."""


class RecordLeadership(e.LeadershipFacts, Correctable, Command):
    """Record what a source tells of a term."""


class CorrectLeadership(e.LeadershipFacts, Command):
    """Replace what an earlier event told of a term by what is told here, all of it; both stay answerable."""

    corrects: int = Field(ge=1)
    """The version, in the bloc's leadership stream, of the event that told the term (answers show it)."""
    reason: Prose
    """Why."""

    @property
    def amends(self) -> int:
        return self.corrects


class CorrectHandover(e.HandoverFacts, Command):
    """Replace what an earlier event told of a handover by what is told here, all of it; both stay answerable.

    A correction of an election moves no handover: each act is corrected by itself, for a reason of its own.
    """

    record: Record
    """How it is known."""
    corrects: int = Field(ge=1)
    """The version, in the bloc's leadership stream, of the event that told the handover (answers show it)."""
    reason: Prose
    """Why."""
    void: bool = False
    """True where no such handover took place."""

    @property
    def amends(self) -> int:
        return self.corrects


class ChangeRepresentative(e.RepresentativeFacts, ActOfMembers):
    """Tell that in the midst of a term another person came to represent an agency that stays head or deputy."""


class Claim(Part):
    """What one event, or its correction, tells of a term."""

    told_by: tuple[int, ...]
    """Versions of every event that told it, oldest first; none in a decision's state."""
    year: int | None = None
    head: e.Holder | None = None
    deputies: Listed[e.Deputy]
    mode: e.Mode | None = None
    tally: e.Tally | None = None
    conference: Id | None = None
    elected: bool
    """Whether an election is told, be its day known or not."""
    elected_on: date | None = None
    elected_field: str
    """Which field of `record` marks the day of the election."""
    start: date | None = None
    end: date | None = None
    seen_on: date | None = None
    record: Record | None = None
    reason: str | None = None
    """Of the last correction."""


class Handover(Part):
    """An act of handing over to the head of a year."""

    told_by: tuple[int, ...]
    """Versions of every event that told it, oldest first; none in a decision's state."""
    year: int
    on: date | None = None
    outgoing: e.Holder | None = None
    incoming: e.Holder | None = None
    record: Record | None = None
    reason: str | None = None
    """Of the last correction."""


class Change(Part):
    """A change of the person who represents a head or deputy."""

    told_by: tuple[int, ...]
    """Versions of every event that told it, oldest first; none in a decision's state."""
    year: int
    agency: Id
    person: Id | None = None
    in_place_of: Id | None = None
    effective: date | None = None
    decision: Source | None = None
    record: Record | None = None
    reason: str | None = None
    """Of the last correction."""


class Leadership(Part):
    """All that stands of what is told of a bloc's leadership."""

    claims: tuple[Claim, ...] = ()
    handovers: tuple[Handover, ...] = ()
    changes: tuple[Change, ...] = ()


def evolve(leadership: Leadership, event: e.LeadershipEvent) -> Leadership:
    return _with(leadership, [_told_by(event)])


def led(told: Iterable[Standing[e.LeadershipEvent]]) -> Leadership:
    """The leadership by what stands, with the versions of the events that tell it."""
    return _with(Leadership(), [_told_by(one.event, one.told_by) for one in told])


def _with(leadership: Leadership, told: Sequence[Claim | Handover | Change | None]) -> Leadership:
    return Leadership(
        claims=(*leadership.claims, *(one for one in told if isinstance(one, Claim))),
        handovers=(*leadership.handovers, *(one for one in told if isinstance(one, Handover))),
        changes=(*leadership.changes, *(one for one in told if isinstance(one, Change))),
    )


def _told_by(event: e.LeadershipEvent, versions: tuple[int, ...] = ()) -> Claim | Handover | Change | None:
    match event:
        case e.LeadershipElected():
            return _elected(event, versions)
        case e.LeadershipRecorded() | e.LeadershipCorrected():
            return _recorded(event, versions)
        case e.HandoverCorrected(void=True):
            return None
        case e.LeadershipHandedOver() | e.HandoverCorrected():
            return _handover(event, versions)
        case e.RepresentativeChanged():
            return _change(event, versions)
        case _:
            assert_never(event)


def _elected(event: e.LeadershipElected, told_by: tuple[int, ...]) -> Claim:
    return Claim(
        told_by=told_by,
        year=event.year,
        head=event.head,
        deputies=event.deputies,
        mode=event.mode,
        tally=event.tally,
        conference=event.conference,
        elected=True,
        elected_on=event.effective,
        elected_field="effective",
        record=event.record,
        reason=why(event),
    )


def _recorded(event: e.LeadershipRecorded | e.LeadershipCorrected, told_by: tuple[int, ...]) -> Claim:
    return Claim(
        told_by=told_by,
        year=event.year,
        head=event.head,
        deputies=event.deputies,
        mode=event.mode,
        tally=event.tally,
        elected=event.elected_on is not None,
        elected_on=event.elected_on,
        elected_field="elected_on",
        start=event.start,
        end=event.end,
        seen_on=event.seen_on,
        record=event.record,
        reason=why(event),
    )


def _handover(event: e.LeadershipHandedOver | e.HandoverCorrected, told_by: tuple[int, ...]) -> Handover:
    return Handover(
        told_by=told_by,
        year=event.year,
        on=event.effective,
        outgoing=event.outgoing,
        incoming=event.incoming,
        record=event.record,
        reason=why(event),
    )


def _change(event: e.RepresentativeChanged, told_by: tuple[int, ...]) -> Change:
    return Change(
        told_by=told_by,
        year=event.year,
        agency=event.agency,
        person=event.person,
        in_place_of=event.in_place_of,
        effective=event.effective,
        decision=event.decision,
        record=event.record,
        reason=why(event),
    )


LEADERSHIP: Fold[Leadership] = Fold("leadership", Leadership(), evolve)


def elect(command: ElectLeadership, leadership: Leadership, bloc: Bloc, *members: Any) -> Events:
    if command.record is None:
        known = established(bloc, command.effective)
        performed_on(command, command.year)
        counted(command)
        _cast(command.tally)
        agencies = [_agency(holder, field) for field, holder in _holders(command).items()]
        require(
            len(set(agencies)) == len(agencies),
            "leadership.distinct",
            en="Head and deputies are different agencies.",
            vi="Trưởng và phó phải là các cơ quan khác nhau.",
        )
        require(
            not any(c.year == command.year and c.head for c in leadership.claims),
            "leadership.one-head",
            en=f"head: a head for {command.year} is known; correct that term instead.",
            vi=f"head: năm {command.year} đã có trưởng khối, cụm; cần đính chính nhiệm kỳ đó.",
        )
        _guard_election(command, command.head or e.Holder(), leadership)
        belong(command, _named(_holders(command)), known, members)
    return [tell(e.LeadershipElected, command)]


def _guard_election(command: ElectLeadership, head: e.Holder, leadership: Leadership) -> None:
    """That whoever is told to have taken over for the year is whom this elects, and not before. Raises Refused."""
    handed_over = [h for h in leadership.handovers if h.year == command.year]
    require(
        not any(h.incoming and _other(h.incoming, head) for h in handed_over),
        "leadership.one-head",
        en=f"head: another head for {command.year} is told to have taken over; correct that handover first.",
        vi=f"head: đã ghi nhận bàn giao cho trưởng khác của năm {command.year}; cần đính chính việc bàn giao đó trước.",
    )
    require(
        all(h.on is None or command.effective is None or command.effective <= h.on for h in handed_over),
        "leadership.before-election",
        en=f"effective: the head for {command.year} is told to have taken over before that day.",
        vi=f"effective: trưởng năm {command.year} được ghi nhận đã nhận bàn giao trước ngày đó.",
    )


def _other(one: e.Holder, head: e.Holder) -> bool:
    """Whether two heads cannot be the same."""
    if one.agency and head.agency:
        return one.agency != head.agency
    return bool(one.person and head.person and one.person != head.person)


def _cast(tally: e.Tally | None) -> None:
    """Raises Refused for more votes than there are voters."""
    cast = tally.in_favour + (tally.against or 0) if tally else 0
    most = tally.eligible if tally else None
    require(
        most is None or cast <= most,
        "leadership.tally",
        en=f"tally: {cast} votes were cast, and {most} could vote.",
        vi=f"tally: có {cast} phiếu nhưng chỉ {most} người được bỏ phiếu.",
    )


def hand_over(command: HandOverLeadership, leadership: Leadership, bloc: Bloc, *members: Any) -> Events:
    if command.record is None:
        known = established(bloc, command.effective)
        _guard_handover(command, performed_on(command, command.year), leadership)
        belong(command, _named(_holders(command)), known, members)
    return [tell(e.LeadershipHandedOver, command)]


def _guard_handover(command: HandOverLeadership, day: date, leadership: Leadership) -> None:
    incoming = _agency(command.incoming, "incoming")
    heads = [c for c in leadership.claims if c.year == command.year and c.head]
    require(
        heads and all(c.head and c.head.agency == incoming for c in heads),
        "leadership.not-elected",
        en=f"The incoming agency is not the one undisputed head for {command.year}.",
        vi=f"Cơ quan nhận bàn giao không phải là trưởng duy nhất của năm {command.year}.",
    )
    require(
        all(c.elected_on is None or c.elected_on <= day for c in heads),
        "leadership.before-election",
        en="The handover cannot precede the election.",
        vi="Không thể bàn giao trước khi bầu.",
    )
    require(
        all(c.end is None or day <= c.end for c in heads),
        "leadership.not-in-office",
        en=f"effective: the term of {command.year} is told to be over on that day; correct that first.",
        vi=f"effective: nhiệm kỳ năm {command.year} được ghi nhận đã kết thúc trước ngày đó; cần đính chính trước.",
    )
    others = [(h.year, h.on) for h in leadership.handovers] + [(c.year, c.start) for c in leadership.claims if c.start]
    require(
        all((year is None or year < command.year) and (start is None or start < day) for year, start in others),
        "leadership.one-head",
        en="This or a later head has taken over already.",
        vi="Trưởng của năm này hoặc năm sau đã nhận bàn giao.",
    )
    in_office = [c for c in leadership.claims if c.year != command.year and c.head]
    require(
        all(c.end is None or c.end < day for c in in_office),
        "leadership.one-head",
        en="Another term lasts until that day or longer.",
        vi="Nhiệm kỳ khác còn kéo dài đến ngày đó hoặc sau đó.",
    )


def change(command: ChangeRepresentative, leadership: Leadership, bloc: Bloc, *members: Any) -> Events:
    if command.record is None:
        known = established(bloc, command.effective)
        _guard_change(command, performed_on(command, command.year), leadership)
        belong(command, {"agency": command.agency}, known, members)
    return [tell(e.RepresentativeChanged, command)]


def _guard_change(command: ChangeRepresentative, day: date, leadership: Leadership) -> None:
    """That the term lasts on the day: it ends with the next election or handover, and at the latest with the year after
    its own, as for the answer who heads (domain, section 6). Raises Refused.
    """
    require(
        command.person, "leadership.person", en="person: name the person.", vi="person: cần nêu người đại diện mới."
    )
    claims = [c for c in leadership.claims if c.year == command.year]
    incoming = [h.incoming for h in leadership.handovers if h.year == command.year]
    holders = [*(one for c in claims for one in (c.head, *c.deputies.items)), *incoming]
    held = [one for one in holders if one and one.agency == command.agency]
    require(
        held,
        "leadership.not-in-office",
        en=f"agency: {command.agency} is neither head nor deputy for {command.year}.",
        vi=f"agency: {command.agency} không phải là trưởng hoặc phó của năm {command.year}.",
    )
    begun = [c.elected_on or c.start for c in claims if c.elected_on or c.start]
    ends = [c.end for c in claims if c.end]
    require(
        all(on <= day for on in begun if on)
        and all(day <= on for on in ends)
        and not _succeeded(command.year, day, leadership),
        "leadership.not-in-office",
        en=f"effective: the term of {command.year} has not begun on that day, or is over.",
        vi=f"effective: ngày đó nhiệm kỳ năm {command.year} chưa bắt đầu hoặc đã kết thúc.",
    )
    now = _representatives(command, day, leadership, held)
    require(
        command.in_place_of is None or not now or command.in_place_of in now,
        "leadership.representative",
        en=f"in_place_of: {', '.join(sorted(now))} represents the agency on that day.",
        vi=f"in_place_of: ngày đó người đại diện là {', '.join(sorted(now))}.",
    )
    require(
        command.person not in now,
        "leadership.representative",
        en="person: represents the agency already.",
        vi="person: đang là người đại diện.",
    )


def _succeeded(year: int, day: date, leadership: Leadership) -> bool:
    """Whether by the day the term of a year is over: the head of a later one has taken over, or the year is past and
    the next head elected, or the year after it past too. One that is told to last longer does.
    """
    later = [c for c in leadership.claims if c.year is not None and c.year > year]
    taken = [*(c.start for c in later), *(h.on for h in leadership.handovers if h.year > year)]
    if any(on and on <= day for on in taken):
        return True
    given_up = any(h.on and h.year == year + 1 for h in leadership.handovers)
    if given_up or any(c.end for c in leadership.claims if c.year == year):
        return False
    elected = any(c.elected_on and c.elected_on <= day for c in later)
    return day.year > year and (elected or day.year > year + 1)


def _representatives(
    command: ChangeRepresentative, day: date, leadership: Leadership, held: Iterable[e.Holder]
) -> set[Id]:
    """Who is told to represent the agency on the day."""
    of = (c for c in leadership.changes if (c.year, c.agency) == (command.year, command.agency))
    done = [c for c in of if c.effective and c.effective <= day]
    last = max((c.effective for c in done if c.effective), default=None)
    persons = [c.person for c in done if c.effective == last] if last else [one.person for one in held]
    return {person for person in persons if person}


def _holders(command: ElectLeadership | HandOverLeadership) -> Mapping[str, e.Holder | None]:
    """Who comes into office, by field."""
    if isinstance(command, HandOverLeadership):
        return {"incoming": command.incoming}
    deputies = {f"deputies.items[{i}]": deputy for i, deputy in enumerate(command.deputies.items)}
    return {"head": command.head, **deputies}


def _named(holders: Mapping[str, e.Holder | None]) -> Mentioned:
    return {f"{field}.agency": holder.agency for field, holder in holders.items() if holder and holder.agency}


def _agency(holder: e.Holder | None, field: str) -> Id:
    """The agency of a performed act. Raises Refused where none is named."""
    if holder is None or holder.agency is None:
        raise Refused(
            "leadership.agency", en=f"Name the agency: {field}.agency.", vi=f"Cần nêu cơ quan: {field}.agency."
        )
    return holder.agency


def record(command: RecordLeadership, leadership: Leadership) -> Events:
    del leadership  # a record needs no antecedent
    return [tell(e.LeadershipRecorded, command, effective=command.start)]


def correct(command: CorrectLeadership, leadership: Leadership, bloc: Bloc) -> Events:
    _told(leadership, bloc)
    return [tell(e.LeadershipCorrected, command, effective=command.start)]


def _told(leadership: Leadership, bloc: Bloc) -> None:
    """That the bloc of a correction is no slip; what it corrects there, the kernel sees to. Raises Refused."""
    if leadership == Leadership():
        founded(bloc)


def correct_handover(command: CorrectHandover, leadership: Leadership, bloc: Bloc) -> Events:
    _told(leadership, bloc)
    return [tell(e.HandoverCorrected, command)]


def _reads(command: ElectLeadership | HandOverLeadership) -> list[Stream[Any]]:
    streams: list[Stream[Any]] = [LEADERSHIP.of(command.bloc), BLOC.of(command.bloc)]
    return streams + reads(command, _named(_holders(command)))


HANDLERS: Handlers = {
    ElectLeadership: Handler(_reads, elect),
    HandOverLeadership: Handler(_reads, hand_over),
    ChangeRepresentative: Handler(
        lambda c: [LEADERSHIP.of(c.bloc), BLOC.of(c.bloc), *reads(c, {"agency": c.agency})], change
    ),
    RecordLeadership: Handler(lambda c: [LEADERSHIP.of(c.bloc)], record),
    CorrectLeadership: Handler(lambda c: [LEADERSHIP.of(c.bloc), BLOC.of(c.bloc)], correct),
    CorrectHandover: Handler(lambda c: [LEADERSHIP.of(c.bloc), BLOC.of(c.bloc)], correct_handover),
}
