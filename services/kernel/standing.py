"""What of a stream stands where later events correct or retract earlier ones: one rule for decisions and answers. Pure.

A correction is the same fact told again: it takes the place, among all that is told, of the event that it names, with
all that this told. A retraction says that what an event told was never so; the corrections that rest on that event fall
with it. A retracted correction brings back what it had replaced, and a retracted retraction what it had taken away.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from services.kernel.decider import Command
from services.kernel.events import Event, Recorded
from services.kernel.provenance import Part, Record
from services.kernel.telling import require
from services.kernel.text import Form, Prose

E = TypeVar("E")

Version = Annotated[int, Field(ge=1)]
Kept = Annotated[str, Field(min_length=1)]
"""A text as an event keeps it: where it is sealed it is longer than it was."""
StreamName = Annotated[
    str,
    Form(
        r"^[a-z]{1,40}(:[a-z0-9][a-z0-9._-]{0,79}){1,4}$",
        "must name a stream by its kind and ids, such as bloc:b-1",
        "phải là tên luồng gồm loại và mã, ví dụ bloc:b-1",
    ),
]


class Correction(Part):
    """Of which event this is the corrected telling."""

    corrects: Version
    """The version, in the same stream, of the event that told it last."""
    reason: Prose
    """Why. Of a person it is sealed on arrival; elsewhere it must not name a person."""


class SealedCorrection(Correction):
    """A correction of what is told of a person, as an event keeps it."""

    model_config = ConfigDict(from_attributes=True)

    reason: Kept
    sealed: Literal[True] | None = None
    """True of a reason that is sealed with the person's key."""


class Correctable(BaseModel):
    """Facts that may be told again in the place of an earlier telling. The correction's document is the record's."""

    model_config = ConfigDict(frozen=True)

    kept: ClassVar[tuple[str, ...]] = ()
    """Fields that a correction has to tell again where the corrected event tells them."""

    correction: Correction | None = None
    """Given, all that is told here holds instead of all that the named event told; both stay answerable."""

    @property
    def amends(self) -> int | None:
        return self.correction.corrects if self.correction else None


class Retraction(Part):
    """What an event told was never so."""

    retracts: Version
    """The version, in its stream, of the event that told it. What corrects that event is retracted with it."""
    reason: Prose
    """Why. Of a person it is sealed on arrival; elsewhere it must not name a person."""
    record: Record
    """By which document."""

    @property
    def amends(self) -> int:
        return self.retracts


class FactRetracted(Retraction, Event):
    """What an earlier event of the same stream told was never so."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: Literal["FactRetracted"] = "FactRetracted"
    reason: Kept
    sealed: Literal[True] | None = None
    """True of a reason that is sealed with the key of the person of whom the stream tells."""


class Retract(Retraction, Command):
    """Tell that what an event told was never so. A retracted correction brings back what it had replaced."""

    stream: StreamName
    """Of what it told, such as `plan:khoi-noi-chinh:2024`: the kind and the ids."""
    beside: tuple[str, ...] = Field(default=(), exclude=True)
    """Ids of what else is concerned, whose streams the decision reads; filled in at the edge."""
    sealed: Literal[True] | None = Field(default=None, exclude=True)
    """Whether the reason was sealed at the edge."""


class Telling(BaseModel, Generic[E]):
    """An event of a stream as read models keep it."""

    model_config = ConfigDict(frozen=True)

    version: int
    event: E


class Standing(NamedTuple, Generic[E]):
    """What stands: the event that tells it."""

    event: E
    told_by: tuple[int, ...]
    """Versions of the event that told it first, and of its corrections, oldest first."""


def why(event: Any) -> str | None:
    """The reason for which an event amends another; null where it amends none."""
    correction: Correction | None = getattr(event, "correction", None)
    return correction.reason if correction else event.reason if event.amends else None


def why_sealed(event: Any) -> bool:
    """Whether the reason for which an event amends another is sealed with a person's key."""
    return getattr(getattr(event, "correction", None) or event, "sealed", None) is True


def and_then(told: Sequence[Telling[Any]], recorded: Recorded[Any]) -> tuple[Telling[Any], ...]:
    """What a stream told, and one event more."""
    return (*told, Telling(version=recorded.envelope.version, event=recorded.event))


