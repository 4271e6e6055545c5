"""Protobuf messages to pydantic models and back, by field names.

Both directions are compiled once per pair of types into closures; `mismatches` tells before that whether a pair fits.
The wire form of what protobuf lacks: a date or a time is an ISO string, a decimal is a string, a Literal is an enum
whose values carry the enum's name (`MODE_ELECTED` is "ELECTED"), and what is unset is None.
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from pydantic import AwareDatetime, BaseModel, ValidationError

from services.kernel.errors import Invalid, Violation

M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", bound=BaseModel)
Take = Callable[[Any], Any]
Met = dict[int, tuple[Any, dict[str, Any]]]
"""By identity, what an answer holds of the type that its parts share, and its fields."""
Give = Callable[[Any, Met], Any]

EXACT = 2**53 - 1  # the largest integer of the canonical form
_TEXTS = (str, date, datetime, Decimal)
_LARGE = {FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64}
_INTEGERS = {FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_UINT32, *_LARGE}
_FIRST, _LAST = date(1900, 1, 1), date(2200, 12, 31)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ISO_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})")


class Bad(NamedTuple):
    """A value that is refused before pydantic sees it. Every pydantic type refuses it, which gives the field's path."""

    en: str
    vi: str


NUL = Bad("must not hold the character NUL", "không được có ký tự NUL")
NO_DATE = Bad("must be a date of the form YYYY-MM-DD", "phải là ngày dạng NNNN-TT-NN (năm-tháng-ngày)")
NOT_OF_OURS = Bad("must be from 1900-01-01 to 2200-12-31", "phải từ 1900-01-01 đến 2200-12-31")
NO_TIME = Bad("must be a time of RFC 3339 with its zone", "phải là thời điểm theo RFC 3339, có múi giờ")
NO_DECIMAL = Bad("must be a decimal number such as 12.50", "phải là số thập phân, ví dụ 12.50")
TOO_LARGE = Bad(f"must be from {-EXACT} to {EXACT}", f"phải từ {-EXACT} đến {EXACT}")


class Shape(NamedTuple):
    """What a model's field holds: `inner` without None and without the tuple around it."""

    inner: Any
    nullable: bool
    repeated: bool


def reader(descriptor: Descriptor, model: type[M], leave_out: Collection[str] = ()) -> Callable[[Message], M]:
    """Makes the function from a message to a valid model. It raises Invalid, with one violation per wrong field."""
    values = _values(descriptor, model, leave_out)
    validate = model.__pydantic_validator__.validate_python

    def read(message: Message) -> M:
        try:
            return validate(values(message))  # type: ignore[no-any-return]
        except ValidationError as error:
            raise Invalid(*violations(error)) from None

    return read


def writer(descriptor: Descriptor, model: type[M], leave_out: Collection[str] = ()) -> Callable[[M], Any]:
    """Makes the function from a model to a message."""
    write: Callable[[M], tuple[Any, list[BaseModel]]] = citing(descriptor, model, leave_out, None)
    return lambda value: write(value)[0]


def citing(
    descriptor: Descriptor, model: type[M], leave_out: Collection[str], shared: type[S] | None
) -> Callable[[M], tuple[Any, list[S]]]:
    """Makes the function from a model to a message, and to all that it holds of one type, each object once: answers
    hold hundreds of marks, and mostly of a few.
    """
    make, give = GetMessageClass(descriptor), _giver(descriptor, model, leave_out, shared)

    def write(value: M) -> tuple[Any, list[S]]:
        met: Met = {}
        message = make(**give(value, met))
        return message, [one for one, _ in met.values()]

    return write


def _giver(descriptor: Descriptor, model: type[BaseModel], leave_out: Collection[str], shared: Any) -> Give:
    """Of a message within a message too it gives the fields: protobuf makes it in its place, without a copy of it."""
    fields = [(f.name, _give(f, shape(model, f.name), shared)) for f in descriptor.fields if f.name not in leave_out]

    def give(value: BaseModel, met: Met) -> dict[str, Any]:
        held = value.__dict__
        return {name: one(v, met) if one else v for name, one in fields if (v := held[name]) is not None}

    def once(value: BaseModel, met: Met) -> dict[str, Any]:
        if (known := met.get(id(value))) is None:
            known = met[id(value)] = value, give(value, met)
        return known[1]

    return once if model is shared else give


def _values(descriptor: Descriptor, model: type[BaseModel], leave_out: Collection[str] = ()) -> Take:
    fields = [f for f in descriptor.fields if f.name not in leave_out]
    takes = {f.number: (f.name, _take(f, shape(model, f.name))) for f in fields}
    unset = {f.name: default for f in fields if (default := _unset(f, model)) is not ...}

    def values(message: Message) -> dict[str, Any]:
        found = unset.copy()
        for field, value in message.ListFields():
            if field.number in takes:
                name, take = takes[field.number]
                found[name] = take(value)
        return found

    return values


