"""What a stream told, event by event, amended or not: which event to name in a correction, and what was told before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.kernel.errors import Missing
from services.kernel.events import Recorded
from services.kernel.provenance import Mark, Part
from services.kernel.standing import StreamName, standing, why, why_sealed
from services.kernel.telling import mark
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.person import PERSON
from services.registry.projections import STREAMS
from services.registry.queries.common import FieldTold, Label, fields_told, labels
from services.registry.queries.endings import told_last
from services.registry.queries.person import forgotten_of, opened_texts


class GetHistory(BaseModel):
    """All that was told of something, event by event, with what was corrected or retracted later."""

    stream: StreamName
    """Of what, such as `plan:khoi-noi-chinh:2024`: the kind and the ids."""


class EventShown(Part):
    """What one event told."""

    version: int
    """By which a correction or retraction names it."""
    type: str
    """Of the event, such as `BlocNamed`."""
    recorded_at: datetime
    """When it was recorded (RFC 3339 in UTC)."""
    stands: bool
    """Whether what it told stands: it is neither corrected nor retracted."""
    amends: int | None
    """The event that it corrects or retracts."""
    reason: str | None
    """Why it does; of a person absent where it can be read no more."""
    mark: Mark
    """By which document it is known."""
    told: tuple[FieldTold, ...]
    """Every field that it told; a person's texts are left out."""


class HistoryAnswer(BaseModel):
    """A history."""

    events: tuple[EventShown, ...]
    """Oldest first."""
    labels: tuple[Label, ...]
    """The organisations named here."""


async def get_history(asked: GetHistory, view: View) -> HistoryAnswer:
    told = await view.events(STREAMS, asked.stream)
    if not told:
        raise Missing(en=f"Nothing is recorded of {asked.stream}.", vi=f"Chưa ghi nhận gì về {asked.stream}.")
    stands = _standing(told)
    reasons = await _reasons(asked.stream, [one.event for one in told], view)
    events = (_event(one, one.envelope.version in stands, why_) for one, why_ in zip(told, reasons, strict=True))
    answer = HistoryAnswer(events=tuple(events), labels=())
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _standing(told: Sequence[Recorded[Any]]) -> set[int]:
    """The versions of what stands."""
    found = {one.told_by[-1]: one.event for one in standing((r.envelope.version, r.event) for r in told)}
    last = {id(event) for event in told_last(found.values())}
    again = {v for v, event in found.items() if isinstance(event, e.OrganisationSucceeded) and id(event) not in last}
    return found.keys() - again


async def _reasons(stream: str, told: Sequence[Any], view: View) -> list[str | None]:
    """Why each event amends another, as far as it can be read."""
    found = [why(event) for event in told]
    kind, _, person = stream.partition(":")
    if kind != PERSON.kind:
        return found
    sealed = [n for n, event in enumerate(told) if why_sealed(event)]
    opened = await opened_texts([(person, text) for n in sealed if (text := found[n])], view)
    if await forgotten_of([person], view):  # what was told before reasons were sealed is not shown any more either
        return [None] * len(found)
    clear = dict(zip(sealed, opened, strict=True))
    return [clear.get(n, text) for n, text in enumerate(found)]


def _event(recorded: Recorded[Any], stands: bool, reason: str | None) -> EventShown:
    event = recorded.event
    return EventShown(
        version=recorded.envelope.version,
        type=event.type,
        recorded_at=recorded.recorded_at,
        stands=stands,
        amends=event.amends,
        reason=reason,
        mark=mark(getattr(event, "record", None), "*"),
        told=fields_told(event),
    )
