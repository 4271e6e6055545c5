"""A Kafka that speaks TLS and asks for a login; topics that are made with copies."""

import asyncio
import dataclasses
import secrets
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import grpc
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import InvalidReplicationFactorError, KafkaError

from deploy.local.processes import ROOT, Run
from deploy.local.servers import ExistingKafka
from deploy.local.servers import Kafka as Server
from services.kernel.events import Position
from services.kernel.inbox import Inbox
from services.kernel.kafka import Kafka, ensure_topic, producing, read_last
from services.kernel.log import Log
from services.kernel.logclient import LogClient
from services.kernel.relay import log_place
from services.kernel.settings import AdminSettings, load
from tests.kernel.conftest import Place
from tests.kernel.messaging.certificates import certificate
from tests.kernel.messaging.support import Follower, Owner, running, until

PASSWORD = "only-for-tests"
TOPIC = "thidua.awards.public"
SECURED = """\
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required username="thidua" password="only-for-tests";
ssl.keystore.type=PEM
ssl.keystore.location=KEYSTORE
ssl.truststore.type=PEM
ssl.truststore.location=AUTHORITY
"""


@pytest.fixture
def secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kafka]:
    """A broker that lets nobody in without TLS and a login, reached as the environment tells."""
    run = Run("test-secured")
    store, authority = certificate(tmp_path)
    user = f"SCRAM-SHA-512=[name=thidua,password={PASSWORD}]"
    settings = SECURED.replace("KEYSTORE", str(store)).replace("AUTHORITY", str(authority))
    server = Server(run.folder, protocol="SASL_SSL", settings=settings, options=["--add-scram", user])
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    given = {
        "ADMIN_DATABASE": "postgresql://nowhere/none",
        "KAFKA": server.bootstrap,
        "KAFKA_SECURITY": "SASL_SSL",
        "KAFKA_MECHANISM": "SCRAM-SHA-512",
        "KAFKA_USER": "thidua",
        "KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
        "KAFKA_CA_FILE": str(authority),
        "TOPIC_MIN_IN_SYNC": "1",
        "TOPIC_REPLICAS": "1",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"THIDUA_{name}", value)
    try:
        server.start()
        yield load(AdminSettings).reached()
    finally:
        server.stop()
        run.remove()
        run.release()


async def test_a_log_is_relayed_and_followed_over_tls_with_a_login(
    secured: Kafka, fresh_place: Callable[[], Awaitable[Place]]
) -> None:
    log = await Log.open("registry", (await fresh_place()).dsn)
    owner = Owner(log, secured.bootstrap)
    owner.kafka = secured
    await owner.serve()
    relay = owner.relay()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{owner.port}") as channel:
        inbox = Inbox("elsewhere", LogClient(log.name, channel), secured, look_every=600)
        follower = Follower(inbox)
        async with running(relay.run(), inbox.run(), follower.run()):
            await owner.tell(1)
            await until(lambda: inbox.received)
            await owner.tell(5)
            await follower.has(6)
        assert (relay.acked, relay.restarts, inbox.filled <= 1) == (Position(1, 6), 0, True)
    await owner.leave()
    await log.close()
    login = secured.login
    assert login is not None
    assert PASSWORD not in repr(secured)
    for stranger in (
        dataclasses.replace(secured, login=login._replace(password="guessed")),
        dataclasses.replace(secured, login=None),
        dataclasses.replace(secured, tls=None),
        Kafka(secured.bootstrap),
    ):
        with pytest.raises(KafkaError):
            await read_last(stranger, owner.topic, log_place)


async def subscribed(file: Path) -> str:
    """The first that the sample subscriber prints: an event, or what is wrong."""
    command = (sys.executable, "-m", "deploy.subscriber", TOPIC, str(file))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE, stderr=STDOUT)
    assert process.stdout is not None
    try:
        return (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
    finally:
        process.kill()
        await process.wait()


async def test_the_sample_subscriber_logs_in_by_the_settings_of_a_service(
    secured: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"id": "1", "type": "AwardDecided", "subject": "award:a", "time": "now", "epoch": "1", "sequence": "1"}
    await ensure_topic(secured, TOPIC)
    async with producing(secured, 10) as broker:
        await broker.publish({"award": "a"}, TOPIC, headers={f"ce_{name}": value for name, value in told.items()})
    assert await subscribed(tmp_path / "seen") == 'now  AwardDecided  award:a #1  {"award": "a"}\n'
    (tmp_path / "password").write_text("guessed\n")
    assert (await subscribed(tmp_path / "other")).startswith("Kafka: ")
    monkeypatch.setenv("THIDUA_KAFKA_SECURITY", "PLAINTEXT")
    assert (await subscribed(tmp_path / "other")).startswith("usage: ")


async def test_a_topic_is_made_with_the_copies_that_are_asked_for(kafka: Server | ExistingKafka) -> None:
    topic = f"copies.{secrets.token_hex(4)}"
    with pytest.raises(InvalidReplicationFactorError):
        await ensure_topic(Kafka(kafka.bootstrap, replicas=1_000), topic)
    await ensure_topic(Kafka(kafka.bootstrap, replicas=1, min_in_sync=7), topic)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    (described,) = await admin.describe_topics([topic])
    (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    await admin.close()
    assert [len(partition["replicas"]) for partition in described["partitions"]] == [1]
    settings = {entry[0]: entry[1] for *_, entries in answer.resources for entry in entries}
    assert settings["min.insync.replicas"] == "7"
