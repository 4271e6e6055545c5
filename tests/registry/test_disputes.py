"""Records that contradict each other: all are kept, and their answers say so."""

from datetime import date
from typing import Any

import pytest

from services.kernel.decider import Command
from services.kernel.provenance import Listed, Record, Source
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.conference import HoldConference
from services.registry.domain.leadership import ElectLeadership
from services.registry.domain.movement import LaunchMovement
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.domain.person import DescribePerson, RegisterPerson
from services.registry.domain.plan import ApprovePlan
from services.registry.domain.review import NoteReview
from tests.registry.support import Registry

RECORD = Record(source=Source(id="article"), place="paragraph 1")
DAY = date(2024, 4, 10)

BLOC: dict[str, Any] = {"bloc": "b1", "kind": "KHOI", "name": "Khối 1"}
CONFERENCE: dict[str, Any] = {"conference": "c1", "bloc": "b1", "kind": "SUMMATION"}
REVIEW: dict[str, Any] = {"review": "r1", "bloc": "b1", "year": 2024}


async def ask_twice(registry: Registry, commands: list[Command], query: str, **asked: Any) -> tuple[Any, Any]:
    """The answers before and after the last of the commands."""
    *before, last = commands
    for command in before:
        await registry.tell(command)
    answer = await registry.ask(query, **asked)
    await registry.tell(last)
    return answer, await registry.ask(query, **asked)


async def test_contradicting_establishments_show_the_first_as_disputed(registry: Registry) -> None:
    first = EstablishBloc(**BLOC, authority="central", record=RECORD)
    other = EstablishBloc(**BLOC, authority="hanoi", effective=DAY, decision=Source(id="qd-1"), record=RECORD)
    once, twice = await ask_twice(registry, [first, other], "GetBloc", bloc="b1")
    assert (once.disputed, once.decision, once.established_on) == (False, None, None)
    assert (twice.disputed, twice.authority.value) == (True, "central")
    assert (twice.decision.value, twice.decision.mark.source) == ("qd-1", "article")
    assert twice.established_on.value == "2024-04-10"  # what one record is silent about, another tells


async def test_registrations_are_disputed_where_they_give_a_day_two_names(registry: Registry) -> None:
    names = [("Bộ A", None), ("Bộ B", DAY), ("Bộ C", DAY)]
    commands: list[Command] = [
        RegisterOrganisation(organisation="a", name=name, effective=on, record=RECORD) for name, on in names
    ]
    once, twice = await ask_twice(registry, commands, "GetOrganisation", organisation="a")
    assert (once.disputed, once.name.value) == (False, "Bộ B")
    assert (twice.disputed, [n.name.value for n in twice.names]) == (True, ["Bộ A", "Bộ B", "Bộ C"])


async def test_a_person_registered_by_several_names_is_disputed(registry: Registry) -> None:
    names = ["Nguyễn Văn A", "Nguyễn Văn A", "Nguyễn Văn B"]
    commands: list[Command] = [RegisterPerson(person="p-1", name=name, record=RECORD) for name in names]
    once, twice = await ask_twice(registry, commands, "GetPerson", person="p-1")
    assert not once.disputed
    assert (twice.disputed, [d.name.value for d in twice.descriptions]) == (True, names)


async def test_a_person_is_shown_by_the_name_of_the_latest_day_whenever_it_was_told(registry: Registry) -> None:
    await registry.tell(RegisterPerson(person="p-1", name="Một", record=RECORD))
    await registry.tell(DescribePerson(person="p-1", name="Hai"))
    assert (await registry.ask("GetPerson", person="p-1")).shown == "Hai"
    await registry.tell(DescribePerson(person="p-1", name="Bốn", effective=DAY))
    await registry.tell(DescribePerson(person="p-1", name="Ba", effective=date(2020, 1, 1)))
    await registry.tell(DescribePerson(person="p-1", name="Hai nữa"))
    answer = await registry.ask("GetPerson", person="p-1")
    assert (answer.shown, answer.disputed) == ("Bốn", False)


async def test_a_conference_of_two_years_is_disputed_in_both(registry: Registry) -> None:
    told: list[Command] = [EstablishBloc(**BLOC, record=RECORD)]
    told += [HoldConference(**CONFERENCE, closes=year, record=RECORD) for year in (2023, 2024)]
    once, twice = await ask_twice(registry, told, "GetConference", conference="c1")
    assert (once.disputed, once.closes.value) == (False, "2023")
    assert (twice.disputed, twice.closes.value) == (True, "2023")
    for year in (2023, 2024):
        (meeting,) = (await registry.ask("GetBlocYear", bloc="b1", year=year)).conferences
        assert (meeting.disputed, meeting.closes.value) == (True, str(year))


async def test_a_movement_launched_twice_shows_both_launches_as_disputed(registry: Registry) -> None:
    told: list[Command] = [EstablishBloc(**BLOC, record=RECORD)]
    told += [
        LaunchMovement(movement="m", bloc="b1", year=2024, name=name, tags=("đột xuất",), record=RECORD)
        for name in ("Thi đua A", "Thi đua B")
    ]
    once, twice = await ask_twice(registry, told, "GetBlocYear", bloc="b1", year=2024)
    assert [(m.name.value, m.disputed) for m in once.movements] == [("Thi đua A", False)]
    assert [(m.name.value, m.disputed) for m in twice.movements] == [("Thi đua A", True), ("Thi đua B", True)]
    assert [(t.value, t.mark.source) for t in twice.movements[0].tags] == [("đột xuất", "article")]


def targets(figure: str) -> Listed[e.Target]:
    return Listed[e.Target](items=(e.Target(text="cán bộ", figure=figure, unit="%"),))


@pytest.mark.parametrize(
    ("one", "other", "disputed"),
    [
        ({"targets": targets("100")}, {"targets": targets("90")}, True),
        ({"tasks": Listed[str](declared_count=7)}, {"tasks": Listed[str](declared_count=8)}, True),
        ({"tasks": Listed[str](declared_count=7)}, {"tasks": Listed[str](items=("một",))}, False),
    ],
)
async def test_a_review_noted_twice_is_disputed_where_its_figures_differ(
    registry: Registry, one: dict[str, Any], other: dict[str, Any], disputed: bool
) -> None:
    told: list[Command] = [EstablishBloc(**BLOC, record=RECORD)]
    told += [NoteReview(**REVIEW, **facts, record=RECORD) for facts in (one, other)]
    once, twice = await ask_twice(registry, told, "GetBlocYear", bloc="b1", year=2024)
    assert (once.reviews_disputed, twice.reviews_disputed) == (False, disputed)


async def test_the_whole_tally_and_the_decision_on_a_plan_are_answered(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    tally = e.Tally(in_favour=12, against=1, eligible=14)
    head = e.Holder(agency="btp")
    await registry.tell(ElectLeadership(bloc="b1", year=2024, head=head, tally=tally, effective=DAY, record=RECORD))
    await registry.tell(ApprovePlan(bloc="b1", year=2024, decision=Source(id="qd-3"), record=RECORD))
    answer = await registry.ask("GetBlocYear", bloc="b1", year=2024)
    (term,) = answer.terms
    assert [f.value for f in (term.votes_in_favour, term.votes_against, term.votes_eligible)] == ["12", "1", "14"]
    assert (answer.plan.decision.value, answer.plan.decision.mark.source) == ("qd-3", "article")
