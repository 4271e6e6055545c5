"""Who represents a head or deputy when, and a bloc's leadership as a body."""

from datetime import date
from typing import Any

import pytest

from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.provenance import Certainty, Inference, Listed, Record, Source
from services.registry import events as e
from services.registry.domain.bloc import DissolveBloc, EstablishBloc
from services.registry.domain.heading import headed_in, headed_on
from services.registry.domain.leadership import (
    ChangeRepresentative,
    ElectLeadership,
    HandOverLeadership,
    Leadership,
    RecordLeadership,
)
from services.registry.domain.membership import AdmitMember
from services.registry.domain.organisation import RegisterOrganisation
from tests.registry.support import RECORD, Registry, given
from tests.registry.test_decisions import members
from tests.registry.test_heading import elected, folded, handed_over, recorded

ELECTED_ON, CHANGED_ON = date(2024, 4, 10), date(2024, 9, 1)
FOUNDED = e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=date(2020, 1, 1))
GROUND: dict[str, list[Event]] = {"bloc:b1": [FOUNDED], **members("btp", "bca")}
TERM = e.LeadershipElected(
    bloc="b1",
    year=2024,
    effective=ELECTED_ON,
    head=e.Holder(agency="btp", person="p-1"),
    deputies=Listed[e.Deputy](items=(e.Deputy(agency="bca", person="p-5", rank="STANDING"),)),
)


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="told beside it") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def change(on: date | None = CHANGED_ON, **told: Any) -> ChangeRepresentative:
    fields = {"bloc": "b1", "year": 2024, "agency": "btp", "person": "p-2", "authority": "central", **told}
    return ChangeRepresentative(effective=on, **fields)


def changed(
    person: str | None, on: date | None, in_place_of: str | None = None, **told: Any
) -> e.RepresentativeChanged:
    fields = {"agency": "bca", "year": 2024, "record": from_("order"), **told}
    return e.RepresentativeChanged(bloc="b", person=person, in_place_of=in_place_of, effective=on, **fields)


# What is decided


def test_the_representative_of_a_head_or_deputy_changes_here_within_its_term() -> None:
    event = e.RepresentativeChanged(bloc="b1", year=2024, agency="btp", person="p-2", effective=CHANGED_ON)
    given(TERM, GROUND).when(change()).then(event)
    given(TERM, GROUND).when(change(agency="bca")).accepted()
    given(TERM, GROUND).when(change(agency="ktnn")).refused("leadership.not-in-office")
    given(TERM, GROUND).when(change(year=2023)).refused("leadership.not-in-office")
    given(GROUND).when(change()).refused("leadership.not-in-office")
    given(TERM, GROUND).when(change(on=date(2024, 4, 9))).refused("leadership.not-in-office")
    over = e.LeadershipHandedOver(bloc="b1", year=2025, effective=CHANGED_ON)
    given(TERM, over, GROUND).when(change()).refused("leadership.not-in-office")
    given(TERM).when(change()).refused("bloc.unknown")
    given(TERM, GROUND).when(change(on=None)).refused("act.day")
    given().when(change(record=RECORD)).accepted()


def test_who_comes_is_named_and_who_goes_is_who_represented_the_agency() -> None:
    given(TERM, GROUND).when(change(person=None)).refused("leadership.person")
    given(TERM, GROUND).when(change(person="p-1")).refused("leadership.representative")
    given(TERM, GROUND).when(change(in_place_of="p-9")).refused("leadership.representative")
    given(TERM, GROUND).when(change(in_place_of="p-1")).accepted()
    before = e.RepresentativeChanged(bloc="b1", year=2024, agency="btp", person="p-2", effective=date(2024, 6, 1))
    given(TERM, before, GROUND).when(change(person="p-3", in_place_of="p-1")).refused("leadership.representative")
    given(TERM, before, GROUND).when(change(person="p-3", in_place_of="p-2")).accepted()
    given(TERM, before, GROUND).when(change(person="p-1")).accepted()


