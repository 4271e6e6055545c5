"""Blocs (khối) and clusters (cụm): establishment, names, what sources declare about their members, dissolution."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never

from pydantic import Field

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.errors import Refused
from services.kernel.performing import AHEAD, Act, counted, happened, named_day, takes_effect
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.organisation import Mentioned, Organisation, all_active, reads
from services.registry.domain.ruling import settles
from services.registry.stays import MEMBERSHIP, Claims, open_stays


class EstablishBloc(e.BlocFacts, Act):
    """Establish a bloc or cluster by a decision, or record that one exists."""

    ahead = AHEAD

    former: Id | None = Field(default=None, exclude=True)
    """Of a ruling or correction that names another authority, who organised the bloc until now; filled in at the edge.
    """
    units: tuple[Id, ...] = Field(default=(), exclude=True)
    """Every unit that is in the bloc under `former`; filled in at the edge, and checked against its claims."""


class NameBloc(e.BlocNameFacts, Act):
    """Tell a new name from a day on, or further spellings by which it is found."""

    ahead = AHEAD


class DissolveBloc(e.DissolutionFacts, Act):
    """Dissolve a bloc: `effective` is the first day on which it is no more. Its memberships are ended one by one."""

    ahead = AHEAD


class DeclareMembers(e.MembersFacts, Act):
    """Tell which members a source names or counts. It starts no membership: that is AdmitMember."""


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


@dataclass(frozen=True, slots=True)
class Established:
    authority: Id | None
    since: date | None


@dataclass(frozen=True, slots=True)
class Dissolved:
    """No more from the day `on` (null: not told), the first where sources differ; a record needs nothing before it."""

    before: Unknown | Established
    on: date | None


Bloc = Unknown | Established | Dissolved


def evolve(bloc: Bloc, event: e.BlocEvent) -> Bloc:
    match event:
        case e.BlocEstablished():
            return _founded(bloc, event)
        case e.BlocDissolved(effective=on):
            return _dissolved(bloc, on)
        case e.BlocNamed() | e.MembersDeclared():
            return bloc
        case _:
            assert_never(event)


def _founded(bloc: Bloc, event: e.BlocEstablished) -> Established | Dissolved:
    """What was told first binds, until somebody rules: a record that contradicts it is kept, and loosens no guard."""
    known = _known(bloc)
    told = Established(event.authority, event.effective)
    if known and event.ruling is None:
        told = Established(known.authority or told.authority, known.since or told.since)
    return replace(bloc, before=told) if isinstance(bloc, Dissolved) else told


def _dissolved(bloc: Bloc, on: date | None) -> Dissolved:
    match bloc:
        case Dissolved(before, known):
            return Dissolved(before, None if known is None or on is None else min(known, on))
        case _:
            return Dissolved(bloc, on)


BLOC: Fold[Bloc] = Fold("bloc", Unknown(), evolve)


def named(bloc: Id | None) -> list[Stream[Bloc]]:
    """What an act reads that need not be a bloc's."""
    return [BLOC.of(bloc)] if bloc else []


def founded(bloc: Bloc) -> Established:
    """The bloc as it was established; it may be dissolved since. Raises Refused."""
    known = _known(bloc)
    if known is None:
        raise Refused(
            "bloc.unknown", en="Establish the bloc first.", vi="Khối, cụm chưa được thành lập; cần thành lập trước."
        )
    return known


def authority_of(bloc: Bloc) -> Id | None:
    """Who organises the bloc; null where it is not known."""
    known = _known(bloc)
    return known.authority if known else None


def established(bloc: Bloc, day: date | None) -> Established:
    """What an act of a bloc performed on a day needs; a day that is not told is later than any. Raises Refused."""
    known = undissolved(bloc, day)
    _begun(known, day)
    return known


def undissolved(bloc: Bloc, day: date | None) -> Established:
    """The bloc where it is not dissolved by the day. Raises Refused."""
    known = founded(bloc)
    if isinstance(bloc, Dissolved) and (bloc.on is None or day is None or day >= bloc.on):
        raise _is_dissolved()
    return known


def _begun(known: Established, day: date | None) -> None:
    require(
        known.since is None or day is None or known.since <= day,
        "bloc.before-establishment",
        en="The bloc was not yet established on that day.",
        vi="Ngày đó khối, cụm chưa được thành lập.",
    )


def _is_dissolved() -> Refused:
    return Refused("bloc.dissolved", en="The bloc is dissolved.", vi="Khối, cụm đã giải thể.")


