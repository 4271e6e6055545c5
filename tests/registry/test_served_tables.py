"""Tables and batches, told to registry in a process of its own, by the command line and by gRPC."""

import asyncio
import uuid
from pathlib import Path

from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from openpyxl import load_workbook
from thidua.kernel.v1 import batch_pb2, batch_pb2_grpc
from thidua.registry.v1 import registry_pb2, registry_pb2_grpc, types_pb2

from tests.kernel.rpc.conftest import Sample
from tests.kernel.rpc.test_cli import thidua
from tests.registry.files import ORGANISATIONS, Lines, rewritten, xlsx

LINES: Lines = [
    ORGANISATIONS,
    ["so-noi-vu", "H29.01", "Sở Nội vụ", None, None, None, "01/03/2025"],
    [None, None, "Sở Tư pháp", None, None, None, "hôm qua"],
    ["an", "H29.02", "Ăn", None, None, None, None],
]


async def test_an_officer_takes_a_table_in_and_out_on_the_command_line(served: Sample, tmp_path: Path) -> None:
    table, out = tmp_path / "sở.xlsx", tmp_path / "out.xlsx"
    table.write_bytes(xlsx(LINES))
    code, shown = await thidua(served.environment, "import", str(table), "--dry-run")
    assert code == 1
    assert "G (Từ ngày)" in shown
    assert "recorded up to" not in shown
    assert ("to be recorded" in shown, "so-noi-vu" in shown, "RegisterOrganisation" in shown) == (True, True, True)
    code, shown = await thidua(served.environment, "import", str(table))
    assert code == 1
    assert ("to be recorded" in shown, "RegisterOrganisation" in shown) == (False, False)
    assert "recorded up to position" in shown
    code, shown = await thidua(served.environment, "export", "organisations", str(out))
    assert (code, shown.startswith("2 lines in ")) == (0, True)
    widths = load_workbook(out).worksheets[0].column_dimensions
    assert [widths[letter].width for letter in "AC"] == [12, 13]  # "Mã tổ chức", "Tên tổ chức", and two more
    assert [row[2].value for row in load_workbook(out).worksheets[0].iter_rows(min_row=2)] == ["Ăn", "Sở Nội vụ"]
    code, shown = await thidua(served.environment, "export", "organisations", str(out), "--on", "2025-02-28")
    assert (code, shown.startswith("1 lines in ")) == (0, True)
    code, shown = await thidua(served.environment, "import", str(out))
    assert code == 0, shown
    assert "recorded up to" not in shown


async def test_a_file_that_cannot_be_taken_in_is_told_in_a_sentence(served: Sample, tmp_path: Path) -> None:
    table = tmp_path / "x.xls"
    table.write_bytes(b"\xd0\xcf\x11\xe0")
    code, shown = await thidua(served.environment, "import", str(table))
    assert (code, shown.startswith("content: ")) == (1, True)
    assert "Traceback" not in shown
    code, shown = await thidua(served.environment | {"THIDUA_TOKEN": "x"}, "import", str(table))
    assert code == 1
    assert "Traceback" not in shown


async def test_a_bomb_is_refused_and_the_service_goes_on(served: Sample, tmp_path: Path) -> None:
    bomb, table = tmp_path / "bomb.xlsx", tmp_path / "sở.xlsx"
    bomb.write_bytes(rewritten(xlsx([ORGANISATIONS]), {"xl/worksheets/sheet1.xml": lambda _: b" " * 225_000_000}))
    code, shown = await thidua(served.environment, "import", str(bomb))
    assert (code, shown.startswith("content: "), "Traceback" in shown) == (1, True, False)
    table.write_bytes(xlsx([ORGANISATIONS, LINES[1]]))
    code, shown = await thidua(served.environment, "import", str(table))
    assert (code, "recorded up to position" in shown) == (0, True)


async def test_imports_of_one_file_at_once_record_it_once(served: Sample) -> None:
    content = xlsx([ORGANISATIONS, *([f"o-{n}", None, f"Sở {n}"] for n in range(50))])
    stub = registry_pb2_grpc.RegistryServiceStub(served.channel)
    request = registry_pb2.ImportTableRequest(name="sở.xlsx", content=content)
    metadata = [("authorization", f"Bearer {served.token}")]
    answers = await asyncio.gather(*(stub.ImportTable(request, timeout=30, metadata=metadata) for _ in range(3)))
    assert [answer.sheets[0].rejected for answer in answers] == [0, 0, 0]
    assert max(answer.recorded.position for answer in answers) == 50


def packed(command: Message) -> Packed:
    made = Packed()
    made.Pack(command)
    return made


async def told(registry: Sample, *commands: Message) -> list[str]:
    """What a batch was answered: the rule that refused a command, or nothing."""
    stub = batch_pb2_grpc.BatchServiceStub(registry.channel)
    request = batch_pb2.TellCommandsRequest(commands=map(packed, commands))
    answer = await stub.TellCommands(request, timeout=30, metadata=[("authorization", f"Bearer {registry.token}")])
    return [outcome.refusal.message for outcome in answer.outcomes]


def new() -> str:
    return str(uuid.uuid4())


async def test_a_batch_of_registrations_keeps_what_comes_after_each_after_it(served: Sample) -> None:
    commands = [
        kind(command_id=new(), organisation=f"o-{n}", name=f"Sở {n}")
        for n in range(200)
        for kind in (registry_pb2.RegisterOrganisationRequest, registry_pb2.NameOrganisationRequest)
    ]
    assert await told(served, *commands) == [""] * 400


async def test_an_act_that_rests_on_all_before_it_keeps_its_place_in_a_batch(served: Sample) -> None:
    day = "2024-03-01"
    registered = [
        registry_pb2.RegisterOrganisationRequest(command_id=new(), organisation=unit, name=unit, effective=day)
        for unit in ("central", "a", "b")
    ]
    established = registry_pb2.EstablishBlocRequest(
        command_id=new(), kind=types_pb2.BLOC_KIND_KHOI, name="Khối 1", authority="central", bloc="k1", effective=day
    )
    admitted = [
        registry_pb2.AdmitMemberRequest(command_id=new(), authority="central", unit=unit, bloc="k1", effective=day)
        for unit in ("a", "b")
    ]

    def elected(unit: str) -> Message:
        head = types_pb2.Holder(agency=unit)
        return registry_pb2.ElectLeadershipRequest(command_id=new(), bloc="k1", year=2024, head=head, effective=day)

    answers = await told(
        served, elected("a"), *registered, established, *admitted[:1], elected("b"), *admitted[1:], elected("b")
    )
    assert [bool(answer) for answer in answers] == [True, False, False, False, False, False, True, False, False]
