"""A bloc's year as commands: its opening conference with all that comes of it, and its mid-year conference."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from google.protobuf.message import Message
from thidua.kernel.v1 import kernel_pb2 as k
from thidua.registry.v1 import registry_pb2 as r
from thidua.registry.v1 import types_pb2 as t

from services.simulation.blocs import Bloc
from services.simulation.drawing import Draw

ITEMS = (
    "An sinh xã hội",
    "Giao lưu văn hóa, thể thao",
    "Kiểm tra công tác thi đua",
    "Kiểm tra thực hiện quy chế khối",
    "Trao đổi kinh nghiệm, nhân rộng điển hình",
    "Tập huấn nghiệp vụ",
    "Tọa đàm chuyên đề",
    "Sơ kết, tổng kết phong trào",
)
LIMITATIONS = (
    "Một số đơn vị gửi báo cáo còn chậm",
    "Hình thức thi đua chậm đổi mới",
    "Tuyên truyền điển hình tiên tiến chưa kịp thời",
    "Phong trào chưa đều giữa các đơn vị",
)
TASKS = (
    "Phát động thi đua theo chuyên đề",
    "Bồi dưỡng, nhân rộng điển hình tiên tiến",
    "Hoàn thành chỉ tiêu đã ký giao ước",
    "Chú trọng khen thưởng người lao động trực tiếp",
)
RESULTS = ("Các đơn vị hoàn thành nhiệm vụ được giao", "Phong trào có chuyển biến so với năm trước")
AGENDA = ("Tổng kết phong trào thi đua", "Bầu Khối trưởng, Khối phó", "Ký kết giao ước thi đua")
THEMES = ("Đoàn kết, sáng tạo", "Kỷ cương, hiệu quả", "Đổi mới, phục vụ nhân dân")


class Step(NamedTuple):
    """A command: `key` names its place in the set; the request lacks its command id."""

    key: str
    request: Message


class Told(NamedTuple):
    """What all commands of a set have in common: the seed's draws, and a source that says what they are."""

    draw: Draw

    def record(self, key: str) -> k.Record:
        title = "Số liệu mô phỏng, không có thật (simulated, of nobody)"
        return k.Record(source=k.Source(id=f"simulated-{self.draw.seed}", title=title), place=key)


class Year(NamedTuple):
    """A bloc's year: the lead goes round its members, year by year."""

    bloc: Bloc
    year: int
    day: date
    """Of the opening conference."""
    members: list[str]
    outgoing: str | None
    """Null in the first year of a bloc."""
    head: str
    deputy: str

    @classmethod
    def of(cls, draw: Draw, bloc: Bloc, year: int) -> "Year":
        first = bloc.since.year == year
        months = (date(year, 8, 1), date(year, 9, 30)) if first else (date(year, 1, 10), date(year, 4, 20))
        day = draw.day(*months, bloc.id, year, "opening")
        members, before = bloc.members(day), bloc.members(date(year, 1, 1))
        outgoing = None if first else before[(year - 1) % len(before)]
        return cls(bloc, year, day, members, outgoing, members[year % len(members)], members[(year + 1) % len(members)])

    @property
    def id(self) -> str:
        return f"{self.bloc.id}-{self.year}"

    @property
    def opening(self) -> str:
        """The conference that opens it."""
        return f"{self.id}-opening"

    @property
    def midyear(self) -> str:
        return f"{self.id}-midyear"


def conference(told: Told, one: Year) -> Step:
    """It sums up the year before, where there was one."""
    key = f"conference/{one.opening}"
    request = r.HoldConferenceRequest(
        conference=one.opening,
        bloc=one.bloc.id,
        kind=t.CONFERENCE_KIND_SUMMATION if one.outgoing else t.CONFERENCE_KIND_PLANNING,
        closes=one.year - 1 if one.outgoing else None,
        opens=one.year,
        half_day=told.draw.one((t.HALF_DAY_MORNING, t.HALF_DAY_AFTERNOON), one.opening),
        chairs=t.PartyList(items=[t.Party(agency=one.outgoing or one.head)]),
        agenda=t.LineList(items=AGENDA, exhaustive=True),
        effective=str(one.day),
        record=told.record(key),
    )
    return Step(key, request)


def elected(told: Told, one: Year) -> Step:
    key = f"elected/{one.id}"
    votes = len(one.members)
    ballot = told.draw.below(2, key) == 0
    request = r.ElectLeadershipRequest(
        bloc=one.bloc.id,
        year=one.year,
        head=t.Holder(agency=one.head),
        deputies=t.DeputyList(items=[t.Deputy(agency=one.deputy, rank=t.DEPUTY_RANK_ORDINARY)], exhaustive=True),
        mode=t.MODE_ELECTED if ballot else t.MODE_ACCLAIMED,
        tally=t.Tally(in_favour=votes, against=0, eligible=votes) if ballot else None,
        conference=one.opening,
        effective=str(one.day),
        record=told.record(key),
    )
    return Step(key, request)


