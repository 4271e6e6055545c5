"""By which name an organisation is shown in an answer."""

from datetime import date
from typing import Any

import pytest

from services.kernel.dated import Due
from services.kernel.provenance import Listed, Record, Source
from services.registry import events as e
from services.registry.domain.bloc import EstablishBloc
from services.registry.domain.body import AppointBodyMembers, EstablishBody
from services.registry.domain.deadline import SetDeadline
from services.registry.domain.duty import AssignDuty
from services.registry.domain.leadership import RecordLeadership
from services.registry.domain.membership import AdmitMember
from services.registry.domain.organisation import NameOrganisation, RegisterOrganisation
from services.registry.domain.reorganisation import Reorganise
from tests.registry.support import Registry

RECORD = Record(source=Source(id="cong-van"), place="whole text")
START, RENAMED = date(2000, 1, 1), date(2025, 2, 3)
BEFORE, AFTER = "Ban Dân vận Trung ương", "Ban Tuyên giáo và Dân vận Trung ương"


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("WhoHeaded", {"bloc": "k"}),
        ("GetBlocLeadership", {"bloc": "k"}),
        ("GetBloc", {"bloc": "k"}),
        ("GetBlocYear", {"bloc": "k", "year": 2022}),
        ("GetDuties", {"of": e.Charge(bloc="k")}),
        ("GetBody", {"body": "hd"}),
        ("GetOrganisation", {"organisation": "so"}),
        ("GetToDo", {"bloc": "k"}),
        ("GetSuccession", {"organisation": "cu"}),
    ],
)
async def test_an_answer_of_a_past_day_names_organisations_as_they_were_called_then(
    registry: Registry, query: str, asked: dict[str, Any]
) -> None:
    told: dict[str, Any] = {"record": RECORD}
    await registry.tell(RegisterOrganisation(organisation="bdv", name=BEFORE, effective=START, **told))
    await registry.tell(NameOrganisation(organisation="bdv", name=AFTER, effective=RENAMED, **told))
    await registry.tell(RegisterOrganisation(organisation="so", name="Sở", superior="bdv", effective=START, **told))
    await registry.tell(EstablishBloc(bloc="k", kind="KHOI", name="K", authority="bdv", effective=START, **told))
    await registry.tell(AdmitMember(authority="bdv", unit="bdv", bloc="k", effective=START, **told))
    for year in (2022, 2025):
        await registry.tell(
            RecordLeadership(bloc="k", year=year, head=e.Holder(agency="bdv"), start=date(year, 1, 10), **told)
        )
    await registry.tell(
        AssignDuty(of=e.Charge(bloc="k"), duty="STANDING_AGENCY", agency="bdv", effective=START, **told)
    )
    await registry.tell(EstablishBody(body="hd", name="Hội đồng", organisation="bdv", effective=START, **told))
    seat = e.Seat(person="p", office="CHAIR", agency="bdv")
    await registry.tell(AppointBodyMembers(body="hd", members=Listed(items=(seat,)), effective=START, **told))
    due = Due(month=12, day=30, years_after=0)
    await registry.tell(SetDeadline(deadline="d", what="Sơ kết", actor="HEAD", due=due, effective=START, **told))
    sides: dict[str, Any] = {
        "predecessors": Listed(items=(e.Predecessor(organisation="cu"),)),
        "successors": Listed(items=(e.Successor(organisation="bdv"),)),
    }
    await registry.tell(Reorganise(reorganisation="r", kind="MERGER", **sides, effective=date(2001, 1, 1), **told))

    async def name(on: date) -> str:
        answer = await registry.ask(query, on=on, **asked)
        return "".join(label.name for label in answer.labels if label.id == "bdv")

    assert (await name(date(2022, 6, 1)), await name(RENAMED)) == (BEFORE, AFTER)
