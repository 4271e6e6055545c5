"""Folding: what is found as the same, and what is not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.kernel.text import Line, bare, clean, fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Toà án nhân dân tối cao", "Tòa án nhân dân tối cao"),
        ("Khối Thi đua các Bộ, ngành", "Khối thi đua các bộ ngành"),
        ("Uỷ ban", "Ủy  ban"),
        ("thuý", "thúy"),
        ("Thi đua – Khen thưởng", "thi đua - khen thưởng"),
        ("Hà\u00a0Nội", "hà nội"),
        ("\u00d0À NẴNG", "Đà Nẵng"),
        ("\u0189ức", "Đức"),
        ("ＵＢＮＤ　ｔỉｎｈ", "UBND tỉnh"),
    ],
)
def test_spellings_of_one_name_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert fold(unicodedata.normalize("NFD", one)) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("Nguyễn", "Nguyen"), ("đường", "dương"), ("của", "cua"), ("quý", "qui")])
def test_words_that_differ_in_marks_do_not_fold_alike(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("name", ["★", "!?", "🏆", "◌\u0301", "\u0301"])
def test_a_name_of_marks_alone_is_found_by_them(name: str) -> None:
    assert fold(name)
    assert bare(name)


def test_what_is_blank_folds_to_nothing() -> None:
    assert (fold(" "), bare("")) == ("", "")


def test_a_bare_name_has_no_marks_at_all() -> None:
    assert bare("Viện Kiểm sát nhân dân tối cao") == "vien kiem sat nhan dan toi cao"
    assert bare("ĐẶNG Thuỷ Trâm") == "dang thuy tram"
    assert bare("\u00d0À NẴNG") == bare("\u0110À NẴNG") == "da nang"


def test_cleaning_keeps_the_spelling_and_composes_the_letters() -> None:
    assert clean(unicodedata.normalize("NFD", " Toà án ")) == "Toà án"


def test_what_a_word_processor_leaves_unseen_in_a_name_is_taken_out() -> None:
    assert clean("\ufeffBộ Tư\u200b ph\u00adáp\u200e") == "Bộ Tư pháp"


@pytest.mark.parametrize("none", ["\ufffe", "\uffff", "\ufdd0", "\ufdef", "\U0001fffe", "\U0010ffff"])
def test_what_unicode_says_is_no_character_is_taken_out(none: str) -> None:
    assert clean(f"Sở Nội vụ{none}") == "Sở Nội vụ"
    with pytest.raises(ValueError, match="must not be empty"):
        clean(none)


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1bb", "a\x7f", "a\x85b", "\x9b31m", "a\u202eb", "\u2066a"])
def test_control_characters_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        clean(bad)


@pytest.mark.parametrize("bad", [" ", "\u00a0\u3000", "\u200b", "\ufeff ", "a\u2028b", "\u0958" * 300])
def test_what_is_blank_or_grows_too_long_when_composed_is_refused_before_it_is_an_event(bad: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Line).validate_python(bad)


@given(st.text(max_size=20))
def test_a_text_that_was_taken_is_taken_again_as_it_is(text: str) -> None:
    line = TypeAdapter(Line)
    try:
        taken = line.validate_python(text)
    except ValidationError:
        return
    assert line.validate_python(taken) == taken


@given(
    st.text(
        st.sampled_from("a~Zệ Đỹ×\u0110\u0301\u0323\u00a0\u00ad\u200b\ufeff–“\n\x00\u024f\u0250\u1eff"),
        min_size=1,
        max_size=8,
    )
)
def test_a_line_is_read_as_what_cleaning_makes_of_it(text: str) -> None:
    """Though what looks clean is not cleaned."""
    assert _line_or_none(text) == _cleaned_or_none(text)


def _line_or_none(text: str) -> str | None:
    try:
        return TypeAdapter(Line).validate_python(text)
    except ValidationError:
        return None


def _cleaned_or_none(text: str) -> str | None:
    try:
        found = clean(text)
    except ValueError:
        return None
    return None if "\n" in found else found
