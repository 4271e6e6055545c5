"""Where a fact comes from and how sure it is: shared by every event, command and answer.

An act is *performed* in the system (`record` is null, its guards apply), or *recorded* from a document. A recorded fact
is STATED in its source unless `inferred` names the field; what a source does not say is null.
"""

from datetime import date
from functools import cached_property
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from services.kernel.text import Form, Line, Prose

Certainty = Literal["STATED", "INFERRED"]
Sha256 = Annotated[
    str, Form(r"^[0-9a-f]{64}$", "must be 64 of 0-9 and a-f", "phải là mã SHA-256 gồm 64 ký tự 0-9, a-f")
]
T = TypeVar("T")


class Part(BaseModel):
    """A value inside commands, events and answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Part):
    """A document: what it is, who issued it, the day it prints for itself, the hash of its text. Never its words."""

    id: Line
    title: Line | None = None
    number: Line | None = None
    issuer: Line | None = None
    printed_date: Line | None = None
    """The date as printed, e.g. `14:16 09/04/2021`."""
    dated: date | None = None
    sha256: Sha256 | None = None


class Inference(Part):
    """A field that the source does not state, and from what we infer it.

    `field` is a path in the command such as `members.items[1]`, to what it tells; `*` is all.
    """

    field: Line
    basis: Prose


class Mark(Part):
    """How sure a value of an answer is, and from where. An act performed in the system is stated and has no source."""

    certainty: Certainty = "STATED"
    source: str | None = None
    place: str | None = None
    basis: str | None = None
    document: Source | None = Field(default=None, exclude=True, repr=False)
    """The source, of which an answer tells once what all marks have in common."""


class Fact(Part):
    """A value of an answer, as text, with its mark. An absent Fact means "not recorded"."""

    value: str
    mark: Mark = Mark()


class Record(Part):
    """How a recorded fact is known: its source, where in it the words stand, and what in the fact is inferred."""

    source: Source
    place: Line
    inferred: tuple[Inference, ...] = ()

    def certainty(self, field: str) -> Certainty:
        """The mark of one field: inferred if the field, an outer one, or everything is named."""
        return "INFERRED" if self.basis(field) is not None else "STATED"

    def basis(self, field: str) -> str | None:
        for inference in self.inferred:
            if inference.field in ("*", field) or field.startswith((inference.field + ".", inference.field + "[")):
                return inference.basis
        return None

    def mark(self, field: str) -> Mark:
        """The mark of one field of an answer."""
        basis = self.basis(field) if self.inferred else None
        return self.stated if basis is None else self._mark("INFERRED", basis)

    @cached_property
    def stated(self) -> Mark:
        """The mark of every field that is not inferred: one object, for most of an answer are such."""
        return self._mark("STATED", None)

    def _mark(self, certainty: Certainty, basis: str | None) -> Mark:
        return Mark(certainty=certainty, source=self.source.id, place=self.place, basis=basis, document=self.source)


class Listed(Part, Generic[T]):
    """A list as a source gives it: an empty one means "none recorded", never "none made"."""

    items: tuple[T, ...] = ()
    declared_count: int | None = Field(default=None, ge=0)
    exhaustive: bool | None = None


class Amount(Part):
    """A count as worded, with what the wording allows: `hàng trăm` is at least 100 and no exact figure."""

    wording: Line
    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=0)
    exact: int | None = Field(default=None, ge=0)
