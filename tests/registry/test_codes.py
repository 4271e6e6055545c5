"""Official codes: one organisation after another has one, and what records tell otherwise is kept and disputed. What is
above itself by records, too.
"""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.kernel.appends import Append, Expect
from services.kernel.decider import Context
from services.kernel.errors import Conflict, Refused
from services.kernel.handling import envelopes
from services.registry import events as e
from services.registry.domain.organisation import AssignOrganisationCode
from tests.registry.support import Registry, given
from tests.registry.test_tellings import record, refused, tell

OLD, DAY, NEXT = date(2020, 1, 1), date(2024, 1, 1), date(2025, 1, 1)
TAKEN = ("organisation.code", "code")


async def register(registry: Registry, one: str, **more: Any) -> None:
    await tell(registry, "RegisterOrganisation", **({"organisation": one, "name": one, "effective": OLD} | more))


async def disputes(registry: Registry, one: str, **asked: Any) -> list[tuple[str, str | None, list[str]]]:
    """Of an organisation that is disputed: of which fields, and about what, which values are told."""
    answer = await registry.ask("GetOrganisation", organisation=one, **asked)
    assert answer.disputed == bool(answer.disputes)
    return [(one.field, one.about, [told.value for told in one.told]) for one in answer.disputes]


async def test_no_act_gives_a_code_that_another_may_have_at_that_time(registry: Registry) -> None:
    await register(registry, "a", code="H26")
    await register(registry, "b")
    coded: dict[str, Any] = {"organisation": "b", "code": "H26"}
    assert await refused(registry, "AssignOrganisationCode", **coded, effective=DAY) == TAKEN
    assert await refused(registry, "RegisterOrganisation", **coded | {"organisation": "c"}, name="c") == TAKEN
    before = date(2019, 1, 1)  # the other gets it a year later
    assert await refused(registry, "AssignOrganisationCode", **coded, effective=before) == TAKEN
    await tell(registry, "AssignOrganisationCode", organisation="b", code="h26", effective=DAY)  # as it stands
    await tell(registry, "AssignOrganisationCode", organisation="a", code="H26", effective=DAY)  # its own
    assert (await disputes(registry, "a"), await disputes(registry, "b")) == ([], [])


async def test_a_code_passes_on_once_its_holder_has_another_or_is_no_more(registry: Registry) -> None:
    for one in "abcd":
        await register(registry, one, code=f"H{one}")
    for one in ("z-a", "z-b", "z-c"):
        await register(registry, one)
    await tell(registry, "AssignOrganisationCode", organisation="a", code="H1", effective=DAY)
    await tell(registry, "DissolveOrganisation", organisation="b", effective=DAY)
    merger: dict[str, Any] = {
        "predecessors": {"items": [{"organisation": "c", "ends": True}]},
        "successors": {"items": [{"organisation": "z-c"}]},
    }
    decision = {"id": "nq-1", "number": "1/NQ"}
    await tell(registry, "Reorganise", reorganisation="r", **merger, effective=DAY, decision=decision)
    for one in "abc":
        told: dict[str, Any] = {"organisation": f"z-{one}", "code": f"H{one}"}
        assert await refused(registry, "AssignOrganisationCode", **told, effective=date(2023, 12, 31)) == TAKEN
        await tell(registry, "AssignOrganisationCode", **told, effective=DAY)
    unsure = {"organisation": "d", "code": "H4", "record": record("an article")}  # since when, nobody knows
    await tell(registry, "AssignOrganisationCode", **unsure)
    assert await refused(registry, "AssignOrganisationCode", organisation="z-a", code="Hd", effective=NEXT) == TAKEN
    assert [await disputes(registry, one) for one in ("a", "b", "c", "z-a", "z-b", "z-c")] == [[]] * 6


