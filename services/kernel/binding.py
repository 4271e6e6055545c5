"""A service's API bound by name: each method of its descriptor is a command of its handlers or one of its queries.

Whatever is missing, left over or of another shape is told at the start: a running service has no unbound method.
"""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, get_type_hints

from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from pydantic import BaseModel
from thidua.kernel.v1 import kernel_pb2

from services.kernel import convert
from services.kernel.appends import Reply
from services.kernel.auth import Caller
from services.kernel.decider import Command, Context, Handlers
from services.kernel.errors import Invalid, Violation
from services.kernel.events import Position
from services.kernel.provenance import Mark, Source
from services.kernel.telling import sources

BESIDE = frozenset({"known", "sources"})
"""What every answer has beside what its query tells."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_UUID = "must be a UUID in its canonical form (lower case)", "phải là UUID ở dạng chuẩn (chữ thường)"
_UNREADABLE = "is not a message of this method", "không phải là thông điệp của phương thức này"
_UNKNOWN = "holds a field that this server does not know", "có trường mà máy chủ này không biết"


class Unbound(Exception):
    """The API, the handlers and the queries do not fit; the message has one line per difference."""


@dataclass(frozen=True, slots=True)
class Query:
    """`answer(request, view)` is annotated with the model that it returns, whose fields are the response's.

    What it knows, and the documents that its marks name, are added for it.

    The view shows `models`, all of one moment; without them all that the service has. `finish(answer, view, read,
    seconds)` adds what another service is asked for: once the view has ended, so that a slow one holds up nobody else.
    Without `roles` every known caller may ask.
    """

    request: type[BaseModel]
    answer: Callable[[Any, Any], Awaitable[BaseModel]]
    models: tuple[Any, ...] = ()
    finish: Callable[[Any, Any, kernel_pb2.Read, float], Awaitable[BaseModel]] | None = None
    roles: Collection[str] | None = None

    @property
    def response(self) -> type[BaseModel]:
        return get_type_hints(self.answer)["return"]  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Job:
    """`run(request, hand)` asks and tells as it needs, under the name of who calls; the model that it is annotated with
    is the response.
    """

    request: type[BaseModel]
    run: Callable[[Any, Any], Awaitable[BaseModel]]

    @property
    def response(self) -> type[BaseModel]:
        return get_type_hints(self.run)["return"]  # type: ignore[no-any-return]


class Call(NamedTuple):
    """Who calls, under which trace, and how many seconds are left for the answer."""

    caller: Caller
    trace: str
    seconds: float

    def context(self, command_id: str) -> Context:
        return Context(command_id, self.caller.actor, self.caller.on_behalf_of, self.trace)


Work = Callable[[bytes, Call], Awaitable[bytes]]
Flow = Callable[[bytes, Call], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API, from request bytes to response bytes. Without `roles` every known caller may call it."""

    service: str
    name: str
    work: Work | Flow
    streams: bool = False
    roles: Collection[str] | None = None


class Known(Protocol):
    """The view that a query reads; `positions` is what its answer knows, by log."""

    @property
    def positions(self) -> Mapping[str, Position]: ...


Act = Callable[[Command, Context], Awaitable[Reply]]
Give = Callable[[Call], Any]
"""What a job has at hand during a call."""
Look = Callable[[kernel_pb2.Read, Query, float], AbstractAsyncContextManager[Known]]


def bind(
    service: ServiceDescriptor,
    handlers: Handlers,
    queries: Mapping[str, Query | Job],
    log: str,
    act: Act,
    look: Look,
    give: Give,
) -> list[Method]:
    """The methods of a service. Raises Unbound."""
    found = list(differences(service, handlers, queries))
    if found:
        raise Unbound("\n".join(found))
    receivers = {one.method.name: one for one in receiving(service, handlers)}
    works: dict[str, Work] = {}
    for method in service.methods:
        asked = queries.get(method.name)
        if asked is None:
            works[method.name] = _command(receivers[method.name], log, act)
        elif isinstance(asked, Query):
            works[method.name] = _query(method, asked, look)
        else:
            works[method.name] = _job(method, asked, give)
    return [Method(service.full_name, name, work, roles=_roles(queries.get(name))) for name, work in works.items()]


def _roles(asked: Query | Job | None) -> Collection[str] | None:
    """Who may call a method."""
    return asked.roles if isinstance(asked, Query) else None


def differences(service: ServiceDescriptor, handlers: Handlers, queries: Mapping[str, Query | Job]) -> Iterator[str]:
    """What keeps an API from being bound, one sentence each."""
    methods = {m.name: m for m in service.methods}
    commands = {command.__name__: command for command in handlers}
    for name in sorted(methods.keys() - commands.keys() - queries.keys()):
        yield f"{service.full_name}.{name} has no command and no query"
    for name in sorted((commands.keys() | queries.keys()) - methods.keys()):
        yield f"{name} has no method in {service.full_name}"
    for name in sorted(commands.keys() & queries.keys()):
        yield f"{name} is both a command and a query"
    for name in sorted(commands.keys() & methods.keys()):
        yield from _unlike_command(methods[name], commands[name])
    for name in sorted(queries.keys() & methods.keys() - commands.keys()):
        asked = queries[name]
        if isinstance(asked, Query):
            yield from _unlike_query(methods[name], asked)
        else:
            yield from convert.mismatches(methods[name].input_type, asked.request)
            yield from convert.mismatches(methods[name].output_type, asked.response)


def _unlike_command(method: MethodDescriptor, command: type[Command]) -> Iterator[str]:
    yield from _without(method.input_type, "command_id")
    yield from _without(method.output_type, "recorded")
    yield from convert.mismatches(method.input_type, command, leave_out={"command_id"})


