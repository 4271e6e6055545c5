-- What tells the master key of the persons' keys from any other: a random key wrapped by it, as theirs are. A change of
-- the master key wraps this one and theirs anew, in one transaction.
set local role :owner;

create table vault.master (
    one boolean primary key default true check (one),
    wrapped bytea not null
);

grant select, insert on vault.master to :service;
reset role;
