"""Forms of emulation (hình thức tổ chức thi đua), which the law has from a day on and may have no more from another.

The law of 2003 has regular emulation and emulation by phase, that of 2022 regular and thematic emulation.
"""

from dataclasses import dataclass
from datetime import date

from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import AHEAD, Act, in_order, named_day, takes_effect
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.ruling import settles


class RegisterMovementForm(e.MovementFormFacts, Act):
    """Tell that the law has a form of emulation from a day on, and till when."""

    ahead = AHEAD


@dataclass(frozen=True, slots=True)
class Known:
    since: date | None
    expires: date | None


Form = Known | None
"""The time in which the law has it, as told first or ruled; null where it is not told."""


def evolve(form: Form, event: e.MovementFormEvent) -> Form:
    return form if form and event.ruling is None else Known(event.effective, event.expires)


FORM: Fold[Form] = Fold("movementform", None, evolve)


def register(command: RegisterMovementForm, form: Form) -> Events:
    if command.record is None:
        require(form is None, "form.known", en="This id is taken.", vi="Mã hình thức thi đua này đã có.")
        named_day(command)
        takes_effect(command)
        in_order("form.period", command.expires, command.effective, en="expires", vi="expires")
    settles(command, form)
    return [tell(e.MovementFormRegistered, command)]


def in_force_on(form: Form, name: Id | None, day: date | None) -> None:
    """That the law has the form on a day, as far as days are told. Raises Refused."""
    begun = form is not None and (form.since is None or day is None or form.since <= day)
    over = form is not None and form.expires is not None and day is not None and form.expires <= day
    require(
        begun and not over,
        "movement.form",
        en=f"form: the law is not recorded to have the form {name} on {day}; register it, or name another.",
        vi=f"form: chưa ghi nhận pháp luật có hình thức {name} vào ngày {day}; cần đăng ký hoặc nêu hình thức khác.",
    )


HANDLERS: Handlers = {RegisterMovementForm: Handler(lambda c: [FORM.of(c.form)], register)}
