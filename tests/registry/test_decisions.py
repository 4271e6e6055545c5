"""What registry decides, told in events and commands."""

from datetime import date
from typing import Any

import pytest

from services.kernel.decider import Command
from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.provenance import Listed, Source
from services.registry import events as e
from services.registry.domain import HANDLERS
from services.registry.domain.bloc import DeclareMembers, DissolveBloc, EstablishBloc, Established, NameBloc
from services.registry.domain.conference import HoldConference, RecordAttendance
from services.registry.domain.covenant import RecordCovenant, SignCovenant
from services.registry.domain.leadership import (
    CorrectHandover,
    CorrectLeadership,
    ElectLeadership,
    HandOverLeadership,
    Leadership,
    RecordLeadership,
)
from services.registry.domain.leadership import elect as elect_
from services.registry.domain.membership import AdmitMember, EndMembership
from services.registry.domain.movement import LaunchMovement
from services.registry.domain.movement_link import LinkMovement
from services.registry.domain.organisation import NameOrganisation, RegisterOrganisation
from services.registry.domain.person import DescribePerson, ForgetPerson, RegisterPerson
from services.registry.domain.plan import ApprovePlan, AssignLead, CommentPlan, DraftPlan, RecordPlan
from services.registry.domain.review import NoteReview
from tests.registry.support import RECORD, given

DAY = date(2024, 4, 10)

registered = e.OrganisationRegistered(organisation="btp", name="Bộ Tư pháp")
established = e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=date(2020, 1, 1))


# Organisations and persons


def test_an_organisation_is_registered_once() -> None:
    given().when(RegisterOrganisation(organisation="btp", name="Bộ Tư pháp")).then(registered)
    given(registered).when(RegisterOrganisation(organisation="btp", name="Khác")).refused("organisation.known")


def test_what_was_told_once_is_recorded_again_although_it_contradicts() -> None:
    other = e.OrganisationRegistered(organisation="btp", name="Khác", record=RECORD)
    given(registered).when(RegisterOrganisation(organisation="btp", name="Khác", record=RECORD)).then(other)
    again = e.PersonRegistered(person="p-1", name="1.other", record=RECORD)
    given(person).when(RegisterPerson(person="p-1", name="1.other", record=RECORD)).then(again)
    held = e.ConferenceHeld(conference="c", kind="OTHER", effective=DAY)
    elsewhere = e.ConferenceHeld(conference="c", kind="SUMMATION", record=RECORD)
    given(held).when(HoldConference(conference="c", kind="SUMMATION", record=RECORD)).then(elsewhere)
    launched = e.MovementLaunched(movement="m", effective=DAY)
    relaunched = e.MovementLaunched(movement="m", name="Khác", record=RECORD)
    given(launched).when(LaunchMovement(movement="m", name="Khác", record=RECORD)).then(relaunched)
    noted = e.ReviewNoted(review="r", bloc="b1", year=2020, record=RECORD)
    given(noted).when(NoteReview(review="r", bloc="b1", year=2020, record=RECORD)).then(noted)


def test_a_name_may_be_recorded_of_an_organisation_that_nobody_registered() -> None:
    named = e.OrganisationNamed(organisation="btp", name="Bộ Tư pháp", record=RECORD)
    given().when(NameOrganisation(organisation="btp", name="Bộ Tư pháp", record=RECORD)).then(named)
    given().when(NameOrganisation(organisation="btp", name="Bộ Tư pháp")).refused("organisation.unknown")
    given(named).when(RegisterOrganisation(organisation="btp", name="Bộ Tư pháp")).then(registered)


def test_naming_needs_something_to_tell() -> None:
    given(registered).when(NameOrganisation(organisation="btp")).refused("organisation.name")


person = e.PersonRegistered(person="p-1", name="1.sealed")
forgotten = e.PersonForgotten(person="p-1", reason="asked for")


def test_a_forgotten_person_is_never_told_of_again() -> None:
    given(person).when(ForgetPerson(person="p-1", reason="asked for")).then(forgotten)
    given(person, forgotten).when(DescribePerson(person="p-1", rank="1.x", record=RECORD)).refused("person.forgotten")
    given(person, forgotten).when(RegisterPerson(person="p-1", name="1.x")).refused("person.forgotten")


def test_forgetting_again_changes_nothing_and_forgetting_nobody_is_refused() -> None:
    given(person, forgotten).when(ForgetPerson(person="p-1", reason="again")).then()
    given().when(ForgetPerson(person="p-1", reason="asked for")).refused("person.unknown")


