"""Many commands in one call, to a service in a process of its own."""

import uuid
from typing import Any

from google.protobuf.any_pb2 import Any as Packed
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage
from thidua.kernel.v1 import batch_pb2

from services.kernel import auth
from tests.kernel.rpc.conftest import OFFICERS, Sample, fields, refusal
from tests.kernel.rpc.sample import api

METHOD = "/thidua.kernel.v1.BatchService/TellCommands"


def packed(name: str, **fields_: Any) -> Packed:
    found = Packed()
    found.Pack(api.message(f"{name}Request")(**{"command_id": str(uuid.uuid4()), **fields_}))
    return found


def opened(box: str, **changes: Any) -> Packed:
    return packed("OpenBox", **{"box": box, "label": "Thùng hồ sơ", "kind": 1, "things": {}, **changes})


def new() -> str:
    return f"b-{uuid.uuid4()}"


async def tell(sample: Sample, *commands: Packed, token: str | None = None) -> list[batch_pb2.Outcome]:
    request = batch_pb2.TellCommandsRequest(commands=commands)
    raw = await sample.raw(METHOD, request.SerializeToString(), token)
    return list(batch_pb2.TellCommandsResponse.FromString(raw).outcomes)


def codes(outcomes: list[batch_pb2.Outcome]) -> list[int]:
    return [outcome.refusal.code for outcome in outcomes]


async def test_commands_of_several_kinds_are_recorded_in_their_order(sample: Sample) -> None:
    box = new()
    outcomes = await tell(sample, opened(box), packed("CloseBox", box=box), opened(new()))
    assert codes(outcomes) == [0, 0, 0]
    first, second, _ = (outcome.recorded.position for outcome in outcomes)
    assert (first.log, first.position < second.position) == ("sample", True)
    read = {"at_least": [{"log": "sample", "epoch": second.epoch, "position": second.position}]}
    assert (await sample.call("GetBox", box=box, read=read)).open is False


async def test_each_refusal_tells_what_its_own_rpc_tells_and_stops_no_other(sample: Sample) -> None:
    box = new()
    wrong = [
        packed("CloseBox", box=new()),
        opened(box, label="x" * 501, things={"items": [{"name": "Sổ"}, {"name": ""}]}),
        opened(box, command_id="1"),
        Packed(type_url="type.googleapis.com/thidua.sample.v1.OpenBoxRequest", value=b"\xff"),
        Packed(type_url="type.googleapis.com/thidua.sample.v1.GetBoxRequest"),
        Packed(),
    ]
    outcomes = await tell(sample, *wrong, opened(box), opened(box))
    assert codes(outcomes) == [9, 3, 3, 3, 3, 3, 0, 9]
    info, message = ErrorInfo(), LocalizedMessage()
    assert outcomes[0].refusal.details[0].Unpack(info)
    assert outcomes[0].refusal.details[2].Unpack(message)
    assert (info.reason, message.message) == ("box.state", "thùng này không mở")
    assert [fields(outcome.refusal.details) for outcome in outcomes[1:6]] == [
        ["commands[1].label", "commands[1].things.items[1].name"],
        ["commands[2].command_id"],
        ["commands[3]"],
        ["commands[4]"],
        ["commands[5]"],
    ]


async def test_a_batch_that_is_sent_again_gets_its_replies_again(sample: Sample) -> None:
    batch = [opened(new()) for _ in range(50)]
    single = api.message("OpenBoxRequest")()
    assert batch[7].Unpack(single)
    alone = api.message("OpenBoxResponse").FromString(await sample.raw("OpenBox", single.SerializeToString()))
    outcomes = await tell(sample, *batch)
    assert await tell(sample, *batch) == outcomes
    assert outcomes[7].recorded == alone.recorded
    other = auth.issue(OFFICERS, "officer:binh", ["sample"], seconds=60)
    assert codes(await tell(sample, *batch[:2], token=other)) == [6, 6]


async def test_a_batch_needs_a_token_a_deadline_and_a_bounded_size(sample: Sample) -> None:
    request = batch_pb2.TellCommandsRequest(commands=[opened(new())]).SerializeToString()
    assert (await refusal(sample.raw(METHOD, request, "a.b.c")))[0] == "UNAUTHENTICATED"
    code, details = await refusal(sample.raw(METHOD, request, timeout=None))
    assert (code, fields(details)) == ("INVALID_ARGUMENT", ["grpc-timeout"])
    many = batch_pb2.TellCommandsRequest(commands=[packed("CloseBox", box="b-1")] * 1_001)
    code, details = await refusal(sample.raw(METHOD, many.SerializeToString()))
    assert (code, fields(details)) == ("INVALID_ARGUMENT", ["commands"])


async def test_a_thousand_of_the_longest_refusals_still_reach_a_usual_client(sample: Sample) -> None:
    things = {"items": [{"name": ""}] * 40}
    outcomes = await tell(sample, *(opened("b-1", things=things, label="") for _ in range(1_000)))
    request = BadRequest()
    assert outcomes[999].refusal.details[0].Unpack(request)
    assert request.field_violations[0].field == "commands[999].label"
