"""No event is written that cannot be read, or that no answer rests on."""

from types import ModuleType

import pytest

from services.awards import events as awards_events
from services.awards.main import SERVICE as AWARDS
from services.kernel.events import Event
from services.kernel.service import Service
from services.kernel.standing import FactRetracted
from services.registry import events as registry_events
from services.registry.main import SERVICE as REGISTRY
from services.scoring import events as scoring_events
from services.scoring.main import SERVICE as SCORING

SERVICES = {"registry": REGISTRY, "scoring": SCORING, "awards": AWARDS}
MODULES = {"registry": registry_events, "scoring": scoring_events, "awards": awards_events}
UNSHOWN = ("DecisionRecorded", "OrganisationCodeTold")
"""Types that no read model folds: only decisions rest on them."""


def declared(module: ModuleType) -> set[type[Event]]:
    """The event types that a module or its parts make, and not only take from elsewhere."""
    classes = (thing for thing in vars(module).values() if isinstance(thing, type) and issubclass(thing, Event))
    own = (c for c in classes if f"{c.__module__}.".startswith(f"{module.__name__}."))
    return {c for c in own if c.model_fields["type"].default == c.__name__}


@pytest.mark.parametrize("name", SERVICES)
def test_every_event_of_a_service_is_in_its_vocabulary(name: str) -> None:
    assert {*SERVICES[name].vocabulary.types.values()} - {FactRetracted} == declared(MODULES[name])


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_every_event_is_folded_by_a_read_model_or_named_as_unshown(service: Service) -> None:
    folded = {type_ for model in service.models for type_ in model.types}
    assert service.vocabulary.types.keys() - folded == service.vocabulary.types.keys() & {*UNSHOWN}
