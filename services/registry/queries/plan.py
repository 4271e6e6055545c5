"""The plan of a bloc's year."""

from collections.abc import Sequence
from typing import Any

from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, mark
from services.registry import events as e
from services.registry.domain.plan import Status, status_after
from services.registry.queries.common import DisputeShown, PartyShown, counted, facts, latest, length, party, surest
from services.registry.queries.disputes import disputes, items_disputed


class PlanItemShown(Part):
    """An activity."""

    item: str
    """Its id within the plan."""
    text: Fact | None
    """What is to be done."""
    lead: Fact | None
    """The lead agency."""
    joining: tuple[Fact, ...]
    """Agencies that take part."""


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


def plan_of(told: Sequence[e.PlanEvent]) -> PlanShown | None:
    if not told:
        return None
    listing = next((event for event in reversed(told) if _lists(event)), None)
    approvals = [event for event in told if isinstance(event, e.PlanApproved)]
    approved = approvals[-1] if approvals else None
    commented = next((event for event in reversed(told) if isinstance(event, e.PlanCommented)), None)
    drafted = next((event for event in reversed(told) if isinstance(event, e.PlanDrafted)), None)
    leads = {event.item: event for event in told if isinstance(event, e.ActivityAssigned)}
    return PlanShown(
        year=latest(told, "year"),
        status=_status(told),
        title=latest(told, "title"),
        items=tuple(_item(listing, i, leads) for i in range(length(listing, "items"))),
        **counted(listing, "items"),
        presenter=party(drafted, "presenter"),
        acceptor=party(commented, "acceptor"),
        finaliser=party(commented, "finaliser"),
        approver=party(approved, "approver"),
        approved_on=fact(approved, "effective"),
        decision=fact(approved, "decision.id"),
        disputes=disputes(approvals, *APPROVAL)
        + items_disputed([event for event in approvals if event.items], "items", "item", "text", "lead"),
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


def _item(listing: Any, index: int, leads: dict[str, e.ActivityAssigned]) -> PlanItemShown:
    path, item = f"items.items[{index}]", listing.items.items[index]
    given = leads.get(item.item)
    return PlanItemShown(
        item=item.item,
        text=fact(listing, f"{path}.text"),
        lead=fact(given, "lead") or fact(listing, f"{path}.lead"),
        joining=surest(
            [
                *facts(listing, path + ".joining[{}]", len(item.joining)),
                *facts(given, "joining[{}]", len(given.joining) if given else 0),
            ]
        ),
    )
