"""A body of people and who sits in it; a bloc's leadership in the same form."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from pydantic import BaseModel

from services.kernel.errors import Missing
from services.kernel.provenance import Fact, Mark, Part
from services.kernel.telling import agreed, differ, fact, first, mark, surest_told, weakest
from services.kernel.text import Id, Line
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.body import BODY
from services.registry.domain.naming import sought
from services.registry.domain.ruling import holding, until
from services.registry.projections import BODIES, STREAMS, WHOSE, Stream, body_terms
from services.registry.queries.common import DisputeShown, Label, labels, latest
from services.registry.queries.disputes import RulingShown, circle, contradictions, rulings
from services.registry.queries.endings import (
    DissolutionShown,
    Taking,
    WarningShown,
    dissolutions_told,
    resting_on,
    warnings,
)
from services.registry.queries.names import NameShown, Paged, names_told, page_of, variants_told
from services.registry.sittings import End, Sitting, beside, disputed, sittings, whole_lists

UNKNOWN_START = "its first day is not recorded / chưa ghi nhận ngày đầu"
CHANGED = "a list of {} names all, and what is told since / danh sách ngày {} nêu toàn bộ, cùng các thay đổi sau đó"


class GetBody(BaseModel):
    """A council or the like: its names, and who sits in it."""

    body: Id
    """The body."""
    on: date | None = None
    """The day of its name and of its members; all who ever sat in it and the latest name if absent."""


class FindBodies(Paged):
    """Bodies by a name or words of it, with or without marks, by what they are and by whose they are; all of these that
    are given. Without any all there are.
    """

    text: Line | None = None
    """A name, some words of it, or a short form."""
    kind: Id | None = None
    """What they are, such as "emulation-council"."""
    organisation: Id | None = None
    """The organisation that they belong to."""
    part_of: Id | None = None
    """The body that they are a part of."""


class BodyFound(Part):
    """A body that may be the one that is looked for: an equal name proves nothing."""

    body: str
    """Its id."""
    name: Fact | None
    """Its latest name, as spelled in its source."""
    exact: bool
    """Whether one of its names is just what was looked for, marks and all."""
    kind: Fact | None
    """What it is."""
    organisation: Fact | None
    """The organisation that it belongs to."""
    part_of: Fact | None
    """The body that it is a part of."""


class BodiesFound(BaseModel):
    """Bodies, those first whose names fit best; those that fit alike in Vietnamese order."""

    found: tuple[BodyFound, ...]
    """At most as many as asked for."""
    cut: bool
    """Whether more are found than these: ask for the next page."""
    labels: tuple[Label, ...]
    """The organisations named here."""


class SeatShown(Part):
    """A person's time in a body."""

    person: Fact | None
    """The person."""
    agency: Fact | None
    """The agency that the person comes from, or that the person represents."""
    office: Fact | None
    """The office in the body: CHAIR, FIRST_DEPUTY_CHAIR, STANDING_DEPUTY_CHAIR, DEPUTY_CHAIR, STANDING_MEMBER, MEMBER,
    SECRETARY; in the leadership of a bloc HEAD, STANDING_DEPUTY_HEAD, DEPUTY_HEAD (of whatever rank, where it is not
    told)."""
    title: Fact | None
    """The office as worded."""
    votes: Fact | None
    """Whether who sits there votes, where that is told."""
    since: Fact | None
    """The first day; absent where it is not known."""
    until: Fact | None
    """The first day after it; absent where it is not known or not over."""
    ended: bool
    """Whether its end is told, or follows from what is told."""
    disputed: bool
    """Whether by what is told there were two chairs at once, or the person had two seats, on the day asked for if there
    is one, or the person sat there on the day of a list of the whole body without the person, or after it, or after the
    body; of a bloc's leadership, whether sources tell of several heads, or of a deputy otherwise."""
    decision: Fact | None
    """The document that appointed the person, by its id."""
    end_decision: Fact | None
    """The document that ended it, by its id."""


class SeatFactList(Part):
    """Who sits in a body, as far as it is told."""

    items: tuple[SeatShown, ...]
    """Those who are told of."""
    declared_count: Fact | None
    """How many a source says there are."""
    exhaustive: Fact | None
    """Whether these are all, on the day asked for; absent where that is not known."""


