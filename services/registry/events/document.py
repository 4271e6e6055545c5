"""What can happen to a guiding document, and who cites it."""

from datetime import date
from typing import Literal

from pydantic import model_validator

from services.kernel.events import Event
from services.kernel.provenance import Part
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Id, Line
from services.registry.events.common import Disputable, Party, Year

ONE_THING = (
    "must name one thing that cites: a conference, a movement, a review, a report, or a plan by bloc and year"
    " / cần nêu đúng một nơi viện dẫn: hội nghị, phong trào, sơ kết hoặc tổng kết, báo cáo, hoặc kế hoạch (khối và năm)"
)


class DocumentFacts(Disputable):
    may_differ = Disputable.may_differ | {"title"}
    """One document is called in several ways."""

    document: Id
    """The document's id, chosen by the caller; `effective` is the first day on which it is in force."""
    kind: Id | None = None
    """What it is, as data: "directive", "resolution", "programme", "law", "decision"."""
    number: Line | None = None
    """Its official number, such as "34-CT/TW"."""
    title: Line | None = None
    """What it is called, or about."""
    issuer: Party | None = None
    """Who issued it."""
    dated: date | None = None
    """The day that it bears."""
    expires: date | None = None
    """The first day on which it is in force no more."""


class Citing(Part):
    """What cites a document: a conference or guidance given at it, a movement, review, report, plan or item of it."""

    conference: Id | None = None
    """The conference."""
    guidance: Id | None = None
    """Of the conference: the guidance that cites."""
    movement: Id | None = None
    """The movement."""
    review: Id | None = None
    """The review."""
    report: Id | None = None
    """The report."""
    bloc: Id | None = None
    """Of a plan: its bloc."""
    year: Year | None = None
    """Of a plan: its year."""
    item: Id | None = None
    """Of a plan: the activity that cites."""

    @model_validator(mode="after")
    def _one_thing(self) -> "Citing":
        whole = (self.conference, self.movement, self.review, self.report, self.bloc and self.year)
        parts = (
            (self.guidance, self.conference),
            (self.bloc, self.year),
            (self.year, self.bloc),
            (self.item, self.bloc),
        )
        if sum(map(bool, whole)) != 1 or any(part and not of for part, of in parts):
            raise ValueError(ONE_THING)
        return self


class CitationFacts(Told, Correctable):
    document: Id
    """The document, which need not be registered before."""
    citing: Citing
    """What cites it."""
    words: Line | None = None
    """How it is cited, in short."""


class DocumentRegistered(DocumentFacts, Event):
    """A document that guides emulation work came to be known. It is no movement, whatever it calls for."""

    type: Literal["DocumentRegistered"] = "DocumentRegistered"


class DocumentCited(CitationFacts, Event):
    type: Literal["DocumentCited"] = "DocumentCited"


DocumentEvent = DocumentRegistered
CitationEvent = DocumentCited
