"""What is due, for whom and by when: from plans, covenants and deadlines, at a day, as far as is recorded.

Nothing is blocked by being late. That nothing is recorded of something is no proof that it was not done, so that what
is open or late is inferred, and says from what. Where no day is told none is made up.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, Field

from services.kernel.errors import Invalid, Violation
from services.kernel.once import once
from services.kernel.provenance import Fact, Mark, Part
from services.kernel.telling import first, resting
from services.kernel.text import Id, vietnamese
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.ruling import holding
from services.registry.projections import INVOLVED, ORGANISATIONS, Involved, Organisation, Stream
from services.registry.queries.common import DisputeShown, Label, bloc_labels, labels, recorded, values
from services.registry.queries.covenant import (
    CovenantLineShown,
    CovenantResultShown,
    CovenantShown,
    covenant_told,
    signatures_in,
)
from services.registry.queries.days import DAYS
from services.registry.queries.due import Rule, rule_disputes
from services.registry.queries.endings import NOTHING_FOLLOWS, PERHAPS, Role, endings_of, still, warned
from services.registry.queries.evidence import DISPUTED, EVIDENCE, Done, done
from services.registry.queries.grounds import Ground, InYear, grounds_of
from services.registry.queries.plan import PlanItemShown, PlanShown

ELSEWHERE = "what was done is recorded by another service / việc này do dịch vụ khác ghi nhận"
NO_STATE = "no recorded fact tells that it is done / không có dữ kiện nào cho biết đã xong"
NOT_RECORDED = "nothing is recorded that did it / chưa ghi nhận việc đã thực hiện"
ALL_SIGNED = "all signatures are told, and this one is not / đã nêu đủ chữ ký, không có chữ ký này"
NOT_ALL_TOLD = "it may have signed: not all signatures are told / có thể đã ký: chưa nêu đủ các chữ ký"
SIGNED_HERE = "others have signed it here, and this one has not / đã có thành viên ký tại đây, chưa có chữ ký này"
UNSIGNED = Mark(
    certainty="INFERRED",
    basis="a line of all binds who signs, and its signature is not told / chỉ tiêu chung ràng buộc bên đã ký, "
    "chưa nêu chữ ký của đơn vị này",
)
ORDER = "a covenant is signed by all members / giao ước do mọi thành viên ký"
LATE_BY_ONE = (
    "late by one of the days told, and not by another / quá hạn theo một ngày được nêu, chưa quá hạn theo ngày khác"
)


TO_DECIDE: Mapping[Role, str] = {
    "MEMBER": "Quyết định việc thôi là thành viên và tổ chức kế thừa",
    "HEAD": "Quyết định việc thay trưởng khối, cụm",
    "DEPUTY_HEAD": "Quyết định việc thay phó khối, cụm",
    "LEADS": "Quyết định việc thay cơ quan chủ trì hoạt động",
    "AUTHORITY": "Quyết định cơ quan tổ chức khối, cụm",
    "DUTY": "Quyết định cơ quan thường trực, cán bộ thi đua của khối, cụm",
}


DAYS_LATE = "days after the day on which it was due / số ngày sau hạn"
TaskState = Literal["DONE", "OPEN", "LATE", "UNKNOWN"]
TaskKind = Literal["PLAN_ITEM", "SIGNATURE", "DEADLINE", "SUCCESSION", "STEP", "COVENANT_LINE"]


class GetToDo(BaseModel):
    """What is due for an organisation, or in a bloc, on a day. Name one of the two.

    Nothing is due of a bloc for a year before it was there, nor of an agency that has left the bloc, or is no more.
    """

    organisation: Id | None = None
    """The organisation: what it has to do in each of its blocs."""
    bloc: Id | None = None
    """The bloc: what all have to do in it."""
    on: date
    """The day. What took place later is not counted, and what is due is looked at for the year of the day and the year
    before, whose work closes in it; of the year after only what a plan or covenant tells, and of earlier ones only what
    a deadline asks by a day that is no longer ago than `past`."""
    within: int | None = Field(default=None, ge=0, le=366)
    """Given, only what is late, what is not known to be done and due within so many days, or may be, where it is not
    known of which year the day is, and what is known to be open and has no day."""
    past: int = Field(default=90, ge=0, le=366)
    """With `within`: for how many days after its day also what may have been done without our knowing; 90 if absent."""
    cycle: e.Cycle = "CALENDAR"
    """Deadlines for another kind of emulation year are left out; CALENDAR if absent."""


class ObligedShown(Part):
    """Who has to do it."""

    agency: Fact
    """The agency."""
    role: str
    """LEADS or JOINS an activity, is RESPONSIBLE for a step of it, SIGNS a covenant, has PLEDGED a line of it; by a
    deadline HEAD, MEMBER or AUTHORITY."""


class TaskShown(Part):
    """One thing to do."""

    kind: TaskKind
    """Whether a plan, a covenant, a deadline, or somebody's end tells of it."""
    bloc: str
    """The bloc in which it is to be done."""
    year: int
    """The emulation year."""
    what: Fact | None
    """What is to be done."""
    obliged: tuple[ObligedShown, ...]
    """Who has to do it, as far as is known."""
    due: Fact | None
    """The last day on which it is in time, as told first; absent where no day is known."""
    words: Fact | None
    """Until when as worded, or a day of a year that is not known, such as 30/6."""
    state: Fact
    """DONE; OPEN or LATE, where nothing is recorded that did it; UNKNOWN, where nothing follows from that, or where it
    is late by one of the days told and not by another, or where it is not known whether the bloc was dissolved by
    then."""
    late_by: Fact | None
    """How many days it is late on the day asked for, or was when it was done."""
    done: Fact | None
    """What did it: the id of a conference, movement or inspection, a member, the share or result told, or the state. A
    line of a covenant is done when its result is told, be it achieved or not."""
    done_on: Fact | None
    """The day of that."""
    achieved: Fact | None
    """Of a line of a covenant whether it was achieved, as told or by the numbers; absent where that is not known."""
    item: str | None
    """The id of the activity in the plan, or of the line in the covenant."""
    deadline: str | None
    """The deadline by which it is due."""
    decision: Fact | None
    """The law, decree or decision that sets that, by its id."""
    number: Fact | None
    """Its number."""
    article: Fact | None
    """Where in that it stands."""
    seen: tuple[str, ...]
    """Where the deadline was seen, if not in the official text."""
    unit: Fact | None
    """The organisation that came to an end or was succeeded, about whose part in the bloc it is."""
    disputed: bool
    """Whether records tell of the deadline in ways that cannot both be; each field is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise: of `due` the days of the year."""


