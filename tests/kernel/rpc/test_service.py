"""A whole service, by its API, on the real database."""

import asyncio
import json
import socket
import time
import urllib.error
import urllib.request
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from structlog.testing import capture_logs
from thidua.kernel.v1.log_pb2 import ReadRequest
from thidua.kernel.v1.log_pb2_grpc import LogServiceStub

from deploy.local.processes import free_port
from deploy.local.servers import ExistingPostgres, Postgres
from services.kernel.auth import ServiceToken, new_key
from services.kernel.log import Log
from services.kernel.probes import turns
from services.kernel.settings import Settings, unset
from services.kernel.tools import PRESENT, Peer, Tools
from tests.databases import PASSWORD
from tests.kernel.messaging.support import Owner, until
from tests.kernel.projection.support import Cleared, Writer
from tests.kernel.rpc.conftest import API, PEER, RPC, Sample, refusal
from tests.kernel.rpc.sample import api

FOLLOWING = "tests.kernel.rpc.sample.following"
OWN = new_key("sample", "sample-1")
ALONE = [("grpc.use_local_subchannel_pool", 1)]


async def test_a_command_is_recorded_and_read_back_by_its_position(sample: Sample) -> None:
    reply = await sample.open_box("b-whole", effective="2024-03-01", price="12.50", things={"items": [{"name": "Sổ"}]})
    at = reply.recorded.position
    assert (at.log, at.epoch) == ("sample", 1)
    box = await sample.call("GetBox", box="b-whole", read={"at_least": [at]})
    assert (box.label, box.effective, box.price, box.open) == ("Thùng hồ sơ", "2024-03-01", "12.50", True)
    assert list(box.known) == [at]


async def test_the_past_is_answered_as_of_a_position_and_as_of_a_time(sample: Sample) -> None:
    opened = (await sample.open_box("b-past")).recorded
    closed = await sample.call("CloseBox", command_id=str(uuid.uuid4()), box="b-past")
    now = await sample.call("GetBox", box="b-past", read={"at_least": [closed.recorded.position]})
    then = await sample.call("GetBox", box="b-past", read={"as_of_position": [opened.position]})
    same = await sample.call("GetBox", box="b-past", read={"as_of_time": opened.recorded_at})
    assert (now.open, then.open, same.open) == (False, True, True)
    assert list(then.known) == list(same.known) == [opened.position]


async def test_an_ended_service_finishes_what_is_under_way_and_takes_nothing_new(
    start: Callable[..., Awaitable[Sample]],
) -> None:
    sample = await start()
    read = {"at_least": [{"log": "sample", "epoch": 1, "position": 1}]}
    waiting = asyncio.ensure_future(sample.call("GetBox", box="b-1", read=read))
    commands = [asyncio.ensure_future(sample.open_box(f"b-{n}")) for n in range(1, 200)]
    await asyncio.wait(commands, return_when=asyncio.FIRST_COMPLETED)
    sample.process.terminate()
    outcomes = await asyncio.gather(*commands, return_exceptions=True)
    accepted = [reply for reply in outcomes if not isinstance(reply, BaseException)]
    await asyncio.wait([waiting])
    log = await sample.end(tell=False)
    assert sample.process.returncode == 0, log
    assert accepted
    assert {reply.recorded.position.position for reply in accepted} == set(range(1, len(accepted) + 1))


async def test_several_processes_serve_on_one_port(start: Callable[..., Awaitable[Sample]]) -> None:
    sample = await start(*RPC, "--workers", "3")
    port = sample.ready["port"]
    replies = []
    for n in range(24):  # the kernel spreads connections, so each call makes its own
        await sample.channel.close(None)
        sample.channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=ALONE)
        replies.append(await sample.open_box(f"b-{n}"))
    assert [reply.recorded.position.position for reply in replies] == list(range(1, 25))
    await sample.end()
    assert sample.process.returncode == 0


