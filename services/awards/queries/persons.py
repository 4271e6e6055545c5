"""The names of the persons in an answer: registry is asked for each answer anew, and nothing of them is kept here.

A name that cannot be had says so and why; it never fails the answer, which is given within its caller's deadline.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Any, Literal, TypeVar

import grpc
import structlog
from pydantic import BaseModel
from thidua.kernel.v1 import kernel_pb2
from thidua.registry.v1.registry_pb2 import GetPersonsRequest, GetPersonsResponse
from thidua.registry.v1.registry_pb2_grpc import RegistryServiceStub

from services.kernel import convert
from services.kernel.events import Position
from services.kernel.provenance import Fact, Source
from services.kernel.telling import cited
from services.kernel.text import Id
from services.kernel.view import View

OWNER = "registry"
SECONDS = 1.0  # for all names of an answer, and half of what its caller has left at most
AT_ONCE = 500  # persons whom registry names in one call
NAMING = frozenset({"person", "signatory"})
"""Fields of answers that hold a person's id."""

Unavailable = Literal["FORGOTTEN", "NO_NAME", "UNKNOWN", "NO_ANSWER"]
A = TypeVar("A", bound=BaseModel)

_fact = convert.reader(kernel_pb2.Fact.DESCRIPTOR, Fact)
_source = convert.reader(kernel_pb2.Source.DESCRIPTOR, Source)
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

    async def named(some: Sequence[Id]) -> list[PersonShown]:
        try:
            left = max(0.0, end - time.monotonic())
            request = GetPersonsRequest(persons=some, read=how)
            return list(_shown(some, await registry.GetPersons(request, timeout=left, metadata=metadata)))
        except grpc.aio.AioRpcError as error:
            _unanswered(error)
            return [_nameless(person) for person in some]

    pages = await asyncio.gather(*(named(persons[i : i + AT_ONCE]) for i in range(0, len(persons), AT_ONCE)))
    return answer.model_copy(update={"persons": tuple(person for page in pages for person in page)})


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


def _shown(asked: Sequence[Id], told: GetPersonsResponse) -> Iterator[PersonShown]:
    (at,) = told.known
    known = SeenAt(log=at.log, epoch=at.epoch, position=at.position)
    found = {one.person: one for one in told.persons}
    documents = {one.id: one for one in map(_source, told.sources)}
    for person in asked:
        one = found.get(person)
        if one is None:
            yield _nameless(person, "UNKNOWN")
        elif one.HasField("name"):
            name = cited(_fact(one.name), documents.get(one.name.mark.source))
            yield PersonShown(person=person, name=name, disputed=one.disputed, known=known)
        else:
            why: Unavailable = "NO_NAME" if one.readable else "FORGOTTEN"
            yield PersonShown(person=person, unavailable=why, disputed=one.disputed, known=known)


def _nameless(person: Id, why: Unavailable = "NO_ANSWER") -> PersonShown:
    return PersonShown(person=person, unavailable=why)


_EXPECTED = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}


def _unanswered(error: grpc.aio.AioRpcError) -> None:
    if error.code() not in _EXPECTED:
        _log.warning("person.refused", code=error.code().name, details=error.details())