class ToDoAnswer(BaseModel):
    """What there is to do."""

    tasks: tuple[TaskShown, ...]
    """By the day on which they are due, those without one last, and then in Vietnamese order."""
    labels: tuple[Label, ...]
    """The organisations named here."""
    blocs: tuple[Label, ...]
    """The blocs named here."""


async def get_to_do(asked: GetToDo, view: View) -> ToDoAnswer:
    since = date.fromordinal(max(asked.on.toordinal() - asked.past, 1))
    grounds = await grounds_of(view, await _blocs(asked, view), asked.on, since, asked.organisation)
    told = [(ground, task) for whole in grounds for ground in whole.in_years for task in _tasks(ground, asked)]
    deciding = [ground for ground in grounds if _decides(asked.organisation, ground)]
    parts = {one for ground in deciding for one in ground.parties}
    agencies = {one.agency.value for _, task in told for one in task.obliged}
    units: dict[str, Organisation] = await view.many(ORGANISATIONS, parts | agencies)
    gone = {key: doc for key, doc in units.items() if any(one.by(asked.on) for one in endings_of(doc))}
    now = ((ground, _still(task, gone, asked.on)) for ground, task in told)
    tasks = [
        (ground, _sure(task, ground.whole)) for ground, task in now if task and _is_of(task, asked.organisation, ground)
    ]
    tasks += [(ground.now, _sure(task, ground)) for ground in deciding for task in _successions(ground, gone)]
    near = (task for ground, task in tasks if _is_near(task, ground, asked))
    answer = ToDoAnswer(tasks=tuple(sorted(near, key=_order)), labels=(), blocs=())
    blocs = await bloc_labels(view, (task.bloc for task in answer.tasks), asked.on)
    return answer.model_copy(update={"labels": await labels(view, answer, asked.on), "blocs": blocs})


