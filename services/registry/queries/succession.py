"""Reorganisations, and who came before and after an organisation by them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import product
from typing import Literal

from pydantic import BaseModel

from services.kernel.errors import Missing
from services.kernel.provenance import Fact, Mark, Part
from services.kernel.telling import fact, first, mark, weakest
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.organisation import ORGANISATION
from services.registry.domain.reorganisation import REORGANISATION
from services.registry.domain.ruling import holding
from services.registry.projections import MENTIONS, ORGANISATIONS, STREAMS, Mention, Stream
from services.registry.queries.common import DisputeShown, Label, PartyShown, counted_together, labels, party, recorded
from services.registry.queries.disputes import RulingShown, contradictions, disputed, rulings

Side = Literal["predecessor", "successor"]

LINKS = 500  # steps from one organisation to the next that one answer follows
UNKNOWN = date.max.isoformat()
ASSIGNED = "who of several predecessors it came after is not told / chưa nêu rõ kế thừa tổ chức nào"


class GetReorganisation(BaseModel):
    """A reorganisation: who came after whom, and what of their history was carried over."""

    reorganisation: Id
    """The reorganisation."""


class GetSuccession(BaseModel):
    """Who came before and after an organisation, and before and after those."""

    organisation: Id
    """The organisation."""
    on: date | None = None
    """Only by reorganisations in effect on this day, or on no day that is told; all if absent."""


class PredecessorShown(Part):
    """An organisation whose work, or some of it, went to others."""

    organisation: Fact
    """The organisation."""
    ends: Fact | None
    """Whether it is no more thereby; absent where that is not told."""


class SuccessorShown(Part):
    """An organisation to which the work of others went."""

    organisation: Fact
    """The organisation."""
    takes: Fact | None
    """What it takes over, in words."""


class PredecessorFactList(Part):
    """The predecessors, as the sources give them."""

    items: tuple[PredecessorShown, ...]
    """Who is named."""
    declared_count: Fact | None
    """How many a source says there are."""
    exhaustive: Fact | None
    """Whether all are named."""


class SuccessorFactList(Part):
    """The successors, as the sources give them."""

    items: tuple[SuccessorShown, ...]
    """Who is named."""
    declared_count: Fact | None
    """How many a source says there are."""
    exhaustive: Fact | None
    """Whether all are named."""


class CarryOverShown(Part):
    """A ruling on whether something of a predecessor's history counts to a successor. Without one nothing is said."""

    reorganisation: str
    """The reorganisation."""
    predecessor: Fact | None
    """Whose history it is."""
    successor: Fact | None
    """To whom it counts, or not."""
    what: Fact | None
    """What of the history."""
    carried: Fact | None
    """Whether it counts to the successor."""
    basis: Fact | None
    """The rule or the reason on which that rests."""
    by: PartyShown | None
    """Who ruled."""
    on: Fact | None
    """When."""
    decision: Fact | None
    """The document that rules it, by its id."""


class ReorganisationAnswer(BaseModel):
    """A reorganisation."""

    reorganisation: str
    """Its id."""
    kind: Fact | None
    """MERGER, SPLIT, TRANSFER or OTHER."""
    predecessors: PredecessorFactList
    """Whose work went to others."""
    successors: SuccessorFactList
    """To whom it went."""
    in_force_on: Fact | None
    """The day on which the decision is in force by law."""
    on: Fact | None
    """The first day on which the new apparatus works."""
    decision: Fact | None
    """The decision, by its id."""
    carry_overs: tuple[CarryOverShown, ...]
    """Rulings on what of the history counts to successors, oldest first."""
    disputed: bool
    """Whether sources tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first: each holds instead of what was told of it before."""
    labels: tuple[Label, ...]
    """The organisations named here."""


class LinkShown(Part):
    """That one organisation came after another."""

    reorganisation: str
    """By which reorganisation."""
    kind: Fact | None
    """MERGER, SPLIT, TRANSFER or OTHER."""
    predecessor: Fact
    """Whose work went to the other."""
    successor: Fact
    """Who came after it."""
    ends: Fact | None
    """Whether the predecessor is no more thereby; absent where that is not told."""
    takes: Fact | None
    """What the successor takes over, in words."""
    in_force_on: Fact | None
    """The day on which the decision is in force by law."""
    on: Fact | None
    """The first day on which the new apparatus works."""
    decision: Fact | None
    """The decision, by its id."""