def test_no_representative_changes_here_once_the_next_head_is_elected_or_the_year_after_the_term_is_past() -> None:
    next_ = e.LeadershipElected(bloc="b1", year=2025, effective=date(2025, 1, 10), head=e.Holder(agency="bca"))
    for agency in ("btp", "bca"):
        given(TERM, next_, GROUND).when(change(on=date(2025, 6, 1), agency=agency)).refused("leadership.not-in-office")
    given(TERM, next_, GROUND).when(change(on=date(2025, 1, 9))).accepted()
    given(TERM, GROUND).when(change(on=date(2025, 12, 31))).accepted()
    given(TERM, GROUND).when(change(on=date(2026, 1, 1))).refused("leadership.not-in-office")
    early = next_.model_copy(update={"effective": date(2024, 8, 1)})
    given(TERM, early, GROUND).when(change()).accepted()  # its year lasts though the next head is known
    given_up = e.LeadershipHandedOver(bloc="b1", year=2025, effective=date(2025, 4, 1), record=RECORD)
    given(TERM, next_, given_up, GROUND).when(change(on=date(2025, 3, 31))).accepted()
    given(TERM, next_, given_up, GROUND).when(change(on=date(2025, 4, 1))).refused("leadership.not-in-office")


def test_the_representative_changes_here_of_the_head_who_came_in_the_midst_of_the_year_and_not_of_who_left() -> None:
    ended = e.LeadershipRecorded(bloc="b1", year=2024, head=TERM.head, end=date(2024, 6, 30), record=RECORD)
    on = date(2024, 7, 5)
    next_ = e.LeadershipElected(bloc="b1", year=2024, effective=on, head=e.Holder(agency="bca", person="p-7"))
    alone = TERM.model_copy(update={"deputies": Listed[e.Deputy]()})
    given(alone, ended, next_, GROUND).when(change(agency="bca")).accepted()
    given(alone, ended, next_, GROUND).when(change()).refused("leadership.not-in-office")
    given_up = e.LeadershipHandedOver(bloc="b1", year=2024, effective=on, outgoing=TERM.head, incoming=next_.head)
    given(alone, given_up, GROUND).when(change(agency="bca")).accepted()
    given(alone, given_up, GROUND).when(change()).refused("leadership.not-in-office")
    given(alone, given_up, GROUND).when(change(on=date(2024, 7, 4))).accepted()


def test_no_head_is_elected_here_beside_another_who_is_told_to_have_taken_over() -> None:
    fields: dict[str, Any] = {"bloc": "b1", "year": 2024, "effective": ELECTED_ON, "record": RECORD}
    elect = ElectLeadership(
        bloc="b1", year=2024, authority="central", effective=ELECTED_ON, head=e.Holder(agency="btp", person="p-1")
    )
    for incoming in (e.Holder(agency="bca"), e.Holder(person="p-9")):
        told = e.LeadershipHandedOver(incoming=incoming, **fields)
        given(told, GROUND).when(elect).refused("leadership.one-head")
    for own in (e.Holder(agency="btp"), e.Holder(person="p-1"), None):
        given(e.LeadershipHandedOver(incoming=own, **fields), GROUND).when(elect).accepted()
    before = e.LeadershipHandedOver(**{**fields, "effective": date(2024, 4, 9)})
    given(before, GROUND).when(elect).refused("leadership.before-election")
    earlier = e.LeadershipHandedOver(incoming=e.Holder(agency="bca"), **{**fields, "year": 2023})
    given(earlier, GROUND).when(elect).accepted()


def test_the_agency_is_a_member_of_the_bloc_on_the_day() -> None:
    left = {**GROUND, "membership:central:btp": []}
    given(TERM, left).when(change()).refused("membership.none")


# Who represented the head on a day

TOLD = elected(2024, "bca", ELECTED_ON, head=e.Holder(agency="bca", person="p-1"))
EVE = date(2024, 8, 31)


def person(leadership: Leadership, day: date) -> tuple[str, Certainty] | None:
    (head,) = headed_on(leadership, (), day).heads
    assert head.agency
    assert head.agency.value == "bca"
    return (head.person.value, head.person.mark.certainty) if head.person else None


