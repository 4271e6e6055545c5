"""By which rule the lead of a bloc goes round, and who comes next: inferred with a basis, or unknown with a reason."""

from datetime import date
from typing import Any

import pytest

from services.kernel.events import Event
from services.kernel.provenance import Fact, Inference, Listed, Mark, Record, Source
from services.registry import events as e
from services.registry.domain.bloc import DissolveBloc, EstablishBloc
from services.registry.domain.head import Head, Heads
from services.registry.domain.leadership import ElectLeadership, RecordLeadership
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.domain.reorganisation import Reorganise
from services.registry.domain.rotation import Next, SetRotation, following, rule_for
from tests.registry.support import Registry, given
from tests.registry.test_decisions import members

DAY = date(2024, 4, 10)
RECORD = Record(source=Source(id="regulation"), place="article 3")
FOUNDED = e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=date(2020, 1, 1))
GROUND: dict[str, list[Event]] = {"bloc:b1": [FOUNDED], **members("a", "b", "c")}


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="told beside it") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def order(*units: str, whole: bool | None = None) -> Listed[e.Member]:
    return Listed[e.Member](items=tuple(e.Member(unit=unit) for unit in units), exhaustive=whole)


def rule(manner: e.RotationManner | None = "ORDER", *units: str, whole: bool | None = None, **told: Any) -> Any:
    return e.RotationSet(bloc="b1", manner=manner, order=order(*units, whole=whole), **{"record": RECORD, **told})


def set_(**told: Any) -> SetRotation:
    fields = {
        "bloc": "b1",
        "authority": "central",
        "effective": DAY,
        "manner": "ORDER",
        "order": order("a", "b"),
        **told,
    }
    return SetRotation.model_validate(fields)


# What is decided


def test_a_rule_is_settled_here_among_members_of_the_bloc_from_a_day_on() -> None:
    given(GROUND).when(set_()).then(
        e.RotationSet(bloc="b1", manner="ORDER", order=order("a", "b"), effective=DAY),
    )
    given(GROUND).when(set_(order=order("a", "x"))).refused("organisation.unknown")
    given(GROUND).when(set_(effective=None)).refused("act.day")
    given().when(set_()).refused("bloc.unknown")
    given(GROUND).when(set_(manner="ELECTION", order=order())).accepted()
    given().when(set_(record=RECORD)).accepted()


def test_a_rule_by_order_names_each_member_once_and_another_rule_names_none() -> None:
    given(GROUND).when(set_(order=order())).refused("rotation.order")
    given(GROUND).when(set_(order=order("a", "b", "a"))).refused("rotation.order")
    given(GROUND).when(set_(manner="LOT")).refused("rotation.order")
    given(GROUND).when(set_(manner=None, order=order(), words="luân phiên")).refused("rotation.manner")
    given().when(set_(manner=None, order=order(), words="luân phiên", record=RECORD)).accepted()
    given().when(set_(manner=None, order=order(), record=RECORD)).refused("rotation.manner")


# Who comes next


def heads(*agencies: str | None, certainty: Any = "STATED") -> Heads:
    marked = Mark(certainty=certainty, basis=None if certainty == "STATED" else "his post")
    return Heads(
        heads=tuple(
            Head(agency=Fact(value=a, mark=marked) if a else None, person=None, title=None, year=None, told_by=())
            for a in agencies
        ),
        disputed=len(agencies) > 1,
    )


def after(last: str | None, *rules: e.RotationSet, known: Heads | None = None) -> Next:
    return following(rules, 2025, known or heads(), heads(last) if last else heads())


def test_by_an_order_the_next_is_inferred_from_the_head_of_the_year_before() -> None:
    found = after("a", rule("ORDER", "a", "b", "c"))
    assert found.agency
    assert (found.agency.value, found.agency.mark.certainty, found.told, found.unknown) == (
        "b",
        "INFERRED",
        False,
        None,
    )
    assert found.agency.mark.basis == (
        "in the order b follows a, head of 2024 / theo thứ tự, b kế tiếp a, trưởng năm 2024"
    )
    assert found.agency.mark.source == "regulation"


def test_what_the_next_rests_on_is_in_its_basis() -> None:
    found = following([rule("ORDER", "a", "b")], 2025, heads(), heads("a", certainty="INFERRED"))
    assert found.agency
    assert str(found.agency.mark.basis).startswith("his post; in the order")


def test_the_first_follows_the_last_only_where_these_are_told_to_be_all() -> None:
    found = after("c", rule("ORDER", "a", "b", "c", whole=True))
    assert found.agency
    assert found.agency.value == "a"
    for whole in (None, False):
        unknown = after("c", rule("ORDER", "a", "b", "c", whole=whole))
        assert unknown.agency is None
        assert "last who is named" in str(unknown.unknown)