def _unset(field: FieldDescriptor, model: type[BaseModel]) -> Any:
    """What the model gets for an unset field; `...` for nothing, so that its default holds or it is missed."""
    if field.is_repeated:
        return ()
    if field.has_presence or field.enum_type:
        spare = shape(model, field.name).nullable and model.model_fields[field.name].is_required()
        return None if spare else ...
    return field.default_value


def _take(field: FieldDescriptor, of: Shape) -> Take:
    take = _take_one(field, of.inner)
    if not of.repeated:
        return take
    return lambda items: tuple(map(take, items))


def _take_one(field: FieldDescriptor, inner: Any) -> Take:
    if field.message_type:
        return _values(field.message_type, inner)
    if field.enum_type:
        names = enum_names(field.enum_type)
        return lambda number: names.get(number, number)  # an unknown number is no member of the Literal
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING and inner is not bytes:
        return {date: civil, datetime: moment, Decimal: _decimal}.get(inner, _text)
    return _integer if field.cpp_type in _LARGE else _same


def _same(value: Any) -> Any:
    return value


def _text(value: str) -> str | Bad:
    return NUL if "\0" in value else value


def civil(value: str) -> date | Bad:
    """The day, or what is wrong with it. Rules and answers reckon with days before and after it, which there must be;
    and no day that an act or a document of this state can name lies outside.
    """
    try:
        day = date.fromisoformat(value) if _ISO_DATE.fullmatch(value) else None
    except ValueError:
        return NO_DATE
    if day is None:
        return NO_DATE
    return day if _FIRST <= day <= _LAST else NOT_OF_OURS


def moment(value: str) -> datetime | Bad:
    """The time, or what is wrong with it; in UTC too it is of a year that there is."""
    try:
        return datetime.fromisoformat(value).astimezone(UTC) if _ISO_TIME.fullmatch(value) else NO_TIME
    except (ValueError, OverflowError):
        return NO_TIME


def _decimal(value: str) -> str | Bad:
    """Python would also take `1_000`, `1e3`, ` 10` and the figures of other scripts."""
    return value if _PLAIN.fullmatch(value) else NO_DECIMAL


def _integer(value: int) -> int | Bad:
    return value if -EXACT <= value <= EXACT else TOO_LARGE


def _give(field: FieldDescriptor, of: Shape, shared: Any) -> Give | None:
    """Null where the value goes as it is."""
    give = _give_one(field, of.inner, shared)
    if give is None or not of.repeated:
        return give
    return lambda items, met: [give(item, met) for item in items]


def _give_one(field: FieldDescriptor, inner: Any, shared: Any) -> Give | None:
    if field.message_type:
        return _giver(field.message_type, inner, (), shared)
    if field.enum_type:
        numbers = {name: number for number, name in enum_names(field.enum_type).items() if name}
        return lambda value, _: numbers[value]
    gives: dict[Any, Take] = {date: date.isoformat, datetime: rfc3339, Decimal: str}
    if (plain := gives.get(inner)) is None:
        return None
    return lambda value, _: plain(value)


def rfc3339(value: datetime) -> str:
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return f"{utc.replace(tzinfo=None).isoformat()}Z"


def enum_names(enum: EnumDescriptor) -> dict[int, str | None]:
    """Numbers to names without the prefix; the number 0, "unspecified", is None."""
    prefix = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", enum.name).upper() + "_"
    names = {value.number: value.name.removeprefix(prefix) for value in enum.values}
    return {number: None if name == "UNSPECIFIED" else name for number, name in names.items()}


def shape(model: type[BaseModel], name: str) -> Shape:
    inner, nullable = _bare(model.model_fields[name].annotation)
    if get_origin(inner) is tuple:
        return Shape(_bare(get_args(inner)[0])[0], nullable, repeated=True)
    return Shape(inner, nullable, repeated=False)


