"""What is due, for whom and by when: from plans, covenants and deadlines, at a day, as far as is recorded.

Nothing is blocked by being late. That nothing is recorded of something is no proof that it was not done, so that what
is open or late is inferred, and says from what. Where no day is told none is made up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, Field

from services.kernel.dated import Due
from services.kernel.errors import Invalid, Missing, Violation
from services.kernel.provenance import Fact, Mark, Part
from services.kernel.telling import fact, mark, resting, weakest
from services.kernel.text import Id, vietnamese
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.covenant import COVENANT
from services.registry.domain.deadline import Version
from services.registry.domain.heading import headed_in
from services.registry.domain.plan import PLAN
from services.registry.domain.ruling import holding
from services.registry.projections import (
    BLOCS,
    DEADLINES,
    INVOLVED,
    LEADERSHIPS,
    ORGANISATIONS,
    STREAMS,
    YEARS,
    Bloc,
    Deadline,
    Involved,
    Led,
    Organisation,
    Stream,
    Year,
    deadline_terms,
    year_key,
)
from services.registry.queries.acts import YearAct, acts_in
from services.registry.queries.bloc import belonging, claimed_in, heading, organising
from services.registry.queries.common import Label, first, labels
from services.registry.queries.covenant import CovenantLineShown, CovenantResultShown, CovenantShown, covenant_of
from services.registry.queries.deadline import every
from services.registry.queries.endings import Role, Taking, warned
from services.registry.queries.plan import PlanItemShown, plan_of
from services.registry.queries.year import leading, members_in

ELSEWHERE = "what was done is recorded by another service / việc này do dịch vụ khác ghi nhận"
NO_STATE = "no recorded fact tells that it is done / không có dữ kiện nào cho biết đã xong"
NOT_RECORDED = "nothing is recorded that did it / chưa ghi nhận việc đã thực hiện"
ALL_SIGNED = "all signatures are told, and this one is not / đã nêu đủ chữ ký, không có chữ ký này"
NOT_ALL_TOLD = "signed, and not all signatures are told / đã ký, chưa nêu đủ các chữ ký"
ORDER = "a covenant is signed by all members / giao ước do mọi thành viên ký"
NOTHING_FOLLOWS = (
    "it has ended or others came after it, and nothing follows by itself"
    " / đã chấm dứt hoặc có tổ chức kế thừa, hệ thống không tự suy ra điều gì"
)
TO_DECIDE: Mapping[Role, str] = {
    "MEMBER": "Quyết định việc thôi là thành viên và tổ chức kế thừa",
    "HEAD": "Quyết định việc thay trưởng khối, cụm",
    "LEADS": "Quyết định việc thay cơ quan chủ trì hoạt động",
    "AUTHORITY": "Quyết định cơ quan tổ chức khối, cụm",
}
RULE = "reckoned for the year by the deadline / tính cho năm này theo thời hạn"
DAYS = "days after the day on which it was due / số ngày sau hạn"

TaskState = Literal["DONE", "OPEN", "LATE", "UNKNOWN"]
TaskKind = Literal["PLAN_ITEM", "SIGNATURE", "DEADLINE", "SUCCESSION", "STEP", "COVENANT_LINE"]


class GetToDo(BaseModel):
    """What is due for an organisation, or in a bloc, on a day. Name one of the two."""

    organisation: Id | None = None
    """The organisation: what it has to do in each of its blocs."""
    bloc: Id | None = None
    """The bloc: what all have to do in it."""
    on: date
    """The day. What took place later is not counted, and what is due is looked at for the year of the day and the year
    before, whose work closes in it; of the year after only what a plan or covenant tells."""
    within: int | None = Field(default=None, ge=0, le=366)
    """Given, only what is late, and what is not known to be done and due within so many days."""
    cycle: e.Cycle = "CALENDAR"
    """Deadlines for another kind of emulation year are left out."""


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
    """The last day on which it is in time; absent where no day is known."""
    words: Fact | None
    """Until when as worded, or a day of a year that is not known, such as 06-30."""
    state: Fact
    """DONE; OPEN or LATE, where nothing is recorded that did it; UNKNOWN, where nothing follows from that."""
    late_by: Fact | None
    """How many days it is late on the day asked for, or was when it was done."""
    done: Fact | None
    """What did it: the id of a conference, movement or inspection, a member, the share or result told, or the state."""
    done_on: Fact | None
    """The day of that."""
    item: str | None
    """The id of the activity in the plan, or of the line in the covenant."""
    deadline: str | None
    """The deadline by which it is due."""
    decision: Fact | None
    """The law, decree or decision that sets that, by its id."""
    article: Fact | None
    """Where in that it stands."""
    seen: tuple[str, ...]
    """Where the deadline was seen, if not in the official text."""
    unit: Fact | None
    """The organisation that came to an end or was succeeded, about whose part in the bloc it is."""


class ToDoAnswer(BaseModel):
    """What there is to do."""

    tasks: tuple[TaskShown, ...]
    """By the day on which they are due, those without one last, and then in Vietnamese order."""
    labels: tuple[Label, ...]
    """The organisations named here."""


async def get_to_do(asked: GetToDo, view: View) -> ToDoAnswer:
    years = range(asked.on.year - 1, asked.on.year + 2)
    grounds = await _grounds(view, await _blocs(asked, view), years, asked.on)
    tasks = [
        task
        for ground in grounds
        for year in years
        for task in _tasks(ground, year, asked)
        if _is_of(task, asked.organisation, ground) and _is_near(task, asked)
    ]
    answer = ToDoAnswer(tasks=tuple(sorted(tasks, key=_order)), labels=())
    return answer.model_copy(update={"labels": await labels(view, answer)})


async def _blocs(asked: GetToDo, view: View) -> Sequence[Id]:
    """The blocs in question. Raises Invalid, Missing."""
    match asked.organisation, asked.bloc:
        case None, str() as bloc:
            return [bloc]
        case str() as organisation, None:
            involved: Involved | None = await view.get(INVOLVED, organisation)
            known = await view.get(ORGANISATIONS, organisation)
            if involved is None and (known is None or not known.stands):
                raise Missing(
                    en=f"The organisation {organisation} is not recorded.", vi=f"Chưa ghi nhận tổ chức {organisation}."
                )
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


@dataclass(frozen=True, slots=True)
class Ground:
    """What is read of a bloc, as told of days up to the one asked for."""

    bloc: Id
    authority: Fact | None
    level: str | None
    led: Led
    members: Mapping[int, Sequence[Fact]]
    """Of each year."""
    plans: Mapping[int, Sequence[e.PlanEvent]]
    covenants: Mapping[int, Sequence[e.CovenantEvent]]
    acts: Mapping[int, Sequence[YearAct]]
    deadlines: Sequence[tuple[Id, Version]]
    belonging: Sequence[Taking]
    """Who is a member on the day."""
    units: Mapping[str, Organisation]
    """What is told of those who have a part in the bloc."""
    on: date


async def _grounds(view: View, blocs: Sequence[Id], years: Sequence[int], on: date) -> list[Ground]:
    """Each bloc that there is on the day, read with all others at once. Raises Missing for the only one."""
    docs: dict[str, Bloc] = {key: doc for key, doc in (await view.many(BLOCS, blocs)).items() if doc.stands}
    if len(blocs) == 1 and not docs:
        raise Missing(en=f"The bloc {blocs[0]} is not recorded.", vi=f"Chưa ghi nhận khối, cụm {blocs[0]}.")
    there = {key: doc for key, doc in docs.items() if _there(doc, on)}
    led: dict[str, Led] = await view.many(LEADERSHIPS, there)
    told: dict[str, Year] = await view.many(YEARS, [year_key(b, y) for b in there for y in years])
    papers = [kind.of(b, str(y)).name for kind in (COVENANT, PLAN) for b in there for y in years]
    acts = [name for year in told.values() for name in year.acts]
    claims = [name for doc in there.values() for name in doc.members]
    streams: dict[str, Stream] = await view.many(STREAMS, [*papers, *acts, *claims])
    deadlines = await _deadlines(view, there)
    grounds = [
        _ground(bloc, doc, led.get(bloc) or Led(), years, told, streams, deadlines, on) for bloc, doc in there.items()
    ]
    parts = {part.agency.value for ground in grounds for part in _taking(ground)}
    units: dict[str, Organisation] = await view.many(ORGANISATIONS, parts)
    return [replace(ground, units=units) for ground in grounds]


def _there(doc: Bloc, on: date) -> bool:
    """Whether nothing says that the bloc is not there yet, or is dissolved."""
    first_day = min(
        (x.effective for x in holding(doc.told) if isinstance(x, e.BlocEstablished) and x.effective), default=on
    )
    return first_day <= on and not any(x.effective is None or x.effective <= on for x in doc.dissolved)


async def _deadlines(view: View, blocs: Mapping[str, Bloc]) -> dict[Id, list[Version]]:
    terms = {term for key, doc in blocs.items() for term in deadline_terms(key, _authority(doc))}
    found: list[tuple[str, Deadline]] = await view.having(DEADLINES, terms)
    return {key: doc.versions for key, doc in found}


def _authority(doc: Bloc) -> Id | None:
    told = first(_established(doc), "authority")
    return told.value if told else None


def _established(doc: Bloc) -> list[e.BlocEstablished]:
    return [event for event in holding(doc.told) if isinstance(event, e.BlocEstablished)]


def _ground(
    bloc: Id,
    doc: Bloc,
    led: Led,
    years: Sequence[int],
    told: Mapping[str, Year],
    streams: Mapping[str, Stream],
    deadlines: Mapping[Id, Sequence[Version]],
    on: date,
) -> Ground:
    claims = [one for one in claimed_in(bloc, doc, streams) if one.stay.lasts(on, on)]
    level = first(_established(doc), "level")
    authority = first(_established(doc), "authority")

    def paper(kind: Any, year: int) -> list[Any]:
        stream = streams.get(kind.of(bloc, str(year)).name)
        return [event for event in (stream.told if stream else ()) if _so_far(event, on)]

    return Ground(
        bloc=bloc,
        authority=authority,
        level=level.value if level else None,
        led=led,
        members={y: [m.unit for m in members_in(doc, claims, y).items] for y in years},
        plans={y: paper(PLAN, y) for y in years},
        covenants={y: paper(COVENANT, y) for y in years},
        acts={y: acts_in(key, told[key], streams) if (key := year_key(bloc, y)) in told else () for y in years},
        deadlines=[(key, v) for key, found in deadlines.items() for v in found if _is_for(v, bloc, authority, level)],
        belonging=belonging(claims),
        units={},
        on=on,
    )


def _so_far(event: Any, on: date) -> bool:
    return event.effective is None or event.effective <= on


def _is_for(version: Version, bloc: Id, authority: Fact | None, level: Fact | None) -> bool:
    """Whether a deadline is for the bloc; one of a level only where that is told to be the bloc's."""
    told = holding(version.told)
    wanted = {field: first(told, field) for field in ("bloc", "authority", "level")}
    own = {"bloc": bloc, "authority": authority and authority.value, "level": level and level.value}
    return all(known is None or known.value == own[field] for field, known in wanted.items())


