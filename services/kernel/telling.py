"""What commands and events share: a command tells, its event keeps what was told.

Both derive from one class of facts, so that a path in `record.inferred` names the same field in both.
"""

from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from services.kernel.decider import Command
from services.kernel.errors import Refused
from services.kernel.events import Event
from services.kernel.provenance import Record

E = TypeVar("E", bound=Event)


class Told(BaseModel):
    """Facts that may be recorded from a document."""

    model_config = ConfigDict(frozen=True)

    effective: date | None = None
    """When it was true, a civil date in Vietnam."""
    record: Record | None = None
    """How it is known; null for an act performed in the system, to which the guards of its procedure then apply."""


def tell(kind: type[E], command: Command, /, **more: Any) -> E:
    """The event that keeps what the command tells (they share their fields), and what the decision adds."""
    return kind(**(dict(command) | more))


def require(holds: object, rule: str, en: str, vi: str) -> None:
    """Raises Refused with the rule's code where it does not hold."""
    if not holds:
        raise Refused(rule, en, vi)
