"""What outsiders may follow: a public topic, which a service translates from its own log, record by record.

A service keeps a read model of `PublicRecord`s, whose keys are subjects; every version of a row is one record of the
topic `thidua.<service>.public`, in the order of the log, as a CloudEvent 1.0 in Kafka's binary mode. Whoever follows it
drops what it has seen and holds back what comes after a gap, by `ce_sequence` within a subject. A record with a higher
`ce_epoch` takes the place of one with the same sequence: the log was restored, and then went on differently.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import orjson
from pydantic import BaseModel, ConfigDict

from services.kernel.events import Position, Recorded
from services.kernel.fold import Epochs, Model
from services.kernel.kafka import Place, place
from services.kernel.log import Log
from services.kernel.relay import START, Foreign, Mark, Record
from services.kernel.table import State, states

PAGE = 500
POLL = 0.05  # seconds

IN_ORDER = ("since", "key")
"""The index that a public model names: without it every look at its last records would read all of them."""
_PAGE = """
    select since, key, doc from read."{table}"
    where since >= $1 and (since > $1 or key > $2) order by since, key limit $3"""
_COUNT = """
    select to_regclass('read."{table}"')::oid,
        coalesce((select position from read.models where name = '{table}'), 0),
        (select count(*) from read."{table}" where (since, key) > ($1, $2) and (since, key) <= ($3, $4))"""


class Counted(NamedTuple):
    """How many records a table has up to a mark."""

    table: int
    """Its object id, which a rebuilt one does not share."""
    upto: Mark
    records: int


NOTHING = Counted(0, START, 0)


class PublicRecord(BaseModel):
    """The last record of a subject."""

    model_config = ConfigDict(frozen=True)

    type: str
    """What happened, such as `AwardConferred`."""
    sequence: int
    """Of the subject's records, from 1."""
    epoch: int
    time: datetime
    data: dict[str, Any]
    """JSON values; no personal identifiers, nothing of work under way."""


def following(row: PublicRecord | None, type_: str, recorded: Recorded[Any], data: dict[str, Any]) -> PublicRecord:
    """The subject's next record, for the model's `change`."""
    sequence = row.sequence + 1 if row else 1
    return PublicRecord(type=type_, sequence=sequence, epoch=recorded.epoch, time=recorded.recorded_at, data=data)


class PublicFeed:
    """The versions of the rows of `model`, whose doc is PublicRecord, in the order (since, key)."""

    def __init__(self, service: str, model: Model, pool: asyncpg.Pool, log: Log) -> None:
        if model.doc is not PublicRecord or model.history != "rows":
            raise ValueError(f"{model.name}: a public model keeps every version of its PublicRecords")
        if IN_ORDER not in model.indexes:
            raise ValueError(f"{model.name}: a public model has the index IN_ORDER")
        self.name = f"{service}.public"
        self._service = service
        self._table = model.name
        self._pool = pool
        self._log = log
        self._counted = NOTHING

    async def tail(self, after: Mark) -> AsyncGenerator[list[Record], None]:
        seen = -1
        while True:
            state = await self._state()
            if state is None or state.at.position == seen:
                await asyncio.sleep(POLL)
                continue
            rows = await self._pool.fetch(self._of(_PAGE), after.position, after.key, PAGE)
            if rows:
                yield [self._record(*row) for row in rows]
                after = Mark(rows[-1]["since"], rows[-1]["key"])
            if len(rows) < PAGE:
                seen = state.at.position

    def place(self, record: Foreign, known: int) -> Position | None:
        return public_place(self._service)(record, known)

    async def epochs(self) -> Epochs:
        """As the model knows them: it may still have to be rebuilt after a restore."""
        state = await self._state()
        return state.epochs if state else []

    async def rank(self, at: Mark) -> int:
        """Counts what came since it last did: a relay asks often, and a table loses rows only as a whole."""
        before = self._counted if self._counted.upto <= at else NOTHING
        ((table, known, records),) = await self._pool.fetch(self._of(_COUNT), *before.upto, *at)
        if before.table not in (0, table):
            self._counted = NOTHING
            return await self.rank(at)
        now = Counted(table, at, before.records + records)
        if at.position <= known:  # later ones may still come before that mark
            self._counted = now
        return now.records

    def saw(self, position: Position) -> None:
        self._log.saw(position)

    def _of(self, statement: str) -> str:
        return statement.replace("{table}", self._table)

    async def _state(self) -> State | None:
        async with self._pool.acquire() as connection:
            return (await states(connection, [self._table])).get(self._table)

    def _record(self, since: int, subject: str, doc: str) -> Record:
        return public_record(self._service, since, subject, PublicRecord.model_validate_json(doc))


def public_record(service: str, since: int, subject: str, row: PublicRecord) -> Record:
    headers = {
        "ce_specversion": "1.0",
        "ce_id": f"{row.epoch}-{since}-{subject}",
        "ce_source": f"/thidua/{service}",
        "ce_type": f"thidua.{service}.{row.type}",
        "ce_subject": subject,
        "ce_time": row.time.isoformat().replace("+00:00", "Z"),
        "ce_sequence": str(row.sequence),
        "ce_sequencetype": "Integer",
        "ce_epoch": str(row.epoch),
        "ce_position": str(since),
        "content-type": "application/json",
    }
    value = orjson.dumps(row.data, option=orjson.OPT_SORT_KEYS)
    return Record(Position(row.epoch, since), subject, value, headers, row.time)


def public_place(service: str) -> Place:
    """Where a record of the public topic stands; null for one that is not, to the byte, such as is made here."""

    def place_of(record: Foreign, known: int) -> Position | None:
        at, sent = place(record.headers, "ce_", known), dict(record.headers)
        if at is None:
            return None
        try:
            told = {name: (value or b"").decode() for name, value in sent.items()}
            row = PublicRecord(
                type=told["ce_type"].removeprefix(f"thidua.{service}."),
                sequence=int(told["ce_sequence"]),
                epoch=at.epoch,
                time=datetime.fromisoformat(told["ce_time"]),
                data=orjson.loads(record.value or b""),
            )
            made = public_record(service, at.position, (record.key or b"").decode(), row)
        except (KeyError, ValueError):
            return None
        return at if made.value == record.value and made.headers.items() <= told.items() else None

    return place_of