def _tasks(ground: Ground, year: int, asked: GetToDo) -> Iterator[TaskShown]:
    yield from _activities(ground, year)
    yield from _pledges(ground, year)
    if year == asked.on.year:
        yield from _successions(ground, year)
    signing = []
    for key, version in ground.deadlines:
        rule = _rule(key, version, year, ground.on)
        if rule is None or (rule.cycle or asked.cycle) != asked.cycle:
            continue
        if rule.state == "COVENANTED" and ground.members[year]:
            signing.append(rule)
        else:
            yield _by_deadline(ground, year, rule)
    yield from _signatures(ground, year, signing)


class Rule(NamedTuple):
    """A version of a deadline as it is for one emulation year."""

    deadline: Id
    told: Sequence[e.DeadlineSet]
    state: e.YearState | None
    actor: e.Actor | None
    cycle: e.Cycle | None
    due: Fact | None
    """The day, where it is known for the year."""
    words: Fact | None


def _rule(deadline: Id, version: Version, year: int, on: date) -> Rule | None:
    """The deadline for the year: in force on the day on which it falls. Where none is known: on the day asked for, and
    on one on which it may fall, in the emulation year or in the next, in which its work is closed.
    """
    told = holding(version.told)
    years = {y for event in told for y in event.years}
    due = next((event for event in told if event.due), None)
    day = due.due.of(year) if due and due.due else None
    if (years and year not in years) or year > on.year or not version.in_force(day or on):
        return None
    if due and due.due and day is None and not any(map(version.in_force, _may_fall(due.due, year))):
        return None
    return Rule(
        deadline,
        told,
        next((event.state for event in told if event.state), None),
        next((event.actor for event in told if event.actor), None),
        next((event.cycle for event in told if event.cycle), None),
        Fact(value=str(day), mark=_reckoned(mark(due.record, "due"))) if due and day else None,
        next(iter(every(told, "words")), None) or (None if day else first(told, "due")),
    )