async def test_thousands_of_calls_at_once_are_answered_or_told_to_come_again(sample: Sample) -> None:
    request = api.message("GetBoxRequest")(box="b-none").SerializeToString()
    metadata = (("authorization", f"Bearer {sample.token}"),)
    address = f"127.0.0.1:{sample.ready['port']}"
    channels = [grpc.aio.insecure_channel(address, options=ALONE) for _ in range(4)]
    methods = [channel.unary_unary(f"/{API}/GetBox", None, None) for channel in channels]
    calls = [methods[n % 4](request, timeout=30, metadata=metadata) for n in range(4_000)]
    codes = Counter([(await call.code()).name for call in calls])
    for channel in channels:
        await channel.close(None)
    assert codes.keys() <= {"NOT_FOUND", "RESOURCE_EXHAUSTED"}, codes


async def test_metrics_tell_the_head_the_lag_and_the_outcome_of_commands(sample: Sample) -> None:
    await refusal(sample.open_box("not an id"))
    reply = await sample.open_box("b-metrics")
    head = reply.recorded.position.position
    await sample.call("GetBox", box="b-metrics", read={"at_least": [reply.recorded.position]})
    log = LogServiceStub(sample.channel)
    peer = ServiceToken(PEER, "sample").metadata()
    assert [page async for page in log.Read(ReadRequest(), timeout=5, metadata=peer)]
    officer = [("authorization", f"Bearer {sample.token}")]
    with pytest.raises(grpc.aio.AioRpcError):
        [page async for page in log.Read(ReadRequest(), timeout=5, metadata=officer)]
    await asyncio.sleep(1.5)  # one sample
    status, metrics = await got(sample, "/metrics")
    assert status == 200
    for line in (
        f'thidua_log_head{{log="sample"}} {head}.0',
        'thidua_log_fenced{log="sample"} 0.0',
        f'thidua_projection_position{{model="boxes"}} {head}.0',
        'thidua_projection_lag{model="boxes"} 0.0',
        'thidua_projection_live{model="boxes"} 1.0',
        'thidua_parked_events{model="boxes"} 0.0',
        'thidua_call_seconds_count{code="INVALID_ARGUMENT",method="OpenBox"}',
        'thidua_call_seconds_count{code="OK",method="OpenBox"}',
        'thidua_call_seconds_count{code="OK",method="Read"}',
        'thidua_call_seconds_count{code="PERMISSION_DENIED",method="Read"}',
    ):
        assert line in metrics


async def got(sample: Sample, path: str) -> tuple[int, str]:
    """The status and the text at a path of the metrics' port."""

    def get() -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{sample.ready['metrics']}{path}") as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    return await asyncio.to_thread(get)


async def test_the_metrics_port_tells_that_a_process_lives_and_nothing_that_nobody_asked_for(sample: Sample) -> None:
    for path, expected in (("/healthz", 200), ("/readyz", 200), ("/", 404), ("/metrics/", 404), ("/debug", 404)):
        status, text = await got(sample, path)
        assert status == expected, path
        assert "thidua" not in text


async def test_a_process_whose_database_hangs_lives_and_says_so_at_once(
    start: Callable[..., Awaitable[Sample]], environment: dict[str, str]
) -> None:
    sample = await start()
    admin = await asyncpg.connect(environment["THIDUA_ADMIN_DATABASE"])
    async with admin.transaction():
        await admin.execute("lock table log.head, log.events, read.models in access exclusive mode")
        asked = [asyncio.ensure_future(refusal(sample.open_box(f"b-{n}"))) for n in range(50)]
        await asyncio.sleep(1.5)  # what samples hangs too
        for path in ("/healthz", "/readyz", "/metrics"):
            began = time.monotonic()
            assert (await got(sample, path))[0] == 200
            assert time.monotonic() - began < 1, path
        health = health_pb2_grpc.HealthStub(sample.channel)
        await health.Check(health_pb2.HealthCheckRequest(), timeout=1)
        assert not any(one.done() for one in asked)
        assert {code for code, _ in await asyncio.gather(*asked)} <= {"DEADLINE_EXCEEDED", "UNAVAILABLE"}
    await admin.close()
    await sample.open_box("b-after")


