"""What the demo shows live: each show refuses to go on when what it shows is not so."""

import io
import subprocess
import sys
from typing import Any

import pytest
from rich.console import Console

from deploy.demo import live, rebuilding
from deploy.demo.__main__ import AFTER, ARTICLES, BEFORE, YEARS
from deploy.demo.client import Client
from deploy.demo.held import held_table
from deploy.demo.player import play
from deploy.demo.scenarios import load
from deploy.demo.show import year_table
from deploy.demo.subscribing import Subscriber
from deploy.local.processes import ROOT, Run, ServerError
from deploy.local.servers import ExistingKafka
from tests.demo.conftest import World


def console() -> Console:
    return Console(file=io.StringIO(), width=160)


def shown(screen: Console) -> str:
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_a_table_shows_every_mark_and_says_what_is_not_recorded(world: World) -> None:
    reads: dict[str, Any] = {
        "registry": {"at_least": [world.heads["registry"]]},
        "awards": {"at_least": [world.heads["awards"], world.heads["registry"]]},
    }
    screen = Console(file=io.StringIO(), width=400)
    for bloc, year in YEARS:
        screen.print(year_table(bloc, year, world.clients["registry"], world.clients["awards"], reads))
    text = shown(screen)
    for line in [
        "Bộ Công an I / Thượng tướng Nguyễn Văn Thành I / “Khối trưởng” I",
        "launched here for 2021 S · “Đoàn kết, nêu gương, kỷ cương, sáng tạo, hiệu quả” S · by Bộ Quốc phòng I",
        "signing not recorded, for 2021 I",
        "TP Hồ Chí Minh S / “Cụm trưởng” S",
        "CTD_CP I “Cờ thi đua Chính phủ” S → TP Hà Nội S, for 2020 S, late (due 2021-03-30) I",
        "Đại diện các đơn vị S, how many not recorded, conferred 2024-04-10 I, decision not recorded",
        "Tọa đàm S, lead not recorded",
        "declared: 14 S, not all are told S",
        "declared: 7 S, not all are told S",
        "100 % S",
        "“hàng trăm” S, at least 100 S",
        "chiến sĩ Công an, Quân đội” S, how many not recorded, fallen on duty S",
        "accepted by TP Hà Nội I / Chu Ngọc Anh S",
        "voiced by “đại diện các Bộ, ban, ngành” S, which ones: not recorded",
        "directive S, no. 19 S, “năm đầu tiên triển khai” S, cited by the conference S",
        "appeal S, Lời kêu gọi thi đua ái quốc S, 1948-06-11 S, “kỷ niệm 75 năm” S, cited by the conference S",
        "Trọng tâm: công tác điển hình tiên tiến S",
        "directive S, no. 34-CT/TW S, 2014-04-07 (by article 4) S, cited by the guidance S",
    ]:
        assert line in text, line


def test_what_an_article_holds_beside_the_year_comes_with_marks_and_the_rest_by_name(world: World) -> None:
    screen = Console(file=io.StringIO(), width=400)
    for article in ARTICLES:
        screen.print(held_table(article, world.clients["registry"], {"at_least": [world.heads["registry"]]}))
    cells = [[cell.strip() for cell in line.split("│")] for line in shown(screen).splitlines()]
    lines = [row[2] for row in cells if len(row) > 3]
    for line in [
        "Hội đồng TĐKT Trung ương S · Nguyễn Đình Khang S, DEPUTY_CHAIR S, Phó Chủ tịch S, since —",
        "congress S, by Bộ Công an S, on —",
        "congress S, no. 10 S, by —, on —",
        "done S, signature of 2021, Ký giao ước thi đua năm 2021 I, due —, ×2",
        "unknown I, deadline of 2020, Trình hồ sơ xét tặng Cờ thi đua của Chính phủ S, due 2021-03-30 I",
    ]:
        assert line in lines, line
    untold = [row[2] for row in cells if len(row) > 3 and row[1] == "not told"]
    assert ["plan progress" in names for names in untold] == [True] * 5
    assert not any(row[2] == "—" for row in cells if len(row) > 3)
    for line in [
        "Thượng tướng Nguyễn Văn Thành S",
        "Phương hướng nhiệm vụ năm 2021 S",
        "“Ban Chủ tịch” S",
        "Bộ Tư pháp S / Nguyễn Thanh Tịnh S, attends S, signs S",
    ]:
        assert line in lines, line
    assert "to do on 2021-01-22" in [row[1] for row in cells if len(row) > 3]


def test_a_table_asks_for_all_its_persons_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = Client.ask

    def noting(client: Client, method: str, *args: Any) -> dict[str, Any]:
        asked.append(method)
        return ask(client, method, *args)

    monkeypatch.setattr(Client, "ask", noting)
    reads: dict[str, Any] = {"registry": {}, "awards": {}}
    Console(file=io.StringIO()).print(
        year_table(live.BLOC, 2024, world.clients["registry"], world.clients["awards"], reads)
    )
    assert [method for method in asked if method.startswith("GetPerson")] == ["GetPersons"]


