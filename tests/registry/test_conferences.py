"""What a conference is told to do, what is voiced there and what it comes to."""

from datetime import date
from typing import Any

import pytest

from services.kernel.decider import Command
from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.performing import Act
from services.kernel.provenance import Inference, Listed, Record, Source
from services.registry import events as e
from services.registry.domain.conference import (
    ConcludeConference,
    GiveGuidance,
    HoldConference,
    RecordAttendance,
    VoiceDifficulties,
)
from tests.registry.support import RECORD, Registry, given

DAY = date(2024, 4, 10)
HELD = e.ConferenceHeld(conference="c", kind="SUMMATION", effective=DAY)
BTP = e.OrganisationRegistered(organisation="btp", name="Bộ Tư pháp")
GROUND: dict[str, list[Event]] = {"conference:c": [HELD], "organisation:btp": [BTP]}
SPEAKER = e.Party(agency="btp")
POINTS = Listed[str](items=("Tập huấn cán bộ",))


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="his post") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def acts(**fields: Any) -> dict[type[Command], Act]:
    """An act of each kind at one conference."""
    told: dict[str, Any] = {"conference": "c", "effective": DAY, **fields}
    return {
        RecordAttendance: RecordAttendance(**told),
        GiveGuidance: GiveGuidance(**told, guidance="g", speaker=SPEAKER, points=POINTS),
        VoiceDifficulties: VoiceDifficulties(**told, speakers=Listed[e.Party](items=(SPEAKER,))),
        ConcludeConference: ConcludeConference(**told, conclusions=POINTS),
    }


def test_guidance_is_given_once_at_a_conference_that_was_held() -> None:
    act = acts()[GiveGuidance]
    assert isinstance(act, GiveGuidance)
    fields: dict[str, Any] = {"conference": "c", "guidance": "g", "speaker": SPEAKER, "points": POINTS}
    told = e.GuidanceGiven(**fields, effective=DAY)
    given(GROUND).when(act).then(told)
    given({**GROUND, "conference:c": [HELD, told]}).when(act).refused("guidance.known")
    given({**GROUND, "conference:c": [told]}).when(act).refused("conference.unknown")
    again = act.model_copy(update={"record": RECORD})
    given({**GROUND, "conference:c": [told]}).when(again).then(e.GuidanceGiven(**fields, effective=DAY, record=RECORD))


def test_guidance_told_before_the_conference_still_binds_its_id() -> None:
    act = acts()[GiveGuidance]
    earlier = e.GuidanceGiven(conference="c", guidance="g", record=RECORD)
    given({**GROUND, "conference:c": [earlier, HELD]}).when(act).refused("guidance.known")


def test_guidance_given_here_names_who_gives_it() -> None:
    given(GROUND).when(GiveGuidance(conference="c", guidance="g", effective=DAY)).refused("guidance.speaker")
    given().when(GiveGuidance(conference="c", guidance="g", record=RECORD)).accepted()


@pytest.mark.parametrize("kind", acts(), ids=lambda kind: kind.__name__)
def test_nothing_is_done_here_at_a_conference_that_was_not_held(kind: type[Command]) -> None:
    given({"organisation:btp": [BTP]}).when(acts()[kind]).refused("conference.unknown")
    given().when(acts(record=RECORD)[kind]).accepted()


def test_difficulties_may_be_voiced_without_their_being_told() -> None:
    speakers = Listed[e.Party](items=(e.Party(words="đại diện các Bộ, ngành"),))
    told = VoiceDifficulties(conference="c", speakers=speakers, record=RECORD)
    given().when(told).then(e.DifficultiesVoiced(conference="c", speakers=speakers, record=RECORD))


def test_a_conclusion_tells_something_and_of_no_year_far_ahead() -> None:
    given(GROUND).when(ConcludeConference(conference="c", year=2025, record=RECORD)).refused("conference.conclusion")
    act = ConcludeConference(conference="c", year=2026, conclusions=POINTS, effective=DAY)
    given(GROUND).when(act).refused("act.year")
    minutes = ConcludeConference(conference="c", minutes=Source(id="bb-1"), effective=DAY)
    given(GROUND).when(minutes).then(e.ConferenceConcluded(conference="c", minutes=Source(id="bb-1"), effective=DAY))


