"""The operator's commands, as an operator runs them."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from deploy.local.processes import ROOT
from deploy.local.servers import ExistingKafka, Kafka
from services.kernel import auth
from services.kernel.events import EPOCH, Envelope, Event, Row, canonical
from services.kernel.kafka import Kafka as Cluster
from services.kernel.kafka import ensure_topic
from services.kernel.relay import log_record
from tests.kernel.messaging.support import delete_topic, raw, send
from tests.kernel.rpc.conftest import MODULE, Sample, refusal

Start = Callable[..., Awaitable[Sample]]


async def thidua(environment: dict[str, str], *words: str) -> tuple[int, str]:
    """The exit code and everything that was printed."""
    command = [sys.executable, "-m", "services", *words]
    wide = environment | {"COLUMNS": "200"}
    done = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=wide, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
async def told(start: Start) -> Sample:
    """A sample service that has been told of three boxes, one of them closed."""
    sample = await start()
    replies = [await sample.open_box(f"b-{n}") for n in range(3)]
    replies.append(await sample.call("CloseBox", command_id=str(uuid.uuid4()), box="b-1"))
    await sample.call("GetBox", box="b-1", read={"at_least": [replies[-1].recorded.position]})
    return sample


async def administer(sample: Sample, statement: str) -> None:
    connection = await asyncpg.connect(sample.environment["THIDUA_ADMIN_DATABASE"])
    await connection.execute(statement)
    await connection.close()


async def test_status_tells_the_head_and_what_each_model_knows(told: Sample) -> None:
    code, shown = await thidua(told.environment, "status", MODULE)
    assert code == 0
    assert "log sample: epoch 1, position 4" in shown
    assert "live" in shown


async def test_status_tells_that_a_topic_knows_more_than_the_log(told: Sample, kafka: ExistingKafka | Kafka) -> None:
    here = Cluster(kafka.bootstrap, f"t{secrets.token_hex(4)}.")
    topic = here.topic("sample.log")
    body = canonical(
        Envelope(stream="s:1", version=1, event_id="e", command_id="c", actor="a", data=Event(type="BoxClosed"))
    )
    await ensure_topic(here, topic)
    await send(kafka.bootstrap, topic, raw(log_record(Row(1, 99, EPOCH, "BoxClosed", body))), (b"stray", []))
    reached = told.environment | {"THIDUA_KAFKA": kafka.bootstrap, "THIDUA_TOPIC_PREFIX": here.prefix}
    code, shown = await thidua(reached, "status", MODULE)
    await delete_topic(kafka.bootstrap, topic)
    assert (code, "position 99 was seen" in " ".join(shown.split())) == (1, True)
    assert "thidua new-epoch" in shown


async def test_verify_agrees_with_a_log_and_its_read_models(told: Sample) -> None:
    code, shown = await thidua(told.environment, "verify", MODULE)
    assert code == 0, shown
    assert "4 events, without a gap" in shown
    assert shown.splitlines()[-1] == "sample: of its read models 1 equal"


async def test_verify_of_an_empty_log_finds_its_empty_models_equal(start: Start) -> None:
    sample = await start()
    code, shown = await thidua(sample.environment, "verify", MODULE)
    assert code == 0, shown
    assert shown.splitlines()[-1] == "sample: of its read models 1 equal"


async def test_verify_finds_a_changed_row_and_leaves_it(told: Sample) -> None:
    change = "update read.boxes set doc = replace(doc, 'Thùng', 'Hòm') where key = 'b-2'"
    await administer(told, change)
    code, shown = await thidua(told.environment, "verify", MODULE)
    assert code == 1
    assert "differs: b-2" in shown
    assert "sample: of its read models 1 differs" in shown
    code, _ = await thidua(told.environment, "rebuild", MODULE, "boxes", "--accept", "a row was changed by hand")
    assert code == 0
    assert (await told.call("GetBox", box="b-2")).label == "Thùng hồ sơ"
    code, _ = await thidua(told.environment, "verify", MODULE)
    assert code == 0


@pytest.mark.parametrize(
    "change",
    [
        "update log.events set body = convert_to(replace(convert_from(body, 'utf8'), 'Thùng', 'Hòm'), 'utf8')"
        " || ' ' where position = 2",
        "delete from log.events where position = 2",
        "update log.events set type = 'BoxClosed' where position = 2",
    ],
    ids=["bytes", "gap", "type"],
)
async def test_verify_finds_a_log_that_was_changed(told: Sample, change: str) -> None:
    await administer(told, change)
    code, shown = await thidua(told.environment, "verify", MODULE)
    assert code == 1
    assert "not whole at position 2" in shown


async def test_an_event_that_cannot_be_folded_is_listed_and_discarded(told: Sample) -> None:
    code, shown = await thidua(told.environment, "new-epoch", MODULE, "--reason", "made by a test")
    assert code == 0, shown
    poison = (
        "insert into log.events"
        " select 5, epoch, now(), 'box:x', 1, 'BoxOpened', '{\"stream\": \"box:x\"}' from log.head;"
        "update log.head set position = 5"
    )
    await administer(told, poison)
    code, shown = 0, ""
    for _ in range(20):
        code, shown = await thidua(told.environment, "status", MODULE)
        if code == 1:
            break
    assert "boxes stops at BoxOpened" in shown
    code, shown = await thidua(told.environment, "parked", "list", MODULE)
    assert (code, "boxes" in shown) == (0, True)
    words = ("parked", "discard", MODULE, "boxes", "--reason", "made by a test", "--position")
    code, shown = await thidua(told.environment, *words, "4")
    assert (code, shown) == (1, "boxes does not fail on position 4: `thidua parked list` shows what it fails on.\n")
    code, shown = await thidua(told.environment, *words, "5")
    assert code == 0, shown
    at = (await told.open_box("b-9")).recorded.position
    assert (await told.call("GetBox", box="b-9", read={"at_least": [at]})).open


MANY = """
    insert into log.events select n, epoch, recorded_at, 'box:n-' || n, 1, type,
        convert_to(replace(convert_from(body, 'UTF8'), 'box:b-0', 'box:n-' || n), 'UTF8')
    from log.events, generate_series(5, 20100) n where position = 1;
    update log.head set position = 20100"""


async def test_a_rebuild_one_of_whose_processes_is_killed_fails_with_a_sentence_and_can_be_begun_again(
    told: Sample,
) -> None:
    await administer(told, MANY)
    command = (sys.executable, "-m", "services", "rebuild", MODULE, "boxes")
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=told.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    async with asyncio.timeout(60):
        while (helper := helper_of(process.pid)) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        os.kill(helper, signal.SIGKILL)
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert "was ended by signal 9" in errors.decode()
    assert "Traceback" not in errors.decode()
    code, shown = await thidua(told.environment, "rebuild", MODULE, "boxes")
    assert code == 0, shown
    assert "20,100" in shown


def helper_of(pid: int) -> int | None:
    """A process that it has spawned."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    return None


