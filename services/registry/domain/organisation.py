"""Organisations: an id, names and types that come and go, and an end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple, assert_never

from services.kernel.decider import Command, Events, Fold, Handler, Handlers, Stream
from services.kernel.events import Event
from services.kernel.performing import AHEAD, Act, named_day, takes_effect
from services.kernel.telling import require, tell
from services.kernel.text import Id, Line
from services.registry import events as e
from services.registry.domain.circles import Above, ActBelow, also_under, circle, higher
from services.registry.domain.codes import (
    ActOfCode,
    Coded,
    Codes,
    Held,
    Holders,
    Told,
    alone,
    holders_of,
    stream_of,
    time_held,
)
from services.registry.domain.ruling import holding, rules, settles


class RegisterOrganisation(e.OrganisationFacts, ActBelow, ActOfCode):
    """Bring an organisation into the registry under an id of the caller's choice."""

    below = "superior"
    ahead = AHEAD


class NameOrganisation(e.OrganisationNameFacts, Act):
    """Tell a new name from a day on, or further spellings by which it is found."""

    ahead = AHEAD


class RetypeOrganisation(e.OrganisationTypeFacts, Act):
    """Tell another kind or level from a day on."""

    ahead = AHEAD


class AssignOrganisationCode(e.OrganisationCodeFacts, ActOfCode):
    """Tell an official code from a day on."""

    ahead = AHEAD


class TellCode(Command):
    """Tell in a code's stream what only an organisation's own stream tells."""

    organisation: Id
    code: Line


class TransferOrganisation(e.OrganisationTransferFacts, ActBelow):
    """Put an organisation under another superior body from a day on."""

    below = "superior"
    ahead = AHEAD


class DissolveOrganisation(e.OrganisationDissolutionFacts, Act):
    """Dissolve an organisation that nobody succeeds: `effective` is the first day on which it is no more."""

    ahead = AHEAD


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


class End(NamedTuple):
    """That it is no more from the day `on` (null: not told), by a reorganisation or (null) dissolved."""

    by: Id | None
    on: date | None


NameTold = e.OrganisationRegistered | e.OrganisationNamed
"""What tells of an organisation's names."""


@dataclass(frozen=True, slots=True)
class Named:
    """Known by a name or by what befell it, which a record may tell before the registration."""

    registered: bool
    ends: tuple[End, ...] = ()
    """The first that is told binds performed acts, until a ruling on its reorganisation takes its place."""
    above: Above = ()
    """The bodies that it is told to be under."""
    codes: Codes = ()
    names: tuple[NameTold, ...] = ()
    """What tells of names, of which a ruling on its registration settles some."""


Organisation = Unknown | Named


def evolve(organisation: Organisation, event: e.OrganisationEvent) -> Organisation:
    known = organisation if isinstance(organisation, Named) else Named(registered=False)
    match event:
        case e.OrganisationRegistered(superior=superior):
            above = also_under(known.above, event, superior)
            codes = _registered(known.codes, event)
            return replace(known, registered=True, above=above, codes=codes, names=(*known.names, event))
        case e.OrganisationCodeAssigned(effective=since, code=code):
            return replace(known, codes=(*known.codes, Coded(since, code)))
        case e.OrganisationTransferred(superior=superior):
            return replace(known, above=also_under(known.above, event, superior))
        case e.OrganisationDissolved() | e.OrganisationSucceeded():
            return replace(known, ends=_ended(known.ends, event))
        case e.OrganisationNamed():
            return replace(known, names=(*known.names, event))
        case e.OrganisationRetyped():
            return known
        case _:
            assert_never(event)


def first_named(told: Iterable[Any]) -> NameTold | None:
    """What tells the first of the names by which an organisation goes; one that has no day comes before all others."""
    names = [event for event in holding(told) if isinstance(event, NameTold) and (event.name or event.short_name)]
    return min(names, key=lambda event: event.effective or date.min, default=None)


def _registered(codes: Codes, event: e.OrganisationRegistered) -> Codes:
    """A ruling holds instead of what was registered before."""
    kept = tuple(one for one in codes if not (rules(event) and one.registered))
    return (*kept, Coded(event.effective, event.code, registered=True)) if event.code else kept


def _ended(ends: tuple[End, ...], event: e.OrganisationDissolved | e.OrganisationSucceeded) -> tuple[End, ...]:
    """A record that contradicts an end is kept, and loosens no guard; a ruling settles it."""
    if isinstance(event, e.OrganisationDissolved):
        return (*ends, End(None, event.effective))
    kept = tuple(end for end in ends if not (event.settled and end.by == event.reorganisation))
    return (*kept, End(event.reorganisation, event.effective)) if event.ends else kept


ORGANISATION: Fold[Organisation] = Fold("organisation", Unknown(), evolve)


def is_registered(organisation: Organisation) -> bool:
    return isinstance(organisation, Named) and organisation.registered


