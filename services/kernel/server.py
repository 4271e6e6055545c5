"""The gRPC server, and the one gate that every call passes: room, deadline, token, role, errors, metrics.

The gate is put around each method when it is bound; health and reflection are not bound, and so stand outside.
"""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, NoReturn, TypeAlias

import grpc
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

from services.kernel import status
from services.kernel.auth import Tokens, allow
from services.kernel.binding import Call, Method
from services.kernel.errors import Busy, Invalid, Violation
from services.kernel.settings import Address
from services.kernel.telemetry import Metrics

REQUEST = 1024 * 1024  # bytes
RESPONSE = 16 * 1024 * 1024
STREAM = 600  # seconds that a streaming call may take; its caller goes on where it ended
_NO_DEADLINE = Violation("grpc-timeout", vi="mỗi lời gọi phải có thời hạn", en="every call needs a deadline")
_TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class Room:
    """For so many at once; who enters beyond that is refused."""

    def __init__(self, places: int) -> None:
        self._left = places

    def __enter__(self) -> None:
        if self._left <= 0:
            raise Busy(0.1, en="Too many calls at once: try again.", vi="Quá nhiều yêu cầu cùng lúc: hãy thử lại.")
        self._left -= 1

    def __exit__(self, *_: object) -> None:
        self._left += 1


class Gate:
    """What every call passes. `concurrency` calls at once; `longest` seconds for each, whatever its deadline."""

    def __init__(self, tokens: Tokens, metrics: Metrics, *, concurrency: int, longest: float) -> None:
        self._tokens = tokens
        self._metrics = metrics
        self._room = Room(concurrency)
        self._longest = longest

    def handler(self, method: Method) -> "grpc.RpcMethodHandler[Any, Any]":
        """Bytes in and out: what cannot be parsed is then a bad request, not an internal error."""
        if method.streams:
            return grpc.unary_stream_rpc_method_handler(self._flow(method))
        return grpc.unary_unary_rpc_method_handler(self._work(method))

    def _work(self, method: Method) -> Callable[[bytes, Context], Awaitable[bytes]]:
        work: Any = method.work

        async def handle(raw: bytes, context: Context) -> bytes:
            began = time.perf_counter()
            trace, authorization = _metadata(context)
            code = "OK"
            try:
                with self._room:
                    left = _left(context)
                    caller = self._tokens.caller(authorization)
                    allow(caller, method.roles)
                    if left <= self._longest:
                        return await work(raw, Call(caller, trace, left))  # type: ignore[no-any-return]
                    async with asyncio.timeout(self._longest):
                        return await work(raw, Call(caller, trace, self._longest))  # type: ignore[no-any-return]
            except asyncio.CancelledError:
                code = "CANCELLED"
                raise
            except Exception as error:
                found = status.of(error, method.name, trace)
                code = code_pb2.Code.Name(found.code)
                await _abort(context, found)
            finally:
                self._metrics.called(method.name, code, time.perf_counter() - began)

        return handle

    def _flow(self, method: Method) -> Callable[[bytes, Context], AsyncIterator[bytes]]:
        flow: Any = method.work

        async def handle(raw: bytes, context: Context) -> AsyncIterator[bytes]:
            began = time.perf_counter()
            trace, authorization = _metadata(context)
            code = "OK"
            try:
                with self._room:
                    left = min(_left(context), STREAM)
                    caller = self._tokens.caller(authorization)
                    allow(caller, method.roles)
                    async with asyncio.timeout(left):
                        async for page in flow(raw, Call(caller, trace, left)):
                            yield page
            except (asyncio.CancelledError, GeneratorExit):
                code = "CANCELLED"
                raise
            except Exception as error:
                found = status.of(error, method.name, trace)
                code = code_pb2.Code.Name(found.code)
                await _abort(context, found)
            finally:
                self._metrics.called(method.name, code, time.perf_counter() - began)

        return handle


def _left(context: Context) -> float:
    """Seconds until the caller's deadline. Raises Invalid where there is none."""
    left: float | None = context.time_remaining()
    if left is None:
        raise Invalid(_NO_DEADLINE)
    return left


def _metadata(context: Context) -> tuple[str, str | None]:
    """The trace id (the caller's own, or a new one) and the authorization; none where there are several."""
    trace = None
    tokens: list[str] = []
    for name, value in context.invocation_metadata() or ():
        if name == "authorization":
            tokens.append(str(value))
        elif name == "traceparent" and (match := _TRACE.fullmatch(str(value))):
            trace = match[1]
    return trace or os.urandom(16).hex(), tokens[0] if len(tokens) == 1 else None


async def _abort(context: Context, found: Status) -> NoReturn:
    sent = rpc_status.to_status(found)
    await context.abort(sent.code, sent.details, sent.trailing_metadata)


class Server:
    """A gRPC server with health, not serving until told so part by part."""

    def __init__(self, gate: Gate, methods: Iterable[Method], *, reflect: bool, share_port: bool = False) -> None:
        self._server = grpc.aio.server(options=_options(share_port))
        self.health = health.aio.HealthServicer()  # type: ignore[attr-defined]
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self._server)
        self.services: dict[str, dict[str, grpc.RpcMethodHandler[Any, Any]]] = {}
        for method in methods:
            self.services.setdefault(method.service, {})[method.name] = gate.handler(method)
        for name, handlers in self.services.items():
            self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
        if reflect:
            reflection.enable_server_reflection(
                [*self.services, health.SERVICE_NAME, reflection.SERVICE_NAME], self._server
            )

    async def start(self, listen: Address) -> int:
        """Start listening; the port."""
        port = self._server.add_insecure_port(str(listen))
        await self._server.start()
        return port

    async def serving(self, part: str, well: bool) -> None:
        """Tell who asks for health how a part is; the empty name is the whole process."""
        answer = health_pb2.HealthCheckResponse.SERVING if well else health_pb2.HealthCheckResponse.NOT_SERVING
        await self.health.set(part, answer)

    async def stop(self, grace: float) -> None:
        """Say NOT_SERVING, take no new call, and end those under way after `grace` seconds."""
        await self.health.enter_graceful_shutdown()
        await self._server.stop(grace)


def _options(share_port: bool) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", REQUEST),
        ("grpc.max_send_message_length", RESPONSE),
        ("grpc.absolute_max_metadata_size", 16 * 1024),
        ("grpc.max_concurrent_streams", 2_000),
        # Beyond these gRPC itself cancels calls that wait to be taken up, and tells their callers nothing.
        ("grpc.server.max_pending_requests", 20_000),
        ("grpc.server.max_pending_requests_hard_limit", 30_000),
        ("grpc.max_connection_age_ms", 600_000),
        ("grpc.max_connection_age_grace_ms", STREAM * 1000),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ("grpc.so_reuseport", int(share_port)),
    ]
