"""Versions in force on a day, and deadlines of a year."""

from datetime import date
from typing import NamedTuple

import pytest
from pydantic import BaseModel, ValidationError

from services.kernel.convert import violations
from services.kernel.dated import Due, in_force


class Rule(NamedTuple):
    version: int
    effective: date | None
    effective_to: date | None = None


OLD = Rule(1, None)
NEW = Rule(2, date(2024, 1, 1), date(2025, 6, 30))


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        (date(2023, 12, 31), OLD),
        (date(2024, 1, 1), NEW),
        (date(2025, 6, 30), NEW),
        (date(2025, 7, 1), None),
        (None, None),
    ],
)
def test_the_version_in_force_is_the_last_to_begin_and_none_follows_it_by_itself(
    day: date | None, rule: Rule | None
) -> None:
    assert in_force((NEW, OLD), day) == rule


def test_a_deadline_counts_from_the_year_and_is_open_where_the_years_after_are_not_known() -> None:
    assert Due(month=3, day=31, years_after=1).of(2020) == date(2021, 3, 31)
    assert Due(month=3, day=31).of(2020) is None
    assert [str(Due(month=3, day=31, years_after=1)), str(Due(month=3, day=31))] == ["03-31+1", "03-31"]


@pytest.mark.parametrize(("month", "day"), [(2, 30), (2, 29), (13, 1), (4, 31), (1, 0)])
def test_a_deadline_is_a_day_of_every_year(month: int, day: int) -> None:
    with pytest.raises(ValidationError):
        Due(month=month, day=day)


def test_a_day_that_a_month_has_not_in_every_year_is_told_with_its_field_in_both_languages() -> None:
    with pytest.raises(ValidationError) as wrong:
        Deadlines.model_validate({"due": {"month": 2, "day": 30}})
    (told,) = violations(wrong.value)
    assert told.field == "due.day"
    assert told.en == "month 2 has 28 days in every year, and no day 30"
    assert told.vi == "tháng 2 năm nào cũng có 28 ngày, không có ngày 30"


class Deadlines(BaseModel):
    due: Due
