"""That subscribers are told of an award what the API answers, with the same marks, in whatever order acts are told."""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.awards import events as e
from services.awards.domain import HANDLERS
from services.awards.domain.award import AWARD, CancelAward, Conferred, CorrectAward, Decided, RecordConferral
from services.awards.domain.decision import RecordDecision
from services.awards.projections import AWARDS, PUBLIC, Award
from services.awards.queries.award import AwardShown, shown_award
from services.kernel.decider import Command
from services.kernel.errors import Refused
from services.kernel.events import EPOCH, Envelope, Event, Recorded
from services.kernel.fold import Fold, Model
from services.kernel.handling import Known, by_stream, folded
from services.kernel.provenance import Fact, Inference, Listed, Record, Source

ONE, OTHER = e.Recipient(organisation="o-1"), e.Recipient(organisation="o-2")
GROUP = e.Recipient(group=e.UnnamedGroup(description="các đơn vị", count=3))
CATALOGUE = {
    "catalogue:national": [
        e.AwardKindRegistered(code="K1", family="TITLE", name_vi="Cờ một", version=1, regulation="luật"),
        e.AwardKindRegistered(code="K2", family="TITLE", name_vi="Cờ hai", version=1),
    ]
}


def record(source: str = "s", *inferred: str) -> Record:
    marks = tuple(Inference(field=field, basis="so đoán") for field in inferred)
    return Record(source=Source(id=source), place="1", inferred=marks)


def row(model: Model, told: Iterable[e.AwardEvent]) -> Any:
    """The row of the only award."""
    fold = Fold(model)
    for n, event in enumerate(told, 1):
        body: Envelope[Event] = Envelope(
            stream="award:a", version=n, event_id=str(uuid4()), command_id=str(uuid4()), actor="a", data=event
        )
        recorded = Recorded(1, n, EPOCH, body)
        fold.event(recorded, list(model.keys(recorded)))
    (only,) = fold.current.values()
    return model.decode(only.doc)


def answered(told: Iterable[e.AwardEvent]) -> AwardShown:
    award: Award = row(AWARDS, told)
    return shown_award("a", award, {})


def published(told: Iterable[e.AwardEvent]) -> dict[str, Any]:
    data: dict[str, Any] = row(PUBLIC, told).data
    return data


def decided(**more: Any) -> e.AwardDecided:
    facts: dict[str, Any] = {"recipient": ONE, "kind": "K1", "year": 2024} | more
    return e.AwardDecided(award="a", decision="d", **facts)


def conferred(**more: Any) -> e.AwardConferred:
    return e.AwardConferred(award="a", record=record("báo"), **more)


def corrected(**more: Any) -> e.AwardCorrected:
    return e.AwardCorrected(award="a", **more)


DISPUTES: dict[str, tuple[list[e.AwardEvent], bool]] = {
    "a conferral on who was decided": ([decided(), conferred(recipient=ONE)], False),
    "a conferral on another": ([decided(), conferred(recipient=OTHER)], True),
    "of another kind": ([decided(), conferred(kind="K2")], True),
    "for another year": ([decided(), conferred(year=2023)], True),
    "of another bloc": ([decided(bloc="b-1"), conferred(bloc="b-9")], True),
    "a corrigendum": ([decided(), corrected(recipient=OTHER)], False),
    "a corrigendum told before its decision": ([corrected(recipient=OTHER), decided()], False),
    "a conferral before the corrigendum": ([decided(), conferred(recipient=ONE), corrected(recipient=OTHER)], False),
    "a conferral that the corrigendum settles": (
        [decided(), conferred(recipient=GROUP), corrected(recipient=OTHER)],
        False,
    ),
    "against the corrigendum": ([decided(), corrected(recipient=OTHER), conferred(recipient=ONE)], True),
    "as the corrigendum says": ([decided(), corrected(recipient=OTHER), conferred(recipient=OTHER)], False),
    "a kind against the corrigendum": ([decided(), corrected(kind="K2"), conferred(kind="K1")], True),
    "a corrigendum of something else": ([decided(), corrected(wording="Cờ"), conferred(recipient=OTHER)], True),
    "another recipient, then a cancellation": (
        [decided(), corrected(recipient=OTHER), conferred(recipient=ONE), e.AwardCancelled(award="a")],
        True,
    ),
}


@pytest.mark.parametrize("case", DISPUTES)
def test_an_award_is_disputed_where_acts_contradict_each_other_and_no_later_corrigendum_settles_it(case: str) -> None:
    told, disputed = DISPUTES[case]
    assert answered(told).disputed is disputed


def test_a_record_takes_nothing_back_that_a_corrigendum_told() -> None:
    told: list[e.AwardEvent] = [decided(), corrected(recipient=OTHER, decision_number="1a"), conferred(recipient=ONE)]
    assert published(told)["recipient"] == {"organisation": "o-2"}
    told = [*told, corrected(wording="Cờ"), decided(recipient=ONE)]
    data = published(told)
    assert (data["recipient"], data["correction"]["decision_number"]) == ({"organisation": "o-2"}, "1a")


def test_a_public_record_marks_all_that_it_says_whatever_was_told_last() -> None:
    told: list[e.AwardEvent] = [
        e.AwardConferred(
            award="a",
            recipient=ONE,
            kind="K1",
            year=2023,
            effective=date(2024, 4, 10),
            record=record("báo", "effective", "kind", "recipient.organisation"),
        ),
        e.AwardCancelled(award="a", effective=date(2024, 6, 1), record=record("qđ")),
    ]
    guessed = {"act": "AwardConferred", "source": "báo", "inferred": True}
    assert published(told)["marks"] == {
        "recipient": guessed,
        "kind": guessed,
        "year": {"act": "AwardConferred", "source": "báo"},
        "conferral.effective": guessed,
        "cancellation.effective": {"act": "AwardCancelled", "source": "qđ"},
    }
    performed = published([*told, decided()])
    assert performed["marks"]["kind"] == {"act": "AwardDecided"}
    assert performed["marks"]["conferral.effective"] == guessed


