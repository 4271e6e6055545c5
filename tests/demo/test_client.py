"""What the demo's client says of a service that is in trouble."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from deploy.demo.client import Client


@pytest.fixture
def address() -> Iterator[str]:
    """Of a registry that refuses its first call, since its database is away, and hangs at every later one."""
    calls: list[bytes] = []

    def answer(request: bytes, context: Any) -> bytes:
        calls.append(request)
        if len(calls) == 1:
            context.abort(grpc.StatusCode.UNAVAILABLE, "The database is away: try again.")
        time.sleep(1)
        return b""

    server = grpc.server(ThreadPoolExecutor(4))
    methods = {"GetBloc": grpc.unary_unary_rpc_method_handler(answer)}
    service = grpc.method_handlers_generic_handler("thidua.registry.v1.RegistryService", methods)
    server.add_generic_rpc_handlers((service,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None)


def test_what_the_service_said_is_told_and_not_that_time_ran_out_while_it_was_asked_again(address: str) -> None:
    with Client("registry", address, "token") as client, pytest.raises(grpc.RpcError) as caught:
        client.call("GetBloc", {"bloc": "b"}, seconds=0.8)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert caught.value.details() == "The database is away: try again."
