"""Bodies of people: who sits in a council on a day, in which office, and how sure that is."""

import contextlib
from datetime import date
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from services.kernel.errors import Invalid, Missing, Refused
from services.kernel.events import Event
from services.kernel.handling import decided, loaded
from services.kernel.provenance import Inference, Listed, Record, Source
from services.kernel.standing import Correction, Retract
from services.registry import events as e
from services.registry.domain import HANDLERS
from services.registry.domain.body import (
    AppointBodyMembers,
    DissolveBody,
    EstablishBody,
    NameBody,
    ReleaseBodyMember,
)
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.sittings import sittings
from tests.registry.support import Registry, given

START, LATER, LAST = date(2022, 3, 1), date(2024, 5, 1), date(2025, 7, 1)
RECORD = Record(source=Source(id="decision"), place="whole text")
ESTABLISHED = e.BodyEstablished(body="hd", name="Hội đồng", organisation="ubnd", effective=START)
UBND = {"organisation:ubnd": [e.OrganisationRegistered(organisation="ubnd", name="UBND tỉnh")]}


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="told beside it") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def seats(*told: tuple[str, e.Office] | e.Seat, whole: bool | None = None, count: int | None = None) -> Listed[e.Seat]:
    items = tuple(one if isinstance(one, e.Seat) else e.Seat(person=one[0], office=one[1]) for one in told)
    return Listed[e.Seat](items=items, declared_count=count, exhaustive=whole)


def appoint(*told: tuple[str, e.Office] | e.Seat, on: date | None = START, **more: Any) -> AppointBodyMembers:
    fields = {name: more.pop(name) for name in ("whole", "count") if name in more}
    return AppointBodyMembers(body="hd", members=seats(*told, **fields), effective=on, **more)


def appointed(*told: tuple[str, e.Office] | e.Seat, on: date | None = START, **more: Any) -> e.BodyMembersAppointed:
    return e.BodyMembersAppointed(**dict(appoint(*told, on=on, **more)))


def release(person: str, on: date | None, **more: Any) -> ReleaseBodyMember:
    return ReleaseBodyMember(body="hd", person=person, effective=on, **more)


CHAIR = appointed(("p-1", "CHAIR"), ("p-2", "MEMBER"))


# What is decided


def test_a_body_is_established_here_once_under_a_registered_organisation_with_its_day() -> None:
    act: dict[str, Any] = {"body": "hd", "name": "Hội đồng", "organisation": "ubnd"}
    given(UBND).when(EstablishBody(**act, effective=START)).then(ESTABLISHED)
    given().when(EstablishBody(**act, effective=START)).refused("organisation.unknown")
    given(UBND).when(EstablishBody(**act)).refused("body.establishment")
    given(ESTABLISHED, UBND).when(EstablishBody(**act, effective=START)).refused("body.known")
    given(ESTABLISHED).when(EstablishBody(**act, record=RECORD)).accepted()
    given().when(EstablishBody(body="hd", record=RECORD)).refused("body.name")


def test_acts_of_a_body_are_of_days_on_which_there_is_one() -> None:
    eve, gone = date(2022, 2, 28), e.BodyDissolved(body="hd", effective=LAST)
    act: dict[str, Any] = {"body": "hd", "name": "Hội đồng mới"}
    given().when(NameBody(**act, effective=LATER)).refused("body.unknown")
    given(ESTABLISHED).when(NameBody(**act, effective=eve)).refused("body.before-establishment")
    given(ESTABLISHED, gone).when(NameBody(**act, effective=LAST)).refused("body.dissolved")
    given(ESTABLISHED, gone).when(NameBody(**act, effective=LATER)).accepted()
    given(ESTABLISHED, gone).when(DissolveBody(body="hd", effective=LAST)).refused("body.dissolved")
    given(ESTABLISHED).when(DissolveBody(body="hd", effective=LAST)).then(gone)
    given(ESTABLISHED, gone).when(appoint(("p-1", "CHAIR"), on=LAST)).refused("body.dissolved")
    given().when(DissolveBody(body="hd", record=RECORD)).accepted()


