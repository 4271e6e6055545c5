"""What is made of a row once for all who read it."""

from services.kernel.once import MANY, once


class Row:
    """As rows of read models are: equal ones are not one, and none has a hash."""

    __hash__ = None  # type: ignore[assignment]

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


def test_no_row_is_taken_for_one_that_is_gone() -> None:
    @once
    def made(row: list[int]) -> int:
        return row[0]

    for number in range(2 * MANY):  # each is gone when the next, perhaps in its place, is made
        assert made([number]) == number
    assert made([-1]) == -1
