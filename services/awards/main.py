"""Awards, wired."""

from thidua.awards.v1 import awards_pb2

from services.awards.consumers import NAMES, RANKS, with_rank
from services.awards.domain import HANDLERS
from services.awards.domain.proposal import AgreeNomination
from services.awards.events import VOCABULARY
from services.awards.projections import MODELS, PUBLIC
from services.awards.queries import QUERIES
from services.kernel.public import PublicFeed
from services.kernel.service import Service
from services.kernel.tools import Tools


def public(tools: Tools) -> PublicFeed:
    return PublicFeed("awards", PUBLIC, tools.pool, tools.log)


SERVICE = Service(
    name="awards",
    api=awards_pb2.DESCRIPTOR.services_by_name["AwardsService"],
    vocabulary=VOCABULARY,
    handlers=HANDLERS,
    queries=QUERIES,
    models=MODELS,
    foreign={"registry": (NAMES,), "scoring": (RANKS,)},
    arrivals={AgreeNomination: with_rank},
    public=public,
)
