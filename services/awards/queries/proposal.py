"""What a bloc proposed for a year."""

from pydantic import BaseModel

from services.awards import events as e
from services.awards.projections import PROPOSALS, Proposal
from services.awards.queries.common import (
    IN_FORCE,
    MOST,
    KindShown,
    Names,
    RecipientShown,
    kind,
    name_of,
    names_of,
    present,
    recipient,
)
from services.awards.queries.persons import PersonShown
from services.kernel.errors import Missing
from services.kernel.provenance import Fact
from services.kernel.telling import added, differ, fact
from services.kernel.text import Id
from services.kernel.view import View

LATE = (
    "the agreement itself is later than the deadline in force; the day of submission is not recorded"
    " / chính việc thống nhất đã sau thời hạn hiện hành; chưa ghi nhận ngày trình"
)


class ProposalShown(BaseModel):
    proposal: str
    bloc: Fact | None
    bloc_name: Fact | None
    year: Fact | None
    conference: Fact | None
    recipient: RecipientShown | None
    kind: KindShown | None
    verb: Fact | None
    ground: Fact | None
    ground_wording: Fact | None
    declared_count: Fact | None
    agreed_on: Fact | None
    due: Fact | None
    late: Fact | None
    rank: Fact | None
    awards: tuple[Fact, ...]
    disputed: bool


class GetProposals(BaseModel):
    bloc: Id
    year: e.Year | None = None


class ProposalsAnswer(BaseModel):
    proposals: tuple[ProposalShown, ...]
    cut: bool
    persons: tuple[PersonShown, ...] = ()


async def get_proposals(asked: GetProposals, view: View) -> ProposalsAnswer:
    """Raises Missing for a bloc of which neither registry, as far as is known here, nor any proposal tells."""
    terms = [f"bloc:{asked.bloc}", *([f"year:{asked.year}"] if asked.year else [])]
    found: list[tuple[str, Proposal]] = await view.find(PROPOSALS, *terms, limit=MOST + 1)
    rows = found[:MOST]
    names = await names_of(view, {asked.bloc}, [event.recipient for _, row in rows for event in row.agreed])
    if f"bloc:{asked.bloc}" not in names and not await view.find(PROPOSALS, terms[0], limit=1):
        raise Missing(en=f"The bloc {asked.bloc} is not recorded.", vi=f"Chưa ghi nhận khối, cụm {asked.bloc}.")
    return ProposalsAnswer(proposals=tuple(_proposal(key, row, names) for key, row in rows), cut=len(found) > MOST)


def _proposal(key: str, proposal: Proposal, names: Names) -> ProposalShown:
    agreed = proposal.agreed[0]
    return ProposalShown(
        proposal=key,
        bloc=fact(agreed, "bloc"),
        bloc_name=name_of(names, "bloc", agreed.bloc),
        year=fact(agreed, "year"),
        conference=fact(agreed, "conference"),
        recipient=recipient([agreed], names),
        kind=kind([agreed]),
        verb=fact(agreed, "verb"),
        ground=fact(agreed, "ground"),
        ground_wording=fact(agreed, "ground_wording"),
        declared_count=fact(agreed, "declared_count"),
        agreed_on=fact(agreed, "effective"),
        due=added(agreed, "due", IN_FORCE),
        late=fact(agreed, "late", LATE),
        rank=fact(agreed, "ranking.rank", agreed.ranking.basis if agreed.ranking else None),
        awards=present(fact(decided, "award") for decided in proposal.decided),
        disputed=differ(proposal.agreed, "bloc", "year", "recipient", "kind", "effective")
        or any(event.ranking and event.ranking.disputed for event in proposal.agreed),
    )
