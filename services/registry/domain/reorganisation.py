"""Reorganisations: mergers, splits and transfers of functions, each one act that tells who comes after whom.

Who goes thereby is told in its own stream too, at once with the act: there every act that names it looks, so that none
of a later day passes, nor one that races with the reorganisation. What a ruling, a correction or a retraction changes
of it is told there anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import Field

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.errors import Conflict
from services.kernel.events import Event
from services.kernel.performing import AHEAD, Act, counted, in_order, named_day, performed_on, takes_effect
from services.kernel.provenance import Inference, Record
from services.kernel.standing import FactRetracted, standing
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.organisation import (
    ORGANISATION,
    Mentioned,
    Organisation,
    active,
    agencies,
    all_active,
    reads,
    streams,
)
from services.registry.domain.ruling import holding, settles


class Reorganise(e.ReorganisationFacts, Act):
    """Merge or split organisations, or move a function between them, by a numbered decision."""

    ahead = AHEAD

    former: tuple[Id, ...] = Field(default=(), exclude=True)
    """Of a ruling or correction, every predecessor that was ever told; filled in at the edge."""


class RuleCarryOver(e.CarryOverFacts, Act):
    """Rule whether something of a predecessor's history counts to a successor."""


Told = tuple[e.ReorganisationEvent | FactRetracted, ...]
"""All that was ever told of a reorganisation, oldest first."""


def evolve(told: Told, event: e.ReorganisationEvent | FactRetracted) -> Told:
    return (*told, event)


REORGANISATION: Fold[Told] = Fold("reorganisation", (), evolve, raw=True)


def _holding(told: Told) -> list[e.OrganisationsReorganised]:
    """What stands, from the last ruling on."""
    events = (one.event for one in standing(enumerate(told, 1)))
    return holding(event for event in events if isinstance(event, e.OrganisationsReorganised))


def predecessors(told: Iterable[object]) -> set[Id]:
    events = (event for event in told if isinstance(event, e.OrganisationsReorganised))
    return {one.organisation for event in events for one in event.predecessors.items}


def reorganise(command: Reorganise, told: Told, *states: Organisation) -> Events:
    held = _holding(told)
    if command.record is None:
        require(not held, "reorganisation.known", en="This id is taken.", vi="Mã sắp xếp này đã có.")
        _complete(command)
        takes_effect(command)
        counted(command)
        _there(command, states)
    settles(command, held)
    event = tell(e.OrganisationsReorganised, command)
    written: dict[str, list[Event]] = {REORGANISATION.of(command.reorganisation).name: [event]}
    if command.ruling or command.correction:
        return written | settled(command.reorganisation, told, event, command.former)
    return written | {ORGANISATION.of(one).name: _again(one, [event]) for one in sorted(predecessors([event]))}


def settled(
    reorganisation: Id, told: Told, event: e.OrganisationsReorganised | FactRetracted, read: Sequence[Id]
) -> dict[str, list[Event]]:
    """Of each predecessor of whom an event lets something else stand, all that stands now. Raises Conflict."""
    before, after = _holding(told), _holding((*told, event))
    every = sorted(predecessors([*before, *after, event]))
    changed = {one: now for one in every if (now := _again(one, after)) != _again(one, before)}
    if not changed.keys() <= {*read, *predecessors([event])}:  # of somebody who was named while this was on its way
        raise Conflict(
            en="The reorganisation was amended at the same moment; look at it and send this again.",
            vi="Việc sắp xếp vừa được sửa cùng lúc; cần xem lại rồi gửi lại.",
        )
    nothing = e.OrganisationSucceeded(organisation="x", reorganisation=reorganisation, void=True, record=event.record)
    return {
        ORGANISATION.of(one).name: _instead(now or [nothing.model_copy(update={"organisation": one})])
        for one, now in changed.items()
    }


def _instead(now: Sequence[e.OrganisationSucceeded]) -> list[Event]:
    """What is told instead of all before: the first event says so."""
    return [now[0].model_copy(update={"settled": True}), *now[1:]]


def _again(one: Id, told: Iterable[e.ReorganisationFacts]) -> list[e.OrganisationSucceeded]:
    """What is told of a predecessor."""
    return [
        _succeeded(event, number)
        for event in told
        for number, own in enumerate(event.predecessors.items)
        if own.organisation == one
    ]


