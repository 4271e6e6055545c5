"""The covenant of a bloc's year."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from services.kernel.once import once
from services.kernel.provenance import Fact, Mark, Part
from services.kernel.telling import fact, first, mark, resting
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.ruling import holding
from services.registry.projections import Stream
from services.registry.queries.common import DisputeShown, latest, length, together, values, whole
from services.registry.queries.disputes import (
    RulingShown,
    contradictions,
    disputable,
    disputed,
    disputes,
    rulings,
    rulings_on,
)
from services.registry.queries.targets import (
    Aim,
    QuantityShown,
    aims_of,
    first_aimed,
    lines_disputed,
    quantity,
    reached,
    target_line,
)

BY_ALL = "each of its members has signed / từng thành viên đã ký"


class SignatureShown(Part):
    """Who signed."""

    member: Fact | None
    """The member."""
    person: Fact | None
    """The person."""


class CovenantResultShown(Part):
    """What became of a line, for one member or the bloc."""

    member: Fact | None
    """Whose result it is; absent for that of the bloc."""
    value: QuantityShown | None
    """What was reached."""
    achieved: Fact | None
    """Whether the line was achieved: as told, or else inferred where the two numbers leave no doubt."""
    words: tuple[Fact, ...]
    """What is told of it beside, in the order of telling."""
    on: Fact | None
    """The day of the report."""
    disputed: bool
    """Whether records tell of it in ways that cannot both be, or otherwise than the numbers; each is as told first."""
    disputes: tuple[DisputeShown, ...]
    """What they tell otherwise."""
    rulings: tuple[RulingShown, ...]
    """Rulings on it, oldest first."""


class CovenantLineShown(Part):
    """A measurable line of the covenant."""

    line: str
    """Its id within the covenant."""
    indicator: Fact | None
    """What is measured; absent, as the next three, of a line of which only a result is told."""
    target: QuantityShown | None
    """The value to be reached."""
    better: Fact | None
    """MORE or LESS."""
    member: Fact | None
    """The member that it binds; absent where it binds them all."""
    results: tuple[CovenantResultShown, ...]
    """What became of it."""


class CovenantShown(Part):
    """The covenant of the year."""

    year: Fact | None
    """The year."""
    signed: Fact | None
    """Whether it was signed: as told, or else by inference where everyone has who was a member on the day of one of the
    signatures; absent where neither is so, whoever signed."""
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
    lines: tuple[CovenantLineShown, ...]
    """What it pledges, and what became of that."""
    lines_declared_count: Fact | None
    """How many lines there are said to be."""
    lines_exhaustive: Fact | None
    """Whether all are told."""
    drawn_up_on: Fact | None
    """The day on which it was drawn up."""
    conference: Fact | None
    """The conference that it was drawn up for, or signed at."""
    disputed: bool
    """Whether there are disputes."""
    rulings: tuple[RulingShown, ...]
    """Rulings on its lines, oldest first."""


Signing = e.CovenantSigned | e.CovenantRecorded


def covenant_of(stream: Stream, signing: Callable[[date], Sequence[Fact]]) -> CovenantShown | None:
    """What a stream tells of a covenant; `signing` gives who has to sign it on a day, if all are known."""
    shown = covenant_told(stream)
    if shown is None or shown.signed:
        return shown
    return shown.model_copy(update={"signed": _by_all(_signings(holding(_told(stream))), signing)})


def _told(stream: Stream) -> list[e.CovenantEvent]:
    return [event for event in stream.told if isinstance(event, e.CovenantEvent)]


def _signings(told: Iterable[e.CovenantEvent]) -> list[Signing]:
    return [event for event in told if isinstance(event, Signing)]


@once
def covenant_told(stream: Stream) -> CovenantShown | None:
    """The covenant, as far as no member's signature is needed to know of it."""
    every = _told(stream)
    if not every:
        return None
    held: list[e.CovenantEvent] = holding(every)
    told = _signings(held)
    texts = [event for event in held if isinstance(event, e.CovenantDrawnUp)]
    records = [event for event in told if isinstance(event, e.CovenantRecorded)]
    said = [known for event in records if (known := fact(event, "signed"))]
    contradicting = (
        *disputed("signed", [known for event in told if (known := _signed(event))]),
        *disputes(records, "effective", "signatures.declared_count"),
        *disputes(texts, *disputable(e.CovenantTextFacts), about="lines"),
        *lines_disputed(texts, "lines", "member"),
    )
    return CovenantShown(
        year=latest(held, "year"),
        signed=next(iter(said), None),
        by_reference=latest(records, "by_reference"),
        signed_on=first(records, "effective") or latest(told, "effective"),
        signatures=tuple(signature for event in told for signature in _signatures(event)),
        **_counted(told, records),
        disputes=contradicting,
        lines=_lines(every, texts),
        lines_declared_count=first(texts, "lines.declared_count"),
        lines_exhaustive=first(texts, "lines.exhaustive"),
        drawn_up_on=first(texts, "effective"),
        conference=first([*records, *texts], "conference"),
        disputed=bool(contradicting),
        rulings=rulings(event for event in every if isinstance(event, e.CovenantDrawnUp)),
    )


