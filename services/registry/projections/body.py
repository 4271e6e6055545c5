"""Bodies by id, as they are looked for: what they are called and whose they are. Who sits there, their streams tell."""

from functools import partial
from typing import Annotated

from pydantic import Field

from services.kernel.events import types_of
from services.kernel.fold import Model
from services.kernel.standing import FactRetracted, Telling
from services.registry import events as e
from services.registry.domain.body import BODY
from services.registry.domain.ruling import holding
from services.registry.projections.common import Told, name_place, name_terms, own, told_in

BodyItself = e.BodyEstablished | e.BodyNamed
BodyTold = Telling[Annotated[BodyItself | FactRetracted, Field(discriminator="type")]]
WHOSE = ("kind", "organisation", "part_of")
"""Fields by which bodies are looked for."""


class Body(Told[BodyItself]):
    """What was told of a body itself, oldest first."""

    events: tuple[BodyTold, ...] = ()


def body_terms(**whose: str | None) -> list[str]:
    """The look-up words of the bodies of a kind, of an organisation, or that are part of another; of all, if none."""
    return ["body", *(f"{field}:{value}" for field, value in whose.items() if value)]


def _body_terms(doc: Body) -> list[str]:
    held = holding(doc.told)
    whose = (body_terms(**{field: getattr(event, field, None)}) for event in held for field in WHOSE)
    return [*name_terms(doc), *sorted({term for terms in whose for term in terms})]


BODIES = Model(
    "bodies",
    "registry",
    e.VOCABULARY,
    types_of(BodyItself, FactRetracted),
    partial(own, BODY.kind, "body"),
    partial(told_in, Body),
    doc=Body,
    terms=_body_terms,
    place=name_place,
    version=4,
)
