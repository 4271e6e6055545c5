"""Who ends or is succeeded: two provinces merge while both are in a cluster, and what is answered on the eve and after,
as known then and now.
"""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from services.kernel.errors import Conflict, Missing, Refused
from services.kernel.provenance import Inference, Listed, Record, Source
from services.kernel.standing import Correction, Retract
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.covenant import SignCovenant
from services.registry.domain.leadership import ElectLeadership, RecordLeadership
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.organisation import (
    AssignOrganisationCode,
    DissolveOrganisation,
    NameOrganisation,
    RegisterOrganisation,
    RetypeOrganisation,
    TransferOrganisation,
)
from services.registry.domain.plan import ApprovePlan, AssignLead, DraftPlan
from services.registry.domain.reorganisation import Reorganise, RuleCarryOver
from services.registry.queries.succession import ASSIGNED
from tests.play import certainty, value
from tests.registry.support import RECORD, Registry
from tests.registry.test_reorganisations import IN_FORCE, WORKS, after, before, merger

SIGNED = date(2025, 3, 20)
EVE, NEXT = date(2025, 6, 30), date(2025, 7, 2)
CLUSTER = "cum-5"


async def a_running_year(registry: Registry) -> int:
    """Provinces a, b and d in a cluster: a heads it, all have signed, a leads an activity that b joins; the last
    position.
    """
    since = date(2020, 1, 1)
    for unit in ("central", "a", "b", "c", "d"):
        await registry.tell(
            RegisterOrganisation(organisation=unit, name=f"Tỉnh {unit.upper()}", kind="province", effective=since)
        )
    cluster = EstablishBloc(bloc=CLUSTER, kind="CUM", name="Cụm 5", authority="central", effective=since)
    await registry.tell(cluster)
    for unit in ("a", "b", "d"):
        await registry.tell(AdmitMember(authority="central", unit=unit, bloc=CLUSTER, effective=since))
    year: dict[str, Any] = {"bloc": CLUSTER, "year": 2025, "effective": SIGNED}
    await registry.tell(ElectLeadership(**year, head=e.Holder(agency="a")))
    for unit in ("a", "b", "d"):
        await registry.tell(SignCovenant(**year, signature=e.Signature(member=unit)))
    items = Listed[e.PlanItem](items=(e.PlanItem(item="i1", text="Tọa đàm"),))
    await registry.tell(DraftPlan(**year, items=items))
    await registry.tell(AssignLead(**year, item="i1", lead="a", joining=("b",)))
    return (await registry.tell(ApprovePlan(**year))).position


async def seen(registry: Registry, as_of: int | None, on: date) -> list[BaseModel]:
    """All that is asked of a day, as known at a position."""
    return [
        *[await registry.ask("GetOrganisation", as_of, organisation=one, on=on) for one in "abc"],
        await registry.ask("GetBloc", as_of, bloc=CLUSTER, on=on),
        await registry.ask("GetBlocYear", as_of, bloc=CLUSTER, year=2025),
        await registry.ask("WhoHeaded", as_of, bloc=CLUSTER, on=on),
        await registry.ask("GetSuccession", as_of, organisation="a", on=on),
        await registry.ask("GetOrganisationTimeline", as_of, organisation="b"),
        await registry.ask("GetBlocTimeline", as_of, bloc=CLUSTER),
    ]


async def test_what_was_known_before_the_merger_was_told_stays_answerable_to_the_word(registry: Registry) -> None:
    known = await a_running_year(registry)
    eve, then = await seen(registry, None, EVE), await seen(registry, None, NEXT)
    await registry.tell(Reorganise(**merger()))
    await registry.tell(NameOrganisation(organisation="c", name="Tỉnh C lớn", effective=WORKS))
    assert await seen(registry, known, EVE) == eve
    assert await seen(registry, known, NEXT) == then
    now = await seen(registry, None, EVE)
    assert now[3] == eve[3]  # the cluster on the eve is as it was known before
    assert now != eve
    assert await seen(registry, None, NEXT) != then


