"""Marked values of answers, from what an event tells."""

from datetime import date
from decimal import Decimal
from typing import Literal

import pytest

from services.kernel.errors import Invalid
from services.kernel.events import Event
from services.kernel.performing import Act
from services.kernel.provenance import Fact, Inference, Listed, Mark, Part, Record, Source
from services.kernel.telling import Told, fact, inferring, named, worded


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
STATED = Mark(certainty="STATED", source="article", place="paragraph 1", document=Source(id="article"))
INFERRED = Mark(
    certainty="INFERRED", source="article", place="paragraph 1", basis="the caption", document=Source(id="article")
)
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


class Happen(Act):
    done: bool | None = None
    first: Item | None = None
    members: Listed[Item] = Listed()
    aliases: tuple[str, ...] = ()


def happen(*paths: str) -> Happen:
    """With members `a` and one without a name."""
    record = RECORD.model_copy(update={"inferred": tuple(Inference(field=path, basis="a guess") for path in paths)})
    return Happen(done=False, members=Listed(items=(Item(name="a"), Item()), declared_count=2), record=record)


def test_what_is_inferred_is_named_by_its_path_in_the_command() -> None:
    named(happen())
    named(happen("*", "done", "members", "members.items", "members.items[0]", "members.items[0].name"))
    named(happen("members.declared_count"))
    named(Happen())


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("members[0]", r"no item \[0\]"),
        ("members.items[2]", r"no item \[2\]"),
        ("members.items[01]", "no path"),
        ("members.items[1].name", "not told"),
        ("members.exhaustive", "not told"),
        ("members.declaredCount", "no path"),
        ("members.count", "no field count"),
        ("done.value", "no field value"),
        ("done[0]", r"no item \[0\]"),
        ("effective", "not told"),
        ("first.name", "not told"),
        ("aliases", "not told"),
        ("năm", "no path"),
        ("Done", "no path"),
        ("done.", "no path"),
        ("told_on", "no field told_on"),
        ("record.place", "no field record"),
        ("model_fields", "no field model_fields"),
    ],
)
def test_a_path_that_leads_to_nothing_told_is_refused_since_the_fact_would_be_answered_as_stated(
    path: str, why: str
) -> None:
    with pytest.raises(Invalid, match=why) as wrong:
        named(happen("done", path))
    (violation,) = wrong.value.violations
    assert violation.field == "record.inferred[1].field"
    assert path in violation.vi
