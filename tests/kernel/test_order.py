"""Vietnamese order, held against ICU's own in a real PostgreSQL."""

import itertools
import random
import unicodedata
from collections.abc import Awaitable, Callable, Sequence

import asyncpg

from services.kernel.text import by_code_point, vietnamese

SURNAMES = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đào Đinh Lâm Mai Trịnh Đoàn Vương Tô Tạ Ẩn"
)
MIDDLE = "Thị Văn Hữu Đức Công Quang Minh Ngọc Thanh Xuân Bá Đình Ái Ánh Ân Ẩn Ưng Ơn Ô Âu Ấn"
GIVEN = (
    "An Ăn Ân Ái Ánh Ảnh Ãng Ạnh Àn Bình Bính Bỉnh Bĩnh Bịnh Cường Cương Đức Dức Duy Đủ Dũng Giang Hà Há Hả Hã Hạ "
    "Hằng Hăng Hẳng Hưng Huy Huế Huệ Hòa Hoà Khuê Lan Lân Lăng Long Lượng Mỹ Nga Ngà Ngân Oanh Ơn Ôn Ốc Phương Phượng "
    "Quế Quyên Sơn Tâm Thảo Thủy Thuỷ Tú Tư Tứ Từ Uyên Ước Ưng Út Vân Văn Vy Vỹ Xuân Ý Yên Yến Ỷ"
)
PLACES = [
    "Bộ Công an",
    "Bộ Công Thương",
    "Bộ Tư pháp",
    "Cần Thơ",
    "Cà Mau",
    "Đà Nẵng",
    "Đắk Lắk",
    "Đăk Nông",
    "Điện Biên",
    "Dak Lak",
    "Bà Rịa - Vũng Tàu",
    "Bà Rịa – Vũng Tàu",
    "Bà Rịa",
    "Thừa Thiên Huế",
    "Thừa Thiên-Huế",
    "Ủy ban nhân dân",
    "Uỷ ban nhân dân",
    "Ủy ban nhân dân xã 10",
    "Ủy ban nhân dân xã 2",
    "TP. Hồ Chí Minh",
    "TP Hồ Chí Minh",
    "Sở Nội vụ (cũ)",
    'Sở "Nội vụ"',
    "Sở Nội vụ",
    "Cụm thi đua số 1",
    "CỤM THI ĐUA SỐ 1",
    "cụm thi đua số 1",
    "Khối thi đua 5 Thành phố",
    "Khối, cụm",
    "Khối/cụm",
    "Ngân hàng Á Châu",
    "Café",
    "Zürich",
]


def names(draw: random.Random) -> list[str]:
    parts = [words.split() for words in (SURNAMES, MIDDLE, GIVEN)]
    people = [" ".join(map(draw.choice, parts)) for _ in range(2_000)]
    found = [*people, *itertools.chain(*parts), *PLACES, *(place.upper() for place in PLACES)]
    draw.shuffle(found)
    return list(dict.fromkeys(unicodedata.normalize(draw.choice(["NFC", "NFD"]), name) for name in found))


async def by_icu(dsn: str, unordered: Sequence[str]) -> list[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch('select n from unnest($1::text[]) n order by n collate "vi-x-icu"', list(unordered))
    await connection.close()
    return [row["n"] for row in rows]


async def test_names_come_in_the_order_of_icu(fresh_database: Callable[[], Awaitable[str]]) -> None:
    unordered = names(random.Random(1945))
    ours, theirs = sorted(unordered, key=vietnamese), await by_icu(await fresh_database(), unordered)
    nfc = [[unicodedata.normalize("NFC", name) for name in order] for order in (ours, theirs)]
    assert nfc[0] == nfc[1]


async def test_every_two_letters_with_every_two_tones_come_in_the_order_of_icu(
    fresh_database: Callable[[], Awaitable[str]],
) -> None:
    letters = [
        unicodedata.normalize("NFC", v + tone)
        for v in "aăâeêioôơuưy"
        for tone in ("", *"\u0300\u0309\u0303\u0301\u0323")
    ]
    draw = random.Random(2)
    words = {
        draw.choice(["", "H", "đ", "D", "T"]) + first + last for first in letters for last in draw.sample(letters, 12)
    }
    unordered = sorted(words | {word.upper() for word in words})
    assert sorted(unordered, key=vietnamese) == await by_icu(await fresh_database(), unordered)


def test_letters_count_before_tones_and_tones_before_capitals() -> None:
    asked = ["Ước", "Uyên", "Ơn", "Oanh", "Đức", "Dũng", "Ân", "Ăn", "An", "Ấn", "Ẩn", "ăn"]
    wanted = ["An", "ăn", "Ăn", "Ân", "Ẩn", "Ấn", "Dũng", "Đức", "Oanh", "Ơn", "Uyên", "Ước"]
    assert sorted(asked, key=vietnamese) == wanted


def test_the_texts_that_compare_by_code_point_come_in_the_same_order() -> None:
    unordered = [
        *names(random.Random(1975)),
        "",
        "A",
        "AB",
        "A\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
        "\U0010ffff",
        "\ud7ff",
        "🎖",
    ]
    assert sorted(unordered, key=lambda name: by_code_point(vietnamese(name))) == sorted(unordered, key=vietnamese)
