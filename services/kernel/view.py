"""Reading read models: every answer of one query is read at one position per log, in one snapshot of the database.

A model that is further on is read as of that position, so that two models agree and page two belongs to page one.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import asyncpg
from pydantic import BaseModel

from services.kernel.errors import Invalid, Refused, Unavailable, Violation
from services.kernel.events import Envelope, Position, Recorded, Row, Vocabulary
from services.kernel.fold import Doc, Epochs, Fold, Model, Rank, lost, steps
from services.kernel.once import once
from services.kernel.postgres import passing
from services.kernel.retry import pauses
from services.kernel.table import Connection, State, Table, states

LONGEST = 10_000  # events of the streams that one answer about the past folds again
KEPT = ((1_024, 65_536), (4_096, 16_384), (16_384, 2_048))
"""Of up to so many characters so many rows are kept as objects by a process: of a whole nation nearly all, which with
what is made of them is some 700 MB.
"""
EVENTS = 32_768  # kept as objects by a process: some 200 MB

_TOLD = """
    select epoch, position, recorded_at, body
    from unnest($1::text[], $2::integer[]) with ordinality k (stream, version, n)
    join log.events using (stream, version) order by n"""


class ReadOptions(NamedTuple):
    """From which past a query is read, and not before what."""

    as_of: Mapping[str, Position] = {}
    """By log; a log that is not named is read in the present."""
    as_of_time: datetime | None = None
    """Made into a position of each log by `Tools.look`."""
    at_least: Mapping[str, Position] = {}
    """By log: wait until this is known."""
    seconds: float = 5.0
    """How long to wait for it."""


class OwnLog(Protocol):
    """What a view asks of the service's own log."""

    name: str

    async def head(self) -> Position: ...