def _decides(organisation: Id | None, ground: Ground) -> bool:
    """Whether it is asked what the bloc's authority has to decide."""
    return organisation is None or bool(ground.authority and ground.authority.value == organisation)


def _still(task: TaskShown, gone: Mapping[str, Organisation], on: date) -> TaskShown | None:
    """A task on a day: of what is not done nobody is obliged who is no more, and nobody else signs in its place."""
    if not gone or task.state.value == "DONE" or not any(one.agency.value in gone for one in task.obliged):
        return task
    left = tuple(found for one in task.obliged if (found := _present(one, gone, on)))
    return task.model_copy(update={"obliged": left}) if left or task.kind != "SIGNATURE" else None


def _present(one: ObligedShown, gone: Mapping[str, Organisation], on: date) -> ObligedShown | None:
    known = gone.get(one.agency.value)
    agency = still(one.agency, holding(known.told), on) if known else one.agency
    return ObligedShown(agency=agency, role=one.role) if agency else None


def _sure(task: TaskShown, ground: Ground) -> TaskShown:
    """A task as it is: of a bloc that may be no more nobody is obliged for sure, nor is it known to be open or late."""
    if not ground.perhaps_gone:
        return task
    obliged = tuple(one.model_copy(update={"agency": resting(one.agency, PERHAPS)}) for one in task.obliged)
    state = task.state if task.state.value == "DONE" else Fact(value="UNKNOWN", mark=PERHAPS)
    return task.model_copy(
        update={"obliged": obliged, "state": state, "late_by": task.late_by if state is task.state else None}
    )


async def _blocs(asked: GetToDo, view: View) -> Sequence[Id]:
    """The blocs in question. Raises Invalid, Missing."""
    match asked.organisation, asked.bloc:
        case None, str() as bloc:
            return [bloc]
        case str() as organisation, None:
            involved: Involved | None = await view.get(INVOLVED, organisation)
            if involved is None:
                await recorded(view, ORGANISATIONS, organisation)
            return involved.blocs if involved else ()
        case _:
            raise Invalid(
                *(
                    Violation(
                        field,
                        vi="cần đúng một trong hai: organisation (tổ chức) hoặc bloc (khối, cụm)",
                        en="name either organisation or bloc",
                    )
                    for field in ("organisation", "bloc")
                )
            )


def _tasks(ground: InYear, asked: GetToDo) -> Iterator[TaskShown]:
    """What there is to do in the year; where one organisation is asked for, what may be its."""
    whose = asked.organisation
    takes_part = whose is None or whose in ground.whole.involved
    earlier = ground.year < asked.on.year - 1
    if takes_part and not earlier:
        yield from _activities(ground, whose)
        yield from _pledges(ground, whose)
    signing = []
    for rule in ground.rules:
        if (rule.cycle or asked.cycle) != asked.cycle:
            continue
        if not takes_part and rule.actor != "AUTHORITY":
            continue
        if rule.state == "COVENANTED" and ground.members:
            signing.append(rule)
        else:
            yield _by_deadline(ground, rule)
    if takes_part and (signing or not earlier):
        yield from _signatures(ground, signing, whose)


def _activities(ground: InYear, whose: Id | None) -> Iterator[TaskShown]:
    """The activities of the year's plan, and the steps of each."""
    if ground.plan and (whose is None or whose in ground.planned):
        yield from _with(_planned(ground.plan, ground.bloc, ground.year, ground.on), whose)


def _with(tasks: Iterable[TaskShown], whose: Id | None) -> Iterator[TaskShown]:
    return (task for task in tasks if _has(task.obliged, whose))


def _has(obliged: Iterable[ObligedShown], whose: Id | None) -> bool:
    return whose is None or any(one.agency.value == whose for one in obliged)


def _of_plan(plan: PlanShown, bloc: Id, year: int, on: date) -> tuple[TaskShown, ...]:
    return tuple(
        task for item in plan.items for task in (_activity(item, bloc, year, on), *_steps(item, bloc, year, on))
    )


_planned = once(_of_plan, DAYS)


