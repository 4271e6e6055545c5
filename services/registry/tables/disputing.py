"""What of a subject is told in ways that cannot both be, as answers have it: a line that adds to it says so. Pure."""

from collections.abc import Iterator
from typing import Any

from services.registry import events as e
from services.registry.domain.ruling import holding
from services.registry.projections import Bloc, Organisation, Stream
from services.registry.queries.bloc import overlap
from services.registry.queries.common import DisputeShown
from services.registry.queries.disputes import contradictions
from services.registry.queries.names import contradicting
from services.registry.stays import MEMBERSHIP, stays
from services.registry.tables.cells import Problem
from services.registry.tables.known import Known

_COLUMNS = {"decision.id": "number"}


def disputed(event: Any, known: Known) -> Iterator[Problem]:
    """What is disputed of the organisation, the establishment or the membership that an event tells of."""
    if isinstance(event, e.OrganisationEvent):
        told = known.organisations.get(event.organisation, Organisation()).told
        yield from map(_differing, contradicting(holding(told)))
    elif isinstance(event, e.MembershipEvent):
        claim = known.claims.get(MEMBERSHIP.of(event.authority, event.unit).name, Stream())
        found = stays(one for one in claim.told if isinstance(one, e.MembershipEvent))
        own = [stay for stay in found if stay.bloc == event.bloc]
        for other in (other for stay in own for other in found if other is not stay and overlap((stay, other))):
            days = " – ".join(str(day or "?") for day in (other.since, other.until))
            yield Problem(
                "bloc",
                f"disputed from now on: the unit is told to be in {other.bloc} of the same authority too ({days})",
                f"sẽ thành mâu thuẫn: đơn vị cũng được ghi nhận ở {other.bloc} của cùng cơ quan tổ chức ({days})",
            )
    else:
        established = [one for one in holding(known.blocs.get(event.bloc, Bloc()).told) if _establishes(one)]
        yield from map(_differing, contradictions(established, e.BlocFacts))


def _establishes(event: Any) -> bool:
    return isinstance(event, e.BlocEstablished)


def _differing(one: DisputeShown) -> Problem:
    values = ", ".join(f"“{value}”" for value in dict.fromkeys(fact.value for fact in one.told))
    en, vi = (f" as of {one.about}", f" (từ {one.about})") if one.about else ("", "")
    return Problem(
        _COLUMNS.get(one.field, one.field),
        f"disputed from now on{en}: {values} are told",
        f"sẽ thành mâu thuẫn{vi}: có các thông tin {values}",
    )
