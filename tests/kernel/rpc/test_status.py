"""Errors as google.rpc.Status: details for programs, sentences for officers, and never more than metadata can carry."""

from typing import Any

import pytest
from google.rpc import code_pb2
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, PreconditionFailure, RetryInfo

from services.kernel import errors
from services.kernel.service import _subject
from services.kernel.status import internal, late, status
from tests.kernel.log.support import COUNTER
from tests.kernel.rpc.sample.domain import BOX


def details(error: errors.Error, kind: type[Any]) -> list[Any]:
    found = []
    for packed in status(error).details:
        detail = kind()
        if packed.Unpack(detail):
            found.append(detail)
    return found


def test_every_error_has_a_code_of_its_own() -> None:
    texts: list[errors.Error] = [
        kind(en="en", vi="vi") for kind in errors.Error.__subclasses__() if kind.__init__ is errors.Error.__init__
    ]
    others: list[errors.Error] = [
        errors.Invalid(),
        errors.Refused("r", en="en", vi="vi"),
        errors.Busy(1, en="en", vi="vi"),
    ]
    codes = [status(error).code for error in [*texts, *others]]
    assert len(codes) == len(errors.Error.__subclasses__()) == len(set(codes))
    assert code_pb2.INTERNAL not in codes


def test_an_invalid_request_names_its_fields_in_both_languages() -> None:
    error = errors.Invalid(errors.Violation("members[2].name", vi="phải có", en="is required"))
    (request,) = details(error, BadRequest)
    (violation,) = request.field_violations
    assert (violation.field, violation.description) == ("members[2].name", "is required")
    assert (violation.localized_message.locale, violation.localized_message.message) == ("vi", "phải có")


def test_a_refusal_carries_the_code_of_its_rule() -> None:
    error = errors.Refused("bloc.state", en="the bloc is dissolved", vi="khối đã giải thể")
    assert details(error, ErrorInfo)[0].reason == "bloc.state"
    violation = details(error, PreconditionFailure)[0].violations[0]
    assert (violation.type, violation.subject) == ("bloc.state", "bloc")
    assert details(error, LocalizedMessage)[0].message == "khối đã giải thể"


@pytest.mark.parametrize(
    ("rule", "expected"), [("box.state", "box:b"), ("counter.full", "counter:a"), ("elsewhere.rule", "counter:a")]
)
def test_a_refusal_is_about_the_stream_of_its_rules_kind_or_else_about_the_first(rule: str, expected: str) -> None:
    assert _subject(rule, [COUNTER.of("a"), COUNTER.of("c"), BOX.of("b")]) == expected


def test_what_may_be_retried_says_when() -> None:
    assert details(errors.Busy(0.25, en="en", vi="vi"), RetryInfo)[0].retry_delay.ToMilliseconds() == 250
    assert details(errors.Unavailable(en="en", vi="vi"), RetryInfo)[0].retry_delay.ToMilliseconds() == 1000


def test_ten_thousand_violations_fit_into_metadata() -> None:
    many = [errors.Violation(f"things.items[{n}].name", vi="ữ" * 1000, en="e" * 1000) for n in range(10_000)]
    found = status(errors.Invalid(*many))
    assert found.ByteSize() < 4_096
    assert details(errors.Invalid(*many), BadRequest)[0].field_violations


def test_what_is_late_is_told_in_both_languages_and_may_be_retried() -> None:
    found = late()
    assert found.message
    sentence, retry = LocalizedMessage(), RetryInfo()
    assert [detail.Unpack(kind) for detail, kind in zip(found.details, (retry, sentence), strict=True)] == [True, True]
    assert sentence.locale == "vi"
    assert retry.retry_delay.ToMilliseconds() == 1000


def test_an_internal_error_tells_nothing_but_its_trace() -> None:
    assert "0af7" in internal("0af7").message
    assert internal("0af7").code == code_pb2.INTERNAL
