"""Registry over a real database: members, corrections, the past, persons."""

import asyncio
from datetime import date
from typing import Any

import pytest
from thidua.registry.v1 import registry_pb2

from services.kernel import convert
from services.kernel.errors import Invalid, Missing, Refused
from services.kernel.provenance import Inference, Record, Source
from services.kernel.service import mending
from services.kernel.vault import Vault
from services.registry import events as e
from services.registry.domain.bloc import DeclareMembers, DissolveBloc, EstablishBloc, NameBloc
from services.registry.domain.conference import HoldConference
from services.registry.domain.covenant import SignCovenant
from services.registry.domain.leadership import (
    CorrectHandover,
    CorrectLeadership,
    ElectLeadership,
    HandOverLeadership,
    RecordLeadership,
)
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.organisation import DissolveOrganisation, NameOrganisation, RegisterOrganisation
from services.registry.domain.person import DescribePerson, ForgetPerson, RegisterPerson
from services.registry.domain.plan import ApprovePlan, AssignLead, DraftPlan
from services.registry.main import SERVICE
from services.registry.queries import days
from services.registry.queries.bloc import UNKNOWN_START
from services.registry.queries.names import FindBlocs
from services.registry.queries.person import GetPersons
from tests.play import certainty
from tests.registry.support import MASTER, RECORD, Registry


async def found(registry: Registry, *blocs: str) -> None:
    for unit in ("central", "btp", "bca"):
        await registry.tell(RegisterOrganisation(organisation=unit, name=unit.upper()))
    for bloc in blocs:
        since = date(2020, 1, 1)
        await registry.tell(
            EstablishBloc(bloc=bloc, kind="KHOI", name=f"Khối {bloc}", authority="central", effective=since)
        )


def admit(bloc: str, since: date | None, record: Record | None = None, unit: str = "btp") -> AdmitMember:
    return AdmitMember(authority="central", unit=unit, bloc=bloc, effective=since, record=record)


async def test_members_of_a_bloc_on_a_day(registry: Registry) -> None:
    await found(registry, "b1", "b2")
    await registry.tell(admit("b1", date(2021, 1, 1)))
    with pytest.raises(Refused, match="b1"):
        await registry.tell(admit("b2", date(2024, 1, 1)))
    moved = date(2024, 3, 1)
    await registry.tell(EndMembership(authority="central", unit="btp", bloc="b1", effective=moved))
    await registry.tell(admit("b2", moved))

    async def members(bloc: str, on: date | None) -> list[tuple[str, bool]]:
        answer = await registry.ask("GetBloc", bloc=bloc, on=on)
        return [(m.unit.value, m.disputed) for m in answer.memberships]

    assert await members("b1", date(2020, 12, 31)) == []
    assert await members("b1", date(2024, 2, 29)) == [("btp", False)]
    assert await members("b1", moved) == []
    assert await members("b2", moved) == [("btp", False)]
    of_2024 = await registry.ask("GetBlocYear", bloc="b1", year=2024)
    assert [m.unit.value for m in of_2024.members.items] == ["btp"]
    assert (await registry.ask("GetBlocYear", bloc="b1", year=2025)).members.items == ()


async def test_recorded_memberships_that_contradict_each_other_are_shown_as_disputed(registry: Registry) -> None:
    await found(registry, "b1", "b2", "b3")
    await registry.tell(admit("b1", date(2021, 1, 1)))
    await registry.tell(admit("b2", date(2022, 1, 1), RECORD))
    for bloc in ("b1", "b2"):
        (membership,) = (await registry.ask("GetBloc", bloc=bloc)).memberships
        assert membership.disputed


async def test_a_membership_is_disputed_on_days_on_which_another_contradicts_it(registry: Registry) -> None:
    await found(registry, "b1", "b2", "b3")
    await registry.tell(admit("b1", date(2021, 1, 1), RECORD))
    await registry.tell(admit("b2", date(2022, 1, 1), RECORD))
    await registry.tell(admit("b3", None, RECORD, unit="bca"))
    await registry.tell(admit("b2", None, RECORD, unit="bca"))

    async def of_day(bloc: str, on: date) -> dict[str, bool]:
        return {m.unit.value: m.disputed for m in (await registry.ask("GetBloc", bloc=bloc, on=on)).memberships}

    async def of_year(bloc: str, year: int) -> dict[str, str | None]:
        members = (await registry.ask("GetBlocYear", bloc=bloc, year=year)).members.items
        return {m.unit.value: certainty(m.unit) for m in members}

    assert await of_day("b1", date(2021, 12, 31)) == {"btp": False}
    assert await of_day("b1", date(2022, 1, 1)) == {"btp": True}
    assert await of_day("b2", date(2022, 1, 1)) == {"btp": True, "bca": True}
    assert await of_day("b3", date(2021, 12, 31)) == {"bca": True}  # of no day it is known that one alone counts
    assert [await of_year("b1", year) for year in (2021, 2022)] == [{"btp": "STATED"}, {"btp": "INFERRED"}]


