"""Membership: a unit is in at most one bloc of an organising authority at a time (domain.md 5, item 8).

All claims of a unit under one authority share a stream, so that the expected version of that stream alone keeps two
admissions from passing each other. A ruling that another authority organises a bloc is refused while units are in it
under the former one: their claims would be left in streams that the guard of the new authority does not read. So they
are ended first, and the units admitted again under the new one; to end a membership needs nothing but that it is open
under the authority named, whoever is recorded to organise the bloc by then.
An admission in the very moment of the ruling may pass it; answers show it as disputed, and it can be ended.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.kernel.decider import Events, Handler, Handlers, Stream
from services.kernel.performing import AHEAD, Act, named_day, takes_effect
from services.kernel.provenance import Record, Source
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.bloc import BLOC, Bloc, Established, founded, organised, undissolved
from services.registry.domain.organisation import ORGANISATION, Organisation, active, lasting
from services.registry.stays import MEMBERSHIP, Claims, open_stays, stays


class AdmitMember(e.MembershipFacts, Act):
    """Make a unit a member of a bloc from `effective` on."""

    ahead = AHEAD


class EndMembership(e.MembershipFacts, Act):
    """End a membership: `effective` is the first day on which the unit is no member any more."""

    ahead = AHEAD


class MoveMember(Act):
    """Move a unit from one bloc to another of the same authority: `effective` is its first day in the other."""

    ahead = AHEAD

    authority: Id
    """The organising authority of both."""
    unit: Id
    """The member."""
    leaves: Id
    """The bloc that it leaves."""
    joins: Id
    """The bloc that it joins."""
    decision: Source | None = None
    """The decision that moves it."""


def admit(
    command: AdmitMember, claims: Claims, bloc: Bloc, unit: Organisation, authority: Organisation
) -> list[e.MembershipStarted]:
    if command.record is None:
        known = undissolved(bloc, command.effective)
        organised(known, command.authority)
        day = _performed(command, known)
        active(unit, "unit", command.unit, day)
        lasting(authority, "authority", command.authority, day)
        others = ", ".join(sorted({stay.bloc for stay in stays(claims) if stay.reaches(day)}))
        require(
            not others,
            "membership.one-bloc",
            en=f"The unit is in {others} of the same authority; end that membership first.",
            vi=f"Đơn vị đang ở {others} của cùng cơ quan tổ chức; cần kết thúc tư cách thành viên đó trước.",
        )
    return [tell(e.MembershipStarted, command)]


def end(command: EndMembership, claims: Claims, bloc: Bloc) -> list[e.MembershipEnded]:
    if command.record is None:
        known = founded(bloc)  # also of a bloc that is dissolved
        open_ = open_stays(claims, command.bloc)
        if not open_:
            organised(known, command.authority)
        day = _performed(command, known)
        require(
            any(stay.since is None or stay.since < day for stay in open_),
            "membership.none",
            en="The unit is no member of this bloc before that day.",
            vi="Trước ngày đó đơn vị không phải thành viên của khối, cụm.",
        )
    return [tell(e.MembershipEnded, command)]


def move(
    command: MoveMember, claims: Claims, left: Bloc, joined: Bloc, unit: Organisation, authority: Organisation
) -> Events:
    """One leaves and joins, told at once."""
    require(
        command.leaves != command.joins,
        "membership.move",
        en="joins: a unit moves to another bloc.",
        vi="joins: đơn vị phải chuyển sang khối, cụm khác.",
    )
    ended = end(EndMembership(**_told(command, "leaves")), claims, left)
    started = admit(AdmitMember(**_told(command, "joins")), (*claims, *ended), joined, unit, authority)
    return [
        *(event.model_copy(update={"moved_to": command.joins}) for event in ended),
        *(event.model_copy(update={"moved_from": command.leaves}) for event in started),
    ]


def _told(command: MoveMember, field: str) -> dict[str, Any]:
    """What a move tells of the bloc in a field, for the command that tells of this alone."""
    told = {name: value for name, value in command if name not in ("leaves", "joins")}
    other = {"leaves": "moved_to", "joins": "moved_from"}[field]
    names = {field: "bloc", "joins" if field == "leaves" else "leaves": other}
    return {**told, "bloc": getattr(command, field), "record": _called(command.record, names)}


def _called(record: Record | None, names: Mapping[str, str]) -> Record | None:
    """The record where fields have other names."""
    if record is None:
        return None
    inferred = tuple(one.model_copy(update={"field": names.get(one.field, one.field)}) for one in record.inferred)
    return record.model_copy(update={"inferred": inferred})


def _performed(command: AdmitMember | EndMembership, known: Established) -> date:
    """The day of a performed act. Raises Refused."""
    day = named_day(command)
    takes_effect(command)
    require(
        known.since is None or known.since <= day,
        "membership.before-bloc",
        en="The bloc was not yet established on that day.",
        vi="Ngày đó khối, cụm chưa được thành lập.",
    )
    return day


def _reads(command: AdmitMember | EndMembership) -> list[Stream[Claims] | Stream[Bloc]]:
    return [MEMBERSHIP.of(command.authority, command.unit), BLOC.of(command.bloc)]


def _reads_to_move(command: MoveMember) -> list[Stream[Any]]:
    blocs = [BLOC.of(command.leaves), BLOC.of(command.joins)]
    organisations = [ORGANISATION.of(command.unit), ORGANISATION.of(command.authority)]
    return [MEMBERSHIP.of(command.authority, command.unit), *blocs, *organisations]


HANDLERS: Handlers = {
    AdmitMember: Handler(lambda c: [*_reads(c), ORGANISATION.of(c.unit), ORGANISATION.of(c.authority)], admit),
    EndMembership: Handler(_reads, end),
    MoveMember: Handler(_reads_to_move, move),
}
