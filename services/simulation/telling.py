"""The set as commands, in the order in which it all happened: what registry is told, from organisations to reviews.

Neighbours are about different things, so that a batch needs no commit for each command. A command's key names its place
in the set, and what it tells hangs on nothing but seed and key, so that a larger set adds to a smaller one.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from thidua.kernel.v1 import kernel_pb2 as k
from thidua.registry.v1 import registry_pb2 as r
from thidua.registry.v1 import types_pb2 as t

from services.simulation.blocs import Bloc, Stay, blocs_after, blocs_before, central_blocs, clusters_of_provinces
from services.simulation.nation import (
    IN_FORCE,
    LANDS,
    MINISTRIES_CHANGE,
    PROVINCES_CHANGE,
    Merger,
    Nation,
    Unit,
    provinces_of,
)
from services.simulation.years import MIDYEAR, OPENING, Act, Step, Told, Year

LAST_YEAR, MOST_YEARS = 2025, 10


def steps(seed: int, years: int = MOST_YEARS, share: float = 1.0) -> Iterator[Step]:
    """All that is told: of the last `years` up to 2025, and of a `share` of the provinces in full."""
    return _Telling(seed, years, max(1, round(LANDS * share))).steps()


class _Telling:
    def __init__(self, seed: int, years: int, lands: int) -> None:
        self._nation = Nation(seed)
        self._told = Told(self._nation.draw)
        self._years = range(LAST_YEAR - years + 1, LAST_YEAR)
        self._lands = range(lands)
        self._provinces = [number for land in self._lands for number in provinces_of(land)]

    def steps(self) -> Iterator[Step]:
        central = [*central_blocs(self._nation), *clusters_of_provinces(self._nation)]
        before = [*central, *(bloc for land in self._lands for bloc in blocs_before(self._nation, land))]
        after = [bloc for land in self._lands for bloc in blocs_after(self._nation, land)]
        yield from self._registered(self._units_before())
        yield from self._established(before)
        for year in self._years:
            yield from self._each(OPENING, before, year)
            yield from self._each(MIDYEAR, before, year)
        yield from self._changed(MINISTRIES_CHANGE, list(self._nation.ministries_merged()), before)
        yield from self._each(OPENING, before, LAST_YEAR)
        yield from self._changed(PROVINCES_CHANGE, list(self._merged()), before)
        yield from self._under_others()
        yield from self._established(after)
        yield from self._each(MIDYEAR, central, LAST_YEAR)
        yield from self._each(OPENING, after, LAST_YEAR)

    def _units_before(self) -> Iterator[Unit]:
        nation = self._nation
        yield from (nation.council, *nation.central(), *nation.provinces)
        for number in self._provinces:
            yield from (*nation.districts(number), *nation.communes(number), *nation.agencies(number))

    def _merged(self) -> Iterator[Merger]:
        """Provinces, communes and agencies on 1/7/2025."""
        yield from self._nation.provinces_merged()
        for number in self._provinces:
            yield from self._nation.communes_merged(number)
        for land in self._lands:
            yield from self._nation.agencies_merged(land)

    def _under_others(self) -> Iterator[Step]:
        """Districts that are no more since 1/7/2025, and who goes on under another body."""
        for number in self._provinces:
            yield from (self._gone(unit) for unit in self._nation.districts(number))
        for land in self._lands:
            yield from (self._moved(unit, superior) for unit, superior in self._nation.moved(land))

    def _established(self, blocs: Sequence[Bloc]) -> Iterator[Step]:
        """Blocs with their first members."""
        yield from map(self._founded, blocs)
        yield from (self._admitted(bloc, stay) for bloc in blocs for stay in bloc.stays if stay.since == bloc.since)

    def _changed(self, on: date, mergers: Sequence[Merger], blocs: Sequence[Bloc]) -> Iterator[Step]:
        """What mergers change: who there is, who is in which bloc, and which blocs end."""
        stays = [(bloc, stay) for bloc in blocs for stay in bloc.stays]
        yield from self._registered(merger.into for merger in mergers)
        yield from map(self._reorganised, mergers)
        yield from (self._ended(bloc, stay) for bloc, stay in stays if stay.until == on)
        yield from (self._admitted(bloc, stay) for bloc, stay in stays if stay.since == on)
        yield from (self._dissolved(bloc, on) for bloc in blocs if bloc.until == on)

    def _each(self, acts: Sequence[Act], blocs: Sequence[Bloc], year: int) -> Iterator[Step]:
        years = [Year.of(self._told.draw, bloc, year) for bloc in blocs]
        found = (act(self._told, one) for act in acts for one in years)
        return (step for step in found if step)

    def _registered(self, units: Iterable[Unit]) -> Iterator[Step]:
        for unit in units:
            key = f"organisation/{unit.id}"
            request = r.RegisterOrganisationRequest(
                organisation=unit.id,
                name=unit.name,
                kind=unit.kind,
                level=unit.level,
                superior=unit.superior,
                effective=str(unit.since),
                record=self._told.record(key),
            )
            yield Step(key, request)

    def _reorganised(self, merger: Merger) -> Step:
        """Of provinces, as of communes and agencies, by the resolution that is in force before the new ones work."""
        new = merger.into
        key = f"merged/{new.id}"
        request = r.ReorganiseRequest(
            reorganisation=f"{new.id}-merger",
            kind=t.REORGANISATION_KIND_MERGER,
            predecessors=t.PredecessorList(
                items=[t.Predecessor(organisation=one, ends=True) for one in merger.predecessors], exhaustive=True
            ),
            successors=t.SuccessorList(items=[t.Successor(organisation=new.id)], exhaustive=True),
            in_force_on=str(IN_FORCE) if new.since == PROVINCES_CHANGE else None,
            effective=str(new.since),
            record=self._told.record(key),
        )
        return Step(key, request)

    def _gone(self, unit: Unit) -> Step:
        key = f"gone/{unit.id}"
        request = r.DissolveOrganisationRequest(
            organisation=unit.id, effective=str(PROVINCES_CHANGE), record=self._told.record(key)
        )
        return Step(key, request)

    def _moved(self, unit: str, superior: str) -> Step:
        key = f"moved/{unit}"
        request = r.TransferOrganisationRequest(
            organisation=unit, superior=superior, effective=str(PROVINCES_CHANGE), record=self._told.record(key)
        )
        return Step(key, request)

    def _founded(self, bloc: Bloc) -> Step:
        key = f"bloc/{bloc.id}"
        central = bloc.authority.level == "central"
        request = r.EstablishBlocRequest(
            bloc=bloc.id,
            kind=t.BLOC_KIND_CUM if bloc.cluster else t.BLOC_KIND_KHOI,
            name=bloc.name,
            authority=bloc.authority.id,
            level=bloc.authority.level,
            province=None if central else bloc.authority.id,
            decision=self._decision(bloc, bloc.since, "established"),
            effective=str(bloc.since),
            record=self._told.record(key),
        )
        return Step(key, request)

    def _dissolved(self, bloc: Bloc, on: date) -> Step:
        key = f"dissolved/{bloc.id}"
        request = r.DissolveBlocRequest(
            bloc=bloc.id,
            decision=self._decision(bloc, on, "dissolved"),
            effective=str(on),
            record=self._told.record(key),
        )
        return Step(key, request)

    def _decision(self, bloc: Bloc, on: date, what: str) -> k.Source:
        number = f"{1 + self._told.draw.below(4_000, 'decision', bloc.id, on)}/QĐ-UBND"
        return k.Source(id=f"{bloc.id}-{what}", number=number, dated=str(on))

    def _admitted(self, bloc: Bloc, stay: Stay) -> Step:
        key = f"admitted/{bloc.id}/{stay.unit}"
        request = r.AdmitMemberRequest(
            authority=bloc.authority.id,
            unit=stay.unit,
            bloc=bloc.id,
            effective=str(stay.since),
            record=self._told.record(key),
        )
        return Step(key, request)

    def _ended(self, bloc: Bloc, stay: Stay) -> Step:
        key = f"ended/{bloc.id}/{stay.unit}"
        request = r.EndMembershipRequest(
            authority=bloc.authority.id,
            unit=stay.unit,
            bloc=bloc.id,
            effective=str(stay.until),
            record=self._told.record(key),
        )
        return Step(key, request)
