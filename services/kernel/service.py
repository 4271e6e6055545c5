"""What a service is made of, what it has at hand, and how it takes a command and a query."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

import asyncpg
import structlog
from google.protobuf.descriptor import ServiceDescriptor
from thidua.kernel.v1 import kernel_pb2

from services.kernel import batch, binding, convert
from services.kernel.appends import Reply
from services.kernel.auth import ServiceToken
from services.kernel.decider import Command, Context, Handlers, Stream
from services.kernel.errors import Invalid, Refused, Unavailable, Violation
from services.kernel.events import Position, Vocabulary
from services.kernel.fold import Model
from services.kernel.handling import Handling
from services.kernel.inbox import Inbox
from services.kernel.kafka import Kafka
from services.kernel.log import Log
from services.kernel.logclient import LogClient
from services.kernel.migrate import Foreign, check
from services.kernel.performing import Act, performable
from services.kernel.postgres import SETTINGS, no_reset, passing
from services.kernel.projection import Source
from services.kernel.relay import Feed
from services.kernel.retry import pauses
from services.kernel.settings import PREFIX, DatabaseSettings, Settings, SettingsError
from services.kernel.telling import named
from services.kernel.tools import Peer, Tools, peer
from services.kernel.vault import Vault, WrongMasterKey
from services.kernel.view import ReadOptions

CONNECTIONS, CONNECTIONS_OF_THE_VAULT = 16, 4  # of one process to its database, beside those of its log

VIETNAM = timezone(timedelta(hours=7))

Arrival = Callable[[Any, Tools], Awaitable[Command]]
Consequence = Callable[[Any, Tools], Awaitable[None]]
T = TypeVar("T")

_log = structlog.get_logger()


class StartError(Exception):
    """Why the service cannot start: a sentence for an operator."""


@dataclass(frozen=True)
class Service:
    """Everything that one service is, apart from where it runs."""

    name: str
    api: ServiceDescriptor
    vocabulary: Vocabulary[Any]
    handlers: Handlers
    queries: Mapping[str, binding.Query] = field(default_factory=dict)
    jobs: Mapping[str, binding.Job] = field(default_factory=dict)
    models: tuple[Model, ...] = ()
    """Read models of its own log."""
    foreign: Mapping[str, tuple[Model, ...]] = field(default_factory=dict)
    """Read models of other services' logs, by service."""
    arrivals: Mapping[type[Command], Arrival] = field(default_factory=dict)
    """What is done to a command before it is decided: persons' texts sealed, facts of other logs filled in. What a
    client sent, and not what this makes of it, tells whether a command id is used again. It may refuse the command."""
    widened: Callable[[Command], bool] = batch.never
    """Whether a command's decision reads more streams once that is done; a batch decides such a one by itself."""
    keeps_persons: bool = False
    """Whether it has a person vault, and so needs the master key."""
    consequences: Mapping[type[Command], Consequence] = field(default_factory=dict)
    """What follows once a command is recorded, whatever becomes of its caller, and again at each repetition of it: a
    person's key destroyed."""
    beginning: Callable[[Tools], Awaitable[None]] | None = None
    """What is done before anything is served."""
    mending: Callable[[Tools], Awaitable[None]] | None = None
    """What is done then, and every minute after: consequences that a crash kept from following, or
    that a restore undid."""
    public: Callable[[Tools], Feed] | None = None
    """The feed of its public topic."""

    @property
    def all_models(self) -> tuple[Model, ...]:
        return (*self.models, *(model for models in self.foreign.values() for model in models))


@asynccontextmanager
async def opened(service: Service, settings: DatabaseSettings) -> AsyncIterator[Tools]:
    """The service's log, pool and peers. Waits for a database that is down. Raises StartError, SettingsError."""
    dsn = settings.database.get_secret_value()
    patience = settings.patience if isinstance(settings, Settings) else 0.0
    async with AsyncExitStack() as stack:
        peers = _peers(service, settings)
        for other in peers.values():
            stack.push_async_callback(other.channel.close, None)
        await _patiently(patience, lambda: check(dsn, service.name, settings.role_prefix))
        log = await _patiently(patience, lambda: Log.open(service.name, dsn))
        stack.push_async_callback(log.close)
        pool = await _pool(dsn, CONNECTIONS, stack)
        tools = Tools(pool, log, await _vault(service, settings, stack), peers)
        stack.push_async_callback(tools.finishing.close)
        yield tools


