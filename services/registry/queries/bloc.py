"""A bloc, its names and its members."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from pydantic import BaseModel

from services.kernel.once import once
from services.kernel.provenance import Fact, Mark, Part
from services.kernel.telling import agreed, fact, first, mark, resting
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.deputising import deputising
from services.registry.domain.head import Head
from services.registry.domain.leadership import Leadership
from services.registry.domain.ruling import holding, until
from services.registry.projections import BLOCS, STREAMS, Bloc, Stream
from services.registry.queries.common import DisputeShown, Label, facts, labels, latest, length, recorded
from services.registry.queries.disputes import RulingShown, contradictions, rulings
from services.registry.queries.endings import DissolutionShown, Taking, WarningShown, dissolutions_told, warnings
from services.registry.queries.names import NameShown, names_told, variants_told
from services.registry.queries.regulation import RegulationShown, regulations_of
from services.registry.stays import Stay, Stays, stays

CONTRADICTED = Mark(
    certainty="INFERRED",
    basis="another membership under the same authority contradicts it"
    " / có tư cách thành viên khác thuộc cùng cơ quan tổ chức mâu thuẫn với tư cách này",
)
UNKNOWN_START = "its first day as a member is not recorded / chưa ghi nhận ngày đầu là thành viên"


class GetBloc(BaseModel):
    """A bloc: its names, and the members that are told of it."""

    bloc: Id
    """The bloc."""
    on: date | None = None
    """The day of its name and of its members; all memberships and the latest name if absent."""


class MembershipShown(Part):
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
    """Whether another membership of the unit under the same authority contradicts it, on the day asked for if there is
    one, or it is told to be under another authority than the one that organises the bloc."""
    decision: Fact | None
    """The document that admitted it, by its id."""
    end_decision: Fact | None
    """The document that released it, by its id."""
    moved_from: Fact | None
    """The bloc that it left by the act by which it joined this one."""
    moved_to: Fact | None
    """The bloc that it joined by the act by which it left this one."""


class MemberShown(Part):
    """A unit named as a member."""

    unit: Fact
    """The unit."""


class MemberFactList(Part):
    """The members, as far as they are named, beside how many there are said to be."""

    items: tuple[MemberShown, ...]
    """Who is named."""
    declared_count: Fact | None
    """How many the source says there are."""
    exhaustive: Fact | None
    """Whether all are named."""
    disputes: tuple[DisputeShown, ...] = ()
    """What several sources tell otherwise of them; the first is shown."""


class DeclarationShown(Part):
    """What one source tells of the members."""

    year: Fact | None
    """The year that it is about."""
    on: Fact | None
    """The day of which it speaks."""
    members: MemberFactList
    """The members."""


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
    names: tuple[NameShown, ...]
    """Every name, in the order of telling."""
    variants: tuple[Fact, ...]
    """Other spellings and short forms."""
    memberships: tuple[MembershipShown, ...]
    """Memberships that were started or ended."""
    declarations: tuple[DeclarationShown, ...]
    """What sources declare of the members."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    dissolutions: tuple[DissolutionShown, ...]
    """What sources tell of its end, whatever the day asked for; empty where none is recorded."""
    decision: Fact | None
    """The document that established it, by its id."""
    disputed: bool
    """Whether sources tell of its establishment in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise of its establishment."""
    rulings: tuple[RulingShown, ...]
    """Rulings on its establishment, oldest first: each holds instead of what was told of it before."""
    warnings: tuple[WarningShown, ...]
    """Its members and its authority that are no more, or whose work went to others, while their memberships go on."""
    regulations: tuple[RegulationShown, ...]
    """The regulations by which it works on the day asked for, as far as is told; all if no day is asked for."""


async def get_bloc(asked: GetBloc, view: View) -> BlocAnswer:
    bloc: Bloc = await recorded(view, BLOCS, asked.bloc)
    claims = await claimed(view, asked.bloc, bloc)
    then = [one for one in claims if asked.on is None or one.stay.lasts(asked.on)]
    authority = authority_told(bloc)
    answer = BlocAnswer(
        bloc=asked.bloc,
        **_told(bloc),
        name=latest(until(holding(bloc.told), asked.on), "name"),
        memberships=_memberships(then, authority, asked.on),
        labels=(),
        warnings=await warnings(view, [*belonging(then), *organising(authority)], authority, asked.on),
        regulations=await regulations_of(view, asked.bloc, bloc, asked.on),
    )
    return answer.model_copy(update={"labels": await labels(view, answer, asked.on)})


@once
def _told(bloc: Bloc) -> dict[str, Any]:
    """What its row alone tells, whatever the day, by field of the answer."""
    told, founded = holding(bloc.told), established(bloc)
    contradicting = contradictions(founded, e.BlocFacts)
    return {
        "kind": first(founded, "kind"),
        "authority": authority_told(bloc),
        "level": first(founded, "level"),
        "province": first(founded, "province"),
        "established_on": first(founded, "effective"),
        "names": names_told(told),
        "variants": variants_told(told),
        "declarations": tuple(_declaration(event) for event in bloc.declared),
        "dissolutions": dissolutions_told(bloc.dissolved),
        "decision": first(founded, "decision.id"),
        "disputed": bool(contradicting),
        "disputes": contradicting,
        "rulings": rulings(bloc.told),
    }


