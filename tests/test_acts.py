"""What is performed in the system has taken place: no command that can be performed leaves this to chance."""

from datetime import date, datetime, timedelta
from inspect import isclass
from typing import Any, get_args
from uuid import uuid4

import pytest

from deploy.local.servers import ExistingPostgres, Postgres
from services.awards.main import SERVICE as AWARDS
from services.kernel.decider import Context
from services.kernel.errors import Refused
from services.kernel.performing import AHEAD, Act
from services.kernel.provenance import Listed
from services.kernel.service import VIETNAM, Service, acting, told_today
from services.registry.main import SERVICE as REGISTRY
from services.scoring.main import SERVICE as SCORING
from tests.play import fresh
from tests.registry.support import settings

SERVICES = {"registry": REGISTRY, "scoring": SCORING, "awards": AWARDS}
NO_ACTS = {
    "RecordCovenant",
    "RecordPlan",
    "RecordLeadership",
    "CorrectLeadership",
    "CorrectHandover",
    "RegisterAwardKind",
}
"""Commands that only tell what a source says, and the catalogue, which is law and known years ahead."""
FUTURE = date(2199, 1, 1)
TO_COME: dict[str, tuple[str, dict[str, Any]]] = {
    "registry": ("HoldConference", {"conference": "c", "kind": "OTHER"}),
    "scoring": ("IssueSheet", {"sheet": "s", "title": "Mẫu", "items": [{"code": "1", "title": "Mục", "max": 1}]}),
    "awards": (
        "RecordDecision",
        {
            "decision": "d",
            "number": "1/QĐ",
            "authority": "pm",
            "signatory": "p-1",
            "awards": {"items": [{"award": "a", "recipient": {"organisation": "u"}, "wording": "x"}]},
        },
    ),
}


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_every_command_that_tells_of_a_day_is_an_act_or_named_as_none(service: Service) -> None:
    told = {kind.__name__ for kind in service.handlers if "effective" in kind.model_fields}
    acts = {kind.__name__ for kind in service.handlers if issubclass(kind, Act)}
    assert told - acts == told & NO_ACTS


@pytest.mark.parametrize("name", SERVICES)
async def test_no_service_takes_an_act_of_a_day_to_come(name: str, postgres: Postgres | ExistingPostgres) -> None:
    kind, fields = TO_COME[name]
    (command,) = (known for known in SERVICES[name].handlers if known.__name__ == kind)
    async with fresh(name, postgres) as (tools, _):
        act = acting(SERVICES[name], tools, settings())
        with pytest.raises(Refused) as refused:
            await act(command.model_validate({**fields, "effective": FUTURE}), Context(str(uuid4()), "officer"))
    assert refused.value.rule == "act.future"


ACTS = [kind for service in SERVICES.values() for kind in service.handlers if issubclass(kind, Act)]
LISTS = [
    (kind, name)
    for kind in ACTS
    for name, field in kind.model_fields.items()
    for known in (field.annotation, *get_args(field.annotation))
    if isclass(known) and issubclass(known, Listed)
]


def bare(kind: type[Act], **told: Any) -> Act:
    """A performed act of which nothing else is told, so that nothing else can refuse it."""
    return kind.model_construct(**(dict.fromkeys(kind.model_fields) | told))


@pytest.mark.parametrize("kind", ACTS, ids=lambda kind: kind.__name__)
def test_every_act_has_taken_place_or_is_a_decision_that_takes_effect_within_a_year(kind: type[Act]) -> None:
    last = datetime.now(VIETNAM).date() + kind.ahead
    told_today(bare(kind, effective=last))
    with pytest.raises(Refused) as refused:
        told_today(bare(kind, effective=last + timedelta(days=2)))
    assert refused.value.rule == "act.future"
    assert kind.ahead in (timedelta(0), AHEAD)


@pytest.mark.parametrize(("kind", "name"), LISTS, ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_every_list_of_every_act_is_as_long_as_it_says(kind: type[Act], name: str) -> None:
    told_today(bare(kind, **{name: Listed[str](items=("một",), declared_count=1)}))
    with pytest.raises(Refused) as refused:
        told_today(bare(kind, **{name: Listed[str](items=("một", "hai"), declared_count=1)}))
    assert refused.value.rule == "list.count"
