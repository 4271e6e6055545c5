"""Rebuilding a read model from a million events: on one process and on two, of both kinds of history.

Beside it pyeventsourcing reads the same facts from its notification log into domain events, and, as the limit, asyncpg
fetches the same rows without decoding them. The clock of ours runs from the first page to the flipped table.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

import asyncpg
import psutil
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import DatetimeAsISO, JSONTranscoder, Mapper, StoredEvent, UUIDAsHex
from eventsourcing.postgres import PostgresApplicationRecorder
from pydantic import BaseModel, ConfigDict

from deploy.local.servers import Servers
from services.kernel.events import Envelope, Event, Recorded, Vocabulary, canonical
from services.kernel.fold import Model, by_stream
from services.kernel.log import Log
from services.kernel.migrate import migrate
from services.kernel.rebuild import Report, rebuild
from tests.bench.appends import PASSWORD, recorder_of
from tests.bench.figures import Figure, in_turns, rate

EVENTS = int(os.environ.get("THIDUA_BENCH_EVENTS", "1000000"))
STREAMS = 20_000
THEIRS = 200_000  # events of the peer, which reads at one rate from the first to the last
ROUNDS = 3
PAGE = 20_000
NAMESPACE = UUID("7a9fd1a0-3c0f-4c3e-9a67-6f5c1d0e7a11")
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)


class PointsGiven(Event):
    type: Literal["PointsGiven"] = "PointsGiven"
    unit: str
    criterion: str
    points: int
    note: str


class SheetConfirmed(Event):
    type: Literal["SheetConfirmed"] = "SheetConfirmed"
    unit: str
    by: str
    note: str


class Sheet(BaseModel):
    model_config = ConfigDict(frozen=True)

    unit: str
    points: int = 0
    given: int = 0
    confirmed_by: str | None = None


Told = PointsGiven | SheetConfirmed


def changed(key: str, sheet: Sheet | None, recorded: Recorded[Told]) -> Sheet:
    told = recorded.event
    points, given = (sheet.points, sheet.given) if sheet else (0, 0)
    if isinstance(told, PointsGiven):
        return Sheet(unit=told.unit, points=points + told.points, given=given + 1)
    return Sheet(unit=told.unit, points=points, given=given, confirmed_by=told.by)


def terms(sheet: Sheet) -> tuple[str]:
    return (f"unit:{sheet.unit}",)


VOCABULARY: Vocabulary[Told] = Vocabulary(PointsGiven, SheetConfirmed)
HANDLES = (PointsGiven, SheetConfirmed)
FOLDED = Model("sheets", "registry", VOCABULARY, HANDLES, by_stream, changed, Sheet, history="stream")
RANGES = Model("ranges", "registry", VOCABULARY, HANDLES, by_stream, changed, Sheet, terms)


def told(n: int) -> Told:
    unit, note = f"unit-{n % STREAMS % 63}", "x" * 180
    if n % 10 == 9:
        return SheetConfirmed(unit=unit, by=f"person-{n % 97}", note=note, effective=date(2024, 6, 1))
    return PointsGiven(unit=unit, criterion=f"criterion-{n % 40}", points=n % 10, note=note, effective=date(2024, 6, 1))


def rows() -> Iterator[tuple[Any, ...]]:
    for n in range(EVENTS):
        data = told(n)
        stream, version = f"sheet:2024:{n % STREAMS}", n // STREAMS + 1
        command_id = str(uuid5(NAMESPACE, str(n)))
        envelope = Envelope[Any](
            stream=stream, version=version, event_id=command_id, command_id=command_id, actor="officer-1", data=data
        )
        stamp = BEGAN + timedelta(microseconds=n)
        yield n + 1, 1, stamp, stream, version, data.type, canonical(envelope)


async def filled(dsn: str) -> int:
    """A log of all the events, copied in by the administrator; the mean size of a body."""
    connection = await asyncpg.connect(dsn)
    await connection.copy_records_to_table("events", schema_name="log", records=rows(), timeout=600)
    await connection.execute("update log.head set position = $1, recorded_until = clock_timestamp()", EVENTS)
    await connection.execute("vacuum analyze log.events")
    size = await connection.fetchval("select avg(length(body))::int from log.events where position <= 1000")
    await connection.close()
    return int(size)


class Given(DomainEvent):
    """The same fact, as theirs would hold it."""

    unit: str
    criterion: str
    points: int
    note: str


def filled_theirs(dsn: str) -> tuple[PostgresApplicationRecorder, Mapper[UUID]]:
    recorder = recorder_of(dsn, 2)
    transcoder = JSONTranscoder()
    transcoder.register(DatetimeAsISO())
    transcoder.register(UUIDAsHex())
    mapper: Mapper[UUID] = Mapper(transcoder)
    made: list[StoredEvent] = []
    for n in range(THEIRS):
        one = Given(  # type: ignore[call-arg]  # theirs makes a dataclass of it
            originator_id=uuid5(NAMESPACE, str(n % STREAMS)),
            originator_version=n // STREAMS + 1,
            timestamp=BEGAN,
            unit=f"unit-{n % 63}",
            criterion=f"criterion-{n % 40}",
            points=n % 10,
            note="x" * 180,
        )
        made.append(mapper.to_stored_event(one))
        if len(made) == 5_000:
            recorder.insert_events(made)
            made.clear()
    return recorder, mapper


def read_theirs(recorder: PostgresApplicationRecorder, mapper: Mapper[UUID], page: int) -> float:
    """Events a second, from their notification log into domain events."""
    began, at, done = time.perf_counter(), 0, 0
    while notifications := recorder.select_notifications(at + 1, page):
        for notification in notifications:
            mapper.to_domain_event(notification)
        done += len(notifications)
        at = int(notifications[-1].id)
    assert done == THEIRS
    return done / (time.perf_counter() - began)


async def fetched(dsn: str) -> float:
    """Rows a second, page by page, by one connection, not decoded."""
    connection = await asyncpg.connect(dsn)
    began = time.perf_counter()
    for after in range(0, EVENTS, PAGE):
        await connection.fetch(
            """select epoch, position, recorded_at, type, body from log.events
            where position > $1 and position <= $2 order by position""",
            after,
            after + PAGE,
        )
    spent = time.perf_counter() - began
    await connection.close()
    return EVENTS / spent


class Rebuilds:
    """Times rebuilds, and sees how much memory their processes take."""

    def __init__(self, log: Log, dsn: str) -> None:
        self._log, self._dsn = log, dsn
        self.peaks: dict[tuple[str, int], int] = {}
        self.hashes: dict[str, set[str]] = {}

    async def rate(self, model: Model, processes: int) -> float:
        await self._forget(model)
        watching = asyncio.create_task(self._watch(model, processes))
        report: Report = await rebuild(model, self._log, self._dsn, processes=processes, page=PAGE)
        watching.cancel()
        self.hashes.setdefault(model.name, set()).add(report.hash)
        return report.events / report.seconds

    async def _forget(self, model: Model) -> None:
        """So that it is a first build, which is compared with nothing; the comparison is no part of the figure."""
        connection = await asyncpg.connect(self._dsn)
        await connection.execute(f"drop table if exists read.{model.name}")
        await connection.close()

    async def _watch(self, model: Model, processes: int) -> None:
        key = (model.name, processes)
        while True:
            with contextlib.suppress(psutil.Error):
                for child in psutil.Process().children(recursive=True):
                    if "multiprocessing" in " ".join(child.cmdline()):
                        self.peaks[key] = max(self.peaks.get(key, 0), child.memory_info().rss)
            await asyncio.sleep(0.1)


async def run(servers: Servers) -> list[Figure]:
    admin_dsn = servers.postgres.dsn("bench_rebuild")
    await migrate(admin_dsn, "registry", password=PASSWORD, prefix="test_")
    dsn = servers.postgres.dsn("bench_rebuild", "test_thidua_registry", PASSWORD)
    size = await filled(admin_dsn)
    their_dsn = servers.postgres.dsn("bench_rebuild_theirs")
    await migrate(their_dsn, "registry", password=PASSWORD, prefix="test_")
    recorder, mapper = await asyncio.to_thread(filled_theirs, their_dsn)
    page = max((1_000, 5_000, 20_000), key=lambda p: read_theirs(recorder, mapper, p))
    print(f"  {EVENTS} events of {size} bytes in {STREAMS} streams; pyeventsourcing is best with pages of {page}")
    log = await Log.open("registry", dsn)
    rebuilds = Rebuilds(log, dsn)
    found = await in_turns(
        ROUNDS,
        {
            "one": lambda: rebuilds.rate(FOLDED, 1),
            "two": lambda: rebuilds.rate(FOLDED, 2),
            "ranges one": lambda: rebuilds.rate(RANGES, 1),
            "ranges two": lambda: rebuilds.rate(RANGES, 2),
            "peer": lambda: asyncio.to_thread(read_theirs, recorder, mapper, page),
            "limit": lambda: fetched(dsn),
        },
    )
    await log.close()
    recorder.datastore.close()
    assert all(len(hashes) == 1 for hashes in rebuilds.hashes.values()), rebuilds.hashes
    figures = []
    for key, name in (("one", "1 process"), ("two", "2 processes")):
        for prefix, kind in (("", "a row per stream"), ("ranges ", "rows with all their past")):
            value, title = found[prefix + key], f"rebuild, {name}, {kind}"
            figures.append(rate(title, value, "events/s", "pyeventsourcing's read", found["peer"], 3.0))
            figures.append(rate(title, value, "events/s", "rows undecoded", found["limit"], 0.4))
    for (model, processes), peak in sorted(rebuilds.peaks.items()):
        figures.append(Figure(f"rebuild, peak memory of each of {processes}, {model}", peak / 1e6, "MB"))
    return figures