def _unlike_query(method: MethodDescriptor, query: Query) -> Iterator[str]:
    yield from _without(method.input_type, "read")
    yield from _without(method.output_type, "known")
    yield from convert.mismatches(method.input_type, query.request, leave_out={"read"})
    if _marks(method.output_type):
        yield from _without(method.output_type, "sources")
    yield from convert.mismatches(method.output_type, query.response, leave_out=BESIDE)


def _marks(descriptor: Descriptor) -> bool:
    """Whether a message has marks, which name sources."""
    inner = [field.message_type for field in descriptor.fields if field.message_type]
    return descriptor.full_name == kernel_pb2.Mark.DESCRIPTOR.full_name or any(map(_marks, inner))


def _without(descriptor: Descriptor, name: str) -> Iterator[str]:
    if name not in descriptor.fields_by_name:
        yield f"{descriptor.full_name} has no field {name}"


class Receiver(NamedTuple):
    """What reads a command from the bytes of its request, with its id. Raises Invalid."""

    method: MethodDescriptor
    read: Callable[[bytes], tuple[str, Command]]


def receiving(service: ServiceDescriptor, handlers: Handlers) -> Iterator[Receiver]:
    """A receiver for each command of the service."""
    commands = {command.__name__: command for command in handlers}
    for method in service.methods:
        if method.name in commands:
            yield _receiver(method, commands[method.name])


def _receiver(method: MethodDescriptor, command: type[Command]) -> Receiver:
    parse = parser(method.input_type)
    convert_ = convert.reader(method.input_type, command, leave_out={"command_id"})

    def read(raw: bytes) -> tuple[str, Command]:
        request = parse(raw)
        command_id = request.command_id
        if not _UUID.fullmatch(command_id):
            raise Invalid(Violation("command_id", vi=_NO_UUID[1], en=_NO_UUID[0]))
        return command_id, convert_(request)

    return Receiver(method, read)


def _command(receiver: Receiver, log: str, act: Act) -> Work:
    respond: Any = GetMessageClass(receiver.method.output_type)

    async def work(raw: bytes, call: Call) -> bytes:
        command_id, command = receiver.read(raw)
        response = respond()
        show(response.recorded, log, await act(command, call.context(command_id)))
        return response.SerializeToString()  # type: ignore[no-any-return]

    return work


def show(recorded: kernel_pb2.Recorded, log: str, reply: Reply) -> None:
    """Fill in where and when a command was recorded."""
    recorded.recorded_at = convert.rfc3339(reply.recorded_at)
    position = recorded.position
    position.log, position.epoch, position.position = log, reply.epoch, reply.position


def _query(method: MethodDescriptor, query: Query, look: Look) -> Work:
    parse = parser(method.input_type)
    read = convert.reader(method.input_type, query.request, leave_out={"read"})
    write = convert.citing(method.output_type, query.response, BESIDE, Mark)
    cites = "sources" in method.output_type.fields_by_name
    source = convert.writer(kernel_pb2.Source.DESCRIPTOR, Source)

    async def work(raw: bytes, call: Call) -> bytes:
        request = parse(raw)
        asked, end = read(request), time.monotonic() + call.seconds
        async with look(request.read, query, call.seconds) as view:
            answer = await query.answer(asked, view)
        if query.finish is not None:
            answer = await query.finish(answer, view, request.read, end - time.monotonic())
        response, marks = write(answer)
        for log, (epoch, position) in view.positions.items():
            response.known.add(log=log, epoch=epoch, position=position)
        if cites:
            response.sources.extend(map(source, sources(marks)))
        return response.SerializeToString()  # type: ignore[no-any-return]

    return work


def _job(method: MethodDescriptor, job: Job, give: Give) -> Work:
    parse = parser(method.input_type)
    read = convert.reader(method.input_type, job.request)
    write = convert.writer(method.output_type, job.response)

    async def work(raw: bytes, call: Call) -> bytes:
        answer = await job.run(read(parse(raw)), give(call))
        return write(answer).SerializeToString()  # type: ignore[no-any-return]

    return work


def serve(service: ServiceDescriptor, servicer: Any, roles: Collection[str]) -> list[Method]:
    """The methods of a servicer written by hand, which uses no context."""
    return [
        Method(
            service.full_name,
            method.name,
            (_flowing if method.server_streaming else _answering)(method, getattr(servicer, method.name)),
            method.server_streaming,
            roles,
        )
        for method in service.methods
    ]


def _answering(method: MethodDescriptor, answer: Callable[[Any, None], Awaitable[Message]]) -> Work:
    parse = parser(method.input_type)

    async def work(raw: bytes, call: Call) -> bytes:
        return (await answer(parse(raw), None)).SerializeToString()

    return work


def _flowing(method: MethodDescriptor, answer: Callable[[Any, None], AsyncIterator[Message]]) -> Flow:
    parse = parser(method.input_type)

    async def flow(raw: bytes, call: Call) -> AsyncIterator[bytes]:
        async for page in answer(parse(raw), None):
            yield page.SerializeToString()

    return flow


def parser(descriptor: Descriptor) -> Callable[[bytes], Any]:
    """Makes the function from request bytes to a message. It raises Invalid, also for fields that nobody would heed."""
    parse: Callable[[bytes], Message] = GetMessageClass(descriptor).FromString

    def read(raw: bytes) -> Message:
        try:
            message = parse(raw)
        except DecodeError:
            raise Invalid(Violation("", vi=_UNREADABLE[1], en=_UNREADABLE[0])) from None
        size = message.ByteSize()
        message.DiscardUnknownFields()
        if message.ByteSize() != size:
            raise Invalid(Violation("", vi=_UNKNOWN[1], en=_UNKNOWN[0]))
        return message

    return read
