"""The sample as a whole service: `python -m services run tests.kernel.rpc.sample.main`."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from services.kernel.binding import Query
from services.kernel.errors import Missing
from services.kernel.events import Recorded
from services.kernel.fold import Model
from services.kernel.provenance import Listed
from services.kernel.service import Service
from services.kernel.text import Id
from services.kernel.view import View
from tests.kernel.rpc.sample import api
from tests.kernel.rpc.sample.domain import HANDLERS, VOCABULARY, BoxClosed, BoxOpened, Kind, Price, Thing


class Box(BaseModel):
    label: str
    kind: Kind
    things: Listed[Thing]
    effective: date | None = None
    open: bool = True
    price: Price | None = None


def box_of(recorded: Recorded[BoxOpened | BoxClosed]) -> tuple[str]:
    return (recorded.event.box,)


def change(box: str, before: Box | None, recorded: Recorded[BoxOpened | BoxClosed]) -> Box | None:
    match recorded.event:
        case BoxOpened() as event:
            fields: Any = event.model_dump(include={"label", "kind", "effective", "things", "price"})
            return Box.model_validate(fields)
        case BoxClosed():
            return before.model_copy(update={"open": False}) if before else None


BOXES = Model("boxes", "sample", VOCABULARY, (BoxOpened, BoxClosed), box_of, change, doc=Box)


class GetBox(BaseModel):
    box: Id


async def get_box(asked: GetBox, view: View) -> Box:
    if asked.box.startswith("broken"):
        try:
            Box.model_validate({"things": {"items": [{"name": [asked.box]}]}})
        except ValueError as error:
            raise ZeroDivisionError(f"a secret: {asked.box}") from error
    box: Box | None = await view.get(BOXES, asked.box)
    if box is None:
        raise Missing(en=f"No box {asked.box} is recorded.", vi=f"Chưa ghi nhận thùng {asked.box}.")
    return box


SERVICE = Service(
    name="sample",
    api=api.SERVICE,
    vocabulary=VOCABULARY,
    handlers=HANDLERS,
    queries={"GetBox": Query(GetBox, get_box)},
    models=(BOXES,),
)
