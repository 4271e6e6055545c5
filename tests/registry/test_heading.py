"""The rule of who headed a bloc on a day, with every example that the domain gives for it."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kernel.errors import Refused
from services.kernel.provenance import Certainty, Inference, Listed, Record, Source
from services.kernel.standing import standing
from services.registry import events as e
from services.registry.domain import HANDLERS
from services.registry.domain.bloc import BLOC
from services.registry.domain.head import Head, Heads
from services.registry.domain.heading import Summation, headed_in, headed_on
from services.registry.domain.leadership import LEADERSHIP, ElectLeadership, HandOverLeadership, Leadership, led
from services.registry.domain.organisation import Named


def told(**inferred: str) -> Record:
    """A record in which the named fields (`head__agency` for `head.agency`) are inferred."""
    fields = tuple(Inference(field=field.replace("__", "."), basis=basis) for field, basis in inferred.items())
    return Record(source=Source(id="article"), place="text", inferred=fields)


def folded(*events: e.LeadershipEvent) -> Leadership:
    return led(standing(enumerate(events, 1)))


def elected(year: int, agency: str, on: date | None, **fields: Any) -> e.LeadershipElected:
    fields = {"record": told(), "head": e.Holder(agency=agency)} | fields
    return e.LeadershipElected(bloc="b", year=year, effective=on, **fields)


def recorded(year: int | None, agency: str | None, **fields: Any) -> e.LeadershipRecorded:
    fields = {"record": told(), "head": e.Holder(agency=agency)} | fields
    return e.LeadershipRecorded(bloc="b", year=year, **fields)


def handed_over(year: int, agency: str | None, on: date | None, **fields: Any) -> e.LeadershipHandedOver:
    fields = {"record": told(), "incoming": e.Holder(agency=agency) if agency else None} | fields
    return e.LeadershipHandedOver(bloc="b", year=year, effective=on, **fields)


def agency(leadership: Leadership, day: date, *summations: Summation) -> tuple[str, Certainty] | None:
    """The one agency that headed, with its certainty."""
    return _only(headed_on(leadership, summations, day).heads)


def _only(heads: tuple[Head, ...]) -> tuple[str, Certainty] | None:
    if not heads:
        return None
    (head,) = heads
    assert head.agency
    return head.agency.value, head.agency.mark.certainty


# The bloc of scenarios 0 and 2, and the cluster of scenario 1.

OF_2020 = recorded(
    2020,
    "bca",
    head=e.Holder(agency="bca", person="p-thanh", title="Khối trưởng"),
    seen_on=date(2021, 1, 22),
    record=told(head__agency="his post", year="reviews 2020", seen_on="the year of the day is not printed"),
)
OF_2023 = recorded(2023, "ktnn", record=told(head="opens and answers for the bloc", year="reviews 2023"))
FOR_2024 = elected(2024, "tandtc", date(2024, 4, 10), deputies=Listed[e.Deputy](items=(e.Deputy(agency="vksndtc"),)))
HANDOVER_2024 = handed_over(2024, "tandtc", date(2024, 4, 10))
JUSTICE = folded(OF_2020, OF_2023, FOR_2024, HANDOVER_2024)
SUMMED_UP = (Summation(year=2020, on=date(2021, 1, 22)), Summation(year=2023, on=date(2024, 4, 10)))

CITIES = folded(elected(2021, "tp-ho-chi-minh", date(2021, 4, 9), mode="ACCLAIMED"))
CITIES_SUMMED_UP = (Summation(year=2020, on=date(2021, 4, 9)),)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2019, 12, 31), None),
        (date(2020, 1, 1), ("bca", "INFERRED")),
        (date(2020, 12, 31), ("bca", "INFERRED")),
        (date(2021, 1, 1), ("bca", "INFERRED")),
        (date(2021, 1, 22), ("bca", "INFERRED")),
        (date(2021, 1, 23), None),
        (date(2021, 6, 1), None),
        (date(2022, 7, 1), None),
        (date(2023, 1, 1), ("ktnn", "INFERRED")),
        (date(2024, 3, 1), ("ktnn", "INFERRED")),
        (date(2024, 4, 9), ("ktnn", "INFERRED")),
        (date(2024, 4, 10), ("tandtc", "STATED")),
        (date(2024, 4, 11), ("tandtc", "INFERRED")),
        (date(2025, 12, 31), ("tandtc", "INFERRED")),
        (date(2026, 1, 1), None),
    ],
)
def test_the_justice_bloc_is_headed_as_the_articles_tell(day: date, expected: tuple[str, Certainty] | None) -> None:
    assert agency(JUSTICE, day, *SUMMED_UP) == expected


def test_the_person_seen_in_office_is_inferred_where_the_year_of_that_day_is() -> None:
    (head,) = headed_on(JUSTICE, SUMMED_UP, date(2021, 1, 22)).heads
    assert head.person
    assert (head.person.value, head.person.mark.certainty) == ("p-thanh", "INFERRED")
    assert head.person.mark.basis == "the year of the day is not printed"
    assert head.title
    assert head.title.value == "Khối trưởng"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2020, 6, 1), None),
        (date(2021, 3, 1), None),
        (date(2021, 4, 8), None),
        (date(2021, 4, 9), ("tp-ho-chi-minh", "INFERRED")),
        (date(2021, 6, 1), ("tp-ho-chi-minh", "INFERRED")),
    ],
)
def test_the_cluster_is_headed_from_the_election_on(day: date, expected: tuple[str, Certainty] | None) -> None:
    assert agency(CITIES, day, *CITIES_SUMMED_UP) == expected


@pytest.mark.parametrize(
    ("leadership", "year", "expected"),
    [
        (JUSTICE, 2020, ("bca", "INFERRED")),
        (JUSTICE, 2021, None),
        (JUSTICE, 2022, None),
        (JUSTICE, 2023, ("ktnn", "INFERRED")),
        (JUSTICE, 2024, ("tandtc", "STATED")),
        (JUSTICE, 2025, None),
        (CITIES, 2020, None),
        (CITIES, 2021, ("tp-ho-chi-minh", "STATED")),
    ],
)
def test_a_year_has_the_head_of_its_label_and_no_other(
    leadership: Leadership, year: int, expected: tuple[str, Certainty] | None
) -> None:
    assert _only(headed_in(leadership, year).heads) == expected


# Its parts, one by one.


def test_between_a_recorded_start_and_end_the_head_is_stated() -> None:
    term = folded(recorded(2022, "a", start=date(2022, 3, 1), end=date(2023, 2, 28)))
    assert agency(term, date(2022, 2, 28)) is None
    assert agency(term, date(2022, 3, 1)) == ("a", "STATED")
    assert agency(term, date(2023, 2, 28)) == ("a", "STATED")
    assert agency(term, date(2023, 3, 1)) is None


def test_an_inferred_end_makes_the_days_before_it_inferred() -> None:
    term = folded(
        recorded(2022, "a", start=date(2022, 3, 1), end=date(2023, 2, 28), record=told(end="from the report"))
    )
    assert agency(term, date(2022, 3, 1)) == ("a", "STATED")
    assert agency(term, date(2022, 3, 2)) == ("a", "INFERRED")


def test_a_handover_ends_the_term_before_and_states_it_between() -> None:
    terms = folded(
        recorded(2022, "a", start=date(2022, 3, 1)),
        elected(2023, "b", date(2023, 3, 1)),
        handed_over(2023, "b", date(2023, 3, 8)),
    )
    assert agency(terms, date(2023, 3, 7)) == ("a", "STATED")
    assert agency(terms, date(2023, 3, 8)) == ("b", "STATED")


def test_a_handover_to_a_head_of_an_inferred_year_is_no_surer_than_that_year() -> None:
    unsure = elected(2023, "b", date(2023, 3, 1), record=told(year="from the report"))
    assert agency(folded(unsure, handed_over(2023, None, date(2023, 3, 8))), date(2023, 3, 8)) == ("b", "INFERRED")


def test_a_term_known_only_by_its_handover_begins_there() -> None:
    terms = folded(recorded(2022, "a"), handed_over(2023, "b", date(2023, 3, 8), outgoing=e.Holder(agency="a")))
    assert agency(terms, date(2023, 3, 7)) == ("a", "INFERRED")
    assert agency(terms, date(2023, 3, 8)) == ("b", "STATED")
    assert agency(terms, date(2023, 12, 31)) == ("b", "INFERRED")


def test_a_head_of_no_year_is_known_only_on_stated_days() -> None:
    term = folded(recorded(None, "a", seen_on=date(2022, 5, 5)))
    assert agency(term, date(2022, 5, 5)) == ("a", "STATED")
    assert agency(term, date(2022, 5, 6)) is None


def test_a_holdover_ends_with_the_election_even_where_no_handover_is_recorded() -> None:
    terms = folded(recorded(2022, "a"), elected(2023, "b", date(2023, 3, 1)))
    assert agency(terms, date(2023, 2, 28)) == ("a", "INFERRED")
    assert agency(terms, date(2023, 3, 1)) == ("b", "INFERRED")


def test_a_holdover_ends_when_the_summation_is_over_and_lasts_no_longer_than_a_year() -> None:
    term = folded(recorded(2022, "a"))
    assert agency(term, date(2023, 12, 31)) == ("a", "INFERRED")
    assert agency(term, date(2024, 1, 1)) is None
    over = Summation(year=2022, on=date(2023, 4, 1))
    assert agency(term, date(2023, 4, 1), over) == ("a", "INFERRED")
    assert agency(term, date(2023, 4, 2), over) is None
    assert agency(term, date(2023, 4, 2), Summation(year=2021, on=date(2022, 4, 1))) == ("a", "INFERRED")


def test_a_holdover_ends_with_its_own_recorded_end() -> None:
    term = folded(recorded(2022, "a", end=date(2023, 2, 1)))
    assert agency(term, date(2023, 2, 1)) == ("a", "INFERRED")
    assert agency(term, date(2023, 2, 2)) is None


def test_an_end_that_is_told_to_be_before_the_handover_is_not_the_end_of_what_the_handover_began() -> None:
    ended = recorded(2024, "a", end=date(2024, 4, 1))
    begun = handed_over(2024, "a", date(2024, 4, 10))
    given_up = handed_over(2025, "b", date(2024, 12, 1))
    for begins in (begun, recorded(2024, "a", start=date(2024, 4, 10))):
        days = (date(2024, 4, 9), date(2024, 4, 10), date(2024, 4, 11))
        shown = [None, ("a", "STATED"), ("a", "INFERRED")]
        assert [agency(folded(ended, begins), day) for day in days] == shown
    assert agency(folded(ended, begun, given_up), date(2024, 12, 2)) == ("b", "INFERRED")


OUT = e.Holder(agency="a")


def test_a_handover_in_the_midst_of_a_year_ends_the_term_of_the_head_of_that_year_alone() -> None:
    before = handed_over(2025, "a", date(2025, 2, 10))
    first = (recorded(2024, "z", start=date(2024, 3, 1)), elected(2025, "a", date(2025, 2, 10)))
    for midst in (handed_over(2025, "b", date(2025, 7, 5), outgoing=OUT), handed_over(2025, "b", date(2025, 7, 5))):
        terms = folded(*first, before, midst)
        assert agency(terms, date(2025, 2, 9)) == ("z", "STATED")
        assert pairs(headed_on(terms, (), date(2025, 7, 5))) >= {("b", None, "STATED")}
    terms = folded(
        recorded(2024, "a", start=date(2024, 3, 1)),
        *first[1:],
        before,
        midst := handed_over(2025, "b", date(2025, 7, 5), outgoing=OUT),
    )
    assert agency(terms, date(2025, 7, 4)) == ("a", "STATED")
    assert agency(terms, date(2025, 7, 5)) == ("b", "STATED")
    assert agency(terms, date(2025, 12, 31)) == ("b", "INFERRED")
    assert agency(folded(*first, midst), date(2025, 7, 4)) == ("a", "INFERRED")
    assert agency(folded(*first, midst), date(2025, 7, 5)) == ("b", "STATED")


@pytest.mark.parametrize("first", [{}, {"start": date(2025, 2, 10)}, {"elected_on": date(2025, 2, 10)}])
def test_heads_of_a_year_of_whom_one_left_before_the_other_came_are_no_dispute(first: dict[str, Any]) -> None:
    terms = folded(
        recorded(2024, "z", start=date(2024, 3, 1)),
        elected(2025, "b", date(2025, 7, 5)),
        recorded(2025, "a", end=date(2025, 6, 30), **first),
    )
    heads = headed_in(terms, 2025)
    assert [head.agency.value for head in heads.heads if head.agency] == ["a", "b"]
    assert not heads.disputed
    assert [agency(terms, day) for day in (date(2025, 6, 30), date(2025, 7, 2), date(2025, 7, 5))] == [
        ("a", "STATED" if "start" in first else "INFERRED"),
        None,
        ("b", "INFERRED"),
    ]
    overlapping = folded(recorded(2025, "a", end=date(2025, 7, 5)), elected(2025, "b", date(2025, 7, 5)))
    assert headed_in(overlapping, 2025).disputed
    seen = recorded(2025, "b", start=date(2025, 7, 5), seen_on=date(2025, 6, 1))
    assert headed_in(folded(recorded(2025, "a", end=date(2025, 6, 30)), seen), 2025).disputed


def test_an_election_on_an_unknown_day_leaves_its_year_unknown() -> None:
    terms = folded(recorded(2022, "a"), elected(2023, "b", None))
    assert agency(terms, date(2022, 12, 31)) == ("a", "INFERRED")
    assert agency(terms, date(2023, 2, 1)) is None


def test_an_election_in_december_does_not_end_the_year_of_the_head_in_office() -> None:
    terms = folded(recorded(2022, "a"), elected(2023, "b", date(2022, 12, 20)))
    assert agency(terms, date(2022, 12, 25)) == ("a", "INFERRED")
    assert agency(terms, date(2023, 1, 1)) == ("b", "INFERRED")


def test_a_handover_in_december_ends_the_year_of_the_head_in_office() -> None:
    terms = folded(recorded(2022, "a"), handed_over(2023, "b", date(2022, 12, 20)))
    assert agency(terms, date(2022, 12, 19)) == ("a", "INFERRED")
    assert agency(terms, date(2022, 12, 20)) == ("b", "STATED")
    assert agency(terms, date(2022, 12, 21)) == ("b", "INFERRED")


def test_contradicting_records_are_both_kept_and_shown_as_disputed() -> None:
    heads = headed_on(folded(recorded(2022, "a"), recorded(2022, "b")), (), date(2022, 6, 1))
    assert heads.disputed
    assert [h.agency.value for h in heads.heads if h.agency] == ["a", "b"]


def test_records_that_agree_are_one_head_as_sure_as_the_surest() -> None:
    unsure = recorded(2022, "a", head=e.Holder(agency="a", person="p"), record=told(head__agency="guess"))
    (head,) = headed_in(folded(unsure, recorded(2022, "a")), 2022).heads
    assert head.agency
    assert head.person
    assert head.agency.mark.certainty == "STATED"
    assert head.person.value == "p"
    assert head.told_by == (1, 2)


def test_a_second_record_of_a_term_makes_its_head_no_earlier_head() -> None:
    again = recorded(2024, "tandtc")
    for leadership in (folded(OF_2023, FOR_2024, again), folded(OF_2023, again, FOR_2024)):
        assert agency(leadership, date(2024, 3, 1)) == ("ktnn", "INFERRED")
        assert agency(leadership, date(2024, 4, 10)) == ("tandtc", "INFERRED")
        assert agency(leadership, date(2024, 12, 31)) == ("tandtc", "INFERRED")
    assert agency(folded(recorded(2024, "a"), elected(2024, "a", None)), date(2024, 6, 1)) is None
    assert agency(folded(recorded(2024, "a"), recorded(2024, "a", start=date(2024, 4, 10))), date(2024, 3, 1)) is None


def test_a_second_record_of_a_term_makes_it_last_no_longer_than_its_recorded_end() -> None:
    terms = folded(recorded(2022, "a"), recorded(2022, "a", end=date(2023, 2, 1)))
    assert agency(terms, date(2023, 2, 1)) == ("a", "INFERRED")
    assert agency(terms, date(2023, 2, 2)) is None


def test_a_record_that_contradicts_an_election_tells_of_no_day_before_it() -> None:
    terms = folded(OF_2023, FOR_2024, recorded(2024, "b"))
    assert agency(terms, date(2024, 3, 1)) == ("ktnn", "INFERRED")
    assert headed_on(terms, (), date(2024, 6, 1)).disputed


def test_a_correction_replaces_the_term_and_keeps_naming_what_told_it() -> None:
    corrected = e.LeadershipCorrected(
        bloc="b", corrects=2, year=2023, head=e.Holder(agency="btp"), reason="misread", record=told()
    )
    (head,) = headed_in(folded(OF_2020, OF_2023, FOR_2024, corrected), 2023).heads
    assert head.agency
    assert (head.agency.value, head.agency.mark.certainty) == ("btp", "STATED")
    assert head.told_by == (2, 4)


DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2024, 12, 31))
YEARS = st.integers(min_value=2020, max_value=2024)
AGENCIES = st.sampled_from(["a", "b", "c"])
EVENTS = st.one_of(
    st.builds(elected, YEARS, AGENCIES, st.none() | DAYS),
    st.builds(
        recorded, st.none() | YEARS, AGENCIES, start=st.none() | DAYS, end=st.none() | DAYS, seen_on=st.none() | DAYS
    ),
    st.builds(handed_over, YEARS, st.none() | AGENCIES, DAYS),
)


@settings(deadline=None)
@given(st.lists(EVENTS, max_size=6), DAYS)
def test_stated_means_that_a_source_shows_it(events: list[e.LeadershipEvent], day: date) -> None:
    """Without a start, a handover or a day seen in office nothing is ever stated of a day."""
    shown = [
        x
        for x in events
        if isinstance(x, e.LeadershipHandedOver) or (isinstance(x, e.LeadershipRecorded) and (x.start or x.seen_on))
    ]
    heads = headed_on(folded(*events), (), day).heads
    if not shown:
        assert all(h.agency is None or h.agency.mark.certainty == "INFERRED" for h in heads)
    assert len({h.agency.value for h in heads if h.agency}) == len([h for h in heads if h.agency])


# What ends a holdover, whomever it names


HEADLESS = Listed[e.Deputy](items=(e.Deputy(agency="d"),))


@pytest.mark.parametrize(
    "succession",
    [
        elected(2024, "b", date(2024, 1, 10), head=None, deputies=HEADLESS),
        recorded(2024, None, head=None, elected_on=date(2024, 1, 10)),
        recorded(2024, None, head=None, start=date(2024, 1, 10)),
        handed_over(2024, None, date(2024, 1, 10), outgoing=e.Holder(agency="c")),
    ],
)
def test_a_holdover_ends_with_an_election_or_handover_that_names_no_head(succession: e.LeadershipEvent) -> None:
    terms = folded(recorded(2023, "a"), succession)
    assert agency(terms, date(2024, 1, 9)) == ("a", "INFERRED")
    assert agency(terms, date(2024, 1, 10)) is None
    assert agency(terms, date(2024, 2, 1)) is None


@pytest.mark.parametrize("succession", [elected(2024, "b", None, head=None), handed_over(2024, None, None)])
def test_a_holdover_is_unknown_beside_an_election_or_handover_on_an_unknown_day(succession: e.LeadershipEvent) -> None:
    assert agency(folded(recorded(2023, "a"), succession), date(2024, 1, 9)) is None


def test_a_head_of_the_year_is_known_from_an_election_that_names_no_head() -> None:
    terms = folded(recorded(2023, "a"), recorded(2024, "b"), elected(2024, "b", date(2024, 1, 10), head=None))
    assert agency(terms, date(2024, 1, 9)) == ("a", "INFERRED")
    assert agency(terms, date(2024, 1, 10)) == ("b", "INFERRED")


def test_a_handover_on_the_first_of_all_days_is_answered() -> None:
    terms = folded(recorded(2023, "a"), handed_over(2024, "b", date.min, outgoing=e.Holder(agency="a")))
    assert agency(terms, date.min) == ("b", "STATED")
    assert agency(terms, date(2023, 5, 1)) == ("b", "INFERRED")
    assert _only(headed_in(terms, 2024).heads) == ("b", "STATED")


# What sources tell in part, or against each other


def pairs(heads: Heads) -> set[tuple[str | None, str | None, str]]:
    """Agency, person and how sure they are together, of each head."""
    found = set()
    for head in heads.heads:
        told_ = [known for known in (head.agency, head.person) if known]
        sure = "STATED" if all(known.mark.certainty == "STATED" for known in told_) else "INFERRED"
        found.add((head.agency.value if head.agency else None, head.person.value if head.person else None, sure))
    return found


def claimed(agency_: str | None, person: str | None) -> e.LeadershipRecorded:
    return recorded(2024, None, head=e.Holder(agency=agency_, person=person))


@pytest.mark.parametrize("order", list(permutations([("a", None), (None, "p"), ("b", "p")])))
def test_a_person_who_fits_two_heads_is_given_to_neither(order: tuple[tuple[str | None, str | None], ...]) -> None:
    leadership = folded(*(claimed(*one) for one in order))
    every = [("a", None), (None, "p"), ("b", "p")]
    assert pairs(headed_in(leadership, 2024)) == {(*one, "STATED") for one in every}
    assert pairs(headed_on(leadership, (), date(2024, 6, 1))) == {(*one, "INFERRED") for one in every}


@pytest.mark.parametrize("order", list(permutations([("a", None), ("a", "p"), ("a", "q")])))
def test_two_persons_of_one_agency_are_both_shown(order: tuple[tuple[str | None, str | None], ...]) -> None:
    heads = headed_in(folded(*(claimed(*one) for one in order)), 2024)
    assert pairs(heads) == {("a", None, "STATED"), ("a", "p", "STATED"), ("a", "q", "STATED")}


def test_a_handover_to_a_person_who_fits_two_heads_begins_neither_term() -> None:
    taken = handed_over(2024, None, date(2024, 4, 10), incoming=e.Holder(person="p"))
    heads = headed_on(folded(claimed("a", None), claimed("b", "p"), taken), (), date(2024, 4, 10))
    assert pairs(heads) == {(None, "p", "STATED"), ("a", None, "INFERRED"), ("b", "p", "INFERRED")}


PERSONS = st.none() | st.sampled_from(["p", "q"])
HOLDERS = st.builds(lambda agency_, person: e.Holder(agency=agency_, person=person), st.none() | AGENCIES, PERSONS)
MONTHS = st.sampled_from([date(2023, 12, 20), date(2024, 4, 12), date(2024, 4, 20), date(2025, 3, 1)])
SHORT = st.sampled_from([2023, 2024])
TOLD = st.one_of(
    st.builds(lambda year, head, on: elected(year, "a", on, head=head), SHORT, st.none() | HOLDERS, st.none() | MONTHS),
    st.builds(
        lambda year, head, start, end, seen: recorded(year, None, head=head, start=start, end=end, seen_on=seen),
        st.none() | SHORT,
        st.none() | HOLDERS,
        st.none() | MONTHS,
        st.none() | MONTHS,
        st.none() | MONTHS,
    ),
    st.builds(
        lambda year, out, in_, on: handed_over(year, None, on, outgoing=out, incoming=in_),
        SHORT,
        st.none() | HOLDERS,
        st.none() | HOLDERS,
        MONTHS,
    ),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(TOLD, max_size=5), st.randoms(use_true_random=False), MONTHS, st.integers(-1, 1))
def test_no_order_of_telling_changes_who_headed(
    events: list[e.LeadershipEvent], random: Random, day: date, beside: int
) -> None:
    again = list(events)
    random.shuffle(again)
    one, other = folded(*events), folded(*again)
    day += timedelta(days=beside)
    assert pairs(headed_on(one, (), day)) == pairs(headed_on(other, (), day))
    assert pairs(headed_in(one, 2024)) == pairs(headed_in(other, 2024))


@settings(deadline=None, max_examples=300)
@given(st.lists(TOLD, max_size=5), MONTHS)
def test_no_agency_is_paired_with_a_person_against_what_a_source_says(
    events: list[e.LeadershipEvent], day: date
) -> None:
    """A pair is stated by one source, or else by two whom no other contradicts."""
    holders = [h for x in events for h in (getattr(x, "head", None), getattr(x, "incoming", None)) if h]
    for agency_, person, _ in pairs(headed_on(folded(*events), (), day)):
        if agency_ and person and e.Holder(agency=agency_, person=person) not in holders:
            of_them = [h for h in holders if h in (e.Holder(agency=agency_), e.Holder(person=person))]
            assert len(of_them) >= 2


def test_a_head_stated_for_the_year_stands_against_one_with_days() -> None:
    days = {"start": date(2024, 1, 1), "end": date(2024, 12, 31)}
    unsure = recorded(2024, "a", record=told(head__agency="guess"), **days)
    for order in permutations([unsure, recorded(2024, "b")]):
        heads = headed_on(folded(*order), (), date(2024, 5, 4))
        assert heads.disputed
        assert pairs(heads) == {("a", None, "INFERRED"), ("b", None, "INFERRED")}


def test_one_seen_in_office_stands_against_another_between_whose_days_it_lies() -> None:
    terms = folded(
        recorded(2024, "a", seen_on=date(2024, 5, 5)),
        recorded(2024, "b", start=date(2024, 1, 1), end=date(2024, 12, 31)),
    )
    assert headed_on(terms, (), date(2024, 5, 5)).disputed


@pytest.mark.parametrize("order", list(permutations([date(2024, 4, 12), date(2024, 4, 20)])))
@pytest.mark.parametrize("start", [None, date(2023, 3, 1)])
def test_two_days_of_one_handover_are_both_shown(order: tuple[date, ...], start: date | None) -> None:
    a = e.Holder(agency="a")
    days = [handed_over(2024, "b", on, outgoing=a) for on in order]
    terms = folded(recorded(2023, "a", start=start), *days)
    before = "STATED" if start else "INFERRED"
    assert pairs(headed_on(terms, (), date(2024, 4, 11))) == {("a", None, before)}
    assert pairs(headed_on(terms, (), date(2024, 4, 12))) == {("b", None, "STATED"), ("a", None, before)}
    assert pairs(headed_on(terms, (), date(2024, 4, 15))) == {("b", None, "INFERRED"), ("a", None, before)}
    assert pairs(headed_on(terms, (), date(2024, 4, 20))) == {("b", None, "STATED")}


def test_one_told_to_be_in_office_after_another_took_over_stands_against_it() -> None:
    lasting = recorded(2023, "a", start=date(2023, 3, 1), end=date(2024, 5, 31))
    terms = folded(lasting, recorded(2024, "b", start=date(2024, 4, 10)))
    for day, expected in ((date(2024, 4, 9), {"a"}), (date(2024, 4, 10), {"a", "b"}), (date(2024, 5, 1), {"a", "b"})):
        assert {agency_ for agency_, _, _ in pairs(headed_on(terms, (), day))} == expected


def test_a_term_ends_with_the_nearest_handover_that_its_head_makes() -> None:
    a = e.Holder(agency="a")
    early, late = (handed_over(year, "b", date(year, 3, 1), outgoing=a) for year in (2022, 2024))
    term = recorded(2021, "a", start=date(2021, 3, 1))
    for terms in (folded(term, early, late), folded(term, late, early)):
        assert agency(terms, date(2023, 6, 1)) == ("b", "INFERRED")


# What is performed here.

ACTS = st.one_of(
    st.builds(
        lambda year, head, on: ElectLeadership(
            bloc="b", year=year, head=e.Holder(agency=head), effective=on, authority="central"
        ),
        YEARS,
        AGENCIES,
        DAYS,
    ),
    st.builds(
        lambda year, out, head, on: HandOverLeadership(
            bloc="b",
            year=year,
            outgoing=out and e.Holder(agency=out),
            incoming=e.Holder(agency=head),
            effective=on,
            authority="central",
        ),
        YEARS,
        st.none() | AGENCIES,
        AGENCIES,
        DAYS,
    ),
)
ESTABLISHED = e.BlocEstablished(bloc="b", kind="KHOI", name="Khối", authority="central", effective=date(2019, 1, 1))
ADMITTED = e.MembershipStarted(authority="central", unit="whoever", bloc="b", effective=date(2019, 1, 1))


def performed(acts: list[ElectLeadership | HandOverLeadership]) -> Leadership:
    """What is left of acts in this order when those that the rules refuse are not done."""
    leadership, bloc = Leadership(), BLOC.evolve(BLOC.initial, ESTABLISHED)
    member = Named(registered=True), (ADMITTED,)
    for act in acts:
        try:
            events = HANDLERS[type(act)].decide(act, leadership, bloc, *member)
        except Refused:
            continue
        assert not isinstance(events, Mapping)
        for event in events:
            leadership = LEADERSHIP.evolve(leadership, event)
    return leadership


def test_acts_that_keep_the_rules_are_done() -> None:
    """Else the laws below would hold of nothing."""
    told: dict[str, Any] = {"bloc": "b", "year": 2021, "effective": date(2021, 4, 9), "authority": "central"}
    head = e.Holder(agency="bca")
    done = performed([ElectLeadership(**told, head=head), HandOverLeadership(**told, incoming=head)])
    assert (len(done.claims), len(done.handovers)) == (1, 1)


@settings(deadline=None)
@given(st.lists(ACTS, max_size=12), st.lists(DAYS, min_size=1, max_size=30))
def test_no_acts_performed_here_make_two_heads_on_a_day(acts: list[Any], days: list[date]) -> None:
    leadership = performed(acts)
    for day in [*days, *(act.effective + timedelta(days=beside) for act in acts for beside in (-1, 0, 1))]:
        assert len(headed_on(leadership, (), day).heads) <= 1
    assert not any(headed_in(leadership, year).disputed for year in range(2020, 2026))


@settings(deadline=None)
@given(st.lists(ACTS, max_size=12))
def test_whoever_takes_over_here_is_stated_as_the_head_on_that_day(acts: list[Any]) -> None:
    leadership = performed(acts)
    for handover in leadership.handovers:
        assert handover.on
        assert handover.incoming
        assert agency(leadership, handover.on) == (handover.incoming.agency, "STATED")
