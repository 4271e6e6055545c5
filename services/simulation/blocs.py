"""Which blocs there are, who is in them and when: those of the central council, and those of each province.

On 1/7/2025 every province's blocs end and others begin, since its districts are no more; clusters of provinces and the
blocs of central bodies go on with other members.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from services.simulation.drawing import part
from services.simulation.nation import (
    MINISTRIES_CHANGE,
    PROVINCES,
    PROVINCES_CHANGE,
    SIZES,
    Nation,
    Unit,
    land_of,
    provinces_of,
)

CENTRAL_BLOCS, CLUSTERS = 12, 8
AGENCIES, COMMUNES = 8, 7.5  # members of a bloc, of a cluster
DISTRICT_CLUSTERS = 2  # of a province


class Stay(NamedTuple):
    """A unit's time in a bloc: from `since` until before `until` (null: it goes on)."""

    unit: str
    since: date
    until: date | None = None


class Bloc(NamedTuple):
    """A bloc or cluster, which is no more from `until` on (null: it goes on)."""

    id: str
    cluster: bool
    name: str
    authority: Unit
    stays: tuple[Stay, ...]
    since: date
    until: date | None = None

    def members(self, on: date) -> list[str]:
        return [one.unit for one in self.stays if one.since <= on and (one.until is None or on < one.until)]


def central_blocs(nation: Nation) -> Iterator[Bloc]:
    """Blocs of central bodies: a ministry that is made takes the place of the first that goes into it."""
    units = [unit.id for unit in nation.central()]
    into = {old: merger for merger in nation.ministries_merged() for old in merger.predecessors}
    for n in range(CENTRAL_BLOCS):
        since = _established(nation, n)
        stays = []
        for number in part(len(units), CENTRAL_BLOCS, n):
            unit = units[number]
            merger = into.get(unit)
            stays.append(Stay(unit, since, MINISTRIES_CHANGE if merger else None))
            if merger and merger.predecessors[0] == unit:
                stays.append(Stay(merger.into.id, MINISTRIES_CHANGE))
        name = f"Khối thi đua mô phỏng các cơ quan Trung ương số {n + 1}"
        yield Bloc(f"{nation.prefix}-b{n:02}", False, name, nation.council, tuple(stays), since)


def clusters_of_provinces(nation: Nation) -> Iterator[Bloc]:
    for n in range(CLUSTERS):
        since = _established(nation, "cluster", n)
        stays = []
        for number in part(PROVINCES, CLUSTERS, n):
            land = land_of(number)
            merged = SIZES[land] > 1
            stays.append(Stay(nation.provinces[number].id, since, PROVINCES_CHANGE if merged else None))
            if merged and number == provinces_of(land)[0]:
                stays.append(Stay(nation.land(land).id, PROVINCES_CHANGE))
        name = f"Cụm thi đua mô phỏng các tỉnh, thành phố số {n + 1}"
        yield Bloc(f"{nation.prefix}-k{n:02}", True, name, nation.council, tuple(stays), since)


def blocs_before(nation: Nation, land: int) -> Iterator[Bloc]:
    """The blocs and clusters of a land's provinces until 1/7/2025."""
    for number in provinces_of(land):
        owner, since = nation.provinces[number], _established(nation, "province", number)
        agencies, districts = nation.agencies(number), nation.districts(number)
        yield from _divided(owner, "b", agencies, round(len(agencies) / AGENCIES), since, PROVINCES_CHANGE)
        yield from _divided(owner, "k", districts, DISTRICT_CLUSTERS, since, PROVINCES_CHANGE)


def blocs_after(nation: Nation, land: int) -> Iterator[Bloc]:
    """The blocs and clusters of the province that a land is since 1/7/2025."""
    owner, agencies, communes = nation.land(land), nation.agencies_after(land), nation.communes_after(land)
    yield from _divided(owner, "e", agencies, round(len(agencies) / AGENCIES), PROVINCES_CHANGE)
    yield from _divided(owner, "f", communes, round(len(communes) / COMMUNES), PROVINCES_CHANGE)


def _divided(
    owner: Unit, letter: str, units: Sequence[Unit], count: int, since: date, until: date | None = None
) -> Iterator[Bloc]:
    cluster = letter in "kf"
    place = owner.name[0].lower() + owner.name[1:]
    for n in range(count):
        stays = tuple(Stay(units[i].id, since, until) for i in part(len(units), count, n))
        name = f"{'Cụm' if cluster else 'Khối'} thi đua số {n + 1} {place}"
        yield Bloc(f"{owner.id}-{letter}{n:02}", cluster, name, owner, stays, since, until)


def _established(nation: Nation, *place: object) -> date:
    return nation.draw.day(date(2011, 1, 1), date(2015, 6, 30), "established", *place)
