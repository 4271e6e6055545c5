"""The regulation by which a bloc works: adopted by a conference or a decision, amended, and repealed or replaced by
another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.errors import Refused
from services.kernel.performing import AHEAD, Act, counted, in_order, named_day, takes_effect
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.bloc import BLOC, Bloc, established
from services.registry.domain.organisation import Mentioned, agencies, all_active, reads
from services.registry.domain.ruling import settles
from services.registry.domain.told_once import untold


class AdoptRegulation(e.RegulationFacts, Act):
    """Adopt the regulation of a bloc, or record that it has one."""

    ahead = AHEAD


class AmendRegulation(e.RegulationAmendmentFacts, Act):
    """Amend the regulation of a bloc from a day on."""

    ahead = AHEAD


class RepealRegulation(e.RegulationRepealFacts, Act):
    """Repeal the regulation of a bloc: `effective` is the first day on which it holds no more."""

    ahead = AHEAD


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


@dataclass(frozen=True, slots=True)
class Adopted:
    """Of a bloc, from a day on (null: not told); what was told first binds, until somebody rules."""

    bloc: Id
    since: date | None


@dataclass(frozen=True, slots=True)
class Repealed:
    """No more from the day `on` (null: not told), as told first or ruled; a record needs nothing before it."""

    before: Unknown | Adopted
    on: date | None


Regulation = Unknown | Adopted | Repealed


def evolve(regulation: Regulation, event: e.RegulationEvent) -> Regulation:
    match event:
        case e.RegulationAdopted():
            told = _first(_known(regulation), event)
            return replace(regulation, before=told) if isinstance(regulation, Repealed) else told
        case e.RegulationAmended():
            return regulation
        case e.RegulationRepealed(effective=on, ruling=ruling):
            return _repealed(regulation, on, ruled=ruling is not None)
        case _:
            assert_never(event)


def _first(known: Adopted | None, event: e.RegulationAdopted) -> Adopted:
    if known is None or event.ruling:
        return Adopted(event.bloc, event.effective)
    return Adopted(known.bloc, known.since or event.effective)


def _repealed(regulation: Regulation, on: date | None, *, ruled: bool) -> Repealed:
    match regulation:
        case Repealed(before, known):
            return Repealed(before, on if ruled else known or on)
        case _:
            return Repealed(regulation, on)


def _known(regulation: Regulation) -> Adopted | None:
    """The regulation as it was adopted, be it repealed since; null where it is not known."""
    known = regulation.before if isinstance(regulation, Repealed) else regulation
    return known if isinstance(known, Adopted) else None


REGULATION: Fold[Regulation] = Fold("regulation", Unknown(), evolve)


def adopt(command: AdoptRegulation, regulation: Regulation, *states: Any) -> Events:
    if command.record is None:
        bloc, *rest = states
        require(
            regulation == Unknown(),
            "regulation.known",
            en="This id is taken; amend the regulation, or adopt another that replaces it.",
            vi="Mã quy chế này đã có; cần sửa đổi quy chế, hoặc ban hành quy chế khác thay thế.",
        )
        _adopted(command, bloc)
        former = rest[: len(_former(command))]
        _replaces(command, former)
        rest = rest[len(former) :]
        all_active(_adopting(command), rest, command.effective)
    settles(command, _known(regulation))
    return [tell(e.RegulationAdopted, command)]


def amend(command: AmendRegulation, regulation: Regulation, *states: Any) -> Events:
    if command.record is None:
        bloc, *organisations = states
        known = _of(command.bloc, regulation)
        _adopted(command, bloc)
        counted(command)
        require(
            command.changes.items,
            "regulation.changes",
            en="changes: tell what is changed.",
            vi="changes: cần nêu nội dung sửa đổi.",
        )
        in_order("regulation.order", command.effective, known.since, en="effective", vi="effective")
        _in_force(regulation, named_day(command))
        all_active(_adopting(command), organisations, command.effective)
    return [tell(e.RegulationAmended, command)]


def repeal(command: RepealRegulation, regulation: Regulation, bloc: Bloc) -> Events:
    before = isinstance(regulation, Repealed)
    if command.record is None:
        day = named_day(command)
        established(bloc, day)
        takes_effect(command)
        known = _of(command.bloc, regulation)
        untold(command, {"regulation": command.regulation}, before)
        require(
            command.decision,
            "regulation.repeal",
            en="decision: name the decision that repeals it.",
            vi="decision: cần nêu quyết định bãi bỏ quy chế.",
        )
        in_order("regulation.order", day, known.since, en="effective", vi="effective")
    settles(command, before)
    return [tell(e.RegulationRepealed, command)]


def _of(bloc: Id, regulation: Regulation) -> Adopted:
    """The bloc's regulation as it was adopted. Raises Refused."""
    known = _known(regulation)
    if known is None or known.bloc != bloc:
        raise Refused(
            "regulation.unknown",
            en="The bloc has no such regulation; tell its adoption first.",
            vi="Khối, cụm chưa có quy chế này; cần ghi nhận việc ban hành trước.",
        )
    return known


def _in_force(regulation: Regulation, day: date) -> None:
    """That nothing says that it is repealed by the day. Raises Refused."""
    repealed = isinstance(regulation, Repealed) and (regulation.on is None or regulation.on <= day)
    require(
        not repealed,
        "regulation.repealed",
        en="The regulation is repealed by that day; adopt another.",
        vi="Quy chế đã bị bãi bỏ trước hoặc trong ngày đó; cần ban hành quy chế khác.",
    )


def _adopted(command: AdoptRegulation | AmendRegulation, bloc: Bloc) -> None:
    """What every act needs by which a text comes to hold. Raises Refused."""
    day = named_day(command)
    established(bloc, day)
    takes_effect(command)
    require(
        command.conference or command.decision,
        "regulation.adoption",
        en="Name the conference that adopts it, or the decision that issues it.",
        vi="Cần nêu hội nghị thông qua hoặc quyết định ban hành.",
    )
    in_order("regulation.order", day, command.adopted_on, en="effective", vi="effective")


def _replaces(command: AdoptRegulation, former: Sequence[Regulation]) -> None:
    known = [one for one in map(_known, former) if one and one.bloc == command.bloc]
    require(
        known or command.in_place_of is None,
        "regulation.in-place-of",
        en="in_place_of: the bloc has no other regulation of this id.",
        vi="in_place_of: khối, cụm không có quy chế nào khác có mã này.",
    )


def _adopting(command: AdoptRegulation | AmendRegulation) -> Mentioned:
    return agencies("adopter", [command.adopter])


def _former(command: AdoptRegulation | AmendRegulation) -> list[Stream[Regulation]]:
    replaced = command.in_place_of if isinstance(command, AdoptRegulation) else None
    return [REGULATION.of(replaced)] if replaced and replaced != command.regulation else []


def _reads(command: AdoptRegulation | AmendRegulation) -> list[Stream[Any]]:
    own = REGULATION.of(command.regulation)
    if command.record is not None:
        return [own]
    return [own, BLOC.of(command.bloc), *_former(command), *reads(command, _adopting(command))]


HANDLERS: Handlers = {
    AdoptRegulation: Handler(_reads, adopt),
    AmendRegulation: Handler(_reads, amend),
    RepealRegulation: Handler(lambda c: [REGULATION.of(c.regulation), BLOC.of(c.bloc)], repeal),
}
