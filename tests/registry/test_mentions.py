"""What timelines find their entries by is what stands of the events themselves, and no event is left out unsaid."""

from datetime import date
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from services.kernel.events import EPOCH, Envelope, Recorded
from services.kernel.fold import Fold
from services.kernel.provenance import Record, Source
from services.kernel.standing import Correction, FactRetracted, standing
from services.registry import events as e
from services.registry.appearances import BESIDE
from services.registry.domain.ruling import holding
from services.registry.projections import MENTIONS, PERSONS

RECORD = Record(source=Source(id="s"), place="p")
RULING = e.Ruling(by=e.Party(words="Bộ Nội vụ"), reason="r")
BLOCS = st.sampled_from([None, "b1", "b2"])
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 3))
EARLIER = st.integers(0, 9)
UNLISTED = {
    "DeadlineSet": "a rule for whole levels and kinds of blocs, which the to-do shows",
    "DeadlineLifted": "as what it lifts",
    "DocumentRegistered": "a document of its own, which what cites it shows",
    "DocumentCited": "that something else rests on a document, which that shows",
    "MovementFormRegistered": "an entry of a catalogue",
    "OrganisationCodeTold": "only decisions rest on it; the organisation's own events tell its codes",
    "PersonRegistered": "of a person, beside no organisation",
    "PersonDescribed": "of a person, beside no organisation",
    "PersonForgotten": "of a person, beside no organisation",
}
"""Types that no timeline of an organisation or bloc lists, and why."""


def amends(version: int, earlier: int | None) -> int | None:
    """The version of one of the events before, if there are any."""
    return None if earlier is None or version == 1 else 1 + earlier % (version - 1)


def held(version: int, bloc: str | None, on: date | None, earlier: int | None, ruled: bool) -> Any:
    corrects = amends(version, earlier)
    return e.ConferenceHeld(
        conference="c",
        kind="OTHER",
        bloc=bloc,
        effective=on,
        record=RECORD,
        ruling=RULING if ruled else None,
        correction=Correction(corrects=corrects, reason="r") if corrects else None,
    )


def attended(version: int, on: date | None) -> Any:
    return e.AttendanceRecorded(conference="c", effective=on, record=RECORD)


def retracted(version: int, earlier: int) -> Any:
    return FactRetracted(retracts=amends(version, earlier) or 1, reason="r", record=RECORD)


TELLINGS = st.lists(
    st.one_of(
        st.tuples(st.just(held), BLOCS, DAYS, st.none() | EARLIER, st.booleans()),
        st.tuples(st.just(attended), DAYS),
        st.tuples(st.just(retracted), EARLIER),
    ),
    max_size=10,
)


@given(TELLINGS)
def test_an_entry_stands_as_long_as_its_event_does_and_is_of_whom_the_events_name(tellings: Any) -> None:
    events = {version: make(version, *given_) for version, (make, *given_) in enumerate(tellings, 1)}
    fold = Fold(MENTIONS)
    for version, event in events.items():
        envelope = Envelope(stream="conference:c", version=version, event_id="i", command_id="i", actor="a", data=event)
        fold.event(Recorded(1, version, EPOCH, envelope), ["conference:c"])
    told = holding(one.event for one in standing(events.items()))
    row = fold.current.get("conference:c")
    for bloc in ("b1", "b2"):
        whom = f"bloc:{bloc}"
        named = [event for event in told if getattr(event, "bloc", None) == bloc]
        about = [event for event in told if named and getattr(event, "bloc", None) in (None, bloc)]
        found = MENTIONS.decode(row.doc).about(whom) if row and whom in row.terms.split("\x1f") else []
        assert [events[line.version] for line in found] == about
        assert [line.on for line in found] == [event.effective for event in about]


def test_every_event_is_in_timelines_or_named_as_unlisted() -> None:
    assert e.VOCABULARY.types.keys() - {*MENTIONS.types} == UNLISTED.keys()


def names_a_person(part: type[BaseModel]) -> bool:
    """Whether something of it tells of a person."""
    within = (one for name, field in part.model_fields.items() if name not in BESIDE for one in parts(field.annotation))
    return "person" in part.model_fields or any(map(names_a_person, within))


def parts(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for inner in get_args(annotation) for part in parts(inner)]


def test_a_person_is_found_by_every_event_that_names_one() -> None:
    own = get_args(e.PersonEvent)
    naming = {name for name, event in e.VOCABULARY.types.items() if names_a_person(event) and event not in own}
    assert naming == {*PERSONS.types}
