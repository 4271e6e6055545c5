"""A conference: who took part in it, what it was told to do, and what it came to."""

from collections.abc import Callable, Sequence

from pydantic import BaseModel

from services.kernel.errors import Missing
from services.kernel.events import Event
from services.kernel.once import once
from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, first, surest_of
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.conference import CONFERENCE
from services.registry.domain.ruling import holding
from services.registry.projections import STREAMS, Stream, StreamEvent
from services.registry.queries.acts import YearAct
from services.registry.queries.common import (
    DisputeShown,
    FactList,
    Label,
    PartyFactList,
    PartyShown,
    counted_together,
    facts,
    first_party,
    joined,
    joined_parties,
    labels,
    length,
    listed,
    parties,
    party_key,
    surest,
    together,
    values,
)
from services.registry.queries.days import ByDay
from services.registry.queries.disputes import RulingShown, contradictions, disputes, rulings, rulings_on
from services.registry.queries.document import CitationShown, citations_of

SPEAKER = ("speaker.agency", "speaker.person", "speaker.words")


class GetConference(ByDay):
    """A conference: who took part in it, what it was told to do, and what it came to."""

    conference: Id
    """The conference."""


class AttendeeShown(Part):
    """Who took part."""

    agency: Fact | None
    """The agency."""
    person: Fact | None
    """The person."""
    words: Fact | None
    """As worded, where nobody is named."""
    roles: tuple[Fact, ...]
    """What they did there, as far as it is told."""
    count: Fact | None
    """How many, as worded."""


class GuidanceShown(Part):
    """What a conference was asked to do."""

    guidance: str
    """Its id within the conference."""
    speaker: PartyShown | None
    """Who gave it."""
    points: FactList
    """What it asks for."""
    acceptors: PartyFactList
    """Who took it in."""
    disputes: tuple[DisputeShown, ...]
    """What sources tell otherwise of it."""


class DifficultiesShown(Part):
    """Difficulties voiced, by one telling: who voiced which is told together."""

    speakers: PartyFactList
    """Who spoke of difficulties."""
    difficulties: FactList
    """Which, as far as they are told."""


class ConclusionShown(Part):
    """What a conference came to for a year, or without one."""

    year: Fact | None
    """The year that it is for."""
    conclusions: FactList
    """What it settled."""
    minutes: tuple[Fact, ...]
    """The documents that are told to be its minutes, by their ids."""
    resolutions: tuple[Fact, ...]
    """The resolutions that it passed, by their ids."""
    disputes: tuple[DisputeShown, ...]
    """What sources tell otherwise of how many conclusions there are."""


class PreparationShown(Part):
    """How a congress is prepared."""

    congress: str
    """The congress."""
    preparation: str
    """Its id within the congress."""
    by: PartyShown | None
    """Who prepares it."""
    conference: Fact | None
    """The conference at which it was told."""
    bloc: Fact | None
    """The bloc in whose year it is prepared."""
    year: Fact | None
    """That year."""
    on: Fact | None
    """The day."""
    tasks: FactList
    """What is to be done."""
    results: FactList
    """What was done."""
    due: Fact | None
    """By when."""
    plan: Fact | None
    """The document that plans it, by its id."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


class MeetingShown(Part):
    """A conference of the year."""

    conference: str
    """Its id."""
    kind: Fact | None
    """What it is for."""
    closes: Fact | None
    """The year that it sums up."""
    opens: Fact | None
    """The year that it opens."""
    during: Fact | None
    """The year in the midst of which it reviews."""
    held_on: Fact | None
    """Its day."""
    place: Fact | None
    """Where."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""
    half_day: Fact | None
    """MORNING or AFTERNOON."""
    host: PartyShown | None
    """Who held it, if no bloc."""
    level: Fact | None
    """The level at which it was held."""
    edition: Fact | None
    """Which one of its kind it was."""