def test_the_past_is_answered_as_it_was_known_before_scenario_2_after_it_and_after_a_correction(world: World) -> None:
    screen = console()
    heads = dict(world.heads)
    live.past(screen, world.clients, world.before, heads)
    before, after, corrected = (
        world.clients["registry"].ask("WhoHeaded", {"bloc": live.BLOC, "on": live.DAY}, {"as_of_position": [at]})
        for at in (world.before["registry"], world.heads["registry"], heads["registry"])
    )
    assert "heads" not in before
    assert after["heads"][0]["agency"]["mark"]["certainty"] == "CERTAINTY_INFERRED"
    assert corrected["heads"][0]["agency"]["mark"]["certainty"] == "CERTAINTY_STATED"
    assert {a["heads"][0]["agency"]["value"] for a in (after, corrected)} == {"kiem-toan-nha-nuoc"}
    text = shown(screen)
    assert "Kiểm toán nhà nước I" in text
    assert "Kiểm toán nhà nước S" in text


def test_a_killed_subscriber_loses_and_repeats_no_event(world: World) -> None:
    process = Subscriber(world.servers.kafka.bootstrap, world.system.topic("awards.public"), world.servers.run.folder)
    process.start()
    screen = console()
    live.subscriber(screen, world.clients, process)
    assert "none lost, none repeated" in shown(screen)
    acts = [line.split()[1].rpartition(".")[2] for line in process.lines()]
    assert acts == ["AwardConferred", "AwardConferred", "AwardDecided", "AwardConferred", "AwardCancelled"]
    assert not [line for line in process.lines() if "p-" in line.split("#", 1)[1]]


def test_scoring_ranked_the_members_that_registry_told_it_of(world: World) -> None:
    play(load("constructed"), world.clients)
    (ranking,) = world.clients["scoring"].ask("GetRanking", {"bloc": "vi-du-khoi", "year": 2025})["rankings"]
    ranks = [(r["unit"]["value"], r["rank"]["value"], r["total"]["value"]) for r in ranking["ranked"]]
    assert ranks == [("vi-du-don-vi-a", "1", "96.75"), ("vi-du-don-vi-b", "2", "94.00")]
    assert [unit["value"] for unit in ranking["unscored"]] == ["vi-du-don-vi-c"]
    screen = console()
    live.ranking(screen, world.clients)
    lines = [[cell.strip() for cell in line.split("│")] for line in shown(screen).splitlines()]
    unit = "Đơn vị mẫu {} (ví dụ dựng)"
    absent = "not recorded"
    assert ["", "1 S", unit.format("A"), "97.50 S", "96.75 S", ""] in lines
    assert ["", "2 S", unit.format("B"), "94.00 S", "94.00 S", ""] in lines
    assert ["", absent, unit.format("C"), absent, absent, ""] in lines
    assert "constructed example" in shown(screen)


def test_a_forgotten_person_is_named_nowhere_and_the_history_stays_whole(world: World) -> None:
    play(load("constructed"), world.clients)
    screen = console()
    live.forgetting(screen, world.system, world.clients["registry"])
    assert "name unavailable" in shown(screen)
    assert world.ask("GetPerson", person="p-65b1500f")["available"]


def test_all_read_models_and_topics_come_back_from_the_logs_as_they_were(world: World) -> None:
    screen = console()
    live.rebuilding(screen, world.system, world.servers.kafka)
    text = shown(screen)
    assert text.count("equal") == sum(map(len, rebuilding.MODELS.values()))
    assert "differs" not in text


def test_topics_of_a_kafka_that_was_not_started_here_are_left_alone(world: World) -> None:
    before = rebuilding.look(world.system, world.servers.kafka.bootstrap)
    screen = console()
    live.rebuilding(screen, world.system, ExistingKafka(world.servers.kafka.bootstrap))
    assert "was not started here" in shown(screen)
    assert before.topics
    assert rebuilding.look(world.system, world.servers.kafka.bootstrap) == before


def test_a_check_of_rebuilt_models_fails_where_one_has_changed(world: World) -> None:
    state = rebuilding.look(world.system, world.servers.kafka.bootstrap)
    other = state._replace(tables=(state.tables[0]._replace(hash="0" * 64), *state.tables[1:]))
    assert state == rebuilding.look(world.system, world.servers.kafka.bootstrap)
    assert state != other


def test_telling_the_articles_again_records_nothing(world: World) -> None:
    screen = console()
    steps = [step for name in (*BEFORE, *AFTER) for step in load(name)]
    live.again(screen, world.system, world.servers.kafka.bootstrap, world.clients, steps)
    assert "no new event" in shown(screen)


def test_a_repeated_telling_that_changes_something_is_noticed(world: World) -> None:
    (step, *_) = load("organisations")
    new = step._replace(name="another", fields={"organisation": "moi-ke-them", "name": "Mới kể thêm"})
    with pytest.raises(ServerError):
        live.again(console(), world.system, world.servers.kafka.bootstrap, world.clients, [new])


def test_up_leaves_the_system_running_and_down_ends_it() -> None:
    def run(*words: str) -> str:
        command = [sys.executable, "-m", *words]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    if (ROOT / "var/run/up").exists():
        pytest.skip("`make up` of this checkout is in use")
    try:
        guide = run("deploy.local", "up")
        assert "token     ey" in guide
        assert "registry  gRPC 127.0.0.1:" in guide
        assert "not recorded" in run("deploy.demo", "play")
        assert "not recorded" in run("deploy.demo", "play")
    finally:
        run("deploy.local", "down")
        left = Run("up")
        left.remove()
        left.release()
