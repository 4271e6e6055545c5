"""What a stream told, event by event, amended or not: which event to name in a correction, and what was told before."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.kernel.errors import Missing
from services.kernel.events import Recorded
from services.kernel.provenance import Fact, Mark, Part
from services.kernel.standing import StreamName, standing, why
from services.kernel.telling import fact, mark
from services.kernel.view import View
from services.registry import events as e
from services.registry.projections import STREAMS
from services.registry.queries.common import Label, labels

BESIDE = frozenset({"type", "record", "correction", "corrects", "retracts", "void"})
"""Fields of events that tell no fact of their own."""
SEALED = frozenset({"name", "rank", "posts"})
"""Of persons, whose texts are opened by GetPerson alone."""


class GetHistory(BaseModel):
    """All that was told of something, event by event, with what was corrected or retracted later."""

    stream: StreamName
    """Of what, such as `plan:khoi-noi-chinh:2024`: the kind and the ids."""


class FieldTold(Part):
    """A field that an event tells."""

    field: str
    """Its path in the command, such as `members.items[1].unit`."""
    fact: Fact
    """Its value."""


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
    stands = {one.told_by[-1] for one in standing((r.envelope.version, r.event) for r in told)}
    answer = HistoryAnswer(events=tuple(_event(one, one.envelope.version in stands) for one in told), labels=())
    return answer.model_copy(update={"labels": await labels(view, answer)})


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
        told=tuple(_fields(event)),
    )


def _fields(event: Any) -> Iterator[FieldTold]:
    person = isinstance(event, e.PersonRegistered | e.PersonDescribed)
    beside = BESIDE | ({"reason"} if event.amends else frozenset()) | (SEALED if person else frozenset())
    for name, value in event:
        if name not in beside:
            for path in _paths(name, value):
                if found := fact(event, path):
                    yield FieldTold(field=path, fact=found)


def _paths(path: str, value: Any) -> Iterator[str]:
    """Every value in a field."""
    match value:
        case BaseModel():
            for name, inner in value:
                yield from _paths(f"{path}.{name}", inner)
        case tuple():
            for i, inner in enumerate(value):
                yield from _paths(f"{path}[{i}]", inner)
        case _:
            yield path
