"""A log, its owner's gRPC server, and an inbox elsewhere, on the real broker."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

import grpc
import pytest

from deploy.local.servers import ExistingKafka, Kafka
from services.kernel.inbox import Inbox
from services.kernel.log import Log
from services.kernel.logclient import LogClient
from tests.kernel.conftest import Place
from tests.kernel.messaging.support import Owner


@pytest.fixture
async def owner(fresh_place: Callable[[], Awaitable[Place]], kafka: Kafka | ExistingKafka) -> AsyncIterator[Owner]:
    log = await Log.open(f"t{secrets.token_hex(4)}", (await fresh_place()).dsn)
    owner = Owner(log, kafka.bootstrap)
    await owner.serve()
    yield owner
    await owner.leave()
    await log.close()


@pytest.fixture
async def client(owner: Owner) -> AsyncIterator[LogClient]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{owner.port}") as channel:
        yield LogClient(owner.log.name, channel)


@pytest.fixture
def inbox(owner: Owner, client: LogClient) -> Inbox:
    return Inbox("elsewhere", client, owner.kafka, look_every=0.5)