async def test_on_the_eve_nobody_has_ended_and_from_the_working_day_on_both_have(registry: Registry) -> None:
    await a_running_year(registry)
    await registry.tell(Reorganise(**merger()))
    for one in ("a", "b"):
        asked = {on: await registry.ask("GetOrganisation", organisation=one, on=on) for on in (IN_FORCE, EVE, NEXT)}
        assert [value(answer.ended) for answer in asked.values()] == [None, None, "true"]
        assert {value(answer.name) for answer in asked.values()} == {f"Tỉnh {one.upper()}"}
        (succession,) = asked[NEXT].successions
        assert [value(f) for f in succession.successors] == ["c"]
        assert (value(succession.on), value(succession.ends)) == ("2025-07-01", "true")
        assert [label.name for label in asked[NEXT].labels] == ["Tỉnh C"]
    merged = await registry.ask("GetReorganisation", reorganisation="sx")
    assert (value(merged.in_force_on), value(merged.on)) == ("2025-06-12", "2025-07-01")
    assert [value(one.organisation) for one in merged.predecessors.items] == ["a", "b"]
    assert (value(merged.kind), value(merged.decision), merged.disputed) == ("MERGER", "nq-202", False)
    assert merged.carry_overs == ()
    with pytest.raises(Missing):
        await registry.ask("GetReorganisation", reorganisation="sx-2")


async def test_the_cluster_warns_of_members_that_are_no_more_and_guesses_nothing(registry: Registry) -> None:
    await a_running_year(registry)
    await registry.tell(Reorganise(**merger()))

    async def warned(on: date | None) -> list[tuple[Any, ...]]:
        answer = await registry.ask("GetBloc", bloc=CLUSTER, on=on)
        assert [(m.unit.value, m.ended) for m in answer.memberships] == [("a", False), ("b", False), ("d", False)]
        return [(w.unit.value, value(w.on), value(w.ends), *map(value, w.successors)) for w in answer.warnings]

    both = [("a", "2025-07-01", "true", "c"), ("b", "2025-07-01", "true", "c")]
    assert [await warned(on) for on in (EVE, WORKS, NEXT, None)] == [[], both, both, both]
    year = await registry.ask("GetBlocYear", bloc=CLUSTER, year=2025)
    assert [(w.role, w.unit.value) for w in year.warnings] == [
        ("MEMBER", "a"),
        ("MEMBER", "b"),
        ("HEAD", "a"),
        ("LEADS", "a"),
    ]
    assert {value(w.authority) for w in year.warnings} == {"central"}
    assert {value(one.member) for one in year.covenant.signatures} == {"a", "b", "d"}
    (item,) = year.plan.items
    assert (value(item.lead), [value(one) for one in item.joining]) == ("a", ["b"])
    assert [value(term.head.agency) for term in year.terms] == ["a"]
    assert (await registry.ask("GetBlocYear", bloc=CLUSTER, year=2024)).warnings == ()


async def test_a_warning_goes_when_the_membership_ends_and_the_successor_joins(registry: Registry) -> None:
    await a_running_year(registry)
    await registry.tell(Reorganise(**merger()))
    with pytest.raises(Refused, match="no more"):
        await registry.tell(SignCovenant(bloc=CLUSTER, year=2026, effective=NEXT, signature=e.Signature(member="a")))
    for unit in ("a", "b"):
        await registry.tell(EndMembership(authority="central", unit=unit, bloc=CLUSTER, effective=WORKS))
    await registry.tell(AdmitMember(authority="central", unit="c", bloc=CLUSTER, effective=WORKS))
    answer = await registry.ask("GetBloc", bloc=CLUSTER, on=NEXT)
    assert ([m.unit.value for m in answer.memberships], answer.warnings) == (["d", "c"], ())
    year = await registry.ask("GetBlocYear", bloc=CLUSTER, year=2025)
    assert [(w.role, w.unit.value) for w in year.warnings] == [("HEAD", "a"), ("LEADS", "a")]
    late = EndMembership(authority="central", unit="d", bloc=CLUSTER, effective=NEXT + timedelta(days=60))
    await registry.tell(late)
    await registry.tell(DissolveOrganisation(organisation="d", effective=NEXT))
    (warning,) = (await registry.ask("GetBloc", bloc=CLUSTER)).warnings
    assert (warning.unit.value, value(warning.on), warning.reorganisation) == ("d", "2025-07-02", None)


