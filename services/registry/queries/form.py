"""The forms of emulation that the law has."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from services.kernel.provenance import Fact, Part
from services.kernel.telling import first
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.ruling import holding
from services.registry.projections import EVERY_FORM, FORMS, MovementForm
from services.registry.queries.common import DisputeShown
from services.registry.queries.disputes import RulingShown, contradictions, rulings


class GetMovementForms(BaseModel):
    """The forms of emulation that the law has."""

    on: date | None = None
    """On this day; all that it ever had if absent."""


class MovementFormShown(Part):
    """A form of emulation."""

    form: str
    """Its id."""
    name: Fact | None
    """What the law calls it."""
    since: Fact | None
    """The first day on which the law has it."""
    expires: Fact | None
    """The first day on which the law has it no more."""
    law: Fact | None
    """The law or decree that has it, by its id."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


class MovementFormsAnswer(BaseModel):
    """Forms of emulation, by their ids."""

    forms: tuple[MovementFormShown, ...]
    """In the order of their ids."""


async def get_movement_forms(asked: GetMovementForms, view: View) -> MovementFormsAnswer:
    found: list[tuple[str, MovementForm]] = await view.find(FORMS, EVERY_FORM)
    shown = ((holding(doc.told), _form(form, doc)) for form, doc in found)
    return MovementFormsAnswer(forms=tuple(form for told, form in shown if asked.on is None or _has(told, asked.on)))


def _has(told: Sequence[e.MovementFormRegistered], on: date) -> bool:
    """Whether the law has the form on a day, by what is told first."""
    since = next((event.effective for event in told if event.effective), date.min)
    return since <= on < next((event.expires for event in told if event.expires), date.max)


def _form(form: Id, doc: MovementForm) -> MovementFormShown:
    told = holding(doc.told)
    contradicting = contradictions(told, e.MovementFormFacts)
    return MovementFormShown(
        form=form,
        name=first(told, "name"),
        since=first(told, "effective"),
        expires=first(told, "expires"),
        law=first(told, "law.id"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(doc.told),
    )
