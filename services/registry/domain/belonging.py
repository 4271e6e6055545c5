"""That the agencies which a performed act of a bloc names are there on its day, and members of the bloc."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import Field

from services.kernel.decider import Stream
from services.kernel.performing import Act
from services.kernel.telling import require
from services.kernel.text import Id
from services.registry.domain.bloc import Established, organised
from services.registry.domain.organisation import ORGANISATION, Mentioned, active
from services.registry.stays import MEMBERSHIP, stays


class ActOfMembers(Act):
    """An act of a bloc that names members of it."""

    bloc: Id
    """The bloc."""
    authority: Id | None = Field(default=None, exclude=True)
    """Who organises the bloc, and so under whom its members are known; filled in at the edge for an act performed
    here, and checked against the bloc."""


def reads(act: ActOfMembers, named: Mentioned) -> list[Stream[Any]]:
    """The streams of which `belong` gets the states: of each agency itself and its memberships."""
    if act.record is not None or act.authority is None:
        return []
    agencies = dict.fromkeys(named.values())
    return [stream for a in agencies for stream in (ORGANISATION.of(a), MEMBERSHIP.of(act.authority, a))]


def belong(act: ActOfMembers, named: Mentioned, bloc: Established, states: Sequence[Any]) -> None:
    """Raises Refused. Of an act without a day only who is a member for good belongs."""
    if not named:
        return
    organised(bloc, act.authority)
    day = act.effective or date.max
    known = dict(zip(dict.fromkeys(named.values()), zip(states[::2], states[1::2], strict=True), strict=True))
    for field, agency in named.items():
        organisation, claims = known[agency]
        active(organisation, field, agency, act.effective)
        require(
            any(stay.bloc == act.bloc and stay.lasts(day) for stay in stays(claims)),
            "membership.none",
            en=f"{field}: {agency} is no member of the bloc on that day; admit it first.",
            vi=f"{field}: ngày đó {agency} không phải thành viên của khối, cụm; cần kết nạp trước.",
        )
