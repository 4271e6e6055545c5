"""Services played in the test's process on real databases: commands go in, read models are caught up, queries answer.

Another's log is read straight from its database here; that it also comes by Kafka and gRPC is tested elsewhere.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg

from deploy.demo.scenarios import load
from deploy.local.servers import ExistingPostgres, Postgres
from services.awards import consumers as awards_consumers
from services.awards import domain as awards_domain
from services.awards import projections as awards_projections
from services.awards import queries as awards_queries
from services.awards.domain.proposal import AgreeNomination
from services.awards.events import VOCABULARY as AWARDS
from services.kernel.binding import Query
from services.kernel.decider import Command, Context, Handlers
from services.kernel.events import Position, Vocabulary
from services.kernel.fold import Model
from services.kernel.handling import Handling
from services.kernel.log import Log, Reply
from services.kernel.migrate import migrate
from services.kernel.projection import Engine
from services.kernel.tools import Tools
from services.kernel.view import ReadOptions
from services.registry import domain as registry_domain
from services.registry.events import VOCABULARY as REGISTRY
from services.scoring import consumers as scoring_consumers
from services.scoring import domain as scoring_domain
from services.scoring import projections as scoring_projections
from services.scoring import queries as scoring_queries
from services.scoring.domain.ranking import PublishRanking
from services.scoring.events import VOCABULARY as SCORING

PASSWORD = "only-for-tests"
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
        told: Command = kind.model_validate(fields)
        if kind in self.arrivals:
            await self.catch_up()
            told = await self.arrivals[kind](told, self.tools)
        handling = Handling(self.tools.log, self.vocabulary, self.handlers, b"only for tests")
        return await handling.handle(told, Context(str(uuid4()), "tester"))

    async def ask(self, query: str, read: ReadOptions = PRESENT, **fields: Any) -> Any:
        """The answer of the query, named as its RPC."""
        await self.catch_up()
        asked = self.queries[query]
        async with self.tools.look(*asked.models, read=read) as view:
            return await asked.answer(asked.request.model_validate(fields), view)

    async def catch_up(self) -> dict[str, Position]:
        engines = [Engine(model, self.tools.pool, self.logs[model.log]) for model in self.models]
        return {engine.model.name: await engine.catch_up() for engine in engines}


Services = Mapping[str, Played]


@asynccontextmanager
async def three(postgres: Postgres | ExistingPostgres) -> AsyncIterator[Services]:
    """Registry, scoring and awards, each with an empty log in a database of its own."""
    async with _opened("registry", postgres) as a, _opened("scoring", postgres) as b, _opened("awards", postgres) as c:
        logs = {tools.log.name: tools.log for tools, _ in (a, b, c)}
        registry = Played(*a, REGISTRY, registry_domain.HANDLERS)
        scoring = Played(
            *b,
            SCORING,
            scoring_domain.HANDLERS,
            scoring_queries.QUERIES,
            (*scoring_projections.MODELS, scoring_consumers.MEMBERS),
            {PublishRanking: scoring_consumers.with_members},
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
async def _opened(service: str, postgres: Postgres | ExistingPostgres) -> AsyncIterator[tuple[Tools, str]]:
    database = f"test_{secrets.token_hex(6)}"
    await migrate(postgres.dsn(database), service, password=PASSWORD, prefix="test_")
    dsn = postgres.dsn(database, f"test_thidua_{service}", PASSWORD)
    log = await Log.open(service, dsn)
    try:
        async with asyncpg.create_pool(dsn, min_size=0, max_size=4) as pool:
            yield Tools(pool, log), dsn
    finally:
        await log.close()
        connection = await asyncpg.connect(postgres.admin_dsn)
        await connection.execute(f"drop database {database} with (force)")
        await connection.close()


async def play(services: Services, *names: str) -> None:
    """Tell the steps of these data files, but for those about persons."""
    for step in (step for name in names for step in load(name)):
        if step.not_yet is None and step.command not in SEALED:
            await services[step.service].tell(step.command, **step.fields)


def value(fact: Any) -> str | None:
    """A fact's text; null where it is not recorded."""
    return None if fact is None else fact.value


def certainty(fact: Any) -> str | None:
    return None if fact is None else fact.mark.certainty