class View:
    """The read models as one query sees them. Used by one coroutine at a time."""

    def __init__(
        self, connection: Connection, positions: Mapping[str, Position], known: Mapping[str, Position]
    ) -> None:
        self.positions = positions
        """What the answer knows, per log."""
        self.tools: Any = None
        """The service's `Tools`, where it runs: the vault, its peers."""
        self._connection = connection
        self._known = known  # what each model's table knows, at or past that
        self._read: dict[str, dict[str, Doc | None]] = {}  # by model and key; null for a row that is not there

    @classmethod
    @asynccontextmanager
    async def open(
        cls, pool: asyncpg.Pool, models: Sequence[Model], read: ReadOptions, log: OwnLog
    ) -> AsyncIterator["View"]:
        """See the models that a query uses. Raises Invalid for a past that never was, Unavailable."""
        deadline = time.monotonic() + read.seconds
        try:
            as_of = await _resolved(models, read, log)
            tries = pauses(0.002, 0.025)
            while True:
                async with pool.acquire(timeout=max(0.1, deadline - time.monotonic())) as connection:
                    found = await _snapshot(connection, models)
                    try:
                        behind = _behind(models, found, as_of, read.at_least)
                        if behind is None:
                            known = {model.name: found[model.name].at for model in models}
                            yield cls(connection, _positions(models, known, as_of), known)
                            return
                    finally:
                        await _end(connection)
                pause = next(tries)
                if time.monotonic() + pause > deadline:
                    raise behind
                await asyncio.sleep(pause)
        except Exception as error:
            if not passing(error):
                raise
            raise Unavailable(
                en="the database is away: retry later", vi="Cơ sở dữ liệu tạm ngừng, xin thử lại sau."
            ) from error

    async def get(self, model: Model, key: str) -> Doc | None:
        return (await self.many(model, [key])).get(key)

    async def many(self, model: Model, keys: Iterable[str]) -> dict[str, Doc]:
        """The rows that are there, by key. What the view has read of a model it does not read again."""
        wanted = dict.fromkeys(keys)
        read = self._read.setdefault(model.name, {})
        if left := sorted(wanted.keys() - read.keys()):
            found = await self._rows_of(model, left)
            read.update((key, found.get(key)) for key in left)
        return {key: doc for key in sorted(wanted) if (doc := read[key]) is not None}

    async def _rows_of(self, model: Model, wanted: Sequence[str]) -> dict[str, Doc]:
        at = self.positions[model.log]
        if model.history == "stream" and at < self._known[model.name]:
            return await self._folded(model, wanted, at)
        rows = await _table(model).get(self._connection, wanted, at.position)
        return {key: _decoded(model, doc) for key, doc in rows}

    async def find(
        self, model: Model, *terms: str, limit: int = 100, after_key: str | None = None
    ) -> list[tuple[str, Doc]]:
        """The rows that have all of these terms, ordered by key (by code point), from after `after_key`.

        The next page is asked for with the last key, as of this view's positions.
        """
        if model.history == "stream":
            raise ValueError(f"{model.name} keeps no past rows to search")
        at = self.positions[model.log].position
        rows = await _table(model).find(self._connection, terms, at, after_key or "", limit)
        return [(key, _decoded(model, doc)) for key, doc in rows]

    async def ranked(
        self,
        model: Model,
        *terms: str,
        first: Sequence[Sequence[str]] = (),
        after: Rank | None = None,
        limit: int = 100,
    ) -> list[tuple[Rank, Doc]]:
        """The rows that have all of these terms, each after its `Model.rank`, from after such a rank."""
        at = self.positions[model.log].position
        rows = await _table(model).ranked(self._connection, terms, at, first, after or [], limit)
        return [(rank, _decoded(model, doc)) for doc, *rank in rows]

    async def having(self, model: Model, terms: Iterable[str]) -> list[tuple[str, Doc]]:
        """The rows that have any of these terms, ordered by key."""
        if model.history == "stream":
            raise ValueError(f"{model.name} keeps no past rows to search")
        wanted, at = sorted(set(terms)), self.positions[model.log].position
        rows = await _table(model).having(self._connection, wanted, at) if wanted else []
        return [(key, _decoded(model, doc)) for key, doc in rows]

    async def _folded(self, model: Model, keys: Sequence[str], at: Position) -> dict[str, Doc]:
        """Rows of the past, folded from their streams; a row that has not changed since is as it is now."""
        rows = await _table(model).get(self._connection, keys, at.position)
        found = {key: _decoded(model, doc) for key, doc in rows}
        left = [key for key in keys if key not in found]
        made, _ = steps(model, await self._rows(left, at, model) if left else [])
        fold = Fold(model, parks=True)
        for step in made:
            fold.event(step.recorded, step.keys)
        return found | {key: _decoded(model, row.doc.decode()) for key, row in fold.current.items()}

    async def events(self, model: Model, stream: str) -> list[Recorded[Any]]:
        """All that a stream of the own log, which the model folds, tells at this view's position."""
        return model.vocabulary.decode(await self._rows([stream], self.positions[model.log]))

    async def told(self, model: Model, at: Sequence[tuple[str, int]]) -> list[Recorded[Any]]:
        """The events of the own log at these streams and versions, of which a row of the model tells."""
        rows = await self._connection.fetch(_TOLD, [stream for stream, _ in at], [version for _, version in at])
        return [Recorded(e, p, at, _event(model.vocabulary, body)) for e, p, at, body in rows]

    async def _rows(self, streams: Sequence[str], at: Position, seen_by: Model | None = None) -> list[Row]:
        """What streams of the own log tell, but for what operators have ruled that a model shall never see.

        Raises Refused for more than can be read for one answer.
        """
        rows = await self._connection.fetch(
            """select epoch, position, recorded_at, type, body from log.events e
            where stream = any($1::text[]) and position <= $2 and not exists (
                select from ops.rulings r where r.model = $4 and r.ruling = 'discard'
                and (r.epoch, r.position) = (e.epoch, e.position))
            order by position limit $3""",
            streams,
            at.position,
            LONGEST + 1,
            seen_by and seen_by.name,
        )
        if len(rows) > LONGEST:
            raise Refused(
                "read.as_of",
                en=f"more than {LONGEST} events would have to be read again: ask for less at once",
                vi=f"phải đọc lại hơn {LONGEST} sự kiện: xin hỏi ít hơn trong một lần",
            )
        return [Row(*row) for row in rows]


def _decoded(model: Model, doc: str) -> Doc:
    """A row from its text. What many answers show is made once: they only read it."""
    if model.doc is not None:
        for most, made in _rows:
            if len(doc) <= most:
                return made(model.doc, doc)
    return model.decode(doc)


def _made(kind: type[BaseModel], doc: str) -> BaseModel:
    return kind.model_validate_json(doc)


