"""Conferences: who took part, what they were told to do, what was voiced there, and what they came to."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never

from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import Act, counted, happened, in_order, performed_on
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.bloc import established, named
from services.registry.domain.organisation import Mentioned, Organisation, agencies, all_active, reads
from services.registry.domain.ruling import settles


class HoldConference(e.ConferenceFacts, Act):
    """Hold a conference, which may close one year and open the next."""


class RecordAttendance(e.AttendanceFacts, Act):
    """Tell who took part in a conference, with agency and roles."""


class GiveGuidance(e.GuidanceFacts, Act):
    """Tell what somebody asked a conference to do, and who took it in."""


class VoiceDifficulties(e.DifficultiesFacts, Act):
    """Tell who spoke of difficulties at a conference, and of which. Nothing is decided thereby."""


class ConcludeConference(e.ConclusionFacts, Act):
    """Tell what a conference came to, with its minutes and its resolution."""


class PrepareCongress(e.CongressPreparationFacts, Act):
    """Tell how a Patriotic Emulation Congress is prepared: what is to be done by when, and what was."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not held, as far as is known; guidance given at it, or how it is prepared, may be told all the same."""

    guided: frozenset[Id] = frozenset()
    prepared: frozenset[Id] = frozenset()


@dataclass(frozen=True, slots=True)
class Held:
    guided: frozenset[Id] = frozenset()
    prepared: frozenset[Id] = frozenset()
    kind: e.ConferenceKind = "OTHER"
    on: date | None = None


Conference = Unknown | Held


def evolve(conference: Conference, event: e.ConferenceEvent) -> Conference:
    match event:
        case e.ConferenceHeld(kind=kind, effective=on):
            told = conference if isinstance(conference, Held) and event.ruling is None else None
            return told or Held(conference.guided, conference.prepared, kind, on)
        case e.CongressPrepared(preparation=preparation):
            return replace(conference, prepared=conference.prepared | {preparation})
        case e.GuidanceGiven(guidance=guidance):
            return replace(conference, guided=conference.guided | {guidance})
        case e.AttendanceRecorded() | e.DifficultiesVoiced() | e.ConferenceConcluded():
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
        _spans("closes_from", command.closes_from, command.closes)
        _spans("opens_to", command.opens, command.opens_to)
        blocs = len(named(command.bloc))
        for bloc in known[:blocs]:
            established(bloc, command.effective)
        all_active(_chairing(command), known[blocs:], command.effective)
    settles(command, isinstance(conference, Held))
    return [tell(e.ConferenceHeld, command)]


def attend(command: RecordAttendance, conference: Conference, *organisations: Organisation) -> Events:
    if command.record is None:
        _held(conference)
        happened(command)
        counted(command)
        all_active(_attending(command), organisations, command.effective)
    require(
        all(a.agency or a.person or a.words for a in command.attendees.items),
        "conference.attendee",
        en="Every attendee has an agency, a person, or words.",
        vi="Mỗi đại biểu cần có cơ quan, cá nhân hoặc lời ghi.",
    )
    return [tell(e.AttendanceRecorded, command)]


def guide(command: GiveGuidance, conference: Conference, *organisations: Organisation) -> Events:
    if command.record is None:
        _held(conference)
        require(
            command.guidance not in conference.guided,
            "guidance.known",
            en="This id is taken at this conference.",
            vi="Mã ý kiến chỉ đạo này đã có tại hội nghị.",
        )
        require(command.speaker, "guidance.speaker", en="Name who gives it.", vi="Cần nêu người chỉ đạo.")
        happened(command)
        counted(command)
        all_active(_guiding(command), organisations, command.effective)
    return [tell(e.GuidanceGiven, command)]


def voice(command: VoiceDifficulties, conference: Conference, *organisations: Organisation) -> Events:
    if command.record is None:
        _held(conference)
        happened(command)
        counted(command)
        all_active(_voicing(command), organisations, command.effective)
    return [tell(e.DifficultiesVoiced, command)]


