"""Deadlines: by law, or set by decision of whoever organises blocs, or of a bloc. A missed one is marked, and blocks
nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, assert_never

from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import AHEAD, Act, in_order, named_day, takes_effect
from services.kernel.telling import require, tell
from services.registry import events as e
from services.registry.domain.bloc import named, organised, undissolved
from services.registry.domain.organisation import Mentioned, all_active, reads
from services.registry.domain.ruling import holding, settles


class SetDeadline(e.DeadlineFacts, Act):
    """Set a deadline by decision, or its next version, or record one that a law sets."""

    ahead = AHEAD


class LiftDeadline(e.DeadlineLiftingFacts, Act):
    """Lift a deadline by decision: from `effective` on it is in force no more."""

    ahead = AHEAD


@dataclass(frozen=True, slots=True)
class Deadline:
    since: frozenset[date | None] = frozenset()
    """The first days of its versions."""


def evolve(deadline: Deadline, event: e.DeadlineEvent) -> Deadline:
    match event:
        case e.DeadlineSet(effective=since):
            return Deadline(deadline.since | {since})
        case e.DeadlineLifted():
            return deadline
        case _:
            assert_never(event)


DEADLINE: Fold[Deadline] = Fold("deadline", Deadline(), evolve)


def set_(command: SetDeadline, deadline: Deadline, *states: Any) -> Events:
    if command.record is None:
        _decided(command)
        day = named_day(command)
        takes_effect(command)
        require(
            day not in deadline.since,
            "deadline.known",
            en="A deadline of this id is set from this day on already.",
            vi="Thời hạn có mã này đã được quy định từ ngày đó.",
        )
        in_order("deadline.period", command.expires, day, en="expires", vi="expires")
        blocs = len(named(command.bloc))
        for bloc in states[:blocs]:
            known = undissolved(bloc, day)
            if command.authority:
                organised(known, command.authority)
        all_active(_setting(command), states[blocs:], command.effective)
    settles(command, deadline.since)
    return [tell(e.DeadlineSet, command)]


def _decided(command: SetDeadline) -> None:
    """What a deadline that is set here needs. Raises Refused."""
    require(
        command.authority or command.bloc,
        "deadline.scope",
        en="Name the bloc, or the authority whose blocs it is for; a law's deadline is recorded from its text.",
        vi="Cần nêu khối, cụm hoặc cơ quan tổ chức; thời hạn do luật định phải được ghi nhận theo văn bản.",
    )
    require(
        command.decision,
        "deadline.decision",
        en="decision: name the decision that sets it.",
        vi="decision: cần nêu quyết định quy định thời hạn.",
    )
    require(
        command.due or command.words,
        "deadline.due",
        en="Tell until when: due or words.",
        vi="Cần nêu thời hạn: due (ngày) hoặc words (lời ghi).",
    )


def lift(command: LiftDeadline, deadline: Deadline) -> Events:
    if command.record is None:
        require(
            deadline.since,
            "deadline.unknown",
            en="The deadline is not recorded.",
            vi="Chưa ghi nhận thời hạn này.",
        )
        require(
            command.decision,
            "deadline.decision",
            en="decision: name the decision that lifts it.",
            vi="decision: cần nêu quyết định bãi bỏ thời hạn.",
        )
        day = named_day(command)
        takes_effect(command)
        in_order("deadline.period", day, min(d or date.min for d in deadline.since), en="effective", vi="effective")
    return [tell(e.DeadlineLifted, command)]


class Version(NamedTuple):
    """A deadline as it was set from a day on (null: always), until before another (null: open)."""

    told: Sequence[e.DeadlineSet]
    """All that is told of it, oldest first."""
    since: date | None
    until: date | None

    def in_force(self, first: date, last: date | None = None) -> bool:
        """Whether it is in force on the day, or on one of those up to the last, both included."""
        return (self.since is None or self.since <= (last or first)) and (self.until is None or first < self.until)


def versions(told: Sequence[e.DeadlineSet], lifted: Sequence[e.DeadlineLifted]) -> list[Version]:
    """The versions, oldest first. One ends on the day told first of: it expires, it is lifted, the next one begins; a
    ruling on a version settles when it expires.

    That it was lifted without a day told ends the last one for all days.
    """
    days = sorted({event.effective for event in told}, key=lambda day: day or date.min)
    found = []
    for day, following in zip(days, [*days, None][1:], strict=True):
        same = [event for event in told if event.effective == day]
        ends = [*(event.expires for event in holding(same)), following, *_lifted(lifted, day, following)]
        found.append(Version(same, day, min(filter(None, ends), default=None)))
    return found


def _lifted(lifted: Sequence[e.DeadlineLifted], since: date | None, following: date | None) -> list[date]:
    """The ends that liftings make of a version."""
    ends = [event.effective or date.min for event in lifted if event.effective or following is None]
    return [end for end in ends if end == date.min or since is None or since <= end]


def _setting(command: SetDeadline) -> Mentioned:
    return {"authority": command.authority} if command.authority else {}


HANDLERS: Handlers = {
    SetDeadline: Handler(
        lambda c: [DEADLINE.of(c.deadline), *(named(c.bloc) if c.record is None else []), *reads(c, _setting(c))], set_
    ),
    LiftDeadline: Handler(lambda c: [DEADLINE.of(c.deadline)], lift),
}
