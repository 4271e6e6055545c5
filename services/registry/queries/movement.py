"""A movement: who launched it with what aims, who takes it up, where it is tried out, and all that belongs to it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, Field

from services.kernel.errors import Missing
from services.kernel.provenance import Fact, Part
from services.kernel.standing import StreamName
from services.kernel.telling import fact, first, mark
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.movement import MOVEMENT
from services.registry.domain.ruling import holding
from services.registry.projections import (
    LAUNCHERS,
    MOVEMENT_PARTS,
    STREAMS,
    Launchers,
    PartKind,
    Stream,
    link_terms,
    named_term,
    part_term,
)
from services.registry.queries.common import (
    DisputeShown,
    Label,
    PartyShown,
    counted,
    facts,
    first_party,
    labels,
    length,
    party,
    surest,
    together,
)
from services.registry.queries.days import WEIGHED, ByDay
from services.registry.queries.disputes import (
    RulingShown,
    circle,
    contradictions,
    disputes,
    items_disputed,
    rulings,
    rulings_on,
)
from services.registry.queries.document import CitationShown, citations_of
from services.registry.queries.movement_review import MovementReviewShown, review_of
from services.registry.queries.movements import launches_in
from services.registry.queries.participation import (
    MovementPlanShown,
    ParticipationShown,
    participations_of,
    plans_of,
    registrations_of,
)
from services.registry.queries.targets import TargetLineShown, aims_of, lines_disputed, target_line

KINDS = get_args(PartKind)
LAUNCHER = ("launcher.agency", "launcher.person", "launcher.words")


class MovementPage(Part):
    """Where a page of a movement ends: of each list that goes on, the stream that tells of the last one shown."""

    parts: StreamName | None = None
    """Of movements that carry it out or are part of it."""
    taken_up: StreamName | None = None
    """Of blocs that take it up."""
    participants: StreamName | None = None
    """Of participants, with their registrations, reports and plans."""
    reviews: StreamName | None = None
    """Of reviews."""


class GetMovement(ByDay):
    """A movement with who takes it up and takes part: plans, pilot sites, figures and reviews."""

    movement: Id
    """The movement."""
    limit: int = Field(default=100, ge=1, le=500)
    """How many participants, blocs that take it up, reviews and movements that carry it out at most, of each; 100 if
    absent.
    """
    after: MovementPage | None = None
    """`next` of the page before, asked for at the same position: the lists in it go on, others are not shown again."""


class PhaseShown(Part):
    """A phase of a movement."""

    phase: str
    """Its id within the movement."""
    name: Fact | None
    """What it is called."""
    starts: Fact | None
    """Its first day."""
    ends: Fact | None
    """Its last day."""


class TakenUpShown(Part):
    """That a bloc takes a movement up, in a year and manner."""

    bloc: Fact | None
    """The bloc."""
    year: Fact | None
    """Its year."""
    manner: Fact | None
    """CONTINUED, JOINED, PUSHED or CITED."""
    on: Fact | None
    """The day on which it does."""
    name: Fact | None
    """What it calls the movement."""
    launcher: PartyShown | None
    """Who launched the movement, as it is told there."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


class PilotSiteShown(Part):
    """Where a movement is tried out first."""

    agency: Fact | None
    """The agency."""
    place: Fact | None
    """As worded, where no agency is named."""


class PilotShown(Part):
    """Sites where a movement is tried out first, by one telling."""

    on: Fact | None
    """From which day."""
    phase: Fact | None
    """The phase."""
    sites: tuple[PilotSiteShown, ...]
    """Where."""
    declared_count: Fact | None
    """How many there are said to be."""
    exhaustive: Fact | None
    """Whether all are named."""
    director: PartyShown | None
    """Who directs it there."""