def test_until_a_change_the_one_represents_the_head_and_from_its_day_on_the_other() -> None:
    told = folded(TOLD, changed("p-2", CHANGED_ON), handed_over(2025, "btp", date(2025, 4, 1)))
    assert person(told, EVE) == ("p-1", "INFERRED")
    assert person(told, CHANGED_ON) == ("p-2", "INFERRED")
    assert person(told, date(2024, 12, 31)) == ("p-2", "INFERRED")
    (head,) = headed_in(told, 2024).heads
    assert head.person
    assert (head.person.value, head.person.mark.certainty) == ("p-1", "STATED")
    stated = folded(TOLD, handed_over(2024, "bca", ELECTED_ON), changed("p-2", ELECTED_ON))
    assert person(stated, ELECTED_ON) == ("p-2", "STATED")


def test_a_source_that_knows_only_the_later_representative_disputes_nothing() -> None:
    late = recorded(2024, "bca", head=e.Holder(agency="bca", person="p-2"))
    alone = recorded(2024, None, head=e.Holder(person="p-2", title="Khối trưởng"))
    for told in (folded(TOLD, late, changed("p-2", CHANGED_ON)), folded(TOLD, alone, changed("p-2", CHANGED_ON))):
        assert not headed_in(told, 2024).disputed
        assert person(told, EVE) == ("p-1", "INFERRED")
        assert person(told, CHANGED_ON) == ("p-2", "INFERRED")
    assert headed_in(folded(TOLD, late), 2024).disputed


def test_who_was_replaced_represented_the_head_before_though_nothing_else_tells_it() -> None:
    nobody = elected(2024, "bca", ELECTED_ON)
    told = folded(nobody, handed_over(2024, "bca", ELECTED_ON), changed("p-2", CHANGED_ON, "p-1"))
    assert person(told, ELECTED_ON) == ("p-1", "INFERRED")
    (head,) = headed_on(told, (), ELECTED_ON).heads
    assert head.person
    assert "until the change of 2024-09-01" in str(head.person.mark.basis)


def test_after_a_change_of_an_unknown_day_nobody_is_guessed() -> None:
    told = folded(TOLD, changed("p-2", None))
    assert person(told, EVE) is None
    (head,) = headed_in(told, 2024).heads
    assert head.person
    assert head.person.value == "p-1"


def test_a_change_to_nobody_who_is_named_leaves_the_person_unknown() -> None:
    told = folded(TOLD, changed(None, CHANGED_ON, "p-1"))
    assert person(told, EVE) == ("p-1", "INFERRED")
    assert person(told, CHANGED_ON) is None


def test_two_changes_of_one_day_to_two_persons_are_disputed() -> None:
    told = folded(TOLD, changed("p-2", CHANGED_ON), changed("p-3", CHANGED_ON))
    heads = headed_on(told, (), CHANGED_ON)
    assert heads.disputed
    assert {head.person.value for head in heads.heads if head.person} == {"p-2", "p-3"}


def test_what_a_source_shows_of_the_very_day_stays_beside_a_change() -> None:
    seen = recorded(2024, "bca", head=e.Holder(agency="bca", person="p-1"), seen_on=date(2024, 10, 1))
    heads = headed_on(folded(seen, changed("p-2", CHANGED_ON)), (), date(2024, 10, 1))
    assert [head.person.value for head in heads.heads if head.person] == ["p-1"]


def test_a_change_is_no_surer_than_its_day() -> None:
    told = folded(
        TOLD, handed_over(2024, "bca", ELECTED_ON), changed("p-2", ELECTED_ON, record=from_("order", "effective"))
    )
    assert person(told, ELECTED_ON) == ("p-2", "INFERRED")


def test_who_was_elected_represented_the_head_first_even_if_the_same_person_came_back() -> None:
    away, back = changed("p-2", date(2024, 5, 1)), changed("p-1", CHANGED_ON)
    for told in (folded(TOLD, away, back), folded(TOLD, back, away)):
        days = (ELECTED_ON, date(2024, 4, 30), date(2024, 5, 1), EVE, CHANGED_ON)
        found = [person(told, day) for day in days]
        assert [one[0] for one in found if one] == ["p-1", "p-1", "p-2", "p-2", "p-1"]
        (head,) = headed_in(told, 2024).heads
        assert head.person
        assert (head.person.value, head.person.mark.certainty) == ("p-1", "STATED")
    late = folded(recorded(2024, "bca", head=e.Holder(agency="bca", person="p-1")), away, back)
    assert person(late, date(2024, 4, 30)) is None  # whom the source names may be who came back