class BodyAnswer(BaseModel):
    """A body of people."""

    body: str
    """Its id."""
    kind: Fact | None
    """What it is."""
    organisation: Fact | None
    """The organisation that it belongs to."""
    level: Fact | None
    """Its level."""
    part_of: Fact | None
    """The body that it is a part of."""
    established_on: Fact | None
    """When it was established."""
    decision: Fact | None
    """The document that established it, by its id."""
    name: Fact | None
    """Its name on the day asked for."""
    names: tuple[NameShown, ...]
    """Every name, in the order of telling."""
    variants: tuple[Fact, ...]
    """Other spellings and short forms."""
    members: SeatFactList
    """Who sits in it on the day asked for, each once, or every seat that is told of, in the order of telling."""
    dissolutions: tuple[DissolutionShown, ...]
    """What sources tell of its end, whatever the day asked for; empty where none is recorded."""
    disputed: bool
    """Whether sources tell of its establishment in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise of its establishment; of `part_of` also what leads back to the body itself."""
    rulings: tuple[RulingShown, ...]
    """Rulings on its establishment, oldest first: each holds instead of what was told of it before."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    warnings: tuple[WarningShown, ...]
    """Agencies that are no more, or whose work went to others, while those who come from them sit in it."""


async def find_bodies(asked: FindBodies, view: View) -> BodiesFound:
    words, best = sought(asked.text) if asked.text else ([], [])
    if asked.text and not words:
        return BodiesFound(found=(), cut=False, labels=())
    terms = [*words, *body_terms(kind=asked.kind, organisation=asked.organisation, part_of=asked.part_of)]
    ranked, cut = await page_of(view, BODIES, terms, best, asked)
    found = tuple(_found(rank[-1], doc.told, exact=bool(best) and not rank[0]) for rank, doc in ranked)
    answer = BodiesFound(found=found, cut=cut, labels=())
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _found(body: Id, every: Sequence[Any], *, exact: bool) -> BodyFound:
    told = until(holding(every), None)
    established = _established(told)
    whose = {field: first(established, field) for field in WHOSE}
    return BodyFound(body=body, name=latest(told, "name"), exact=exact, **whose)


async def get_body(asked: GetBody, view: View) -> BodyAnswer:
    stream: Stream | None = await view.get(STREAMS, BODY.of(asked.body).name)
    if stream is None or not stream.told:
        raise Missing(en=f"The body {asked.body} is not recorded.", vi=f"Chưa ghi nhận hội đồng {asked.body}.")
    every: list[Any] = stream.told
    told = [event for event in holding(every) if isinstance(event, e.BodyEstablished | e.BodyNamed)]
    established = _established(told)
    circles = await circle("part_of", asked.body, partial(_part_of, view))
    contradicting = (*contradictions(established, e.BodyFacts), *circles)
    members, organisation = _members(every, asked.on, _day(established)), first(established, "organisation")
    sitting = [Taking(seat.agency, "SEAT") for seat in members.items if seat.agency and (asked.on or not seat.ended)]
    warned = await warnings(view, sitting, organisation, asked.on)
    answer = BodyAnswer(
        body=asked.body,
        kind=first(established, "kind"),
        organisation=organisation,
        level=first(established, "level"),
        part_of=first(established, "part_of"),
        established_on=first(established, "effective"),
        decision=first(established, "decision.id"),
        name=latest(until(told, asked.on), "name"),
        names=names_told(told),
        variants=variants_told(told),
        members=_warned_of(members, warned) if asked.on else members,
        dissolutions=dissolutions_told([event for event in every if isinstance(event, e.BodyDissolved)]),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(every),
        labels=(),
        warnings=warned,
    )
    return answer.model_copy(update={"labels": await labels(view, answer, asked.on)})


def _warned_of(members: SeatFactList, warned: Sequence[WarningShown]) -> SeatFactList:
    """The members of a day, whose agencies have their part by inference once they have ended."""
    items = (seat.model_copy(update={"agency": resting_on(seat.agency, warned)}) for seat in members.items)
    return members.model_copy(update={"items": tuple(items)})


async def _part_of(view: View, body: Id) -> Fact | None:
    """The body that another one is a part of."""
    stream: Stream = await view.get(STREAMS, BODY.of(body).name) or Stream()
    return first(_established(holding(stream.told)), "part_of")


def _established(told: Iterable[Any]) -> list[e.BodyEstablished]:
    return [event for event in told if isinstance(event, e.BodyEstablished)]


def _members(told: Sequence[Any], on: date | None, established: date | None) -> SeatFactList:
    every = sittings(told, established)
    doubtful = disputed(every, whole_lists(told), on)
    there = [sitting for sitting in every if on is None or sitting.lasts(on)]
    whole = _last([x for x in _lists(told) if x.members.exhaustive], on)
    counting = _last([x for x in _lists(told) if _counts(x)], on)
    return SeatFactList(
        items=tuple(_seat(sitting, sitting in doubtful, on) for sitting in there),
        declared_count=_count(counting) if on and not _changed(every, counting, on) else None,
        exhaustive=_exhaustive(whole, told, on) if on and not _doubted(every, whole, on) else None,
    )


def _day(established: Sequence[e.BodyEstablished]) -> date | None:
    return next((event.effective for event in established if event.effective), None)


def _lists(told: Sequence[Any]) -> list[e.BodyMembersAppointed]:
    return [event for event in told if isinstance(event, e.BodyMembersAppointed)]


def _counts(event: e.BodyMembersAppointed) -> bool:
    """Whether a list tells how many sit in the body, and not only how many it appoints."""
    count = event.members.declared_count
    return count is not None and bool(event.members.exhaustive or count > len(event.members.items))


def _last(lists: Sequence[e.BodyMembersAppointed], on: date | None) -> list[e.BodyMembersAppointed]:
    """The lists of the last day by a day; what has no day of its own is of none."""
    by = [event for event in lists if on and event.effective and event.effective <= on]
    last = max((event.effective for event in by if event.effective), default=None)
    return [event for event in by if event.effective == last]


def _count(counting: Sequence[e.BodyMembersAppointed]) -> Fact | None:
    """How many they say there are, where they agree."""
    return None if differ(counting, "members.declared_count") else agreed(counting, "members.declared_count")


def _changed(every: Sequence[Sitting], counted: Sequence[e.BodyMembersAppointed], on: date) -> bool:
    """Whether by the day somebody has come or gone since the lists that counted, or may have."""
    then = counted[0].effective if counted else None
    days = [day for sitting in every for day in (sitting.since, sitting.until) if day]
    return any(then and then < day <= on for day in days) or bool(then and _may_have_gone(every, then, on))


def _may_have_gone(every: Sequence[Sitting], since: date, on: date) -> bool:
    """Whether a seat that began on the day or later ended on a day that is not told."""
    of_no_day = [sitting.since for sitting in every if sitting.ended and sitting.until is None]
    return any(began and since <= began < on for began in of_no_day)


def _doubted(every: Sequence[Sitting], whole: Sequence[e.BodyMembersAppointed], on: date) -> bool:
    """Whether others are told to sit there than the lists say that name the whole body, or somebody may be gone."""
    there = [sitting for sitting in every if sitting.lasts(on)]
    then = whole[0].effective if whole else None
    return any(beside(sitting, told) for sitting in there for told in whole) or bool(
        then and _may_have_gone(every, then, on)
    )


def _exhaustive(whole: Sequence[e.BodyMembersAppointed], told: Sequence[Any], on: date) -> Fact | None:
    """That those named are all: as told of the list's own day, and inferred of a later one where records tell of it."""
    said = agreed(whole, "members.exhaustive")
    if said is None or whole[0].effective == on or all(event.record is None for event in told):
        return said
    basis = CHANGED.format(whole[0].effective, whole[0].effective)
    return said.model_copy(update={"mark": weakest(said.mark, Mark(certainty="INFERRED", basis=basis))})


