"""Leadership: terms that are elected, recorded, corrected, handed over, and represented by one person after another.

A claim is what one event told of a term; two claims for one year may contradict each other, and both are kept. Guards
bind performed acts alone: through them at most one head is in office at any instant.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
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
    """Hand the lead over: from `effective` on, the incoming head is the head. In the midst of a year its head, named as
    the outgoing one, hands over to another for the rest of it, elected or not.
    """


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
        day = performed_on(command, command.year)
        counted(command)
        _cast(command.tally)
        agencies = [_agency(holder, field) for field, holder in _holders(command).items()]
        require(
            len(set(agencies)) == len(agencies),
            "leadership.distinct",
            en="Head and deputies are different agencies.",
            vi="Trưởng và phó phải là các cơ quan khác nhau.",
        )
        _guard_election(command, day, leadership)
        belong(command, _named(_holders(command)), known, members)
    return [tell(e.LeadershipElected, command)]


def _guard_election(command: ElectLeadership, day: date, leadership: Leadership) -> None:
    """That every other head of the year has left office before the day, and that whoever else is told to have taken
    over for the year is whom this elects, and not before. Raises Refused.
    """
    head = command.head or e.Holder()
    elected = [c.head for c in leadership.claims if c.year == command.year and c.head]
    require(
        all(_other(one, head) and _has_left(one, command.year, day, leadership) for one in elected),
        "leadership.one-head",
        en=f"head: a head for {command.year} is known; correct that term, or tell when it ended: before that day.",
        vi=f"head: năm {command.year} đã có trưởng khối, cụm; cần đính chính nhiệm kỳ đó, hoặc ghi nhận ngày kết thúc"
        " trước ngày này.",
    )
    after = _heads(leadership, command.year + 1)
    into = [h for h in leadership.handovers if h.year == command.year + 1 and h.outgoing]
    given_up = [h.outgoing for h in into if not any(_gives_up(h, one) for one in after)]
    require(
        not any(one and _other(one, head) for one in given_up),
        "leadership.one-head",
        en=f"head: another head for {command.year} is told to have handed over; correct that handover first.",
        vi=f"head: đã ghi nhận trưởng khác của năm {command.year} bàn giao; cần đính chính việc bàn giao đó trước.",
    )
    handed_over = [h for h in leadership.handovers if h.year == command.year]
    others = [h for h in handed_over if h.incoming and _other(h.incoming, head)]
    require(
        all(h.incoming and _has_left(h.incoming, command.year, day, leadership) for h in others),
        "leadership.one-head",
        en=f"head: another head for {command.year} is told to have taken over; correct that handover first.",
        vi=f"head: đã ghi nhận bàn giao cho trưởng khác của năm {command.year}; cần đính chính việc bàn giao đó trước.",
    )
    require(
        all(h.on is None or day <= h.on for h in handed_over if h not in others),
        "leadership.before-election",
        en=f"effective: the head for {command.year} is told to have taken over before that day.",
        vi=f"effective: trưởng năm {command.year} được ghi nhận đã nhận bàn giao trước ngày đó.",
    )


def _heads(leadership: Leadership, year: int) -> list[e.Holder]:
    """Everyone who is told to be the head of the year."""
    claimed = [c.head for c in leadership.claims if c.year == year]
    handed = [h.incoming for h in leadership.handovers if h.year == year]
    return [holder for holder in (*claimed, *handed) if holder]


def _other(one: e.Holder, head: e.Holder) -> bool:
    """Whether two heads cannot be the same."""
    if one.agency and head.agency:
        return one.agency != head.agency
    return bool(one.person and head.person and one.person != head.person)


def _same(one: e.Holder | None, other: e.Holder) -> bool:
    """Whether two are told to be the same head, not only by what one of them leaves out."""
    return one is not None and one.agency == other.agency and bool(one.agency or one.person == other.person)


def _has_left(head: e.Holder, year: int, day: date, leadership: Leadership) -> bool:
    """Whether all who tell when a head of the year left office tell of a day before this one, after it came."""
    lasts = _lasts(head, year, leadership)
    begun = _begun(head, year, leadership)
    return bool(lasts) and max(lasts) < day and all(on <= min(lasts) for on in begun)


def _lasts(head: e.Holder, year: int, leadership: Leadership) -> list[date]:
    """The last days of a head of the year: as told, or the eve of its handover to another head of that year."""
    ends = [c.end for c in leadership.claims if c.year == year and c.end and _same(c.head, head)]
    given_up = [h.on for h in leadership.handovers if h.year == year and h.on and _gives_up(h, head)]
    return ends + [on - timedelta(days=on > date.min) for on in given_up]


def _gives_up(handover: Handover, head: e.Holder) -> bool:
    return _same(handover.outgoing, head) and handover.incoming is not None and _other(handover.incoming, head)


def _begun(head: e.Holder, year: int, leadership: Leadership) -> list[date]:
    """The first days of a head of the year that may be told."""
    starts = [c.start for c in leadership.claims if c.year == year and c.head and not _other(c.head, head)]
    taken = [h for h in leadership.handovers if h.year == year]
    return [on for on in starts + [h.on for h in taken if not (h.incoming and _other(h.incoming, head))] if on]


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
    year = command.year
    own = [c for c in leadership.claims if c.year == year and c.head and c.head.agency == incoming]
    others = [one for one in _heads(leadership, year) if one.agency != incoming]
    leaving = [one for one in others if not _has_left(one, year, day, leadership)]
    require(
        (own or leaving) and all(_leaves(one, command, day, leadership) for one in leaving),
        "leadership.not-elected",
        en=f"The incoming agency is not the one undisputed head for {year}, nor does the head of that year hand over.",
        vi=f"Cơ quan nhận bàn giao không phải là trưởng duy nhất của năm {year}, và bên bàn giao không phải là trưởng"
        " đang đương nhiệm của năm đó.",
    )
    outgoing = command.outgoing
    before = [one for one in _heads(leadership, year - 1) if not _has_left(one, year - 1, day, leadership)]
    require(
        outgoing is None or any(_same(outgoing, one) for one in others) or all(_same(outgoing, one) for one in before),
        "leadership.one-head",
        en=f"outgoing: another head for {year - 1} is known, who has not left office before that day.",
        vi=f"outgoing: năm {year - 1} đã có trưởng khác, chưa ghi nhận kết thúc nhiệm kỳ trước ngày này.",
    )
    require(
        all(c.elected_on is None or c.elected_on <= day for c in own),
        "leadership.before-election",
        en="The handover cannot precede the election.",
        vi="Không thể bàn giao trước khi bầu.",
    )
    require(
        all(day <= on for on in _lasts(e.Holder(agency=incoming), year, leadership)),
        "leadership.not-in-office",
        en=f"effective: the term of {command.year} is told to be over on that day; correct that first.",
        vi=f"effective: nhiệm kỳ năm {command.year} được ghi nhận đã kết thúc trước ngày đó; cần đính chính trước.",
    )
    taken: list[tuple[int | None, date | None, e.Holder | None]] = [
        (h.year, h.on, h.incoming) for h in leadership.handovers
    ]
    taken += [(c.year, c.start, c.head) for c in leadership.claims if c.start]
    require(
        all(
            (of is None or of < year or (of == year and who in others)) and (start is None or start < day)
            for of, start, who in taken
        ),
        "leadership.one-head",
        en="This or a later head has taken over already.",
        vi="Trưởng của năm này hoặc năm sau đã nhận bàn giao.",
    )
    in_office = [c for c in leadership.claims if c.year != year and c.head]
    require(
        all(c.end is None or c.end < day for c in in_office),
        "leadership.one-head",
        en="Another term lasts until that day or longer.",
        vi="Nhiệm kỳ khác còn kéo dài đến ngày đó hoặc sau đó.",
    )


def _leaves(head: e.Holder, command: HandOverLeadership, day: date, leadership: Leadership) -> bool:
    """Whether the handover, in that year or later, ends the term of a head of its year, which has begun before and is
    told no other end.
    """
    year = command.year
    elected = [c.elected_on for c in leadership.claims if c.year == year and c.elected_on and _same(c.head, head)]
    return (
        _same(command.outgoing, head)
        and day.year >= year
        and not _lasts(head, year, leadership)
        and all(on < day for on in elected + _begun(head, year, leadership))
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
    handed_over = [h for h in leadership.handovers if h.year == command.year]
    claims = [
        c for c in leadership.claims if c.year == command.year and _held(command.agency, c.head, *c.deputies.items)
    ]
    incoming = [h.incoming for h in handed_over]
    held = _held(command.agency, *(one for c in claims for one in (c.head, *c.deputies.items)), *incoming)
    require(
        held,
        "leadership.not-in-office",
        en=f"agency: {command.agency} is neither head nor deputy for {command.year}.",
        vi=f"agency: {command.agency} không phải là trưởng hoặc phó của năm {command.year}.",
    )
    begun = [c.elected_on or c.start for c in claims if c.elected_on or c.start]
    ends = [c.end for c in claims if c.end]
    given_up = [h.on for h in handed_over if h.on and _gives_up(h, e.Holder(agency=command.agency))]
    require(
        all(on <= day for on in begun if on)
        and all(day <= on for on in ends)
        and all(day < on for on in given_up)
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


def _held(agency: Id, *holders: e.Holder | None) -> list[e.Holder]:
    return [one for one in holders if one and one.agency == agency]


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
