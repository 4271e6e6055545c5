"""What many callers ask at once, asked in one call: group commit for appends, one query for loads.

Nobody hangs: every question is answered or failed within its patience and one more call, also when a neighbour's
question fails for ever, a caller is cancelled, or the batcher is closed.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.kernel.errors import Unavailable
from services.kernel.retry import pauses

Q = TypeVar("Q")
A = TypeVar("A")

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5  # seconds between tries
LOOK = 0.001  # seconds within which a question that follows the others closely arrives


class Passing(Exception):
    """Raised by a call that may succeed later: all of it is tried again."""


@dataclass(slots=True, eq=False)
class _Item(Generic[Q, A]):
    question: Q
    weight: int
    answer: asyncio.Future[A]
    until: float

    def give(self, answer: A | BaseException) -> None:
        if self.answer.done():
            return
        if isinstance(answer, BaseException):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


class Batcher(Generic[Q, A]):
    """Calls `call` with groups of at most `most` questions and `heaviest` weight; it answers in order.

    An answer that is an exception is raised to its caller. After a call that fails, other than by Passing, each
    question is tried again alone. `lanes` calls may run at once. After a group of several, the next one waits while
    more questions arrive, until it has `enough` of them: a call's own cost is better shared.
    """

    def __init__(
        self,
        call: Callable[[list[Q]], Awaitable[Sequence[A | Exception]]],
        *,
        most: int,
        heaviest: int = 1 << 62,
        lanes: int = 1,
        patience: float,
        enough: int = 0,
    ) -> None:
        self._call = call
        self._most = most
        self._heaviest = heaviest
        self._patience = patience
        self._enough = enough
        self._queue: deque[_Item[Q, A]] = deque()
        self._arrived = asyncio.Event()
        self._closed = False
        self._lanes = [asyncio.create_task(self._run()) for _ in range(lanes)]

    async def ask(self, question: Q, weight: int = 0) -> A:
        """Raises Unavailable when there was no answer within the patience."""
        if self._closed:
            raise Unavailable(en="The service is stopping: try again", vi="Dịch vụ đang dừng: xin thử lại")
        loop = asyncio.get_running_loop()
        item: _Item[Q, A] = _Item(question, weight, loop.create_future(), loop.time() + self._patience)
        self._queue.append(item)
        self._arrived.set()
        return await item.answer

    async def close(self, seconds: float = 5.0) -> None:
        """Answer what was asked, for some seconds, and fail the rest."""
        self._closed = True
        self._arrived.set()
        await asyncio.wait(self._lanes, timeout=seconds)
        for lane in self._lanes:
            lane.cancel()
        await asyncio.wait(self._lanes)
        self._fail(list(self._queue), "The service has stopped: try again", "Dịch vụ đã dừng: xin thử lại")

    async def _run(self) -> None:
        tries = pauses(FIRST_PAUSE, LONGEST_PAUSE)
        group: list[_Item[Q, A]] = []
        while await self._more():
            if len(group) > 1:
                await self._gathered()
            group = self._take()
            try:
                await self._settle(group)
                tries = pauses(FIRST_PAUSE, LONGEST_PAUSE)
            except Passing as passing:
                self._give_back(group, passing)
                await asyncio.sleep(next(tries))
            except BaseException:
                self._fail(group, "The service has stopped: try again", "Dịch vụ đã dừng: xin thử lại")
                raise

    async def _more(self) -> bool:
        """Wait for questions; false when there will be none."""
        while not self._queue:
            if self._closed:
                return False
            self._arrived.clear()
            await self._arrived.wait()
        return True

    async def _gathered(self) -> None:
        before = 0
        while before < len(self._queue) < self._enough and not self._closed:
            before = len(self._queue)
            await asyncio.sleep(LOOK)

    def _take(self) -> list[_Item[Q, A]]:
        group: list[_Item[Q, A]] = []
        weight = 0
        while (
            self._queue and len(group) < self._most and (not group or weight + self._queue[0].weight <= self._heaviest)
        ):
            item = self._queue.popleft()
            if not item.answer.done():
                group.append(item)
                weight += item.weight
        return group

    async def _settle(self, group: list[_Item[Q, A]]) -> None:
        if not group:
            return
        try:
            answers = await self._call([item.question for item in group])
        except Passing:
            raise
        except Exception as error:
            if len(group) == 1:
                group[0].give(error)
            else:
                for item in group:
                    await self._settle([item])
        else:
            for item, answer in zip(group, answers, strict=True):
                item.give(answer)

    def _give_back(self, group: list[_Item[Q, A]], passing: Passing) -> None:
        now = asyncio.get_running_loop().time()
        unanswered = [item for item in group if not item.answer.done()]
        self._fail(
            [item for item in unanswered if item.until <= now],
            f"The database does not answer ({passing}): try again with the same command id",
            f"Cơ sở dữ liệu không trả lời ({passing}): xin thử lại với cùng mã lệnh",
        )
        self._queue.extendleft(reversed([item for item in unanswered if item.until > now]))

    def _fail(self, items: list[_Item[Q, A]], en: str, vi: str) -> None:
        for item in items:
            item.give(Unavailable(en=en, vi=vi))