def test_two_changes_of_one_day_that_replace_two_persons_leave_both_as_who_came_first() -> None:
    nobody = elected(2024, "bca", ELECTED_ON)
    told = folded(nobody, changed("p-2", CHANGED_ON, "p-1"), changed("p-2", CHANGED_ON, "p-9"))
    assert {head.person.value for head in headed_in(told, 2024).heads if head.person} == {"p-1", "p-9"}
    chain = folded(nobody, changed("p-3", None, "p-2"), changed("p-2", None, "p-1"))
    assert [head.person.value for head in headed_in(chain, 2024).heads if head.person] == ["p-1"]


# Over a real database


async def led(registry: Registry) -> None:
    for unit in ("central", "btp", "bca"):
        await registry.tell(RegisterOrganisation(organisation=unit, name=unit.upper()))
    since = date(2020, 1, 1)
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=since))
    for unit in ("btp", "bca"):
        await registry.tell(AdmitMember(authority="central", unit=unit, bloc="b1", effective=since))
    await registry.tell(
        ElectLeadership(bloc="b1", year=2024, effective=ELECTED_ON, head=TERM.head, deputies=TERM.deputies)
    )
    await registry.tell(HandOverLeadership(bloc="b1", year=2024, incoming=TERM.head, effective=ELECTED_ON))


async def test_a_change_of_the_representative_is_answered_of_every_day_as_known_then(registry: Registry) -> None:
    await led(registry)
    before = await registry.position()
    order = Source(id="cv-9", number="9/CV")
    await registry.tell(
        ChangeRepresentative(
            bloc="b1",
            year=2024,
            agency="btp",
            person="p-2",
            in_place_of="p-1",
            decision=order,
            effective=CHANGED_ON,
        )
    )

    async def head(on: date, as_of: int | None = None) -> str:
        (one,) = (await registry.ask("WhoHeaded", bloc="b1", on=on, as_of=as_of)).heads
        return str(one.person.value)

    assert [await head(EVE), await head(CHANGED_ON), await head(CHANGED_ON, before)] == ["p-1", "p-2", "p-1"]
    year = await registry.ask("GetBlocYear", bloc="b1", year=2024)
    (shown,) = year.representatives
    assert (shown.agency.value, shown.person.value, shown.in_place_of.value, shown.on.value, shown.decision.value) == (
        *("btp", "p-2", "p-1", "2024-09-01", "cv-9"),
    )
    assert (await registry.ask("GetBlocYear", bloc="b1", year=2023)).representatives == ()
    with pytest.raises(Refused) as refused:
        await registry.tell(change(person="p-2", authority=None))
    assert refused.value.rule == "leadership.representative"


async def test_the_leadership_of_a_bloc_is_answered_as_a_body(registry: Registry) -> None:
    await led(registry)
    await registry.tell(change(authority=None))
    await registry.tell(change(agency="bca", person="p-6", authority=None))

    async def seats(on: date) -> list[tuple[str, ...]]:
        answer = await registry.ask("GetBlocLeadership", bloc="b1", on=on)
        return [
            (one.office.value, one.agency.value, one.person.value, one.person.mark.certainty)
            for one in answer.members.items
        ]

    assert await seats(ELECTED_ON) == [
        ("HEAD", "btp", "p-1", "STATED"),
        ("STANDING_DEPUTY_HEAD", "bca", "p-5", "STATED"),
    ]
    assert await seats(CHANGED_ON) == [
        ("HEAD", "btp", "p-2", "INFERRED"),
        ("STANDING_DEPUTY_HEAD", "bca", "p-6", "INFERRED"),
    ]
    assert await seats(date(2023, 6, 1)) == []
    answer = await registry.ask("GetBlocLeadership", bloc="b1")
    told = [
        (one.person.value, one.since.value, one.until and one.until.value, one.ended) for one in answer.members.items
    ]
    assert told == [
        ("p-1", "2024-04-10", "2024-09-01", True),
        ("p-2", "2024-09-01", None, False),
        ("p-5", "2024-04-10", "2024-09-01", True),
        ("p-6", "2024-09-01", None, False),
    ]
    assert [label.name for label in answer.labels] == ["BCA", "BTP"]


