from services.kernel.rebuild import rebuild
from tests.play import Services


async def test_every_read_model_is_rebuilt_to_the_same_bytes_from_pages_of_another_size(told: Services) -> None:
    for name in ("scoring", "awards"):
        service = told[name]
        await service.catch_up()
        for model in service.models:
            own = model.log == name
            report = await rebuild(model, service.logs[model.log], service.dsn, processes=int(own), page=3)
            assert (report.same_as_live, report.rows > 0) == (True, True), model.name
