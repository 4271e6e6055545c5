"""Scoring sheets: versions of items, each in force from its day on."""

from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import AHEAD, Act, named_day, takes_effect
from services.kernel.telling import require, tell
from services.scoring import events as e


class IssueSheet(e.SheetFacts, Act):
    """Issue the next version of a scoring sheet."""

    ahead = AHEAD


Sheet = tuple[e.SheetIssued, ...]
"""The versions, oldest first."""


def evolve(sheet: Sheet, event: e.SheetEvent) -> Sheet:
    return (*sheet, event)


SHEET: Fold[Sheet] = Fold("sheet", (), evolve)


def issue(command: IssueSheet, sheet: Sheet) -> Events:
    codes = [item.code for item in command.items]
    require(len(codes) == len(set(codes)), "sheet.codes", en="Give each item its own code.", vi="Mỗi mục cần mã riêng.")
    lost = [tie for tie in command.ties if not any(belongs(code, tie) for code in codes)]
    require(
        not lost and len(set(command.ties)) == len(command.ties),
        "sheet.ties",
        en=f"Ties name each item or group of the sheet once; not in the sheet: {', '.join(lost) or 'none'}.",
        vi=f"ties nêu mỗi mục hoặc nhóm của bảng điểm một lần; không có trong bảng: {', '.join(lost) or 'không'}.",
    )
    first, last = command.effective, command.effective_to
    require(
        first is None or last is None or first <= last,
        "sheet.period",
        en="The last day in force is before the first.",
        vi="Ngày hết hiệu lực trước ngày có hiệu lực.",
    )
    if command.record is None:
        day = named_day(command)
        takes_effect(command)
        require(
            all(v.effective is None or v.effective < day for v in sheet),
            "sheet.order",
            en="A later version is in force from a later day.",
            vi="Phiên bản sau phải có hiệu lực sau.",
        )
    return [tell(e.SheetIssued, command, version=len(sheet) + 1)]


def belongs(code: str, group: str) -> bool:
    """Whether the item is this one, or of this group: "I.1" is of "I"."""
    return code == group or code.startswith(f"{group}.")


def numbered(sheet: Sheet, version: int) -> e.SheetIssued | None:
    return next((v for v in sheet if v.version == version), None)


HANDLERS: Handlers = {IssueSheet: Handler(lambda c: [SHEET.of(c.sheet)], issue)}
