"""What a covenant pledges line by line, and what became of each line for whom."""

from datetime import date
from typing import Any

import pytest

from services.kernel.events import Event
from services.kernel.provenance import Inference, Listed, Record, Source
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.covenant import DrawUpCovenant, RecordCovenant, ReportCovenantResult, SignCovenant
from services.registry.domain.organisation import RegisterOrganisation
from tests.registry.support import RECORD, Registry, given
from tests.registry.test_decisions import members

DAY, END = date(2024, 4, 10), date(2025, 1, 15)
YEAR: dict[str, Any] = {"bloc": "b1", "year": 2024}
HERE: dict[str, Any] = {**YEAR, "authority": "central"}
FOUNDED = e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=date(2020, 1, 1))
GROUND: dict[str, list[Event]] = {"bloc:b1": [FOUNDED], **members("btp", "bca")}


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="as in the draft") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def line(name: str = "l1", **fields: Any) -> e.CovenantLine:
    return e.CovenantLine(line=name, indicator="Nhiệm vụ hoàn thành đúng hạn", **fields)


def lines(*told: e.CovenantLine, **more: Any) -> Listed[e.CovenantLine]:
    return Listed[e.CovenantLine](items=told, **more)


def share(wording: str, **fields: Any) -> e.Quantity:
    return e.Quantity(wording=wording, unit="%", **fields)


DRAWN_UP = e.CovenantDrawnUp(**YEAR, lines=lines(line(), line("l2", member="btp")), effective=DAY)
TOLD = {**GROUND, "covenant:b1:2024": [DRAWN_UP]}


def test_a_covenant_is_drawn_up_once_before_anyone_signs_it() -> None:
    act = DrawUpCovenant(**HERE, lines=lines(line()), effective=DAY)
    given(GROUND).when(act).then({"covenant:b1:2024": [e.CovenantDrawnUp(**YEAR, lines=lines(line()), effective=DAY)]})
    given(TOLD).when(act).refused("covenant.drawn-up")
    signed = e.CovenantSigned(**YEAR, signature=e.Signature(member="btp"), effective=DAY)
    given({**GROUND, "covenant:b1:2024": [signed]}).when(act).refused("covenant.closed")
    given(GROUND).when(act.model_copy(update={"lines": lines(line(), line())})).refused("covenant.lines")
    given(GROUND).when(act.model_copy(update={"effective": None})).refused("act.day")
    given().when(act).refused("bloc.unknown")
    recorded = DrawUpCovenant(**YEAR, lines=lines(line(), line()), record=RECORD)
    given({"covenant:b1:2024": [DRAWN_UP, signed]}).when(recorded).accepted()


def test_members_sign_a_covenant_that_is_drawn_up() -> None:
    given(TOLD).when(SignCovenant(**HERE, signature=e.Signature(member="btp"), effective=DAY)).accepted()


def test_a_result_is_told_here_of_a_line_that_binds_whom_it_is_told_of() -> None:
    def result(name: str, member: str | None, **fields: Any) -> ReportCovenantResult:
        return ReportCovenantResult(**{**HERE, "effective": END, "achieved": True, **fields}, line=name, member=member)

    given(TOLD).when(result("l1", None)).accepted()
    given(TOLD).when(result("l1", "bca")).accepted()
    given(TOLD).when(result("l2", "btp")).accepted()
    given(TOLD).when(result("l2", "bca")).refused("covenant.line")
    given(TOLD).when(result("l3", "btp")).refused("covenant.line")
    given(TOLD).when(result("l1", "ubnd")).refused("organisation.unknown")
    given(TOLD).when(result("l1", None, effective=None)).refused("act.day")
    given().when(result("l3", "ubnd", record=RECORD)).accepted()