def test_a_body_has_one_chair_at_a_time() -> None:
    given(ESTABLISHED).when(appoint(("p-1", "CHAIR"), ("p-2", "CHAIR"))).refused("body.one-chair")
    given(ESTABLISHED, CHAIR).when(appoint(("p-3", "CHAIR"), on=LATER)).refused("body.one-chair")
    before = appointed(("p-1", "CHAIR"), on=LATER)
    given(ESTABLISHED, before).when(appoint(("p-3", "CHAIR"), on=START)).refused("body.one-chair")
    released = e.BodyMemberReleased(body="hd", person="p-1", effective=LATER)
    given(ESTABLISHED, CHAIR, released).when(appoint(("p-3", "CHAIR"), on=LATER)).accepted()
    eve = date(2024, 4, 30)
    given(ESTABLISHED, CHAIR, released).when(appoint(("p-3", "CHAIR"), on=eve)).refused("body.one-chair")


def test_a_chair_is_replaced_in_one_act() -> None:
    instead = e.Seat(person="p-3", office="CHAIR", in_place_of="p-1")
    given(ESTABLISHED, CHAIR).when(appoint(instead, on=LATER)).then(appointed(instead, on=LATER))
    stranger = e.Seat(person="p-3", office="CHAIR", in_place_of="p-9")
    given(ESTABLISHED, CHAIR).when(appoint(stranger, on=LATER)).refused("body.none")
    given(ESTABLISHED, CHAIR).when(appoint(instead, on=START)).refused("body.none")


def test_a_person_has_one_seat_in_a_body_at_a_time_and_may_come_again() -> None:
    given(ESTABLISHED, CHAIR).when(appoint(("p-2", "SECRETARY"), on=LATER)).refused("body.seated")
    given(ESTABLISHED).when(appoint(("p-2", "MEMBER"), ("p-2", "SECRETARY"))).refused("body.seated")
    promoted = e.Seat(person="p-2", office="DEPUTY_CHAIR", in_place_of="p-2")
    given(ESTABLISHED, CHAIR).when(appoint(promoted, on=LATER)).accepted()
    left = e.BodyMemberReleased(body="hd", person="p-2", effective=LATER)
    given(ESTABLISHED, CHAIR, left).when(appoint(("p-2", "MEMBER"), on=LAST)).accepted()


def test_a_list_that_names_the_whole_body_renews_it() -> None:
    anew = appoint(("p-3", "CHAIR"), ("p-2", "MEMBER"), on=LATER, whole=True)
    given(ESTABLISHED, CHAIR).when(anew).then(e.BodyMembersAppointed(**dict(anew)))


def test_who_is_appointed_here_is_a_person_with_an_office_on_a_day() -> None:
    given(ESTABLISHED).when(appoint(e.Seat(person="p-1"))).refused("body.seat")
    given(ESTABLISHED).when(appoint(e.Seat(agency="ubnd", office="MEMBER"))).refused("body.seat")
    given(ESTABLISHED).when(appoint(("p-1", "CHAIR"), on=None)).refused("act.day")
    given(ESTABLISHED).when(appoint()).refused("body.members")
    given().when(appoint(("p-1", "CHAIR"))).refused("body.unknown")
    given().when(appoint(e.Seat(agency="ubnd", title="Ủy viên"), on=None, record=RECORD)).accepted()
    given().when(appoint(e.Seat(office="MEMBER"), record=RECORD)).refused("body.seat")


def test_a_seat_ends_here_once_it_has_begun_and_by_whom_it_is_held() -> None:
    left = e.BodyMemberReleased(body="hd", person="p-2", effective=LATER)
    given(ESTABLISHED, CHAIR).when(release("p-2", LATER)).then(left)
    given(ESTABLISHED, CHAIR).when(release("p-2", START)).refused("body.none")
    given(ESTABLISHED, CHAIR).when(release("p-9", LATER)).refused("body.none")
    given(ESTABLISHED, CHAIR, left).when(release("p-2", LAST)).refused("body.none")
    given(ESTABLISHED, CHAIR).when(ReleaseBodyMember(body="hd", agency="btp", effective=LATER)).refused("body.who")
    given().when(ReleaseBodyMember(body="hd", record=RECORD)).refused("body.who")
    given().when(release("p-9", None, record=RECORD)).accepted()


