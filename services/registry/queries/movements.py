"""The movements of a bloc's year, who takes part in them, and their reviews."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from services.kernel.once import once
from services.kernel.provenance import Fact, Part
from services.kernel.telling import first
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.movement import MOVEMENT
from services.registry.domain.participation import PARTICIPATION
from services.registry.domain.ruling import holding
from services.registry.projections import STREAMS, Stream
from services.registry.queries.acts import YearAct
from services.registry.queries.common import DisputeShown, PartyShown, facts, first_party, surest
from services.registry.queries.disputes import RulingShown, contradictions, rulings, rulings_on
from services.registry.queries.movement_review import review_of
from services.registry.queries.participation import participations_of, plans_of, registrations_of
from services.registry.queries.targets import Aims, aims_of


class MovementShown(Part):
    """A movement of the year."""

    movement: str
    """Its id."""
    own: bool
    """Launched in the bloc, not taken up from others."""
    year: Fact | None
    """The year."""
    name: Fact | None
    """Its name."""
    theme: Fact | None
    """Its theme."""
    launcher: PartyShown | None
    """Who launched it."""
    launched_on: Fact | None
    """The day of the launch."""
    manner: Fact | None
    """How the bloc takes it up: CONTINUED, JOINED, PUSHED or CITED."""
    taken_up_on: Fact | None
    """The day on which the bloc takes it up."""
    tags: tuple[Fact, ...]
    """Free tags."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise, of its launch or of how the bloc takes it up."""
    rulings: tuple[RulingShown, ...]
    """Rulings on its launch, oldest first; then those on how the bloc takes it up."""
    form: Fact | None
    """Its form by law."""
    parent: Fact | None
    """The movement that it carries out or is part of."""


async def movements_of(view: View, acts: Sequence[YearAct]) -> tuple[MovementShown, ...]:
    """The movements of the year: each launch in the bloc, and each manner in which the bloc takes up another's."""
    others: dict[str, Stream] = await view.many(STREAMS, taken_up(acts))
    own = {launch.movement for act in acts for launch in act.here(e.MovementLaunched)}
    return tuple(shown for act in acts for shown in _movements(act, others, own))


def taken_up(acts: Iterable[YearAct]) -> list[str]:
    """The streams of the movements that the bloc takes up."""
    return list(dict.fromkeys(_of(link) for act in acts for link in act.here(e.MovementLinked)))


def launches_in(movement: Stream) -> list[e.MovementLaunched]:
    """What holds of a movement's launch."""
    return [event for event in holding(movement.told) if isinstance(event, e.MovementLaunched)]


def _of(link: e.MovementLinked) -> str:
    return MOVEMENT.of(link.movement).name


def _movements(act: YearAct, others: Mapping[str, Stream], own: Set[Id]) -> Iterator[MovementShown]:
    if act.here(e.MovementLaunched):
        yield _launch(act)
    links = [link for link in act.here(e.MovementLinked) if link.movement not in own]
    for manner in dict.fromkeys(link.manner for link in links):
        of_manner = [link for link in links if link.manner == manner]
        yield _link(of_manner, act, others.get(_of(links[0])) or Stream())


@once
def _launch(act: YearAct) -> MovementShown:
    told = act.of_first(e.MovementLaunched)
    contradicting = contradictions(act.of(e.MovementLaunched), e.MovementFacts)
    return MovementShown(
        movement=told[0].movement,
        own=True,
        year=first(told, "year"),
        name=first(told, "name"),
        theme=first(told, "theme"),
        launcher=first_party(told, "launcher"),
        launched_on=first(told, "effective"),
        manner=None,
        taken_up_on=None,
        tags=surest(tag for event in told for tag in facts(event, "tags[{}]", len(event.tags))),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(act.every),
        form=first(told, "form"),
        parent=first(told, "parent"),
    )


def _link(links: Sequence[e.MovementLinked], act: YearAct, movement: Stream) -> MovementShown:
    launches = launches_in(movement)
    contradicting = contradictions(launches, e.MovementFacts) + contradictions(links, e.MovementLinkFacts)
    return MovementShown(
        movement=links[0].movement,
        own=False,
        year=first(links, "year"),
        name=first(links, "name"),
        theme=None,
        launcher=first_party(links, "launcher"),
        launched_on=None,
        manner=first(links, "manner"),
        taken_up_on=first(links, "effective"),
        tags=(),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(movement.told) + rulings_on(act.every, links[0]),
        form=None,
        parent=None,
    )


async def of_year(view: View, acts: Iterable[YearAct]) -> dict[str, Any]:
    """What a bloc's year has of movements beside their launch, by field of its answer."""
    joining = [act for act in acts if act.stream.startswith(f"{PARTICIPATION.kind}:")]
    reviewing = [act for act in acts if act.of(e.MovementReviewed)]
    aims = await _aims(view, [act.holds[0] for act in (*joining, *reviewing)])
    return {
        "registrations": tuple(x for a in joining for x in registrations_of(a.every, aims[_movement(a)], a.tells)),
        "participations": tuple(x for a in joining for x in participations_of(a.every, aims[_movement(a)], a.tells)),
        "movement_plans": tuple(x for a in joining for x in plans_of(a.every, a.tells)),
        "movement_reviews": tuple(review_of(a.every, aims[_movement(a)]) for a in reviewing),
    }


def _movement(act: YearAct) -> Id:
    told: Any = act.holds[0]
    return str(told.movement)


async def _aims(view: View, told: Iterable[Any]) -> Mapping[Id, Aims]:
    """What the movements aim at that events tell of, by movement."""
    names = {event.movement: MOVEMENT.of(event.movement).name for event in told}
    found: dict[str, Stream] = await view.many(STREAMS, names.values())
    launches = {movement: launches_in(found.get(name) or Stream()) for movement, name in names.items()}
    return {movement: aims_of(events, "targets") for movement, events in launches.items()}
