"""What several tell of one seat, duty or membership, and of its end: once where they agree, disputed where they do not,
and over with that in which it is.
"""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.kernel import batch
from services.kernel.appends import Reply
from services.kernel.decider import Context
from services.kernel.errors import Conflict, Refused
from services.kernel.provenance import Record, Source
from services.registry import events as e
from services.registry.domain.bloc import DeclareMembers
from services.registry.domain.body import DissolveBody, EstablishBody
from services.registry.domain.duty import AssignDuty
from services.registry.domain.organisation import TransferOrganisation
from services.registry.main import SERVICE
from services.registry.spans import Span, spans
from tests.registry.support import COMMANDS, Registry, given

DAY = date(2022, 3, 1)
RULING = {"by": {"words": "Bộ"}, "reason": "theo hồ sơ"}


def record(source: str, *inferred: str) -> dict[str, Any]:
    basis = [{"field": field, "basis": "told beside it"} for field in inferred]
    return {"source": {"id": source}, "place": "whole text", "inferred": basis}


async def tell(registry: Registry, command: str, /, **fields: Any) -> None:
    await registry.tell(COMMANDS[command].model_validate(fields))


async def refused(registry: Registry, command: str, /, **fields: Any) -> tuple[str, str]:
    """The rule, and the field that the refusal names."""
    with pytest.raises(Refused) as found:
        await tell(registry, command, **fields)
    assert found.value.en.partition(":")[0] == found.value.vi.partition(":")[0]
    return found.value.rule, found.value.en.partition(":")[0]


async def council(registry: Registry) -> None:
    await tell(registry, "RegisterOrganisation", organisation="ubnd", name="UBND")
    await tell(registry, "EstablishBody", body="hd", name="Hội đồng", organisation="ubnd", effective="2020-01-01")


async def appoint(registry: Registry, *persons: str, whole: bool = False, office: str = "MEMBER", **more: Any) -> None:
    items = [{"person": person, "office": office} for person in persons]
    members = {"items": items} | ({"declared_count": len(items), "exhaustive": True} if whole else {})
    await tell(registry, "AppointBodyMembers", body="hd", **({"members": members, "effective": DAY} | more))


async def seats(registry: Registry, on: date | None) -> dict[str, tuple[str, bool]]:
    """Who sits there on a day: how sure that is, and whether it is disputed."""
    answer = await registry.ask("GetBody", body="hd", on=on)
    assert len({one.person.value for one in answer.members.items}) == len(answer.members.items)
    return {one.person.value: (one.person.mark.certainty, one.disputed) for one in answer.members.items}


async def all_of_them(registry: Registry, on: date) -> tuple[str | None, str | None]:
    """How many sit there on a day, and whether those named are all."""
    members = (await registry.ask("GetBody", body="hd", on=on)).members
    count, whole = members.declared_count, members.exhaustive
    return count and count.value, whole and f"{whole.value} {whole.mark.certainty}"


# Bodies


async def test_a_seat_that_two_sources_tell_alike_is_one_and_one_release_ends_it(registry: Registry) -> None:
    await council(registry)
    await appoint(registry, "p-1", office="CHAIR", record=record("article", "effective"))
    await appoint(registry, "p-1", office="CHAIR", record=record("decision"), decision={"id": "qd-1"})
    assert await seats(registry, date(2022, 4, 1)) == {"p-1": ("STATED", False)}
    assert await refused(
        registry,
        "AppointBodyMembers",
        body="hd",
        members={"items": [{"person": "p-1", "office": "CHAIR"}]},
        effective=DAY,
    ) == ("body.seated", "members.items[0]")
    await tell(registry, "ReleaseBodyMember", body="hd", person="p-1", effective="2024-05-01", record=record("third"))
    assert await seats(registry, date(2025, 1, 1)) == {}
    (seat,) = (await registry.ask("GetBody", body="hd")).members.items
    assert (seat.since.value, seat.until.value, seat.decision.value) == ("2022-03-01", "2024-05-01", "qd-1")
    await appoint(registry, "p-2", office="CHAIR", effective="2025-02-01")


