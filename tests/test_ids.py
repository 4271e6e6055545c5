"""Whose id a field of an event holds is said once for each name of a field, so that answers forget to name nobody."""

import pytest

from deploy.documents.vocabulary import ids
from services.awards.main import SERVICE as AWARDS
from services.awards.queries.persons import NAMING as PERSONS
from services.kernel.service import Service
from services.registry.main import SERVICE as REGISTRY
from services.registry.queries.common import NAMING as ORGANISATIONS

OTHERS = {
    "registry": {
        "bloc",
        "body",
        "conference",
        "congress",
        "deadline",
        "document",
        "exemplar",
        "form",
        "guidance",
        "in_place_of",
        "inspection",
        "item",
        "kind",
        "level",
        "line",
        "moved_from",
        "moved_to",
        "movement",
        "movement_review",
        "parent",
        "part_of",
        "person",
        "phase",
        "regulation",
        "preparation",
        "reorganisation",
        "report",
        "review",
    },
    "awards": {
        *("award", "awards", "bloc", "conference", "decision", "proposal"),
        *("authority", "conferred_by", "organisation"),  # `organisation` alone is named, beside itself
    },
}
"""Fields that hold an id of something else, or of somebody whom the service's answers do not name."""


@pytest.mark.parametrize(
    ("service", "naming"), [(REGISTRY, ORGANISATIONS), (AWARDS, PERSONS)], ids=["registry", "awards"]
)
def test_of_every_id_in_an_event_it_is_said_whether_answers_name_its_owner(
    service: Service, naming: frozenset[str]
) -> None:
    told = {name for event in service.vocabulary.types.values() for name in ids(event.model_json_schema())}
    unsaid = told - naming - OTHERS[service.name]
    assert not unsaid, (
        f"whose id is it? put {sorted(unsaid)} into NAMING of {service.name}'s queries, or into OTHERS here"
    )
    assert OTHERS[service.name] <= told
    assert naming <= told


def test_an_id_is_found_wherever_it_stands() -> None:
    found = set(ids(AWARDS.vocabulary.types["DecisionRecorded"].model_json_schema()))
    assert {"decision", "signatory", "awards"} <= found
    assert {"member", "person"} <= set(ids(REGISTRY.vocabulary.types["CovenantSigned"].model_json_schema()))
