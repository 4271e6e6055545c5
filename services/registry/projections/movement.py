"""Forms of emulation by id, what belongs to a movement by the stream that tells it, and who is told to have launched
one that others take up.
"""

from collections.abc import Iterable
from functools import partial
from hashlib import sha256
from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, Field

from services.kernel.events import Recorded, types_of
from services.kernel.fold import Model, by_stream
from services.kernel.standing import FactRetracted, Telling
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.form import FORM
from services.registry.domain.ruling import holding
from services.registry.projections.common import Told, own, told_in, with_one

MovementPart = e.MovementLaunched | e.MovementLinkEvent | e.MovementReviewEvent | e.ParticipationEvent

FormTold = Telling[Annotated[e.MovementFormEvent | FactRetracted, Field(discriminator="type")]]

MovementPartTold = Telling[Annotated[MovementPart | FactRetracted, Field(discriminator="type")]]

EVERY_FORM = "movementform"
"""The look-up word of every form that is told."""


class MovementForm(Told[e.MovementFormRegistered]):
    """All that was told of a form of emulation, oldest first."""

    events: tuple[FormTold, ...] = ()


class OfMovement(Told[MovementPart]):
    """All that one stream told of what belongs to a movement, oldest first."""

    events: tuple[MovementPartTold, ...] = ()


def _form_terms(doc: MovementForm) -> Iterable[str]:
    return [EVERY_FORM] if doc.told else []


class Launchers(BaseModel):
    """Who was ever told to have launched a movement by those that take it up."""

    terms: tuple[str, ...] = ()
    """The look-up word of each of them, in the order of first telling: the streams that have it tell so until now."""


PartKind = Literal["parts", "taken_up", "participants", "reviews"]


def part_term(kind: PartKind, movement: Id) -> str:
    """The look-up word of the streams of one kind that belong to a movement."""
    return f"{kind}:{movement}"


def link_terms(link: e.MovementLinked) -> list[str]:
    """The look-up words of a link by what it tells of the movement."""
    named = [named_term(link.movement)] if link.name else []
    return [*named, *_launcher_terms(link)]


def named_term(movement: Id) -> str:
    """The look-up word of the links that tell a movement's name."""
    return f"named:{movement}"


def _launcher_terms(link: e.MovementLinked) -> list[str]:
    if link.launcher is None:
        return []
    told = link.launcher.model_dump_json(exclude_none=True)
    return [f"launcher:{link.movement}:{sha256(told.encode()).hexdigest()[:16]}"]


def _movement_terms(doc: OfMovement) -> Iterable[str]:
    return sorted({term for event in holding(doc.told) for term in _terms_of(event)})


def _terms_of(event: MovementPart) -> list[str]:
    match event:
        case e.MovementLaunched(parent=parent):
            return [part_term("parts", parent)] if parent else []
        case e.MovementLinked(movement=movement):
            return [part_term("taken_up", movement), *link_terms(event)]
        case e.MovementReviewed(movement=movement):
            return [part_term("reviews", movement)]
        case e.ParticipationRegistered() | e.ParticipationReported() | e.MovementPlanned():
            return [part_term("participants", event.movement)]
        case _:
            assert_never(event)


def _launched(recorded: Recorded[e.MovementLinked]) -> tuple[Id, ...]:
    return (recorded.event.movement,) if recorded.event.launcher else ()


def _launchers(key: str, doc: Launchers | None, recorded: Recorded[e.MovementLinked]) -> Launchers:
    del key
    (term,) = _launcher_terms(recorded.event)
    return Launchers(terms=with_one(doc.terms if doc else (), term))


FORMS = Model(
    "forms",
    "registry",
    e.VOCABULARY,
    types_of(e.MovementFormEvent, FactRetracted),
    partial(own, FORM.kind, "form"),
    partial(told_in, MovementForm),
    doc=MovementForm,
    terms=_form_terms,
)


MOVEMENT_PARTS = Model(
    "movement_parts",
    "registry",
    e.VOCABULARY,
    types_of(MovementPart, FactRetracted),
    by_stream,
    partial(told_in, OfMovement),
    doc=OfMovement,
    terms=_movement_terms,
    version=3,
)


LAUNCHERS = Model(
    "launchers",
    "registry",
    e.VOCABULARY,
    types_of(e.MovementLinkEvent),
    _launched,
    _launchers,
    doc=Launchers,
)
