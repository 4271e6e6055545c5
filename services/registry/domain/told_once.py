"""Facts of which a stream tells several of one kind, by what they are about: each is told once here, and recorded as
often as sources tell it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from services.kernel.events import Event
from services.kernel.performing import Act
from services.kernel.telling import require, tell
from services.registry import events as e
from services.registry.domain.ruling import settles

E = TypeVar("E", bound=Event)

Once = frozenset[tuple[Any, ...]]
"""What a stream tells: the type of event, and what it is about."""


def and_of(told: Once, event: Any) -> Once:
    """What is told with this event, whose facts are Disputable."""
    return told | {(event.type, *event.subject)}


DATED = (e.DeadlineSet, e.RotationSet)
"""What one stream tells anew from another day on, each once of its day."""


def twice(told: Iterable[Any]) -> Once:
    """What of this more than one act performed here tells of the same."""
    facts = (event for event in told if isinstance(event, e.Disputable) and event.record is None)
    acts = Counter((type(f).__name__, *f.subject, f.effective if isinstance(f, DATED) else None) for f in facts)
    return frozenset(fact for fact, times in acts.items() if times > 1)


def tell_once(kind: type[E], command: Any, told: Once) -> E:
    """The event of a command whose facts are Disputable. Raises Refused where it was told before, or where a ruling has
    nothing to settle.
    """
    facts: e.Disputable = command
    before = (kind.__name__, *facts.subject) in told
    untold(command, {field: getattr(command, field) for field in facts.about}, before)
    settles(facts, before)
    return tell(kind, command)


def untold(act: Act, about: Mapping[str, Any], before: bool) -> None:
    """That what an act performed here tells was not told before. Raises Refused."""
    told = ", ".join(f"{field} {value}" for field, value in about.items() if value is not None)
    which = f" ({told})" if told else ""
    require(
        act.record is not None or not before,
        "act.told",
        en=f"This is told already{which}; correct that instead.",
        vi=f"Đã có thông tin này{which}; cần đính chính nếu có thay đổi.",
    )
