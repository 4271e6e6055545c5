"""What can be asked of awards. A fact that is absent is not recorded; an empty list means that none is recorded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, Field

from services.awards import events as e
from services.awards.consumers import NAMES
from services.awards.projections import AWARDS, KINDS, PROPOSALS, Award, Kind, Proposal
from services.kernel.binding import Query
from services.kernel.dated import in_force
from services.kernel.provenance import Fact
from services.kernel.telling import added, differ, fact
from services.kernel.text import Id, Line, bare, fold
from services.kernel.view import View

Names = Mapping[str, Any]
"""Names by registry's streams."""

IN_FORCE = "the catalogue's version in force on the day"
LATE = "the agreement itself is later than the deadline in force; the day of submission is not recorded"
FOLLOWED = "the next version is in force from the day after"
MOST = 10_000  # kinds or proposals in one answer


class FindAwardKinds(BaseModel):
    code: e.KindCode | None = None
    text: Line | None = None
    on: date | None = None


class KindVersion(BaseModel):
    code: str
    version: int
    family: Fact | None
    name_vi: Fact | None
    name_en: Fact | None
    aliases: tuple[Fact, ...]
    recipients: tuple[Fact, ...]
    decided_by: tuple[Fact, ...]
    regulation: Fact | None
    article: Fact | None
    due: Fact | None
    effective_from: Fact | None
    effective_to: Fact | None
    seen: tuple[Fact, ...]


class KindsAnswer(BaseModel):
    kinds: tuple[KindVersion, ...]
    cut: bool


async def find_award_kinds(asked: FindAwardKinds, view: View) -> KindsAnswer:
    """By spelling with its marks, or where that finds nothing, without them."""
    if asked.code is not None:
        kind = await view.get(KINDS, asked.code)
        found = [kind] if kind else []
    elif asked.text is not None:
        found = await _kinds(view, f"name:{fold(asked.text)}") or await _kinds(view, f"bare:{bare(asked.text)}")
    else:
        found = await _kinds(view)
    versions = tuple(version for kind in found[:MOST] for version in _versions(kind, asked.on))
    return KindsAnswer(kinds=versions, cut=len(found) > MOST)


async def _kinds(view: View, *terms: str) -> list[Kind]:
    return [kind for _, kind in await view.find(KINDS, *terms, limit=MOST + 1)]


def _versions(kind: Kind, on: date | None) -> list[KindVersion]:
    current = in_force(kind.versions, on)
    following = [*kind.versions[1:], None]
    pairs = zip(kind.versions, following, strict=True)
    return [_version(v, after) for v, after in pairs if on is None or v is current]


def _version(version: e.AwardKindRegistered, following: e.AwardKindRegistered | None) -> KindVersion:
    return KindVersion(
        code=version.code,
        version=version.version,
        family=fact(version, "family"),
        name_vi=fact(version, "name_vi"),
        name_en=fact(version, "name_en"),
        aliases=_each(version, "aliases"),
        recipients=_each(version, "recipients"),
        decided_by=_present(fact(version, f"decided_by[{i}].authority") for i in range(len(version.decided_by))),
        regulation=fact(version, "regulation"),
        article=fact(version, "article"),
        due=fact(version, "due"),
        effective_from=fact(version, "effective"),
        effective_to=fact(version, "effective_to") or _until(following),
        seen=_each(version, "seen"),
    )


def _until(following: e.AwardKindRegistered | None) -> Fact | None:
    since = fact(following, "effective", FOLLOWED)
    if following is None or following.effective is None or since is None:
        return None
    return since.model_copy(update={"value": (following.effective - timedelta(days=1)).isoformat()})


def _each(event: Any, field: str) -> tuple[Fact, ...]:
    return _present(fact(event, f"{field}[{i}]") for i in range(len(getattr(event, field))))


def _present(facts: Iterable[Fact | None]) -> tuple[Fact, ...]:
    return tuple(f for f in facts if f is not None)


class RecipientFacts(BaseModel):
    organisation: Fact | None
    organisation_name: Fact | None
    person: Fact | None
    group: Fact | None
    group_kind: Fact | None
    group_count: Fact | None
    group_exhaustive: Fact | None


class KindFacts(BaseModel):
    code: Fact | None
    version: Fact | None
    regulation: Fact | None
    wording: Fact | None


class ProposalFacts(BaseModel):
    proposal: str
    bloc: Fact | None
    bloc_name: Fact | None
    year: Fact | None
    conference: Fact | None
    recipient: RecipientFacts | None
    kind: KindFacts | None
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
    proposals: tuple[ProposalFacts, ...]
    cut: bool