def optional(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from((None, *values))


SUBJECT = {
    "kind": optional("K1", "K2"),
    "wording": optional("Cờ một", "Cờ hai", "Cờ lạ"),
}
PLACE = {"bloc": optional("b-1", "b-2"), "year": optional(2023, 2024)}
RECIPIENT = st.sampled_from((ONE, OTHER, e.Recipient(person="p-1"), GROUP))
DAY = st.dates(date(2025, 1, 1), date(2025, 1, 4))
INFERRED = st.lists(st.sampled_from(("recipient", "kind", "wording", "year", "bloc", "effective")), max_size=2)
RECORD = st.none() | st.builds(lambda source, fields: record(source, *fields), st.sampled_from("st"), INFERRED)
DECISION = st.builds(
    lambda decision, **facts: RecordDecision(
        decision=decision,
        number=facts.pop("number"),
        effective=facts.pop("effective"),
        record=facts.pop("record"),
        authority="ttg",
        signatory="p-9",
        awards=Listed[e.DecidedAward](items=(e.DecidedAward(award="a", **facts),)),
    ),
    decision=st.sampled_from(("d-1", "d-2")),
    number=optional("1", "2"),
    effective=DAY,
    record=st.none() | st.builds(record),
    recipient=RECIPIENT,
    **SUBJECT,
    **PLACE,
)
CONFERRAL = st.builds(
    RecordConferral,
    award=st.just("a"),
    effective=DAY,
    record=RECORD,
    recipient=st.none() | RECIPIENT,
    place=optional("Hà Nội"),
    **SUBJECT,
    **PLACE,
)
CANCELLATION = st.builds(
    CancelAward,
    award=st.just("a"),
    effective=DAY,
    record=RECORD,
    ground=st.just("FORGED_FILE"),
    number=st.just("9"),
    authority=st.just("ttg"),
    reason=st.just("x"),
)
CORRECTION = st.builds(
    CorrectAward,
    award=st.just("a"),
    effective=DAY,
    record=RECORD,
    recipient=st.none() | RECIPIENT,
    decision_number=optional("1a", "1b"),
    decided_on=st.none() | DAY,
    reason=st.just("sai"),
    **SUBJECT,
)
COMMANDS = st.lists(DECISION | CONFERRAL | CORRECTION | CANCELLATION, min_size=1, max_size=8)


def carry_out(commands: Iterable[Command]) -> list[e.AwardEvent]:
    """The events of the award, of the commands that are not refused."""
    told: dict[str, list[Any]] = {**CATALOGUE, "award:a": []}
    for command in commands:
        handler = HANDLERS[type(command)]
        streams = handler.reads(command)
        states = [folded(s, Known(0, s.fold.initial), told.get(s.name, [])).state for s in streams]
        try:
            events = by_stream(handler, streams, handler.decide(command, *states))
        except Refused:
            continue
        for name, some in events.items():
            told[name] = [*told.get(name, []), *some]
    return told["award:a"]


def marked(value: Fact | None) -> object:
    return value and (value.value, value.mark.source, value.mark.certainty)


def marked_public(data: dict[str, Any], path: str) -> object:
    *part, field = path.split(".")
    within = data.get(part[0], {}) if part else data
    if field not in within:
        return None
    mark = data["marks"].get(path, {})
    return str(within[field]), mark.get("source"), "INFERRED" if mark.get("inferred") else "STATED"


@settings(max_examples=400, deadline=None)
@given(COMMANDS)
def test_the_feed_the_api_and_the_guards_agree_on_what_was_awarded_to_whom(commands: list[Command]) -> None:
    events = carry_out(commands)
    for n in range(1, len(events) + 1):
        told = events[:n]
        shown, data = answered(told), published(told)
        assert shown.kind
        for field in ("bloc", "year"):
            assert marked_public(data, field) == marked(getattr(shown, field)), field
        assert marked_public(data, "kind") == marked(shown.kind.code)
        assert marked_public(data, "wording") == marked(shown.kind.wording)
        assert _same_recipient(data, shown)
        if shown.decisions and (number := shown.decisions[0].number):
            right = "correction.decision_number"
            told_right = "decision_number" in data.get("correction", {})
            assert marked_public(data, right if told_right else "decision.number") == marked(number)
        _guarded(told, row(AWARDS, told))


def _same_recipient(data: dict[str, Any], shown: AwardShown) -> bool:
    if (answer := shown.recipient) is None:
        return "recipient" not in data
    public, mark = data["recipient"], data["marks"]["recipient"]
    fact = answer.organisation or answer.person or answer.group
    assert fact
    return (
        (public.get("organisation"), public.get("person", False), "group" in public)
        == (answer.organisation and answer.organisation.value, answer.person is not None, answer.group is not None)
        and mark.get("source") == fact.mark.source
        and mark.get("inferred", False) == (fact.mark.certainty == "INFERRED")
    )


def _guarded(told: list[e.AwardEvent], award: Award) -> None:
    """What later acts are held to is what is answered."""
    state = reduce(AWARD.evolve, told, AWARD.initial)
    held = state.decided if isinstance(state, Conferred) else state
    if isinstance(held, Decided):
        assert held.recipient == award.recipient
        assert held.kind in (None, award.kind)
        assert held.year in (None, *[event.year for event in award.acts if event.year][:1])
        assert held.bloc in (None, *[event.bloc for event in award.acts if event.bloc][:1])