def _may_fall(due: Due, year: int) -> list[date]:
    """The days of an emulation year's work on which a yearly deadline may fall that does not tell in which year."""
    return [date(year + after, due.month, due.day) for after in (0, 1)]


def _reckoned(told: Mark) -> Mark:
    """The mark of a day that a yearly rule gives for one year."""
    return weakest(told, Mark(certainty="INFERRED", basis=RULE))


class Done(NamedTuple):
    """What did something, and when."""

    what: Fact
    on: Fact | None


def _activities(ground: Ground, year: int) -> Iterator[TaskShown]:
    """The activities of the year's plan."""
    plan = plan_of(ground.plans[year])
    for item in plan.items if plan else ():
        yield _task(
            "PLAN_ITEM",
            ground,
            year,
            what=item.text,
            obliged=_taking_part(item),
            state=_state(_finished(item), item.due, ground.on, NOT_RECORDED),
            due=item.due,
            item=item.item,
        )
        yield from _steps(ground, year, item)


def _steps(ground: Ground, year: int, item: PlanItemShown) -> Iterator[TaskShown]:
    """The steps of an activity by its detailed plan: the lead's where nobody else is told; done when all of it is."""
    lead = _taking_part(item)[: 1 if item.lead else 0]
    for step in item.detail.steps if item.detail else ():
        who = step.responsible
        own = (ObligedShown(agency=who.agency, role="RESPONSIBLE"),) if who and who.agency else ()
        yield _task(
            "STEP",
            ground,
            year,
            what=step.text,
            obliged=own or (() if who else lead),
            state=_state(_finished(item), step.due, ground.on, NOT_RECORDED),
            due=step.due,
            item=item.item,
        )