def test_a_person_may_be_described_by_a_record_before_being_registered() -> None:
    described = e.PersonDescribed(person="p-1", posts=("1.a", "1.b"), effective=DAY, record=RECORD)
    command = DescribePerson(person="p-1", posts=("1.a", "1.b"), effective=DAY, record=RECORD)
    given().when(command).then(described)
    given().when(DescribePerson(person="p-1", rank="1.a")).refused("person.unknown")
    given(described).when(RegisterPerson(person="p-1", name="1.sealed")).then(person)
    given(person).when(DescribePerson(person="p-1", record=RECORD)).refused("person.description")


# Blocs and their members


def test_a_bloc_established_here_needs_its_authority_and_day_and_a_recorded_one_does_not() -> None:
    fields: dict[str, Any] = {"bloc": "b1", "kind": "KHOI", "name": "Khối 1"}
    given().when(EstablishBloc(**fields)).refused("bloc.establishment")
    given().when(EstablishBloc(**fields, record=RECORD)).then(e.BlocEstablished(**fields, record=RECORD))
    given(established).when(EstablishBloc(**fields, record=RECORD)).then(e.BlocEstablished(**fields, record=RECORD))
    given(established).when(EstablishBloc(**fields, authority="central", effective=DAY)).refused("bloc.known")


def test_a_record_of_another_establishment_loosens_no_guard() -> None:
    other = established.model_copy(update={"authority": "hanoi", "effective": date(2010, 1, 1), "record": RECORD})
    told = {**ground, "bloc:b1": [established, other]}
    given(told).when(admit(authority="hanoi")).refused("membership.authority")
    given(told).when(admit(effective=date(2019, 12, 31))).refused("membership.before-bloc")
    given(told).when(admit()).then(started("b1", DAY))


def test_a_bloc_is_named_and_its_members_declared_after_it_is_established_or_from_a_record() -> None:
    given().when(NameBloc(bloc="b1", name="Khối 2")).refused("bloc.unknown")
    given(established).when(NameBloc(bloc="b1", name="Khối 2")).then(e.BlocNamed(bloc="b1", name="Khối 2"))
    given().when(NameBloc(bloc="b1", record=RECORD)).refused("bloc.name")
    given().when(DeclareMembers(bloc="b1")).refused("bloc.unknown")
    members = Listed[e.Member](items=(e.Member(unit="btp"),), declared_count=14, exhaustive=False)
    given().when(DeclareMembers(bloc="b1", members=members, record=RECORD)).then(
        e.MembersDeclared(bloc="b1", members=members, record=RECORD)
    )


def dissolved(on: date | None, **fields: Any) -> e.BlocDissolved:
    return e.BlocDissolved(bloc="b1", effective=on, **fields)


def dissolve(on: date | None, **fields: Any) -> DissolveBloc:
    return DissolveBloc(bloc="b1", effective=on, **fields)


def test_an_established_bloc_is_dissolved_once_and_not_before_it_was() -> None:
    decision = Source(id="qd-2", number="2/QĐ")
    given(established).when(dissolve(DAY, decision=decision)).then(dissolved(DAY, decision=decision))
    given().when(dissolve(DAY)).refused("bloc.unknown")
    given(established).when(dissolve(None)).refused("act.day")
    given(established).when(dissolve(date(2019, 12, 31))).refused("bloc.before-establishment")
    given(established, dissolved(DAY)).when(dissolve(date(2025, 1, 1))).refused("bloc.dissolved")


def test_a_dissolution_is_recorded_of_whatever_bloc_and_beside_another_one() -> None:
    given().when(dissolve(None, record=RECORD)).then(dissolved(None, record=RECORD))
    given(established, dissolved(DAY)).when(dissolve(date(2025, 1, 1), record=RECORD)).then(
        dissolved(date(2025, 1, 1), record=RECORD)
    )
    known = dissolved(DAY, record=RECORD)
    fields: dict[str, Any] = {"bloc": "b1", "kind": "KHOI", "name": "Khối 1", "effective": date(2020, 1, 1)}
    given(known).when(EstablishBloc(**fields, record=RECORD)).then(e.BlocEstablished(**fields, record=RECORD))
    given(known).when(EstablishBloc(**fields, authority="central")).refused("bloc.dissolved")
    given(known, established).when(EstablishBloc(**fields, authority="central")).refused("bloc.known")


@pytest.mark.parametrize(
    "told",
    [
        [dissolved(DAY)],
        [dissolved(date(2025, 1, 1), record=RECORD), dissolved(DAY, record=RECORD)],  # the earlier one binds
        [dissolved(date(2025, 1, 1), record=RECORD), dissolved(None, record=RECORD)],
    ],
)
def test_an_act_of_a_dissolved_bloc_is_refused(told: list[Event]) -> None:
    given(established, *told).when(NameBloc(bloc="b1", name="Khối 2", effective=DAY)).refused("bloc.dissolved")
    given(established, *told).when(DeclareMembers(bloc="b1")).refused("bloc.dissolved")
    election = ElectLeadership(bloc="b1", year=2024, head=e.Holder(agency="btp"), effective=DAY)
    given({"bloc:b1": [established, *told]}).when(election).refused("bloc.dissolved")
    given({"bloc:b1": told}).when(election).refused("bloc.unknown")


