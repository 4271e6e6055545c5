"""What every decider of this service shares."""

from datetime import date
from typing import Any, TypeVar

from services.kernel.decider import Command
from services.kernel.errors import Refused
from services.kernel.events import Event

E = TypeVar("E", bound=Event)


def tell(kind: type[E], command: Command, **more: Any) -> E:
    """The event that keeps what the command tells (they share their fields)."""
    return kind(**(dict(command) | more))


def require(holds: object, rule: str, en: str, vi: str) -> None:
    """Raises Refused with the rule's code where it does not hold."""
    if not holds:
        raise Refused(rule, en, vi)


def performed_on(effective: date | None) -> date:
    """The day of a performed act, which is always known. Raises Refused."""
    if effective is None:
        raise Refused(
            "act.day", "An act performed here names its day.", "Việc thực hiện trên hệ thống cần ngày có hiệu lực."
        )
    return effective
