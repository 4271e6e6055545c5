"""When a unit is a member of a bloc, by registry's events: one rule for decisions, answers and other services. Pure.

What several tell of one stay is one (`spans.py`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from services.kernel.decider import Fold
from services.kernel.text import Id
from services.registry import events as e
from services.registry.spans import Placed, Span, spans


@dataclass(frozen=True, slots=True)
class Stay(Span[e.MembershipStarted, e.MembershipEnded]):
    """A unit's time in a bloc."""

    @property
    def told(self) -> tuple[e.MembershipEvent, ...]:
        """All that tell of it: who began it; where only its end is told, that."""
        return self.begun or self.ended

    @property
    def bloc(self) -> Id:
        return self.told[0].bloc

    @property
    def unit(self) -> Id:
        return self.told[0].unit


Stays = tuple[Stay, ...]
Claims = tuple[e.MembershipEvent, ...]
"""All that is told of a unit's memberships under one authority."""


def stays(claims: Iterable[e.MembershipEvent]) -> Stays:
    """Every stay of a unit, in the order of telling."""
    begun: dict[Id, list[Placed[e.MembershipStarted]]] = defaultdict(list)
    ended: dict[Id, list[Placed[e.MembershipEnded]]] = defaultdict(list)
    for place, event in enumerate(claims):
        if isinstance(event, e.MembershipStarted):
            begun[event.bloc].append((place, event))
        else:
            ended[event.bloc].append((place, event))
    found = [one for bloc in dict.fromkeys([*begun, *ended]) for one in spans(begun[bloc], ended[bloc])]
    return tuple(Stay(one.place, one.begun, one.ended) for one in sorted(found, key=lambda one: one.place))


def evolve(claims: Claims, event: e.MembershipEvent) -> Claims:
    return (*claims, event)


MEMBERSHIP: Fold[Claims] = Fold("membership", (), evolve)


def at_once(claims: Iterable[e.MembershipEvent]) -> frozenset[frozenset[int]]:
    """The admissions performed here, two and two by their identity, by which a unit is admitted where it is already."""
    begun = [(stay, id(one)) for stay in stays(claims) for one in stay.begun if one.record is None]
    met = (frozenset((first, then)) for (one, first), (other, then) in combinations(begun, 2) if one.meets(other))
    return frozenset(both for both in met if len(both) > 1)


def open_stays(claims: Claims, bloc: Id) -> list[Stay]:
    """The stays in the bloc whose end is not told: of several, others tell that it began otherwise."""
    return [stay for stay in stays(claims) if stay.bloc == bloc and not stay.ended]
