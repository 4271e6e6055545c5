"""The plan of a bloc's year."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.kernel.once import once
from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, first, mark, surest_of
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.plan import Status, status_after
from services.registry.domain.ruling import holding
from services.registry.projections import Stream
from services.registry.queries.common import (
    DisputeShown,
    PartyShown,
    counted,
    counted_together,
    facts,
    first_party,
    latest,
    party,
    surest,
    values,
)
from services.registry.queries.disputes import RulingShown, contradictions, disputes, items_disputed, rulings_on


class ActivityStepShown(Part):
    """One step of an activity."""

    text: Fact | None
    """What is to be done."""
    due: Fact | None
    """By when."""
    responsible: PartyShown | None
    """Who does it."""


class ActivityDetailShown(Part):
    """The detailed plan that the lead of an activity has of it."""

    author: PartyShown | None
    """Whose plan it is."""
    titles: tuple[Fact, ...]
    """What it is called, in the order of telling."""
    plan: Fact | None
    """The document that it stands in, by its id."""
    on: Fact | None
    """The day of the detailed plan."""
    steps: tuple[ActivityStepShown, ...]
    """What is to be done, step by step."""
    declared_count: Fact | None
    """How many steps there are said to be."""
    exhaustive: Fact | None
    """Whether all are told."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


class EvidenceShown(Part):
    """A document that shows how an activity goes; the system keeps no files."""

    document: Fact
    """Its id."""
    title: Fact | None
    """Its title."""
    number: Fact | None
    """Its number."""
    issuer: Fact | None
    """Who issued it, as worded."""
    dated: Fact | None
    """The day that it bears."""