def test_records_of_a_body_need_no_antecedent_and_contradict_what_is_known() -> None:
    chair = appoint(("p-3", "CHAIR"), on=LATER, record=RECORD)
    given().when(chair).accepted()
    given(ESTABLISHED, CHAIR).when(chair).accepted()


# When a seat lasts


def spans(*told: e.BodyEvent) -> list[tuple[str | None, date | None, date | None]]:
    return [(one.seat.person, one.since, one.until) for one in sittings(told)]


def test_the_order_of_telling_decides_on_no_day() -> None:
    first, second = appointed(("p-1", "CHAIR"), whole=True), appointed(("p-2", "CHAIR"), on=LATER, whole=True)
    assert sorted(map(str, spans(first, second))) == sorted(map(str, spans(second, first)))
    assert spans(second, first) == [("p-2", LATER, None), ("p-1", START, LATER)]
    again, left = appointed(("p-1", "CHAIR"), on=LAST), e.BodyMemberReleased(body="hd", person="p-1", effective=LATER)
    assert spans(again, first, left) == [("p-1", LAST, None), ("p-1", START, LATER)]


def test_a_whole_list_ends_no_seat_whose_first_day_is_unknown() -> None:
    unknown = appointed(("p-1", "MEMBER"), on=None)
    assert spans(unknown, appointed(("p-2", "CHAIR"), on=LATER, whole=True)) == [
        ("p-1", None, None),
        ("p-2", LATER, None),
    ]


def test_a_release_before_a_whole_list_ends_the_seat() -> None:
    left = e.BodyMemberReleased(body="hd", person="p-2", effective=date(2023, 1, 1))
    later = appointed(("p-1", "CHAIR"), on=LATER, whole=True)
    assert spans(CHAIR, left, later)[1] == ("p-2", START, date(2023, 1, 1))
    assert not any(sitting.contradicted for sitting in sittings([CHAIR, left, later]))


def test_who_is_told_to_leave_after_a_whole_list_left_out_the_seat_ended_by_the_list_and_is_disputed() -> None:
    whole, left = (
        appointed(("p-1", "CHAIR"), on=LATER, whole=True),
        e.BodyMemberReleased(body="hd", person="p-2", effective=LAST),
    )
    assert spans(CHAIR, whole, left)[1] == ("p-2", START, LATER)
    assert [one.seat.person for one in sittings([CHAIR, whole, left]) if one.contradicted] == ["p-2"]
    kept = appointed(("p-1", "CHAIR"), ("p-2", "MEMBER"), on=LATER, whole=True)
    assert not any(one.contradicted for one in sittings([CHAIR, kept, left]))


def test_nobody_sits_in_a_body_that_is_no_more() -> None:
    gone = e.BodyDissolved(body="hd", effective=LAST)
    assert [until for _, _, until in spans(CHAIR, gone)] == [LAST, LAST]
    left = e.BodyMemberReleased(body="hd", person="p-2", effective=LATER)
    assert [until for _, _, until in spans(CHAIR, left, gone)] == [LAST, LATER]
    assert [until for _, _, until in spans(CHAIR, e.BodyDissolved(body="hd"))] == [None, None]


def test_a_release_of_which_no_appointment_is_told_stands_by_itself() -> None:
    assert spans(e.BodyMemberReleased(body="hd", person="p-9", effective=LATER)) == [("p-9", None, LATER)]


