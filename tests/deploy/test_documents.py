"""What the documents say of public topics is what is published."""

import re
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
import yaml

from deploy.documents.__main__ import DOCS
from deploy.documents.asyncapi import HEADERS, asyncapi
from deploy.documents.vocabulary import told_by
from services.awards import events as awards
from services.awards.projections import PUBLIC, PublicAward, announced
from services.kernel.events import EPOCH, Recorded
from services.kernel.public import PublicFeed, PublicRecord
from services.registry.main import SERVICE as REGISTRY

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "awards"
TYPES = [type_.__name__ for type_ in get_args(awards.AwardEvent)]


def recorded(type_: str) -> Recorded[Any]:
    (envelope,) = awards.VOCABULARY.envelopes([(GOLDEN / f"{type_}.json").read_bytes()])
    return Recorded(1, 1, EPOCH, envelope)


@pytest.mark.parametrize("type_", TYPES)
def test_what_is_announced_of_an_award_is_what_its_document_says(type_: str) -> None:
    before: PublicRecord | None = None
    for event in [recorded(type_), *map(recorded, TYPES), recorded(type_)]:
        before = announced("a", before, event)
        PublicAward.model_validate_json(orjson.dumps(before.data), strict=True)


def test_a_record_has_the_headers_of_its_document() -> None:
    feed = PublicFeed("awards", PUBLIC, None, None)  # type: ignore[arg-type]
    made = feed._record(1, "a", announced("a", None, recorded("AwardDecided")).model_dump_json())
    assert made.headers.keys() == HEADERS.keys()
    message = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())["components"]["messages"]["AwardDecided"]
    for name, rule in message["headers"]["properties"].items():
        assert made.headers[name] == rule.get("const", made.headers[name])


def test_every_reference_of_the_document_leads_somewhere() -> None:
    text = asyncapi()
    document = yaml.safe_load(text)
    found = re.findall(r"#/[\w/]+", text)
    assert len(found) > len(TYPES)
    for reference in found:
        place = document
        for word in reference.split("/")[1:]:
            place = place[word]


def test_of_every_event_of_registry_it_is_said_which_commands_tell_it() -> None:
    told = told_by(REGISTRY)
    assert [name for name, commands in told.items() if not commands] == []
    assert {command for commands in told.values() for command in commands} == {c.__name__ for c in REGISTRY.handlers}
    assert told["LeadershipRecorded"] == ["RecordLeadership"]
