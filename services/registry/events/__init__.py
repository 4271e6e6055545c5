"""Registry's public vocabulary: what can happen to organisations, persons, blocs and a bloc's year.

What a command tells and what its event keeps is one class (the `*Facts`), so that a path in `record.inferred`
names the same field in both. A null is "not said"; `record` is null for an act performed in the system.
Civil dates are Vietnam's; a year is the emulation year that something is about, whenever it took place.
A module tells one subject; this one is the name of them all, and what reads events imports no other.
"""

from services.kernel.events import Event, Vocabulary, types_of
from services.kernel.standing import FactRetracted
from services.registry.events.bloc import *
from services.registry.events.body import *
from services.registry.events.common import *
from services.registry.events.conference import *
from services.registry.events.covenant import *
from services.registry.events.deadline import *
from services.registry.events.document import *
from services.registry.events.duty import *
from services.registry.events.exemplar import *
from services.registry.events.leadership import *
from services.registry.events.movement import *
from services.registry.events.organisation import *
from services.registry.events.person import *
from services.registry.events.plan import *
from services.registry.events.regulation import *
from services.registry.events.reorganisation import *
from services.registry.events.report import *
from services.registry.events.review import *
from services.registry.events.rotation import *

VOCABULARY: Vocabulary[Event] = Vocabulary(
    *types_of(
        OrganisationEvent,
        OrganisationCodeTold,
        ReorganisationEvent,
        PersonEvent,
        BlocEvent,
        RegulationEvent,
        MembershipEvent,
        BodyEvent,
        DutyEvent,
        LeadershipEvent,
        RotationEvent,
        ConferenceEvent,
        ReportEvent,
        InspectionEvent,
        ExemplarEvent,
        DocumentEvent,
        CitationEvent,
        MovementFormEvent,
        MovementEvent,
        MovementLinkEvent,
        MovementReviewEvent,
        ParticipationEvent,
        CovenantEvent,
        PlanEvent,
        ReviewEvent,
        DeadlineEvent,
        FactRetracted,
    )
)