async def test_a_moved_function_warns_of_nobody_who_is_told_to_go_on(registry: Registry) -> None:
    await a_running_year(registry)
    moved = merger(kind="TRANSFER", predecessors=before(a=False), successors=after("c"))
    await registry.tell(Reorganise(**moved))
    assert (await registry.ask("GetBloc", bloc=CLUSTER)).warnings == ()
    untold = merger(reorganisation="sx-2", predecessors=before(b=None), record=RECORD)
    await registry.tell(Reorganise(**untold))
    (warning,) = (await registry.ask("GetBloc", bloc=CLUSTER)).warnings
    assert (warning.unit.value, warning.ends, warning.on.mark.source) == ("b", None, "article")
    assert (await registry.ask("GetOrganisation", organisation="b", on=NEXT)).ended is None


async def test_a_bloc_whose_authority_is_no_more_says_so(registry: Registry) -> None:
    await a_running_year(registry)
    await registry.tell(DissolveOrganisation(organisation="central", effective=WORKS))
    (warning,) = (await registry.ask("GetBloc", bloc=CLUSTER, on=NEXT)).warnings
    assert (warning.role, warning.unit.value, value(warning.on)) == ("AUTHORITY", "central", "2025-07-01")
    assert (await registry.ask("GetBloc", bloc=CLUSTER, on=EVE)).warnings == ()


async def test_a_warning_is_no_surer_than_the_part_in_the_bloc(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc=CLUSTER, kind="CUM", name="Cụm", record=RECORD))
    unsure = RECORD.model_copy(update={"inferred": (Inference(field="head", basis="theo chức vụ"),)})
    await registry.tell(RecordLeadership(bloc=CLUSTER, year=2025, head=e.Holder(agency="a"), record=unsure))
    await registry.tell(DissolveOrganisation(organisation="a", effective=WORKS, record=RECORD))
    (warning,) = (await registry.ask("WhoHeaded", bloc=CLUSTER, year=2025)).warnings
    assert (warning.role, certainty(warning.unit), certainty(warning.on)) == ("HEAD", "INFERRED", "STATED")
    assert warning.authority is None


# Chains


def links(found: Any) -> list[tuple[str | None, str | None, str]]:
    return [(value(link.predecessor), value(link.successor), link.reorganisation) for link in found]


async def recorded(registry: Registry, reorganisation: str, gone: list[str], come: list[str], day: date | None) -> None:
    fields = merger(
        reorganisation=reorganisation,
        predecessors=before(**dict.fromkeys(gone, True)),
        successors=after(*come),
        in_force_on=None,
        effective=day,
        record=RECORD,
    )
    await registry.tell(Reorganise(**fields))


async def test_successors_and_predecessors_are_followed_to_the_last(registry: Registry) -> None:
    await recorded(registry, "r1", ["a", "b"], ["c"], date(1997, 1, 1))
    await recorded(registry, "r2", ["c"], ["d", "f"], date(2008, 8, 1))
    await recorded(registry, "r3", ["d"], ["g"], WORKS)
    chain = await registry.ask("GetSuccession", organisation="a")
    assert links(chain.successors) == [("a", "c", "r1"), ("c", "d", "r2"), ("c", "f", "r2"), ("d", "g", "r3")]
    assert (chain.predecessors, chain.cut) == ((), False)
    assert [value(link.on) for link in chain.successors] == ["1997-01-01", "2008-08-01", "2008-08-01", "2025-07-01"]
    assert {link.predecessor.mark.source for link in chain.successors} == {"article"}
    back = await registry.ask("GetSuccession", organisation="g")
    assert links(back.predecessors) == [("d", "g", "r3"), ("c", "d", "r2"), ("a", "c", "r1"), ("b", "c", "r1")]
    then = await registry.ask("GetSuccession", organisation="a", on=date(2010, 1, 1))
    assert links(then.successors) == [("a", "c", "r1"), ("c", "d", "r2"), ("c", "f", "r2")]
    with pytest.raises(Missing):
        await registry.ask("GetSuccession", organisation="nobody")


