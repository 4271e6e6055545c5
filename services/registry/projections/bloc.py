"""Blocs by id, and where their members and regulations are told."""

from functools import partial
from typing import Annotated, assert_never

from pydantic import BaseModel, Field

from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model
from services.kernel.standing import FactRetracted, Telling, and_then, holds
from services.registry import events as e
from services.registry.domain.bloc import BLOC
from services.registry.projections.common import name_place, name_terms, own, with_one

BlocTold = Telling[Annotated[e.BlocEvent | FactRetracted, Field(discriminator="type")]]

BlocsOwn = e.BlocEvent | e.MembershipEvent | e.RegulationEvent | FactRetracted


class Bloc(BaseModel):
    """All that was told of a bloc itself, oldest first, and where its members and regulations are told."""

    events: tuple[BlocTold, ...] = ()
    members: tuple[str, ...] = ()
    """The streams that told of a membership in the bloc."""
    regulations: tuple[str, ...] = ()
    """The streams that told of a regulation of the bloc."""

    @property
    def stands(self) -> bool:
        """Whether anything of it does, or may: members are told elsewhere."""
        return bool(self.members or holds(self.events))

    @property
    def told(self) -> list[e.BlocEstablished | e.BlocNamed]:
        """What stands of its names."""
        return [event for event in holds(self.events) if isinstance(event, e.BlocEstablished | e.BlocNamed)]

    @property
    def dissolved(self) -> list[e.BlocDissolved]:
        return [event for event in holds(self.events) if isinstance(event, e.BlocDissolved)]

    @property
    def declared(self) -> list[e.MembersDeclared]:
        return [event for event in holds(self.events) if isinstance(event, e.MembersDeclared)]


def _bloc(key: str, doc: Bloc | None, recorded: Recorded[BlocsOwn]) -> Bloc:
    bloc = doc or Bloc()
    match recorded.event:
        case e.MembershipStarted() | e.MembershipEnded():
            return bloc.model_copy(update={"members": with_one(bloc.members, recorded.stream)})
        case e.RegulationAdopted() | e.RegulationAmended() | e.RegulationRepealed():
            return bloc.model_copy(update={"regulations": with_one(bloc.regulations, recorded.stream)})
        case e.BlocEstablished() | e.BlocNamed() | e.BlocDissolved() | e.MembersDeclared() | FactRetracted():
            return bloc.model_copy(update={"events": and_then(bloc.events, recorded)})
        case _:
            assert_never(recorded.event)


BLOCS = Model(
    "blocs",
    "registry",
    e.VOCABULARY,
    types_of(e.BlocEvent, e.MembershipEvent, e.RegulationEvent, FactRetracted),
    partial(own, BLOC.kind, "bloc"),
    _bloc,
    doc=Bloc,
    terms=name_terms,
    place=name_place,
    version=11,
)