async def test_a_token_of_the_command_line_is_accepted(start: Start, tmp_path: Path) -> None:
    sample = await start()
    code, _ = await thidua(sample.environment, "keys", str(tmp_path / "keys"))
    assert code == 0
    key = tmp_path / "keys" / "thidua.jwk"
    assert key.stat().st_mode & 0o077 == 0
    code, printed = await thidua(sample.environment, "token", "officer:an", "--key", str(key), "--audience", "sample")
    assert code == 0
    body = b"\x12\x03b-1"
    refused, _ = await refusal(sample.raw("GetBox", body, printed.strip()))
    assert refused == "UNAUTHENTICATED"
    sample.keys.write_text((tmp_path / "keys" / "jwks.json").read_text())
    refused, _ = await refusal(sample.raw("GetBox", body, printed.strip()))
    assert refused == "NOT_FOUND"


async def test_a_second_migration_has_nothing_to_do(environment: dict[str, str]) -> None:
    assert await thidua(environment, "migrate", MODULE) == (0, "nothing to apply\n")


async def test_nothing_is_done_to_a_database_of_another_service(environment: dict[str, str]) -> None:
    reached = {"KAFKA": "127.0.0.1:1", "PEERS": "registry=127.0.0.1:1,scoring=127.0.0.1:1"}
    environment |= {f"THIDUA_{name}": value for name, value in reached.items()}
    key = {"THIDUA_SERVICE_TOKEN_KEY": json.dumps(auth.new_key("awards", "awards-1"))}
    for words, expected in (
        (("run", "awards"), 3),
        (("status", "scoring"), 3),
        (("rebuild", "scoring"), 3),
        (("verify", "scoring"), 3),
        (("migrate", "scoring"), 1),
        (("new-epoch", "scoring", "--reason", "none"), 1),
    ):
        code, shown = await thidua(environment | (key if words[1] == "awards" else {}), *words)
        assert code == expected, shown
        assert "belongs to test_sample_owner, not to" in shown


async def test_wrong_words_are_told_in_a_sentence(environment: dict[str, str]) -> None:
    code, shown = await thidua(environment, "status", "nonsense")
    assert (code, shown) == (2, "There is no service nonsense: choose one of registry, scoring, awards.\n")
    code, shown = await thidua(environment, "run", MODULE, "--parts", "rpc,nonsense")
    assert code == 2
    assert "--parts" in shown
