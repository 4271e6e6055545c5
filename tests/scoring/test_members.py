"""Who counts as a member of a year, from registry's events."""

from datetime import UTC, date, datetime

import pytest

from services.kernel.events import Envelope, Recorded
from services.kernel.provenance import Inference, Record, Source
from services.kernel.standing import Correction, FactRetracted
from services.registry import events as registry
from services.scoring.consumers import Claim, claimed, members_of

END = date(2025, 12, 31)
ARTICLE = Record(source=Source(id="article"), place="paragraph 1")


MembershipTold = registry.MembershipEvent | FactRetracted


def members(*events: MembershipTold) -> list[str]:
    return sorted(told(*events))


def told(*events: MembershipTold) -> dict[str, bool]:
    """The members at the end of the year, and whether they are told to be."""
    claim: Claim | None = None
    for n, event in enumerate(events, 1):
        envelope = Envelope[MembershipTold](
            stream="membership:a:u", version=n, event_id="e", command_id="c", actor="x", data=event
        )
        claim = claimed("membership:a:u", claim, Recorded(1, n, datetime.now(UTC), envelope))
    assert claim is not None
    return members_of([stay for stay in claim.stays if stay.bloc == "b"], END, END)


def started(since: date | None, bloc: str = "b", record: Record | None = None) -> registry.MembershipStarted:
    return registry.MembershipStarted(authority="a", unit="u", bloc=bloc, effective=since, record=record)


def ended(until: date | None, bloc: str = "b") -> registry.MembershipEnded:
    return registry.MembershipEnded(authority="a", unit="u", bloc=bloc, effective=until)


@pytest.mark.parametrize("since", [None, date(2020, 1, 1), END])
def test_a_unit_admitted_by_the_end_of_the_year_is_a_member(since: date | None) -> None:
    assert members(started(since)) == ["u"]


def test_a_unit_admitted_in_the_next_year_or_in_another_bloc_is_none() -> None:
    assert members(started(date(2026, 1, 1))) == []
    assert members(started(date(2020, 1, 1), bloc="other")) == []


@pytest.mark.parametrize(("until", "still"), [(date(2026, 1, 1), ["u"]), (END, []), (None, [])])
def test_a_unit_that_left_is_a_member_only_if_it_left_later(until: date | None, still: list[str]) -> None:
    assert members(started(None), ended(until)) == still


def test_a_unit_that_came_back_is_a_member_again() -> None:
    assert members(started(None), ended(date(2024, 1, 1)), started(date(2025, 6, 1))) == ["u"]


def test_an_end_that_is_told_without_a_beginning_is_kept() -> None:
    assert members(ended(date(2026, 1, 1))) == ["u"]
    assert members(ended(date(2025, 1, 1))) == []


def inferred(field: str) -> Record:
    return ARTICLE.model_copy(update={"inferred": (Inference(field=field, basis="named in the review"),)})


@pytest.mark.parametrize(
    ("events", "sure"),
    [
        ([started(date(2020, 1, 1))], True),
        ([started(date(2020, 1, 1), record=ARTICLE)], True),
        ([started(None)], False),
        ([started(date(2020, 1, 1), record=inferred("unit"))], False),
        ([started(date(2020, 1, 1), record=inferred("effective"))], False),
        ([ended(date(2026, 1, 1))], False),
        ([started(None), ended(date(2026, 1, 1)), started(date(2021, 1, 1))], True),
    ],
)
def test_a_member_is_told_only_where_its_first_day_is_and_all_of_it_is_stated(
    events: list[registry.MembershipEvent], sure: bool
) -> None:
    assert told(*events) == {"u": sure}


def test_who_was_recorded_by_mistake_is_no_member_and_a_corrected_day_counts() -> None:
    retracted = FactRetracted(retracts=1, reason="another unit", record=ARTICLE)
    assert members(started(date(2020, 1, 1)), retracted) == []
    assert members(started(date(2020, 1, 1)), retracted, FactRetracted(**{**dict(retracted), "retracts": 2})) == ["u"]
    correction = Correction(corrects=1, reason="misread")
    later = started(date(2026, 2, 1), record=ARTICLE).model_copy(update={"correction": correction})
    assert members(started(date(2020, 1, 1)), later) == []
    moved = started(date(2020, 1, 1), "other", ARTICLE).model_copy(update={"correction": correction})
    assert members(started(date(2020, 1, 1)), moved) == []