async def test_one_release_ends_a_seat_of_which_sources_tell_different_first_days(registry: Registry) -> None:
    await appoint(registry, "p-1", office="CHAIR", record=record("article"))
    await appoint(registry, "p-1", office="CHAIR", effective="2022-03-15", record=record("decision"))
    shown = (await registry.ask("GetBody", body="hd", on=date(2022, 4, 1))).members.items
    assert [(one.since.value, one.disputed) for one in shown] == [("2022-03-01", True), ("2022-03-15", True)]
    await tell(registry, "ReleaseBodyMember", body="hd", person="p-1", effective="2024-05-01", record=record("third"))
    assert await seats(registry, date(2025, 1, 1)) == {}


async def test_two_whole_lists_of_one_day_are_disputed_where_they_differ_and_neither_is_whole(
    registry: Registry,
) -> None:
    await appoint(registry, "a", "b", "c", whole=True, record=record("one"))
    await appoint(registry, "a", "b", "d", whole=True, record=record("other"))
    sure, doubtful = ("STATED", False), ("STATED", True)
    assert await seats(registry, DAY) == {"a": sure, "b": sure, "c": doubtful, "d": doubtful}
    assert await all_of_them(registry, DAY) == ("3", None)


async def test_what_is_told_here_contradicts_no_whole_list_of_its_day(registry: Registry) -> None:
    await council(registry)
    await appoint(registry, "p-1", "p-2", whole=True)
    more = {"items": [{"person": "p-3", "office": "MEMBER"}]}
    told: dict[str, Any] = {"body": "hd", "effective": DAY}
    assert await refused(registry, "AppointBodyMembers", **told, members=more) == ("body.whole", "members.items[0]")
    whole = {**more, "exhaustive": True}
    assert await refused(registry, "AppointBodyMembers", **told, members=whole) == (
        "body.whole",
        "members.exhaustive",
    )
    assert await seats(registry, DAY) == {"p-1": ("STATED", False), "p-2": ("STATED", False)}


async def test_before_a_coming_whole_list_who_sits_there_is_released_and_replaced(registry: Registry) -> None:
    await council(registry)
    await appoint(registry, "p-1", office="CHAIR")
    await appoint(registry, "p-2")
    await appoint(registry, "p-3", "p-2", whole=True, effective="2026-12-01")
    instead = {"items": [{"person": "p-9", "office": "CHAIR", "in_place_of": "p-1"}]}
    await appoint(registry, members=instead, effective="2026-11-20")
    await tell(registry, "ReleaseBodyMember", body="hd", person="p-2", effective="2026-11-21")
    assert set(await seats(registry, date(2026, 11, 19))) == {"p-1", "p-2"}
    assert set(await seats(registry, date(2026, 11, 22))) == {"p-9"}
    assert await seats(registry, date(2026, 12, 1)) == {"p-3": ("STATED", False), "p-2": ("STATED", False)}


async def test_a_release_after_a_whole_list_brings_nobody_back_beside_it(registry: Registry) -> None:
    await appoint(registry, "p-2", record=record("a"))
    await appoint(registry, "p-1", whole=True, effective="2024-01-01", record=record("b"))
    await tell(registry, "ReleaseBodyMember", body="hd", person="p-2", effective="2025-01-01", record=record("c"))
    assert set(await seats(registry, date(2024, 1, 1))) == {"p-1"}
    assert await all_of_them(registry, date(2024, 1, 1)) == ("1", "true STATED")
    assert await seats(registry, date(2023, 1, 1)) == {"p-2": ("INFERRED", True)}


async def test_who_left_on_an_unknown_day_sits_there_on_the_first_and_later_a_list_is_known_to_be_whole_no_more(
    registry: Registry,
) -> None:
    await appoint(registry, "a", "b", "c", whole=True, record=record("one"))
    await tell(registry, "ReleaseBodyMember", body="hd", person="c", record=record("two"))
    assert set(await seats(registry, DAY)) == {"a", "b", "c"}
    assert await all_of_them(registry, DAY) == ("3", "true STATED")
    assert set(await seats(registry, date(2023, 1, 1))) == {"a", "b"}
    assert await all_of_them(registry, date(2023, 1, 1)) == (None, None)


async def test_nobody_sits_in_a_body_before_it_is_there_nor_long_after_it_ended_on_an_unknown_day(
    registry: Registry,
) -> None:
    await council(registry)
    await appoint(registry, "p-1", office="CHAIR", effective=None, record=record("a"))
    await appoint(registry, "p-2", record=record("a"))
    assert set(await seats(registry, date(2022, 4, 1))) == {"p-1", "p-2"}
    assert await seats(registry, date(1950, 1, 1)) == {}
    await tell(registry, "DissolveBody", body="hd", record=record("b"))
    assert await seats(registry, date(2030, 1, 1)) == {}
    assert all(one.ended for one in (await registry.ask("GetBody", body="hd")).members.items)


