"""What `thidua todo` and `thidua reminders` do: they ask registry by gRPC, and print. They send nothing to anybody."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from google.protobuf.json_format import MessageToDict
from rich.table import Column, Table
from thidua.kernel.v1 import kernel_pb2
from thidua.registry.v1 import registry_pb2, types_pb2

from services.kernel.service import VIETNAM
from services.tables import called
from services.upkeep import Failed, out

NO_NAMES: Mapping[str, str] = {}
HEADS = ("tình trạng\nstate", "việc\nwhat", "ai\nwho", "khối, cụm\nbloc", "năm\nyear", "căn cứ\nby")

STATES = {"DONE": "đã xong", "OPEN": "chưa xong", "LATE": "quá hạn", "UNKNOWN": "chưa rõ"}
ROLES = {
    "LEADS": "chủ trì",
    "JOINS": "phối hợp",
    "RESPONSIBLE": "phụ trách",
    "SIGNS": "ký",
    "PLEDGED": "cam kết",
    "HEAD": "trưởng khối, cụm",
    "MEMBER": "thành viên",
    "AUTHORITY": "cơ quan tổ chức",
}
KINDS = {
    "PLAN_ITEM": "hoạt động của kế hoạch",
    "STEP": "bước của hoạt động",
    "SIGNATURE": "chữ ký giao ước",
    "COVENANT_LINE": "chỉ tiêu giao ước",
    "DEADLINE": "thời hạn",
    "SUCCESSION": "tổ chức không còn hoặc có tổ chức kế thừa",
}
SEEN = {"WEB": "trang công khai", "SEED": "bài viết", "UNVERIFIED": "chưa kiểm chứng"}


class Asked(NamedTuple):
    """What is looked for, as given on the command line."""

    bloc: str | None
    organisation: str | None
    on: str | None
    as_of_time: str | None
    school_year: bool
    within: int | None = None
    past: int | None = None


async def listed(asked: Asked, at: str, token: str, *, as_json: bool) -> None:
    """Print what is due. Raises Failed."""
    for option in ("within", "past"):
        if (getattr(asked, option) or 0) < 0:
            out.print(f"{option}: phải từ 0 (must be 0 or more)", style="red", markup=False)
            raise Failed
    request = _request(asked)
    answer: registry_pb2.GetToDoResponse = await called(at, token, "GetToDo", request)
    if as_json:
        shown = MessageToDict(answer, preserving_proto_field_name=True)
        print(json.dumps({"tasks": [], **shown}, ensure_ascii=False))
        return
    if not answer.tasks:
        out.print("không có việc nào (nothing)")
        return
    names, blocs = ({label.id: label.name for label in labels} for labels in (answer.labels, answer.blocs))
    table = Table(Column("hạn\ndue", no_wrap=True, min_width=10), *HEADS)
    for task in answer.tasks:
        table.add_row(*_row(task, names, blocs, request.on))
    out.print(table)
    out.print(", ".join(f"{words}: {state.lower()}" for state, words in STATES.items()))
    out.print("(I): do suy luận, không nguồn nào nêu rõ (inferred, stated by no source)")


def _request(asked: Asked) -> registry_pb2.GetToDoRequest:
    cycle = types_pb2.CYCLE_SCHOOL_YEAR if asked.school_year else types_pb2.CYCLE_CALENDAR
    return registry_pb2.GetToDoRequest(
        read=kernel_pb2.Read(as_of_time=asked.as_of_time) if asked.as_of_time else None,
        bloc=asked.bloc,
        organisation=asked.organisation,
        on=asked.on or str(datetime.now(VIETNAM).date()),
        within=asked.within,
        past=asked.past,
        cycle=cycle,
    )


def _row(task: types_pb2.TaskShown, names: Mapping[str, str], blocs: Mapping[str, str], on: str) -> tuple[str, ...]:
    """A line of the table; codes are told in words, and a value that is inferred has a mark behind it."""
    late = f", chậm {task.late_by.value} ngày" if task.HasField("late_by") else ""
    past = ", đã qua ngày đến hạn" if task.state.value == "UNKNOWN" and "" < _last(task) < on else ""
    done = f" ngày {task.done_on.value}" if task.HasField("done_on") else ""
    achieved = {"true": ", đạt", "false": ", KHÔNG đạt"}.get(_text(task, "achieved"), "")
    who = ", ".join(f"{_marked(one.agency, names)} ({ROLES.get(one.role, one.role)})" for one in task.obliged)
    document = _text(task, "number") or _text(task, "decision")
    by = " ".join(filter(None, (document, _text(task, "article"), ", ".join(SEEN.get(one, one) for one in task.seen))))
    kind = types_pb2.TaskKind.Name(task.kind).removeprefix("TASK_KIND_")
    return (
        _until(task),
        f"{_marked(task.state, STATES)}{done}{late}{past}{achieved}",
        ": ".join(_marked(getattr(task, field), names) for field in ("what", "unit") if task.HasField(field)),
        who or "?",
        blocs.get(task.bloc, task.bloc),
        str(task.year),
        by or KINDS.get(kind, kind),
    )


def _until(task: types_pb2.TaskShown) -> str:
    """By when; every day, where sources tell several."""
    return " / ".join(map(_marked, _days(task))) or _text(task, "words") or "?"


def _days(task: types_pb2.TaskShown) -> Sequence[kernel_pb2.Fact]:
    """Every day that is told for it."""
    return next((one.told for one in task.disputes if one.field == "due"), [task.due] if task.HasField("due") else [])


def _last(task: types_pb2.TaskShown) -> str:
    return max((day.value for day in _days(task)), default="")


def _marked(told: kernel_pb2.Fact, names: Mapping[str, str] = NO_NAMES) -> str:
    return names.get(told.value, told.value) + (" (I)" if told.mark.certainty == kernel_pb2.CERTAINTY_INFERRED else "")


def _text(task: Any, field: str) -> str:
    value: str = getattr(task, field).value if task.HasField(field) else ""
    return value
