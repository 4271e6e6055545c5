"""The yearly plan of a bloc: drafted, commented on, approved, its activities given to leads, and how they go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, assert_never

from services.kernel.decider import Command, Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import Act, counted, happened, performed_on
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.belonging import ActOfMembers, belong, reads
from services.registry.domain.bloc import BLOC, Bloc, established
from services.registry.domain.organisation import Mentioned, Organisation, agencies, all_active
from services.registry.domain.organisation import reads as registrations
from services.registry.domain.told_once import Once, and_of, tell_once

Status = Literal["REFERRED", "DRAFTED", "COMMENTED", "APPROVED"]
"""How far a plan has come, as far as is known; REFERRED: only referred to."""


class DraftPlan(e.PlanDraftFacts, ActOfMembers):
    """Present a draft of the year's plan."""


class CommentPlan(e.PlanCommentFacts, Act):
    """Tell that the draft was discussed. It is not approved thereby."""


class ApprovePlan(e.PlanApprovalFacts, ActOfMembers):
    """Approve the plan."""


class RecordPlan(e.PlanReferenceFacts, Command):
    """Record that a source refers to a plan."""


class AssignLead(e.LeadFacts, ActOfMembers):
    """Give an activity to a lead agency."""


class DetailActivity(e.ActivityDetailFacts, ActOfMembers):
    """Tell the detailed plan that the lead of an activity has of it."""


class ReportProgress(e.ProgressFacts, ActOfMembers):
    """Tell how far an activity has come, by whom and with which evidence."""


@dataclass(frozen=True, slots=True)
class Plan:
    status: Status | None = None
    items: frozenset[Id] = frozenset()
    """The activities that the plan lists."""
    going_on: frozenset[Id] = frozenset()
    """Those that were given to a lead, detailed or reported on, whether it lists them or not."""
    listed: Mapping[Id, Id] = field(default_factory=dict)
    """Lead agencies, by activity, as the plan lists them."""
    assigned: Mapping[Id, Id] = field(default_factory=dict)
    """Those to whom an activity was given since, which goes before."""
    told: Once = frozenset()
    """The detailed plans and reports of progress."""


def status_after(status: Status | None, event: e.PlanEvent) -> Status | None:
    """How far the plan has come with this event; a later record of an earlier step takes nothing back."""
    match event:
        case e.PlanRecorded():
            return status or "REFERRED"
        case e.PlanDrafted():
            return status if status in ("COMMENTED", "APPROVED") else "DRAFTED"
        case e.PlanCommented():
            return status if status == "APPROVED" else "COMMENTED"
        case e.PlanApproved():
            return "APPROVED"
        case e.ActivityAssigned() | e.ActivityDetailed() | e.ProgressReported():
            return status
        case _:
            assert_never(event)


def evolve(plan: Plan, event: e.PlanEvent) -> Plan:
    plan = replace(plan, status=status_after(plan.status, event))
    match event:
        case e.PlanDrafted(items=items) if plan.status != "APPROVED":
            return _listing(plan, items.items)
        case e.PlanApproved(items=items) if items is not None:
            return _listing(plan, items.items)
        case e.ActivityAssigned(item=item, lead=lead):
            return replace(plan, assigned={**plan.assigned, item: lead}, going_on=plan.going_on | {item})
        case e.ActivityDetailed(item=item) | e.ProgressReported(item=item):
            return replace(plan, told=and_of(plan.told, event), going_on=plan.going_on | {item})
        case e.PlanDrafted() | e.PlanApproved() | e.PlanCommented() | e.PlanRecorded():
            return plan
        case _:
            assert_never(event)


def _listing(plan: Plan, items: Sequence[e.PlanItem]) -> Plan:
    listed = {item.item: item.lead for item in items if item.lead}
    return replace(plan, items=frozenset(i.item for i in items), listed=listed)


PLAN: Fold[Plan] = Fold("plan", Plan(), evolve)


def draft(command: DraftPlan, plan: Plan, bloc: Bloc, *members: Any) -> Events:
    if command.record is None:
        known = established(bloc, command.effective)
        happened(command, command.year)
        counted(command)
        require(
            plan.status != "APPROVED", "plan.approved", en="The plan is approved already.", vi="Kế hoạch đã được duyệt."
        )
        items = [i.item for i in command.items.items]
        require(len(set(items)) == len(items), "plan.items", en="Two activities share an id.", vi="Trùng mã hoạt động.")
        belong(command, _taking_part(command), known, members)
    return [tell(e.PlanDrafted, command)]


def comment(command: CommentPlan, plan: Plan, bloc: Bloc, *organisations: Organisation) -> Events:
    if command.record is None:
        established(bloc, command.effective)
        happened(command, command.year)
        counted(command)
        _drafted(plan)
        all_active(_commenting(command), organisations, command.effective)
    return [tell(e.PlanCommented, command)]


def approve(command: ApprovePlan, plan: Plan, bloc: Bloc, *members: Any) -> Events:
    if command.record is None:
        known = established(bloc, command.effective)
        _drafted(plan)
        performed_on(command, command.year)
        counted(command)
        belong(command, _taking_part(command), known, members)
    return [tell(e.PlanApproved, command)]


