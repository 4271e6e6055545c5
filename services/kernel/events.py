"""Events, and the one canonical byte form in which they are stored and hashed.

Canonical form: RFC 8785 JSON of the envelope, in which nulls are left out, numbers are integers below 2^53, decimals,
dates and ids are strings, and every key is ASCII. For such values sorting keys by code point is RFC 8785's order, so
orjson writes it. The form holds the whole event except its epoch, position and recorded time.
"""

import functools
import hashlib
import operator
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar, get_args

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_BODY = 512 * 1024  # bytes; below the broker's largest record, so that every recorded event can be relayed
PAGE_BYTES = 32 << 20  # of the bodies of events that are read at once, but for the last
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Event(BaseModel):
    """Something that happened. A subclass adds `type: Literal["ItsName"] = "ItsName"` and its fields.

    A released type only ever gains optional fields; a changed meaning is a new type.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: str
    effective: date | None = None
    """When it was true, a civil date in Vietnam; null where it is not known."""
    reason: str | None = None
    """Why, where the event overrides something."""
    replaces: ClassVar[tuple[str, ...]] = ()
    """Other types, of events that it may be the correction of."""
    follows: ClassVar[bool] = False
    """Whether it only tells again what another stream tells, and is amended there."""

    @property
    def amends(self) -> int | None:
        """The version of the event of its stream that it corrects or retracts."""
        return None


E = TypeVar("E", bound=Event)


class Envelope(BaseModel, Generic[E]):
    """An event with where it stands in its stream and who recorded it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stream: str
    version: int
    event_id: str
    command_id: str
    actor: str
    on_behalf_of: str | None = None
    trace: str | None = None
    data: E


class Position(NamedTuple):
    """A place in one log, compared epoch first."""

    epoch: int
    position: int


class Row(NamedTuple):
    """An event as the log holds it: `body` is the canonical form."""

    epoch: int
    position: int
    recorded_at: datetime
    type: str
    body: bytes

    @property
    def at(self) -> Position:
        return Position(self.epoch, self.position)


class Recorded(NamedTuple, Generic[E]):
    """An event as read back: its place in the log and its decoded envelope."""

    epoch: int
    position: int
    recorded_at: datetime
    envelope: Envelope[E]

    @property
    def event(self) -> E:
        return self.envelope.data

    @property
    def stream(self) -> str:
        return self.envelope.stream


def canonical(envelope: Envelope[Any]) -> bytes:
    """The bytes that are stored and hashed (see the module's text)."""
    return orjson.dumps(envelope.model_dump(mode="json", exclude_none=True), option=orjson.OPT_SORT_KEYS)


def event_id(command_id: str, ordinal: int) -> str:
    """An event's id follows from its command's id, so that a retried command makes the same events."""
    # Version 5 of RFC 9562, as `uuid5` gives it in four times the time.
    name = bytes.fromhex(command_id.replace("-", "")) + str(ordinal).encode()
    made = bytearray(hashlib.sha1(name, usedforsecurity=False).digest()[:16])
    made[6], made[8] = made[6] & 0x0F | 0x50, made[8] & 0x3F | 0x80
    text = made.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def leaf(row: Row) -> bytes:
    """The bytes of a Merkle leaf: epoch (4), position (8), recorded microseconds (8), big-endian, then the body."""
    micros = (row.recorded_at - EPOCH) // timedelta(microseconds=1)
    return row.epoch.to_bytes(4) + row.position.to_bytes(8) + micros.to_bytes(8) + row.body


def types_of(*unions: Any) -> tuple[type[Any], ...]:
    """The event types of unions, each once; a single type is a union of one."""
    return tuple(dict.fromkeys(t for union in unions for t in get_args(union) or (union,)))


class Vocabulary(Generic[E]):
    """The event types of one log, and how their stored form is read."""

    def __init__(self, *types: type[E]) -> None:
        self.types: dict[str, type[E]] = {t.model_fields["type"].default: t for t in types}
        union: Any = functools.reduce(operator.or_, types)
        if len(types) > 1:  # told apart by `type` alone, which pydantic reads without trying each member
            union = Annotated[union, Field(discriminator="type")]
        # Few values come twice, so that looking each up among those already made only costs time.
        config = ConfigDict(cache_strings="keys")
        self._page: TypeAdapter[list[Envelope[E]]] = TypeAdapter(list[Envelope[union]], config=config)

    def __reduce__(self) -> tuple[type["Vocabulary[E]"], tuple[type[E], ...]]:
        """For other processes: made anew there from its types."""
        return type(self), tuple(self.types.values())

    def knows(self, event: Event) -> bool:
        """Whether what is written of this event can be read again as one of its type."""
        return self.types.get(event.type) is type(event)

    def envelopes(self, bodies: Iterable[bytes]) -> list[Envelope[E]]:
        """Decode stored bodies at once. Raises pydantic's ValidationError for a body that is no event of this log."""
        return self._page.validate_json(b"[" + b",".join(bodies) + b"]")

    def decode(self, rows: Sequence[Row]) -> list[Recorded[E]]:
        envelopes = self.envelopes(row.body for row in rows)
        return [Recorded(r.epoch, r.position, r.recorded_at, e) for r, e in zip(rows, envelopes, strict=True)]
