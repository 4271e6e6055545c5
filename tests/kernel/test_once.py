"""What is made of a row once, for all who read it."""

import gc

import pytest

from services.kernel import once as module
from services.kernel.once import MOST, once


class Row:
    """As rows of read models are: equal ones are not one, and none has a hash."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, number: int = 0) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return True


def test_the_same_row_is_asked_once_and_an_equal_one_by_itself() -> None:
    asked: list[tuple[int, int]] = []

    @once
    def made(row: Row, day: int) -> int:
        asked.append((id(row), day))
        return len(asked)

    one, other = Row(), Row()

    assert [made(one, 1), made(one, 1), made(one, 2), made(other, 1), made(one, 1)] == [1, 1, 2, 3, 1]
    assert asked == [(id(one), 1), (id(one), 2), (id(other), 1)]


def test_what_two_functions_make_of_a_row_is_not_mixed() -> None:
    @once
    def twice(row: Row, by: int) -> int:
        return 2 * by

    @once
    def thrice(row: Row, by: int) -> int:
        return 3 * by

    row = Row()
    assert [twice(row, 1), thrice(row, 1), twice(row, 1), thrice(row, 1)] == [2, 3, 2, 3]


def test_arguments_without_a_position_are_refused() -> None:
    @once
    def made(row: Row, year: int) -> int:
        return year

    with pytest.raises(TypeError):
        made(Row(), year=1)


def test_no_row_is_taken_for_one_that_is_gone() -> None:
    @once
    def made(row: Row) -> int:
        return row.number

    for number in range(1_000):  # each is gone when the next, perhaps in its place, is made
        assert made(Row(number)) == number


def test_what_is_made_of_a_row_goes_with_it() -> None:
    @once
    def filtered(row: Row, day: int) -> Row:
        return row if day == 0 else Row(day)

    @once
    def shown(row: Row) -> list[int]:
        return [row.number]

    gc.collect()
    before = len(module._made)
    row = Row()
    for day in range(10):
        assert shown(filtered(row, day)) == [day]
    assert filtered(row, 0) is filtered(row, 0) is row
    assert len(module._made) == before + 10  # the row itself, and those of nine days
    del row
    assert len(module._made) == before


def test_of_one_row_no_more_than_so_many_results_are_kept() -> None:
    asked: list[int] = []

    @once
    def made(row: Row, day: int) -> Row:
        asked.append(day)
        return Row(day)

    row = Row()
    before = len(module._made)
    for day in range(10 * MOST):
        once_more = made(row, day)
        assert made(row, day) is once_more
    made(row, 0)
    assert asked == [*range(10 * MOST), 0]
    assert len(module._made) == before + 1
