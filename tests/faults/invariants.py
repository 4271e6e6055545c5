"""Invariants across streams, under pairs of commands that race each other through two processes of one service.

Each pair is sent at once, one to each process. One is accepted, and the other is told that it was not. Commands on a
few units and blocs are also repeated, chained and given up (see tangles.py). A replay of the log judges them all.
"""

import asyncio
import json
import os
import random
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import grpc
from thidua.registry.v1 import registry_pb2

from deploy.demo.client import message
from deploy.local.processes import ROOT
from deploy.local.servers import Servers
from services.kernel import auth
from services.kernel.decider import Command
from services.kernel.migrate import migrate
from services.kernel.standing import standing
from services.registry.domain import HANDLERS
from services.registry.domain.belonging import ActOfMembers
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.heading import headed_on
from services.registry.domain.leadership import led
from services.registry.domain.organisation import AssignOrganisationCode
from services.registry.events import VOCABULARY
from tests.databases import PASSWORD
from tests.faults import tangles
from tests.faults.cases import Case
from tests.registry.support import COMMANDS, administer

API = registry_pb2.DESCRIPTOR.services_by_name["RegistryService"]
ATONCE = 64  # pairs under way
FIRST = "1945-01-01"  # of every bloc
LOST = {grpc.StatusCode.ABORTED, grpc.StatusCode.FAILED_PRECONDITION}
KNOTS = 4  # blocs and units that tangled commands meet on
LONGEST = 4  # orders in a row
STRETCH = 200  # orders, after which they go on with other blocs and units
MEETING = 1_024  # blocs of which commands of one year meet: the judge folds a leadership again at each correction
BLOCS = 2 * ATONCE  # so that only the two of a pair meet on a stream, and one of them always wins

REASON = "nhầm ngày"
RECORD = {"source": {"id": "article"}, "place": "paragraph 1"}
LATEST = "select max(version) from log.events where stream = $1 and type = $2"

TWO_BLOCS = """
select stream from log.events where type in ('MembershipStarted', 'MembershipEnded')
group by stream having count(*) filter (where type = 'MembershipStarted') > 1
"""
TWO_HEADS = """
select stream, convert_from(body, 'utf8')::json -> 'data' ->> 'year' from log.events where type = 'LeadershipElected'
group by 1, 2 having count(*) > 1
"""
TWO_CHAIRS = """
select stream from log.events, json_array_elements(convert_from(body, 'utf8')::json #> '{data,members,items}') as seat
where type = 'BodyMembersAppointed' and seat ->> 'office' = 'CHAIR' group by stream having count(*) > 1
"""
CIRCLES = """
with moved as (
    select convert_from(body, 'utf8')::json #>> '{data,organisation}' as one,
        convert_from(body, 'utf8')::json #>> '{data,superior}' as superior
    from log.events where type = 'OrganisationTransferred')
select a.one from moved a join moved b on a.superior = b.one and b.superior = a.one
"""
SAME_CODES = """
with coded as (
    select convert_from(body, 'utf8')::json #>> '{data,code}' as code,
        convert_from(body, 'utf8')::json #>> '{data,effective}' as since
    from log.events where type = 'OrganisationCodeAssigned')
select code from coded where since = '2024-01-01' group by code having count(*) > 1
"""
LATE_JOINERS = """
select joined.stream from log.events joined
join log.events ended on ended.stream = 'organisation:' || split_part(joined.stream, ':', 3)
where joined.type = 'MembershipStarted' and ended.type = 'OrganisationSucceeded' and ended.position < joined.position
"""


Order = tuple[str, UUID, dict[str, Any]]
"""A method, a command id, and the command's fields."""