def test_before_its_last_day_a_dissolved_bloc_still_acts() -> None:
    command = NameBloc(bloc="b1", name="Khối 2", effective=date(2024, 4, 9))
    given(established, dissolved(DAY)).when(command).then(
        e.BlocNamed(bloc="b1", name="Khối 2", effective=date(2024, 4, 9))
    )


ground = {"bloc:b1": [established], "organisation:btp": [registered]}


def admit(bloc: str = "b1", effective: date | None = DAY, **fields: Any) -> AdmitMember:
    return AdmitMember(**({"authority": "central", "unit": "btp", "bloc": bloc, "effective": effective} | fields))


def started(bloc: str, effective: date | None, **fields: Any) -> e.MembershipStarted:
    return e.MembershipStarted(authority="central", unit="btp", bloc=bloc, effective=effective, **fields)


def ended(bloc: str, effective: date | None, **fields: Any) -> e.MembershipEnded:
    return e.MembershipEnded(authority="central", unit="btp", bloc=bloc, effective=effective, **fields)


def end(effective: date | None, **fields: Any) -> EndMembership:
    return EndMembership(authority="central", unit="btp", bloc="b1", effective=effective, **fields)


def test_a_unit_is_admitted_to_an_established_bloc_of_the_authority() -> None:
    given(ground).when(admit()).then(started("b1", DAY))
    given({"organisation:btp": [registered]}).when(admit()).refused("bloc.unknown")
    given({"bloc:b1": [established]}).when(admit()).refused("organisation.unknown")
    given(ground).when(admit(authority="hanoi")).refused("membership.authority")
    given(ground).when(admit(effective=None)).refused("act.day")
    given(ground).when(admit(effective=date(2019, 12, 31))).refused("membership.before-bloc")


def test_a_unit_is_admitted_from_the_first_day_of_its_first_name_as_far_as_that_is_known() -> None:
    later, eve = date(2024, 7, 1), date(2024, 6, 30)
    named = e.OrganisationRegistered(organisation="btp", name="Bộ Tư pháp", effective=later)
    known = {"bloc:b1": [established], "organisation:btp": [named]}
    given(known).when(admit(effective=later)).accepted()
    given(known).when(admit(effective=eve)).refused("organisation.not-yet")
    given(known).when(admit(effective=eve, record=RECORD)).accepted()
    for before in ({"name": "Ban Tư pháp", "effective": date(2024, 1, 1)}, {"short_name": "BTP"}):
        told = e.OrganisationNamed(organisation="btp", **before)
        given({**known, "organisation:btp": [named, told]}).when(admit(effective=eve)).accepted()
    spelled = e.OrganisationNamed(organisation="btp", variants=("Bộ tư pháp",))
    given({**known, "organisation:btp": [named, spelled]}).when(admit(effective=eve)).refused("organisation.not-yet")
    ruling = e.Ruling(by=e.Party(words="Bộ Nội vụ"), reason="theo quyết định thành lập")
    undated = e.OrganisationRegistered(organisation="btp", name="Bộ Tư pháp", record=RECORD)
    ruled = named.model_copy(update={"record": RECORD, "ruling": ruling})
    given({**known, "organisation:btp": [named, undated]}).when(admit(effective=eve)).accepted()
    given({**known, "organisation:btp": [undated, ruled]}).when(admit(effective=eve)).refused("organisation.not-yet")


def test_the_earlier_name_of_an_organisation_is_told_here() -> None:
    named = e.OrganisationRegistered(organisation="btp", name="Bộ Tư pháp", effective=DAY)
    earlier = NameOrganisation(organisation="btp", name="Ban Tư pháp", effective=date(2020, 1, 1))
    given(named).when(earlier).accepted()


def test_a_dissolved_bloc_admits_no_member_and_its_memberships_can_be_ended() -> None:
    over = {**ground, "bloc:b1": [established, dissolved(DAY)]}
    given(over).when(admit()).refused("bloc.dissolved")
    given(over).when(admit(effective=None)).refused("bloc.dissolved")
    given(over).when(admit(effective=date(2024, 4, 9))).then(started("b1", date(2024, 4, 9)))
    given(over).when(admit(record=RECORD)).then(started("b1", DAY, record=RECORD))
    given(started("b1", date(2021, 1, 1)), over).when(end(DAY)).then(ended("b1", DAY))