def test_a_result_is_told_once_for_each_line_and_member_and_recorded_as_often_as_sources_tell_it() -> None:
    act = ReportCovenantResult(**HERE, line="l1", member="btp", achieved=False, effective=END)
    told = e.CovenantResultReported(**YEAR, line="l1", member="btp", achieved=False, effective=END)
    given(TOLD).when(act).then({"covenant:b1:2024": [told]})
    again = {**TOLD, "covenant:b1:2024": [DRAWN_UP, told]}
    given(again).when(act).refused("act.told")
    given(again).when(act.model_copy(update={"member": "bca"})).accepted()
    given(again).when(act.model_copy(update={"record": RECORD})).accepted()
    ruling = {"record": RECORD, "ruling": e.Ruling(by=e.Party(words="Khối trưởng"), reason="theo biên bản")}
    given(again).when(act.model_copy(update=ruling)).accepted()
    given(again).when(act.model_copy(update={**ruling, "member": "bca"})).refused("ruling.nothing")


@pytest.mark.parametrize("record", [None, RECORD])
def test_a_result_has_a_value_an_outcome_or_words(record: Record | None) -> None:
    told: dict[str, Any] = {**HERE, "line": "l1", "effective": END, "record": record}
    given(TOLD).when(ReportCovenantResult(**told)).refused("covenant.result")
    for one in ({"value": share("97%")}, {"achieved": False}, {"words": "Cơ bản hoàn thành"}):
        given(TOLD).when(ReportCovenantResult.model_validate({**told, **one})).accepted()


# Answers


async def covenant(registry: Registry, as_of: int | None = None) -> Any:
    return (await registry.ask("GetBlocYear", as_of=as_of, **YEAR)).covenant


