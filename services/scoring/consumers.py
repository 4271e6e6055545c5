"""What scoring knows from registry's events: the members of a bloc, on whom a ranking rests."""

from datetime import date

from pydantic import BaseModel

from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model
from services.kernel.tools import Tools
from services.registry import events as registry
from services.registry.stays import Stays, stays_after
from services.scoring.domain.ranking import PublishRanking
from services.scoring.events import MembersSeen


class Members(BaseModel):
    stays: Stays = ()


def bloc_of(recorded: Recorded[registry.MembershipEvent]) -> tuple[str]:
    return (recorded.event.bloc,)


def changed(bloc: str, members: Members | None, recorded: Recorded[registry.MembershipEvent]) -> Members:
    return Members(stays=stays_after(members.stays if members else (), recorded.event))


MEMBERS = Model(
    "members",
    "registry",
    registry.VOCABULARY,
    types_of(registry.MembershipEvent),
    bloc_of,
    changed,
    doc=Members,
    version=2,
)


async def with_members(command: PublishRanking, tools: Tools) -> PublishRanking:
    """The command with those who were members at the end of the year, if possible as registry knows them now."""
    if command.record is not None:
        return command
    async with tools.look(MEMBERS, read=await tools.latest(MEMBERS.log)) as view:
        members = await view.get(MEMBERS, command.bloc) or Members()
        at = view.positions[MEMBERS.log]
    end = date(command.year, 12, 31)
    units = tuple(sorted({stay.unit for stay in members.stays if stay.lasts(end, end)}))
    seen = MembersSeen(epoch=at.epoch, position=at.position, units=units)
    return command.model_copy(update={"members": seen})
