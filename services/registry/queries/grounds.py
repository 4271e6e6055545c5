"""What is read of a bloc to say what is due in it, as told of days up to the one asked for.

Rows are read for all blocs at once, and only those that can matter; what is made of them is made when it is asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from services.kernel.errors import Missing
from services.kernel.once import once
from services.kernel.provenance import Fact
from services.kernel.telling import first
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.conference import CONFERENCE
from services.registry.domain.covenant import COVENANT
from services.registry.domain.duty import duties_of
from services.registry.domain.head import Head
from services.registry.domain.heading import headed_in, held_over
from services.registry.domain.leadership import Leadership
from services.registry.domain.plan import PLAN
from services.registry.projections import (
    BLOCS,
    DEADLINES,
    LEADERSHIPS,
    STREAMS,
    YEARS,
    Bloc,
    InvolvingEvent,
    Led,
    Stream,
    Year,
    deadline_terms,
    involved_by,
    year_key,
)
from services.registry.queries.acts import YearAct, acts_in
from services.registry.queries.bloc import (
    Claimed,
    authority_told,
    claimed_in,
    established,
    leading_bloc,
    member_of,
    organising,
)
from services.registry.queries.covenant import CovenantShown, covenant_of
from services.registry.queries.days import by
from services.registry.queries.due import Rule, rules_of
from services.registry.queries.duty import serving
from services.registry.queries.endings import Taking, gone
from services.registry.queries.heads import in_office, summations_in
from services.registry.queries.members import members_on
from services.registry.queries.plan import PlanShown, plan_of
from services.registry.queries.year import leading, signing_in
from services.registry.stays import Stay
from services.registry.tenures import tenures


@dataclass(frozen=True)
class Rows:
    """What is read, of every bloc."""

    led: Mapping[str, Led]
    years: Mapping[str, Year]
    streams: Mapping[str, Stream]
    rules: Sequence[Rule]


@dataclass(frozen=True)
class Ground:
    """A bloc."""

    bloc: Id
    doc: Bloc
    rows: Rows
    years: Sequence[int]
    on: date

    @cached_property
    def authority(self) -> Fact | None:
        return authority_told(self.doc)

    @cached_property
    def rules(self) -> list[Rule]:
        """The deadlines that are for it; one of a level only where that is told to be the bloc's."""
        authority, level = self.authority and self.authority.value, first(established(self.doc), "level")
        own, since = (self.bloc, authority, level and level.value), _since(self.doc)
        return [
            rule
            for rule in self.rows.rules
            if since <= rule.by
            and all(not wanted or is_ in wanted for wanted, is_ in zip(rule.scope, own, strict=True))
        ]

    @cached_property
    def perhaps_gone(self) -> bool:
        """Whether it is not known that it is still there on the day."""
        return gone(self.doc.dissolved, self.on) is None

    @cached_property
    def involved(self) -> set[Id]:
        """Whom anything that is read gives something to do in it, or takes in or out, whether that stands or not."""
        declared = {member.unit for event in self.declared for member in event.members.items}
        return declared.union(*map(_involving, self._read()))

    @cached_property
    def parties(self) -> set[Id]:
        """Those and who organises it."""
        return self.involved | {one.agency.value for one in (*organising(self.authority), *self.duties)}

    @cached_property
    def leadership(self) -> Leadership:
        led: Led = by(self.rows.led.get(self.bloc, Led()), self.on)
        return led.leadership

    @cached_property
    def claims(self) -> list[Claimed]:
        return claimed_in(self.bloc, self.doc, self.rows.streams)

    @cached_property
    def staying(self) -> list[tuple[Stay, Fact]]:
        """Who is a member on the day."""
        return [(one.stay, member_of(one, self.on)) for one in self.claims if one.stay.lasts(self.on)]

    @cached_property
    def declared(self) -> list[e.MembersDeclared]:
        return [event for event in self.doc.declared if event.effective is None or event.effective <= self.on]

    @cached_property
    def in_years(self) -> list["InYear"]:
        return [InYear(self, year) for year in self.years]

    @property
    def now(self) -> "InYear":
        """The year of the day."""
        return next(one for one in self.in_years if one.year == self.on.year)

    @cached_property
    def heads(self) -> Sequence[Head]:
        """Who heads it on the day."""
        led: Led = by(self.rows.led.get(self.bloc, Led()), self.on)
        return in_office(led, summations_in(self.bloc, _summed_up(led, self.rows.streams)), self.doc, self.on).heads

    @cached_property
    def takings(self) -> list[Taking]:
        """Who has a part in it in the year of the day."""
        members = [Taking(known, "MEMBER", stay) for stay, known in self.staying]
        return [
            *members,
            *leading_bloc(self.leadership, self.heads, self.on),
            *leading(self.now.plan),
            *organising(self.authority),
            *self.duties,
        ]

    @cached_property
    def duties(self) -> list[Taking]:
        """Whose its emulation work is on the day."""
        stream = self.rows.streams.get(_duties(self.bloc))
        told = [event for event in (stream.told if stream else ()) if isinstance(event, e.DutyEvent)]
        return serving(tenure for tenure in tenures(told) if tenure.lasts(self.on))

    def _read(self) -> Iterator[Stream | Led]:
        papers = [paper.of(self.bloc, str(year)).name for paper in (PLAN, COVENANT) for year in self.years]
        found = (self.rows.streams.get(name) for name in (*self.doc.members, *papers))
        yield from filter(None, (*found, self.rows.led.get(self.bloc)))


