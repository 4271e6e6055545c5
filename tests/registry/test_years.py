"""An act that several sources tell is one act of the year, and answered once."""

from typing import Any

import pytest

from services.kernel.provenance import Listed, Record, Source
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.conference import HoldConference
from services.registry.domain.movement import LaunchMovement, LinkMovement
from services.registry.domain.review import NoteReview
from tests.registry.support import Registry

YEAR: dict[str, Any] = {"bloc": "b1", "year": 2024}


def from_(source: str) -> Record:
    return Record(source=Source(id=source), place="whole text")


@pytest.fixture(autouse=True)
async def bloc(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))


async def test_a_conference_that_two_sources_tell_is_one_meeting_of_the_year(registry: Registry) -> None:
    fields: dict[str, Any] = {"conference": "c1", "bloc": "b1", "kind": "SUMMATION", "closes": 2024}
    await registry.tell(HoldConference(**fields, record=from_("a")))
    await registry.tell(HoldConference(**fields, place="Hà Nội", record=from_("b")))
    (meeting,) = (await registry.ask("GetBlocYear", **YEAR)).conferences
    assert (meeting.place.value, meeting.place.mark.source, meeting.closes.mark.source) == ("Hà Nội", "b", "a")
    assert not meeting.disputed


async def test_a_record_that_names_no_year_adds_to_what_the_year_shows_of_a_conference(registry: Registry) -> None:
    fields: dict[str, Any] = {"conference": "c1", "bloc": "b1", "kind": "SUMMATION"}
    await registry.tell(HoldConference(**fields, place="Hà Nội", record=from_("a")))
    await registry.tell(HoldConference(**fields, closes=2024, record=from_("b")))
    (meeting,) = (await registry.ask("GetBlocYear", **YEAR)).conferences
    assert (meeting.place.value, meeting.place.mark.source) == ("Hà Nội", "a")


async def test_a_launch_that_two_sources_tell_is_one_movement_of_the_year(registry: Registry) -> None:
    for source, more in (("a", {"tags": ("một",)}), ("b", {"theme": "Đoàn kết", "tags": ("một", "hai")})):
        fields = {"movement": "m", "name": "Thi đua", **YEAR, **more, "record": from_(source)}
        await registry.tell(LaunchMovement.model_validate(fields))
    (movement,) = (await registry.ask("GetBlocYear", **YEAR)).movements
    assert (movement.own, movement.theme.value, movement.theme.mark.source) == (True, "Đoàn kết", "b")
    assert [(tag.value, tag.mark.source) for tag in movement.tags] == [("một", "a"), ("hai", "b")]


async def test_each_manner_of_taking_a_movement_up_is_shown_once(registry: Registry) -> None:
    told = (("a", "JOINED", None), ("b", "JOINED", "Cả nước chung sức"), ("c", "PUSHED", None))
    for source, manner, name in told:
        fields = {"movement": "m", **YEAR, "manner": manner, "name": name, "record": from_(source)}
        await registry.tell(LinkMovement.model_validate(fields))
    joined, pushed = (await registry.ask("GetBlocYear", **YEAR)).movements
    assert (joined.manner.value, joined.name.value, joined.own) == ("JOINED", "Cả nước chung sức", False)
    assert (pushed.manner.value, pushed.name) == ("PUSHED", None)


async def test_what_sources_tell_otherwise_of_taking_a_movement_up_is_disputed(registry: Registry) -> None:
    for source, name in (("a", "Thi đua A"), ("b", "Thi đua B")):
        fields = {"movement": "m", **YEAR, "manner": "JOINED", "name": name, "record": from_(source)}
        await registry.tell(LinkMovement.model_validate(fields))
    (movement,) = (await registry.ask("GetBlocYear", **YEAR)).movements
    (dispute,) = movement.disputes
    assert (dispute.field, [fact.value for fact in dispute.told]) == ("name", ["Thi đua A", "Thi đua B"])


async def test_a_target_and_a_task_that_two_notes_tell_are_shown_once(registry: Registry) -> None:
    targets = Listed[e.Target](items=(e.Target(text="cán bộ", figure="100", unit="%"),))
    for source in ("a", "b"):
        fields: dict[str, Any] = {"review": "r1", **YEAR, "targets": targets, "tasks": Listed[str](items=("một",))}
        await registry.tell(NoteReview(**fields, record=from_(source)))
    (review,) = (await registry.ask("GetBlocYear", **YEAR)).reviews
    assert [one.value for one in review.tasks.items] == ["một"]
    assert [(one.text.value, one.figure.mark.source) for one in review.targets] == [("cán bộ", "a")]
