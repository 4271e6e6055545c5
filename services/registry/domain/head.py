"""A head or deputy as answered: agency, person and title, each as sure as what tells it."""

from services.kernel.provenance import Fact, Part
from services.kernel.telling import mark, surest_told, weakest
from services.registry.domain.terms import Marks, Term


class Head(Part):
    """Who headed, each with its mark; `year` is the year that the term is called after."""

    agency: Fact | None
    person: Fact | None
    title: Fact | None
    year: Fact | None
    told_by: tuple[int, ...]
    """Versions, in the leadership stream, of the events that told the term, oldest first."""


class Heads(Part):
    """The answer: nobody (not recorded), one, or several, of a year perhaps one after another."""

    heads: tuple[Head, ...] = ()
    disputed: bool = False
    """Whether there are several of whom, by what is told, two headed at once."""


def head_of(term: Term, rests_on: Marks) -> Head:
    return Head(
        agency=_fact(term, "agency", term.head.agency, rests_on),
        person=_person(term, rests_on),
        title=_fact(term, "title", term.head.title, rests_on),
        year=Fact(value=str(term.year), mark=term.year_mark) if term.year else None,
        told_by=term.versions,
    )


def _fact(term: Term, field: str, value: str | None, rests_on: Marks) -> Fact | None:
    if value is None:
        return None
    return Fact(value=value, mark=weakest(mark(term.record, f"{term.head_field}.{field}"), *rests_on))


def _person(term: Term, rests_on: Marks) -> Fact | None:
    """Of whom a change tells, it is as sure as the change."""
    if not term.person_marks or term.head.person is None:
        return _fact(term, "person", term.head.person, rests_on)
    return Fact(value=term.head.person, mark=weakest(*term.person_marks, *rests_on))


def agreed(one: Head, other: Head) -> Head:
    return Head(
        agency=surest_told((one.agency, other.agency)),
        person=surest_told((one.person, other.person)),
        title=surest_told((one.title, other.title)),
        year=surest_told((one.year, other.year)),
        told_by=tuple(sorted({*one.told_by, *other.told_by})),
    )