@dataclass(frozen=True)
class InYear:
    """A year of a bloc."""

    whole: Ground
    year: int

    @property
    def bloc(self) -> Id:
        return self.whole.bloc

    @property
    def on(self) -> date:
        return self.whole.on

    @property
    def rules(self) -> list[Rule]:
        """The deadlines for the year."""
        return [rule for rule in self.whole.rules if rule.year == self.year]

    @cached_property
    def plan(self) -> PlanShown | None:
        stream = self._paper(PLAN)
        return plan_of(stream) if stream else None

    @cached_property
    def planned(self) -> frozenset[Id]:
        """Whom the plan gives something to do."""
        stream = self._paper(PLAN)
        return _involving(stream) if stream else frozenset()

    @cached_property
    def pledged(self) -> Stream | None:
        """What tells of the covenant."""
        return self._paper(COVENANT)

    @cached_property
    def covenant(self) -> CovenantShown | None:
        if self.pledged is None:
            return None
        begun = [one for one in self.whole.claims if one.stay.since is None or one.stay.since <= self.on]
        return covenant_of(self.pledged, signing_in(self.whole.declared, begun, self.year))

    @property
    def leadership(self) -> Leadership:
        return self.whole.leadership

    @cached_property
    def heads(self) -> Sequence[Head]:
        return headed_in(self.leadership, self.year).heads

    @cached_property
    def acts(self) -> list[YearAct]:
        key = year_key(self.bloc, self.year)
        return acts_in(key, self.whole.rows.years.get(key, Year()), self.whole.rows.streams)

    @cached_property
    def members(self) -> tuple[Fact, ...]:
        """Who is declared for the year, or was a member on any of its days, and has not left by the day asked for."""
        return members_on(self.whole.declared, self.whole.claims, self.year, self.on)

    def _paper(self, kind: Any) -> Stream | None:
        """What a paper of the year tells by the day."""
        stream = self.whole.rows.streams.get(kind.of(self.bloc, str(self.year)).name)
        return by(stream, self.on) if stream else None


async def grounds_of(view: View, blocs: Sequence[Id], on: date, since: date, whose: Id | None) -> list[Ground]:
    """Each bloc that there is on the day, or may be, read with all others at once; of what is one organisation's to do
    no more than can matter to it, and of years before the last only those with a deadline from a day on. Raises Missing
    for the only bloc.
    """
    around = range(on.year - 1, on.year + 2)
    docs: dict[str, Bloc] = {key: doc for key, doc in (await view.many(BLOCS, blocs)).items() if doc.stands}
    if len(blocs) == 1 and not docs:
        raise Missing(en=f"The bloc {blocs[0]} is not recorded.", vi=f"Chưa ghi nhận khối, cụm {blocs[0]}.")
    there = {key: doc for key, doc in docs.items() if _there(doc, on)}
    authorities = {key: _authority(doc) for key, doc in there.items()}
    terms = {term for one in authorities.items() for term in deadline_terms(*one)}
    rules = rules_of(await view.having(DEADLINES, terms), around, on, since)
    years = sorted({*around, *(rule.year for rule in rules)})
    headed = [bloc for bloc, authority in authorities.items() if rules or whose in (None, authority)]
    led: dict[str, Led] = await view.many(LEADERSHIPS, headed) if headed else {}
    keys = [year_key(bloc, rule.year) for bloc in there for rule in rules]
    told: dict[str, Year] = await view.many(YEARS, keys) if keys else {}
    papers = [kind.of(b, str(y)).name for kind in (COVENANT, PLAN) for b in there for y in years]
    acts = [name for year in told.values() for name in year.acts]
    claims = [name for doc in there.values() for name in doc.members]
    duties = [_duties(bloc) for bloc, authority in authorities.items() if whose in (None, authority)]
    over = [name for one in led.values() if held_over(one.leadership, on) for name in _closing(one)]
    streams: dict[str, Stream] = await view.many(STREAMS, [*papers, *acts, *claims, *duties, *over])
    rows = Rows(led, told, streams, rules)
    return [Ground(bloc, doc, rows, years, on) for bloc, doc in there.items()]


@once
def _involving(row: Stream | Led) -> frozenset[Id]:
    """Whom anything that a row tells gives something to do in a bloc, or takes in or out, whether it stands or not."""
    told = (telling.event for telling in row.events)
    return frozenset(one for event in told if isinstance(event, InvolvingEvent) for one in involved_by(event) if one)


def _duties(bloc: Id) -> str:
    return duties_of(e.Charge(bloc=bloc)).name


def _closing(led: Led) -> list[str]:
    """The streams of the conferences that may end a holdover."""
    return [CONFERENCE.of(one).name for one in led.summed_up]


def _summed_up(led: Led, streams: Mapping[str, Stream]) -> dict[str, Stream]:
    return {name: streams[name] for name in _closing(led) if name in streams}


def _there(doc: Bloc, on: date) -> bool:
    """Whether the bloc is there, or may be."""
    return _since(doc) <= on and not gone(doc.dissolved, on)


def _since(doc: Bloc) -> date:
    """The first day on which it may be there."""
    return min((event.effective for event in established(doc) if event.effective), default=date.min)


def _authority(doc: Bloc) -> Id | None:
    told = authority_told(doc)
    return told.value if told else None
