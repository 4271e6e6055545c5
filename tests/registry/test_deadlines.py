"""Deadlines: data with days, in versions, by law or by decision."""

from datetime import date
from typing import Any

import pytest

from services.kernel.dated import Due
from services.kernel.errors import Missing
from services.kernel.provenance import Inference, Record, Source
from services.kernel.standing import Correction, Retract
from services.registry import events as e
from services.registry.domain.deadline import LiftDeadline, SetDeadline, versions
from services.registry.domain.organisation import RegisterOrganisation
from tests.play import certainty, value
from tests.registry.support import Registry, given

DAY = date(2024, 4, 10)
RECORD = Record(source=Source(id="decree"), place="Article 48")
DECISION = Source(id="qd-12", number="12/QĐ-UBND")
OWN: dict[str, Any] = {
    "deadline": "nop-ho-so",
    "what": "Nộp hồ sơ",
    "authority": "ubnd",
    "due": Due(month=5, day=5, years_after=1),
    "decision": DECISION,
    "effective": DAY,
}
PROVINCE = {"organisation:ubnd": [e.OrganisationRegistered(organisation="ubnd", name="UBND tỉnh")]}
FOUNDED = e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", authority="ubnd", effective=date(2020, 1, 1))


def without(*fields: str) -> dict[str, Any]:
    return {name: told for name, told in OWN.items() if name not in fields}


def test_a_province_sets_a_deadline_of_its_own_by_decision() -> None:
    given(PROVINCE).when(SetDeadline(**OWN)).then(e.DeadlineSet(**OWN))
    given().when(SetDeadline(**OWN)).refused("organisation.unknown")


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("authority", "deadline.scope"),
        ("decision", "deadline.decision"),
        ("due", "deadline.due"),
        ("effective", "act.day"),
    ],
)
def test_a_deadline_set_here_says_for_whom_by_which_decision_until_when_and_from_which_day(
    field: str, rule: str
) -> None:
    given(PROVINCE).when(SetDeadline(**without(field))).refused(rule)
    given().when(SetDeadline(**without(field), record=RECORD)).accepted()


def test_a_deadline_in_words_is_one_too() -> None:
    given(PROVINCE).when(SetDeadline(**without("due"), words="trong quý I")).accepted()


def test_a_bloc_that_is_there_and_that_the_authority_organises_has_one_of_its_own() -> None:
    ground = {**PROVINCE, "bloc:b1": [FOUNDED]}
    given(ground).when(SetDeadline(**OWN, bloc="b1")).accepted()
    given(ground).when(SetDeadline(**without("authority"), bloc="b1")).accepted()
    given(PROVINCE).when(SetDeadline(**OWN, bloc="b1")).refused("bloc.unknown")
    others = FOUNDED.model_copy(update={"authority": "central"})
    given({**PROVINCE, "bloc:b1": [others]}).when(SetDeadline(**OWN, bloc="b1")).refused("membership.authority")
    gone = e.BlocDissolved(bloc="b1", effective=DAY)
    given({**PROVINCE, "bloc:b1": [FOUNDED, gone]}).when(SetDeadline(**OWN, bloc="b1")).refused("bloc.dissolved")


def test_the_next_version_begins_on_another_day_and_ends_after_it_begins() -> None:
    ground = {**PROVINCE, "deadline:nop-ho-so": [e.DeadlineSet(**OWN)]}
    given(ground).when(SetDeadline(**OWN)).refused("deadline.known")
    given(ground).when(SetDeadline(**{**OWN, "effective": date(2025, 1, 1)})).accepted()
    given(PROVINCE).when(SetDeadline(**OWN, expires=date(2024, 4, 9))).refused("deadline.period")


def test_a_deadline_is_lifted_by_decision_after_it_was_set() -> None:
    lifting: dict[str, Any] = {"deadline": "nop-ho-so", "decision": DECISION, "effective": date(2025, 1, 1)}
    ground = {"deadline:nop-ho-so": [e.DeadlineSet(**OWN)]}
    given(ground).when(LiftDeadline(**lifting)).then({"deadline:nop-ho-so": [e.DeadlineLifted(**lifting)]})
    given().when(LiftDeadline(**lifting)).refused("deadline.unknown")
    given(ground).when(LiftDeadline(**{**lifting, "decision": None})).refused("deadline.decision")
    given(ground).when(LiftDeadline(**{**lifting, "effective": None})).refused("act.day")
    given(ground).when(LiftDeadline(**{**lifting, "effective": date(2024, 1, 1)})).refused("deadline.period")
    given().when(LiftDeadline(deadline="nop-ho-so", record=RECORD)).accepted()


def told(since: date | None, expires: date | None = None) -> e.DeadlineSet:
    return e.DeadlineSet(deadline="d", what="Nộp", effective=since, expires=expires, record=RECORD)


A, B, C = (date(year, 1, 1) for year in (2018, 2020, 2024))


@pytest.mark.parametrize(
    ("set_", "lifted", "until"),
    [
        ([(A, None)], [], [None]),
        ([(A, None), (C, None)], [], [C, None]),
        ([(C, None), (A, None)], [], [C, None]),
        ([(A, B), (C, None)], [], [B, None]),
        ([(A, None), (C, None)], [B], [B, None]),
        ([(None, None), (B, None)], [C], [B, C]),
        ([(A, None)], [None], [date.min]),
        ([(A, None), (A, B)], [], [B]),
        ([], [A], []),
    ],
)
def test_a_version_ends_by_what_ends_it_first(
    set_: list[tuple[date | None, date | None]], lifted: list[date | None], until: list[date | None]
) -> None:
    liftings = [e.DeadlineLifted(deadline="d", effective=day, record=RECORD) for day in lifted]
    assert [v.until for v in versions([told(*one) for one in set_], liftings)] == until