def _lines(every: Sequence[e.CovenantEvent], texts: Sequence[e.CovenantDrawnUp]) -> tuple[CovenantLineShown, ...]:
    """Each line once, with its results in the order of first telling: those too of which only results are told."""
    aims = aims_of(texts, "lines")
    results: dict[Id, list[list[e.CovenantResultReported]]] = {line: [] for line in aims}
    for same in together(every, e.CovenantResultReported):
        results.setdefault(same[0].line, []).append(same)
    return tuple(
        CovenantLineShown(
            **dict(target_line(line, aims.get(line, ()))),
            member=first_aimed(aims.get(line, ()), "member"),
            results=tuple(_result(same, aims.get(line, ()), every) for same in of_line),
        )
        for line, of_line in results.items()
    )


def _result(
    same: Sequence[e.CovenantResultReported], aimed: Sequence[Aim], every: Sequence[e.CovenantEvent]
) -> CovenantResultShown:
    by_numbers = next(filter(None, (reached(aimed, event, "value", event.value) for event in same)), None)
    told = [known for event in same if (known := fact(event, "achieved"))]
    contradicting = contradictions(same, e.CovenantResultFacts)
    if told and by_numbers:
        contradicting = (
            *(one for one in contradicting if one.field != "achieved"),
            *disputed("achieved", [*told, by_numbers]),
        )
    return CovenantResultShown(
        member=first(same, "member"),
        value=next((shown for event in same if (shown := quantity(event, "value"))), None),
        achieved=next(iter(told), by_numbers),
        words=values(same, "words"),
        on=first(same, "effective"),
        disputed=bool(contradicting),
        disputes=contradicting,
        rulings=rulings_on(every, same[0]),
    )


def _by_all(told: Sequence[Signing], signing: Callable[[date], Sequence[Fact]]) -> Fact | None:
    """That it is signed, once all have who were members on the day of a signature; null where that is not known."""
    signed = signed_by(told)
    for day in sorted({on.value for _, on in signed.values() if on}):
        members = signing(date.fromisoformat(day))
        if members and all(member.value in signed for member in members):
            signatures = (signed[member.value][0] for member in members)
            return resting(Fact(value="true", mark=Mark(certainty="INFERRED", basis=BY_ALL)), *members, *signatures)
    return None


def signed_by(told: Iterable[Signing]) -> dict[Id, tuple[Fact, Fact | None]]:
    """Each member that is told to have signed, and when."""
    found: dict[Id, tuple[Fact, Fact | None]] = {}
    for event in told:
        for signature in _signatures(event):
            if signature.member:
                found.setdefault(signature.member.value, (signature.member, fact(event, "effective")))
    return found


@once
def signatures_in(stream: Stream) -> Mapping[Id, tuple[Fact, Fact | None]]:
    """The same of all that a stream tells."""
    return signed_by(_signings(_told(stream)))


def _signed(event: Signing) -> Fact | None:
    """What contradicts that it was not signed: at least one member did."""
    if isinstance(event, e.CovenantSigned):
        return Fact(value="true", mark=mark(event.record, "signature"))
    shown = Fact(value="true", mark=mark(event.record, "signatures")) if event.signatures.items else None
    return fact(event, "signed") or shown


def _counted(told: Sequence[Signing], records: Sequence[e.CovenantRecorded]) -> dict[str, Fact | None]:
    """The count of signatures, and whether they are all."""
    lists = ((_signers(event), fact(event, "signatures.exhaustive")) for event in records)
    return {
        "declared_count": first(records, "signatures.declared_count"),
        "exhaustive": whole(lists, {one for event in told for one in _signers(event)}),
    }


def _signers(event: Signing) -> Sequence[e.Signature]:
    return (event.signature,) if isinstance(event, e.CovenantSigned) else event.signatures.items


def _signatures(event: Signing) -> Iterable[SignatureShown]:
    if isinstance(event, e.CovenantSigned):
        paths = ["signature"]
    else:
        paths = [f"signatures.items[{i}]" for i in range(length(event, "signatures"))]
    return (SignatureShown(member=fact(event, f"{p}.member"), person=fact(event, f"{p}.person")) for p in paths)
