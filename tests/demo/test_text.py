"""However it is spelled and encoded, a name finds the same bloc, organisation and award; its own spelling is kept."""

import unicodedata

import pytest

from tests.demo.conftest import World


def both(*spellings: str) -> list[str]:
    """Each spelling composed (NFC) and decomposed (NFD)."""
    return [unicodedata.normalize(form, spelling) for spelling in spellings for form in ("NFC", "NFD")]


@pytest.mark.parametrize(
    "text",
    both(
        "Khối thi đua các Bộ, ngành Nội chính Trung ương",
        "Khối Thi đua các Bộ, ngành Nội chính Trung ương",
        "Khối Thi đua các Bộ, ngành Nội chính TW",
        "khoi thi dua cac bo, nganh noi chinh trung uong",
        "KHỐI THI ĐUA NỘI CHÍNH TRUNG ƯƠNG",
    ),
)
def test_every_spelling_finds_the_justice_bloc(world: World, text: str) -> None:
    found = world.ask("FindBlocs", text=text)["found"]
    assert found[0]["id"] == "khoi-noi-chinh-trung-uong"
    assert found[0]["name"] == "Khối thi đua các Bộ, ngành Nội chính Trung ương"


@pytest.mark.parametrize(
    "text", both("Toà án nhân dân tối cao", "Tòa án nhân dân tối cao", "TÒA ÁN  NHÂN DÂN TỐI CAO", "TANDTC")
)
def test_every_spelling_finds_the_supreme_court(world: World, text: str) -> None:
    found = world.ask("FindOrganisations", text=text)["found"]
    assert found[0]["id"] == "toa-an-nhan-dan-toi-cao"
    assert found[0]["name"] == "Toà án nhân dân tối cao"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        *(("CTD_CP", text) for text in both("Cờ thi đua Chính phủ", "Cờ thi đua của Chính phủ")),
        *(
            ("BK_TTG", text)
            for text in both(
                "Bằng khen Thủ tướng", "Bằng khen của Thủ tướng Chính phủ", "Bằng khen Thủ tướng Chính phủ"
            )
        ),
    ],
)
def test_every_spelling_finds_one_award_code(world: World, code: str, text: str) -> None:
    kinds = world.ask("FindAwardKinds", service="awards", text=text)["kinds"]
    assert {kind["code"] for kind in kinds} == {code}


def test_what_comes_in_decomposed_is_kept_composed(world: World) -> None:
    name = "Đơn vị gửi tên tách dấu"
    fields = {"command_id": "8c4f3a4e-6f0e-5a53-9c4e-0d6f0c2f9b11", "organisation": "ten-tach-dau"}
    client = world.clients["registry"]
    at = client.call("RegisterOrganisation", {**fields, "name": unicodedata.normalize("NFD", name)}).recorded.position
    read = {"at_least": [{"log": at.log, "epoch": at.epoch, "position": at.position}]}
    answer = client.ask("GetOrganisation", {"organisation": "ten-tach-dau"}, read)
    assert answer["name"]["value"] == unicodedata.normalize("NFC", name)
