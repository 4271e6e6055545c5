-- The event log: one total order without gaps. The owner cannot log in; the service reads, and appends by one function.

create schema log authorization :owner;
set local role :owner;

create table log.head (
    only_row boolean primary key default true check (only_row),
    epoch int not null,                     -- of the next event
    position bigint not null,               -- of the last event, 0 if none
    last_epoch int not null,                -- of the last event, 1 if none
    recorded_until timestamptz not null,    -- every later append is recorded after this time
    system_identifier bigint not null,
    timeline int not null
) with (fillfactor = 10);

create table log.epochs (
    epoch int primary key,
    after bigint not null,
    began_at timestamptz not null,
    reason text not null,
    actor text not null
);

create table log.events (
    position bigint primary key,
    epoch int not null,
    recorded_at timestamptz not null,
    stream text collate "C" not null,
    version int not null check (version > 0),
    type text collate "C" not null,
    body bytea not null,
    unique (stream, version)
);

create table log.commands (
    command_id uuid primary key,
    hash bytea not null,
    epoch int not null,
    position bigint not null,
    recorded_at timestamptz not null
);

-- What tells this server and its history from a restored or promoted one. Fails on a standby.
create function log.identity(out system_identifier bigint, out timeline int)
language sql volatile security definer set search_path = log, pg_temp as $$
    select c.system_identifier, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
    from pg_control_system() c
$$;

insert into log.head (epoch, position, last_epoch, recorded_until, system_identifier, timeline)
select 1, 0, 1, clock_timestamp(), i.system_identifier, i.timeline from log.identity() i;
insert into log.epochs select 1, 0, recorded_until, 'first', session_user from log.head;

-- Why nothing may be appended here now, or null. `seen` is the last position that anybody is known to have seen.
create function log.fence(p_head log.head, p_seen_epoch int, p_seen_position bigint) returns text
language sql volatile set search_path = log, pg_temp as $$
    select case
        when (i.system_identifier, i.timeline) is distinct from (p_head.system_identifier, p_head.timeline)
            then format('the log belongs to server %s, timeline %s; this is server %s, timeline %s',
                        p_head.system_identifier, p_head.timeline, i.system_identifier, i.timeline)
        when (p_seen_epoch, p_seen_position) > (p_head.epoch, p_head.position)
            then format('the log ends at epoch %s, position %s, but epoch %s, position %s was seen',
                        p_head.epoch, p_head.position, p_seen_epoch, p_seen_position)
    end
    from log.identity() i
$$;

-- Append a group. Appends are judged in order, each against what those accepted before it leave. Per append a verdict:
-- accepted, duplicate (with the stored reply), conflict, or reused. SQLSTATE TD001: fenced, TD002: a clock is wrong.
-- Streams are named once and meant by ordinal. `firsts` is the ordinal of the first append with the same command id,
-- `ends` the ordinal of an append's last expectation or event in the flat arrays. `makers` is the ordinal of the append
-- of this group that must make the expected version, 0 where the version is recorded already.
create function log.append(
    p_now timestamptz, p_seen_epoch int, p_seen_position bigint,
    p_commands uuid[], p_hashes bytea[], p_firsts int[], p_streams text[],
    p_expect_ends int[], p_expect_streams int[], p_expect_versions int[], p_expect_makers int[],
    p_event_ends int[], p_event_streams int[], p_event_versions int[], p_types text[], p_bodies bytea[],
    out verdicts text[], out epochs int[], out positions bigint[], out times timestamptz[]
) language plpgsql security definer set search_path = log, pg_temp set enable_seqscan = off as $$
declare
    v_called timestamptz := clock_timestamp();
    v_size constant int := cardinality(p_commands);
    v_head log.head;
    v_fence text;
    v_found record;
    v_current int[] := array_fill(0, array[cardinality(p_streams)]);
    v_settled int[] := array_fill(0, array[v_size]);
    v_placed bigint[] := array_fill(null::bigint, array[cardinality(p_bodies)]);
    v_stamped timestamptz[] := array_fill(null::timestamptz, array[cardinality(p_bodies)]);
    v_position bigint;
    v_time timestamptz;
    v_expect int := 1;
    v_event int := 1;
    v_holds boolean;
