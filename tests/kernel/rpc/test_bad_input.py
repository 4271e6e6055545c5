"""Whatever comes in: a proper status with details, no event, and the service goes on."""

import asyncio
import json
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo, LocalizedMessage, PreconditionFailure, RetryInfo
from grpc_health.v1 import health_pb2, health_pb2_grpc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thidua.kernel.v1 import log_pb2

from services.kernel import auth
from services.kernel.convert import rfc3339
from tests.kernel.rpc.conftest import API, OFFICERS, PEER, Sample, fields, refusal
from tests.kernel.rpc.sample import api

HEAD = "/thidua.kernel.v1.LogService/Head"


@pytest.fixture
async def refusing(sample: Sample) -> AsyncIterator[None]:
    """The test records nothing, and afterwards the service takes another command."""
    before = await _events(sample)
    yield
    reply = await sample.open_box(new())
    assert reply.recorded.position.position == before + 1


async def _events(sample: Sample) -> int:
    connection = await asyncpg.connect(sample.environment["THIDUA_ADMIN_DATABASE"])
    count: int = await connection.fetchval("select count(*) from log.events")
    await connection.close()
    return count


def new() -> str:
    return f"b-{uuid.uuid4()}"


def token(key: dict[str, Any] = OFFICERS, audience: str = "sample", seconds: int = 60) -> str:
    return auth.issue(key, key["iss"], [audience], seconds=seconds)


@pytest.mark.usefixtures("refusing")
@pytest.mark.parametrize(
    "command_id",
    [
        "",
        "1",
        "not-a-uuid",
        "0B5F5A5E-0000-4000-8000-000000000000",
        "0b5f5a5e00004000800000000000000a",
        "{0b5f5a5e-0000-4000-8000-000000000000}",
        "0b5f5a5e-0000-4000-8000-000000000000\n",
        "٠b5f5a5e-0000-4000-8000-000000000000",
    ],
)
async def test_a_malformed_command_id_is_refused(sample: Sample, command_id: str) -> None:
    code, details = await refusal(sample.open_box("b-1", command_id=command_id))
    assert (code, fields(details)) == ("INVALID_ARGUMENT", ["command_id"])


def _by(field: str) -> dict[str, str]:
    return {"field": field, "basis": "the photo"}


INFERRED = {"source": {"id": "seed-0"}, "place": "đoạn 1"}


