"""All settings in a table."""

from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from services.kernel.settings import PREFIX, AdminSettings, Settings

WITHOUT = {
    "kafka": "no start of what publishes (`relay`), nor of what folds others' logs",
    "kafka_ca_file": "the machine's",
    "kafka_mechanism": "no start with SASL",
    "kafka_user": "no start with SASL",
    "kafka_password": "no start with SASL, but for a file of it",
    "kafka_password_file": "see the password",
    "topic_prefix": "nothing",
    "topic_replicas": "Kafka's default",
    "topic_min_in_sync": "Kafka's default",
    "role_prefix": "nothing",
    "peers": "no start of what reads others' logs: scoring and awards",
    "service_token_key": "no start of what reads others' logs: scoring and awards",
    "metrics": "no metrics and no probes",
    "master_key": "no start of registry",
}
"""What is so without a setting that has no default."""


def settings() -> str:
    """A table of all settings."""
    lines = [
        "# Settings",
        "",
        "Each comes from the environment, and all are checked at the start: a mistake is a sentence, and exit code 2.",
        "",
        *_table("A running service", Settings),
        "",
        "`status`, `rebuild`, `verify` and `parked` need those of them that name the database and the peers; `forget`",
        "needs those that must be set, and `THIDUA_MASTER_KEY`.",
        "",
        *_table("`thidua migrate` and `thidua new-epoch` besides", AdminSettings, without=Settings),
    ]
    return "\n".join(lines) + "\n"


def _table(title: str, kind: type[BaseModel], without: type[BaseModel] | None = None) -> list[str]:
    known = without.model_fields if without else {}
    fields = {name: field for name, field in kind.model_fields.items() if name not in known}
    rows = [
        f"| `{PREFIX}{name.upper()}` | {' '.join((of.description or '').split())} | {_default(name, of.default)} |"
        for name, of in fields.items()
    ]
    return [f"## {title}", "", "| setting | meaning | without it |", "|---|---|---|", *rows]


def _default(name: str, value: Any) -> str:
    if value is PydanticUndefined:
        return "**must be set**"
    return WITHOUT[name] if value in (None, "", {}) else f"`{value}`"
