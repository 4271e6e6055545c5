"""Nobody who asks a batcher hangs, and nobody is harmed by a neighbour."""

import asyncio
from collections.abc import Sequence

import pytest

from services.kernel.batcher import Batcher, Passing
from services.kernel.errors import Unavailable

AT_MOST = 5.0  # seconds


class Doubling:
    """Answers twice the number, after a while; fails for 13, and passes by while it is `down`."""

    def __init__(self) -> None:
        self.down = False
        self.hangs = False
        self.groups: list[list[int]] = []

    async def __call__(self, group: list[int]) -> Sequence[int | Exception]:
        self.groups.append(group)
        await asyncio.sleep(1_000 if self.hangs else 0.01)
        if self.down:
            raise Passing("down")
        if 13 in group:
            raise ZeroDivisionError
        return [KeyError(n) if n < 0 else 2 * n for n in group]


async def test_questions_that_wait_share_a_call() -> None:
    doubling = Doubling()
    batcher = Batcher(doubling, most=50, patience=1)
    assert await asyncio.gather(*(batcher.ask(n) for n in range(1, 121) if n != 13)) == [
        2 * n for n in range(1, 121) if n != 13
    ]
    assert [len(group) for group in doubling.groups] == [50, 50, 19]
    await batcher.close()


async def test_a_group_is_no_heavier_than_allowed_but_never_empty() -> None:
    doubling = Doubling()
    batcher = Batcher(doubling, most=50, heaviest=10, patience=1)
    await asyncio.gather(*(batcher.ask(n, weight) for n, weight in enumerate((4, 4, 4, 99, 1))))
    assert [len(group) for group in doubling.groups] == [2, 1, 1, 1]
    await batcher.close()


async def asked_one_after_the_other(batcher: Batcher[int, int], first: int, count: int) -> None:
    async with asyncio.TaskGroup() as group:
        for n in range(first, first + count):
            group.create_task(batcher.ask(n))
            await asyncio.sleep(0)


async def test_after_a_group_of_several_the_next_waits_while_more_arrive() -> None:
    doubling = Doubling()
    batcher = Batcher(doubling, most=50, enough=8, patience=1)
    await asked_one_after_the_other(batcher, 20, 1)
    await asyncio.gather(batcher.ask(30), batcher.ask(31))
    await asked_one_after_the_other(batcher, 40, 6)
    assert doubling.groups == [[20], [30, 31], [40, 41, 42, 43, 44, 45]]
    await batcher.close()


async def test_a_question_alone_waits_for_no_other() -> None:
    doubling = Doubling()
    batcher = Batcher(doubling, most=50, enough=8, patience=1)
    await batcher.ask(20)
    await asked_one_after_the_other(batcher, 40, 6)
    assert doubling.groups == [[20], [40], [41, 42, 43, 44, 45]]
    await batcher.close()


async def test_one_that_always_fails_harms_no_neighbour() -> None:
    batcher = Batcher(Doubling(), most=50, patience=1)
    answers = await asyncio.gather(*(batcher.ask(n) for n in (1, 13, -5, 3)), return_exceptions=True)
    assert (answers[0], answers[3]) == (2, 6)
    assert [type(answers[1]), type(answers[2])] == [ZeroDivisionError, KeyError]
    await batcher.close()


async def test_a_cancelled_caller_never_cancels_the_group() -> None:
    batcher = Batcher(Doubling(), most=50, patience=1)
    calls = [asyncio.create_task(batcher.ask(n)) for n in range(1, 6)]
    await asyncio.sleep(0.005)
    calls[0].cancel()
    calls[3].cancel()
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [answers[1], answers[2], answers[4]] == [4, 6, 10]
    await batcher.close()


async def test_what_comes_back_in_time_is_answered_and_what_does_not_is_unavailable() -> None:
    doubling = Doubling()
    doubling.down = True
    batcher = Batcher(doubling, most=50, patience=0.5)
    early = asyncio.create_task(batcher.ask(1))
    with pytest.raises(Unavailable):
        await asyncio.wait_for(early, AT_MOST)
    late = asyncio.create_task(batcher.ask(2))
    await asyncio.sleep(0.2)
    doubling.down = False
    assert await asyncio.wait_for(late, AT_MOST) == 4
    await batcher.close()


async def test_closing_answers_what_was_asked_and_fails_what_cannot_be() -> None:
    doubling = Doubling()
    batcher = Batcher(doubling, most=2, patience=60)
    asked = [asyncio.create_task(batcher.ask(n)) for n in range(1, 6)]
    await asyncio.sleep(0)
    await batcher.close()
    assert await asyncio.gather(*asked) == [2, 4, 6, 8, 10]
    with pytest.raises(Unavailable):
        await batcher.ask(1)

    doubling.hangs = True
    stuck = Batcher(doubling, most=2, patience=60)
    asked = [asyncio.create_task(stuck.ask(n)) for n in range(1, 6)]
    await asyncio.sleep(0.05)
    await stuck.close(0.1)
    answers = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), AT_MOST)
    assert {type(a) for a in answers} == {Unavailable}
