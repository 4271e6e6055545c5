"""Marks of recorded facts, field by field."""

import pytest

from services.kernel.provenance import Inference, Record, Source


def record(*fields: str) -> Record:
    inferred = tuple(Inference(field=f, basis=f"from {f}") for f in fields)
    return Record(source=Source(id="seed-0"), place="paragraph 1", inferred=inferred)


def test_what_is_not_named_as_inferred_is_stated() -> None:
    assert record("year").certainty("place") == "STATED"


@pytest.mark.parametrize("field", ["members", "members[2]", "members[2].unit", "members.items[0]"])
def test_an_inferred_field_marks_all_that_lies_in_it(field: str) -> None:
    assert record("members").certainty(field) == "INFERRED"
    assert record("members").basis(field) == "from members"


def test_a_field_whose_name_only_begins_alike_keeps_its_own_mark() -> None:
    assert record("year").certainty("year_label") == "STATED"


def test_a_star_marks_the_whole_fact() -> None:
    assert record("*").certainty("anything") == "INFERRED"
