"""Rebuilding: the same bytes however it is done, while writes go on, and never a difference that nobody accepted."""

import asyncio
import json
import multiprocessing
import os
import sys

import asyncpg
import pytest

from services.kernel import bulk
from services.kernel import rebuild as rebuilding
from services.kernel.errors import Refused, Unavailable
from services.kernel.events import Position
from services.kernel.fold import Poison
from services.kernel.log import Log, new_epoch
from services.kernel.projection import Ahead, Engine
from services.kernel.rebuild import Accept, Progress, Report, content_hash, heal, rebuild
from services.kernel.table import Connection, Table
from services.kernel.view import ReadOptions, View
from tests.kernel.conftest import Place
from tests.kernel.projection.support import (
    MODELS,
    PARKING,
    STREAMS,
    TOTALS,
    Added,
    Linked,
    Unread,
    Writer,
    caught_up,
    ended,
    expected,
    model,
    refuses,
    rows_of,
    story,
    until,
)


async def start(dsn: str, name: str, processes: int, page: int, env: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.kernel.projection.rebuilder", dsn, name, str(processes), str(page)),
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | env,
        stdout=asyncio.subprocess.PIPE,
    )


async def test_the_same_bytes_whatever_page_processes_hash_seed_zone_and_locale(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(500))
    ways = (
        (1, 499, {"PYTHONHASHSEED": "0", "TZ": "Asia/Ho_Chi_Minh", "LC_ALL": "C"}),
        (2, 64, {"PYTHONHASHSEED": "1", "TZ": "America/Lima", "LC_ALL": "C.UTF-8"}),
        (3, 7, {"PYTHONHASHSEED": "12345", "TZ": "UTC", "LC_ALL": "tr_TR.UTF-8"}),
    )
    for one in MODELS:
        await caught_up(one, pool, log, 13)
        live = await content_hash(pool, one)
        rows = await rows_of(pool, one.name)
        for processes, page, env in ways:
            process = await start(place.dsn, one.name, processes, page, env)
            output, _ = await process.communicate()
            report = json.loads(output.splitlines()[-1])
            assert report["same_as_live"], report
            assert (report["rows"], report["hash"]) == live
            assert report["events"] == 500
            assert await rows_of(pool, one.name) == rows


async def test_a_log_without_events_is_rebuilt(log: Log, pool: asyncpg.Pool, place: Place) -> None:
    report = await rebuild(TOTALS, log, place.dsn, processes=2)
    assert (report.events, report.rows, report.same_as_live, report.flipped) == (0, 0, None, True)
    assert await Engine(TOTALS, pool, log).open() == Position(1, 0)


async def test_the_first_build_needs_no_live_model(log: Log, pool: asyncpg.Pool, place: Place, writer: Writer) -> None:
    events = story(300)
    await writer.record(*events)
    report = await rebuild(TOTALS, log, place.dsn, processes=2, page=50)
    assert (report.same_as_live, report.flipped) == (None, True)
    async with View.open(pool, [TOTALS], ReadOptions(), log) as view:
        assert view.positions == {"registry": Position(1, 300)}
        assert dict(await view.find(TOTALS)) == expected(events)


async def test_another_services_log_is_folded_in_this_process(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(300))
    await caught_up(TOTALS, pool, log, 1000)
    assert (await rebuild(TOTALS, log, place.dsn, processes=0, page=50)).same_as_live


async def test_progress_ends_at_all_events_and_never_goes_back(log: Log, place: Place, writer: Writer) -> None:
    await writer.record(*story(300))
    seen: list[Progress] = []
    await rebuild(TOTALS, log, place.dsn, processes=2, page=50, progress=seen.append)
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert {p.total for p in seen} == {300}
    assert seen[-1].done == 300
    assert len(seen) > 6


