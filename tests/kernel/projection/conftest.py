from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from services.kernel.log import Log
from tests.kernel.conftest import Place
from tests.kernel.projection.support import Writer, pool_of, refuses


@pytest.fixture
async def pool(place: Place) -> AsyncIterator[asyncpg.Pool]:
    async with pool_of(place.dsn) as opened:
        yield opened


@pytest.fixture
def writer(log: Log) -> Writer:
    return Writer(log)


@pytest.fixture(autouse=True)
def sound_models() -> Iterator[None]:
    refuses.clear()
    yield
    refuses.clear()
