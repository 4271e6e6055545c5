"""What can happen to a deadline: a rule with days, never code."""

from datetime import date
from typing import Literal

from pydantic import Field

from services.kernel.dated import Due, Seen
from services.kernel.events import Event
from services.kernel.provenance import Source
from services.kernel.standing import Correctable
from services.kernel.telling import Told
from services.kernel.text import Code, Id, Line
from services.registry.events.common import Disputable, Year

YearState = Literal[
    "LED",
    "LAUNCHED",
    "COVENANTED",
    "PLANNED",
    "MID_REVIEWED",
    "INSPECTED",
    "SELF_SCORED",
    "CROSS_VERIFIED",
    "COUNCIL_SCORED",
    "RANKED",
    "SUMMED_UP",
    "NOMINATED",
    "DISCLOSED",
    "SUBMITTED",
    "APPRAISED",
    "COUNCIL_VOTED",
    "DECIDED",
    "CONFERRED",
]
"""What a bloc's year comes to, in the order of its life cycle."""
Actor = Literal["HEAD", "MEMBER", "AUTHORITY"]
Cycle = Literal["CALENDAR", "SCHOOL_YEAR"]


class DeadlineFacts(Disputable):
    may_differ = Disputable.may_differ | {"effective", "what", "words"}
    """A deadline has one version after another, which is worded in several ways: only of one day do they contradict."""

    deadline: Id
    """The deadline's id, chosen by the caller; the same id from a later day `effective` on is its next version."""
    what: Line
    """What is due, as worded."""
    state: YearState | None = None
    """What the year has come to once it is done; null where no state of the year tells."""
    award: Code | None = None
    """Of proposals: the code of the award that they are for."""
    actor: Actor | None = None
    """Who has to do it: the bloc's head, each member, or who organises the bloc."""
    cycle: Cycle | None = None
    """The kind of emulation year that it is for; null: every kind."""
    level: Id | None = None
    """The level of the blocs that it is for; null: every level."""
    authority: Id | None = None
    """Who set it for the blocs that it organises; null for a law's, and for one that a bloc set itself."""
    bloc: Id | None = None
    """The only bloc that it is for."""
    years: tuple[Year, ...] = Field(default=(), max_length=200)
    """The emulation years that it is for; empty: every year."""
    due: Due | None = None
    """Until when, a day included; null where no day is told. Of "trước ngày 31/3" (before 31 March) it is the day
    before, 30 March, told as inferred from `words`."""
    words: Line | None = None
    """Until when as worded, such as "trong quý I"."""
    decision: Source | None = None
    """The law, decree or decision that sets it."""
    article: Line | None = None
    """Where in that it stands."""
    expires: date | None = None
    """The first day on which it is in force no more."""
    seen: tuple[Seen, ...] = ()
    """Where it was seen, if not in the official text."""


class DeadlineLiftingFacts(Told, Correctable):
    deadline: Id
    """The deadline; `effective` is the first day on which it is in force no more."""
    decision: Source | None = None
    """The law, decree or decision that lifts it."""


class DeadlineSet(DeadlineFacts, Event):
    """From `effective` on something is due by a day that comes every year, or in the years named."""

    type: Literal["DeadlineSet"] = "DeadlineSet"


class DeadlineLifted(DeadlineLiftingFacts, Event):
    type: Literal["DeadlineLifted"] = "DeadlineLifted"


DeadlineEvent = DeadlineSet | DeadlineLifted