def test_a_release_ends_every_seat_that_was_told_of_its_holder_before_and_none_after() -> None:
    unknown, dated, again = (
        appointed(("p-1", "MEMBER"), on=None),
        appointed(("p-1", "MEMBER")),
        appointed(("p-1", "CHAIR"), on=LAST),
    )
    left = e.BodyMemberReleased(body="hd", person="p-1", effective=LATER)
    assert spans(unknown, dated, again, left) == [("p-1", START, LATER), ("p-1", LAST, None)]


def test_a_release_of_an_unknown_day_ends_the_last_open_seat() -> None:
    left = e.BodyMemberReleased(body="hd", person="p-1")
    first, again = appointed(("p-1", "MEMBER")), appointed(("p-1", "CHAIR"), on=LAST)
    gone = e.BodyMemberReleased(body="hd", person="p-1", effective=LATER)
    assert [(one.since, one.until) for one in sittings([first, gone, again, left])] == [
        (START, LATER),
        (LAST, None),
    ]
    assert [one.lasts(LAST) for one in sittings([first, gone, again, left])] == [False, True]
    assert not any(one.lasts(date(2025, 7, 2)) for one in sittings([first, gone, again, left]))


# Any history

PERSONS = ("p-1", "p-2", "p-3", "p-4")
DAYS = [date(2022, month, 1) for month in range(3, 9)]
SEATS = st.builds(
    e.Seat,
    person=st.sampled_from(PERSONS),
    office=st.sampled_from(["CHAIR", "MEMBER"]),
    in_place_of=st.sampled_from([*(None,) * 8, *PERSONS]),
)
APPOINTMENTS = st.builds(
    lambda items, whole, on: AppointBodyMembers(body="hd", members=seats(*items, whole=whole), effective=on),
    st.lists(SEATS, min_size=1, max_size=2),
    st.sampled_from([*(None,) * 5, True]),
    st.sampled_from(DAYS),
)
RELEASES = st.builds(release, st.sampled_from(PERSONS), st.sampled_from(DAYS))
DISSOLUTIONS = st.builds(lambda on: DissolveBody(body="hd", effective=on), st.sampled_from(DAYS[-2:]))
ACTS = st.one_of(*(APPOINTMENTS,) * 4, RELEASES, RELEASES, DISSOLUTIONS)


def accepted(acts: list[Any]) -> list[Any]:
    """What a body tells of the acts that its guards let pass, one after another."""
    told: list[Any] = [ESTABLISHED]
    for act in acts:
        with contextlib.suppress(Refused):
            streams = HANDLERS[type(act)].reads(act)
            told += decided(
                act,
                HANDLERS[type(act)],
                streams,
                [loaded(one, told if one.name == "body:hd" else []) for one in streams],
            )[streams[0].name]
    return told


def sitting_on(told: list[e.BodyEvent], day: date) -> list[tuple[str, str]]:
    """Who sits on a day, reckoned by plain rules: appointed by then, and since then nothing that ends the seat."""
    return sorted(
        (str(seat.person), str(seat.office))
        for event in told
        if isinstance(event, e.BodyMembersAppointed) and event.effective and event.effective <= day
        for seat in event.members.items
        if not any(other.effective and other.effective <= day and ends(other, event, seat) for other in told)
    )


def ends(event: Any, appointed_: e.BodyMembersAppointed, seat: e.Seat) -> bool:
    """Whether what has come ends a seat."""
    later = event.effective > appointed_.effective
    match event:
        case e.BodyDissolved():
            return True
        case e.BodyMemberReleased():
            return later and event.person == seat.person
        case e.BodyMembersAppointed():
            replaced = seat.person in {one.in_place_of for one in event.members.items}
            return later and (bool(event.members.exhaustive) or replaced)
        case _:
            return False


@hypothesis.settings(max_examples=300, deadline=None)
@hypothesis.given(st.lists(ACTS, min_size=6, max_size=14))
def test_by_acts_performed_here_in_any_order_of_days_no_two_chairs_sit_and_nobody_twice(acts: list[Any]) -> None:
    told = accepted(acts)
    for day in DAYS:
        there = sorted((str(s.seat.person), str(s.seat.office)) for s in sittings(told) if s.lasts(day))
        assert there == sitting_on(told, day)
        assert [office for _, office in there].count("CHAIR") <= 1
        assert len({person for person, _ in there}) == len(there)


