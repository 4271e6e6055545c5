"""What the operator's commands do to a service's log and read models, and how they show it."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import asyncpg
import orjson
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from services.kernel import operators, rebuild
from services.kernel.errors import Error, Missing
from services.kernel.events import Envelope, Position, Row
from services.kernel.fold import Model
from services.kernel.history import newest
from services.kernel.kafka import LOOK, Kafka, read_last
from services.kernel.log import new_epoch
from services.kernel.public import public_place
from services.kernel.relay import log_place
from services.kernel.service import Service, history, opened, owner
from services.kernel.settings import DatabaseSettings, SettingsError
from services.kernel.tools import Tools

PAGE = 5_000  # events

out = Console(highlight=False)


class Failed(Exception):
    """What was asked for did not come out well; the message has been shown."""


def chosen(service: Service, names: Sequence[str]) -> list[Model]:
    """The read models of these names, all without one. Raises SettingsError."""
    found = {model.name: model for model in service.all_models}
    for name in names:
        if name not in found:
            raise SettingsError(f"{service.name} has no read model {name}: choose of {', '.join(found)}.")
    return [found[name] for name in names or found]


async def status(service: Service, settings: DatabaseSettings, kafka: Kafka | None = None) -> None:
    """Raises Failed where something stands still. What its topics hold is compared with the log, if Kafka answers."""
    async with opened(service, settings) as tools:
        heads = {service.name: await tools.log.head()}
        for log in service.foreign:
            with contextlib.suppress(Error, SettingsError):
                heads[log] = await owner(tools, log).head()
        if kafka and (at := await _published(service.name, kafka, newest(await tools.log.epochs()), seconds=5.0)):
            tools.log.saw(at)
        fence = await tools.log.fenced()
        known = {row["name"]: row for row in await tools.pool.fetch("select * from read.models")}
        aside = dict(map(tuple, await tools.pool.fetch("select model, count(*) from read.parked group by model")))
    out.print(f"log {service.name}: epoch {heads[service.name].epoch}, position {heads[service.name].position}")
    if fence:
        out.print(f"[red]fenced, no appends are taken: {fence}")
        out.print("if the database was restored or promoted, run `thidua new-epoch`; if not, first see who may write")
        out.print(f"to the topics thidua.{service.name}.*, and which database THIDUA_DATABASE is")
    table = Table("read model", "log", "epoch", "position", "lag", "parked", "state")
    for model in service.all_models:
        row, head = known.get(model.name), heads.get(model.log)
        position = row["position"] if row else 0
        lag = str(head.position - position) if head else "?"
        state = "not built" if row is None else row["error"] or "live"
        if row is not None and row["version"] != model.version:
            state = f"of version {row['version']}, this program's is {model.version}"
        epoch = str(row["epoch"]) if row else ""
        table.add_row(model.name, model.log, epoch, str(position), lag, str(aside.get(model.name, 0)), state)
    out.print(table)
    if fence or any(_stands(m, known.get(m.name)) for m in service.all_models):
        raise Failed


def _stands(model: Model, row: asyncpg.Record | None) -> bool:
    return row is None or row["version"] != model.version or row["error"] is not None


async def begin_epoch(service: str, dsn: str, reason: str, actor: str, kafka: Kafka | None) -> int:
    """A new epoch of the log under a number that no topic has seen, as far as Kafka answers; the number."""
    return await new_epoch(dsn, reason, actor, await _published(service, kafka) if kafka else None)


async def _published(service: str, kafka: Kafka, known: int = 0, seconds: float = LOOK) -> Position | None:
    """The last position of the log that its topics hold."""
    found: list[Position] = []
    for name, place in ((f"{service}.log", log_place), (f"{service}.public", public_place(service))):
        with contextlib.suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(seconds):
                at = (await read_last(kafka, kafka.topic(name), place, known)).at
            found += [] if at is None else [at]
    return max(found, default=None)


async def verify(service: Service, settings: DatabaseSettings, processes: int) -> None:
    """Raises Failed where the log is not whole, or a read model is not what a fresh replay gives."""
    async with opened(service, settings) as tools:
        events = await _whole(service, tools)
    out.print(f"log {service.name}: {events} events, without a gap, in canonical form")
    await rebuilt(service, settings, list(service.all_models), processes, None)


async def rebuilt(
    service: Service,
    settings: DatabaseSettings,
    models: Sequence[Model],
    processes: int,
    accept: rebuild.Accept | None,
) -> None:
    """Raises Failed where a model differs and nobody accepts that; it then stays as it was."""
    table = Table("read model", "events", "rows", "seconds", "hash", "the live one")
    outcomes: list[str] = []
    flipped = True
    async with opened(service, settings) as tools:
        with _bar() as bar:
            for model in models:
                report = await _rebuilt(service, settings, tools, model, processes, accept, bar)
                outcomes.append(_outcome(report))
                table.add_row(model.name, *_shown(report))
                flipped = flipped and report.flipped
    out.print(table)
    counts = ", ".join(f"{count} {outcome}" for outcome, count in Counter(outcomes).items())
    out.print(f"{service.name}: of its read models {counts}")
    if not flipped:
        out.print("What differs stays as it was; `thidua rebuild --accept <why>` puts the rebuilt in its place.")
        raise Failed


async def _rebuilt(
    service: Service,
    settings: DatabaseSettings,
    tools: Tools,
    model: Model,
    processes: int,
    accept: rebuild.Accept | None,
    bar: Progress,
) -> rebuild.Report:
    task = bar.add_task(model.name, total=None)

    def show(progress: rebuild.Progress) -> None:
        bar.update(task, completed=progress.done, total=progress.total)

    return await rebuild.rebuild(
        model,
        history(service, tools, model.log),
        settings.database.get_secret_value(),
        processes=processes if model.log == service.name else 0,
        accept=accept,
        progress=show,
    )


def _outcome(report: rebuild.Report) -> str:
    if report.same_as_live is None and report.events > 0:
        return "built anew"
    return "differs" if report.same_as_live is False else "equal"


def _shown(report: rebuild.Report) -> list[str]:
    outcome = _outcome(report)
    keys = f"[red]{outcome}: {', '.join(report.differing)}" if report.differing else outcome
    return [f"{report.events:,}", f"{report.rows:,}", f"{report.seconds:.1f}", report.hash[:16], keys]


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=out
    )


async def _whole(service: Service, tools: Tools) -> int:
    """How many events the log has. Raises Failed for a gap, a version out of order, or bytes in another form."""
    position = 0
    versions: dict[str, int] = {}
    while rows := await tools.log.read(position, PAGE):
        for row in rows:
            position += 1
            envelope = _read(service, row)
            version = versions.get(envelope.stream, 0) + 1 if envelope else 0
            if row.position != position or envelope is None or envelope.version != version:
                out.print(f"[red]the log is not whole at position {position}")
                raise Failed
            versions[envelope.stream] = version
    return position


def _read(service: Service, row: Row) -> Envelope[Any] | None:
    """The event, if it can be read and its bytes are in the form that events are written in.

    They are not held against what would be written today, which has the fields that were added since.
    """
    try:
        (envelope,) = service.vocabulary.envelopes([row.body])
    except ValueError:
        return None
    in_form = orjson.dumps(orjson.loads(row.body), option=orjson.OPT_SORT_KEYS) == row.body
    return envelope if in_form and envelope.data.type == row.type else None


async def parked(service: Service, settings: DatabaseSettings) -> None:
    async with opened(service, settings) as tools:
        waiting = await operators.parked(tools.pool)
    table = Table("read model", "epoch", "position", "event", "rows", "since", "why")
    for one in waiting:
        why = one.error or "waits behind an earlier one"
        since = f"{one.since:%Y-%m-%d %H:%M:%S}"
        table.add_row(
            one.model, str(one.at.epoch), str(one.at.position), one.type or "", ", ".join(one.keys), since, why
        )
    out.print(table if waiting else "nothing is parked")


async def retry(service: Service, settings: DatabaseSettings, model: Model, actor: str, reason: str) -> None:
    async with opened(service, settings) as tools:
        left = await operators.retry(tools.pool, model, actor=actor, reason=reason)
    out.print(f"{model.name}: {left} still parked")


async def discard(
    service: Service,
    settings: DatabaseSettings,
    model: Model,
    position: int,
    epoch: int | None,
    actor: str,
    reason: str,
) -> None:
    """The epoch is that of the event that the model fails on at this position, unless it is given."""
    async with opened(service, settings) as tools:
        failing = [one.at for one in await operators.parked(tools.pool, model.name) if one.at.position == position]
        if not failing:
            raise Missing(
                en=f"{model.name} does not fail on position {position}: `thidua parked list` shows what it fails on.",
                vi=f"{model.name} không vướng sự kiện tại vị trí {position}: xem `thidua parked list`.",
            )
        at = Position(epoch or failing[0].epoch, position)
        left = await operators.discard(tools.pool, model, at, actor=actor, reason=reason)
    out.print(f"{model.name} will never see epoch {at.epoch}, position {at.position}; {left} still parked")
