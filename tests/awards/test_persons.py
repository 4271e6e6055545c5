"""Persons' names in awards' answers: asked of a registry that is a process of its own, and kept nowhere else."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from thidua.awards.v1.awards_pb2 import NAME_UNAVAILABLE_UNKNOWN

from deploy.demo.client import Client
from deploy.local.processes import ROOT
from deploy.local.servers import ExistingPostgres, Postgres
from services.awards.queries import persons
from services.kernel import auth
from tests.kernel.rpc.conftest import Sample
from tests.play import Played, three

SERVED = ("registry", "awards")
KEYS = {name: auth.new_key(name, f"{name}-1") for name in ("thidua", *SERVED)}
ARTICLE = {"source": {"id": "list"}, "place": "page 1"}
NAME, LATER = "Nguyễn Thị Ánh", "Nguyễn Thị Minh Ánh"
DEADLINE = 3.0
"""Seconds that a caller gives an answer."""


@dataclass
class World:
    """Registry and awards as processes on real databases; awards' read models are caught up here."""

    awards: Played
    clients: dict[str, Client]
    registry: Sample
    begin: Callable[[], Any]
    """Begins registry again where it was."""

    async def tell(self, service: str, command: str, **fields: Any) -> dict[str, Any]:
        """The position at which it was recorded."""
        sent = {"command_id": str(uuid4()), **fields}
        reply = await asyncio.to_thread(self.clients[service].call, command, sent)
        if service == "registry":
            return {
                "log": service,
                "epoch": reply.recorded.position.epoch,
                "position": reply.recorded.position.position,
            }
        return {}

    async def person(self, name: str = NAME, **more: Any) -> str:
        """A person whose name is told of 2024."""
        person = f"p-{uuid4().hex[:8]}"
        await self.tell("registry", "RegisterPerson", person=person, name=name, effective="2024-01-01", **more)
        return person

    async def award(self, person: str) -> str:
        """An award that the person got, as a list tells."""
        award = f"a-{uuid4().hex[:8]}"
        told = {"recipient": {"person": person}, "wording": "Kỷ niệm chương", "year": 2024, "record": ARTICLE}
        await self.tell("awards", "RecordConferral", award=award, **told)
        return award

    async def ask(self, award: str, **read: Any) -> tuple[dict[str, Any], float]:
        """The answer, and how many seconds it took."""
        await self.awards.catch_up()
        began = time.monotonic()
        answer = await asyncio.to_thread(
            self.clients["awards"].call, "GetAward", {"award": award, "read": read}, DEADLINE
        )
        return shown(answer), time.monotonic() - began


def shown(answer: Any) -> dict[str, Any]:
    (person,) = answer.persons
    why = type(person).DESCRIPTOR.fields_by_name["unavailable"].enum_type.values_by_number[person.unavailable].name
    return {
        "person": person.person,
        "name": person.name.value if person.HasField("name") else None,
        "source": person.name.mark.source,
        "unavailable": why.removeprefix("NAME_UNAVAILABLE_") if person.HasField("unavailable") else None,
        "position": person.known.position if person.HasField("known") else None,
    }


