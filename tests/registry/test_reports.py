"""Reports on a bloc's year, inspections in it, and what its reviews note as results."""

from datetime import date
from typing import Any

import pytest

from services.kernel.decider import Command
from services.kernel.events import Event
from services.kernel.performing import Act
from services.kernel.provenance import Amount, Inference, Listed, Record, Source
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.inspection import HoldInspection
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.domain.report import PresentReport
from services.registry.domain.review import NoteReview
from tests.registry.support import RECORD, Registry, given

DAY = date(2024, 9, 10)
FOUNDED = e.BlocEstablished(bloc="b1", kind="KHOI", name="Khối 1", authority="central", effective=date(2020, 1, 1))
YEAR: dict[str, Any] = {"bloc": "b1", "year": 2024}
HUNDREDS = Amount(wording="hàng trăm", at_least=100)


def from_(source: str, *inferred: str) -> Record:
    found = tuple(Inference(field=field, basis="told beside it") for field in inferred)
    return Record(source=Source(id=source), place="whole text", inferred=found)


def acts(**fields: Any) -> dict[type[Command], tuple[Act, str, Event]]:
    """A report and an inspection, each with its stream and the event that keeps it."""
    told: dict[str, Any] = {**YEAR, "effective": DAY, **fields}
    return {
        PresentReport: (
            PresentReport(report="bc", **told),
            "report:bc",
            e.ReportPresented(report="bc", **told),
        ),
        HoldInspection: (
            HoldInspection(inspection="kt", **told),
            "inspection:kt",
            e.InspectionHeld(inspection="kt", **told),
        ),
    }


@pytest.mark.parametrize(("kind", "taken"), [(PresentReport, "report.known"), (HoldInspection, "inspection.known")])
def test_a_report_and_an_inspection_are_told_once_here_and_recorded_as_often_as_sources_tell_them(
    kind: type[Command], taken: str
) -> None:
    act, stream, event = acts()[kind]
    given({"bloc:b1": [FOUNDED]}).when(act).then(event)
    given({"bloc:b1": [FOUNDED], stream: [event]}).when(act).refused(taken)
    recorded, _, kept = acts(record=RECORD)[kind]
    given({stream: [event]}).when(recorded).then(kept)