async def test_a_deadline_shows_each_version_with_its_source_and_what_is_not_told_is_absent(
    registry: Registry,
) -> None:
    old = {**without("authority"), "effective": A, "article": "Điều 48", "seen": ("WEB",)}
    basis = Inference(field="due.years_after", basis="a closed year")
    await registry.tell(SetDeadline(**old, record=RECORD.model_copy(update={"inferred": (basis,)})))
    await registry.tell(SetDeadline(deadline="nop-ho-so", what="Nộp", effective=C, record=RECORD))
    first, second = (await registry.ask("GetDeadline", deadline="nop-ho-so")).versions
    assert (value(first.due), value(first.article), value(first.decision)) == ("05-05+1", "Điều 48", "qd-12")
    assert (certainty(first.due), certainty(first.until), value(first.until)) == ("STATED", "INFERRED", str(C))
    assert (second.due, second.words, second.article, second.until, second.ended) == (None, (), None, None, False)
    assert (first.state, first.actor, first.level, first.cycle, first.years) == (None, None, None, None, ())

    async def on(day: date) -> list[str | None]:
        return [value(v.since) for v in (await registry.ask("GetDeadline", deadline="nop-ho-so", on=day)).versions]

    assert [await on(day) for day in (date(2017, 12, 31), A, C)] == [[], [str(A)], [str(C)]]
    before = await registry.ask("GetDeadline", as_of=1, deadline="nop-ho-so")
    assert [v.ended for v in before.versions] == [False]
    with pytest.raises(Missing, match="The deadline other is not recorded"):
        await registry.ask("GetDeadline", deadline="other")


async def test_sources_that_tell_another_day_of_one_version_are_disputed_until_somebody_rules(
    registry: Registry,
) -> None:
    fields: dict[str, Any] = {"deadline": "d", "what": "Nộp", "effective": A, "record": RECORD}
    await registry.tell(SetDeadline(**{**fields, "effective": None}))
    for day in (30, 31):
        await registry.tell(SetDeadline(**fields, due=Due(month=3, day=day, years_after=1)))
    always, disputed = (await registry.ask("GetDeadline", deadline="d")).versions
    assert [(d.field, [t.value for t in d.told]) for d in disputed.disputes] == [("due.day", ["30", "31"])]
    assert not always.disputed
    ruling = e.Ruling(by=e.Party(words="Văn phòng"), reason="theo bản gốc")
    await registry.tell(SetDeadline(**fields, due=Due(month=3, day=31, years_after=1), ruling=ruling))
    ruled = (await registry.ask("GetDeadline", deadline="d")).versions
    assert [(v.disputed, value(v.due), len(v.rulings)) for v in ruled] == [(False, None, 0), (False, "03-31+1", 1)]


async def test_a_deadline_is_corrected_and_what_lifted_it_retracted(registry: Registry) -> None:
    await registry.tell(RegisterOrganisation(organisation="ubnd", name="UBND tỉnh"))
    await registry.tell(SetDeadline(**OWN))
    corrected = {**OWN, "due": Due(month=6, day=6, years_after=1), "record": RECORD}
    await registry.tell(SetDeadline(**corrected, correction=Correction(corrects=1, reason="misread")))
    await registry.tell(LiftDeadline(deadline="nop-ho-so", effective=C, record=RECORD))

    async def shown() -> list[tuple[str | None, bool]]:
        answer = await registry.ask("GetDeadline", deadline="nop-ho-so")
        return [(value(v.due), v.ended) for v in answer.versions]

    assert await shown() == [("06-06+1", False)]  # it was lifted before it was set
    await registry.tell(Retract(stream="deadline:nop-ho-so", retracts=3, reason="not so", record=RECORD))
    await registry.tell(LiftDeadline(deadline="nop-ho-so", effective=date(2025, 1, 1), record=RECORD))
    assert await shown() == [("06-06+1", True)]
    await registry.tell(Retract(stream="deadline:nop-ho-so", retracts=5, reason="not so", record=RECORD))
    assert await shown() == [("06-06+1", False)]


async def test_a_ruling_on_a_version_settles_until_when_it_is_in_force(registry: Registry) -> None:
    told: dict[str, Any] = {**OWN, "effective": date(2020, 1, 1)}
    await registry.tell(SetDeadline(**told, expires=date(2021, 1, 1), record=RECORD))
    before = await registry.position()
    ruling = e.Ruling(by=e.Party(words="Bộ"), reason="đọc nhầm")
    await registry.tell(SetDeadline(**told, expires=date(2030, 1, 1), record=RECORD, ruling=ruling))

    async def until(as_of: int | None = None) -> list[Any]:
        asked = await registry.ask("GetDeadline", deadline="nop-ho-so", on=date(2020, 6, 1), as_of=as_of)
        return [(value(one.until), certainty(one.until)) for one in asked.versions]

    assert [await until(before), await until()] == [[("2021-01-01", "STATED")], [("2030-01-01", "STATED")]]
    then = await registry.ask("GetDeadline", deadline="nop-ho-so", on=date(2025, 1, 1))
    assert len(then.versions) == 1
