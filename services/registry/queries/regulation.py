"""The regulations by which a bloc works, each with its amendments, what repealed it and what took its place."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, first, mark, resting
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.ruling import holding
from services.registry.projections import STREAMS, Bloc, Stream
from services.registry.queries.common import DisputeShown, FactList, PartyShown, first_party, latest, listed, party
from services.registry.queries.disputes import RulingShown, contradictions, rulings, rulings_on


class AmendmentShown(Part):
    """How a regulation was amended."""

    since: Fact | None
    """The first day on which it holds as amended."""
    changes: FactList
    """What was changed, in words."""
    adopted_on: Fact | None
    """The day on which the amendment was adopted."""
    adopter: PartyShown | None
    """Who adopted it."""
    conference: Fact | None
    """The conference that adopted it."""
    decision: Fact | None
    """The decision that issues it, by its id."""


class RepealShown(Part):
    """That a regulation was repealed."""

    on: Fact | None
    """The first day on which it holds no more."""
    decision: Fact | None
    """The decision that repeals it, by its id."""
    disputed: bool
    """Whether sources tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise of it."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first: each holds instead of what was told of it before."""


class RegulationShown(Part):
    """A regulation by which the bloc works or worked (quy chế hoạt động)."""

    regulation: str
    """Its id."""
    title: Fact | None
    """What it is called."""
    since: Fact | None
    """The first day on which it holds."""
    until: Fact | None
    """The first day on which it holds no more, repealed or with another in its place; absent where no such day is told.
    """
    replaced_by: Fact | None
    """The regulation that took its place."""
    in_place_of: Fact | None
    """The regulation of which it took the place."""
    adopted_on: Fact | None
    """The day on which it was adopted."""
    adopter: PartyShown | None
    """Who adopted it."""
    conference: Fact | None
    """The conference that adopted it."""
    decision: Fact | None
    """The decision that issues it, by its id."""
    amendments: tuple[AmendmentShown, ...]
    """Its amendments, in the order of telling; of a day those that hold by then."""
    disputed: bool
    """Whether sources tell of its adoption in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise of it."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first: each holds instead of what was told of its adoption before."""
    repeal: RepealShown | None
    """That it was repealed, whatever the day asked for; absent where none is told."""


async def regulations_of(view: View, bloc: Id, known: Bloc, on: date | None) -> tuple[RegulationShown, ...]:
    """Those of a bloc that hold on a day, as far as is told; all that were ever told of if no day is asked for."""
    streams: dict[str, Stream] = await view.many(STREAMS, known.regulations)
    told = {name.partition(":")[2]: streams[name] for name in known.regulations if name in streams}
    own = {key: stream for key, stream in told.items() if bloc in {event.bloc for event in _told(stream)}}
    followed = _followed(own)
    shown = (_regulation(key, stream, followed.get(key), on) for key, stream in own.items())
    return tuple(one for one in shown if on is None or _holds(one, on))


def _told(stream: Stream) -> list[e.RegulationEvent]:
    """What holds of it."""
    events = holding(stream.told)
    return [event for event in events if isinstance(event, e.RegulationEvent)]


def _adopted(stream: Stream) -> list[e.RegulationAdopted]:
    return [event for event in _told(stream) if isinstance(event, e.RegulationAdopted)]


def _followed(streams: Mapping[Id, Stream]) -> dict[Id, e.RegulationAdopted]:
    """What tells that a regulation was replaced, by the one that was."""
    found: dict[Id, e.RegulationAdopted] = {}
    for stream in streams.values():
        for event in _adopted(stream):
            if event.in_place_of:
                found.setdefault(event.in_place_of, event)
    return found


def _regulation(key: Id, stream: Stream, after: e.RegulationAdopted | None, on: date | None) -> RegulationShown:
    adopted = _adopted(stream)
    amended = [event for event in _told(stream) if isinstance(event, e.RegulationAmended)]
    contradicting = contradictions(adopted, e.RegulationFacts)
    repeal = _repeal(stream)
    return RegulationShown(
        regulation=key,
        title=latest(adopted, "title"),
        since=first(adopted, "effective"),
        until=_until(repeal, after),
        replaced_by=_named(after) if after else None,
        in_place_of=first(adopted, "in_place_of"),
        adopted_on=first(adopted, "adopted_on"),
        adopter=first_party(adopted, "adopter"),
        conference=first(adopted, "conference"),
        decision=first(adopted, "decision.id"),
        amendments=_amendments(amended, on),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(event for event in stream.told if isinstance(event, e.RegulationAdopted)),
        repeal=repeal,
    )


def _repeal(stream: Stream) -> RepealShown | None:
    repealed = [event for event in _told(stream) if isinstance(event, e.RegulationRepealed)]
    contradicting = contradictions(repealed, e.RegulationRepealFacts)
    if not repealed:
        return None
    return RepealShown(
        on=first(repealed, "effective"),
        decision=first(repealed, "decision.id"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings_on(stream.told, repealed[0]),
    )


def _until(repeal: RepealShown | None, after: e.RegulationAdopted | None) -> Fact | None:
    """The day on which it ended, repealed or replaced, whichever was first."""
    replaced = fact(after, "effective")
    ends = (
        repeal.on if repeal else None,
        resting(replaced, fact(after, "in_place_of")) if replaced else None,
    )
    return min(filter(None, ends), key=lambda end: end.value, default=None)


def _named(after: e.RegulationAdopted) -> Fact:
    known = Fact(value=after.regulation, mark=mark(after.record, "regulation"))
    return resting(known, fact(after, "in_place_of"))


def _amendments(told: Sequence[e.RegulationAmended], on: date | None) -> tuple[AmendmentShown, ...]:
    return tuple(
        AmendmentShown(
            since=fact(event, "effective"),
            changes=listed(event, "changes"),
            adopted_on=fact(event, "adopted_on"),
            adopter=party(event, "adopter"),
            conference=fact(event, "conference"),
            decision=fact(event, "decision.id"),
        )
        for event in told
        if on is None or event.effective is None or event.effective <= on
    )


def _holds(shown: RegulationShown, on: date) -> bool:
    """Whether nothing tells that it does not yet hold on the day, or no more."""
    begun = shown.since is None or shown.since.value <= on.isoformat()
    return begun and (shown.until is None or shown.until.value > on.isoformat())
