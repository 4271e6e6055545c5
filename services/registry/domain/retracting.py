"""Retracting what an event told: one command for every stream. What follows from it in other streams, or must not be
left there, depends on what the stream is about.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.events import Event
from services.kernel.standing import FactRetracted, Retract, standing
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry.domain import bloc
from services.registry.domain.once import twice
from services.registry.domain.organisation import ORGANISATION
from services.registry.domain.reorganisation import REORGANISATION, settled
from services.registry.stays import MEMBERSHIP, Claims, open_stays

Told = tuple[Event, ...]
"""All that one stream ever told, oldest first."""


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
    _once(told, event)
    if (key := retracted(command, bloc.BLOC.kind)) is not None:
        _left(command, key, told, states)
        return [event]
    own = retracted(command, REORGANISATION.kind)
    return {command.stream: [event], **(settled(own, told, event, command.beside) if own else {})}


def _once(told: Told, event: FactRetracted) -> None:
    """The retraction brings back nothing that is told here once and was told anew since. Raises Refused."""
    before, after = (twice(one.event for one in standing(enumerate(some, 1))) for some in (told, (*told, event)))
    require(
        after <= before,
        "act.told",
        en="retracts: what this would bring back was told here anew since; retract that first.",
        vi="retracts: thông tin sẽ được khôi phục đã được thực hiện lại sau đó; cần rút thông tin thực hiện lại trước.",
    )


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
