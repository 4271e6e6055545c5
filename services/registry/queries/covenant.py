"""The covenant of a bloc's year."""

from collections.abc import Iterable, Sequence

from services.kernel.provenance import Fact, Part
from services.kernel.telling import fact, mark
from services.registry import events as e
from services.registry.queries.common import DisputeShown, first, latest, length
from services.registry.queries.disputes import disputed, disputes


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
    disputes: tuple[DisputeShown, ...]
    """What sources tell otherwise of it; each field is as told first."""


def covenant_of(told: Sequence[e.CovenantEvent]) -> CovenantShown | None:
    if not told:
        return None
    records = [event for event in told if isinstance(event, e.CovenantRecorded)]
    signed = [known for event in told if (known := _signed(event))]
    return CovenantShown(
        year=latest(told, "year"),
        signed=next(iter(signed), None),
        by_reference=latest(records, "by_reference"),
        signed_on=first(records, "effective") or latest(told, "effective"),
        signatures=tuple(signature for event in told for signature in _signatures(event)),
        **_counted(told, records),
        disputes=disputed("signed", signed) + disputes(records, "effective", "signatures.declared_count"),
    )


def _signed(event: e.CovenantEvent) -> Fact | None:
    """One member's signature shows that it is signed, at least by that one."""
    if isinstance(event, e.CovenantSigned):
        return Fact(value="true", mark=mark(event.record, "signature"))
    shown = Fact(value="true", mark=mark(event.record, "signatures")) if event.signatures.items else None
    return fact(event, "signed") or shown


def _counted(told: Sequence[e.CovenantEvent], records: Sequence[e.CovenantRecorded]) -> dict[str, Fact | None]:
    """The count of signatures, and whether they are all: a record says so of its own list."""
    every = {s for event in told for s in _signers(event)}
    whole = (fact(event, "signatures.exhaustive") for event in records if set(_signers(event)) == every)
    return {
        "declared_count": first(records, "signatures.declared_count"),
        "exhaustive": next(filter(None, whole), None),
    }


def _signers(event: e.CovenantEvent) -> Sequence[e.Signature]:
    return (event.signature,) if isinstance(event, e.CovenantSigned) else event.signatures.items


def _signatures(event: e.CovenantEvent) -> Iterable[SignatureShown]:
    if isinstance(event, e.CovenantSigned):
        paths = ["signature"]
    else:
        paths = [f"signatures.items[{i}]" for i in range(length(event, "signatures"))]
    return (SignatureShown(member=fact(event, f"{p}.member"), person=fact(event, f"{p}.person")) for p in paths)