async def test_a_process_whose_loop_stands_still_does_not_live() -> None:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as elsewhere:
        assert await asyncio.wrap_future(elsewhere.submit(turns, loop))
        standing = elsewhere.submit(turns, loop, 0.1)
        time.sleep(0.5)  # noqa: ASYNC251
        assert not standing.result()


async def test_a_database_that_is_down_is_waited_for_and_then_named_in_a_sentence(
    start: Callable[..., Awaitable[Sample]],
) -> None:
    port = free_port()
    sample = await start(DATABASE=f"postgresql://nobody@127.0.0.1:{port}/nothing", PATIENCE="1")
    log = await sample.end()
    assert sample.process.returncode == 3
    assert "database.away" in log
    assert "The database does not answer" in log.splitlines()[-1]
    assert "Traceback" not in log


async def test_a_service_takes_commands_and_folds_no_further_once_a_newer_program_has_recorded_what_it_does_not_know(
    start: Callable[..., Awaitable[Sample]], environment: dict[str, str]
) -> None:
    sample = await start()
    box = (await sample.open_box("b-known")).recorded
    log = await Log.open("sample", environment["THIDUA_DATABASE"])
    await Writer(log).record(("box:b-newer", Cleared()))
    await log.close()
    health = health_pb2_grpc.HealthStub(sample.channel)
    async with asyncio.timeout(30):
        async for answer in health.Watch(health_pb2.HealthCheckRequest(service="sample.projections")):
            if answer.status == health_pb2.HealthCheckResponse.NOT_SERVING:
                break
    after = (await sample.open_box("b-after")).recorded
    assert after.position.position == box.position.position + 2
    assert (await sample.call("GetBox", box="b-known", read={"at_least": [box.position]})).open
    code, _ = await refusal(sample.call("GetBox", box="b-after", read={"at_least": [after.position]}))
    assert code == "UNAVAILABLE"
    assert "stops before Cleared, epoch 1, position 2, a type that this program does not know" in await sample.end()


