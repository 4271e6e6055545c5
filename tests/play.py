"""Services played in the test's process on real databases: commands go in, read models are caught up, queries answer.

Another's log is asked for its head by gRPC, and read straight from its database; that it also comes by Kafka and gRPC
is tested elsewhere.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import asyncpg
import grpc
from thidua.kernel.v1 import kernel_pb2
from thidua.kernel.v1.log_pb2_grpc import add_LogServiceServicer_to_server

from deploy.demo.scenarios import load
from deploy.local.servers import ExistingPostgres, Postgres
from services.awards import consumers as awards_consumers
from services.awards import domain as awards_domain
from services.awards import projections as awards_projections
from services.awards import queries as awards_queries
from services.awards.domain.proposal import AgreeNomination
from services.awards.events import VOCABULARY as AWARDS
from services.kernel.appends import Reply
from services.kernel.auth import ServiceToken, new_key
from services.kernel.binding import Query
from services.kernel.decider import Command, Context, Handlers
from services.kernel.events import Position, Vocabulary
from services.kernel.fold import Model
from services.kernel.handling import Handling
from services.kernel.log import Log
from services.kernel.logservice import LogRpc
from services.kernel.postgres import SETTINGS
from services.kernel.projection import Engine
from services.kernel.service import told_today
from services.kernel.telling import named
from services.kernel.tools import Peer, Tools
from services.kernel.view import ReadOptions
from services.registry import domain as registry_domain
from services.registry.events import VOCABULARY as REGISTRY
from services.registry.main import ACTS_OF_MEMBERS, with_authority
from services.scoring import consumers as scoring_consumers
from services.scoring import domain as scoring_domain
from services.scoring import projections as scoring_projections
from services.scoring import queries as scoring_queries
from services.scoring.domain.ranking import PublishRanking
from services.scoring.domain.score import SubmitSelfScore
from services.scoring.events import VOCABULARY as SCORING
from tests.databases import PASSWORD, lent

PRESENT = ReadOptions()
SEALED = {"RegisterPerson", "DescribePerson"}
"""Commands that only registry's edge can take, since it seals persons' texts."""


@dataclass
class Played:
    """One service: its log, and its read models, which are caught up when something is asked."""

    tools: Tools
    dsn: str
    vocabulary: Vocabulary[Any]
    handlers: Handlers
    queries: Mapping[str, Query] = field(default_factory=dict)
    models: tuple[Model, ...] = ()
    arrivals: Mapping[type[Command], Callable[[Any, Tools], Any]] = field(default_factory=dict)
    logs: dict[str, Log] = field(default_factory=dict)
    """The logs that the models fold."""

    async def tell(self, command: str, **fields: Any) -> Reply:
        """What the command, named as its RPC, was answered. Raises the errors of the kernel."""
        kind = next(kind for kind in self.handlers if kind.__name__ == command)
        told = told_today(kind.model_validate(fields))
        named(told)
        if kind in self.arrivals:
            await self.catch_up()
            told = await self.arrivals[kind](told, self.tools)
        handling = Handling(self.tools.log, self.vocabulary, self.handlers, b"only for tests")
        return await handling.handle(told, Context(str(uuid4()), "tester"))

    async def ask(self, query: str, read: ReadOptions = PRESENT, **fields: Any) -> Any:
        """The answer of the query, named as its RPC."""
        asked = self.queries[query]
        await self.catch_up(*asked.models)
        async with self.tools.look(*asked.models, read=read) as view:
            answer = await asked.answer(asked.request.model_validate(fields), view)
        return answer if asked.finish is None else await asked.finish(answer, view, kernel_pb2.Read(), 5.0)

    async def catch_up(self, *models: Model) -> dict[str, Position]:
        """Let these read models know all that is told, or else every one."""
        engines = [Engine(model, self.tools.pool, self.logs[model.log]) for model in models or self.models]
        return {engine.model.name: await engine.catch_up() for engine in engines}


Services = Mapping[str, Played]


@asynccontextmanager
async def three(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Services]:
    """Registry, scoring and awards, each with an empty log in a database of its own."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(fresh(name, postgres)) for name in ("registry", "scoring", "awards")]
        logs = {tools.log.name: tools.log for tools, _ in opened}
        peers = {log.name: await stack.enter_async_context(_owner(log)) for log in logs.values()}
        a, b, c = ((replace(tools, peers=peers), dsn) for tools, dsn in opened)
        registry = Played(
            *a, REGISTRY, registry_domain.HANDLERS, arrivals=dict.fromkeys(ACTS_OF_MEMBERS, with_authority)
        )
        scoring = Played(
            *b,
            SCORING,
            scoring_domain.HANDLERS,
            scoring_queries.QUERIES,
            (*scoring_projections.MODELS, scoring_consumers.MEMBERS),
            {
                SubmitSelfScore: scoring_consumers.with_membership,
                PublishRanking: scoring_consumers.with_members,
            },
            logs,
        )
        awards = Played(
            *c,
            AWARDS,
            awards_domain.HANDLERS,
            awards_queries.QUERIES,
            (*awards_projections.MODELS, awards_consumers.NAMES, awards_consumers.RANKS),
            {AgreeNomination: awards_consumers.with_rank},
            logs,
        )
        yield {"registry": registry, "scoring": scoring, "awards": awards}


@asynccontextmanager
async def fresh(service: str, postgres: Postgres | ExistingPostgres) -> AsyncIterator[tuple[Tools, str]]:
    """A service's empty log in a database of its own, and the role's address of it."""
    async with lent(postgres, service) as database:
        dsn = postgres.dsn(database, f"test_thidua_{service}", PASSWORD)
        log = await Log.open(service, dsn)
        try:
            async with asyncpg.create_pool(dsn, min_size=0, max_size=4, server_settings=SETTINGS) as pool:
                yield Tools(pool, log), dsn
        finally:
            await log.close()


@asynccontextmanager
async def _owner(log: Log) -> AsyncIterator[Peer]:
    """The service that owns the log, as the others reach it."""
    server = grpc.aio.server()
    add_LogServiceServicer_to_server(LogRpc(log), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Peer(channel, ServiceToken(new_key("tests", "1"), log.name))
    await server.stop(None)


async def play(services: Services, *names: str) -> None:
    """Tell the steps of these data files, but for those about persons."""
    for step in (step for name in names for step in load(name)):
        if step.command not in SEALED:
            await services[step.service].tell(step.command, **step.fields)


def value(fact: Any) -> str | None:
    """A fact's text; null where it is not recorded."""
    return None if fact is None else fact.value


def certainty(fact: Any) -> str | None:
    return None if fact is None else fact.mark.certainty