@pytest.mark.usefixtures("refusing")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"effective": "31/12/2023"}, "effective"),
        ({"effective": "2023-02-29"}, "effective"),
        ({"effective": "9999-12-31"}, "effective"),
        ({"effective": "0001-01-01"}, "effective"),
        ({"effective": "2201-01-01"}, "effective"),
        ({"price": "1_000"}, "price"),
        ({"price": "٣"}, "price"),
        ({"price": " 10"}, "price"),
        ({"price": "1e3"}, "price"),
        ({"effective": "1899-12-31"}, "effective"),
        ({"record": INFERRED | {"inferred": [{"field": "*", "basis": "x"}, _by("thing")]}}, "record.inferred[1].field"),
        ({"label": "x" * 501}, "label"),
        ({"label": "a\0b"}, "label"),
        ({"note": "\0"}, "note"),
        ({"kind": 77}, "kind"),
        ({"kind": -1}, "kind"),
        ({"serial": 2**64 - 1}, "serial"),
        ({"things": {"items": [{"name": "Sổ"}, {"name": ""}]}}, "things.items[1].name"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_recorded(
    sample: Sample, changes: dict[str, Any], field: str
) -> None:
    code, details = await refusal(sample.open_box("b-1", **changes))
    assert (code, fields(details)) == ("INVALID_ARGUMENT", [field])


@pytest.mark.usefixtures("refusing")
async def test_hundreds_of_wrong_fields_still_make_a_readable_answer(sample: Sample) -> None:
    things = {"items": [{"name": "ữ" * 501}] * 500}
    code, details = await refusal(sample.open_box("b-1", things=things))
    assert code == "INVALID_ARGUMENT"
    assert "things.items[0].name" in fields(details)


@pytest.mark.usefixtures("refusing")
async def test_an_event_too_large_for_the_broker_is_refused(sample: Sample) -> None:
    code, details = await refusal(sample.open_box("b-1", note="x" * 600_000))
    assert code == "INVALID_ARGUMENT"
    assert fields(details)


@pytest.mark.usefixtures("refusing")
async def test_a_request_too_large_is_refused(sample: Sample) -> None:
    code, _ = await refusal(sample.open_box("b-1", note="x" * 2_000_000))
    assert code == "RESOURCE_EXHAUSTED"


async def test_a_domain_rule_tells_its_code(sample: Sample) -> None:
    box = new()
    await sample.open_box(box)
    code, details = await refusal(sample.open_box(box))
    info, message, failure = ErrorInfo(), LocalizedMessage(), PreconditionFailure()
    assert code == "FAILED_PRECONDITION"
    assert any(packed.Unpack(info) for packed in details)
    assert any(packed.Unpack(failure) for packed in details)
    assert [(v.type, v.subject) for v in failure.violations] == [("box.state", f"box:{box}")]
    assert any(packed.Unpack(message) for packed in details)
    assert (info.reason, info.domain, message.message) == ("box.state", "thidua", "thùng này đã có")


async def test_a_repeated_command_gets_its_reply_again_and_another_body_is_refused(sample: Sample) -> None:
    command_id, box, before = str(uuid.uuid4()), new(), await _events(sample)
    first = await sample.open_box(box, command_id=command_id)
    assert await sample.open_box(box, command_id=command_id) == first
    code, _ = await refusal(sample.open_box(new(), command_id=command_id))
    assert code == "ALREADY_EXISTS"
    other = auth.issue(OFFICERS, "officer:binh", ["sample"], seconds=60)
    body = api.message("OpenBoxRequest")(command_id=command_id, box=box, label="Thùng hồ sơ", kind=1, things={})
    code, _ = await refusal(sample.raw("OpenBox", body.SerializeToString(), other))
    assert code == "ALREADY_EXISTS"
    assert await _events(sample) == before + 1


@pytest.mark.usefixtures("refusing")
async def test_what_is_not_recorded_is_not_found(sample: Sample) -> None:
    code, _ = await refusal(sample.call("GetBox", box="b-none"))
    assert code == "NOT_FOUND"


async def test_a_past_that_cannot_be_answered_is_refused(sample: Sample) -> None:
    tomorrow = rfc3339(datetime.now(UTC) + timedelta(days=1))
    for read in (
        {"as_of_time": tomorrow},
        {"as_of_time": "yesterday"},
        {"as_of_time": "2024-03-01T00:00:00"},
        {"as_of_time": "9999-12-31T23:59:59-14:00"},
        {"as_of_time": "0001-01-01T00:00:00+14:00"},
        {"as_of_position": [{"log": "sample", "epoch": 1, "position": 9_999_999}]},
        {"as_of_position": [{"log": "sample", "epoch": 9, "position": 1}]},
        {"as_of_position": [{"log": "sample", "epoch": 1, "position": 2**64 - 1}]},
        {"as_of_position": [{"epoch": 1, "position": 1}]},
        {"as_of_position": [{"log": "zzz", "epoch": 1, "position": 1}]},
        {"as_of_position": [{"log": "sample", "epoch": 1, "position": 0}], "as_of_time": rfc3339(datetime.now(UTC))},
        {"as_of_position": [{"log": "sample", "position": 1}]},
        {"at_least": [{"log": "sample", "epoch": 1, "position": 1}] * 2},
        {"at_least": [{"log": "registry", "epoch": 1, "position": 10**9}]},
    ):
        code, details = await refusal(sample.call("GetBox", box="b-1", read=read))
        assert (code, fields(details)) == ("INVALID_ARGUMENT", [f"read.{next(iter(read))}"]), read


@pytest.mark.usefixtures("refusing")
async def test_a_wait_for_what_never_comes_ends_before_the_deadline(sample: Sample) -> None:
    read = {"at_least": [{"log": "sample", "epoch": 1, "position": 9_999_999}]}
    body = api.message("GetBoxRequest")(box="b-1", read=read).SerializeToString()
    code, details = await refusal(sample.raw("GetBox", body, timeout=1))
    assert code == "UNAVAILABLE"
    assert any(packed.Unpack(RetryInfo()) for packed in details)


@pytest.mark.usefixtures("refusing")
async def test_a_call_with_two_tokens_is_refused(sample: Sample) -> None:
    """Which of the two would speak is for nobody to guess."""
    call = sample.channel.unary_unary(f"/{API}/GetBox", None, None)
    sent = [("authorization", f"Bearer {sample.token}"), ("authorization", f"Bearer {token()}")]
    code, _ = await refusal(call(api.message("GetBoxRequest")(box="b-1").SerializeToString(), timeout=5, metadata=sent))
    assert code == "UNAUTHENTICATED"


@pytest.mark.usefixtures("refusing")
async def test_a_call_without_a_deadline_is_refused(sample: Sample) -> None:
    body = api.message("GetBoxRequest")(box="b-1").SerializeToString()
    code, details = await refusal(sample.raw("GetBox", body, timeout=None))
    assert (code, fields(details)) == ("INVALID_ARGUMENT", ["grpc-timeout"])


@pytest.mark.usefixtures("refusing")
@pytest.mark.parametrize(
    "bad",
    [
        "",
        "a.b.c",
        token(seconds=-60),
        token(audience="registry"),
        token(auth.new_key("elsewhere", "elsewhere-1")),
        token(auth.new_key("thidua", "officers-1")),
        token().rsplit(".", 1)[0] + ".",
        "eyJhbGciOiJub25lIiwia2lkIjoib2ZmaWNlcnMtMSJ9." + token().split(".")[1] + ".",
    ],
    ids=["missing", "broken", "expired", "audience", "issuer", "key", "unsigned", "none"],
)
async def test_a_bad_token_is_unauthenticated(sample: Sample, bad: str) -> None:
    body = api.message("GetBoxRequest")(box="b-1").SerializeToString()
    code, _ = await refusal(sample.raw("GetBox", body, bad))
    assert code == "UNAUTHENTICATED"


@pytest.mark.usefixtures("refusing")
async def test_a_new_key_counts_as_soon_as_it_is_published(sample: Sample) -> None:
    second = auth.new_key("thidua", "officers-2")
    body = api.message("GetBoxRequest")(box="b-1").SerializeToString()
    code, _ = await refusal(sample.raw("GetBox", body, token(second)))
    assert code == "UNAUTHENTICATED"
    new = sample.keys.with_suffix(".new")
    new.write_text(json.dumps(auth.public([OFFICERS, PEER, second])))
    os.replace(new, sample.keys)  # noqa: PTH105
    code, _ = await refusal(sample.raw("GetBox", body, token(second)))
    assert code == "NOT_FOUND"


@pytest.mark.usefixtures("refusing")
async def test_the_raw_log_is_for_services_alone(sample: Sample) -> None:
    code, _ = await refusal(sample.raw(HEAD, b"", token()))
    assert code == "PERMISSION_DENIED"
    answer = log_pb2.HeadResponse.FromString(await sample.raw(HEAD, b"", token(PEER)))
    assert answer.head.log == "sample"


async def test_health_needs_neither_token_nor_deadline(sample: Sample) -> None:
    health = health_pb2_grpc.HealthStub(sample.channel)
    for part in ("", API, "sample.projections"):
        reply = await health.Check(health_pb2.HealthCheckRequest(service=part))
        assert reply.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.usefixtures("refusing")
async def test_what_nobody_foresaw_tells_the_caller_only_where_to_look(sample: Sample) -> None:
    call = sample.channel.unary_unary(f"/{API}/GetBox", None, None)
    trace = "0af7651916cd43dd8448eb211c80319c"
    metadata = [("authorization", f"Bearer {sample.token}"), ("traceparent", f"00-{trace}-b7ad6b7169203331-01")]
    body = api.message("GetBoxRequest")(box="broken").SerializeToString()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(body, timeout=5, metadata=metadata)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert trace in str(caught.value.details())
    assert "secret" not in str(caught.value)
    assert "Traceback" not in str(caught.value)


async def test_too_many_calls_at_once_are_told_to_come_back(start: Callable[..., Awaitable[Sample]]) -> None:
    sample = await start(CONCURRENCY="2")
    read = {"at_least": [{"log": "sample", "epoch": 1, "position": 9_999_999}]}
    body = api.message("GetBoxRequest")(box="b-1", read=read).SerializeToString()
    waiting = [asyncio.ensure_future(sample.raw("GetBox", body, timeout=2)) for _ in range(2)]
    await asyncio.sleep(0.5)
    code, details = await refusal(sample.call("GetBox", box="b-1"))
    assert code == "RESOURCE_EXHAUSTED"
    assert any(packed.Unpack(RetryInfo()) for packed in details)
    await asyncio.gather(*waiting, return_exceptions=True)
    code, _ = await refusal(sample.call("GetBox", box="b-1"))
    assert code == "NOT_FOUND"


async def test_a_cancelled_call_is_no_error_and_frees_its_place(start: Callable[..., Awaitable[Sample]]) -> None:
    sample = await start(CONCURRENCY="1")
    read = {"at_least": [{"log": "sample", "epoch": 1, "position": 9_999_999}]}
    body = api.message("GetBoxRequest")(box="b-1", read=read).SerializeToString()
    waiting = asyncio.ensure_future(sample.raw("GetBox", body, timeout=5))
    await asyncio.sleep(0.3)
    waiting.cancel()
    await asyncio.sleep(0.3)
    code, _ = await refusal(sample.call("GetBox", box="b-1"))
    assert code == "NOT_FOUND"
    assert "call.failed" not in await sample.end()


@pytest.mark.parametrize(
    ("epoch", "position"), [(2**32 - 1, 1), (2**31 - 1, 1), (1, 2**64 - 1)], ids=["wide", "to come", "long"]
)
async def test_what_no_peer_can_have_seen_is_refused_and_fences_nothing(
    sample: Sample, refusing: None, epoch: int, position: int
) -> None:
    seen = {"log": "sample", "epoch": epoch, "position": position}
    body = log_pb2.HeadRequest(seen=seen).SerializeToString()  # type: ignore[arg-type]
    code, details = await refusal(sample.raw(HEAD, body, token(PEER)))
    assert (code, fields(details)) == ("INVALID_ARGUMENT", ["seen"])


METHODS = ("OpenBox", "CloseBox", "GetBox", HEAD, "/thidua.kernel.v1.LogService/Read", "Unknown", "/no.Such/Method")
RECORD = {
    "source": {"id": "seed-0", "dated": "2021-04-09"},
    "place": "đoạn 1",
    "inferred": [{"field": "*", "basis": "x"}],
}
FULL = api.message("OpenBoxRequest")(
    command_id=str(uuid.uuid4()),
    box="b-1",
    label="Thùng hồ sơ",
    kind=2,
    effective="2024-03-01",
    things={"items": [{"name": "Sổ", "grams": 3}], "declared_count": 2},
    aliases=["A", "B"],
    price="12.50",
    seen_at="2024-03-01T08:00:00+07:00",
    serial=7,
    record={"source": {"id": "seed-0"}, "place": "đoạn 1", "inferred": [{"field": "*", "basis": "x"}]},
).SerializeToString()


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A good message with a few bytes in it replaced by others."""
    body: bytes = FULL
    for _ in range(draw(st.integers(1, 4))):
        at: int = draw(st.integers(0, len(body)))
        other: bytes = draw(st.binary(max_size=6))
        body = body[:at] + other + body[at + draw(st.integers(0, 6)) :]
    return body


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=st.sampled_from(METHODS), body=st.one_of(st.binary(max_size=300), spoilt()))
async def test_no_bytes_at_all_make_an_internal_error(sample: Sample, method: str, body: bytes) -> None:
    code = await outcome(sample.raw(method, body, token(PEER) if "Log" in method else None))
    assert code not in ("INTERNAL", "UNKNOWN")


async def outcome(call: Awaitable[Any]) -> str:
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"
