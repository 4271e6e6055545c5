"""What two ends of one log have in common after a restore: arithmetic on where each epoch began."""

from services.kernel.events import Position
from services.kernel.fold import Epochs


def shared(epochs: Epochs, seen: Position) -> int:
    """Up to which position what was seen is what the log holds now."""
    return min([seen.position, *(after for epoch, after in epochs if epoch > seen.epoch)])


def newest(epochs: Epochs) -> int:
    return max((epoch for epoch, _ in epochs), default=0)
