"""Retracting what an event told: one command for every stream. What follows from it in other streams, or must not be
left there, depends on what the stream is about.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.events import Event
from services.kernel.standing import FactRetracted, Retract, Standing, standing
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain import bloc
from services.registry.domain.heading import two_at_once
from services.registry.domain.leadership import led
from services.registry.domain.organisation import ORGANISATION
from services.registry.domain.reorganisation import REORGANISATION, settled
from services.registry.domain.told_once import twice
from services.registry.stays import MEMBERSHIP, Claims, at_once, open_stays

Told = tuple[Event, ...]
"""All that one stream ever told, oldest first."""
Stood = Sequence[Standing[Any]]
"""What stands of it."""
Both = frozenset[Any]
"""Acts that cannot stand beside each other, or what they are about."""


def _told(told: Told, event: Event) -> Told:
    return (*told, event)


TOLD: Fold[Told] = Fold("", (), _told, raw=True)
"""Of a stream of whatever kind."""


def retracted(command: Retract, kind: str) -> Id | None:
    """Of whose stream of a kind something is retracted; null where it is of another."""
    own, _, key = command.stream.partition(":")
    return key if own == kind else None


def bereft(command: Retract, told: Told) -> Id | None:
    """Who organises the bloc until now, where it is nobody or another after the retraction; else null."""
    former = _authority(told)
    return former if former != _authority((*told, tell(FactRetracted, command))) else None


def _authority(told: Iterable[Event]) -> Id | None:
    state: bloc.Bloc = bloc.BLOC.initial
    for one in standing(enumerate(told, 1)):
        state = bloc.evolve(state, one.event)
    return bloc.authority_of(state)


def retract(command: Retract, told: Any, *states: Any) -> Events:
    event = tell(FactRetracted, command)
    _beside(told, event)
    if (key := retracted(command, bloc.BLOC.kind)) is not None:
        _left(command, key, told, states)
        return [event]
    own = retracted(command, REORGANISATION.kind)
    return {command.stream: [event], **(settled(own, told, event, command.beside) if own else {})}


def _beside(told: Told, event: FactRetracted) -> None:
    """Of acts performed here the retraction leaves no two beside each other of which one bars the other. That a record
    is retracted bars nothing. Raises Refused.
    """
    fallen = told[event.retracts - 1 : event.retracts]
    if any(vars(one).get("record") and one.amends is None for one in fallen):
        return
    before, after = ([*standing(enumerate(some, 1))] for some in (told, (*told, event)))
    for rule, both, en, vi in BARRED:
        require(
            both(after) <= both(before),
            rule,
            en=f"retracts: {en}; retract what stands against it first.",
            vi=f"retracts: {vi}; cần rút thông tin mâu thuẫn trước.",
        )


def _twice(told: Stood) -> Both:
    return twice(one.event for one in told)


def _two_stays(told: Stood) -> Both:
    return at_once(one.event for one in told if isinstance(one.event, e.MembershipEvent))


def _two_heads(told: Stood) -> Both:
    return two_at_once(led(one for one in told if isinstance(one.event, e.LeadershipEvent)))


BARRED: Sequence[tuple[str, Callable[[Stood], Both], str, str]] = (
    (
        "act.told",
        _twice,
        "what this would bring back was told here anew since",
        "thông tin sẽ được khôi phục đã được thực hiện lại sau đó",
    ),
    (
        "membership.one-bloc",
        _two_stays,
        "by acts performed here the unit would be admitted to a bloc while it is in one of the same authority",
        "đơn vị sẽ được kết nạp tại đây khi đang ở khối, cụm của cùng cơ quan tổ chức",
    ),
    (
        "leadership.one-head",
        _two_heads,
        "by acts performed here two agencies would head at one time",
        "theo việc thực hiện tại đây sẽ có hai trưởng khối, cụm cùng lúc",
    ),
)
"""What no two acts of one stream may do beside each other: the rule, which do by what stands, and it in words."""


def _left(command: Retract, key: Id, told: Told, states: Sequence[Claims]) -> None:
    """Nobody is in the bloc under the authority that the retraction takes it from, as `bloc.establish` demands of a
    ruling or correction. Raises Refused.
    """
    former = bereft(command, told)
    claimed = (claim.split(":") for claim in command.beside)
    inside = ", ".join(
        unit
        for (authority, unit), claims in zip(claimed, states, strict=True)
        if authority == former and open_stays(claims, key)
    )
    require(
        not inside,
        "ruling.members",
        en=f"retracts: {inside} are in the bloc under {former}; end these memberships first.",
        vi=f"retracts: {inside} đang ở khối, cụm thuộc {former}; cần kết thúc tư cách thành viên trước.",
    )


def _reads(command: Retract) -> Sequence[Stream[Any]]:
    own = Stream(command.stream, TOLD)
    if retracted(command, REORGANISATION.kind) is not None:
        return [own, *(ORGANISATION.of(one) for one in command.beside)]
    return [own, *(MEMBERSHIP.of(*claim.split(":")) for claim in command.beside)]  # of a bloc's units


HANDLERS: Handlers = {Retract: Handler(_reads, retract, several=True)}
