"""A continuous load on the whole system, and an oracle outside of it that knows what was answered.

Every command id is kept before it is first sent. An answer that did not come is "unknown": it is sent again with the
same id until it is acknowledged, so that in the end each command has exactly one effect and one reply.
"""

import asyncio
import importlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import grpc
import orjson
from google.protobuf.message import Message

from deploy.demo.client import message
from deploy.local.system import SERVICES, System

SECONDS = 3.0  # a call's deadline
UNKNOWN = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
MOST_UNKNOWN = 100
HOT = 64  # organisations that many commands meet on


class Order(NamedTuple):
    """One command as it is sent, and sent again."""

    service: str
    method: str
    command_id: str
    request: Message


@dataclass
class Oracle:
    """What was answered, by command id: (epoch, position)."""

    orders: dict[str, Order] = field(default_factory=dict)
    acknowledged: dict[str, tuple[int, int]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    def heard(self, order: Order, place: tuple[int, int]) -> None:
        before = self.acknowledged.setdefault(order.command_id, place)
        if before != place:
            self.failures.append(f"{order.service} {order.command_id}: replied {before}, then {place}")
        self.unknown.discard(order.command_id)


class Load:
    """`workers` clients that send one command after the other to all three services."""

    def __init__(self, system: System, seed: int, workers: int = 12, pause: float = 0.1) -> None:
        self.oracle = Oracle()
        self._system = system
        self._random = random.Random(seed)
        self._workers = workers
        self._pause = pause
        self._orders = self._sequence()
        self._channels = {service: grpc.aio.insecure_channel(system.address(service), _OPTIONS) for service in SERVICES}
        self._metadata = (("authorization", f"Bearer {system.token('load')}"),)

    async def prepare(self) -> None:
        """The organisations that later commands meet on."""
        for n in range(HOT):
            fields = {"organisation": f"hot-{n}", "name": f"Đơn vị {n}"}
            await self._until_acknowledged(self._order("registry", "RegisterOrganisation", fields))

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop, then send again what is unknown."""
        await asyncio.gather(*(self._work(stop) for _ in range(self._workers)))
        left = [self.oracle.orders[command_id] for command_id in sorted(self.oracle.unknown)]
        await asyncio.gather(*(self._until_acknowledged(order) for order in left))

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close(None)

    async def _work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            unknown = len(self.oracle.unknown)
            if self._random.random() < unknown / MOST_UNKNOWN:  # a service that is down is not sent ever more
                await self._send(self.oracle.orders[self._random.choice(sorted(self.oracle.unknown))])
            else:
                await self._send(next(self._orders))
            await asyncio.sleep(self._random.random() * 2 * self._pause)

    async def _send(self, order: Order) -> None:
        self.oracle.orders[order.command_id] = order
        self.oracle.unknown.add(order.command_id)
        method = f"/thidua.{order.service}.v1.{order.service.title()}Service/{order.method}"
        module: Any = importlib.import_module(f"thidua.{order.service}.v1.{order.service}_pb2")
        call = self._channels[order.service].unary_unary(
            method, lambda m: m.SerializeToString(), getattr(module, f"{order.method}Response").FromString
        )
        try:
            reply: Any = await call(order.request, timeout=SECONDS, metadata=self._metadata)
        except grpc.aio.AioRpcError as error:
            if error.code() not in UNKNOWN:
                self.oracle.unknown.discard(order.command_id)
                self.oracle.failures.append(f"{order.service}.{order.method}: {error.code()} {error.details()}")
        else:
            place = reply.recorded.position
            self.oracle.heard(order, (place.epoch, place.position))

    async def _until_acknowledged(self, order: Order) -> None:
        for _ in range(100):
            await self._send(order)
            if order.command_id not in self.oracle.unknown:
                return
            await asyncio.sleep(0.2)
        self.oracle.failures.append(f"{order.service} {order.command_id}: never acknowledged")

    def _order(self, service: str, name: str, fields: dict[str, Any]) -> Order:
        module: Any = importlib.import_module(f"thidua.{service}.v1.{service}_pb2")
        api = module.DESCRIPTOR.services_by_name[f"{service.title()}Service"]
        command_id = str(UUID(int=self._random.getrandbits(128), version=4))
        request = message(api.methods_by_name[name].input_type, {"command_id": command_id, **fields})
        return Order(service, name, command_id, request)

    def _sequence(self) -> Iterator[Order]:
        """Each command makes one event; half of registry's meet on streams that others write too."""
        n = 0
        while True:
            n += 1
            organisation = f"hot-{self._random.randrange(HOT)}"
            yield self._order("registry", "RegisterOrganisation", {"organisation": f"o-{n}", "name": f"Đơn vị {n}"})
            yield self._order("registry", "NameOrganisation", {"organisation": organisation, "variants": [f"v{n}"]})
            yield self._order("scoring", "IssueSheet", _sheet(n))
            yield self._order("awards", "RegisterAwardKind", _kind(n))


_OPTIONS = [("grpc.max_reconnect_backoff_ms", 500), ("grpc.initial_reconnect_backoff_ms", 100)]


def _sheet(n: int) -> dict[str, Any]:
    return {
        "sheet": f"sheet-{n}",
        "title": f"Bảng chấm điểm {n}",
        "items": [{"code": "I", "title": "Nhiệm vụ", "max": "100"}],
        "effective": "2026-01-01",
    }


def _kind(n: int) -> dict[str, Any]:
    return {
        "code": f"K{n}",
        "family": "TITLE",
        "name_vi": f"Danh hiệu {n}",
        "recipients": ["COLLECTIVE"],
        "effective": "2026-01-01",
    }


async def effects(system: System, service: str) -> dict[str, list[tuple[int, int]]]:
    """What the service's log holds: the places of each command's events, by command id."""
    connection = await asyncpg.connect(system.dsn(service))
    found: dict[str, list[tuple[int, int]]] = {}
    for epoch, position, body in await connection.fetch(
        "select epoch, position, body from log.events order by position"
    ):
        found.setdefault(orjson.loads(body)["command_id"], []).append((epoch, position))
    await connection.close()
    return found


async def judge(system: System, oracle: Oracle) -> list[str]:
    """What is wrong: an acknowledged command without exactly its effect, or an effect without a command."""
    failures = list(oracle.failures)
    for service in SERVICES:
        found = await effects(system, service)
        places = [place for each in found.values() for place in each]
        if [position for _, position in sorted(places, key=lambda p: p[1])] != list(range(1, len(places) + 1)):
            failures.append(f"{service}: positions have a gap")
        ours = {i: place for i, place in oracle.acknowledged.items() if oracle.orders[i].service == service}
        failures += [
            f"{service} {i}: acknowledged at {p}, found {found.get(i)}" for i, p in ours.items() if found.get(i) != [p]
        ]
        failures += [f"{service} {i}: an effect that nobody asked for" for i in found.keys() - ours.keys()]
    return failures