def _pledges(ground: Ground, year: int) -> Iterator[TaskShown]:
    """The lines of the year's covenant, each done when its result is told, of the member that it binds or the bloc."""
    covenant = covenant_of(ground.covenants[year])
    for line in covenant.lines if covenant else ():
        bound = (line.member,) if line.member else ground.members[year]
        yield _task(
            "COVENANT_LINE",
            ground,
            year,
            what=line.indicator,
            obliged=tuple(ObligedShown(agency=agency, role="PLEDGED") for agency in bound),
            state=_state(_result(line), None, ground.on, NOT_RECORDED),
            item=line.line,
        )


def _result(line: CovenantLineShown) -> Done | None:
    """What is told first of what became of a line, for those whom it binds together."""
    whose = line.member and line.member.value
    told = (one for one in line.results if (one.member and one.member.value) == whose)
    return next((Done(what, one.on) for one in told if (what := _told_of(one))), None)


def _told_of(result: CovenantResultShown) -> Fact | None:
    reached = result.value.wording if result.value else None
    return reached or result.achieved or next(iter(result.words), None)


def _successions(ground: Ground, year: int) -> Iterator[TaskShown]:
    """What the bloc's authority is to decide on those who have ended or were succeeded."""
    obliged = (ObligedShown(agency=ground.authority, role="AUTHORITY"),) if ground.authority else ()
    for warning in warned(ground.units, _taking(ground), ground.authority, ground.on):
        yield _task(
            "SUCCESSION",
            ground,
            year,
            what=_inferred(TO_DECIDE[warning.role], NOTHING_FOLLOWS),
            obliged=obliged,
            state=_state(None, None, ground.on, NOT_RECORDED, known=True),
            unit=warning.unit,
        )


def _taking(ground: Ground) -> list[Taking]:
    """Who has a part in the bloc in the year of the day."""
    heads = headed_in(ground.led.leadership, ground.on.year).heads
    plan = plan_of(ground.plans[ground.on.year])
    return [*ground.belonging, *heading(heads), *leading(plan), *organising(ground.authority)]


def _finished(item: PlanItemShown) -> Done | None:
    """What is told first of all that the activity is done, every part of it."""
    told = ((report.percent, report.on) for report in item.progress)
    return next((Done(share, on) for share, on in told if share and float(share.value) == 100), None)


def _taking_part(item: PlanItemShown) -> tuple[ObligedShown, ...]:
    lead = (ObligedShown(agency=item.lead, role="LEADS"),) if item.lead else ()
    return lead + tuple(ObligedShown(agency=agency, role="JOINS") for agency in item.joining)