async def _pool(dsn: str, most: int, stack: AsyncExitStack) -> asyncpg.Pool:
    pool = await asyncpg.create_pool(
        dsn, min_size=0, max_size=most, server_settings=SETTINGS, command_timeout=60, reset=no_reset
    )
    stack.callback(pool.terminate)
    return pool


async def _patiently(patience: float, open_: Callable[[], Awaitable[T]]) -> T:
    end = time.monotonic() + patience
    for pause in pauses(first=0.2):
        try:
            return await open_()
        except Foreign as error:
            raise StartError(str(error)) from None
        except asyncpg.UndefinedTableError:
            raise StartError("The database is not migrated: run `thidua migrate` first.") from None
        except Exception as error:
            if not (passing(error) or isinstance(error, Unavailable)):
                raise
            if time.monotonic() + pause > end:
                raise StartError(f"The database does not answer: {error}") from error
            _log.warning("database.away", error=type(error).__name__, retry_in=round(pause, 1))
        await asyncio.sleep(pause)
    raise AssertionError


def _peers(service: Service, settings: DatabaseSettings) -> dict[str, Peer]:
    if settings.service_token_key is None:
        return {}
    key = json.loads(settings.service_token_key.get_secret_value())
    if key["iss"] != service.name:
        raise SettingsError(f"THIDUA_SERVICE_TOKEN_KEY is the key of {key['iss']}, and not of {service.name}.")
    return {name: peer(str(address), ServiceToken(key, name)) for name, address in settings.peers.items()}


async def _vault(service: Service, settings: DatabaseSettings, stack: AsyncExitStack) -> Vault | None:
    """Its connections are its own: answers that hold all of the others ask it."""
    master = settings.master_key if isinstance(settings, Settings) else None
    if master is None or not service.keeps_persons or not isinstance(settings, Settings):
        return None
    pool = await _pool(settings.database.get_secret_value(), CONNECTIONS_OF_THE_VAULT, stack)
    vault = Vault(pool, bytes.fromhex(master.get_secret_value()))
    try:
        await _patiently(settings.patience, vault.check)
    except WrongMasterKey:
        raise SettingsError(
            f"{PREFIX}MASTER_KEY is not the key that wraps the keys of persons in this database: set the one that it "
            "was begun with."
        ) from None
    return vault


def owner(tools: Tools, log: str) -> LogClient:
    """The log of another service, by gRPC. Raises SettingsError."""
    if log not in tools.peers:
        raise SettingsError(f"THIDUA_PEERS and THIDUA_SERVICE_TOKEN_KEY must tell how to reach {log}.")
    return tools.owner(log)


def history(service: Service, tools: Tools, log: str) -> Source:
    """Where a rebuild reads a log: its own, or another's from its owner alone, without Kafka."""
    return tools.log if log == service.name else Inbox(service.name, owner(tools, log), Kafka(""))


def acting(service: Service, tools: Tools, settings: Settings) -> binding.Act:
    """How the service takes a command."""
    key = settings.command_key.get_secret_value().encode()
    handling = Handling(tools.log, service.vocabulary, service.handlers, key)

    async def act(command: Command, context: Context) -> Reply:
        try:
            if (consequence := service.consequences.get(type(command))) is None:
                return await take(command, context)
            return await tools.finishing.run(take_with(consequence, command, context))
        except Refused as refusal:
            refusal.subject = _subject(refusal.rule, service.handlers[type(command)].reads(command))
            raise

    async def take(command: Command, context: Context) -> Reply:
        arrival = service.arrivals.get(type(command))
        try:
            named(command)
            arrived = told_today(command)
            if arrival is not None:
                arrived = await arrival(arrived, tools)
                _reads_as_said(service, command, arrived)
        except (Invalid, Refused) as refusal:
            return await handling.accepted(command, context, refusal)
        return await handling.handle(arrived, context, sent=command)

    async def take_with(consequence: Consequence, command: Command, context: Context) -> Reply:
        reply = await take(command, context)
        await _followed(consequence, command, tools)
        return reply

    return act


