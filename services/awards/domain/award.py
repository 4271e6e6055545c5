"""One award of one recipient: decided, conferred, corrected, cancelled; any of it can be known without the others."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from services.awards import events as e
from services.awards.domain.catalogue import NATIONAL, Catalogue
from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.errors import Refused
from services.kernel.performing import Act, happened, in_order, performed_on
from services.kernel.telling import require, tell
from services.kernel.text import Id, Prose


class RecordConferral(e.ConferralFacts, Act):
    """An award was handed over."""


class CancelAward(e.CancellationFacts, Act):
    """Cancel an award by a decision of the authority that decided it."""

    reason: Prose | None = None
    """Why, without naming a person; neither published nor answered."""


class CorrectAward(e.CorrectionFacts, Act):
    """Publish a corrigendum to an award."""

    reason: Prose | None = None
    """Why, without naming a person."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nothing is known, or only a conferral."""


@dataclass(frozen=True, slots=True)
class Decided:
    recipient: e.Recipient
    authority: Id | None
    on: date | None


@dataclass(frozen=True, slots=True)
class Conferred:
    recipient: e.Recipient
    authority: Id | None
    on: date | None
    """The day of the decision."""
    conferred_on: date | None


@dataclass(frozen=True, slots=True)
class Cancelled:
    pass


Award = Undecided | Decided | Conferred | Cancelled


def evolve(award: Award, event: e.AwardEvent) -> Award:
    match event:
        case e.AwardCancelled():
            return Cancelled()
        case e.AwardDecided():
            return Decided(event.recipient, event.authority, event.effective) if isinstance(award, Undecided) else award
        case e.AwardConferred():
            return _conferred(award, event.effective) if isinstance(award, Decided) else award
        case e.AwardCorrected():
            return _corrected(award, event)
        case _:
            assert_never(event)


def _conferred(award: Decided, day: date | None) -> Conferred:
    return Conferred(award.recipient, award.authority, award.on, day)


def _corrected(award: Award, event: e.AwardCorrected) -> Award:
    match award:
        case Decided() | Conferred():
            return replace(award, recipient=event.recipient or award.recipient, on=event.decided_on or award.on)
        case _:
            return award


AWARD: Fold[Award] = Fold("award", Undecided(), evolve)


def confer(command: RecordConferral, award: Award, catalogue: Catalogue) -> Events:
    kind = catalogue.named(command.kind, command.wording)
    if command.record is not None:
        require(
            command.recipient, "award.recipient", en="Name the recipient or the group.", vi="Cần người hoặc nhóm nhận."
        )
        record = catalogue.told(command.record, command.kind, command.wording)
        return [tell(e.AwardConferred, command, kind=kind, record=record)]
    day = performed_on(command, command.year)
    match award:
        case Decided(recipient, _, on):
            require(
                command.recipient in (None, recipient),
                "award.recipient",
                en="The decision names another recipient.",
                vi="Quyết định nêu đối tượng khác.",
            )
            in_order("award.order", day, on, en="effective", vi="effective")
            return [tell(e.AwardConferred, command, kind=kind)]
        case _:
            raise _refused(award)


def cancel(command: CancelAward, award: Award) -> Events:
    if command.record is None:
        stands = _standing(award)
        require(
            command.ground and command.number and command.effective and command.reason,
            "award.cancellation",
            en="Name the legal ground, the decision's number and date, and the reason.",
            vi="Cần căn cứ hủy bỏ, số, ngày quyết định và lý do.",
        )
        require(
            command.authority is not None and stands.authority in (None, command.authority),
            "award.authority",
            en="The authority that decided an award cancels it.",
            vi="Cấp nào quyết định khen thưởng thì cấp đó hủy bỏ.",
        )
        happened(command)
        conferred_on = stands.conferred_on if isinstance(stands, Conferred) else None
        in_order("award.order", command.effective, stands.on, conferred_on, en="effective", vi="effective")
    return [tell(e.AwardCancelled, command)]


def correct(command: CorrectAward, award: Award, catalogue: Catalogue) -> Events:
    told = (command.recipient, command.kind, command.wording, command.decision_number, command.decided_on)
    require(any(told), "award.correction", en="Say what is corrected.", vi="Cần nội dung đính chính.")
    if command.record is None:
        stands = _standing(award)
        require(
            command.effective and command.reason,
            "award.correction",
            en="Name the day and the reason.",
            vi="Cần ngày và lý do đính chính.",
        )
        happened(command)
        decided_on = command.decided_on or stands.on
        in_order("award.order", command.effective, decided_on, en="effective", vi="effective")
        if isinstance(stands, Conferred):
            in_order("award.order", stands.conferred_on, command.decided_on, en="The conferral", vi="Ngày trao")
    kind = catalogue.named(command.kind, command.wording)
    record = catalogue.told(command.record, command.kind, command.wording)
    return [tell(e.AwardCorrected, command, kind=kind, record=record)]


def _standing(award: Award) -> Decided | Conferred:
    """Raises Refused for an award that does not stand."""
    match award:
        case Decided() | Conferred():
            return award
        case _:
            raise _refused(award)


def _refused(award: Award) -> Refused:
    match award:
        case Undecided():
            return Refused("award.undecided", en="The award is not decided.", vi="Chưa có quyết định khen thưởng.")
        case Decided():
            return Refused("award.decided", en="The award is decided.", vi="Đã có quyết định khen thưởng.")
        case Conferred():
            return Refused("award.conferred", en="The award is conferred.", vi="Khen thưởng đã được trao.")
        case Cancelled():
            return Refused("award.cancelled", en="The award is cancelled.", vi="Khen thưởng đã bị hủy bỏ.")
        case _:
            assert_never(award)


def undecided(award: Award) -> None:
    """What a performed decision needs. Raises Refused."""
    if not isinstance(award, Undecided):
        raise _refused(award)


HANDLERS: Handlers = {
    RecordConferral: Handler(lambda c: [AWARD.of(c.award), NATIONAL], confer),
    CancelAward: Handler(lambda c: [AWARD.of(c.award)], cancel),
    CorrectAward: Handler(lambda c: [AWARD.of(c.award), NATIONAL], correct),
}
