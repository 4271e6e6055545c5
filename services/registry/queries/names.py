"""Organisations, and finding them, blocs and guiding documents by their names."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial, reduce
from typing import Any

from pydantic import BaseModel, Field

from services.kernel.errors import Invalid, Violation
from services.kernel.fold import Model, Rank
from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, first, mark
from services.kernel.text import Id, Line
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.codes import Held
from services.registry.domain.naming import code_term, shown, sought
from services.registry.domain.organisation import ORGANISATION, evolve, held
from services.registry.domain.ruling import holding
from services.registry.projections import BLOCS, DOCUMENTS, ORGANISATIONS, Organisation
from services.registry.queries.common import DisputeShown, Label, facts, labels, of_day, recorded, surest
from services.registry.queries.days import ByDay
from services.registry.queries.disputes import RulingShown, circle, contradictions, disputed, disputes, rulings
from services.registry.queries.endings import (
    DissolutionShown,
    SuccessionShown,
    dissolutions_told,
    endings,
    ends_disputed,
    successions,
)

NAMES = ("name", "short_name")
CHANGED = ("kind", "level", "code", "superior")


class GetOrganisation(BaseModel):
    """An organisation: its names, and what it was on a day."""

    organisation: Id
    """The organisation."""
    on: date | None = None
    """The day of its name, type, code and superior body; the latest ones if absent."""


class NameShown(Part):
    """A name from a day on."""

    name: Fact | None
    """The official name."""
    short_name: Fact | None
    """The official short name."""
    since: Fact | None
    """Its first day."""


class OrganisationAnswer(BaseModel):
    """An organisation."""

    organisation: str
    """Its id."""
    name: Fact | None
    """Its name on the day asked for."""
    short_name: Fact | None
    """Its short name on that day."""
    kind: Fact | None
    """What it is on that day."""
    level: Fact | None
    """Its level on that day."""
    code: Fact | None
    """Its official code on that day."""
    names: tuple[NameShown, ...]
    """Every name, in the order of telling."""
    variants: tuple[Fact, ...]
    """Other spellings and short forms."""
    disputed: bool
    """Whether sources tell of it in ways that cannot both be."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise: of a registration, of one day, or of one reorganisation; which other `organisation` has
    the same code on a day (`about` is the code); by whom it is under itself on the day asked for (`superior`)."""
    rulings: tuple[RulingShown, ...]
    """Rulings on its registration, oldest first: each holds instead of what was registered before."""
    superior: Fact | None
    """The body that it is under on that day."""
    ended: Fact | None
    """"true" where it is told to be no more on that day, or at all if no day is asked for; else absent."""
    dissolutions: tuple[DissolutionShown, ...]
    """What sources tell of its dissolution, whatever the day asked for; empty where none is recorded."""
    successions: tuple[SuccessionShown, ...]
    """Reorganisations in which its work or some of it went to others, whatever the day asked for."""
    labels: tuple[Label, ...]
    """The organisations named here."""


async def get_organisation(asked: GetOrganisation, view: View) -> OrganisationAnswer:
    every = (await recorded(view, ORGANISATIONS, asked.organisation)).told
    told = holding(every)
    circles = await circle("superior", asked.organisation, partial(_superior, view, asked.on))
    disputing = (*contradicting(told), *await _coded_alike(view, asked.organisation, told), *circles)
    answer = OrganisationAnswer(
        organisation=asked.organisation,
        name=of_day(told, "name", asked.on),
        short_name=of_day(told, "short_name", asked.on),
        kind=of_day(told, "kind", asked.on),
        level=of_day(told, "level", asked.on),
        code=of_day(told, "code", asked.on),
        names=names_told(told),
        variants=variants_told(told),
        disputed=bool(disputing),
        disputes=disputing,
        rulings=rulings(every),
        superior=of_day(told, "superior", asked.on),
        ended=next(filter(None, (one.over(asked.on) for one in endings(told))), None),
        dissolutions=dissolutions_told([event for event in told if isinstance(event, e.OrganisationDissolved)]),
        successions=successions(told),
        labels=(),
    )
    return answer.model_copy(update={"labels": await labels(view, answer, asked.on)})


def contradicting(told: Sequence[Any]) -> tuple[DisputeShown, ...]:
    """What is told of it in ways that cannot both be: otherwise from another day on can."""
    registered = [event for event in told if isinstance(event, e.OrganisationRegistered)]
    days = dict.fromkeys(event.effective for event in told)
    of_days = (one for day in days for one in _of_one_day(told if day else registered, day))
    return (*contradictions(registered, e.OrganisationFacts), *ends_disputed(told), *of_days)


async def _superior(view: View, on: date | None, organisation: Id) -> Fact | None:
    """The body that an organisation is under on a day."""
    known: Organisation | None = await view.get(ORGANISATIONS, organisation)
    return of_day(holding(known.told), "superior", on) if known else None


async def _coded_alike(view: View, own: Id, told: Sequence[Any]) -> tuple[DisputeShown, ...]:
    """Who else has an official code of its on a day, as far as both are told without dispute."""
    codes = _codes(told)
    having: list[tuple[str, Organisation]] = await view.having(ORGANISATIONS, map(code_term, codes))
    others = [holding(known.told) for one, known in having if one != own]
    return tuple(one for code in codes for one in _having(code, told, others))


def _codes(told: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(code for event in told if (code := getattr(event, "code", None))))


def _having(code: str, told: Sequence[Any], others: Iterable[Sequence[Any]]) -> tuple[DisputeShown, ...]:
    own = list(_held(code, told))
    theirs = [one for other in others for one in _held(code, other)]
    known = [value for held, value in own if any(held.meets(other) for other, _ in theirs)]
    known += [value for held, value in theirs if any(held.meets(other) for other, _ in own)]
    return disputed("organisation", known, code)


def _held(code: str, told: Sequence[Any]) -> Iterator[tuple[Held, Fact]]:
    """The times in which an organisation has a code, each with its id."""
    state = reduce(evolve, told, ORGANISATION.initial)
    for event in told:
        if getattr(event, "code", None) == code:
            whose = Fact(value=event.organisation, mark=mark(event.record, "code"))
            yield held(state, event.effective, code), whose


def _of_one_day(told: Sequence[Any], day: date | None) -> Iterator[DisputeShown]:
    """What is told from a day on in several ways. Of registrations alone other fields are compared whatever the day."""
    telling = [event for event in told if event.effective == day]
    changed = any(not isinstance(event, e.OrganisationRegistered) for event in telling)
    for field in NAMES + (CHANGED if changed else ()):
        those = [event for event in telling if hasattr(event, field)]
        yield from disputes(those, field, about=str(day) if day else None)


def names_told(told: Iterable[Any]) -> tuple[NameShown, ...]:
    return tuple(
        NameShown(
            name=fact(event, "name"),
            short_name=fact(event, "short_name") if hasattr(event, "short_name") else None,
            since=fact(event, "effective"),
        )
        for event in told
        if getattr(event, "name", None) or getattr(event, "short_name", None)
    )


def variants_told(told: Iterable[Any]) -> tuple[Fact, ...]:
    naming = [event for event in told if hasattr(event, "variants")]
    return surest(f for event in naming for f in facts(event, "variants[{}]", len(event.variants)))


class Paged(ByDay):
    """A question that is answered page by page."""

    limit: int = Field(default=20, ge=1, le=100)
    """How many at most; 20 if absent."""
    after: Id | None = None
    """The last id of the page before, asked for at the same position."""


class FindOrganisations(Paged):
    """Organisations by a name, an official code or words of it, with or without marks. Names with these marks come
    first.
    """

    text: Line
    """A name, some words of it, a short form, or an official code."""
    details: bool = False
    """Whether each comes with its code, kind, superior and days, to choose by."""


class FindBlocs(Paged):
    """Blocs and clusters by a name or words of it, with or without marks. Names with these marks come first."""

    text: Line
    """A name, some words of it, or a short form."""


class FindDocuments(Paged):
    """Guiding documents by number, title or words of them, with or without marks. Those with these marks come first."""

    text: Line
    """A number, a title, or some words of it."""


class Found(Part):
    """A candidate for a person to choose from: an equal name proves nothing."""

    id: str
    """The id."""
    name: str
    """Its latest name, as spelled in its source; of a document its latest title, or else its number."""
    exact: bool
    """Whether one of its names is just what was looked for, marks and all."""


class OrganisationFound(Part):
    """An organisation that may be the one that is looked for: an equal name proves nothing."""

    id: str
    """Its id."""
    name: str
    """Its latest name, as spelled in its source."""
    exact: bool
    """Whether one of its names, or an official code, is just what was looked for, marks and all."""
    code: Fact | None = None
    """Its official code on the day asked for, or its latest; this and what follows where details are asked for."""
    kind: Fact | None = None
    """What it is then."""
    superior: Fact | None = None
    """The body that it is under then."""
    since: Fact | None = None
    """Its first day, as registered."""
    ended: Fact | None = None
    """"true" where it is told to be no more on the day asked for, or at all if no day is asked for; else absent."""
    until: Fact | None = None
    """The first day on which it is no more; absent where that is not told."""


class OrganisationsFound(BaseModel):
    """Candidates, best first; those that fit alike in Vietnamese order."""

    found: tuple[OrganisationFound, ...]
    """At most as many as asked for."""
    cut: bool
    """Whether more are found than these: ask for the next page, or give more words."""
    labels: tuple[Label, ...]
    """The organisations named here."""


class FoundAnswer(BaseModel):
    """Candidates, best first; those that fit alike in Vietnamese order."""

    found: tuple[Found, ...]
    """At most as many as asked for."""
    cut: bool
    """Whether more are found than these: ask for the next page, or give more words."""


async def find_organisations(asked: FindOrganisations, view: View) -> OrganisationsFound:
    ranked, cut = await _find(view, ORGANISATIONS, asked)
    found = tuple(_organisation(rank, doc.told, asked) for rank, doc in ranked)
    answer = OrganisationsFound(found=found, cut=cut, labels=())
    return answer.model_copy(update={"labels": await labels(view, answer, asked.on)}) if asked.details else answer


def _organisation(rank: Rank, told: Sequence[Any], asked: FindOrganisations) -> OrganisationFound:
    other, *_, key = rank
    details = _details(holding(told), asked.on) if asked.details else {}
    return OrganisationFound(id=key, name=shown(told) or key, exact=not other, **details)


def _details(told: Sequence[Any], on: date | None) -> dict[str, Fact | None]:
    end, over = next(((one, over) for one in endings(told) if (over := one.over(on))), (None, None))
    return {
        "code": of_day(told, "code", on),
        "kind": of_day(told, "kind", on),
        "superior": of_day(told, "superior", on),
        "since": first((event for event in told if isinstance(event, e.OrganisationRegistered)), "effective"),
        "ended": over,
        "until": fact(end.event, "effective") if end else None,
    }


async def find_blocs(asked: FindBlocs, view: View) -> FoundAnswer:
    return await _named(view, BLOCS, asked)


async def find_documents(asked: FindDocuments, view: View) -> FoundAnswer:
    return await _named(view, DOCUMENTS, asked)


async def _named(view: View, model: Model, asked: FindBlocs | FindDocuments) -> FoundAnswer:
    ranked, cut = await _find(view, model, asked)
    page = [(*rank, shown(doc.told)) for rank, doc in ranked]
    return FoundAnswer(found=tuple(Found(id=k, name=n or k, exact=not other) for other, *_, k, n in page), cut=cut)


async def _find(
    view: View, model: Model, asked: FindOrganisations | FindBlocs | FindDocuments
) -> tuple[list[tuple[Rank, Any]], bool]:
    terms, best = sought(asked.text)
    return await page_of(view, model, terms, best, asked) if terms else ([], False)


async def page_of(
    view: View, model: Model, terms: Sequence[str], first: Sequence[Sequence[str]], asked: Paged
) -> tuple[list[tuple[Rank, Any]], bool]:
    """A page of the rows that have all of these terms, with their ranks, and whether there is another. Raises Invalid
    where the last of the page before is none of them.
    """
    last = await _last(view, model, asked.after, [terms, *first]) if asked.after else None
    ranked = await view.ranked(model, *terms, first=first, after=last, limit=asked.limit + 1)
    return ranked[: asked.limit], len(ranked) > asked.limit


async def _last(view: View, model: Model, key: Id, first: Sequence[Sequence[str]]) -> Rank:
    doc = await view.get(model, key)
    lacks, *rank = model.rank(key, doc, first) if doc else [True]
    if lacks:
        raise not_found(key)
    return rank


def after(last: Id, found: Sequence[str]) -> int:
    """Where the page begins that follows this id. Raises Invalid where it was not found."""
    if last not in found:
        raise not_found(last)
    return found.index(last) + 1


def not_found(last: Id) -> Invalid:
    return Invalid(
        Violation(
            "after",
            en=f"{last} is not found by this text at this position",
            vi=f"không tìm thấy {last} theo nội dung này tại vị trí này",
        )
    )
