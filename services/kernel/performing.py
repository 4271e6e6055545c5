"""What every act performed in the system needs, in every service; records are kept as told."""

from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import Field

from services.kernel.dated import not_before
from services.kernel.decider import Command
from services.kernel.errors import Refused
from services.kernel.provenance import Listed
from services.kernel.telling import Told, require

AHEAD = timedelta(days=366)  # how long before its day a decision may be told; a later day is a slip of the pen


class Act(Told, Command):
    """What may be performed here, and what the edge fills in of it, which is no part of what a client sends."""

    ahead: ClassVar[timedelta] = timedelta(0)
    """How long before its day it may be performed: an act has taken place, while a decision takes effect later."""
    told_on: date | None = Field(default=None, exclude=True)
    """The day in Vietnam on which an act is performed here; null for a record."""


def performable(act: Act) -> None:
    """What holds of every performed act, whatever its own decision looks at. Raises Refused."""
    if act.ahead:
        takes_effect(act)
    else:
        happened(act)
    counted(act)


def performed_on(act: Act, *years: int | None) -> date:
    """The day of a performed act, which is known and has come. Raises Refused."""
    day = named_day(act)
    happened(act, *years)
    return day


def named_day(act: Act) -> date:
    """The day of a performed act. Raises Refused."""
    if act.effective is None:
        raise Refused(
            "act.day", en="An act performed here names its day.", vi="Việc thực hiện trên hệ thống cần nêu ngày."
        )
    return act.effective


def happened(act: Act, *years: int | None) -> None:
    """Of a performed act: its day, as far as it names one, has come, and no year that it is for is far ahead of it.

    A conference in winter settles the year to come, so the year after the act's own is the last. Raises Refused.
    """
    day, told = act.effective, act.told_on
    require(
        day is None or told is None or day <= told,
        "act.future",
        en=f"effective: {day} is after today, {told}; an act performed here has taken place.",
        vi=f"effective: ngày {day} sau hôm nay, {told}; việc thực hiện trên hệ thống phải đã diễn ra.",
    )
    by = day or told
    for year in years:
        require(
            year is None or by is None or year <= by.year + 1,
            "act.year",
            en=f"The year {year} begins more than a year after the act, {by}.",
            vi=f"Năm {year} bắt đầu sau việc này, {by}, hơn một năm.",
        )


def in_order(rule: str, day: date | None, *earlier: date | None, en: str, vi: str) -> None:
    """That nothing says that a day was before those of what it follows; `en` and `vi` name it. Raises Refused."""
    last = max((one for one in earlier if one), default=None)
    require(
        not_before(day, last),
        rule,
        en=f"{en}: {day} is before what it follows, {last}.",
        vi=f"{vi}: ngày {day} trước việc phải diễn ra trước đó, {last}.",
    )


def takes_effect(act: Act) -> None:
    """Of a performed decision: it may take effect later, but within a year of being told. Raises Refused."""
    day, told = act.effective, act.told_on
    require(
        day is None or told is None or day <= told + act.ahead,
        "act.future",
        en=f"effective: {day} is more than a year after today, {told}.",
        vi=f"effective: ngày {day} sau hôm nay, {told}, hơn một năm.",
    )


def counted(act: Act) -> None:
    """Of a performed act: its lists are as long as they say. Raises Refused."""
    for field in type(act).model_fields:
        told = getattr(act, field)
        if isinstance(told, Listed):
            require(
                consistent(told),
                "list.count",
                en=f"{field}.declared_count: {told.declared_count} are declared, and {len(told.items)} are listed.",
                vi=f"{field}.declared_count: khai {told.declared_count} nhưng liệt kê {len(told.items)}.",
            )


def consistent(told: Listed[Any]) -> bool:
    """Whether a list names no more than it declares, and no fewer where it says that these are all."""
    count, named = told.declared_count, len(told.items)
    return count is None or count == named or (count > named and not told.exhaustive)
