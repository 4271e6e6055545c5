"""What shows that a year has come to a state, of those states that registry sees."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from services.kernel.provenance import Fact
from services.kernel.telling import fact, mark, resting
from services.registry import events as e
from services.registry.queries.grounds import InYear


class Done(NamedTuple):
    """What did something, and when."""

    what: Fact
    on: Fact | None


def _led(ground: InYear) -> Iterator[Done]:
    claims = ground.whole.leadership.claims
    for head in ground.heads:
        if who := head.agency or head.person:
            told = [c for c in claims if c.year == ground.year and set(c.told_by) & set(head.told_by)]
            day = next((Fact(value=str(d), mark=who.mark) for c in told if (d := c.elected_on or c.start)), None)
            yield Done(resting(who, head.year), day)


def _launched(ground: InYear) -> Iterator[Done]:
    return _acts(ground, e.MovementLaunched, "movement", "year")


def _covenanted(ground: InYear) -> Iterator[Done]:
    covenant = ground.covenant
    if covenant and covenant.signed and covenant.signed.value == "true":
        yield Done(resting(covenant.signed, covenant.year), covenant.signed_on)


def _planned(ground: InYear) -> Iterator[Done]:
    plan = ground.plan
    if plan and plan.status and plan.status.value == "APPROVED":
        yield Done(resting(plan.status, plan.year), plan.approved_on)


def _mid_reviewed(ground: InYear) -> Iterator[Done]:
    return _conferences(ground, "MIDYEAR", "during")


def _inspected(ground: InYear) -> Iterator[Done]:
    return _acts(ground, e.InspectionHeld, "inspection", "year")


def _summed_up(ground: InYear) -> Iterator[Done]:
    return _conferences(ground, "SUMMATION", "closes")


def _conferences(ground: InYear, kind: e.ConferenceKind, field: str) -> Iterator[Done]:
    for act in ground.acts:
        for event in act.here(e.ConferenceHeld):
            if event.kind == kind and getattr(event, field) == ground.year and event.bloc == ground.bloc:
                yield Done(_named(event, "conference", field, "kind"), fact(event, "effective"))


def _acts(ground: InYear, kind: type[Any], name: str, *on: str) -> Iterator[Done]:
    for act in ground.acts:
        for event in act.here(kind):
            yield Done(_named(event, name, *on), fact(event, "effective"))


def _named(event: Any, name: str, *on: str) -> Fact:
    """The id of what an event tells of, no surer than the fields by which it counts here."""
    known = Fact(value=getattr(event, name), mark=mark(event.record, name))
    return resting(known, *(fact(event, field) for field in on))


EVIDENCE = {
    "LED": _led,
    "LAUNCHED": _launched,
    "COVENANTED": _covenanted,
    "PLANNED": _planned,
    "MID_REVIEWED": _mid_reviewed,
    "INSPECTED": _inspected,
    "SUMMED_UP": _summed_up,
}
"""What shows that a year has come to a state, of those states that registry sees."""