async def test_a_code_that_records_tell_of_two_on_one_day_is_kept_and_disputed_at_both(registry: Registry) -> None:
    for one in "ab":
        await register(registry, one, code="H26", record=record(f"list {one}"))
    await register(registry, "c", code="H27", record=record("list c"))
    both = [[("organisation", "H26", ["a", "b"])], [("organisation", "H26", ["b", "a"])], []]
    assert [await disputes(registry, one) for one in "abc"] == both
    answer = await registry.ask("GetOrganisation", organisation="a")
    assert [told.mark.source for told in answer.disputes[0].told] == ["list a", "list b"]
    assert [label.id for label in answer.labels] == ["a", "b"]
    assert answer.code.value == "H26"

    wrong = {"corrects": 1, "reason": "đọc nhầm số"}
    await register(registry, "b", code="H28", record=record("list b"), correction=wrong)
    assert (await disputes(registry, "a"), await disputes(registry, "b")) == ([], [])
    assert await refused(registry, "AssignOrganisationCode", organisation="c", code="H26", effective=NEXT) == TAKEN
    await tell(registry, "AssignOrganisationCode", organisation="c", code="H28", effective=NEXT, record=record("x"))
    assert await disputes(registry, "c") == [("organisation", "H28", ["c", "b"])]


async def test_only_a_day_on_which_both_undisputedly_have_a_code_is_disputed(registry: Registry) -> None:
    await register(registry, "a", code="H26", effective=None, record=record("list a"))
    await tell(registry, "AssignOrganisationCode", organisation="a", code="H1", effective=DAY, record=record("later"))
    await register(registry, "b", code="H26", record=record("list b"))
    assert await disputes(registry, "a") == [("organisation", "H26", ["a", "b"])]  # on the last day before
    await tell(
        registry, "AssignOrganisationCode", organisation="b", code="H2", effective="2023-01-01", record=record("b")
    )
    assert await disputes(registry, "a") == []  # whether it had it already in 2022, nobody tells
    await register(registry, "c", code="H1", effective=DAY, record=record("list c"))
    assert await disputes(registry, "c") == [("organisation", "H1", ["c", "a"])]
    await tell(registry, "AssignOrganisationCode", organisation="a", code="H3", effective=DAY, record=record("other"))
    assert await disputes(registry, "c") == []  # which of two codes the other has is disputed there
    assert await refused(registry, "RegisterOrganisation", organisation="d", name="d", code="H1") == TAKEN


async def test_a_ruling_settles_whose_code_it_is(registry: Registry) -> None:
    for one in "ab":
        await register(registry, one, code="H26", record=record(f"list {one}"))
    assert await disputes(registry, "a") == [("organisation", "H26", ["a", "b"])]
    ruling = {"by": {"words": "Sở Nội vụ"}, "reason": "nhầm"}
    await register(registry, "b", code="H27", record=record("kết luận"), ruling=ruling)
    assert await disputes(registry, "a") == []
    await register(registry, "c")
    await tell(registry, "DissolveOrganisation", organisation="a", effective=DAY)
    await tell(registry, "AssignOrganisationCode", organisation="c", code="H26", effective=DAY)


async def test_who_is_told_to_have_a_code_is_found_by_it_first(registry: Registry) -> None:
    async def found(text: str, **asked: Any) -> list[tuple[str, bool]]:
        return [(one.id, one.exact) for one in (await registry.ask("FindOrganisations", text=text, **asked)).found]

    await register(registry, "snv", code="H05.01", name="Sở Nội vụ")
    await register(registry, "h05", code="H26", name="Đội H05.01 Kinh Bắc")
    await register(registry, "ubnd", code="H05", name="UBND")
    assert await found("H05.01") == await found("h05.01") == [("snv", True), ("h05", False)]
    assert await found("H05") == [("ubnd", True), ("h05", False), ("snv", False)]
    assert await found("H26") == [("h05", True)]
    assert await found("H05 nội vụ") == [("snv", False)]
    await tell(registry, "AssignOrganisationCode", organisation="snv", code="H05.02", effective=DAY)
    assert await found("H05.02") == await found("H05.01", limit=1) == [("snv", True)]  # as by earlier names
    assert await found("H05.02", on=OLD) == []
    ruling = {"by": {"words": "Sở Nội vụ"}, "reason": "nhầm"}
    await register(registry, "ubnd", code="H27", record=record("kết luận"), ruling=ruling)
    assert (await found("H27"), await found("H05", limit=1)) == ([("ubnd", True)], [("h05", False)])