async def test_a_member_that_is_recorded_from_before_its_first_name_is_kept_and_warned_of(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", authority="central", record=RECORD))
    begins, joined = date(2024, 7, 1), date(2024, 6, 1)
    for unit, day in (("late", begins), ("early", date(2020, 1, 1)), ("undated", None)):
        await registry.tell(RegisterOrganisation(organisation=unit, name=unit, effective=day, record=RECORD))
        await registry.tell(admit("b1", joined, RECORD, unit=unit))
    for answer in (
        await registry.ask("GetBloc", bloc="b1", on=joined),
        await registry.ask("GetBlocYear", bloc="b1", year=2024),
    ):
        (warning,) = answer.warnings
        assert (warning.unit.value, warning.role, warning.begins.value) == ("late", "MEMBER", "2024-07-01")
        assert (warning.on, warning.ends, warning.successors) == (None, None, ())
    earlier = NameOrganisation(organisation="late", name="trước", effective=date(2019, 1, 1), record=RECORD)
    await registry.tell(earlier)
    assert (await registry.ask("GetBloc", bloc="b1")).warnings == ()


async def test_members_that_sign_and_an_approved_plan_show_in_the_year(registry: Registry) -> None:
    await found(registry, "b1")
    for unit in ("btp", "bca"):
        await registry.tell(admit("b1", date(2021, 1, 1), unit=unit))
    day = date(2024, 4, 10)
    for unit in ("btp", "bca"):
        signature = e.Signature(member=unit)
        await registry.tell(SignCovenant(bloc="b1", year=2024, signature=signature, effective=day))
    assert (await registry.ask("GetBlocYear", bloc="b1", year=2024)).state.value == "COVENANTED"
    items = DraftPlan.model_validate(
        {"bloc": "b1", "year": 2024, "items": {"items": [{"item": "i1", "text": "Tọa đàm"}]}}
    )
    await registry.tell(items)
    await registry.tell(AssignLead(bloc="b1", year=2024, item="i1", lead="bca", joining=("btp",)))
    await registry.tell(ApprovePlan(bloc="b1", year=2024, effective=day, approver=e.Party(agency="bca")))
    answer = await registry.ask("GetBlocYear", bloc="b1", year=2024)
    assert answer.state.value == "PLANNED"
    assert answer.covenant.signed.value == "true"
    (item,) = answer.plan.items
    assert (item.lead.value, [j.value for j in item.joining]) == ("bca", ["btp"])
    assert answer.plan.approver.agency.value == "bca"
    assert {label.name for label in answer.labels} == {"BTP", "BCA"}


async def test_before_and_after_a_correction_are_both_answerable(registry: Registry) -> None:
    await found(registry, "b1")
    told = await registry.tell(RecordLeadership(bloc="b1", year=2023, head=e.Holder(agency="btp"), record=RECORD))
    corrected = CorrectLeadership(
        bloc="b1", corrects=1, year=2023, head=e.Holder(agency="bca"), reason="misread", record=RECORD
    )
    await registry.tell(corrected)

    async def head(as_of: int | None) -> list[str]:
        answer = await registry.ask("WhoHeaded", bloc="b1", on=date(2023, 6, 1), as_of=as_of)
        return [h.agency.value for h in answer.heads]

    assert await head(told.position - 1) == []
    assert await head(told.position) == ["btp"]
    assert await head(None) == ["bca"]
    (term,) = (await registry.ask("GetBlocYear", bloc="b1", year=2023)).terms
    assert (term.told_by, term.corrected_because) == ((1, 2), "misread")


async def test_contradicting_heads_are_both_shown_until_one_is_corrected(registry: Registry) -> None:
    await found(registry, "b1")
    for agency in ("btp", "bca"):
        await registry.tell(RecordLeadership(bloc="b1", year=2023, head=e.Holder(agency=agency), record=RECORD))
    answer = await registry.ask("GetBlocYear", bloc="b1", year=2023)
    assert answer.disputed
    assert len(answer.terms) == 2
    assert (await registry.ask("WhoHeaded", bloc="b1", on=date(2023, 6, 1))).disputed
    await registry.tell(
        CorrectLeadership(
            bloc="b1", corrects=2, year=2023, head=e.Holder(agency="btp"), reason="misread", record=RECORD
        )
    )
    answer = await registry.ask("GetBlocYear", bloc="b1", year=2023)
    assert not answer.disputed
    (term,) = answer.terms
    (head,) = (await registry.ask("WhoHeaded", bloc="b1", year=2023)).heads
    assert (term.head.agency, term.told_by, term.corrected_because) == (head.agency, head.told_by, "misread")
    (seat,) = (await registry.ask("GetBlocLeadership", bloc="b1")).members.items
    assert (seat.agency, seat.office.value, seat.disputed) == (head.agency, "HEAD", False)


async def test_a_handover_performed_here_is_stated_at_once(registry: Registry) -> None:
    await found(registry, "b1")
    await registry.tell(admit("b1", date(2021, 1, 1)))
    day = date(2024, 4, 10)
    await registry.tell(ElectLeadership(bloc="b1", year=2024, head=e.Holder(agency="btp"), effective=day))
    await registry.tell(HandOverLeadership(bloc="b1", year=2024, incoming=e.Holder(agency="btp"), effective=day))
    (head,) = (await registry.ask("WhoHeaded", bloc="b1", on=day)).heads
    assert (head.agency.value, head.agency.mark.certainty, head.agency.mark.source) == ("btp", "STATED", None)


async def test_a_handover_is_corrected_after_the_election_that_it_followed(registry: Registry) -> None:
    await found(registry, "b1")
    await registry.tell(admit("b1", date(2021, 1, 1)))
    day, head = date(2024, 4, 10), e.Holder(agency="btp")
    await registry.tell(ElectLeadership(bloc="b1", year=2024, head=head, effective=day))
    performed = await registry.tell(HandOverLeadership(bloc="b1", year=2024, incoming=head, effective=day))
    other: dict[str, Any] = {"bloc": "b1", "year": 2024, "reason": "BCA was elected", "record": RECORD}
    elected = await registry.tell(CorrectLeadership(corrects=1, head=e.Holder(agency="bca"), elected_on=day, **other))
    (handover,) = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).handovers
    assert (handover.told_by, handover.incoming.agency.value, handover.corrected_because) == ((2,), "btp", None)
    corrected = await registry.tell(
        CorrectHandover(corrects=2, incoming=e.Holder(agency="bca"), effective=day, **other)
    )

    async def heads(as_of: int | None, **when: Any) -> list[tuple[str, str]]:
        answer = await registry.ask("WhoHeaded", bloc="b1", as_of=as_of, **when)
        return sorted((h.agency.value, h.agency.mark.certainty) for h in answer.heads)

    for when in ({"on": day}, {"year": 2024}):
        assert await heads(performed.position, **when) == [("btp", "STATED")]
        assert "btp" in [agency for agency, _ in await heads(elected.position, **when)]
        assert await heads(corrected.position, **when) == [("bca", "STATED")]
    answer = await registry.ask("GetBlocYear", bloc="b1", year=2024)
    (handover,) = answer.handovers
    assert (handover.told_by, handover.corrected_because) == ((2, 4), "BCA was elected")
    assert (answer.disputed, len(answer.terms)) == (False, 1)
    bodies = await registry.tools.pool.fetch("select type from log.events where stream = 'leadership:b1' order by 1")
    assert [row["type"] for row in bodies].count("LeadershipHandedOver") == 1  # what was performed stays in history