class ConferenceAnswer(BaseModel):
    """A conference."""

    conference: str
    """Its id."""
    bloc: Fact | None
    """The bloc that held it."""
    kind: Fact | None
    """What it was for."""
    closes: Fact | None
    """The year that it sums up."""
    opens: Fact | None
    """The year that it opens."""
    during: Fact | None
    """The year in the midst of which it reviews."""
    held_on: Fact | None
    """Its day."""
    half_day: Fact | None
    """MORNING or AFTERNOON."""
    place: Fact | None
    """Where."""
    chairs: PartyFactList
    """Who chaired."""
    agenda: FactList
    """What it was held for."""
    attendees: tuple[AttendeeShown, ...]
    """Who took part: no proof of membership."""
    declared_count: Fact | None
    """How many are said to have taken part."""
    exhaustive: Fact | None
    """Whether all are told."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first: each holds instead of what was told before."""
    guidance: tuple[GuidanceShown, ...]
    """What it was asked to do, by whom; no decisions of its own."""
    difficulties: tuple[DifficultiesShown, ...]
    """Difficulties voiced; no decisions."""
    conclusions: tuple[ConclusionShown, ...]
    """What it came to."""
    citations: tuple[CitationShown, ...]
    """The documents that it, or guidance given at it, cites."""
    closes_from: Fact | None
    """Of several years that it sums up the first."""
    opens_to: Fact | None
    """Of several years that it opens the last."""
    host: PartyShown | None
    """Who held it, if no bloc."""
    level: Fact | None
    """The level at which it was held."""
    edition: Fact | None
    """Which one of its kind it was."""
    preparations: tuple[PreparationShown, ...]
    """Of a congress: how it was prepared, also of one that is not held yet."""


async def get_conference(asked: GetConference, view: View) -> ConferenceAnswer:
    stream: Stream | None = await view.get(STREAMS, CONFERENCE.of(asked.conference).name)
    if stream is None or not stream.told:
        raise Missing(
            en=f"The conference {asked.conference} is not recorded.", vi=f"Chưa ghi nhận hội nghị {asked.conference}."
        )
    told = [event for event in holding(stream.told) if isinstance(event, e.ConferenceHeld)]
    attendance = [event for event in stream.told if isinstance(event, e.AttendanceRecorded)]
    contradicting = (*contradictions(told, e.ConferenceFacts), *disputes(attendance, "attendees.declared_count"))
    answer = ConferenceAnswer(
        conference=asked.conference,
        bloc=first(told, "bloc"),
        kind=first(told, "kind"),
        closes=first(told, "closes"),
        opens=first(told, "opens"),
        during=first(told, "during"),
        held_on=first(told, "effective"),
        half_day=first(told, "half_day"),
        place=first(told, "place"),
        chairs=joined_parties(told, "chairs"),
        agenda=joined(told, "agenda"),
        attendees=_attendees(attendance),
        **counted_together(attendance, "attendees"),
        labels=(),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=_ruled(stream.told),
        guidance=_guidance([event for event in stream.told if isinstance(event, e.GuidanceGiven)]),
        difficulties=tuple(_difficulties(event) for event in stream.told if isinstance(event, e.DifficultiesVoiced)),
        conclusions=_conclusions([event for event in stream.told if isinstance(event, e.ConferenceConcluded)]),
        citations=await citations_of(view, [CONFERENCE.of(asked.conference).name]),
        closes_from=first(told, "closes_from"),
        opens_to=first(told, "opens_to"),
        host=first_party(told, "host"),
        level=first(told, "level"),
        edition=first(told, "edition"),
        preparations=tuple(preparations_of(stream.told)),
    )
    return answer.model_copy(update={"labels": await labels(view, answer)})


