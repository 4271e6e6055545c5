"""What is read of a bloc to say what is due in it: everything of its years, as told of days up to the one asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.kernel.errors import Missing
from services.kernel.provenance import Fact, Mark
from services.kernel.telling import fact, resting
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.covenant import COVENANT
from services.registry.domain.deadline import Version
from services.registry.domain.heading import headed_in
from services.registry.domain.plan import PLAN
from services.registry.domain.ruling import holding
from services.registry.projections import (
    BLOCS,
    DEADLINES,
    LEADERSHIPS,
    ORGANISATIONS,
    STREAMS,
    YEARS,
    Bloc,
    Deadline,
    Led,
    Organisation,
    Stream,
    Year,
    deadline_terms,
    year_key,
)
from services.registry.queries.acts import YearAct, acts_in
from services.registry.queries.bloc import belonging, claimed_in, declared, heading, member, organising
from services.registry.queries.common import first, surest
from services.registry.queries.endings import Taking
from services.registry.queries.plan import plan_of
from services.registry.queries.year import leading
from services.registry.stays import Stay

LEFT_UNKNOWN = "it is told to have left, on a day that is not known / đã thôi là thành viên, chưa rõ từ ngày nào"
DECLARED_AFTER = (
    "it was declared a member after it is told to have left / được kê khai là thành viên sau ngày đã thôi là thành viên"
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is read of a bloc, as told of days up to the one asked for."""

    bloc: Id
    authority: Fact | None
    level: str | None
    led: Led
    members: Mapping[int, Sequence[Fact]]
    """Of each year."""
    plans: Mapping[int, Sequence[e.PlanEvent]]
    covenants: Mapping[int, Sequence[e.CovenantEvent]]
    acts: Mapping[int, Sequence[YearAct]]
    deadlines: Sequence[tuple[Id, Version]]
    belonging: Sequence[Taking]
    """Who is a member on the day."""
    units: Mapping[str, Organisation]
    """What is told of those who have a part in the bloc."""
    since: date
    """The first day on which it may be there."""
    on: date


async def grounds_of(view: View, blocs: Sequence[Id], years: Sequence[int], on: date) -> list[Ground]:
    """Each bloc that there is on the day, read with all others at once. Raises Missing for the only one."""
    docs: dict[str, Bloc] = {key: doc for key, doc in (await view.many(BLOCS, blocs)).items() if doc.stands}
    if len(blocs) == 1 and not docs:
        raise Missing(en=f"The bloc {blocs[0]} is not recorded.", vi=f"Chưa ghi nhận khối, cụm {blocs[0]}.")
    there = {key: doc for key, doc in docs.items() if _there(doc, on)}
    led: dict[str, Led] = await view.many(LEADERSHIPS, there)
    told: dict[str, Year] = await view.many(YEARS, [year_key(b, y) for b in there for y in years])
    papers = [kind.of(b, str(y)).name for kind in (COVENANT, PLAN) for b in there for y in years]
    acts = [name for year in told.values() for name in year.acts]
    claims = [name for doc in there.values() for name in doc.members]
    streams: dict[str, Stream] = await view.many(STREAMS, [*papers, *acts, *claims])
    deadlines = await _deadlines(view, there)
    grounds = [
        _ground(bloc, doc, led.get(bloc) or Led(), years, told, streams, deadlines, on) for bloc, doc in there.items()
    ]
    parts = {part.agency.value for ground in grounds for part in takings(ground)}
    units: dict[str, Organisation] = await view.many(ORGANISATIONS, parts)
    return [replace(ground, units=units) for ground in grounds]


def _there(doc: Bloc, on: date) -> bool:
    """Whether nothing says that the bloc is not there yet, or is dissolved."""
    return _since(doc) <= on and not any(x.effective is None or x.effective <= on for x in doc.dissolved)


def _since(doc: Bloc) -> date:
    return min((event.effective for event in _established(doc) if event.effective), default=date.min)


async def _deadlines(view: View, blocs: Mapping[str, Bloc]) -> dict[Id, list[Version]]:
    terms = {term for key, doc in blocs.items() for term in deadline_terms(key, _authority(doc))}
    found: list[tuple[str, Deadline]] = await view.having(DEADLINES, terms)
    return {key: doc.versions for key, doc in found}