async def get_proposals(asked: GetProposals, view: View) -> ProposalsAnswer:
    terms = [f"bloc:{asked.bloc}", *([f"year:{asked.year}"] if asked.year else [])]
    found: list[tuple[str, Proposal]] = await view.find(PROPOSALS, *terms, limit=MOST + 1)
    rows = found[:MOST]
    names = await _names(view, {asked.bloc}, [event.recipient for _, row in rows for event in row.agreed])
    return ProposalsAnswer(proposals=tuple(_proposal(key, row, names) for key, row in rows), cut=len(found) > MOST)


def _proposal(key: str, proposal: Proposal, names: Names) -> ProposalFacts:
    agreed = proposal.agreed[0]
    return ProposalFacts(
        proposal=key,
        bloc=fact(agreed, "bloc"),
        bloc_name=_name(names, "bloc", agreed.bloc),
        year=fact(agreed, "year"),
        conference=fact(agreed, "conference"),
        recipient=_recipient([agreed], names),
        kind=_kind([agreed]),
        verb=fact(agreed, "verb"),
        ground=fact(agreed, "ground"),
        ground_wording=fact(agreed, "ground_wording"),
        declared_count=fact(agreed, "declared_count"),
        agreed_on=fact(agreed, "effective"),
        due=added(agreed, "due", IN_FORCE),
        late=fact(agreed, "late", LATE),
        rank=fact(agreed, "ranking.rank"),
        awards=_present(fact(decided, "award") for decided in proposal.decided),
        disputed=differ(proposal.agreed, "bloc", "year", "recipient", "kind", "effective"),
    )


class DecisionFacts(BaseModel):
    decision: Fact | None
    number: Fact | None
    decided_on: Fact | None
    authority: Fact | None
    signatory: Fact | None


class ConferralFacts(BaseModel):
    conferred_on: Fact | None
    conferred_by: Fact | None
    conference: Fact | None
    place: Fact | None


class CancellationFacts(BaseModel):
    ground: Fact | None
    number: Fact | None
    cancelled_on: Fact | None
    authority: Fact | None
    signatory: Fact | None


class CorrectionFacts(BaseModel):
    number: Fact | None
    corrected_on: Fact | None
    authority: Fact | None


class AwardFacts(BaseModel):
    award: str
    recipient: RecipientFacts | None
    kind: KindFacts | None
    bloc: Fact | None
    bloc_name: Fact | None
    year: Fact | None
    ground: Fact | None
    proposal: Fact | None
    decisions: tuple[DecisionFacts, ...]
    conferrals: tuple[ConferralFacts, ...]
    cancellations: tuple[CancellationFacts, ...]
    corrections: tuple[CorrectionFacts, ...]
    disputed: bool


class GetAwards(BaseModel):
    bloc: Id | None = None
    year: e.Year | None = None
    recipient: Id | None = None
    kind: e.KindCode | None = None
    limit: int = Field(default=100, ge=1, le=500)
    after: Id | None = None


class AwardsAnswer(BaseModel):
    awards: tuple[AwardFacts, ...]
    next: Id | None = None


async def get_awards(asked: GetAwards, view: View) -> AwardsAnswer:
    given = {"bloc": asked.bloc, "year": asked.year, "recipient": asked.recipient, "kind": asked.kind}
    terms = [f"{name}:{value}" for name, value in given.items() if value is not None]
    rows: list[tuple[str, Award]] = await view.find(AWARDS, *terms, limit=asked.limit + 1, after_key=asked.after)
    page = rows[: asked.limit]
    more = page[-1][0] if len(rows) > asked.limit else None
    return AwardsAnswer(awards=await _awards(view, page), next=more)


class GetAward(BaseModel):
    award: Id


class AwardAnswer(BaseModel):
    award: AwardFacts | None = None


async def get_award(asked: GetAward, view: View) -> AwardAnswer:
    found: Award | None = await view.get(AWARDS, asked.award)
    return AwardAnswer(award=(await _awards(view, [(asked.award, found)]))[0] if found else None)


async def _awards(view: View, rows: Sequence[tuple[str, Award]]) -> tuple[AwardFacts, ...]:
    blocs = {event.bloc for _, row in rows for event in row.acts if event.bloc}
    names = await _names(view, blocs, [row.recipient for _, row in rows])
    return tuple(_award(key, row, names) for key, row in rows)


