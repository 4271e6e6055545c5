"""What cells say for the codes of levels and kinds, in officers' words. Pure.

Another code than these may stand in a cell too: levels and kinds are data, and an office may have its own.
"""

from collections.abc import Mapping
from functools import lru_cache

from services.registry.domain.naming import bare_words


class Words:
    """Codes, each with the words by which a cell may say it, whatever the marks and capitals, and with or without a
    “Cấp” before or a “thi đua” after them.
    """

    def __init__(self, words: Mapping[str, tuple[str, ...]]) -> None:
        self.words = words
        self._codes = {_key(word): code for code, several in words.items() for word in (code, *several)}

    def code(self, text: str) -> str | None:
        return self._codes.get(_key(text))

    def __str__(self) -> str:
        """All the words."""
        return ", ".join(word for several in self.words.values() for word in several)


@lru_cache(maxsize=1_024)
def _key(text: str) -> str:
    return " ".join(bare_words(text)).removeprefix("cap ").removesuffix(" thi dua")


LEVELS = Words(
    {
        "central": ("Trung ương",),
        "province": ("Tỉnh", "Thành phố", "Thành phố trực thuộc trung ương"),
        "district": ("Huyện", "Quận", "Thị xã", "Thành phố thuộc tỉnh"),
        "commune": ("Xã", "Phường", "Thị trấn", "Đặc khu"),
    }
)
KINDS = Words(
    {
        "ministry": ("Bộ",),
        "ministerial-agency": ("Cơ quan ngang bộ",),
        "government-agency": ("Cơ quan thuộc Chính phủ",),
        "central-body": ("Cơ quan trung ương",),
        "party-body": ("Cơ quan Đảng",),
        "front": ("Mặt trận Tổ quốc",),
        "mass-organisation": ("Tổ chức chính trị - xã hội", "Đoàn thể"),
        "association": ("Hội",),
        "court": ("Tòa án",),
        "procuracy": ("Viện kiểm sát",),
        "province": ("Tỉnh",),
        "city": ("Thành phố", "Thành phố trực thuộc trung ương"),
        "district": ("Huyện",),
        "urban-district": ("Quận",),
        "district-town": ("Thị xã",),
        "district-city": ("Thành phố thuộc tỉnh",),
        "commune": ("Xã",),
        "ward": ("Phường",),
        "town": ("Thị trấn",),
        "special-zone": ("Đặc khu",),
        "peoples-committee": ("Ủy ban nhân dân",),
        "council": ("Hội đồng",),
        "department": ("Sở",),
        "board": ("Ban",),
        "agency": ("Cơ quan",),
        "public-service-unit": ("Đơn vị sự nghiệp",),
        "school": ("Trường học",),
        "hospital": ("Bệnh viện",),
        "enterprise": ("Doanh nghiệp",),
    }
)
BLOC_KINDS = Words({"KHOI": ("Khối",), "CUM": ("Cụm",)})