def _bare(annotation: Any) -> tuple[Any, bool]:
    """The type without Annotated and None, and whether it may be None."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        members = [m for m in get_args(annotation) if m is not NoneType]
        if len(members) == 1:
            return _bare(members[0])[0], True
    return (datetime, False) if annotation is AwareDatetime else (annotation, False)


def mismatches(descriptor: Descriptor, model: type[BaseModel], leave_out: Collection[str] = ()) -> Iterator[str]:
    """Every difference between a message and a model, as sentences; none if they fit.

    A field that the model excludes from its dump is filled in by the service and is no part of a message.
    """
    names = {f.name: f for f in descriptor.fields if f.name not in leave_out}
    known = {name for name, field in model.model_fields.items() if not field.exclude}
    for name in sorted(names.keys() ^ known):
        side = model.__name__ if name in names else descriptor.full_name
        yield f"{descriptor.full_name}.{name}: {side} has no such field"
    for name in sorted(names.keys() & known):
        yield from _differences(names[name], shape(model, name), demanded=model.model_fields[name].is_required())


def _differences(field: FieldDescriptor, of: Shape, *, demanded: bool) -> Iterator[str]:
    optional = field.containing_oneof is not None  # of its own; a message has a presence without it too
    if field.is_repeated != of.repeated:
        yield f"{field.full_name}: one side is a list, the other is not"
    elif of.repeated and of.nullable:
        yield f"{field.full_name}: a list is empty, never None"
    elif of.nullable and not (optional or field.enum_type):
        yield f"{field.full_name}: may be None, so it must be `optional`"
    elif optional and demanded and not of.nullable:
        yield f"{field.full_name}: is `optional`, but the model demands it"
    if field.message_type and isinstance(of.inner, type) and issubclass(of.inner, BaseModel):
        yield from mismatches(field.message_type, of.inner)
    elif not _fits(field, of.inner):
        yield f"{field.full_name}: the model has {of.inner.__name__ if isinstance(of.inner, type) else of.inner}"


def _fits(field: FieldDescriptor, inner: Any) -> bool:
    if field.enum_type:
        return get_origin(inner) is Literal and set(get_args(inner)) == {*enum_names(field.enum_type).values()} - {None}
    if field.type == FieldDescriptor.TYPE_BYTES:
        return inner is bytes
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return inner in _TEXTS or (get_origin(inner) is Literal and all(isinstance(v, str) for v in get_args(inner)))
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return inner is bool
    return field.cpp_type in _INTEGERS and inner is int


def violations(error: ValidationError) -> Iterator[Violation]:
    """One violation per error of pydantic, each with the rule in both languages."""
    for found in error.errors(include_url=False):
        value = found["input"]
        figures = found.get("ctx", {})
        if value == "" and found["type"] == "form":  # protobuf knows no difference between "" and unset
            text = _RULES["missing"]
        else:
            text = value if isinstance(value, Bad) else _rule(found["type"], found["msg"], figures)
        yield Violation(path(found["loc"]), vi=text.vi, en=text.en)


def path(location: Collection[int | str]) -> str:
    """`members[2].name` from ("members", 2, "name")."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location).removeprefix(".")


_RULES = {
    "missing": Bad("is required", "phải có"),
    "none_required": Bad("must be absent", "phải để trống"),
    "string_too_short": Bad("must have at least {min_length} characters", "phải có ít nhất {min_length} ký tự"),
    "string_too_long": Bad("must have at most {max_length} characters", "không được quá {max_length} ký tự"),
    "literal_error": Bad("must be one of {expected}", "phải là một trong {expected}"),
    "greater_than": Bad("must be more than {gt}", "phải lớn hơn {gt}"),
    "greater_than_equal": Bad("must be at least {ge}", "phải từ {ge} trở lên"),
    "less_than": Bad("must be less than {lt}", "phải nhỏ hơn {lt}"),
    "less_than_equal": Bad("must be at most {le}", "không được quá {le}"),
    "int_parsing": Bad("must be a whole number", "phải là số nguyên"),
    "float_parsing": Bad("must be a number", "phải là một số"),
    "bool_parsing": Bad("must be true or false", "phải là true hoặc false"),
    "multiple_of": Bad("must be a multiple of {multiple_of}", "phải là bội số của {multiple_of}"),
    "too_short": Bad("must have at least {min_length} items", "phải có ít nhất {min_length} mục"),
    "too_long": Bad("must have at most {max_length} items", "không được quá {max_length} mục"),
    "timezone_aware": NO_TIME,
    "decimal_parsing": NO_DECIMAL,
    "decimal_type": NO_DECIMAL,
    "finite_number": Bad("must be a finite number", "phải là một số hữu hạn"),
    "decimal_max_places": Bad(
        "must have at most {decimal_places} decimal places", "không được quá {decimal_places} chữ số thập phân"
    ),
    "decimal_max_digits": Bad("must have at most {max_digits} digits", "không được quá {max_digits} chữ số"),
}


_EMPTY = Bad("must not be empty", "không được để trống")


def _rule(kind: str, message: str, figures: dict[str, Any]) -> Bad:
    if kind == "string_too_short" and figures["min_length"] == 1:
        return _EMPTY
    if kind in ("form", "value_error", "assertion_error"):  # ours, written as "English / tiếng Việt"
        en, _, vi = str(figures.get("error", message)).partition(" / ")
        return Bad(en, vi or en)
    rule = _RULES.get(kind, Bad(message.replace("{", "{{").replace("}", "}}"), "giá trị không hợp lệ"))
    return Bad(rule.en.format_map(figures), rule.vi.format_map(figures))