@dataclass
class Told:
    """Every command that was sent, and every reply, by command id; and who organises each bloc."""

    commands: dict[str, Command] = field(default_factory=dict)
    replies: list[tuple[str, tangles.Place]] = field(default_factory=list)
    authorities: dict[str, str] = field(default_factory=dict)

    def command(self, method: str, fields: dict[str, Any]) -> Command:
        """What a service decides, which fills in under whom the members of a bloc are known, and who had a code."""
        command = COMMANDS[method].model_validate(fields)
        if isinstance(command, EstablishBloc) and command.authority:
            self.authorities[command.bloc] = command.authority
        if isinstance(command, ActOfMembers):
            return command.model_copy(update={"authority": self.authorities[command.bloc]})
        if isinstance(command, AssignOrganisationCode):
            return command.model_copy(update={"holders": _pair(int(command.organisation[1:]) // 2)})
        return command


class Client(NamedTuple):
    """One process of registry."""

    channel: grpc.aio.Channel
    metadata: tuple[tuple[str, str], ...]
    told: Told

    async def send(self, method: str, command_id: UUID, fields: dict[str, Any]) -> grpc.StatusCode:
        """How the command ended. Raises AioRpcError unless it was accepted or lost."""
        self.told.commands.setdefault(str(command_id), self.told.command(method, fields))
        response: Any = getattr(registry_pb2, f"{method}Response")
        call = self.channel.unary_unary(
            f"/{API.full_name}/{method}", lambda m: m.SerializeToString(), response.FromString
        )
        request = message(API.methods_by_name[method].input_type, {"command_id": str(command_id), **fields})
        try:
            reply: Any = await call(request, timeout=30, metadata=self.metadata)
        except grpc.aio.AioRpcError as error:
            if error.code() not in LOST:
                raise
            return error.code()
        at, time = reply.recorded.position, datetime.fromisoformat(reply.recorded.recorded_at)
        self.told.replies.append((str(command_id), tangles.Place(at.epoch, at.position, time.isoformat())))
        return grpc.StatusCode.OK


class Place(NamedTuple):
    clients: tuple[Client, Client]
    dsn: str
    told: Told

    async def judged(self) -> list[str]:
        """What a replay of the log finds wrong with all that was told."""
        return await tangles.judged(self.dsn, VOCABULARY, HANDLERS, self.told.commands, self.told.replies)


Pair = Callable[[int], Sequence[tuple[str, dict[str, Any]]]]
"""The two commands of the n-th pair."""


def admissions(n: int) -> list[tuple[str, dict[str, Any]]]:
    """The same unit into two blocs of one authority."""
    told = {"authority": "central", "unit": f"u{n}", "effective": "2024-01-01"}
    return [("AdmitMember", {**told, "bloc": bloc}) for bloc in ("b0", "b1")]


def elections(n: int) -> list[tuple[str, dict[str, Any]]]:
    """Two heads for one year of a bloc."""
    year = 2024 - n // BLOCS
    told = {"bloc": f"b{n % BLOCS}", "year": year, "effective": f"{year}-01-01"}
    return [("ElectLeadership", {**told, "head": {"agency": agency}}) for agency in ("u0", "u1")]


def appointments(n: int) -> list[tuple[str, dict[str, Any]]]:
    """Two chairs of one council, each from a day of its own."""
    told = [
        {"body": f"c{n}", "effective": f"2024-01-0{day}", "members": {"items": [{"person": person, "office": "CHAIR"}]}}
        for day, person in ((1, "p-1"), (2, "p-2"))
    ]
    return [("AppointBodyMembers", fields) for fields in told]


def transfers(n: int) -> list[tuple[str, dict[str, Any]]]:
    """Two organisations each of which is put under the other."""
    one, other = _pair(n)
    pair = [(one, other), (other, one)]
    told = [{"organisation": one, "superior": superior, "effective": "2024-01-01"} for one, superior in pair]
    return [("TransferOrganisation", fields) for fields in told]


def codings(n: int) -> list[tuple[str, dict[str, Any]]]:
    """Two organisations that are given one code."""
    told = {"code": f"H{n}", "effective": "2024-01-01"}
    return [("AssignOrganisationCode", {**told, "organisation": one}) for one in _pair(n)]


def _pair(n: int) -> tuple[str, str]:
    return f"u{2 * n}", f"u{2 * n + 1}"


def endings(n: int) -> list[tuple[str, dict[str, Any]]]:
    """A unit that joins a bloc on the day on which it is merged into another."""
    day = "2024-01-01"
    merger = {
        "reorganisation": f"r{n}",
        "predecessors": {"items": [{"organisation": f"u{n}", "ends": True}]},
        "successors": {"items": [{"organisation": "central"}]},
        "decision": {"id": "nq", "number": "1/NQ"},
    }
    joining = {"authority": "central", "unit": f"u{n}", "bloc": "b0"}
    return [("AdmitMember", {**joining, "effective": day}), ("Reorganise", {**merger, "effective": day})]


async def one_bloc(n: int, seed: int, servers: Servers) -> list[str]:
    async with two_processes(servers) as place:
        chance = random.Random(seed)
        await prepared(place, 2, n, chance)
        return await raced(place, admissions, n, chance, TWO_BLOCS)


async def one_head(n: int, seed: int, servers: Servers) -> list[str]:
    async with two_processes(servers) as place:
        chance = random.Random(seed)
        await prepared(place, BLOCS, 2, chance, authority="a{}")
        await admitted(place, BLOCS, 2, chance)
        return await raced(place, elections, n, chance, TWO_HEADS)


async def one_chair(n: int, seed: int, servers: Servers) -> list[str]:
    async with two_processes(servers) as place:
        chance = random.Random(seed)
        await prepared(place, 0, 1, chance)
        council = {"name": "Hội đồng", "organisation": "u0", "effective": FIRST}
        client = place.clients[0]
        await _all(client.send("EstablishBody", new_id(chance), {**council, "body": f"c{i}"}) for i in range(n))
        return await raced(place, appointments, n, chance, TWO_CHAIRS)


async def no_circle(n: int, seed: int, servers: Servers) -> list[str]:
    async with two_processes(servers) as place:
        chance = random.Random(seed)
        await prepared(place, 0, 2 * n, chance)
        return await raced(place, transfers, n, chance, CIRCLES)


async def one_code(n: int, seed: int, servers: Servers) -> list[str]:
    """Of every second pair one had the code before, and gave it up for another."""
    async with two_processes(servers) as place:
        chance = random.Random(seed)
        await prepared(place, 0, 2 * n, chance)
        for code, day in (("H{}", "2022-01-01"), ("X{}", "2023-01-01")):
            told = [{"organisation": _pair(i)[0], "code": code.format(i), "effective": day} for i in range(0, n, 2)]
            await _all(place.clients[0].send("AssignOrganisationCode", new_id(chance), fields) for fields in told)
        return await raced(place, codings, n, chance, SAME_CODES)


class Meeting(NamedTuple):
    """Two commands that meet, after what must have been told before them."""

    before: Sequence[tuple[str, dict[str, Any]]]
    pair: Sequence[tuple[str, dict[str, Any]]]
    corrects: tuple[str, str] | None = None
    """Of which stream, and of which type, is the event that the second corrects: then it is accepted in any case."""


def meeting(n: int) -> Meeting:
    """The n-th of elections, handovers, admissions, and back-dated corrections of what they rest on."""
    bloc, year = f"b{n % MEETING}", 1946 + n // MEETING
    told: dict[str, Any] = {"bloc": bloc, "year": year}
    led = f"leadership:{bloc}"
    elected: tuple[str, dict[str, Any]] = (
        "ElectLeadership",
        {**told, "head": {"agency": "u0"}, "effective": f"{year}-01-01"},
    )
    handover = {**told, "incoming": {"agency": "u0"}, "effective": f"{year}-02-01"}
    match n % 6:
        case 0:
            return Meeting([], [elected, ("ElectLeadership", {**elected[1], "head": {"agency": "u1"}})])
        case 1:
            again = {**handover, "effective": f"{year}-03-01"}
            return Meeting([elected], [("HandOverLeadership", handover), ("HandOverLeadership", again)])
        case 2:
            found = {**told, "head": {"agency": "u1"}, "record": RECORD, "reason": REASON}
            recorded = ("RecordLeadership", {**told, "record": RECORD})
            return Meeting([recorded], [elected, ("CorrectLeadership", found)], (led, "LeadershipRecorded"))
        case 3:
            void = {**told, "record": RECORD, "reason": REASON, "void": True}
            before = [elected, ("HandOverLeadership", {**handover, "record": RECORD})]
            pair = [("HandOverLeadership", handover), ("CorrectHandover", void)]
            return Meeting(before, pair, (led, "LeadershipHandedOver"))
        case 4:
            replaced = {**told, "outgoing": {"agency": "u0"}, "incoming": {"agency": "u1"}}
            days = (f"{year}-07-05", f"{year}-08-05")
            return Meeting([elected], [("HandOverLeadership", {**replaced, "effective": day}) for day in days])
        case _:
            return _moved(f"v{n}")


def _moved(unit: str) -> Meeting:
    """An admission, and the correction by which the unit left its former bloc only later."""
    told = {"authority": "central", "unit": unit}
    left: dict[str, Any] = {**told, "bloc": "c0", "effective": "2023-01-01", "record": RECORD}
    before = [
        ("RegisterOrganisation", {"organisation": unit, "name": f"Đơn vị {unit}"}),
        ("AdmitMember", {**left, "effective": "2020-01-01"}),
        ("EndMembership", left),
    ]
    joins = ("AdmitMember", {**told, "bloc": "c1", "effective": "2024-01-01"})
    later = ("EndMembership", {**left, "effective": "2025-01-01"})
    return Meeting(before, [joins, later], (f"membership:central:{unit}", "MembershipEnded"))


async def one_year(n: int, seed: int, servers: Servers) -> list[str]:
    async with two_processes(servers) as place, asyncpg.create_pool(place.dsn, min_size=1, max_size=4) as pool:
        chance = random.Random(seed)
        await prepared(place, min(n, MEETING), 2, chance, authority="a{}")
        await admitted(place, min(n, MEETING), 2, chance)
        await _central(place.clients[0], chance)
        found = await _all(_meet(place, pool, meeting(i), chance) for i in range(n))
        wrong = [f"meeting {i}: {failure}" for i, failure in enumerate(found) if failure]
        return wrong + await place.judged() + _two_headed(await _leaderships(pool))


async def _central(client: Client, chance: random.Random) -> None:
    """Two blocs of one authority."""
    await client.send("RegisterOrganisation", new_id(chance), {"organisation": "central", "name": "Hội đồng"})
    for bloc in ("c0", "c1"):
        told = {"bloc": bloc, "kind": "KHOI", "name": f"Khối {bloc}", "authority": "central", "effective": FIRST}
        await client.send("EstablishBloc", new_id(chance), told)


async def _meet(place: Place, pool: asyncpg.Pool, met: Meeting, chance: random.Random) -> str | None:
    """What went wrong; null where the commands ended as they may."""
    for method, fields in met.before:
        if (code := await place.clients[0].send(method, new_id(chance), fields)) is not grpc.StatusCode.OK:
            return f"{method} before it: {code}"
    pair = list(met.pair)
    if met.corrects:
        method, fields = pair[1]
        pair[1] = (method, _correcting(method, fields, await pool.fetchval(LATEST, *met.corrects)))
    codes = await _race(place, pair, chance)
    accepted = [code is grpc.StatusCode.OK for code in codes]
    right = accepted[1] if met.corrects else accepted.count(True) == 1
    return None if right else f"{pair} ended as {codes}"


def _correcting(method: str, fields: dict[str, Any], version: int) -> dict[str, Any]:
    """The command with the version of what it corrects."""
    if method.startswith("Correct"):
        return {**fields, "corrects": version}
    return {**fields, "correction": {"corrects": version, "reason": REASON}}


async def _leaderships(pool: asyncpg.Pool) -> dict[str, list[tuple[int, Any]]]:
    """Every event of each leadership, by version."""
    rows = await pool.fetch("select body from log.events where stream like 'leadership:%' order by position")
    found: dict[str, list[tuple[int, Any]]] = {}
    for envelope in VOCABULARY.envelopes([row["body"] for row in rows]):
        found.setdefault(envelope.stream, []).append((envelope.version, envelope.data))
    return found


def _two_headed(leaderships: dict[str, list[tuple[int, Any]]]) -> list[str]:
    """Days on which a bloc has two heads who both rest on acts alone: no record, and no correction, contradicts."""
    failures = []
    for stream, events in leaderships.items():
        told, leadership = dict(events), led(standing(events))
        days = {event.effective for event in told.values() if event.effective}
        for day in sorted(days | {date(day.year, 12, 31) for day in days}):
            heads = headed_on(leadership, (), day).heads
            acted = [h for h in heads if all(told[version].record is None for version in h.told_by)]
            if len(acted) > 1:
                failures.append(f"{stream} on {day}: {[h.agency for h in acted]}")
    return failures


async def no_late_joiner(n: int, seed: int, servers: Servers) -> list[str]:
    async with two_processes(servers) as place:
        chance = random.Random(seed)
        await prepared(place, 1, n, chance)
        return await raced(place, endings, n, chance, LATE_JOINERS, accepted=(1, 2))


async def prepared(place: Place, blocs: int, units: int, chance: random.Random, authority: str = "central") -> None:
    """Blocs of one authority, or, where its name holds the bloc's number, of one each; and units."""
    client = place.clients[0]
    authorities = [authority.format(i) for i in range(blocs)]
    told_units = [{"organisation": a, "name": "Hội đồng"} for a in dict.fromkeys(authorities)]
    told_units += [{"organisation": f"u{i}", "name": f"Đơn vị {i}"} for i in range(units)]
    await _all(client.send("RegisterOrganisation", new_id(chance), told) for told in told_units)
    for i, a in enumerate(authorities):
        told = {"bloc": f"b{i}", "kind": "KHOI", "name": f"Khối {i}", "authority": a, "effective": FIRST}
        await client.send("EstablishBloc", new_id(chance), told)


async def admitted(place: Place, blocs: int, units: int, chance: random.Random) -> None:
    """Every unit into every bloc, each of an authority of its own."""
    stays = [(f"a{i}", f"b{i}", f"u{unit}") for i in range(blocs) for unit in range(units)]
    client = place.clients[0]
    await _all(
        client.send("AdmitMember", new_id(chance), {"authority": a, "bloc": b, "unit": u, "effective": FIRST})
        for a, b, u in stays
    )


async def raced(
    place: Place, pair: Pair, n: int, chance: random.Random, broken: str, accepted: Collection[int] = (1,)
) -> list[str]:
    """What went wrong when n pairs raced; `broken` finds what must not be in the log."""
    outcomes = await _all(_race(place, pair(i), chance) for i in range(n))
    winners = [codes.count(grpc.StatusCode.OK) for codes in outcomes]
    failures = [f"pair {i}: {count} accepted" for i, count in enumerate(winners) if count not in accepted]
    connection = await asyncpg.connect(place.dsn)
    failures += [f"broken in the log: {tuple(row)}" for row in await connection.fetch(broken)]
    await connection.close()
    return failures + await place.judged()


async def tangled(n: int, seed: int, servers: Servers) -> list[str]:
    """Orders in rows, each row sent at once to one process or both, some of them again later; one in ten given up."""
    async with two_processes(servers) as place:
        chance = random.Random(seed)
        orders = [_order(k // STRETCH, chance) for k in range(n)]
        await prepared(place, KNOTS * (n // STRETCH + 1), KNOTS * (n // STRETCH + 1), chance)

        async def row(begin: int) -> None:
            own, other = chance.sample(place.clients, 2)
            some = orders[begin : begin + LONGEST]
            sends = [(own, order) for order in some] + [(other, order) for order in some if chance.random() < 0.3]
            sends += [
                (own, chance.choice(orders[max(0, begin - STRETCH) : begin + 1])) for _ in range(chance.randrange(3))
            ]
            chance.shuffle(sends)
            calls = [asyncio.create_task(client.send(*order)) for client, order in sends]
            for call in calls:
                if chance.random() < 0.1:
                    asyncio.get_running_loop().call_later(chance.random() * 0.02, call.cancel)
            ended = await asyncio.gather(*calls, return_exceptions=True)
            errors = [error for error in ended if isinstance(error, Exception)]
            if errors:
                raise errors[0]

        await _all((row(begin) for begin in range(0, n, LONGEST)), atonce=4)
        await _all(place.clients[k % 2].send(*order) for k, order in enumerate(orders))
        return await place.judged()


def _order(stretch: int, chance: random.Random) -> Order:
    """Something done to the blocs and units of a stretch."""
    unit, bloc = (f"{kind}{KNOTS * stretch + chance.randrange(KNOTS)}" for kind in "ub")
    fields: dict[str, Any] = {"bloc": bloc, "effective": f"2024-01-{chance.randrange(28) + 1:02}"}
    method = chance.choice(["AdmitMember", "EndMembership", "ElectLeadership"])
    if method == "ElectLeadership":
        fields |= {"year": 2025 - chance.randrange(40), "head": {"agency": unit}, "effective": "2024-02-01"}
    else:
        fields |= {"authority": "central", "unit": unit}
    return method, new_id(chance), fields


async def _race(place: Place, pair: Sequence[tuple[str, dict[str, Any]]], chance: random.Random) -> list[Any]:
    clients = chance.sample(place.clients, 2)
    return await asyncio.gather(
        *(client.send(method, new_id(chance), fields) for client, (method, fields) in zip(clients, pair, strict=True))
    )


async def _all(works: Any, atonce: int = ATONCE) -> list[Any]:
    """All results in order, with few under way at once."""
    free = asyncio.Semaphore(atonce)

    async def one(work: Any) -> Any:
        async with free:
            return await work

    return list(await asyncio.gather(*(one(work) for work in works)))


def new_id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


@asynccontextmanager
async def two_processes(servers: Servers) -> AsyncIterator[Place]:
    """Two processes of registry on one new database, which is dropped after."""
    name = f"invariants_{secrets.token_hex(4)}"
    await administer(servers.postgres, f"create database {name}")
    await migrate(servers.postgres.dsn(name), "registry", password=PASSWORD, prefix="test_")
    dsn = servers.postgres.dsn(name, "test_thidua_registry", PASSWORD)
    key = auth.new_key("thidua", "officers")
    token = auth.issue(key, "officer", ("registry",), seconds=6 * 3600)
    try:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            keys = folder / "keys.json"
            keys.write_text(json.dumps(auth.public([key])))
            ports = [await stack.enter_async_context(_process(dsn, keys)) for _ in range(2)]
            channels = [grpc.aio.insecure_channel(f"127.0.0.1:{port}") for port in ports]
            for channel in channels:
                stack.push_async_callback(channel.close, None)
            told = Told()
            one, other = (Client(channel, (("authorization", f"Bearer {token}"),), told) for channel in channels)
            yield Place((one, other), dsn, told)
    finally:
        await administer(servers.postgres, f"drop database {name} with (force)")


@asynccontextmanager
async def _process(dsn: str, keys: Path) -> AsyncIterator[int]:
    """A process that serves registry's API alone; its port."""
    own = {
        "THIDUA_DATABASE": dsn,
        "THIDUA_ROLE_PREFIX": "test_",
        "THIDUA_LISTEN": "127.0.0.1:0",
        "THIDUA_COMMAND_KEY": "c" * 32,
        "THIDUA_MASTER_KEY": "00" * 32,
        "THIDUA_TOKEN_KEYS": str(keys),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "proto"))),
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("THIDUA_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", "run", "registry", "--parts", "rpc"),
        env=inherited | own,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout
    try:
        async with asyncio.timeout(60):
            ready = json.loads(await process.stdout.readline())
        yield ready["port"]
    finally:
        process.terminate()
        await process.wait()


CASES = (
    Case("one-bloc", "two admissions of a unit race through two processes", 10_000, 60, one_bloc),
    Case("one-head", "two elections for a year race through two processes", 10_000, 60, one_head),
    Case("one-chair", "two appointments of a chair race through two processes", 2_000, 40, one_chair),
    Case("no-circle", "two organisations are each put under the other through two processes", 2_000, 40, no_circle),
    Case("one-code", "two organisations are given one code through two processes", 2_000, 40, one_code),
    Case(
        "one-year", "elections, handovers, admissions and back-dated corrections meet in pairs", 10_000, 100, one_year
    ),
    Case("no-late-joiner", "who joins races with its end through two processes", 10_000, 60, no_late_joiner),
    Case("tangled-calls", "fresh, repeated, chained and cancelled calls through two processes", 3_000, 100, tangled),
)