def _signatures(ground: Ground, year: int, rules: Sequence[Rule]) -> Iterator[TaskShown]:
    """The signatures of the year's covenant, by each member; where none is known of the year, only if one is due."""
    told = ground.covenants[year]
    covenant = covenant_of(told)
    if covenant is None and not rules:
        return
    signed = _signed(told)
    units = {unit.value: unit for unit in ground.members[year]}
    units |= {unit: done.what for unit, done in signed.items() if unit not in units}
    what = Fact(value=f"Ký giao ước thi đua năm {year}", mark=Mark(certainty="INFERRED", basis=ORDER))
    for unit, known in units.items():
        for rule in rules or (None,):
            state = _signature(covenant, signed.get(unit), rule, ground.on)
            obliged = (ObligedShown(agency=known, role="SIGNS"),)
            yield _task("SIGNATURE", ground, year, what=what, obliged=obliged, state=state, rule=rule)


def _signed(told: Sequence[e.CovenantEvent]) -> dict[Id, Done]:
    """The signature of each member of whom one is told."""
    found: dict[Id, Done] = {}
    for event in told:
        match event:
            case e.CovenantSigned():
                paths = ["signature.member"]
            case e.CovenantRecorded(signatures=signatures):
                paths = [f"signatures.items[{i}].member" for i in range(len(signatures.items))]
            case _:
                paths = []
        for member in filter(None, (fact(event, path) for path in paths)):
            found.setdefault(member.value, Done(member, fact(event, "effective")))
    return found


def _signature(covenant: CovenantShown | None, done: Done | None, rule: Rule | None, on: date) -> "State":
    due = rule.due if rule else None
    whole = covenant is not None and covenant.exhaustive is not None and covenant.exhaustive.value == "true"
    if done or covenant is None:
        return _state(done, due, on, NOT_RECORDED)
    if whole:
        return _state(None, due, on, ALL_SIGNED, known=True)
    if covenant.signed is not None and covenant.signed.value == "true":
        return _unknown(NOT_ALL_TOLD)
    return _state(None, due, on, NOT_RECORDED)


def _by_deadline(ground: Ground, year: int, rule: Rule) -> TaskShown:
    if rule.state is None:
        state = _unknown(NO_STATE)
    elif rule.state not in EVIDENCE:
        state = _unknown(ELSEWHERE)
    else:
        done = (one for one in EVIDENCE[rule.state](ground, year) if _before(one, ground.on))
        state = _state(next(done, None), rule.due, ground.on, NOT_RECORDED)
    what = next(iter(every(rule.told, "what")), None)
    return _task("DEADLINE", ground, year, what=what, obliged=_obliged(ground, year, rule), state=state, rule=rule)


def _before(done: Done, on: date) -> bool:
    return done.on is None or done.on.value <= str(on)


def _obliged(ground: Ground, year: int, rule: Rule) -> tuple[ObligedShown, ...]:
    """Who has to do it by the deadline: nobody is known where it does not say, or nobody is recorded."""
    agencies: Sequence[Fact] = ()
    match rule.actor:
        case "HEAD":
            heads = (
                head.agency and resting(head.agency, head.year) for head in headed_in(ground.led.leadership, year).heads
            )
            agencies = [agency for agency in heads if agency]
        case "MEMBER":
            agencies = ground.members[year]
        case "AUTHORITY":
            agencies = (ground.authority,) if ground.authority else ()
        case None:
            pass
    said = first(rule.told, "actor")
    return tuple(ObligedShown(agency=resting(agency, said), role=rule.actor or "") for agency in agencies)


def _led(ground: Ground, year: int) -> Iterator[Done]:
    for head in headed_in(ground.led.leadership, year).heads:
        if who := head.agency or head.person:
            told = [c for c in ground.led.leadership.claims if c.year == year and set(c.told_by) & set(head.told_by)]
            day = next((Fact(value=str(d), mark=who.mark) for c in told if (d := c.elected_on or c.start)), None)
            yield Done(resting(who, head.year), day)


def _launched(ground: Ground, year: int) -> Iterator[Done]:
    return _acts(ground, year, e.MovementLaunched, "movement", "year")


def _covenanted(ground: Ground, year: int) -> Iterator[Done]:
    covenant = covenant_of(ground.covenants[year])
    if covenant and covenant.signed and covenant.signed.value == "true":
        yield Done(resting(covenant.signed, covenant.year), covenant.signed_on)


def _planned(ground: Ground, year: int) -> Iterator[Done]:
    plan = plan_of(ground.plans[year])
    if plan and plan.status and plan.status.value == "APPROVED":
        yield Done(resting(plan.status, plan.year), plan.approved_on)


def _mid_reviewed(ground: Ground, year: int) -> Iterator[Done]:
    return _conferences(ground, year, "MIDYEAR", "during")