async def test_a_handover_that_never_took_place_is_voided(registry: Registry) -> None:
    await found(registry, "b1")
    incoming = e.Holder(agency="btp")
    told = await registry.tell(HandOverLeadership(bloc="b1", year=2024, incoming=incoming, record=RECORD))
    await registry.tell(
        CorrectHandover(bloc="b1", year=2024, corrects=1, void=True, reason="it was put off", record=RECORD)
    )
    assert (await registry.ask("WhoHeaded", bloc="b1", year=2024)).heads == ()
    assert (await registry.ask("GetBlocYear", bloc="b1", year=2024)).handovers == ()
    assert len((await registry.ask("WhoHeaded", as_of=told.position, bloc="b1", year=2024)).heads) == 1


async def test_names_are_true_on_their_days_and_old_ones_are_still_found(registry: Registry) -> None:
    await found(registry, "b1")
    await registry.tell(NameBloc(bloc="b1", name="Khối mới", effective=date(2023, 1, 1)))
    await registry.tell(NameOrganisation(organisation="btp", name="Bộ Tư pháp", short_name="BTP", variants=("Bộ TP",)))
    assert (await registry.ask("GetBloc", bloc="b1", on=date(2022, 12, 31))).name.value == "Khối b1"
    assert (await registry.ask("GetBloc", bloc="b1")).name.value == "Khối mới"
    (one,) = (await registry.ask("FindBlocs", text="khối b1")).found
    assert (one.name, one.exact) == ("Khối mới", True)
    organisation = await registry.ask("GetOrganisation", organisation="btp")
    assert organisation.name.value == "Bộ Tư pháp"
    assert [n.name.value for n in organisation.names] == ["BTP", "Bộ Tư pháp"]
    assert [v.value for v in organisation.variants] == ["Bộ TP"]


def unsure(field: str) -> Record:
    return RECORD.model_copy(update={"inferred": (Inference(field=field, basis="a guess"),)})