def holds(told: Iterable[Telling[Any]]) -> list[Any]:
    """The events that tell what stands, in the order of first telling."""
    tellings = list(told)
    if not any(one.event.amends for one in tellings):  # nearly always
        return [one.event for one in tellings]
    return [one.event for one in standing((one.version, one.event) for one in tellings)]


def standing(told: Iterable[tuple[int, Any]]) -> list[Standing[Any]]:
    """What stands of the events of one stream, by version, oldest first; in the order of first telling.

    Of an event `amends` and `retracts` are asked for alone.
    """
    events = dict(told)
    if not any(event.amends for event in events.values()):  # nearly always
        return [Standing(event, (version,)) for version, event in events.items()]
    retracted = _retracted(events)
    first: dict[int, int] = {}  # by the version of a telling: by which version the same was told first
    found: dict[int, Standing[Any]] = {}
    for version, event in events.items():
        if version in retracted or _retracts(event):
            continue
        place = version if event.amends is None else first.get(event.amends)
        if place is not None:  # or it fell with what it corrects
            first[version] = place
            found[place] = Standing(event, (*(found[place].told_by if place in found else ()), version))
    return list(found.values())


def _retracted(events: Mapping[int, Any]) -> set[int]:
    """The last word counts: whether a retraction is retracted is known before what it retracts."""
    found: set[int] = set()
    for version, event in reversed([*events.items()]):
        if version not in found and (retracts := _retracts(event)):
            found.add(retracts)
    return found


def _retracts(event: Any) -> int | None:
    """The version of what an event retracts; a read model may keep no more of it than that."""
    found: int | None = getattr(event, "retracts", None)
    return found


def documented(command: Command) -> None:
    """What every correction needs. Raises Refused."""
    require(
        getattr(command, "record", None),
        "correction.document",
        en="record: a correction is recorded from its document.",
        vi="record: đính chính phải được ghi nhận theo văn bản.",
    )


def amendable(event: Event, told: Mapping[int, Event]) -> None:
    """That there is, among the events of its stream by version, what an event corrects or retracts. Raises Refused."""
    if event.amends is None:
        return
    versions = _retractable(told) if isinstance(event, FactRetracted) else _correctable(event, told)
    en, vi = _which(versions)
    require(
        event.amends in versions,
        "correction.nothing",
        en=f"Event {event.amends} of this stream tells nothing that stands and can be amended so: {en}.",
        vi=f"Sự kiện {event.amends} không có nội dung đang còn giá trị để sửa như vậy: {vi}.",
    )
    kept: tuple[str, ...] = getattr(event, "kept", ())
    for field in kept:
        require(
            vars(event)[field] is not None or vars(told[event.amends]).get(field) is None,
            "correction.kept",
            en=f"{field}: event {event.amends} has one, which the correction would undo: tell it again, or retract "
            "the event.",
            vi=f"{field}: sự kiện {event.amends} có nội dung này, đính chính như vậy sẽ làm mất: cần nêu lại, hoặc rút "
            "sự kiện đó.",
        )


def _retractable(told: Mapping[int, Event]) -> list[int]:
    """All that stands with what it corrects, and retractions; but nothing that cannot be recorded, or only follows."""
    tellings = {version for one in standing(told.items()) for version in one.told_by}
    retractions = {v for v, event in told.items() if isinstance(event, FactRetracted)} - _retracted(told)
    own = {v for v in tellings | retractions if not told[v].follows}
    return sorted(v for v in own if "record" in type(told[v]).model_fields)


def _correctable(event: Event, told: Mapping[int, Event]) -> list[int]:
    kinds = (event.type, *event.replaces)
    return [one.told_by[-1] for one in standing(told.items()) if one.event.type in kinds]


def _which(versions: Sequence[int]) -> tuple[str, str]:
    """What can be named instead, in English and in Vietnamese."""
    if not versions:
        return "there is none", "chưa có sự kiện nào"
    last = ", ".join(map(str, versions[-10:]))
    return f"name one of {last}", f"cần nêu một trong: {last}"