async def _followed(consequence: Consequence, command: Command, tools: Tools) -> None:
    """Once the database lets it follow."""
    for pause in pauses():
        try:
            return await consequence(command, tools)
        except Exception as error:
            _log.error("consequence.failed", command=type(command).__name__, exc_info=error)
            if not passing(error):
                raise
        await asyncio.sleep(pause)
    raise AssertionError


async def mending(service: Service, tools: Tools, every: float = 60.0) -> None:
    """Mend for ever, after so many seconds each time."""
    while service.mending is not None:
        await asyncio.sleep(every)
        await service.mending(tools)


def _reads_as_said(service: Service, sent: Command, arrived: Command) -> None:
    """Raises TypeError where batches would put the command out of order."""
    reads = service.handlers[type(sent)].reads
    if not service.widened(sent) and reads(sent) != reads(arrived):
        raise TypeError(f"{type(sent).__name__} reads more once it has arrived, and is not `widened`")


def told_today(command: Command) -> Command:
    """An act performed here with the day of it, since the domain has no clock; any other command as it is.

    Raises Refused for an act that no decision may let pass.
    """
    if not isinstance(command, Act) or command.record is not None:
        return command
    act = command.model_copy(update={"told_on": datetime.now(VIETNAM).date()})
    performable(act)
    return act


def _subject(rule: str, streams: Sequence[Stream[Any]]) -> str:
    """Of the streams that a decision read, the one that a rule such as `bloc.dissolved` is about; else the first."""
    kind = rule.partition(".")[0]
    return next((stream.name for stream in streams if stream.fold.kind == kind), streams[0].name)


@dataclass(frozen=True)
class Hand:
    """What a job has at hand during a call: what the service has, who calls, and how to tell commands in their name."""

    tools: Tools
    call: binding.Call
    tell: Callable[[Sequence[Command], Sequence[str]], Awaitable[list[batch.Outcome]]]
    """Commands and their ids: what became of each, as of a batch."""


def giving(service: Service, tools: Tools, act: binding.Act) -> binding.Give:
    def give(call: binding.Call) -> Hand:
        end = time.monotonic() + batch.IN_TIME * call.seconds

        async def tell(commands: Sequence[Command], ids: Sequence[str]) -> list[batch.Outcome]:
            sent = [batch.Sent(command, call.context(id_)) for command, id_ in zip(commands, ids, strict=True)]
            return await batch.tell(sent, service.handlers, service.widened, act, max(0.05, end - time.monotonic()))

        return Hand(tools, call, tell)

    return give


def options(read: kernel_pb2.Read, seconds: float) -> ReadOptions:
    """How a query is to be read. Raises Invalid."""
    as_of = convert.moment(read.as_of_time) if read.HasField("as_of_time") else None
    if isinstance(as_of, convert.Bad):
        raise Invalid(Violation("read.as_of_time", vi=as_of.vi, en=as_of.en))
    return ReadOptions(
        _positions(read.as_of_position, "read.as_of_position"),
        as_of,
        _positions(read.at_least, "read.at_least"),
        max(0.05, 0.9 * seconds),
    )


def _positions(sent: Collection[kernel_pb2.Position], field_: str) -> dict[str, Position]:
    found = {at.log: Position(at.epoch, at.position) for at in sent}
    if "" in found or len(found) != len(sent) or any(at.position > convert.EXACT for at in sent):
        raise Invalid(Violation(field_, vi="mỗi sổ sự kiện một vị trí, có tên sổ", en="one position per named log"))
    return found
