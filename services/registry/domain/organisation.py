"""Organisations: an id, and names that come and go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import AHEAD, Act, takes_effect
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.ruling import settles


class RegisterOrganisation(e.OrganisationFacts, Act):
    """Bring an organisation into the registry under an id of the caller's choice."""

    ahead = AHEAD


class NameOrganisation(e.OrganisationNameFacts, Act):
    """Tell a new name from a day on, or further spellings by which it is found."""

    ahead = AHEAD


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


@dataclass(frozen=True, slots=True)
class Named:
    """Known by a name, which a record may tell before the registration."""

    registered: bool


Organisation = Unknown | Named


def evolve(organisation: Organisation, event: e.OrganisationEvent) -> Organisation:
    match event:
        case e.OrganisationRegistered():
            return Named(registered=True)
        case e.OrganisationNamed():
            return organisation if isinstance(organisation, Named) else Named(registered=False)
        case _:
            assert_never(event)


ORGANISATION: Fold[Organisation] = Fold("organisation", Unknown(), evolve)


def registered(organisation: Organisation, field: str, named: Id) -> None:
    """What a performed act needs of an organisation that it names in a field. Raises Refused."""
    require(
        organisation == Named(registered=True),
        "organisation.unknown",
        en=f"{field}: {named} is not registered; register the organisation first.",
        vi=f"{field}: tổ chức {named} chưa được đăng ký; cần đăng ký trước.",
    )


Mentioned = Mapping[str, Id]
"""Organisations, each by the path of the field that names it."""


def agencies(path: str, parties: Iterable[e.Party | None]) -> Mentioned:
    """Those of the parties in a list, by path such as `chairs.items[{}]`."""
    return {f"{path.format(i)}.agency": p.agency for i, p in enumerate(parties) if p and p.agency}


def reads(act: Act, named: Mentioned) -> list[Stream[Organisation]]:
    """The streams of which `all_registered` gets the states; a record may name who is not registered."""
    return [] if act.record is not None else [ORGANISATION.of(one) for one in dict.fromkeys(named.values())]


def all_registered(named: Mentioned, states: Sequence[Organisation]) -> None:
    """What a performed act needs of the organisations that it names. Raises Refused."""
    known = dict(zip(dict.fromkeys(named.values()), states, strict=True))
    for field, one in named.items():
        registered(known[one], field, one)


def register(command: RegisterOrganisation, organisation: Organisation) -> Events:
    require(
        command.record or organisation != Named(registered=True),
        "organisation.known",
        en="This id is taken; tell more by naming it.",
        vi="Mã tổ chức này đã có; đặt thêm tên nếu cần.",
    )
    if command.record is None:
        takes_effect(command)
    settles(command, organisation == Named(registered=True))
    return [tell(e.OrganisationRegistered, command)]


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
    return [tell(e.OrganisationNamed, command)]


HANDLERS: Handlers = {
    RegisterOrganisation: Handler(lambda c: [ORGANISATION.of(c.organisation)], register),
    NameOrganisation: Handler(lambda c: [ORGANISATION.of(c.organisation)], name),
}