async def test_a_chain_that_leads_back_ends_there(registry: Registry) -> None:
    await recorded(registry, "r1", ["a"], ["b"], date(1976, 2, 1))
    await recorded(registry, "r2", ["b"], ["a"], date(1991, 8, 12))
    chain = await registry.ask("GetSuccession", organisation="a")
    assert links(chain.successors) == [("a", "b", "r1"), ("b", "a", "r2")]
    assert links(chain.predecessors) == [("b", "a", "r2"), ("a", "b", "r1")]


async def test_what_came_to_somebody_did_not_go_on_by_what_was_before(registry: Registry) -> None:
    await recorded(registry, "r1", ["b"], ["y"], date(1976, 2, 1))
    await recorded(registry, "r2", ["a"], ["b"], date(1991, 8, 12))
    await recorded(registry, "r3", ["b"], ["z"], date(1991, 8, 12))
    await recorded(registry, "r4", ["b"], ["v"], None)
    chain = await registry.ask("GetSuccession", organisation="a")
    assert links(chain.successors) == [("a", "b", "r2"), ("b", "z", "r3"), ("b", "v", "r4")]
    assert links((await registry.ask("GetSuccession", organisation="y")).predecessors) == [("b", "y", "r1")]
    back = await registry.ask("GetSuccession", organisation="z")
    assert links(back.predecessors) == [("b", "z", "r3"), ("a", "b", "r2")]


async def test_of_several_predecessors_and_successors_who_came_after_whom_is_inferred(registry: Registry) -> None:
    await recorded(registry, "r1", ["a", "b"], ["c", "d"], None)
    chain = await registry.ask("GetSuccession", organisation="a")
    assert links(chain.successors) == [("a", "c", "r1"), ("a", "d", "r1")]
    assert {(link.successor.mark.certainty, link.successor.mark.basis) for link in chain.successors} == {
        ("INFERRED", ASSIGNED)
    }
    assert {(link.on, certainty(link.predecessor)) for link in chain.successors} == {(None, "STATED")}


async def test_carry_over_is_shown_where_it_is_ruled_and_nowhere_else(registry: Registry) -> None:
    await a_running_year(registry)
    await registry.tell(Reorganise(**merger()))
    ruling: dict[str, Any] = {"reorganisation": "sx", "successor": "c", "effective": NEXT, "basis": "hướng dẫn 5"}
    years = "5 năm liền Tập thể lao động xuất sắc"
    await registry.tell(
        RuleCarryOver(**ruling, predecessor="a", what=years, carried=True, by=e.Party(agency="central"))
    )
    await registry.tell(RuleCarryOver(**ruling, predecessor="b", what=years, carried=False))
    merged = await registry.ask("GetReorganisation", reorganisation="sx")
    shown = [(value(c.predecessor), value(c.carried), value(c.basis)) for c in merged.carry_overs]
    assert shown == [("a", "true", "hướng dẫn 5"), ("b", "false", "hướng dẫn 5")]
    chain = await registry.ask("GetSuccession", organisation="a")
    assert [(value(c.predecessor), value(c.by.agency)) for c in chain.carry_overs] == [("a", "central")]


# Sources that contradict each other