def registered(organisation: Organisation, field: str, named: Id) -> None:
    """What a performed act needs of an organisation that it names in a field. Raises Refused."""
    require(
        is_registered(organisation),
        "organisation.unknown",
        en=f"{field}: {named} is not registered; register the organisation first.",
        vi=f"{field}: tổ chức {named} chưa được đăng ký; cần đăng ký trước.",
    )


def active(organisation: Organisation, field: str, named: Id, day: date | None) -> None:
    """What an act performed on a day needs of who takes part. Raises Refused."""
    registered(organisation, field, named)
    _begun(organisation, field, named, day)
    lasting(organisation, field, named, day)


def _begun(organisation: Organisation, field: str, named: Id, day: date | None) -> None:
    """That it is not known to begin after the day: by the first of its names, unless one has no day. Raises Refused."""
    told = first_named(organisation.names) if isinstance(organisation, Named) else None
    first = told.effective if told else None
    require(
        first is None or day is None or first <= day,
        "organisation.not-yet",
        en=f"{field}: {named} has no name before {first}; name a later day, or tell the name that it had before.",
        vi=f"{field}: tổ chức {named} chưa có tên trước ngày {first};"
        " cần nêu ngày muộn hơn, hoặc ghi nhận tên trước đó của tổ chức.",
    )


def lasting(organisation: Organisation, field: str, named: Id, day: date | None) -> None:
    """That nothing tells of its end by the day; a day that is not told is later than any. Raises Refused."""
    ends = organisation.ends if isinstance(organisation, Named) else ()
    over = [end for end in ends if end.on is None or day is None or day >= end.on]
    on = min((end.on for end in over if end.on), default=None)
    require(
        not over,
        "organisation.ended",
        en=f"{field}: {named} is no more{f' from {on} on' if on else ''}; name an earlier day, or who came after it.",
        vi=f"{field}: tổ chức {named} đã chấm dứt hoạt động{f' từ ngày {on}' if on else ''};"
        " cần nêu ngày trước đó, hoặc tổ chức kế thừa.",
    )


Mentioned = Mapping[str, Id]
"""Organisations, each by the path of the field that names it."""


def agencies(path: str, parties: Iterable[e.Party | None]) -> Mentioned:
    """Those of the parties in a list, by path such as `chairs.items[{}]`."""
    return {f"{path.format(i)}.agency": p.agency for i, p in enumerate(parties) if p and p.agency}


def reads(act: Act, named: Mentioned) -> list[Stream[Organisation]]:
    """The streams of which `all_active` gets the states; a record may name who is not registered."""
    return [] if act.record is not None else streams(named)


def streams(named: Mentioned) -> list[Stream[Organisation]]:
    return [ORGANISATION.of(one) for one in dict.fromkeys(named.values())]


def all_active(named: Mentioned, states: Sequence[Organisation], day: date | None) -> None:
    """What an act performed on a day needs of the organisations that it names. Raises Refused."""
    known = dict(zip(dict.fromkeys(named.values()), states, strict=True))
    for field, one in named.items():
        active(known[one], field, one, day)


def register(command: RegisterOrganisation, organisation: Organisation, *states: Any) -> Events:
    require(
        command.record or not is_registered(organisation),
        "organisation.known",
        en="This id is taken; tell more by naming it.",
        vi="Mã tổ chức này đã có; đặt thêm tên nếu cần.",
    )
    holders, known = _read(command, organisation, states)
    if command.record is None:
        takes_effect(command)
        _superior(command, known)
        _coded_alone(command, holders, known)
    settles(command, is_registered(organisation))
    return _telling(command, tell(e.OrganisationRegistered, command), holders)


def above(organisation: Organisation) -> Above:
    """The bodies that it is told to be under."""
    return organisation.above if isinstance(organisation, Named) else ()


def held_by(organisation: Organisation, code: str) -> list[Held]:
    """The times in which it has a code, one by each telling."""
    codes = organisation.codes if isinstance(organisation, Named) else ()
    return [held(organisation, one.since, code) for one in codes if one.code == code]


def held(organisation: Organisation, since: date | None, code: str) -> Held:
    """The time in which it has a code that it is told to have from a day on."""
    known = organisation if isinstance(organisation, Named) else Named(registered=False)
    return time_held(since, code, known.codes, [end.on for end in known.ends])


def _superior(command: RegisterOrganisation | TransferOrganisation, known: Mapping[Id, Organisation]) -> None:
    """That the superior body is there, and not under the organisation itself. Raises Refused, Conflict."""
    if command.superior is None:
        return
    chain = circle(
        command.organisation, command.superior, command.effective, {one: above(state) for one, state in known.items()}
    )
    others = ", ".join(one for one in chain if one != command.organisation)
    require(
        not chain,
        "organisation.superior",
        en=f"superior: an organisation is not under itself{f', by {others} neither' if others else ''}.",
        vi=f"superior: tổ chức không trực thuộc chính mình{f', kể cả qua {others}' if others else ''}.",
    )
    active(known[command.superior], "superior", command.superior, command.effective)


