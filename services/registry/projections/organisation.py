"""Organisations by id."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated

from pydantic import Field

from services.kernel.events import types_of
from services.kernel.fold import Model
from services.kernel.standing import FactRetracted, Telling
from services.registry import events as e
from services.registry.domain.naming import code_term, found_by
from services.registry.domain.organisation import ORGANISATION
from services.registry.domain.ruling import holding
from services.registry.projections.common import Told, name_place, name_terms, own, told_in

OrganisationTold = Telling[Annotated[e.OrganisationEvent | FactRetracted, Field(discriminator="type")]]


class Organisation(Told[e.OrganisationEvent]):
    """All that was told of an organisation, oldest first."""

    events: tuple[OrganisationTold, ...] = ()

    @property
    def stands(self) -> bool:
        return bool(self.told)


def codes(doc: Organisation) -> set[str]:
    """Its official codes of all days."""
    return {code for event in holding(doc.told) if (code := getattr(event, "code", None))}


def _organisation_terms(doc: Organisation) -> Iterable[str]:
    """Its names and codes, and each code as it stands, by which tables name it."""
    held = sorted(codes(doc))
    return [*name_terms(doc), *(term for code in held for term in found_by(code)), *map(code_term, held)]


ORGANISATIONS = Model(
    "organisations",
    "registry",
    e.VOCABULARY,
    types_of(e.OrganisationEvent, FactRetracted),
    partial(own, ORGANISATION.kind, "organisation"),
    partial(told_in, Organisation),
    doc=Organisation,
    terms=_organisation_terms,
    place=name_place,
    version=11,
)