@pytest.mark.parametrize("kind", acts(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("fields", "rule"),
    [({"bloc": "b2"}, "bloc.unknown"), ({"effective": None}, "act.day"), ({"year": 2026}, "act.year")],
    ids=str,
)
def test_a_report_and_an_inspection_here_are_of_a_bloc_a_day_and_a_year(
    kind: type[Command], fields: dict[str, Any], rule: str
) -> None:
    bloc = FOUNDED.model_copy(update={"effective": None}) if "effective" in fields else FOUNDED
    given({"bloc:b1": [bloc]}).when(acts(**fields)[kind][0]).refused(rule)
    given().when(acts(**fields, record=RECORD)[kind][0]).accepted()


@pytest.fixture
async def bloc(registry: Registry) -> Registry:
    await registry.tell(EstablishBloc(bloc="b1", kind="KHOI", name="Khối 1", record=from_("a")))
    return registry


async def test_a_report_shows_what_it_stresses_with_counts_as_worded(bloc: Registry) -> None:
    await bloc.tell(RegisterOrganisation(organisation="btp", name="Bộ Tư pháp"))
    stressed = (e.Highlight(text="Đại hội", agencies=("btp",)), e.Highlight(text="Gương tốt", count=HUNDREDS))
    record = from_("a", "conference", "highlights.items[0].agencies")
    told: dict[str, Any] = {"report": "bc", **YEAR, "highlights": Listed[e.Highlight](items=stressed)}
    await bloc.tell(PresentReport(**told, conference="c", record=record))
    year = await bloc.ask("GetBlocYear", **YEAR)
    (report,) = year.reports
    assert (report.conference.value, report.conference.mark.certainty) == ("c", "INFERRED")
    assert (report.presenter, report.presented_on, report.title, report.declared_count) == (None,) * 4
    congress, good = report.highlights
    assert [(a.value, a.mark.certainty) for a in congress.agencies] == [("btp", "INFERRED")]
    assert (congress.text.mark.certainty, congress.count) == ("STATED", None)
    assert (good.count.wording.value, good.count.at_least.value) == ("hàng trăm", "100")
    assert (good.count.at_most, good.count.exact) == (None, None)
    assert "btp" in {label.id for label in year.labels}
    assert (await bloc.ask("GetBlocYear", as_of=2, **YEAR)).reports == ()


async def test_a_report_that_two_sources_tell_is_one_report_of_the_year(bloc: Registry) -> None:
    for source, person, texts in (("a", "p-1", ("một", "hai")), ("b", "p-2", ("hai", "ba"))):
        stressed = Listed[e.Highlight](items=tuple(e.Highlight(text=text) for text in texts))
        presenter = e.Party(person=person)
        await bloc.tell(
            PresentReport(report="bc", **YEAR, presenter=presenter, highlights=stressed, record=from_(source))
        )
    (report,) = (await bloc.ask("GetBlocYear", **YEAR)).reports
    assert [(h.text.value, h.text.mark.source) for h in report.highlights] == [("một", "a"), ("hai", "a"), ("ba", "b")]
    assert [dispute.field for dispute in report.disputes] == ["presenter.person"]
    assert report.presenter.person.value == "p-1"


async def test_an_inspection_shows_of_what_by_whom_and_of_whom(bloc: Registry) -> None:
    told: dict[str, Any] = {
        "inspection": "kt",
        **YEAR,
        "item": "kiem-tra",
        "subjects": Listed[str](items=("Quy chế của khối",)),
        "inspectors": Listed[e.Party](items=(e.Party(agency="bca"), e.Party(words="cơ quan thường trực"))),
        "units": Listed[e.Member](items=(e.Member(unit="btp"),), declared_count=3),
        "findings": Listed[str](items=("Thực hiện tốt",), exhaustive=False),
    }
    await bloc.tell(HoldInspection(**told, effective=DAY, record=from_("a", "units.items[0]")))
    year = await bloc.ask("GetBlocYear", **YEAR)
    (shown,) = year.inspections
    assert (shown.on.value, shown.item.value, shown.subjects.items[0].value) == (
        "2024-09-10",
        "kiem-tra",
        "Quy chế của khối",
    )
    assert [p.agency.value if p.agency else p.words.value for p in shown.inspectors.items] == [
        "bca",
        "cơ quan thường trực",
    ]
    assert [(m.unit.value, m.unit.mark.certainty) for m in shown.units.items] == [("btp", "INFERRED")]
    assert (shown.units.declared_count.value, shown.units.exhaustive, shown.findings.exhaustive.value) == (
        "3",
        None,
        "false",
    )
    assert (year.state.value, year.state.mark.certainty) == ("INSPECTED", "STATED")


async def test_a_year_is_no_surer_to_be_inspected_than_the_year_of_the_inspection(bloc: Registry) -> None:
    await bloc.tell(HoldInspection(inspection="kt", **YEAR, record=from_("a", "year")))
    state = (await bloc.ask("GetBlocYear", **YEAR)).state
    assert (state.value, state.mark.certainty) == ("INSPECTED", "INFERRED")


async def test_a_review_notes_results_beside_limitations(bloc: Registry) -> None:
    results = Listed[str](items=("Có kế hoạch theo phong trào",), declared_count=2)
    await bloc.tell(NoteReview(review="r", **YEAR, results=results, record=from_("a")))
    (review,) = (await bloc.ask("GetBlocYear", **YEAR)).reviews
    assert [one.value for one in review.results.items] == ["Có kế hoạch theo phong trào"]
    assert (review.results.declared_count.value, review.limitations.items, review.inconsistent) == ("2", (), False)
