"""What a process keeps of rows for later answers."""

import gc
from datetime import date

from pydantic import BaseModel

from services.kernel import once, view
from services.kernel.errors import Refused
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.queries.acts import YearAct
from services.registry.queries.bloc import Claimed
from services.registry.stays import Stay
from tests.registry.support import Registry
from tests.registry.test_corrections import KINDS, RECORD, answers, telling


async def test_what_was_made_of_rows_for_answers_goes_when_the_rows_go(registry: Registry) -> None:
    forget()
    others = left()  # rows that tests before this one hold
    await registry.tell(EstablishBloc(bloc="noi-chinh", kind="KHOI", name="Khối", record=RECORD))
    await registry.tell(RegisterOrganisation(organisation="other", name="Bộ", record=RECORD))
    for kind in KINDS:
        try:
            await registry.tell(telling(kind))
        except Refused:
            continue  # it contradicts another of the samples
    for kind in KINDS[::6]:
        await answers(registry, telling(kind))
    for day in (date(2024, 6, 1), date(2025, 12, 31)):
        await registry.ask("GetToDo", bloc="noi-chinh", on=day)
        await registry.ask("GetBlocYear", bloc="noi-chinh", year=day.year, on=day)
    assert len(left()) > len(others)
    forget()
    assert [one for one in left() if not any(one is other for other in others)] == []


def forget() -> None:
    """Let go of the rows that the view keeps."""
    for kept in (*(rows for _, rows in view._rows), view._event):
        kept.cache_clear()
    gc.collect()


def left() -> list[object]:
    """The rows, and what they are made into, of which something made is kept."""
    there = (row() for row, _ in once._made.values())
    return [one for one in there if isinstance(one, BaseModel | YearAct | Claimed | Stay)]
