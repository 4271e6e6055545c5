"""What one process may rely on when it appends and reads."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from uuid import uuid4

import asyncpg
import pytest

from services.kernel.appends import Reply
from services.kernel.errors import Conflict, Invalid, Refused, Reused
from services.kernel.events import MAX_BODY, Position, canonical
from services.kernel.handling import Handling
from services.kernel.log import Log, new_epoch
from tests.kernel.conftest import Place
from tests.kernel.log.support import HANDLERS, VOCABULARY, Clear, Raise, Raised, append_of, context, evolve


async def test_what_was_appended_is_read_back_byte_for_byte_in_order(log: Log) -> None:
    first = append_of(("counter:a", 0, 2), ("counter:b", 0, 1))
    second = append_of(("counter:a", 2, 1))
    replies = [await log.append(first), await log.append(second)]
    rows = await log.read(0, 100)
    assert [row.body for row in rows] == [canonical(e) for e in (*first.events, *second.events)]
    assert [row.at for row in rows] == [Position(1, n) for n in (1, 2, 3, 4)]
    assert [rows[2].recorded_at, rows[3].recorded_at] == [r.recorded_at for r in replies]
    assert replies[0].recorded_at < replies[1].recorded_at
    assert await log.head() == Position(1, 4)


async def test_a_stream_is_loaded_after_the_version_that_is_known(log: Log) -> None:
    await log.append(append_of(("counter:a", 0, 3), ("counter:b", 0, 1)))
    loads = await asyncio.gather(log.load([("counter:a", 1), ("counter:none", 0)]), log.load([("counter:b", 0)]))
    found = [
        {s: [e.version for e in VOCABULARY.envelopes(r.body for r in rows)] for s, rows in one.items()} for one in loads
    ]
    assert found == [{"counter:a": [2, 3], "counter:none": []}, {"counter:b": [1]}]


async def test_an_expectation_on_a_stream_that_is_only_read_must_hold_too(log: Log) -> None:
    await log.append(append_of(("counter:a", 0, 1)))
    with pytest.raises(Conflict):
        await log.append(append_of(("counter:b", 0, 1), ("counter:a", 0, 0)))
    await log.append(append_of(("counter:b", 0, 1), ("counter:a", 1, 0)))
    assert await log.head() == Position(1, 2)


async def test_appends_to_a_hot_stream_share_a_group_and_only_those_that_do_not_fit_conflict(log: Log) -> None:
    appends = [append_of(("counter:a", version, 1)) for version in (0, 1, 1, 2, 7, 3)]
    answers = await asyncio.gather(*(log.append(a) for a in appends), return_exceptions=True)
    assert [a.position if isinstance(a, Reply) else type(a) for a in answers] == [1, 2, Conflict, 3, Conflict, 4]


async def test_the_same_command_again_gets_the_stored_reply_and_another_one_under_its_id_is_refused(log: Log) -> None:
    command_id = str(uuid4())
    first = await log.append(append_of(("counter:a", 0, 1), command_id=command_id))
    assert await log.append(append_of(("counter:a", 0, 1), command_id=command_id)) == first
    assert await log.reply(command_id, b"h") == first
    assert await log.reply(str(uuid4()), b"h") is None
    with pytest.raises(Reused):
        await log.append(append_of(("counter:a", 1, 1), command_id=command_id, command_hash=b"other"))
    with pytest.raises(Reused):
        await log.reply(command_id, b"other")
    assert await log.head() == Position(1, 1)


async def test_an_acceptance_without_events_is_remembered_at_the_head(log: Log) -> None:
    await log.append(append_of(("counter:a", 0, 2)))
    empty = append_of(("counter:a", 2, 0))
    reply = await log.append(empty)
    assert (reply.epoch, reply.position) == (1, 2)
    assert await log.append(empty) == reply


async def test_an_event_too_large_for_the_broker_is_refused_at_the_command(log: Log) -> None:
    with pytest.raises(Invalid):
        await log.append(append_of(("counter:a", 0, 1), note="x" * MAX_BODY))
    assert await log.head() == Position(1, 0)


async def test_a_time_is_resolved_once_and_for_ever(log: Log) -> None:
    replies = [await log.append(append_of(("counter:a", n, 1))) for n in range(5)]
    now = datetime.now(UTC)
    assert [(await log.position_at(r.recorded_at)).position for r in replies] == [1, 2, 3, 4, 5]
    assert await log.position_at(replies[0].recorded_at - timedelta(microseconds=1)) == Position(1, 0)
    assert await log.position_at(now) == Position(1, 5)
    later = await log.append(append_of(("counter:a", 5, 1)))
    assert later.recorded_at > now
    assert await log.position_at(now) == Position(1, 5)
    with pytest.raises(Invalid):
        await log.position_at(datetime.now(UTC) + timedelta(seconds=5))


async def test_the_tail_sees_what_this_process_appends_at_once_and_what_was_there(log: Log) -> None:
    await log.append(append_of(("counter:a", 0, 3)))
    tail = log.tail(1)
    seen = [row.position for row in await anext(tail)]
    reading = asyncio.ensure_future(anext(tail))
    await asyncio.sleep(0.3)
    await log.append(append_of(("counter:a", 3, 2)))
    seen += [row.position for row in await asyncio.wait_for(reading, 2)]
    assert seen == [2, 3, 4, 5]


async def test_commands_on_one_hot_stream_are_decided_one_upon_the_other(log: Log) -> None:
    handling = Handling(log, VOCABULARY, HANDLERS, b"key")
    await asyncio.gather(*(handling.handle(Raise(counter="a", by=n), context()) for n in range(200)))
    events = VOCABULARY.decode(await log.read(0, 1_000))
    assert [e.event.by for e in events if isinstance(e.event, Raised)] == list(range(1, 200))


async def test_two_processes_on_one_stream_lose_nothing_that_was_accepted(log: Log) -> None:
    here, elsewhere = (Handling(log, VOCABULARY, HANDLERS, b"key") for _ in range(2))
    handled = (h.handle(Raise(counter="a"), context()) for _ in range(50) for h in (here, elsewhere))
    answers = await asyncio.gather(*handled, return_exceptions=True)
    accepted = [a for a in answers if isinstance(a, Reply)]
    assert {type(a) for a in answers} <= {Reply, Conflict}
    assert len({a.position for a in accepted}) == len(accepted) == (await log.head()).position >= 50


async def test_a_decision_that_rests_on_an_append_that_lost_is_decided_again(log: Log) -> None:
    here, elsewhere = (Handling(log, VOCABULARY, HANDLERS, b"key") for _ in range(2))
    await here.handle(Raise(counter="a", by=0), context())  # remembers the empty stream
    await elsewhere.handle(Raise(counter="a", by=1_000_000), context())
    cleared, raised = Clear(counter="a"), Raise(counter="a")
    await asyncio.gather(*(here.handle(command, context()) for command in (cleared, raised)), return_exceptions=True)
    assert max(await _totals(log)) == 1_000_000


async def test_a_repeated_command_makes_nobody_decide_on_what_it_did_not_write(log: Log) -> None:
    here, elsewhere = (Handling(log, VOCABULARY, HANDLERS, b"key") for _ in range(2))
    sender = context()
    for _ in range(2):
        await here.handle(Clear(counter="a"), sender)
    await elsewhere.handle(Raise(counter="a", by=1_000_000), context())
    with pytest.raises(Refused):
        await here.handle(Raise(counter="a"), context())


async def _totals(log: Log) -> list[int]:
    """What counter a came to, event by event."""
    events = VOCABULARY.decode(await log.read(0, 1_000))
    return [*accumulate((e.event for e in events), evolve, initial=0)]


async def test_a_refusal_rests_on_what_is_true_and_a_repeated_command_on_its_stored_reply(log: Log) -> None:
    here, elsewhere = (Handling(log, VOCABULARY, HANDLERS, b"key") for _ in range(2))
    fill = Raise(counter="a", by=1_000_000)
    sender = context()
    first = await here.handle(fill, sender)
    assert await here.handle(fill, sender) == first
    assert await elsewhere.handle(fill, sender) == first
    with pytest.raises(Refused):
        await here.handle(Raise(counter="a"), context())
    with pytest.raises(Reused):
        await here.handle(Raise(counter="a"), sender)
    await elsewhere.handle(Clear(counter="a"), context())
    assert (await here.handle(Raise(counter="a"), context())).position == 3


async def test_plans_made_while_the_log_was_small_go_by_index(log: Log, place: Place) -> None:
    await log.append(append_of(("counter:first", 0, 5)))
    connection = await asyncpg.connect(place.admin_dsn)
    await connection.execute("analyze log.events; analyze log.commands; select pg_stat_reset()")
    for n in range(20):
        for _ in range(8):
            await log.read(n, 10)
            await log.load([("counter:first", 2)])
            await log.position_at(datetime.now(UTC) - timedelta(milliseconds=1))
        await log.append(append_of((f"counter:{n}", 0, 20)))
    await log.close()
    await connection.execute("select pg_stat_force_next_flush()")
    scanned = await connection.fetch(
        "select relname from pg_stat_user_tables where schemaname = 'log' and relname <> 'head' and seq_tup_read > 0"
    )
    await connection.close()
    assert [row["relname"] for row in scanned] == []


async def test_what_was_known_before_a_restore_is_no_ground_for_a_decision_after_it(log: Log, place: Place) -> None:
    here, elsewhere = (Handling(log, VOCABULARY, HANDLERS, b"key") for _ in range(2))
    await here.handle(Raise(counter="a"), context())  # remembers a version that the restored log has with another total
    administrator = await asyncpg.connect(place.admin_dsn)
    await administrator.execute(
        """select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid();
        truncate log.events, log.commands;
        update log.head set position = 0"""
    )
    await administrator.close()
    await new_epoch(place.admin_dsn, "restored", "tester", Position(1, 1))
    await elsewhere.handle(Raise(counter="a", by=1_000_000), context())
    with pytest.raises(Refused):
        await here.handle(Raise(counter="a"), context())
    assert await _totals(log) == [0, 1_000_000]