@once
def established(bloc: Bloc) -> Sequence[e.BlocEstablished]:
    """What holds of how it was established."""
    return [event for event in holding(bloc.told) if isinstance(event, e.BlocEstablished)]


def _declaration(event: e.MembersDeclared) -> DeclarationShown:
    return DeclarationShown(year=fact(event, "year"), on=fact(event, "effective"), members=declared(event))


def declared(event: e.MembersDeclared) -> MemberFactList:
    units = facts(event, "members.items[{}].unit", length(event, "members"))
    return MemberFactList(
        items=tuple(MemberShown(unit=unit) for unit in units),
        declared_count=fact(event, "members.declared_count"),
        exhaustive=fact(event, "members.exhaustive"),
    )


class Claimed(NamedTuple):
    """A stay in a bloc, and those of the unit under the same authority that contradict it."""

    stay: Stay
    rivals: Stays

    def disputed(self, first: date | None = None, last: date | None = None) -> bool:
        """Whether one contradicts it, on the day or one of those up to the last, if they are given: one in this bloc
        tells its days otherwise, and one in another counts on them.
        """
        return any(first is None or one.bloc == self.stay.bloc or one.lasts(first, last) for one in self.rivals)

    def doubtful(self, organiser: Fact | None, on: date | None) -> bool:
        """Whether one contradicts it on the day, or it is told to be under another than who organises the bloc."""
        return self.disputed(on) or (organiser is not None and self.stay.told[0].authority != organiser.value)


def _memberships(claims: Sequence[Claimed], authority: Fact | None, on: date | None) -> tuple[MembershipShown, ...]:
    """Of a day's the units are no surer than the days of their stays."""
    return tuple(_membership(claim.stay, claim.doubtful(authority, on), on is not None) for claim in claims)


@once
def _membership(stay: Stay, disputed: bool, of_day: bool) -> MembershipShown:
    return MembershipShown(
        unit=member(stay) if of_day else unit(stay),
        since=agreed(stay.begun, "effective"),
        until=agreed(stay.ended, "effective"),
        ended=bool(stay.ended),
        disputed=disputed,
        decision=agreed(stay.begun, "decision.id"),
        end_decision=agreed(stay.ended, "decision.id"),
        moved_from=agreed(stay.begun, "moved_from"),
        moved_to=agreed(stay.ended, "moved_to"),
    )


async def claimed(view: View, bloc: Id, known: Bloc) -> list[Claimed]:
    """Every stay in a bloc, by each claim of a unit: starts with their ends, and ends of which no start is told."""
    return claimed_in(bloc, known, await view.many(STREAMS, known.members))


def claimed_in(bloc: Id, known: Bloc, streams: Mapping[str, Stream]) -> list[Claimed]:
    """The same, of streams that are read already."""
    return [one for name in known.members for one in _claimed(streams[name]) if one.stay.bloc == bloc]


@once
def _claimed(stream: Stream) -> tuple[Claimed, ...]:
    """A unit's stays under one authority, in whichever bloc."""
    told = [event for event in stream.told if isinstance(event, e.MembershipStarted | e.MembershipEnded)]
    found = stays(told)
    return tuple(Claimed(one, tuple(o for o in found if o is not one and overlap((one, o)))) for one in found)


def unit(stay: Stay) -> Fact:
    known = agreed(stay.told, "unit")
    assert known is not None
    return known


@once
def member(stay: Stay) -> Fact:
    """The unit as a member on a day of its stay: inferred where its first day is not told."""
    own = unit(stay)
    if stay.since is None:
        own = Fact(value=own.value, mark=mark(stay.told[0].record, "unit", UNKNOWN_START))
    return resting(own, agreed(stay.begun, "effective"), agreed(stay.ended, "effective"))


@once
def authority_told(bloc: Bloc) -> Fact | None:
    """Who organises the bloc."""
    return first(established(bloc), "authority")


def member_of(claim: Claimed, first: date, last: date | None = None) -> Fact:
    """The same, by inference where another membership contradicts it on the day, or one of those up to the last."""
    own = member(claim.stay)
    return resting(own, CONTRADICTED) if claim.disputed(first, last) else own


def belonging(claims: Iterable[Claimed]) -> list[Taking]:
    """The members of these stays."""
    return [Taking(member(claim.stay), "MEMBER", claim.stay) for claim in claims]


def organising(authority: Fact | None) -> list[Taking]:
    return [Taking(authority, "AUTHORITY")] if authority else []


def heading(heads: Iterable[Head]) -> list[Taking]:
    return [Taking(head.agency, "HEAD") for head in heads if head.agency]


def leading_bloc(leadership: Leadership, heads: Sequence[Head], day: date) -> list[Taking]:
    """Heads, and who are their deputies on a day."""
    deputies = (one.deputy.agency for head in heads for one in deputising(leadership, head, day))
    return heading(heads) + [Taking(agency, "DEPUTY_HEAD") for agency in deputies if agency]


def overlap(found: Stays) -> bool:
    """Whether a unit's stays under one authority overlap on days that are told."""
    spans = sorted(_span(stay) for stay in found)
    return any(later[0] < earlier[1] for earlier, later in pairwise(spans))


def _span(stay: Stay) -> tuple[date, date]:
    """The days on which it is known to last: without a told start the last, without the day of its end the first."""
    last = stay.after
    return stay.since or last - timedelta(days=last > date.min), last
