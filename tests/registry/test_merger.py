"""A constructed reorganisation, on a served registry: two provinces merge on 1 July while both are in a cluster whose
covenant is signed and whose plan is running (`merger.yaml`). What holds on the eve and after, as known then and now.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from deploy.demo.client import Client
from deploy.demo.player import play
from deploy.demo.scenarios import steps_of
from deploy.local.servers import ExistingPostgres, Postgres
from services.registry.projections import MODELS
from tests.kernel.rpc.conftest import Sample
from tests.kernel.rpc.test_cli import thidua
from tests.registry.support import served_on

FACTS = Path(__file__).with_name("merger.yaml")
CLUSTER, AN, BINH, CHI, NEW = "cum-mau", "tinh-an", "tinh-binh", "tinh-chi", "tinh-binh-moi"
EVE, AFTER = "2025-06-30", "2025-07-02"

Answer = dict[str, Any]


class Merged(NamedTuple):
    registry: Sample
    client: Client
    known: tuple[Answer, ...]
    """The positions up to which all was told before the merger, with it, and after the council had decided."""
    seen: Answer
    """What was answered before the merger was told, by day."""

    def ask(self, query: str, as_of: int | None = None, **fields: Any) -> Answer:
        """As known at one of the positions, or now."""
        last = {"at_least": [self.known[-1]]}
        return self.client.ask(query, fields, last if as_of is None else {"as_of_position": [self.known[as_of]]} | last)

    def bloc(self, on: str, as_of: int) -> Answer:
        return self.ask("GetBloc", as_of, bloc=CLUSTER, on=on)

    def members(self, on: str, as_of: int) -> list[str]:
        return [one["unit"]["value"] for one in self.bloc(on, as_of)["memberships"]]

    def year(self, as_of: int) -> Answer:
        return self.ask("GetBlocYear", as_of, bloc=CLUSTER, year=2025)


@pytest.fixture(scope="module")
async def merged(
    postgres: Postgres | ExistingPostgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Merged]:
    async with served_on(postgres, tmp_path_factory.mktemp("merger")) as registry:
        told = [steps_of(data) for data in yaml.safe_load_all(FACTS.read_text(encoding="utf-8"))]
        with Client("registry", registry.environment["THIDUA_REGISTRY"], registry.token) as client:
            clients = {"registry": client}
            before = play(told[0], clients).heads["registry"]
            seen = all_of(client, {"at_least": [before]})
            merger, after = (play(steps, clients).heads["registry"] for steps in told[1:])
            yield Merged(registry, client, (before, merger, after), seen)


def all_of(client: Client, read: Answer) -> Answer:
    """All that is asked of both days."""
    asked: list[tuple[str, Answer]] = [("GetBlocYear", {"bloc": CLUSTER, "year": 2025})]
    asked += [("GetBlocTimeline", {"bloc": CLUSTER}), ("FindOrganisations", {"text": "tinh binh"})]
    for on in (EVE, AFTER):
        asked += [("GetOrganisation", {"organisation": one, "on": on}) for one in (AN, BINH, CHI)]
        asked += [("GetBloc", {"bloc": CLUSTER, "on": on}), ("WhoHeaded", {"bloc": CLUSTER, "on": on})]
    answers = {f"{query} {fields}": client.ask(query, fields, read) for query, fields in asked}
    return {name: {field: answer[field] for field in answer if field != "known"} for name, answer in answers.items()}


def values(facts: list[Answer]) -> list[str]:
    return [fact["value"] for fact in facts]


async def test_what_was_answered_before_the_merger_was_told_is_answered_of_then_to_the_word(merged: Merged) -> None:
    assert all_of(merged.client, {"as_of_position": [merged.known[0]]}) == merged.seen
    assert all_of(merged.client, {"as_of_position": [merged.known[1]]}) != merged.seen


@pytest.mark.parametrize(
    ("on", "as_of", "members", "warned"),
    [
        (EVE, 0, [AN, BINH, CHI], []),
        (AFTER, 0, [AN, BINH, CHI], []),
        (EVE, 1, [AN, BINH, CHI], []),
        (AFTER, 1, [AN, BINH, CHI], [AN, BINH]),
        (EVE, 2, [AN, BINH, CHI], []),
        (AFTER, 2, [CHI, NEW], []),
    ],
)
async def test_the_cluster_is_who_was_in_it_and_warns_of_who_is_no_more_until_the_council_decides(
    merged: Merged, on: str, as_of: int, members: list[str], warned: list[str]
) -> None:
    assert merged.members(on, as_of) == members
    warnings = merged.bloc(on, as_of).get("warnings", [])
    assert values([one["unit"] for one in warnings]) == warned
    assert [(one["on"]["value"], values(one["successors"])) for one in warnings] == [("2025-07-01", [NEW])] * len(
        warned
    )


@pytest.mark.parametrize(
    ("on", "as_of", "warned"), [(EVE, 1, []), (AFTER, 0, []), (AFTER, 1, [("HEAD", AN)]), (AFTER, 2, [("HEAD", AN)])]
)
async def test_the_head_stays_who_was_elected_with_a_warning_and_no_guess(
    merged: Merged, on: str, as_of: int, warned: list[tuple[str, str]]
) -> None:
    headed = merged.ask("WhoHeaded", as_of, bloc=CLUSTER, on=on)
    assert values([head["agency"] for head in headed["heads"]]) == [AN]
    warnings = headed.get("warnings", [])
    assert [(one["role"], one["unit"]["value"]) for one in warnings] == warned
    assert {one["authority"]["value"] for one in warnings} <= {"hoi-dong"}


async def test_the_office_finds_what_it_has_to_decide_in_its_to_do_until_it_has(merged: Merged) -> None:
    def to_do(as_of: int, on: str = AFTER, **asked: str) -> list[tuple[str, str]]:
        tasks = merged.ask("GetToDo", as_of, on=on, **asked).get("tasks", [])
        found = [task for task in tasks if task["kind"] == "TASK_KIND_SUCCESSION"]
        assert {task["state"]["value"] for task in found} <= {"OPEN"}
        assert {agency["agency"]["value"] for task in found for agency in task["obliged"]} <= {"hoi-dong"}
        return sorted((task["what"]["value"], task["unit"]["value"]) for task in found)

    assert to_do(0, bloc=CLUSTER) == to_do(1, EVE, bloc=CLUSTER) == []
    head = ("Quyết định việc thay trưởng khối, cụm", AN)
    lead, member = (
        "Quyết định việc thay cơ quan chủ trì hoạt động",
        "Quyết định việc thôi là thành viên và tổ chức kế thừa",
    )
    every = [(lead, AN), (lead, BINH), head, (member, AN), (member, BINH)]
    assert to_do(1, bloc=CLUSTER) == to_do(1, organisation="hoi-dong") == every
    assert to_do(1, organisation=CHI) == []
    assert to_do(2, organisation="hoi-dong") == [(lead, BINH), head]


@pytest.mark.parametrize(("on", "ended"), [(EVE, [None, None]), (AFTER, ["true", "true"])])
async def test_both_provinces_are_there_on_the_eve_and_no_more_after(
    merged: Merged, on: str, ended: list[str | None]
) -> None:
    for as_of, expected in ((0, [None, None]), (1, ended), (2, ended)):
        found = [merged.ask("GetOrganisation", as_of, organisation=one, on=on) for one in (AN, BINH)]
        assert [one.get("ended", {}).get("value") for one in found] == expected
        assert [one["code"]["value"] for one in found] == ["91", "92"]
    assert "ended" not in merged.ask("GetOrganisation", organisation=CHI, on=on)


async def test_the_old_names_replay_and_an_equal_name_is_another_province(merged: Merged) -> None:
    old = [merged.ask("GetOrganisation", organisation=one, on=EVE) for one in (AN, BINH)]
    assert [one["name"]["value"] for one in old] == ["Tỉnh An (ví dụ dựng)", "Tỉnh Bình (ví dụ dựng)"]
    assert "name" not in merged.ask("GetOrganisation", organisation=NEW, on=EVE)
    new = merged.ask("GetOrganisation", organisation=NEW, on=AFTER)
    assert (new["name"]["value"], new["code"]["value"]) == ("Tỉnh Bình (ví dụ dựng)", "94")
    for as_of, found in ((0, [BINH]), (1, [BINH, NEW])):
        assert [one["id"] for one in merged.ask("FindOrganisations", as_of, text="tinh binh")["found"]] == found
    labels = {one["id"]: one["name"] for one in merged.year(2)["labels"]}
    assert labels == {
        "hoi-dong": "Hội đồng mẫu (ví dụ dựng)",
        AN: "Tỉnh An (ví dụ dựng)",
        BINH: "Tỉnh Bình (ví dụ dựng)",
        CHI: "Tỉnh Chi (ví dụ dựng)",
        NEW: "Tỉnh Bình (ví dụ dựng)",
    }


async def test_the_law_is_in_force_before_the_new_apparatus_works(merged: Merged) -> None:
    told = merged.ask("GetReorganisation", reorganisation="sap-xep-2025")
    assert (told["in_force_on"]["value"], told["on"]["value"]) == ("2025-06-12", "2025-07-01")
    assert [one["organisation"]["value"] for one in told["predecessors"]["items"]] == [AN, BINH]
    (successor,) = told["successors"]["items"]
    assert successor["takes"]["value"] == "toàn bộ diện tích và dân số"
    for one in (AN, BINH):
        (link,) = merged.ask("GetSuccession", organisation=one)["successors"]
        assert link["successor"]["value"] == NEW
    back = merged.ask("GetSuccession", organisation=NEW)["predecessors"]
    assert [link["predecessor"]["value"] for link in back] == [AN, BINH]


@pytest.mark.parametrize("as_of", [0, 1, 2])
async def test_the_signed_covenant_stays_as_it_was_signed(merged: Merged, as_of: int) -> None:
    signatures = merged.year(as_of)["covenant"]["signatures"]
    assert values([one["member"] for one in signatures]) == [AN, BINH, CHI]


async def test_the_running_plan_keeps_its_leads_until_others_are_assigned(merged: Merged) -> None:
    def leads(as_of: int) -> list[str]:
        plan = merged.year(as_of)["plan"]
        assert plan["status"]["value"] == "APPROVED"
        return [item["lead"]["value"] for item in plan["items"]]

    assert [leads(as_of) for as_of in (0, 1, 2)] == [[AN, BINH], [AN, BINH], [NEW, BINH]]


async def test_of_the_history_only_what_was_ruled_counts_to_the_new_province(merged: Merged) -> None:
    assert "carry_overs" not in merged.ask("GetReorganisation", 1, reorganisation="sap-xep-2025")
    (ruled,) = merged.ask("GetReorganisation", 2, reorganisation="sap-xep-2025")["carry_overs"]
    assert (ruled["predecessor"]["value"], ruled["carried"]["value"]) == (BINH, "true")
    assert "carry_overs" not in merged.ask("GetSuccession", organisation=AN)


async def test_every_read_model_comes_out_of_a_rebuild_with_the_same_hash(merged: Merged) -> None:
    merged.year(2)
    code, shown = await thidua(merged.registry.environment, "verify", "registry")
    assert code == 0, shown
    assert f"registry: of its read models {len(MODELS)} equal\n" in shown