@pytest.mark.parametrize(
    "known",
    [
        [started("b2", date(2021, 1, 1))],
        [started("b2", date(2025, 1, 1))],  # later, but the new membership has no end
        [started("b2", None, record=RECORD)],
        [started("b2", date(2021, 1, 1)), ended("b2", date(2024, 4, 11))],
        [started("b1", date(2021, 1, 1))],
    ],
)
def test_a_unit_is_in_at_most_one_bloc_of_an_authority(known: list[Event]) -> None:
    given(ground, *known).when(admit()).refused("membership.one-bloc")


def test_a_unit_moves_on_the_day_on_which_its_membership_ends() -> None:
    given(ground, started("b2", date(2021, 1, 1)), ended("b2", DAY)).when(admit()).then(started("b1", DAY))


def test_a_recorded_membership_is_kept_although_it_contradicts_another() -> None:
    given(started("b2", date(2021, 1, 1))).when(admit(record=RECORD)).then(started("b1", DAY, record=RECORD))


def test_a_membership_ends_where_there_is_one() -> None:
    given(ground, started("b1", date(2021, 1, 1))).when(end(DAY)).then(ended("b1", DAY))
    given(ground, started("b1", DAY)).when(end(DAY)).refused("membership.none")
    given(ground, started("b2", date(2021, 1, 1))).when(end(DAY)).refused("membership.none")
    given(ground, started("b1", date(2021, 1, 1)), ended("b1", DAY)).when(end(DAY)).refused("membership.none")
    given().when(end(None, record=RECORD)).then(ended("b1", None, record=RECORD))


def members(*units: str, since: date | None = date(2021, 1, 1), bloc: str = "b1") -> dict[str, list[Event]]:
    """Registered units that are members of a bloc."""
    told: dict[str, list[Event]] = {}
    for unit in units:
        told[f"organisation:{unit}"] = [e.OrganisationRegistered(organisation=unit, name=unit)]
        start = e.MembershipStarted(authority="central", unit=unit, bloc=bloc, effective=since)
        told[f"membership:central:{unit}"] = [start]
    return told


# Leadership


def holder(agency: str | None) -> e.Holder:
    return e.Holder(agency=agency)


def deputies(*agencies: str) -> Listed[e.Deputy]:
    return Listed[e.Deputy](items=tuple(e.Deputy(agency=a, rank="ORDINARY") for a in agencies))


def elect(head: str | None = "btp", year: int = 2024, **fields: Any) -> ElectLeadership:
    told: dict[str, Any] = {"bloc": "b1", "year": year, "head": holder(head), "effective": DAY, "authority": "central"}
    return ElectLeadership(**(told | fields))


def elected(head: str = "btp", year: int = 2024, effective: date | None = DAY, **fields: Any) -> e.LeadershipElected:
    return e.LeadershipElected(bloc="b1", year=year, head=holder(head), effective=effective, **fields)


def hand_over(incoming: str, on: date, year: int = 2024) -> HandOverLeadership:
    return HandOverLeadership(bloc="b1", year=year, incoming=holder(incoming), effective=on, authority="central")


def handed_over(incoming: str, on: date, year: int = 2024) -> e.LeadershipHandedOver:
    return e.LeadershipHandedOver(bloc="b1", year=year, incoming=holder(incoming), effective=on)


def recorded(year: int | None, head: str, **fields: Any) -> e.LeadershipRecorded:
    return e.LeadershipRecorded(bloc="b1", year=year, head=holder(head), record=RECORD, **fields)


bloc = {"bloc:b1": [established], **members("btp", "bca")}


def test_head_and_deputies_are_elected_once_for_a_year() -> None:
    given(bloc).when(elect(deputies=deputies("bca"), mode="ELECTED")).then(
        elected(deputies=deputies("bca"), mode="ELECTED")
    )
    given(bloc, elected()).when(elect("bca")).refused("leadership.one-head")
    given(bloc, recorded(2024, "bca")).when(elect()).refused("leadership.one-head")
    given(bloc, elected()).when(elect("bca", 2025)).then(elected("bca", 2025))


def test_an_election_here_needs_bloc_day_and_distinct_agencies() -> None:
    given().when(elect()).refused("bloc.unknown")
    given(bloc).when(elect(effective=None)).refused("act.day")
    given(bloc).when(elect(None)).refused("leadership.agency")
    given(bloc).when(elect(deputies=deputies("btp"))).refused("leadership.distinct")


