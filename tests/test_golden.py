"""Every event that was ever released is read for ever: the samples beside this are never changed, only added to."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from services.awards.events import VOCABULARY as AWARDS
from services.kernel.events import canonical
from services.registry.events import VOCABULARY as REGISTRY
from services.scoring.events import VOCABULARY as SCORING

VOCABULARIES = {"registry": REGISTRY, "scoring": SCORING, "awards": AWARDS}
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
