"""That awards calls organisations and blocs as registry does."""

from datetime import date
from uuid import uuid4

import pytest

from services.awards.consumers import NAMES
from services.kernel.events import EPOCH, Envelope, Event, Recorded
from services.kernel.fold import Fold, Model
from services.kernel.provenance import Record, Source
from services.registry import events as e
from services.registry.domain.naming import shown
from services.registry.projections import BLOCS, ORGANISATIONS

RECORD = Record(source=Source(id="ruling"), place="article 1")
RULING = e.Ruling(by=e.Party(words="Hội đồng"), reason="nhầm tên")
OLD, NEW = date(2020, 1, 1), date(2024, 1, 1)


def registered(name: str, on: date | None = None, ruling: e.Ruling | None = None) -> e.OrganisationRegistered:
    return e.OrganisationRegistered(organisation="u", name=name, effective=on, record=RECORD, ruling=ruling)


def renamed(name: str, on: date | None = None) -> e.OrganisationNamed:
    return e.OrganisationNamed(organisation="u", name=name, effective=on)


def established(name: str, on: date | None = None, ruling: e.Ruling | None = None) -> e.BlocEstablished:
    return e.BlocEstablished(bloc="b", kind="KHOI", name=name, effective=on, record=RECORD, ruling=ruling)


TOLD: dict[str, tuple[list[Event], str]] = {
    "the latest day": ([registered("B", NEW), registered("A", OLD)], "B"),
    "told last of a day": ([registered("A", OLD), registered("B", OLD)], "B"),
    "without a day first": ([registered("A", OLD), registered("B")], "A"),
    "a ruling": ([registered("A", NEW), registered("B", OLD, RULING)], "B"),
    "the last ruling": ([registered("A", ruling=RULING), registered("B", NEW), registered("C", ruling=RULING)], "C"),
    "told after a ruling": ([registered("A", OLD, RULING), registered("B", NEW)], "B"),
    "renamed before a ruling": ([renamed("A", NEW), registered("B", OLD, RULING)], "A"),
    "a bloc": ([established("A", NEW), established("B", OLD, RULING)], "B"),
}


def folded(model: Model, told: list[Event]) -> Fold:
    fold = Fold(model)
    stream = "bloc:b" if isinstance(told[0], e.BlocEstablished) else "organisation:u"
    for n, event in enumerate(told, 1):
        envelope = Envelope(
            stream=stream, version=n, event_id=str(uuid4()), command_id=str(uuid4()), actor="a", data=event
        )
        recorded = Recorded(1, n, EPOCH, envelope)
        fold.event(recorded, list(model.keys(recorded)))
    return fold


@pytest.mark.parametrize("case", TOLD)
def test_awards_shows_the_name_that_registry_shows(case: str) -> None:
    told, name = TOLD[case]
    ours = folded(NAMES, told)
    theirs = folded(BLOCS if isinstance(told[0], e.BlocEstablished) else ORGANISATIONS, told)
    (row,), (their_row,) = ours.current.values(), theirs.current.values()
    assert NAMES.decode(row.doc).name.value == name
    assert shown(theirs.model.decode(their_row.doc).told) == name
