"""What registry decides: pure functions, one module for each kind of stream."""

from services.kernel.decider import Handlers
from services.kernel.standing import RETRACTING
from services.registry.domain import (
    bloc,
    body,
    conference,
    covenant,
    document,
    duty,
    exemplar,
    form,
    inspection,
    leadership,
    membership,
    movement,
    movement_review,
    organisation,
    participation,
    person,
    plan,
    report,
    review,
)

HANDLERS: Handlers = {
    **organisation.HANDLERS,
    **person.HANDLERS,
    **bloc.HANDLERS,
    **membership.HANDLERS,
    **body.HANDLERS,
    **duty.HANDLERS,
    **leadership.HANDLERS,
    **conference.HANDLERS,
    **report.HANDLERS,
    **inspection.HANDLERS,
    **exemplar.HANDLERS,
    **document.HANDLERS,
    **form.HANDLERS,
    **movement.HANDLERS,
    **movement_review.HANDLERS,
    **participation.HANDLERS,
    **covenant.HANDLERS,
    **plan.HANDLERS,
    **review.HANDLERS,
    **RETRACTING,
}
