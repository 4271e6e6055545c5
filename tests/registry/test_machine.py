"""Registry's whole aggregate under any history of acts, records, corrections and retractions: what must hold of it all.

Decisions run as the service runs them, on a log in memory. What stands, and who is in a bloc when, is reckoned here a
second time, by plain rules of its own.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.kernel.decider import Command
from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.provenance import Fact, Record
from services.kernel.standing import Correction, FactRetracted, Retract, standing
from services.registry import events as e
from services.registry.domain import HANDLERS
from services.registry.domain.bloc import BLOC, DissolveBloc, EstablishBloc, authority_of, founded
from services.registry.domain.heading import headed_in, headed_on
from services.registry.domain.leadership import (
    ChangeRepresentative,
    CorrectHandover,
    CorrectLeadership,
    ElectLeadership,
    HandOverLeadership,
    RecordLeadership,
    led,
)
from services.registry.domain.membership import AdmitMember, EndMembership, MoveMember
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.stays import MEMBERSHIP
from tests.book import Book
from tests.registry.support import RECORD

FIRST, LAST = date(2020, 1, 1), date(2023, 12, 31)
TURNING = [*(date(year, month, 1) for year in range(2020, 2024) for month in (1, 4, 9)), LAST]
LOOKS = sorted({day + timedelta(days=beside) for day in TURNING for beside in (-1, 0, 1)})
DAYS = st.sampled_from(TURNING)
SOME_DAY = st.one_of(st.none(), DAYS)
YEARS = st.integers(2020, 2023)
UNITS = st.sampled_from(["an", "ba"])
PERSONS = st.sampled_from(["p-1", "p-2"])
BLOCS = st.sampled_from(["khoi-1", "khoi-2"])
RECORDS = st.sampled_from([None, None, RECORD])
"""Acts twice as often as records."""
MEMBERSHIPS = (e.MembershipStarted, e.MembershipEnded)
TURNS = st.integers(0, 99)
"""Which event of a stream is amended: counted round and round."""


class Stay(NamedTuple):
    """A unit's days in a bloc, as this test reckons them."""

    bloc: str
    since: date | None
    ended: bool
    until: date | None

    def within(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and self.later_than(day)

    def later_than(self, day: date) -> bool:
        """An end of an unknown day leaves the first day alone."""
        return not self.ended or (day < self.until if self.until else self.since is not None and day <= self.since)


def stored(event: Event) -> Event:
    """The event as it comes back from the log."""
    return type(event).model_validate_json(event.model_dump_json(exclude_none=True))


def shown(events: Sequence[Event]) -> list[Event]:
    """What stands, by plain recursion: each fact in the place where it was told first, as it was told last."""
    told = dict(enumerate(events, 1))
    places: dict[int, Event] = {}
    for version, event in told.items():
        if not isinstance(event, FactRetracted) and _stands(version, told):
            places[_root(version, told)] = event
    return [places[place] for place in sorted(places)]


def _stands(version: int, told: dict[int, Event]) -> bool:
    retractions = (v for v, event in told.items() if isinstance(event, FactRetracted) and event.retracts == version)
    if any(_stands(v, told) for v in retractions):
        return False
    target = told[version].amends
    return isinstance(told[version], FactRetracted) or target is None or _stands(target, told)


def _root(version: int, told: dict[int, Event]) -> int:
    target = told[version].amends
    return version if target is None else _root(target, told)


def stays(events: Sequence[Event]) -> list[Stay]:
    """A start lasts to the first later end, and to each more before it starts again; an end of no day ends what was
    told before it and has no other. Who tells less tells nothing else; what only ended began on a day nobody knows.
    """
    told = [(event.bloc, at, event) for at, event in enumerate(shown(events)) if isinstance(event, MEMBERSHIPS)]
    return [stay for bloc in sorted({bloc for bloc, _, _ in told}) for stay in _in_bloc(bloc, told)]


def _in_bloc(bloc: str, told: Sequence[tuple[str, int, Any]]) -> list[Stay]:
    starts = [(at, one.effective) for of, at, one in told if of == bloc and isinstance(one, e.MembershipStarted)]
    ends = [(at, one.effective) for of, at, one in told if of == bloc and isinstance(one, e.MembershipEnded)]
    found = {Stay(bloc, since, *end) for at, since in starts for end in _ends_of(at, since, starts, ends)}
    ended = {one.since for one in found if one.since and one.ended and one.until is None}
    found -= {one for one in found if not one.ended and one.since in ended}
    found -= {one for one in found if one.since is None and any(o.since and o[2:] == one[2:] for o in found)}
    first = min((since or date.min for _, since in starts), default=date.max)
    alone = {Stay(bloc, None, ended=True, until=day) for _, day in ends if day and day <= first > date.min}
    return sorted(found | alone, key=str)


def _ends_of(
    at: int, since: date | None, starts: Sequence[tuple[int, date | None]], ends: Sequence[tuple[int, date | None]]
) -> list[tuple[bool, date | None]]:
    """Whether, and when, what starts so has ended."""
    later = sorted(day for _, day in ends if day and (since is None or day > since))
    if not later:
        return [(any(told > at for told, day in ends if day is None), None)]
    again = [day for _, day in starts if day and day >= later[0]]
    return [(True, day) for day in later if all(day <= other for other in again)]


TERMS = (e.LeadershipElected, e.LeadershipRecorded, e.LeadershipCorrected)


def heads_told(events: Sequence[Event], year: int) -> set[str]:
    """The agencies that anybody tells to head in the term of a year."""
    told = [event for event in shown(events) if getattr(event, "year", None) == year]
    heads = [event.head for event in told if isinstance(event, TERMS)]
    heads += [event.incoming for event in told if isinstance(event, e.LeadershipHandedOver)]
    return {head.agency for head in heads if head and head.agency}


def beginning(events: Sequence[Event], day: date) -> set[str]:
    """The agencies whose term somebody records to begin on a day."""
    told = [event for event in shown(events) if isinstance(event, (e.LeadershipRecorded, e.LeadershipCorrected))]
    return {event.head.agency for event in told if event.start == day and event.head and event.head.agency}


def performed(events: Sequence[Event]) -> bool:
    """Whether all was done here and nothing was amended."""
    return all(getattr(event, "record", None) is None and event.amends is None for event in events)


def value(fact: Fact | None) -> str | None:
    return fact.value if fact else None


class Registry(RuleBasedStateMachine):
    """One authority, two blocs and two units, few years and few days, so that acts meet each other."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book(HANDLERS)
        for organisation in ("bo", "an", "ba"):
            self.tell(RegisterOrganisation(organisation=organisation, name=f"Cơ quan {organisation}"))
        for bloc, unit in (("khoi-1", "an"), ("khoi-2", "ba")):
            self.establish(bloc, FIRST, None)
            self.admit(unit, bloc, FIRST)

    def tell(self, command: Command) -> None:
        """Tell it, and keep its events as they come back from the log. Raises Refused."""
        made = self.book.decide(command)
        self.book.append({name: [stored(event) for event in events] for name, events in made.items()})

    def refused_for(self, command: Command) -> str | None:
        """The rule by which a command is refused, and then nothing has changed; null where it was accepted."""
        before = {name: len(events) for name, events in self.book.streams.items()}
        try:
            self.tell(command)
        except Refused as refused:
            after = {name: len(events) for name, events in self.book.streams.items()}
            return refused.rule if after == before else "half done"
        return None

    def authority(self, bloc: str) -> str | None:
        return authority_of(self.book.load(BLOC.of(bloc)).state)

    def stays_of(self, unit: str) -> list[Stay]:
        return stays(self.book.streams.get(MEMBERSHIP.of("bo", unit).name, []))

    @rule(bloc=BLOCS, on=DAYS, record=RECORDS)
    def establish(self, bloc: str, on: date, record: Record | None) -> None:
        self.refused_for(
            EstablishBloc(bloc=bloc, kind="KHOI", name="Khối", authority="bo", effective=on, record=record)
        )

    @rule(bloc=BLOCS, on=DAYS)
    def rule_when_it_was_established(self, bloc: str, on: date) -> None:
        """What is ruled binds, whatever was told before."""
        ruling = e.Ruling(by=e.Party(agency="bo"), reason="theo quyết định")
        told: dict[str, Any] = {"bloc": bloc, "kind": "KHOI", "name": "Khối", "authority": "bo", "effective": on}
        if self.refused_for(EstablishBloc(**told, record=RECORD, ruling=ruling)) is None:
            assert founded(self.book.load(BLOC.of(bloc)).state).since == on

    @rule(bloc=BLOCS, on=DAYS, record=RECORDS)
    def dissolve(self, bloc: str, on: date, record: Record | None) -> None:
        self.refused_for(DissolveBloc(bloc=bloc, effective=on, record=record))

    @rule(unit=UNITS, bloc=BLOCS, on=DAYS)
    def admit(self, unit: str, bloc: str, on: date) -> None:
        """A unit may join where no stay of it lasts, or may last, on that day or later; and only there."""
        lasting = [stay for stay in self.stays_of(unit) if stay.later_than(on)]
        why = self.refused_for(AdmitMember(authority="bo", unit=unit, bloc=bloc, effective=on))
        if why is None:
            assert not lasting
        if why == "membership.one-bloc":
            assert lasting

    @rule(unit=UNITS, bloc=BLOCS, on=DAYS)
    def end(self, unit: str, bloc: str, on: date) -> None:
        inside = [s for s in self.stays_of(unit) if s.bloc == bloc and not s.ended]
        why = self.refused_for(EndMembership(authority="bo", unit=unit, bloc=bloc, effective=on))
        begun = [stay for stay in inside if stay.since is None or stay.since < on]
        if why is None:
            assert begun
        if why == "membership.none":
            assert not begun

    @rule(unit=UNITS, leaves=BLOCS, joins=BLOCS, on=DAYS)
    def move(self, unit: str, leaves: str, joins: str, on: date) -> None:
        """Who moves was in the one bloc, and from that day on may be in no other than the one it joins."""
        inside = [s for s in self.stays_of(unit) if s.bloc == leaves and (s.since is None or s.since < on)]
        if self.refused_for(MoveMember(authority="bo", unit=unit, leaves=leaves, joins=joins, effective=on)) is None:
            assert any(not stay.ended for stay in inside)
            assert {stay.bloc for stay in self.stays_of(unit) if stay.later_than(on)} == {joins}

    @rule(unit=UNITS, bloc=BLOCS, on=SOME_DAY, starts=st.booleans(), amends=st.one_of(st.none(), TURNS))
    def record_stay(self, unit: str, bloc: str, on: date | None, starts: bool, amends: int | None) -> None:
        corrects = self.version(MEMBERSHIP.of("bo", unit).name, amends) if amends is not None else None
        correction = Correction(corrects=corrects, reason="sai ngày") if corrects else None
        kind = AdmitMember if starts else EndMembership
        self.refused_for(kind(authority="bo", unit=unit, bloc=bloc, effective=on, record=RECORD, correction=correction))

    @rule(bloc=BLOCS, year=YEARS, head=UNITS, on=DAYS)
    def elect(self, bloc: str, year: int, head: str, on: date) -> None:
        known = heads_told(self.book.streams.get(f"leadership:{bloc}", []), year)
        elected = {claim.head.agency for claim in self.leadership(bloc).claims if claim.year == year and claim.head}
        members = [stay for stay in self.stays_of(head) if stay.bloc == bloc and stay.within(on)]
        why = self.refused_for(
            ElectLeadership(
                bloc=bloc, year=year, head=e.Holder(agency=head), effective=on, authority=self.authority(bloc)
            )
        )
        if why is None:
            assert head not in elected
            assert self.heads_of(bloc, year, on) <= {head}
            assert members
        if why == "leadership.one-head":
            assert known
        if why == "membership.none":
            assert not members

    @rule(bloc=BLOCS, year=YEARS, outgoing=st.one_of(st.none(), UNITS), incoming=UNITS, on=DAYS)
    def hand_over(self, bloc: str, year: int, outgoing: str | None, incoming: str, on: date) -> None:
        """Who takes over here is the head on that day, whatever else is told."""
        why = self.refused_for(
            HandOverLeadership(
                bloc=bloc,
                year=year,
                outgoing=e.Holder(agency=outgoing) if outgoing else None,
                incoming=e.Holder(agency=incoming),
                effective=on,
                authority=self.authority(bloc),
            )
        )
        if why is None:
            assert self.heads(bloc, on) == [(incoming, "STATED")]

    @rule(bloc=BLOCS, year=YEARS, head=UNITS, start=SOME_DAY, end=SOME_DAY)
    def record_term(self, bloc: str, year: int, head: str, start: date | None, end: date | None) -> None:
        self.refused_for(
            RecordLeadership(bloc=bloc, year=year, head=e.Holder(agency=head), start=start, end=end, record=RECORD)
        )

    @rule(bloc=BLOCS, year=YEARS, head=UNITS, start=SOME_DAY, amends=TURNS)
    def correct_term(self, bloc: str, year: int, head: str, start: date | None, amends: int) -> None:
        self.refused_for(
            CorrectLeadership(
                bloc=bloc,
                year=year,
                head=e.Holder(agency=head),
                start=start,
                record=RECORD,
                corrects=self.version(f"leadership:{bloc}", amends),
                reason="nhầm",
            )
        )

    @rule(bloc=BLOCS, year=YEARS, on=SOME_DAY, amends=TURNS, void=st.booleans())
    def correct_handover(self, bloc: str, year: int, on: date | None, amends: int, void: bool) -> None:
        self.refused_for(
            CorrectHandover(
                bloc=bloc,
                year=year,
                effective=on,
                record=RECORD,
                corrects=self.version(f"leadership:{bloc}", amends),
                reason="nhầm",
                void=void,
            )
        )

    @rule(bloc=BLOCS, year=YEARS, agency=UNITS, person=PERSONS, on=DAYS, record=RECORDS)
    def change_representative(
        self, bloc: str, year: int, agency: str, person: str, on: date, record: Record | None
    ) -> None:
        """Who comes to represent the head is shown from that day on."""
        told: dict[str, Any] = {"bloc": bloc, "year": year, "agency": agency, "person": person, "effective": on}
        why = self.refused_for(ChangeRepresentative(**told, authority=self.authority(bloc), record=record))
        heads = headed_on(self.leadership(bloc), (), on).heads
        own = [head for head in heads if (value(head.year), value(head.agency)) == (str(year), agency)]
        if why is None and own:
            assert person in {value(head.person) for head in own}

    @rule(turn=TURNS, amends=TURNS)
    def retract(self, turn: int, amends: int) -> None:
        names = sorted(name for name in self.book.streams if not name.startswith("organisation:"))
        name = names[turn % len(names)]
        self.refused_for(Retract(stream=name, retracts=self.version(name, amends), reason="nhầm", record=RECORD))

    def version(self, stream: str, turn: int) -> int:
        """One of the stream's events, the last ones first."""
        count = len(self.book.streams.get(stream, []))
        return count - turn % count if count else 1

    def leadership(self, bloc: str) -> Any:
        events = self.book.streams.get(f"leadership:{bloc}", [])
        return led(standing(enumerate(events, 1)))

    def heads(self, bloc: str, day: date) -> list[tuple[str, str]]:
        found = headed_on(self.leadership(bloc), (), day).heads
        return [(head.agency.value, head.agency.mark.certainty) for head in found if head.agency]

    def heads_of(self, bloc: str, year: int, day: date) -> set[str | None]:
        """The heads of the term of a year who are shown on a day."""
        leadership = self.leadership(bloc)
        of_year = [{*one.told_by} for one in (*leadership.claims, *leadership.handovers) if one.year == year]
        heads = headed_on(leadership, (), day).heads
        return {value(head.agency) for head in heads if any(told <= {*head.told_by} for told in of_year)}

    @invariant()
    def what_stands_is_reckoned_alike(self) -> None:
        for events in self.book.streams.values():
            assert [one.event for one in standing(enumerate(events, 1))] == shown(events)

    @invariant()
    def a_replay_makes_what_the_service_remembers(self) -> None:
        for stream, known in (one for some in self.book.remembered.values() for one in some.items()):
            loaded = self.book.load(stream)
            assert (loaded.version, loaded.state) == (known.version, known.state)

    @invariant()
    def acts_put_no_unit_into_two_blocs(self) -> None:
        for name, events in self.book.streams.items():
            if name.startswith("membership:") and performed(events):
                found = stays(events)
                for day in LOOKS:
                    assert len({stay.bloc for stay in found if stay.within(day)}) <= 1

    @invariant()
    def acts_make_no_two_heads_of_a_bloc(self) -> None:
        for name, events in self.book.streams.items():
            if name.startswith("leadership:") and performed(events):
                for day in LOOKS:
                    assert len(self.heads(name.partition(":")[2], day)) <= 1

    @invariant()
    def every_head_of_a_year_is_shown_and_several_are_disputed_unless_they_came_in_turn(self) -> None:
        for name, events in self.book.streams.items():
            if name.startswith("leadership:"):
                for year in range(2020, 2024):
                    agencies = heads_told(events, year)
                    bloc = name.partition(":")[2]
                    heads = headed_in(self.leadership(bloc), year)
                    assert {head.agency.value for head in heads.heads if head.agency} == agencies
                    assert len(agencies) > 1 or not heads.disputed
                    assert heads.disputed or all(len(self.heads_of(bloc, year, day)) <= 1 for day in LOOKS)

    @invariant()
    def whoever_is_told_to_begin_on_a_day_is_shown_on_it(self) -> None:
        for name, events in self.book.streams.items():
            if name.startswith("leadership:"):
                for day in TURNING:
                    heads = headed_on(self.leadership(name.partition(":")[2]), (), day)
                    agencies = {head.agency.value for head in heads.heads if head.agency}
                    assert beginning(events, day) <= agencies
                    assert heads.disputed or len(agencies) <= 1


Registry.TestCase.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
TestRegistry = Registry.TestCase