def handed_over(told: Told, one: Year) -> Step | None:
    if one.outgoing is None:
        return None
    key = f"handed-over/{one.id}"
    request = r.HandOverLeadershipRequest(
        bloc=one.bloc.id,
        year=one.year,
        outgoing=t.Holder(agency=one.outgoing),
        incoming=t.Holder(agency=one.head),
        conference=one.opening,
        effective=str(one.day),
        record=told.record(key),
    )
    return Step(key, request)


def closing_review(told: Told, one: Year) -> Step | None:
    """Of the year before."""
    if one.outgoing is None:
        return None
    key = f"review/{one.opening}"
    request = r.NoteReviewRequest(
        review=f"{one.opening}-review",
        bloc=one.bloc.id,
        year=one.year - 1,
        conference=one.opening,
        limitations=t.LineList(items=[told.draw.one(LIMITATIONS, key)], exhaustive=False),
        results=t.LineList(items=RESULTS, exhaustive=False),
        effective=str(one.day),
        record=told.record(key),
    )
    return Step(key, request)


def covenant(told: Told, one: Year) -> Step:
    key = f"covenant/{one.id}"
    signatures = [t.Signature(member=member) for member in one.members]
    request = r.RecordCovenantRequest(
        bloc=one.bloc.id,
        year=one.year,
        signed=True,
        signatures=t.SignatureList(items=signatures, declared_count=len(signatures), exhaustive=True),
        conference=one.opening,
        effective=str(one.day),
        record=told.record(key),
    )
    return Step(key, request)


def movement(told: Told, one: Year) -> Step:
    key = f"movement/{one.id}"
    request = r.LaunchMovementRequest(
        movement=f"{one.id}-movement",
        bloc=one.bloc.id,
        year=one.year,
        name=f"Phong trào thi đua năm {one.year}",
        theme=told.draw.one(THEMES, key),
        launcher=t.Party(agency=one.head),
        conference=one.opening,
        effective=str(one.day),
        record=told.record(key),
    )
    return Step(key, request)


def plan(told: Told, one: Year) -> Step:
    key = f"plan/{one.id}"
    texts = told.draw.some(ITEMS, 5 + told.draw.below(4, key, "count"), key)
    items = [
        t.PlanItem(item=f"item-{n}", text=text, lead=one.members[n % len(one.members)])
        for n, text in enumerate(texts, 1)
    ]
    request = r.DraftPlanRequest(
        bloc=one.bloc.id,
        year=one.year,
        items=t.PlanItemList(items=items, exhaustive=True),
        presenter=t.Party(agency=one.deputy),
        conference=one.opening,
        effective=str(one.day),
        record=told.record(key),
    )
    return Step(key, request)


def approval(told: Told, one: Year) -> Step:
    key = f"approval/{one.id}"
    request = r.ApprovePlanRequest(
        bloc=one.bloc.id,
        year=one.year,
        approver=t.Party(agency=one.head),
        effective=str(one.day + timedelta(days=10 + told.draw.below(20, key))),
        record=told.record(key),
    )
    return Step(key, request)


def midyear(told: Told, one: Year) -> Step:
    key = f"conference/{one.midyear}"
    request = r.HoldConferenceRequest(
        conference=one.midyear,
        bloc=one.bloc.id,
        kind=t.CONFERENCE_KIND_MIDYEAR,
        during=one.year,
        chairs=t.PartyList(items=[t.Party(agency=one.head)]),
        effective=str(_midyear_day(told, one)),
        record=told.record(key),
    )
    return Step(key, request)


def midyear_review(told: Told, one: Year) -> Step:
    key = f"review/{one.midyear}"
    tasks = told.draw.some(TASKS, 1 + told.draw.below(3, key), key, "tasks")
    request = r.NoteReviewRequest(
        review=f"{one.midyear}-review",
        bloc=one.bloc.id,
        year=one.year,
        conference=one.midyear,
        limitations=t.LineList(items=told.draw.some(LIMITATIONS, 2, key), exhaustive=False),
        tasks=t.LineList(items=tasks, declared_count=len(TASKS), exhaustive=False),
        targets=t.TargetList(
            items=[t.Target(text="Tỷ lệ công chức, viên chức, người lao động tham gia", figure="100", unit="%")]
        ),
        effective=str(_midyear_day(told, one)),
        record=told.record(key),
    )
    return Step(key, request)


def _midyear_day(told: Told, one: Year) -> date:
    return told.draw.day(date(one.year, 7, 5), date(one.year, 7, 31), one.midyear)


Act = Callable[[Told, Year], Step | None]
OPENING: tuple[Act, ...] = (conference, elected, handed_over, closing_review, covenant, movement, plan, approval)
MIDYEAR: tuple[Act, ...] = (midyear, midyear_review)
