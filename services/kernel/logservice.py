"""The server's side of LogService: this service's raw log, for other services alone."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta

from grpc.aio import ServicerContext
from thidua.kernel.v1.kernel_pb2 import Position as PositionMessage
from thidua.kernel.v1.log_pb2 import (
    AtRequest,
    AtResponse,
    Epoch,
    HeadRequest,
    HeadResponse,
    LogRecord,
    ReadRequest,
    ReadResponse,
)
from thidua.kernel.v1.log_pb2_grpc import LogServiceServicer

from services.kernel.errors import Invalid, Violation
from services.kernel.events import EPOCH, Position, Row
from services.kernel.history import can_have_begun
from services.kernel.log import Log

PAGE = 500  # rows read at once
FURTHEST = (1 << 63) - 1  # position
LARGEST = 1 << 20  # bytes in one response, as far as one event does not exceed it

Context = ServicerContext[object, object]


class LogRpc(LogServiceServicer):
    def __init__(self, log: Log) -> None:
        self._log = log

    async def Head(self, request: HeadRequest, context: Context) -> HeadResponse:  # noqa: N802
        head = await self._log.head()
        if request.HasField("seen"):
            self._log.saw(_seen(request.seen, head))
        return HeadResponse(
            head=PositionMessage(log=self._log.name, epoch=head.epoch, position=head.position),
            epochs=[Epoch(epoch=epoch, after=after) for epoch, after in await self._log.epochs()],
        )

    async def Read(self, request: ReadRequest, context: Context) -> AsyncIterator[ReadResponse]:  # noqa: N802
        after = request.after
        until = min(request.until, FURTHEST) if request.HasField("until") else (await self._log.head()).position
        while after < until:
            rows = await self._log.read(after, min(PAGE, until - after), until)
            if not rows:
                return
            for page in pages(rows):
                yield ReadResponse(records=[record(row) for row in page])
            after = rows[-1].position

    async def At(self, request: AtRequest, context: Context) -> AtResponse:  # noqa: N802
        try:
            time = EPOCH + timedelta(microseconds=request.time_us)
        except OverflowError:
            raise Invalid(Violation("time_us", vi="nằm ngoài lịch", en="is outside of the calendar")) from None
        at = await self._log.position_at(time)
        return AtResponse(at=PositionMessage(log=self._log.name, epoch=at.epoch, position=at.position))


def _seen(at: PositionMessage, head: Position) -> Position:
    """Raises Invalid for what nobody can have seen: believed, it would fence the log for good."""
    if at.position > FURTHEST or not can_have_begun(at.epoch, "a follower", head.epoch):
        raise Invalid(Violation("seen", vi="vị trí này chưa thể có", en="no log can have come to this position"))
    return Position(at.epoch, at.position)


def pages(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows in pages that a message can carry."""
    page: list[Row] = []
    size = 0
    for row in rows:
        if page and size + len(row.body) > LARGEST:
            yield page
            page, size = [], 0
        page.append(row)
        size += len(row.body)
    if page:
        yield page


def record(row: Row) -> LogRecord:
    micros = (row.recorded_at - EPOCH) // timedelta(microseconds=1)
    return LogRecord(epoch=row.epoch, position=row.position, recorded_at_us=micros, type=row.type, body=row.body)
