"""Persons, opened for this answer alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, Field

from services.kernel.errors import Missing
from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.person import PERSON
from services.registry.projections import STREAMS, Stream
from services.registry.queries.common import facts
from services.registry.queries.days import ByDay

_FORGOTTEN = e.PersonForgotten.model_fields["type"].default


class GetPerson(ByDay):
    """A person: names, ranks and posts as worded at the time."""

    person: Id
    """The person."""


class DescriptionShown(Part):
    """How the person was called at a time."""

    on: Fact | None
    """The day of which it speaks."""
    name: Fact | None
    """The name."""
    rank: Fact | None
    """The rank as worded."""
    posts: tuple[Fact, ...]
    """Posts held at once, as worded."""


class PersonAnswer(BaseModel):
    """A person, as far as the person's key still opens what is sealed."""

    person: str
    """The id."""
    shown: str
    """The name of the latest day (no day comes first), or empty where none can be read."""
    available: bool
    """Whether the name can be read."""
    descriptions: tuple[DescriptionShown, ...]
    """All that is told and can be read, oldest first."""
    disputed: bool
    """Whether registrations give several names from the same day on."""


class GetPersons(ByDay):
    """The names of many persons."""

    persons: tuple[Id, ...] = Field(min_length=1, max_length=500)
    """The persons, 500 at most."""


class PersonShown(Part):
    """How a person is called now."""

    person: str
    """The id."""
    name: Fact | None
    """The name of the latest day (no day comes first); absent where none is told, or none can be read."""
    readable: bool
    """Whether anything about the person can be read; nothing can after the person was forgotten."""
    disputed: bool
    """Whether registrations give several names from the same day on."""
    rank: Fact | None
    """The rank as worded, of the latest day; absent where none is told, or none can be read."""


class PersonsAnswer(BaseModel):
    """Many persons."""

    persons: tuple[PersonShown, ...]
    """Those who are recorded, in the order of asking, each once."""


async def get_person(asked: GetPerson, view: View) -> PersonAnswer:
    found = await opened_of([asked.person], view)
    if not found:
        raise Missing(en=f"The person {asked.person} is not recorded.", vi=f"Chưa ghi nhận cá nhân {asked.person}.")
    descriptions, disputed = found[asked.person]
    name = name_of(descriptions)
    return PersonAnswer(
        person=asked.person,
        shown=name.value if name else "",
        available=name is not None,
        descriptions=descriptions,
        disputed=disputed,
    )


async def get_persons(asked: GetPersons, view: View) -> PersonsAnswer:
    found = await opened_of(asked.persons, view)
    return PersonsAnswer(
        persons=tuple(
            PersonShown(
                person=person,
                name=name_of(told),
                readable=bool(told),
                disputed=disputed,
                rank=next((one.rank for one in sorted(told, key=_day, reverse=True) if one.rank), None),
            )
            for person, (told, disputed) in found.items()
        )
    )


class Opened(NamedTuple):
    """What can be read of a person, oldest first, and whether registrations contradict each other."""

    descriptions: tuple[DescriptionShown, ...]
    disputed: bool


async def opened_of(persons: Iterable[Id], view: View) -> dict[Id, Opened]:
    """Those persons who are recorded; the keys of all of them are fetched at once."""
    names = {person: PERSON.of(person).name for person in persons}
    streams: dict[str, Stream] = await view.many(STREAMS, names.values())
    told = {person: _telling(streams[name]) for person, name in names.items() if name in streams and streams[name].told}
    sealed = {person: [_description(event) for event in events] for person, events in told.items()}
    texts = [(person, text) for person, every in sealed.items() for text in dict.fromkeys(_texts(every))]
    clear: dict[Id, dict[str, str | None]] = {person: {} for person in told}
    for (person, text), opened in zip(texts, await opened_texts(texts, view), strict=True):
        clear[person][text] = opened
    return {
        person: Opened(
            tuple(shown for one in every if (shown := _readable(one, clear[person]))),
            _contradict(told[person], clear[person]),
        )
        for person, every in sealed.items()
    }


async def opened_texts(texts: Sequence[tuple[Id, str]], view: View) -> list[str | None]:
    """(person, sealed) pairs as they read; null where nothing can be read.

    Of one who is forgotten by now nothing is opened, whatever moment is asked about and whatever the vault holds.
    """
    found = await view.tools.vault.open_many(texts)
    forgotten = await forgotten_of({person for person, _ in texts}, view)  # after it: one may just be forgotten
    return [None if person in forgotten else text for (person, _), text in zip(texts, found, strict=True)]


async def forgotten_of(persons: Iterable[Id], view: View) -> set[Id]:
    """Those who are forgotten by now, whatever moment is asked about."""
    names = {PERSON.of(person).name: person for person in persons}
    now = await view.tools.log.load([(name, 0) for name in names])
    return {names[name] for name, rows in now.items() if any(row.type == _FORGOTTEN for row in rows)}


def _telling(stream: Stream) -> list[e.PersonRegistered | e.PersonDescribed]:
    return [event for event in stream.told if isinstance(event, e.PersonRegistered | e.PersonDescribed)]


def _texts(descriptions: Iterable[DescriptionShown]) -> Iterator[str]:
    return (fact_.value for one in descriptions for fact_ in (one.name, one.rank, *one.posts) if fact_)


def name_of(descriptions: Iterable[DescriptionShown]) -> Fact | None:
    """The name of the latest day; of one day's the one that was told last."""
    named = [one for one in descriptions if one.name]
    return max(reversed(named), key=_day).name if named else None


def _day(description: DescriptionShown) -> str:
    return description.on.value if description.on else ""


def _contradict(told: Sequence[e.PersonRegistered | e.PersonDescribed], opened: Mapping[str, str | None]) -> bool:
    """Whether the registrations, as far as they can be read, give a day several names."""
    names = {(event.effective, opened[event.name]) for event in told if isinstance(event, e.PersonRegistered)}
    return len(names) > len({day for day, _ in names})


def _description(event: Any) -> DescriptionShown:
    described = isinstance(event, e.PersonDescribed)
    return DescriptionShown(
        on=fact(event, "effective"),
        name=fact(event, "name"),
        rank=fact(event, "rank") if described else None,
        posts=facts(event, "posts[{}]", len(event.posts)) if described else (),
    )


def _readable(sealed: DescriptionShown, texts: Mapping[str, str | None]) -> DescriptionShown | None:
    """What can be read of a description; null where nothing can."""

    def clear(one: Fact | None) -> Fact | None:
        text = texts[one.value] if one else None
        return one.model_copy(update={"value": text}) if one and text is not None else None

    name, rank, posts = clear(sealed.name), clear(sealed.rank), tuple(p for x in sealed.posts if (p := clear(x)))
    return DescriptionShown(on=sealed.on, name=name, rank=rank, posts=posts) if name or rank or posts else None
