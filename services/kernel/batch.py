"""Many commands in one call: each is decided, and recorded or refused, as by its own RPC, and in the batch's order.

Commands that have nothing to do with each other run side by side, so that they share the log's group commits; one
that reads what another writes, or writes what another reads, waits for it.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.descriptor import ServiceDescriptor
from thidua.kernel.v1 import batch_pb2

from services.kernel import status
from services.kernel.appends import Reply
from services.kernel.binding import Act, Call, Method, parser, receiving, show
from services.kernel.decider import Command, Context, Handlers
from services.kernel.errors import Invalid, Violation

MOST = 1_000  # commands of a batch: with them the longest refusals fit into the 4 MiB that a client takes by default
AT_ONCE = 128  # commands of a batch under way, so that other calls have their turn between them
IN_TIME = 0.9  # of the time that is left, so that what was done is still told

API: ServiceDescriptor = batch_pb2.DESCRIPTOR.services_by_name["BatchService"]
_NO_COMMAND = "is the request of no command of this service", "không phải yêu cầu của một lệnh thuộc dịch vụ này"
_TOO_MANY = Violation("commands", vi=f"không được quá {MOST} lệnh", en=f"must have at most {MOST} items")


class Sent(NamedTuple):
    """A command of a batch."""

    command: Command
    context: Context


def never(command: Command) -> bool:
    """That no command reads more once it has arrived."""
    return False


Outcome = Reply | Exception
"""What became of a command; TimeoutError where time ran out, and it may be recorded or not."""


async def tell(
    batch: Sequence[Sent | Exception],
    handlers: Handlers,
    widened: Callable[[Command], bool],
    act: Act,
    seconds: float,
) -> list[Outcome]:
    """What became of each command of a batch, in its order. What is an error already stays it.

    A `widened` command may read more than it says, and so waits for all before it, and all after it for it.
    """
    order, places = _Order(), asyncio.Semaphore(AT_ONCE)

    async def one(sent: Sent, before: Collection[asyncio.Task[Outcome]]) -> Outcome:
        try:
            if before:
                await asyncio.wait(before)
            async with places:
                return await act(sent.command, sent.context)
        except Exception as error:
            return error

    tasks: dict[int, asyncio.Task[Outcome]] = {}
    try:
        for index, sent in enumerate(batch):
            if isinstance(sent, Sent):
                turn = order.turn(handlers, sent.command, alone=widened(sent.command))
                tasks[index] = asyncio.create_task(one(sent, turn.before))
                order.take(turn, tasks[index])
        if tasks:
            await asyncio.wait(tasks.values(), timeout=seconds)
        return [sent if isinstance(sent, Exception) else _outcome(tasks[n]) for n, sent in enumerate(batch)]
    finally:
        for task in tasks.values():
            task.cancel()


def _outcome(task: asyncio.Task[Outcome]) -> Outcome:
    return task.result() if task.done() else TimeoutError()


class _Turn(NamedTuple):
    before: Collection[asyncio.Task[Outcome]]
    reads: Sequence[str]
    writes: Sequence[str]
    alone: bool


class _Order:
    """Which earlier commands of a batch a command waits for: the last that writes what it reads, and those that have
    read since what it writes.
    """

    def __init__(self) -> None:
        self._alone: list[asyncio.Task[Outcome]] = []  # the last that ran alone
        self._after: list[asyncio.Task[Outcome]] = []  # all since
        self._wrote: dict[str, asyncio.Task[Outcome]] = {}
        self._read: dict[str, list[asyncio.Task[Outcome]]] = {}

    def turn(self, handlers: Handlers, command: Command, *, alone: bool) -> _Turn:
        handler = handlers[type(command)]
        reads, writes = ([s.name for s in streams(command)] for streams in (handler.reads, handler.writes))
        if alone:
            return _Turn({*self._alone, *self._after}, reads, writes, alone)
        wrote = {self._wrote[name] for name in reads if name in self._wrote}
        read = {task for name in writes for task in self._read.get(name, ())}
        return _Turn(wrote.union(read, self._alone), reads, writes, alone)

    def take(self, turn: _Turn, task: asyncio.Task[Outcome]) -> None:
        if turn.alone:
            self._alone, self._after, self._wrote, self._read = [task], [], {}, {}
            return
        self._after.append(task)
        for name in turn.writes:
            self._wrote[name], self._read[name] = task, []
        for name in turn.reads:
            self._read.setdefault(name, []).append(task)


def serve(
    service: ServiceDescriptor, handlers: Handlers, widened: Callable[[Command], bool], log: str, act: Act
) -> list[Method]:
    """The method by which a service takes batches of its commands."""
    receivers = {one.method.input_type.full_name: one for one in receiving(service, handlers)}
    parse = parser(API.methods_by_name["TellCommands"].input_type)

    def received(packed: Packed, call: Call) -> Sent | Invalid:
        receiver = receivers.get(_kind(packed))
        if receiver is None:
            return Invalid(Violation("", vi=_NO_COMMAND[1], en=_NO_COMMAND[0]))
        try:
            command_id, command = receiver.read(packed.value)
        except Invalid as error:
            return error
        return Sent(command, call.context(command_id))

    async def work(raw: bytes, call: Call) -> bytes:
        sent = parse(raw).commands
        if len(sent) > MOST:
            raise Invalid(_TOO_MANY)
        batch = [received(packed, call) for packed in sent]
        outcomes = await tell(batch, handlers, widened, act, IN_TIME * call.seconds)
        response = batch_pb2.TellCommandsResponse()
        for index, (packed, outcome) in enumerate(zip(sent, outcomes, strict=True)):
            shown = response.outcomes.add()
            if isinstance(outcome, Reply):
                show(shown.recorded, log, outcome)
            else:
                error = _within(f"commands[{index}]", outcome) if isinstance(outcome, Invalid) else outcome
                found = status.of(error, _kind(packed), call.trace)
                shown.refusal.MergeFromString(found.SerializeToString())
        return response.SerializeToString()

    return [Method(API.full_name, "TellCommands", work)]


def _kind(packed: Packed) -> str:
    """The full name of the message that is packed."""
    return packed.type_url.rpartition("/")[2]


def _within(at: str, error: Invalid) -> Invalid:
    """The error of a command with its place in the batch before every field."""
    return Invalid(*(replace(v, field=f"{at}.{v.field}".removesuffix(".")) for v in error.violations))
