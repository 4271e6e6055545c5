"""A person, opened for this answer alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from services.kernel.errors import Missing
from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.person import PERSON
from services.registry.projections import STREAMS, Stream
from services.registry.queries.common import facts

UNNAMED = "name unavailable"


class GetPerson(BaseModel):
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
    """The name of the latest day (no day comes first), or "name unavailable" after the person was forgotten."""
    available: bool
    """Whether the name can be read."""
    descriptions: tuple[DescriptionShown, ...]
    """All that is told and can be read, oldest first."""
    disputed: bool
    """Whether registrations give several names from the same day on."""


async def get_person(asked: GetPerson, view: View) -> PersonAnswer:
    stream: Stream | None = await view.get(STREAMS, PERSON.of(asked.person).name)
    if stream is None:
        raise Missing(en=f"{asked.person} is not recorded", vi=f"Chưa ghi nhận {asked.person}.")
    told = [event for event in stream.told if isinstance(event, e.PersonRegistered | e.PersonDescribed)]
    sealed = [_description(event) for event in told]
    texts = dict.fromkeys(f.value for one in sealed for f in (one.name, one.rank, *one.posts) if f)
    opened = dict(zip(texts, await view.tools.vault.open_many([(asked.person, t) for t in texts]), strict=True))
    descriptions = tuple(shown for one in sealed if (shown := _opened(one, opened)))
    names = [one.name.value for one in sorted(descriptions, key=_day) if one.name]
    return PersonAnswer(
        person=asked.person,
        shown=names[-1] if names else UNNAMED,
        available=bool(names),
        descriptions=descriptions,
        disputed=_contradict(told, opened),
    )


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


def _opened(sealed: DescriptionShown, texts: dict[str, str | None]) -> DescriptionShown | None:
    """What can be read of a description; null where nothing can."""

    def clear(one: Fact | None) -> Fact | None:
        text = texts[one.value] if one else None
        return one.model_copy(update={"value": text}) if one and text is not None else None

    name, rank, posts = clear(sealed.name), clear(sealed.rank), tuple(p for x in sealed.posts if (p := clear(x)))
    return DescriptionShown(on=sealed.on, name=name, rank=rank, posts=posts) if name or rank or posts else None
