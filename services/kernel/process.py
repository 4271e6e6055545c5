"""The parts of a service that run together in one process until it is told to end.

A part that fails is logged and begun again, less and less often; only what stands in the way of the start ends a
process.
"""

import asyncio
import gc
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from google.protobuf.descriptor import ServiceDescriptor
from joserfc.errors import JoseError
from thidua.kernel.v1 import kernel_pb2, log_pb2

from services.kernel import batch, binding, probes
from services.kernel.auth import SERVICE, Keys, Tokens
from services.kernel.errors import Unavailable
from services.kernel.fold import Model
from services.kernel.inbox import Inbox
from services.kernel.logservice import LogRpc
from services.kernel.postgres import passing, shut_out
from services.kernel.projection import Engine, Source
from services.kernel.rebuild import heal
from services.kernel.relay import Feed, LogFeed, Relay
from services.kernel.retry import pauses
from services.kernel.server import Gate, Server
from services.kernel.service import Service, StartError, acting, giving, mending, opened, options, owner
from services.kernel.settings import Address, Settings, SettingsError, unset
from services.kernel.telemetry import Metrics
from services.kernel.tools import Tools
from services.kernel.view import View

PARTS = frozenset({"rpc", "projections", "relay"})
LOG_SERVICE: ServiceDescriptor = log_pb2.DESCRIPTOR.services_by_name["LogService"]
SAMPLE = 1.0  # seconds between two looks at how everything is
HEALTHY = 60.0  # seconds after which a part that fails begins again at once

_log = structlog.get_logger()


async def run(
    service: Service, settings: Settings, parts: Collection[str] = PARTS, *, share_port: bool = False
) -> None:
    """Run the parts until SIGTERM or SIGINT. Raises StartError, SettingsError, binding.Unbound."""
    demand(service, settings, parts)
    ending = _ending()
    async with AsyncExitStack() as stack:
        await _unless(ending, _begun(service, settings, parts, share_port, stack))
        settle()
        await ending.wait()
        _log.info("ending")


def demand(service: Service, settings: Settings, parts: Collection[str] = ()) -> None:
    """What these parts of the service need; without any, what every command told to it needs. Raises SettingsError."""
    if mistakes := list(_lacking(service, settings, parts)):
        raise SettingsError("\n".join(mistakes))


def _lacking(service: Service, settings: Settings, parts: Collection[str]) -> Iterator[str]:
    """What these parts of the service need and is not set, a sentence each. Whatever answers or folds asks the owners
    of foreign logs; only what folds their logs, or publishes its own, needs Kafka."""
    if service.keeps_persons and settings.master_key is None:
        yield unset(Settings, "master_key")
    if service.foreign and not {"rpc", "projections"}.isdisjoint(parts):
        for log in (log for log in service.foreign if log not in settings.peers):
            yield f"THIDUA_PEERS does not tell where {log} listens, whose log {service.name} reads."
        if settings.service_token_key is None:
            yield unset(Settings, "service_token_key")
    if settings.kafka is None and ("relay" in parts or (service.foreign and "projections" in parts)):
        yield unset(Settings, "kafka")


async def _begun(
    service: Service, settings: Settings, parts: Collection[str], share_port: bool, stack: AsyncExitStack
) -> None:
    tools = await stack.enter_async_context(opened(service, settings))
    await _Process(service, settings, tools, stack).start(parts, share_port)


async def _unless(ending: asyncio.Event, start: Coroutine[Any, Any, None]) -> None:
    """Wait for the start, which may wait for a database; it is cut short where the process is told to end meanwhile."""
    begun, told = asyncio.create_task(start), asyncio.create_task(ending.wait())
    await asyncio.wait((begun, told), return_when=asyncio.FIRST_COMPLETED)
    for one in (begun, told):
        one.cancel()
    with suppress(asyncio.CancelledError):
        await begun


