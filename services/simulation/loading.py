"""What `thidua simulate` does: it tells registry the set by the public batch RPC, a batch at a time.

A command's id comes of seed and key, so that each is told once, however often a run is begun anew.
"""

import asyncio
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.rpc import code_pb2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from thidua.kernel.v1 import batch_pb2, batch_pb2_grpc

from services.kernel.retry import pauses
from services.simulation.telling import steps
from services.simulation.years import Step

NAMESPACE = UUID("0d1f0c5e-7f0e-4a3c-9f4b-2b6f3f6d1c55")
MOST, BYTES = 1_000, 700_000  # a call takes at most 1,000 commands and 1 MiB
SECONDS = 60.0  # of a call
TRIES = 10
PASSING = {code_pb2.ABORTED, code_pb2.UNAVAILABLE, code_pb2.DEADLINE_EXCEEDED, code_pb2.RESOURCE_EXHAUSTED}

Batch = list[tuple[str, Packed]]
"""Commands by their keys."""


class NotTold(Exception):
    """Why the set could not be told to its end. Begun again, it goes on where it stopped."""


class Loaded(NamedTuple):
    """What a run has told."""

    commands: int
    position: int
    """The last at which any of them is recorded, by this run or an earlier one."""


async def load(at: str, token: str, seed: int, years: int, share: float, out: Console) -> Loaded:
    """Tell the whole set, with a progress bar. Raises NotTold."""
    total, position = sum(1 for _ in steps(seed, years, share)), 0
    async with grpc.aio.insecure_channel(at) as channel:
        stub = batch_pb2_grpc.BatchServiceStub(channel)
        with _bar(out) as bar:
            task = bar.add_task("simulate", total=total)

            async def one(batch: Batch) -> int:
                at = await _told(stub, token, batch)
                bar.advance(task, len(batch))
                return at

            under_way: asyncio.Task[int] | None = None
            for batch in batches(seed, steps(seed, years, share)):  # made while the one before is told
                position = max(position, await under_way) if under_way else 0
                under_way = asyncio.create_task(one(batch))
                await asyncio.sleep(0)
            position = max(position, await under_way) if under_way else 0
    return Loaded(total, position)


def batches(seed: int, told: Iterator[Step]) -> Iterator[Batch]:
    """The commands with their ids, as many at a time as a call takes."""
    batch: Batch = []
    size = 0
    for key, request in told:
        setattr(request, "command_id", str(uuid5(NAMESPACE, f"{seed}/{key}")))  # noqa: B010  # every request has one
        packed = Packed()
        packed.Pack(request)
        if len(batch) == MOST or size + len(packed.value) > BYTES:
            yield batch
            batch, size = [], 0
        batch.append((key, packed))
        size += len(packed.value) + len(packed.type_url)
    if batch:
        yield batch


async def _told(stub: Any, token: str, batch: Batch) -> int:
    """The last position at which a batch is recorded; what could not be told yet is told again. Raises NotTold."""
    position, tries = 0, pauses(0.1, 5.0)
    why = ""
    for _ in range(TRIES):
        try:
            outcomes = await _outcomes(stub, token, batch)
        except grpc.aio.AioRpcError as error:
            if error.code().value[0] not in PASSING:
                raise NotTold(f"{error.code().name}: {error.details()}") from None
            why = f"{error.code().name}: {error.details()}"
        else:
            position = max(position, *(one.recorded.position.position for one in outcomes))
            batch = _left(batch, outcomes)
            if not batch:
                return position
            why = f"{len(batch)} commands of a batch were not recorded in time"
        await asyncio.sleep(next(tries))
    raise NotTold(why)


async def _outcomes(stub: Any, token: str, batch: Batch) -> list[batch_pb2.Outcome]:
    request = batch_pb2.TellCommandsRequest(commands=[packed for _, packed in batch])
    answer = await stub.TellCommands(request, timeout=SECONDS, metadata=[("authorization", f"Bearer {token}")])
    return list(answer.outcomes)


def _left(batch: Batch, outcomes: list[batch_pb2.Outcome]) -> Batch:
    """What may be recorded when it is told again. Raises NotTold for what will not."""
    found = [(told, one.refusal) for told, one in zip(batch, outcomes, strict=True) if one.HasField("refusal")]
    for (key, _), refusal in found:
        if refusal.code not in PASSING:
            raise NotTold(f"{key}: {code_pb2.Code.Name(refusal.code)}: {refusal.message}")
    return [told for told, _ in found]


def _bar(out: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=out
    )
