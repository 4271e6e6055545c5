"""The person vault: texts about a person are sealed under a key of that person's own, wrapped by the master key.

Destroying the key erases the person from every log, topic and copy at once, and changes no byte that was hashed. The
words by which a person is found are kept beside the key as keyed hashes, and are destroyed with it.
A sealed text is `1.` and base64url of key id (4 bytes), nonce (12) and AES-256-GCM with the person's id as associated
data. The nonce follows from key and text, so that a repeated command seals to the same bytes and is known again.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

_FORM = "1."
RULES = 2  # grows when persons are found by other words than before, which are then indexed anew
_TAG = 8  # bytes of a word's hash
_ENSURE = """
with made as (insert into vault.keys values ($1, $2, $3) on conflict do nothing returning wrapped)
select wrapped from made union all select wrapped from vault.keys where person = $1
"""
# Who is forgotten meanwhile gets no words: whoever destroys the key waits for this, or this finds no key.
_INDEX = """
with found as (select person from vault.keys where person = $1 for key share)
insert into vault.words (word, person) select word, person from found, unnest($2::bytea[]) as word
on conflict do nothing
"""
_FIND = """
select person from vault.words as found where word = $1 and not exists (
    select from unnest($2::bytea[]) as other (word)
    where not exists (select from vault.words as w where (w.word, w.person) = (other.word, found.person))
) limit $3
"""
_UNINDEXED = "select person from vault.keys where indexed < $1 limit $2"
_WRAPPED = "select wrapped from vault.master union all (select wrapped from vault.keys limit 1)"


class WrongMasterKey(Exception):
    """The keys that are there were wrapped by another master key."""


class Vault:
    """Seals and opens texts. `master_key`: 32 bytes. Errors of the database are passed on as they are.

    No key is kept in memory: once one is destroyed, nobody opens anything with it, in whatever process.
    """

    def __init__(self, pool: asyncpg.Pool, master_key: bytes) -> None:
        if len(master_key) != 32:
            raise ValueError("the master key has 32 bytes")
        self._pool = pool
        self._master = master_key
        self._words = hmac.digest(master_key, b"words", hashlib.sha256)

    async def check(self) -> None:
        """That the keys are wrapped by this master key, which the first check of a database without keys decides.

        Raises WrongMasterKey.
        """
        await self._unwrapped()  # before this key is written down as the one of keys that were there already
        own = aes_key_wrap(self._master, AESGCM.generate_key(256))
        await self._pool.execute("insert into vault.master (wrapped) values ($1) on conflict do nothing", own)
        await self._unwrapped()

    async def _unwrapped(self) -> None:
        try:
            for row in await self._pool.fetch(_WRAPPED):
                aes_key_unwrap(self._master, row["wrapped"])
        except InvalidUnwrap:
            raise WrongMasterKey from None

    async def seal(self, person: str, text: str) -> str:
        """The text sealed for a person, whose key is made if there is none."""
        return sealed_under(await self._ensured(person), person, text)

    async def open(self, person: str, sealed: str) -> str | None:
        """The text, or None when the person's key is gone. Raises InvalidTag when it was not sealed for this person."""
        return (await self.open_many([(person, sealed)]))[0]

    async def open_many(self, texts: Sequence[tuple[str, str]]) -> list[str | None]:
        """(person, sealed) pairs, with one query for all keys."""
        keys = await self._known({person for person, _ in texts})
        return [opened_under(keys[person], person, sealed) for person, sealed in texts]

    async def destroy(self, person: str) -> None:
        """Erase the person for ever."""
        await self._pool.execute("delete from vault.keys where person = $1", person)

    async def index(self, person: str, words: Iterable[str]) -> None:
        """Let the person be found by these words too, as long as there is the key."""
        await self._pool.execute(_INDEX, person, [self._tag(word) for word in words])

    async def index_anew(self, person: str, words: Iterable[str]) -> None:
        """Let the person be found by these words, which are all that are sealed."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("delete from vault.words where person = $1", person)
            await connection.execute(_INDEX, person, [self._tag(word) for word in words])
            await connection.execute("update vault.keys set indexed = $2 where person = $1", person, RULES)

    async def unindexed(self, limit: int) -> list[str]:
        """Persons of whom there may be words that are not indexed by the rules of now."""
        return [row["person"] for row in await self._pool.fetch(_UNINDEXED, RULES, limit)]

    async def find(self, words: Sequence[str], limit: int) -> list[str]:
        """Persons who have all of these words, or had them once, in no order; the rarest word is best the first."""
        first, *others = (self._tag(word) for word in words)
        return [row["person"] for row in await self._pool.fetch(_FIND, first, others, limit)]

    def _tag(self, word: str) -> bytes:
        return hmac.digest(self._words, word.encode(), hashlib.sha256)[:_TAG]

    async def _ensured(self, person: str) -> bytes:
        wrapped = None
        while wrapped is None:  # a key that another made meanwhile is seen the second time
            new = aes_key_wrap(self._master, AESGCM.generate_key(256))
            wrapped = await self._pool.fetchval(_ENSURE, person, new, RULES)
        return aes_key_unwrap(self._master, wrapped)

    async def _known(self, persons: Iterable[str]) -> dict[str, bytes | None]:
        keys: dict[str, bytes | None] = dict.fromkeys(persons)
        rows = await self._pool.fetch("select person, wrapped from vault.keys where person = any($1)", list(keys))
        return keys | {person: aes_key_unwrap(self._master, wrapped) for person, wrapped in rows}


def sealed_under(key: bytes, person: str, text: str) -> str:
    nonce = hmac.digest(key, f"nonce\0{person}\0{text}".encode(), hashlib.sha256)[:12]
    content = AESGCM(key).encrypt(nonce, text.encode(), person.encode())
    return _FORM + base64.urlsafe_b64encode(_key_id(key) + nonce + content).decode()


def opened_under(key: bytes | None, person: str, sealed: str) -> str | None:
    """None without a key, or under a key that was made after the text's own was destroyed."""
    if not sealed.startswith(_FORM):
        raise ValueError("not a sealed text")
    content = base64.urlsafe_b64decode(sealed.removeprefix(_FORM))
    if key is None or content[:4] != _key_id(key):
        return None
    return AESGCM(key).decrypt(content[4:16], content[16:], person.encode()).decode()


def _key_id(key: bytes) -> bytes:
    return hmac.digest(key, b"id", hashlib.sha256)[:4]
