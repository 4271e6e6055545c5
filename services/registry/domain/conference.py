"""Conferences and who took part in them."""

from dataclasses import dataclass
from typing import Any, assert_never

from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import Act, counted, happened, performed_on
from services.kernel.telling import require, tell
from services.registry import events as e
from services.registry.domain.bloc import established, named
from services.registry.domain.organisation import Mentioned, Organisation, agencies, all_registered, reads
from services.registry.domain.ruling import settles


class HoldConference(e.ConferenceFacts, Act):
    """Hold a conference, which may close one year and open the next."""


class RecordAttendance(e.AttendanceFacts, Act):
    """Tell who took part in a conference, with agency and roles."""


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


@dataclass(frozen=True, slots=True)
class Held:
    pass


Conference = Unknown | Held


def evolve(conference: Conference, event: e.ConferenceEvent) -> Conference:
    match event:
        case e.ConferenceHeld():
            return Held()
        case e.AttendanceRecorded():
            return conference
        case _:
            assert_never(event)


CONFERENCE: Fold[Conference] = Fold("conference", Unknown(), evolve)


def hold(command: HoldConference, conference: Conference, *known: Any) -> Events:
    if command.record is None:
        require(
            not isinstance(conference, Held), "conference.known", en="This id is taken.", vi="Mã hội nghị này đã có."
        )
        performed_on(command, command.closes, command.opens, command.during)
        counted(command)
        blocs = len(named(command.bloc))
        for bloc in known[:blocs]:
            established(bloc, command.effective)
        all_registered(_chairing(command), known[blocs:])
    settles(command, isinstance(conference, Held))
    return [tell(e.ConferenceHeld, command)]


def attend(command: RecordAttendance, conference: Conference, *organisations: Organisation) -> Events:
    if command.record is None:
        require(
            isinstance(conference, Held),
            "conference.unknown",
            en="Hold the conference first.",
            vi="Chưa có hội nghị này; cần ghi nhận hội nghị trước.",
        )
        happened(command)
        counted(command)
        all_registered(_attending(command), organisations)
    require(
        all(a.agency or a.person or a.words for a in command.attendees.items),
        "conference.attendee",
        en="Every attendee has an agency, a person, or words.",
        vi="Mỗi đại biểu cần có cơ quan, cá nhân hoặc lời ghi.",
    )
    return [tell(e.AttendanceRecorded, command)]


def _chairing(command: HoldConference) -> Mentioned:
    return agencies("chairs.items[{}]", command.chairs.items)


def _attending(command: RecordAttendance) -> Mentioned:
    return agencies("attendees.items[{}]", command.attendees.items)


HANDLERS: Handlers = {
    HoldConference: Handler(
        lambda c: [CONFERENCE.of(c.conference), *named(c.bloc), *reads(c, _chairing(c))],
        hold,
    ),
    RecordAttendance: Handler(lambda c: [CONFERENCE.of(c.conference), *reads(c, _attending(c))], attend),
}
