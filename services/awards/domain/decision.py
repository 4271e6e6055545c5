"""Decisions: a numbered, dated, signed act gives awards to recipients, and grants the proposals behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.awards import events as e
from services.awards.domain.award import AWARD, Award, undecided
from services.awards.domain.catalogue import NATIONAL, Catalogue
from services.awards.domain.proposal import PROPOSAL, Agreed, Proposal, given_to
from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.performing import Act, counted, happened, in_order
from services.kernel.provenance import Inference, Listed, Record
from services.kernel.telling import require, tell
from services.kernel.text import Id


class RecordDecision(e.DecisionFacts, Act):
    """Enter a decision that was made outside, with the awards of its list."""

    awards: Listed[e.DecidedAward]
    """The awards of its list, as far as they are recorded."""


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


@dataclass(frozen=True, slots=True)
class Known:
    pass


Decision = Unknown | Known


def evolve(decision: Decision, event: e.DecisionEvent) -> Decision:
    return Known()


DECISION: Fold[Decision] = Fold("decision", Unknown(), evolve)


def decide(command: RecordDecision, decision: Decision, catalogue: Catalogue, *rest: Award | Proposal) -> Events:
    lines, granted = command.awards.items, _granted(command)
    awards: Sequence[Any] = rest[: len(lines)]
    proposals: Mapping[Id, Any] = dict(zip(granted, rest[len(lines) :], strict=True))
    require(
        len({line.award for line in lines}) == len(lines), "decision.awards", en="An award comes twice.", vi="Trùng mã."
    )
    require(
        len(granted) == len(set(granted)), "decision.proposals", en="A proposal comes twice.", vi="Trùng mã đề nghị."
    )
    if command.record is None:
        _complete(command, decision)
        for line, award in zip(lines, awards, strict=True):
            undecided(award)
            _performed(line, proposals.get(line.proposal) if line.proposal else None, catalogue, command)
    events: dict[str, list[Event]] = {DECISION.of(command.decision).name: [_recorded(command)]}
    for index, line in enumerate(lines):
        record = _of_line(command.record, index) if command.record else None
        proposal = proposals.get(line.proposal) if line.proposal else None
        events[AWARD.of(line.award).name] = [_decided(command, line, record, proposal, catalogue)]
        if line.proposal:
            events[PROPOSAL.of(line.proposal).name] = [_grants(command, line, record)]
    return events


def _complete(command: RecordDecision, decision: Decision) -> None:
    require(
        isinstance(decision, Unknown), "decision.known", en="The decision is entered.", vi="Đã nhập quyết định này."
    )
    require(
        command.number and command.effective and command.authority and command.signatory and command.awards.items,
        "decision.incomplete",
        en="Name number, date, authority, signatory and at least one award.",
        vi="Cần số, ngày, cơ quan, người ký và ít nhất một khen thưởng.",
    )
    happened(command, *(line.year for line in command.awards.items))
    counted(command)


def _performed(line: e.DecidedAward, proposal: Proposal | None, catalogue: Catalogue, command: RecordDecision) -> None:
    code = catalogue.named(line.kind, line.wording)
    version = catalogue.in_force(code, command.effective)
    given_to(line.recipient, version, line.kind or line.wording, command.effective)
    match proposal:
        case None:
            pass
        case Agreed(recipient, kind, on=on):
            require(
                recipient == line.recipient and kind == code,
                "decision.proposal",
                en="The proposal is for another recipient or award.",
                vi="Đề nghị dành cho đối tượng hoặc hình thức khác.",
            )
            in_order("decision.order", command.effective, on, en="effective", vi="effective")
        case _:
            raise Refused(
                "proposal.open", en="There is no open proposal of this id.", vi="Không có đề nghị đang mở mã này."
            )


def _recorded(command: RecordDecision) -> e.DecisionRecorded:
    listed = command.awards
    ids = tuple(line.award for line in listed.items)
    awards = Listed[Id](items=ids, declared_count=listed.declared_count, exhaustive=listed.exhaustive)
    return tell(e.DecisionRecorded, command, awards=awards)


def _decided(
    command: RecordDecision, line: e.DecidedAward, record: Record | None, proposal: Any, catalogue: Catalogue
) -> e.AwardDecided:
    """A case is bound to the version of its proposal, else to the one in force on the day of the decision."""
    code = catalogue.named(line.kind, line.wording)
    version: Any = catalogue.in_force(code, command.effective)
    if isinstance(proposal, Agreed):
        bound = {"kind_version": proposal.kind_version, "regulation": proposal.regulation}
    else:
        bound = {"kind_version": version and version.version, "regulation": version and version.regulation}
    record = catalogue.told(record, line.kind, line.wording)
    return tell(e.AwardDecided, command, **(dict(line) | {"kind": code, "record": record} | bound))


def _grants(command: RecordDecision, line: e.DecidedAward, record: Record | None) -> e.ProposalDecided:
    return tell(e.ProposalDecided, command, proposal=line.proposal, award=line.award, record=record)


def _of_line(record: Record, index: int) -> Record:
    """The record with paths as in the event of one line: `awards.items[2].kind` becomes `kind`."""
    line = f"awards.items[{index}]"
    kept: list[Inference] = []
    for inference in record.inferred:
        if inference.field in ("awards", "awards.items", line):
            kept += [Inference(field=field, basis=inference.basis) for field in e.DecidedAward.model_fields]
        elif inference.field.startswith(line + "."):
            kept.append(Inference(field=inference.field.removeprefix(line + "."), basis=inference.basis))
        elif not inference.field.startswith("awards."):
            kept.append(inference)
    return record.model_copy(update={"inferred": tuple(kept)})


def _granted(command: RecordDecision) -> list[Id]:
    return [line.proposal for line in command.awards.items if line.proposal]


def _reads(command: RecordDecision) -> Sequence[Stream[Any]]:
    return [
        DECISION.of(command.decision),
        NATIONAL,
        *(AWARD.of(line.award) for line in command.awards.items),
        *(PROPOSAL.of(proposal) for proposal in _granted(command)),
    ]


HANDLERS: Handlers = {RecordDecision: Handler(_reads, decide, several=True)}
