"""Scoring, wired."""

from thidua.scoring.v1 import scoring_pb2

from services.kernel.service import Service
from services.scoring.consumers import MEMBERS, with_members, with_membership
from services.scoring.domain import HANDLERS
from services.scoring.domain.ranking import PublishRanking
from services.scoring.domain.score import SubmitSelfScore
from services.scoring.events import VOCABULARY
from services.scoring.projections import MODELS
from services.scoring.queries import QUERIES

SERVICE = Service(
    name="scoring",
    api=scoring_pb2.DESCRIPTOR.services_by_name["ScoringService"],
    vocabulary=VOCABULARY,
    handlers=HANDLERS,
    queries=QUERIES,
    models=MODELS,
    foreign={"registry": (MEMBERS,)},
    arrivals={SubmitSelfScore: with_membership, PublishRanking: with_members},
    widened=lambda command: isinstance(command, PublishRanking) and command.record is None,
)