@pytest.mark.parametrize(
    ("rules", "last", "why"),
    [
        ((), "a", "no rule is recorded"),
        ((rule("LOT"),), "a", "lot"),
        ((rule("ELECTION"),), "a", "elected each year"),
        ((rule(None, words="luân phiên"),), "a", "does not say"),
        ((rule("ORDER", "a", "b"),), None, "no head of 2024 is recorded"),
        ((rule("ORDER", "a", "b"),), "x", "not once in the order"),
        ((rule("ORDER", "a", "b", "a"),), "a", "not once in the order"),
        ((rule("ORDER", "a", "b"), rule("ORDER", "b", "a")), "a", "several rules"),
        ((rule("ORDER", "a", "b", from_year=2026),), "a", "no rule is recorded"),
    ],
)
def test_where_rule_or_history_does_not_say_the_next_is_unknown_with_a_reason(
    rules: tuple[e.RotationSet, ...], last: str | None, why: str
) -> None:
    found = after(last, *rules)
    assert found.agency is None
    assert why in str(found.unknown)
    assert " / " in str(found.unknown)


def test_a_head_of_the_year_before_of_whom_sources_differ_or_tell_no_agency_is_followed_by_nobody() -> None:
    told = [rule("ORDER", "a", "b")]
    assert "several heads of 2024" in str(following(told, 2025, heads(), heads("a", "b")).unknown)
    assert "agency of the head of 2024" in str(following(told, 2025, heads(), heads(None)).unknown)


def test_after_two_who_headed_in_turn_nobody_is_taken_to_follow() -> None:
    turns = heads("a", "b").model_copy(update={"disputed": False})
    found = following([rule("ORDER", "a", "b", "c")], 2025, heads(), turns)
    assert found.agency is None
    assert "in turn" in (found.unknown or "")


def test_a_head_that_is_told_needs_no_rule_and_two_that_are_told_are_no_answer() -> None:
    found = after("a", rule("ORDER", "a", "b"), known=heads("c"))
    assert found.agency
    assert (found.agency.value, found.agency.mark.certainty, found.told) == ("c", "STATED", True)
    assert "several heads of 2025" in str(after("a", known=heads("b", "c")).unknown)


def test_the_rule_of_a_year_is_the_last_that_has_begun_by_it() -> None:
    old, new = rule("LOT", effective=date(2020, 1, 1)), rule("ELECTION", from_year=2024)
    assert rule_for([new, old], 2023) == [old]
    assert rule_for([new, old], 2024) == [new]
    assert rule_for([new, old], 2019) == []
    assert rule_for([rule("LOT")], 1990) == [rule("LOT")]


def test_a_rule_that_begins_in_the_midst_of_a_year_and_says_no_more_does_not_decide_that_year_s_head() -> None:
    late = rule("ORDER", "a", "b", effective=date(2025, 12, 31))
    for rules in ([late], [rule("LOT"), late]):
        found = following(rules, 2025, heads(), heads("a"))
        assert found.agency is None
        assert "from 2025-12-31 on" in str(found.unknown)
        next_ = following(rules, 2026, heads(), heads("a"))
        assert next_.agency
        assert next_.agency.value == "b"
    said: dict[str, Any] = {"from_year": 2025}
    for effective, told in ((date(2025, 1, 1), {}), (date(2025, 12, 31), said)):
        found = following([rule("ORDER", "a", "b", effective=effective, **told)], 2025, heads(), heads("a"))
        assert found.agency
    same = [rule("ORDER", "a", "b"), late]
    assert following(same, 2025, heads(), heads("a")).agency  # whichever of the two it is


# Over a real database


async def founded(registry: Registry) -> None:
    for unit in ("central", "a", "b", "c"):
        await registry.tell(RegisterOrganisation(organisation=unit, name=unit.upper()))
    since = date(2020, 1, 1)
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=since))
    for unit in ("a", "b", "c"):
        await registry.tell(AdmitMember(authority="central", unit=unit, bloc="b1", effective=since))


async def test_who_served_in_each_year_and_who_is_next_as_known_then(registry: Registry) -> None:
    await founded(registry)
    for year, agency in ((2021, "a"), (2023, "c")):
        head = e.Holder(agency=agency)
        await registry.tell(RecordLeadership(bloc="b1", year=year, head=head, record=from_("minutes")))
    before = await registry.position()
    regulation = Source(id="qc-1", number="1/QC")
    await registry.tell(
        SetRotation(
            bloc="b1",
            manner="ORDER",
            order=order("a", "b", "c", whole=True),
            from_year=2024,
            decision=regulation,
            effective=DAY,
        )
    )
    answer = await registry.ask("GetRotation", bloc="b1")
    assert [(one.year, [head.agency.value for head in one.heads]) for one in answer.served] == [
        (2021, ["a"]),
        (2022, []),
        (2023, ["c"]),
    ]
    assert (answer.year, answer.next.value, answer.next.mark.certainty, answer.told) == (2024, "a", "INFERRED", False)
    (shown,) = answer.rules
    assert (shown.manner.value, [one.unit.value for one in shown.order.items], shown.order.exhaustive.value) == (
        *("ORDER", ["a", "b", "c"], "true"),
    )
    assert (shown.decision.value, shown.since.value, shown.conference, shown.words) == (
        "qc-1",
        "2024-04-10",
        None,
        None,
    )
    assert [label.name for label in answer.labels] == ["A", "B", "C"]
    then = await registry.ask("GetRotation", bloc="b1", as_of=before)
    assert (then.rules, then.next, then.unknown.partition(" / ")[0]) == ((), None, "no rule is recorded for the year")
    gap = await registry.ask("GetRotation", bloc="b1", year=2026)
    assert (gap.next, gap.unknown.partition(" / ")[0]) == (None, "no head of 2025 is recorded")
    assert [one.year for one in gap.served] == [2021, 2022, 2023, 2024, 2025]
    await registry.tell(ElectLeadership(bloc="b1", year=2024, head=e.Holder(agency="b"), effective=DAY))
    told = await registry.ask("GetRotation", bloc="b1", year=2024)
    assert (told.next.value, told.next.mark.certainty, told.told) == ("b", "STATED", True)
    assert (await registry.ask("GetRotation", bloc="b1")).next.value == "c"


