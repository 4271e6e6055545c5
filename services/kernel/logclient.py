"""The client's side of LogService: another service's log, read by gRPC; a source of rows like the own log."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import grpc
import structlog
from thidua.kernel.v1.kernel_pb2 import Position as PositionMessage
from thidua.kernel.v1.log_pb2 import AtRequest, HeadRequest, LogRecord, ReadRequest
from thidua.kernel.v1.log_pb2_grpc import LogServiceStub

from services.kernel.errors import Unavailable
from services.kernel.events import EPOCH, PAGE_BYTES, Position, Row
from services.kernel.fold import Epochs
from services.kernel.history import can_have_begun, newest

CALL = 10_000  # rows asked for by one call, so that each ends well before its deadline
Metadata = Callable[[], Sequence[tuple[str, str]]]
_REFUSALS = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)

_log = structlog.get_logger()


class Head(NamedTuple):
    """The last position of a log and where each of its epochs began."""

    at: Position
    epochs: Epochs


class LogClient:
    """The log of the service `name` behind `channel`. Its methods raise Unavailable when the owner does not answer.

    `metadata` gives our token, `seconds` is the deadline of one call.
    """

    def __init__(
        self, name: str, channel: grpc.aio.Channel, metadata: Metadata = lambda: (), seconds: float = 10.0
    ) -> None:
        self.name = name
        self._rpc = LogServiceStub(channel)
        self._metadata = metadata
        self._seconds = seconds

    async def look(self, seen: Position | None = None) -> Head:
        """The owner's head; `seen` lets the owner notice that it was restored to an older state."""
        request = HeadRequest(seen=self._position(seen) if seen else None)
        try:
            answer = await self._rpc.Head(request, timeout=self._seconds, metadata=self._sent())
        except grpc.aio.AioRpcError as error:
            raise self._unavailable(error) from error
        head = Head(
            Position(answer.head.epoch, answer.head.position),
            tuple((epoch.epoch, epoch.after) for epoch in answer.epochs),
        )
        self._believe(max(head.at.epoch, newest(head.epochs)))
        return head

    async def head(self) -> Position:
        return (await self.look()).at

    async def epochs(self) -> list[tuple[int, int]]:
        return list((await self.look()).epochs)

    async def position_at(self, time: datetime) -> Position:
        """What was the log's last event at a time. Raises Unavailable, also for a time still to come there."""
        request = AtRequest(time_us=(time - EPOCH) // timedelta(microseconds=1))
        try:
            at = (await self._rpc.At(request, timeout=self._seconds, metadata=self._sent())).at
        except grpc.aio.AioRpcError as error:
            raise self._unavailable(error) from error
        self._believe(at.epoch)
        return Position(at.epoch, at.position)

    async def pages(self, after: int, until: int | None = None) -> AsyncIterator[list[Row]]:
        """Pages of consecutive rows after a position, up to `until` (inclusive) or the head, whichever comes first.

        They end earlier where the rows are large (PAGE_BYTES).
        """
        size = 0
        while until is None or after < until:
            start, end = after, after + CALL if until is None else min(after + CALL, until)
            async for rows in self._call(start, end):
                yield rows
                after = rows[-1].position
                size += sum(len(row.body) for row in rows)
                if size >= PAGE_BYTES:
                    return
            if after == start:
                return

    async def read(
        self, after: int, limit: int, until: int | None = None, types: Collection[str] | None = None
    ) -> list[Row]:
        """At most `limit` rows after a position, as Log.read gives them."""
        found: list[Row] = []
        last = until if types is not None else min(after + limit, after + limit if until is None else until)
        async for rows in self.pages(after, last):
            found += (row for row in rows if types is None or row.type in types)
            if len(found) >= limit:
                break
        return found[:limit]

    async def _call(self, after: int, until: int) -> AsyncIterator[list[Row]]:
        call = self._rpc.Read(ReadRequest(after=after, until=until), timeout=self._seconds, metadata=self._sent())
        try:
            async for page in call:
                self._believe(max((record.epoch for record in page.records), default=0))
                yield [row(record) for record in page.records]
        except grpc.aio.AioRpcError as error:
            raise self._unavailable(error) from error
        finally:
            call.cancel()

    def _believe(self, epoch: int) -> None:
        """Raises Unavailable for an epoch that cannot have begun: nothing of such an answer may be written down."""
        if not can_have_begun(epoch, f"the log of {self.name}"):
            raise Unavailable(
                en=f"The log of {self.name} claims an epoch to come: see whose clock is wrong",
                vi=f"Sổ {self.name} báo một kỳ (epoch) chưa tới: xin kiểm tra đồng hồ các máy",
            )

    def _position(self, at: Position) -> PositionMessage:
        return PositionMessage(log=self.name, epoch=at.epoch, position=at.position)

    def _sent(self) -> tuple[tuple[str, str], ...]:
        return tuple(self._metadata())

    def _unavailable(self, error: grpc.aio.AioRpcError) -> Unavailable:
        if error.code() in _REFUSALS:  # time does not mend it, an operator does
            _log.error("peer.refuses_us", owner=self.name, code=error.code().name, why=error.details())
        why = f"{error.code().name} {error.details()}"
        return Unavailable(
            en=f"The log of {self.name} cannot be read: {why}", vi=f"Không đọc được sổ sự kiện của {self.name}: {why}"
        )


def row(record: LogRecord) -> Row:
    recorded_at = EPOCH + timedelta(microseconds=record.recorded_at_us)
    return Row(record.epoch, record.position, recorded_at, record.type, record.body)
