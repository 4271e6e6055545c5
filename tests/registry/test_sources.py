"""What an officer reads of the documents that an answer rests on: told once beside it, for each mark to name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

from thidua.kernel.v1 import kernel_pb2
from thidua.registry.v1 import registry_pb2

from services.kernel.auth import Caller
from services.kernel.binding import Call, Job, Query, bind
from services.kernel.provenance import Record, Source
from services.kernel.view import View
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.movement import LaunchMovement
from services.registry.main import SERVICE
from tests.registry.support import Registry

LETTER = Source(
    id="cv-12", title="Công văn", number="12/CV", issuer="Ban TĐKT", printed_date="10/4", dated=date(2024, 4, 10)
)
COPY = Source(id="cv-12", title="Công văn (bản sao)")
PAGE = Source(id="trang-1", sha256="a" * 64)


async def answered(registry: Registry, method: str, **fields: Any) -> Any:
    """The response as it goes over the wire."""

    @asynccontextmanager
    async def look(read: kernel_pb2.Read, query: Query, seconds: float) -> AsyncIterator[View]:
        async with registry.tools.look(*query.models) as view:
            yield view

    await registry.catch_up()
    asked: dict[str, Query | Job] = {**SERVICE.queries, **SERVICE.jobs}
    methods = {m.name: m for m in bind(SERVICE.api, SERVICE.handlers, asked, "registry", refused, look, refused)}
    request = getattr(registry_pb2, f"{method}Request")(**fields).SerializeToString()
    work: Any = methods[method].work
    raw = await work(request, Call(Caller("officer", None, frozenset()), "trace", 5.0))
    return getattr(registry_pb2, f"{method}Response").FromString(raw)


async def refused(*_: Any) -> Any:
    raise AssertionError("a command was taken")


async def test_an_answer_describes_every_document_that_its_marks_name_as_it_was_told(registry: Registry) -> None:
    place: dict[str, Any] = {"place": "whole text"}
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=Record(source=LETTER, **place)))
    for movement, source in (("m-1", PAGE), ("m-2", PAGE), ("m-3", COPY), ("m-4", LETTER)):
        fields: dict[str, Any] = {"bloc": "b1", "year": 2024, "movement": movement, "theme": "Đoàn kết"}
        await registry.tell(LaunchMovement(**fields, record=Record(source=source, **place)))
    bloc = await answered(registry, "GetBloc", bloc="b1")
    (one,) = bloc.sources
    told = (one.id, one.title, one.number, one.issuer, one.printed_date, one.dated, one.HasField("sha256"))
    assert told == ("cv-12", "Công văn", "12/CV", "Ban TĐKT", "10/4", "2024-04-10", False)
    assert bloc.kind.mark.source == "cv-12"
    year = await answered(registry, "GetBlocYear", bloc="b1", year=2024)
    assert sorted((s.id, s.title, s.sha256) for s in year.sources) == [
        ("cv-12", "Công văn", ""),
        ("cv-12", "Công văn (bản sao)", ""),
        ("trang-1", "", "a" * 64),
    ]


async def test_an_answer_that_tells_nothing_names_no_document(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=Record(source=PAGE, place="all")))
    found = await answered(registry, "FindBlocs", text="Khối")
    assert len(found.found) == 1
    assert list((await answered(registry, "GetBlocYear", bloc="b1", year=2024)).sources) == []
