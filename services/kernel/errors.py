"""The few errors of the whole system. Each tells its caller what to do: fix the request, retry, or stop."""

from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """A field that breaks a rule. `field` is a path such as `record.source.sha256`; both texts are for an officer."""

    field: str
    _: KW_ONLY
    vi: str
    en: str


class Error(Exception):
    """Base of the errors that a caller may see. `vi` and `en` are whole sentences for an officer."""

    def __init__(self, *, en: str, vi: str) -> None:
        super().__init__(en)
        self.en = en
        self.vi = vi


class Invalid(Error):
    """The request itself is wrong: fix the named fields (INVALID_ARGUMENT)."""

    def __init__(self, *violations: Violation) -> None:
        super().__init__(
            en="; ".join(f"{v.field}: {v.en}" for v in violations),
            vi="; ".join(f"{v.field}: {v.vi}" for v in violations),
        )
        self.violations = violations


class Refused(Error):
    """A rule of the domain says no (FAILED_PRECONDITION). `rule` is a stable code such as `bloc.dissolved`."""

    def __init__(self, rule: str, *, en: str, vi: str) -> None:
        super().__init__(en=en, vi=vi)
        self.rule = rule
        self.subject = rule.partition(".")[0]
        """What it is about: a stream, such as `bloc:b-1`, where one is known; else what the rule is about."""


class Conflict(Error):
    """Somebody else changed what this decision read: read again and retry (ABORTED). Nothing was written."""


class Reused(Error):
    """The command id was used before with another body: choose a new id (ALREADY_EXISTS)."""


class Missing(Error):
    """What was asked for is not recorded (NOT_FOUND)."""


class Unauthenticated(Error):
    """No valid token (UNAUTHENTICATED)."""


class Forbidden(Error):
    """The token does not allow this (PERMISSION_DENIED)."""


class Busy(Error):
    """Too much at once: retry after `seconds` (RESOURCE_EXHAUSTED)."""

    def __init__(self, seconds: float, *, en: str, vi: str) -> None:
        super().__init__(en=en, vi=vi)
        self.seconds = seconds


class Unavailable(Error):
    """Something this needs is down, or the log is fenced: retry later with the same command id (UNAVAILABLE)."""
