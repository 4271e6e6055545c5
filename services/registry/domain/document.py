"""Documents that guide emulation work, and what cites them. None of them is a movement."""

from typing import Any

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import AHEAD, Act, happened, in_order, takes_effect
from services.kernel.telling import require, tell
from services.registry import events as e
from services.registry.domain.conference import CONFERENCE, Held
from services.registry.domain.movement import MOVEMENT, Launched
from services.registry.domain.organisation import Mentioned, Organisation, agencies, all_active, reads
from services.registry.domain.plan import PLAN, Plan
from services.registry.domain.report import REPORT
from services.registry.domain.review import REVIEW
from services.registry.domain.ruling import settles


class RegisterDocument(e.DocumentFacts, Act):
    """Bring a guiding document into the registry under an id of the caller's choice, or tell more of it."""

    ahead = AHEAD


class CiteDocument(e.CitationFacts, Act):
    """Tell that a conference, guidance, a movement, a plan, a review or a report rests on a document."""


Known = bool
"""Whether a document is registered."""


def evolve(document: Known, event: e.DocumentEvent) -> Known:
    del document, event
    return True


DOCUMENT: Fold[Known] = Fold("document", False, evolve)


def _cited(citations: None, event: e.CitationEvent) -> None:
    """What cites a document may cite it again, in other words: nothing depends on what it cites."""


CITATIONS: Fold[None] = Fold("citations", None, _cited)


def citations_in(stream: str) -> str:
    """The stream of what the thing that another stream is about cites."""
    return CITATIONS.of(stream).name


def register(command: RegisterDocument, document: Known, *organisations: Organisation) -> Events:
    require(
        command.number or command.title,
        "document.title",
        en="Give its number or its title.",
        vi="Cần nêu số hiệu hoặc tên văn bản.",
    )
    if command.record is None:
        require(
            not document,
            "document.known",
            en="This id is taken.",
            vi="Mã văn bản này đã có.",
        )
        takes_effect(command)
        in_order("document.period", command.expires, command.effective, en="expires", vi="expires")
        all_active(_issuing(command), organisations, command.effective)
    settles(command, document)
    return [tell(e.DocumentRegistered, command)]


def cite(command: CiteDocument, citations: None, *known: Any) -> Events:
    del citations
    if command.record is None:
        document, citing = known
        require(
            document,
            "document.unknown",
            en=f"document: {command.document} is not registered; register it first.",
            vi=f"document: văn bản {command.document} chưa được đăng ký; cần đăng ký trước.",
        )
        require(
            _told(command.citing, citing),
            "citation.unknown",
            en="citing: what cites the document is not recorded; record it first.",
            vi="citing: nơi viện dẫn văn bản chưa được ghi nhận; cần ghi nhận trước.",
        )
        happened(command)
    return [tell(e.DocumentCited, command)]


def _source(citing: e.Citing) -> Stream[Any]:
    """The stream of what cites."""
    match citing:
        case e.Citing(conference=str(conference)):
            return CONFERENCE.of(conference)
        case e.Citing(movement=str(movement)):
            return MOVEMENT.of(movement)
        case e.Citing(review=str(review)):
            return REVIEW.of(review)
        case e.Citing(report=str(report)):
            return REPORT.of(report)
        case _:
            return PLAN.of(str(citing.bloc), str(citing.year))


def _told(citing: e.Citing, state: Any) -> bool:
    """Whether what cites is recorded."""
    match state:
        case Held(guided=guided):
            return citing.guidance is None or citing.guidance in guided
        case Launched():
            return True
        case Plan(status=status, items=items):
            return status is not None and (citing.item is None or citing.item in items)
        case int() as told:  # a review or a report
            return told > 0
        case _:
            return False


def _issuing(command: RegisterDocument) -> Mentioned:
    return agencies("issuer", [command.issuer])


def _reads(command: CiteDocument) -> list[Stream[Any]]:
    citing = _source(command.citing)
    performed = [DOCUMENT.of(command.document), citing] if command.record is None else []
    return [CITATIONS.of(citing.name), *performed]


HANDLERS: Handlers = {
    RegisterDocument: Handler(lambda c: [DOCUMENT.of(c.document), *reads(c, _issuing(c))], register),
    CiteDocument: Handler(_reads, cite),
}