def _activity(item: PlanItemShown, bloc: Id, year: int, on: date) -> TaskShown:
    return _task(
        "PLAN_ITEM",
        bloc,
        year,
        what=item.text,
        obliged=_taking_part(item),
        state=_state(_finished(item), _known(item.due), on, NOT_RECORDED),
        due=item.due,
        item=item.item,
    )


def _steps(item: PlanItemShown, bloc: Id, year: int, on: date) -> Iterator[TaskShown]:
    """The steps of an activity by its detailed plan: the lead's where nobody else is told; done when all of it is."""
    lead = _taking_part(item)[: 1 if item.lead else 0]
    for step in item.detail.steps if item.detail else ():
        who = step.responsible
        own = (ObligedShown(agency=who.agency, role="RESPONSIBLE"),) if who and who.agency else ()
        yield _task(
            "STEP",
            bloc,
            year,
            what=step.text,
            obliged=own or (() if who else lead),
            state=_state(_finished(item), _known(step.due), on, NOT_RECORDED),
            due=step.due,
            item=item.item,
        )


def _pledges(ground: InYear, whose: Id | None) -> Iterator[TaskShown]:
    """The lines of the year's covenant, each done when its result is told of those whom it binds."""
    stream = ground.pledged
    covenant = covenant_told(stream) if stream else None
    if not (stream and covenant and covenant.lines):
        return
    signed = signatures_in(stream)
    together = tuple(one if one.value in signed else resting(one, UNSIGNED) for one in ground.members)
    for line in covenant.lines:
        for bound, result in _results(line, together):
            obliged = tuple(ObligedShown(agency=agency, role="PLEDGED") for agency in bound)
            if not _has(obliged, whose):
                continue
            done = Done(what, result.on) if result and (what := _told_of(result)) else None
            state = _state(done, (), ground.on, NOT_RECORDED)
            task = _task(
                "COVENANT_LINE",
                ground.bloc,
                ground.year,
                what=line.indicator,
                obliged=obliged,
                state=state,
                item=line.line,
            )
            yield task.model_copy(update={"achieved": result.achieved if result else None})


def _results(
    line: CovenantLineShown, together: Sequence[Fact]
) -> Iterator[tuple[Sequence[Fact], CovenantResultShown | None]]:
    """Whom a line binds, with what is told first of what became of it: each member by itself, where only members told
    of a line of them all.
    """
    told = {one.member and one.member.value: one for one in reversed(line.results) if _told_of(one)}
    if line.member:
        yield (line.member,), told.get(line.member.value)
    elif None in told or not told:
        yield together, told.get(None)
    else:
        own = {member.value: member for one in line.results if (member := one.member) and member.value in told}
        for key, member in (own | {one.value: one for one in together}).items():
            yield (member,), told.get(key)


def _told_of(result: CovenantResultShown) -> Fact | None:
    reached = result.value.wording if result.value else None
    return reached or result.achieved or next(iter(result.words), None)


def _successions(ground: Ground, gone: Mapping[str, Organisation]) -> Iterator[TaskShown]:
    """What the bloc's authority is to decide on those who have ended or were succeeded."""
    if not gone.keys() & ground.parties:
        return
    obliged = (ObligedShown(agency=ground.authority, role="AUTHORITY"),) if ground.authority else ()
    for warning in warned(gone, ground.takings, ground.authority, ground.on):
        yield _task(
            "SUCCESSION",
            ground.now.bloc,
            ground.now.year,
            what=_inferred(TO_DECIDE[warning.role], NOTHING_FOLLOWS),
            obliged=obliged,
            state=_state(None, (), ground.on, NOT_RECORDED, known=True),
            unit=warning.unit,
        )


def _finished(item: PlanItemShown) -> Done | None:
    """What is told first of all that the activity is done, every part of it."""
    told = ((report.percent, report.on) for report in item.progress)
    return next((Done(share, on) for share, on in told if share and float(share.value) == 100), None)


def _taking_part(item: PlanItemShown) -> tuple[ObligedShown, ...]:
    lead = (ObligedShown(agency=item.lead, role="LEADS"),) if item.lead else ()
    return lead + tuple(ObligedShown(agency=agency, role="JOINS") for agency in item.joining)