# Over a real database


async def test_the_members_of_a_council_on_a_day_as_known_then(registry: Registry) -> None:
    for unit, name in (("ubnd", "UBND tỉnh"), ("snv", "Sở Nội vụ")):
        await registry.tell(RegisterOrganisation(organisation=unit, name=name))
    decision = Source(id="qd-1", number="12/QĐ-UBND")
    await registry.tell(
        EstablishBody(body="hd", name="Hội đồng TĐKT", organisation="ubnd", decision=decision, effective=START)
    )
    deputy = e.Seat(person="p-2", agency="snv", office="STANDING_DEPUTY_CHAIR", title="Phó Chủ tịch thường trực")
    first = await registry.tell(
        appoint(e.Seat(person="p-1", agency="ubnd", office="CHAIR"), deputy, whole=True, count=2, decision=decision)
    )
    instead = e.Seat(person="p-3", agency="ubnd", office="CHAIR", in_place_of="p-1")
    await registry.tell(appoint(instead, on=LATER, decision=Source(id="qd-2")))

    async def chairs(on: date, as_of: int | None = None) -> list[str]:
        answer = await registry.ask("GetBody", body="hd", on=on, as_of=as_of)
        return [one.person.value for one in answer.members.items if one.office.value == "CHAIR"]

    assert await chairs(date(2022, 2, 28)) == []
    assert await chairs(date(2024, 4, 30)) == ["p-1"]
    assert await chairs(LATER) == ["p-3"]
    assert await chairs(LATER, as_of=first.position) == ["p-1"]
    answer = await registry.ask("GetBody", body="hd")
    one, two, three = answer.members.items
    assert (one.until.value, one.ended, one.end_decision.value, one.decision.value) == (
        "2024-05-01",
        True,
        "qd-2",
        "qd-1",
    )
    assert (two.agency.value, two.title.value, two.until, two.votes) == (
        "snv",
        "Phó Chủ tịch thường trực",
        None,
        None,
    )
    assert not any(member.disputed for member in (one, two, three))
    assert [label.name for label in answer.labels] == ["Sở Nội vụ", "UBND tỉnh"]
    then = await registry.ask("GetBody", body="hd", on=START)
    assert (then.members.declared_count.value, then.members.exhaustive.value) == ("2", "true")
    later = await registry.ask("GetBody", body="hd", on=LATER)
    assert (later.members.declared_count, later.members.exhaustive.value) == (None, "true")
    assert later.members.exhaustive.mark.certainty == "STATED"  # all that changed it was done here


async def test_who_sits_on_a_day_is_no_surer_than_the_days_that_are_told(registry: Registry) -> None:
    await registry.tell(appoint(e.Seat(person="p-1", office="CHAIR"), on=None, record=from_("a")))
    await registry.tell(appoint(e.Seat(person="p-2", office="MEMBER"), record=from_("b", "effective")))
    whole = seats(("p-3", "MEMBER"), whole=True)
    told = {"body": "hd", "members": whole, "effective": LATER}
    await registry.tell(AppointBodyMembers.model_validate({**told, "record": from_("c")}))

    async def shown(on: date) -> dict[str, Any]:
        answer = await registry.ask("GetBody", body="hd", on=on)
        return {one.person.value: one for one in answer.members.items}

    before = await shown(START)
    assert {key: one.person.mark.certainty for key, one in before.items()} == {"p-1": "INFERRED", "p-2": "INFERRED"}
    assert (before["p-1"].since, before["p-1"].person.mark.basis) == (
        None,
        "its first day is not recorded / chưa ghi nhận ngày đầu",
    )
    assert before["p-2"].until.mark.certainty == "INFERRED"
    assert "names the whole body" in before["p-2"].until.mark.basis
    after = await shown(LATER)
    assert {key: one.person.mark.certainty for key, one in after.items()} == {"p-1": "INFERRED", "p-3": "STATED"}
    answer = await registry.ask("GetBody", body="hd", on=LAST)
    assert (answer.members.exhaustive.value, answer.members.exhaustive.mark.certainty) == ("true", "INFERRED")
    assert (answer.name, answer.organisation, answer.established_on) == (None, None, None)
    assert (await registry.ask("GetBody", body="hd")).members.exhaustive is None