async def test_a_body_is_not_dissolved_here_before_a_seat_begins_and_such_a_record_is_disputed(
    registry: Registry,
) -> None:
    await council(registry)
    await appoint(registry, "p-1", office="CHAIR", effective="2026-12-01")
    gone: dict[str, Any] = {"body": "hd", "effective": "2026-11-01"}
    assert await refused(registry, "DissolveBody", **gone) == ("body.seated", "effective")
    await tell(registry, "DissolveBody", **gone, record=record("b"))
    assert await seats(registry, date(2026, 12, 2)) == {}
    (seat,) = (await registry.ask("GetBody", body="hd")).members.items
    assert seat.disputed


async def test_who_was_forgotten_is_appointed_to_nothing(registry: Registry) -> None:
    await council(registry)
    await tell(registry, "RegisterPerson", person="p-1", name="Nguyễn Văn An", effective=DAY)
    await tell(registry, "ForgetPerson", person="p-1", reason="theo yêu cầu")
    members = {"items": [{"person": "p-1", "office": "CHAIR"}]}
    assert await refused(registry, "AppointBodyMembers", body="hd", members=members, effective=DAY) == (
        "person.forgotten",
        "members.items[0].person",
    )
    duty: dict[str, Any] = {"of": {"body": "hd"}, "duty": "EMULATION_OFFICER", "person": "p-1", "effective": DAY}
    assert await refused(registry, "AssignDuty", **duty) == ("person.forgotten", "person")


async def test_no_act_puts_an_organisation_under_itself_by_others_on_any_day(registry: Registry) -> None:
    for one, superior in (("a", None), ("b", "a"), ("c", "b"), ("d", None)):
        await tell(registry, "RegisterOrganisation", organisation=one, name=one, superior=superior, effective=DAY)
    later, then = date(2024, 1, 1), date(2024, 2, 1)
    under_c: dict[str, Any] = {"organisation": "a", "superior": "c"}
    circle = ("organisation.superior", "superior")
    assert await refused(registry, "TransferOrganisation", **under_c, effective=later) == circle
    moved = {"organisation": "b", "superior": "d", "effective": then, "record": record("a")}
    await tell(registry, "TransferOrganisation", **moved)
    assert await refused(registry, "TransferOrganisation", **under_c, effective=later) == circle
    await tell(registry, "TransferOrganisation", **under_c, effective=then)
    assert await refused(registry, "TransferOrganisation", organisation="d", superior="a", effective=then) == circle
    await tell(registry, "TransferOrganisation", **under_c, effective=later, record=record("a"))  # kept all the same


async def test_acts_of_a_batch_that_put_nothing_under_anything_share_group_commits(registry: Registry) -> None:
    await tell(registry, "RegisterOrganisation", organisation="o", name="O", effective=DAY)
    launch = {"name": "M", "launcher": {"agency": "o"}, "effective": DAY}
    sent = [("RegisterOrganisation", {"organisation": f"o{n}", "name": "O", "effective": DAY}) for n in range(20)]
    sent += [("LaunchMovement", {"movement": f"m{n}", **launch}) for n in range(20)]
    sent += [
        ("EstablishBody", {"body": f"b{n}", "name": "B", "organisation": "o", "effective": DAY}) for n in range(20)
    ]
    before = await commits(registry)
    commands = [COMMANDS[command].model_validate(fields) for command, fields in sent]
    assert all(isinstance(outcome, Reply) for outcome in await told_at_once(registry, commands))
    assert await commits(registry) - before < len(sent) / 3


async def test_acts_of_a_batch_that_would_close_a_circle_together_are_decided_one_after_the_other(
    registry: Registry,
) -> None:
    for one in ("a", "b"):
        await tell(registry, "RegisterOrganisation", organisation=one, name=one, effective=DAY)
    moves = (("a", "b"), ("b", "a"))
    commands = [TransferOrganisation(organisation=one, superior=other, effective=DAY) for one, other in moves]
    first, second = await told_at_once(registry, commands)
    assert isinstance(first, Reply)
    assert isinstance(second, Refused)
    assert second.rule == "organisation.superior"


