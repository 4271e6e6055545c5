"""Every event that was ever released is read for ever: the samples beside this are never changed, only added to."""

from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from services import upkeep
from services.awards.events import VOCABULARY as AWARDS
from services.awards.main import SERVICE as AWARDS_SERVICE
from services.kernel.decider import Command, Context
from services.kernel.events import EPOCH, Row, canonical
from services.kernel.handling import hash_of
from services.registry.events import VOCABULARY as REGISTRY
from services.registry.main import SERVICE as REGISTRY_SERVICE
from services.scoring.events import VOCABULARY as SCORING
from services.scoring.main import SERVICE as SCORING_SERVICE

VOCABULARIES = {"registry": REGISTRY, "scoring": SCORING, "awards": AWARDS}
SERVICES = {service.name: service for service in (REGISTRY_SERVICE, SCORING_SERVICE, AWARDS_SERVICE)}
SAMPLES = sorted((Path(__file__).parent / "golden").glob("*/*.json"))


def keeps(now: Any, once: Any) -> bool:
    """Whether all that was once written is still there; what was added since does not matter."""
    if isinstance(once, dict):
        return isinstance(now, dict) and all(key in now and keeps(now[key], once[key]) for key in once)
    if isinstance(once, list):
        return isinstance(now, list) and len(now) == len(once) and all(map(keeps, now, once))
    return bool(now == once)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_was_once_written_is_read_whole(path: Path) -> None:
    body = path.read_bytes().strip()
    (envelope,) = VOCABULARIES[path.parent.name].envelopes([body])
    assert keeps(orjson.loads(canonical(envelope)), orjson.loads(body))


@pytest.mark.parametrize("service", VOCABULARIES)
def test_every_event_type_has_a_sample(service: str) -> None:
    sampled = {path.stem.split("-")[0] for path in SAMPLES if path.parent.name == service}
    assert sampled == VOCABULARIES[service].types.keys()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_was_once_written_is_sound_to_verify(path: Path) -> None:
    body = path.read_bytes().strip()
    row = Row(1, 1, EPOCH, orjson.loads(body)["data"]["type"], body)
    assert upkeep._read(SERVICES[path.parent.name], row) is not None
    assert upkeep._read(SERVICES[path.parent.name], row._replace(body=body + b" ")) is None


class Rename(Command):
    """A command as it was when its hash was kept."""

    bloc: str
    name: str
    effective: date | None = None


class RenameNow(Rename):
    """The same, to which a later release added what need not be told."""

    note: str = ""
    variants: tuple[str, ...] = ()


RenameNow.__name__ = "Rename"


@pytest.mark.parametrize("kind", [Rename, RenameNow])
def test_a_repeated_command_is_known_again_after_an_upgrade(kind: type[Command]) -> None:
    sent = kind.model_validate({"bloc": "noi-chinh", "name": "Khối Nội chính", "effective": "2024-04-10"})
    found = hash_of(sent, Context("6b0f0f52-59a5-4b8e-9df0-0d8f2b1a7c11", "can-bo-1", "bo-cong-an"), b"k" * 32)
    assert found.hex() == "a14a53c936479844209efd372f8941959fdec19bc316e37ac373bb79a9fdb714"
