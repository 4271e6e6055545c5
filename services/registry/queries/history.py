"""What a stream told, event by event, amended or not: which event to name in a correction, and what was told before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.kernel.errors import Missing
from services.kernel.events import Recorded
from services.kernel.provenance import Mark, Part
from services.kernel.standing import StreamName, standing, why
from services.kernel.telling import mark
from services.kernel.view import View
from services.registry import events as e
from services.registry.projections import STREAMS
from services.registry.queries.common import FieldTold, Label, fields_told, labels
from services.registry.queries.endings import told_last


class GetHistory(BaseModel):
    """All that was told of something, event by event, with what was corrected or retracted later."""

    stream: StreamName
    """Of what, such as `plan:khoi-noi-chinh:2024`: the kind and the ids."""


class EventShown(Part):
    """What one event told."""

    version: int
    """By which a correction or retraction names it."""
    type: str
    """Of the event, such as BlocNamed."""
    recorded_at: datetime
    """When it was recorded."""
    stands: bool
    """Whether what it told stands: it is neither corrected nor retracted."""
    amends: int | None
    """The event that it corrects or retracts."""
    reason: str | None
    """Why it does."""
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
    answer = HistoryAnswer(events=tuple(_event(one, one.envelope.version in stands) for one in told), labels=())
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _standing(told: Sequence[Recorded[Any]]) -> set[int]:
    """The versions of what stands."""
    found = {one.told_by[-1]: one.event for one in standing((r.envelope.version, r.event) for r in told)}
    last = {id(event) for event in told_last(found.values())}
    again = {v for v, event in found.items() if isinstance(event, e.OrganisationSucceeded) and id(event) not in last}
    return found.keys() - again


def _event(recorded: Recorded[Any], stands: bool) -> EventShown:
    event = recorded.event
    return EventShown(
        version=recorded.envelope.version,
        type=event.type,
        recorded_at=recorded.recorded_at,
        stands=stands,
        amends=event.amends,
        reason=why(event),
        mark=mark(getattr(event, "record", None), "*"),
        told=fields_told(event),
    )