def _complete(command: Reorganise) -> None:
    """Raises Refused."""
    day, before, after = named_day(command), command.predecessors.items, command.successors.items
    require(
        command.decision and command.decision.number,
        "reorganisation.decision",
        en="decision.number: name the decision with its number.",
        vi="decision.number: cần nêu quyết định kèm số.",
    )
    in_order(
        "reorganisation.order",
        day,
        command.in_force_on,
        en="effective: the new apparatus",
        vi="effective: bộ máy mới hoạt động",
    )
    require(
        before and after,
        "reorganisation.parties",
        en="Name at least one predecessor and one successor.",
        vi="Cần nêu ít nhất một tổ chức trước và một tổ chức kế thừa.",
    )
    for side in (before, after):
        require(
            len({one.organisation for one in side}) == len(side),
            "reorganisation.parties",
            en="An organisation is named twice.",
            vi="Có tổ chức được nêu hai lần.",
        )
    going_on = {one.organisation for one in after}
    for number, one in enumerate(before):
        require(
            one.ends is not None and not (one.ends and one.organisation in going_on),
            "reorganisation.ends",
            en=f"predecessors.items[{number}].ends: tell whether {one.organisation} ends; a successor does not.",
            vi=f"predecessors.items[{number}].ends: cần nêu {one.organisation} có chấm dứt hay không; "
            "tổ chức kế thừa thì không chấm dứt.",
        )


def _there(command: Reorganise, states: Sequence[Organisation]) -> None:
    """Raises Refused. Who ends has no other end, be it a later one."""
    involved = _involved(command)
    all_active(involved, states, command.effective)
    known = dict(zip(dict.fromkeys(involved.values()), states, strict=True))
    for number, one in enumerate(command.predecessors.items):
        if one.ends:
            active(known[one.organisation], f"predecessors.items[{number}].organisation", one.organisation, None)


def _succeeded(told: e.ReorganisationFacts, number: int) -> e.OrganisationSucceeded:
    own = told.predecessors.items[number]
    others = [(i, one.organisation) for i, one in enumerate(told.successors.items)]
    after = [(i, other) for i, other in others if other != own.organisation]
    told_as = {field: f"predecessors.items[{number}].{field}" for field in ("organisation", "ends")}
    told_as |= {f"successors[{n}]": f"successors.items[{i}].organisation" for n, (i, _) in enumerate(after)}
    return e.OrganisationSucceeded(
        organisation=own.organisation,
        reorganisation=told.reorganisation,
        successors=tuple(other for _, other in after),
        ends=own.ends,
        effective=told.effective,
        record=_retold(told.record, {**told_as, "reorganisation": "reorganisation", "effective": "effective"}),
    )


def _retold(record: Record | None, fields: Mapping[str, str]) -> Record | None:
    """The record for another shape of what it tells: each field by its path in what was told."""
    if record is None:
        return None
    found = ((field, record.basis(path)) for field, path in fields.items())
    inferred = tuple(Inference(field=field, basis=basis) for field, basis in found if basis is not None)
    return record.model_copy(update={"inferred": inferred})


def _involved(command: Reorganise) -> Mentioned:
    before = {f"predecessors.items[{i}]": one.organisation for i, one in enumerate(command.predecessors.items)}
    after = {f"successors.items[{i}]": one.organisation for i, one in enumerate(command.successors.items)}
    return {f"{path}.organisation": one for path, one in (before | after).items()}


def _reads(command: Reorganise) -> list[Stream[Any]]:
    """Of a record too, since it tells the end in the streams of those who end."""
    former = {f"former[{i}]": one for i, one in enumerate(command.former)}
    return [REORGANISATION.of(command.reorganisation), *streams({**_involved(command), **former})]


def rule(command: RuleCarryOver, told: Told, *states: Organisation) -> Events:
    if command.record is None:
        performed_on(command)
        held = _holding(told)
        require(
            held,
            "reorganisation.unknown",
            en="The reorganisation is not recorded; record it first.",
            vi="Chưa ghi nhận việc sắp xếp này; cần ghi nhận trước.",
        )
        require(
            command.predecessor in predecessors(held) and command.successor in _successors(held),
            "reorganisation.succession",
            en=f"By this reorganisation {command.successor} does not come after {command.predecessor}.",
            vi=f"Theo việc sắp xếp này {command.successor} không kế thừa {command.predecessor}.",
        )
        all_active(_ruling(command), states, command.effective)
    return [tell(e.CarryOverRuled, command)]


def _successors(told: Iterable[e.OrganisationsReorganised]) -> set[Id]:
    return {one.organisation for event in told for one in event.successors.items}


def _ruling(command: RuleCarryOver) -> Mentioned:
    """Who takes part in the ruling: the successor, and who rules."""
    return {"successor": command.successor, **agencies("by", [command.by])}


HANDLERS: Handlers = {
    Reorganise: Handler(_reads, reorganise, several=True),
    RuleCarryOver: Handler(lambda c: [REORGANISATION.of(c.reorganisation), *reads(c, _ruling(c))], rule),
}