def _award(key: str, award: Award, names: Names) -> AwardFacts:
    bloc = _first(award.acts, "bloc")
    return AwardFacts(
        award=key,
        recipient=_recipient(award.latest, names),
        kind=_kind(award.latest),
        bloc=bloc,
        bloc_name=_name(names, "bloc", bloc.value) if bloc else None,
        year=_first(award.acts, "year"),
        ground=_first(award.decided, "ground"),
        proposal=_first(award.decided, "proposal"),
        decisions=tuple(_decision(decided, award.corrected) for decided in award.decided),
        conferrals=tuple(map(_conferral, award.conferred)),
        cancellations=tuple(map(_cancellation, award.cancelled)),
        corrections=tuple(map(_correction, award.corrected)),
        disputed=_disputed(award),
    )


def _decision(decided: e.AwardDecided, corrected: Sequence[e.AwardCorrected]) -> DecisionFacts:
    later = tuple(reversed(corrected))
    return DecisionFacts(
        decision=fact(decided, "decision"),
        number=_first(later, "decision_number") or fact(decided, "number"),
        decided_on=_first(later, "decided_on") or fact(decided, "effective"),
        authority=fact(decided, "authority"),
        signatory=fact(decided, "signatory"),
    )


def _conferral(conferred: e.AwardConferred) -> ConferralFacts:
    return ConferralFacts(
        conferred_on=fact(conferred, "effective"),
        conferred_by=fact(conferred, "conferred_by"),
        conference=fact(conferred, "conference"),
        place=fact(conferred, "place"),
    )


def _cancellation(cancelled: e.AwardCancelled) -> CancellationFacts:
    return CancellationFacts(
        ground=fact(cancelled, "ground"),
        number=fact(cancelled, "number"),
        cancelled_on=fact(cancelled, "effective"),
        authority=fact(cancelled, "authority"),
        signatory=fact(cancelled, "signatory"),
    )


def _correction(corrected: e.AwardCorrected) -> CorrectionFacts:
    return CorrectionFacts(
        number=fact(corrected, "number"),
        corrected_on=fact(corrected, "effective"),
        authority=fact(corrected, "authority"),
    )


def _disputed(award: Award) -> bool:
    """Whether two acts that happen once are told in ways that cannot both be; a corrigendum is no dispute."""
    return (
        differ(award.decided, "recipient", "kind", "number", "effective", "authority")
        or differ(award.conferred, "recipient", "kind", "effective")
        or differ(award.cancelled, "number", "effective")
        or (not award.corrected and differ(award.acts, "recipient", "kind"))
    )


def _first(events: Iterable[Any], path: str) -> Fact | None:
    return next(iter(_present(fact(event, path) for event in events)), None)


def _recipient(events: Sequence[Any], names: Names) -> RecipientFacts | None:
    """As the first event that names one tells it."""
    told = next((event for event in events if event.recipient is not None), None)
    if told is None:
        return None
    return RecipientFacts(
        organisation=fact(told, "recipient.organisation"),
        organisation_name=_name(names, "organisation", told.recipient.organisation),
        person=fact(told, "recipient.person"),
        group=fact(told, "recipient.group.description"),
        group_kind=fact(told, "recipient.group.kind"),
        group_count=fact(told, "recipient.group.count"),
        group_exhaustive=fact(told, "recipient.group.exhaustive"),
    )


def _kind(events: Sequence[Any]) -> KindFacts:
    bound = [event for event in events if isinstance(event, e.NominationAgreed | e.AwardDecided)]
    return KindFacts(
        code=_first(events, "kind"),
        version=next(iter(_present(added(event, "kind_version", IN_FORCE) for event in bound)), None),
        regulation=next(iter(_present(added(event, "regulation", IN_FORCE) for event in bound)), None),
        wording=_first(events, "wording"),
    )


async def _names(view: View, blocs: Iterable[Id], recipients: Iterable[e.Recipient | None]) -> Names:
    organisations = {r.organisation for r in recipients if r is not None and r.organisation is not None}
    return await view.many(NAMES, [*(f"bloc:{b}" for b in blocs), *(f"organisation:{o}" for o in organisations)])


def _name(names: Names, kind: str, known: Id | None) -> Fact | None:
    name = names.get(f"{kind}:{known}")
    return name.name if name else None


QUERIES: Mapping[str, Query] = {
    "FindAwardKinds": Query(FindAwardKinds, find_award_kinds, (KINDS,)),
    "GetProposals": Query(GetProposals, get_proposals, (PROPOSALS, NAMES)),
    "GetAwards": Query(GetAwards, get_awards, (AWARDS, NAMES)),
    "GetAward": Query(GetAward, get_award, (AWARDS, NAMES)),
}
