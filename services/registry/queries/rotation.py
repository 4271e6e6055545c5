"""Who headed a bloc in each year, by which rule its lead goes round, and who comes next by it."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.head import Head
from services.registry.domain.heading import headed_in
from services.registry.domain.leadership import Leadership
from services.registry.domain.rotation import ROTATION, Next, following
from services.registry.domain.ruling import holding
from services.registry.projections import (
    BLOCS,
    LEADERSHIPS,
    ORGANISATIONS,
    STREAMS,
    Bloc,
    Led,
    Organisation,
    Stream,
)
from services.registry.queries.bloc import MemberFactList, MemberShown, authority_told, claimed
from services.registry.queries.common import DisputeShown, Label, facts, labels, length, recorded
from services.registry.queries.days import ByDay
from services.registry.queries.disputes import RulingShown, contradictions, rulings
from services.registry.queries.endings import PERHAPS, Taking, WarningShown, endings, gone, warnings


class GetRotation(ByDay):
    """Who headed a bloc in each year, by which rule its lead goes round, and who comes next by it."""

    bloc: Id
    """The bloc."""
    year: e.Year | None = None
    """The year of which the head is asked for; if absent, the one after the last of which a head is recorded."""


class RotationShown(Part):
    """A rule by which the lead goes round."""

    since: Fact | None
    """The first day on which it holds."""
    from_year: Fact | None
    """The first year whose head it decides."""
    manner: Fact | None
    """ORDER, LOT or ELECTION; absent where it is not said."""
    order: MemberFactList
    """The members in their order."""
    words: Fact | None
    """The rule as worded."""
    conference: Fact | None
    """The conference that agreed on it."""
    decision: Fact | None
    """The document that has it, by its id."""


class ServedShown(Part):
    """Who headed the bloc in the term that is called after a year."""

    year: int
    """The year."""
    heads: tuple[Head, ...]
    """Nobody (not recorded), one, or several, perhaps one after another, in that order."""
    disputed: bool
    """Whether there are several of whom, by what is told, two headed at once."""


class RotationAnswer(BaseModel):
    """How the lead of a bloc goes round."""

    bloc: str
    """Its id."""
    rules: tuple[RotationShown, ...]
    """Every rule, in the order of telling."""
    served: tuple[ServedShown, ...]
    """Every year from the first of which a head is recorded to the last, or to the one before the year asked for."""
    year: int | None
    """The year of which `next` tells; absent where no year is asked for and no head is recorded."""
    next: Fact | None
    """The agency that heads that year: as recorded, or inferred from the rule and the year before."""
    told: bool
    """Whether `next` is recorded of the year itself."""
    unknown: str | None
    """Why `next` is absent: "en / vi"."""
    disputed: bool
    """Whether sources tell rules of one day in ways that cannot both be."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on the rule, oldest first."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    warnings: tuple[WarningShown, ...]
    """That `next` is no more by the end of that year, or its work went to others."""


async def get_rotation(asked: GetRotation, view: View) -> RotationAnswer:
    bloc: Bloc = await recorded(view, BLOCS, asked.bloc)
    led: Led = await view.get(LEADERSHIPS, asked.bloc) or Led()
    stream: Stream | None = await view.get(STREAMS, ROTATION.of(asked.bloc).name)
    every = [event for event in (stream.told if stream else ()) if isinstance(event, e.RotationSet)]
    rules = holding(every)
    known = _years(led.leadership)
    year = asked.year or (max(known) + 1 if known else None)
    found = await _next(view, bloc, asked.bloc, led.leadership, rules, year)
    contradicting = _contradicting(rules)
    coming = [Taking(found.agency, "HEAD")] if found.agency else []
    answer = RotationAnswer(
        bloc=asked.bloc,
        rules=tuple(map(_shown, rules)),
        served=_served(led.leadership, known, year),
        year=year,
        next=found.agency,
        told=found.told,
        unknown=found.unknown,
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(every),
        labels=(),
        warnings=await warnings(view, coming, authority_told(bloc), date(year, 12, 31) if year else None),
    )
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _years(leadership: Leadership) -> list[int]:
    """The years of which a head is recorded."""
    claimed_ = {claim.year for claim in leadership.claims if claim.year is not None and claim.head}
    return sorted(claimed_ | {handover.year for handover in leadership.handovers if handover.incoming})


def _served(leadership: Leadership, known: Sequence[int], year: int | None) -> tuple[ServedShown, ...]:
    if not known:
        return ()
    last = max(known[-1], (year or 0) - 1)
    terms = ((one, headed_in(leadership, one)) for one in range(known[0], last + 1))
    return tuple(ServedShown(year=one, heads=heads.heads, disputed=heads.disputed) for one, heads in terms)


async def _next(
    view: View, bloc: Bloc, id_: Id, leadership: Leadership, rules: Sequence[e.RotationSet], year: int | None
) -> Next:
    """Who heads a year; nobody who follows by a rule, and whom, or whose bloc, there is no more."""
    if year is None:
        return Next(unknown="no head is recorded / chưa ghi nhận trưởng nào")
    found = following(rules, year, headed_in(leadership, year), headed_in(leadership, year - 1))
    if found.agency is None or found.told:
        return found
    first, last = date(year, 1, 1), date(year, 12, 31)
    if (over := gone(bloc.dissolved, first)) is not False:
        return Next(unknown="the bloc is dissolved / khối, cụm đã giải thể" if over else PERHAPS.basis)
    stays = [one.stay for one in await claimed(view, id_, bloc) if one.stay.unit == found.agency.value]
    who = found.agency.value
    if stays and not any(stay.lasts(first, last) for stay in stays):
        return Next(
            unknown=f"{who} follows, and is no member in {year} / {who} kế tiếp nhưng không là thành viên {year}"
        )
    told: Organisation | None = await view.get(ORGANISATIONS, who)
    ended = [one for one in endings(holding(told.told if told else ())) if one.event.effective and one.over(first)]
    if ended:
        return Next(unknown=f"{who} follows, and is no more by {first} / {who} kế tiếp nhưng đã kết thúc trước {first}")
    return found


def _contradicting(rules: Sequence[e.RotationSet]) -> tuple[DisputeShown, ...]:
    """What rules of one day tell otherwise: another rule from another day on comes after it."""
    days = dict.fromkeys(rule.effective for rule in rules)
    of_days = ([rule for rule in rules if rule.effective == day] for day in days)
    return tuple(one for some in of_days for one in contradictions(some, e.RotationFacts))


def _shown(rule: e.RotationSet) -> RotationShown:
    units = facts(rule, "order.items[{}].unit", length(rule, "order"))
    return RotationShown(
        since=fact(rule, "effective"),
        from_year=fact(rule, "from_year"),
        manner=fact(rule, "manner"),
        order=MemberFactList(
            items=tuple(MemberShown(unit=unit) for unit in units),
            declared_count=fact(rule, "order.declared_count"),
            exhaustive=fact(rule, "order.exhaustive"),
        ),
        words=fact(rule, "words"),
        conference=fact(rule, "conference"),
        decision=fact(rule, "decision.id"),
    )
