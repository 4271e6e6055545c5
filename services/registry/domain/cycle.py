"""How far a bloc's year has come, by what is recorded of it: the states of the domain's section 2 that registry sees.

They guide what is due next and are no preconditions: a year may be summed up of which nothing before is recorded.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from services.kernel.provenance import Fact

State = Literal["FORMED", "LED", "LAUNCHED", "COVENANTED", "PLANNED", "MID_REVIEWED", "INSPECTED", "SUMMED_UP"]
"""PLANNED: the plan is approved. SUMMED_UP: the summation conference was held; nominations are the awards service's."""
ORDER: tuple[State, ...] = get_args(State)


def reached(shown: Mapping[str, Fact | None]) -> Fact | None:
    """The last state that anything shows, marked as what shows it is."""
    for state in reversed(ORDER):
        evidence = shown.get(state)
        if evidence is not None:
            return Fact(value=state, mark=evidence.mark)
    return None
