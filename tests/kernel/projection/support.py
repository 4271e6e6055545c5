"""A log of counters and notes, and models of it, one for each way of keeping a read model."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Literal
from uuid import uuid4

import asyncpg
from pydantic import BaseModel, ConfigDict

from services.kernel.appends import Append
from services.kernel.decider import Context
from services.kernel.events import Envelope, Event, Recorded, Vocabulary, event_id
from services.kernel.fold import Model, by_stream
from services.kernel.log import Log
from services.kernel.projection import Engine


class Added(Event):
    type: Literal["Added"] = "Added"
    amount: int
    tags: tuple[str, ...] = ()


class Cleared(Event):
    type: Literal["Cleared"] = "Cleared"


class Linked(Event):
    """Touches the rows of both its stream and another."""

    type: Literal["Linked"] = "Linked"
    other: str


class Unread(Event):
    type: Literal["Unread"] = "Unread"


Any_ = Added | Cleared | Linked | Unread
VOCABULARY: Vocabulary[Any_] = Vocabulary(Added, Cleared, Linked, Unread)


class Total(BaseModel):
    model_config = ConfigDict(frozen=True)

    total: int = 0
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


refuses: set[int] = set()
"""Amounts that the models fail on, as if their code were wrong."""


def touched(recorded: Recorded[Any_]) -> Iterable[str]:
    yield recorded.stream
    if isinstance(recorded.event, Linked):
        yield recorded.event.other


def changed(key: str, row: Total | None, recorded: Recorded[Any_]) -> Total | None:
    row = row or Total()
    match recorded.event:
        case Added(amount=amount, tags=tags):
            if amount in refuses:
                raise ZeroDivisionError("the model is wrong")
            return Total(total=row.total + amount, tags=tuple(sorted({*row.tags, *tags})), links=row.links)
        case Linked(other=other):
            if -1 in refuses:
                raise ZeroDivisionError("the model is wrong")
            return Total(total=row.total, tags=row.tags, links=(*row.links, other))
        case _:
            return None


def terms(row: Total) -> Iterable[str]:
    return [*(f"tag:{tag}" for tag in row.tags), f"even:{row.total % 2 == 0}"]


def placed(row: Total) -> str:
    return "ăâb"[row.total % 3]


def model(name: str, **different: object) -> Model:
    given: dict[str, object] = {
        "name": name,
        "log": "registry",
        "vocabulary": VOCABULARY,
        "handles": (Added, Cleared, Linked),
        "keys": touched,
        "change": changed,
        "doc": Total,
        "terms": terms,
        "place": None if different.get("terms", terms) is None else placed,
    }
    return Model(**(given | different))  # type: ignore[arg-type]


TOTALS = model("totals")
PARKING = model("parking", on_poison="park")
STREAMS = model("streams", keys=by_stream, terms=None, history="stream")
MODELS = (TOTALS, PARKING, STREAMS)


class Writer:
    """Records events, each stream's version counted here."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._versions: dict[str, int] = {}

    async def record(self, *events: tuple[str, Any_]) -> int:
        """One append; the position of the last event."""
        command_id = str(uuid4())
        envelopes = []
        for n, (stream, event) in enumerate(events):
            version = self._versions[stream] = self._versions.get(stream, 0) + 1
            envelopes.append(
                Envelope(
                    stream=stream,
                    version=version,
                    event_id=event_id(command_id, n),
                    command_id=command_id,
                    actor="tester",
                    data=event,
                )
            )
        reply = await self._log.append(Append(Context(command_id, "tester"), b"", (), tuple(envelopes)))
        return reply.position


def story(n: int, seed: int = 1) -> list[tuple[str, Any_]]:
    """`n` events that touch few rows many times, some twice, and take rows away."""
    made: list[tuple[str, Any_]] = []
    for i in range(n):
        stream = f"counter:{(i * 7 + seed) % 11}"
        match (i * 5 + seed) % 13:
            case 0:
                made.append((stream, Cleared()))
            case 1 | 2:
                made.append((stream, Linked(other=f"counter:{(i * 3) % 12}")))
            case 3:
                made.append((stream, Unread()))
            case 4:
                made.append((stream, Added(amount=0)))
            case _:
                made.append((stream, Added(amount=i, tags=(f"t{i % 4}", "Khối thi đua")[: i % 3])))
    return made


@asynccontextmanager
async def pool_of(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(dsn, min_size=0, max_size=4) as pool:
        yield pool


async def rows_of(pool: asyncpg.Pool, name: str) -> list[tuple[object, ...]]:
    rows = await pool.fetch(f'select key, since, until, terms, doc from read."{name}" order by key, since')
    return [(*row[:3], tuple(row["terms"]), row["doc"]) for row in rows]


async def caught_up(model: Model, pool: asyncpg.Pool, log: Log, page: int = 100) -> Engine:
    engine = Engine(model, pool, log)
    await engine.catch_up(page=page)
    return engine


def expected(events: Sequence[tuple[str, Any_]], upto: int | None = None) -> dict[str, Total]:
    """The rows by the plainest fold there is."""
    rows: dict[str, Total] = {}
    for position, (stream, event) in enumerate(events[:upto], 1):
        envelope: Envelope[Any_] = Envelope(stream=stream, version=1, event_id="", command_id="", actor="", data=event)
        recorded = Recorded(1, position, None, envelope)  # type: ignore[arg-type]
        if not isinstance(event, Unread):
            for key in dict.fromkeys(touched(recorded)):
                row = changed(key, rows.get(key), recorded)
                rows.pop(key, None)
                if row is not None:
                    rows[key] = row
    return rows


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - an attribute of an engine tells nobody that it changed
            await asyncio.sleep(0.001)


async def ended(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks that were to go on for ever. Raises what one has failed with."""
    for task in tasks:
        if task.done():
            task.result()
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