@pytest.fixture(scope="module")
async def world(
    postgres: Postgres | ExistingPostgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    keys = tmp_path_factory.mktemp("persons") / "keys.json"
    keys.write_text(json.dumps(auth.public(KEYS.values())))
    token = auth.issue(KEYS["thidua"], "officer:an", SERVED, seconds=auth.LONGEST_LIFE)
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(three(postgres))
        registry = Sample(environment(services["registry"], keys), ("--parts", "rpc,projections"), "registry")
        await registry.begin()
        port = registry.ready["port"]
        awards = Sample(
            environment(services["awards"], keys, PEERS=f"registry=127.0.0.1:{port},scoring=127.0.0.1:1"),
            ("--parts", "rpc"),
            "awards",
        )
        await awards.begin()
        clients = {
            name: stack.enter_context(Client(name, f"127.0.0.1:{process.ready['port']}", token))
            for name, process in (("registry", registry), ("awards", awards))
        }

        async def begin() -> None:
            opened.registry = Sample(
                environment(services["registry"], keys, LISTEN=f"127.0.0.1:{port}"),
                ("--parts", "rpc,projections"),
                "registry",
            )
            await opened.registry.begin()

        opened = World(services["awards"], clients, registry, begin)
        yield opened
        for process in (opened.registry, awards):
            await process.end()


def environment(service: Played, keys: Path, **more: str) -> dict[str, str]:
    name = service.tools.log.name
    given = {
        "DATABASE": service.dsn,
        "ROLE_PREFIX": "test_",
        "COMMAND_KEY": "c" * 32,
        "MASTER_KEY": "ab" * 32,
        "TOKEN_KEYS": str(keys),
        "SERVICE_TOKEN_KEY": json.dumps(KEYS[name]),
        **more,
    }
    path = os.pathsep.join((str(ROOT), str(ROOT / "proto")))
    return {**os.environ, "PYTHONPATH": path, **{f"THIDUA_{key}": value for key, value in given.items()}}


async def test_an_answer_shows_the_name_of_each_person_with_its_mark_and_position(world: World) -> None:
    person = await world.person(record=ARTICLE)
    found, _ = await world.ask(await world.award(person))
    assert (found["person"], found["name"], found["unavailable"]) == (person, NAME, None)
    assert found["source"] == "list"
    assert found["position"] > 0


async def test_lists_name_recipients_and_signatories_each_once(world: World) -> None:
    signatory, recipient = await world.person("Trần Văn Ký"), await world.person()
    lines = [{"award": f"{recipient}-{n}", "recipient": {"person": recipient}, "wording": "Huy chương"} for n in (1, 2)]
    decision = {"signatory": signatory, "awards": {"items": lines}, "record": ARTICLE}
    await world.tell("awards", "RecordDecision", decision=f"d-{recipient}", **decision)
    await world.awards.catch_up()
    answer = await asyncio.to_thread(world.clients["awards"].call, "GetAwards", {"recipient": recipient}, DEADLINE)
    assert {p.person: p.name.value for p in answer.persons} == {signatory: "Trần Văn Ký", recipient: NAME}
    assert (len(answer.awards), len(answer.persons)) == (2, 2)


async def test_an_answer_about_the_past_shows_the_name_as_it_was_known_then_and_any_other_that_of_now(
    world: World,
) -> None:
    person = await world.person()
    award = await world.award(person)
    then = await world.tell("registry", "RegisterOrganisation", organisation=f"o-{person}", name="Đơn vị")
    await world.tell("registry", "DescribePerson", person=person, name=LATER, effective="2025-01-01")
    assert (await world.ask(award))[0]["name"] == LATER
    past, _ = await world.ask(award, as_of_position=[then])
    assert (past["name"], past["position"]) == (NAME, then["position"])
    before = await world.ask(award, as_of_position=[{**then, "position": 1}])
    assert before[0]["unavailable"] == "UNKNOWN"


async def test_the_name_of_a_forgotten_person_is_shown_by_no_answer_not_even_about_the_past(world: World) -> None:
    person = await world.person()
    award = await world.award(person)
    then = await world.tell("registry", "RegisterOrganisation", organisation=f"o-{person}", name="Đơn vị")
    assert (await world.ask(award))[0]["name"] == NAME
    await world.tell("registry", "ForgetPerson", person=person, reason="asked for by the person")
    for read in ({}, {"as_of_position": [then]}):
        found, _ = await world.ask(award, **read)
        assert (found["name"], found["unavailable"]) == (None, "FORGOTTEN")


async def test_a_person_without_a_name_and_one_whom_registry_does_not_know_say_so(world: World) -> None:
    described = f"p-{uuid4().hex[:8]}"
    await world.tell("registry", "DescribePerson", person=described, posts=["Thứ trưởng"], record=ARTICLE)
    assert (await world.ask(await world.award(described)))[0]["unavailable"] == "NO_NAME"
    assert (await world.ask(await world.award(f"p-{uuid4().hex[:8]}")))[0]["unavailable"] == "UNKNOWN"


async def test_a_registry_that_hangs_or_is_stopped_costs_the_names_and_never_the_answer(world: World) -> None:
    award = await world.award(await world.person())
    assert (await world.ask(award))[0]["name"] == NAME
    world.registry.process.send_signal(signal.SIGSTOP)
    try:
        found, seconds = await world.ask(award)
    finally:
        world.registry.process.send_signal(signal.SIGCONT)
    assert (found["name"], found["unavailable"]) == (None, "NO_ANSWER")
    assert persons.SECONDS <= seconds < DEADLINE
    assert (await world.ask(award))[0]["name"] == NAME
    await world.registry.end()
    found, seconds = await world.ask(award)
    assert (found["name"], found["unavailable"]) == (None, "NO_ANSWER")
    assert seconds < DEADLINE
    await world.begin()
    for _ in range(20):
        if (found := (await world.ask(award))[0])["name"]:
            break
        await asyncio.sleep(0.5)
    assert found["name"] == NAME


async def test_a_registry_that_hangs_holds_up_no_answer_by_another(world: World) -> None:
    """More at once than awards has connections, so that an answer that waits for names must hold none."""
    award = await world.award(await world.person())
    await world.awards.catch_up()
    call, loop = world.clients["awards"].call, asyncio.get_running_loop()
    world.registry.process.send_signal(signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(128) as threads:
            asked = [loop.run_in_executor(threads, call, "GetAward", {"award": award}, 20) for _ in range(128)]
            began = time.monotonic()
            answers = await asyncio.gather(*asked)
    finally:
        world.registry.process.send_signal(signal.SIGCONT)
    assert {shown(answer)["unavailable"] for answer in answers} == {"NO_ANSWER"}
    assert time.monotonic() - began < 4 * persons.SECONDS


async def test_registry_answers_more_about_persons_at_once_than_it_has_connections(world: World) -> None:
    """An answer holds a connection while the vault is asked, which must not wait for another answer's."""
    at = await world.tell("registry", "RegisterPerson", person="p-often-asked", name=NAME)
    question = {"person": "p-often-asked", "read": {"at_least": [at]}}
    call, loop = world.clients["registry"].call, asyncio.get_running_loop()
    with ThreadPoolExecutor(128) as threads:
        asked = [loop.run_in_executor(threads, call, "GetPerson", question, 20) for _ in range(128)]
        answers = await asyncio.gather(*asked)
    assert {answer.shown for answer in answers} == {NAME}


async def test_five_hundred_persons_of_one_answer_are_all_asked_of_registry_within_the_deadline(world: World) -> None:
    recipients = [await world.person() for _ in range(20)]
    items = [
        {"award": f"{p}-m-{n}", "recipient": {"person": f"{p}-{n}" if n else p}, "wording": "Huy chương", "year": 1999}
        for p in recipients
        for n in range(25)
    ]
    await world.tell("awards", "RecordDecision", decision=f"d-{recipients[0]}", awards={"items": items}, record=ARTICLE)
    await world.awards.catch_up()
    began = time.monotonic()
    answer = await asyncio.to_thread(world.clients["awards"].call, "GetAwards", {"year": 1999, "limit": 500}, DEADLINE)
    assert time.monotonic() - began < DEADLINE
    assert len(answer.persons) == 500
    assert {p.person for p in answer.persons if p.HasField("name")} == set(recipients)
    assert all(p.unavailable == NAME_UNAVAILABLE_UNKNOWN for p in answer.persons if not p.HasField("name"))


async def test_awards_keeps_no_name_in_any_table(world: World) -> None:
    name = f"Người Không Lưu {uuid4().hex[:6]}"
    named = await world.person(name)
    found, _ = await world.ask(await world.award(named))
    assert found["name"] == name
    assert await tables_with(world.awards.dsn, named) >= {"log.events", "read.awards"}
    assert await tables_with(world.awards.dsn, name) == set()


async def tables_with(dsn: str, text: str) -> set[str]:
    """The tables in which a row holds the text, as such or in bytes."""
    connection = await asyncpg.connect(dsn)
    names = "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('log', 'read')"
    tables = [row["name"] for row in await connection.fetch(names)]
    holds = "select exists (select from {} t where t::text like '%' || $1 || '%' or t::text like '%' || $2 || '%')"
    found = {t for t in tables if await connection.fetchval(holds.format(t), text, text.encode().hex())}
    await connection.close()
    return found
