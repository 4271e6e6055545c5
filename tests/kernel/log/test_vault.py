"""Texts about persons are readable only as long as their key is."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from services.kernel.vault import Vault
from tests.kernel.conftest import Place

MASTER = bytes(range(32))
NAME = "Nguyễn Thị Ánh"


@pytest.fixture
async def pool(place: Place) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(place.dsn, min_size=1, max_size=8) as opened:
        yield opened


async def test_a_sealed_text_opens_for_its_person_and_holds_no_word_of_it(pool: asyncpg.Pool) -> None:
    sealed = await Vault(pool, MASTER).seal("p1", NAME)
    assert await Vault(pool, MASTER).open("p1", sealed) == NAME
    assert NAME not in sealed
    assert await Vault(pool, MASTER).seal("p1", NAME) == sealed, "a repeated command must be known again"


async def test_a_text_sealed_for_one_person_never_opens_as_another_s(pool: asyncpg.Pool) -> None:
    ours = Vault(pool, MASTER)
    sealed = await ours.seal("p1", NAME)
    await pool.execute("insert into vault.keys select 'p2', wrapped from vault.keys where person = 'p1'")
    with pytest.raises(InvalidTag):
        await ours.open("p2", sealed)


async def test_a_forgotten_person_opens_for_nobody_at_once_and_never_again(pool: asyncpg.Pool) -> None:
    ours, other = Vault(pool, MASTER), Vault(pool, MASTER)
    sealed, kept = await ours.seal("p1", NAME), await ours.seal("p2", NAME)
    assert await other.open_many([("p1", sealed), ("p2", kept)]) == [NAME, NAME]
    await ours.destroy("p1")
    assert await ours.open("p1", sealed) is None
    assert await other.open_many([("p1", sealed), ("p2", kept)]) == [None, NAME]
    again = await ours.seal("p1", "another name")
    assert await ours.open_many([("p1", sealed), ("p1", again)]) == [None, "another name"]


async def test_a_hundred_first_texts_of_a_person_share_one_key(pool: asyncpg.Pool) -> None:
    vaults = [Vault(pool, MASTER) for _ in range(10)]
    sealed = await asyncio.gather(*(v.seal("p1", f"name {n}") for n in range(10) for v in vaults))
    assert await Vault(pool, MASTER).open_many([("p1", s) for s in sealed]) == [
        f"name {n}" for n in range(10) for _ in vaults
    ]


async def test_a_wrong_master_key_opens_nothing(pool: asyncpg.Pool) -> None:
    sealed = await Vault(pool, MASTER).seal("p1", NAME)
    with pytest.raises(InvalidUnwrap):
        await Vault(pool, bytes(32)).open("p1", sealed)