async def test_a_member_of_a_year_is_no_surer_than_its_first_day(registry: Registry) -> None:
    await found(registry, "b1")
    await registry.tell(admit("b1", date(2021, 1, 1), unsure("effective")))
    (member,) = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).members.items
    assert (member.unit.value, member.unit.mark.certainty, member.unit.mark.basis) == ("btp", "INFERRED", "a guess")


@pytest.mark.parametrize(("field", "certainty"), [("closes", "INFERRED"), ("place", "STATED")])
async def test_a_year_is_no_surer_to_be_summed_up_than_its_conference_is_to_close_it(
    registry: Registry, field: str, certainty: str
) -> None:
    await found(registry, "b1")
    fields: dict[str, Any] = {"conference": "c1", "bloc": "b1", "kind": "SUMMATION", "closes": 2024, "place": "Hà Nội"}
    await registry.tell(HoldConference(**fields, record=unsure(field)))
    state = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).state
    assert (state.value, state.mark.certainty) == ("SUMMED_UP", certainty)


async def test_a_year_is_no_surer_to_be_led_than_its_head_is_known(registry: Registry) -> None:
    await found(registry, "b1")
    head = e.Holder(agency="btp")
    await registry.tell(RecordLeadership(bloc="b1", year=2024, head=head, record=unsure("head.agency")))
    state = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).state
    assert (state.value, state.mark.certainty) == ("LED", "INFERRED")


async def test_a_dissolution_shows_with_its_mark_from_when_it_was_told(registry: Registry) -> None:
    await found(registry, "b1")
    assert (await registry.ask("GetBloc", bloc="b1")).dissolutions == ()
    before = await registry.tell(NameBloc(bloc="b1", variants=("K1",)))
    inferred = RECORD.model_copy(update={"inferred": (Inference(field="effective", basis="the day of the report"),)})
    await registry.tell(DissolveBloc(bloc="b1", effective=date(2025, 1, 1), record=inferred))

    async def told(as_of: int | None = None) -> list[tuple[Any, ...]]:
        answer = await registry.ask("GetBloc", bloc="b1", as_of=as_of)
        return [(d.on and (d.on.value, d.on.mark.certainty), d.decision, d.disputed) for d in answer.dissolutions]

    once = await told()
    assert once == [(("2025-01-01", "INFERRED"), None, False)]
    assert await told(before.position) == []
    reply = await registry.tell(DissolveBloc(bloc="b1", record=RECORD))
    assert await told() == [*once, (None, None, False)]  # a day that is not told contradicts nothing
    decision = Source(id="qd-2")
    await registry.tell(DissolveBloc(bloc="b1", effective=date(2025, 3, 1), decision=decision, record=RECORD))
    assert await told(reply.position) == [*once, (None, None, False)]
    dissolutions = (await registry.ask("GetBloc", bloc="b1")).dissolutions
    assert [d.disputed for d in dissolutions] == [True, False, True]
    last = dissolutions[-1]
    assert (last.on.mark.certainty, last.decision.value, last.decision.mark.source) == ("STATED", "qd-2", "article")


async def test_a_search_answers_as_of_the_past(registry: Registry) -> None:
    reply = await registry.tell(RegisterOrganisation(organisation="btp", name="Bộ Tư pháp"))
    await registry.tell(NameOrganisation(organisation="btp", variants=("Tư pháp TW",)))
    assert (await registry.ask("FindOrganisations", text="tu phap trung uong")).found
    assert not (await registry.ask("FindOrganisations", text="tu phap trung uong", as_of=reply.position)).found


def test_a_search_over_the_api_need_not_say_how_many() -> None:
    request = convert.reader(registry_pb2.FindBlocsRequest.DESCRIPTOR, FindBlocs, leave_out={"read"})
    assert request(registry_pb2.FindBlocsRequest(text="khối")).limit == 20


async def test_what_was_never_told_is_missing(registry: Registry) -> None:
    asked_of: dict[str, dict[str, Any]] = {
        "GetBloc": {"bloc": "b1"},
        "GetBlocYear": {"bloc": "b1", "year": 2024},
        "WhoHeaded": {"bloc": "b1", "year": 2024},
        "GetOrganisation": {"organisation": "btp"},
        "GetConference": {"conference": "c1"},
        "GetPerson": {"person": "p-1"},
    }
    for query, asked in asked_of.items():
        with pytest.raises(Missing):
            await registry.ask(query, **asked)


async def test_who_headed_wants_a_day_or_a_year(registry: Registry) -> None:
    await found(registry, "b1")
    neither_or_both: list[dict[str, Any]] = [{}, {"on": date(2024, 1, 1), "year": 2024}]
    for when in neither_or_both:
        with pytest.raises(Invalid) as wrong:
            await registry.ask("WhoHeaded", bloc="b1", **when)
        assert [violation.field for violation in wrong.value.violations] == ["on", "year"]