class ProgressShown(Part):
    """How far an activity has come by a day."""

    on: Fact | None
    """The day."""
    by: PartyShown | None
    """Who reports."""
    percent: Fact | None
    """How much is done, from 0 to 100."""
    words: tuple[Fact, ...]
    """How far it has come, in words, in the order of telling."""
    evidence: tuple[EvidenceShown, ...]
    """Documents that show it."""
    declared_count: Fact | None
    """How many documents there are said to be."""
    exhaustive: Fact | None
    """Whether all are told."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


class PlanItemShown(Part):
    """An activity."""

    item: str
    """Its id within the plan."""
    text: Fact | None
    """What is to be done; absent of an activity of which only later facts are told."""
    lead: Fact | None
    """The lead agency."""
    joining: tuple[Fact, ...]
    """Agencies that take part."""
    due: Fact | None
    """By when."""
    detail: ActivityDetailShown | None
    """The detailed plan of its lead; absent where none is known."""
    progress: tuple[ProgressShown, ...]
    """How it goes, by days; first what is told of no day."""


class PlanShown(Part):
    """The plan of the year."""

    year: Fact | None
    """The year."""
    status: Fact | None
    """REFERRED, DRAFTED, COMMENTED or APPROVED, as far as is recorded."""
    title: Fact | None
    """What it is called."""
    items: tuple[PlanItemShown, ...]
    """Its activities."""
    declared_count: Fact | None
    """How many there are said to be."""
    exhaustive: Fact | None
    """Whether all are told."""
    presenter: PartyShown | None
    """Who presented the draft."""
    acceptor: PartyShown | None
    """Who took the comments in."""
    finaliser: PartyShown | None
    """Who is to finalise it."""
    approver: PartyShown | None
    """Who approved it."""
    approved_on: Fact | None
    """When it was approved."""
    decision: Fact | None
    """The document that approves it, by its id."""
    disputes: tuple[DisputeShown, ...]
    """What sources tell otherwise of its approval; each field is as told last."""


APPROVAL = ("effective", "approver.agency", "approver.person", "approver.words", "decision.id", "items.declared_count")
"""What an approval tells of which a single value is true."""


@once
def plan_of(stream: Stream) -> PlanShown | None:
    """What a stream tells of a plan."""
    every = [event for event in stream.told if isinstance(event, e.PlanEvent)]
    if not every:
        return None
    told = holding(every)
    listing = next((event for event in reversed(told) if _lists(event)), None)
    approvals = [event for event in told if isinstance(event, e.PlanApproved)]
    approved = approvals[-1] if approvals else None
    commented = next((event for event in reversed(told) if isinstance(event, e.PlanCommented)), None)
    drafted = next((event for event in reversed(told) if isinstance(event, e.PlanDrafted)), None)
    return PlanShown(
        year=latest(told, "year"),
        status=_status(told),
        title=latest(told, "title"),
        items=_items(every, told, listing),
        **counted(listing, "items"),
        presenter=party(drafted, "presenter"),
        acceptor=party(commented, "acceptor"),
        finaliser=party(commented, "finaliser"),
        approver=party(approved, "approver"),
        approved_on=fact(approved, "effective"),
        decision=fact(approved, "decision.id"),
        disputes=disputes(approvals, *APPROVAL)
        + items_disputed([event for event in approvals if event.items], "items", "item", "text", "lead", "due"),
    )


def _lists(event: e.PlanEvent) -> bool:
    return isinstance(event, e.PlanDrafted) or (isinstance(event, e.PlanApproved) and event.items is not None)


def _status(told: Sequence[e.PlanEvent]) -> Fact | None:
    """How far the plan has come, marked as the event that brought it there."""
    status: Status | None = None
    found: Fact | None = None
    for event in told:
        after = status_after(status, event)
        if after != status and after:
            status, found = after, Fact(value=after, mark=mark(event.record, "type"))
    return found


def _items(every: Sequence[e.PlanEvent], told: Sequence[e.PlanEvent], listing: Any) -> tuple[PlanItemShown, ...]:
    """The activities that are listed, and those of which only later facts are told."""
    listed = listing.items.items if listing and listing.items else ()
    paths = {item.item: f"items.items[{i}]" for i, item in enumerate(listed)}
    later = [event for event in told if isinstance(event, e.ActivityAssigned | e.ActivityDetailed | e.ProgressReported)]
    return tuple(
        _item(item, listing, paths.get(item), [event for event in later if event.item == item], every)
        for item in dict.fromkeys([*paths, *(event.item for event in later)])
    )


def _item(item: Id, listing: Any, path: str | None, later: Sequence[Any], every: Sequence[Any]) -> PlanItemShown:
    """An activity: listed at a path, or at none."""
    given = next((event for event in reversed(later) if isinstance(event, e.ActivityAssigned)), None)
    listed = listing if path else None
    joining = next((x.joining for x in listing.items.items if x.item == item), ()) if path else ()
    return PlanItemShown(
        item=item,
        text=fact(listed, f"{path}.text"),
        lead=fact(given, "lead") or fact(listed, f"{path}.lead"),
        joining=surest(
            [
                *facts(listed, f"{path}.joining[{{}}]", len(joining)),
                *facts(given, "joining[{}]", len(given.joining) if given else 0),
            ]
        ),
        due=fact(given, "due") or fact(listed, f"{path}.due"),
        detail=_detail([event for event in later if isinstance(event, e.ActivityDetailed)], every),
        progress=_progress([event for event in later if isinstance(event, e.ProgressReported)], every),
    )


def _detail(same: Sequence[e.ActivityDetailed], every: Sequence[Any]) -> ActivityDetailShown | None:
    if not same:
        return None
    contradicting = contradictions(same, e.ActivityDetailFacts)
    return ActivityDetailShown(
        author=first_party(same, "author"),
        titles=values(same, "title"),
        plan=first(same, "plan.id"),
        on=first(same, "effective"),
        steps=_steps(same),
        **counted_together(same, "steps"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings_on(every, same[0]),
    )


def _steps(same: Sequence[e.ActivityDetailed]) -> tuple[ActivityStepShown, ...]:
    """Steps that several records tell: each once, the surest."""
    found: dict[e.ActivityStep, list[ActivityStepShown]] = {}
    for event in same:
        for i, step in enumerate(event.steps.items):
            path = f"steps.items[{i}]"
            shown = ActivityStepShown(
                text=fact(event, f"{path}.text"),
                due=fact(event, f"{path}.due"),
                responsible=party(event, f"{path}.responsible"),
            )
            found.setdefault(step, []).append(shown)
    return tuple(map(surest_of, found.values()))


def _progress(reported: Sequence[e.ProgressReported], every: Sequence[Any]) -> tuple[ProgressShown, ...]:
    """What is told of each day together, by days."""
    days: dict[date | None, list[e.ProgressReported]] = {}
    for event in reported:
        days.setdefault(event.effective, []).append(event)
    return tuple(_reported(days[day], every) for day in sorted(days, key=lambda day: day or date.min))


def _reported(same: Sequence[e.ProgressReported], every: Sequence[Any]) -> ProgressShown:
    contradicting = contradictions(same, e.ProgressFacts)
    return ProgressShown(
        on=first(same, "effective"),
        by=first_party(same, "by"),
        percent=first(same, "percent"),
        words=values(same, "words"),
        evidence=_evidence(same),
        **counted_together(same, "evidence"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings_on(every, same[0]),
    )


def _evidence(same: Sequence[e.ProgressReported]) -> tuple[EvidenceShown, ...]:
    """Documents that several records name: each once, as told first."""
    found: dict[str, EvidenceShown] = {}
    for event in same:
        for i, source in enumerate(event.evidence.items):
            path = f"evidence.items[{i}]"
            about = {name: fact(event, f"{path}.{name}") for name in ("title", "number", "issuer", "dated")}
            document = Fact(value=source.id, mark=mark(event.record, f"{path}.id"))
            found.setdefault(source.id, EvidenceShown(document=document, **about))
    return tuple(found.values())
