"""Proposals: a conference agrees to propose one award for one recipient; a decision may grant it."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from pydantic import Field

from services.awards import events as e
from services.awards.domain.catalogue import NATIONAL, Catalogue, no_such_kind
from services.kernel.decider import Events, Fold, Handler, Handlers
from services.kernel.performing import Act, happened
from services.kernel.telling import require, tell
from services.kernel.text import Code, Id


class AgreeNomination(e.NominationFacts, Act):
    """A bloc's conference agrees to propose an award. A late one is marked, never refused.

    `ranking` is filled in at the edge from scoring's log, and is no part of what a client sends; null for a unit of
    whose bloc none is published.
    """

    ranking: e.RankSeen | None = Field(default=None, exclude=True)


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


@dataclass(frozen=True, slots=True)
class Agreed:
    recipient: e.Recipient
    kind: Code | None
    kind_version: int | None
    regulation: str | None
    on: date | None
    """The day of the agreement."""


@dataclass(frozen=True, slots=True)
class Decided:
    award: Id


Proposal = Unknown | Agreed | Decided


def evolve(proposal: Proposal, event: e.ProposalEvent) -> Proposal:
    match event:
        case e.ProposalDecided(award=award):
            return Decided(award)
        case e.NominationAgreed():
            if isinstance(proposal, Unknown):
                return Agreed(event.recipient, event.kind, event.kind_version, event.regulation, event.effective)
            return proposal
        case _:
            assert_never(event)


PROPOSAL: Fold[Proposal] = Fold("proposal", Unknown(), evolve)


def agree(command: AgreeNomination, proposal: Proposal, catalogue: Catalogue) -> Events:
    code = catalogue.named(command.kind, command.wording)
    version = catalogue.in_force(code, command.effective)
    if command.record is None:
        require(isinstance(proposal, Unknown), "proposal.known", en="This id is taken.", vi="Mã đề nghị này đã có.")
        _performed(command, version)
    due = version.due.of(command.year) if version and version.due else None
    return [
        tell(
            e.NominationAgreed,
            command,
            record=catalogue.told(command.record, command.kind, command.wording),
            kind=code,
            kind_version=version.version if version else None,
            regulation=version.regulation if version else None,
            due=due,
            late=True if due and command.effective and command.effective > due else None,
        )
    ]


def _performed(command: AgreeNomination, version: e.AwardKindRegistered | None) -> None:
    require(
        command.effective and command.conference,
        "proposal.conference",
        en="Name the conference and its day.",
        vi="Cần hội nghị và ngày họp.",
    )
    happened(command, command.year)
    given_to(command.recipient, version, command.kind or command.wording, command.effective)
    unit = command.recipient.organisation
    require(
        unit is None or command.ranking,
        "proposal.unranked",
        en=f"No ranking of the bloc for {command.year} is published; publish it first.",
        vi=f"Chưa công bố xếp hạng năm {command.year} của khối, cụm; cần công bố trước.",
    )
    require(
        unit is None or (command.ranking and command.ranking.rank),
        "proposal.unranked",
        en="The bloc's published ranking of the year does not have this recipient.",
        vi="Xếp hạng đã công bố của khối, cụm không có đơn vị này.",
    )


def given_to(recipient: e.Recipient, version: e.AwardKindRegistered | None, name: str | None, day: date | None) -> None:
    """Raises Refused for a kind that is not in force on the day, and for a recipient that is not named, or not such as
    the catalogue allows; where it knows none, any is.
    """
    if version is None:
        raise no_such_kind(name, day)
    kind: e.RecipientKind = "INDIVIDUAL" if recipient.person else "COLLECTIVE"
    require(
        recipient.group is None and (not version.recipients or kind in version.recipients),
        "recipient.kind",
        en="This award is not given to such a recipient.",
        vi="Hình thức này không dành cho đối tượng như vậy.",
    )


HANDLERS: Handlers = {AgreeNomination: Handler(lambda c: [PROPOSAL.of(c.proposal), NATIONAL], agree)}
