"""Advanced exemplars, and what was done so that others follow them."""

from datetime import date
from typing import Any

import pytest

from services.kernel.errors import Missing
from services.kernel.provenance import Amount, Inference, Record, Source
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.exemplar import FurtherExemplar, RegisterExemplar
from services.registry.domain.organisation import RegisterOrganisation
from tests.registry.support import RECORD, Registry, given

DAY = date(2024, 9, 10)
MODEL: dict[str, Any] = {"exemplar": "x", "kind": "MODEL", "name": "Một cửa"}
REGISTERED = e.ExemplarRegistered(**MODEL)


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="told beside it") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def test_an_exemplar_is_registered_once_here_and_recorded_as_often_as_sources_tell_it() -> None:
    given().when(RegisterExemplar(**MODEL)).then(REGISTERED)
    given(REGISTERED).when(RegisterExemplar(**MODEL)).refused("exemplar.known")
    given(REGISTERED).when(RegisterExemplar(**MODEL, record=RECORD)).then(e.ExemplarRegistered(**MODEL, record=RECORD))


@pytest.mark.parametrize("record", [None, RECORD])
def test_an_exemplar_is_somebody_or_something_or_a_number(record: Record | None) -> None:
    told: dict[str, Any] = {"exemplar": "x", "record": record}
    given().when(RegisterExemplar(**told, kind="PERSON", fallen=True)).refused("exemplar.who")
    for one in ({"who": e.Party(person="p-1")}, {"name": "Một cửa"}, {"count": Amount(wording="hàng trăm")}):
        given().when(RegisterExemplar.model_validate({**told, **one})).accepted()


@pytest.mark.parametrize("record", [None, RECORD])
def test_an_exemplar_that_is_a_person_is_told_by_the_id_of_the_person_and_never_by_name(record: Record | None) -> None:
    told: dict[str, Any] = {"exemplar": "x", "kind": "PERSON", "record": record}
    for who in (None, e.Party(person="p-1")):
        by_name = RegisterExemplar(**told, who=who, name="Nguyễn Văn Anh Hùng")
        given().when(by_name).refused("exemplar.person")
    given().when(RegisterExemplar(**told, who=e.Party(person="p-1"))).accepted()


def test_an_exemplar_of_a_bloc_is_of_one_that_is_there_and_of_no_year_far_ahead() -> None:
    founded = e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=DAY)
    given().when(RegisterExemplar(**MODEL, bloc="b1", effective=DAY)).refused("bloc.unknown")
    given({"bloc:b1": [founded]}).when(RegisterExemplar(**MODEL, bloc="b1", effective=DAY)).accepted()
    given().when(RegisterExemplar(**MODEL, year=2026, effective=DAY)).refused("act.year")
    given().when(RegisterExemplar(**MODEL, bloc="b1", year=2099, record=RECORD)).accepted()


def test_something_is_done_here_about_a_known_exemplar_on_a_day() -> None:
    act = FurtherExemplar(exemplar="x", step="REPLICATED", effective=DAY)
    given(REGISTERED).when(act).then(e.ExemplarFurthered(exemplar="x", step="REPLICATED", effective=DAY))
    given().when(act).refused("exemplar.unknown")
    given(e.ExemplarFurthered(exemplar="x", step="FOUND")).when(act).refused("exemplar.unknown")
    given(REGISTERED).when(FurtherExemplar(exemplar="x", step="FOUND")).refused("act.day")
    told = FurtherExemplar(exemplar="x", step="FOUND", record=RECORD)
    given().when(told).then(e.ExemplarFurthered(exemplar="x", step="FOUND", record=RECORD))


async def test_a_group_is_an_exemplar_of_the_year_though_only_its_number_is_told(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    of_year: dict[str, Any] = {"bloc": "b1", "year": 2020}
    hundreds = Amount(wording="hàng trăm", at_least=100)
    await registry.tell(RegisterExemplar(exemplar="g", count=hundreds, **of_year, record=from_("a", "count")))
    fallen = e.Party(words="chiến sĩ Công an, Quân đội")
    told: dict[str, Any] = {"exemplar": "f", "kind": "PERSON", "who": fallen, "fallen": True, "part_of": "g"}
    await registry.tell(RegisterExemplar(**told, **of_year, record=from_("a")))
    group, some = (await registry.ask("GetBlocYear", **of_year)).exemplars
    assert (group.count.wording.value, group.count.at_least.value) == ("hàng trăm", "100")
    assert group.count.wording.mark.certainty == "INFERRED"
    assert (group.count.exact, group.count.at_most, group.kind, group.who, group.name, group.steps) == (
        *(None,) * 5,
        (),
    )
    assert (some.fallen.value, some.part_of.value, some.count) == ("true", "g", None)
    assert (some.who.words.value, some.who.person) == ("chiến sĩ Công an, Quân đội", None)
    assert (await registry.ask("GetBlocYear", as_of=1, **of_year)).exemplars == ()
    assert (await registry.ask("GetBlocYear", bloc="b1", year=2021)).exemplars == ()


async def test_an_exemplar_shows_what_was_done_about_it_by_whom_and_with_whom(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="dai", name="Đài Truyền hình"))
    who = e.Party(agency="btp", person="p-1")
    await registry.tell(RegisterExemplar(exemplar="x", kind="PERSON", who=who, record=from_("a", "who.agency")))
    await registry.tell(FurtherExemplar(exemplar="x", step="FOUND", by=e.Party(agency="btp"), record=from_("a")))
    await registry.tell(
        FurtherExemplar(
            exemplar="x",
            step="PUBLICISED",
            medium="phim tài liệu",
            partner=e.Party(agency="dai"),
            effective=DAY,
            record=from_("b"),
        )
    )
    answer = await registry.ask("GetExemplar", exemplar="x")
    shown = answer.exemplar
    assert (shown.who.person.mark.certainty, shown.who.agency.mark.certainty) == ("STATED", "INFERRED")
    found, publicised = shown.steps
    assert (found.step.value, found.on, found.by.agency.value, found.partner) == ("FOUND", None, "btp", None)
    assert (publicised.step.value, publicised.on.value, publicised.medium.value) == (
        "PUBLICISED",
        "2024-09-10",
        "phim tài liệu",
    )
    assert publicised.partner.agency.value == "dai"
    assert [(label.id, label.name) for label in answer.labels] == [("dai", "Đài Truyền hình")]
    assert (shown.fallen, shown.year, shown.bloc, shown.part_of) == (None,) * 4
    assert (await registry.ask("GetExemplar", as_of=2, exemplar="x")).exemplar.steps == ()
    with pytest.raises(Missing, match="The exemplar y is not recorded"):
        await registry.ask("GetExemplar", exemplar="y")
