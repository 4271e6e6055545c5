"""What one stream told, for all that has no model of its own."""

from functools import partial
from typing import Annotated

from pydantic import Field

from services.kernel.events import types_of
from services.kernel.fold import Model, by_stream
from services.kernel.standing import FactRetracted, Telling
from services.registry import events as e
from services.registry.projections.common import Told, told_in

StreamEvent = (
    e.ReorganisationEvent
    | e.RegulationEvent
    | e.PersonEvent
    | e.MembershipEvent
    | e.BodyEvent
    | e.DutyEvent
    | e.RotationEvent
    | e.ConferenceEvent
    | e.CitationEvent
    | e.MovementFormEvent
    | e.MovementEvent
    | e.MovementLinkEvent
    | e.MovementReviewEvent
    | e.ParticipationEvent
    | e.CovenantEvent
    | e.PlanEvent
    | e.ReviewEvent
    | e.ReportEvent
    | e.InspectionEvent
    | e.ExemplarEvent
)

StreamTold = Telling[Annotated[StreamEvent | FactRetracted, Field(discriminator="type")]]


class Stream(Told[StreamEvent]):
    """All that one stream told, oldest first."""

    events: tuple[StreamTold, ...] = ()


STREAMS = Model(
    "streams",
    "registry",
    e.VOCABULARY,
    types_of(StreamEvent, FactRetracted),
    by_stream,
    partial(told_in, Stream),
    doc=Stream,
    history="stream",
    version=18,
)
