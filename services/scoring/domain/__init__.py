"""Scoring's rules, pure: `HANDLERS` lists every command."""

from services.kernel.decider import Handlers
from services.scoring.domain import ranking, score, sheet

HANDLERS: Handlers = {**sheet.HANDLERS, **score.HANDLERS, **ranking.HANDLERS}