def test_a_recorded_election_needs_none_of_it_and_contradicts_freely() -> None:
    command = ElectLeadership(bloc="b1", year=2024, record=RECORD)
    given(elected()).when(command).then(e.LeadershipElected(bloc="b1", year=2024, record=RECORD))
    tally = e.Tally(in_favour=8, eligible=7)
    kept = e.LeadershipElected(bloc="b1", year=2024, tally=tally, record=RECORD)
    given(elected()).when(command.model_copy(update={"tally": tally})).then(kept)


@pytest.mark.parametrize(
    ("against", "eligible", "refused"), [(None, 6, True), (1, 7, True), (1, 8, False), (9, None, False)]
)
def test_no_more_votes_are_cast_than_there_are_voters(against: int | None, eligible: int | None, refused: bool) -> None:
    tally = e.Tally(in_favour=7, against=against, eligible=eligible)
    when = given(bloc).when(elect(tally=tally))
    if refused:
        when.refused("leadership.tally")
    else:
        when.then(elected(tally=tally))


def test_the_elected_head_takes_over_once_and_not_before_the_election() -> None:
    given(bloc, elected()).when(hand_over("btp", DAY)).then(handed_over("btp", DAY))
    given(bloc).when(hand_over("btp", DAY)).refused("leadership.not-elected")
    given(bloc, elected()).when(hand_over("bca", DAY)).refused("leadership.not-elected")
    given(bloc, elected(), recorded(2024, "bca")).when(hand_over("btp", DAY)).refused("leadership.not-elected")
    given(bloc, elected()).when(hand_over("btp", date(2024, 4, 9))).refused("leadership.before-election")
    given(bloc, elected(), handed_over("btp", DAY)).when(hand_over("btp", date(2024, 4, 11))).refused(
        "leadership.one-head"
    )


def test_no_handover_is_performed_into_another_term() -> None:
    later = (elected("bca", 2025, date(2024, 3, 1)), handed_over("bca", date(2024, 6, 1), 2025))
    given(bloc, elected(), *later).when(hand_over("btp", date(2024, 6, 1))).refused("leadership.one-head")
    given(bloc, elected(), *later).when(hand_over("btp", date(2024, 7, 1))).refused("leadership.one-head")
    lasting = recorded(2023, "ktnn", end=date(2024, 4, 30))
    given(bloc, lasting, elected()).when(hand_over("btp", date(2024, 4, 30))).refused("leadership.one-head")
    given(bloc, lasting, elected()).when(hand_over("btp", date(2024, 5, 1))).then(handed_over("btp", date(2024, 5, 1)))


ENDED, LATER = date(2024, 6, 30), date(2024, 7, 5)


def test_a_head_who_has_left_office_is_replaced_by_an_election_for_the_rest_of_the_year() -> None:
    over = recorded(2024, "bca", end=ENDED)
    given(bloc, elected("bca"), over).when(elect(effective=LATER)).then(elected(effective=LATER))
    given(bloc, elected("bca"), over).when(elect(effective=ENDED)).refused("leadership.one-head")
    given(bloc, elected("bca"), over).when(elect("bca", effective=LATER)).refused("leadership.one-head")
    given(bloc, elected("bca"), over, recorded(2024, "bca", end=LATER)).when(elect(effective=LATER)).refused(
        "leadership.one-head"
    )
    given(bloc, elected("bca"), over, recorded(2024, "bca", start=LATER)).when(elect(effective=LATER)).refused(
        "leadership.one-head"
    )
    given(bloc, over, recorded(2024, "ktnn")).when(elect(effective=LATER)).refused("leadership.one-head")
    given(bloc, over, recorded(2023, "bca", end=ENDED), elected("ktnn")).when(elect(effective=LATER)).refused(
        "leadership.one-head"
    )
    taken = (elected("bca"), handed_over("bca", DAY), over, elected(effective=LATER))
    given(bloc, *taken).when(hand_over("btp", LATER)).then(handed_over("btp", LATER))
    given(bloc, *taken, handed_over("btp", LATER)).when(hand_over("btp", date(2024, 7, 6))).refused(
        "leadership.one-head"
    )