async def test_nobody_follows_who_is_no_member_any_more_or_in_a_bloc_that_is_no_more(registry: Registry) -> None:
    await founded(registry)
    await registry.tell(RecordLeadership(bloc="b1", year=2024, head=e.Holder(agency="a"), record=from_("minutes")))
    await registry.tell(set_(authority=None, order=order("a", "b")))
    assert (await registry.ask("GetRotation", bloc="b1")).next.value == "b"
    gone = date(2025, 1, 1)
    await registry.tell(EndMembership(authority="central", unit="b", bloc="b1", effective=gone))
    answer = await registry.ask("GetRotation", bloc="b1")
    assert (answer.next, "b follows, and is no member in 2025" in answer.unknown) == (None, True)
    await registry.tell(DissolveBloc(bloc="b1", effective=gone))
    assert "the bloc is dissolved" in (await registry.ask("GetRotation", bloc="b1")).unknown
    await registry.tell(DissolveBloc(bloc="b1", record=from_("minutes")))
    assert "dissolved by then is not known" in (await registry.ask("GetRotation", bloc="b1")).unknown


async def test_nobody_follows_who_is_no_more_and_who_ends_in_the_year_follows_with_a_warning(
    registry: Registry,
) -> None:
    await founded(registry)
    await registry.tell(RegisterOrganisation(organisation="n", name="N"))
    await registry.tell(RecordLeadership(bloc="b1", year=2024, head=e.Holder(agency="a"), record=from_("minutes")))
    await registry.tell(set_(authority=None))
    before = await registry.position()
    await registry.tell(
        Reorganise(
            reorganisation="merger",
            kind="MERGER",
            predecessors=Listed[e.Predecessor](items=(e.Predecessor(organisation="b", ends=True),)),
            successors=Listed[e.Successor](items=(e.Successor(organisation="n"),)),
            effective=date(2025, 7, 1),
            record=RECORD,
        )
    )
    answer = await registry.ask("GetRotation", bloc="b1")
    assert (answer.year, answer.next.value) == (2025, "b")
    assert [(one.unit.value, one.role, one.on.value) for one in answer.warnings] == [("b", "HEAD", "2025-07-01")]
    assert [one.value for one in answer.warnings[0].successors] == ["n"]
    assert (await registry.ask("GetRotation", bloc="b1", as_of=before)).warnings == ()
    await registry.tell(RecordLeadership(bloc="b1", year=2025, head=e.Holder(agency="a"), record=from_("minutes")))
    answer = await registry.ask("GetRotation", bloc="b1")
    assert (answer.year, answer.next, answer.warnings) == (2026, None, ())
    assert "b follows, and is no more by 2026-01-01" in answer.unknown


async def test_where_nothing_is_recorded_nothing_is_said(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=RECORD))
    answer = await registry.ask("GetRotation", bloc="b1")
    assert (answer.rules, answer.served, answer.year, answer.next, answer.told) == ((), (), None, None, False)
    assert answer.unknown == "no head is recorded / chưa ghi nhận trưởng nào"


async def test_rules_of_one_day_that_differ_are_disputed_until_somebody_rules(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=RECORD))
    await registry.tell(RecordLeadership(bloc="b1", year=2024, head=e.Holder(agency="a"), record=from_("minutes")))
    await registry.tell(set_(authority=None, record=from_("s1")))
    await registry.tell(set_(authority=None, manner="LOT", order=order(), record=from_("s2")))
    answer = await registry.ask("GetRotation", bloc="b1")
    assert (answer.disputed, [one.field for one in answer.disputes], answer.next) == (True, ["manner"], None)
    ruled = {"ruling": {"by": {"agency": "central"}, "reason": "theo quy chế"}, "record": from_("s3")}
    await registry.tell(set_(authority=None, **ruled))
    answer = await registry.ask("GetRotation", bloc="b1")
    assert (answer.disputed, answer.next.value, len(answer.rulings)) == (False, "b", 1)
