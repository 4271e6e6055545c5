"""Movements: launched in a bloc, or somebody else's that a bloc takes up; where they are tried out first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, assert_never

from services.kernel.dated import not_before
from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import Act, counted, happened, in_order, performed_on
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.bloc import BLOC, Bloc, established, named
from services.registry.domain.form import FORM, Form, in_force_on
from services.registry.domain.organisation import Mentioned, Organisation, agencies, all_active, reads
from services.registry.domain.ruling import settles


class LaunchMovement(e.MovementFacts, Act):
    """Launch a movement."""


class LinkMovement(e.MovementLinkFacts, Act):
    """Tell that a bloc takes up a movement that others launched, or that it only pushes one on."""


class PilotMovement(e.PilotFacts, Act):
    """Tell where a movement is tried out first (chỉ đạo điểm), and who directs it there."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not launched, as far as is known."""

    taken_up: bool = False
    """Whether a bloc has taken it up all the same."""


@dataclass(frozen=True, slots=True)
class Launched:
    """What holds of it: what was told first binds, until somebody rules."""

    on: date | None = None
    ends: date | None = None
    """The last day that it is to last."""
    phases: frozenset[Id] = frozenset()
    lines: frozenset[Id] = frozenset()
    """Of what it aims at."""


Movement = Unknown | Launched


def evolve(movement: Movement, event: e.MovementEvent) -> Movement:
    match event:
        case e.MovementLaunched(effective=on, ends=ends, phases=phases, targets=targets):
            known = movement if isinstance(movement, Launched) and event.ruling is None else Launched()
            return Launched(
                on=known.on or on,
                ends=known.ends or ends,
                phases=known.phases | {phase.phase for phase in phases.items},
                lines=known.lines | {target.line for target in targets.items},
            )
        case e.MovementLinked():
            return Unknown(taken_up=True) if isinstance(movement, Unknown) else movement
        case e.MovementPiloted():
            return movement
        case _:
            assert_never(event)


MOVEMENT: Fold[Movement] = Fold("movement", Unknown(), evolve)


def launch(command: LaunchMovement, movement: Movement, *known: Any) -> Events:
    if command.record is None:
        require(
            not isinstance(movement, Launched),
            "movement.known",
            en="This movement was launched already.",
            vi="Phong trào này đã được phát động.",
        )
        performed_on(command, command.year)
        require(command.launcher, "movement.launcher", en="Name who launches it.", vi="Cần nêu người phát động.")
        require(
            command.parent != command.movement,
            "movement.parent",
            en="parent: a movement is no part of itself.",
            vi="parent: phong trào không thể thuộc chính nó.",
        )
        in_order("movement.period", command.ends, command.effective, en="ends", vi="ends")
        _distinct("phases", (phase.phase for phase in command.phases.items))
        _distinct("targets", (target.line for target in command.targets.items))
        blocs, forms = named(command.bloc), _forms(command)
        for bloc in known[: len(blocs)]:
            established(bloc, command.effective)
        for form in known[len(blocs) : len(blocs) + len(forms)]:
            in_force_on(form, command.form, command.effective)
        all_active(_launching(command), known[len(blocs) + len(forms) :], command.effective)
    settles(command, isinstance(movement, Launched))
    return [tell(e.MovementLaunched, command)]


def link(command: LinkMovement, movement: Movement, bloc: Bloc, *launcher: Organisation) -> Events:
    del movement  # another's movement may be unknown here
    if command.record is None:
        established(bloc, command.effective)
        happened(command, command.year)
        all_active(_launching(command), launcher, command.effective)
    return [tell(e.MovementLinked, command)]


def pilot(command: PilotMovement, movement: Movement, *organisations: Organisation) -> Events:
    require(
        all(site.agency or site.place for site in command.sites.items),
        "movement.site",
        en="Each site has an agency or a place.",
        vi="Mỗi nơi làm điểm cần có cơ quan hoặc địa điểm.",
    )
    if command.record is None:
        going_on(movement)
        in_phase(movement, command.phase)
        within(movement, performed_on(command))
        counted(command)
        all_active(_piloting(command), organisations, command.effective)
    return [tell(e.MovementPiloted, command)]


def going_on(movement: Movement) -> None:
    """What an act within a movement needs: that it is launched, or taken up by a bloc. Raises Refused."""
    require(
        movement != Unknown(),
        "movement.unknown",
        en="The movement is not recorded; launch it, or tell that a bloc takes it up.",
        vi="Chưa ghi nhận phong trào này; cần phát động, hoặc ghi nhận khối, cụm hưởng ứng.",
    )


def within(movement: Movement, day: date) -> None:
    """That a day is neither before the launch nor after the last day that the movement is to last. Raises Refused."""
    launched = movement if isinstance(movement, Launched) else Launched()
    in_order("movement.order", day, launched.on, en="effective", vi="effective")
    require(
        not_before(launched.ends, day),
        "movement.order",
        en=f"effective: {day} is after the movement's last day, {launched.ends}.",
        vi=f"effective: ngày {day} sau ngày cuối của phong trào, {launched.ends}.",
    )


def in_phase(movement: Movement, phase: Id | None) -> None:
    """That a phase is one of the movement's, where it was launched here. Raises Refused."""
    require(
        phase is None or not isinstance(movement, Launched) or phase in movement.phases,
        "movement.phase",
        en=f"phase: the movement has no phase {phase}.",
        vi=f"phase: phong trào không có đợt, giai đoạn {phase}.",
    )


def towards(movement: Movement, counts: Sequence[e.Counted]) -> None:
    """That figures belong to lines of what the movement aims at, where it was launched here. Raises Refused."""
    for i, line in enumerate(count.line for count in counts):
        require(
            line is None or not isinstance(movement, Launched) or line in movement.lines,
            "movement.line",
            en=f"counts.items[{i}].line: the movement aims at no {line}.",
            vi=f"counts.items[{i}].line: phong trào không có chỉ tiêu {line}.",
        )


def _distinct(field: str, ids: Iterable[Id]) -> None:
    told = list(ids)
    require(
        len(set(told)) == len(told),
        "movement.ids",
        en=f"{field}: two share an id.",
        vi=f"{field}: có hai mục trùng mã.",
    )


def _forms(command: LaunchMovement) -> list[Stream[Form]]:
    return [FORM.of(command.form)] if command.form and command.record is None else []


def _launching(command: LaunchMovement | LinkMovement) -> Mentioned:
    return agencies("launcher", [command.launcher])


def _piloting(command: PilotMovement) -> Mentioned:
    sites = {f"sites.items[{i}].agency": s.agency for i, s in enumerate(command.sites.items) if s.agency}
    return {**sites, **agencies("director", [command.director])}


HANDLERS: Handlers = {
    LaunchMovement: Handler(
        lambda c: [MOVEMENT.of(c.movement), *named(c.bloc), *_forms(c), *reads(c, _launching(c))],
        launch,
    ),
    LinkMovement: Handler(
        lambda c: [MOVEMENT.of(c.movement), BLOC.of(c.bloc), *reads(c, _launching(c))],
        link,
    ),
    PilotMovement: Handler(lambda c: [MOVEMENT.of(c.movement), *reads(c, _piloting(c))], pilot),
}