async def test_a_bloc_recorded_by_its_members_alone_is_answered(registry: Registry) -> None:
    members = {"bloc": "b9", "members": {"items": [{"unit": "btp"}], "declared_count": 14}, "effective": "2022-02-01"}
    await registry.tell(DeclareMembers.model_validate(members | {"record": RECORD}))
    bloc = await registry.ask("GetBloc", bloc="b9")
    assert bloc.name is None
    (declared,) = bloc.declarations
    assert declared.members.declared_count.value == "14"
    assert len((await registry.ask("GetBlocYear", bloc="b9", year=2022)).members.items) == 1


# Persons

BODIES = "select body from log.events order by position"
NAME, RANK, POST = "Nguyễn Văn Thành", "Thượng tướng", "Thứ trưởng Bộ Công an"


async def tell_of_thanh(registry: Registry) -> None:
    await registry.tell(RegisterPerson(person="p-1", name=NAME))
    await registry.tell(DescribePerson(person="p-1", rank=RANK, posts=(POST, "Ủy viên"), effective=date(2021, 1, 22)))


async def everything(registry: Registry) -> str:
    """All that the database holds of persons, as text."""
    tables = ["log.events", "log.commands", 'read."streams"']
    rows = [await registry.tools.pool.fetch(f"select t::text, * from {table} t") for table in tables]
    return " ".join(
        value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        for table in rows
        for row in table
        for value in row.values()
    )


async def test_a_person_is_opened_for_an_answer_and_stored_nowhere_in_the_clear(registry: Registry) -> None:
    await tell_of_thanh(registry)
    answer = await registry.ask("GetPerson", person="p-1")
    assert (answer.shown, answer.available) == (NAME, True)
    described = answer.descriptions[1]
    assert (described.rank.value, [p.value for p in described.posts]) == (RANK, [POST, "Ủy viên"])
    assert described.on.value == "2021-01-22"
    stored = await everything(registry)
    assert "PersonDescribed" in stored
    assert not any(text in stored for text in (NAME, RANK, POST))


async def test_a_forgotten_person_is_known_by_id_alone(registry: Registry) -> None:
    await tell_of_thanh(registry)
    bodies = await registry.tools.pool.fetch(BODIES)
    await registry.tell(ForgetPerson(person="p-1", reason="asked for"))
    answer = await registry.ask("GetPerson", person="p-1")
    assert (answer.shown, answer.available, answer.descriptions) == ("", False, ())
    assert (await registry.tools.pool.fetch(BODIES))[:2] == bodies  # the history stays whole
    with pytest.raises(Refused, match="forgotten"):
        await registry.tell(DescribePerson(person="p-1", rank=RANK))


async def test_many_persons_are_named_at_once_as_one_by_one_and_who_is_not_recorded_is_left_out(
    registry: Registry,
) -> None:
    await tell_of_thanh(registry)
    then = await registry.tell(RegisterPerson(person="p-2", name="Trần Văn Hai", record=RECORD))
    await registry.tell(RegisterPerson(person="p-2", name="Trần Văn Ba", record=RECORD))
    await registry.tell(RegisterPerson(person="p-3", name="Lê Thị Bốn"))
    await registry.tell(DescribePerson(person="p-4", rank=RANK, record=RECORD))
    await registry.tell(ForgetPerson(person="p-3", reason="asked for"))
    ids = ("p-4", "p-3", "nobody", "p-2", "p-1", "p-2")
    found = (await registry.ask("GetPersons", persons=ids)).persons
    assert [(one.person, one.name and one.name.value, one.readable, one.disputed) for one in found] == [
        ("p-4", None, True, False),
        ("p-3", None, False, False),
        ("p-2", "Trần Văn Ba", True, True),
        ("p-1", NAME, True, False),
    ]
    assert found[2].name.mark.source == RECORD.source.id
    assert [one.rank and one.rank.value for one in found[:3]] == [RANK, None, None]
    for one in found:
        alone = await registry.ask("GetPerson", person=one.person)
        assert (alone.available, alone.disputed) == (one.name is not None, one.disputed)
    past = (await registry.ask("GetPersons", persons=ids, as_of=then.position)).persons
    assert [(one.person, one.name.value) for one in past] == [("p-2", "Trần Văn Hai"), ("p-1", NAME)]


@pytest.mark.parametrize("count", [0, 501])
def test_persons_are_asked_for_by_at_least_one_id_and_five_hundred_at_most(count: int) -> None:
    request = convert.reader(registry_pb2.GetPersonsRequest.DESCRIPTOR, GetPersons, leave_out={"read"})
    with pytest.raises(Invalid) as wrong:
        request(registry_pb2.GetPersonsRequest(persons=[f"p-{n}" for n in range(count)]))
    (violation,) = wrong.value.violations
    assert violation.field == "persons"
    assert request(registry_pb2.GetPersonsRequest(persons=["p-1"])).persons == ("p-1",)


