"""The person vault: texts about a person are sealed under a key of that person's own, wrapped by the master key.

Destroying the key erases the person from every log, topic and copy at once, and changes no byte that was hashed.
A sealed text is `1.` and base64url of key id (4 bytes), nonce (12) and AES-256-GCM with the person's id as associated
data. The nonce follows from key and text, so that a repeated command seals to the same bytes and is known again.
"""

import base64
import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import asyncpg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

REMEMBERED, SECONDS = 1_000, 3.0  # keys kept in memory, and for how long: as late another process notices a forgetting
_FORM = "1."
_ENSURE = """
with made as (insert into vault.keys values ($1, $2) on conflict do nothing returning wrapped)
select wrapped from made union all select wrapped from vault.keys where person = $1
"""


class _Remembered(NamedTuple):
    key: bytes
    until: float


class Vault:
    """Seals and opens texts. `master_key`: 32 bytes. Errors of the database are passed on as they are."""

    def __init__(self, pool: asyncpg.Pool, master_key: bytes) -> None:
        if len(master_key) != 32:
            raise ValueError("the master key has 32 bytes")
        self._pool = pool
        self._master = master_key
        self._keys: OrderedDict[str, _Remembered] = OrderedDict()

    async def seal(self, person: str, text: str) -> str:
        """The text sealed for a person, whose key is made if there is none."""
        return sealed_under(await self._ensured(person), person, text)

    async def open(self, person: str, sealed: str) -> str | None:
        """The text, or None when the person's key is gone. Raises InvalidTag when it was not sealed for this person."""
        return (await self.open_many([(person, sealed)]))[0]

    async def open_many(self, texts: Sequence[tuple[str, str]]) -> list[str | None]:
        """(person, sealed) pairs, with one query for all keys that are not remembered."""
        keys = await self._known({person for person, _ in texts})
        return [opened_under(keys[person], person, sealed) for person, sealed in texts]

    async def destroy(self, person: str) -> None:
        """Erase the person for ever. Other processes notice within seconds."""
        await self._pool.execute("delete from vault.keys where person = $1", person)
        self._keys.pop(person, None)

    async def _ensured(self, person: str) -> bytes:
        wrapped = None
        while wrapped is None:  # a key that another made meanwhile is seen the second time
            new = aes_key_wrap(self._master, AESGCM.generate_key(256))
            wrapped = await self._pool.fetchval(_ENSURE, person, new)
        key = aes_key_unwrap(self._master, wrapped)
        self._remember(person, key)
        return key

    async def _known(self, persons: Iterable[str]) -> dict[str, bytes | None]:
        now = time.monotonic()
        keys: dict[str, bytes | None] = dict.fromkeys(persons)
        for person in keys.keys() & self._keys.keys():
            key, until = self._keys[person]
            keys[person] = key if until > now else None
        unknown = [person for person, key in keys.items() if key is None]
        if unknown:
            for row in await self._pool.fetch("select person, wrapped from vault.keys where person = any($1)", unknown):
                keys[row["person"]] = key = aes_key_unwrap(self._master, row["wrapped"])
                self._remember(row["person"], key)
        return keys

    def _remember(self, person: str, key: bytes) -> None:
        self._keys[person] = _Remembered(key, time.monotonic() + SECONDS)
        self._keys.move_to_end(person)
        while len(self._keys) > REMEMBERED:
            self._keys.popitem(last=False)


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