class SuccessionAnswer(BaseModel):
    """Who came before and after an organisation."""

    organisation: str
    """The organisation asked for."""
    successors: tuple[LinkShown, ...]
    """Who came after it, then who later came after those, and so on; each step once, also where they lead in a
    circle."""
    predecessors: tuple[LinkShown, ...]
    """Who came before it, then who earlier came before those, and so on."""
    carry_overs: tuple[CarryOverShown, ...]
    """Rulings on what of the history counts to successors along these steps."""
    cut: bool
    """Whether there are more steps than one answer follows: ask for the last ones named."""
    labels: tuple[Label, ...]
    """The organisations named here."""


async def get_reorganisation(asked: GetReorganisation, view: View) -> ReorganisationAnswer:
    stream: Stream | None = await view.get(STREAMS, REORGANISATION.of(asked.reorganisation).name)
    told = _reorganised(stream) if stream else []
    if stream is None or not stream.told:
        raise Missing(
            en=f"The reorganisation {asked.reorganisation} is not recorded.",
            vi=f"Chưa ghi nhận việc sắp xếp {asked.reorganisation}.",
        )
    contradicting = _contradicting(told)
    answer = ReorganisationAnswer(
        reorganisation=asked.reorganisation,
        kind=first(told, "kind"),
        predecessors=PredecessorFactList(
            items=tuple(
                PredecessorShown(organisation=_named(one, found), ends=_one(found, "ends"))
                for one, found in _sides(told, "predecessors").items()
            ),
            **counted_together(told, "predecessors"),
        ),
        successors=SuccessorFactList(
            items=tuple(
                SuccessorShown(organisation=_named(one, found), takes=_one(found, "takes"))
                for one, found in _sides(told, "successors").items()
            ),
            **counted_together(told, "successors"),
        ),
        in_force_on=first(told, "in_force_on"),
        on=first(told, "effective"),
        decision=first(told, "decision.id"),
        carry_overs=tuple(_carry_over(event) for event in stream.told if isinstance(event, e.CarryOverRuled)),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings(stream.told),
        labels=(),
    )
    return answer.model_copy(update={"labels": await labels(view, answer)})


def _reorganised(stream: Stream) -> list[e.OrganisationsReorganised]:
    return [event for event in holding(stream.told) if isinstance(event, e.OrganisationsReorganised)]


Told = tuple[e.OrganisationsReorganised, str]
"""An event, and the path at which it tells of an organisation."""


def _sides(told: Iterable[e.OrganisationsReorganised], side: str) -> dict[Id, list[Told]]:
    """Where each organisation of a side is told of."""
    found: dict[Id, list[Told]] = {}
    for event in told:
        for i, one in enumerate(getattr(event, side).items):
            found.setdefault(one.organisation, []).append((event, f"{side}.items[{i}]"))
    return found


def _of(told: Sequence[Told], field: str) -> tuple[Fact, ...]:
    """What is told of a field of an organisation, as told first before all else."""
    return tuple(found for event, path in told if (found := fact(event, f"{path}.{field}")))


def _named(one: Id, told: Sequence[Told]) -> Fact:
    event, path = told[0]
    return Fact(value=one, mark=mark(event.record, f"{path}.organisation"))


def _one(told: Sequence[Told], field: str) -> Fact | None:
    return next(iter(_of(told, field)), None)


def _contradicting(told: Sequence[e.OrganisationsReorganised]) -> tuple[DisputeShown, ...]:
    """What records tell in ways that cannot both be, also of one predecessor."""
    before = _sides(told, "predecessors")
    ends = (disputed("predecessors.ends", _of(found, "ends"), about=one) for one, found in before.items())
    return contradictions(told, e.ReorganisationFacts) + tuple(dispute for found in ends for dispute in found)


def _carry_over(event: e.CarryOverRuled) -> CarryOverShown:
    return CarryOverShown(
        reorganisation=event.reorganisation,
        predecessor=fact(event, "predecessor"),
        successor=fact(event, "successor"),
        what=fact(event, "what"),
        carried=fact(event, "carried"),
        basis=fact(event, "basis"),
        by=party(event, "by"),
        on=fact(event, "effective"),
        decision=fact(event, "decision.id"),
    )


