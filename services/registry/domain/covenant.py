"""The yearly covenant of a bloc: its lines, its signatures, and what became of each line."""

from dataclasses import dataclass, replace
from typing import Any, assert_never

from services.kernel.decider import Command, Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import counted, performed_on
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.belonging import ActOfMembers, belong, reads
from services.registry.domain.bloc import BLOC, Bloc, established
from services.registry.domain.organisation import Mentioned
from services.registry.domain.ruling import rules, settles
from services.registry.domain.told_once import Once, and_of, tell_once


class SignCovenant(e.SignatureFacts, ActOfMembers):
    """Sign the year's covenant for one member."""


class DrawUpCovenant(e.CovenantTextFacts, ActOfMembers):
    """Tell what the year's covenant pledges, line by line."""


class ReportCovenantResult(e.CovenantResultFacts, ActOfMembers):
    """Tell what became of a line of the covenant, for a member or the bloc."""


class RecordCovenant(e.CovenantFacts, Command):
    """Record what a source tells of a covenant: signed or not, by whom, or only that it exists."""


@dataclass(frozen=True, slots=True)
class Covenant:
    signed: frozenset[Id] = frozenset()
    """The members that signed."""
    drawn_up: bool = False
    lines: frozenset[tuple[Id, Id | None]] = frozenset()
    """Its lines, each with the member that it binds."""
    results: Once = frozenset()


def evolve(covenant: Covenant, event: e.CovenantEvent) -> Covenant:
    match event:
        case e.CovenantSigned(signature=signature):
            return _signed(covenant, signature)
        case e.CovenantRecorded(signatures=signatures):
            return _signed(covenant, *signatures.items)
        case e.CovenantDrawnUp(lines=lines):
            told = {(line.line, line.member) for line in lines.items}
            known = frozenset[tuple[Id, Id | None]]() if rules(event) else covenant.lines
            return replace(covenant, drawn_up=True, lines=known | told)
        case e.CovenantResultReported():
            return replace(covenant, results=and_of(covenant.results, event))
        case _:
            assert_never(event)


def _signed(covenant: Covenant, *signatures: e.Signature) -> Covenant:
    return replace(covenant, signed=covenant.signed | {s.member for s in signatures if s.member})


COVENANT: Fold[Covenant] = Fold("covenant", Covenant(), evolve)


def draw_up(command: DrawUpCovenant, covenant: Covenant, bloc: Bloc, *members: Any) -> Events:
    if command.record is None:
        known = established(bloc, command.effective)
        performed_on(command, command.year)
        counted(command)
        require(
            not covenant.drawn_up,
            "covenant.drawn-up",
            en="The covenant is drawn up already; correct it instead.",
            vi="Giao ước đã được soạn; cần đính chính nếu có thay đổi.",
        )
        require(
            not covenant.signed,
            "covenant.closed",
            en="A member has signed the covenant; nothing is added to it any more.",
            vi="Đã có thành viên ký giao ước; không bổ sung nội dung được nữa.",
        )
        lines = [line.line for line in command.lines.items]
        require(len(set(lines)) == len(lines), "covenant.lines", en="Two lines share an id.", vi="Trùng mã chỉ tiêu.")
        belong(command, _bound(command), known, members)
    settles(command, covenant.drawn_up)
    return [tell(e.CovenantDrawnUp, command)]


def report(command: ReportCovenantResult, covenant: Covenant, bloc: Bloc, *members: Any) -> Events:
    require(
        command.value or command.achieved is not None or command.words,
        "covenant.result",
        en="Tell the value, whether the line is achieved, or words.",
        vi="Cần nêu kết quả đạt được, việc hoàn thành hay không, hoặc nội dung.",
    )
    if command.record is None:
        known = established(bloc, command.effective)
        performed_on(command, command.year)
        require(
            {(command.line, None), (command.line, command.member)} & covenant.lines,
            "covenant.line",
            en=f"line: the covenant has no line {command.line} that binds whom the result is told of.",
            vi=f"line: giao ước không có chỉ tiêu {command.line} của đối tượng được nêu.",
        )
        belong(command, _resulting(command), known, members)
    return [tell_once(e.CovenantResultReported, command, covenant.results)]


def sign(command: SignCovenant, covenant: Covenant, bloc: Bloc, *members: Any) -> Events:
    if command.record is None:
        known = established(bloc, command.effective)
        performed_on(command, command.year)
        require(command.signature.member, "covenant.member", en="Name the member.", vi="Cần nêu thành viên ký.")
        require(
            command.signature.member not in covenant.signed,
            "covenant.signed",
            en="This member has signed already.",
            vi="Thành viên này đã ký giao ước.",
        )
        belong(command, _signing(command), known, members)
    return [tell(e.CovenantSigned, command)]


def record(command: RecordCovenant, covenant: Covenant) -> Events:
    del covenant  # a record needs no antecedent
    require(command.record, "covenant.record", en="Name the source, or sign.", vi="Cần nêu nguồn, hoặc ký giao ước.")
    return [tell(e.CovenantRecorded, command)]


def _signing(command: SignCovenant) -> Mentioned:
    member = command.signature.member
    return {"signature.member": member} if member else {}


def _bound(command: DrawUpCovenant) -> Mentioned:
    return {f"lines.items[{i}].member": line.member for i, line in enumerate(command.lines.items) if line.member}


def _resulting(command: ReportCovenantResult) -> Mentioned:
    return {"member": command.member} if command.member else {}


def _reads(command: DrawUpCovenant | SignCovenant | ReportCovenantResult, named: Mentioned) -> list[Stream[Any]]:
    return [COVENANT.of(command.bloc, str(command.year)), BLOC.of(command.bloc), *reads(command, named)]


HANDLERS: Handlers = {
    DrawUpCovenant: Handler(lambda c: _reads(c, _bound(c)), draw_up),
    SignCovenant: Handler(lambda c: _reads(c, _signing(c)), sign),
    ReportCovenantResult: Handler(lambda c: _reads(c, _resulting(c)), report),
    RecordCovenant: Handler(lambda c: [COVENANT.of(c.bloc, str(c.year))], record),
}
