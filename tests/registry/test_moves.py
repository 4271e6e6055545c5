"""A member moves from one bloc to another of the same authority, in one act by one decision."""

import asyncio
from datetime import date
from typing import Any

import pytest

from services.kernel.errors import Conflict, Refused
from services.kernel.events import Event
from services.kernel.provenance import Inference, Record, Source
from services.kernel.standing import Correction, Retract
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.membership import AdmitMember, EndMembership, MoveMember
from services.registry.domain.organisation import RegisterOrganisation
from tests.play import certainty, value
from tests.registry.support import RECORD, Registry, given
from tests.registry.test_decisions import members

DECISION = Source(id="qd-5", number="5/QĐ-HĐ")
SINCE, DAY = date(2021, 1, 1), date(2025, 1, 1)


def bloc(one: str, **fields: Any) -> dict[str, list[Event]]:
    told = {"kind": "KHOI", "name": one, "authority": "central", "effective": date(2020, 1, 1), **fields}
    return {f"bloc:{one}": [e.BlocEstablished(bloc=one, **told)]}


GROUND = {**bloc("b1"), **bloc("b2"), **members("btp", since=SINCE)}
TOLD: dict[str, Any] = {"authority": "central", "unit": "btp", "decision": DECISION, "effective": DAY}


def moving(**fields: Any) -> MoveMember:
    return MoveMember(**{**TOLD, "leaves": "b1", "joins": "b2", **fields})


def test_a_move_ends_one_membership_and_starts_another_at_once() -> None:
    given(GROUND).when(moving()).then(
        e.MembershipEnded(**TOLD, bloc="b1", moved_to="b2"), e.MembershipStarted(**TOLD, bloc="b2", moved_from="b1")
    )


@pytest.mark.parametrize(
    ("rule", "told", "fields"),
    [
        ("membership.move", {}, {"joins": "b1"}),
        ("act.day", {}, {"effective": None}),
        ("act.future", {}, {"effective": date(2099, 1, 1), "told_on": DAY}),
        ("bloc.unknown", {}, {"joins": "b3"}),
        ("bloc.unknown", {}, {"leaves": "b3"}),
        ("membership.authority", bloc("b2", authority="hanoi"), {}),
        ("membership.before-bloc", bloc("b2", effective=date(2026, 1, 1)), {}),
        ("bloc.dissolved", {"bloc:b2": [*bloc("b2")["bloc:b2"], e.BlocDissolved(bloc="b2", effective=DAY)]}, {}),
        ("membership.none", members("btp", since=DAY), {}),
        ("membership.none", members("btp", bloc="b4"), {}),
        ("organisation.ended", {"organisation:central": [e.OrganisationDissolved(organisation="central")]}, {}),
    ],
)
def test_a_move_keeps_what_leaving_and_joining_keep(
    rule: str, told: dict[str, list[Event]], fields: dict[str, Any]
) -> None:
    given({**GROUND, **told}).when(moving(**fields)).refused(rule)


def test_a_unit_that_is_in_a_third_bloc_too_moves_nowhere() -> None:
    third = e.MembershipStarted(authority="central", unit="btp", bloc="b3", effective=SINCE, record=RECORD)
    told = {**GROUND, "membership:central:btp": [*GROUND["membership:central:btp"], third]}
    given(told).when(moving()).refused("membership.one-bloc")


def test_who_moves_out_of_a_dissolved_bloc_may() -> None:
    gone = {"bloc:b1": [*GROUND["bloc:b1"], e.BlocDissolved(bloc="b1", effective=DAY)]}
    given({**GROUND, **gone}).when(moving()).accepted()


def test_a_recorded_move_needs_nothing_before_it_and_keeps_what_is_inferred_by_its_place() -> None:
    inferred = (Inference(field="joins", basis="danh sách mới"), Inference(field="decision.number", basis="con dấu"))
    record = RECORD.model_copy(update={"inferred": inferred})

    def kept(field: str) -> Record:
        return RECORD.model_copy(update={"inferred": (Inference(field=field, basis="danh sách mới"), inferred[1])})

    given().when(moving(record=record)).then(
        e.MembershipEnded(**TOLD, bloc="b1", moved_to="b2", record=kept("moved_to")),
        e.MembershipStarted(**TOLD, bloc="b2", moved_from="b1", record=kept("bloc")),
    )


