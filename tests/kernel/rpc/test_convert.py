"""Messages to models and back: what fits, and what each wrong field is told."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from services.kernel import binding, convert
from services.kernel.errors import Invalid, Violation
from services.kernel.provenance import Listed, Part
from tests.kernel.rpc.sample import api
from tests.kernel.rpc.sample.domain import HANDLERS, OpenBox, Thing

REQUEST = api.message("OpenBoxRequest")
read = convert.reader(REQUEST.DESCRIPTOR, OpenBox, leave_out={"command_id"})


class Item(Part):
    name: str | None
    weight: int


class Other(BaseModel):
    box: int
    label: str | None
    kind: Literal["WOODEN"]
    things: Listed[Item] | None
    aliases: str
    price: Decimal
    surplus: str


class Surplus(OpenBox):
    pass


def request(**changes: Any) -> Any:
    fields: dict[str, Any] = {"box": "b-1", "label": "Thùng hồ sơ", "kind": 1, "things": {}}
    return REQUEST(**{**fields, **changes})


def refused(message: Any) -> tuple[Violation, ...]:
    with pytest.raises(Invalid) as caught:
        read(message)
    return caught.value.violations


def test_a_full_message_becomes_a_command() -> None:
    command = read(
        request(
            kind=2,
            effective="2024-02-29",
            things={"items": [{"name": "Sổ", "grams": 3}, {"name": "Bút"}], "declared_count": 3, "exhaustive": False},
            aliases=["A", "B"],
            price="12.50",
            seen_at="2024-03-01T08:00:00+07:00",
            serial=2**53 - 1,
        )
    )
    assert command == OpenBox(
        box="b-1",
        label="Thùng hồ sơ",
        kind="SHEET_STEEL",
        effective=date(2024, 2, 29),
        things=Listed[Thing](items=(Thing(name="Sổ", grams=3), Thing(name="Bút")), declared_count=3, exhaustive=False),
        aliases=("A", "B"),
        price=Decimal("12.50"),
        seen_at=datetime(2024, 3, 1, 1, tzinfo=UTC),
        serial=2**53 - 1,
    )


def test_what_is_unset_is_none_and_an_empty_list_is_a_tuple() -> None:
    command = read(request())
    assert (command.effective, command.price, command.record, command.aliases) == (None, None, None, ())
    assert command.things.exhaustive is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"box": ""}, "box"),
        ({"box": "Có dấu"}, "box"),
        ({"label": "a\0b"}, "label"),
        ({"label": "x" * 501}, "label"),
        ({"label": "hai\ndòng"}, "label"),
        ({"label": " \u00a0 "}, "label"),
        ({"note": "\0"}, "note"),
        ({"kind": 0}, "kind"),
        ({"kind": 99}, "kind"),
        ({"effective": "2023-02-29"}, "effective"),
        ({"effective": "20240301"}, "effective"),
        ({"effective": "2024-W09-5"}, "effective"),
        ({"effective": "1493942400"}, "effective"),
        ({"effective": "2024-03-01T00:00:00"}, "effective"),
        ({"seen_at": "2024-03-01T08:00:00"}, "seen_at"),
        ({"seen_at": "1493942400"}, "seen_at"),
        ({"seen_at": "2024-03-01T25:00:00Z"}, "seen_at"),
        ({"serial": 2**53}, "serial"),
        ({"price": "NaN"}, "price"),
        ({"price": "1.999"}, "price"),
        ({"price": "-1"}, "price"),
        ({"aliases": ["A", "B", ""]}, "aliases[2]"),
        ({"aliases": ["A"] * 21}, "aliases"),
        ({"things": {"items": [{"name": "Sổ"}, {"name": "Bút", "grams": 0}]}}, "things.items[1].grams"),
        ({"record": {"source": {"id": "seed-0", "sha256": "zz"}, "place": "đoạn 1"}}, "record.source.sha256"),
        ({"record": {"place": "đoạn 1"}}, "record.source"),
    ],
)
def test_a_wrong_field_is_named_with_its_rule_in_both_languages(changes: dict[str, Any], field: str) -> None:
    (violation,) = refused(request(**changes))
    assert violation.field == field
    assert violation.en
    assert violation.vi
    assert violation.en != violation.vi


def test_an_id_and_a_missing_text_are_explained_without_a_pattern_or_a_count() -> None:
    (wrong,) = refused(request(box="Sở Y tế"))
    assert "^" not in wrong.en + wrong.vi
    assert "không dấu" in wrong.vi
    (unset,) = refused(request(box=""))
    assert (unset.en, unset.vi) == ("is required", "phải có")
    (empty,) = refused(request(label=""))
    assert (empty.en, empty.vi) == ("must not be empty", "không được để trống")


def test_every_wrong_field_is_told_at_once() -> None:
    message = request(box="", label="", kind=7)
    message.ClearField("things")
    assert {v.field for v in refused(message)} == {"box", "label", "kind", "things"}


def test_a_field_that_the_server_does_not_know_is_refused_wherever_it_is() -> None:
    parse = binding.parser(REQUEST.DESCRIPTOR)
    newer = b"\xfa\x3f\x03new"  # field 1023
    inner = api.message("ThingList")().SerializeToString() + newer
    assert parse(request().SerializeToString()) == request()
    for raw in (request().SerializeToString() + newer, b"\x32" + bytes([len(inner)]) + inner):
        with pytest.raises(Invalid, match="does not know"):
            parse(raw)


def test_bytes_that_are_no_message_are_invalid() -> None:
    parse = binding.parser(REQUEST.DESCRIPTOR)
    for raw in (b"\xff", b"\x0a\x05abc", b"\x1a\x02\xff\xfe"):
        with pytest.raises(Invalid):
            parse(raw)


def test_a_model_becomes_a_message_and_none_stays_unset() -> None:
    command = read(request(effective="2024-03-01", price="1.50", kind=2, seen_at="2024-03-01T08:00:00+07:00"))
    message = convert.writer(REQUEST.DESCRIPTOR, OpenBox, leave_out={"command_id"})(command)
    assert (message.effective, message.price, message.kind) == ("2024-03-01", "1.50", 2)
    assert message.seen_at == "2024-03-01T01:00:00Z"
    assert not message.HasField("serial")
    assert read(message) == command


def test_the_sample_fits_its_api() -> None:
    for command in HANDLERS:
        method = api.SERVICE.methods_by_name[command.__name__]
        assert list(convert.mismatches(method.input_type, command, leave_out={"command_id"})) == []


def test_a_model_that_does_not_fit_is_told_field_by_field() -> None:
    found = "\n".join(convert.mismatches(REQUEST.DESCRIPTOR, Other, leave_out={"command_id", "record"}))
    for sentence in (
        "OpenBoxRequest.effective: Other has no such field",
        "OpenBoxRequest.surplus: thidua.sample.v1.OpenBoxRequest has no such field",
        "OpenBoxRequest.box: the model has int",
        "OpenBoxRequest.label: may be None, so it must be `optional`",
        "OpenBoxRequest.price: is `optional`, but the model demands it",
        "OpenBoxRequest.things: may be None, so it must be `optional`",
        "OpenBoxRequest.kind: the model has typing.Literal['WOODEN']",
        "OpenBoxRequest.aliases: one side is a list",
        "Thing.name: may be None",
        "Thing.grams: Item has no such field",
        "Thing.weight: thidua.sample.v1.Thing has no such field",
    ):
        assert sentence in found


def test_a_binding_tells_what_is_missing_and_what_is_left_over() -> None:
    handlers = dict(HANDLERS)
    handlers[Surplus] = HANDLERS[OpenBox]
    found = list(binding.differences(api.SERVICE, handlers, {}))
    assert found == [
        "thidua.sample.v1.SampleService.GetBox has no command and no query",
        "Surplus has no method in thidua.sample.v1.SampleService",
    ]
