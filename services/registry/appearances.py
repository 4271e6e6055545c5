"""Beside which agency an event names a person, so that candidates of one name can be told apart. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from services.kernel.text import Id
from services.registry import events as e

Naming = e.LeadershipEvent | e.BodyMembersAppointed | e.BodyMemberReleased | e.DutyEvent | e.AttendanceRecorded
"""Events that may name a person beside an agency."""


class Appearance(NamedTuple):
    """A person as an event names one, and the path of the agency beside it."""

    person: Id
    agency: Id | None
    path: str


def appearances(event: Naming) -> Iterator[Appearance]:
    """Every person whom an event names, with the agency beside, if any."""
    for path, who in _parties(event):
        if who.person is not None:
            yield Appearance(who.person, who.agency, f"{path}agency")


Named = e.Party | e.Holder | e.Seat | e.RepresentativeChanged | e.BodyMemberReleased | e.DutyAssigned | e.DutyEnded


def _parties(event: Naming) -> Iterator[tuple[str, Named]]:
    match event:
        case e.LeadershipElected() | e.LeadershipRecorded() | e.LeadershipCorrected():
            if event.head:
                yield "head.", event.head
            yield from ((f"deputies.items[{i}].", one) for i, one in enumerate(event.deputies.items))
        case e.LeadershipHandedOver() | e.HandoverCorrected():
            yield from ((f"{name}.", one) for name in ("outgoing", "incoming") if (one := getattr(event, name)))
        case e.BodyMembersAppointed():
            yield from ((f"members.items[{i}].", seat) for i, seat in enumerate(event.members.items))
        case e.AttendanceRecorded():
            yield from ((f"attendees.items[{i}].", one) for i, one in enumerate(event.attendees.items))
        case _:
            yield "", event