def test_a_head_in_office_hands_over_in_the_midst_of_the_year_and_does_not_come_back() -> None:
    def replace(on: date, outgoing: str | None = "bca", incoming: str = "btp") -> HandOverLeadership:
        return hand_over(incoming, on).model_copy(update={"outgoing": outgoing and holder(outgoing)})

    replaced = e.LeadershipHandedOver(
        bloc="b1", year=2024, outgoing=holder("bca"), incoming=holder("btp"), effective=LATER
    )
    for told in ((elected("bca"),), (elected("bca"), handed_over("bca", DAY)), (handed_over("bca", DAY),)):
        given(bloc, *told).when(replace(LATER)).then(replaced)
        given(bloc, *told).when(replace(DAY)).refused(
            "leadership.not-elected"
        )  # whom it would end had not begun before that day
        given(bloc, *told).when(replace(LATER, None)).refused("leadership.not-elected")
        given(bloc, *told).when(replace(LATER, "ktnn")).refused("leadership.not-elected")
        given(bloc, *told, recorded(2024, "bca", end=LATER)).when(replace(LATER)).refused("leadership.not-elected")
        given(bloc, *told, recorded(2024, "ktnn")).when(replace(LATER)).refused("leadership.not-elected")
        given(bloc, *told, replaced).when(replace(date(2024, 8, 1), "btp", "bca")).refused("leadership.not-in-office")
        given(bloc, *told, replaced).when(elect(effective=LATER)).then(elected(effective=LATER))
        given(bloc, *told, replaced).when(elect(effective=date(2024, 7, 4))).refused("leadership.one-head")


def test_nobody_takes_over_here_for_a_term_that_is_told_to_be_over() -> None:
    over = recorded(2024, "btp", end=date(2024, 4, 9))
    given(bloc, elected(effective=None), over).when(hand_over("btp", DAY)).refused("leadership.not-in-office")
    given(bloc, over).when(hand_over("btp", DAY)).refused("leadership.not-in-office")
    given(bloc, over).when(hand_over("btp", date(2024, 4, 9))).then(handed_over("btp", date(2024, 4, 9)))


def test_a_recorded_leadership_is_kept_as_it_is_told() -> None:
    command = RecordLeadership(bloc="b1", year=2023, head=holder("ktnn"), start=DAY, record=RECORD)
    given(recorded(2023, "bca")).when(command).then(recorded(2023, "ktnn", start=DAY, effective=DAY))


def correction(corrects: int) -> CorrectLeadership:
    return CorrectLeadership(
        bloc="b1", corrects=corrects, year=2023, head=holder("btp"), reason="misread", record=RECORD
    )


def corrected(corrects: int) -> e.LeadershipCorrected:
    return e.LeadershipCorrected(
        bloc="b1", corrects=corrects, year=2023, head=holder("btp"), reason="misread", record=RECORD
    )


def test_a_correction_names_the_event_that_told_the_term() -> None:
    given(recorded(2023, "ktnn")).when(correction(1)).then(corrected(1))
    given(recorded(2023, "ktnn"), corrected(1)).when(correction(2)).then(corrected(2))
    given().when(correction(1)).refused("bloc.unknown")
    given().when(CorrectHandover(bloc="b1", corrects=1, year=2024, reason="misread", record=RECORD)).refused(
        "bloc.unknown"
    )
    given(bloc).when(correction(1)).refused("correction.nothing")
    given(recorded(2023, "ktnn")).when(correction(2)).refused("correction.nothing")
    given(bloc, elected(), handed_over("btp", DAY)).when(correction(2)).refused("correction.nothing")


def test_a_correction_of_a_handover_names_the_event_that_told_it() -> None:
    fields: dict[str, Any] = {"bloc": "b1", "year": 2024, "incoming": holder("bca"), "reason": "misread"}
    for corrects, rule in ((1, "correction.nothing"), (3, "correction.nothing"), (2, None)):
        command = CorrectHandover(**fields, corrects=corrects, record=RECORD)
        when = given(elected(), handed_over("btp", DAY)).when(command)
        if rule:
            when.refused(rule)
        else:
            when.then(e.HandoverCorrected(**fields, corrects=2, record=RECORD))


def test_a_voided_handover_makes_room_for_the_one_that_took_place() -> None:
    void = e.HandoverCorrected(bloc="b1", year=2024, corrects=2, void=True, reason="put off", record=RECORD)
    later = date(2024, 5, 10)
    given(bloc, elected(), handed_over("btp", DAY)).when(hand_over("btp", later)).refused("leadership.one-head")
    given(bloc, elected(), handed_over("btp", DAY), void).when(hand_over("btp", later)).then(handed_over("btp", later))


def test_a_correction_may_make_room_for_an_election() -> None:
    given(bloc, recorded(2024, "bca"), corrected(1)).when(elect()).then(elected())


# The year


def test_a_conference_is_held_once_and_attended_after() -> None:
    held = e.ConferenceHeld(conference="c", kind="SUMMATION", closes=2023, effective=DAY)
    given().when(HoldConference(conference="c", kind="SUMMATION", closes=2023, effective=DAY)).then(held)
    given().when(HoldConference(conference="c", kind="SUMMATION")).refused("act.day")
    given(held).when(HoldConference(conference="c", kind="OTHER", effective=DAY)).refused("conference.known")
    given().when(RecordAttendance(conference="c")).refused("conference.unknown")
    given(held).when(RecordAttendance(conference="c")).then(e.AttendanceRecorded(conference="c"))


