"""The movements of a bloc's year."""

from collections.abc import Iterator, Sequence

from services.kernel.provenance import Fact, Part
from services.registry import events as e
from services.registry.queries.acts import YearAct
from services.registry.queries.common import DisputeShown, PartyShown, facts, first, first_party, surest
from services.registry.queries.disputes import RulingShown, contradictions, disputes, rulings

TOLD_OF_LINKS = ("effective", "name", "launcher.agency", "launcher.person", "launcher.words")


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
    """The day on which it does."""
    tags: tuple[Fact, ...]
    """Free tags."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise, of its launch or of how the bloc takes it up."""
    rulings: tuple[RulingShown, ...]
    """Rulings on its launch, oldest first."""
    form: Fact | None
    """Its form by law."""
    parent: Fact | None
    """The movement that it carries out or is part of."""


def movements_of(act: YearAct) -> Iterator[MovementShown]:
    """A movement of the year: its launch in the bloc, and each manner in which the bloc takes it up."""
    if act.here(e.MovementLaunched):
        yield _launch(act)
    links = act.here(e.MovementLinked)
    for manner in dict.fromkeys(link.manner for link in links):
        yield _link([link for link in links if link.manner == manner], act)


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


def _link(links: Sequence[e.MovementLinked], act: YearAct) -> MovementShown:
    contradicting = contradictions(act.of(e.MovementLaunched), e.MovementFacts) + disputes(links, *TOLD_OF_LINKS)
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
        rulings=rulings(act.every),
        form=None,
        parent=None,
    )
