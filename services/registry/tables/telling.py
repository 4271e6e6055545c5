"""The commands that a line comes to, and what corrects an earlier table. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from services.kernel.convert import violations
from services.kernel.decider import Command
from services.kernel.provenance import Inference, Record, Source
from services.kernel.standing import Correction, Standing, standing
from services.registry.projections import Bloc
from services.registry.tables.cells import Problem, Wrong
from services.registry.tables.columns import Line
from services.registry.tables.known import Known

IMPORTED = "import-"
"""With what the id of a table begins, as a source."""
REASON = "a later table tells otherwise / bảng nhập sau ghi khác"
SAID_IN = {"until": "last"}
"""Another column in which a line may say what has one of its own."""
NOT_TOLD_AGAIN = frozenset({"type", "reason", "record", "ruling", "correction"})
IDENTIFYING = frozenset({"authority", "unit", "bloc"})
"""What a line names, and so tells itself."""


class Plan(NamedTuple):
    """What a line comes to: whom it is about, the commands that tell what is new, or why it is rejected."""

    subject: str | None = None
    commands: tuple[Command, ...] = ()
    told: int = 0
    """How many events are told of the subject already, amended or not: with it a command's id is that of one attempt,
    and no later one.
    """
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    """What a person should look at although it is recorded, such as what becomes disputed by it."""


def told_by_table(event: Any) -> bool:
    """Whether a table told it, so that another one may correct it."""
    return event.record is not None and event.record.source.id.startswith(IMPORTED)


def corrected(one: Standing[Any], changes: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """What a correction of an event tells: all that the event told, with what changes. Of a new document only the
    changes are its own words.
    """
    fields = [name for name in type(one.event).model_fields if name not in NOT_TOLD_AGAIN]
    told = {name: value for name in fields if (value := getattr(one.event, name)) is not None and value != ()}
    kept = [name for name in told.keys() - changes.keys() if name not in IDENTIFYING]
    basis = f"as told before, by {one.event.record.source.id} / như đã ghi trước đó"
    inferred = tuple(Inference(field=name, basis=basis) for name in sorted(kept))
    return {
        **told,
        **changes,
        "record": record.model_copy(update={"inferred": (*record.inferred, *inferred)}),
        "correction": Correction(corrects=one.told_by[-1], reason=f"{REASON}: {record.place}"),
    }


def of_a_table(doc: Bloc, kind: type[Any]) -> Standing[Any] | None:
    """The only event of a kind that stands, if a table told it."""
    found = [one for one in standing((t.version, t.event) for t in doc.events) if isinstance(one.event, kind)]
    return found[0] if len(found) == 1 and told_by_table(found[0].event) else None


def same_document(one: Source, other: Source | None) -> bool:
    """Whether what a line says of a document is told: an empty cell says nothing."""
    if other is None:
        return False
    return one.number in (None, other.number) and one.dated in (None, other.dated)


def agree(
    line: Line, known: Known, whom: tuple[str, ...], wanted: Mapping[str, object], *, changes: bool = True
) -> None:
    """That no line before says otherwise of what is one thing: it would be told anew each time. A line that changes
    nothing says what is told already.

    Raises Wrong.
    """
    columns = {name: name if name in line.says else SAID_IN.get(name, name) for name in wanted}
    said = {
        name: (value, line.says[columns[name]], line.number)
        for name, value in wanted.items()
        if value and columns[name] in line.says
    }
    before = {name: known.said.get((*whom, name), one) for name, one in said.items()}
    if changes and (otherwise := [name for name, one in said.items() if one[0] != before[name][0]]):
        raise Wrong(*(_said_before(columns[name], *before[name][1:]) for name in otherwise))
    known.said.update({(*whom, name): one for name, one in before.items()})


def _said_before(name: str, text: str, number: int) -> Problem:
    return Problem(name, f"line {number} says {text}", f"dòng {number} ghi là {text}")


def made(line: Line, kind: type[Command], facts: Mapping[str, Any]) -> Command:
    """The command. Raises Wrong with every field that breaks a rule."""
    try:
        return kind.model_validate({name: value for name, value in facts.items() if value is not None})
    except ValidationError as error:
        problems = (Problem(v.field.partition("[")[0].partition(".")[0], v.en, v.vi) for v in violations(error))
        raise Wrong(*problems) from None