def test_an_attendee_is_somebody_or_at_least_words() -> None:
    nobody = Listed[e.Attendee](items=(e.Attendee(roles=("OPENS",)),))
    given().when(RecordAttendance(conference="c", attendees=nobody, record=RECORD)).refused("conference.attendee")
    group = Listed[e.Attendee](items=(e.Attendee(words="lãnh đạo các cơ quan"),))
    given().when(RecordAttendance(conference="c", attendees=group, record=RECORD)).then(
        e.AttendanceRecorded(conference="c", attendees=group, record=RECORD)
    )


def test_a_movement_is_launched_once_and_taken_up_by_anybody() -> None:
    launcher = e.Party(person="p-1")
    launched = e.MovementLaunched(movement="m", effective=DAY, launcher=launcher)
    given().when(LaunchMovement(movement="m", effective=DAY, launcher=launcher)).then(launched)
    given().when(LaunchMovement(movement="m", effective=DAY)).refused("movement.launcher")
    given(launched).when(LaunchMovement(movement="m", effective=DAY, launcher=launcher)).refused("movement.known")
    link: dict[str, Any] = {"movement": "m", "bloc": "b1", "year": 2024, "manner": "PUSHED", "effective": DAY}
    given(bloc).when(LinkMovement(**link)).then({"movementlink:m:b1": [e.MovementLinked(**link)]})
    given().when(LinkMovement(**link)).refused("bloc.unknown")


def sign(member: str | None) -> SignCovenant:
    signature = e.Signature(member=member)
    return SignCovenant(bloc="b1", year=2024, signature=signature, effective=DAY, authority="central")


def test_a_member_signs_the_covenant_of_a_year_once() -> None:
    signed = e.CovenantSigned(bloc="b1", year=2024, signature=e.Signature(member="btp"), effective=DAY)
    told = e.CovenantRecorded(
        bloc="b1", year=2024, signatures=Listed[e.Signature](items=(e.Signature(member="btp"),)), record=RECORD
    )
    given(bloc).when(sign("btp")).then(signed)
    given(bloc, signed).when(sign("btp")).refused("covenant.signed")
    given(bloc, told).when(sign("btp")).refused("covenant.signed")
    given(bloc).when(sign(None)).refused("covenant.member")
    given().when(sign("btp")).refused("bloc.unknown")


def test_a_covenant_known_by_reference_needs_its_source() -> None:
    given().when(RecordCovenant(bloc="b1", year=2020)).refused("covenant.record")
    given().when(RecordCovenant(bloc="b1", year=2020, by_reference=True, record=RECORD)).then(
        e.CovenantRecorded(bloc="b1", year=2020, by_reference=True, record=RECORD)
    )


def items(*ids: str) -> Listed[e.PlanItem]:
    return Listed[e.PlanItem](items=tuple(e.PlanItem(item=i, text="Tọa đàm") for i in ids))


drafted = e.PlanDrafted(bloc="b1", year=2022, items=items("i1"))
commented = e.PlanCommented(bloc="b1", year=2022)
approved = e.PlanApproved(bloc="b1", year=2022, effective=DAY)


def test_a_plan_goes_from_draft_through_comments_to_approval() -> None:
    given(bloc).when(DraftPlan(bloc="b1", year=2022, items=items("i1"))).then(drafted)
    given(bloc, drafted).when(CommentPlan(bloc="b1", year=2022)).then(commented)
    given(bloc, drafted, commented).when(ApprovePlan(bloc="b1", year=2022, effective=DAY)).then(approved)
    given(bloc, drafted, approved).when(ApprovePlan(bloc="b1", year=2022, effective=DAY)).refused("plan.state")
    given(bloc).when(CommentPlan(bloc="b1", year=2022)).refused("plan.state")
    given(bloc, approved).when(DraftPlan(bloc="b1", year=2022)).refused("plan.approved")
    given(bloc).when(DraftPlan(bloc="b1", year=2022, items=items("i1", "i1"))).refused("plan.items")


def test_a_lead_is_given_to_an_activity_of_the_plan() -> None:
    fields: dict[str, Any] = {"bloc": "b1", "year": 2022, "lead": "btp", "authority": "central"}
    given(bloc, drafted).when(AssignLead(**fields, item="i1")).then(
        e.ActivityAssigned(bloc="b1", year=2022, item="i1", lead="btp")
    )
    given(bloc, drafted).when(AssignLead(**fields, item="i2")).refused("plan.item")


