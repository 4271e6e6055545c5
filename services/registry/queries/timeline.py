"""All that is told of an organisation or of a bloc, in the order of its days."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from pydantic import BaseModel, Field

from services.kernel.errors import Invalid, Violation
from services.kernel.events import Envelope
from services.kernel.once import once
from services.kernel.provenance import Fact, Part
from services.kernel.standing import StreamName, Version
from services.kernel.telling import fact
from services.kernel.text import Id
from services.kernel.view import View
from services.registry.domain.bloc import BLOC
from services.registry.domain.leadership import LEADERSHIP
from services.registry.domain.organisation import ORGANISATION
from services.registry.projections import BLOCS, MENTIONS, ORGANISATIONS, Mention, day_field
from services.registry.queries.common import FieldTold, Label, fields_told, labels, recorded


class EntryAt(Part):
    """An entry of a timeline: which event of which stream tells it."""

    stream: StreamName
    """The stream."""
    version: Version
    """The event, the first is 1."""


class GetOrganisationTimeline(BaseModel):
    """All that is told of an organisation: names, types, superiors, reorganisations, memberships, councils, duties."""

    organisation: Id
    """The organisation."""
    since: date | None = None
    """Only what is of this day or later, and what has no day."""
    until: date | None = None
    """Only what is of this day or earlier, and what has no day."""
    limit: int = Field(default=20, ge=1, le=100)
    """How many entries at most; 20 if absent."""
    after: EntryAt | None = None
    """The last entry of the page before, asked for with the same days at the same position."""


class GetBlocTimeline(BaseModel):
    """All that is told of a bloc: names, members, leadership and its rotation, duties, and the acts of its years."""

    bloc: Id
    """The bloc."""
    since: date | None = None
    """Only what is of this day or later, and what has no day."""
    until: date | None = None
    """Only what is of this day or earlier, and what has no day."""
    limit: int = Field(default=20, ge=1, le=100)
    """How many entries at most; 20 if absent."""
    after: EntryAt | None = None
    """The last entry of the page before, asked for with the same days at the same position."""


class EntryShown(Part):
    """What one event tells, as far as no ruling, correction or retraction took its place."""

    type: str
    """What happened, such as OrganisationNamed."""
    stream: str
    """Where it is told, such as `membership:central:btp`."""
    version: int
    """Which event of this stream tells it, the first is 1."""
    on: Fact | None
    """Its day; absent where none is told."""
    told: tuple[FieldTold, ...]
    """All else that it tells."""


class TimelineAnswer(BaseModel):
    """What is told, by its days; what has no day comes last."""

    entries: tuple[EntryShown, ...]
    """One for each event."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    cut: bool
    """Whether more entries follow: ask for those after the last of these."""


Asked = GetOrganisationTimeline | GetBlocTimeline
Mentions = Sequence[tuple[str, Mention]]


class Entry(NamedTuple):
    """Where an event stands, and its day."""

    stream: str
    version: int
    on: date | None


async def get_organisation_timeline(asked: GetOrganisationTimeline, view: View) -> TimelineAnswer:
    about = ORGANISATION.of(asked.organisation).name
    mentions = await view.having(MENTIONS, [about])
    if not mentions:  # a record may name who is told of nowhere else
        await recorded(view, ORGANISATIONS, asked.organisation)
    return await _page(view, asked, _entries(asked, mentions, about))


async def get_bloc_timeline(asked: GetBlocTimeline, view: View) -> TimelineAnswer:
    about = BLOC.of(asked.bloc).name
    mentions = await view.having(MENTIONS, [about])
    if about not in dict(mentions):  # or else it stands
        await recorded(view, BLOCS, asked.bloc)
    return await _page(view, asked, _entries(asked, mentions, about, LEADERSHIP.of(asked.bloc).name))


def _entries(asked: Asked, mentions: Mentions, about: str, *beside: str) -> list[Entry]:
    """All that is asked for, in order: of one day what its own streams tell comes first."""
    rank = {stream: n for n, stream in enumerate((about, *beside))}
    ranked = sorted(mentions, key=lambda row: rank.get(row[0], len(rank)))
    told = [one for stream, mention in ranked for one in _lines(mention, stream, about) if _within(one.on, asked)]
    return sorted(told, key=_day)


@once
def _lines(mention: Mention, stream: str, about: str) -> list[Entry]:
    return [Entry(stream, line.version, line.on) for line in mention.about(about)]


def _day(one: Entry) -> date:
    return one.on or date.max


def _within(on: date | None, asked: Asked) -> bool:
    return on is None or ((asked.since is None or asked.since <= on) and (asked.until is None or on <= asked.until))


async def _page(view: View, asked: Asked, entries: Sequence[Entry]) -> TimelineAnswer:
    start = _after(asked.after, entries) if asked.after else 0
    page = entries[start : start + asked.limit]
    told = await view.told(MENTIONS, [(one.stream, one.version) for one in page])
    shown = tuple(_shown(one.envelope) for one in told)
    answer = TimelineAnswer(entries=shown, labels=(), cut=start + asked.limit < len(entries))
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _after(last: EntryAt, entries: Sequence[Entry]) -> int:
    """Where the page begins that follows this entry. Raises Invalid where it is not in the timeline."""
    place = next((i for i, one in enumerate(entries, 1) if one[:2] == (last.stream, last.version)), None)
    if place is None:
        raise Invalid(
            Violation(
                "after",
                en=f"event {last.version} of {last.stream} is not in this timeline at this position",
                vi=f"sự kiện {last.version} của {last.stream} không có trong dòng thời gian này tại vị trí này",
            )
        )
    return place


@once
def _shown(told: Envelope[Any]) -> EntryShown:
    event, day = told.data, day_field(told.data)
    on = fact(event, day) if day else None
    return EntryShown(type=event.type, stream=told.stream, version=told.version, on=on, told=fields_told(event, day))