async def test_deputies_are_no_surer_than_that_it_is_their_head_and_ranks_stay_untold(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=RECORD))
    deputies = Listed[e.Deputy](items=(e.Deputy(person="p-7", title="Khối phó"),))
    head = e.Holder(agency="btp")
    await registry.tell(RecordLeadership(bloc="b1", year=2022, head=head, deputies=deputies, record=from_("a", "year")))
    answer = await registry.ask("GetBlocLeadership", bloc="b1", on=date(2022, 6, 1))
    one, deputy = answer.members.items
    assert (one.office.value, one.person, one.since, one.until) == ("HEAD", None, None, None)
    assert (deputy.office.value, deputy.person.value, deputy.agency, deputy.title.value) == (
        *("DEPUTY_HEAD", "p-7", None, "Khối phó"),
    )
    assert (one.agency.mark.certainty, deputy.person.mark.certainty) == ("INFERRED", "INFERRED")
    assert (answer.members.exhaustive, answer.members.declared_count) == (None, None)


async def test_two_heads_that_sources_tell_of_are_both_in_the_leadership_as_disputed(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=RECORD))
    for source, agency in (("a", "btp"), ("b", "bca")):
        held = e.Holder(agency=agency)
        await registry.tell(RecordLeadership(bloc="b1", year=2022, head=held, record=from_(source)))
    for on in (date(2022, 6, 1), None):
        answer = await registry.ask("GetBlocLeadership", bloc="b1", on=on)
        assert [(one.agency.value, one.disputed) for one in answer.members.items] == [("btp", True), ("bca", True)]


def seats(answer: Any) -> list[tuple[str | None, str | None, str | None, str | None, bool]]:
    """Of each seat: office, person, first day, first day after it, and whether it is disputed."""

    def value(fact: Any) -> str | None:
        return str(fact.value) if fact else None

    return [
        (value(one.office), value(one.person), value(one.since), value(one.until), one.disputed)
        for one in answer.members.items
    ]


async def test_of_a_day_each_seat_has_the_days_of_the_person_who_holds_it_then(registry: Registry) -> None:
    await led(registry)
    await registry.tell(change(on=date(2024, 5, 1), authority=None))
    await registry.tell(change(person="p-1", authority=None))

    async def shown(on: date | None) -> list[Any]:
        return seats(await registry.ask("GetBlocLeadership", bloc="b1", on=on))

    deputy = ("STANDING_DEPUTY_HEAD", "p-5", "2024-04-10", None, False)
    turns = [
        ("HEAD", "p-1", "2024-04-10", "2024-05-01", False),
        ("HEAD", "p-2", "2024-05-01", "2024-09-01", False),
        ("HEAD", "p-1", "2024-09-01", None, False),
    ]
    assert await shown(date(2024, 4, 15)) == [turns[0], deputy]
    assert await shown(date(2024, 5, 2)) == [turns[1], deputy]
    assert await shown(CHANGED_ON) == [turns[2], deputy]
    assert await shown(None) == [*turns, deputy]
    for on in (CHANGED_ON, None):  # the handover was the head's
        *_, last = (await registry.ask("GetBlocLeadership", bloc="b1", on=on)).members.items
        assert last.since.mark.certainty == "INFERRED"


async def test_after_a_change_of_an_unknown_day_the_days_of_a_seat_are_unknown(registry: Registry) -> None:
    await led(registry)
    await registry.tell(change(on=None, authority=None, record=RECORD))
    head, _ = seats(await registry.ask("GetBlocLeadership", bloc="b1", on=EVE))
    assert head == ("HEAD", None, None, None, False)