@once
def meeting(act: YearAct) -> MeetingShown:
    """A conference of a year, and what its records tell otherwise."""
    told = act.of_first(e.ConferenceHeld)
    contradicting = contradictions(act.of(e.ConferenceHeld), e.ConferenceFacts)
    return MeetingShown(
        conference=told[0].conference,
        kind=first(told, "kind"),
        closes=first(told, "closes"),
        opens=first(told, "opens"),
        during=first(told, "during"),
        held_on=first(told, "effective"),
        place=first(told, "place"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=_ruled(act.every),
        half_day=first(told, "half_day"),
        host=first_party(told, "host"),
        level=first(told, "level"),
        edition=first(told, "edition"),
    )


def _ruled(told: Sequence[StreamEvent]) -> tuple[RulingShown, ...]:
    return rulings(event for event in told if isinstance(event, e.ConferenceHeld))


def preparations_of(
    told: Sequence[StreamEvent], tells: Callable[[Event], bool] | None = None
) -> list[PreparationShown]:
    """How a congress is prepared, in the order of first telling; given, where any of what is told of it tells so."""
    prepared = together(told, e.CongressPrepared)
    return [_preparation(same, told) for same in prepared if tells is None or any(map(tells, same))]


def _preparation(same: Sequence[e.CongressPrepared], told: Sequence[StreamEvent]) -> PreparationShown:
    contradicting = contradictions(same, e.CongressPreparationFacts)
    return PreparationShown(
        congress=same[0].congress,
        preparation=same[0].preparation,
        by=first_party(same, "by"),
        conference=first(same, "conference"),
        bloc=first(same, "bloc"),
        year=first(same, "year"),
        on=first(same, "effective"),
        tasks=joined(same, "tasks"),
        results=joined(same, "results"),
        due=first(same, "due"),
        plan=first(same, "plan.id"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings_on(told, same[0]),
    )


def _guidance(given: Sequence[e.GuidanceGiven]) -> tuple[GuidanceShown, ...]:
    """Each guidance once, with all that is told of it."""
    told = {
        id_: [event for event in given if event.guidance == id_] for id_ in dict.fromkeys(g.guidance for g in given)
    }
    return tuple(
        GuidanceShown(
            guidance=id_,
            speaker=first_party(same, "speaker"),
            points=joined(same, "points"),
            acceptors=joined_parties(same, "acceptors"),
            disputes=disputes(same, *SPEAKER, "points.declared_count", "acceptors.declared_count"),
        )
        for id_, same in told.items()
    )


def _difficulties(event: e.DifficultiesVoiced) -> DifficultiesShown:
    return DifficultiesShown(speakers=parties(event, "speakers"), difficulties=listed(event, "difficulties"))


def _conclusions(told: Sequence[e.ConferenceConcluded]) -> tuple[ConclusionShown, ...]:
    """What is told for each year together."""
    years = {year: [event for event in told if event.year == year] for year in dict.fromkeys(c.year for c in told)}
    return tuple(
        ConclusionShown(
            year=first(same, "year"),
            conclusions=joined(same, "conclusions"),
            minutes=values(same, "minutes.id"),
            resolutions=values(same, "resolution.id"),
            disputes=disputes(same, "conclusions.declared_count"),
        )
        for same in years.values()
    )


def _attendees(attendance: Sequence[e.AttendanceRecorded]) -> tuple[AttendeeShown, ...]:
    """Who took part, each once, with all that is told of what they did."""
    told: dict[tuple[str | None, ...], list[AttendeeShown]] = {}
    for one in (_attendee(event, i) for event in attendance for i in range(length(event, "attendees"))):
        told.setdefault(party_key(one), []).append(one)
    return tuple(
        surest_of(same).model_copy(
            update={
                "roles": surest(role for one in same for role in one.roles),
                "count": next((one.count for one in same if one.count), None),
            }
        )
        for same in told.values()
    )


def _attendee(event: e.AttendanceRecorded, index: int) -> AttendeeShown:
    path = f"attendees.items[{index}]"
    return AttendeeShown(
        agency=fact(event, f"{path}.agency"),
        person=fact(event, f"{path}.person"),
        words=fact(event, f"{path}.words"),
        roles=facts(event, path + ".roles[{}]", len(event.attendees.items[index].roles)),
        count=fact(event, f"{path}.count.wording"),
    )
