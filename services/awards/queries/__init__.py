"""What can be asked of awards. A fact that is absent is not recorded; an empty list means that none is recorded."""

from collections.abc import Mapping

from services.awards.consumers import NAMES
from services.awards.projections import AWARDS, KINDS, PROPOSALS
from services.awards.queries.award import GetAward, GetAwards, get_award, get_awards
from services.awards.queries.catalogue import FindAwardKinds, find_award_kinds
from services.awards.queries.persons import with_persons
from services.awards.queries.proposal import GetProposals, get_proposals
from services.kernel.binding import Query

QUERIES: Mapping[str, Query] = {
    "FindAwardKinds": Query(FindAwardKinds, find_award_kinds, (KINDS,)),
    "GetProposals": Query(GetProposals, get_proposals, (PROPOSALS, NAMES), with_persons),
    "GetAwards": Query(GetAwards, get_awards, (AWARDS, NAMES), with_persons),
    "GetAward": Query(GetAward, get_award, (AWARDS, NAMES), with_persons),
}
