"""What registry's own events make of organisations, blocs, their leadership and their years.

A module keeps one subject; this one is the name of them all, and what reads rows imports no other.
"""

from services.registry.projections.bloc import *
from services.registry.projections.body import *
from services.registry.projections.common import *
from services.registry.projections.deadline import *
from services.registry.projections.document import *
from services.registry.projections.mention import *
from services.registry.projections.movement import *
from services.registry.projections.organisation import *
from services.registry.projections.stream import *
from services.registry.projections.year import *

MODELS = (
    ORGANISATIONS,
    BLOCS,
    BODIES,
    DOCUMENTS,
    CITATIONS,
    FORMS,
    MOVEMENT_PARTS,
    LAUNCHERS,
    LEADERSHIPS,
    YEARS,
    DEADLINES,
    INVOLVED,
    PERSONS,
    MENTIONS,
    STREAMS,
)
