-- After a restore or a promotion: this server's history goes on under a number that nobody has seen. For operators.
-- The number is the seconds since 2026 began: a log that was restored twice, and has forgotten the first time, would
-- count up to the same number again, which consumers take for the epoch that they know.
set local role :owner;

create or replace function log.begin_epoch(p_reason text, p_actor text, p_seen_epoch int) returns int
language plpgsql security definer set search_path = log, pg_temp as $$
declare
    v_head log.head;
    v_epoch int;
    v_time timestamptz;
begin
    select * into strict v_head from log.head for no key update;
    v_time := greatest(clock_timestamp(), v_head.recorded_until + interval '1 microsecond');
    v_epoch := greatest(
        v_head.epoch + 1,
        p_seen_epoch + 1,
        floor(extract(epoch from v_time - timestamptz '2026-01-01 00:00:00+00'))::int
    );
    insert into log.epochs values (v_epoch, v_head.position, v_time, p_reason, p_actor);
    update log.head set epoch = v_epoch, recorded_until = v_time,
        (system_identifier, timeline) = (select i.system_identifier, i.timeline from log.identity() i);
    return v_epoch;
end
$$;

reset role;