async def test_two_chairs_that_records_tell_of_are_both_shown_as_disputed(registry: Registry) -> None:
    await registry.tell(appoint(("p-1", "CHAIR"), ("p-9", "MEMBER"), record=from_("a")))
    await registry.tell(appoint(("p-2", "CHAIR"), on=LATER, record=from_("b")))
    answer = await registry.ask("GetBody", body="hd", on=LATER)
    assert [(one.person.value, one.disputed) for one in answer.members.items] == [
        ("p-1", True),
        ("p-9", False),
        ("p-2", True),
    ]
    before = await registry.ask("GetBody", body="hd", on=START)
    assert [(one.person.value, one.disputed) for one in before.members.items] == [("p-1", False), ("p-9", False)]
    again = Correction(corrects=2, reason="đọc nhầm chức danh")
    await registry.tell(appoint(("p-2", "DEPUTY_CHAIR"), on=LATER, record=from_("b"), correction=again))
    answer = await registry.ask("GetBody", body="hd", on=LATER)
    assert not any(one.disputed for one in answer.members.items)


async def test_what_several_sources_tell_of_one_seat_is_one_member_as_surely_as_the_surest_tells(
    registry: Registry,
) -> None:
    chair = e.Seat(person="p-1", agency="ubnd", office="CHAIR")
    await registry.tell(appoint(e.Seat(person="p-1", office="CHAIR"), on=None, record=from_("press")))
    await registry.tell(appoint(chair, record=from_("decision")))
    await registry.tell(appoint(chair, record=from_("minutes", "effective")))

    async def on(day: date) -> list[tuple[str, str, bool]]:
        answer = await registry.ask("GetBody", body="hd", on=day)
        return [(m.person.value, m.person.mark.certainty, m.disputed) for m in answer.members.items]

    assert await on(START) == [("p-1", "STATED", False)]
    assert await on(date(2022, 2, 28)) == []  # the press tells no day, and the others complete it
    (seat,) = (await registry.ask("GetBody", body="hd", on=START)).members.items
    assert (seat.person.mark.source, seat.agency.value) == ("decision", "ubnd")
    assert len((await registry.ask("GetBody", body="hd")).members.items) == 1
    await registry.tell(release("p-1", LATER, record=from_("release")))
    assert await on(LATER) == []
    await registry.tell(appoint(("p-1", "MEMBER"), on=START, record=from_("other")))
    assert sorted(await on(START)) == [("p-1", "STATED", True), ("p-1", "STATED", True)]


async def test_a_list_that_names_two_chairs_or_a_person_twice_is_refused_for_just_that(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="ubnd", name="UBND tỉnh"))
    await registry.tell(EstablishBody(body="hd", name="Hội đồng", organisation="ubnd", effective=START))
    with pytest.raises(Refused, match=r"the list names another chair too, p-2"):
        await registry.tell(appoint(("p-1", "CHAIR"), ("p-2", "CHAIR")))
    with pytest.raises(Refused, match=r"the list names p-2 twice"):
        await registry.tell(appoint(("p-2", "MEMBER"), ("p-2", "SECRETARY")))
    await registry.tell(appoint(("p-1", "CHAIR"), on=START))
    with pytest.raises(Refused, match=r"p-1 is the chair, since"):
        await registry.tell(appoint(("p-3", "CHAIR"), on=LATER))
    with pytest.raises(Refused, match=r"p-1 sits in the body already, since"):
        await registry.tell(appoint(("p-1", "MEMBER"), on=LATER))