async def test_two_sources_on_one_merger_are_both_kept_until_somebody_rules(registry: Registry) -> None:
    for source, ends, day in (("a", True, WORKS), ("b", False, NEXT)):
        fields = merger(predecessors=before(a=ends), effective=day)
        record = Record(source=Source(id=source), place="đoạn 1")
        await registry.tell(Reorganise(**fields, record=record))
    found = await registry.ask("GetReorganisation", reorganisation="sx")
    disputes = {(d.field, d.about): [(f.value, f.mark.source) for f in d.told] for d in found.disputes}
    assert disputes == {
        ("effective", None): [("2025-07-01", "a"), ("2025-07-02", "b")],
        ("predecessors.ends", "a"): [("true", "a"), ("false", "b")],
    }
    assert value((await registry.ask("GetOrganisation", organisation="a", on=NEXT)).ended) == "true"
    ruling = e.Ruling(by=e.Party(words="Bộ Nội vụ"), reason="theo bản gốc")
    ruled = await registry.tell(Reorganise(**merger(predecessors=before(a=False)), record=RECORD, ruling=ruling))
    settled = await registry.ask("GetReorganisation", reorganisation="sx")
    assert (settled.disputes, [value(r.reason) for r in settled.rulings]) == ((), ["theo bản gốc"])
    assert (await registry.ask("GetOrganisation", organisation="a", on=NEXT)).ended is None
    asked = {"organisation": "a", "on": NEXT}
    assert value((await registry.ask("GetOrganisation", ruled.position - 2, **asked)).ended) == "true"
    assert await registry.ask("GetReorganisation", ruled.position - 2, reorganisation="sx") == found


async def test_what_a_record_infers_of_an_end_is_inferred_in_every_answer(registry: Registry) -> None:
    inferred = (Inference(field="predecessors.items[0].ends", basis="tên không còn"),)
    record = RECORD.model_copy(update={"inferred": inferred})
    await registry.tell(Reorganise(**merger(predecessors=before(a=True)), record=record))
    organisation = await registry.ask("GetOrganisation", organisation="a", on=NEXT)
    (succession,) = organisation.successions
    (link,) = (await registry.ask("GetSuccession", organisation="a")).successors
    for ended in (organisation.ended, succession.ends, link.ends):
        assert (ended.value, ended.mark.certainty, ended.mark.basis) == ("true", "INFERRED", "tên không còn")
    assert (certainty(succession.on), certainty(link.successor)) == ("STATED", "STATED")


# What turns out otherwise


async def test_a_reorganisation_that_is_corrected_or_retracted_holds_otherwise_for_all_who_went(
    registry: Registry,
) -> None:
    await a_running_year(registry)
    told = await registry.tell(Reorganise(**merger()))

    async def ended(as_of: int | None = None) -> list[str | None]:
        """Of a, b and d: whether it is no more, as the cluster warns of it too."""
        found = [await registry.ask("GetOrganisation", as_of, organisation=one, on=NEXT) for one in "abd"]
        cluster = await registry.ask("GetBloc", as_of, bloc=CLUSTER, on=NEXT)
        assert [w.unit.value for w in cluster.warnings] == [one.organisation for one in found if one.ended]
        chains = [await registry.ask("GetSuccession", as_of, organisation=one) for one in "abd"]
        assert [[value(link.successor) for link in chain.successors] for chain in chains] == [
            ["c"] if one.ended else [] for one in found
        ]
        return [value(one.ended) for one in found]

    assert await ended() == ["true", "true", None]
    misread: dict[str, Any] = {"record": RECORD, "correction": Correction(corrects=1, reason="đọc nhầm")}
    corrected = await registry.tell(Reorganise(**merger(predecessors=before(a=True, d=True)), **misread))
    assert await ended() == ["true", None, "true"]
    assert await ended(told.position) == ["true", "true", None]
    await registry.tell(NameOrganisation(organisation="b", name="Tỉnh B mới", effective=NEXT))
    with pytest.raises(Refused, match="no more"):
        await registry.tell(NameOrganisation(organisation="d", name="Tỉnh D mới", effective=NEXT))
    retraction: dict[str, Any] = {"stream": "reorganisation:sx", "reason": "chưa có nghị quyết", "record": RECORD}
    retracted = await registry.tell(Retract(**retraction, retracts=1))
    assert await ended() == [None, None, None]
    with pytest.raises(Missing):
        await registry.ask("GetReorganisation", reorganisation="sx")
    assert "OrganisationsReorganised" not in [
        one.type for one in (await registry.ask("GetOrganisationTimeline", organisation="a")).entries
    ]
    await registry.tell(Retract(**retraction, retracts=3))
    assert await ended() == ["true", None, "true"]
    assert await ended(retracted.position) == [None, None, None]
    assert await ended(corrected.position) == ["true", None, "true"]
    history = (await registry.ask("GetHistory", stream="organisation:b")).events
    assert [(one.type, one.stands) for one in history] == [
        ("OrganisationRegistered", True),
        ("OrganisationSucceeded", False),
        ("OrganisationSucceeded", True),
        ("OrganisationNamed", True),
    ]


