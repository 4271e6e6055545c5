"""Who counts as a member of a year, from registry's events."""

from datetime import UTC, date, datetime

import pytest

from services.kernel.events import Envelope, Recorded
from services.registry import events as registry
from services.scoring.consumers import Members, bloc_of, changed

END = date(2025, 12, 31)


def members(*events: registry.MembershipEvent) -> list[str]:
    rows: dict[str, Members] = {}
    for n, event in enumerate(events, 1):
        envelope = Envelope[registry.MembershipEvent](
            stream=f"membership:a:{event.unit}", version=n, event_id="e", command_id="c", actor="x", data=event
        )
        recorded = Recorded(1, n, datetime.now(UTC), envelope)
        for bloc in bloc_of(recorded):
            rows[bloc] = changed(bloc, rows.get(bloc), recorded)
    return sorted(stay.unit for stay in rows.get("b", Members()).stays if stay.lasts(END, END))


def started(since: date | None, bloc: str = "b") -> registry.MembershipStarted:
    return registry.MembershipStarted(authority="a", unit="u", bloc=bloc, effective=since)


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
