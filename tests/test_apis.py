"""That each service's .proto says what its commands, queries and answers are."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from services.awards.main import SERVICE as AWARDS
from services.kernel.binding import differences
from services.kernel.convert import violations
from services.kernel.service import Service
from services.kernel.standing import Retract
from services.registry.domain.covenant import ReportCovenantResult
from services.registry.domain.plan import ReportProgress
from services.registry.main import SERVICE as REGISTRY
from services.scoring.main import SERVICE as SCORING

SERVICES = [REGISTRY, SCORING, AWARDS]
SHARED = {"BaseModel", "Mark", "Part", "Source"}
"""The kernel's shapes, which events and answers have in common."""


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_method_of_the_api_has_its_command_or_query(service: Service) -> None:
    found = list(differences(service.api, service.handlers, {**service.queries, **service.jobs}))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_no_answer_has_the_name_of_something_that_events_tell(service: Service) -> None:
    told = {thing.__name__ for event in service.vocabulary.types.values() for thing in (event, *_within(event))}
    told |= {base.__name__ for event in service.vocabulary.types.values() for base in event.__mro__}
    asked = {one.response for one in service.queries.values()} | {one.response for one in service.jobs.values()}
    shown = {thing.__name__ for answer in asked for thing in (answer, *_within(answer))}
    assert told & shown <= SHARED


def _bare_patterns(schema: Any) -> Iterator[str]:
    """Patterns of a schema of pydantic's that are told as they stand."""
    if isinstance(schema, dict) and schema.get("type") != "custom-error":
        if schema.get("type") == "str" and "pattern" in schema:
            yield schema["pattern"]
        yield from (found for inner in schema.values() for found in _bare_patterns(inner))
    elif isinstance(schema, list | tuple):
        yield from (found for inner in schema for found in _bare_patterns(inner))


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_form_of_a_field_is_told_in_words_and_never_as_a_pattern(service: Service) -> None:
    asked = [one.request for one in service.queries.values()] + [one.request for one in service.jobs.values()]
    found = {
        command.__name__: [*_bare_patterns(command.__pydantic_core_schema__)] for command in (*service.handlers, *asked)
    }
    assert not {name: patterns for name, patterns in found.items() if patterns}


@pytest.mark.parametrize(
    ("command", "told", "field", "en", "vi"),
    [
        (
            ReportCovenantResult,
            {"value": {"figure": "1.200 xã"}},
            "value.figure",
            "a plain number such as 1200",
            "số viết liền",
        ),
        (ReportProgress, {"percent": "130"}, "percent", "from 0 to 100", "từ 0 đến 100"),
        (Retract, {"stream": "b-1"}, "stream", "such as bloc:b-1", "ví dụ bloc:b-1"),
    ],
)
def test_who_breaks_a_form_is_told_the_rule_in_both_languages(
    command: type[BaseModel], told: dict[str, Any], field: str, en: str, vi: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        command.model_validate(told)
    (found,) = (one for one in violations(refused.value) if one.field == field)
    assert (en in found.en, vi in found.vi, "^" in found.en + found.vi) == (True, True, False)


def test_a_field_of_registry_is_told_alike_in_the_proto_and_in_its_class() -> None:
    shapes: dict[str, type[BaseModel]] = {f"{kind.__name__}Request": kind for kind in REGISTRY.handlers}
    for asked in (REGISTRY.queries, REGISTRY.jobs):
        shapes |= {f"{name}Request": one.request for name, one in asked.items()}
        shapes |= {f"{name}Response": one.response for name, one in asked.items()}
    shapes |= {one.__name__: one for shape in shapes.values() for one in _within(shape)}
    told = {(name, field): doc for name, shape in shapes.items() for field, doc in _docstrings(shape).items()}
    commented = _comments()
    differing = {at for at, doc in told.items() if at in commented and _plain(commented[at]) != _plain(doc)}
    assert told.keys() & commented.keys()
    assert differing == set()


def _comments() -> dict[tuple[str, str], str]:
    """The comment above each field of registry's messages."""
    found = {}
    for path in (Path(__file__).parents[1] / "proto/thidua/registry/v1").glob("*.proto"):
        for name, body in re.findall(r"^message (\w+) \{\n(.*?)^\}", path.read_text(), re.DOTALL | re.MULTILINE):
            for comment, field in re.findall(r"((?:^ +//.*\n)+) +[\w. ]+ (\w+) = \d+", body, re.MULTILINE):
                found[name, field] = comment.replace("//", "")
    return found


def _docstrings(shape: type[BaseModel]) -> dict[str, str]:
    """The docstring below each field of a class and of what it is made of."""
    found = {}
    own = [one for one in shape.__mro__ if one.__module__.startswith("services.") and "[" not in one.__name__]
    for base in reversed(own):
        (defined,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(defined, ast.ClassDef)
        for field, doc in pairwise(defined.body):
            match field, doc:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = text
                case _:
                    pass
    return found


def _plain(text: str) -> str:
    """What a class calls null is absent from a message."""
    return " ".join(text.replace("`", '"').replace("null", "absent").split())


def _within(shape: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every shape that is a field of this one, of its fields, and so on."""
    for field in shape.model_fields.values():
        for kind in _kinds(field.annotation):
            yield kind
            yield from _within(kind)


def _kinds(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _kinds(argument)
