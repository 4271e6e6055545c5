"""Reports on a bloc's year."""

from typing import Any

from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import Act, counted, performed_on
from services.kernel.telling import require, tell
from services.registry import events as e
from services.registry.domain.bloc import BLOC, Bloc, established
from services.registry.domain.organisation import Mentioned, agencies, all_active, reads
from services.registry.domain.ruling import settles


class PresentReport(e.ReportFacts, Act):
    """Present a report on the year."""


Report = int
"""How often it was told."""


def evolve(report: Report, event: e.ReportEvent) -> Report:
    del event
    return report + 1


REPORT: Fold[Report] = Fold("report", 0, evolve)


def present(command: PresentReport, report: Report, bloc: Bloc, *organisations: Any) -> Events:
    if command.record is None:
        require(report == 0, "report.known", en="This id is taken.", vi="Mã báo cáo này đã có.")
        established(bloc, command.effective)
        performed_on(command, command.year)
        counted(command)
        all_active(_naming(command), organisations, command.effective)
    settles(command, report)
    return [tell(e.ReportPresented, command)]


def _naming(command: PresentReport) -> Mentioned:
    highlighted = {
        f"highlights.items[{i}].agencies[{j}]": agency
        for i, highlight in enumerate(command.highlights.items)
        for j, agency in enumerate(highlight.agencies)
    }
    return {**agencies("presenter", [command.presenter]), **highlighted}


HANDLERS: Handlers = {
    PresentReport: Handler(lambda c: [REPORT.of(c.report), BLOC.of(c.bloc), *reads(c, _naming(c))], present)
}