def _authority(doc: Bloc) -> Id | None:
    told = first(_established(doc), "authority")
    return told.value if told else None


def _established(doc: Bloc) -> list[e.BlocEstablished]:
    return [event for event in holding(doc.told) if isinstance(event, e.BlocEstablished)]


def _ground(
    bloc: Id,
    doc: Bloc,
    led: Led,
    years: Sequence[int],
    told: Mapping[str, Year],
    streams: Mapping[str, Stream],
    deadlines: Mapping[Id, Sequence[Version]],
    on: date,
) -> Ground:
    claims = claimed_in(bloc, doc, streams)
    level = first(_established(doc), "level")
    authority = first(_established(doc), "authority")

    def paper(kind: Any, year: int) -> list[Any]:
        stream = streams.get(kind.of(bloc, str(year)).name)
        return [event for event in (stream.told if stream else ()) if _so_far(event, on)]

    return Ground(
        bloc=bloc,
        authority=authority,
        level=level.value if level else None,
        led=led,
        members={y: _members(doc, [one.stay for one in claims], y, on) for y in years},
        plans={y: paper(PLAN, y) for y in years},
        covenants={y: paper(COVENANT, y) for y in years},
        acts={y: acts_in(key, told[key], streams) if (key := year_key(bloc, y)) in told else () for y in years},
        deadlines=[(key, v) for key, found in deadlines.items() for v in found if _is_for(v, bloc, authority, level)],
        belonging=belonging(one for one in claims if one.stay.lasts(on)),
        units={},
        since=_since(doc),
        on=on,
    )


def _members(doc: Bloc, stays: Sequence[Stay], year: int, on: date) -> list[Fact]:
    """Who is declared for the year, or was a member on any of its days, and has not left by the day asked for."""
    stayed = [stay for stay in stays if stay.lasts(on) and stay.lasts(date(year, 1, 1), date(year, 12, 31))]
    told = [event for event in doc.declared if (event.year or (event.effective and event.effective.year)) == year]
    own = [(event, item.unit) for event in told for item in declared(event).items]
    known = (_declared(unit, event, [stay for stay in stays if stay.unit == unit.value], on) for event, unit in own)
    return list(surest([*map(member, stayed), *filter(None, known)]))


def _declared(unit: Fact, event: e.MembersDeclared, stays: Sequence[Stay], on: date) -> Fact | None:
    """A unit that is declared a member, no surer than the year that the list is about; null where by its stays it is
    not one on the day. It is one by inference where it left on a day that is not known, or was declared after it.
    """
    known = resting(unit, fact(event, "year") or fact(event, "effective"))
    if not stays or any(stay.lasts(on) for stay in stays):
        return known
    if any(stay.ended and stay.until is None for stay in stays):
        return resting(known, _inferred(LEFT_UNKNOWN))
    left = max((stay.after for stay in stays if stay.ended), default=date.max)
    return resting(known, _inferred(DECLARED_AFTER)) if event.effective and left <= event.effective else None


def _inferred(basis: str) -> Fact:
    return Fact(value="", mark=Mark(certainty="INFERRED", basis=basis))


def _so_far(event: Any, on: date) -> bool:
    return event.effective is None or event.effective <= on


def _is_for(version: Version, bloc: Id, authority: Fact | None, level: Fact | None) -> bool:
    """Whether a deadline is for the bloc; one of a level only where that is told to be the bloc's."""
    told = holding(version.told)
    wanted = {field: first(told, field) for field in ("bloc", "authority", "level")}
    own = {"bloc": bloc, "authority": authority and authority.value, "level": level and level.value}
    return all(known is None or known.value == own[field] for field, known in wanted.items())


def takings(ground: Ground) -> list[Taking]:
    """Who has a part in the bloc in the year of the day."""
    heads = headed_in(ground.led.leadership, ground.on.year).heads
    plan = plan_of(ground.plans[ground.on.year])
    return [*ground.belonging, *heading(heads), *leading(plan), *organising(ground.authority)]
