"""A bloc, its names and its members."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from pydantic import BaseModel

from services.kernel.provenance import Fact, Part
from services.kernel.telling import differ, fact, mark
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.membership import MEMBERSHIP, Stay, Stays, evolve
from services.registry.projections import BLOCS, STREAMS, Bloc, Stream
from services.registry.queries.common import Label, counted, facts, first, labels, latest, length, recorded, until
from services.registry.queries.names import NameFacts, names_told, variants_told


class GetBloc(BaseModel):
    """A bloc: its names, and the members that are told of it."""

    bloc: Id
    """The bloc."""
    on: date | None = None
    """The day of its name and of its members; all memberships and the latest name if absent."""


class MembershipFacts(Part):
    """A unit's time in the bloc."""

    unit: Fact
    """The member."""
    since: Fact | None
    """Its first day; absent where it is not known."""
    until: Fact | None
    """The first day after it; absent where it is not known or not over."""
    ended: bool
    """Whether its end is told."""
    disputed: bool
    """Whether another membership of the unit under the same authority contradicts it."""


class MemberFacts(Part):
    """A unit named as a member."""

    unit: Fact
    """The unit."""


class MemberFactList(Part):
    """The members, as far as they are named, beside how many there are said to be."""

    items: tuple[MemberFacts, ...]
    """Who is named."""
    declared_count: Fact | None
    """How many the source says there are."""
    exhaustive: Fact | None
    """Whether all are named."""


class DeclarationFacts(Part):
    """What one source tells of the members."""

    year: Fact | None
    """The year that it is about."""
    on: Fact | None
    """The day of which it speaks."""
    members: MemberFactList
    """The members."""


class DissolutionFacts(Part):
    """What one source tells of a bloc's end."""

    on: Fact | None
    """The first day on which it is no more."""
    decision: Fact | None
    """The document that decided it, by its id."""
    disputed: bool
    """Whether another source tells another day."""


class BlocAnswer(BaseModel):
    """A bloc."""

    bloc: str
    """Its id."""
    kind: Fact | None
    """KHOI or CUM."""
    authority: Fact | None
    """The organisation that organises it."""
    level: Fact | None
    """Its level."""
    province: Fact | None
    """Its province."""
    established_on: Fact | None
    """When it was established."""
    name: Fact | None
    """Its name on the day asked for."""
    names: tuple[NameFacts, ...]
    """Every name, in the order of telling."""
    variants: tuple[Fact, ...]
    """Other spellings and short forms."""
    memberships: tuple[MembershipFacts, ...]
    """Memberships that were started or ended."""
    declarations: tuple[DeclarationFacts, ...]
    """What sources declare of the members."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    dissolutions: tuple[DissolutionFacts, ...]
    """What sources tell of its end, whatever the day asked for; empty where none is recorded."""
    decision: Fact | None
    """The document that established it, by its id."""
    disputed: bool
    """Whether sources tell of its establishment in ways that cannot both be; each field is as told first."""


async def get_bloc(asked: GetBloc, view: View) -> BlocAnswer:
    bloc = await recorded(view, BLOCS, asked.bloc)
    established = [event for event in bloc.told if isinstance(event, e.BlocEstablished)]
    answer = BlocAnswer(
        bloc=asked.bloc,
        kind=first(established, "kind"),
        authority=first(established, "authority"),
        level=first(established, "level"),
        province=first(established, "province"),
        established_on=first(established, "effective"),
        name=latest(until(bloc.told, asked.on), "name"),
        names=names_told(bloc.told),
        variants=variants_told(bloc.told),
        memberships=tuple(m for m in await _memberships(view, bloc) if asked.on is None or _covers(m, asked.on)),
        declarations=tuple(_declaration(event) for event in bloc.declared),
        labels=(),
        dissolutions=_dissolutions(bloc.dissolved),
        decision=first(established, "decision.id"),
        disputed=differ(established, "kind", "name", "authority", "level", "province", "effective"),
    )
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _dissolutions(dissolved: Sequence[e.BlocDissolved]) -> tuple[DissolutionFacts, ...]:
    days = {event.effective for event in dissolved if event.effective}
    return tuple(
        DissolutionFacts(
            on=fact(event, "effective"),
            decision=fact(event, "decision.id"),
            disputed=event.effective is not None and len(days) > 1,
        )
        for event in dissolved
    )


def _declaration(event: e.MembersDeclared) -> DeclarationFacts:
    return DeclarationFacts(year=fact(event, "year"), on=fact(event, "effective"), members=declared(event))


def declared(event: e.MembersDeclared) -> MemberFactList:
    units = facts(event, "members.items[{}].unit", length(event, "members"))
    return MemberFactList(items=tuple(MemberFacts(unit=unit) for unit in units), **counted(event, "members"))


async def _memberships(view: View, bloc: Bloc) -> list[MembershipFacts]:
    streams = {MEMBERSHIP.of(event.authority, event.unit).name for event in bloc.memberships}
    claims: dict[str, Stream] = await view.many(STREAMS, streams)
    disputed = {unit for stream in claims.values() for unit in _disputed(stream)}
    return [m.model_copy(update={"disputed": m.unit.value in disputed}) for m in memberships(bloc)]


def memberships(bloc: Bloc) -> list[MembershipFacts]:
    """Every start with its end, and ends of which no start is told."""
    found: list[MembershipFacts] = []
    for event in bloc.memberships:
        unit, day = Fact(value=event.unit, mark=mark(event.record, "unit")), fact(event, "effective")
        open_ = next((i for i, m in enumerate(found) if m.unit.value == event.unit and not m.ended), None)
        if isinstance(event, e.MembershipStarted):
            found.append(MembershipFacts(unit=unit, since=day, until=None, ended=False, disputed=False))
        elif open_ is None:
            found.append(MembershipFacts(unit=unit, since=None, until=day, ended=True, disputed=False))
        else:
            found[open_] = found[open_].model_copy(update={"until": day, "ended": True})
    return found


def _disputed(stream: Stream) -> set[Id]:
    """The unit, where its memberships under one authority overlap on days that are told."""
    told = [event for event in stream.told if isinstance(event, e.MembershipStarted | e.MembershipEnded)]
    stays: Stays = ()
    for event in told:
        stays = evolve(stays, event)
    spans = sorted(_span(stay) for stay in stays)
    overlap = any(later[0] < earlier[1] for earlier, later in pairwise(spans))
    return {event.unit for event in told if overlap}


def _span(stay: Stay) -> tuple[date, date]:
    """The days on which it surely lasts: of what has no told start the last one, of what has no told end the first."""
    last = (stay.until or stay.since or date.min) if stay.ended else date.max
    return stay.since or last - timedelta(days=last > date.min), last


def _covers(membership: MembershipFacts, day: date) -> bool:
    since, until = membership.since, membership.until
    begun = since is None or since.value <= day.isoformat()
    return begun and (not membership.ended if until is None else day.isoformat() < until.value)