@pytest.fixture
async def drawn_up(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    await registry.tell(RegisterOrganisation(organisation="btp", name="Bộ Tư pháp", record=from_("a")))
    told = lines(
        line(target=share("từ 95% trở lên", at_least="95")),
        line("l2", member="btp"),
        declared_count=6,
        exhaustive=False,
    )
    await registry.tell(
        DrawUpCovenant(**YEAR, lines=told, conference="c", effective=DAY, record=from_("a", "lines.items[0].target"))
    )


@pytest.mark.usefixtures("drawn_up")
async def test_a_covenant_shows_its_lines_with_targets_as_worded_and_nothing_of_a_signature(registry: Registry) -> None:
    shown = await covenant(registry)
    one, two = shown.lines
    assert (one.line, one.indicator.value, one.target.wording.value) == (
        "l1",
        "Nhiệm vụ hoàn thành đúng hạn",
        "từ 95% trở lên",
    )
    assert (one.target.at_least.value, one.target.figure, one.target.unit.value, one.better, one.member) == (
        "95",
        None,
        "%",
        None,
        None,
    )
    assert (one.target.at_least.mark.certainty, one.indicator.mark.certainty) == ("INFERRED", "STATED")
    assert (two.member.value, two.target, one.results, two.results) == ("btp", None, (), ())
    assert (shown.lines_declared_count.value, shown.lines_exhaustive.value, shown.drawn_up_on.value) == (
        "6",
        "false",
        "2024-04-10",
    )
    assert (shown.signed, shown.signed_on, shown.by_reference, shown.signatures) == (None, None, None, ())
    assert (shown.conference.value, shown.disputed) == ("c", False)


@pytest.mark.usefixtures("drawn_up")
async def test_a_line_is_achieved_as_told_or_by_its_numbers_inferred_and_else_unknown(registry: Registry) -> None:
    told_of: dict[str, dict[str, Any]] = {
        "u1": {"value": share("97%", figure="97")},
        "u2": {"value": share("80%", figure="80")},
        "u3": {"value": share("gần hết")},
        "u4": {"achieved": True},
        "u5": {"value": share("80%", figure="80"), "achieved": True},
        "u6": {"words": "Chưa đánh giá"},
    }
    for member, fields in told_of.items():
        told = {**YEAR, "line": "l1", "member": member, **fields, "effective": END, "record": from_("b")}
        await registry.tell(ReportCovenantResult.model_validate(told))
    results = {r.member.value: r for r in (await covenant(registry)).lines[0].results}
    known = {m: (r.achieved.value, r.achieved.mark.certainty) if r.achieved else None for m, r in results.items()}
    assert known == {
        "u1": ("true", "INFERRED"),
        "u2": ("false", "INFERRED"),
        "u3": None,
        "u4": ("true", "STATED"),
        "u5": ("true", "STATED"),
        "u6": None,
    }
    basis = "97% against the target từ 95% trở lên / 97% so với chỉ tiêu từ 95% trở lên; as in the draft"
    assert (results["u1"].achieved.mark.basis, results["u1"].value.figure.mark.certainty) == (basis, "STATED")
    assert [m for m, r in results.items() if r.disputed] == ["u5"]
    (dispute,) = results["u5"].disputes
    assert (dispute.field, [told.value for told in dispute.told]) == ("achieved", ["true", "false"])
    assert (results["u4"].value, [w.value for w in results["u6"].words]) == (None, ["Chưa đánh giá"])


def test_no_result_is_told_here_of_a_line_that_a_ruling_took_out() -> None:
    ruled = e.CovenantDrawnUp(
        **YEAR, lines=lines(line("l2")), record=RECORD, ruling=e.Ruling(by=e.Party(words="Bộ"), reason="đọc nhầm")
    )
    told = {**GROUND, "covenant:b1:2024": [DRAWN_UP, ruled]}
    act = ReportCovenantResult(**HERE, line="l1", achieved=True, effective=END)
    given(TOLD).when(act).accepted()
    given(told).when(act).refused("covenant.line")
    given(told).when(act.model_copy(update={"line": "l2"})).accepted()


@pytest.mark.usefixtures("drawn_up")
async def test_a_ruling_settles_one_member_s_result_and_no_other(registry: Registry) -> None:
    for source, value in (("a", "90"), ("b", "97")):
        for member in ("btp", None):
            told: dict[str, Any] = {**YEAR, "line": "l1", "member": member, "record": from_(source)}
            await registry.tell(ReportCovenantResult(**told, value=share(f"{value}%", figure=value)))
    before = await registry.position()
    ruling = e.Ruling(by=e.Party(agency="btp"), reason="theo báo cáo năm")
    told = {**YEAR, "line": "l1", "member": "btp", "ruling": ruling, "record": from_("c")}
    await registry.tell(ReportCovenantResult(**told, value=share("97%", figure="97")))
    member, whole = (await covenant(registry)).lines[0].results
    assert (member.value.figure.value, member.disputed, len(member.rulings)) == ("97", False, 1)
    assert (whole.value.figure.value, whole.member, whole.disputed, whole.rulings) == ("90", None, True, ())
    assert "value.figure" in [one.field for one in whole.disputes]
    assert (await covenant(registry, as_of=before)).lines[0].results[0].disputed


@pytest.mark.usefixtures("drawn_up")
async def test_lines_that_sources_tell_otherwise_are_disputed_and_judge_no_result_in_doubt(registry: Registry) -> None:
    other = lines(line(target=share("99%", at_least="99")))
    await registry.tell(DrawUpCovenant(**YEAR, lines=other, record=from_("b")))
    for member, value in (("btp", "97"), ("bca", "99.5")):
        told: dict[str, Any] = {**YEAR, "line": "l1", "member": member, "record": from_("b")}
        await registry.tell(ReportCovenantResult(**told, value=share(f"{value}%", figure=value)))
    shown = await covenant(registry)
    assert [(d.field, d.about, [t.value for t in d.told]) for d in shown.disputes] == [
        ("lines.target.at_least", "l1", ["95", "99"])
    ]
    between, above = shown.lines[0].results
    assert (between.achieved, above.achieved.value) == (None, "true")


async def test_a_covenant_known_by_reference_has_no_lines_and_one_of_results_alone_shows_them(
    registry: Registry,
) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    await registry.tell(RecordCovenant(**YEAR, by_reference=True, record=from_("a")))
    shown = await covenant(registry)
    assert (shown.by_reference.value, shown.lines, shown.lines_declared_count, shown.drawn_up_on) == (
        "true",
        (),
        None,
        None,
    )
    await registry.tell(ReportCovenantResult(**YEAR, line="l9", achieved=True, record=from_("a")))
    (only,) = (await covenant(registry)).lines
    assert (only.line, only.indicator, only.target, only.results[0].achieved.value) == ("l9", None, None, "true")
