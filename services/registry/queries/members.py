"""Who has a part in a bloc's year as its member on a day: one rule for what each has to do, and for what all did."""

from collections.abc import Iterable, Sequence
from datetime import date

from services.kernel.provenance import Fact, Mark
from services.kernel.telling import fact, resting
from services.registry import events as e
from services.registry.queries.bloc import Claimed, declared, member_of
from services.registry.queries.common import surest

LEFT_UNKNOWN = Mark(
    certainty="INFERRED",
    basis="it is told to have left, on a day that is not known / đã thôi là thành viên, chưa rõ từ ngày nào",
)
DECLARED_AFTER = Mark(
    certainty="INFERRED",
    basis="it was declared a member after it is told to have left"
    " / được kê khai là thành viên sau ngày đã thôi là thành viên",
)


def members_on(told: Iterable[e.MembersDeclared], claims: Sequence[Claimed], year: int, on: date) -> tuple[Fact, ...]:
    """Who is declared for the year, or was a member on any of its days, and has not left by the day."""
    days = date(year, 1, 1), date(year, 12, 31)
    stayed = [member_of(one, on) for one in claims if one.stay.lasts(on) and one.stay.lasts(*days)]
    own = (
        _declared(item.unit, event, claims, on) for event in declared_for(told, year) for item in declared(event).items
    )
    return surest([*stayed, *filter(None, own)])


def declared_for(told: Iterable[e.MembersDeclared], year: int) -> list[e.MembersDeclared]:
    """What is declared of the members of a year."""
    return [event for event in told if (event.year or (event.effective and event.effective.year)) == year]


def _declared(unit: Fact, event: e.MembersDeclared, claims: Sequence[Claimed], on: date) -> Fact | None:
    """A unit that is declared a member, no surer than the year that the list is about; null where by its stays it is
    not one on the day. It is one by inference where it left on a day that is not known, or was declared after it.
    """
    known = resting(unit, fact(event, "year") or fact(event, "effective"))
    stays = [one.stay for one in claims if one.stay.unit == unit.value]
    if not stays or any(stay.lasts(on) for stay in stays):
        return known
    if any(stay.ended and stay.until is None for stay in stays):
        return resting(known, LEFT_UNKNOWN)
    left = max((stay.after for stay in stays if stay.ended), default=date.max)
    return resting(known, DECLARED_AFTER) if event.effective and left <= event.effective else None
