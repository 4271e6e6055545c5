"""Draws without a state: what comes out depends on the seed and on what it is drawn for, on any machine."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b
from typing import NamedTuple, TypeVar

T = TypeVar("T")

_SYLLABLES = """
    An Bình Cát Châu Chính Cường Đại Đăng Định Đoài Đông Đồng Đức Giang Hà Hạ Hải Hậu Hòa Hoàng Hồng Hưng Khánh Kim
    Lạc Lâm Liên Linh Long Lộc Lương Mai Minh Mỹ Nam Nghĩa Ngọc Nhân Nhuận Ninh Phong Phú Phúc Phước Quang Quý Sơn Tam
    Tân Tây Thạch Thái Thanh Thành Thắng Thiện Thịnh Thọ Thới Thuận Thủy Thượng Tiên Tiến Trà Trung Trường Tường Vạn
    Vân Viên Vĩnh Xuân Xương Yên Ý Đạo Lễ Mộc"""
SYLLABLES = _SYLLABLES.split()
"""Syllables of which places in all parts of the country are called."""


class Draw(NamedTuple):
    """Draws of one seed. `place` says what for: two draws for the same place are the same."""

    seed: int

    def below(self, most: int, *place: object) -> int:
        """A number from 0 up to `most`, which is not drawn."""
        text = "/".join(map(str, (self.seed, *place)))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") % most

    def one(self, among: Sequence[T], *place: object) -> T:
        return among[self.below(len(among), *place)]

    def some(self, among: Sequence[T], count: int, *place: object) -> list[T]:
        """So many that follow each other, the last by the first."""
        first = self.below(len(among), *place)
        return [among[(first + n) % len(among)] for n in range(count)]

    def day(self, first: date, last: date, *place: object) -> date:
        """A day from `first` to `last`, both of which may be drawn."""
        return first + timedelta(days=self.below((last - first).days + 1, *place))

    def name(self, *place: object) -> str:
        """Two syllables, as communes have."""
        first = self.below(len(SYLLABLES), *place)
        return (
            f"{SYLLABLES[first]} {SYLLABLES[(first + 1 + self.below(len(SYLLABLES) - 1, *place, 2)) % len(SYLLABLES)]}"
        )

    def long_name(self, number: int) -> str:
        """Three syllables, as no province has; another for every number below the count of syllables squared."""
        count, start = len(SYLLABLES), self.below(len(SYLLABLES), "long name")
        one, other = (start + 29 * number) % count, (2 * start + 31 * number + number // count) % count
        return f"{SYLLABLES[(one + other + 7) % count]} {SYLLABLES[one]} {SYLLABLES[other]}"


def part(total: int, parts: int, number: int) -> range:
    """Which of `total` things fall to one of the parts, as evenly as they go."""
    return range(total * number // parts, total * (number + 1) // parts)
