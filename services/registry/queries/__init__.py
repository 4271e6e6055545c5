"""What can be asked of registry. A fact that is absent is not recorded; an empty list means that none is recorded."""

from collections.abc import Mapping

from services.kernel.binding import Query
from services.registry.projections import (
    BLOCS,
    BODIES,
    CITATIONS,
    DEADLINES,
    DOCUMENTS,
    FORMS,
    INVOLVED,
    LAUNCHERS,
    LEADERSHIPS,
    MENTIONS,
    MODELS,
    MOVEMENT_PARTS,
    ORGANISATIONS,
    PERSONS,
    STREAMS,
    YEARS,
)
from services.registry.queries.bloc import GetBloc, get_bloc
from services.registry.queries.body import FindBodies, GetBody, find_bodies, get_body
from services.registry.queries.conference import GetConference, get_conference
from services.registry.queries.days import by_day
from services.registry.queries.deadline import GetDeadline, get_deadline
from services.registry.queries.document import GetDocument, get_document
from services.registry.queries.duty import GetDuties, get_duties
from services.registry.queries.exemplar import GetExemplar, get_exemplar
from services.registry.queries.finding import FINDERS, FindPersons, find_persons
from services.registry.queries.form import GetMovementForms, get_movement_forms
from services.registry.queries.heads import WhoHeaded, who_headed
from services.registry.queries.history import GetHistory, get_history
from services.registry.queries.leaders import GetBlocLeadership, get_bloc_leadership
from services.registry.queries.movement import GetMovement, get_movement
from services.registry.queries.names import (
    FindBlocs,
    FindDocuments,
    FindOrganisations,
    GetOrganisation,
    find_blocs,
    find_documents,
    find_organisations,
    get_organisation,
)
from services.registry.queries.person import GetPerson, GetPersons, get_person, get_persons
from services.registry.queries.rotation import GetRotation, get_rotation
from services.registry.queries.succession import (
    GetReorganisation,
    GetSuccession,
    get_reorganisation,
    get_succession,
)
from services.registry.queries.timeline import (
    GetBlocTimeline,
    GetOrganisationTimeline,
    get_bloc_timeline,
    get_organisation_timeline,
)
from services.registry.queries.todo import GetToDo, get_to_do
from services.registry.queries.year import GetBlocYear, get_bloc_year
from services.registry.tables.exporting import ExportTable, export_table

QUERIES: Mapping[str, Query] = {
    "GetOrganisation": Query(GetOrganisation, get_organisation, (ORGANISATIONS,)),
    "GetOrganisationTimeline": Query(GetOrganisationTimeline, get_organisation_timeline, (MENTIONS, ORGANISATIONS)),
    "GetReorganisation": Query(GetReorganisation, get_reorganisation, (STREAMS, ORGANISATIONS)),
    "GetSuccession": Query(GetSuccession, get_succession, (MENTIONS, STREAMS, ORGANISATIONS)),
    "FindOrganisations": Query(FindOrganisations, by_day(find_organisations), (ORGANISATIONS,)),
    "GetBloc": Query(GetBloc, get_bloc, (BLOCS, STREAMS, ORGANISATIONS)),
    "GetBlocTimeline": Query(GetBlocTimeline, get_bloc_timeline, (BLOCS, MENTIONS, ORGANISATIONS)),
    "FindBlocs": Query(FindBlocs, by_day(find_blocs), (BLOCS,)),
    "FindBodies": Query(FindBodies, by_day(find_bodies), (BODIES, ORGANISATIONS)),
    "GetBody": Query(GetBody, get_body, (STREAMS, ORGANISATIONS)),
    "GetDuties": Query(GetDuties, get_duties, (STREAMS, BLOCS, ORGANISATIONS)),
    "WhoHeaded": Query(WhoHeaded, who_headed, (BLOCS, LEADERSHIPS, STREAMS, ORGANISATIONS)),
    "GetBlocLeadership": Query(GetBlocLeadership, get_bloc_leadership, (BLOCS, LEADERSHIPS, STREAMS, ORGANISATIONS)),
    "GetRotation": Query(GetRotation, by_day(get_rotation), (BLOCS, LEADERSHIPS, STREAMS, ORGANISATIONS)),
    "GetBlocYear": Query(GetBlocYear, by_day(get_bloc_year), MODELS),
    "ExportTable": Query(ExportTable, by_day(export_table), (BLOCS, STREAMS, ORGANISATIONS)),
    "GetConference": Query(GetConference, by_day(get_conference), (STREAMS, DOCUMENTS, ORGANISATIONS)),
    "FindDocuments": Query(FindDocuments, by_day(find_documents), (DOCUMENTS,)),
    "GetDocument": Query(GetDocument, by_day(get_document), (DOCUMENTS, CITATIONS, ORGANISATIONS)),
    "GetDeadline": Query(GetDeadline, get_deadline, (DEADLINES, ORGANISATIONS)),
    "GetToDo": Query(GetToDo, get_to_do, (BLOCS, LEADERSHIPS, YEARS, DEADLINES, INVOLVED, STREAMS, ORGANISATIONS)),
    "GetExemplar": Query(GetExemplar, by_day(get_exemplar), (STREAMS, ORGANISATIONS)),
    "GetMovement": Query(
        GetMovement, by_day(get_movement), (STREAMS, MOVEMENT_PARTS, LAUNCHERS, DOCUMENTS, ORGANISATIONS)
    ),
    "GetMovementForms": Query(GetMovementForms, get_movement_forms, (FORMS,)),
    "GetHistory": Query(GetHistory, get_history, (STREAMS, ORGANISATIONS)),
    "FindPersons": Query(
        FindPersons, by_day(find_persons), (STREAMS, LEADERSHIPS, DOCUMENTS, PERSONS, ORGANISATIONS), roles=FINDERS
    ),
    "GetPerson": Query(GetPerson, by_day(get_person), (STREAMS,)),
    "GetPersons": Query(GetPersons, by_day(get_persons), (STREAMS,)),
}
