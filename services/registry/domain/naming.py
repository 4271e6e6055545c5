"""How names are found: by their words, without marks and with short forms written out.

Two names that are found alike are candidates for a person to choose from, never proof that they are the same.
"""

from collections.abc import Iterable
from datetime import date
from enum import IntEnum
from typing import Any, NamedTuple

from services.kernel.text import bare, fold
from services.registry.domain.ruling import holding, until

SHORT_FORMS = {
    "tw": "trung ương",
    "tp": "thành phố",
    "ubnd": "ủy ban nhân dân",
    "hđnd": "hội đồng nhân dân",
    "tđkt": "thi đua khen thưởng",
    "mttq": "mặt trận tổ quốc",
    "lđlđ": "liên đoàn lao động",
    "nxb": "nhà xuất bản",
    "qđnd": "quân đội nhân dân",
    "vn": "việt nam",
}
"""Usual short forms, folded, and what they stand for."""
_WITHOUT_MARKS = {bare(short): bare(long) for short, long in SHORT_FORMS.items()}


class Match(IntEnum):
    """How well a name fits what was looked for, best first."""

    SAME = 0
    """The same name, marks and all."""
    MARKED = 1
    """Every word is in the name, marks and all."""
    SAME_BARE = 2
    """The same name without marks."""
    BARE = 3
    """Every word is in the name, without marks."""


def words(name: str) -> tuple[str, ...]:
    """The words of a name with their marks, short forms written out: `Nội chính TW` has `trung` and `ương`."""
    return tuple(" ".join(SHORT_FORMS.get(word, word) for word in fold(name).split()).split())


def bare_words(name: str) -> tuple[str, ...]:
    """The same without marks."""
    return tuple(" ".join(_WITHOUT_MARKS.get(word, word) for word in bare(name).split()).split())


def name_term(name: str) -> str:
    """The look-up word of a whole name, marks and all."""
    return "name:" + " ".join(words(name))


def word_terms(text: str) -> list[str]:
    """The look-up words of the words in a name, without marks."""
    return sorted({f"word:{word}" for word in bare_words(text)})


def found_by(name: str) -> tuple[str, ...]:
    """The look-up words of a name by which what is found is also put in order: whole, and by its words, each with its
    marks and without.
    """
    marked, bare_ = split(name)
    whole = ("name:" + " ".join(marked), "bare:" + " ".join(bare_))
    return (*whole, *(f"mark:{word}" for word in marked), *(f"word:{word}" for word in bare_))


def sought(text: str) -> tuple[list[str], list[list[str]]]:
    """The look-up words that all has which is found by a text, and those of what comes first: the same name, then all
    of these words, each with its marks, then the same name without.
    """
    name, bare_, *each = found_by(text)
    words_, marks = ([one for one in each if one.startswith(kind)] for kind in ("word:", "mark:"))
    return words_, [[name], marks, [bare_]]


def code_term(code: str) -> str:
    """The look-up word of an official code, which is compared as it stands."""
    return f"code:{code}"


def terms(names: Iterable[str]) -> list[str]:
    """All look-up words under which names are found."""
    return sorted({term for name in names for term in (name_term(name), *word_terms(name))})


def shown(told: Iterable[Any], on: date | None = None) -> str | None:
    """The name of what this tells of on a day, or its latest; of a document its title, or else its number."""
    held = until(holding(told), on)
    names = ([getattr(event, field, None) for event in held] for field in ("name", "title", "number"))
    return next((name for told_ in names for name in reversed(told_) if name), None)


class Words(NamedTuple):
    """The words of a name, with their marks and without."""

    marked: tuple[str, ...]
    bare: tuple[str, ...]


def split(name: str) -> Words:
    return Words(words(name), bare_words(name))


def match(text: str, names: Iterable[str]) -> Match | None:
    """How well the best of the names fits; null where no single one has all the words."""
    return best(split(text), map(split, names))


def best(sought: Words, names: Iterable[Words]) -> Match | None:
    """How well the best of the names fits what is sought."""
    return min((m for name in names if (m := _match(sought, name)) is not None), default=None)


def _match(sought: Words, name: Words) -> Match | None:
    if sought.marked == name.marked:
        return Match.SAME
    if set(sought.marked) <= set(name.marked):
        return Match.MARKED
    if sought.bare == name.bare:
        return Match.SAME_BARE
    return Match.BARE if set(sought.bare) <= set(name.bare) else None
