"""The covenant of a bloc's year."""

from collections.abc import Iterable, Sequence

from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, mark
from services.registry import events as e
from services.registry.queries.common import counted, latest, length


class SignatureShown(Part):
    """Who signed."""

    member: Fact | None
    """The member."""
    person: Fact | None
    """The person."""


class CovenantShown(Part):
    """The covenant of the year."""

    year: Fact | None
    """The year."""
    signed: Fact | None
    """Whether it was signed; absent where that is not told."""
    by_reference: Fact | None
    """True where it is known only because something refers to it."""
    signed_on: Fact | None
    """The day of the signing."""
    signatures: tuple[SignatureShown, ...]
    """The signatures told."""
    declared_count: Fact | None
    """How many signed, where a source says so."""
    exhaustive: Fact | None
    """Whether all signatures are told."""


def covenant_of(told: Sequence[e.CovenantEvent]) -> CovenantShown | None:
    if not told:
        return None
    records = [event for event in told if isinstance(event, e.CovenantRecorded)]
    lists = [counted(event, "signatures") for event in reversed(records)]
    return CovenantShown(
        year=latest(told, "year"),
        signed=latest(records, "signed") or _signed(told),
        by_reference=latest(records, "by_reference"),
        signed_on=latest(told, "effective"),
        signatures=tuple(signature for event in told for signature in _signatures(event)),
        declared_count=next((x["declared_count"] for x in lists if x["declared_count"]), None),
        exhaustive=next((x["exhaustive"] for x in lists if x["exhaustive"]), None),
    )


def _signed(told: Sequence[e.CovenantEvent]) -> Fact | None:
    """One member's signature shows that it is signed, at least by that one."""
    act = next((event for event in told if isinstance(event, e.CovenantSigned)), None)
    return Fact(value="true", mark=mark(act.record, "signature")) if act else None


def _signatures(event: e.CovenantEvent) -> Iterable[SignatureShown]:
    if isinstance(event, e.CovenantSigned):
        paths = ["signature"]
    else:
        paths = [f"signatures.items[{i}]" for i in range(length(event, "signatures"))]
    return (SignatureShown(member=fact(event, f"{p}.member"), person=fact(event, f"{p}.person")) for p in paths)
