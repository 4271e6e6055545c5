"""The yearly covenant of a bloc and its signatures."""

from typing import Any, assert_never

from services.kernel.decider import Command, Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import performed_on
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.belonging import ActOfMembers, belong, reads
from services.registry.domain.bloc import BLOC, Bloc, established
from services.registry.domain.organisation import Mentioned


class SignCovenant(e.SignatureFacts, ActOfMembers):
    """Sign the year's covenant for one member."""


class RecordCovenant(e.CovenantFacts, Command):
    """Record what a source tells of a covenant: signed or not, by whom, or only that it exists."""


Signed = frozenset[Id]
"""The members that signed."""


def evolve(signed: Signed, event: e.CovenantEvent) -> Signed:
    match event:
        case e.CovenantSigned(signature=signature):
            return signed | {signature.member} if signature.member else signed
        case e.CovenantRecorded(signatures=signatures):
            return signed | {s.member for s in signatures.items if s.member}
        case _:
            assert_never(event)


COVENANT: Fold[Signed] = Fold("covenant", frozenset(), evolve)


def sign(command: SignCovenant, signed: Signed, bloc: Bloc, *members: Any) -> Events:
    if command.record is None:
        known = established(bloc, command.effective)
        performed_on(command, command.year)
        require(command.signature.member, "covenant.member", en="Name the member.", vi="Cần nêu thành viên ký.")
        require(
            command.signature.member not in signed,
            "covenant.signed",
            en="This member has signed already.",
            vi="Thành viên này đã ký giao ước.",
        )
        belong(command, _signing(command), known, members)
    return [tell(e.CovenantSigned, command)]


def record(command: RecordCovenant, signed: Signed) -> Events:
    del signed  # a record needs no antecedent
    require(command.record, "covenant.record", en="Name the source, or sign.", vi="Cần nêu nguồn, hoặc ký giao ước.")
    return [tell(e.CovenantRecorded, command)]


def _signing(command: SignCovenant) -> Mentioned:
    member = command.signature.member
    return {"signature.member": member} if member else {}


def _reads(command: SignCovenant) -> list[Stream[Any]]:
    return [
        COVENANT.of(command.bloc, str(command.year)),
        BLOC.of(command.bloc),
        *reads(command, _signing(command)),
    ]


HANDLERS: Handlers = {
    SignCovenant: Handler(_reads, sign),
    RecordCovenant: Handler(lambda c: [COVENANT.of(c.bloc, str(c.year))], record),
}