def conclude(command: ConcludeConference, conference: Conference) -> Events:
    require(
        command.conclusions.items or command.minutes or command.resolution,
        "conference.conclusion",
        en="Tell a conclusion, the minutes, or a resolution.",
        vi="Cần nêu ít nhất một kết luận, biên bản hoặc nghị quyết.",
    )
    if command.record is None:
        _held(conference)
        happened(command, command.year)
        counted(command)
    return [tell(e.ConferenceConcluded, command)]


def prepare(command: PrepareCongress, conference: Conference, *known: Any) -> Events:
    require(
        command.tasks.items or command.results.items or command.plan,
        "congress.preparation",
        en="Tell what is to be done, what was done, or the plan of it.",
        vi="Cần nêu việc phải làm, việc đã làm hoặc kế hoạch chuẩn bị.",
    )
    before = command.preparation in conference.prepared
    if command.record is None:
        require(
            not before,
            "congress.known",
            en="This id is taken at this congress.",
            vi="Mã nội dung chuẩn bị này đã có tại đại hội.",
        )
        day = performed_on(command, command.year)
        counted(command)
        _no_other(conference)
        held = conference.on if isinstance(conference, Held) else None
        in_order("congress.order", held, day, en="effective", vi="effective")
        blocs = len(named(command.bloc))
        for bloc in known[:blocs]:
            established(bloc, command.effective)
        all_active(_preparing(command), known[blocs:], command.effective)
    settles(command, before)
    return [tell(e.CongressPrepared, command)]


def _no_other(conference: Conference) -> None:
    require(
        not isinstance(conference, Held) or conference.kind == "CONGRESS",
        "congress.kind",
        en="The conference is no Patriotic Emulation Congress.",
        vi="Hội nghị này không phải Đại hội Thi đua yêu nước.",
    )


def _spans(field: str, first: int | None, last: int | None) -> None:
    """Of several years that a congress sums up or opens the first and the last."""
    require(
        first is None or last is None or first <= last,
        "conference.years",
        en=f"{field}: the years from {first} to {last} are none.",
        vi=f"{field}: không có năm nào từ {first} đến {last}.",
    )


def _held(conference: Conference) -> None:
    require(
        isinstance(conference, Held),
        "conference.unknown",
        en="Hold the conference first.",
        vi="Chưa có hội nghị này; cần ghi nhận hội nghị trước.",
    )


def _chairing(command: HoldConference) -> Mentioned:
    return {**agencies("chairs.items[{}]", command.chairs.items), **agencies("host", [command.host])}


def _preparing(command: PrepareCongress) -> Mentioned:
    return agencies("by", [command.by])


def _attending(command: RecordAttendance) -> Mentioned:
    return agencies("attendees.items[{}]", command.attendees.items)


def _guiding(command: GiveGuidance) -> Mentioned:
    return {
        **agencies("speaker", [command.speaker]),
        **agencies("acceptors.items[{}]", command.acceptors.items),
    }


def _voicing(command: VoiceDifficulties) -> Mentioned:
    return agencies("speakers.items[{}]", command.speakers.items)


HANDLERS: Handlers = {
    HoldConference: Handler(
        lambda c: [CONFERENCE.of(c.conference), *named(c.bloc), *reads(c, _chairing(c))],
        hold,
    ),
    RecordAttendance: Handler(lambda c: [CONFERENCE.of(c.conference), *reads(c, _attending(c))], attend),
    GiveGuidance: Handler(lambda c: [CONFERENCE.of(c.conference), *reads(c, _guiding(c))], guide),
    VoiceDifficulties: Handler(lambda c: [CONFERENCE.of(c.conference), *reads(c, _voicing(c))], voice),
    PrepareCongress: Handler(
        lambda c: [CONFERENCE.of(c.congress), *named(c.bloc), *reads(c, _preparing(c))],
        prepare,
    ),
    ConcludeConference: Handler(lambda c: [CONFERENCE.of(c.conference)], conclude),
}
