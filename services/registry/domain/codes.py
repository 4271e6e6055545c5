"""That no two organisations hold one official code on one day.

Who is told to have a code is told in a stream of the code's own too. An act that gives the code reads that stream, and
the own streams of all whom it names, so that two acts cannot pass each other. Whether and when somebody has the code is
told in the own streams alone.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from pydantic import Field

from services.kernel.decider import Fold, Stream
from services.kernel.errors import Conflict
from services.kernel.performing import Act
from services.kernel.telling import require
from services.kernel.text import Id
from services.registry import events as e


class ActOfCode(Act):
    """An act that may give an organisation an official code."""

    holders: tuple[Id, ...] = Field(default=(), exclude=True)
    """Of an act performed here all others that were ever told to have the code; filled in at the edge."""


class Coded(NamedTuple):
    """A code that an organisation is told to have from a day on (null: always)."""

    since: date | None
    code: str
    registered: bool = False
    """Whether its registration tells it, which a ruling may settle otherwise."""


class Held(NamedTuple):
    """The time in which an organisation has a code by one telling: from `since` (null: unknown) to before `until`."""

    since: date | None
    until: date
    disputed: bool
    """Whether of its first day another code is told too, or of its last one not which it is."""

    def may_meet(self, other: "Held") -> bool:
        """Whether both may last on one day."""
        return max(self.since or date.min, other.since or date.min) < min(self.until, other.until)

    def meets(self, other: "Held") -> bool:
        """Whether both undisputedly last on one day; of an unknown first day, the last one is known."""
        later = max(self.since or self.until - _DAY, other.since or other.until - _DAY)
        return not (self.disputed or other.disputed) and later < min(self.until, other.until)


_DAY = timedelta(days=1)

Codes = tuple[Coded, ...]
"""All codes of an organisation, in the order of telling."""


def time_held(since: date | None, code: str, codes: Codes, ends: Sequence[date | None]) -> Held:
    """How long it has a code that it is told to have from a day on, by all its codes and the days of its ends."""
    first = since or date.min
    others = [one for one in codes if one.code != code]
    over = [one.since for one in others if one.since and one.since > first]
    until = min((*over, *(end for end in ends if end)), default=date.max)
    return Held(since, until, any(one.since == since for one in others) or None in ends)


Told = tuple[tuple[Id, str], ...]
"""Everybody who was ever told to have one of the codes of a stream, with the code, in the order of telling."""

Holders = tuple[Id, ...]
"""Everybody who was ever told to have one code."""


def evolve(told: Told, event: e.OrganisationCodeTold) -> Told:
    return (*told, (event.organisation, event.code))


CODE: Fold[Told] = Fold("organisationcode", (), evolve)


def stream_of(code: str) -> Stream[Told]:
    """Codes that only differ in case or signs share one."""
    return CODE.of(re.sub("[^a-z0-9._-]", "-", code.lower())[:80].lstrip("._-") or "0")


def holders_of(code: str, told: Told) -> Holders:
    return tuple(one for one, own in told if own == code)


def alone(code: str, own: Held, holders: Holders, others: Mapping[Id, Sequence[Held]]) -> None:
    """That nobody else may have the code while it is to be one's own. Raises Refused, Conflict where that depends on
    somebody who was not read.
    """
    if not {*holders} <= others.keys():
        raise Conflict(
            en=f"The code {code} was told of another organisation at the same moment; look at it and send this again.",
            vi=f"Mã {code} vừa được ghi nhận cho tổ chức khác cùng lúc; cần xem lại rồi gửi lại.",
        )
    having = ", ".join(one for one in holders if any(own.may_meet(other) for other in others[one]))
    require(
        not having,
        "organisation.code",
        en=f"code: {having} has the code {code} at that time, as far as is told; name another code, or a later day.",
        vi=f"code: theo ghi nhận, {having} đang có mã {code} trong thời gian đó; cần nêu mã khác hoặc ngày muộn hơn.",
    )