def _seat(sitting: Sitting, doubtful: bool, on: date | None) -> SeatShown:
    end, ended = _end(sitting), [one.event for one in sitting.ended]
    appointed = [one.event for one in sitting.begun]
    rests = _resting(sitting, end) if on else ()

    def shown(name: str) -> Fact | None:
        value = surest_told([fact(one.event, f"{one.path}.{name}") for one in sitting.begun] or _released(ended, name))
        return value.model_copy(update={"mark": weakest(value.mark, *rests)}) if value else None

    return SeatShown(
        person=shown("person"),
        agency=shown("agency"),
        office=shown("office"),
        title=shown("title"),
        votes=shown("votes"),
        since=agreed(appointed, "effective"),
        until=end,
        ended=bool(sitting.ended),
        disputed=doubtful,
        decision=agreed(appointed, "decision.id"),
        end_decision=agreed(ended, "decision.id"),
    )


def _released(ended: Sequence[Any], name: str) -> list[Fact | None]:
    """Of a seat of which only the end is told."""
    return [fact(event, name) for event in ended if isinstance(event, e.BodyMemberReleased) and hasattr(event, name)]


def _end(sitting: Sitting) -> Fact | None:
    """The first day after it, no surer than what it follows from."""
    return surest_told(_end_told(end) for end in sitting.ended)


def _end_told(end: End) -> Fact | None:
    if end.effective is None:
        return None
    record = end.event.record
    follows = [Mark(certainty="INFERRED", basis=end.basis)] if end.basis and record else []
    own = mark(record, "effective")
    return Fact(value=str(end.effective), mark=weakest(own, *(mark(record, path) for path in end.fields), *follows))


def _resting(sitting: Sitting, end: Fact | None) -> tuple[Mark, ...]:
    """On what it rests that they sit there on a day."""
    start = agreed([one.event for one in sitting.begun], "effective")
    began = start.mark if start else Mark(certainty="INFERRED", basis=UNKNOWN_START)
    return (began, end.mark) if end else (began,)
