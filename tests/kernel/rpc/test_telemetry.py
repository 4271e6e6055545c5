"""What the log tells of a failure."""

import asyncio

import pytest

from services.kernel.errors import Refused
from services.kernel.telemetry import outline


async def test_a_failure_in_a_group_of_tasks_is_told_with_all_that_led_to_it_and_without_what_it_was_given() -> None:
    persons: dict[str, str] = {}

    async def fails(person: str) -> None:
        try:
            persons[person]
        except KeyError as error:
            raise Refused("box.state", en="the box is closed", vi="thùng đã đóng") from error

    async def together() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails("Nguyễn " + "Văn A"))

    with pytest.raises(ExceptionGroup) as caught:
        await together()
    told = outline(caught.value)
    kinds = [line for line in told.splitlines() if line[:1].isupper()]
    assert kinds == ["ExceptionGroup", "Refused: the box is closed", "KeyError"]
    assert "in fails" in told
    assert "Nguyễn Văn A" not in told
