"""The regulation by which a bloc works: adopted by a conference or a decision, amended, and replaced by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, assert_never

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import AHEAD, Act, counted, in_order, named_day, takes_effect
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.bloc import BLOC, Bloc, established
from services.registry.domain.organisation import Mentioned, agencies, all_active, reads
from services.registry.domain.ruling import settles


class AdoptRegulation(e.RegulationFacts, Act):
    """Adopt the regulation of a bloc, or record that it has one."""

    ahead = AHEAD


class AmendRegulation(e.RegulationAmendmentFacts, Act):
    """Amend the regulation of a bloc from a day on."""

    ahead = AHEAD


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


@dataclass(frozen=True, slots=True)
class Adopted:
    """Of a bloc, from a day on (null: not told); what was told first binds, until somebody rules."""

    bloc: Id
    since: date | None


Regulation = Unknown | Adopted


def evolve(regulation: Regulation, event: e.RegulationEvent) -> Regulation:
    match event:
        case e.RegulationAdopted(bloc=bloc, effective=since, ruling=ruling):
            known = regulation if isinstance(regulation, Adopted) and ruling is None else None
            return Adopted(known.bloc, known.since or since) if known else Adopted(bloc, since)
        case e.RegulationAmended():
            return regulation
        case _:
            assert_never(event)


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
    settles(command, isinstance(regulation, Adopted))
    return [tell(e.RegulationAdopted, command)]


def amend(command: AmendRegulation, regulation: Regulation, *states: Any) -> Events:
    if command.record is None:
        bloc, *organisations = states
        require(
            isinstance(regulation, Adopted) and regulation.bloc == command.bloc,
            "regulation.unknown",
            en="The bloc has no such regulation; tell its adoption first.",
            vi="Khối, cụm chưa có quy chế này; cần ghi nhận việc ban hành trước.",
        )
        _adopted(command, bloc)
        counted(command)
        require(
            command.changes.items,
            "regulation.changes",
            en="changes: tell what is changed.",
            vi="changes: cần nêu nội dung sửa đổi.",
        )
        since = regulation.since if isinstance(regulation, Adopted) else None
        in_order("regulation.order", command.effective, since, en="effective", vi="effective")
        all_active(_adopting(command), organisations, command.effective)
    return [tell(e.RegulationAmended, command)]


def _adopted(command: AdoptRegulation | AmendRegulation, bloc: Bloc) -> None:
    """What every act on a regulation needs. Raises Refused."""
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
    known = [one for one in former if isinstance(one, Adopted) and one.bloc == command.bloc]
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
}