# On a day


async def test_type_code_and_superior_body_are_true_on_their_days(registry: Registry) -> None:
    for one in ("above", "other"):
        await registry.tell(RegisterOrganisation(organisation=one, name=one))
    new = RegisterOrganisation(
        organisation="a",
        name="A",
        kind="town",
        level="district",
        code="1",
        superior="above",
        effective=date(2010, 1, 1),
    )
    await registry.tell(new)
    await registry.tell(RetypeOrganisation(organisation="a", kind="special-zone", effective=WORKS))
    last = await registry.tell(TransferOrganisation(organisation="a", superior="other", effective=WORKS))
    unsure = RECORD.model_copy(update={"inferred": (Inference(field="effective", basis="năm ban hành"),)})
    await registry.tell(AssignOrganisationCode(organisation="a", code="2", effective=WORKS, record=unsure))

    async def shown(on: date | None, as_of: int | None = None) -> list[str | None]:
        answer = await registry.ask("GetOrganisation", as_of, organisation="a", on=on)
        return [value(getattr(answer, field)) for field in ("name", "kind", "level", "code", "superior")]

    assert await shown(date(2009, 12, 31)) == [None] * 5
    assert await shown(EVE) == ["A", "town", "district", "1", "above"]
    assert await shown(NEXT) == ["A", "special-zone", "district", "2", "other"]
    assert await shown(None) == ["A", "special-zone", "district", "2", "other"]
    assert await shown(NEXT, last.position) == ["A", "special-zone", "district", "1", "other"]
    then = await registry.ask("GetOrganisation", organisation="a", on=NEXT)
    assert (certainty(then.code), then.code.mark.basis) == ("INFERRED", "năm ban hành")
    assert (certainty(then.kind), [label.id for label in then.labels]) == ("STATED", ["other"])
    (found,) = (await registry.ask("FindOrganisations", text="A")).found
    assert found.id == "a"


async def test_nobody_joins_who_has_ended_however_the_two_race(registry: Registry) -> None:
    pairs = 20
    await registry.tell(RegisterOrganisation(organisation="central", name="Hội đồng"))
    since = date(2020, 1, 1)
    await registry.tell(EstablishBloc(bloc=CLUSTER, kind="CUM", name="Cụm", authority="central", effective=since))
    for n in range(pairs):
        for one in (f"a{n}", f"c{n}"):
            await registry.tell(RegisterOrganisation(organisation=one, name=one))

    async def told(command: Any, other: bool) -> int | None:
        """The position; null where it lost."""
        try:
            return (await (registry.tell_beside(command) if other else registry.tell(command))).position
        except (Refused, Conflict):
            return None

    outcomes = await asyncio.gather(
        *(
            asyncio.gather(
                told(AdmitMember(authority="central", unit=f"a{n}", bloc=CLUSTER, effective=NEXT), other=False),
                told(
                    Reorganise(
                        **merger(
                            reorganisation=f"sx{n}", predecessors=before(**{f"a{n}": True}), successors=after(f"c{n}")
                        )
                    ),
                    other=True,
                ),
            )
            for n in range(pairs)
        )
    )
    assert all(joined is None or ended is None or joined < ended for joined, ended in outcomes)
    assert any(ended is not None for _, ended in outcomes)
    warned = [w.unit.value for w in (await registry.ask("GetBloc", bloc=CLUSTER)).warnings]
    assert sorted(warned) == sorted(f"a{n}" for n, (joined, ended) in enumerate(outcomes) if joined and ended)


