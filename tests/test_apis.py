"""That each service's .proto says what its commands, queries and answers are."""

import pytest

from services.awards.main import SERVICE as AWARDS
from services.kernel.binding import differences
from services.kernel.service import Service
from services.registry.main import SERVICE as REGISTRY
from services.scoring.main import SERVICE as SCORING


@pytest.mark.parametrize("service", [REGISTRY, SCORING, AWARDS], ids=lambda service: service.name)
def test_every_method_of_the_api_has_its_command_or_query(service: Service) -> None:
    assert list(differences(service.api, service.handlers, service.queries)) == []
