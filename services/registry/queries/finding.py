"""Finding persons by name, for those who may: by words that go with each person's key, and names opened for the answer.

The index only says whom to look at. What is answered is what the names that can be read, as of the moment asked about,
say; so a forgotten person is found by nothing, in the past neither, and an equal name proves nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, Field

from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact
from services.kernel.text import Id, Line, vietnamese
from services.kernel.view import View
from services.registry.appearances import appearances
from services.registry.domain.document import DOCUMENT
from services.registry.domain.leadership import LEADERSHIP
from services.registry.domain.naming import Match, bare_words, match, name_term
from services.registry.projections import DOCUMENTS, LEADERSHIPS, PERSONS, STREAMS
from services.registry.queries.common import Label, labels, surest
from services.registry.queries.days import ByDay
from services.registry.queries.names import after
from services.registry.queries.person import DescriptionShown, name_of, opened_of

FINDERS = frozenset({"find-persons"})
"""The role that a token needs."""
CANDIDATES = 1_000  # names opened for one search, beside those that are just what is looked for
KEPT = {LEADERSHIP.kind: LEADERSHIPS, DOCUMENT.kind: DOCUMENTS}  # by ids: `streams` keeps what every other kind told
STREAMS_OF_ONE = 50  # in which the agencies beside a person are looked up, the latest that name the person


class FindPersons(ByDay):
    """Persons by a name or words of it, with or without marks. Names with these marks come first."""

    text: Line
    """A name or some words of it."""
    limit: int = Field(default=20, ge=1, le=100)
    """How many at most; 20 if absent."""
    after: Id | None = None
    """The last id of the page before, asked for at the same position."""


class PersonCandidate(Part):
    """A candidate for somebody to choose from: an equal name proves nothing."""

    person: str
    """The id."""
    name: Fact | None
    """The name of the latest day."""
    exact: bool
    """Whether one of the person's names is just what was looked for, marks and all."""
    rank: Fact | None
    """The rank as worded, as told last."""
    posts: tuple[Fact, ...]
    """The posts as worded, as told last."""
    agencies: tuple[Fact, ...]
    """The agencies beside which events name the person: leadership, bodies, duties, conferences, reports, covenants."""


class PersonsFound(BaseModel):
    """Candidates, best first; those that fit alike in Vietnamese order, by given name and then by the whole name."""

    found: tuple[PersonCandidate, ...]
    """At most as many as asked for."""
    cut: bool
    """Whether more names have these words than one search opens: give more words."""
    labels: tuple[Label, ...]
    """The organisations named here."""


class _Fit(NamedTuple):
    match: Match
    given: Any
    name: Any
    person: Id
    told: Sequence[DescriptionShown]


async def find_persons(asked: FindPersons, view: View) -> PersonsFound:
    same = await view.tools.vault.find([name_term(asked.text)], CANDIDATES + 1)
    words = [f"word:{word}" for word in dict.fromkeys(reversed(bare_words(asked.text)))]  # given names are the rarest
    alike = await view.tools.vault.find(words, CANDIDATES + 1) if words else []
    opened = await opened_of({*same[:CANDIDATES], *alike[:CANDIDATES]}, view)
    ranked = sorted(
        _fits(asked.text, {person: one.descriptions for person, one in opened.items()}), key=lambda f: f[:4]
    )
    start = 0 if asked.after is None else after(asked.after, [fit.person for fit in ranked])
    page = ranked[start : start + asked.limit]
    beside = await _agencies(view, [fit.person for fit in page])
    answer = PersonsFound(
        found=tuple(_candidate(fit, beside[fit.person]) for fit in page),
        cut=max(len(same), len(alike)) > CANDIDATES,
        labels=(),
    )
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _fits(text: str, persons: Mapping[Id, Sequence[DescriptionShown]]) -> Iterator[_Fit]:
    for person, told in persons.items():
        found = match(text, [one.name.value for one in told if one.name])
        name = name_of(told)
        if found is not None and name is not None:
            yield _Fit(found, vietnamese(name.value.split()[-1]), vietnamese(name.value), person, told)


def _candidate(fit: _Fit, agencies: tuple[Fact, ...]) -> PersonCandidate:
    last = sorted(fit.told, key=lambda one: one.on.value if one.on else "")
    return PersonCandidate(
        person=fit.person,
        name=name_of(fit.told),
        exact=fit.match is Match.SAME,
        rank=next((one.rank for one in reversed(last) if one.rank), None),
        posts=next((one.posts for one in reversed(last) if one.posts), ()),
        agencies=agencies,
    )


async def _agencies(view: View, persons: Sequence[Id]) -> dict[Id, tuple[Fact, ...]]:
    """The agencies beside each person, by what stands of the events that name them."""
    named = await view.many(PERSONS, persons)
    streams = {person: named[person].streams[-STREAMS_OF_ONE:] if person in named else () for person in persons}
    told = await _told(view, {stream for some in streams.values() for stream in some})
    return {person: surest(_beside(person, (told.get(s, ()) for s in some))) for person, some in streams.items()}


def _beside(person: Id, streams: Iterable[Iterable[Any]]) -> Iterator[Fact]:
    for event in (event for told in streams for event in told):
        for one in appearances(event):
            if one.person == person and (agency := fact(event, one.path)):
                yield agency


async def _told(view: View, streams: set[str]) -> dict[str, list[Any]]:
    """What stands of streams that name persons; of events that can name none, nothing."""
    told: dict[str, list[Any]] = {}
    for kind, model in KEPT.items():
        keys = {_key(stream): stream for stream in streams if _kind(stream) == kind}
        told |= {keys[key]: doc.told for key, doc in (await view.many(model, keys)).items()}
    others = await view.many(STREAMS, {stream for stream in streams if _kind(stream) not in KEPT})
    told |= {stream: doc.told for stream, doc in others.items()}
    return {stream: [event for event in some if isinstance(event, PERSONS.handles)] for stream, some in told.items()}


def _kind(stream: str) -> str:
    return stream.partition(":")[0]


def _key(stream: str) -> Id:
    return stream.partition(":")[2]