async def told_at_once(registry: Registry, commands: list[Any]) -> list[batch.Outcome]:
    """What became of each command of a batch."""
    sent = [batch.Sent(command, Context(str(uuid4()), "officer")) for command in commands]

    async def act(command: Any, context: Context) -> Reply:
        return await registry.tell(command, context.command_id)

    return await batch.tell(sent, SERVICE.handlers, SERVICE.widened, act, 30.0)


async def commits(registry: Registry) -> int:
    """How many transactions wrote to the log."""
    found: int = await registry.tools.pool.fetchval("select count(distinct xmin::text) from log.events")
    return found


def test_what_came_to_be_above_another_meanwhile_is_looked_at_again() -> None:
    below = {"a": None, "b": None, "c": "b", "d": None}
    known: dict[str, list[Any]] = {
        f"organisation:{one}": [e.OrganisationRegistered(organisation=one, name=one, superior=superior)]
        for one, superior in below.items()
    }
    act = TransferOrganisation(organisation="a", superior="c", effective=DAY)
    with pytest.raises(Conflict, match="b is under"):
        given(known).when(act).accepted()
    given(known).when(act.model_copy(update={"above": ("c", "b")})).accepted()


async def test_what_a_ruling_settled_otherwise_closes_no_circle_of_organisations(registry: Registry) -> None:
    for one in ("a", "b", "c"):
        await tell(registry, "RegisterOrganisation", organisation=one, name=one, effective=date(1990, 1, 1))
    registered: dict[str, Any] = {"organisation": "x", "name": "X", "record": record("s1")}
    since = date(2000, 1, 1)
    await tell(registry, "RegisterOrganisation", **registered, superior="a", effective=since)
    await tell(registry, "TransferOrganisation", organisation="x", superior="c", effective=DAY, record=record("s2"))
    ruled: dict[str, Any] = {**registered, "ruling": RULING, "effective": date(1999, 1, 1)}
    await tell(registry, "RegisterOrganisation", **ruled, superior="b")
    under_x: dict[str, Any] = {"superior": "x", "effective": since}
    circle = ("organisation.superior", "superior")
    assert await refused(registry, "TransferOrganisation", organisation="b", **under_x) == circle
    assert await refused(registry, "TransferOrganisation", organisation="c", **under_x) == circle  # transferred since
    await tell(registry, "TransferOrganisation", organisation="a", **under_x)
    await tell(registry, "RegisterOrganisation", **ruled)
    await tell(registry, "TransferOrganisation", organisation="b", **under_x)


async def test_what_a_ruling_settled_otherwise_makes_no_body_a_part_of_another(registry: Registry) -> None:
    await council(registry)
    part: dict[str, Any] = {"name": "Thường trực", "organisation": "ubnd", "effective": DAY}
    for one in ("tt-1", "tt-2"):
        await tell(registry, "EstablishBody", body=one, kind="committee", part_of="tt", record=record("a"))
        assert await refused(registry, "EstablishBody", **part, body="tt", part_of=one) == ("body.part-of", "part_of")
    ruled: dict[str, Any] = {"kind": "committee", "record": record("b"), "ruling": RULING}
    await tell(registry, "EstablishBody", **ruled, body="tt-1")
    await tell(registry, "EstablishBody", **ruled, body="tt-2", part_of="tt-1")
    await tell(registry, "EstablishBody", **part, body="tt", part_of="tt-2")


async def test_a_body_is_part_of_one_that_is_there_and_is_no_part_of_its_own_parts(registry: Registry) -> None:
    await council(registry)
    part: dict[str, Any] = {"name": "Thường trực", "organisation": "ubnd", "effective": DAY}
    assert await refused(registry, "EstablishBody", **part, body="tt", part_of="tt-2") == ("body.unknown", "part_of")
    await tell(registry, "EstablishBody", body="tt-2", kind="committee", part_of="tt-1", record=record("a"))
    await tell(registry, "EstablishBody", body="tt-1", kind="committee", part_of="tt", record=record("a"))
    assert await refused(registry, "EstablishBody", **part, body="tt", part_of="tt-2") == ("body.part-of", "part_of")
    await tell(registry, "EstablishBody", **part, body="tt", part_of="hd")


def test_a_body_is_no_part_of_itself() -> None:
    known = {"organisation:ubnd": [e.OrganisationRegistered(organisation="ubnd", name="UBND")]}
    act = EstablishBody(body="hd", name="Hội đồng", organisation="ubnd", part_of="hd", effective=DAY)
    given(known).when(act).refused("body.part-of")


