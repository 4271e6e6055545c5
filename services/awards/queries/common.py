"""What answers about proposals and awards share: who gets what, under which name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from services.awards import events as e
from services.awards.consumers import NAMES
from services.kernel.provenance import Fact
from services.kernel.telling import added, fact, first
from services.kernel.text import Id
from services.kernel.view import View

Names = Mapping[str, Any]
"""Names by registry's streams."""
S = TypeVar("S", bound=BaseModel)

IN_FORCE = "the catalogue's version in force on the day / phiên bản danh mục có hiệu lực trong ngày"
MOST = 10_000  # kinds or proposals in one answer


class RecipientShown(BaseModel):
    organisation: Fact | None
    organisation_name: Fact | None
    person: Fact | None
    group: Fact | None
    group_kind: Fact | None
    group_count: Fact | None
    group_exhaustive: Fact | None


class KindShown(BaseModel):
    code: Fact | None
    version: Fact | None
    regulation: Fact | None
    wording: Fact | None


def shown_as(shape: type[S], told: Any, **elsewhere: str) -> S:
    """What an event tells, field by field; `elsewhere` gives the paths of fields that it calls otherwise."""
    return shape(**{name: fact(told, elsewhere.get(name, name)) for name in shape.model_fields})


def recipient(events: Sequence[Any], names: Names) -> RecipientShown | None:
    """As the first event that names one tells it."""
    told = next((event for event in events if event.recipient is not None), None)
    if told is None:
        return None
    return RecipientShown(
        organisation=fact(told, "recipient.organisation"),
        organisation_name=name_of(names, "organisation", told.recipient.organisation),
        person=fact(told, "recipient.person"),
        group=fact(told, "recipient.group.description"),
        group_kind=fact(told, "recipient.group.kind"),
        group_count=fact(told, "recipient.group.count"),
        group_exhaustive=fact(told, "recipient.group.exhaustive"),
    )


def kind(events: Sequence[Any]) -> KindShown:
    bound = [event for event in events if isinstance(event, e.NominationAgreed | e.AwardDecided)]
    return KindShown(
        code=first(events, "kind"),
        version=next(iter(present(added(event, "kind_version", IN_FORCE) for event in bound)), None),
        regulation=next(iter(present(added(event, "regulation", IN_FORCE) for event in bound)), None),
        wording=first(events, "wording"),
    )


async def names_of(view: View, blocs: Iterable[Id], recipients: Iterable[e.Recipient | None]) -> Names:
    organisations = {r.organisation for r in recipients if r is not None and r.organisation is not None}
    return await view.many(NAMES, [*(f"bloc:{b}" for b in blocs), *(f"organisation:{o}" for o in organisations)])


def name_of(names: Names, kind: str, known: Id | None) -> Fact | None:
    name = names.get(f"{kind}:{known}")
    return name.name if name else None


def present(facts: Iterable[Fact | None]) -> tuple[Fact, ...]:
    return tuple(f for f in facts if f is not None)
