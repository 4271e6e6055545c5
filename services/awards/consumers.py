"""What awards knows from others' events: names of organisations and blocs from registry, rankings from scoring."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, TypeGuard

from pydantic import BaseModel, Field

from services.awards.domain.proposal import AgreeNomination
from services.awards.events import RankSeen
from services.kernel.errors import Unavailable
from services.kernel.events import Position, Recorded, types_of
from services.kernel.fold import Model, by_stream
from services.kernel.provenance import Fact
from services.kernel.standing import FactRetracted, Telling, and_then, holds
from services.kernel.telling import fact
from services.kernel.text import Id
from services.kernel.tools import Tools
from services.registry import events as registry
from services.scoring import events as scoring

Naming = registry.OrganisationRegistered | registry.OrganisationNamed | registry.BlocEstablished | registry.BlocNamed
NameTold = Telling[Annotated[Naming | FactRetracted, Field(discriminator="type")]]


class Name(BaseModel):
    """All that names an organisation or bloc, oldest first."""

    events: tuple[NameTold, ...] = ()

    @property
    def name(self) -> Fact | None:
        """The one that counts from the latest day (no day comes first); of several of a day the one told last.

        As registry answers it: a ruling holds instead of what was registered before.
        """
        told: list[Naming] = holds(self.events)
        ruled = max((i for i, event in enumerate(told) if _registered(event) and event.ruling), default=0)
        names = [event for i, event in enumerate(told) if event.name and (i >= ruled or not _registered(event))]
        return fact(max(reversed(names), key=lambda event: event.effective or date.min, default=None), "name")


def _registered(event: Naming) -> TypeGuard[registry.Disputable]:
    """Whether a registration tells it, or an establishment, on which there may be a ruling."""
    return isinstance(event, registry.Disputable)


def named(stream: str, name: Name | None, recorded: Recorded[Naming | FactRetracted]) -> Name | None:
    if name is None and isinstance(recorded.event, FactRetracted):
        return None  # of a stream of another kind
    return Name(events=and_then(name.events if name else (), recorded))


NAMES = Model(
    "names",
    "registry",
    registry.VOCABULARY,
    types_of(Naming, FactRetracted),
    by_stream,
    named,
    doc=Name,
    version=5,
)


class Ranked(BaseModel):
    """Every ranking that was published, oldest first; several only where one is told several times."""

    published: tuple[scoring.RankingPublished, ...] = ()


def published(stream: str, ranked: Ranked | None, recorded: Recorded[scoring.RankingPublished]) -> Ranked:
    return Ranked(published=(*(ranked.published if ranked else ()), recorded.event))


RANKS = Model(
    "ranks", "scoring", scoring.VOCABULARY, (scoring.RankingPublished,), by_stream, published, doc=Ranked, version=3
)


async def with_rank(command: AgreeNomination, tools: Tools) -> AgreeNomination:
    """The command with the recipient's rank in the bloc's ranking, if possible as scoring knows it now.

    Raises Unavailable where none is known and scoring does not answer.
    """
    unit = command.recipient.organisation
    if command.record is not None:
        return command
    read = await tools.latest(RANKS.log)
    async with tools.look(RANKS, read=read) as view:
        known = await view.get(RANKS, f"ranking:{command.bloc}:{command.year}") or Ranked()
        at = view.positions[RANKS.log]
    if unit is None:
        return command.model_copy(update={"ranking": RankSeen(epoch=at.epoch, position=at.position)})
    seen = rank_seen(known.published, unit, at) if known.published else None
    if not (seen and seen.rank) and not read.at_least:  # what has not arrived here is no reason to refuse
        raise Unavailable(
            en="Scoring does not answer, and no rank of this recipient is known here: try again.",
            vi="Dịch vụ scoring chưa trả lời, và ở đây chưa biết thứ hạng của đơn vị này: hãy thử lại.",
        )
    return command.model_copy(update={"ranking": seen})


def rank_seen(rankings: Sequence[scoring.RankingPublished], unit: Id, at: Position) -> RankSeen:
    """The rank in the performed ranking, where there is one, else the first that is recorded."""
    performed = [event for event in rankings if event.record is None]
    told = [rank for event in performed or rankings if (rank := _rank(event, unit)) is not None]
    binding = told[0] if told else None
    return RankSeen(
        epoch=at.epoch,
        position=at.position,
        rank=int(binding.value) if binding else None,
        basis=binding.mark.basis if binding else None,
        disputed=any(rank.value != (binding and binding.value) for event in rankings if (rank := _rank(event, unit))),
    )


def _rank(event: scoring.RankingPublished, unit: Id) -> Fact | None:
    places = (i for i, ranked in enumerate(event.ranked.items) if ranked.unit == unit and ranked.rank is not None)
    return next((fact(event, f"ranked.items[{i}].rank", event.basis(i)) for i in places), None)
