"""The few errors as google.rpc.Status, small enough for the metadata that carries them.

INVALID_ARGUMENT carries BadRequest, FAILED_PRECONDITION carries PreconditionFailure and an ErrorInfo with the rule's
code, RESOURCE_EXHAUSTED, UNAVAILABLE and DEADLINE_EXCEEDED carry RetryInfo; all carry the sentence in Vietnamese as
LocalizedMessage. The message itself is in English.
"""

from collections.abc import Iterator

import structlog
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from google.rpc import code_pb2
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, PreconditionFailure, RetryInfo
from google.rpc.status_pb2 import Status

from services.kernel import errors
from services.kernel.postgres import passing

DOMAIN = "thidua"
ROOM = 3_000  # bytes of details; a peer may refuse more than 8 KiB of metadata, in base64

_CODES: dict[type[errors.Error], int] = {
    errors.Invalid: code_pb2.INVALID_ARGUMENT,
    errors.Refused: code_pb2.FAILED_PRECONDITION,
    errors.Conflict: code_pb2.ABORTED,
    errors.Reused: code_pb2.ALREADY_EXISTS,
    errors.Missing: code_pb2.NOT_FOUND,
    errors.Unauthenticated: code_pb2.UNAUTHENTICATED,
    errors.Forbidden: code_pb2.PERMISSION_DENIED,
    errors.Busy: code_pb2.RESOURCE_EXHAUSTED,
    errors.Unavailable: code_pb2.UNAVAILABLE,
}


_log = structlog.get_logger()


def of(error: Exception, method: str, trace: str) -> Status:
    """The status of whatever a call of the method raised; what nobody foresaw is logged."""
    if isinstance(error, errors.Unauthenticated):
        _log.info("call.unauthenticated", method=method, trace=trace, why=error.en)
    if isinstance(error, errors.Error):
        return status(error)
    if isinstance(error, TimeoutError):
        return late()
    if passing(error):
        _log.warning("call.unavailable", method=method, trace=trace, error=type(error).__name__)
        return status(
            errors.Unavailable(en="The database is away: try again.", vi="Cơ sở dữ liệu tạm ngừng: hãy thử lại.")
        )
    _log.error("call.failed", method=method, trace=trace, exc_info=error)
    return internal(trace)


def status(error: errors.Error) -> Status:
    """The status of one of our errors."""
    code = next((_CODES[kind] for kind in type(error).__mro__ if kind in _CODES), code_pb2.INTERNAL)
    found = Status(code=code, message=_clip(error.en, 300))
    room = ROOM
    for detail in _details(error):
        room -= detail.ByteSize()
        if room >= 0:
            _pack(found, detail)
    return found


def internal(trace: str) -> Status:
    """The status of what nobody foresaw: nothing but where to find it in the server's own log."""
    found = Status(code=code_pb2.INTERNAL, message=f"The server failed; its log tells more under trace {trace}.")
    _pack(found, _localised(f"Máy chủ gặp lỗi; xem nhật ký máy chủ với mã {trace}."))
    return found


def late() -> Status:
    """The status of what took too long, here or at its caller's."""
    found = Status(code=code_pb2.DEADLINE_EXCEEDED, message="The answer took longer than a call may take: try again.")
    for detail in (_retry_after(1), _localised("Yêu cầu mất quá nhiều thời gian: xin thử lại.")):
        _pack(found, detail)
    return found


def _pack(found: Status, detail: Message) -> None:
    packed = Packed()
    packed.Pack(detail)
    found.details.append(packed)


def _details(error: errors.Error) -> Iterator[Message]:
    match error:
        case errors.Invalid(violations=violations):
            yield _bad_request(violations)
        case errors.Refused(rule=rule):
            yield ErrorInfo(reason=rule, domain=DOMAIN)
            about, why = _clip(error.subject, 200), _clip(error.en, 500)
            violation = PreconditionFailure.Violation(type=rule, subject=about, description=why)
            yield PreconditionFailure(violations=[violation])
        case errors.Busy(seconds=seconds):
            yield _retry_after(seconds)
        case errors.Unavailable():
            yield _retry_after(1)
        case _:
            pass
    yield _localised(error.vi)


def _bad_request(violations: tuple[errors.Violation, ...]) -> BadRequest:
    """As many violations as there is room for."""
    found, room = BadRequest(), ROOM - 600
    for violation in violations:
        entry = BadRequest.FieldViolation(
            field=_clip(violation.field, 200),
            description=_clip(violation.en, 300),
            localized_message=_localised(violation.vi, 300),
        )
        room -= entry.ByteSize()
        if room < 0:
            break
        found.field_violations.append(entry)
    return found


def _retry_after(seconds: float) -> RetryInfo:
    retry = RetryInfo()
    retry.retry_delay.FromNanoseconds(int(seconds * 1e9))
    return retry


def _localised(text: str, most: int = 250) -> LocalizedMessage:
    return LocalizedMessage(locale="vi", message=_clip(text, most))


def _clip(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
