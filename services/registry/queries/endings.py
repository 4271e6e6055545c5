"""What is told of an end: that organisations and blocs are dissolved, or that others came after them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from services.kernel.once import once
from services.kernel.provenance import Fact, Mark, Part
from services.kernel.telling import fact, mark, resting
from services.kernel.text import Id
from services.kernel.view import View
from services.registry import events as e
from services.registry.domain.organisation import first_named
from services.registry.domain.ruling import holding
from services.registry.projections import ORGANISATIONS, Organisation
from services.registry.queries.common import DisputeShown, facts
from services.registry.queries.disputes import disputes
from services.registry.stays import Stay

UNSURE = Mark(
    certainty="INFERRED",
    basis="whether it is still there is not sure / chưa chắc tổ chức này còn hoạt động hay không",
)
PERHAPS = Mark(
    certainty="INFERRED",
    basis="whether the bloc was dissolved by then is not known / chưa rõ khi đó khối, cụm đã giải thể chưa",
)
NOTHING_FOLLOWS = (
    "it has ended or others came after it, and nothing follows by itself"
    " / đã chấm dứt hoặc có tổ chức kế thừa, hệ thống không tự suy ra điều gì"
)
ENDED = Mark(certainty="INFERRED", basis=NOTHING_FOLLOWS)
UNKNOWN_END = Mark(
    certainty="INFERRED", basis="since when it is no more is not recorded / chưa ghi nhận từ ngày nào không còn"
)


class DissolutionShown(Part):
    """What one source tells of an end."""

    on: Fact | None
    """The first day on which it is no more."""
    decision: Fact | None
    """The document that decided it, by its id."""
    disputed: bool
    """Whether another source tells another day."""


class SuccessionShown(Part):
    """That the work of an organisation, or some of it, went to others."""

    reorganisation: Fact
    """The reorganisation."""
    on: Fact | None
    """The first day on which the new apparatus works."""
    ends: Fact | None
    """Whether the organisation is no more from that day on; absent where that is not told."""
    successors: tuple[Fact, ...]
    """Who came after it."""


Role = Literal["MEMBER", "HEAD", "DEPUTY_HEAD", "LEADS", "AUTHORITY", "DUTY", "SEAT"]


class WarningShown(Part):
    """An organisation that is no more, or whose work went to others, while it has a part in a bloc or body: it is to be
    decided whether that ends, and who takes its place. Or one that is told to be a member before its first name began.
    Nothing of it follows by itself.
    """

    unit: Fact
    """The organisation, no surer than its part."""
    on: Fact | None
    """The day from which that is so."""
    reorganisation: Fact | None
    """The reorganisation; absent where it is dissolved."""
    ends: Fact | None
    """Whether it is no more, as far as the reorganisation tells."""
    successors: tuple[Fact, ...]
    """Who came after it."""
    role: Role
    """Its part: MEMBER of the bloc, its HEAD or DEPUTY_HEAD, the AUTHORITY that organises it, or it LEADS an activity
    of the plan; it has a DUTY of emulation work, or who does comes from it; who has a SEAT in the body does."""
    authority: Fact | None
    """Who organises the bloc, whose emulation office is to decide, or whose the body is; absent where that is not
    recorded."""
    begins: Fact | None = None
    """Of a member from before that the first day of its first name, and nothing of an end."""


class Taking(NamedTuple):
    """An organisation that has a part in a bloc or body."""

    agency: Fact
    role: Role
    stay: Stay | None = None
    """Of a member, its time in the bloc."""


@dataclass(frozen=True, slots=True)
class Ending:
    """That an organisation is no more, or was succeeded and is not told to go on."""

    event: e.OrganisationDissolved | e.OrganisationSucceeded

    def by(self, day: date | None) -> bool:
        """Whether it took place by the day, as far as one can tell; a null day is later than any."""
        return day is None or self.event.effective is None or self.event.effective <= day

    @property
    def total(self) -> bool:
        """Whether it is told to be no more."""
        return isinstance(self.event, e.OrganisationDissolved) or self.event.ends is True

    def over(self, day: date | None) -> Fact | None:
        """That it is told to be no more by the day, no surer than that day; else null."""
        if not (self.total and self.by(day)):
            return None
        told = Fact(value="true", mark=mark(self.event.record, "ends"))
        if day is None:
            return told
        since = fact(self.event, "effective")
        return resting(told, since or UNKNOWN_END)


@once
def endings_of(doc: Organisation) -> tuple[Ending, ...]:
    """Of all that holds of an organisation."""
    return tuple(endings(holding(doc.told)))


def endings(told: Sequence[Any]) -> list[Ending]:
    """Of all that is told of an organisation."""
    dissolved = [Ending(event) for event in told if isinstance(event, e.OrganisationDissolved)]
    return dissolved + [Ending(event) for event in _succeeded(told) if event.ends is not False]


def still(agency: Fact, told: Sequence[Any], day: date) -> Fact | None:
    """An agency of which this is told, on a day: null once it is no more; by inference where that is not sure."""
    every = endings(told)
    if not any(one.by(day) for one in every):
        return agency
    over = [one.over(day) for one in every if one.total]
    sure = bool(over) and all(one and one.mark.certainty == "STATED" for one in over)
    return None if sure and not ends_disputed(told) else resting(agency, UNSURE)


def resting_on(agency: Fact | None, warned_of: Iterable[WarningShown]) -> Fact | None:
    """An agency in its part on a day, by inference once it has ended or was succeeded."""
    gone = agency is not None and any(one.unit.value == agency.value for one in warned_of)
    return resting(agency, ENDED) if agency and gone else agency


def _succeeded(told: Iterable[Any]) -> list[e.OrganisationSucceeded]:
    return [event for event in told_last(told) if not event.void]


def told_last(told: Iterable[Any]) -> list[e.OrganisationSucceeded]:
    """What of reorganisations holds in the stream of a predecessor: where something was told instead, only that."""
    held: list[e.OrganisationSucceeded] = []
    for event in told:
        if isinstance(event, e.OrganisationSucceeded):
            if event.settled:
                held = [one for one in held if one.reorganisation != event.reorganisation]
            held.append(event)
    return held


def successions(told: Iterable[Any]) -> tuple[SuccessionShown, ...]:
    return tuple(
        SuccessionShown(
            reorganisation=Fact(value=event.reorganisation, mark=mark(event.record, "reorganisation")),
            on=fact(event, "effective"),
            ends=fact(event, "ends"),
            successors=_after(event),
        )
        for event in _succeeded(told)
    )


def ends_disputed(told: Iterable[Any]) -> tuple[DisputeShown, ...]:
    """Whether and when it is no more, where records of one reorganisation tell otherwise."""
    by: dict[Id, list[Any]] = {}
    for event in _succeeded(told):
        by.setdefault(event.reorganisation, []).append(event)
    return tuple(one for key, events in by.items() for one in disputes(events, "ends", "effective", about=key))


def _after(event: e.OrganisationSucceeded) -> tuple[Fact, ...]:
    return facts(event, "successors[{}]", len(event.successors))


def dissolutions_told(
    dissolved: Sequence[e.BlocDissolved | e.BodyDissolved | e.OrganisationDissolved],
) -> tuple[DissolutionShown, ...]:
    days = {event.effective for event in dissolved if event.effective}
    return tuple(
        DissolutionShown(
            on=fact(event, "effective"),
            decision=fact(event, "decision.id"),
            disputed=event.effective is not None and len(days) > 1,
        )
        for event in dissolved
    )


def gone(dissolved: Sequence[e.BlocDissolved], day: date) -> bool | None:
    """Whether a bloc is no more on a day; null where that is not known: its end is told without a day, or on days of
    which some have come. One rule for its state, for what is due in it, and for who heads it.
    """
    over = {event.effective <= day if event.effective else None for event in dissolved} or {False}
    return over.pop() if len(over) == 1 else None


async def warnings(
    view: View, parts: Sequence[Taking], authority: Fact | None, day: date | None
) -> tuple[WarningShown, ...]:
    """Of those who have these parts in a bloc or body, who by the day has ended or was succeeded, or began too late."""
    units: dict[str, Organisation] = await view.many(ORGANISATIONS, {part.agency.value for part in parts})
    early = (warning for part in parts if (warning := _early(part, units.get(part.agency.value), authority)))
    return (*warned(units, parts, authority, day), *dict.fromkeys(early))


def _early(part: Taking, unit: Organisation | None, authority: Fact | None) -> WarningShown | None:
    """That a unit is told to be a member before the first of its names began, where all of these have a day."""
    begins, since = named_since(unit) if unit else None, part.stay.since if part.stay else None
    if begins is None or since is None or begins.value <= str(since):
        return None
    return WarningShown(
        unit=part.agency,
        on=None,
        reorganisation=None,
        ends=None,
        successors=(),
        role=part.role,
        authority=authority,
        begins=begins,
    )


@once
def named_since(unit: Organisation) -> Fact | None:
    """The day on which the first of its names began."""
    return fact(first_named(unit.told), "effective")


def warned(
    units: Mapping[str, Organisation], parts: Sequence[Taking], authority: Fact | None, day: date | None
) -> tuple[WarningShown, ...]:
    """The same, of what is read already; a membership that ends by then needs nothing."""
    told = {key: endings_of(doc) for key, doc in units.items()}
    found = (
        _warning(part, ending.event, authority)
        for part in parts
        for ending in told.get(part.agency.value, ())
        if ending.by(day) and (part.stay is None or part.stay.reaches(ending.event.effective or date.min))
    )
    return tuple(dict.fromkeys(found))


def _warning(
    part: Taking, event: e.OrganisationDissolved | e.OrganisationSucceeded, authority: Fact | None
) -> WarningShown:
    succeeded = event if isinstance(event, e.OrganisationSucceeded) else None
    known = Fact(value=part.agency.value, mark=mark(event.record, "organisation"))
    return WarningShown(
        unit=resting(known, part.agency),
        on=fact(event, "effective"),
        reorganisation=fact(succeeded, "reorganisation"),
        ends=fact(succeeded, "ends"),
        successors=_after(succeeded) if succeeded else (),
        role=part.role,
        authority=authority,
    )