async def test_a_rebuild_while_events_and_questions_go_on_loses_none(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    events = story(1200)
    await writer.record(*events[:300])
    engine = Engine(TOTALS, pool, log)
    running = asyncio.create_task(engine.run())
    await until(lambda: engine.position.position == 300)  # before that there is nothing to compare with

    async def write() -> None:
        for event in events[300:]:
            await writer.record(event)

    async def ask() -> None:
        while True:
            async with View.open(pool, [TOTALS], ReadOptions(), log) as view:
                at = view.positions["registry"].position
                assert dict(await view.find(TOTALS)) == expected(events, at)
            await asyncio.sleep(0.005)

    writing, asking = asyncio.create_task(write()), asyncio.create_task(ask())
    flips = 0
    while not writing.done():
        report = await rebuild(TOTALS, log, place.dsn, processes=1, page=50)
        assert report.same_as_live, report
        flips += 1
    await writing
    await until(lambda: engine.position.position == 1200)
    await ended(asking, running)
    live = await rows_of(pool, "totals")
    await pool.execute('drop table read."totals"')
    await caught_up(TOTALS, pool, log, 1000)
    assert await rows_of(pool, "totals") == live
    assert flips >= 1


@pytest.mark.parametrize(
    "tampering",
    [
        "update read.totals set doc = replace(doc, 'total', 'sum') where key = 'counter:2' and until is null",
        "update read.totals set terms = array_append(terms, 'tag:x') where key = 'counter:2' and until is null",
        "update read.totals set since = since + 1 where key = 'counter:2' and until is null",
        "update read.totals set until = until - 1 where (key, since) = "
        "(select key, min(since) from read.totals where key = 'counter:2' group by key)",
        "delete from read.totals where key = 'counter:2' and until is null",
        "insert into read.totals values ('counter:2', 0, 1, '{}', '{}')",
    ],
)
async def test_a_tampered_row_is_found_and_the_live_model_stays_until_somebody_accepts(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer, tampering: str
) -> None:
    await writer.record(*story(200))
    await caught_up(TOTALS, pool, log)
    sound = await content_hash(pool, TOTALS)
    await pool.execute(tampering)
    tampered = await content_hash(pool, TOTALS)
    assert tampered != sound
    report = await rebuild(TOTALS, log, place.dsn, page=50)
    assert (report.same_as_live, report.flipped, report.differing) == (False, False, ("counter:2",))
    assert await content_hash(pool, TOTALS) == tampered
    assert await pool.fetchval("select to_regclass('read.totals__next')") is None
    report = await rebuild(TOTALS, log, place.dsn, page=50, accept=Accept("officer", "a row was changed by hand"))
    assert (report.same_as_live, report.flipped) == (False, True)
    assert await content_hash(pool, TOTALS) == sound == (report.rows, report.hash)
    ruling = await pool.fetchrow("select actor, reason, model, ruling, detail, ruled_at from ops.rulings")
    assert ruling is not None
    assert tuple(ruling[:4]) == ("officer", "a row was changed by hand", "totals", "accept")
    assert report.hash in ruling["detail"]


async def test_a_new_version_is_rebuilt_by_itself_by_one_process_and_a_ruling_tells_that_the_old_one_was_replaced(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(300))
    await caught_up(TOTALS, pool, log)
    newer = model("totals", terms=None, version=2)
    with pytest.raises(Unavailable, match="is being built"):
        await View.open(pool, [newer], ReadOptions(seconds=0.1), log).__aenter__()
    reports: list[Report | None] = []

    async def healed() -> None:
        reports.append(await heal(newer, log, place.dsn, page=50))

    engines = [Engine(newer, pool, log, heal=healed) for _ in range(3)]
    running = [asyncio.create_task(engine.run()) for engine in engines]
    async with View.open(pool, [newer], ReadOptions(seconds=30), log) as view:
        assert await view.many(newer, expected(story(300))) == expected(story(300))
    await writer.record(("counter:1", Added(amount=1)))
    await until(lambda: all(engine.position.position == 301 and engine.error is None for engine in engines))
    await ended(*running)
    assert [report.same_as_live for report in reports if report] == [None]
    assert [tuple(row) for row in await pool.fetch("select actor, reason, model, ruling from ops.rulings")] == [
        ("thidua", "version 1 of the read model is replaced by version 2", "totals", "accept")
    ]
    assert await pool.fetchval("select count(*) from read.models") == 1


async def test_what_the_same_version_makes_differently_still_needs_somebodys_word_after_it_was_replaced(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(200))
    await caught_up(TOTALS, pool, log)
    assert (await rebuild(model("totals", version=2), log, place.dsn, page=50)).flipped
    different = model("totals", terms=None, version=2)
    assert await heal(different, log, place.dsn, page=50) is None
    assert not (await rebuild(different, log, place.dsn, page=50)).flipped


async def test_an_older_program_leaves_the_table_of_a_later_version_alone(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(100))
    await caught_up(model("totals", version=2), pool, log)
    rows = await rows_of(pool, "totals")
    engine = Engine(TOTALS, pool, log, heal=lambda: heal(TOTALS, log, place.dsn, page=50))
    running = asyncio.create_task(engine.run())
    await until(lambda: "this program's is 1" in (engine.error or ""))
    await ended(running)
    for way in (rebuild, heal):
        with pytest.raises(Refused) as refusal:
            await way(TOTALS, log, place.dsn, page=50)
        assert refusal.value.rule == "rebuild.version"
    assert await rows_of(pool, "totals") == rows
    assert (
        await rebuild(TOTALS, log, place.dsn, page=50, accept=Accept("officer", "the release is taken back"))
    ).flipped


async def test_a_killed_rebuild_leaves_nothing_that_blocks_the_next(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(600))
    await caught_up(TOTALS, pool, log)
    for lines in (1, 2, 4, 8):
        process = await start(place.dsn, "totals", 2, 25, {})
        assert process.stdout is not None
        for _ in range(lines):
            await process.stdout.readline()
        process.kill()
        await process.wait()
        report = await rebuild(TOTALS, log, place.dsn, processes=2, page=50)
        assert report.same_as_live
    assert await pool.fetchval("select count(*) from pg_tables where schemaname = 'read'") == 3
    assert await pool.fetchval("select count(*) from read.models") == 1


async def test_a_rebuild_one_of_whose_processes_is_killed_ends_with_a_sentence_and_can_be_begun_again(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(600))
    await caught_up(TOTALS, pool, log)
    before = await content_hash(pool, TOTALS)

    def kill(progress: Progress) -> None:
        for child in multiprocessing.active_children()[:1]:
            child.kill()

    async with asyncio.timeout(30):
        with pytest.raises(Unavailable, match=r"was ended by signal 9 .*rebuild it again"):
            await rebuild(TOTALS, log, place.dsn, processes=2, page=5, progress=kill)
    assert multiprocessing.active_children() == []
    assert await content_hash(pool, TOTALS) == before
    assert (await rebuild(TOTALS, log, place.dsn, processes=2, page=50)).same_as_live


async def test_two_rebuilds_of_a_model_never_meet(log: Log, place: Place, writer: Writer) -> None:
    await writer.record(*story(100))
    done = await asyncio.gather(*(rebuild(TOTALS, log, place.dsn, page=50) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Refused", "Refused", "Report"]
    assert [one.rule for one in done if isinstance(one, Refused)] == ["rebuild.running"] * 2


async def test_a_long_question_delays_the_flip_and_nothing_else(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(100))
    await caught_up(TOTALS, pool, log)
    async with View.open(pool, [TOTALS], ReadOptions(), log) as view:
        running = asyncio.create_task(rebuild(TOTALS, log, place.dsn, page=50))
        await asyncio.sleep(1.5)
        assert not running.done()
        async with asyncio.timeout(5):  # another reader, and a command
            async with View.open(pool, [TOTALS], ReadOptions(), log) as other:
                assert other.positions == view.positions
            await writer.record(("counter:1", Added(amount=1)))
        assert dict(await view.find(TOTALS)) == expected(story(100))
    assert (await running).same_as_live


async def test_a_page_that_waits_for_a_flip_does_not_stand_in_its_way(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await writer.record(*story(40))
    engine = await caught_up(TOTALS, pool, log)
    await writer.record(*story(1))
    page = await log.read(40, 10)
    replace, tries = rebuilding._replace, 0
    applying: list[asyncio.Task[Position]] = []

    async def replaced(connection: Connection, live: Table, fresh: Table) -> None:
        nonlocal tries
        tries += 1
        if not applying:
            applying.append(asyncio.create_task(engine.apply(page)))
            while not await pool.fetchval("select exists (select from pg_locks where not granted)"):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        await replace(connection, live, fresh)

    monkeypatch.setattr(rebuilding, "_replace", replaced)
    assert (await rebuild(TOTALS, log, place.dsn)).flipped
    assert tries == 1
    assert await applying[0] == Position(1, 41)
    rows = await rows_of(pool, "totals")
    await pool.execute('drop table read."totals"')
    await caught_up(TOTALS, pool, log)
    assert await rows_of(pool, "totals") == rows


async def test_more_rows_than_fit_in_memory_are_folded_part_by_part(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await writer.record(*((f"counter:{n}", Added(amount=n)) for n in range(400)))
    monkeypatch.setattr(bulk, "MOST_KEYS", 60)
    for one in (TOTALS, STREAMS):
        await caught_up(one, pool, log)
        assert (await rebuild(one, log, place.dsn, processes=0, page=50)).same_as_live


async def test_pages_of_large_events_are_bounded_in_bytes_and_miss_none(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    for n in range(90):
        await writer.record((f"counter:{n % 3}", Added(amount=n, tags=("x" * 500_000,))), ("counter:9", Unread()))
    task = bulk.Task(STREAMS, "streams", place.dsn, 180, 1_000, frozenset())
    for pages in (bulk._pages(task), bulk._pages_of(log, task)):
        found = [page async for page in pages]
        assert max(sum(len(body) for chunk in page.chunks for body in chunk.bodies) for page in found) < 33 << 20
        assert len(found) == 2
        assert found[-1].upto == 180
        positions = [position for page in found for chunk in page.chunks for position in chunk.positions]
        assert positions == list(range(1, 180, 2))
    await caught_up(STREAMS, pool, log, 1_000)
    for processes in (0, 1):
        assert (await rebuild(STREAMS, log, place.dsn, processes=processes, page=100)).same_as_live


async def test_a_parking_model_is_rebuilt_with_its_parked_events(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(200))
    refuses.add(-1)
    await caught_up(PARKING, pool, log, 7)
    parked = "select position, keys, error, body from read.parked where model = 'parking' order by position"
    before = await pool.fetch(parked)
    assert len(before) > 20
    report = await rebuild(PARKING, log, place.dsn, processes=0, page=50)
    assert report.same_as_live
    assert await pool.fetch(parked) == before
    assert await pool.fetchval("select count(*) from read.parked") == len(before)


async def test_a_rebuild_stops_at_poison_and_the_live_model_stays(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(200))
    await caught_up(TOTALS, pool, log)
    before = await content_hash(pool, TOTALS)
    refuses.add(-1)
    with pytest.raises(Poison, match="totals stops at Linked"):
        await rebuild(TOTALS, log, place.dsn, processes=0, page=50)
    assert await content_hash(pool, TOTALS) == before
    refuses.clear()
    assert (await rebuild(TOTALS, log, place.dsn, page=50)).same_as_live


async def test_a_failure_in_another_process_names_its_cause(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(200))
    with pytest.raises(Exception, match=r"password|role|database") as failure:
        await bulk.fill(bulk.Task(TOTALS, "totals", place.dsn + "x", 200, 50, frozenset()), log, 1, lambda _: None)
    assert isinstance(failure.value, asyncpg.PostgresError)


async def test_a_model_that_knows_lost_events_is_rebuilt_by_itself(
    log: Log, pool: asyncpg.Pool, place: Place, writer: Writer
) -> None:
    await writer.record(*story(100))
    await caught_up(TOTALS, pool, log)
    admin = await asyncpg.connect(place.admin_dsn)  # a restore of yesterday's copy
    await admin.execute("delete from log.events where position > 60; update log.head set position = 60")
    await admin.close()
    epoch = await new_epoch(place.admin_dsn, "restored", "operator", Position(1, 100))
    restored = await Log.open("registry", place.dsn)
    with pytest.raises(Ahead):
        await Engine(TOTALS, pool, restored).open()
    engine = Engine(TOTALS, pool, restored, heal=lambda: heal(TOTALS, restored, place.dsn, page=50))
    running = asyncio.create_task(engine.run())
    await until(lambda: engine.position == Position(1, 60))
    await Writer(restored).record(("another:1", Added(amount=1)), ("another:1", Linked(other="another:2")))
    await until(lambda: engine.position == Position(epoch, 62))
    await ended(running)
    assert len(await rows_of(pool, "totals")) > 10
    live = await content_hash(pool, TOTALS)
    await pool.execute('drop table read."totals"')
    await caught_up(TOTALS, pool, restored)
    assert await content_hash(pool, TOTALS) == live
    await restored.close()
