"""Beside which agency an event names a person, so that candidates of one name can be told apart. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel

from services.kernel.provenance import Listed, Part
from services.kernel.text import Id
from services.registry import events as e

Naming = (
    e.LeadershipEvent
    | e.BodyMembersAppointed
    | e.BodyMemberReleased
    | e.DutyEvent
    | e.ConferenceHeld
    | e.AttendanceRecorded
    | e.GuidanceGiven
    | e.ReportPresented
    | e.CovenantSigned
    | e.CovenantRecorded
    | e.ActivityDetailed
    | e.CarryOverRuled
    | e.CongressPrepared
    | e.DifficultiesVoiced
    | e.DocumentRegistered
    | e.ExemplarFurthered
    | e.ExemplarRegistered
    | e.InspectionHeld
    | e.MovementLaunched
    | e.MovementLinked
    | e.MovementPiloted
    | e.MovementReviewed
    | e.PlanApproved
    | e.PlanCommented
    | e.PlanDrafted
    | e.ProgressReported
    | e.RegulationAdopted
    | e.RegulationAmended
)
"""Events that may name a person beside an agency."""
BESIDE = frozenset({"record", "ruling", "correction"})
"""What tells how a fact is known, and not of whom it is."""


class Appearance(NamedTuple):
    """A person as an event names one, and the path of the agency beside it."""

    person: Id
    path: str


def appearances(event: Naming) -> Iterator[Appearance]:
    """Every person whom an event names, and where it tells the agency beside, if it does."""
    yield from _within(event, "")


def _within(part: BaseModel, path: str) -> Iterator[Appearance]:
    person = getattr(part, "person", None)
    if isinstance(person, str):
        yield Appearance(person, f"{path}member" if isinstance(part, e.Signature) else f"{path}agency")
    for name, value in part:
        if isinstance(value, Listed):
            for i, item in enumerate(value.items):
                if isinstance(item, Part):
                    yield from _within(item, f"{path}{name}.items[{i}].")
        elif isinstance(value, Part) and name not in BESIDE:
            yield from _within(value, f"{path}{name}.")
