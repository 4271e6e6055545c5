"""What scoring knows from registry's events: the members of a bloc, on whom a ranking rests."""

from datetime import date

from pydantic import BaseModel

from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model
from services.kernel.text import Id
from services.kernel.tools import Tools
from services.registry import events as registry
from services.scoring.domain.ranking import PublishRanking
from services.scoring.events import MembersSeen


class Stay(BaseModel):
    """A unit's time in a bloc, from `since` until before `until`; a null day is unknown, or not yet."""

    unit: Id
    since: date | None = None
    until: date | None = None
    ended: bool = False

    def holds(self, day: date) -> bool:
        """Whether nothing says that the unit was no member on the day."""
        begun = self.since is None or self.since <= day
        return begun and (not self.ended or (self.until is not None and day < self.until))


class Members(BaseModel):
    stays: tuple[Stay, ...] = ()


def bloc_of(recorded: Recorded[registry.MembershipEvent]) -> tuple[str]:
    return (recorded.event.bloc,)


def changed(bloc: str, members: Members | None, recorded: Recorded[registry.MembershipEvent]) -> Members:
    stays = members.stays if members else ()
    match recorded.event:
        case registry.MembershipStarted(unit=unit, effective=since):
            return Members(stays=(*stays, Stay(unit=unit, since=since)))
        case registry.MembershipEnded(unit=unit, effective=until):
            still = next((s for s in stays if s.unit == unit and not s.ended), Stay(unit=unit))
            ended = still.model_copy(update={"until": until, "ended": True})
            return Members(stays=(*(s for s in stays if s is not still), ended))


MEMBERS = Model(
    "members",
    "registry",
    registry.VOCABULARY,
    types_of(registry.MembershipEvent),
    bloc_of,
    changed,
    doc=Members,
)


async def with_members(command: PublishRanking, tools: Tools) -> PublishRanking:
    """The command with those who were members at the end of the year, if possible as registry knows them now."""
    if command.record is not None:
        return command
    async with tools.look(MEMBERS, read=await tools.latest(MEMBERS.log)) as view:
        members = await view.get(MEMBERS, command.bloc) or Members()
        at = view.positions[MEMBERS.log]
    end = date(command.year, 12, 31)
    units = tuple(sorted({stay.unit for stay in members.stays if stay.holds(end)}))
    seen = MembersSeen(epoch=at.epoch, position=at.position, units=units)
    return command.model_copy(update={"members": seen})
