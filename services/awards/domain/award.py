"""One award of one recipient: decided, conferred, corrected, cancelled; any of it can be known without the others."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar, assert_never

from services.awards import events as e
from services.awards.domain.catalogue import NATIONAL, Catalogue, no_such_kind
from services.awards.domain.proposal import given_to
from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.errors import Refused
from services.kernel.performing import Act, happened, in_order, performed_on
from services.kernel.telling import require, tell
from services.kernel.text import Code, Id, Prose


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
    """Nothing is known, or only a conferral, or what a corrigendum tells of a decision that is not told yet."""

    recipient: e.Recipient | None = None
    kind: Code | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    recipient: e.Recipient
    kind: Code | None
    bloc: Id | None
    year: e.Year | None
    authority: Id | None
    on: date | None


@dataclass(frozen=True, slots=True)
class Conferred:
    decided: Decided
    on: date | None
    """The day of the conferral."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    pass


Award = Undecided | Decided | Conferred | Cancelled
Correctable = TypeVar("Correctable", Undecided, Decided)


def evolve(award: Award, event: e.AwardEvent) -> Award:
    match event:
        case e.AwardCancelled():
            return Cancelled()
        case e.AwardDecided():
            return _decided(award, event)
        case e.AwardConferred():
            return Conferred(award, event.effective) if isinstance(award, Decided) else award
        case e.AwardCorrected():
            return _corrected(award, event)
        case _:
            assert_never(event)


def _decided(award: Award, event: e.AwardDecided) -> Award:
    """The decision that is told first holds; another tells that on which it is silent."""
    match award:
        case Undecided(recipient, kind, on):
            return Decided(
                recipient=recipient or event.recipient,
                kind=kind or event.kind,
                bloc=event.bloc,
                year=event.year,
                authority=event.authority,
                on=on or event.effective,
            )
        case Decided():
            return _filled(award, event)
        case Conferred(decided, on):
            return Conferred(_filled(decided, event), on)
        case Cancelled():
            return award


def _filled(decided: Decided, event: e.AwardDecided) -> Decided:
    return replace(
        decided, kind=decided.kind or event.kind, bloc=decided.bloc or event.bloc, year=decided.year or event.year
    )


def _corrected(award: Award, event: e.AwardCorrected) -> Award:
    match award:
        case Undecided():
            return _right(award, event)
        case Decided():
            return _right(award, event)
        case Conferred(decided, on):
            return Conferred(_right(decided, event), on)
        case Cancelled():
            return award


def _right(award: Correctable, event: e.AwardCorrected) -> Correctable:
    return replace(
        award,
        recipient=event.recipient or award.recipient,
        kind=event.kind or award.kind,
        on=event.decided_on or award.on,
    )


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
        case Decided():
            _as_decided(command, award, catalogue)
            in_order("award.order", day, award.on, en="effective", vi="effective")
            return [tell(e.AwardConferred, command, kind=kind)]
        case _:
            raise _refused(award)


def _as_decided(command: RecordConferral, decided: Decided, catalogue: Catalogue) -> None:
    """Raises Refused where another award is told than the one that was decided."""
    require(
        command.recipient in (None, decided.recipient),
        "award.recipient",
        en="The decision names another recipient.",
        vi="Quyết định nêu đối tượng khác.",
    )
    require(
        command.year in (None, decided.year) or decided.year is None,
        "award.year",
        en=f"year: the award was decided for {decided.year}.",
        vi=f"year: khen thưởng được quyết định cho năm {decided.year}.",
    )
    require(
        command.bloc in (None, decided.bloc) or decided.bloc is None,
        "award.bloc",
        en=f"bloc: the award was decided on the proposal of {decided.bloc}.",
        vi=f"bloc: khen thưởng được quyết định theo đề nghị của {decided.bloc}.",
    )
    name = command.kind or command.wording
    code = catalogue.named(command.kind, command.wording)
    if name is None or (code is not None and code == decided.kind):
        return
    if catalogue.in_force(code, decided.on or command.effective) is None:
        raise no_such_kind(name, decided.on or command.effective)
    require(
        decided.kind is None,
        "award.kind",
        en=f"The award that was decided is {decided.kind}.",
        vi=f"Hình thức đã quyết định là {decided.kind}.",
    )


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
        in_order("award.order", command.effective, stands.on, _conferred_on(award), en="effective", vi="effective")
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
        if conferred_on := _conferred_on(award):
            in_order("award.order", conferred_on, command.decided_on, en="The conferral", vi="Ngày trao")
        _as_catalogued(command, stands, catalogue, decided_on)
    kind = catalogue.named(command.kind, command.wording)
    record = catalogue.told(command.record, command.kind, command.wording)
    return [tell(e.AwardCorrected, command, kind=kind, record=record)]


def _as_catalogued(command: CorrectAward, stands: Decided, catalogue: Catalogue, day: date | None) -> None:
    """Raises Refused for a kind that is not in force on the day of the decision, or not given to such a recipient."""
    code = catalogue.named(command.kind, command.wording)
    version = catalogue.in_force(code or stands.kind, day)
    if version is None and code is not None:
        raise no_such_kind(code, day)
    if version is not None and (code is not None or command.recipient is not None):
        given_to(command.recipient or stands.recipient, version, code, day)


def _standing(award: Award) -> Decided:
    """Raises Refused for an award that does not stand."""
    match award:
        case Decided():
            return award
        case Conferred(decided):
            return decided
        case _:
            raise _refused(award)


def _conferred_on(award: Award) -> date | None:
    return award.on if isinstance(award, Conferred) else None


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
