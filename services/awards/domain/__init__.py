"""Awards' rules, pure: `HANDLERS` lists every command."""

from services.awards.domain import award, catalogue, decision, proposal
from services.kernel.decider import Handlers

HANDLERS: Handlers = {**catalogue.HANDLERS, **proposal.HANDLERS, **decision.HANDLERS, **award.HANDLERS}
