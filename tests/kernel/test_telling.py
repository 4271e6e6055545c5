"""Marked values of answers, from what an event tells."""

from datetime import date
from decimal import Decimal
from typing import Literal

import pytest

from services.kernel.events import Event
from services.kernel.provenance import Fact, Inference, Mark, Part, Record, Source
from services.kernel.telling import Told, fact, inferring, worded


class Item(Part):
    name: str | None = None


class Happened(Told, Event):
    type: Literal["Happened"] = "Happened"
    done: bool | None = None
    first: Item | None = None
    items: tuple[Item, ...] = ()


RECORD = Record(
    source=Source(id="article"), place="paragraph 1", inferred=(Inference(field="items[1]", basis="the caption"),)
)
STATED = Mark(certainty="STATED", source="article", place="paragraph 1")
INFERRED = Mark(certainty="INFERRED", source="article", place="paragraph 1", basis="the caption")
EVENT = Happened(items=(Item(name="a"), Item(name="b"), Item()), done=False, record=RECORD)


def test_a_fact_has_the_mark_of_its_own_path() -> None:
    assert fact(EVENT, "items[0].name") == Fact(value="a", mark=STATED)
    assert fact(EVENT, "items[1].name") == Fact(value="b", mark=INFERRED)


@pytest.mark.parametrize("path", ["items[2].name", "first.name", "first", "effective"])
def test_what_is_not_told_on_the_way_is_no_fact(path: str) -> None:
    assert fact(EVENT, path) is None
    assert fact(None, path) is None


def test_false_is_told() -> None:
    assert fact(EVENT, "done") == Fact(value="false", mark=STATED)


def test_a_performed_act_is_stated_without_a_source_unless_a_rule_infers_it() -> None:
    performed = EVENT.model_copy(update={"record": None})
    assert fact(performed, "done") == Fact(value="false", mark=Mark())
    assert fact(performed, "done", "a rule") == Fact(value="false", mark=Mark(certainty="INFERRED", basis="a rule"))


def test_a_record_gains_an_inference_and_no_record_stays_none() -> None:
    more = inferring(RECORD, "done", "the photo")
    assert more is not None
    assert (more.basis("done"), more.basis("items[1].name")) == ("the photo", "the caption")
    assert inferring(None, "done", "the photo") is None


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (date(2024, 4, 10), "2024-04-10"), (Decimal("69.80"), "69.80"), (5, "5")]
)
def test_values_are_worded_the_same_everywhere(value: object, text: str) -> None:
    assert worded(value) == text
