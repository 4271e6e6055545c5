"""Text as it comes in, and text as it is searched.

What comes in is normalised to NFC, without characters that nobody sees, and must hold no control characters; its
spelling is kept. What is searched is folded: one spelling for tone placement, case, dashes and spaces (`fold`), and
also without marks (`bare`). Two names that fold alike are candidates for a person to choose from, never proof that they
are the same.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import core_schema

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# What word processors leave, and what Unicode keeps for programs' own use: a name with one is found by nobody, and a
# file that holds one may be read by none.
_NO_CHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_UNSEEN = re.compile(f"[\u00ad\u200b-\u200f\u2060\ufeff{_NO_CHARACTERS}]")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_GLIDE = re.compile(rf"(?<!q)([ou])([{_TONES}]?)([aey])([{_TONES}]?)(?![^\W\d_])", re.IGNORECASE)
_LIKE_D = str.maketrans("ðɖ", "đđ")  # Ð and Ɖ, which some keyboards and fonts have in place of Đ
_DASHES = re.compile(r"[\u2010-\u2015\u2212-]+")
_OUTSIDE = re.compile(r"[^\w\s]+")
# Nearly every line: whole letters with marks and ASCII, which nothing is taken out of. Rows and events are read out of
# their texts for each answer, and most of that time would go into cleaning what is clean.
_SEEN = "!-~\u00c0-\u024f\u1ea0-\u1ef9"
_CLEAN = re.compile(f"[{_SEEN}]([{_SEEN} ]*[{_SEEN}])?")
_BREAKS = re.compile(r"[\n\r\t\u2028\u2029]")
LINE, PROSE = 500, 10_000  # characters


def clean(text: str) -> str:
    """The same text in NFC, without white space around it or what is invisible in it. Raises ValueError for control
    characters, also those that turn the direction of writing, and where nothing that can be seen is left.
    """
    if _CONTROL.search(text):
        raise ValueError("holds a control character / có ký tự điều khiển")
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text)).strip()
    if all(unicodedata.category(c)[0] in "CZ" for c in text):
        raise ValueError("must not be empty / không được để trống")
    return text


def _line(text: str) -> str:
    if _CLEAN.fullmatch(text) and len(text) <= LINE:
        return text
    text = clean(text)
    if _BREAKS.search(text):
        raise ValueError("must be one line / phải là một dòng")
    return _short(text, LINE)


def _prose(text: str) -> str:
    return _short(clean(text), PROSE)


def _short(text: str, most: int) -> str:
    """Some letters become several in NFC, so that a text may be too long only now."""
    if len(text) > most:
        raise ValueError(f"must have at most {most} characters / không được quá {most} ký tự")
    return text


Line = Annotated[str, Field(min_length=1, max_length=LINE), AfterValidator(_line)]
Prose = Annotated[str, Field(min_length=1, max_length=PROSE), AfterValidator(_prose)]
ID = r"^[a-z0-9][a-z0-9._-]{0,79}$"


@dataclass(frozen=True)
class Form:
    """Of a field: the pattern of its text, and the same rule in words, which is what a caller is told."""

    pattern: str
    en: str
    vi: str

    def __get_pydantic_core_schema__(self, *_: Any) -> core_schema.CoreSchema:
        return core_schema.custom_error_schema(
            core_schema.str_schema(pattern=self.pattern), "form", custom_error_message=f"{self.en} / {self.vi}"
        )


IDENTIFIER = Form(
    ID,
    "must be 1 to 80 of a-z, 0-9, '.', '_' and '-', a letter or digit first",
    "phải gồm 1 đến 80 ký tự a-z, 0-9, '.', '_', '-', bắt đầu bằng chữ hoặc số (không dấu, không viết hoa)",
)
Id = Annotated[str, IDENTIFIER]
Code = Annotated[
    str,
    Form(
        r"^[A-Z][A-Z0-9_]{1,39}$",
        "must be 2 to 40 of A-Z, 0-9 and '_', a letter first",
        "phải gồm 2 đến 40 ký tự A-Z, 0-9, '_', bắt đầu bằng chữ",
    ),
]
"""A code in capitals, such as CTD_CP."""


def fold(text: str) -> str:
    """One spelling of a name for look-ups that keep the marks: `Toà án` and `TÒA  ÁN` give the same, and so do letters
    of full width and those that only look like đ. What has neither letters nor figures is left as it is.
    """
    letters = unicodedata.normalize("NFKD", text).casefold().translate(_LIKE_D)
    letters = unicodedata.normalize("NFC", _GLIDE.sub(_tone_first, letters))
    return " ".join((_OUTSIDE.sub(" ", _DASHES.sub(" ", letters)).strip() or letters).split())


def _tone_first(match: re.Match[str]) -> str:
    glide, early, vowel, late = match.groups()
    return f"{glide}{early or late}{vowel}"


def bare(text: str) -> str:
    """A name without marks for search: `Viện Kiểm sát` gives `vien kiem sat`; đ becomes d."""
    folded = fold(text)
    letters = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return letters.replace("đ", "d") or folded


_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_BEFORE_LETTERS = " _-–—,;:!?.…'‘’\"“”«»()[]{}§@*/\\&#%`´^¨°©®+±<=>|~$0123456789"  # as ICU has them
_PRIMARY = {character: weight for weight, character in enumerate(_BEFORE_LETTERS + _LETTERS)}
_QUALITY = {"\u0302": "âêô", "\u0306": "ă", "\u031b": "ơư"}  # marks that make another letter
_OTHER_LETTER = {
    (unicodedata.normalize("NFD", letter)[0], mark): letter for mark, letters in _QUALITY.items() for letter in letters
}
_TONE = {mark: weight for weight, mark in enumerate("\u0300\u0309\u0303\u0301\u0323", 1)}

_FIRST, _LAST, _BREAK = 2, 0x10FFFF, "\x01"
_SURROGATES, _MANY = 0xD800, 0x800
_CLUSTER = re.compile(r"[^\u0300-\u036f][\u0300-\u036f]*")

Weights = tuple[tuple[int, ...], ...]


def vietnamese(text: str) -> Weights:
    """The key by which names are put in Vietnamese order: An, Ăn, Ân, … Đức, … Oanh, Ơn, Uyên, Ước.

    By letters first (a ă â b c d đ …), then by tones (none, grave, hook, tilde, acute, dot), then small letters before
    capitals: the order of PostgreSQL's collation `vi-x-icu`, for what names are written with.
    """
    return tuple(zip(*map(_weights, _CLUSTER.findall(unicodedata.normalize("NFC", text))), strict=True))


def by_code_point(weights: Weights) -> str:
    """A text that compares by code point as the key does."""
    return _BREAK.join("".join(map(_character, level)) for level in weights)


def _character(weight: int) -> str:
    code = _FIRST + weight
    return chr(min(code if code < _SURROGATES else code + _MANY, _LAST))


@functools.lru_cache(maxsize=4_096)
def _weights(cluster: str) -> tuple[int, int, int]:
    """Letter, tone and case of one letter with its marks."""
    parts = unicodedata.normalize("NFD", cluster)
    small = letter = parts[0].lower()
    tone = 0
    for mark in parts[1:]:
        if (letter, mark) in _OTHER_LETTER:
            letter = _OTHER_LETTER[letter, mark]
        else:
            tone = tone * 8 + _TONE.get(mark, 6)
    return _PRIMARY.get(letter, len(_PRIMARY) + ord(letter[0])), tone, small != parts[0]
