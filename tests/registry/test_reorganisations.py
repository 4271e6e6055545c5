"""What befalls organisations: types, codes and superior bodies that change, mergers, splits, ends."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.kernel.decider import Command
from services.kernel.errors import Conflict
from services.kernel.events import Event
from services.kernel.performing import Act
from services.kernel.provenance import Inference, Listed, Record, Source
from services.kernel.spec import Told
from services.kernel.standing import Correction, FactRetracted, Retract
from services.registry import events as e
from services.registry.domain import HANDLERS
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.organisation import (
    AssignOrganisationCode,
    DissolveOrganisation,
    NameOrganisation,
    RegisterOrganisation,
    RetypeOrganisation,
    TransferOrganisation,
)
from services.registry.domain.reorganisation import Reorganise, RuleCarryOver
from tests.registry.support import RECORD, given
from tests.registry.test_decisions import members
from tests.registry.test_performing import FIELDS, GROUND, acts, ground, mentioning, mentions

RULING = e.Ruling(by=e.Party(agency="bnv"), reason="theo nghị quyết gốc")
IN_FORCE, WORKS = date(2025, 6, 12), date(2025, 7, 1)
EVE = WORKS - timedelta(days=1)
DECISION = Source(id="nq-202", number="202/2025/QH15")

Streams = dict[str, list[Event]]


def organisations(*ids: str) -> Streams:
    return {f"organisation:{one}": [e.OrganisationRegistered(organisation=one, name=one)] for one in ids}


def before(**ends: bool | None) -> Listed[e.Predecessor]:
    return Listed[e.Predecessor](items=tuple(e.Predecessor(organisation=one, ends=end) for one, end in ends.items()))


def after(*ids: str) -> Listed[e.Successor]:
    return Listed[e.Successor](items=tuple(e.Successor(organisation=one) for one in ids))


def merger(**fields: Any) -> dict[str, Any]:
    """Provinces a and b become c."""
    told = {
        "reorganisation": "sx",
        "kind": "MERGER",
        "predecessors": before(a=True, b=True),
        "successors": after("c"),
        "in_force_on": IN_FORCE,
        "effective": WORKS,
        "decision": DECISION,
    }
    return told | fields


def succeeded(one: str, *by: str, **fields: Any) -> e.OrganisationSucceeded:
    told: dict[str, Any] = {"ends": True, "effective": WORKS, **fields}
    return e.OrganisationSucceeded(organisation=one, reorganisation="sx", successors=by, **told)


KNOWN = organisations("a", "b", "c")


# A reorganisation


def test_a_merger_is_told_once_and_in_the_stream_of_each_who_goes() -> None:
    given(KNOWN).when(Reorganise(**merger())).then(
        {
            "reorganisation:sx": [e.OrganisationsReorganised(**merger())],
            "organisation:a": [succeeded("a", "c")],
            "organisation:b": [succeeded("b", "c")],
        }
    )


def test_a_split_and_a_moved_function_end_who_is_said_to_end() -> None:
    split = merger(kind="SPLIT", predecessors=before(a=True), successors=after("b", "c"))
    given(KNOWN).when(Reorganise(**split)).then(
        e.OrganisationsReorganised(**split), {"organisation:a": [succeeded("a", "b", "c")]}
    )
    takes = Listed[e.Successor](items=(e.Successor(organisation="c", takes="công tác thi đua, khen thưởng"),))
    moved = merger(kind="TRANSFER", predecessors=before(a=False), successors=takes)
    given(KNOWN).when(Reorganise(**moved)).then(
        e.OrganisationsReorganised(**moved), {"organisation:a": [succeeded("a", "c", ends=False)]}
    )


def test_who_splits_and_goes_on_does_not_come_after_itself() -> None:
    split = merger(kind="SPLIT", predecessors=before(a=False), successors=after("a", "c"))
    given(KNOWN).when(Reorganise(**split)).then(
        e.OrganisationsReorganised(**split), {"organisation:a": [succeeded("a", "c", ends=False)]}
    )


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("act.day", {"effective": None}),
        ("act.future", {"effective": date(2099, 1, 1)}),
        ("reorganisation.decision", {"decision": None}),
        ("reorganisation.decision", {"decision": Source(id="nq")}),
        ("reorganisation.order", {"in_force_on": WORKS + timedelta(days=1)}),
        ("reorganisation.parties", {"predecessors": before()}),
        ("reorganisation.parties", {"successors": after()}),
        ("reorganisation.parties", {"successors": after("c", "c")}),
        ("reorganisation.ends", {"predecessors": before(a=None)}),
        ("reorganisation.ends", {"successors": after("a", "c")}),
        ("organisation.unknown", {"predecessors": before(a=True, x=True)}),
        ("organisation.unknown", {"successors": after("x")}),
        ("list.count", {"successors": Listed[e.Successor](items=after("c").items, declared_count=2, exhaustive=True)}),
    ],
)
def test_a_reorganisation_performed_here_is_whole(rule: str, fields: dict[str, Any]) -> None:
    given(KNOWN).when(Reorganise(**merger(**fields), told_on=WORKS)).refused(rule)
    given().when(Reorganise(**merger(**fields), record=RECORD)).accepted()


def test_a_reorganisation_is_performed_once() -> None:
    given(KNOWN, e.OrganisationsReorganised(**merger())).when(Reorganise(**merger())).refused("reorganisation.known")


@pytest.mark.parametrize("day", [EVE, WORKS, WORKS + timedelta(days=30)])
def test_nobody_ends_twice_nor_before_an_end_that_is_told(day: date) -> None:
    gone: Streams = {"organisation:a": [e.OrganisationDissolved(organisation="a", effective=day)]}
    given(KNOWN, gone).when(Reorganise(**merger())).refused("organisation.ended")
    given(KNOWN, gone).when(DissolveOrganisation(organisation="a", effective=WORKS)).refused("organisation.ended")


def test_a_record_keeps_what_is_inferred_of_each_predecessor_by_itself() -> None:
    inferred = (
        Inference(field="predecessors.items[1].ends", basis="tên mới"),
        Inference(field="successors", basis="đoán"),
    )
    record = RECORD.model_copy(update={"inferred": inferred})
    guessed = Inference(field="successors[0]", basis="đoán")
    given().when(Reorganise(**merger(), record=record)).then(
        {
            "reorganisation:sx": [e.OrganisationsReorganised(**merger(), record=record)],
            "organisation:a": [succeeded("a", "c", record=RECORD.model_copy(update={"inferred": (guessed,)}))],
            "organisation:b": [
                succeeded(
                    "b",
                    "c",
                    record=RECORD.model_copy(update={"inferred": (Inference(field="ends", basis="tên mới"), guessed)}),
                )
            ],
        }
    )


# Who is no more


def gone(one: str, day: date | None = WORKS) -> Streams:
    return {f"organisation:{one}": [succeeded(one, "c", effective=day)]}


@pytest.mark.parametrize("field", FIELDS)
def test_from_its_last_day_on_a_member_that_has_ended_does_not_act(field: str) -> None:
    told = {**ground(field, "ubnd"), **members("ubnd")}
    on_the_eve, then = acts("ubnd", effective=EVE, year=2025)[field], acts("ubnd", effective=WORKS, year=2025)[field]
    if field in ("incoming.agency", "agency"):
        elected = e.LeadershipElected(bloc="b1", year=2025, head=e.Holder(agency="ubnd"), effective=EVE)
        told["leadership:b1"] = [elected]
    told |= {name.replace(":2024", ":2025"): events for name, events in told.items()}
    given(told, gone("ubnd")).when(on_the_eve).accepted()
    given(told, gone("ubnd")).when(then).refused("organisation.ended")
    given(told, gone("ubnd", None)).when(on_the_eve).refused("organisation.ended")
    given(told, gone("ubnd")).when(then.model_copy(update={"record": RECORD})).accepted()


@pytest.mark.parametrize("field", mentions())
def test_who_has_ended_takes_no_part_in_acts_of_a_later_day(field: str) -> None:
    told: Streams = {**mentioning(), **organisations("ubnd")}
    act = mentions()[field]
    assert act.effective
    given(told, gone("ubnd", act.effective)).when(act).refused("organisation.ended")
    given(told, gone("ubnd", act.effective + timedelta(days=1))).when(act).accepted()


def test_who_has_ended_joins_no_bloc_and_can_still_leave_one() -> None:
    joining = AdmitMember(authority="central", unit="btp", bloc="b1", effective=WORKS)
    leaving = EndMembership(authority="central", unit="btp", bloc="b1", effective=WORKS)
    apart: Streams = {"bloc:b1": GROUND["bloc:b1"], **organisations("btp")}
    given(apart, gone("btp")).when(joining).refused("organisation.ended")
    given(apart, gone("btp")).when(joining.model_copy(update={"effective": EVE})).accepted()
    given(GROUND, gone("btp")).when(leaving).accepted()


def test_an_authority_that_has_ended_admits_nobody_and_can_be_left() -> None:
    joining = AdmitMember(authority="central", unit="btp", bloc="b1", effective=WORKS)
    apart: Streams = {"bloc:b1": GROUND["bloc:b1"], **organisations("btp")}
    given(apart).when(joining).accepted()
    given(apart, gone("central")).when(joining).refused("organisation.ended")
    given(apart, gone("central")).when(joining.model_copy(update={"effective": EVE})).accepted()
    leaving = EndMembership(authority="central", unit="btp", bloc="b1", effective=WORKS)
    given(GROUND, gone("central")).when(leaving).accepted()


def test_old_names_of_who_has_ended_get_further_spellings_and_no_successors() -> None:
    told = [organisations("a"), gone("a")]
    given(*told).when(NameOrganisation(organisation="a", variants=("Tỉnh A",))).accepted()
    given(*told).when(NameOrganisation(organisation="a", name="A mới", effective=WORKS)).refused("organisation.ended")
    given(*told).when(NameOrganisation(organisation="a", name="A", effective=EVE)).accepted()


# A ruling, a correction, a retraction


def recorded(source: str = "article", **fields: Any) -> e.OrganisationsReorganised:
    return e.OrganisationsReorganised(**merger(**fields), record=of(source))


def of(source: str) -> Record:
    return Record(source=Source(id=source), place="paragraph 1")


def void(one: str, source: str) -> e.OrganisationSucceeded:
    return e.OrganisationSucceeded(organisation=one, reorganisation="sx", settled=True, void=True, record=of(source))


def retract(version: int) -> Retract:
    """As it has arrived."""
    stream = "reorganisation:sx"
    return Retract(stream=stream, retracts=version, reason="của nơi khác", record=of("letter"), beside=("a", "b", "d"))


def test_a_ruling_says_who_does_not_end_after_all() -> None:
    told: Streams = {"reorganisation:sx": [recorded()]}
    ruled: dict[str, Any] = {"record": of("ruling"), "ruling": RULING}
    settled = merger(predecessors=before(a=True, b=False), **ruled)
    ends_not = succeeded("b", "c", ends=False, settled=True, record=of("ruling"))
    given(told).when(Reorganise(**settled)).then(
        {
            "reorganisation:sx": [e.OrganisationsReorganised(**settled)],
            "organisation:a": [succeeded("a", "c", settled=True, record=of("ruling"))],
            "organisation:b": [ends_not],
        }
    )
    naming = NameOrganisation(organisation="b", name="B mới", effective=WORKS)
    given(organisations("b"), gone("b"), {"organisation:b": [ends_not]}).when(naming).accepted()
    contradicting = {"organisation:b": [ends_not.model_copy(update={"settled": False})]}
    given(organisations("b"), gone("b"), contradicting).when(naming).refused("organisation.ended")
    another = {"organisation:b": [ends_not.model_copy(update={"reorganisation": "sx-2"})]}
    given(organisations("b"), gone("b"), another).when(naming).refused("organisation.ended")


def test_of_whom_a_ruling_does_not_tell_nothing_stands() -> None:
    told: Streams = {"reorganisation:sx": [recorded()]}
    ruled: dict[str, Any] = {"record": of("ruling"), "ruling": RULING}
    ruling = Reorganise(**merger(predecessors=before(a=True)), **ruled)
    given().when(ruling).refused("ruling.nothing")
    given(told).when(ruling.model_copy(update={"former": ("a", "b")})).then(
        {
            "reorganisation:sx": [recorded("ruling", predecessors=before(a=True), ruling=RULING)],
            "organisation:a": [succeeded("a", "c", settled=True, record=of("ruling"))],
            "organisation:b": [void("b", "ruling")],
        }
    )
    naming = NameOrganisation(organisation="b", name="B mới", effective=WORKS)
    given(organisations("b"), gone("b"), {"organisation:b": [void("b", "ruling")]}).when(naming).accepted()


def correcting(**fields: Any) -> dict[str, Any]:
    return {"correction": Correction(corrects=1, reason="đọc nhầm"), **merger(**fields)}


def test_a_correction_tells_each_predecessor_what_stands_now_and_leaves_other_sources_alone() -> None:
    told: Streams = {"reorganisation:sx": [recorded(), recorded("other", predecessors=before(b=None))]}
    corrected = correcting(predecessors=before(d=True))
    given(told).when(Reorganise(**corrected, record=of("letter"), former=("a", "b"))).then(
        {
            "reorganisation:sx": [e.OrganisationsReorganised(**corrected, record=of("letter"))],
            "organisation:a": [void("a", "letter")],
            "organisation:b": [succeeded("b", "c", ends=None, settled=True, record=of("other"))],
            "organisation:d": [succeeded("d", "c", settled=True, record=of("letter"))],
        }
    )


def test_what_is_retracted_of_a_reorganisation_is_retracted_for_those_who_went_and_comes_back_with_it() -> None:
    correction = e.OrganisationsReorganised(**correcting(predecessors=before(a=True)), record=of("letter"))
    told = [recorded(), correction]
    given({"reorganisation:sx": told}).when(retract(2)).then(
        FactRetracted(retracts=2, reason="của nơi khác", record=of("letter")),
        {
            "organisation:a": [succeeded("a", "c", settled=True, record=of("article"))],
            "organisation:b": [succeeded("b", "c", settled=True, record=of("article"))],
        },
    )
    given({"reorganisation:sx": told}).when(retract(1)).then(
        FactRetracted(retracts=1, reason="của nơi khác", record=of("letter")),
        {"organisation:a": [void("a", "letter")]},
    )
    retracted = FactRetracted(retracts=1, reason="của nơi khác", record=of("letter"))
    given({"reorganisation:sx": [*told, retracted]}).when(retract(3)).then(
        FactRetracted(retracts=3, reason="của nơi khác", record=of("letter")),
        {"organisation:a": [succeeded("a", "c", settled=True, record=of("letter"))]},
    )
    given({"reorganisation:sx": [*told, retracted]}).when(Reorganise(**merger(), record=RECORD)).accepted()


def test_who_was_named_while_a_retraction_was_on_its_way_is_not_forgotten() -> None:
    racing = e.OrganisationsReorganised(**correcting(predecessors=before(new=True)), record=of("letter"))
    with pytest.raises(Conflict):
        given({"reorganisation:sx": [recorded(), racing]}).when(retract(1)).accepted()


def test_what_only_follows_from_a_reorganisation_is_retracted_with_it_alone() -> None:
    alone = Retract(stream="organisation:a", retracts=2, reason="nhầm", record=RECORD)
    told = {"organisation:a": [*organisations("a")["organisation:a"], *gone("a")["organisation:a"]]}
    given(told).when(alone).refused("correction.nothing")
    given(told).when(alone.model_copy(update={"retracts": 1})).accepted()


# Types, codes, superior bodies


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (
            RetypeOrganisation(organisation="a", kind="city", level="central", effective=WORKS),
            e.OrganisationRetyped(organisation="a", kind="city", level="central", effective=WORKS),
        ),
        (
            AssignOrganisationCode(organisation="a", code="H33", effective=WORKS, decision=DECISION),
            {
                "organisation:a": [
                    e.OrganisationCodeAssigned(organisation="a", code="H33", effective=WORKS, decision=DECISION)
                ],
                "organisationcode:h33": [e.OrganisationCodeTold(organisation="a", code="H33")],
            },
        ),
        (
            TransferOrganisation(organisation="a", superior="b", effective=WORKS),
            e.OrganisationTransferred(organisation="a", superior="b", effective=WORKS),
        ),
        (
            DissolveOrganisation(organisation="a", effective=WORKS),
            e.OrganisationDissolved(organisation="a", effective=WORKS),
        ),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_changes_an_organisation_is_of_a_day_on_which_it_is_there(act: Act, told: Told) -> None:
    given(organisations("a", "b")).when(act).then(told)
    given(organisations("b")).when(act).refused("organisation.unknown")
    given(organisations("a", "b"), gone("a")).when(act).refused("organisation.ended")
    given(organisations("a", "b")).when(act.model_copy(update={"effective": None})).refused("act.day")
    given().when(act.model_copy(update={"effective": None, "record": RECORD})).accepted()


def test_an_organisation_is_put_under_one_that_is_there_and_never_under_itself() -> None:
    transfer = TransferOrganisation(organisation="a", superior="b", effective=WORKS)
    given(organisations("a")).when(transfer).refused("organisation.unknown")
    given(organisations("a", "b"), gone("b")).when(transfer).refused("organisation.ended")
    own = transfer.model_copy(update={"superior": "a"})
    given(organisations("a")).when(own).refused("organisation.superior")
    new = RegisterOrganisation(organisation="a", name="A", superior="b")
    given(organisations("b")).when(new).then(e.OrganisationRegistered(organisation="a", name="A", superior="b"))
    given().when(new).refused("organisation.unknown")
    given().when(new.model_copy(update={"superior": "a"})).refused("organisation.superior")


def test_another_type_names_a_kind_or_a_level() -> None:
    given(organisations("a")).when(RetypeOrganisation(organisation="a", effective=WORKS)).refused("organisation.type")


# Carry-over


def carry(**fields: Any) -> dict[str, Any]:
    told = {
        "reorganisation": "sx",
        "predecessor": "a",
        "successor": "c",
        "what": "5 năm liền Tập thể lao động xuất sắc",
        "carried": True,
        "basis": "theo hướng dẫn",
        "effective": WORKS,
    }
    return told | fields


def test_what_counts_to_a_successor_is_ruled_and_rests_on_a_recorded_succession() -> None:
    told = [KNOWN, gone("a"), {"reorganisation:sx": [e.OrganisationsReorganised(**merger())]}]
    given(*told).when(RuleCarryOver(**carry())).then(e.CarryOverRuled(**carry()))
    given(KNOWN).when(RuleCarryOver(**carry())).refused("reorganisation.unknown")
    wrong: list[dict[str, Any]] = [{"predecessor": "c"}, {"successor": "b"}]
    for fields in wrong:
        given(*told).when(RuleCarryOver(**carry(**fields))).refused("reorganisation.succession")
    given(*told).when(RuleCarryOver(**carry(by=e.Party(agency="x")))).refused("organisation.unknown")
    given().when(RuleCarryOver(**carry(), record=RECORD)).accepted()


def test_no_reorganisation_carries_anything_over_by_itself() -> None:
    commands: list[Command] = [Reorganise(**merger()), Reorganise(**merger(), record=RECORD)]
    for command in commands:
        handler = HANDLERS[Reorganise]
        states = [_state(stream, KNOWN) for stream in handler.reads(command)]
        told = handler.decide(command, *states)
        assert isinstance(told, dict)
        assert not [one for events in told.values() for one in events if isinstance(one, e.CarryOverRuled)]


def _state(stream: Any, told: Streams) -> Any:
    state = stream.fold.initial
    for event in told.get(stream.name, []):
        state = stream.fold.evolve(state, event)
    return state