def _read(vocabulary: Vocabulary[Any], body: bytes) -> Envelope[Any]:
    return vocabulary.envelopes((body,))[0]


_table = once(Table)
_event = lru_cache(maxsize=EVENTS)(_read)
_rows = [(most, lru_cache(maxsize=number)(_made)) for most, number in KEPT]


async def _resolved(models: Sequence[Model], read: ReadOptions, log: OwnLog) -> dict[str, Position]:
    """Where in the past each log is to be read."""
    as_of = dict(read.as_of)
    _only_used({model.log for model in models}, read)
    if any(model.history == "stream" and model.log != log.name for model in models):
        raise ValueError("only the own log can be folded again from its streams")
    if log.name in as_of and as_of[log.name] > await log.head():
        raise _no_past(en="the log has not reached this position", vi="sổ sự kiện chưa đến vị trí này")
    return as_of


def _only_used(logs: Set[str], read: ReadOptions) -> None:
    """Raises Invalid for positions of logs that the answer does not rest on: nobody would heed them."""
    told = {"read.as_of_position": read.as_of, "read.at_least": read.at_least}
    unheeded = [(field, log) for field, positions in told.items() for log in sorted(positions.keys() - logs)]
    if unheeded:
        known = ", ".join(sorted(logs))
        raise Invalid(
            *(
                Violation(
                    field, vi=f"không dùng sổ {log}, chỉ dùng: {known}", en=f"rests on {known}, not on the log {log}"
                )
                for field, log in unheeded
            )
        )


async def _snapshot(connection: Connection, models: Sequence[Model]) -> dict[str, State]:
    """Begin a snapshot of the models' tables, and read what they know; nothing if one is missing.

    The tables are locked against being replaced before the snapshot is taken, which would find a newer one empty.
    """
    names = sorted({model.name for model in models})
    begin = "begin isolation level repeatable read read only"
    lock = "lock table " + ", ".join(f'read."{name}"' for name in names) + " in access share mode"
    try:
        await connection.execute(f"{begin}; {lock}" if names else begin)
    except asyncpg.UndefinedTableError:
        return {}
    return await states(connection, names)


async def _end(connection: Connection) -> None:
    """End the snapshot, or else the connection: no later query may find itself in it."""
    try:
        await connection.execute("rollback")
    except Exception:
        connection.terminate()


def _behind(
    models: Sequence[Model],
    states: Mapping[str, State],
    as_of: Mapping[str, Position],
    at_least: Mapping[str, Position],
) -> Unavailable | None:
    """Why the models cannot answer yet."""
    for model in models:
        state = states.get(model.name)
        if state is None or state.version != model.version:
            return Unavailable(
                en=f"the read model {model.name} is being built: retry later",
                vi=f"Dữ liệu {model.name} đang được dựng, xin thử lại sau.",
            )
        past = as_of.get(model.log)
        if past is not None and (why := _no_such(past, state.epochs)):
            raise why
        needed = max(past or state.at, at_least.get(model.log, state.at))
        if state.at < needed:
            return Unavailable(
                en=f"the read model {model.name} knows position {state.at.position} of {needed.position}: retry later",
                vi=f"Dữ liệu {model.name} mới cập nhật đến vị trí {state.at.position} trên {needed.position}, "
                "xin thử lại sau.",
            )
    return None


def _no_such(past: Position, epochs: Epochs) -> Invalid | None:
    """Why there is no such past; a later epoch than is known may be yet to come."""
    if past.epoch < max((epoch for epoch, _ in epochs), default=0) and past.epoch not in dict(epochs):
        return _no_past(en="there is no such epoch: name the one in answers", vi="không có kỳ (epoch) như vậy")
    if lost(past, epochs):
        return _no_past(en="this position was lost when the log was restored", vi="vị trí này đã mất khi khôi phục sổ")
    return None


def _positions(
    models: Sequence[Model], known: Mapping[str, Position], as_of: Mapping[str, Position]
) -> dict[str, Position]:
    """Per log the latest position that all models know, or the past that was asked for."""
    positions: dict[str, Position] = {}
    for model in models:
        at = as_of.get(model.log, known[model.name])
        positions[model.log] = min(positions.get(model.log, at), at)
    return positions


def _no_past(*, en: str, vi: str) -> Invalid:
    return Invalid(Violation("read.as_of_position", vi=vi, en=en))