async def test_a_service_that_is_told_to_end_while_it_waits_for_its_database_ends_at_once_and_well(
    environment: dict[str, str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never answers
        for port, words in (
            (free_port(), RPC),
            (silent.getsockname()[1], RPC),
            (free_port(), (*RPC, "--workers", "2")),
        ):
            dsn = f"postgresql://nobody@127.0.0.1:{port}/nothing"
            sample = Sample(environment | {"THIDUA_DATABASE": dsn, "THIDUA_PATIENCE": "60"}, words)
            if port == silent.getsockname()[1]:
                await asyncio.to_thread(silent.accept)
            else:
                assert sample.process.stderr is not None
                assert b"database.away" in await asyncio.to_thread(sample.process.stderr.readline)
            began = time.monotonic()
            sample.process.terminate()
            log = (await asyncio.to_thread(sample.process.communicate, timeout=60))[1].decode()
            assert time.monotonic() - began < 5, log
            assert sample.process.returncode == 0, log
            assert "Traceback" not in log


async def test_a_service_that_is_told_to_end_while_it_waits_for_kafka_ends_at_once_and_well(
    start: Callable[..., Awaitable[Sample]],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (free_port(), silent.getsockname()[1]):
            sample = await start("--parts", "rpc,projections,relay", KAFKA=f"127.0.0.1:{port}")
            await asyncio.sleep(1)  # the relay tries
            began = time.monotonic()
            log = await sample.end()
            assert time.monotonic() - began < 5, log
            assert sample.process.returncode == 0, log


async def test_a_service_whose_login_is_refused_says_so_names_no_role_and_comes_back(
    start: Callable[..., Awaitable[Sample]], environment: dict[str, str], postgres: Postgres | ExistingPostgres
) -> None:
    admin_dsn, role = environment["THIDUA_ADMIN_DATABASE"], f"locked_{uuid.uuid4().hex[:8]}"
    admin = await asyncpg.connect(admin_dsn)
    await admin.execute(f"create role {role} login password 'one' in role test_thidua_sample")
    try:
        sample = await start(DATABASE=postgres.dsn(urlsplit(admin_dsn).path[1:], role, "one"))
        health = health_pb2_grpc.HealthStub(sample.channel)

        async def until(status: str) -> None:
            async with asyncio.timeout(30):
                async for answer in health.Watch(health_pb2.HealthCheckRequest()):
                    if answer.status == health_pb2.HealthCheckResponse.ServingStatus.Value(status):
                        return

        await until("SERVING")
        await admin.execute(f"alter role {role} password 'two'")
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", role)
        await until("NOT_SERVING")
        assert [(await got(sample, path))[0] for path in ("/readyz", "/healthz")] == [503, 200]
        past = [{"log": "sample", "epoch": 1, "position": 0}]
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await sample.call("GetBox", box="b-1", read={"as_of_position": past})
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        assert not any(word in str(refused.value) for word in (role, "password", "Password"))
        await admin.execute(f"alter role {role} password 'one'")
        await until("SERVING")
        assert (await got(sample, "/readyz"))[0] == 200
        log = await sample.end()
        assert log.count("database.login_refused") == 1
    finally:
        await admin.execute(f"drop owned by {role} cascade; drop role {role}")
        await admin.close()


async def test_a_database_that_is_not_migrated_is_named_in_a_sentence(
    start: Callable[..., Awaitable[Sample]], environment: dict[str, str], postgres: Postgres | ExistingPostgres
) -> None:
    sample = await start(DATABASE=postgres.dsn("postgres", "test_thidua_sample", PASSWORD))
    log = await sample.end()
    assert (sample.process.returncode, log) == (3, "The database is not migrated: run `thidua migrate` first.\n")


async def test_wrong_settings_are_told_in_sentences(start: Callable[..., Awaitable[Sample]]) -> None:
    sample = await start(COMMAND_KEY="short", LISTEN="nowhere")
    log = await sample.end()
    assert sample.process.returncode == 2
    assert len(log.splitlines()) == 2


@pytest.mark.parametrize("parts", ["rpc", "projections", "rpc,projections,relay"])
async def test_whatever_reads_a_foreign_log_is_told_at_the_start_how_to_reach_its_owner(
    start: Callable[..., Awaitable[Sample]], parts: str
) -> None:
    sample = await start("--parts", parts, module=FOLLOWING, KAFKA="127.0.0.1:1", PEERS="scoring=127.0.0.1:1")
    assert (await sample.end()).splitlines() == [
        "THIDUA_PEERS does not tell where registry listens, whose log sample reads.",
        unset(Settings, "service_token_key"),
    ]
    assert sample.process.returncode == 2


async def test_what_reads_no_foreign_log_and_no_kafka_needs_neither(
    start: Callable[..., Awaitable[Sample]],
) -> None:
    relaying = await start("--parts", "relay", module=FOLLOWING, KAFKA="127.0.0.1:1")
    assert relaying.ready["parts"] == ["relay"]
    peers = {"PEERS": "registry=127.0.0.1:1", "SERVICE_TOKEN_KEY": json.dumps(OWN)}
    serving = await start("--parts", "rpc", module=FOLLOWING, **peers)
    assert serving.ready["parts"] == ["rpc"]
    for parts in ("relay", "projections"):
        told = await (await start("--parts", parts, module=FOLLOWING, **peers)).end()
        assert told == "THIDUA_KAFKA is not set. Kafka's bootstrap servers, host:port separated by commas.\n"


async def test_a_service_does_not_begin_with_the_key_of_another(start: Callable[..., Awaitable[Sample]]) -> None:
    sample = await start(SERVICE_TOKEN_KEY=json.dumps(PEER))
    assert await sample.end() == "THIDUA_SERVICE_TOKEN_KEY is the key of scoring, and not of sample.\n"
    assert sample.process.returncode == 2


async def test_an_owner_that_refuses_our_token_is_named_in_the_log(
    sample: Sample, log: Log, environment: dict[str, str]
) -> None:
    peers = {"sample": Peer(sample.channel, ServiceToken(new_key("registry", "unknown"), "sample"))}
    async with asyncpg.create_pool(environment["THIDUA_DATABASE"], min_size=0) as pool:
        with capture_logs() as lines:
            assert await Tools(pool, log, peers=peers).latest("sample") == PRESENT
    (line,) = lines
    assert (line["event"], line["log_level"], line["owner"]) == ("peer.refuses_us", "error", "sample")
    assert line["code"] == "UNAUTHENTICATED"
    assert "not signed by a key that we know" in line["why"]


async def test_keys_that_cannot_be_read_are_told_in_a_sentence(
    start: Callable[..., Awaitable[Sample]], tmp_path: Path
) -> None:
    keys = tmp_path / "half.json"
    keys.write_text("")
    sample = await start(TOKEN_KEYS=str(keys))
    log = await sample.end()
    assert sample.process.returncode == 2
    assert log.startswith(f"THIDUA_TOKEN_KEYS: {keys} does not hold public keys")
    assert len(log.splitlines()) == 1


async def test_a_port_that_is_taken_ends_the_start(start: Callable[..., Awaitable[Sample]], sample: Sample) -> None:
    second = await start(LISTEN=f"127.0.0.1:{sample.ready['port']}")
    log = await second.end()
    assert second.process.returncode == 3
    assert "Traceback" not in log


async def test_no_log_line_holds_what_a_command_told(start: Callable[..., Awaitable[Sample]]) -> None:
    sample = await start()
    await sample.open_box("b-1", label="Bí mật", note="rất riêng tư")
    await refusal(sample.open_box("b-1", label="Bí mật"))
    await refusal(sample.call("GetBox", box="broken-nguyen"))
    log = await sample.end()
    (failure,) = (json.loads(line) for line in log.splitlines() if "call.failed" in line)
    assert "ZeroDivisionError" in failure["exception"]
    assert "in get_box" in failure["exception"]
    assert "things.items.0.name: string_type" in failure["exception"]
    assert "nguyen" not in log
    assert "Bí mật" not in log
    assert "riêng tư" not in log
    assert sample.token not in log
    assert all(json.loads(line) for line in log.splitlines())


async def test_a_service_that_begins_while_the_owner_of_a_foreign_log_is_away_serves_and_goes_on_when_it_is_back(
    start: Callable[..., Awaitable[Sample]], log: Log, environment: dict[str, str]
) -> None:
    owner = Owner(log, "127.0.0.1:1")  # Kafka is away all the time
    await owner.serve()
    await owner.tell(3)
    database = await asyncpg.connect(environment["THIDUA_DATABASE"])

    async def knows(position: int) -> bool:
        return bool(await database.fetchval("select max(position) from read.models where name = 'counts'") == position)

    async def following() -> Sample:
        return await start(
            *("--parts", "rpc,projections"),
            module=FOLLOWING,
            PEERS=f"registry=127.0.0.1:{owner.port}",
            SERVICE_TOKEN_KEY=json.dumps(OWN),
            KAFKA=owner.bootstrap,
        )

    before = await following()
    await until(partial(knows, 3))
    await before.end()
    await owner.leave()
    service = await following()
    reply = await service.open_box("own")
    await service.call("GetBox", box="own", read={"at_least": [reply.recorded.position]})
    assert await knows(3)
    await owner.serve()
    await owner.tell(2)
    await until(partial(knows, 5))
    lines = [json.loads(line) for line in (await service.end()).splitlines() if line.startswith("{")]
    assert lines
    assert not [line for line in lines if "aiokafka" in json.dumps(line) and line["level"] == "error"]
    await owner.leave()
    await database.close()