async def test_deputies_whom_sources_tell_otherwise_are_disputed_and_those_told_alike_come_once(
    registry: Registry,
) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=RECORD))
    told = {
        "a": [e.Deputy(agency="bca", person="p-1", rank="STANDING"), e.Deputy(agency="bqp", person="p-3")],
        "b": [e.Deputy(agency="bca", person="p-2", rank="ORDINARY"), e.Deputy(agency="bqp", rank="ORDINARY")],
        "c": [e.Deputy(agency="ktnn", person="p-4"), e.Deputy(agency="ktnn", person="p-5")],
    }
    for source, deputies in told.items():
        await registry.tell(
            RecordLeadership(
                bloc="b1",
                year=2024,
                head=e.Holder(agency="btp"),
                deputies=Listed[e.Deputy](items=tuple(deputies)),
                start=date(2024, 1, 10),
                end=date(2024, 12, 31),
                record=from_(source),
            )
        )
    answer = await registry.ask("GetBlocLeadership", bloc="b1", on=date(2024, 5, 1))
    days = ("2024-01-10", "2025-01-01")
    assert seats(answer) == [
        ("HEAD", None, *days, False),
        ("STANDING_DEPUTY_HEAD", "p-1", *days, True),
        ("DEPUTY_HEAD", "p-3", *days, False),
        ("DEPUTY_HEAD", "p-2", *days, True),
        ("DEPUTY_HEAD", "p-4", *days, False),
        ("DEPUTY_HEAD", "p-5", *days, False),
    ]
    assert answer.members.items[1].since.mark.certainty == "STATED"  # its own source tells the day
    year = await registry.ask("GetBlocLeadership", bloc="b1")
    assert [(one.person and one.person.value, one.disputed) for one in year.members.items if one.disputed] == [
        ("p-1", True),
        ("p-2", True),
    ]


async def test_nobody_heads_a_bloc_that_is_dissolved_and_its_leadership_ends_with_it(registry: Registry) -> None:
    await led(registry)
    gone, eve = date(2024, 6, 1), date(2024, 5, 31)
    before = await registry.position()
    await registry.tell(DissolveBloc(bloc="b1", effective=gone))

    async def heads(on: date, as_of: int | None = None) -> list[tuple[str, str]]:
        answer = await registry.ask("WhoHeaded", bloc="b1", on=on, as_of=as_of)
        return [(one.agency.value, one.agency.mark.certainty) for one in answer.heads]

    for on in (gone, date(2024, 8, 1), date(2025, 2, 1)):
        assert await heads(on) == []
        assert await heads(on, before) == [("btp", "INFERRED")]
        assert (await registry.ask("GetBlocLeadership", bloc="b1", on=on)).members.items == ()
    assert await heads(eve) == [("btp", "INFERRED")]
    assert await heads(ELECTED_ON) == [("btp", "STATED")]
    for day in (eve, None):
        answer = await registry.ask("GetBlocLeadership", bloc="b1", on=day)
        assert [(one[1], one[3]) for one in seats(answer)] == [("p-1", str(gone)), ("p-5", str(gone))]
        assert {one.until.mark.certainty for one in answer.members.items} == {"INFERRED"}


async def test_where_the_day_of_a_bloc_s_end_is_not_known_nobody_heads_it_for_sure(registry: Registry) -> None:
    await led(registry)
    await registry.tell(DissolveBloc(bloc="b1", effective=date(2024, 6, 1), record=from_("a")))
    await registry.tell(DissolveBloc(bloc="b1", effective=date(2024, 9, 1), record=from_("b")))

    async def heads(on: date) -> list[tuple[str, bool]]:
        answer = await registry.ask("WhoHeaded", bloc="b1", on=on)
        told = [one.agency.mark for one in answer.heads]
        return [(mark.certainty, "dissolved by then" in (mark.basis or "")) for mark in told]

    days = (ELECTED_ON, date(2024, 5, 31), date(2024, 6, 1), date(2024, 9, 1))
    assert [await heads(on) for on in days] == [[("STATED", False)], [("INFERRED", False)], [("INFERRED", True)], []]
    await registry.tell(DissolveBloc(bloc="b1", record=from_("c")))
    assert [await heads(on) for on in days] == [[("STATED", False)], *[[("INFERRED", True)]] * 3]
    answer = await registry.ask("GetBlocLeadership", bloc="b1")
    assert [(one[3], shown.ended) for one, shown in zip(seats(answer), answer.members.items, strict=True)] == [
        (None, True),
        (None, True),
    ]
