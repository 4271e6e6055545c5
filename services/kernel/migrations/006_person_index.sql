-- By which words a person is found: keyed hashes of them, which go with the person's key and lie nowhere else.
set local role :owner;

alter table vault.keys add column indexed smallint not null default 0; -- by which rules all words are indexed; 0: none

create table vault.words (
    word bytea not null,
    person text collate "C" not null references vault.keys on delete cascade,
    primary key (word, person)
);
create index words_of_a_person on vault.words (person);

grant update (indexed) on vault.keys to :service;
grant select, insert, delete on vault.words to :service;
reset role;
