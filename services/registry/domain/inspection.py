"""Inspections of emulation work in a bloc."""

from typing import Any

from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import Act, counted, performed_on
from services.kernel.telling import require, tell
from services.registry import events as e
from services.registry.domain.bloc import BLOC, Bloc, established
from services.registry.domain.organisation import Mentioned, agencies, all_active, reads
from services.registry.domain.ruling import settles


class HoldInspection(e.InspectionFacts, Act):
    """Hold an inspection, and tell what was found."""


Inspection = int
"""How often it was told."""


def evolve(inspection: Inspection, event: e.InspectionEvent) -> Inspection:
    del event
    return inspection + 1


INSPECTION: Fold[Inspection] = Fold("inspection", 0, evolve)


def hold(command: HoldInspection, inspection: Inspection, bloc: Bloc, *organisations: Any) -> Events:
    if command.record is None:
        require(inspection == 0, "inspection.known", en="This id is taken.", vi="Mã cuộc kiểm tra này đã có.")
        established(bloc, command.effective)
        performed_on(command, command.year)
        counted(command)
        all_active(_naming(command), organisations, command.effective)
    settles(command, inspection)
    return [tell(e.InspectionHeld, command)]


def _naming(command: HoldInspection) -> Mentioned:
    inspected = {f"units.items[{i}].unit": member.unit for i, member in enumerate(command.units.items)}
    return {**agencies("inspectors.items[{}]", command.inspectors.items), **inspected}


HANDLERS: Handlers = {
    HoldInspection: Handler(lambda c: [INSPECTION.of(c.inspection), BLOC.of(c.bloc), *reads(c, _naming(c))], hold)
}