def _inspected(ground: Ground, year: int) -> Iterator[Done]:
    return _acts(ground, year, e.InspectionHeld, "inspection", "year")


def _summed_up(ground: Ground, year: int) -> Iterator[Done]:
    return _conferences(ground, year, "SUMMATION", "closes")


def _conferences(ground: Ground, year: int, kind: e.ConferenceKind, field: str) -> Iterator[Done]:
    for act in ground.acts[year]:
        for event in act.here(e.ConferenceHeld):
            if event.kind == kind and getattr(event, field) == year and event.bloc == ground.bloc:
                yield Done(_named(event, "conference", field, "kind"), fact(event, "effective"))


def _acts(ground: Ground, year: int, kind: type[Any], name: str, *on: str) -> Iterator[Done]:
    for act in ground.acts[year]:
        for event in act.here(kind):
            yield Done(_named(event, name, *on), fact(event, "effective"))


def _named(event: Any, name: str, *on: str) -> Fact:
    """The id of what an event tells of, no surer than the fields by which it counts here."""
    known = Fact(value=getattr(event, name), mark=mark(event.record, name))
    return resting(known, *(fact(event, field) for field in on))


EVIDENCE = {
    "LED": _led,
    "LAUNCHED": _launched,
    "COVENANTED": _covenanted,
    "PLANNED": _planned,
    "MID_REVIEWED": _mid_reviewed,
    "INSPECTED": _inspected,
    "SUMMED_UP": _summed_up,
}
"""What shows that a year has come to a state, of those states that registry sees."""


class State(NamedTuple):
    state: Fact
    late_by: Fact | None = None
    done: Done | None = None


def _unknown(basis: str) -> State:
    return State(_inferred("UNKNOWN", basis))


def _inferred(value: str, basis: str) -> Fact:
    return Fact(value=value, mark=Mark(certainty="INFERRED", basis=basis))


def _state(done: Done | None, due: Fact | None, on: date, basis: str, *, known: bool = False) -> State:
    """How it stands on a day. With nothing that did it and no day it is unknown, but for what is `known` to be open."""
    if done:
        days = _late(due, date.fromisoformat(done.on.value)) if done.on else None
        late_by = resting(days, done.on) if days else None
        return State(Fact(value="DONE", mark=done.what.mark), late_by, done)
    if due is None and not known:
        return _unknown(basis)
    late = _late(due, on)
    return State(_inferred("LATE" if late else "OPEN", basis), late)


def _late(due: Fact | None, day: date) -> Fact | None:
    """By how many days it is after what is due; null where it is not."""
    days = (day - date.fromisoformat(due.value)).days if due else 0
    return resting(_inferred(str(days), DAYS), due) if days > 0 else None


def _task(
    kind: TaskKind,
    ground: Ground,
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
    return TaskShown(
        kind=kind,
        bloc=ground.bloc,
        year=year,
        what=what,
        obliged=obliged,
        due=rule.due if rule else due,
        words=rule.words if rule else None,
        state=state.state,
        late_by=state.late_by,
        done=state.done.what if state.done else None,
        done_on=state.done.on if state.done else None,
        item=item,
        deadline=rule.deadline if rule else None,
        decision=first(told, "decision.id"),
        article=first(told, "article"),
        seen=tuple(dict.fromkeys(seen for event in told for seen in event.seen)),
        unit=unit,
    )


def _is_of(task: TaskShown, organisation: Id | None, ground: Ground) -> bool:
    """Whether it is the organisation's to do: a member's also what a deadline asks of nobody who is known."""
    if organisation is None:
        return True
    anybody = task.kind == "DEADLINE" and not task.obliged
    agencies = ground.members[task.year] if anybody else [one.agency for one in task.obliged]
    return any(agency.value == organisation for agency in agencies)


def _is_near(task: TaskShown, asked: GetToDo) -> bool:
    """Whether a reminder is in order. What nobody here can know to be done is not told for ever."""
    if asked.within is None:
        return True
    if task.due is None or task.state.value == "DONE":
        return False
    first_day = date.min if task.state.value == "LATE" else asked.on
    return first_day <= date.fromisoformat(task.due.value) <= asked.on + timedelta(days=asked.within)


def _order(task: TaskShown) -> tuple[Any, ...]:
    named = task.what.value if task.what else ""
    agencies = tuple(one.agency.value for one in task.obliged)
    return task.due.value if task.due else "9999", vietnamese(named), task.bloc, task.year, task.item or "", agencies
