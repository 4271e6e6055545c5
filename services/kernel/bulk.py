"""The bulk of a rebuild: a long stretch of the log folded in memory and written by COPY, in several processes."""

import asyncio
import contextlib
import gc
import multiprocessing
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple
from zlib import crc32

import asyncpg

from services.kernel.errors import Unavailable
from services.kernel.events import PAGE_BYTES, Position, Recorded, Row
from services.kernel.fold import TERM_BREAK, Fold, Model, Range, by_stream, steps
from services.kernel.log import PAGE
from services.kernel.postgres import SETTINGS
from services.kernel.projection import Hole, Source

ROWS_AT_ONCE = 50_000  # rows of the past that one process keeps before it writes them
MOST_KEYS = 1_000_000  # rows that one process keeps in memory
COLUMNS = ("key", "since", "until", "terms", "doc", "place")

CHUNK = 256  # events decoded at once: few enough to stay in the processor's cache, which halves the time

_READ = """
    select array_agg(epoch), array_agg(position), array_agg(recorded_at), array_agg(type), array_agg(body), max(size)
    from ({page}) c group by (position - 1) / {chunk} order by (position - 1) / {chunk}""".replace(
    "{chunk}", str(CHUNK)
)
_READ = _READ.replace("{page}", PAGE.replace("{which}", "type = any($3) {part}").replace("{limit}", ""))
_READ_ALL = _READ.replace("{part}", "")
_READ_PART = _READ.replace("{part}", "and (hashtextextended(stream, 0) & 2147483647) % $4 = $5")


class Full(Exception):
    """More rows than a process may keep in memory: fold fewer at a time."""


class Task(NamedTuple):
    """Fold a model up to a position into a table; `part` of `parts` of its keys."""

    model: Model
    table: str
    dsn: str
    until: int
    page: int
    discarded: frozenset[Position]
    parts: int = 1
    part: int = 0


class Chunk(NamedTuple):
    """Events by column."""

    epochs: list[int]
    positions: list[int]
    times: list[datetime]
    types: list[str]
    bodies: list[bytes]


class Page(NamedTuple):
    chunks: list[Chunk]
    upto: int


