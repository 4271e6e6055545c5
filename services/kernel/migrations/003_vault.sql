-- Keys of persons' texts, wrapped by the master key. The one table whose rows may be destroyed.

create schema vault authorization :owner;
set local role :owner;

create table vault.keys (
    person text collate "C" primary key,
    wrapped bytea not null
);

grant usage on schema vault to :service;
grant select, insert, delete on vault.keys to :service;
reset role;