async def a_member(registry: Registry) -> None:
    for one in ("central", "btp"):
        await registry.tell(RegisterOrganisation(organisation=one, name=one))
    for one in ("b1", "b2", "b3"):
        await registry.tell(EstablishBloc(bloc=one, kind="KHOI", name=one, authority="central", effective=SINCE))
    await registry.tell(AdmitMember(authority="central", unit="btp", bloc="b1", effective=SINCE))


async def memberships(registry: Registry, one: str, on: date | None = None, as_of: int | None = None) -> list[Any]:
    found = (await registry.ask("GetBloc", as_of, bloc=one, on=on)).memberships
    return [tuple(map(value, (m.since, m.until, m.moved_from, m.moved_to))) for m in found]


async def test_a_moved_member_is_in_each_bloc_on_its_days_with_where_it_came_from_and_went(registry: Registry) -> None:
    await a_member(registry)
    before = await registry.position()
    await registry.tell(moving())
    assert await memberships(registry, "b1") == [("2021-01-01", "2025-01-01", None, "b2")]
    assert await memberships(registry, "b2") == [("2025-01-01", None, "b1", None)]
    eve = date(2024, 12, 31)
    assert [len(await memberships(registry, one, eve)) for one in ("b1", "b2")] == [1, 0]
    assert [len(await memberships(registry, one, DAY)) for one in ("b1", "b2")] == [0, 1]
    assert [len(await memberships(registry, one, DAY, before)) for one in ("b1", "b2")] == [1, 0]
    with pytest.raises(Refused) as refused:
        await registry.tell(AdmitMember(authority="central", unit="btp", bloc="b3", effective=DAY))
    assert refused.value.rule == "membership.one-bloc"
    entries = (await registry.ask("GetOrganisationTimeline", organisation="btp", since=DAY)).entries
    assert [one.type for one in entries] == ["MembershipEnded", "MembershipStarted", "OrganisationRegistered"]


async def test_both_sides_of_a_move_are_corrected_and_retracted_as_all_memberships_are(registry: Registry) -> None:
    await a_member(registry)
    unsure = RECORD.model_copy(update={"inferred": (Inference(field="joins", basis="danh sách mới"),)})
    await registry.tell(moving(record=unsure))
    (membership,) = (await registry.ask("GetBloc", bloc="b2")).memberships
    assert (certainty(membership.unit), certainty(membership.moved_from)) == ("STATED", "STATED")
    (left,) = (await registry.ask("GetBloc", bloc="b1")).memberships
    assert certainty(left.moved_to) == "INFERRED"
    again: dict[str, Any] = {"authority": "central", "unit": "btp", "record": RECORD}
    again["effective"] = date(2025, 2, 1)
    for version, command, one in ((2, EndMembership, "b1"), (3, AdmitMember, "b2")):
        correction = Correction(corrects=version, reason="đọc nhầm")
        await registry.tell(command(**again, bloc=one, correction=correction))
    assert await memberships(registry, "b1") == [("2021-01-01", "2025-02-01", None, None)]
    assert await memberships(registry, "b2") == [("2025-02-01", None, None, None)]
    for version in (2, 3):
        retraction: dict[str, Any] = {"stream": "membership:central:btp", "reason": "chưa chuyển", "record": RECORD}
        await registry.tell(Retract(**retraction, retracts=version))
    assert await memberships(registry, "b1") == [("2021-01-01", None, None, None)]
    assert await memberships(registry, "b2") == []


async def test_two_moves_that_race_leave_a_unit_in_one_bloc(registry: Registry) -> None:
    await a_member(registry)
    outcomes = await asyncio.gather(
        registry.tell(moving()), registry.tell_beside(moving(joins="b3")), return_exceptions=True
    )
    assert sorted(isinstance(one, Refused | Conflict) for one in outcomes) == [False, True]
    found = [await memberships(registry, one, DAY) for one in ("b1", "b2", "b3")]
    assert sorted(map(len, found)) == [0, 0, 1]