async def test_a_chair_told_here_waits_until_the_recorded_one_is_released(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="ubnd", name="UBND tỉnh"))
    await registry.tell(EstablishBody(body="hd", name="Hội đồng", organisation="ubnd", effective=START))
    await registry.tell(appoint(("p-1", "CHAIR"), on=None, record=RECORD))
    with pytest.raises(Refused, match="p-1 is the chair") as refused:
        await registry.tell(appoint(("p-2", "CHAIR"), on=LATER))
    assert (refused.value.rule, "chủ tịch" in refused.value.vi) == ("body.one-chair", True)
    await registry.tell(release("p-1", LATER))
    await registry.tell(appoint(("p-2", "CHAIR"), on=LATER))


async def test_a_body_of_which_nothing_is_recorded_is_not_found(registry: Registry) -> None:
    with pytest.raises(Missing, match="The body hd is not recorded"):
        await registry.ask("GetBody", body="hd")


def test_the_streams_of_the_acts_are_the_bodys_own() -> None:
    events: dict[str, list[Event]] = {"body:other": [ESTABLISHED, CHAIR]}
    given(events).when(appoint(("p-1", "CHAIR"))).refused("body.unknown")


async def test_bodies_are_found_by_name_kind_and_whose_they_are_page_by_page(registry: Registry) -> None:
    for one in ("ubnd", "so"):
        await registry.tell(RegisterOrganisation(organisation=one, name=one.upper()))
    told: list[tuple[str, str, str, str | None]] = [
        ("hd-1", "Hội đồng Thi đua - Khen thưởng tỉnh Ân", "emulation-council", "ubnd"),
        ("hd-2", "Hội đồng Thi đua - Khen thưởng Sở An", "emulation-council", "so"),
        ("sk", "Hội đồng Sáng kiến tỉnh", "initiative-council", "ubnd"),
    ]
    for body, name, kind, organisation in told:
        facts = {"body": body, "name": name, "kind": kind, "organisation": organisation, "effective": START}
        await registry.tell(EstablishBody.model_validate(facts))
    before = await registry.tell(EstablishBody(body="tt", kind="committee", part_of="hd-1", record=RECORD))

    async def found(**asked: Any) -> list[str]:
        return [one.body for one in (await registry.ask("FindBodies", **asked)).found]

    assert await found(text="hoi dong tdkt") == ["hd-2", "hd-1"]
    assert await found(text="hội đồng tỉnh") == ["sk", "hd-1"]
    assert await found(text="…") == []
    assert await found(text="hội đồng", organisation="ubnd") == ["sk", "hd-1"]
    assert await found(kind="emulation-council") == ["hd-2", "hd-1"]
    assert await found(part_of="hd-1") == ["tt"]
    assert await found(kind="nothing") == []
    assert await found() == ["tt", "sk", "hd-2", "hd-1"]
    assert await found(on=date(2021, 1, 1)) == ["tt"]  # its day is not known
    first = await registry.ask("FindBodies", limit=3)
    assert (len(first.found), first.cut) == (3, True)
    assert await found(after="hd-2", limit=3) == ["hd-1"]
    with pytest.raises(Invalid, match="after"):
        await found(after="sk", kind="emulation-council")
    (one,) = (await registry.ask("FindBodies", text="Hội đồng sáng kiến tỉnh")).found
    assert (one.name.value, one.exact, one.kind.value) == ("Hội đồng Sáng kiến tỉnh", True, "initiative-council")
    assert (one.organisation.value, one.part_of) == ("ubnd", None)
    assert [label.name for label in first.labels] == ["SO", "UBND"]
    await registry.tell(NameBody(body="sk", name="Hội đồng Khoa học", effective=LATER))
    await registry.tell(Retract(stream="body:tt", retracts=1, reason="ghi nhầm", record=RECORD))
    assert await found(text="hội đồng khoa học") == ["sk"]
    assert await found(text="hội đồng khoa học", on=START) == []
    assert await found(text="hội đồng khoa học", as_of=before.position) == []
    assert await found(part_of="hd-1") == []
    assert await found(part_of="hd-1", as_of=before.position) == ["tt"]
