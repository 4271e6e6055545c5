"""Guiding documents by id, and what cites them."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated

from pydantic import Field

from services.kernel.events import types_of
from services.kernel.fold import Model, by_stream
from services.kernel.standing import FactRetracted, Telling
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.document import DOCUMENT
from services.registry.projections.common import Told, name_place, name_terms, own, told_in

DocumentTold = Telling[Annotated[e.DocumentEvent | FactRetracted, Field(discriminator="type")]]

CitationTold = Telling[Annotated[e.CitationEvent | FactRetracted, Field(discriminator="type")]]


class Document(Told[e.DocumentEvent]):
    """All that was told of a guiding document itself, oldest first."""

    events: tuple[DocumentTold, ...] = ()


class Citations(Told[e.DocumentCited]):
    """All that was told of what one thing cites, oldest first."""

    events: tuple[CitationTold, ...] = ()


def cited_term(document: Id) -> str:
    """The look-up word of all that cites a document."""
    return f"document:{document}"


def _citation_terms(doc: Citations) -> Iterable[str]:
    return sorted({cited_term(event.document) for event in doc.told})


DOCUMENTS = Model(
    "documents",
    "registry",
    e.VOCABULARY,
    types_of(e.DocumentEvent, FactRetracted),
    partial(own, DOCUMENT.kind, "document"),
    partial(told_in, Document),
    doc=Document,
    terms=name_terms,
    place=name_place,
    version=7,
)


CITATIONS = Model(
    "citations",
    "registry",
    e.VOCABULARY,
    types_of(e.CitationEvent, FactRetracted),
    by_stream,
    partial(told_in, Citations),
    doc=Citations,
    terms=_citation_terms,
    version=2,
)
