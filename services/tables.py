"""What `thidua import` and `thidua export` do: they call registry by gRPC, in the name of whoever the token names."""

from collections.abc import Iterable
from typing import Any

import grpc
from google.rpc.error_details_pb2 import BadRequest, LocalizedMessage
from grpc_status import rpc_status
from rich.table import Table
from thidua.registry.v1 import registry_pb2, registry_pb2_grpc, types_pb2

from services.upkeep import Failed, out

SECONDS = 30.0
_CHANNEL = [("grpc.max_receive_message_length", 16 * 1024 * 1024)]


async def take_in(name: str, content: bytes, at: str, token: str, *, dry_run: bool) -> None:
    """Import a file and print the report. Raises Failed where a line or the file is rejected."""
    request = registry_pb2.ImportTableRequest(name=name, content=content, dry_run=dry_run)
    answer = await called(at, token, "ImportTable", request)
    _show(answer)
    if any(sheet.rejected for sheet in answer.sheets):
        raise Failed


async def given_out(table: str, form: str, at: str, token: str, on: str | None) -> registry_pb2.ExportTableResponse:
    """A table as a file. Raises Failed."""
    request = registry_pb2.ExportTableRequest(
        table=types_pb2.Table.Value(f"TABLE_{table.upper()}"),
        form=types_pb2.TableForm.Value(f"TABLE_FORM_{form}"),
        on=on,
    )
    answer: registry_pb2.ExportTableResponse = await called(at, token, "ExportTable", request)
    return answer


async def called(at: str, token: str, method: str, request: Any) -> Any:
    """What registry answers. Raises Failed, having said why."""
    async with grpc.aio.insecure_channel(at, options=_CHANNEL) as channel:
        call = getattr(registry_pb2_grpc.RegistryServiceStub(channel), method)
        try:
            return await call(request, timeout=SECONDS, metadata=[("authorization", f"Bearer {token}")])
        except grpc.aio.AioRpcError as error:
            for line in _sentences(error):
                out.print(line, style="red", markup=False)
            raise Failed from None


def _sentences(error: grpc.aio.AioRpcError) -> list[str]:
    """Why a call failed, in Vietnamese where the service says so, else in English."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    request, message = BadRequest(), LocalizedMessage()
    for detail in status.details if status else ():
        if detail.Unpack(request):
            return [f"{v.field}: {v.localized_message.message} ({v.description})" for v in request.field_violations]
    for detail in status.details if status else ():
        if detail.Unpack(message):
            return [f"{message.message} ({error.details()})"]
    return [f"{error.code().name}: {error.details()}"]


def _show(answer: registry_pb2.ImportTableResponse) -> None:
    sheets = Table(
        "sheet", "table", "read", "recorded", "unchanged", "rejected", title="dry run" if answer.dry_run else None
    )
    for sheet in answer.sheets:
        kind = types_pb2.Table.Name(sheet.table).removeprefix("TABLE_").lower()
        figures = (sheet.read, sheet.recorded, sheet.unchanged, sheet.rejected)
        sheets.add_row(sheet.sheet, kind, *map(str, figures))
    out.print(sheets)
    lines = Table("sheet", "line", "column", "lý do", "reason", "candidates")
    for line in answer.lines:
        for problem in line.problems:
            column = f"{problem.column} ({problem.header})" if problem.column else problem.header
            lines.add_row(line.sheet, str(line.line), column, problem.vi, problem.en, ", ".join(problem.candidates))
    if lines.row_count:
        out.print(lines)
    show_notes(answer.notes)
    if answer.HasField("recorded"):
        out.print(f"recorded up to position {answer.recorded.position}")


def show_notes(notes: Iterable[types_pb2.ImportNote]) -> None:
    for note in notes:
        out.print(f"{note.sheet}: {note.vi} ({note.en})" if note.sheet else f"{note.vi} ({note.en})", markup=False)
