"""Bodies of people: councils of emulation and commendation (hội đồng thi đua, khen thưởng) and the like, with members.

All that is told of a body shares its stream, so that the expected version of that stream alone keeps two appointments
from passing each other: through performed acts a body has at most one chair on any day, and a person one seat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.errors import Refused
from services.kernel.performing import AHEAD, Act, counted, named_day, takes_effect
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.circles import Above, ActBelow, also_under, circle, higher
from services.registry.domain.organisation import Mentioned, all_active, reads
from services.registry.domain.person import all_remembered, persons_of
from services.registry.domain.ruling import settles
from services.registry.sittings import Sitting, beside, same_person, sittings, two_chairs, whole_lists


class EstablishBody(e.BodyFacts, ActBelow):
    """Establish a council or the like by a decision, or record that one exists."""

    below = "part_of"
    ahead = AHEAD


class NameBody(e.BodyNameFacts, Act):
    """Tell a new name from a day on, or further spellings."""

    ahead = AHEAD


class DissolveBody(e.BodyDissolutionFacts, Act):
    """Dissolve a body: `effective` is the first day on which it is no more."""

    ahead = AHEAD


class AppointBodyMembers(e.AppointmentFacts, Act):
    """Appoint members of a body, each with agency and office: one, several, or the whole body anew (kiện toàn)."""

    ahead = AHEAD


class ReleaseBodyMember(e.ReleaseFacts, Act):
    """End a seat: `effective` is the first day on which who is named sits in the body no more."""

    ahead = AHEAD


@dataclass(frozen=True, slots=True)
class Body:
    """What is told of a body, be it established before or not."""

    established: bool = False
    since: date | None = None
    dissolved: bool = False
    until: date | None = None
    told: tuple[e.BodyEvent, ...] = ()
    """Of its members and its end."""
    above: Above = ()
    """The bodies that it is told to be a part of."""

    @property
    def sittings(self) -> list[Sitting]:
        return sittings(self.told, self.since)


def evolve(body: Body, event: e.BodyEvent) -> Body:
    match event:
        case e.BodyEstablished(effective=since, part_of=part_of):
            # what was told first binds, until somebody rules
            known = None if event.ruling else body.since
            above = also_under(body.above, event, part_of)
            return replace(body, established=True, since=known or since, above=above)
        case e.BodyNamed():
            return body
        case e.BodyDissolved(effective=until):
            first = min(until, body.until or until) if until and not (body.dissolved and body.until is None) else None
            return replace(body, dissolved=True, until=first, told=(*body.told, event))
        case e.BodyMembersAppointed() | e.BodyMemberReleased():
            return replace(body, told=(*body.told, event))
        case _:
            assert_never(event)


BODY: Fold[Body] = Fold("body", Body(), evolve)


def there(body: Body, day: date | None) -> None:
    """What an act of a body performed on a day needs; a day that is not told is later than any. Raises Refused."""
    _founded(body)
    require(
        not body.dissolved or (body.until is not None and day is not None and day < body.until),
        "body.dissolved",
        en="body: is dissolved.",
        vi="body: hội đồng, tổ chức này đã giải thể.",
    )
    require(
        body.since is None or day is None or body.since <= day,
        "body.before-establishment",
        en="effective: the body was not yet established on that day.",
        vi="effective: ngày đó hội đồng, tổ chức này chưa được thành lập.",
    )


def _founded(body: Body, field: str = "body") -> None:
    require(
        body.established,
        "body.unknown",
        en=f"{field}: is not established; establish it first.",
        vi=f"{field}: hội đồng, tổ chức này chưa được thành lập; cần thành lập trước.",
    )


def establish(command: EstablishBody, body: Body, *known: Any) -> Events:
    require(
        command.name or command.kind or command.organisation,
        "body.name",
        en="name, kind, organisation: give its name, what it is, or whose.",
        vi="name, kind, organisation: cần nêu tên, loại hoặc cơ quan của hội đồng, tổ chức này.",
    )
    if command.record is None:
        require(
            not body.established,
            "body.known",
            en="body: this id is taken; tell more by naming it.",
            vi="body: mã này đã có; đặt thêm tên nếu cần.",
        )
        require(
            command.name and command.organisation and command.effective,
            "body.establishment",
            en="name, organisation, effective: name the body, the organisation that it belongs to, and the day.",
            vi="name, organisation, effective: cần nêu tên, cơ quan chủ quản và ngày thành lập.",
        )
        takes_effect(command)
        above = _higher(command)
        _part_of(command, dict(zip(above, known, strict=False)))
        all_active(_whose(command), known[len(above) :], command.effective)
    settles(command, body.established)
    return [tell(e.BodyEstablished, command)]


def _part_of(command: EstablishBody, known: Mapping[Id, Body]) -> None:
    """That the body that it is a part of is there, and no part of it. Raises Refused, Conflict."""
    if command.part_of is None:
        return
    above = {one: state.above for one, state in known.items()}
    require(
        not circle(command.body, command.part_of, command.effective, above),
        "body.part-of",
        en="part_of: a body is no part of itself, nor of a part of its own.",
        vi="part_of: hội đồng, tổ chức không thể thuộc chính mình hay thuộc bộ phận của mình.",
    )
    _founded(known[command.part_of], "part_of")


def _higher(command: EstablishBody) -> list[Id]:
    return higher(command, command.body)


def name(command: NameBody, body: Body) -> Events:
    require(
        command.name or command.variants,
        "body.name",
        en="name: give a name or a variant.",
        vi="name: cần tên hoặc cách viết.",
    )
    if command.record is None:
        there(body, command.effective)
        takes_effect(command)
    return [tell(e.BodyNamed, command)]


def dissolve(command: DissolveBody, body: Body) -> Events:
    if command.record is None:
        _founded(body)
        day = named_day(command)
        there(body, day)
        takes_effect(command)
        _none_begins(body, day)
    return [tell(e.BodyDissolved, command)]


def _none_begins(body: Body, day: date) -> None:
    """That no seat is told to begin when the body is no more. Raises Refused."""
    later = [sitting for sitting in body.sittings if sitting.since and sitting.since >= day]
    who = ", ".join(str(sitting.seat.person or sitting.seat.agency) for sitting in later)
    require(
        not later,
        "body.seated",
        en=f"effective: {who} is told to sit in the body from that day or later on; correct or retract that first.",
        vi=f"effective: {who} được ghi nhận là thành viên từ ngày đó hoặc sau đó; cần đính chính hoặc hủy trước.",
    )


def appoint(command: AppointBodyMembers, body: Body, *known: Any) -> Events:
    members = command.members
    require(
        members.items or members.declared_count is not None,
        "body.members",
        en="members: name who sits in it, or how many.",
        vi="members: cần nêu thành viên hoặc số lượng.",
    )
    require(
        all(seat.person or seat.agency or seat.title for seat in members.items),
        "body.seat",
        en="members: every seat has a person, an agency, or a title.",
        vi="members: mỗi vị trí cần có cá nhân, cơ quan hoặc chức danh.",
    )
    event = tell(e.BodyMembersAppointed, command)
    if command.record is None:
        there(body, named_day(command))
        takes_effect(command)
        counted(command)
        _persons(command)
        _replaced(command, body)
        after = replace(body, told=(*body.told, event))
        _alone(event, after.sittings)
        _in_whole(event, after)
        persons = persons_of(_named(command))
        all_remembered(_named(command), known[: len(persons)])
        all_active(_agencies(command), known[len(persons) :], command.effective)
    return [event]


def _persons(command: AppointBodyMembers) -> None:
    for i, seat in enumerate(command.members.items):
        require(
            seat.person and seat.office,
            "body.seat",
            en=f"members.items[{i}]: name the person and the office.",
            vi=f"members.items[{i}]: cần nêu cá nhân và chức danh trong hội đồng.",
        )


def _replaced(command: AppointBodyMembers, body: Body) -> None:
    """That who is replaced sits in the body before that day. Raises Refused."""
    day = named_day(command)
    for i, seat in enumerate(command.members.items):
        if seat.in_place_of and not _before(body, day, seat.in_place_of):
            raise _no_seat(f"members.items[{i}].in_place_of")


def _before(body: Body, day: date, person: str) -> bool:
    """Whether a seat of the person began before the day, and has no end, or one that follows from a later list."""
    held = (s for s in body.sittings if s.seat.person == person and (not s.ended or (s.follows and day < s.after)))
    return any(s.since is None or s.since < day for s in held)


def _no_seat(field: str) -> Refused:
    return Refused(
        "body.none",
        en=f"{field}: has no seat in the body before that day that could end.",
        vi=f"{field}: trước ngày đó không có vị trí nào trong hội đồng để kết thúc.",
    )


def _alone(event: e.BodyMembersAppointed, after: Sequence[Sitting]) -> None:
    """That nobody sits twice and no two chairs sit at once, as far as this appointment is concerned. Raises Refused."""
    for new, path in _seats(event, after):
        others = [other for other in after if other is not new and new.meets(other)]
        again = [new] if len(new.begun) > 1 else [other for other in others if same_person(new, other)]
        chairs = [other for other in others if two_chairs(new, other)]
        who, since = _known(again)
        require(
            not _all_named_by(event, again),
            "body.seated",
            en=f"{path}: the list names {who} twice; name each person once.",
            vi=f"{path}: danh sách nêu {who} hai lần; mỗi người chỉ nêu một lần.",
        )
        require(
            not again,
            "body.seated",
            en=f"{path}: {who} sits in the body already, since {since}; release that seat first.",
            vi=f"{path}: {who} đang là thành viên, từ {since}; cần kết thúc vị trí đó trước.",
        )
        who, since = _known(chairs)
        require(
            not _all_named_by(event, chairs),
            "body.one-chair",
            en=f"{path}: the list names another chair too, {who}; name one.",
            vi=f"{path}: danh sách nêu hai chủ tịch, còn có {who}; chỉ nêu một.",
        )
        require(
            not chairs,
            "body.one-chair",
            en=f"{path}: {who} is the chair, since {since}; release that seat first, or name whom it is in place of.",
            vi=f"{path}: {who} đang là chủ tịch, từ {since}; cần kết thúc vị trí đó trước, hoặc nêu người được thay.",
        )


def _all_named_by(event: e.BodyMembersAppointed, sittings: Sequence[Sitting]) -> bool:
    """Whether there are such, and no other appointment gives their seats."""
    return bool(sittings) and all(one.event is event for sitting in sittings for one in sitting.begun)


def _known(sitting: Sequence[Sitting]) -> tuple[str | None, date | None]:
    """Who holds the first of these, and since when, as far as they are told."""
    return (sitting[0].seat.person, sitting[0].since) if sitting else (None, None)


def _seats(event: e.BodyMembersAppointed, every: Sequence[Sitting]) -> list[tuple[Sitting, str]]:
    """The seats that an appointment gives, each with its path."""
    return [(sitting, one.path) for sitting in every for one in sitting.begun if one.event is event]


def _in_whole(event: e.BodyMembersAppointed, after: Body) -> None:
    """That no list of the whole body leaves out who sits in it on its day, as far as this appointment is concerned.
    Raises Refused.
    """
    every = after.sittings
    left_out = [one for one in every if event.members.exhaustive and beside(one, event)]
    who = ", ".join(str(one.seat.person or one.seat.agency) for one in left_out)
    require(
        not left_out,
        "body.whole",
        en=f"members.exhaustive: {who} is told to sit in the body on that day, and is not named; name all, or"
        " correct that first.",
        vi=f"members.exhaustive: ngày đó {who} được ghi nhận là thành viên nhưng không có trong danh sách; cần nêu đủ,"
        " hoặc đính chính ghi nhận đó trước.",
    )
    for whole in whole_lists(after.told):
        for sitting, path in _seats(event, every):
            require(
                not beside(sitting, whole),
                "body.whole",
                en=f"{path}: the list of {whole.effective} names the whole body without this seat; correct that list.",
                vi=f"{path}: danh sách ngày {whole.effective} nêu toàn bộ thành viên mà không có vị trí này; cần đính"
                " chính danh sách đó.",
            )


def release(command: ReleaseBodyMember, body: Body) -> Events:
    require(
        command.person or command.agency,
        "body.who",
        en="person, agency: name the person who leaves, or the agency whose seat ends.",
        vi="person, agency: cần nêu người thôi làm thành viên, hoặc cơ quan có vị trí kết thúc.",
    )
    if command.record is None:
        _founded(body)
        day = named_day(command)
        takes_effect(command)
        require(
            command.person,
            "body.who",
            en="person: name who leaves.",
            vi="person: cần nêu người thôi làm thành viên.",
        )
        if not _before(body, day, str(command.person)):
            raise _no_seat("person")
    return [tell(e.BodyMemberReleased, command)]


def _whose(command: EstablishBody) -> Mentioned:
    return {"organisation": command.organisation} if command.organisation else {}


def _agencies(command: AppointBodyMembers) -> Mentioned:
    return {f"members.items[{i}].agency": s.agency for i, s in enumerate(command.members.items) if s.agency}


def _named(command: AppointBodyMembers) -> Mentioned:
    return {f"members.items[{i}].person": s.person for i, s in enumerate(command.members.items) if s.person}


def _reads_to_establish(command: EstablishBody) -> list[Stream[Any]]:
    higher = _higher(command) if command.record is None else []
    return [BODY.of(command.body), *map(BODY.of, higher), *reads(command, _whose(command))]


def _reads(command: AppointBodyMembers) -> list[Stream[Any]]:
    persons = persons_of(_named(command)) if command.record is None else []
    return [BODY.of(command.body), *persons, *reads(command, _agencies(command))]


HANDLERS: Handlers = {
    EstablishBody: Handler(_reads_to_establish, establish),
    NameBody: Handler(lambda c: [BODY.of(c.body)], name),
    DissolveBody: Handler(lambda c: [BODY.of(c.body)], dissolve),
    AppointBodyMembers: Handler(_reads, appoint),
    ReleaseBodyMember: Handler(lambda c: [BODY.of(c.body)], release),
}
