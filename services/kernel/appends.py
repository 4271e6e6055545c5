"""What is appended, and what comes of it: the form in which a group of appends crosses to the database's function
`log.append`, and how its verdicts are read.
"""

from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from services.kernel.decider import Context
from services.kernel.errors import Conflict, Invalid, Reused, Violation
from services.kernel.events import MAX_BODY, Envelope, canonical

APPEND = (
    "select verdicts, epochs, positions, times from log.append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)"
)
NEVER = -1  # a version that no stream has


class Written:
    """How an append ends, for those that were decided on what it writes while it was under way."""

    __slots__ = ("accepted",)

    def __init__(self) -> None:
        self.accepted: bool | None = None
        """Whether its events were recorded by it; None while that is not known."""


class Expect(NamedTuple):
    """A stream that a decision read, written or not, at the version that it read; 0 is empty."""

    stream: str
    version: int
    maker: Written | None = None
    """The append of this process that makes the version, where it was not read from the database: the version that
    another made in its place does not meet the expectation."""


class Append(NamedTuple):
    """What a command wants recorded: all of it, if every expectation holds, or nothing."""

    context: Context
    command_hash: bytes
    expects: tuple[Expect, ...]
    events: tuple[Envelope[Any], ...]
    written: Written | None = None
    """What others that rest on it look at."""
    connection: int | None = None
    """`Log.connection` when its decision began to read: over a later one, the history that was read may be another."""


class Reply(NamedTuple):
    """Where and when it was recorded: its last event's place, or the log's last where it has no events."""

    epoch: int
    position: int
    recorded_at: datetime


class Prepared(NamedTuple):
    command_id: UUID
    command_hash: bytes
    expects: tuple[Expect, ...]
    events: list[tuple[str, int, str, bytes]]
    written: Written | None
    connection: int | None


def prepare(append: Append) -> Prepared:
    events = [(e.stream, e.version, e.data.type, canonical(e)) for e in append.events]
    for stream, _, kind, body in events:
        if len(body) > MAX_BODY:
            raise Invalid(
                Violation(
                    stream,
                    vi=f"{kind} dài {len(body)} byte, nhiều nhất là {MAX_BODY}",
                    en=f"{kind} has {len(body)} bytes, the most is {MAX_BODY}",
                )
            )
    return Prepared(
        UUID(append.context.command_id), append.command_hash, append.expects, events, append.written, append.connection
    )


def flat(group: list[Prepared], connection: int | None = None) -> tuple[list[object], ...]:
    """The arrays of log.append: streams and first uses of a command id by ordinal from 1, appends by where they end.

    What was read before this connection meets no expectation; a command that is recorded already is known all the same.
    """
    streams: dict[str, int] = {}
    commands: dict[UUID, int] = {}
    firsts = [commands.setdefault(p.command_id, n) for n, p in enumerate(group, 1)]
    makers = {p.written: n for n, p in enumerate(group, 1) if p.written}
    expects = [
        (e, _made(e.maker, makers, n) if p.connection in (None, connection) else None)
        for n, p in enumerate(group, 1)
        for e in p.expects
    ]
    events = [e for p in group for e in p.events]
    expect_streams = [streams.setdefault(stream, len(streams) + 1) for (stream, _, _), _ in expects]
    event_streams = [streams.setdefault(stream, len(streams) + 1) for stream, *_ in events]
    return (
        [p.command_id for p in group],
        [p.command_hash for p in group],
        [*firsts],
        [*streams],
        [*accumulate(len(p.expects) for p in group)],
        [*expect_streams],
        [version if maker is not None else NEVER for (_, version, _), maker in expects],
        [maker or 0 for _, maker in expects],
        [*accumulate(len(p.events) for p in group)],
        [*event_streams],
        [version for _, version, _, _ in events],
        [kind for _, _, kind, _ in events],
        [body for _, _, _, body in events],
    )


def _made(maker: Written | None, makers: dict[Written, int], before: int) -> int | None:
    """Which append of the group makes an expected version: 0 if it is recorded, None if none ever will."""
    if maker is None or maker.accepted:
        return 0
    place = makers.get(maker, before)
    return place if place < before else None


def answer(prepared: Prepared, verdict: str, epoch: int, position: int, recorded_at: datetime) -> Reply | Exception:
    match verdict:
        case "accepted" | "duplicate":
            return Reply(epoch, position, recorded_at)
        case "reused":
            return reused(str(prepared.command_id))
        case _:
            return _conflict()


def _conflict() -> Conflict:
    return Conflict(
        en="Somebody else has just changed what this decision rests on: read again and retry",
        vi="Người khác vừa thay đổi dữ liệu mà quyết định này dựa vào: xin đọc lại và thử lại",
    )


def reused(command_id: str) -> Reused:
    return Reused(
        en=f"The command id {command_id} was used before with another content: choose a new one",
        vi=f"Mã lệnh {command_id} đã dùng cho nội dung khác: xin chọn mã mới",
    )
