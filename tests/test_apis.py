"""That each service's .proto says what its commands, queries and answers are."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from services.awards.main import SERVICE as AWARDS
from services.kernel.binding import differences
from services.kernel.service import Service
from services.registry.main import SERVICE as REGISTRY
from services.scoring.main import SERVICE as SCORING

SHARED = {"BaseModel", "Mark", "Part", "Source"}
"""The kernel's shapes, which events and answers have in common."""


@pytest.mark.parametrize("service", [REGISTRY, SCORING, AWARDS], ids=lambda service: service.name)
def test_every_method_of_the_api_has_its_command_or_query(service: Service) -> None:
    found = list(differences(service.api, service.handlers, {**service.queries, **service.jobs}))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("service", [REGISTRY, SCORING, AWARDS], ids=lambda service: service.name)
def test_no_answer_has_the_name_of_something_that_events_tell(service: Service) -> None:
    told = {thing.__name__ for event in service.vocabulary.types.values() for thing in (event, *_within(event))}
    told |= {base.__name__ for event in service.vocabulary.types.values() for base in event.__mro__}
    asked = {one.response for one in service.queries.values()} | {one.response for one in service.jobs.values()}
    shown = {thing.__name__ for answer in asked for thing in (answer, *_within(answer))}
    assert told & shown <= SHARED


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
