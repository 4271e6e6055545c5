"""The scenarios as data: what an article says, told as commands, each with where the article says it."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import yaml

FOLDER = Path(__file__).parent
NAMES = ("organisations", "catalogue", *(f"scenario_{n}" for n in range(5)), "constructed", "correction")
NAMESPACE = UUID("6f1d4f0e-8f0b-5d7c-9f3e-2b6a4d1c7e55")


class Step(NamedTuple):
    """One command, or a fact whose object comes later (`not_yet`), which is kept but not played."""

    scenario: str
    name: str
    points: tuple[int, ...]
    """The points of the scenario in the domain's dossier that the step tells."""
    service: str
    command: str
    fields: Mapping[str, Any]
    not_yet: str | None

    @property
    def command_id(self) -> str:
        """Follows from the step's name: played again, it is the same command."""
        return str(uuid5(NAMESPACE, f"{self.scenario}/{self.name}"))


def load(name: str) -> list[Step]:
    """The steps of one file, with the source that each one's record names written out."""
    data = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return [_step(data["scenario"], step) for step in data["steps"]]


def sources() -> dict[str, dict[str, Any]]:
    """The documents, by id, as the files' heads describe them."""
    heads = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml")))
    return {head["source"]["id"]: _plain(head["source"]) for head in heads if "source" in head}


def played(steps: list[Step]) -> Iterator[Step]:
    return (step for step in steps if step.not_yet is None)


def _step(scenario: str, step: dict[str, Any]) -> Step:
    point = step.get("point", [])
    fields = _plain(step["fields"])
    if "record" in step:
        fields["record"] = {**_plain(step["record"]), "source": SOURCES[step["record"]["source"]]}
    return Step(
        scenario,
        step["step"],
        tuple(point) if isinstance(point, list) else (point,),
        step.get("service", ""),
        step.get("command", ""),
        fields,
        step.get("not_yet"),
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


SOURCES = sources()
