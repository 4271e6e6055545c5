"""Guiding documents, and what cites them."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.kernel.errors import Missing
from services.kernel.events import Event
from services.kernel.provenance import Inference, Listed, Record, Source
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.conference import GiveGuidance, HoldConference
from services.registry.domain.document import CiteDocument, RegisterDocument
from services.registry.domain.movement_link import LinkMovement
from services.registry.domain.plan import RecordPlan
from tests.registry.support import RECORD, Registry, given

DAY = date(2024, 4, 10)
NUMBER: dict[str, Any] = {"document": "ct-34", "kind": "directive", "number": "34-CT/TW"}
REGISTERED = e.DocumentRegistered(**NUMBER)
ITEM = e.PlanItem(item="i1", text="Tọa đàm")
CITING: dict[str, tuple[e.Citing, str, Event]] = {
    "conference": (
        e.Citing(conference="c"),
        "conference:c",
        e.ConferenceHeld(conference="c", kind="OTHER", effective=DAY),
    ),
    "movement": (e.Citing(movement="m"), "movement:m", e.MovementLaunched(movement="m", effective=DAY)),
    "review": (e.Citing(review="r"), "review:r", e.ReviewNoted(review="r", bloc="b1", year=2024)),
    "report": (e.Citing(report="bc"), "report:bc", e.ReportPresented(report="bc", bloc="b1", year=2024)),
    "plan": (e.Citing(bloc="b1", year=2024), "plan:b1:2024", e.PlanRecorded(bloc="b1", year=2024, record=RECORD)),
}


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="the same number") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def test_a_document_is_registered_once_and_recorded_as_often_as_sources_tell_it() -> None:
    given().when(RegisterDocument(**NUMBER)).then(REGISTERED)
    given(REGISTERED).when(RegisterDocument(**NUMBER)).refused("document.known")
    again = RegisterDocument(document="ct-34", title="Chỉ thị", record=RECORD)
    given(REGISTERED).when(again).then(e.DocumentRegistered(document="ct-34", title="Chỉ thị", record=RECORD))


@pytest.mark.parametrize("record", [None, RECORD])
def test_a_document_has_a_number_or_a_title(record: Record | None) -> None:
    given().when(RegisterDocument(document="d", kind="law", record=record)).refused("document.title")


def test_a_document_does_not_expire_before_it_is_in_force() -> None:
    fields: dict[str, Any] = {**NUMBER, "effective": date(2024, 1, 1), "expires": date(2023, 12, 31)}
    given().when(RegisterDocument(**fields)).refused("document.period")
    given().when(RegisterDocument(**fields, record=RECORD)).accepted()
    given().when(RegisterDocument(**{**fields, "expires": date(2029, 1, 1)})).accepted()


@pytest.mark.parametrize("kind", CITING)
def test_what_cites_here_and_what_is_cited_are_both_recorded(kind: str) -> None:
    citing, stream, told = CITING[kind]
    act = CiteDocument(document="ct-34", citing=citing)
    given({"document:ct-34": [REGISTERED], stream: [told]}).when(act).then(
        e.DocumentCited(document="ct-34", citing=citing)
    )
    given({stream: [told]}).when(act).refused("document.unknown")
    given({"document:ct-34": [REGISTERED]}).when(act).refused("citation.unknown")
    given().when(act.model_copy(update={"record": RECORD})).then(
        e.DocumentCited(document="ct-34", citing=citing, record=RECORD)
    )


def test_a_part_that_cites_here_is_recorded_with_what_it_is_part_of() -> None:
    ground: dict[str, list[Event]] = {
        "document:ct-34": [REGISTERED],
        "conference:c": [CITING["conference"][2], e.GuidanceGiven(conference="c", guidance="g")],
        "plan:b1:2024": [e.PlanDrafted(bloc="b1", year=2024, items=Listed[e.PlanItem](items=(ITEM,)))],
    }
    for good, bad in (
        (e.Citing(conference="c", guidance="g"), e.Citing(conference="c", guidance="other")),
        (e.Citing(bloc="b1", year=2024, item="i1"), e.Citing(bloc="b1", year=2024, item="other")),
    ):
        given(ground).when(CiteDocument(document="ct-34", citing=good)).accepted()
        given(ground).when(CiteDocument(document="ct-34", citing=bad)).refused("citation.unknown")


@pytest.mark.parametrize(
    "citing",
    [
        {},
        {"guidance": "g"},
        {"movement": "m", "guidance": "g"},
        {"bloc": "b1"},
        {"year": 2024},
        {"bloc": "b1", "year": 2024, "review": "r"},
        {"conference": "c", "movement": "m"},
        {"review": "r", "item": "i"},
    ],
    ids=str,
)
def test_one_thing_cites_and_a_part_only_with_what_it_is_part_of(citing: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="must name one thing that cites: .* / cần nêu đúng một nơi viện dẫn"):
        e.Citing.model_validate(citing)


async def test_a_document_shows_every_title_and_what_cites_it(registry: Registry) -> None:
    titles = ("Nghị quyết Đại hội XIII", "Nghị quyết Đại hội Đảng lần thứ XIII")
    for source, title in zip("ab", titles, strict=True):
        await registry.tell(RegisterDocument(document="nq", title=title, record=from_(source)))
    await registry.tell(CiteDocument(document="nq", citing=e.Citing(movement="m"), record=from_("a", "document")))
    await registry.tell(
        CiteDocument(document="nq", citing=e.Citing(bloc="b1", year=2024), words="gắn với", record=from_("b"))
    )
    answer = await registry.ask("GetDocument", document="nq")
    assert [(title.value, title.mark.source) for title in answer.titles] == list(zip(titles, "ab", strict=True))
    assert (answer.number, answer.dated, answer.issuer, answer.in_force, answer.expires) == (None,) * 5
    assert (answer.disputed, answer.cut) == (False, False)
    movement, plan = answer.citations
    assert (movement.movement.value, movement.document.mark.certainty) == ("m", "INFERRED")
    assert (plan.bloc.value, plan.year.value, plan.item, plan.words.value) == ("b1", "2024", None, "gắn với")
    before = await registry.ask("GetDocument", as_of=1, document="nq")
    assert ([title.value for title in before.titles], before.citations) == ([titles[0]], ())


async def test_sources_that_give_a_document_another_day_are_disputed(registry: Registry) -> None:
    for source, day in (("a", date(2014, 4, 7)), ("b", date(2014, 7, 4))):
        await registry.tell(RegisterDocument(**NUMBER, dated=day, record=from_(source)))
    (dispute,) = (await registry.ask("GetDocument", document="ct-34")).disputes
    assert (dispute.field, [fact.value for fact in dispute.told]) == ("dated", ["2014-04-07", "2014-07-04"])
    ruling = e.Ruling(by=e.Party(words="Văn phòng"), reason="theo bản gốc")
    await registry.tell(RegisterDocument(**NUMBER, dated=date(2014, 4, 7), ruling=ruling, record=from_("c")))
    ruled = await registry.ask("GetDocument", document="ct-34")
    assert (ruled.dated.mark.source, ruled.disputed, len(ruled.rulings)) == ("c", False, 1)
    assert (await registry.ask("GetDocument", as_of=2, document="ct-34")).disputed


async def test_a_document_that_is_only_cited_is_shown_with_nothing_told_of_itself(registry: Registry) -> None:
    await registry.tell(CiteDocument(document="ct-19", citing=e.Citing(conference="c"), record=from_("a")))
    answer = await registry.ask("GetDocument", document="ct-19")
    assert (answer.number, answer.titles, len(answer.citations)) == (None, (), 1)
    with pytest.raises(Missing, match="The document ct-20 is not recorded"):
        await registry.ask("GetDocument", document="ct-20")


async def test_more_citations_than_asked_for_are_cut(registry: Registry) -> None:
    for movement in ("m1", "m2", "m3"):
        await registry.tell(CiteDocument(document="d", citing=e.Citing(movement=movement), record=from_("a")))
    shown = {limit: await registry.ask("GetDocument", document="d", limit=limit) for limit in (2, 3)}
    assert {limit: (len(a.citations), a.cut) for limit, a in shown.items()} == {2: (2, True), 3: (3, False)}


async def test_a_conference_and_a_year_show_what_they_cite_with_what_is_told_of_it(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    await registry.tell(
        HoldConference(conference="c", bloc="b1", kind="SUMMATION", closes=2024, record=from_("a")),
    )
    await registry.tell(GiveGuidance(conference="c", guidance="g", record=from_("a")))
    await registry.tell(RecordPlan(bloc="b1", year=2024, record=from_("a")))
    await registry.tell(RegisterDocument(**NUMBER, record=from_("a")))
    for citing in (
        e.Citing(conference="c", guidance="g"),
        e.Citing(bloc="b1", year=2024),
        e.Citing(bloc="b1", year=2023),
    ):
        for source, words in (("a", None), ("b", "theo tinh thần")):
            await registry.tell(CiteDocument(document="ct-34", citing=citing, words=words, record=from_(source)))
    (of_conference,) = (await registry.ask("GetConference", conference="c")).citations
    assert (of_conference.number.value, of_conference.guidance.value, of_conference.title) == ("34-CT/TW", "g", None)
    assert (of_conference.document.mark.source, of_conference.words.mark.source) == ("a", "b")
    of_year = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).citations
    assert [(c.guidance and c.guidance.value, c.year and c.year.value) for c in of_year] == [
        ("g", None),
        (None, "2024"),
    ]


async def test_a_movement_that_is_only_cited_is_neither_joined_nor_launched(registry: Registry) -> None:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    await registry.tell(LinkMovement(movement="m", bloc="b1", year=2024, manner="CITED", record=from_("a")))
    (movement,) = (await registry.ask("GetBlocYear", bloc="b1", year=2024)).movements
    assert (movement.own, movement.manner.value, movement.launched_on) == (False, "CITED", None)