async def test_forgetting_holds_after_the_keys_were_restored(registry: Registry) -> None:
    await tell_of_thanh(registry)
    saved = await registry.tools.pool.fetch("select person, wrapped from vault.keys")
    await registry.tell(ForgetPerson(person="p-1", reason="asked for"))
    await registry.tools.pool.execute("insert into vault.keys values ($1, $2)", *saved[0])
    await registry.begin()
    assert await registry.tools.pool.fetchval("select count(*) from vault.keys") == 0
    assert not (await registry.ask("GetPerson", person="p-1")).available


async def test_no_key_that_comes_back_opens_the_name_of_who_is_forgotten(registry: Registry) -> None:
    await tell_of_thanh(registry)
    saved = await registry.tools.pool.fetch("select person, wrapped from vault.keys")
    await registry.tell(ForgetPerson(person="p-1", reason="asked for"))
    await registry.tools.pool.execute("insert into vault.keys values ($1, $2)", *saved[0])
    assert (await registry.ask("GetPerson", person="p-1")).shown == ""
    assert (await registry.ask("GetPerson", as_of=2, person="p-1")).shown == ""
    (shown,) = (await registry.ask("GetPersons", persons=("p-1",))).persons
    assert (shown.name, shown.readable) == (None, False)


@pytest.mark.parametrize("seconds", [0, 0.001, 0.01, 0.1])
async def test_who_is_forgotten_has_no_key_though_the_call_ended_early(registry: Registry, seconds: float) -> None:
    class Slow(Vault):
        async def destroy(self, person: str) -> None:
            await asyncio.sleep(0.2)
            await super().destroy(person)

    await tell_of_thanh(registry)
    slow = Slow(registry.tools.pool, MASTER)
    call = asyncio.create_task(registry.tell_with(slow, ForgetPerson(person="p-1", reason="asked for")))
    await asyncio.sleep(seconds)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await registry.tools.finishing.close()
    assert await registry.tools.pool.fetch(KEYS) == []


async def test_a_key_is_destroyed_as_soon_as_the_database_lets_it(registry: Registry) -> None:
    class Away(Vault):
        tries = 0

        async def destroy(self, person: str) -> None:
            self.tries += 1
            if self.tries < 3:
                raise ConnectionRefusedError
            await super().destroy(person)

    await tell_of_thanh(registry)
    away = Away(registry.tools.pool, MASTER)
    await registry.tell_with(away, ForgetPerson(person="p-1", reason="asked for"))
    assert (await registry.tools.pool.fetch(KEYS), away.tries) == ([], 3)


async def test_a_key_that_a_crash_left_is_destroyed_without_a_restart(registry: Registry) -> None:
    await tell_of_thanh(registry)
    saved = await registry.tools.pool.fetch("select person, wrapped from vault.keys")
    await registry.tell(ForgetPerson(person="p-1", reason="asked for"))
    await registry.tools.pool.execute("insert into vault.keys values ($1, $2)", *saved[0])
    work = asyncio.create_task(mending(SERVICE, registry.tools, every=0.05))
    await asyncio.sleep(1)
    work.cancel()
    assert await registry.tools.pool.fetch(KEYS) == []


KEYS = "select person from vault.keys"


async def test_a_refused_telling_of_a_person_makes_no_key(registry: Registry) -> None:
    with pytest.raises(Refused, match="Register"):
        await registry.tell(DescribePerson(person="p-2", rank=RANK))
    await tell_of_thanh(registry)
    await registry.tell(ForgetPerson(person="p-1", reason="asked for"))
    with pytest.raises(Refused, match="forgotten"):
        await registry.tell(DescribePerson(person="p-1", rank=RANK))
    assert await registry.tools.pool.fetch(KEYS) == []


async def test_a_person_forgotten_while_a_text_is_sealed_has_no_key_after(registry: Registry) -> None:
    class Slow(Vault):
        async def seal(self, person: str, text: str) -> str:
            await registry.tell(ForgetPerson(person=person, reason="asked for"))
            return await super().seal(person, text)

    await tell_of_thanh(registry)
    with pytest.raises(Refused, match="forgotten"):
        await registry.tell_with(Slow(registry.tools.pool, MASTER), DescribePerson(person="p-1", rank=RANK))
    assert await registry.tools.pool.fetch(KEYS) == []


async def test_what_was_told_of_a_person_since_forgotten_is_still_known_again(registry: Registry) -> None:
    command_id = "0d9f7f0e-4f43-4a43-9a25-1b1f2b8d3f11"
    first = await registry.tell(RegisterPerson(person="p-1", name=NAME), command_id)
    await registry.tell(ForgetPerson(person="p-1", reason="asked for"))
    assert await registry.tell(RegisterPerson(person="p-1", name=NAME), command_id) == first
    assert await registry.tools.pool.fetch(KEYS) == []


