"""Forms of emulation by id, and what belongs to a movement, by the stream that tells it."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from services.kernel.events import types_of
from services.kernel.fold import Model, by_stream
from services.kernel.standing import FactRetracted, Telling
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.form import FORM
from services.registry.projections.common import Told, own, told_in

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


PartKind = Literal["child", "link", "participation", "review"]


def part_term(kind: PartKind, movement: Id) -> str:
    """The look-up word of the streams of one kind that belong to a movement."""
    return f"{kind}:{movement}"


def _movement_terms(doc: OfMovement) -> Iterable[str]:
    return sorted({term for event in doc.told if (term := _movement_term(event))})


def _movement_term(event: MovementPart) -> str | None:
    match event:
        case e.MovementLaunched(parent=parent):
            return part_term("child", parent) if parent else None
        case e.MovementLinked(movement=movement):
            return part_term("link", movement)
        case e.MovementReviewed(movement=movement):
            return part_term("review", movement)
        case _:
            return part_term("participation", event.movement)


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
    version=2,
)
