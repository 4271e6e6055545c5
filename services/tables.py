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
    counts = ("read", "recorded", "unchanged", "rejected", "noted")
    heads = ["to be recorded" if answer.dry_run and count == "recorded" else count for count in counts]
    title = "chạy thử, không ghi gì (dry run, nothing is recorded)" if answer.dry_run else None
    sheets = Table("sheet", "table", *heads, title=title)
    for sheet in answer.sheets:
        kind = types_pb2.Table.Name(sheet.table).removeprefix("TABLE_").lower()
        sheets.add_row(sheet.sheet, kind, *(str(getattr(sheet, count)) for count in counts))
    out.print(sheets)
    if answer.dry_run:
        _show_commands(line for line in answer.lines if line.outcome == types_pb2.LINE_OUTCOME_RECORDED)
    _show_lines("rejected", "lý do", "reason", ((line, line.problems) for line in answer.lines))
    _show_lines("noted", "lưu ý", "note", ((line, line.notes) for line in answer.lines))
    show_notes(answer.notes)
    if answer.HasField("recorded"):
        out.print(f"recorded up to position {answer.recorded.position}")


def _show_commands(lines: Iterable[Any]) -> None:
    """What each line would tell, and of whom."""
    told = Table("sheet", "line", "of whom", "commands", title="sẽ ghi (to be recorded)")
    for line in lines:
        told.add_row(line.sheet, str(line.line), line.subject, ", ".join(line.commands))
    if told.row_count:
        out.print(told)


def _show_lines(title: str, vi: str, en: str, said: Iterable[tuple[Any, Iterable[Any]]]) -> None:
    lines = Table("sheet", "line", "column", vi, en, "candidates", title=title)
    for line, problems in said:
        for one in problems:
            column = f"{one.column} ({one.header})" if one.column else one.header
            lines.add_row(line.sheet, str(line.line), column, one.vi, one.en, ", ".join(one.candidates))
    if lines.row_count:
        out.print(lines)


def show_notes(notes: Iterable[types_pb2.ImportNote]) -> None:
    for note in notes:
        out.print(f"{note.sheet}: {note.vi} ({note.en})" if note.sheet else f"{note.vi} ({note.en})", markup=False)
