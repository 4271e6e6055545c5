"""All that is told of an organisation or of a bloc, in the order of its days."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from services.kernel.events import Event
from services.kernel.provenance import Fact, Part
from services.kernel.standing import Telling, standing
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


class GetOrganisationTimeline(BaseModel):
    """All that is told of an organisation: names, types, superiors, reorganisations, memberships, councils, duties."""

    organisation: Id
    """The organisation."""
    since: date | None = None
    """Only what is of this day or later, and what has no day."""
    until: date | None = None
    """Only what is of this day or earlier, and what has no day."""


class GetBlocTimeline(BaseModel):
    """All that is told of a bloc: names, members, leadership and its rotation, duties, and the acts of its years."""

    bloc: Id
    """The bloc."""
    since: date | None = None
    """Only what is of this day or later, and what has no day."""
    until: date | None = None
    """Only what is of this day or earlier, and what has no day."""


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


Tellings = Sequence[Telling[Any]]
Versioned = Sequence[tuple[int, Event]]
"""Events with their versions in their stream."""


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


async def _timeline(
    view: View, about: str, own: Mapping[str, Tellings], asked: GetOrganisationTimeline | GetBlocTimeline
) -> TimelineAnswer:
    """Of streams of its own all, of others what is about it."""
    mentions: list[tuple[str, Mention]] = await view.having(MENTIONS, [about])
    others: dict[str, Stream] = await view.many(STREAMS, [mention.stream for _, mention in mentions])
    told = [(name, _standing(events)) for name, events in own.items()]
    told += [(name, _about(about, _standing(others[name].events))) for name in sorted(others)]
    entries = [
        _entry(name, version, event)
        for name, events in told
        for version, event in events
        if _within(event, asked.since, asked.until)
    ]
    entries.sort(key=lambda one: one.on.value if one.on else date.max.isoformat())
    answer = TimelineAnswer(entries=tuple(entries), labels=())
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _standing(tellings: Tellings) -> Versioned:
    """What holds. That an organisation was succeeded is told by the reorganisation; a voided handover tells none."""
    told = standing((telling.version, telling.event) for telling in tellings)
    held = {id(event) for event in holding(one.event for one in told)}
    return [
        (one.told_by[-1], one.event)
        for one in told
        if id(one.event) in held
        and not isinstance(one.event, e.OrganisationSucceeded)
        and not getattr(one.event, "void", False)
    ]


def _about(about: str, told: Versioned) -> Versioned:
    """What of another's stream is about it: where it is named, and, of an act of a bloc that is, what names no bloc."""
    named = {version for version, event in told if isinstance(event, MentionEvent) and about in mentioned(event)}
    return [(version, event) for version, event in told if named and (version in named or _unnamed(event))]


def _unnamed(event: Event) -> bool:
    """Whether it tells of an act of a bloc and names none."""
    elsewhere = isinstance(event, e.ReorganisationEvent | e.MembershipEvent | e.BodyEvent | e.DutyEvent)
    return not elsewhere and getattr(event, "bloc", None) is None


def _entry(name: str, version: int, event: Any) -> EntryShown:
    day = _day(event)
    told = tuple(one for one in fields_told(event) if one.field != day)
    return EntryShown(type=event.type, stream=name, version=version, on=fact(event, day) if day else None, told=told)


def _day(event: Any) -> str | None:
    """The field that says when it was."""
    return next((field for field in DAYS if getattr(event, field, None) is not None), None)


def _within(event: Any, since: date | None, until: date | None) -> bool:
    day = _day(event)
    on: date | None = getattr(event, day) if day else None
    return on is None or ((since is None or since <= on) and (until is None or on <= until))