async def fill(task: Task, source: Source, processes: int, report: Callable[[int], None]) -> None:
    """Fold everything. With no `processes`, `source` is read and folded in this one.

    Raises Poison, Full, and Unavailable if a process is killed.
    """
    if processes == 0:
        parts = [task._replace(part=part) for part in range(task.parts)]
        for one in parts:
            await fold(one, _pages_of(source, one), report)
        return
    task = task._replace(parts=max(task.parts, processes))
    done = [0] * task.parts
    free = asyncio.Semaphore(processes)

    async def run(part: int) -> None:
        def moved(to: int) -> None:
            done[part] = to
            report(sum(done) // task.parts)

        async with free:
            await _in_process(task._replace(part=part), moved)

    try:
        async with asyncio.TaskGroup() as group:
            for part in range(task.parts):
                group.create_task(run(part))
    except ExceptionGroup as failed:  # not `except*`, which wraps what is raised in it up to Python 3.11.3
        raise failed.exceptions[0] from None


async def fold(task: Task, pages: AsyncIterator[Page], report: Callable[[int], None], *, every: bool = False) -> None:
    """Fold the pages in memory and write the rows. `every`: all keys of the pages are of the task's part."""
    model = task.model
    every = every or task.parts == 1
    state = Fold(model, parks=False)
    connection = await asyncpg.connect(task.dsn, server_settings=SETTINGS | {"statement_timeout": "0"})
    try:
        async for page in pages:
            for chunk in page.chunks:
                for recorded, keys in _steps(task, chunk):
                    if own := keys if every else [key for key in keys if crc32(key.encode()) % task.parts == task.part]:
                        state.event(recorded, own)
                await asyncio.sleep(0)  # the next page arrives meanwhile
            if len(state.ended) >= ROWS_AT_ONCE:
                await _copy(connection, task, state.ended)
                state.ended.clear()
            if len(state.current) > MOST_KEYS:
                raise Full
            report(page.upto)
        await _copy(connection, task, state.ended)
        await _copy(connection, task, list(state.current.values()))
    finally:
        connection.terminate()


def _steps(task: Task, chunk: Chunk) -> Iterable[tuple[Recorded[Any], Sequence[str]]]:
    """What is folded of a chunk. Raises Poison."""
    model = task.model
    if model.keys is by_stream and not task.discarded:
        with contextlib.suppress(ValueError):
            envelopes = model.vocabulary.envelopes(chunk.bodies)
            events = map(Recorded, chunk.epochs, chunk.positions, chunk.times, envelopes)
            return zip(events, [(envelope.stream,) for envelope in envelopes], strict=True)
    made, stop = steps(model, [Row(*row) for row in zip(*chunk, strict=True)], task.discarded)
    if stop is not None:
        raise stop
    return made


async def _copy(connection: asyncpg.Connection, task: Task, ranges: Sequence[Range]) -> None:
    columns = COLUMNS if task.model.place else COLUMNS[:-1]
    rows = (
        (r.key, r.since, r.until, r.terms.split(TERM_BREAK) if r.terms else [], r.doc.decode(), r.place) for r in ranges
    )
    await connection.copy_records_to_table(
        task.table, schema_name="read", columns=columns, records=(row[: len(columns)] for row in rows)
    )


async def _pages_of(source: Source, task: Task) -> AsyncIterator[Page]:
    at, types = 0, task.model.types
    while at < task.until:
        rows = await source.read(at, task.page, task.until)
        if not rows or rows[0].position != at + 1 or rows[-1].position != at + len(rows):
            raise Hole(task.table, Position(0, at), rows[0].at if rows else Position(0, task.until))
        at = rows[-1].position
        wanted = [row for row in rows if row.type in types]
        parts = [wanted[first : first + CHUNK] for first in range(0, len(wanted), CHUNK)]
        yield Page([Chunk(*map(list, zip(*part, strict=True))) for part in parts], at)


async def _pages(task: Task) -> AsyncIterator[Page]:
    """The model's events (of this part, where a stream belongs to one), the next page being read meanwhile."""
    connection = await asyncpg.connect(task.dsn, server_settings=SETTINGS | {"statement_timeout": "0"})
    types = sorted(task.model.types)
    own = (task.parts, task.part) if task.parts > 1 and task.model.keys is by_stream else ()

    async def read(after: int) -> Page:
        upto = min(after + task.page, task.until)
        rows = await connection.fetch(_READ_PART if own else _READ_ALL, after, upto, types, *own)
        chunks = [Chunk(*row[:5]) for row in rows]
        if rows and rows[-1]["max"] >= PAGE_BYTES:  # it may end before `upto`
            upto = chunks[-1].positions[-1]
        return Page(chunks, upto)

    try:
        coming: asyncio.Task[Page] | None = asyncio.create_task(read(0))
        while coming is not None:
            page = await coming
            coming = asyncio.create_task(read(page.upto)) if page.upto < task.until else None
            await asyncio.sleep(0)  # sends the question before the fold begins
            yield page
    finally:
        connection.terminate()


async def _in_process(task: Task, report: Callable[[int], None]) -> None:
    """Fold in a process of its own. It dies with this one, however that ends."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(task, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        while (said := await _heard(ours, process)) is not None:
            if isinstance(said, Exception):
                raise said
            report(said)
    finally:
        process.kill()
        await asyncio.to_thread(process.join)
        ours.close()


async def _heard(pipe: Pipe, process: BaseProcess) -> int | Exception | None:
    """What the process says next. Raises Unavailable if it has ended without a word, such as for want of memory."""
    try:
        return await asyncio.to_thread(pipe.recv)
    except (EOFError, OSError):
        await asyncio.to_thread(process.join)
        code = process.exitcode or 0
        en, vi = (f"signal {-code}", f"tín hiệu {-code}") if code < 0 else (f"code {code}", f"mã {code}")
        raise Unavailable(
            en=f"A process of the rebuild was ended by {en} (9: killed, perhaps for want of memory): rebuild it again",
            vi=f"Một tiến trình dựng lại đã bị kết thúc bởi {vi} (9: bị hủy, có thể do thiếu bộ nhớ): xin dựng lại",
        ) from None


def _work(task: Task, pipe: Pipe) -> None:
    threading.Thread(target=_die_with_parent, daemon=True).start()
    gc.freeze()
    gc.disable()  # a fold makes no cycles
    try:
        asyncio.run(fold(task, _pages(task), pipe.send, every=task.model.keys is by_stream))
        pipe.send(None)
    except Exception as error:
        error.__cause__ = None
        pipe.send(error)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
