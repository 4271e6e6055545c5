"""Boxes: events, commands, state, read model and query."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from services.kernel.decider import Command, Fold, Handler, Handlers
from services.kernel.errors import Refused
from services.kernel.events import Event, Vocabulary
from services.kernel.provenance import Listed, Part, Record
from services.kernel.telling import tell
from services.kernel.text import Id, Line

Kind = Literal["WOODEN", "SHEET_STEEL"]
Price = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class Thing(Part):
    name: Line
    grams: int | None = Field(default=None, ge=1)


class BoxOpened(Event):
    type: Literal["BoxOpened"] = "BoxOpened"
    box: Id
    label: Line
    kind: Kind
    things: Listed[Thing]
    price: Price | None = None
    note: str = ""
    record: Record | None = None


class BoxClosed(Event):
    type: Literal["BoxClosed"] = "BoxClosed"
    box: Id


class OpenBox(Command):
    box: Id
    label: Line
    kind: Kind
    effective: date | None = None
    things: Listed[Thing]
    aliases: tuple[Line, ...] = Field(default=(), max_length=20)
    price: Price | None = None
    seen_at: AwareDatetime | None = None
    serial: int | None = None
    note: str = ""
    record: Record | None = None


class CloseBox(Command):
    box: Id


class Unknown(Part):
    pass


class Open(Part):
    label: str


class Closed(Part):
    pass


State = Unknown | Open | Closed


def evolve(state: State, event: BoxOpened | BoxClosed) -> State:
    match event:
        case BoxOpened(label=label):
            return Open(label=label)
        case BoxClosed():
            return Closed()


def open_box(command: OpenBox, state: State) -> list[Event]:
    if not isinstance(state, Unknown):
        raise Refused("box.state", en=f"the box is {type(state).__name__}", vi="thùng này đã có")
    return [tell(BoxOpened, command)]


def close_box(command: CloseBox, state: State) -> list[Event]:
    if not isinstance(state, Open):
        raise Refused("box.state", en=f"the box is {type(state).__name__}", vi="thùng này không mở")
    return [BoxClosed(box=command.box)]


BOX: Fold[State] = Fold("box", Unknown(), evolve)
VOCABULARY: Vocabulary[BoxOpened | BoxClosed] = Vocabulary(BoxOpened, BoxClosed)
HANDLERS: Handlers = {
    OpenBox: Handler(lambda c: [BOX.of(c.box)], open_box),
    CloseBox: Handler(lambda c: [BOX.of(c.box)], close_box),
}
