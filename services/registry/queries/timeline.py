"""All that is told of an organisation or of a bloc, in the order of its days."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from pydantic import BaseModel, Field

from services.kernel.errors import Invalid, Violation
from services.kernel.events import Event
from services.kernel.provenance import Fact, Part
from services.kernel.standing import StreamName, Telling, Version, standing
from services.kernel.telling import fact
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.bloc import BLOC
from services.registry.domain.leadership import LEADERSHIP
from services.registry.domain.organisation import ORGANISATION
from services.registry.domain.ruling import holding
from services.registry.projections import (
    BLOCS,
    LEADERSHIPS,
    MENTIONS,
    ORGANISATIONS,
    STREAMS,
    Bloc,
    Led,
    Mention,
    MentionEvent,
    Organisation,
    Stream,
    mentioned,
)
from services.registry.queries.common import FieldTold, Label, fields_told, labels, recorded

DAYS = ("effective", "start", "elected_on", "seen_on", "in_force_on")
"""Fields that say when something was, the first that is told counts."""


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
Tellings = Sequence[Telling[Any]]


class Entry(NamedTuple):
    """An event that stands, before it is shown."""

    stream: str
    version: int
    event: Any


async def get_organisation_timeline(asked: GetOrganisationTimeline, view: View) -> TimelineAnswer:
    name = ORGANISATION.of(asked.organisation).name
    own: Organisation | None = await view.get(ORGANISATIONS, asked.organisation)
    answer = await _timeline(view, name, {name: own.events if own else ()}, asked)
    if not answer.entries:  # a record may name who is told of nowhere else
        await recorded(view, ORGANISATIONS, asked.organisation)
    return answer


async def get_bloc_timeline(asked: GetBlocTimeline, view: View) -> TimelineAnswer:
    bloc: Bloc = await recorded(view, BLOCS, asked.bloc)
    led: Led = await view.get(LEADERSHIPS, asked.bloc) or Led()
    name = BLOC.of(asked.bloc).name
    return await _timeline(view, name, {name: bloc.events, LEADERSHIP.of(asked.bloc).name: led.events}, asked)


async def _timeline(view: View, about: str, own: Mapping[str, Tellings], asked: Asked) -> TimelineAnswer:
    """Of streams of its own all, of others what is about it."""
    mentions: list[tuple[str, Mention]] = await view.having(MENTIONS, [about])
    others: dict[str, Stream] = await view.many(STREAMS, [mention.stream for _, mention in mentions])
    told = [entry for name, events in own.items() for entry in _standing(name, events)]
    within = sorted(name for name, stream in others.items() if any(_within(one.event, asked) for one in stream.events))
    told += [entry for name in within for entry in _about(about, _standing(name, others[name].events))]
    entries = sorted((one for one in told if _within(one.event, asked)), key=_place)
    start = _after(asked.after, entries) if asked.after else 0
    page = tuple(_shown(one) for one in entries[start : start + asked.limit])
    answer = TimelineAnswer(entries=page, labels=(), cut=start + asked.limit < len(entries))
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


def _standing(name: str, tellings: Tellings) -> list[Entry]:
    """What holds. That an organisation was succeeded is told by the reorganisation; a voided handover tells none."""
    told = standing((telling.version, telling.event) for telling in tellings)
    held = {id(event) for event in holding(one.event for one in told)}
    return [
        Entry(name, one.told_by[-1], one.event)
        for one in told
        if id(one.event) in held
        and not isinstance(one.event, e.OrganisationSucceeded)
        and not (isinstance(one.event, e.HandoverCorrected) and one.event.void)
    ]


def _about(about: str, told: Sequence[Entry]) -> list[Entry]:
    """What of another's stream is about it: where it is named, and, of an act of a bloc that is, what names no bloc."""
    named = {one.version for one in told if isinstance(one.event, MentionEvent) and about in mentioned(one.event)}
    return [one for one in told if named and (one.version in named or _unnamed(one.event))]


def _unnamed(event: Event) -> bool:
    """Whether it tells of an act of a bloc and names none."""
    elsewhere = isinstance(event, e.ReorganisationEvent | e.MembershipEvent | e.BodyEvent | e.DutyEvent)
    return not elsewhere and getattr(event, "bloc", None) is None


def _shown(one: Entry) -> EntryShown:
    event, day = one.event, _day(one.event)
    told = tuple(told for told in fields_told(event) if told.field != day)
    on = fact(event, day) if day else None
    return EntryShown(type=event.type, stream=one.stream, version=one.version, on=on, told=told)


def _day(event: Any) -> str | None:
    """The field that says when it was."""
    told = event.__dict__  # pydantic takes long to say that there is no such field
    return next((field for field in DAYS if told.get(field) is not None), None)


def _on(event: Any) -> date | None:
    return getattr(event, day) if (day := _day(event)) else None


def _place(one: Entry) -> date:
    return _on(one.event) or date.max


def _within(event: Any, asked: Asked) -> bool:
    on = _on(event)
    return on is None or ((asked.since is None or asked.since <= on) and (asked.until is None or on <= asked.until))