async def get_succession(asked: GetSuccession, view: View) -> SuccessionAnswer:
    after = await _followed(view, asked, "predecessor", "successor")
    before = await _followed(view, asked, "successor", "predecessor")
    steps = (*after, *before)
    if not steps:  # a record may name who is told of nowhere else
        await recorded(view, ORGANISATIONS, asked.organisation)
    answer = SuccessionAnswer(
        organisation=asked.organisation,
        successors=after[:LINKS],
        predecessors=before[:LINKS],
        carry_overs=await _carried(view, steps),
        cut=max(len(after), len(before)) > LINKS,
        labels=(),
    )
    return answer.model_copy(update={"labels": await labels(view, answer, asked.on)})


async def _followed(view: View, asked: GetSuccession, near: Side, far: Side) -> tuple[LinkShown, ...]:
    """The steps from the near side to the far one, the closest first, each once.

    What went to somebody goes on only by what came later, or, on the way back, comes only by what was earlier.
    """
    way = 1 if far == "successor" else -1
    steps: dict[tuple[str, str, str], LinkShown] = {}
    reached = {asked.organisation: min(way * date.min.toordinal(), way * date.max.toordinal())}
    at = [asked.organisation]
    while at and len(steps) <= LINKS:
        found = await _links(view, at, asked.on)
        at = []
        for link in found:
            here, there = getattr(link, near).value, getattr(link, far).value
            day = way * date.fromisoformat(link.on.value).toordinal() if link.on else reached.get(here)
            if here not in reached or day is None or day < reached[here]:
                continue
            steps[link.reorganisation, here, there] = link
            if there not in reached or day < reached[there]:
                reached[there] = day
                at.append(there)
    return tuple(steps.values())


async def _links(view: View, organisations: Sequence[Id], on: date | None) -> list[LinkShown]:
    """Of every reorganisation in which one of them is named, by its day."""
    found: list[tuple[str, Mention]] = await view.having(MENTIONS, [ORGANISATION.of(one).name for one in organisations])
    names = [name for name, _ in found if name.startswith(f"{REORGANISATION.kind}:")]
    streams: dict[str, Stream] = await view.many(STREAMS, names)
    every = [link for name in sorted(streams) for link in _links_of(_reorganised(streams[name]))]
    then = [link for link in every if on is None or link.on is None or link.on.value <= on.isoformat()]
    return sorted(then, key=lambda link: link.on.value if link.on else UNKNOWN)


def _links_of(told: Sequence[e.OrganisationsReorganised]) -> Iterator[LinkShown]:
    before, after = _sides(told, "predecessors"), _sides(told, "successors")
    unsaid = ASSIGNED if len(before) > 1 and len(after) > 1 else None
    for one, (other, there) in product(before, after.items()):
        if one != other:
            successor = _named(other, there)
            yield LinkShown(
                reorganisation=told[0].reorganisation,
                kind=first(told, "kind"),
                predecessor=_named(one, before[one]),
                successor=successor.model_copy(update={"mark": _unsure(successor.mark, unsaid)}),
                ends=_one(before[one], "ends"),
                takes=_one(there, "takes"),
                in_force_on=first(told, "in_force_on"),
                on=first(told, "effective"),
                decision=first(told, "decision.id"),
            )


def _unsure(known: Mark, basis: str | None) -> Mark:
    return weakest(known, Mark(certainty="INFERRED", basis=basis)) if basis else known


async def _carried(view: View, steps: Sequence[LinkShown]) -> tuple[CarryOverShown, ...]:
    """What is ruled of the history along these steps."""
    pairs = {(link.reorganisation, link.predecessor.value, link.successor.value) for link in steps}
    names = {REORGANISATION.of(link.reorganisation).name for link in steps}
    streams: dict[str, Stream] = await view.many(STREAMS, names)
    found = (event for name in sorted(streams) for event in streams[name].told if isinstance(event, e.CarryOverRuled))
    along = (event for event in found if (event.reorganisation, event.predecessor, event.successor) in pairs)
    return tuple(map(_carry_over, along))
