"""What two ends of one log have in common after a restore: where each epoch began, and whether it can have."""

import functools
from datetime import UTC, datetime, timedelta

import structlog

from services.kernel.events import Position
from services.kernel.fold import Epochs

_log = structlog.get_logger()

_FIRST_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
_CLOCKS_DIFFER = timedelta(days=1)


def shared(epochs: Epochs, seen: Position) -> int:
    """Up to which position what was seen is what the log holds now."""
    return min([seen.position, *(after for epoch, after in epochs if epoch > seen.epoch)])


def newest(epochs: Epochs) -> int:
    return max((epoch for epoch, _ in epochs), default=0)


def can_have_begun(epoch: int, told_by: str, known: int = 0) -> bool:
    """Whether an epoch's number, which is the time (migrations/004), has come; clocks may differ by a day.

    An epoch up to the `known` one has begun whatever our clock says. One that has not is logged: believed, it would
    fence its log for good.
    """
    if epoch <= known or epoch <= (datetime.now(UTC) - _FIRST_YEAR + _CLOCKS_DIFFER) // timedelta(seconds=1):
        return True
    _tell_of_forgery(told_by)
    return False


@functools.cache
def _tell_of_forgery(told_by: str) -> None:
    """Once: whoever claims such an epoch may do so often."""
    remedy = "see whose clock is wrong, and who may write there"
    _log.error("epoch.to_come", told_by=told_by, why="it claims an epoch that cannot have begun", remedy=remedy)
