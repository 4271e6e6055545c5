"""Every fact of registry is corrected and retracted by one rule, and before and after stay answerable.

What is told here is what the golden samples tell, so that no kind of fact is forgotten.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.decider import Command, Context
from services.kernel.errors import Invalid, Missing, Refused
from services.kernel.events import Event
from services.kernel.handling import Handling, decided, loaded
from services.kernel.provenance import Listed, Record, Source
from services.kernel.standing import Correctable, Correction, FactRetracted, Retract
from services.kernel.text import PROSE
from services.registry import events as e
from services.registry.domain import HANDLERS
from services.registry.domain.bloc import EstablishBloc, NameBloc
from services.registry.domain.leadership import CorrectLeadership, ElectLeadership, RecordLeadership
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.domain.person import ForgetPerson, RegisterPerson
from services.registry.domain.plan import ApprovePlan, DraftPlan, RecordPlan
from services.registry.events import VOCABULARY
from tests.registry.support import Registry, given, registry_on

SAMPLES = Path(__file__).parents[1] / "golden" / "registry"
RECORD = Record(source=Source(id="letter"), place="paragraph 1")
BEFORE = {
    "PersonForgotten",
    "FactRetracted",
    "LeadershipCorrected",
    "HandoverCorrected",
    "OrganisationSucceeded",
    "OrganisationCodeTold",
}
"""Events that tell no fact of their own."""

EVERY = {"type", "effective", "reason"}
"""Fields that every event has."""

Answers = Mapping[str, Any]


def amending(corrects: int, reason: str = "misread") -> dict[str, Any]:
    return {"record": RECORD, "correction": Correction(corrects=corrects, reason=reason)}


def telling(kind: str) -> Command:
    """The command that tells what the first sample of a type tells, as a record."""
    told = orjson.loads((SAMPLES / f"{kind}.json").read_bytes())["data"]
    told["record"].pop("inferred", None)
    told.pop("ruling", None)  # there is nothing yet to rule on
    if kind == "ExemplarRegistered":
        told["kind"] = "MODEL"  # a person was told by name once
    for command in HANDLERS:
        needed = {name for name, field in command.model_fields.items() if field.is_required()}
        if (
            issubclass(command, Correctable)
            and needed <= told.keys()
            and told.keys() - EVERY <= {*command.model_fields}
        ):
            made = command.model_validate({name: told[name] for name in told if name in command.model_fields})
            if any(event.type == kind for event in _decided(made)):
                return made
    raise AssertionError(kind)


def _decided(command: Command) -> Sequence[Event]:
    handler = HANDLERS[type(command)]
    streams = handler.reads(command)
    try:
        found = decided(command, handler, streams, [loaded(stream, ()) for stream in streams])
    except Refused:
        return ()
    return found[streams[0].name]


KINDS = sorted(VOCABULARY.types.keys() - BEFORE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_that_tells_a_fact_can_be_corrected(kind: str) -> None:
    assert issubclass(VOCABULARY.types[kind], Correctable)
    assert isinstance(telling(kind), Correctable)


async def test_of_no_known_stream_nothing_is_retracted(registry: Registry) -> None:
    with pytest.raises(Refused) as refused:
        await registry.tell(retract("score:b1", 1))
    assert refused.value.rule == "correction.nothing"


def retract(stream: str, version: int) -> Retract:
    return Retract(stream=stream, retracts=version, reason="of another bloc", record=RECORD)


THINGS = (
    *("organisation", "reorganisation", "conference", "person", "document", "exemplar", "body", "movement"),
    "deadline",
)
"""What answers of its own are about, by the field of a command that names it."""


async def answers(registry: Registry, about: Command, as_of: int | None = None) -> Answers:
    """All that registry answers of what the samples are about, but the history."""
    own = {thing: key for thing in THINGS if (key := getattr(about, thing, None))}
    asked: list[tuple[str, dict[str, Any]]] = [
        *((f"Get{thing.capitalize()}", {thing: key}) for thing, key in own.items()),
        *((("GetDuties", {"of": of}),) if (of := getattr(about, "of", None)) else ()),
        ("FindOrganisations", {"text": "Bộ"}),
        ("GetBloc", {"bloc": "noi-chinh"}),
        ("FindBlocs", {"text": "Khối"}),
        ("FindBodies", {}),
        ("GetRotation", {"bloc": "noi-chinh"}),
        ("GetMovementForms", {}),
        ("WhoHeaded", {"bloc": "noi-chinh", "year": 2024}),
        ("WhoHeaded", {"bloc": "noi-chinh", "on": date(2024, 4, 10)}),
        *(("GetBlocYear", {"bloc": "noi-chinh", "year": year}) for year in range(2023, 2026)),
    ]
    found: dict[str, Any] = {}
    for name, fields in asked:
        try:
            found[f"{name} {fields}"] = await registry.ask(name, as_of=as_of, **fields)
        except (Missing, Invalid) as error:
            found[f"{name} {fields}"] = type(error).__name__
    return found


@pytest.fixture(scope="module")
async def every(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Registry]:
    """A bloc and an organisation, of which each test tells one thing more and takes it back in the end."""
    async with registry_on(postgres) as opened:
        await opened.tell(EstablishBloc(bloc="noi-chinh", kind="KHOI", name="Khối", record=RECORD))
        await opened.tell(RegisterOrganisation(organisation="other", name="Bộ", record=RECORD))
        yield opened


async def next_version(registry: Registry, stream: str) -> int:
    return len(await registry.tools.pool.fetch("select from log.events where stream = $1", stream)) + 1


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_retracted_is_in_no_answer_and_was_in_those_of_before(every: Registry, kind: str) -> None:
    command = telling(kind)
    stream = HANDLERS[type(command)].reads(command)[0].name
    version = await next_version(every, stream)
    unsaid = await answers(every, command)
    told = await every.tell(command)
    said = await answers(every, command)
    retracted = await every.tell(retract(stream, version))
    assert said != unsaid
    assert await answers(every, command) == unsaid
    assert await answers(every, command, as_of=told.position) == said
    await every.tell(retract(stream, version + 1))  # the retraction was a mistake
    assert await answers(every, command) == said
    await every.tell(retract(stream, version))
    assert await answers(every, command, as_of=retracted.position) == unsaid


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_corrected_is_answered_by_the_document_of_the_correction(every: Registry, kind: str) -> None:
    command = telling(kind)
    stream = HANDLERS[type(command)].reads(command)[0].name
    version = await next_version(every, stream)
    unsaid = await answers(every, command)
    told = await every.tell(command)
    said = await answers(every, command)
    record = command.record.model_copy(update={"source": Source(id="other")})  # type: ignore[attr-defined]
    again = {"record": record, "correction": Correction(corrects=version, reason="another")}
    await every.tell(command.model_copy(update=again))
    corrected = await answers(every, command)
    assert "source='seed-0'" in repr(said)
    assert repr(corrected) == _corrected(repr(said), version)
    assert await answers(every, command, as_of=told.position) == said
    with pytest.raises(Refused) as refused:
        await every.tell(command.model_copy(update=again))
    assert refused.value.rule == "correction.nothing"
    await every.tell(retract(stream, version))  # and with it the correction
    assert await answers(every, command) == unsaid


def _corrected(said: str, version: int) -> str:
    """The answers with the document of the correction, which terms of leadership also tell of."""
    by = said.replace("source='seed-0'", "source='other'").replace(
        f"told_by=({version},)", f"told_by=({version}, {version + 1})"
    )
    return by.replace("corrected_because=None", "corrected_because='another'")


async def test_a_correction_tells_all_anew(registry: Registry) -> None:
    fields: dict[str, Any] = {"bloc": "b1", "kind": "KHOI", "name": "Khối 1"}
    await registry.tell(EstablishBloc(**fields, authority="pm", effective=date(2020, 1, 1), record=RECORD))
    await registry.tell(EstablishBloc(**fields, effective=date(2020, 2, 1), **amending(1)))
    answer = await registry.ask("GetBloc", bloc="b1")
    assert (answer.authority, answer.established_on.value, answer.disputed) == (None, "2020-02-01", False)


async def test_a_correction_takes_the_place_of_what_it_corrects(registry: Registry) -> None:
    """A corrected draft does not come after the approval, nor a corrected establishment after a second record."""
    year: dict[str, Any] = {"bloc": "b1", "year": 2024}
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", authority="pm", record=RECORD))
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", authority="hanoi", record=RECORD))
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", authority="center", **amending(1)))
    await registry.tell(DraftPlan(**year, record=RECORD))
    items = Listed[e.PlanItem](items=(e.PlanItem(item="i2", text="Hội thao"),))
    await registry.tell(ApprovePlan(**year, items=items, record=RECORD))
    drafted = Listed[e.PlanItem](items=(e.PlanItem(item="i1", text="Tọa đàm"),))
    await registry.tell(DraftPlan(**year, items=drafted, **amending(1)))
    assert (await registry.ask("GetBloc", bloc="b1")).authority.value == "center"
    plan = (await registry.ask("GetBlocYear", **year)).plan
    assert (plan.status.value, [item.item for item in plan.items]) == ("APPROVED", ["i2"])


async def test_a_membership_that_was_recorded_of_the_wrong_bloc_moves_to_the_right_one(registry: Registry) -> None:
    for bloc in ("b1", "b2"):
        await registry.tell(EstablishBloc(bloc=bloc, kind="KHOI", name=bloc, authority="pm", record=RECORD))
    claim: dict[str, Any] = {"authority": "pm", "unit": "btp", "effective": date(2020, 1, 1)}
    told = await registry.tell(AdmitMember(**claim, bloc="b1", record=RECORD))
    moved = await registry.tell(AdmitMember(**claim, bloc="b2", **amending(1)))

    async def members(as_of: int | None = None) -> list[list[str]]:
        found = [await registry.ask("GetBloc", bloc=bloc, as_of=as_of) for bloc in ("b1", "b2")]
        years = [await registry.ask("GetBlocYear", bloc=bloc, year=2024, as_of=as_of) for bloc in ("b1", "b2")]
        assert [[m.unit.value for m in bloc.memberships] for bloc in found] == [
            [m.unit.value for m in year.members.items] for year in years
        ]
        return [[m.unit.value for m in bloc.memberships] for bloc in found]

    assert await members() == [[], ["btp"]]
    assert await members(told.position) == [["btp"], []]
    await registry.tell(retract("membership:pm:btp", 2))
    assert await members() == [["btp"], []]
    assert await members(moved.position) == [[], ["btp"]]


async def test_a_retracted_end_lets_a_membership_go_on_for_decisions_too(registry: Registry) -> None:
    council = RegisterOrganisation(organisation="pm", name="Hội đồng")
    for command in (council, RegisterOrganisation(organisation="btp", name="Bộ Tư pháp")):
        await registry.tell(command)
    for bloc in ("b1", "b2"):
        await registry.tell(
            EstablishBloc(bloc=bloc, kind="KHOI", name=bloc, authority="pm", effective=date(2020, 1, 1))
        )
    claim: dict[str, Any] = {"authority": "pm", "unit": "btp"}
    await registry.tell(AdmitMember(**claim, bloc="b1", effective=date(2020, 1, 1)))
    await registry.tell(EndMembership(**claim, bloc="b1", effective=date(2022, 1, 1)))
    await registry.tell(retract("membership:pm:btp", 2))
    with pytest.raises(Refused) as refused:
        await registry.tell(AdmitMember(**claim, bloc="b2", effective=date(2023, 1, 1)))
    assert refused.value.rule == "membership.one-bloc"


def admitted(bloc: str, day: date = date(2024, 1, 1)) -> e.MembershipStarted:
    return e.MembershipStarted(bloc=bloc, unit="btp", authority="pm", effective=day)


def head(agency: str) -> e.LeadershipElected:
    return e.LeadershipElected(bloc="b1", year=2025, head=e.Holder(agency=agency), effective=date(2025, 1, 5))


LEFT = e.MembershipEnded(bloc="b1", unit="btp", authority="pm", effective=date(2024, 3, 1))
GONE = e.LeadershipRecorded(bloc="b1", year=2025, head=e.Holder(agency="btp"), end=date(2025, 1, 4), record=RECORD)


@pytest.mark.parametrize(
    ("stream", "first", "then", "rule"),
    [
        ("membership:pm:btp", admitted("b1"), admitted("b2"), "membership.one-bloc"),
        ("membership:pm:btp", admitted("b1"), admitted("b1", date(2024, 2, 1)), "membership.one-bloc"),
        ("leadership:b1", head("btp"), head("btc"), "leadership.one-head"),
    ],
)
def test_what_a_retracted_retraction_brings_back_stands_beside_no_act_that_bars_it(
    stream: str, first: Any, then: Any, rule: str
) -> None:
    gone = FactRetracted(retracts=1, reason="nhầm", record=RECORD)
    back = Retract(stream=stream, retracts=2, reason="nhầm", record=RECORD)
    given({stream: [first, gone]}).when(back).accepted()
    given({stream: [first, gone, then]}).when(back).refused(rule)
    given({stream: [first, gone, then.model_copy(update={"record": RECORD})]}).when(back).accepted()
    undone = FactRetracted(retracts=3, reason="nhầm", record=RECORD)
    given({stream: [first, gone, then, undone]}).when(back).accepted()


def test_a_retracted_retraction_brings_back_who_had_left_before_another_came() -> None:
    gone = FactRetracted(retracts=1, reason="nhầm", record=RECORD)
    back: dict[str, Any] = {"retracts": 2, "reason": "nhầm", "record": RECORD}
    stayed = [admitted("b1"), gone, LEFT, admitted("b2", date(2024, 3, 1))]
    given({"membership:pm:btp": stayed}).when(Retract(stream="membership:pm:btp", **back)).accepted()
    led = [head("btp").model_copy(update={"effective": date(2025, 1, 2)}), gone, GONE, head("btc")]
    given({"leadership:b1": led}).when(Retract(stream="leadership:b1", **back)).accepted()


def test_an_end_is_retracted_once_the_stay_that_it_made_room_for_is() -> None:
    told = [admitted("b1"), LEFT, admitted("b2", date(2024, 3, 1))]
    stream = "membership:pm:btp"
    end = Retract(stream=stream, retracts=2, reason="nhầm", record=RECORD)
    given({stream: told}).when(end).refused("membership.one-bloc")
    given({stream: [*told, FactRetracted(retracts=3, reason="nhầm", record=RECORD)]}).when(end).accepted()
    recorded = LEFT.model_copy(update={"record": RECORD})
    given({stream: [told[0], recorded, told[2]]}).when(end).accepted()


async def test_a_retracted_head_makes_room_for_an_election(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", authority="pm", record=RECORD))
    await registry.tell(RecordLeadership(bloc="b1", year=2024, head=e.Holder(agency="bca"), record=RECORD))
    elected: dict[str, Any] = {"bloc": "b1", "year": 2024, "head": e.Holder(agency="btp")}
    await registry.tell(retract("leadership:b1", 1))
    assert (await registry.ask("WhoHeaded", bloc="b1", year=2024)).heads == ()
    await registry.tell(ElectLeadership(**elected, record=RECORD))
    (term,) = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).terms
    assert term.told_by == (3,)


async def test_older_corrections_of_a_term_are_corrected_and_retracted_as_all_are(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=RECORD))
    fields: dict[str, Any] = {"bloc": "b1", "year": 2024}
    await registry.tell(ElectLeadership(**fields, head=e.Holder(agency="a"), record=RECORD))
    older = CorrectLeadership(**fields, corrects=1, head=e.Holder(agency="b"), reason="misread", record=RECORD)
    await registry.tell(older)

    async def term() -> tuple[str, tuple[int, ...], str | None]:
        (one,) = (await registry.ask("GetBlocYear", **fields)).terms
        return one.head.agency.value, one.told_by, one.corrected_because

    assert await term() == ("b", (1, 2), "misread")
    await registry.tell(RecordLeadership(**fields, head=e.Holder(agency="c"), **amending(2, "again")))
    assert await term() == ("c", (1, 2, 3), "again")
    await registry.tell(retract("leadership:b1", 2))
    assert await term() == ("a", (1,), None)


async def test_a_ruling_that_is_retracted_opens_the_dispute_again(registry: Registry) -> None:
    fields: dict[str, Any] = {"bloc": "b1", "kind": "KHOI", "name": "Khối 1"}
    for authority in ("pm", "hanoi"):
        await registry.tell(EstablishBloc(**fields, authority=authority, record=RECORD))
    ruling = e.Ruling(by=e.Party(agency="pm"), reason="the decision says so")
    await registry.tell(EstablishBloc(**fields, authority="pm", ruling=ruling, record=RECORD))
    assert not (await registry.ask("GetBloc", bloc="b1")).disputed
    await registry.tell(retract("bloc:b1", 3))
    answer = await registry.ask("GetBloc", bloc="b1")
    assert (answer.disputed, answer.rulings) == (True, ())


async def test_a_correction_of_a_ruling_does_not_undo_it_by_the_way(registry: Registry) -> None:
    fields: dict[str, Any] = {"bloc": "b1", "kind": "KHOI", "name": "Khối 1"}
    for authority in ("pm", "hanoi"):
        await registry.tell(EstablishBloc(**fields, authority=authority, record=RECORD))
    ruling = e.Ruling(by=e.Party(agency="pm"), reason="the decision says so")
    told: dict[str, Any] = {**fields, "authority": "pm"}
    await registry.tell(EstablishBloc(**told, ruling=ruling, record=RECORD))
    with pytest.raises(Refused) as refused:
        await registry.tell(EstablishBloc(**told, effective=date(2020, 1, 1), **amending(3)))
    assert (refused.value.rule, refused.value.en[:6]) == ("correction.kept", "ruling")
    await registry.tell(EstablishBloc(**told, effective=date(2020, 1, 1), ruling=ruling, **amending(3)))
    answer = await registry.ask("GetBloc", bloc="b1")
    assert (answer.disputed, answer.established_on.value, len(answer.rulings)) == (False, "2020-01-01", 1)


async def test_a_person_whose_registration_was_retracted_can_be_forgotten_and_the_id_is_used_for_nobody_else(
    registry: Registry,
) -> None:
    await registry.tell(RegisterPerson(person="p-1", name="Nguyễn Văn A"))
    await registry.tell(retract("person:p-1", 1))
    with pytest.raises(Missing):
        await registry.ask("GetPerson", person="p-1")
    with pytest.raises(Refused) as refused:
        await registry.tell(RegisterPerson(person="p-1", name="Trần Văn B"))
    assert refused.value.rule == "person.known"
    await registry.tell(ForgetPerson(person="p-1", reason="asked for"))
    await registry.tell(retract("person:p-1", 2))
    assert not (await registry.ask("GetPerson", person="p-1")).available
    with pytest.raises(Refused) as refused:
        await registry.tell(retract("person:p-1", 3))
    assert refused.value.rule == "correction.nothing"


async def test_a_wrong_correction_of_a_person_leaves_no_key(registry: Registry) -> None:
    with pytest.raises(Refused):
        await registry.tell(RegisterPerson(person="p-1", name="Nguyễn Văn A", **amending(1)))
    assert await registry.tools.pool.fetch("select 1 from vault.keys") == []


async def test_a_correction_of_who_organises_a_bloc_waits_for_its_units_to_leave(registry: Registry) -> None:
    fields: dict[str, Any] = {"bloc": "b1", "kind": "KHOI", "name": "Khối 1"}
    await registry.tell(EstablishBloc(**fields, authority="pm", record=RECORD))
    claim: dict[str, Any] = {"authority": "pm", "unit": "btp", "bloc": "b1", "record": RECORD}
    await registry.tell(AdmitMember(**claim))
    with pytest.raises(Refused) as refused:
        await registry.tell(EstablishBloc(**fields, authority="hanoi", **amending(1)))
    assert refused.value.rule == "ruling.members"
    await registry.tell(retract("membership:pm:btp", 1))
    await registry.tell(EstablishBloc(**fields, authority="hanoi", **amending(1)))
    assert (await registry.ask("GetBloc", bloc="b1")).authority.value == "hanoi"


async def test_a_retraction_by_which_another_organises_a_bloc_waits_for_its_units_to_leave(registry: Registry) -> None:
    fields: dict[str, Any] = {"bloc": "b1", "kind": "KHOI", "name": "Khối 1", "record": RECORD}
    await registry.tell(EstablishBloc(**fields, authority="pm"))
    await registry.tell(EstablishBloc(**fields, authority="hanoi"))
    await registry.tell(AdmitMember(authority="pm", unit="btp", bloc="b1", record=RECORD))
    with pytest.raises(Refused) as refused:
        await registry.tell(retract("bloc:b1", 1))
    assert (refused.value.rule, "retracts: btp" in refused.value.vi) == ("ruling.members", True)
    await registry.tell(retract("bloc:b1", 2))  # who organises it, it does not tell
    await registry.tell(retract("membership:pm:btp", 1))
    await registry.tell(retract("bloc:b1", 1))


async def test_a_ruling_on_who_organises_a_bloc_is_not_retracted_while_units_are_in_it_by_that_ruling(
    registry: Registry,
) -> None:
    fields: dict[str, Any] = {"bloc": "b1", "kind": "KHOI", "name": "Khối 1", "record": RECORD}
    await registry.tell(EstablishBloc(**fields, authority="pm"))
    ruling = e.Ruling(by=e.Party(agency="pm"), reason="the decision says so")
    await registry.tell(EstablishBloc(**fields, authority="hanoi", ruling=ruling))
    await registry.tell(AdmitMember(authority="hanoi", unit="btp", bloc="b1", record=RECORD))
    with pytest.raises(Refused) as refused:
        await registry.tell(retract("bloc:b1", 2))
    assert refused.value.rule == "ruling.members"
    await registry.tell(EndMembership(authority="hanoi", unit="btp", bloc="b1", record=RECORD))
    await registry.tell(retract("bloc:b1", 2))
    assert (await registry.ask("GetBloc", bloc="b1")).authority.value == "pm"
    await registry.tell(AdmitMember(authority="pm", unit="bqp", bloc="b1", record=RECORD))
    with pytest.raises(Refused) as refused:
        await registry.tell(retract("bloc:b1", 3))  # the retraction itself
    assert refused.value.rule == "ruling.members"


async def test_a_history_shows_what_was_told_before_why_it_was_amended_and_by_which_document(
    registry: Registry,
) -> None:
    paper = Record(source=Source(id="paper"), place="paragraph 2")
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=paper))
    renamed = await registry.tell(NameBloc(bloc="b1", name="Khối hai", effective=date(2024, 1, 1), record=paper))
    await registry.tell(NameBloc(bloc="b1", name="Khối 2", effective=date(2024, 1, 1), **amending(2, "sai chính tả")))
    await registry.tell(retract("bloc:b1", 3))
    events = (await registry.ask("GetHistory", stream="bloc:b1")).events
    assert [(one.version, one.type, one.stands, one.amends, one.reason, one.mark.source) for one in events] == [
        (1, "BlocEstablished", True, None, None, "paper"),
        (2, "BlocNamed", True, None, None, "paper"),
        (3, "BlocNamed", False, 2, "sai chính tả", "letter"),
        (4, "FactRetracted", False, 3, "of another bloc", "letter"),
    ]
    assert [(one.field, one.fact.value, one.fact.mark.source) for one in events[2].told] == [
        ("effective", "2024-01-01", "letter"),
        ("bloc", "b1", "letter"),
        ("name", "Khối 2", "letter"),
    ]
    assert events[3].told == ()
    before = (await registry.ask("GetHistory", as_of=renamed.position, stream="bloc:b1")).events
    assert len(before) == 2
    with pytest.raises(Missing):
        await registry.ask("GetHistory", stream="bloc:b2")


async def test_a_history_shows_no_text_about_a_person(registry: Registry) -> None:
    await registry.tell(RegisterPerson(person="p-1", name="Nguyễn Văn A", effective=date(2024, 1, 1)))
    (event,) = (await registry.ask("GetHistory", stream="person:p-1")).events
    assert [one.field for one in event.told] == ["effective", "person"]


WRONG, RIGHT = "tên đúng là Nguyễn Văn Đúng", "Nguyễn Văn Đúng là người khác"
COMMAND_ID = "0d9f7f0e-4f43-4a43-9a25-1b1f2b8d3f12"
KEPT = """
select convert_from(body, 'utf8') from log.events union all select doc::text from read.streams
"""


async def named_wrongly(registry: Registry) -> int:
    """p-1 is registered, corrected and the correction retracted, with names in the reasons; the last position."""
    await registry.tell(RegisterPerson(person="p-1", name="Nguyễn Văn Sai", effective=date(2024, 1, 1)))
    await registry.tell(RegisterPerson(person="p-1", name="Nguyễn Văn Đúng", **amending(1, WRONG)))
    told = await registry.tell(retract("person:p-1", 2).model_copy(update={"reason": RIGHT}))
    return told.position


async def test_why_what_is_told_of_a_person_was_amended_is_sealed_and_opened_for_a_history(registry: Registry) -> None:
    await named_wrongly(registry)
    events = (await registry.ask("GetHistory", stream="person:p-1")).events
    assert [(one.amends, one.reason) for one in events] == [(None, None), (1, WRONG), (2, RIGHT)]
    assert [one.field for event in events for one in event.told] == ["effective", "person", "person"]
    assert not [text for (text,) in await registry.tools.pool.fetch(KEPT) if "Nguyễn" in text]


async def test_the_history_of_a_forgotten_person_is_shown_without_a_reason_that_may_name_the_person(
    registry: Registry,
) -> None:
    before = await named_wrongly(registry)
    await registry.tell(ForgetPerson(person="p-1", reason="asked for"))
    events = (await registry.ask("GetHistory", stream="person:p-1")).events
    assert [(one.type, one.reason) for one in events] == [
        ("PersonRegistered", None),
        ("PersonRegistered", None),
        ("FactRetracted", None),
        ("PersonForgotten", None),
    ]
    assert [(one.field, one.fact.value) for one in events[3].told] == [("reason", "asked for"), ("person", "p-1")]
    past = (await registry.ask("GetHistory", as_of=before, stream="person:p-1")).events
    assert [one.reason for one in past] == [None, None, None]


async def test_a_repeated_retraction_about_a_person_is_known_again(registry: Registry) -> None:
    await registry.tell(RegisterPerson(person="p-1", name="Nguyễn Văn Sai"))
    first = await registry.tell(retract("person:p-1", 1), COMMAND_ID)
    assert await registry.tell(retract("person:p-1", 1), COMMAND_ID) == first
    await registry.tell(ForgetPerson(person="p-1", reason="asked for"))
    assert await registry.tell(retract("person:p-1", 1), COMMAND_ID) == first
    assert await registry.tools.pool.fetch("select 1 from vault.keys") == []


async def test_a_reason_that_was_kept_in_clear_once_is_shown_until_the_person_is_forgotten(registry: Registry) -> None:
    await registry.tell(RegisterPerson(person="p-1", name="Nguyễn Văn Sai"))
    as_once = Handling(registry.tools.log, VOCABULARY, HANDLERS, b"k" * 32)
    await as_once.handle(retract("person:p-1", 1), Context(COMMAND_ID, "officer"))
    shown = (await registry.ask("GetHistory", stream="person:p-1")).events
    assert [one.reason for one in shown] == [None, "of another bloc"]
    await registry.tell(ForgetPerson(person="p-1", reason="asked for"))
    shown = (await registry.ask("GetHistory", stream="person:p-1")).events
    assert [one.reason for one in shown] == [None, None, None]


async def test_a_reason_as_long_as_may_be_is_sealed_whole(registry: Registry) -> None:
    await registry.tell(RegisterPerson(person="p-1", name="Nguyễn Văn Sai"))
    await registry.tell(RegisterPerson(person="p-1", name="Nguyễn Văn Đúng", **amending(1, "ế" * PROSE)))
    events = (await registry.ask("GetHistory", stream="person:p-1")).events
    assert events[1].reason == "ế" * PROSE


async def test_what_was_told_of_the_wrong_year_is_retracted_and_told_of_the_right_one(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=RECORD))
    await registry.tell(RecordPlan(bloc="b1", year=2023, title="Kế hoạch 01", record=RECORD))
    await registry.tell(retract("plan:b1:2023", 1))
    await registry.tell(RecordPlan(bloc="b1", year=2024, title="Kế hoạch 01", record=RECORD))
    plans = [(await registry.ask("GetBlocYear", bloc="b1", year=year)).plan for year in (2023, 2024)]
    assert [plan and plan.title.value for plan in plans] == [None, "Kế hoạch 01"]