begin
    -- In a statement of its own: the next ones see what the lock's last holder committed.
    select * into strict v_head from log.head for no key update;
    v_fence := log.fence(v_head, p_seen_epoch, p_seen_position);
    if v_fence is not null then
        raise exception using errcode = 'TD001', message = v_fence;
    end if;
    if abs(extract(epoch from v_called - p_now)) > 30 or v_called < v_head.recorded_until - interval '30 seconds' then
        raise exception using errcode = 'TD002', message = format(
            'clocks disagree: database %s, service %s, last recorded %s', v_called, p_now, v_head.recorded_until);
    end if;
    v_position := v_head.position;
    v_time := v_head.recorded_until;
    verdicts := array_fill(null::text, array[v_size]);
    epochs := array_fill(null::int, array[v_size]);
    positions := array_fill(null::bigint, array[v_size]);
    times := array_fill(null::timestamptz, array[v_size]);

    for v_found in
        select g.n::int, c.same, c.epoch, c.position, c.recorded_at
        from unnest(p_commands, p_hashes) with ordinality g (id, hash, n),
            lateral (select k.*, k.hash = g.hash as same from log.commands k where k.command_id = g.id limit 1) c
    loop
        verdicts[v_found.n] := case when v_found.same then 'duplicate' else 'reused' end;
        epochs[v_found.n] := v_found.epoch;
        positions[v_found.n] := v_found.position;
        times[v_found.n] := v_found.recorded_at;
    end loop;

    for v_found in
        select s.n::int, e.version
        from unnest(p_streams) with ordinality s (stream, n),
            lateral (select k.version from log.events k where k.stream = s.stream order by k.version desc limit 1) e
    loop
        v_current[v_found.n] := v_found.version;
    end loop;

    for i in 1 .. v_size loop
        v_holds := verdicts[i] is null;
        if v_holds and v_settled[p_firsts[i]] > 0 then
            verdicts[i] := case when p_hashes[i] = p_hashes[v_settled[p_firsts[i]]] then 'duplicate' else 'reused' end;
            epochs[i] := epochs[v_settled[p_firsts[i]]];
            positions[i] := positions[v_settled[p_firsts[i]]];
            times[i] := times[v_settled[p_firsts[i]]];
            v_holds := false;
        end if;
        while v_expect <= p_expect_ends[i] loop
            v_holds := v_holds and v_current[p_expect_streams[v_expect]] = p_expect_versions[v_expect]
                and (p_expect_makers[v_expect] = 0 or verdicts[p_expect_makers[v_expect]] = 'accepted');
            v_expect := v_expect + 1;
        end loop;
        if v_holds then
            v_time := greatest(clock_timestamp(), v_time + interval '1 microsecond');
            while v_event <= p_event_ends[i] loop
                if v_current[p_event_streams[v_event]] + 1 <> p_event_versions[v_event] then
                    raise exception using errcode = '22023', message = format('%s has version %s, which %s cannot follow',
                        p_streams[p_event_streams[v_event]], v_current[p_event_streams[v_event]], p_event_versions[v_event]);
                end if;
                v_current[p_event_streams[v_event]] := p_event_versions[v_event];
                v_position := v_position + 1;
                v_placed[v_event] := v_position;
                v_stamped[v_event] := v_time;
                v_event := v_event + 1;
            end loop;
            v_settled[p_firsts[i]] := i;
            verdicts[i] := 'accepted';
            epochs[i] := case when v_position > v_head.position then v_head.epoch else v_head.last_epoch end;
            positions[i] := v_position;
            times[i] := v_time;
        else
            verdicts[i] := coalesce(verdicts[i], 'conflict');
            v_event := p_event_ends[i] + 1;
        end if;
    end loop;

    if v_time = v_head.recorded_until then
        return;
    end if;
    insert into log.events (position, epoch, recorded_at, stream, version, type, body)
    select e.position, v_head.epoch, e.time, s.stream, e.version, e.type, e.body
    from unnest(v_placed, v_stamped, p_event_streams, p_event_versions, p_types, p_bodies)
            e (position, time, stream, version, type, body)
        join unnest(p_streams) with ordinality s (stream, n) on s.n = e.stream
    where e.position is not null;
    insert into log.commands (command_id, hash, epoch, position, recorded_at)
    select c.id, c.hash, c.epoch, c.position, c.time
    from unnest(verdicts, p_commands, p_hashes, epochs, positions, times) c (verdict, id, hash, epoch, position, time)
    where c.verdict = 'accepted';
    update log.head set
        position = v_position,
        recorded_until = v_time,
        last_epoch = case when v_position > v_head.position then v_head.epoch else v_head.last_epoch end;
end
$$;

-- The last position recorded at or before a time; null for a time that is still to come, here or for the caller. No
-- later append gets this time or an earlier one, so that the same question has the same answer for ever.
create function log.position_at(p_time timestamptz, p_now timestamptz, out epoch int, out "position" bigint)
language plpgsql security definer set search_path = log, pg_temp as $$
declare
    v_head log.head;
    v_below bigint := 0;
    v_above bigint;
    v_middle bigint;
begin
    if p_time > least(clock_timestamp(), p_now) then
        return;
    end if;
    select * into strict v_head from log.head;
    if p_time > v_head.recorded_until then
        select * into strict v_head from log.head for no key update;
        update log.head set recorded_until = greatest(recorded_until, p_time);
    end if;
    v_above := v_head.position + 1;
    while v_below + 1 < v_above loop
        v_middle := (v_below + v_above) / 2;
        if (select e.recorded_at from log.events e where e.position = v_middle) <= p_time then
            v_below := v_middle;
        else
            v_above := v_middle;
        end if;
    end loop;
    position_at.position := v_below;
    position_at.epoch := coalesce((select e.epoch from log.events e where e.position = v_below), 1);
end
$$;

-- After a restore or a promotion: this server's history goes on under a number that nobody has seen. For operators.
create function log.begin_epoch(p_reason text, p_actor text, p_seen_epoch int) returns int
language plpgsql security definer set search_path = log, pg_temp as $$
declare
    v_head log.head;
    v_epoch int;
    v_time timestamptz;
begin
    select * into strict v_head from log.head for no key update;
    v_epoch := greatest(v_head.epoch, p_seen_epoch) + 1;
    v_time := greatest(clock_timestamp(), v_head.recorded_until + interval '1 microsecond');
    insert into log.epochs values (v_epoch, v_head.position, v_time, p_reason, p_actor);
    update log.head set epoch = v_epoch, recorded_until = v_time,
        (system_identifier, timeline) = (select i.system_identifier, i.timeline from log.identity() i);
    return v_epoch;
end
$$;

revoke all on all functions in schema log from public;
grant usage on schema log to :service;
grant select on all tables in schema log to :service;
grant execute on function log.identity, log.fence, log.append, log.position_at to :service;
reset role;
