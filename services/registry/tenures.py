"""Who has a duty of emulation work when, by registry's events: one rule for decisions, answers and others. Pure.

What several tell of one duty is one (`spans.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.kernel.telling import differ
from services.registry import events as e
from services.registry.spans import Placed, Span, spans

Gone = e.BodyDissolved | e.BlocDissolved | e.OrganisationDissolved | e.OrganisationSucceeded
"""The end of that whose emulation work it is, be it dissolved or merged away."""
Holder = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Tenure(Span[e.DutyAssigned, e.DutyEnded | Gone]):
    """A duty's time in one hand."""

    @property
    def told(self) -> tuple[e.DutyFacts, ...]:
        """All that tell whose it is; where only its end is told, by that."""
        return self.begun or tuple(end for end in self.ended if isinstance(end, e.DutyEnded))


def tenures(told: Iterable[e.DutyEvent], established: date | None = None, gone: Sequence[Gone] = ()) -> list[Tenure]:
    """Every tenure in the order of telling; of what is there from the day `established` on until it is `gone`."""
    begun: dict[Holder, list[Placed[e.DutyAssigned]]] = defaultdict(list)
    ended: dict[Holder, list[Placed[e.DutyEnded | Gone]]] = defaultdict(list)
    for place, event in enumerate(told):
        if isinstance(event, e.DutyAssigned):
            begun[_holder(event)].append((place, event))
        else:
            ended[_holder(event)].append((place, event))
    holders = dict.fromkeys([*begun, *ended])
    found = [one for who in holders for one in spans(begun[who], ended[who], _agree, gone=gone)]
    every = [Tenure(one.place, one.begun, one.ended, one.later, established or date.min) for one in found]
    return sorted(every, key=lambda one: one.place)


def _holder(told: e.DutyFacts) -> Holder:
    """Whose duty it is: the standing agency, or the officer."""
    if told.duty == "STANDING_AGENCY":
        return told.duty, told.agency, None if told.agency else told.title
    return told.duty, told.person, None if told.person else told.agency, None if told.person else told.title


def _agree(one: e.DutyAssigned, other: e.DutyAssigned) -> bool:
    return not differ((one, other), "agency", "person")


def held_before(tenure: Tenure, end: e.DutyFacts) -> bool:
    """Whether it is the one, and open, whose end is told."""
    begun = tenure.since is None or end.effective is None or tenure.since < end.effective
    open_ = not any(isinstance(one, e.DutyEnded) for one in tenure.ended)
    return bool(tenure.begun) and open_ and begun and _holder(tenure.told[0]) == _holder(end)


def rivals(one: Tenure, other: Tenure, on: date | None = None) -> bool:
    """Whether two cannot both be: two standing agencies at once, or an officer who is one twice. Of a day on which the
    first lasts they can where the other does not, but for what is told of one duty in one hand.
    """
    own, others = one.told[0], other.told[0]
    if not one.meets(other) or own.duty != others.duty:
        return False
    in_one_hand = _holder(own) == _holder(others) and not differ((own, others), "agency", "person")
    if on is not None and not in_one_hand and not other.lasts(on):
        return False
    return own.duty == "STANDING_AGENCY" or (own.person is not None and own.person == others.person)
