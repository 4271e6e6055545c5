"""What awards knows from others' events: names of organisations and blocs from registry, rankings from scoring."""

from datetime import date

from pydantic import BaseModel

from services.awards.domain.proposal import AgreeNomination
from services.awards.events import RankSeen
from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model, by_stream
from services.kernel.provenance import Fact, Listed
from services.kernel.telling import fact
from services.kernel.tools import Tools
from services.registry import events as registry
from services.scoring import events as scoring

Naming = registry.OrganisationRegistered | registry.OrganisationNamed | registry.BlocEstablished | registry.BlocNamed


class Name(BaseModel):
    """The name of an organisation or bloc that counts from the latest day; one without a day counts first."""

    since: date | None = None
    name: Fact


def named(stream: str, name: Name | None, recorded: Recorded[Naming]) -> Name | None:
    event = recorded.event
    told = fact(event, "name")
    if told is None or (name and (name.since or date.min) > (event.effective or date.min)):
        return name
    return Name(since=event.effective, name=told)


NAMES = Model(
    "names",
    "registry",
    registry.VOCABULARY,
    types_of(Naming),
    by_stream,
    named,
    doc=Name,
)


class Ranked(BaseModel):
    ranked: Listed[scoring.RankedUnit]


def published(stream: str, ranking: Ranked | None, recorded: Recorded[scoring.RankingPublished]) -> Ranked:
    return Ranked(ranked=recorded.event.ranked)


RANKS = Model("ranks", "scoring", scoring.VOCABULARY, (scoring.RankingPublished,), by_stream, published, doc=Ranked)


async def with_rank(command: AgreeNomination, tools: Tools) -> AgreeNomination:
    """The command with the recipient's rank in the bloc's ranking, if possible as scoring knows it now."""
    if command.record is not None:
        return command
    async with tools.look(RANKS, read=await tools.latest(RANKS.log)) as view:
        ranking: Ranked | None = await view.get(RANKS, f"ranking:{command.bloc}:{command.year}")
        at = view.positions[RANKS.log]
    units = ranking.ranked.items if ranking else ()
    rank = next((u.rank for u in units if u.unit == command.recipient.organisation), None)
    return command.model_copy(update={"ranking": RankSeen(epoch=at.epoch, position=at.position, rank=rank)})
