"""A guiding document, and what cites it."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, Field

from services.kernel.errors import Missing
from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, first, mark, surest_of
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.document import citations_in
from services.registry.domain.ruling import holding
from services.registry.projections import CITATIONS, DOCUMENTS, STREAMS, Citations, Document, Stream, cited_term
from services.registry.queries.common import DisputeShown, Label, PartyShown, first_party, labels, values
from services.registry.queries.days import ByDay
from services.registry.queries.disputes import RulingShown, contradictions, rulings


class GetDocument(ByDay):
    """A guiding document and what cites it."""

    document: Id
    """The document."""
    limit: int = Field(default=100, ge=1, le=500)
    """How many that cite it at most; 100 if absent."""


class CitationShown(Part):
    """That something cites a document."""

    document: Fact
    """The document."""
    kind: Fact | None
    """What the document is; absent, as the next three, where it is not registered or that is not told."""
    number: Fact | None
    """Its number."""
    title: Fact | None
    """Its title."""
    dated: Fact | None
    """The day that it bears."""
    conference: Fact | None
    """The conference that cites it."""
    guidance: Fact | None
    """The guidance that does, given at the conference."""
    movement: Fact | None
    """The movement that does."""
    review: Fact | None
    """The review that does."""
    report: Fact | None
    """The report that does."""
    bloc: Fact | None
    """Of a plan that does: its bloc."""
    year: Fact | None
    """Of a plan that does: its year."""
    item: Fact | None
    """Of a plan: the activity that does."""
    words: Fact | None
    """How it is cited."""


class DocumentAnswer(BaseModel):
    """A guiding document."""

    document: str
    """Its id."""
    kind: Fact | None
    """What it is."""
    number: Fact | None
    """Its number."""
    titles: tuple[Fact, ...]
    """What it is called, in the order of telling."""
    issuer: PartyShown | None
    """Who issued it."""
    dated: Fact | None
    """The day that it bears."""
    in_force: Fact | None
    """The first day on which it is in force."""
    expires: Fact | None
    """The first day on which it is in force no more."""
    citations: tuple[CitationShown, ...]
    """What cites it."""
    cut: bool
    """Whether more things cite it than asked for."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first: each holds instead of what was told before."""


async def get_document(asked: GetDocument, view: View) -> DocumentAnswer:
    document: Document = await view.get(DOCUMENTS, asked.document) or Document()
    found = await view.find(CITATIONS, cited_term(asked.document), limit=asked.limit + 1)
    if not (document.told or found):
        raise Missing(
            en=f"The document {asked.document} is not recorded.", vi=f"Chưa ghi nhận văn bản {asked.document}."
        )
    cited: list[Citations] = [doc for _, doc in found[: asked.limit]]
    told = holding(document.told)
    contradicting = contradictions(told, e.DocumentFacts)
    answer = DocumentAnswer(
        document=asked.document,
        kind=first(told, "kind"),
        number=first(told, "number"),
        titles=values(told, "title"),
        issuer=first_party(told, "issuer"),
        dated=first(told, "dated"),
        in_force=first(told, "effective"),
        expires=first(told, "expires"),
        citations=_shown(
            (event for doc in cited for event in doc.told if event.document == asked.document),
            {asked.document: document},
        ),
        cut=len(found) > asked.limit,
        labels=(),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(document.told),
    )
    return answer.model_copy(update={"labels": await labels(view, answer)})


async def citations_of(view: View, things: Iterable[str]) -> tuple[CitationShown, ...]:
    """The documents that the things which these streams are about cite, in the order of the streams and of telling."""
    names = [citations_in(thing) for thing in things]
    found: dict[str, Stream] = await view.many(STREAMS, names)
    told = [event for name in names if name in found for event in found[name].told]
    cited = [event for event in told if isinstance(event, e.DocumentCited)]
    documents = await view.many(DOCUMENTS, {event.document for event in cited}) if cited else {}
    return _shown(cited, documents)


def _shown(cited: Iterable[e.DocumentCited], documents: Mapping[str, Document]) -> tuple[CitationShown, ...]:
    """Each citation once, as sure as any source tells it."""
    told: dict[tuple[Id, e.Citing], list[CitationShown]] = {}
    for event in cited:
        told.setdefault((event.document, event.citing), []).append(_citation(event, documents.get(event.document)))
    return tuple(
        surest_of(same).model_copy(update={"words": next((one.words for one in same if one.words), None)})
        for same in told.values()
    )


def _citation(event: e.DocumentCited, document: Document | None) -> CitationShown:
    told = holding(document.told) if document else []
    about = {name: first(told, name) for name in ("kind", "number", "title", "dated")}
    citing = {name: fact(event, f"citing.{name}") for name in e.Citing.model_fields}
    return CitationShown(
        document=Fact(value=event.document, mark=mark(event.record, "document")),
        **about,
        **citing,
        words=fact(event, "words"),
    )