def _coded_alone(
    command: RegisterOrganisation | AssignOrganisationCode, holders: Holders, known: Mapping[Id, Organisation]
) -> None:
    """That nobody else may have the code at that time. Raises Refused, Conflict."""
    if command.code is None:
        return
    own = held(known[command.organisation], command.effective, command.code)
    others = tuple(one for one in holders if one != command.organisation)
    alone(command.code, own, others, {one: held_by(state, command.code) for one, state in known.items()})


def _telling(
    command: RegisterOrganisation | AssignOrganisationCode, event: Event, holders: Holders
) -> Mapping[str, Sequence[Event]]:
    """What is told, in the stream of the code too."""
    own: dict[str, Sequence[Event]] = {ORGANISATION.of(command.organisation).name: [event]}
    if command.code is None:
        return own
    return own | {stream_of(command.code).name: _told_too(command.organisation, command.code, holders)}


def _told_too(organisation: Id, code: str, holders: Holders) -> list[e.OrganisationCodeTold]:
    """What is told in the code's stream of somebody who is told to have it."""
    return [] if organisation in holders else [e.OrganisationCodeTold(organisation=organisation, code=code)]


Placing = RegisterOrganisation | AssignOrganisationCode | TransferOrganisation
"""Commands on an organisation that rest on others, which they put it under or which have its code."""


def _others(command: Placing) -> list[Id]:
    if command.record is not None:
        return []
    higher_ = higher(command, command.organisation) if isinstance(command, ActBelow) else []
    holders = command.holders if isinstance(command, ActOfCode) else ()
    return [one for one in dict.fromkeys([*higher_, *holders]) if one != command.organisation]


def _code(command: Placing) -> list[Stream[Told]]:
    code = None if isinstance(command, TransferOrganisation) else command.code
    return [stream_of(code)] if code else []


def _reads(command: Placing) -> list[Stream[Any]]:
    return [ORGANISATION.of(command.organisation), *_code(command), *map(ORGANISATION.of, _others(command))]


def _read(command: Placing, own: Organisation, states: Sequence[Any]) -> tuple[Holders, Mapping[Id, Organisation]]:
    """Who was ever told to have the code, and all the organisations that were read."""
    codes = len(_code(command))
    holders = holders_of(str(getattr(command, "code", None)), states[0]) if codes else ()
    return holders, {command.organisation: own, **dict(zip(_others(command), states[codes:], strict=True))}


def name(command: NameOrganisation, organisation: Organisation) -> Events:
    require(
        command.name or command.short_name or command.variants,
        "organisation.name",
        en="Give a name, a short name or a variant.",
        vi="Cần ít nhất một tên, tên tắt hoặc cách viết.",
    )
    if command.record is None:
        registered(organisation, "organisation", command.organisation)
        takes_effect(command)
        if command.name or command.short_name:  # further spellings of the old ones are found for ever
            lasting(organisation, "organisation", command.organisation, command.effective)
    return [tell(e.OrganisationNamed, command)]


def retype(command: RetypeOrganisation, organisation: Organisation) -> Events:
    require(
        command.kind or command.level,
        "organisation.type",
        en="Give a kind or a level.",
        vi="Cần nêu loại hoặc cấp.",
    )
    if command.record is None:
        _changes(command, organisation)
    return [tell(e.OrganisationRetyped, command)]


def assign_code(command: AssignOrganisationCode, organisation: Organisation, *states: Any) -> Events:
    holders, known = _read(command, organisation, states)
    if command.record is None:
        _changes(command, organisation)
        _coded_alone(command, holders, known)
    return _telling(command, tell(e.OrganisationCodeAssigned, command), holders)


def transfer(command: TransferOrganisation, organisation: Organisation, *states: Organisation) -> Events:
    _, known = _read(command, organisation, states)
    if command.record is None:
        _changes(command, organisation)
        _superior(command, known)
    return [tell(e.OrganisationTransferred, command)]


def _changes(
    command: RetypeOrganisation | AssignOrganisationCode | TransferOrganisation, organisation: Organisation
) -> None:
    """Raises Refused."""
    registered(organisation, "organisation", command.organisation)
    lasting(organisation, "organisation", command.organisation, named_day(command))
    takes_effect(command)


def dissolve(command: DissolveOrganisation, organisation: Organisation) -> Events:
    if command.record is None:
        named_day(command)
        takes_effect(command)
        active(organisation, "organisation", command.organisation, None)
    return [tell(e.OrganisationDissolved, command)]


TELLING: Handlers = {
    TellCode: Handler(
        lambda c: [stream_of(c.code)], lambda c, told: _told_too(c.organisation, c.code, holders_of(c.code, told))
    )
}
"""By which a log from before there were streams of codes gets them."""

HANDLERS: Handlers = {
    RegisterOrganisation: Handler(_reads, register, several=True),
    NameOrganisation: Handler(lambda c: [ORGANISATION.of(c.organisation)], name),
    RetypeOrganisation: Handler(lambda c: [ORGANISATION.of(c.organisation)], retype),
    AssignOrganisationCode: Handler(_reads, assign_code, several=True),
    TransferOrganisation: Handler(_reads, transfer),
    DissolveOrganisation: Handler(lambda c: [ORGANISATION.of(c.organisation)], dissolve),
}