async def test_what_two_sources_tell_of_one_day_is_disputed(registry: Registry) -> None:
    day = date(2025, 3, 1)
    await registry.tell(RegisterOrganisation(organisation="x", name="X", kind="board", record=RECORD))
    for kind in ("department", "agency"):
        told: dict[str, Any] = {"organisation": "x", "effective": day, "record": RECORD}
        await registry.tell(RetypeOrganisation(kind=kind, **told))
        await registry.tell(AssignOrganisationCode(code=f"C-{kind}", **told))
        await registry.tell(TransferOrganisation(superior=f"under-{kind}", **told))
        await registry.tell(NameOrganisation(name=f"Tên {kind}", **told))
    answer = await registry.ask("GetOrganisation", organisation="x", on=date(2025, 6, 1))
    assert answer.disputed
    assert {(one.field, one.about) for one in answer.disputes} == {
        (field, str(day)) for field in ("name", "kind", "code", "superior")
    }
    later: dict[str, Any] = {"organisation": "x", "effective": date(2026, 1, 1), "record": RECORD}
    await registry.tell(RetypeOrganisation(kind="authority", **later))
    assert len((await registry.ask("GetOrganisation", organisation="x")).disputes) == 4


async def test_an_end_on_an_unknown_day_is_stated_of_no_day(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="x", name="X", record=RECORD))
    await registry.tell(DissolveOrganisation(organisation="x", record=RECORD))
    for on, expected in ((date(2001, 1, 1), "INFERRED"), (None, "STATED")):
        answer = await registry.ask("GetOrganisation", organisation="x", on=on)
        assert (value(answer.ended), certainty(answer.ended)) == ("true", expected)


async def test_sources_that_tell_otherwise_whether_a_merged_one_is_no_more_dispute_it(registry: Registry) -> None:
    for unit in ("a", "n"):
        await registry.tell(RegisterOrganisation(organisation=unit, name=unit.upper(), record=RECORD))
    for ends in (True, False):
        await registry.tell(Reorganise(**merger(predecessors=before(a=ends), successors=after("n"), record=RECORD)))
    answer = await registry.ask("GetOrganisation", organisation="a")
    assert [(one.field, [f.value for f in one.told]) for one in answer.disputes] == [("ends", ["true", "false"])]


async def test_of_head_and_deputies_that_are_no_more_every_answer_tells_by_the_day(registry: Registry) -> None:
    """From the day on which they end, until others head, also over the end of the year."""
    await a_running_year(registry)
    deputies = Listed[e.Deputy](items=(e.Deputy(agency="b"),))
    told: dict[str, Any] = {"bloc": CLUSTER, "year": 2025, "record": RECORD}
    await registry.tell(RecordLeadership(**told, head=e.Holder(agency="a"), deputies=deputies))
    await registry.tell(Reorganise(**merger()))

    async def warned(on: date) -> list[set[tuple[str, str]]]:
        answers = [await registry.ask(name, bloc=CLUSTER, on=on) for name in ("WhoHeaded", "GetBlocLeadership")]
        found = [{(one.unit.value, one.role) for one in answer.warnings} for answer in answers]
        tasks = (await registry.ask("GetToDo", bloc=CLUSTER, on=on)).tasks
        what = {"Quyết định việc thay trưởng khối, cụm": "HEAD", "Quyết định việc thay phó khối, cụm": "DEPUTY_HEAD"}
        return [*found, {(value(one.unit), what[one.what.value]) for one in tasks if one.what.value in what}]

    head, both = {("a", "HEAD")}, {("a", "HEAD"), ("b", "DEPUTY_HEAD")}
    assert await warned(EVE) == [set(), set(), set()]
    for on in (NEXT, date(2026, 1, 15)):
        assert await warned(on) == [head, both, both]
    year = await registry.ask("GetBlocYear", bloc=CLUSTER, year=2025)
    assert {(one.unit.value, one.role) for one in year.warnings} >= both
    await registry.tell(RecordLeadership(**told, head=e.Holder(agency="a"), end=EVE))
    await registry.tell(RecordLeadership(**told, head=e.Holder(agency="d"), start=date(2025, 7, 5)))
    assert await warned(date(2025, 12, 1)) == [set(), set(), set()]
    year = await registry.ask("GetBlocYear", bloc=CLUSTER, year=2025)
    assert not {one.role for one in year.warnings} & {"HEAD", "DEPUTY_HEAD"}
    assert not (await registry.ask("WhoHeaded", bloc=CLUSTER, year=2025)).warnings