def _signatures(ground: InYear, rules: Sequence[Rule], whose: Id | None) -> Iterator[TaskShown]:
    """The signatures of the year's covenant, by each member; where none is known of the year, only if one is due."""
    stream = ground.pledged
    if rules or (stream and covenant_told(stream)):
        due = tuple(rules) or (None,)
        tasks = _signing(stream or Stream(), ground.members, due, ground.bloc, ground.year, ground.on)
        yield from _with(tasks, whose)


def _of_covenant(
    stream: Stream, members: tuple[Fact, ...], rules: tuple[Rule | None, ...], bloc: Id, year: int, on: date
) -> tuple[TaskShown, ...]:
    signed = {unit: Done(*told) for unit, told in signatures_in(stream).items()}
    units = {unit.value: unit for unit in members}
    units |= {unit: done.what for unit, done in signed.items() if unit not in units}
    what = _inferred(f"Ký giao ước thi đua năm {year}", ORDER)
    return tuple(
        _task(
            "SIGNATURE",
            bloc,
            year,
            what=what,
            obliged=(ObligedShown(agency=known, role="SIGNS"),),
            state=_signature(stream, signed.get(unit), rule, on),
            rule=rule,
        )
        for unit, known in units.items()
        for rule in rules
    )


_signing = once(_of_covenant, DAYS)


def _signature(stream: Stream, done: Done | None, rule: Rule | None, on: date) -> "State":
    """How a member's signature stands: where others sign here, it is open until it does; of what sources tell of a
    covenant it is not known, unless they tell all signatures.
    """
    covenant, days, told = covenant_told(stream), rule.days if rule else (), stream.told
    if done or covenant is None:
        return _state(done, days, on, NOT_RECORDED)
    if covenant.exhaustive is not None and covenant.exhaustive.value == "true":
        return _state(None, days, on, ALL_SIGNED, known=True)
    # A source's word alone: that all members of a day have signed tells nothing of who came later.
    records = [event for event in told if isinstance(event, e.CovenantRecorded)]
    if (signed := first(records, "signed")) and signed.value == "true":
        return _unknown(NOT_ALL_TOLD)
    if any(isinstance(event, e.CovenantSigned) and event.record is None for event in told):
        return _state(None, days, on, SIGNED_HERE, known=True)
    return _unknown(NOT_ALL_TOLD) if covenant.signatures else _state(None, days, on, NOT_RECORDED)


def _by_deadline(ground: InYear, rule: Rule) -> TaskShown:
    if rule.state is None:
        state = _unknown(NO_STATE)
    elif rule.state not in EVIDENCE:
        state = _unknown(ELSEWHERE)
    elif (did := done(rule.state, ground, ground.on)) is None and _signed_by_some(rule, ground.covenant):
        state = _unknown(NOT_ALL_TOLD)
    else:
        state = _state(did, rule.days, ground.on, NOT_RECORDED)
    what = next(iter(values(rule.told, "what")), None)
    return _task(
        "DEADLINE", ground.bloc, ground.year, what=what, obliged=_obliged(ground, rule), state=state, rule=rule
    )


def _signed_by_some(rule: Rule, covenant: CovenantShown | None) -> bool:
    return rule.state == "COVENANTED" and covenant is not None and bool(covenant.signatures)


def _obliged(ground: InYear, rule: Rule) -> tuple[ObligedShown, ...]:
    """Who has to do it by the deadline: nobody is known where it does not say, or nobody is recorded."""
    agencies: Sequence[Fact] = ()
    match rule.actor:
        case "HEAD":
            agencies = [resting(head.agency, head.year) for head in ground.heads if head.agency]
        case "MEMBER":
            agencies = ground.members
        case "AUTHORITY":
            agencies = _known(ground.whole.authority)
        case None:
            pass
    said = first(rule.told, "actor")
    perhaps = DISPUTED if any(len(wanted) > 1 for wanted in rule.scope) else None
    return tuple(ObligedShown(agency=resting(agency, said, perhaps), role=rule.actor or "") for agency in agencies)


class State(NamedTuple):
    state: Fact
    late_by: Fact | None = None
    done: Done | None = None


def _unknown(basis: str) -> State:
    return State(_inferred("UNKNOWN", basis))