def organised(known: Established, authority: Id | None) -> None:
    """What an act under the bloc's authority needs. Raises Refused."""
    require(
        known.authority,
        "membership.authority",
        en="authority: who organises the bloc is not recorded; record its establishment with its authority first.",
        vi="authority: chưa ghi nhận cơ quan tổ chức khối, cụm; cần ghi nhận việc thành lập kèm cơ quan tổ chức trước.",
    )
    require(
        known.authority == authority,
        "membership.authority",
        en=f"authority: the bloc is organised by {known.authority}.",
        vi=f"authority: cơ quan tổ chức khối, cụm là {known.authority}.",
    )


def establish(command: EstablishBloc, bloc: Bloc, *states: Any) -> Events:
    if command.record is None:
        _new(bloc)
        require(
            command.authority and command.effective,
            "bloc.establishment",
            en="Name the organising authority and the day.",
            vi="Cần cơ quan tổ chức và ngày thành lập.",
        )
        takes_effect(command)
        all_active(_organising(command), states, command.effective)
    settles(command, _known(bloc))
    if command.ruling or command.correction:
        _left(command, states)
    return [tell(e.BlocEstablished, command)]


def _left(command: EstablishBloc, states: Iterable[Claims]) -> None:
    """Nobody is in the bloc under the authority that a ruling or correction takes it from. Raises Refused."""
    claimed = zip(command.units, states, strict=True)
    inside = ", ".join(unit for unit, claims in claimed if open_stays(claims, command.bloc))
    require(
        not inside,
        "ruling.members",
        en=f"authority: {inside} are in the bloc under {command.former}; end these memberships first.",
        vi=f"authority: {inside} đang ở khối, cụm thuộc {command.former}; cần kết thúc tư cách thành viên trước.",
    )


def _known(bloc: Bloc) -> Established | None:
    """The bloc as it was established, be it dissolved since; null where it is not known."""
    known = bloc.before if isinstance(bloc, Dissolved) else bloc
    return known if isinstance(known, Established) else None


def _new(bloc: Bloc) -> None:
    match bloc:
        case Unknown():
            pass
        case Established() | Dissolved(before=Established()):
            raise Refused(
                "bloc.known",
                en="This id is taken; tell more by naming it.",
                vi="Mã khối, cụm này đã có; đặt thêm tên nếu cần.",
            )
        case Dissolved():
            raise _is_dissolved()
        case _:
            assert_never(bloc)


def name(command: NameBloc, bloc: Bloc) -> Events:
    require(command.name or command.variants, "bloc.name", en="Give a name or a variant.", vi="Cần tên hoặc cách viết.")
    if command.record is None:
        established(bloc, command.effective)
        takes_effect(command)
    return [tell(e.BlocNamed, command)]


def dissolve(command: DissolveBloc, bloc: Bloc) -> Events:
    if command.record is None:
        known, day = founded(bloc), named_day(command)
        takes_effect(command)
        if isinstance(bloc, Dissolved):
            raise _is_dissolved()
        _begun(known, day)
    return [tell(e.BlocDissolved, command)]


def declare(command: DeclareMembers, bloc: Bloc, *units: Organisation) -> Events:
    if command.record is None:
        established(bloc, command.effective)
        happened(command, command.year)
        counted(command)
        _once(command)
        all_active(_declared(command), units, command.effective)
    return [tell(e.MembersDeclared, command)]


def _once(command: DeclareMembers) -> None:
    """Raises Refused for a unit that comes twice."""
    units = [member.unit for member in command.members.items]
    twice = next((i for i, unit in enumerate(units) if unit in units[:i]), None)
    require(
        twice is None,
        "bloc.twice",
        en=f"members.items[{twice}].unit: comes twice in the list.",
        vi=f"members.items[{twice}].unit: có hai lần trong danh sách.",
    )


def _organising(command: EstablishBloc) -> Mentioned:
    told = {"authority": command.authority, "province": command.province}
    return {field: organisation for field, organisation in told.items() if organisation}


def _declared(command: DeclareMembers) -> Mentioned:
    return {f"members.items[{i}].unit": member.unit for i, member in enumerate(command.members.items)}


def _reads(command: EstablishBloc | DeclareMembers, named: Mentioned) -> list[Stream[Any]]:
    return [BLOC.of(command.bloc), *reads(command, named)]


def _leaving(command: EstablishBloc) -> list[Stream[Any]]:
    if command.record is None or command.former is None:
        return []
    return [MEMBERSHIP.of(command.former, unit) for unit in command.units]


HANDLERS: Handlers = {
    EstablishBloc: Handler(lambda c: [*_reads(c, _organising(c)), *_leaving(c)], establish),
    NameBloc: Handler(lambda c: [BLOC.of(c.bloc)], name),
    DissolveBloc: Handler(lambda c: [BLOC.of(c.bloc)], dissolve),
    DeclareMembers: Handler(lambda c: _reads(c, _declared(c)), declare),
}