class MovementAnswer(BaseModel):
    """A movement."""

    movement: str
    """Its id."""
    name: Fact | None
    """Its name, as told at its launch or else by the first bloc that takes it up and names it."""
    form: Fact | None
    """Its form by law."""
    theme: Fact | None
    """Its theme."""
    tags: tuple[Fact, ...]
    """Free tags."""
    launcher: PartyShown | None
    """Who launched it, as told at its launch or else by the first blocs that take it up and tell."""
    launched_on: Fact | None
    """The day of the launch."""
    conference: Fact | None
    """The conference at which it was launched."""
    bloc: Fact | None
    """The bloc in which it was launched."""
    year: Fact | None
    """The year it is for."""
    ends: Fact | None
    """The last day that it is to last."""
    parent: Fact | None
    """The movement that it carries out or is part of."""
    parts: tuple[Fact, ...]
    """The movements that carry it out or are part of it."""
    phases: tuple[PhaseShown, ...]
    """Its phases."""
    targets: tuple[TargetLineShown, ...]
    """What it aims at."""
    taken_up: tuple[TakenUpShown, ...]
    """Who takes it up, in the order of the blocs' ids."""
    pilots: tuple[PilotShown, ...]
    """Where it is tried out first."""
    registrations: tuple[ParticipationShown, ...]
    """Who registered for it, in the order of the participants' ids."""
    participations: tuple[ParticipationShown, ...]
    """How these take part, as reported."""
    plans: tuple[MovementPlanShown, ...]
    """The plans that these have for it."""
    reviews: tuple[MovementReviewShown, ...]
    """Interim and final reviews, in the order of their ids."""
    next: MovementPage | None
    """What to ask for as `after` to see what these lists have more than asked for; absent where that is nothing."""
    citations: tuple[CitationShown, ...]
    """The documents that it cites."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    disputed: bool
    """Whether records tell of its launch in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise, and whom blocs that take it up name otherwise as who launched it, each once."""
    rulings: tuple[RulingShown, ...]
    """Rulings on its launch, oldest first."""


async def get_movement(asked: GetMovement, view: View) -> MovementAnswer:
    name = MOVEMENT.of(asked.movement).name
    stream: Stream = await view.get(STREAMS, name) or Stream()
    every = stream.told
    pages = {kind: await _page(view, asked, kind) for kind in KINDS}
    children, linking, joining, reviews = (page.told for page in pages.values())
    if not (every or asked.after or any(page.told for page in pages.values())):
        raise Missing(
            en=f"The movement {asked.movement} is not recorded.", vi=f"Chưa ghi nhận phong trào {asked.movement}."
        )
    told, launches = holding(every), launches_in(stream)
    aims = aims_of(launches, "targets")
    contradicting = (
        *contradictions(launches, e.MovementFacts),
        *lines_disputed(launches, "targets"),
        *items_disputed(launches, "phases", "phase", "name", "starts", "ends"),
    )
    known = {one.field for one in contradicting}
    launching = [*launches, *await _launching(view, asked)]
    others = (one for one in disputes(launching, *LAUNCHER) if one.field not in known)
    contradicting = (*contradicting, *await circle("parent", asked.movement, partial(_parent, view)), *others)
    answer = MovementAnswer(
        movement=asked.movement,
        name=first(launches, "name") or first(await _naming(view, asked), "name"),
        form=first(launches, "form"),
        theme=first(launches, "theme"),
        tags=surest(tag for event in launches for tag in facts(event, "tags[{}]", len(event.tags))),
        launcher=first_party(launches, "launcher") or first_party(launching, "launcher"),
        launched_on=first(launches, "effective"),
        conference=first(launches, "conference"),
        bloc=first(launches, "bloc"),
        year=first(launches, "year"),
        ends=first(launches, "ends"),
        parent=first(launches, "parent"),
        parts=tuple(part for one in children for part in _children(one, asked.movement)),
        phases=_phases(launches),
        targets=tuple(target_line(line, told_) for line, told_ in aims.items()),
        taken_up=tuple(_taken_up(same, one) for one in linking for same in together(one, e.MovementLinked)),
        pilots=tuple(_pilot(event) for event in told if isinstance(event, e.MovementPiloted)),
        registrations=tuple(shown for one in joining for shown in registrations_of(one, aims)),
        participations=tuple(shown for one in joining for shown in participations_of(one, aims)),
        plans=tuple(shown for one in joining for shown in plans_of(one)),
        reviews=tuple(review_of(one, aims) for one in reviews),
        next=MovementPage(**ends) if (ends := {kind: page.end for kind, page in pages.items() if page.end}) else None,
        citations=await citations_of(view, [name]),
        labels=(),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(every),
    )
    return answer.model_copy(update={"labels": await labels(view, answer)})


class _Page(NamedTuple):
    """A page of a list."""

    told: list[list[Any]]
    """What each stream tells."""
    end: str | None
    """The last stream, where the list goes on."""


async def _page(view: View, asked: GetMovement, kind: PartKind) -> _Page:
    """What streams of a kind that belong to the movement tell of it."""
    after_key: str | None = getattr(asked.after, kind, None)
    if asked.after and after_key is None:
        return _Page([], None)
    term = part_term(kind, asked.movement)
    found = await view.find(MOVEMENT_PARTS, term, limit=asked.limit + 1, after_key=after_key)
    page = found[: asked.limit]
    return _Page([doc.told for _, doc in page if doc.told], page[-1][0] if len(found) > asked.limit else None)


async def _launching(view: View, asked: GetMovement) -> list[e.MovementLinked]:
    """Of the blocs that take it up, in the order of their ids, the first to tell each of those who launched it."""
    ever: Launchers = await view.get(LAUNCHERS, asked.movement) or Launchers()
    found = [await _first(view, asked, term) for term in ever.terms]
    return sorted((link for link in found if link), key=lambda link: link.bloc)


async def _naming(view: View, asked: GetMovement) -> list[e.MovementLinked]:
    """The first link that tells a name."""
    link = await _first(view, asked, named_term(asked.movement))
    return [link] if link else []


async def _first(view: View, asked: GetMovement, term: str) -> e.MovementLinked | None:
    """The first link that tells what this look-up word stands for."""
    limit = 1 if asked.on is None else WEIGHED  # not each that tells it has come to be by a day
    after_key: str | None = None
    while found := await view.find(MOVEMENT_PARTS, term, limit=limit, after_key=after_key):
        for _, doc in found:
            for event in holding(doc.told):
                if isinstance(event, e.MovementLinked) and term in link_terms(event):
                    return event
        after_key = found[-1][0]
    return None


async def _parent(view: View, movement: Id) -> Fact | None:
    """The movement that another one is part of."""
    stream: Stream = await view.get(STREAMS, MOVEMENT.of(movement).name) or Stream()
    return first(launches_in(stream), "parent")


def _children(told: Sequence[Any], movement: Id) -> Iterator[Fact]:
    """The movement that these launches tell of, if it carries this one out."""
    for event in holding(told):
        if isinstance(event, e.MovementLaunched) and event.parent == movement:
            yield Fact(value=event.movement, mark=mark(event.record, "parent"))
            return


def _phases(launches: Sequence[e.MovementLaunched]) -> tuple[PhaseShown, ...]:
    """Each phase once, each field as told first."""
    found: dict[Id, dict[str, Fact | None]] = {}
    for event in launches:
        for i, phase in enumerate(event.phases.items):
            told = found.setdefault(phase.phase, dict.fromkeys(("name", "starts", "ends")))
            told.update({name: known or fact(event, f"phases.items[{i}].{name}") for name, known in told.items()})
    return tuple(PhaseShown(phase=phase, **told) for phase, told in found.items())


def _taken_up(same: Sequence[e.MovementLinked], told: Sequence[Any]) -> TakenUpShown:
    contradicting = contradictions(same, e.MovementLinkFacts)
    return TakenUpShown(
        bloc=first(same, "bloc"),
        year=first(same, "year"),
        manner=first(same, "manner"),
        on=first(same, "effective"),
        name=first(same, "name"),
        launcher=first_party(same, "launcher"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings_on(told, same[0]),
    )


def _pilot(event: e.MovementPiloted) -> PilotShown:
    paths = [f"sites.items[{i}]" for i in range(length(event, "sites"))]
    return PilotShown(
        on=fact(event, "effective"),
        phase=fact(event, "phase"),
        sites=tuple(PilotSiteShown(agency=fact(event, f"{p}.agency"), place=fact(event, f"{p}.place")) for p in paths),
        **counted(event, "sites"),
        director=party(event, "director"),
    )
