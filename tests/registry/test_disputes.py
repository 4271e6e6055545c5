"""Records that contradict each other: all are kept, and their answers say so."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, get_origin

import pytest

from services.kernel.decider import Command
from services.kernel.errors import Refused
from services.kernel.provenance import Inference, Listed, Record, Source
from services.kernel.telling import worded
from services.registry import events as e
from services.registry.domain.bloc import DeclareMembers, EstablishBloc
from services.registry.domain.body import EstablishBody
from services.registry.domain.conference import HoldConference, PrepareCongress, RecordAttendance
from services.registry.domain.covenant import DrawUpCovenant, RecordCovenant, ReportCovenantResult, SignCovenant
from services.registry.domain.deadline import SetDeadline
from services.registry.domain.document import RegisterDocument
from services.registry.domain.exemplar import RegisterExemplar
from services.registry.domain.form import RegisterMovementForm
from services.registry.domain.inspection import HoldInspection
from services.registry.domain.leadership import ElectLeadership, HandOverLeadership, RecordLeadership
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.movement import LaunchMovement
from services.registry.domain.movement_link import LinkMovement
from services.registry.domain.movement_review import ReviewMovement
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.domain.participation import PlanMovement, RegisterParticipation, ReportParticipation
from services.registry.domain.person import DescribePerson, RegisterPerson
from services.registry.domain.plan import ApprovePlan, DetailActivity, ReportProgress
from services.registry.domain.regulation import AdoptRegulation, RepealRegulation
from services.registry.domain.reorganisation import Reorganise
from services.registry.domain.report import PresentReport
from services.registry.domain.review import NoteReview
from services.registry.domain.rotation import SetRotation
from tests.registry.support import RECORD, Registry, given

DAY = date(2024, 4, 10)

BLOC: dict[str, Any] = {"bloc": "b1", "kind": "KHOI", "name": "Khối 1"}
CONFERENCE: dict[str, Any] = {"conference": "c1", "bloc": "b1", "kind": "SUMMATION"}
REVIEW: dict[str, Any] = {"review": "r1", "bloc": "b1", "year": 2024}


async def ask_twice(registry: Registry, commands: list[Command], query: str, **asked: Any) -> tuple[Any, Any]:
    """The answers before and after the last of the commands."""
    *before, last = commands
    for command in before:
        await registry.tell(command)
    answer = await registry.ask(query, **asked)
    await registry.tell(last)
    return answer, await registry.ask(query, **asked)


async def test_contradicting_establishments_show_the_first_as_disputed(registry: Registry) -> None:
    first = EstablishBloc(**BLOC, authority="central", record=RECORD)
    other = EstablishBloc(**BLOC, authority="hanoi", effective=DAY, decision=Source(id="qd-1"), record=RECORD)
    once, twice = await ask_twice(registry, [first, other], "GetBloc", bloc="b1")
    assert (once.disputed, once.decision, once.established_on) == (False, None, None)
    assert (twice.disputed, twice.authority.value) == (True, "central")
    assert (twice.decision.value, twice.decision.mark.source) == ("qd-1", "article")
    assert twice.established_on.value == "2024-04-10"  # what one record is silent about, another tells


async def test_registrations_are_disputed_where_they_give_a_day_two_names(registry: Registry) -> None:
    names = [("Bộ A", None), ("Bộ B", DAY), ("Bộ C", DAY)]
    commands: list[Command] = [
        RegisterOrganisation(organisation="a", name=name, effective=on, record=RECORD) for name, on in names
    ]
    once, twice = await ask_twice(registry, commands, "GetOrganisation", organisation="a")
    assert (once.disputed, once.name.value) == (False, "Bộ B")
    assert (twice.disputed, [n.name.value for n in twice.names]) == (True, ["Bộ A", "Bộ B", "Bộ C"])


async def test_a_person_registered_by_several_names_is_disputed(registry: Registry) -> None:
    names = ["Nguyễn Văn A", "Nguyễn Văn A", "Nguyễn Văn B"]
    commands: list[Command] = [RegisterPerson(person="p-1", name=name, record=RECORD) for name in names]
    once, twice = await ask_twice(registry, commands, "GetPerson", person="p-1")
    assert not once.disputed
    assert (twice.disputed, [d.name.value for d in twice.descriptions]) == (True, names)


async def test_a_person_is_shown_by_the_name_of_the_latest_day_whenever_it_was_told(registry: Registry) -> None:
    await registry.tell(RegisterPerson(person="p-1", name="Một", record=RECORD))
    await registry.tell(DescribePerson(person="p-1", name="Hai"))
    assert (await registry.ask("GetPerson", person="p-1")).shown == "Hai"
    await registry.tell(DescribePerson(person="p-1", name="Bốn", effective=DAY))
    await registry.tell(DescribePerson(person="p-1", name="Ba", effective=date(2020, 1, 1)))
    await registry.tell(DescribePerson(person="p-1", name="Hai nữa"))
    answer = await registry.ask("GetPerson", person="p-1")
    assert (answer.shown, answer.disputed) == ("Bốn", False)


async def test_a_conference_of_two_years_is_disputed_in_both(registry: Registry) -> None:
    told: list[Command] = [EstablishBloc(**BLOC, record=RECORD)]
    told += [HoldConference(**CONFERENCE, closes=year, record=RECORD) for year in (2023, 2024)]
    once, twice = await ask_twice(registry, told, "GetConference", conference="c1")
    assert (once.disputed, once.closes.value) == (False, "2023")
    assert (twice.disputed, twice.closes.value) == (True, "2023")
    for year in (2023, 2024):
        (meeting,) = (await registry.ask("GetBlocYear", bloc="b1", year=year)).conferences
        assert (meeting.disputed, meeting.closes.value) == (True, str(year))


async def test_a_movement_launched_by_two_names_is_shown_once_with_both_as_disputed(registry: Registry) -> None:
    told: list[Command] = [EstablishBloc(**BLOC, record=RECORD)]
    told += [
        LaunchMovement(movement="m", bloc="b1", year=2024, name=name, tags=("đột xuất",), record=RECORD)
        for name in ("Thi đua A", "Thi đua B")
    ]
    once, twice = await ask_twice(registry, told, "GetBlocYear", bloc="b1", year=2024)
    assert [(m.name.value, m.disputed) for m in once.movements] == [("Thi đua A", False)]
    (movement,) = twice.movements
    assert (movement.name.value, movement.disputed) == ("Thi đua A", True)
    assert [fact.value for fact in movement.disputes[0].told] == ["Thi đua A", "Thi đua B"]
    assert [(t.value, t.mark.source) for t in movement.tags] == [("đột xuất", "article")]


def targets(figure: str) -> Listed[e.Target]:
    return Listed[e.Target](items=(e.Target(text="cán bộ", figure=figure, unit="%"),))


@pytest.mark.parametrize(
    ("one", "other", "disputed"),
    [
        ({"targets": targets("100")}, {"targets": targets("90")}, True),
        ({"tasks": Listed[str](declared_count=7)}, {"tasks": Listed[str](declared_count=8)}, True),
        ({"tasks": Listed[str](declared_count=7)}, {"tasks": Listed[str](items=("một",))}, False),
    ],
)
async def test_a_review_noted_twice_is_disputed_where_its_figures_differ(
    registry: Registry, one: dict[str, Any], other: dict[str, Any], disputed: bool
) -> None:
    told: list[Command] = [EstablishBloc(**BLOC, record=RECORD)]
    told += [NoteReview(**REVIEW, **facts, record=RECORD) for facts in (one, other)]
    once, twice = await ask_twice(registry, told, "GetBlocYear", bloc="b1", year=2024)
    assert [r.disputed for r in once.reviews] == [False]
    assert [r.disputed for r in twice.reviews] == [disputed]


async def test_the_whole_tally_and_the_decision_on_a_plan_are_answered(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    tally = e.Tally(in_favour=12, against=1, eligible=14)
    head = e.Holder(agency="btp")
    await registry.tell(ElectLeadership(bloc="b1", year=2024, head=head, tally=tally, effective=DAY, record=RECORD))
    await registry.tell(ApprovePlan(bloc="b1", year=2024, decision=Source(id="qd-3"), record=RECORD))
    answer = await registry.ask("GetBlocYear", bloc="b1", year=2024)
    (term,) = answer.terms
    assert [f.value for f in (term.votes_in_favour, term.votes_against, term.votes_eligible)] == ["12", "1", "14"]
    assert (answer.plan.decision.value, answer.plan.decision.mark.source) == ("qd-3", "article")


def from_(source: str) -> Record:
    return Record(source=Source(id=source), place="whole text")


def told(dispute: Any) -> tuple[str, str | None, list[tuple[str, str | None]]]:
    return dispute.field, dispute.about, [(fact.value, fact.mark.source) for fact in dispute.told]


RULING = e.Ruling(by=e.Party(agency="central"), reason="the decision itself says so")


async def test_a_dispute_shows_every_value_with_its_source_until_a_ruling_says_which_holds(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="hanoi", name="Hà Nội"))
    for source, authority in (("one", "central"), ("two", "hanoi")):
        await registry.tell(EstablishBloc(**BLOC, authority=authority, record=from_(source)))
    last = await registry.tell(EstablishBloc(**BLOC, authority="central", record=from_("three")))
    before = await registry.ask("GetBloc", bloc="b1")
    (dispute,) = before.disputes
    assert told(dispute) == ("authority", None, [("central", "one"), ("hanoi", "two"), ("central", "three")])
    assert "hanoi" in {label.id for label in before.labels}
    assert (before.disputed, before.rulings) == (True, ())

    ruled = EstablishBloc(**BLOC, authority="hanoi", effective=DAY, ruling=RULING, record=from_("decision"))
    await registry.tell(ruled)
    after = await registry.ask("GetBloc", bloc="b1")
    assert (after.disputed, after.disputes) == (False, ())
    assert (after.authority.value, after.authority.mark.source) == ("hanoi", "decision")
    (ruling,) = after.rulings
    assert (ruling.by.agency.value, ruling.reason.value) == ("central", RULING.reason)
    assert ruling.reason.mark.source == "decision"
    then = await registry.ask("GetBloc", as_of=last.position, bloc="b1")
    assert (then.disputed, then.authority.value, then.rulings) == (True, "central", ())

    await registry.tell(EstablishBloc(**BLOC, authority="central", record=from_("four")))
    again = await registry.ask("GetBloc", bloc="b1")
    assert told(again.disputes[0]) == ("authority", None, [("hanoi", "decision"), ("central", "four")])
    assert again.authority.value == "hanoi"


async def test_guards_keep_to_a_ruling(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="btp", name="Bộ Tư pháp"))
    await registry.tell(EstablishBloc(**BLOC, authority="central", record=RECORD))
    await registry.tell(EstablishBloc(**BLOC, authority="hanoi", ruling=RULING, record=RECORD))
    with pytest.raises(Refused, match="organised by hanoi"):
        await registry.tell(AdmitMember(authority="central", unit="btp", bloc="b1", effective=DAY))
    await registry.tell(AdmitMember(authority="hanoi", unit="btp", bloc="b1", effective=DAY))


async def test_a_ruling_on_a_registration_holds_instead_of_all_before_it(registry: Registry) -> None:
    for name, kind in (("Bộ A", "ministry"), ("Bộ B", "court")):
        await registry.tell(
            RegisterOrganisation(organisation="a", name=name, kind=kind, effective=DAY, record=from_(name))
        )
    before = await registry.ask("GetOrganisation", organisation="a")
    assert [told(one) for one in before.disputes] == [
        ("kind", None, [("ministry", "Bộ A"), ("court", "Bộ B")]),
        ("name", "2024-04-10", [("Bộ A", "Bộ A"), ("Bộ B", "Bộ B")]),
    ]
    first = date(2020, 1, 1)
    await registry.tell(
        RegisterOrganisation(
            organisation="a", name="Bộ A", kind="ministry", effective=first, ruling=RULING, record=RECORD
        )
    )
    after = await registry.ask("GetOrganisation", organisation="a")
    assert (after.disputes, after.name.value, after.kind.value) == ((), "Bộ A", "ministry")
    assert [n.name.value for n in after.names] == ["Bộ A"]
    assert len(after.rulings) == 1


async def test_a_conference_is_settled_in_every_year_and_for_whoever_headed(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    await registry.tell(ElectLeadership(bloc="b1", year=2023, head=e.Holder(agency="btp"), record=RECORD))
    for day in (date(2024, 1, 10), date(2024, 3, 10)):
        await registry.tell(HoldConference(**CONFERENCE, closes=2023, effective=day, record=from_(str(day))))
    asked: dict[str, Any] = {"bloc": "b1", "on": date(2024, 2, 1)}
    assert (await registry.ask("WhoHeaded", **asked)).heads == ()
    before = await registry.ask("GetConference", conference="c1")
    assert told(before.disputes[0]) == ("effective", None, [("2024-01-10", "2024-01-10"), ("2024-03-10", "2024-03-10")])
    held = HoldConference(
        **CONFERENCE, closes=2023, effective=date(2024, 3, 10), ruling=RULING, record=from_("minutes")
    )
    last = await registry.tell(held)
    (head,) = (await registry.ask("WhoHeaded", **asked)).heads
    assert head.agency.value == "btp"
    assert (await registry.ask("WhoHeaded", as_of=last.position - 1, **asked)).heads == ()
    after = await registry.ask("GetConference", conference="c1")
    assert (after.disputed, after.held_on.value, len(after.rulings)) == (False, "2024-03-10", 1)
    (meeting,) = (await registry.ask("GetBlocYear", bloc="b1", year=2023)).conferences
    assert (meeting.disputes, len(meeting.rulings), meeting.held_on.mark.source) == ((), 1, "minutes")


async def test_a_conference_ruled_to_close_another_year_leaves_the_one_it_did_not(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    await registry.tell(HoldConference(**CONFERENCE, closes=2023, record=RECORD))
    await registry.tell(HoldConference(**CONFERENCE, closes=2022, ruling=RULING, record=RECORD))
    assert (await registry.ask("GetBlocYear", bloc="b1", year=2023)).conferences == ()
    (meeting,) = (await registry.ask("GetBlocYear", bloc="b1", year=2022)).conferences
    assert meeting.closes.value == "2022"


async def test_a_launch_is_settled_and_shown_once(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    fields: dict[str, Any] = {"movement": "m", "bloc": "b1", "year": 2024}
    for name, agency in (("Thi đua A", "btp"), ("Thi đua B", "bca")):
        await registry.tell(LaunchMovement(**fields, name=name, launcher=e.Party(agency=agency), record=from_(name)))
    before = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).movements
    assert [told(one) for one in before[0].disputes] == [
        ("name", None, [("Thi đua A", "Thi đua A"), ("Thi đua B", "Thi đua B")]),
        ("launcher.agency", None, [("btp", "Thi đua A"), ("bca", "Thi đua B")]),
    ]
    await registry.tell(LaunchMovement(**fields, name="Thi đua B", ruling=RULING, record=from_("plan")))
    (movement,) = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).movements
    assert (movement.name.value, movement.name.mark.source, movement.launcher) == ("Thi đua B", "plan", None)
    assert (movement.disputed, len(movement.rulings)) == (False, 1)


async def test_a_review_is_settled_by_a_ruling(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    for figure, count in (("100", 7), ("90", 8)):
        await registry.tell(
            NoteReview(**REVIEW, targets=targets(figure), tasks=Listed[str](declared_count=count), record=from_(figure))
        )
    (before,) = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).reviews
    assert [told(one) for one in before.disputes] == [
        ("tasks.declared_count", None, [("7", "100"), ("8", "90")]),
        ("targets.figure", "cán bộ", [("100", "100"), ("90", "90")]),
    ]
    await registry.tell(NoteReview(**REVIEW, targets=targets("90"), ruling=RULING, record=from_("minutes")))
    (after,) = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).reviews
    assert (after.disputed, [t.figure.value for t in after.targets], len(after.rulings)) == (False, ["90"], 1)
    assert after.tasks.declared_count is None


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"ruling": RULING}, "ruling.document"),
        ({"ruling": RULING.model_copy(update={"by": e.Party()}), "record": RECORD}, "ruling.by"),
        ({"ruling": RULING, "record": RECORD}, "ruling.nothing"),
    ],
)
def test_a_ruling_has_a_document_an_author_and_something_to_settle(fields: dict[str, Any], rule: str) -> None:
    day: dict[str, Any] = {"effective": DAY} if "record" not in fields else {}
    commands: list[Command] = [
        NoteReview(**REVIEW, **fields, **day),
        HoldConference(**CONFERENCE, **fields, **day),
        LaunchMovement(movement="m", launcher=e.Party(person="p-1"), **fields, **day),
        RegisterOrganisation(organisation="a", name="A", **fields),
    ]
    if "record" in fields:
        commands.append(EstablishBloc(**BLOC, **fields))
    established = {"bloc:b1": [e.BlocEstablished(**BLOC)]}
    for command in commands:
        given({} if isinstance(command, EstablishBloc) else established).when(command).refused(rule)


# Reviews of one year


async def test_two_reviews_of_a_year_are_kept_apart(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    middle, end = Listed[str](items=("một",), declared_count=7), Listed[str](items=("hai",), declared_count=3)
    told_: list[dict[str, Any]] = [
        {"review": "mid-tasks", "conference": "so-ket", "tasks": middle},
        {"review": "mid-limits", "conference": "so-ket", "limitations": Listed[str](items=("chậm",))},
        {"review": "end", "conference": "tong-ket", "effective": date(2025, 1, 10), "tasks": end},
        {"review": "alone", "effective": date(2024, 9, 1), "tasks": end},
        {"review": "same-day", "effective": date(2024, 9, 1), "limitations": Listed[str](items=("muộn",))},
    ]
    for fields in told_:
        await registry.tell(NoteReview(bloc="b1", year=2024, record=RECORD, **fields))
    reviews = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).reviews
    shown = [
        (r.reviews, [t.value for t in r.tasks.items], r.tasks.declared_count and r.tasks.declared_count.value)
        for r in reviews
    ]
    assert shown == [
        (("mid-tasks", "mid-limits"), ["một"], "7"),
        (("end",), ["hai"], "3"),
        (("alone", "same-day"), ["hai"], "3"),
    ]
    assert [len(r.limitations.items) for r in reviews] == [1, 0, 1]
    assert not any(r.disputed for r in reviews)


@pytest.mark.parametrize("count", [None, 3])
async def test_a_list_that_is_not_longer_than_it_says_is_consistent(registry: Registry, count: int | None) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    tasks = Listed[str](items=("một", "hai"), declared_count=count)
    await registry.tell(NoteReview(**REVIEW, tasks=tasks, record=RECORD))
    (review,) = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).reviews
    assert not review.inconsistent


async def test_a_record_that_lists_more_than_it_declares_is_kept_and_marked(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    await registry.tell(NoteReview(**REVIEW, tasks=Listed[str](items=("một", "hai"), declared_count=1), record=RECORD))
    (review,) = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).reviews
    assert (review.inconsistent, len(review.tasks.items), review.tasks.declared_count.value) == (True, 2, "1")


# What one record is silent about, another tells


def chaired(*words: str, **list_: Any) -> Listed[e.Party]:
    return Listed[e.Party](items=tuple(e.Party(words=one) for one in words), **list_)


async def test_a_conference_answers_what_any_of_its_records_tells(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    await registry.tell(
        HoldConference(**CONFERENCE, closes=2023, agenda=Listed[str](items=("một",)), record=from_("a"))
    )
    agenda = Listed[str](items=("một", "hai"), declared_count=2)
    rest: dict[str, Any] = {"effective": DAY, "place": "Hà Nội", "half_day": "MORNING", "agenda": agenda}
    await registry.tell(HoldConference(**CONFERENCE, **rest, chairs=chaired("Chủ tịch"), record=from_("b")))
    answer = await registry.ask("GetConference", conference="c1")
    found = [(one.value, one.mark.source) for one in (answer.closes, answer.held_on, answer.place, answer.half_day)]
    assert found == [("2023", "a"), ("2024-04-10", "b"), ("Hà Nội", "b"), ("MORNING", "b")]
    assert [one.words.value for one in answer.chairs.items] == ["Chủ tịch"]
    assert [(one.value, one.mark.source) for one in answer.agenda.items] == [("một", "a"), ("hai", "b")]
    assert (answer.agenda.declared_count.value, answer.disputed) == ("2", False)


async def test_a_party_that_several_records_name_is_shown_once_by_the_surest(registry: Registry) -> None:
    unsure = from_("a").model_copy(update={"inferred": (Inference(field="chairs", basis="by custom"),)})
    for record in (unsure, from_("b")):
        await registry.tell(HoldConference(**CONFERENCE, chairs=chaired("Chủ tịch"), record=record))
    answer = await registry.ask("GetConference", conference="c1")
    assert [(one.words.value, one.words.mark.source) for one in answer.chairs.items] == [("Chủ tịch", "b")]


async def test_a_joined_list_is_whole_only_where_one_record_that_says_so_names_all_of_it(registry: Registry) -> None:
    await registry.tell(HoldConference(**CONFERENCE, chairs=chaired("A", "B", exhaustive=True), record=from_("a")))
    await registry.tell(HoldConference(**CONFERENCE, chairs=chaired("B"), record=from_("b")))
    assert (await registry.ask("GetConference", conference="c1")).chairs.exhaustive.value == "true"
    await registry.tell(HoldConference(**CONFERENCE, chairs=chaired("C"), record=from_("c")))
    assert (await registry.ask("GetConference", conference="c1")).chairs.exhaustive is None


async def test_who_took_part_is_shown_once_with_all_roles_and_other_counts_are_disputed(registry: Registry) -> None:
    await registry.tell(HoldConference(**CONFERENCE, record=RECORD))
    for source, role, count in (("a", "OPENS", 12), ("b", "CONCLUDES", 13)):
        attendee = e.Attendee.model_validate({"agency": "btp", "roles": (role,)})
        attendees = Listed[e.Attendee](items=(attendee,), declared_count=count)
        await registry.tell(RecordAttendance(conference="c1", attendees=attendees, record=from_(source)))
    answer = await registry.ask("GetConference", conference="c1")
    (attendee,) = answer.attendees
    assert [(one.value, one.mark.source) for one in attendee.roles] == [("OPENS", "a"), ("CONCLUDES", "b")]
    assert [told(one) for one in answer.disputes] == [("attendees.declared_count", None, [("12", "a"), ("13", "b")])]


# No field in which records may contradict each other is forgotten

Shown = Callable[[Any], Any]
ASKED: dict[type[e.Disputable], tuple[type[Command], dict[str, Any], Callable[[int], dict[str, Any]], str, Shown]] = {
    e.OrganisationFacts: (
        RegisterOrganisation,
        {"organisation": "a", "name": "A"},
        lambda n: {field: f"{field}-{n}" for field in ("kind", "level", "code", "superior")},
        "GetOrganisation",
        lambda answer: answer,
    ),
    e.ReorganisationFacts: (
        Reorganise,
        {"reorganisation": "r0"},
        lambda n: {
            "kind": ("MERGER", "OTHER")[n],
            **{side: {"declared_count": n} for side in ("predecessors", "successors")},
            "in_force_on": date(2024, 1, 1 + n),
            "effective": date(2024, 2, 1 + n),
            "decision": {"id": f"nq-{n}"},
        },
        "GetReorganisation",
        lambda answer: answer,
    ),
    e.BlocFacts: (
        EstablishBloc,
        {"bloc": "b0"},
        lambda n: {
            **{field: f"{field}-{n}" for field in ("name", "authority", "level", "province")},
            "kind": ("KHOI", "CUM")[n],
            "decision": {"id": f"qd-{n}"},
            "effective": date(2024, 1, 1 + n),
        },
        "GetBloc",
        lambda answer: answer,
    ),
    e.BodyFacts: (
        EstablishBody,
        {"body": "hd"},
        lambda n: {
            **{field: f"{field}-{n}" for field in ("kind", "name", "organisation", "level", "part_of")},
            "decision": {"id": f"qd-{n}"},
            "effective": date(2024, 1, 1 + n),
        },
        "GetBody",
        lambda answer: answer,
    ),
    e.RotationFacts: (
        SetRotation,
        {"bloc": "b0"},
        lambda n: {
            "from_year": 2024 + n,
            "manner": ("ORDER", "LOT")[n],
            "order": {"declared_count": n},
            "conference": f"c{n}",
            "decision": {"id": f"qd-{n}"},
        },
        "GetRotation",
        lambda answer: answer,
    ),
    e.RegulationFacts: (
        AdoptRegulation,
        {"regulation": "qc-1", "bloc": "b0"},
        lambda n: {
            "adopted_on": date(2024, 1, 1 + n),
            "adopter": {"agency": f"a{n}", "person": f"p-{n}", "words": f"hội nghị {n}"},
            "conference": f"c{n}",
            "decision": {"id": f"qd-{n}"},
            "in_place_of": f"qc-0{n}",
            "effective": date(2024, 2, 1 + n),
        },
        "GetBloc",
        lambda answer: answer.regulations[0],
    ),
    e.RegulationRepealFacts: (
        RepealRegulation,
        {"regulation": "qc-1", "bloc": "b0"},
        lambda n: {"decision": {"id": f"qd-{n}"}, "effective": date(2024, 2, 1 + n)},
        "GetBloc",
        lambda answer: answer.regulations[0].repeal,
    ),
    e.ConferenceFacts: (
        HoldConference,
        {"conference": "c1"},
        lambda n: {
            "bloc": f"b{n}",
            "kind": ("SUMMATION", "OTHER")[n],
            **dict.fromkeys(("closes", "opens", "during"), 2024 + n),
            "half_day": ("MORNING", "AFTERNOON")[n],
            "place": ("Hà Nội", "Huế")[n],
            "chairs": {"declared_count": n},
            "agenda": {"declared_count": n},
            **dict.fromkeys(("closes_from", "opens_to"), 2020 + n),
            "host": {"agency": f"agency-{n}", "person": f"person-{n}", "words": f"words {n}"},
            "level": f"level-{n}",
            "edition": 10 + n,
            "effective": date(2024, 1, 1 + n),
        },
        "GetConference",
        lambda answer: answer,
    ),
    e.CongressPreparationFacts: (
        PrepareCongress,
        {"congress": "c1", "conference": "c1", "preparation": "cb"},
        lambda n: {
            "by": {"agency": f"agency-{n}", "person": f"person-{n}", "words": f"words {n}"},
            "plan": {"id": f"kh-{n}"},
            "bloc": f"b{n}",
            "year": 2024 + n,
            **{field: {"declared_count": n} for field in ("tasks", "results")},
            **{field: date(2024, 1, 1 + n) for field in ("effective", "due")},
        },
        "GetConference",
        lambda answer: answer.preparations[0],
    ),
    e.ReportFacts: (
        PresentReport,
        {"report": "bc", "title": "Báo cáo"},
        lambda n: {
            "bloc": f"b{n}",
            "year": 2024 + n,
            "presenter": {"agency": f"agency-{n}", "person": f"person-{n}", "words": f"words {n}"},
            "conference": f"c{n}",
            "highlights": {"declared_count": n},
            "effective": date(2024, 1, 1 + n),
        },
        "GetBlocYear",
        lambda answer: answer.reports[0],
    ),
    e.InspectionFacts: (
        HoldInspection,
        {"inspection": "kt"},
        lambda n: {
            "bloc": f"b{n}",
            "year": 2024 + n,
            "item": f"item-{n}",
            **{field: {"declared_count": n} for field in ("subjects", "inspectors", "units", "findings")},
            "effective": date(2024, 1, 1 + n),
        },
        "GetBlocYear",
        lambda answer: answer.inspections[0],
    ),
    e.ExemplarFacts: (
        RegisterExemplar,
        {"exemplar": "guong"},
        lambda n: {
            "kind": ("COLLECTIVE", "MODEL")[n],
            "who": {"agency": f"agency-{n}", "person": f"person-{n}", "words": f"words {n}"},
            **{field: f"{field}-{n}" for field in ("name", "part_of", "conference")},
            "fallen": (True, False)[n],
            "count": {"wording": f"khoảng {n}", **dict.fromkeys(("at_least", "at_most", "exact"), n)},
            "bloc": f"b{n}",
            "year": 2024 + n,
            "effective": date(2024, 1, 1 + n),
        },
        "GetBlocYear",
        lambda answer: answer.exemplars[0],
    ),
    e.DeadlineFacts: (
        SetDeadline,
        {"deadline": "nop", "what": "Nộp hồ sơ", "effective": date(2024, 1, 1)},
        lambda n: {
            "state": ("SUBMITTED", "NOMINATED")[n],
            "award": f"CTD_{n}",
            "actor": ("HEAD", "MEMBER")[n],
            "cycle": ("CALENDAR", "SCHOOL_YEAR")[n],
            **{field: f"{field}-{n}" for field in ("level", "authority", "bloc", "article")},
            "due": {"month": 1 + n, "day": 1 + n, "years_after": n},
            "decision": {"id": f"qd-{n}"},
            "expires": date(2025, 1, 1 + n),
        },
        "GetDeadline",
        lambda answer: answer.versions[0],
    ),
    e.DocumentFacts: (
        RegisterDocument,
        {"document": "d", "title": "D"},
        lambda n: {
            "kind": f"kind-{n}",
            "number": f"{n}/CT",
            "issuer": {"agency": f"agency-{n}", "person": f"person-{n}", "words": f"words {n}"},
            **{field: date(2024, 1, 1 + n) for field in ("effective", "dated", "expires")},
        },
        "GetDocument",
        lambda answer: answer,
    ),
    e.MovementFacts: (
        LaunchMovement,
        {"movement": "m"},
        lambda n: {
            "bloc": f"b{n}",
            "year": 2024 + n,
            **{field: f"{field}-{n}" for field in ("name", "theme", "conference", "form", "parent")},
            "ends": date(2025, 1, 1 + n),
            **{field: {"declared_count": n} for field in ("phases", "targets")},
            "launcher": {"agency": f"agency-{n}", "person": f"person-{n}", "words": f"words {n}"},
            "effective": date(2024, 1, 1 + n),
        },
        "GetBlocYear",
        lambda answer: answer.movements[0],
    ),
    e.MovementLinkFacts: (
        LinkMovement,
        {"movement": "m", "bloc": "b0", "year": 2024, "manner": "JOINED"},
        lambda n: {
            "name": f"name {n}",
            "launcher": {"agency": f"agency-{n}", "person": f"person-{n}", "words": f"words {n}"},
            "effective": date(2024, 1, 1 + n),
        },
        "GetMovement",
        lambda answer: answer.taken_up[0],
    ),
    e.MovementFormFacts: (
        RegisterMovementForm,
        {"form": "phase"},
        lambda n: {
            "name": f"name {n}",
            "law": {"id": f"law-{n}"},
            **{field: date(2024, 1, 1 + n) for field in ("effective", "expires")},
        },
        "GetMovementForms",
        lambda answer: answer.forms[0],
    ),
    e.MovementReviewFacts: (
        ReviewMovement,
        {"movement_review": "sk"},
        lambda n: {
            "bloc": f"b{n}",
            "year": 2024 + n,
            **{field: f"{field}-{n}" for field in ("movement", "phase", "conference")},
            "stage": ("INTERIM", "FINAL")[n],
            "reviewer": {"agency": f"agency-{n}", "person": f"person-{n}", "words": f"words {n}"},
            **{field: {"declared_count": n} for field in ("counts", "results", "limitations", "lessons")},
            **{field: date(2024, 1, 1 + n) for field in ("effective", "starts", "ends")},
        },
        "GetBlocYear",
        lambda answer: answer.movement_reviews[0],
    ),
    e.ParticipationFacts: (
        RegisterParticipation,
        {"movement": "m", "participant": "btp", "year": 2024, "phase": "d1"},
        lambda n: {"bloc": f"b{n}", "counts": {"declared_count": n}, "effective": date(2024, 1, 1 + n)},
        "GetMovement",
        lambda answer: answer.registrations[0],
    ),
    e.ParticipationReportFacts: (
        ReportParticipation,
        {"movement": "m", "participant": "btp", "year": 2024, "phase": "d1", "effective": DAY},
        lambda n: {"bloc": f"b{n}", "counts": {"declared_count": n}, "text": f"text {n}"},
        "GetMovement",
        lambda answer: answer.participations[0],
    ),
    e.MovementPlanFacts: (
        PlanMovement,
        {"movement": "m", "participant": "btp", "year": 2024, "phase": "d1", "title": "Kế hoạch"},
        lambda n: {
            "bloc": f"b{n}",
            "plan": {"id": f"plan-{n}"},
            "contents": {"declared_count": n},
            "effective": date(2024, 1, 1 + n),
        },
        "GetMovement",
        lambda answer: answer.plans[0],
    ),
    e.CovenantTextFacts: (
        DrawUpCovenant,
        {"bloc": "b0", "year": 2024},
        lambda n: {"lines": {"declared_count": n}, "conference": f"c{n}", "effective": date(2024, 1, 1 + n)},
        "GetBlocYear",
        lambda answer: answer.covenant,
    ),
    e.CovenantResultFacts: (
        ReportCovenantResult,
        {"bloc": "b0", "year": 2024, "line": "l1", "member": "btp", "words": "Đạt"},
        lambda n: {
            "value": {
                **{field: f"{field} {n}" for field in ("wording", "unit")},
                **dict.fromkeys(("figure", "at_least", "at_most"), str(n)),
            },
            "achieved": bool(n),
            "effective": date(2024, 1, 1 + n),
        },
        "GetBlocYear",
        lambda answer: answer.covenant.lines[0].results[0],
    ),
    e.ActivityDetailFacts: (
        DetailActivity,
        {"bloc": "b0", "year": 2024, "item": "i1", "title": "Kế hoạch"},
        lambda n: {
            "author": {"agency": f"agency-{n}", "person": f"person-{n}", "words": f"words {n}"},
            "plan": {"id": f"plan-{n}"},
            "steps": {"declared_count": n},
            "effective": date(2024, 1, 1 + n),
        },
        "GetBlocYear",
        lambda answer: answer.plan.items[0].detail,
    ),
    e.ProgressFacts: (
        ReportProgress,
        {"bloc": "b0", "year": 2024, "item": "i1", "words": "Đang làm", "effective": DAY},
        lambda n: {
            "by": {"agency": f"agency-{n}", "person": f"person-{n}", "words": f"words {n}"},
            "percent": str(50 + n),
            "evidence": {"declared_count": n},
        },
        "GetBlocYear",
        lambda answer: answer.plan.items[0].progress[0],
    ),
    e.ReviewFacts: (
        NoteReview,
        {"review": "r1"},
        lambda n: {
            "bloc": f"b{n}",
            "year": 2024 + n,
            "conference": f"c{n}",
            **{field: {"declared_count": n} for field in ("limitations", "tasks", "targets", "results")},
            "effective": date(2024, 1, 1 + n),
        },
        "GetBlocYear",
        lambda answer: answer.reviews[0],
    ),
}


def every(kind: type[Any]) -> Iterator[type[Any]]:
    """All that derive from it."""
    for one in kind.__subclasses__():
        yield one
        yield from every(one)


def flat(fields: dict[str, Any], path: str = "") -> dict[str, str]:
    """The values by their paths, such as `launcher.agency`."""
    found: dict[str, str] = {}
    for name, value in fields.items():
        found |= flat(value, f"{path}{name}.") if isinstance(value, dict) else {path + name: worded(value)}
    return found


def test_every_kind_of_facts_that_may_be_disputed_is_asked_here_with_all_its_fields() -> None:
    assert ASKED.keys() == {kind for kind in every(e.Disputable) if kind.__name__.endswith("Facts")}
    for kind, (_, id_, fields, _, _) in ASKED.items():
        many = {name for name, field in kind.model_fields.items() if get_origin(field.annotation) is tuple}
        assert fields(0).keys() | id_.keys() | kind.may_differ | many == kind.model_fields.keys(), kind


@pytest.mark.parametrize("kind", ASKED, ids=lambda kind: kind.__name__)
async def test_every_field_of_which_records_tell_two_values_is_disputed_with_both(
    registry: Registry, kind: type[e.Disputable]
) -> None:
    command, id_, fields, query, shown = ASKED[kind]
    for bloc in ("b0", "b1") if query in ("GetBlocYear", "GetRotation") or "regulation" in id_ else ():
        await registry.tell(EstablishBloc(bloc=bloc, kind="KHOI", name=bloc, record=RECORD))
    for n in (0, 1):
        await registry.tell(command.model_validate({**id_, **fields(n), "record": from_(f"s{n}")}))
    asked = (
        {"bloc": "b0", "year": 2024}
        if query == "GetBlocYear"
        else {k: v for k, v in id_.items() if k not in ("name", "title")}
    )
    answer = shown(await registry.ask(query, **asked))
    one, other = flat(fields(0)), flat(fields(1))
    assert {dispute.field: told(dispute)[2] for dispute in answer.disputes} == {
        path: [(one[path], "s0"), (other[path], "s1")] for path in one
    }
    assert answer.disputed


# Handovers


@pytest.mark.parametrize("days", [("2024-04-20", "2024-04-12"), ("2024-04-12", "2024-04-20")])
async def test_a_term_that_is_handed_over_on_two_days_shows_both(registry: Registry, days: tuple[str, str]) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    a, b = e.Holder(agency="a"), e.Holder(agency="b")
    await registry.tell(RecordLeadership(bloc="b1", year=2023, head=a, record=RECORD))
    for day in days:
        on = date.fromisoformat(day)
        await registry.tell(
            HandOverLeadership(bloc="b1", year=2024, outgoing=a, incoming=b, effective=on, record=from_(day))
        )
    (outgoing,) = (await registry.ask("GetBlocYear", bloc="b1", year=2023)).terms
    assert outgoing.end.value == "2024-04-11"
    assert [told(one) for one in outgoing.disputes] == [
        ("end", None, [("2024-04-11", "2024-04-12"), ("2024-04-19", "2024-04-20")])
    ]
    await registry.tell(RecordLeadership(bloc="b1", year=2024, head=b, record=RECORD))
    (incoming,) = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).terms
    assert [told(one) for one in incoming.disputes] == [
        ("start", None, [("2024-04-12", "2024-04-12"), ("2024-04-20", "2024-04-20")])
    ]


# Members, covenants and plans


async def test_what_sources_declare_of_the_members_of_a_year_is_not_mixed(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    for source, unit, count, whole in (("a", "btp", 14, True), ("b", "bca", 5, None)):
        members = Listed[e.Member](items=(e.Member(unit=unit),), declared_count=count, exhaustive=whole)
        await registry.tell(DeclareMembers(bloc="b1", year=2024, members=members, record=from_(source)))
    members_ = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).members
    assert [told(one) for one in members_.disputes] == [("members.declared_count", None, [("14", "a"), ("5", "b")])]
    assert [one.unit.value for one in members_.items] == ["btp", "bca"]
    assert (members_.declared_count.value, members_.exhaustive) == ("14", None)


async def test_a_covenant_said_to_be_signed_and_not_signed_is_disputed(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    covenant: dict[str, Any] = {"bloc": "b1", "year": 2024}
    await registry.tell(RecordCovenant(**covenant, signed=True, effective=DAY, record=from_("a")))
    one = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).covenant
    assert one.disputes == ()
    await registry.tell(RecordCovenant(**covenant, signed=False, record=from_("b")))
    later = date(2024, 4, 12)
    await registry.tell(RecordCovenant(**covenant, effective=later, record=from_("c")))
    answer = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).covenant
    assert (answer.signed.value, answer.signed.mark.source, answer.signed_on.mark.source) == ("true", "a", "a")
    assert [told(one) for one in answer.disputes] == [
        ("signed", None, [("true", "a"), ("false", "b")]),
        ("effective", None, [("2024-04-10", "a"), ("2024-04-12", "c")]),
    ]


async def test_a_signature_disputes_that_the_covenant_was_not_signed(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    await registry.tell(RecordCovenant(bloc="b1", year=2024, signed=False, record=from_("a")))
    signature = e.Signature(member="btp")
    await registry.tell(SignCovenant(bloc="b1", year=2024, signature=signature, effective=DAY, record=from_("b")))
    answer = await registry.ask("GetBlocYear", bloc="b1", year=2024)
    assert [told(one) for one in answer.covenant.disputes] == [("signed", None, [("false", "a"), ("true", "b")])]


async def test_two_approvals_of_a_plan_are_both_shown(registry: Registry) -> None:
    await registry.tell(EstablishBloc(**BLOC, record=RECORD))
    for source, agency, text, lead, month in (("a", "x", "một", "btp", 3), ("b", "y", "hai", "bca", 4)):
        items = Listed[e.PlanItem](items=(e.PlanItem(item="i1", text=text, lead=lead),))
        await registry.tell(
            ApprovePlan(
                bloc="b1",
                year=2024,
                approver=e.Party(agency=agency),
                effective=date(2024, month, 1),
                items=items,
                record=from_(source),
            )
        )
    plan = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).plan
    assert [told(one) for one in plan.disputes] == [
        ("effective", None, [("2024-03-01", "a"), ("2024-04-01", "b")]),
        ("approver.agency", None, [("x", "a"), ("y", "b")]),
        ("items.text", "i1", [("một", "a"), ("hai", "b")]),
        ("items.lead", "i1", [("btp", "a"), ("bca", "b")]),
    ]


# Who organises a bloc, and its members


async def test_a_bloc_is_ruled_to_be_anothers_when_nobody_is_in_it_under_the_former(registry: Registry) -> None:
    for unit in ("central", "hanoi", "btp"):
        await registry.tell(RegisterOrganisation(organisation=unit, name=unit))
    for bloc, authority in (("b1", "central"), ("b2", "hanoi")):
        await registry.tell(
            EstablishBloc(bloc=bloc, kind="KHOI", name=bloc, authority=authority, effective=date(2020, 1, 1))
        )
    member: dict[str, Any] = {"authority": "central", "unit": "btp", "bloc": "b1"}
    await registry.tell(AdmitMember(**member, effective=date(2021, 1, 1)))
    ruled = EstablishBloc(**BLOC, authority="hanoi", ruling=RULING, record=from_("decision"))
    with pytest.raises(Refused, match="btp") as refused:
        await registry.tell(ruled)
    assert refused.value.rule == "ruling.members"
    await registry.tell(EstablishBloc(**BLOC, authority="central", ruling=RULING, record=from_("decision")))
    await registry.tell(EndMembership(**member, effective=DAY))
    await registry.tell(ruled)
    await registry.tell(AdmitMember(authority="hanoi", unit="btp", bloc="b1", effective=DAY))
    with pytest.raises(Refused, match="b1"):
        await registry.tell(AdmitMember(authority="hanoi", unit="btp", bloc="b2", effective=DAY))


async def test_a_membership_under_another_authority_is_disputed_and_can_be_ended(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="hanoi", name="Hà Nội"))
    await registry.tell(EstablishBloc(**BLOC, authority="hanoi", effective=date(2020, 1, 1)))
    member: dict[str, Any] = {"authority": "central", "unit": "btp", "bloc": "b1"}
    await registry.tell(AdmitMember(**member, effective=date(2021, 1, 1), record=RECORD))
    (shown,) = (await registry.ask("GetBloc", bloc="b1", on=DAY)).memberships
    assert shown.disputed
    await registry.tell(EndMembership(**member, effective=DAY))
    assert (await registry.ask("GetBloc", bloc="b1", on=DAY)).memberships == ()


FOUND: list[tuple[type[Command], dict[str, Any], str, str, str]] = [
    (RegisterOrganisation, {"organisation": "x"}, "name", "FindOrganisations", "text"),
    (EstablishBloc, {"bloc": "x", "kind": "KHOI"}, "name", "FindBlocs", "text"),
    (RegisterDocument, {"document": "x"}, "number", "FindDocuments", "text"),
    (EstablishBody, {"body": "x"}, "name", "FindBodies", "text"),
    *(
        (EstablishBody, {"body": "x", "name": "Ban"}, one, "FindBodies", one)
        for one in ("kind", "organisation", "part_of")
    ),
]


@pytest.mark.parametrize(("command", "facts", "field", "query", "by"), FOUND)
async def test_nothing_is_found_by_what_a_ruling_settled_otherwise_but_as_of_before_it(
    registry: Registry, command: type[Command], facts: dict[str, Any], field: str, query: str, by: str
) -> None:
    async def found(as_of: int | None = None) -> list[int]:
        return [len((await registry.ask(query, as_of=as_of, **{by: value})).found) for value in ("sai", "dung")]

    told = {**facts, "record": RECORD}
    before = await registry.tell(command.model_validate({**told, field: "sai"}))
    await registry.tell(command.model_validate({**told, field: "dung", "ruling": RULING}))
    assert (await found(), await found(before.position)) == ([0, 1], [1, 0])
