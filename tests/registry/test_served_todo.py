"""What is due, asked of registry in a process of its own, by the command line as an officer or a timer runs it."""

import json
from datetime import date, datetime, timedelta
from typing import Any, get_args

from google.protobuf.message import Message
from thidua.kernel.v1 import kernel_pb2
from thidua.registry.v1 import registry_pb2, registry_pb2_grpc, types_pb2

from services.kernel.dated import Seen
from services.kernel.service import VIETNAM
from services.registry.events import Actor
from services.registry.queries.todo import TaskKind, TaskState
from services.todo import KINDS, ROLES, SEEN, STATES
from tests.kernel.rpc.conftest import Sample
from tests.kernel.rpc.test_cli import thidua
from tests.registry.test_served_tables import new

RECORD = kernel_pb2.Record(source=kernel_pb2.Source(id="nd-91"), place="Điều 48")


async def tell(registry: Sample, method: str, request: Message) -> None:
    stub = registry_pb2_grpc.RegistryServiceStub(registry.channel)
    metadata = [("authorization", f"Bearer {registry.token}")]
    await getattr(stub, method)(request, timeout=30, metadata=metadata)


async def told(registry: Sample, year: int = 2025) -> None:
    """A bloc, and a deadline by law for one year."""
    bloc = registry_pb2.EstablishBlocRequest(
        command_id=new(), bloc="k1", kind=types_pb2.BLOC_KIND_KHOI, name="Khối 1", authority="pm", record=RECORD
    )
    await tell(registry, "EstablishBloc", bloc)
    deadline = registry_pb2.SetDeadlineRequest(
        command_id=new(),
        deadline="so-ket",
        what="Sơ kết 6 tháng",
        state=types_pb2.YEAR_STATE_MID_REVIEWED,
        actor=types_pb2.ACTOR_AUTHORITY,
        years=[year],
        due=types_pb2.Due(month=7, day=31, years_after=0),
        decision=kernel_pb2.Source(id="nd-91", number="91/2017/NĐ-CP"),
        article="Điều 48",
        record=RECORD,
    )
    await tell(registry, "SetDeadline", deadline)


async def test_an_officer_lists_what_is_due_and_a_timer_asks_for_reminders(served: Sample) -> None:
    await told(served)
    code, shown = await thidua(served.environment, "todo", "--bloc", "k1", "--on", "2025-08-04")
    assert code == 0
    for words in (
        "2025-07-31 (I)",
        "quá hạn (I), chậm 4 ngày",
        "Sơ kết 6 tháng",
        "pm (cơ quan tổ chức)",
        "91/2017/NĐ-CP Điều 48",
    ):
        assert words in " ".join(shown.replace("│", " ").split())
    assert ("Khối 1" in shown, "k1" in shown, "căn cứ" in shown, "do suy luận" in shown) == (True, False, True, True)
    assert "quá hạn: late" in shown
    code, shown = await thidua(served.environment, "reminders", "--bloc", "k1", "--on", "2025-01-20")
    assert (code, shown.strip()) == (0, "không có việc nào (nothing)")
    submission = registry_pb2.SetDeadlineRequest(
        command_id=new(),
        deadline="ho-so",
        what="Trình hồ sơ",
        state=types_pb2.YEAR_STATE_SUBMITTED,
        years=[2025],
        due=types_pb2.Due(month=6, day=1, years_after=0),
        record=RECORD,
    )
    await tell(served, "SetDeadline", submission)
    code, shown = await thidua(served.environment, "reminders", "--bloc", "k1", "--on", "2025-06-05")
    assert "chưa rõ (I), đã qua ngày đến hạn" in " ".join(shown.replace("│", " ").split())
    code, shown = await thidua(
        served.environment, "reminders", "--bloc", "k1", "--on", "2025-06-05", "--past", "3", "--json"
    )
    assert (code, json.loads(shown)["tasks"]) == (0, [])
    code, shown = await thidua(
        served.environment, "reminders", "--organisation", "pm", "--on", "2025-07-20", "--within", "11", "--json"
    )
    (task,) = json.loads(shown)["tasks"]
    assert (code, task["due"]["value"], task["state"]["value"]) == (0, "2025-07-31", "OPEN")
    code, shown = await thidua(
        served.environment, "reminders", "--bloc", "k1", "--on", "2025-07-20", "--within", "10", "--past", "9", "--json"
    )
    assert (code, json.loads(shown)["tasks"]) == (0, [])


async def test_a_line_of_a_covenant_that_was_missed_is_told_to_be_not_achieved(served: Sample) -> None:
    await told(served)
    year: dict[str, Any] = {"bloc": "k1", "year": 2025, "record": RECORD}
    for line, achieved in (("l1", True), ("l2", False)):
        result = registry_pb2.ReportCovenantResultRequest(command_id=new(), line=line, achieved=achieved, **year)
        await tell(served, "ReportCovenantResult", result)
    code, shown = await thidua(served.environment, "todo", "--bloc", "k1", "--on", "2025-12-31")
    assert (code, "đã xong, đạt" in shown, "KHÔNG đạt" in shown) == (0, True, True)


def test_every_code_of_a_task_has_words_for_officers() -> None:
    assert (set(STATES), set(KINDS)) == (set(get_args(TaskState)), set(get_args(TaskKind)))
    assert set(SEEN) == set(get_args(Seen))
    assert set(get_args(Actor)) < set(ROLES)


async def test_without_a_day_it_is_todays_to_do_in_vietnam(served: Sample) -> None:
    today = datetime.now(VIETNAM).date()
    last = (today + timedelta(days=1)).year - 1  # also where the year ends before it is asked
    await told(served, last)
    code, shown = await thidua(served.environment, "todo", "--bloc", "k1", "--json")
    (task,) = json.loads(shown)["tasks"]
    late = int(task["late_by"]["value"]) - (today - date(last, 7, 31)).days
    assert code == 0
    assert late in (0, 1)


async def test_what_cannot_be_asked_is_told_in_a_sentence(served: Sample) -> None:
    for arguments in (("todo",), ("todo", "--bloc", "k9"), ("reminders", "--bloc", "k1", "--past", "-1")):
        code, shown = await thidua(served.environment, *arguments)
        assert (code, "Traceback" in shown) == (1, False)
        assert shown.strip()
