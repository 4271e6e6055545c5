-- Read models and their bookkeeping: disposable, so the service itself owns them and makes the tables as it needs them.
-- Operators' rulings: not disposable, and like the log never changed.

create schema read authorization :service;
set local role :service;

create table read.models (                  -- one row per read model: its lease and its checkpoint
    name text collate "C" primary key,
    log text not null,
    version int not null,
    epoch int not null default 1,           -- of the last event it knows
    position bigint not null default 0,
    epochs bigint[] not null default '{}',  -- where the log's epochs began, as last told: {{epoch, after}, …}
    error text,                             -- why it stands still, null while it is live
    changed_at timestamptz not null default clock_timestamp()
);

create table read.parked (                  -- events that wait, each under every key it touches
    model text collate "C" not null,
    position bigint not null,
    epoch int not null,
    recorded_at timestamptz not null,
    type text not null,
    body bytea not null,
    keys text[] not null,
    error text,                             -- null: it only waits behind an earlier one of the same key
    parked_at timestamptz not null default clock_timestamp(),
    primary key (model, position)
);

reset role;
create schema ops authorization :owner;
set local role :owner;

create table ops.rulings (
    id bigint generated always as identity primary key,
    ruled_at timestamptz not null default clock_timestamp(),
    actor text not null check (actor <> ''),
    reason text not null check (reason <> ''),
    model text collate "C" not null,
    ruling text not null check (ruling in ('retry', 'discard', 'accept')),
    epoch int,
    position bigint,
    detail text
);

grant usage on schema ops to :service;
grant select, insert (actor, reason, model, ruling, epoch, position, detail) on ops.rulings to :service;
reset role;