async def test_of_two_acts_at_once_that_give_one_code_one_is_refused_or_conflicts(registry: Registry) -> None:
    for one in "abcd":
        await register(registry, one)
    for code, pair in (("H1", "ab"), ("H2", "cd")):
        acts = [AssignOrganisationCode(organisation=one, code=code, effective=DAY) for one in pair]
        ended = await asyncio.gather(*map(registry.tell_beside, acts), return_exceptions=True)
        lost = [one for one in ended if isinstance(one, BaseException)]
        assert [type(one) in (Conflict, Refused) for one in lost] == [True]


def test_who_was_told_to_have_a_code_meanwhile_is_looked_at_again() -> None:
    known: dict[str, list[Any]] = {
        **{f"organisation:{one}": [e.OrganisationRegistered(organisation=one, name=one)] for one in "ab"},
        "organisationcode:h26": [e.OrganisationCodeTold(organisation="b", code="H26")],
    }
    act = AssignOrganisationCode(organisation="a", code="H26", effective=DAY)
    with pytest.raises(Conflict, match="H26"):
        given(known).when(act).accepted()
    given(known).when(act.model_copy(update={"holders": ("b",)})).accepted()  # who has it no more


def test_a_code_has_a_stream_whatever_it_is_made_of_and_names_a_holder_there_once() -> None:
    one: dict[str, list[Any]] = {"organisation:a": [e.OrganisationRegistered(organisation="a", name="a")]}
    for code, stream in (("H26.15", "h26.15"), ("Số 7/TW", "s--7-tw"), ("Đ", "0"), ("-", "0")):
        act = AssignOrganisationCode(organisation="a", code=code, effective=DAY)
        told = {f"organisationcode:{stream}": [e.OrganisationCodeTold(organisation="a", code=code)]}
        event = e.OrganisationCodeAssigned(organisation="a", code=code, effective=DAY)
        given(one).when(act).then({"organisation:a": [event], **told})
        given(one | told).when(act).then(event)


async def test_codes_that_a_log_told_before_they_had_streams_bind_acts_too(registry: Registry) -> None:
    events = {"organisation:a": [e.OrganisationRegistered(organisation="a", name="a", code="H26", effective=OLD)]}
    expects = (Expect("organisation:a", 0),)
    context = Context(str(uuid4()), "officer")
    await registry.tools.log.append(Append(context, b"", expects, envelopes(expects, events, context)))
    for _ in range(2):
        await asyncio.gather(registry.begin(), registry.begin())
    told = await registry.tools.pool.fetch("select stream from log.events where type = 'OrganisationCodeTold'")
    assert [row["stream"] for row in told] == ["organisationcode:h26"]
    assert await refused(registry, "RegisterOrganisation", organisation="b", name="b", code="H26") == TAKEN


# What is above itself


async def test_superiors_that_records_tell_in_a_circle_are_disputed_on_its_days(registry: Registry) -> None:
    for one, superior in (("a", None), ("b", "a"), ("c", "b")):
        await register(registry, one, superior=superior)
    await tell(registry, "TransferOrganisation", organisation="a", superior="c", effective=DAY, record=record("x"))
    circle = [("superior", None, ["c", "b", "a"])]
    assert await disputes(registry, "a") == await disputes(registry, "a", on=DAY) == circle
    assert await disputes(registry, "b") == [("superior", None, ["a", "c", "b"])]
    assert await disputes(registry, "a", on=OLD) == []
    await register(registry, "d", superior="a")  # under a circle, and in none
    assert await disputes(registry, "d") == []


async def test_bodies_that_records_tell_to_be_parts_in_a_circle_are_disputed(registry: Registry) -> None:
    for one, other in (("x", "y"), ("y", "x"), ("z", "x")):
        told: dict[str, Any] = {"body": one, "kind": "council", "part_of": other}
        await tell(registry, "EstablishBody", **told, record=record("minutes"))
    shown = [await registry.ask("GetBody", body=one) for one in "xyz"]
    assert [body.disputed for body in shown] == [True, True, False]
    (dispute,) = shown[0].disputes
    assert (dispute.field, [told.value for told in dispute.told]) == ("part_of", ["y", "x"])