_WORDED: Mapping[Status | None, str] = {
    None: "chưa được ghi nhận",
    "REFERRED": "mới chỉ được nhắc đến",
    "DRAFTED": "là dự thảo",
    "COMMENTED": "đã được góp ý",
    "APPROVED": "đã được duyệt",
}


def _drafted(plan: Plan) -> None:
    require(
        plan.status in ("DRAFTED", "COMMENTED"),
        "plan.state",
        en=f"There is no open draft: the plan is {plan.status or 'unknown'}.",
        vi=f"Không có dự thảo kế hoạch đang mở: kế hoạch {_WORDED[plan.status]}.",
    )


def record(command: RecordPlan, plan: Plan) -> Events:
    del plan  # a record needs no antecedent
    require(
        command.record, "plan.record", en="Name the source, or draft the plan.", vi="Cần nêu nguồn, hoặc trình dự thảo."
    )
    return [tell(e.PlanRecorded, command)]


def assign(command: AssignLead, plan: Plan, bloc: Bloc, *members: Any) -> Events:
    if command.record is None:
        known = established(bloc, command.effective)
        happened(command, command.year)
        _planned(plan, command.item)
        belong(command, _taking_part(command), known, members)
    return [tell(e.ActivityAssigned, command)]


def detail(command: DetailActivity, plan: Plan, bloc: Bloc, *members: Any) -> Events:
    if command.record is None:
        known = established(bloc, command.effective)
        performed_on(command, command.year)
        counted(command)
        _planned(plan, command.item)
        author = command.author.agency if command.author else None
        require(
            author and author == (plan.assigned.get(command.item) or plan.listed.get(command.item)),
            "plan.lead",
            en="author.agency: the lead agency of the activity writes its detailed plan; assign the lead first.",
            vi="author.agency: cơ quan chủ trì hoạt động lập kế hoạch chi tiết; cần phân công chủ trì trước.",
        )
        belong(command, _taking_part(command), known, members)
    return [tell_once(e.ActivityDetailed, command, plan.told)]


def report(command: ReportProgress, plan: Plan, bloc: Bloc, *members: Any) -> Events:
    require(
        command.percent or command.words,
        "progress.report",
        en="Tell how much is done, as a percentage or in words.",
        vi="Cần nêu tiến độ bằng tỷ lệ phần trăm hoặc bằng lời.",
    )
    if command.record is None:
        known = established(bloc, command.effective)
        performed_on(command, command.year)
        counted(command)
        _planned(plan, command.item)
        require(command.by, "progress.by", en="by: name who reports.", vi="by: cần nêu ai báo cáo.")
        belong(command, _taking_part(command), known, members)
    return [tell_once(e.ProgressReported, command, plan.told)]


def _planned(plan: Plan, item: Id) -> None:
    known = item in plan.items or item in plan.going_on
    require(known, "plan.item", en="The plan has no such activity.", vi="Kế hoạch không có hoạt động này.")


def _taking_part(command: DraftPlan | ApprovePlan | AssignLead | DetailActivity | ReportProgress) -> Mentioned:
    """Who leads and joins activities, and whose officer presents the draft or reports."""
    match command:
        case DraftPlan(items=items, presenter=presenter):
            return {**_assigned(items.items), **agencies("presenter", [presenter])}
        case ApprovePlan(items=items):
            return _assigned(items.items if items else ())
        case AssignLead(lead=lead, joining=joining):
            return {"lead": lead, **_joining("joining", joining)}
        case DetailActivity(author=author, steps=steps):
            responsible = [step.responsible for step in steps.items]
            return {**agencies("author", [author]), **agencies("steps.items[{}].responsible", responsible)}
        case ReportProgress(by=by):
            return agencies("by", [by])


def _assigned(items: Sequence[e.PlanItem]) -> Mentioned:
    leading = {f"items.items[{i}].lead": item.lead for i, item in enumerate(items) if item.lead}
    joining = (_joining(f"items.items[{i}].joining", item.joining) for i, item in enumerate(items))
    return {**leading, **{field: agency for one in joining for field, agency in one.items()}}


def _joining(path: str, joining: Sequence[Id]) -> Mentioned:
    return {f"{path}[{i}]": agency for i, agency in enumerate(joining)}


def _commenting(command: CommentPlan) -> Mentioned:
    return {
        **agencies("commenters.items[{}]", command.commenters.items),
        **agencies("acceptor", [command.acceptor]),
        **agencies("finaliser", [command.finaliser]),
    }


def _reads(
    command: DraftPlan | CommentPlan | ApprovePlan | AssignLead | DetailActivity | ReportProgress,
) -> list[Stream[Any]]:
    streams: list[Stream[Any]] = [PLAN.of(command.bloc, str(command.year)), BLOC.of(command.bloc)]
    if isinstance(command, CommentPlan):
        return streams + registrations(command, _commenting(command))
    return streams + reads(command, _taking_part(command))


HANDLERS: Handlers = {
    DraftPlan: Handler(_reads, draft),
    CommentPlan: Handler(_reads, comment),
    ApprovePlan: Handler(_reads, approve),
    RecordPlan: Handler(lambda c: [PLAN.of(c.bloc, str(c.year))], record),
    AssignLead: Handler(_reads, assign),
    DetailActivity: Handler(_reads, detail),
    ReportProgress: Handler(_reads, report),
}