def test_a_unit_is_declared_once_in_a_list() -> None:
    known = {
        "bloc:k": [e.BlocEstablished(bloc="k", kind="KHOI", name="Khối", authority="bo", effective=DAY)],
        "organisation:a": [e.OrganisationRegistered(organisation="a", name="A")],
    }
    twice = {"items": [{"unit": "a"}, {"unit": "a"}], "declared_count": 2, "exhaustive": True}
    told: dict[str, Any] = {"bloc": "k", "year": 2025, "members": twice, "effective": date(2025, 1, 10)}
    given(known).when(DeclareMembers.model_validate(told)).refused("bloc.twice")
    given(known).when(DeclareMembers.model_validate({**told, "record": record("a")})).accepted()


@pytest.mark.parametrize(
    ("command", "rule", "field"),
    [
        (EstablishBody(body="hd", record=Record.model_validate(record("a"))), "body.name", "name, kind, organisation"),
        (
            EstablishBody(body="hd", name="Hội đồng", effective=DAY),
            "body.establishment",
            "name, organisation, effective",
        ),
        (DissolveBody(body="hd", effective=DAY), "body.unknown", "body"),
        (
            AssignDuty(of=e.Charge(body="hd"), duty="STANDING_AGENCY", record=Record(source=Source(id="a"), place="p")),
            "duty.who",
            "agency, person",
        ),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)
async def test_a_refusal_of_a_body_or_duty_names_its_fields(
    registry: Registry, command: Any, rule: str, field: str
) -> None:
    fields = command.model_dump(exclude_unset=True)
    assert await refused(registry, type(command).__name__, **fields) == (rule, field)


# Duties


async def standing(registry: Registry, on: date, **of: str) -> list[tuple[str, str, bool]]:
    answer = await registry.ask("GetDuties", of=e.Charge.model_validate(of), on=on)
    return [(one.agency.value, one.agency.mark.certainty, one.disputed) for one in answer.duties]


async def test_a_duty_that_two_sources_tell_alike_is_one_and_one_end_ends_it(registry: Registry) -> None:
    duty: dict[str, Any] = {"of": {"organisation": "ubnd"}, "duty": "STANDING_AGENCY", "agency": "snv"}
    for source in ("a", "b"):
        await tell(registry, "AssignDuty", **duty, effective=DAY, record=record(source))
    assert await standing(registry, date(2023, 1, 1), organisation="ubnd") == [("snv", "STATED", False)]
    for unit in ("ubnd", "snv", "vp"):
        await tell(registry, "RegisterOrganisation", organisation=unit, name=unit)
    assert await refused(registry, "AssignDuty", **duty, effective=DAY) == ("duty.one-agency", "agency")
    await tell(registry, "EndDuty", **duty, effective="2024-01-01", record=record("c"))
    assert await standing(registry, date(2025, 1, 1), organisation="ubnd") == []
    assert await refused(registry, "EndDuty", **duty, effective="2025-01-01") == ("duty.none", "effective")
    await tell(registry, "AssignDuty", **{**duty, "agency": "vp"}, effective="2024-01-01")


@pytest.mark.parametrize(
    ("command", "of"),
    [("DissolveBody", "body"), ("DissolveBloc", "bloc"), ("DissolveOrganisation", "organisation")],
)
async def test_nobody_has_a_duty_of_what_is_no_more(registry: Registry, command: str, of: str) -> None:
    duty: dict[str, Any] = {"of": {of: "hd"}, "duty": "STANDING_AGENCY", "agency": "snv"}
    await tell(registry, "AssignDuty", **duty, effective=DAY, record=record("a"))
    await tell(registry, "AssignDuty", **{**duty, "duty": "EMULATION_OFFICER"}, effective=DAY, record=record("a"))
    await tell(registry, command, **{of: "hd"}, effective="2024-01-01", record=record("a"))
    assert len(await standing(registry, date(2023, 1, 1), **{of: "hd"})) == 2
    assert await standing(registry, date(2025, 1, 1), **{of: "hd"}) == []
    answer = await registry.ask("GetDuties", of=e.Charge.model_validate({of: "hd"}))
    assert {(one.until.value, one.until.mark.certainty, one.ended, one.disputed) for one in answer.duties} == {
        ("2024-01-01", "INFERRED", True, False)
    }


# Memberships


async def test_a_membership_that_two_sources_tell_alike_is_one_and_one_end_ends_it(registry: Registry) -> None:
    stay: dict[str, Any] = {"authority": "bo", "unit": "u", "bloc": "k"}
    for source in ("a", "b"):
        await tell(registry, "AdmitMember", **stay, effective="2020-01-01", record=record(source))
    await tell(registry, "EndMembership", **stay, effective="2023-01-01", record=record("c"))
    (shown,) = (await registry.ask("GetBloc", bloc="k")).memberships
    assert (shown.since.value, shown.until.value, shown.disputed) == ("2020-01-01", "2023-01-01", False)
    assert (await registry.ask("GetBloc", bloc="k", on=date(2025, 1, 1))).memberships == ()


async def test_an_end_told_before_its_start_belongs_to_it_and_the_unit_may_join_elsewhere(registry: Registry) -> None:
    stay: dict[str, Any] = {"authority": "bo", "unit": "u", "bloc": "k"}
    await tell(registry, "EndMembership", **stay, effective="2023-01-01", record=record("a"))
    await tell(registry, "AdmitMember", **stay, effective="2020-01-01", record=record("b"))
    for unit in ("bo", "u"):
        await tell(registry, "RegisterOrganisation", organisation=unit, name=unit)
    for bloc in ("k", "y"):
        await tell(registry, "EstablishBloc", bloc=bloc, kind="KHOI", name=bloc, authority="bo", effective="2019-01-01")
    (shown,) = (await registry.ask("GetBloc", bloc="k")).memberships
    assert (shown.since.value, shown.until.value, shown.disputed) == ("2020-01-01", "2023-01-01", False)
    await tell(registry, "AdmitMember", **{**stay, "bloc": "y"}, effective="2025-01-01")


async def test_two_ends_of_one_membership_are_both_shown_as_disputed(registry: Registry) -> None:
    stay: dict[str, Any] = {"authority": "bo", "unit": "u", "bloc": "k"}
    await tell(registry, "AdmitMember", **stay, effective="2020-01-01", record=record("a"))
    for source, day in (("b", "2023-01-01"), ("c", "2023-02-01")):
        await tell(registry, "EndMembership", **stay, effective=day, record=record(source))
    (between,) = (await registry.ask("GetBloc", bloc="k", on=date(2023, 1, 15))).memberships
    assert (between.until.value, between.disputed) == ("2023-02-01", True)
    assert len((await registry.ask("GetBloc", bloc="k", on=date(2022, 1, 1))).memberships) == 2


# The rule


def starts(*days: date | None) -> list[tuple[int, e.MembershipStarted]]:
    return [
        (place, e.MembershipStarted(authority="bo", unit="u", bloc="k", effective=day))
        for place, day in enumerate(days)
    ]


def ends(*days: date | None, told_from: int = 9) -> list[tuple[int, e.MembershipEnded]]:
    return [
        (place, e.MembershipEnded(authority="bo", unit="u", bloc="k", effective=day))
        for place, day in enumerate(days, told_from)
    ]


def days(found: list[Span[Any, Any]]) -> list[tuple[date | None, date | None, bool]]:
    return [(one.since, one.until, bool(one.ended)) for one in found]


@pytest.mark.parametrize(
    ("begun", "ended", "expected"),
    [
        (starts(DAY, None), [], [(DAY, None, False)]),
        (
            starts(date(2020, 1, 1), date(2024, 1, 1)),
            ends(DAY),
            [(date(2020, 1, 1), DAY, True), (date(2024, 1, 1), None, False)],
        ),
        (starts(date(2024, 1, 1)), ends(DAY), [(date(2024, 1, 1), None, False), (None, DAY, True)]),
        (starts(DAY), ends(None), [(DAY, None, True)]),
        (starts(None, DAY), ends(None, told_from=1), [(None, None, True), (DAY, None, False)]),
        (starts(DAY), ends(date(2023, 1, 1), None), [(DAY, date(2023, 1, 1), True)]),
    ],
)
def test_days_decide_what_belongs_together_and_where_there_are_none_the_order_of_telling(
    begun: Any, ended: Any, expected: Any
) -> None:
    assert days(spans(begun, ended)) == expected


def test_what_ends_on_an_unknown_day_is_known_to_last_on_its_first() -> None:
    (span,) = spans(starts(DAY), ends(None))
    assert (span.lasts(DAY), span.lasts(date(2022, 3, 2)), span.lasts(date(2022, 2, 28))) == (True, False, False)
