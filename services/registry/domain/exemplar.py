"""Advanced exemplars: who or what they are, and what was done so that others follow them."""

from dataclasses import dataclass
from typing import Any, assert_never

from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import Act, counted, happened, performed_on
from services.kernel.telling import require, tell
from services.registry import events as e
from services.registry.domain.bloc import established, named
from services.registry.domain.organisation import Mentioned, Organisation, agencies, all_active, reads
from services.registry.domain.ruling import settles


class RegisterExemplar(e.ExemplarFacts, Act):
    """Bring an advanced exemplar into the registry, or a group of which nobody need be named."""


class FurtherExemplar(e.ExemplarStepFacts, Act):
    """Tell that an exemplar was found, fostered, honoured, replicated or publicised."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not registered; what was done about it may be told all the same."""


@dataclass(frozen=True, slots=True)
class Registered:
    pass


Exemplar = Unknown | Registered


def evolve(exemplar: Exemplar, event: e.ExemplarEvent) -> Exemplar:
    match event:
        case e.ExemplarRegistered():
            return Registered()
        case e.ExemplarFurthered():
            return exemplar
        case _:
            assert_never(event)


EXEMPLAR: Fold[Exemplar] = Fold("exemplar", Unknown(), evolve)


def register(command: RegisterExemplar, exemplar: Exemplar, *known: Any) -> Events:
    require(
        command.who or command.name or command.count,
        "exemplar.who",
        en="Tell who or what it is, or how many they are.",
        vi="Cần nêu điển hình là ai, là gì, hoặc có bao nhiêu.",
    )
    require(
        command.kind != "PERSON" or command.name is None,
        "exemplar.person",
        en="name: a person is told by who.person, the id under which the person is registered, and never by name.",
        vi="name: cá nhân được nêu bằng who.person, là mã người đã đăng ký, không ghi tên tại đây.",
    )
    if command.record is None:
        require(
            not isinstance(exemplar, Registered),
            "exemplar.known",
            en="This id is taken.",
            vi="Mã điển hình này đã có.",
        )
        happened(command, command.year)
        counted(command)
        blocs = len(named(command.bloc))
        for bloc in known[:blocs]:
            established(bloc, command.effective)
        all_active(_being(command), known[blocs:], command.effective)
    settles(command, isinstance(exemplar, Registered))
    return [tell(e.ExemplarRegistered, command)]


def further(command: FurtherExemplar, exemplar: Exemplar, *organisations: Organisation) -> Events:
    if command.record is None:
        require(
            isinstance(exemplar, Registered),
            "exemplar.unknown",
            en="Register the exemplar first.",
            vi="Chưa có điển hình này; cần đăng ký trước.",
        )
        performed_on(command)
        all_active(_furthering(command), organisations, command.effective)
    return [tell(e.ExemplarFurthered, command)]


def _being(command: RegisterExemplar) -> Mentioned:
    return agencies("who", [command.who])


def _furthering(command: FurtherExemplar) -> Mentioned:
    return {**agencies("by", [command.by]), **agencies("partner", [command.partner])}


HANDLERS: Handlers = {
    RegisterExemplar: Handler(
        lambda c: [EXEMPLAR.of(c.exemplar), *named(c.bloc), *reads(c, _being(c))],
        register,
    ),
    FurtherExemplar: Handler(lambda c: [EXEMPLAR.of(c.exemplar), *reads(c, _furthering(c))], further),
}
