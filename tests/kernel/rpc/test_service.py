"""A whole service, by its API, on the real database."""

from tests.kernel.rpc.conftest import Sample


async def test_a_command_is_recorded_and_read_back_by_its_position(sample: Sample) -> None:
    reply = await sample.open_box("b-whole", effective="2024-03-01", price="12.50", things={"items": [{"name": "Sổ"}]})
    at = reply.recorded.position
    assert (at.log, at.epoch) == ("sample", 1)
    box = await sample.call("GetBox", box="b-whole", read={"at_least": [at]})
    assert (box.label, box.effective, box.price, box.open) == ("Thùng hồ sơ", "2024-03-01", "12.50", True)
    assert list(box.known) == [at]
