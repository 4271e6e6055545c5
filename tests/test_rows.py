"""That nobody forgets the `version` of a read model: its rows are bytes that embed events, other services' included.

What each model makes of each golden sample is written down in `golden/rows.json`. Rows that come out otherwise need a
rebuild, which only a new version brings about. So does a type that a model begins to fold: events of it may lie before
its checkpoint, or be passed over by the programs that are being replaced.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.awards.main import SERVICE as AWARDS
from services.kernel.events import EPOCH, Row
from services.kernel.fold import Fold, Model, steps
from services.registry.main import SERVICE as REGISTRY
from services.scoring.main import SERVICE as SCORING

GOLDEN = Path(__file__).parent / "golden"
TABLE = GOLDEN / "rows.json"
REGENERATE = ".venv/bin/python -m tests.test_rows"
MODELS = {f"{s.name}.{model.name}": model for s in (REGISTRY, SCORING, AWARDS) for model in s.all_models}

Entry = Mapping[str, Any]
"""`version` of a model, and `rows`: by sample, a hash of what the model makes of it alone."""


def entry(model: Model) -> Entry:
    return {"version": model.version, "rows": dict(_rows(model))}


def _rows(model: Model) -> Iterator[tuple[str, str]]:
    for path in sorted((GOLDEN / model.log).glob("*.json")):
        body = path.read_bytes().strip()
        found, stop = steps(model, [Row(1, 1, EPOCH, orjson.loads(body)["data"]["type"], body)])
        assert stop is None, stop
        for step in found:
            fold = Fold(model)
            fold.event(step.recorded, step.keys)
            kept = sorted((row.key, row.terms, row.doc.decode()) for row in fold.current.values())
            yield path.stem, hashlib.sha256(orjson.dumps(kept)).hexdigest()[:16]


def what_to_do(name: str, known: Entry, now: Entry) -> str | None:
    """What is to be done about a model before its rows may be written down; null where nothing is."""
    changed = [sample for sample, rows in known["rows"].items() if now["rows"].get(sample) != rows]
    gained = sorted(_types(now) - _types(known))
    if not (changed or gained) or now["version"] > known["version"]:
        return None
    why = [f"makes other rows than before of {', '.join(changed)}"] if changed else []
    why += [f"folds {', '.join(gained)}, which its table may have passed over"] if gained else []
    return (
        f"{name} {', and '.join(why)}: raise `version` of this model"
        f" (it is {now['version']}), then regenerate with: {REGENERATE}"
    )


def _types(of: Entry) -> set[str]:
    return {sample.split("-")[0] for sample in of["rows"]}


@pytest.mark.parametrize("name", MODELS)
def test_a_read_model_whose_rows_come_out_otherwise_has_a_new_version(name: str) -> None:
    known, now = orjson.loads(TABLE.read_bytes()).get(name), entry(MODELS[name])
    if known is not None and (what := what_to_do(name, known, now)):
        pytest.fail(what)
    assert known == now, f"{name}: write its rows down with: {REGENERATE}"


def test_a_forgotten_version_is_noticed_and_a_new_sample_of_a_known_type_needs_none() -> None:
    known = {"version": 2, "rows": {"BlocNamed": "aa"}}
    assert what_to_do("blocs", known, {"version": 2, "rows": {"BlocNamed": "bb"}}) is not None
    assert what_to_do("blocs", known, {"version": 2, "rows": {}}) is not None
    assert what_to_do("blocs", known, {"version": 3, "rows": {"BlocNamed": "bb"}}) is None
    assert what_to_do("blocs", known, {"version": 2, "rows": {"BlocNamed": "aa", "BlocNamed-2": "cc"}}) is None


def test_a_type_that_a_model_begins_to_fold_demands_a_new_version() -> None:
    known = {"version": 2, "rows": {"BlocNamed": "aa"}}
    more = {"BlocNamed": "aa", "ConferenceHeld": "cc", "ConferenceHeld-2": "dd"}
    what = what_to_do("blocs", known, {"version": 2, "rows": more})
    assert what is not None
    assert "ConferenceHeld" in what
    assert what_to_do("blocs", known, {"version": 3, "rows": more}) is None


@pytest.mark.parametrize("name", MODELS)
def test_no_row_keeps_a_null_which_the_next_optional_field_of_an_event_would_add(name: str) -> None:
    model = MODELS[name]
    for path in sorted((GOLDEN / model.log).glob("*.json")):
        body = _sparse(model, path.read_bytes())
        found, stop = steps(model, [Row(1, 1, EPOCH, orjson.loads(body)["data"]["type"], body)])
        assert stop is None, stop
        fold = Fold(model)
        for step in found:
            fold.event(step.recorded, step.keys)
        for row in fold.current.values():
            assert b":null" not in row.doc
            assert model.encode(model.decode(row.doc)) == row.doc


def _sparse(model: Model, body: bytes) -> bytes:
    """The event without all that it need not tell."""
    event = orjson.loads(body)
    fields = model.vocabulary.types[event["data"]["type"]].model_fields
    told = {name: value for name, value in event["data"].items() if name == "type" or fields[name].is_required()}
    return orjson.dumps({**event, "data": told})


def test_every_model_of_which_rows_are_written_down_is_there() -> None:
    assert orjson.loads(TABLE.read_bytes()).keys() == MODELS.keys()


def regenerate() -> None:
    """Write the table anew; ends with what to do where a version is forgotten."""
    known = orjson.loads(TABLE.read_bytes()) if TABLE.exists() else {}
    table = {name: entry(model) for name, model in MODELS.items()}
    undone = [w for name in table.keys() & known.keys() if (w := what_to_do(name, known[name], table[name]))]
    if undone:
        raise SystemExit("\n".join(sorted(undone)))
    TABLE.write_bytes(orjson.dumps(table, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


if __name__ == "__main__":
    regenerate()
