"""The timelines of an organisation and of a bloc: in order, page by page, of what stands."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from services.kernel.errors import Invalid, Missing
from services.kernel.fold import Model
from services.kernel.standing import Correction, Retract
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.conference import HoldConference, RecordAttendance
from services.registry.domain.leadership import CorrectLeadership, RecordLeadership
from services.registry.domain.membership import AdmitMember
from services.registry.domain.organisation import NameOrganisation
from services.registry.domain.reorganisation import Reorganise
from services.registry.projections import MENTIONS, STREAMS
from tests.play import value
from tests.registry.support import RECORD, Registry
from tests.registry.test_reorganisations import merger
from tests.registry.test_succession import CLUSTER, EVE, a_running_year


def entries(answer: Any) -> list[tuple[str | None, str]]:
    return [(value(entry.on), entry.type) for entry in answer.entries]


async def test_the_timeline_of_an_organisation_is_in_order_with_marks_and_sources(registry: Registry) -> None:
    await a_running_year(registry)
    await registry.tell(Reorganise(**merger()))
    old = NameOrganisation(organisation="b", name="Tỉnh Bê", effective=date(1997, 1, 1), record=RECORD)
    await registry.tell(old)
    await registry.tell(NameOrganisation(organisation="b", variants=("T. B",), record=RECORD))
    told = await registry.ask("GetOrganisationTimeline", organisation="b")
    assert entries(told) == [
        ("1997-01-01", "OrganisationNamed"),
        ("2020-01-01", "OrganisationRegistered"),
        ("2020-01-01", "MembershipStarted"),
        ("2025-07-01", "OrganisationsReorganised"),
        (None, "OrganisationNamed"),
    ]
    (name,) = [d for d in told.entries[0].told if d.field == "name"]
    assert (name.fact.value, name.fact.mark.source) == ("Tỉnh Bê", "article")
    details = {d.field: d.fact.value for d in told.entries[3].told}
    assert (details["in_force_on"], details["predecessors.items[1].ends"]) == ("2025-06-12", "true")
    assert (details["decision.id"], details["successors.items[0].organisation"]) == ("nq-202", "c")
    assert (told.entries[3].stream, told.entries[3].version) == ("reorganisation:sx", 1)
    assert {"Tỉnh A", "Tỉnh C"} <= {label.name for label in told.labels}
    window = await registry.ask("GetOrganisationTimeline", organisation="b", since=date(2020, 1, 1), until=EVE)
    assert entries(window) == [*entries(told)[1:3], (None, "OrganisationNamed")]


async def test_the_timeline_of_a_bloc_has_its_acts_and_what_stands_of_its_leadership(registry: Registry) -> None:
    await a_running_year(registry)
    await registry.tell(RecordLeadership(bloc=CLUSTER, year=2024, head=e.Holder(agency="b"), record=RECORD))
    await registry.tell(
        CorrectLeadership(
            bloc=CLUSTER, corrects=2, year=2024, head=e.Holder(agency="d"), reason="đọc nhầm", record=RECORD
        )
    )
    await registry.tell(EstablishBloc(bloc="b2", kind="CUM", name="Cụm 2", authority="other", record=RECORD))
    await registry.tell(AdmitMember(authority="other", unit="a", bloc="b2", record=RECORD))
    told = await registry.ask("GetBlocTimeline", bloc=CLUSTER)
    assert entries(told) == [
        ("2020-01-01", "BlocEstablished"),
        *[("2020-01-01", "MembershipStarted")] * 3,
        ("2025-03-20", "LeadershipElected"),
        *[("2025-03-20", "CovenantSigned")] * 3,
        ("2025-03-20", "PlanDrafted"),
        ("2025-03-20", "ActivityAssigned"),
        ("2025-03-20", "PlanApproved"),
        (None, "LeadershipCorrected"),
    ]
    with pytest.raises(Missing):
        await registry.ask("GetBlocTimeline", bloc="nobody")


async def test_a_timeline_is_read_page_by_page(registry: Registry) -> None:
    await a_running_year(registry)
    whole = await registry.ask("GetBlocTimeline", bloc=CLUSTER)
    assert not whole.cut
    found: list[Any] = []
    last = None
    for cut in (True, True, False):
        page = await registry.ask("GetBlocTimeline", bloc=CLUSTER, limit=5, after=last)
        found += page.entries
        assert page.cut is cut
        last = {"stream": found[-1].stream, "version": found[-1].version}
    assert found == [*whole.entries]
    assert (await registry.ask("GetBlocTimeline", bloc=CLUSTER, after=last)).entries == ()
    first = await registry.ask("GetOrganisationTimeline", organisation="b", limit=1)
    assert (len(first.entries), first.cut) == (1, True)
    assert {label.id for label in first.labels} < {label.id for label in whole.labels}
    with pytest.raises(Invalid, match="event 9 of plan:x:2024 is not in this timeline"):
        await registry.ask("GetBlocTimeline", bloc=CLUSTER, after={"stream": "plan:x:2024", "version": 9})


async def held_in_many_years(registry: Registry) -> None:
    """Conferences told in no order of days: three of one day, one without, two corrected, two retracted, one of these
    for a while; one is told of by more events, which do not name the bloc.
    """
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="b1", record=RECORD))
    years = (2021, 2015, 2020, 2020, 2020, None, 2018, 2016, 2019, 2014)
    told: dict[str, Any] = {"bloc": "b1", "kind": "OTHER", "record": RECORD}
    for n, year in enumerate((*years, 2017)):
        await registry.tell(HoldConference(conference=f"c{n}", effective=date(year, 5, 1) if year else None, **told))
    attended: dict[str, Any] = {"conference": "c9", "effective": date(2018, 5, 1), "record": RECORD}
    await registry.tell(RecordAttendance(**attended))
    await registry.tell(RecordAttendance(**attended))
    for n in (1, 9):
        other = Correction(corrects=1, reason="ghi nhầm")
        await registry.tell(HoldConference(conference=f"c{n}", effective=date(2022, 5, 1), correction=other, **told))
    for n in (7, 10):
        await registry.tell(Retract(stream=f"conference:c{n}", retracts=1, reason="ghi nhầm", record=RECORD))
    await registry.tell(Retract(stream="conference:c10", retracts=2, reason="rút nhầm", record=RECORD))


@pytest.mark.parametrize("window", [{}, {"since": date(2018, 1, 1)}, {"until": date(2020, 5, 1)}], ids=str)
async def test_the_pages_of_a_timeline_are_the_whole_whatever_was_amended(
    registry: Registry, window: dict[str, date]
) -> None:
    await held_in_many_years(registry)
    for as_of in (None, await registry.position() - 5):
        whole = await registry.ask("GetBlocTimeline", as_of, bloc="b1", limit=100, **window)
        order = [(one.on.value if one.on else "?", one.stream) for one in whole.entries]
        assert order == sorted(order, key=lambda one: (one[0], not one[1].startswith("bloc:"), one[1]))
        assert ("2022-05-01", "conference:c1") not in order or as_of is None
        for limit in range(1, len(order) + 1):
            found: list[Any] = []
            last, cut = None, True
            while cut:
                page = await registry.ask("GetBlocTimeline", as_of, bloc="b1", limit=limit, after=last, **window)
                found += page.entries
                last, cut = {"stream": found[-1].stream, "version": found[-1].version}, page.cut
            assert found == [*whole.entries]


async def test_for_a_page_of_a_timeline_its_own_events_alone_are_read(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await held_in_many_years(registry)
    read: list[Any] = []

    def noting(ask: Any) -> Any:
        async def noted(view: View, model: Model, wanted: Iterable[Any]) -> Any:
            some = [*wanted]
            read.extend(some if model in (STREAMS, MENTIONS) else ())
            return await ask(view, model, some)

        return noted

    monkeypatch.setattr(View, "many", noting(View.many))
    monkeypatch.setattr(View, "told", noting(View.told))
    await registry.ask("GetBlocTimeline", bloc="b1", since=date(2019, 1, 1), until=date(2019, 12, 31))
    assert read == [("conference:c8", 1), ("bloc:b1", 1), ("conference:c5", 1)]  # two have no day
    read.clear()
    await registry.ask("GetBlocTimeline", bloc="b1", limit=1, after={"stream": "conference:c8", "version": 1})
    assert read == [("conference:c2", 1)]


async def test_an_act_that_a_ruling_gives_to_another_bloc_leaves_the_timeline_of_the_first(registry: Registry) -> None:
    for bloc in ("b1", "b2"):
        await registry.tell(EstablishBloc(bloc=bloc, kind="KHOI", name=bloc, record=RECORD))
    held: dict[str, Any] = {"conference": "c1", "kind": "OTHER", "record": RECORD}
    await registry.tell(HoldConference(**held, bloc="b1"))
    await registry.tell(HoldConference(**held, place="Huế"))
    await registry.tell(RecordAttendance(conference="c1", record=RECORD))

    async def told(bloc: str) -> list[str]:
        return [entry.type for entry in (await registry.ask("GetBlocTimeline", bloc=bloc)).entries]

    assert await told("b1") == ["BlocEstablished", "ConferenceHeld", "ConferenceHeld", "AttendanceRecorded"]
    ruling = e.Ruling(by=e.Party(words="Bộ Nội vụ"), reason="nhầm khối")
    await registry.tell(HoldConference(**held, bloc="b2", ruling=ruling))
    assert await told("b1") == ["BlocEstablished"]
    assert await told("b2") == ["BlocEstablished", "AttendanceRecorded", "ConferenceHeld"]
