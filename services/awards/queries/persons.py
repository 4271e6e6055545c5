"""The names of the persons in an answer: registry is asked for each answer anew, and nothing of them is kept here.

A name that cannot be had says so and why; it never fails the answer, which is given within its caller's deadline.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import grpc
import structlog
from pydantic import BaseModel
from thidua.kernel.v1 import kernel_pb2
from thidua.registry.v1.registry_pb2 import GetPersonRequest, GetPersonResponse
from thidua.registry.v1.registry_pb2_grpc import RegistryServiceStub

from services.kernel import convert
from services.kernel.events import Position
from services.kernel.provenance import Fact
from services.kernel.text import Id
from services.kernel.view import View

OWNER = "registry"
SECONDS = 1.0  # for all names of an answer, and half of what its caller has left at most
AT_ONCE = 16  # calls for one answer
NAMING = frozenset({"person", "signatory"})
"""Fields of answers that hold a person's id."""

Unavailable = Literal["FORGOTTEN", "NO_NAME", "UNKNOWN", "NO_ANSWER"]
A = TypeVar("A", bound=BaseModel)

_fact = convert.reader(kernel_pb2.Fact.DESCRIPTOR, Fact)
_log = structlog.get_logger()


class SeenAt(BaseModel):
    log: str
    epoch: int
    position: int


class PersonShown(BaseModel):
    person: str
    name: Fact | None = None
    unavailable: Unavailable | None = None
    disputed: bool = False
    known: SeenAt | None = None


async def with_persons(answer: A, view: View, read: kernel_pb2.Read, seconds: float) -> A:
    """The answer with `persons`, all of whom it names; in the past as they were known at its position of registry."""
    persons = sorted(persons_in(answer))
    end = time.monotonic() + min(SECONDS, seconds / 2)
    how = _read(read, view.positions[OWNER])
    peer = view.tools.peers.get(OWNER) if persons else None
    if peer is None:
        return answer.model_copy(update={"persons": tuple(_nameless(person) for person in persons)})
    registry, metadata = RegistryServiceStub(peer.channel), peer.token.metadata()
    room = asyncio.Semaphore(AT_ONCE)

    async def shown(person: Id) -> PersonShown:
        async with room:
            request = GetPersonRequest(person=person, read=how)
            try:
                left = max(0.0, end - time.monotonic())
                return _shown(await registry.GetPerson(request, timeout=left, metadata=metadata))
            except grpc.aio.AioRpcError as error:
                return _unanswered(person, error)

    return answer.model_copy(update={"persons": tuple(await asyncio.gather(*map(shown, persons)))})


def persons_in(answer: Any, naming: bool = False) -> set[Id]:
    """The persons that an answer names."""
    match answer:
        case Fact():
            return {answer.value} if naming else set()
        case BaseModel():
            fields = type(answer).model_fields
            return set().union(*(persons_in(getattr(answer, name), name in NAMING) for name in fields))
        case tuple():
            return set().union(*(persons_in(item) for item in answer))
        case _:
            return set()


def _read(read: kernel_pb2.Read, at: Position) -> kernel_pb2.Read:
    """In the present the name of now, no older than what else of registry is answered; else that of the past."""
    place = kernel_pb2.Position(log=OWNER, epoch=at.epoch, position=at.position)
    past = read.HasField("as_of_time") or any(sent.log == OWNER for sent in read.as_of_position)
    return kernel_pb2.Read(as_of_position=[place]) if past else kernel_pb2.Read(at_least=[place])


def _shown(told: GetPersonResponse) -> PersonShown:
    names = [d.name for d in told.descriptions if d.HasField("name") and d.name.value == told.shown]
    (at,) = told.known
    return PersonShown(
        person=told.person,
        name=_fact(names[-1]) if told.available else None,
        unavailable=None if told.available else "NO_NAME" if told.descriptions else "FORGOTTEN",
        disputed=told.disputed,
        known=SeenAt(log=at.log, epoch=at.epoch, position=at.position),
    )


def _nameless(person: Id, why: Unavailable = "NO_ANSWER") -> PersonShown:
    return PersonShown(person=person, unavailable=why)


_EXPECTED: Mapping[grpc.StatusCode, Unavailable] = {
    grpc.StatusCode.NOT_FOUND: "UNKNOWN",
    grpc.StatusCode.UNAVAILABLE: "NO_ANSWER",
    grpc.StatusCode.DEADLINE_EXCEEDED: "NO_ANSWER",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "NO_ANSWER",
}


def _unanswered(person: Id, error: grpc.aio.AioRpcError) -> PersonShown:
    if error.code() not in _EXPECTED:
        _log.warning("person.refused", code=error.code().name, details=error.details())
    return _nameless(person, _EXPECTED.get(error.code(), "NO_ANSWER"))