async def hold(registry: Registry) -> None:
    await registry.tell(HoldConference(conference="c", kind="SUMMATION", closes=2023, record=from_("a")))


async def test_guidance_that_two_sources_tell_is_shown_once_with_all_its_points(registry: Registry) -> None:
    await hold(registry)
    for source, points in (("a", ("một", "hai")), ("b", ("hai", "ba"))):
        fields: dict[str, Any] = {"conference": "c", "guidance": "g", "points": Listed[str](items=points)}
        record = from_(source, "speaker.agency")
        await registry.tell(GiveGuidance(**fields, speaker=e.Party(agency="btp", person="p-1"), record=record))
    (shown,) = (await registry.ask("GetConference", conference="c")).guidance
    assert [(p.value, p.mark.source) for p in shown.points.items] == [("một", "a"), ("hai", "a"), ("ba", "b")]
    assert (shown.speaker.agency.mark.certainty, shown.speaker.person.mark.certainty) == ("INFERRED", "STATED")
    assert (shown.acceptors.items, shown.points.exhaustive, shown.disputes) == ((), None, ())


async def test_who_gave_guidance_is_disputed_where_sources_differ(registry: Registry) -> None:
    await hold(registry)
    before = 1
    for source, person in (("a", "p-1"), ("b", "p-2")):
        speaker = e.Party(person=person)
        await registry.tell(GiveGuidance(conference="c", guidance="g", speaker=speaker, record=from_(source)))
    (shown,) = (await registry.ask("GetConference", conference="c")).guidance
    (dispute,) = shown.disputes
    assert (dispute.field, [fact.value for fact in dispute.told]) == ("speaker.person", ["p-1", "p-2"])
    assert (await registry.ask("GetConference", as_of=before, conference="c")).guidance == ()
    (then,) = (await registry.ask("GetConference", as_of=before + 1, conference="c")).guidance
    assert (then.speaker.person.value, then.disputes) == ("p-1", ())


async def test_a_conference_is_concluded_for_each_year_by_itself(registry: Registry) -> None:
    await hold(registry)
    told: tuple[tuple[int | None, str], ...] = ((2023, "một"), (2024, "hai"), (2024, "ba"), (None, "bốn"))
    for year, text in told:
        one = Listed[str](items=(text,))
        minutes = Source(id="bb-1") if year == 2023 else None
        await registry.tell(
            ConcludeConference(conference="c", year=year, conclusions=one, minutes=minutes, record=from_("a", "year"))
            if year
            else ConcludeConference(conference="c", conclusions=one, record=from_("a"))
        )
    shown = (await registry.ask("GetConference", conference="c")).conclusions
    assert [(c.year.value if c.year else None, [i.value for i in c.conclusions.items]) for c in shown] == [
        ("2023", ["một"]),
        ("2024", ["hai", "ba"]),
        (None, ["bốn"]),
    ]
    assert [[m.value for m in c.minutes] for c in shown] == [["bb-1"], [], []]
    assert shown[0].year.mark.certainty == "INFERRED"


async def test_difficulties_stay_with_who_voiced_them(registry: Registry) -> None:
    await hold(registry)
    for person, texts in (("p-1", ("Thiếu kinh phí",)), ("p-2", ())):
        speakers, difficulties = Listed[e.Party](items=(e.Party(person=person),)), Listed[str](items=texts)
        await registry.tell(
            VoiceDifficulties(conference="c", speakers=speakers, difficulties=difficulties, record=from_("a"))
        )
    one, two = (await registry.ask("GetConference", conference="c")).difficulties
    assert [p.person.value for p in (*one.speakers.items, *two.speakers.items)] == ["p-1", "p-2"]
    assert ([d.value for d in one.difficulties.items], two.difficulties.items) == (["Thiếu kinh phí"], ())


async def test_who_guides_or_accepts_here_is_registered(registry: Registry) -> None:
    await registry.tell(HoldConference(conference="c", kind="OTHER", effective=DAY))
    stranger = Listed[e.Party](items=(e.Party(agency="ubnd"),))
    act = GiveGuidance(conference="c", guidance="g", speaker=e.Party(person="p-1"), acceptors=stranger, effective=DAY)
    with pytest.raises(Refused, match=r"^acceptors\.items\[0\]\.agency: ubnd is not registered"):
        await registry.tell(act)
