"""What scoring knows from registry's events: a bloc's members, who score themselves and on whom a ranking rests."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from services.kernel.errors import Unavailable
from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model, by_stream
from services.kernel.standing import FactRetracted, Telling, and_then, holds
from services.kernel.telling import agreed
from services.kernel.text import Id
from services.kernel.tools import Tools
from services.kernel.view import View
from services.registry import events as registry
from services.registry.stays import Stay, Stays, stays
from services.scoring.domain.ranking import PublishRanking
from services.scoring.domain.score import SubmitSelfScore
from services.scoring.events import MembershipSeen, MembersSeen

MembershipTold = Telling[Annotated[registry.MembershipEvent | FactRetracted, Field(discriminator="type")]]
CLAIMS = 1_000  # that are read at once


class Claim(BaseModel):
    """All that was told of a unit's memberships under one authority, oldest first."""

    events: tuple[MembershipTold, ...] = ()

    @property
    def stays(self) -> Stays:
        """What stands of it."""
        return stays(holds(self.events))


def claimed(
    stream: str, claim: Claim | None, recorded: Recorded[registry.MembershipEvent | FactRetracted]
) -> Claim | None:
    if claim is None and isinstance(recorded.event, FactRetracted):
        return None  # of a stream of another kind
    return Claim(events=and_then(claim.events if claim else (), recorded))


def in_blocs(claim: Claim) -> Iterator[str]:
    return (f"bloc:{stay.bloc}" for stay in claim.stays)


MEMBERS = Model(
    "members",
    "registry",
    registry.VOCABULARY,
    types_of(registry.MembershipEvent, FactRetracted),
    by_stream,
    claimed,
    doc=Claim,
    terms=in_blocs,
    version=4,
)


async def with_members(command: PublishRanking, tools: Tools) -> PublishRanking:
    """The command with those who were members at the end of the year, if possible as registry knows them now.

    Raises Unavailable where none is known and registry does not answer.
    """
    if command.record is not None:
        return command
    end = date(command.year, 12, 31)
    return command.model_copy(update={"members": await _seen(command.bloc, None, end, end, tools)})


async def with_membership(command: SubmitSelfScore, tools: Tools) -> SubmitSelfScore:
    """The command with whether the unit is a member on some day of the year, if possible as registry knows it now.

    Raises Unavailable where it is none as far as is known and registry does not answer.
    """
    if command.record is not None:
        return command
    first, last = date(command.year, 1, 1), date(command.year, 12, 31)
    seen = await _seen(command.bloc, command.unit, first, last, tools)
    membership = MembershipSeen(
        epoch=seen.epoch, position=seen.position, member=bool(seen.units), inferred=bool(seen.inferred)
    )
    return command.model_copy(update={"membership": membership})


async def _seen(bloc: Id, unit: Id | None, first: date, last: date, tools: Tools) -> MembersSeen:
    """The members on a day of these, both included; or of them this unit alone."""
    read = await tools.latest(MEMBERS.log)
    async with tools.look(MEMBERS, read=read) as view:
        found = [stay async for claim in _claims(view, bloc) for stay in claim.stays if stay.bloc == bloc]
        at = view.positions[MEMBERS.log]
    members = members_of(found, first, last, unit)
    if not members and not read.at_least:  # what has not arrived here is no reason to refuse
        raise Unavailable(
            en="Registry does not answer, and no such member is known here: try again.",
            vi="Dịch vụ registry chưa trả lời, và ở đây chưa biết thành viên này: hãy thử lại.",
        )
    inferred = tuple(unit for unit, sure in members.items() if not sure)
    return MembersSeen(epoch=at.epoch, position=at.position, units=tuple(members), inferred=inferred)


async def _claims(view: View, bloc: Id) -> AsyncIterator[Claim]:
    """Of everybody who is told to be, or to have been, in the bloc."""
    page = await view.find(MEMBERS, f"bloc:{bloc}", limit=CLAIMS)
    while page:
        for _, claim in page:
            yield claim
        last, _ = page[-1]
        page = await view.find(MEMBERS, f"bloc:{bloc}", limit=CLAIMS, after_key=last) if len(page) == CLAIMS else []


def members_of(stays: Iterable[Stay], first: date, last: date, unit: Id | None = None) -> dict[Id, bool]:
    """Who is a member on a day of these, both included, by id, and whether that is told rather than inferred."""
    found: dict[Id, bool] = {}
    for stay in sorted(stays, key=lambda stay: stay.unit):
        if unit in (None, stay.unit) and stay.lasts(first, last):
            found[stay.unit] = found.get(stay.unit, False) or _told(stay)
    return found


def _told(stay: Stay) -> bool:
    """Whether its first day is told, and everything that makes the unit a member is stated."""
    told: tuple[Sequence[registry.MembershipEvent], ...] = (stay.begun, stay.ended)
    known = [agreed(events, path) for events in told if events for path in ("unit", "bloc", "effective")]
    return stay.since is not None and all(one is None or one.mark.certainty == "STATED" for one in known)
