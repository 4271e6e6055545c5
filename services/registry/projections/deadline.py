"""Deadlines by id."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated

from pydantic import Field

from services.kernel.events import types_of
from services.kernel.fold import Model
from services.kernel.standing import FactRetracted, Telling
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.deadline import DEADLINE, Version, versions
from services.registry.projections.common import Told, own, told_in

DeadlineTold = Telling[Annotated[e.DeadlineEvent | FactRetracted, Field(discriminator="type")]]


class Deadline(Told[e.DeadlineEvent]):
    """All that was told of a deadline, oldest first."""

    events: tuple[DeadlineTold, ...] = ()

    @property
    def versions(self) -> list[Version]:
        """What stands of it, by the days from which it was set."""
        told = self.told
        set_ = [event for event in told if isinstance(event, e.DeadlineSet)]
        return versions(set_, [event for event in told if isinstance(event, e.DeadlineLifted)])


def deadline_terms(bloc: Id, authority: Id | None) -> list[str]:
    """The look-up words of the deadlines that may be for a bloc."""
    return ["law", f"bloc:{bloc}", *([f"authority:{authority}"] if authority else [])]


def _for(event: e.DeadlineSet) -> str:
    if event.bloc:
        return f"bloc:{event.bloc}"
    return f"authority:{event.authority}" if event.authority else "law"


def _deadline_terms(doc: Deadline) -> Iterable[str]:
    """Of each version whom it is for; a level is looked at where it is read."""
    return sorted({_for(event) for event in doc.told if isinstance(event, e.DeadlineSet)})


DEADLINES = Model(
    "deadlines",
    "registry",
    e.VOCABULARY,
    types_of(e.DeadlineEvent, FactRetracted),
    partial(own, DEADLINE.kind, "deadline"),
    partial(told_in, Deadline),
    doc=Deadline,
    terms=_deadline_terms,
)
