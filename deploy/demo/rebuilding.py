"""All read models and topics thrown away, which the services make anew from their logs; hashes to compare."""

import asyncio
import hashlib
import time
from typing import NamedTuple

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.processes import ServerError
from deploy.local.servers import Kafka
from deploy.local.system import SERVICES, System
from services.awards.main import SERVICE as AWARDS
from services.kernel.rebuild import content_hash
from services.registry.main import SERVICE as REGISTRY
from services.scoring.main import SERVICE as SCORING

MODELS = {service.name: service.all_models for service in (REGISTRY, SCORING, AWARDS)}
SECONDS = 120


class Table(NamedTuple):
    """A read model's content: rows, and the SHA-256 of all of them with their past."""

    service: str
    model: str
    rows: int
    hash: str


class State(NamedTuple):
    tables: tuple[Table, ...]
    topics: dict[str, int]
    """How many records each topic has."""


class History(NamedTuple):
    """The first events of registry's log, and the SHA-256 of their bytes."""

    events: int
    hash: str


def history(system: System, until: int | None = None) -> History:
    return asyncio.run(_history(system, until))


async def _history(system: System, until: int | None) -> History:
    connection = await asyncpg.connect(system.dsn("registry"))
    try:
        rows = await connection.fetch("select body from log.events order by position limit $1", until)
    finally:
        await connection.close()
    return History(len(rows), hashlib.sha256(b"".join(row["body"] for row in rows)).hexdigest())


def look(system: System, bootstrap: str) -> State:
    """The state once every read model has come to the head of its log."""
    return asyncio.run(_look(system, bootstrap))


def throw_away(system: System, kafka: Kafka) -> None:
    """Drop every read model, and delete every topic of a Kafka that was started for this."""
    asyncio.run(_throw_away(system, kafka.bootstrap))


def wait_for(system: System, bootstrap: str, topics: dict[str, int]) -> State:
    """The state once the topics are as full as they were. Raises ServerError after two minutes."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            state = look(system, bootstrap)
        except asyncpg.UndefinedTableError:
            state = State((), {})
        if state.topics == topics:
            return state
        if time.monotonic() > end:
            raise ServerError(f"after {SECONDS} s the topics hold {state.topics} records instead of {topics}")
        time.sleep(0.2)


async def _look(system: System, bootstrap: str) -> State:
    heads = {service: await _head(system, service) for service in SERVICES}
    tables = [table for service in SERVICES for table in await _tables(system, service, heads)]
    return State(tuple(tables), await _records(bootstrap, system.topic("")))


async def _head(system: System, service: str) -> int:
    connection = await asyncpg.connect(system.dsn(service))
    try:
        return int(await connection.fetchval("select coalesce(max(position), 0) from log.events"))
    finally:
        await connection.close()


async def _tables(system: System, service: str, heads: dict[str, int]) -> list[Table]:
    async with asyncpg.create_pool(system.dsn(service), min_size=0, max_size=2) as pool:
        for model in MODELS[service]:
            await _arrival(pool, model.name, heads[model.log])
        return [Table(service, model.name, *await content_hash(pool, model)) for model in MODELS[service]]


async def _arrival(pool: asyncpg.Pool, model: str, position: int) -> None:
    end = time.monotonic() + SECONDS
    while (await pool.fetchval("select position from read.models where name = $1", model) or 0) < position:
        if time.monotonic() > end:
            raise ServerError(f"after {SECONDS} s the read model {model} has not come to position {position}")
        await asyncio.sleep(0.05)


async def _records(bootstrap: str, ours: str) -> dict[str, int]:
    """How many records each topic has whose name begins like ours."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        topics = sorted(topic for topic in await consumer.topics() if topic.startswith(ours))
        ends = await consumer.end_offsets([TopicPartition(topic, 0) for topic in topics])
        return {partition.topic: end for partition, end in ends.items()}
    finally:
        await consumer.stop()


async def _throw_away(system: System, bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics(list(await _records(bootstrap, system.topic(""))))
    finally:
        await admin.close()
    for service in SERVICES:
        connection = await asyncpg.connect(system.dsn(service))
        try:
            for model in MODELS[service]:
                await connection.execute(f'drop table read."{model.name}"')
                await connection.execute("delete from read.models where name = $1", model.name)
        finally:
            await connection.close()
