"""The catalogue: kinds of award by code, name or alias."""

from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel

from services.awards import events as e
from services.awards.projections import KINDS, Kind
from services.awards.queries.common import MOST, present
from services.kernel.dated import in_force
from services.kernel.provenance import Fact
from services.kernel.telling import fact
from services.kernel.text import Code, Line, bare, fold
from services.kernel.view import View

FOLLOWED = "the next version is in force from the day after / phiên bản sau có hiệu lực từ ngày kế tiếp"


class FindAwardKinds(BaseModel):
    code: Code | None = None
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
        decided_by=present(fact(version, f"decided_by[{i}].authority") for i in range(len(version.decided_by))),
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
    return present(fact(event, f"{field}[{i}]") for i in range(len(getattr(event, field))))