def test_a_plan_known_by_reference_needs_its_source() -> None:
    given().when(RecordPlan(bloc="b1", year=2022)).refused("plan.record")
    given().when(RecordPlan(bloc="b1", year=2022, record=RECORD)).then(
        e.PlanRecorded(bloc="b1", year=2022, record=RECORD)
    )


def test_a_review_is_noted_once_under_its_id() -> None:
    noted = e.ReviewNoted(review="r", bloc="b1", year=2020, effective=DAY)
    given(bloc).when(NoteReview(review="r", bloc="b1", year=2020, effective=DAY)).then(noted)
    given(bloc, noted).when(NoteReview(review="r", bloc="b1", year=2020, effective=DAY)).refused("review.known")
    given().when(NoteReview(review="r", bloc="b1", year=2020, effective=DAY)).refused("bloc.unknown")
    given(bloc).when(NoteReview(review="r", bloc="b1", year=2020)).refused("act.day")


ACTS_OF_A_BLOC: list[Command] = [
    HoldConference(conference="c", bloc="b1", kind="OTHER", effective=DAY),
    LaunchMovement(movement="m", bloc="b1", effective=DAY, launcher=e.Party(agency="btp")),
    LinkMovement(movement="m", bloc="b1", year=2024, manner="JOINED", effective=DAY),
    SignCovenant(bloc="b1", year=2024, signature=e.Signature(member="btp"), effective=DAY),
    DraftPlan(bloc="b1", year=2024, effective=DAY),
    NoteReview(review="r", bloc="b1", year=2024, effective=DAY),
]


@pytest.mark.parametrize("command", ACTS_OF_A_BLOC, ids=lambda c: type(c).__name__)
def test_no_act_of_an_unknown_or_dissolved_bloc_is_performed(command: Command) -> None:
    given().when(command).refused("bloc.unknown")
    given({"bloc:b1": [established, dissolved(DAY)]}).when(command).refused("bloc.dissolved")


@pytest.mark.parametrize("command", ACTS_OF_A_BLOC, ids=lambda c: type(c).__name__)
def test_no_act_of_a_bloc_is_performed_before_it_was_established(command: Command) -> None:
    later = established.model_copy(update={"effective": date(2024, 4, 11)})
    given({"bloc:b1": [later]}).when(command).refused("bloc.before-establishment")


def test_a_plan_that_a_record_drafted_is_not_gone_on_with_for_an_unknown_bloc() -> None:
    draft = e.PlanDrafted(bloc="b1", year=2022, items=items("i1"), record=RECORD)
    for command in (
        CommentPlan(bloc="b1", year=2022),
        ApprovePlan(bloc="b1", year=2022, effective=DAY),
        AssignLead(bloc="b1", year=2022, item="i1", lead="btp"),
    ):
        given(draft).when(command).refused("bloc.unknown")


RECORDED_ALONE: list[Command] = [
    CommentPlan(bloc="b1", year=2022, record=RECORD),
    ApprovePlan(bloc="b1", year=2022, record=RECORD),
    AssignLead(bloc="b1", year=2022, item="i9", lead="btp", record=RECORD),
    LinkMovement(movement="m", bloc="b1", year=2022, manner="JOINED", record=RECORD),
    SignCovenant(bloc="b1", year=2022, signature=e.Signature(), record=RECORD),
    HandOverLeadership(bloc="b1", year=2022, record=RECORD),
    NoteReview(review="r", bloc="b1", year=2022, record=RECORD),
    RecordAttendance(conference="c", record=RECORD),
    admit(record=RECORD),
]


@pytest.mark.parametrize("command", RECORDED_ALONE, ids=lambda c: type(c).__name__)
def test_what_is_recorded_needs_no_antecedent(command: Command) -> None:
    handler = HANDLERS[type(command)]
    states = [stream.fold.initial for stream in handler.reads(command)]
    assert handler.decide(command, *states)


def test_every_command_keeps_all_that_it_tells() -> None:
    """A field that a command has and its event has not would be lost."""
    kept = {name: set(event.model_fields) for name, event in e.VOCABULARY.types.items()}
    for command in HANDLERS:
        told = {name for name, field in command.model_fields.items() if not field.exclude}
        told -= {"stream", "leaves", "joins"}  # in which the event stands, and of a move the bloc of each of its events
        assert any(told <= fields for fields in kept.values()), command.__name__


def test_a_missing_agency_is_refused_by_the_name_of_its_field() -> None:
    deputies = Listed[e.Deputy](items=(e.Deputy(person="p-1"),))
    command = ElectLeadership(bloc="b1", year=2024, head=e.Holder(agency="btp"), deputies=deputies, effective=DAY)
    with pytest.raises(Refused, match=r"deputies\.items\[0\]\.agency"):
        elect_(command, Leadership(), Established("central", None))
