"""The catalogue of awards: kinds by code, each in dated versions, and the spellings by which they are found.

It is one stream, so that a spelling belongs to one code, and a case can be bound to the version in force.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from services.awards import events as e
from services.kernel.dated import in_force
from services.kernel.decider import Command, Events, Fold, Handler, Handlers
from services.kernel.errors import Refused
from services.kernel.provenance import Record
from services.kernel.telling import inferring, require, tell
from services.kernel.text import Code, fold


class RegisterAwardKind(e.KindFacts, Command):
    """Register the next version of a kind of award."""


Versions = tuple[e.AwardKindRegistered, ...]
"""Oldest first."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    kinds: Mapping[str, Versions] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    """Code by folded name or alias, of every version."""

    def named(self, kind: Code | None, wording: str | None) -> Code | None:
        """The code told, else the one that the wording finds."""
        return kind or (self.spellings.get(fold(wording)) if wording else None)

    def told(self, record: Record | None, kind: Code | None, wording: str | None) -> Record | None:
        """The record, in which a kind that only the wording finds is inferred."""
        found = kind is None and self.named(kind, wording) is not None
        return inferring(record, "kind", "the catalogue's code for the wording") if found else record

    def in_force(self, code: Code | None, day: date | None) -> e.AwardKindRegistered | None:
        """The version in force on a day; null where none is known to be."""
        return None if code is None else in_force(self.kinds.get(code, ()), day)


def no_such_kind(name: str | None, day: date | None) -> Refused:
    """Why nothing is awarded or proposed under this code or wording."""
    if name is None:
        return Refused(
            "kind.unknown", en="Name the award: kind or wording.", vi="Cần nêu hình thức: kind hoặc wording."
        )
    return Refused(
        "kind.unknown",
        en=f"The catalogue has no “{name}” in force on {day}; register this kind of award first.",
        vi=f"Danh mục không có “{name}” có hiệu lực ngày {day}; cần đăng ký hình thức này trước.",
    )


def spellings(kind: e.KindFacts) -> set[str]:
    """Folded names and aliases."""
    return {fold(text) for text in (kind.name_vi, kind.name_en, *kind.aliases) if text}


def evolve(catalogue: Catalogue, event: e.CatalogueEvent) -> Catalogue:
    versions = (*catalogue.kinds.get(event.code, ()), event)
    return Catalogue(
        {**catalogue.kinds, event.code: versions},
        {**dict.fromkeys(spellings(event), event.code), **catalogue.spellings},
    )


CATALOGUE: Fold[Catalogue] = Fold("catalogue", Catalogue(), evolve)
NATIONAL = CATALOGUE.of("national")


def register(command: RegisterAwardKind, catalogue: Catalogue) -> Events:
    versions = catalogue.kinds.get(command.code, ())
    first, last = command.effective, command.effective_to
    require(
        first is None or last is None or first <= last,
        "kind.period",
        en="The last day in force is before the first.",
        vi="Ngày hết hiệu lực trước ngày có hiệu lực.",
    )
    require(
        not versions or (first is not None and all(v.effective is None or v.effective < first for v in versions)),
        "kind.order",
        en="A later version is in force from a later day.",
        vi="Phiên bản sau phải có hiệu lực sau.",
    )
    taken = {catalogue.spellings[s] for s in spellings(command) & catalogue.spellings.keys()} - {command.code}
    require(
        not taken,
        "kind.spelling",
        en=f"A name or alias belongs to {', '.join(sorted(taken))}.",
        vi=f"Tên hoặc cách gọi đã thuộc {', '.join(sorted(taken))}.",
    )
    return [tell(e.AwardKindRegistered, command, version=len(versions) + 1)]


HANDLERS: Handlers = {RegisterAwardKind: Handler(lambda c: [NATIONAL], register)}
