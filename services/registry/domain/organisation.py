"""Organisations: an id, and names that come and go."""

from dataclasses import dataclass
from typing import assert_never

from services.kernel.decider import Command, Events, Fold, Handler, Handlers
from services.kernel.errors import Refused
from services.kernel.telling import require, tell
from services.registry import events as e


class RegisterOrganisation(e.OrganisationFacts, Command):
    """Bring an organisation into the registry under an id of the caller's choice."""


class NameOrganisation(e.OrganisationNameFacts, Command):
    """Tell a new name from a day on, or further spellings by which it is found."""


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


def register(command: RegisterOrganisation, organisation: Organisation) -> Events:
    require(
        command.record or organisation != Named(registered=True),
        "organisation.known",
        en="This id is taken; tell more by naming it.",
        vi="Mã tổ chức này đã có; đặt thêm tên nếu cần.",
    )
    return [tell(e.OrganisationRegistered, command)]


def name(command: NameOrganisation, organisation: Organisation) -> Events:
    require(
        command.name or command.short_name or command.variants,
        "organisation.name",
        en="Give a name, a short name or a variant.",
        vi="Cần ít nhất một tên, tên tắt hoặc cách viết.",
    )
    if command.record is None:
        match organisation:
            case Named(registered=True):
                pass
            case _:
                raise Refused(
                    "organisation.unknown",
                    en="Register the organisation first.",
                    vi="Tổ chức chưa được đăng ký; cần đăng ký trước.",
                )
    return [tell(e.OrganisationNamed, command)]


HANDLERS: Handlers = {
    RegisterOrganisation: Handler(lambda c: [ORGANISATION.of(c.organisation)], register),
    NameOrganisation: Handler(lambda c: [ORGANISATION.of(c.organisation)], name),
}
