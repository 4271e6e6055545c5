"""That the checks of the races can fail: what records may do, and performed acts may not, is seen by them."""

from datetime import date

from services.kernel.provenance import Listed
from services.registry import events as e
from services.registry.domain.body import AppointBodyMembers
from services.registry.domain.leadership import ElectLeadership
from services.registry.domain.membership import AdmitMember
from services.registry.domain.reorganisation import Reorganise
from tests.faults.invariants import LATE_JOINERS, TWO_BLOCS, TWO_CHAIRS, TWO_HEADS
from tests.registry.support import RECORD, Registry
from tests.registry.test_reorganisations import WORKS, after, before, merger


async def test_a_unit_in_two_blocs_of_an_authority_is_seen(registry: Registry) -> None:
    since = date(2024, 1, 1)
    for n, bloc in enumerate(("b0", "b1")):
        assert await registry.tools.pool.fetch(TWO_BLOCS) == [], n
        await registry.tell(AdmitMember(authority="central", unit="u0", bloc=bloc, effective=since, record=RECORD))
    assert [row["stream"] for row in await registry.tools.pool.fetch(TWO_BLOCS)] == ["membership:central:u0"]


async def test_two_elections_for_a_year_are_seen(registry: Registry) -> None:
    for n, agency in enumerate(("u0", "u1")):
        assert await registry.tools.pool.fetch(TWO_HEADS) == [], n
        await registry.tell(ElectLeadership(bloc="b0", year=2024, head=e.Holder(agency=agency), record=RECORD))
    assert [tuple(row) for row in await registry.tools.pool.fetch(TWO_HEADS)] == [("leadership:b0", "2024")]


async def test_two_chairs_of_a_council_are_seen(registry: Registry) -> None:
    for n, person in enumerate(("p-1", "p-2")):
        assert await registry.tools.pool.fetch(TWO_CHAIRS) == [], n
        chair = Listed[e.Seat](items=(e.Seat(person=person, office="CHAIR"),))
        await registry.tell(AppointBodyMembers(body="c0", members=chair, record=RECORD))
    assert [row["stream"] for row in await registry.tools.pool.fetch(TWO_CHAIRS)] == ["body:c0"]


async def test_who_joins_after_its_end_was_told_is_seen(registry: Registry) -> None:
    joining = AdmitMember(authority="central", unit="u0", bloc="b0", effective=WORKS, record=RECORD)
    await registry.tell(joining)
    await registry.tell(Reorganise(**merger(predecessors=before(u0=True), successors=after("c")), record=RECORD))
    assert await registry.tools.pool.fetch(LATE_JOINERS) == []
    await registry.tell(joining)
    assert [row["stream"] for row in await registry.tools.pool.fetch(LATE_JOINERS)] == ["membership:central:u0"]
