"""Who there is, before and after the reorganisations of 2025: how many of each, ids and names.

The counts are those that are published of the country; which province goes with which is taken from no map, and a name
that there is, is so by chance. A `land` is what is one province after 1/7/2025.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from services.simulation.drawing import Draw, part

MINISTRIES_CHANGE, PROVINCES_CHANGE = date(2025, 3, 1), date(2025, 7, 1)
IN_FORCE = date(2025, 6, 12)  # of the resolution that merges provinces, before the new ones work
BEGAN = date(2010, 1, 1)  # of organisations that were there before
PROVINCES, DISTRICTS, COMMUNES = 63, 696, 10_040
COMMUNES_KEPT, COMMUNES_MADE = 128, 3_193
PAIRS, TRIPLES, ALONE = 17, 6, 11  # lands that are made of two provinces, of three, and of one
LANDS = PAIRS + TRIPLES + ALONE
CITIES_MADE = 30  # the land that becomes a city only by being made
MINISTRIES, MINISTRIES_MADE, BODIES = 22, 5, 68  # two ministries go into each that is made

_NAMES = (
    "Thủy lợi, Đê điều, Cảng biển, Đường sông, Khoáng vật, Lưu trữ, Đo lường, Trồng rừng, Nuôi biển, Thú y, Bảo tàng, "
    "Xuất bản, Khí tượng, Cấp nước, Chiếu sáng, Nhà ở, Việc làm, Dạy nghề, Dinh dưỡng, Thư viện, Kho bạc, Đăng kiểm"
)
_FIELDS = _NAMES.split(", ")
MERGING = [f"{form} {field}" for form in ("Sở", "Ban", "Hội", "Chi cục") for field in _FIELDS]
"""Agencies of a province that go into one with their likes when provinces do."""
STAYING = [
    f"{form} {field}" for form in ("Công ty", "Bệnh viện", "Trường Cao đẳng", "Trung tâm") for field in _FIELDS[:12]
]
"""Agencies of a province that go on when it is no more."""
_CENTRAL = ("Ban", "Viện", "Tổng công ty", "Liên hiệp hội")


def _sizes() -> tuple[int, ...]:
    counts = ((2, PAIRS), (3, TRIPLES), (1, ALONE))
    spread = sorted(((2 * n + 1) / count, size) for size, count in counts for n in range(count))
    return tuple(size for _, size in spread)


SIZES = _sizes()
"""How many provinces each land is made of, mixed, so that the first few lands have of all."""


class Unit(NamedTuple):
    """An organisation."""

    id: str
    name: str
    kind: str
    level: str
    since: date = BEGAN
    superior: str | None = None
    """Whom it is under from its first day on."""


class Merger(NamedTuple):
    """Organisations that go into one on a day, which is new then."""

    predecessors: tuple[str, ...]
    into: Unit


class Nation:
    """The organisations of a seed."""

    def __init__(self, seed: int) -> None:
        self.draw = Draw(seed)
        self.prefix = f"sim{seed}"
        self.council = Unit(f"{self.prefix}-council", "Hội đồng Thi đua - Khen thưởng mô phỏng", "council", "central")
        self.provinces = [self._province(land, number) for land in range(LANDS) for number in provinces_of(land)]

    def _province(self, land: int, number: int) -> Unit:
        city = land % 6 == 0 and land != CITIES_MADE and number == provinces_of(land)[0]
        return self._territory(f"p{number:02}", number, city=city, since=BEGAN)

    def _territory(self, id_: str, number: int, *, city: bool, since: date) -> Unit:
        name = f"{'Thành phố' if city else 'Tỉnh'} {self.draw.long_name(number)}"
        return Unit(f"{self.prefix}-{id_}", name, "city" if city else "province", "province", since)

    def land(self, land: int) -> Unit:
        """The province that the land is after 1/7/2025: the one that it was, where it was one."""
        if SIZES[land] == 1:
            return self.provinces[provinces_of(land)[0]]
        return self._territory(f"l{land:02}", PROVINCES + land, city=land % 6 == 0, since=PROVINCES_CHANGE)

    def provinces_merged(self) -> Iterator[Merger]:
        for land in range(LANDS):
            if SIZES[land] > 1:
                yield Merger(tuple(self.provinces[n].id for n in provinces_of(land)), self.land(land))

    def central(self) -> list[Unit]:
        """Ministries and other central bodies before 1/3/2025."""
        ministries = [
            Unit(
                f"{self.prefix}-m{n:02}", f"Bộ {_FIELDS[n]} và {_FIELDS[(n + 7) % len(_FIELDS)]}", "ministry", "central"
            )
            for n in range(MINISTRIES)
        ]
        bodies = [
            Unit(f"{self.prefix}-t{n:02}", f"{_CENTRAL[n % 4]} {_FIELDS[n // 4]} Trung ương", "central-body", "central")
            for n in range(BODIES)
        ]
        return ministries + bodies

    def ministries_merged(self) -> Iterator[Merger]:
        before = self.central()
        for n in range(MINISTRIES_MADE):
            name = f"Bộ {_FIELDS[2 * n]}, {_FIELDS[2 * n + 1]} và Phát triển"
            made = Unit(f"{self.prefix}-n{n:02}", name, "ministry", "central", MINISTRIES_CHANGE)
            yield Merger((before[2 * n].id, before[2 * n + 1].id), made)

    def districts(self, province: int) -> list[Unit]:
        owner = self.provinces[province]
        return [
            Unit(
                f"{owner.id}-d{n:02}",
                f"{self.draw.one(('Huyện', 'Huyện', 'Huyện', 'Thị xã', 'Quận'), owner.id, 'd', n)} "
                f"{self.draw.name(owner.id, 'district', n)}",
                "district",
                "district",
                superior=owner.id,
            )
            for n in self._districts(province)
        ]

    def _districts(self, province: int) -> range:
        return range(len(part(DISTRICTS, PROVINCES, province)))

    def communes(self, province: int) -> list[Unit]:
        """Before 1/7/2025, each under a district."""
        owner, districts = self.provinces[province], len(self._districts(province))
        count = len(part(COMMUNES, PROVINCES, province))
        return [self._commune(f"{owner.id}-c{n:03}", f"{owner.id}-d{n * districts // count:02}") for n in range(count)]

    def communes_kept(self, province: int) -> list[Unit]:
        """Those that go on unchanged."""
        return self.communes(province)[: len(part(COMMUNES_KEPT, PROVINCES, province))]

    def communes_merged(self, province: int) -> Iterator[Merger]:
        owner, land = self.provinces[province], self.land(land_of(province))
        going = self.communes(province)[len(self.communes_kept(province)) :]
        count = len(part(COMMUNES_MADE, PROVINCES, province))
        for n in range(count):
            predecessors = tuple(going[i].id for i in part(len(going), count, n))
            yield Merger(predecessors, self._commune(f"{owner.id}-n{n:03}", land.id, PROVINCES_CHANGE))

    def _commune(self, id_: str, superior: str, since: date = BEGAN) -> Unit:
        kind, form = self.draw.one((("commune", "Xã"),) * 4 + (("ward", "Phường"),), id_, "kind")
        return Unit(id_, f"{form} {self.draw.name(id_)}", kind, "commune", since, superior)

    def agencies(self, province: int) -> list[Unit]:
        """Of a province before 1/7/2025, or of one that goes on."""
        return self._agencies(self.provinces[province], MERGING + STAYING)

    def agencies_merged(self, land: int) -> Iterator[Merger]:
        if SIZES[land] > 1:
            before = [self.agencies(province) for province in provinces_of(land)]
            for n, made in enumerate(self._agencies(self.land(land), MERGING)):
                yield Merger(tuple(agencies[n].id for agencies in before), made)

    def agencies_after(self, land: int) -> list[Unit]:
        if SIZES[land] == 1:
            return self.agencies(provinces_of(land)[0])
        staying = [one for province in provinces_of(land) for one in self.agencies(province)[len(MERGING) :]]
        return [merger.into for merger in self.agencies_merged(land)] + staying

    def moved(self, land: int) -> Iterator[tuple[str, str]]:
        """Who goes on under another body since 1/7/2025, and under whom."""
        after = self.land(land)
        for province in provinces_of(land):
            yield from ((unit.id, after.id) for unit in self.communes_kept(province))
            if SIZES[land] > 1:
                yield from ((unit.id, after.id) for unit in self.agencies(province)[len(MERGING) :])

    def communes_after(self, land: int) -> list[Unit]:
        made = [merger.into for province in provinces_of(land) for merger in self.communes_merged(province)]
        return made + [kept for province in provinces_of(land) for kept in self.communes_kept(province)]

    def _agencies(self, owner: Unit, titles: list[str]) -> list[Unit]:
        name = owner.name[0].lower() + owner.name[1:]
        return [
            Unit(f"{owner.id}-a{n:03}", f"{title} {name}", "agency", "province", owner.since, owner.id)
            for n, title in enumerate(titles)
        ]


def provinces_of(land: int) -> range:
    """The numbers of the provinces that a land is made of."""
    first = sum(SIZES[:land])
    return range(first, first + SIZES[land])


def land_of(province: int) -> int:
    return next(land for land in range(LANDS) if province in provinces_of(land))
