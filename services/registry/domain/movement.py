"""Movements: launched, in a bloc or by somebody else, part of others or not; where they are tried out first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, assert_never

from services.kernel.dated import not_before
from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import Act, counted, in_order, performed_on
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.bloc import established, named
from services.registry.domain.circles import Above, ActBelow, Under, circle, higher
from services.registry.domain.form import FORM, Form, in_force_on
from services.registry.domain.organisation import Mentioned, Organisation, agencies, all_active, reads
from services.registry.domain.ruling import settles


class LaunchMovement(e.MovementFacts, ActBelow):
    """Launch a movement."""

    below = "parent"


class PilotMovement(e.PilotFacts, Act):
    """Tell where a movement is tried out first (chỉ đạo điểm), and who directs it there."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not launched, as far as is known."""


@dataclass(frozen=True, slots=True)
class Launched:
    """What holds of it: what was told first binds, until somebody rules."""

    on: date | None = None
    ends: date | None = None
    """The last day that it is to last."""
    phases: frozenset[Id] = frozenset()
    lines: frozenset[Id] = frozenset()
    """Of what it aims at."""
    parent: Id | None = None
    bloc: Id | None = None
    """In which it was launched."""
    year: int | None = None
    """Of the bloc."""


Movement = Unknown | Launched


def evolve(movement: Movement, event: e.MovementEvent) -> Movement:
    match event:
        case e.MovementLaunched(phases=phases, targets=targets):
            known = movement if isinstance(movement, Launched) and event.ruling is None else Launched()
            return Launched(
                on=known.on or event.effective,
                ends=known.ends or event.ends,
                phases=known.phases | {phase.phase for phase in phases.items},
                lines=known.lines | {target.line for target in targets.items},
                parent=known.parent or event.parent,
                bloc=known.bloc or event.bloc,
                year=known.year or event.year,
            )
        case e.MovementPiloted() | e.MovementLinked():  # links of the time when a movement's own stream had them
            return movement
        case _:
            assert_never(event)


MOVEMENT: Fold[Movement] = Fold("movement", Unknown(), evolve)


def above(movement: Movement) -> Above:
    """The movement that it is told to be part of."""
    return (Under(None, movement.parent),) if isinstance(movement, Launched) and movement.parent else ()


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
        in_order("movement.period", command.ends, command.effective, en="ends", vi="ends")
        _distinct("phases", (phase.phase for phase in command.phases.items))
        _distinct("targets", (target.line for target in command.targets.items))
        states = iter(known)
        _part_of(command, {one: next(states) for one in _higher(command)})
        for _ in named(command.bloc):
            established(next(states), command.effective)
        for _ in _forms(command):
            in_force_on(next(states), command.form, command.effective)
        all_active(_launching(command), list(states), command.effective)
    settles(command, isinstance(movement, Launched))
    return [tell(e.MovementLaunched, command)]


def _part_of(command: LaunchMovement, known: Mapping[Id, Movement]) -> None:
    """That what it is part of is no part of it, and has begun and not ended. Raises Refused, Conflict."""
    if command.parent is None:
        return
    require(
        not circle(command.movement, command.parent, None, {one: above(state) for one, state in known.items()}),
        "movement.parent",
        en="parent: a movement is no part of itself, nor of what is part of it.",
        vi="parent: phong trào không thể thuộc chính nó, hoặc thuộc phong trào là một phần của nó.",
    )
    within(known[command.parent], command.effective)


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


def going_on(movement: Movement, *links: object) -> None:
    """What an act within a movement needs: that it is launched, or that the bloc which the act names, of which `links`
    are told, takes it up. Raises Refused.
    """
    require(
        isinstance(movement, Launched) or any(links),
        "movement.unknown",
        en="The movement is not recorded; launch it, or name the bloc, and tell that it takes the movement up.",
        vi="Chưa ghi nhận phong trào này; cần phát động, hoặc nêu khối, cụm đã được ghi nhận hưởng ứng.",
    )


def within(movement: Movement, day: date | None) -> None:
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


def _higher(command: LaunchMovement) -> list[Id]:
    return higher(command, command.movement) if command.record is None else []


def _launching(command: LaunchMovement) -> Mentioned:
    return agencies("launcher", [command.launcher])


def _piloting(command: PilotMovement) -> Mentioned:
    sites = {f"sites.items[{i}].agency": s.agency for i, s in enumerate(command.sites.items) if s.agency}
    return {**sites, **agencies("director", [command.director])}


HANDLERS: Handlers = {
    LaunchMovement: Handler(
        lambda c: [
            MOVEMENT.of(c.movement),
            *map(MOVEMENT.of, _higher(c)),
            *named(c.bloc),
            *_forms(c),
            *reads(c, _launching(c)),
        ],
        launch,
    ),
    PilotMovement: Handler(lambda c: [MOVEMENT.of(c.movement), *reads(c, _piloting(c))], pilot),
}
