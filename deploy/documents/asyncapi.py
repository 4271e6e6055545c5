"""The public topics as AsyncAPI 3."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from pydantic import TypeAdapter

from services.awards import events as awards
from services.awards.projections import PublicAward
from services.kernel.events import Event, types_of

HEADERS: dict[str, tuple[str, str]] = {
    "ce_specversion": ("1.0", "Version of CloudEvents."),
    "ce_id": (
        "",
        "Follows from the log, so that a record that is written again has the same. Drop what you have seen.",
    ),
    "ce_source": ("", "The service."),
    "ce_type": ("", "What happened."),
    "ce_subject": ("", "What it happened to; also the record's key."),
    "ce_time": ("", "When it was recorded, RFC 3339 in UTC."),
    "ce_sequence": ("", "Counts the subject's records, from 1. Hold back what comes after a gap."),
    "ce_sequencetype": ("Integer", "How `ce_sequence` is read."),
    "ce_epoch": (
        "",
        "Grows when the log was restored: a record of a later epoch takes the place of one with the same sequence.",
    ),
    "ce_position": ("", "Position in the log."),
    "content-type": ("application/json", "Of the value."),
}


def asyncapi() -> str:
    """The public topics as AsyncAPI 3."""
    types = types_of(awards.AwardEvent)
    made = TypeAdapter(PublicAward).json_schema(ref_template="#/components/schemas/{model}")
    shapes = {name: _plain(shape) for name, shape in made.pop("$defs").items()} | {"PublicAward": _plain(made)}
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "thidua: public events",
            "version": "1.0.0",
            "license": {"name": "Apache-2.0"},
            "description": "CloudEvents 1.0 in Kafka's binary mode, in the order of a service's log. Nothing of work "
            "under way and no personal identifiers. A topic that was lost is written again from the beginning.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "awards": {
                "address": "thidua.awards.public",
                "description": "Awards decided, conferred, cancelled and corrected. One partition, kept for ever. A "
                "system that shares its Kafka puts THIDUA_TOPIC_PREFIX before the name.",
                "messages": {t.__name__: {"$ref": f"#/components/messages/{t.__name__}"} for t in types},
            }
        },
        "operations": {
            "announceAwards": {
                "action": "send",
                "channel": {"$ref": "#/channels/awards"},
                "messages": [{"$ref": f"#/channels/awards/messages/{t.__name__}"} for t in types],
            }
        },
        "components": {"messages": dict(_messages("awards", types, "PublicAward")), "schemas": shapes},
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _messages(service: str, types: Iterable[type[Event]], payload: str) -> Iterable[tuple[str, dict[str, Any]]]:
    for type_ in types:
        fixed = {"ce_type": f"thidua.{service}.{type_.__name__}", "ce_source": f"/thidua/{service}"}
        yield (
            type_.__name__,
            {
                "name": fixed["ce_type"],
                "summary": " ".join((type_.__doc__ or "").split()),
                "contentType": "application/json",
                "headers": {"type": "object", "required": [*HEADERS], "properties": dict(_headers(fixed))},
                "payload": {"$ref": f"#/components/schemas/{payload}"},
                "bindings": {"kafka": {"key": {"type": "string", "description": "The subject."}}},
            },
        )


def _headers(fixed: Mapping[str, str]) -> Iterable[tuple[str, dict[str, str]]]:
    for name, (value, meaning) in HEADERS.items():
        value = fixed.get(name, value)
        yield name, {"type": "string", "description": meaning} | ({"const": value} if value else {})


def _plain(shape: Any) -> Any:
    """Without what says nothing: titles, and that an absent field may be null, which it never is."""
    if isinstance(shape, list):
        return [_plain(item) for item in shape]
    if not isinstance(shape, dict):
        return shape
    left = {name: _plain(item) for name, item in shape.items() if name not in ("title", "default")}
    match left.pop("anyOf", None):
        case [one, {"type": "null"}]:
            return left | one
        case None:
            return left
        case several:
            return left | {"anyOf": several}