@lru_cache(maxsize=1_024)
def _inferred(value: str, basis: str) -> Fact:
    return Fact(value=value, mark=Mark(certainty="INFERRED", basis=basis))


def _known(day: Fact | None) -> tuple[Fact, ...]:
    return (day,) if day else ()


def _state(done: Done | None, days: Sequence[Fact], on: date, basis: str, *, known: bool = False) -> State:
    """How it stands on a day. With nothing that did it and no day it is unknown, but for what is `known` to be open.

    Of several days that are told it is late after the last.
    """
    due = sorted(days, key=lambda day: day.value)
    if done:
        late_by = _late(due[-1:], date.fromisoformat(done.on.value)) if done.on else None
        return State(Fact(value="DONE", mark=done.what.mark), resting(late_by, done.on) if late_by else None, done)
    if not due and not known:
        return _unknown(basis)
    late = _late(due[-1:], on)
    if not late and _late(due[:1], on):
        return _unknown(LATE_BY_ONE)
    return State(_inferred("LATE" if late else "OPEN", basis), late)


def _late(due: Sequence[Fact], day: date) -> Fact | None:
    """By how many days it is after what is due; null where it is not."""
    found = ((day - date.fromisoformat(one.value)).days for one in due)
    return next((resting(_inferred(str(days), DAYS_LATE), *due) for days in found if days > 0), None)


def _task(
    kind: TaskKind,
    bloc: Id,
    year: int,
    *,
    what: Fact | None,
    obliged: tuple[ObligedShown, ...],
    state: State,
    due: Fact | None = None,
    item: str | None = None,
    rule: Rule | None = None,
    unit: Fact | None = None,
) -> TaskShown:
    told = rule.told if rule else ()
    contradicting = rule_disputes(rule) if rule else ()
    return TaskShown(
        kind=kind,
        bloc=bloc,
        year=year,
        what=what,
        obliged=obliged,
        due=next(iter(rule.days), None) if rule else due,
        words=rule.words if rule else None,
        state=state.state,
        late_by=state.late_by,
        done=state.done.what if state.done else None,
        done_on=state.done.on if state.done else None,
        achieved=None,
        item=item,
        deadline=rule.deadline if rule else None,
        decision=first(told, "decision.id"),
        number=first(told, "decision.number"),
        article=first(told, "article"),
        seen=tuple(dict.fromkeys(seen for event in told for seen in event.seen)),
        unit=unit,
        disputed=bool(contradicting),
        disputes=contradicting,
    )


def _is_of(task: TaskShown, organisation: Id | None, ground: InYear) -> bool:
    """Whether it is the organisation's to do: a member's also what a deadline asks of nobody who is known."""
    if organisation is None:
        return True
    anybody = task.kind == "DEADLINE" and not task.obliged
    agencies = ground.members if anybody else [one.agency for one in task.obliged]
    return any(agency.value == organisation for agency in agencies)


def _is_near(task: TaskShown, ground: InYear, asked: GetToDo) -> bool:
    """Whether a reminder is in order. What nobody here can know to be done is not told for ever."""
    if asked.within is None:
        return True
    if task.state.value == "DONE":
        return False
    first_day, last_day = asked.on - timedelta(days=asked.past), asked.on + timedelta(days=asked.within)
    days = [date.fromisoformat(day.value) for day in _days(task)]
    if not days:
        may = (day for rule in ground.rules if rule.deadline == task.deadline for day in rule.may)
        return task.state.value == "OPEN" or any(first_day <= day <= last_day for day in may)
    return (task.state.value == "LATE" or first_day <= max(days)) and min(days) <= last_day


def _days(task: TaskShown) -> tuple[Fact, ...]:
    """Every day that is told for it."""
    return next((one.told for one in task.disputes if one.field == "due"), _known(task.due))


_place = lru_cache(maxsize=4_096)(vietnamese)  # most are of a deadline, or of the signing


def _order(task: TaskShown) -> tuple[Any, ...]:
    named = task.what.value if task.what else ""
    agencies = tuple(one.agency.value for one in task.obliged)
    return task.due.value if task.due else "9999", _place(named), task.bloc, task.year, task.item or "", agencies