async def test_a_repeated_telling_of_a_person_is_known_again(registry: Registry) -> None:
    command_id = "0d9f7f0e-4f43-4a43-9a25-1b1f2b8d3f10"
    first = await registry.tell(RegisterPerson(person="p-1", name=NAME), command_id)
    assert await registry.tell(RegisterPerson(person="p-1", name=NAME), command_id) == first


@pytest.mark.parametrize("on", [None, date(2024, 1, 1)])
async def test_a_search_says_whether_there_is_another_page(registry: Registry, on: date | None) -> None:
    for n in range(3):
        await registry.tell(RegisterOrganisation(organisation=f"so-{n}", name=f"Sở {n}"))
    pages = [await registry.ask("FindOrganisations", text="so", limit=limit, on=on) for limit in (2, 3)]
    pages.append(await registry.ask("FindOrganisations", text="so", limit=2, after="so-1", on=on))
    assert [(len(page.found), page.cut) for page in pages] == [(2, True), (3, False), (1, False)]


async def test_a_search_of_a_day_weighs_but_what_was_called_otherwise_and_reads_on_until_the_page_is_full(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of them begin later; what is called otherwise on another day stands among the others by its name then."""
    monkeypatch.setattr(days, "WEIGHED", 6)
    for n in range(8):
        begun = date(2020 + n % 2 * 5, 1, 1)
        await registry.tell(RegisterOrganisation(organisation=f"so-{n}", name=f"Sở {n}", effective=begun))
    await registry.tell(RegisterOrganisation(organisation="old", name="Sở 3", effective=date(2020, 1, 1)))
    await registry.tell(NameOrganisation(organisation="old", name="Sở 9", effective=date(2025, 1, 1)))

    async def search(**asked: Any) -> list[str]:
        answer = await registry.ask("FindOrganisations", on=date(2024, 1, 1), **asked)
        return [one.id for one in answer.found] + ["…"] * answer.cut

    assert await search(text="so", limit=2) == ["so-0", "so-2", "…"]
    assert await search(text="so", limit=2, after="so-2") == ["old", "so-4", "…"]
    assert await search(text="so", limit=2, after="so-4") == ["so-6"]
    assert await search(text="sở 9") == []
    with pytest.raises(Refused, match="more words"):
        await registry.ask("FindOrganisations", text="so", on=date(2019, 1, 1), limit=2)
    monkeypatch.setattr(days, "WEIGHED", 100)
    for limit in (1, 4, 5, 6):
        assert await search(text="so", limit=limit) == [
            *["so-0", "so-2", "old", "so-4", "so-6"][:limit],
            *["…"] * (limit < 5),
        ]


async def test_what_is_found_of_a_day_is_found_and_put_in_order_by_its_names_then(registry: Registry) -> None:
    for n, (old, new) in enumerate([("Sở Ân", "Sở Ăn"), ("Sở An", "Sở Uyên"), ("Ban Đức", "Sở Đức")]):
        await registry.tell(RegisterOrganisation(organisation=f"o{n}", name=old, effective=date(2020, 1, 1)))
        await registry.tell(NameOrganisation(organisation=f"o{n}", name=new, effective=date(2025, 1, 1)))

    async def names_found(text: str, **asked: Any) -> list[tuple[str, bool]]:
        return [(one.name, one.exact) for one in (await registry.ask("FindOrganisations", text=text, **asked)).found]

    assert await names_found("sở", on=date(2024, 1, 1)) == [("Sở An", False), ("Sở Ân", False)]
    assert await names_found("sở an") == [("Sở Uyên", True), ("Sở Ăn", False)]
    assert await names_found("sở ăn") == [("Sở Ăn", True), ("Sở Uyên", False)]
    assert await names_found("sở ăn", on=date(2024, 1, 1)) == [("Sở An", False), ("Sở Ân", False)]


async def test_organisations_of_one_name_are_told_apart_by_what_is_found_with_them(registry: Registry) -> None:
    name: dict[str, Any] = {"name": "Tỉnh Bắc Ninh", "kind": "province"}
    await registry.tell(RegisterOrganisation(organisation="vn", name="Chính phủ"))
    old = RegisterOrganisation(organisation="bn-1", superior="vn", code="27", effective=date(1997, 1, 1), **name)
    await registry.tell(old)
    await registry.tell(DissolveOrganisation(organisation="bn-1", effective=date(2025, 7, 1)))
    await registry.tell(RegisterOrganisation(organisation="bn-2", code="24", record=unsure("code"), **name))
    await registry.tell(DissolveOrganisation(organisation="bn-2", record=RECORD))

    async def told_apart(**asked: Any) -> list[tuple[str | None, ...]]:
        answer = await registry.ask("FindOrganisations", text="tinh bac ninh", details=True, **asked)
        shown = ("code", "kind", "superior", "since", "ended", "until")
        return [
            (one.id, *(known and known.value for known in (getattr(one, f) for f in shown))) for one in answer.found
        ]

    old_one = ("bn-1", "27", "province", "vn", "1997-01-01")
    new_one = ("bn-2", "24", "province", None, None, "true", None)
    assert await told_apart() == [(*old_one, "true", "2025-07-01"), new_one]
    assert await told_apart(on=date(2025, 6, 30)) == [(*old_one, None, None), new_one]
    answer = await registry.ask("FindOrganisations", text="tinh bac ninh", details=True)
    assert answer.found[1].code.mark.certainty == "INFERRED"
    assert [(label.id, label.name) for label in answer.labels] == [("vn", "Chính phủ")]
    brief = await registry.ask("FindOrganisations", text="tinh bac ninh")
    assert [(one.id, one.code, one.ended) for one in brief.found] == [("bn-1", None, None), ("bn-2", None, None)]


async def test_a_member_without_a_first_day_counts_as_inferred_in_every_answer(registry: Registry) -> None:
    await found(registry, "b1")
    decision = Source(id="qd-5")
    recorded = admit("b1", None, RECORD).model_copy(update={"decision": decision})
    await registry.tell(recorded)
    end: dict[str, Any] = {"effective": date(2024, 1, 1), "decision": Source(id="qd-6"), "record": RECORD}
    await registry.tell(EndMembership(authority="central", unit="btp", bloc="b1", **end))

    async def counted(year: int) -> list[tuple[str, str]]:
        on_a_day = (await registry.ask("GetBloc", bloc="b1", on=date(year, 12, 31))).memberships
        in_year = (await registry.ask("GetBlocYear", bloc="b1", year=year)).members.items
        marks = [(m.unit.mark.certainty, m.unit.mark.basis) for m in on_a_day]
        assert [(m.unit.mark.certainty, m.unit.mark.basis) for m in in_year] == marks
        return marks

    assert await counted(2023) == [("INFERRED", UNKNOWN_START)]
    assert await counted(2024) == []
    (membership,) = (await registry.ask("GetBloc", bloc="b1")).memberships
    assert (membership.unit.mark.certainty, membership.decision.value) == ("STATED", "qd-5")
    assert (membership.end_decision.value, membership.end_decision.mark.source) == ("qd-6", "article")


async def test_a_member_declared_for_a_year_is_no_surer_than_the_year(registry: Registry) -> None:
    members = {"bloc": "b1", "year": 2022, "members": {"items": [{"unit": "btp"}]}, "record": unsure("year")}
    await registry.tell(DeclareMembers.model_validate(members))
    (member,) = (await registry.ask("GetBlocYear", bloc="b1", year=2022)).members.items
    assert (member.unit.mark.certainty, member.unit.mark.basis) == ("INFERRED", "a guess")


async def test_a_page_after_what_was_not_found_is_refused_and_not_the_first_one_again(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="btp", name="Bộ Tư pháp"))
    asked: dict[str, Any] = {"text": "Bộ Tư pháp", "after": "nobody"}
    for query in ("FindOrganisations", "FindBlocs"):
        with pytest.raises(Invalid, match="after") as refused:
            await registry.ask(query, **asked)
        assert [one.field for one in refused.value.violations] == ["after"]
    assert (await registry.ask("FindOrganisations", text="Bộ Tư pháp", after="btp")).found == ()


@pytest.mark.parametrize(
    ("query", "fields", "en", "vi"),
    [
        ("GetBloc", {"bloc": "b9"}, "The bloc b9 is not recorded.", "Chưa ghi nhận khối, cụm b9."),
        (
            "GetOrganisation",
            {"organisation": "o9"},
            "The organisation o9 is not recorded.",
            "Chưa ghi nhận tổ chức o9.",
        ),
        ("GetConference", {"conference": "c9"}, "The conference c9 is not recorded.", "Chưa ghi nhận hội nghị c9."),
        ("GetPerson", {"person": "p-9"}, "The person p-9 is not recorded.", "Chưa ghi nhận cá nhân p-9."),
    ],
)
async def test_what_is_not_recorded_is_named_in_a_sentence(
    registry: Registry, query: str, fields: dict[str, Any], en: str, vi: str
) -> None:
    with pytest.raises(Missing) as missing:
        await registry.ask(query, **fields)
    assert (missing.value.en, missing.value.vi) == (en, vi)


async def test_what_is_found_comes_with_exact_marks_first_and_then_in_vietnamese_order(registry: Registry) -> None:
    for n, name in enumerate(["Sở Ước", "Sở Uyên", "Sở Đức", "Sở Dũng", "Sở Ân", "Sở Ăn", "Sở An", "So Anh", "Sở"]):
        await registry.tell(RegisterOrganisation(organisation=f"o{n}", name=name))
    answer = await registry.ask("FindOrganisations", text="sở")
    marked = ["Sở", "Sở An", "Sở Ăn", "Sở Ân", "Sở Dũng", "Sở Đức", "Sở Uyên", "Sở Ước"]
    assert [one.name for one in answer.found] == [*marked, "So Anh"]
