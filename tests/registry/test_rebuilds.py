"""That every read model of registry comes out of the log the same, however it is folded."""

import pytest

from services.kernel.fold import Model
from services.kernel.rebuild import rebuild
from services.registry.projections import MODELS
from tests.registry.support import Registry


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize(("processes", "page"), [(1, 5_000), (2, 7)])
async def test_a_read_model_is_rebuilt_to_the_same_bytes(
    articles: Registry, model: Model, processes: int, page: int
) -> None:
    await articles.catch_up()
    report = await rebuild(model, articles.tools.log, articles.dsn, processes=processes, page=page)
    assert report.same_as_live
    assert report.rows > 0
