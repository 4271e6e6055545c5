"""Duties of emulation work: the standing agency of a council, bloc or agency, and the officers for emulation work.

What is told of the duties of one council, bloc or agency shares a stream, so that no two standing agencies pass each
other.
"""

from typing import Any

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import AHEAD, Act, named_day, takes_effect
from services.kernel.telling import require, tell
from services.registry import events as e
from services.registry.domain.bloc import BLOC, established
from services.registry.domain.body import BODY, Body, there
from services.registry.domain.organisation import ORGANISATION, Mentioned, active, all_active, reads
from services.registry.domain.person import all_remembered, persons_of
from services.registry.tenures import Tenure, held_before, rivals, tenures


class AssignDuty(e.DutyFacts, Act):
    """Make an agency the standing agency of a council, bloc or agency, or a person an officer for emulation work."""

    ahead = AHEAD


class EndDuty(e.DutyFacts, Act):
    """End a duty: `effective` is the first day on which it is theirs no more."""

    ahead = AHEAD


Duties = tuple[e.DutyEvent, ...]
"""What is told of the duties of one council, bloc or agency."""


def evolve(duties: Duties, event: e.DutyEvent) -> Duties:
    return (*duties, event)


DUTY: Fold[Duties] = Fold("duty", (), evolve)


def duties_of(charge: e.Charge) -> Stream[Duties]:
    (told,) = charge.model_dump(exclude_none=True).items()
    return DUTY.of(*told)


def assign(command: AssignDuty, duties: Duties, *known: Any) -> Events:
    _named(command)
    event = tell(e.DutyAssigned, command)
    if command.record is None:
        charge, *others = known
        persons = persons_of(_person(command))
        named_day(command)
        takes_effect(command)
        _in_charge(command, charge)
        _alone(event, tenures((*duties, event)))
        all_remembered(_person(command), others[: len(persons)])
        all_active(_agency(command), others[len(persons) :], command.effective)
    return [event]


def _named(command: AssignDuty | EndDuty) -> None:
    require(
        command.agency or command.person or command.title,
        "duty.who",
        en="agency, person: name the agency or the person.",
        vi="agency, person: cần nêu cơ quan hoặc cá nhân.",
    )
    if command.record is None:
        standing = command.duty == "STANDING_AGENCY"
        field, vi = ("agency", "cơ quan") if standing else ("person", "cán bộ")
        require(
            command.agency if standing else command.person,
            "duty.who",
            en=f"{field}: name whose duty it is.",
            vi=f"{field}: cần nêu {vi} được giao.",
        )


def _in_charge(command: AssignDuty, state: Any) -> None:
    """That there is, on the day, what the duty is for. Raises Refused."""
    of = command.of
    if isinstance(state, Body):
        there(state, command.effective)
    elif of.bloc:
        established(state, command.effective)
    else:
        active(state, "of.organisation", str(of.organisation), command.effective)


def _alone(event: e.DutyAssigned, after: list[Tenure]) -> None:
    new = next(tenure for tenure in after if any(told is event for told in tenure.begun))
    agreeing = len(new.begun) > 1
    others = [new] if agreeing else [tenure for tenure in after if tenure is not new and rivals(new, tenure)]
    who = ", ".join(str(one.told[0].agency or one.told[0].person) for one in others)
    require(
        not (others and event.duty == "STANDING_AGENCY"),
        "duty.one-agency",
        en=f"agency: {who} is the standing agency at that time; end that duty first.",
        vi=f"agency: thời gian đó cơ quan thường trực là {who}; cần kết thúc nhiệm vụ đó trước.",
    )
    require(
        not others,
        "duty.held",
        en="person: is an officer here at that time already.",
        vi="person: thời gian đó đã là cán bộ thi đua, khen thưởng ở đây.",
    )


def end(command: EndDuty, duties: Duties) -> Events:
    _named(command)
    if command.record is None:
        named_day(command)
        takes_effect(command)
        require(
            any(held_before(tenure, command) for tenure in tenures(duties)),
            "duty.none",
            en="effective: before that day it was not their duty, or it is not told.",
            vi="effective: trước ngày đó chưa ghi nhận nhiệm vụ này.",
        )
    return [tell(e.DutyEnded, command)]


def _agency(command: AssignDuty) -> Mentioned:
    return {"agency": command.agency} if command.agency else {}


def _person(command: AssignDuty) -> Mentioned:
    return {"person": command.person} if command.person else {}


def _charge(charge: e.Charge) -> Stream[Any]:
    if charge.body:
        return BODY.of(charge.body)
    return BLOC.of(charge.bloc) if charge.bloc else ORGANISATION.of(str(charge.organisation))


def _reads(command: AssignDuty) -> list[Stream[Any]]:
    performed = [] if command.record is not None else [_charge(command.of), *persons_of(_person(command))]
    return [duties_of(command.of), *performed, *reads(command, _agency(command))]


HANDLERS: Handlers = {
    AssignDuty: Handler(_reads, assign),
    EndDuty: Handler(lambda c: [duties_of(c.of)], end),
}
