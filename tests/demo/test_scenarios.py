"""The data files tell all of the articles' facts, with marks, and nothing that a person could be known by."""

import re
from typing import Any

import pytest

from deploy.demo.scenarios import NAMES, Step, load, sources
from services.awards.main import SERVICE as AWARDS
from services.registry.main import SERVICE as REGISTRY

POINTS = {"scenario_0": 9, "scenario_1": 7, "scenario_2": 9, "scenario_3": 8, "scenario_4": 9}
COMPILED = {"catalogue", "calendar"}
PERSONAL = ("RegisterPerson", "DescribePerson")
_INDEX = re.compile(r"(\w+)((?:\[\d+\])*)")


def texts(value: Any) -> list[str]:
    match value:
        case dict():
            return [text for item in value.values() for text in texts(item)]
        case list():
            return [text for item in value for text in texts(item)]
        case str():
            return [value]
        case _:
            return []


def at(fields: Any, path: str) -> Any:
    """What a path of `record.inferred` points at. Raises LookupError."""
    for part in path.split("."):
        match = _INDEX.fullmatch(part)
        assert match
        fields = fields[match[1]]
        for index in re.findall(r"\d+", match[2]):
            fields = fields[int(index)]
    return fields


def nulls(value: Any) -> bool:
    match value:
        case dict():
            return any(nulls(item) for item in value.values())
        case list():
            return any(nulls(item) for item in value)
        case _:
            return value is None


def every_step() -> list[Step]:
    return [step for name in NAMES for step in load(name)]


@pytest.mark.parametrize(("name", "last"), POINTS.items())
def test_every_point_of_an_article_is_in_its_file(name: str, last: int) -> None:
    assert {point for step in load(name) for point in step.points} == set(range(1, last + 1))


@pytest.mark.parametrize("name", POINTS)
def test_every_fact_of_an_article_says_where_it_stands(name: str) -> None:
    for step in load(name):
        assert step.fields["record"]["source"]["id"] == f"seed-{name[-1]}", step.name
        assert step.fields["record"]["place"], step.name


@pytest.mark.parametrize("source", [s for s in sources().values() if s["id"] not in COMPILED], ids=lambda s: s["id"])
def test_every_article_has_the_hash_of_its_text(source: dict[str, str]) -> None:
    assert re.fullmatch("[0-9a-f]{64}", source["sha256"])
    assert source["title"]
    assert source["printed_date"]


def test_every_inference_points_at_a_field_that_is_told() -> None:
    inferences = [(s, i["field"]) for s in every_step() for i in s.fields.get("record", {}).get("inferred", [])]
    assert len(inferences) > 30
    for step, path in inferences:
        assert path == "*" or at(step.fields, path) is not None, (step.name, path)


def test_what_an_article_does_not_say_is_absent_and_never_null() -> None:
    assert not [step.name for step in every_step() if nulls(step.fields)]


def test_what_an_article_tells_is_worded_in_its_language() -> None:
    steps = [step for name in POINTS for step in load(name)]
    told = [text for step in steps for name, value in step.fields.items() if name != "record" for text in texts(value)]
    sentences = [text for text in told if " " in text]
    assert len(sentences) > 100
    assert [text for text in sentences if text.isascii()] == []  # Vietnamese has marks


def test_persons_are_named_in_their_own_steps_alone() -> None:
    names = {step.fields["name"] for step in every_step() if step.command == "RegisterPerson"}
    assert len(names) == 21
    other = [step for step in every_step() if step.command not in PERSONAL]
    leaks = [(s.name, n) for s in other for n in names for text in [*texts(s.fields), s.name] if n in text]
    assert leaks == []


def test_every_person_is_told_before_being_mentioned() -> None:
    known: set[str] = set()
    for step in every_step():
        if step.command == "RegisterPerson":
            known.add(step.fields["person"])
        mentioned = {text for text in texts(step.fields) if re.fullmatch("p-[0-9a-f]{8}", text)}
        assert mentioned <= known, step.name


def test_playing_a_step_again_sends_the_same_command_id() -> None:
    ids = [step.command_id for step in every_step()]
    assert len(ids) == len(set(ids))
    assert ids == [step.command_id for step in every_step()]


def test_no_fact_of_an_article_waits_for_a_command() -> None:
    commands = {f"{service.name}/{command.__name__}" for service in (REGISTRY, AWARDS) for command in service.handlers}
    assert {f"{step.service}/{step.command}" for name in POINTS for step in load(name)} <= commands


def test_the_catalogue_and_the_calendar_tell_one_day_for_one_award() -> None:
    kinds = {step.fields["code"]: step.fields["due"] for step in load("catalogue") if "due" in step.fields}
    calendar = [step.fields for step in load("calendar") if step.fields.get("cycle") != "SCHOOL_YEAR"]
    days = {told["award"]: told["due"] for told in calendar if "due" in told and told.get("award") in kinds}
    assert days == {"CTD_CP": {"month": 3, "day": 30, "years_after": 1}}
    assert kinds.items() >= days.items()
