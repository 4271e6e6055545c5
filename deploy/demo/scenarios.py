"""The scenarios as data: what an article says, told as commands, each with where the article says it."""

import functools
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import yaml

FOLDER = Path(__file__).parent
NAMES = ("organisations", "catalogue", "calendar", *(f"scenario_{n}" for n in range(5)), "constructed", "correction")
NAMESPACE = UUID("6f1d4f0e-8f0b-5d7c-9f3e-2b6a4d1c7e55")


class Step(NamedTuple):
    """One command."""

    scenario: str
    name: str
    points: tuple[int, ...]
    """The points of the scenario in the domain's dossier that the step tells."""
    service: str
    command: str
    fields: Mapping[str, Any]

    @property
    def command_id(self) -> str:
        """Follows from the step's name: played again, it is the same command."""
        return str(uuid5(NAMESPACE, f"{self.scenario}/{self.name}"))


def load(name: str) -> list[Step]:
    """The steps of one file, with the source that each one's record names written out."""
    return steps_of(_read(name))


def steps_of(data: Mapping[str, Any]) -> list[Step]:
    """The steps of one scenario."""
    return [_step(data["scenario"], step) for step in data["steps"]]


@functools.cache
def sources() -> dict[str, dict[str, Any]]:
    """The documents, by id, as the files' heads describe them."""
    heads = map(_read, NAMES)
    return {head["source"]["id"]: _plain(head["source"]) for head in heads if "source" in head}


@functools.cache
def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.load((FOLDER / f"{name}.yaml").read_bytes(), yaml.CSafeLoader)
    return data


def _step(scenario: str, step: dict[str, Any]) -> Step:
    point = step.get("point", [])
    fields = _plain(step["fields"])
    if "record" in step:
        fields["record"] = {**_plain(step["record"]), "source": sources()[step["record"]["source"]]}
    return Step(
        scenario,
        step["step"],
        tuple(point) if isinstance(point, list) else (point,),
        step["service"],
        step["command"],
        fields,
    )


def _plain(value: Any) -> Any:
    """YAML's dates are days as text on the wire."""
    match value:
        case date():
            return value.isoformat()
        case dict():
            return {name: _plain(item) for name, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case _:
            return value