def settle() -> None:
    """For when all is loaded: what is there now stays, and need not be looked at again for garbage.

    The rest is looked at often and little at once, for all calls under way wait meanwhile: the youngest take 1 ms, the
    next some 5 ms. What is old is mostly rows kept for answers, which hold no cycles: to look at them all takes up to a
    second, and is done about once in an hour of full load.
    """
    gc.freeze()
    gc.set_threshold(1_000, 10, 50_000)


class _Process:
    """The parts of a service that run in this process, and how they are."""

    def __init__(self, service: Service, settings: Settings, tools: Tools, stack: AsyncExitStack) -> None:
        self._service = service
        self._settings = settings
        self._tools = tools
        self._stack = stack
        self._metrics = Metrics()
        self._server: Server | None = None
        self._engines: list[Engine] = []
        self._relays: dict[str, Relay] = {}
        self._shut_out = False
        self._fence: str | None = None
        self._begun = False

    async def start(self, parts: Collection[str], share_port: bool) -> None:
        for begin in filter(None, (self._service.beginning, self._service.mending)):
            await begin(self._tools)
        self._server = self._serve(share_port) if "rpc" in parts else None
        works: dict[str, Callable[[], Awaitable[None]]] = {"sampling": self._sample}
        if "projections" in parts:
            works |= self._projections()
            if self._service.mending is not None:
                works["mending"] = partial(mending, self._service, self._tools)
        if "relay" in parts:
            works |= self._relaying()
        ready: dict[str, Any] = {"ready": self._service.name, "pid": os.getpid(), "parts": sorted(parts)}
        if self._settings.metrics:
            with _listening(self._settings.metrics):
                loop = asyncio.get_running_loop()
                ready["metrics"] = probes.serve(self._settings.metrics, self._metrics.registry, loop, self._is_ready)
        tasks = [asyncio.create_task(self._supervised(part, work)) for part, work in works.items()]
        self._stack.push_async_callback(_cancelled, tasks)
        if self._server:
            with _listening(self._settings.listen):
                ready["port"] = await self._server.start(self._settings.listen)
            self._stack.push_async_callback(self._server.stop, self._settings.grace)
            await self._server.serving("", True)
            await self._server.serving(self._service.api.full_name, True)
        self._begun = True
        self._stack.callback(self._end)
        print(json.dumps(ready), flush=True)

    def _is_ready(self) -> bool:
        return self._begun and not self._shut_out

    def _end(self) -> None:
        self._begun = False

    def _serve(self, share_port: bool) -> Server:
        settings, service, tools = self._settings, self._service, self._tools
        tokens = Tokens(
            _keys(settings.token_keys),
            service.name,
            settings.token_issuer,
            longest=settings.longest_token,
            longest_of_a_service=settings.longest_service_token,
        )
        gate = Gate(tokens, self._metrics, concurrency=settings.concurrency, longest=settings.longest_call)
        act = acting(service, tools, settings)
        methods = [
            *binding.bind(
                service.api,
                service.handlers,
                {**service.queries, **service.jobs},
                service.name,
                act,
                self._look,
                giving(service, tools, act),
            ),
            *batch.serve(service.api, service.handlers, service.widened, service.name, act),
            *binding.serve(LOG_SERVICE, LogRpc(tools.log), {SERVICE}),
        ]
        return Server(gate, methods, reflect=settings.reflection, share_port=share_port)

    @asynccontextmanager
    async def _look(self, read: kernel_pb2.Read, query: binding.Query, seconds: float) -> AsyncIterator[View]:
        models = query.models or self._service.all_models
        async with self._tools.look(*models, read=options(read, seconds)) as view:
            yield view

    def _projections(self) -> dict[str, Callable[[], Awaitable[None]]]:
        works: dict[str, Callable[[], Awaitable[None]]] = {}
        inboxes = {log: self._inbox(log) for log in self._service.foreign}
        sources: dict[str, Source] = {self._service.name: self._tools.log, **inboxes}
        for model in self._service.all_models:
            source = sources[model.log]
            own, heals = model.log == self._service.name, self._healing(model, source)
            engine = Engine(model, self._tools.pool, source, heal=heals, knows_all=own)
            self._engines.append(engine)
            works[f"projection.{model.name}"] = engine.run
        return works | {f"inbox.{log}": inbox.run for log, inbox in inboxes.items()}

    def _healing(self, model: Model, events: Source) -> Callable[[], Awaitable[object]]:
        processes = 1 if model.log == self._service.name else 0
        return partial(heal, model, events, self._settings.database.get_secret_value(), processes=processes)

    def _inbox(self, log: str) -> Inbox:
        return Inbox(self._service.name, owner(self._tools, log), self._settings.reached())

    def _relaying(self) -> dict[str, Callable[[], Awaitable[None]]]:
        feeds: dict[str, Feed] = {"log": LogFeed(self._tools.log)}
        if self._service.public is not None:
            feeds["public"] = self._service.public(self._tools)
        self._relays = {name: Relay(feed, self._settings.reached()) for name, feed in feeds.items()}
        return {f"relay.{name}": relay.run for name, relay in self._relays.items()}

    async def _supervised(self, part: str, work: Callable[[], Awaitable[None]]) -> None:
        tries = pauses()
        while True:
            began = time.monotonic()
            try:
                await work()
            except Exception as error:
                _log.error("part.failed", part=part, exc_info=error)
            self._metrics.restarts.labels(part).inc()
            if time.monotonic() - began > HEALTHY:
                tries = pauses()
            await asyncio.sleep(next(tries))

    async def _sample(self) -> None:
        """Show in metrics and health how everything is, for ever."""
        while True:
            shut = False
            try:
                await self._sample_log()
            except Exception as error:
                if not (passing(error) or isinstance(error, Unavailable)):
                    raise
                shut = shut_out(error)
            await self._tell_login(shut)
            for engine in self._engines:
                name = engine.model.name
                self._metrics.position.labels(name).set(engine.position.position)
                self._metrics.lag.labels(name).set(engine.lag)
                self._metrics.live.labels(name).set(engine.error is None)
            if self._server and self._engines:
                well = all(engine.error is None for engine in self._engines)
                await self._server.serving(f"{self._service.name}.projections", well)
            await asyncio.sleep(SAMPLE)

    async def _tell_login(self, shut: bool) -> None:
        if shut == self._shut_out:
            return
        self._shut_out = shut
        if shut:
            _log.error("database.login_refused", remedy="set the role's password as in THIDUA_DATABASE, or that again")
        if self._server:
            await self._server.serving("", not shut)
            await self._server.serving(self._service.api.full_name, not shut)

    async def _sample_log(self) -> None:
        head = await self._tools.log.head()
        self._metrics.head.labels(self._service.name).set(head.position)
        for name, relay in self._relays.items():
            acked = relay.acked.position if relay.acked else 0
            since = relay.unpublished_since
            self._metrics.relay_lag.labels(name).set(head.position - acked)
            self._metrics.unpublished.labels(name).set((datetime.now(UTC) - since).total_seconds() if since else 0)
        if self._engines:
            rows = await self._tools.pool.fetch("select model, count(*) from read.parked group by model")
            counts: dict[str, int] = {model: count for model, count in rows}  # noqa: C416
            for engine in self._engines:
                self._metrics.parked.labels(engine.model.name).set(counts.get(engine.model.name, 0))
        self._tell_fence(await self._tools.log.fenced())

    def _tell_fence(self, why: str | None) -> None:
        self._metrics.fenced.labels(self._service.name).set(why is not None)
        if why is not None and why != self._fence:
            _log.error("log.fenced", why=why, remedy=f"see `thidua status {self._service.name}`")
        self._fence = why


def _keys(file: Path) -> Keys:
    try:
        return Keys(file)
    except (OSError, ValueError, JoseError) as error:
        raise SettingsError(
            f"THIDUA_TOKEN_KEYS: {file} does not hold public keys as `thidua keys` writes them: {error}"
        ) from None


@contextmanager
def _listening(address: Address) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError):
        raise StartError(f"Nothing can listen on {address}: it is taken, or not of this machine.") from None


def _ending() -> asyncio.Event:
    """Set when the process is told to end."""
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    return ending


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=15)
