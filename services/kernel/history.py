"""What two ends of one log have in common after a restore: arithmetic on where each epoch began."""

from collections.abc import Sequence

from services.kernel.events import Position

Epochs = Sequence[tuple[int, int]]
"""(epoch, after): the epoch's first position is `after` + 1; what lies at or before `after` was taken over."""


def shared(epochs: Epochs, seen: Position) -> int:
    """Up to which position what was seen is what the log holds now."""
    return min([seen.position, *(after for epoch, after in epochs if epoch > seen.epoch)])


def holds(epochs: Epochs, seen: Position) -> bool:
    """Whether the log still holds what was seen."""
    return shared(epochs, seen) == seen.position


def newest(epochs: Epochs) -> int:
    return max((epoch for epoch, _ in epochs), default=0)
