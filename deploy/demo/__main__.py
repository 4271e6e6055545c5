"""python -m deploy.demo: the main job on servers of its own, from nothing to nothing.

python -m deploy.demo play: tell the articles to what `make up` has started, and show what it then answers.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from deploy.demo import live
from deploy.demo.client import Client
from deploy.demo.held import held_table
from deploy.demo.player import Clients, Played, StepFailed, play
from deploy.demo.scenarios import load
from deploy.demo.show import heading, year_table
from deploy.demo.subscribing import Subscriber
from deploy.local.processes import ServerError
from deploy.local.servers import Servers
from deploy.local.system import SERVICES, System

BEFORE = ("organisations", "catalogue", "calendar", "scenario_0", "scenario_1")
"""What is told before scenario 2."""
AFTER = ("scenario_2", "scenario_3", "scenario_4")
ARTICLES = tuple(f"scenario_{n}" for n in range(5))
YEARS = (
    ("khoi-noi-chinh-trung-uong", 2020),
    ("khoi-noi-chinh-trung-uong", 2021),
    ("khoi-noi-chinh-trung-uong", 2022),
    ("khoi-noi-chinh-trung-uong", 2023),
    ("khoi-noi-chinh-trung-uong", 2024),
    ("cum-5-thanh-pho", 2020),
    ("cum-5-thanh-pho", 2021),
    ("khoi-dang-trung-uong", 2022),
    ("khoi-dang-tinh", 2020),
)
Heads = dict[str, Any]
"""The last position known, by log."""


def demo(console: Console) -> None:
    begun = time.monotonic()
    with ExitStack() as stack:
        with console.status("Starting PostgreSQL and Kafka …"):
            servers = stack.enter_context(Servers("demo"))
        with console.status("Starting registry, scoring and awards …"):
            system = stack.enter_context(System(servers))
            clients = stack.enter_context(connected(system))
        console.print(f"PostgreSQL, Kafka and three services run after {time.monotonic() - begun:.0f} s.")
        told = _tell(console, servers, system, clients)
        console.print(
            f"\nDone in {time.monotonic() - begun:.0f} s, {told} commands. Everything is stopped and removed."
        )


def _tell(console: Console, servers: Servers, system: System, clients: Clients) -> int:
    subscriber = Subscriber(servers.kafka.bootstrap, system.topic("awards.public"), servers.run.folder)
    subscriber.start()
    heading(console, "The five articles, told as commands over gRPC")
    heads: Heads = {}
    first = told(console, clients, BEFORE, heads)
    before = dict(heads)
    second = told(console, clients, AFTER, heads)
    console.print("Every fact of the articles has its command.")
    years(console, clients, heads)
    live.past(console, clients, before, heads)
    live.subscriber(console, clients, subscriber)
    live.forgetting(console, system, clients["registry"])
    live.ranking(console, clients)
    live.rebuilding(console, system, servers.kafka)
    live.again(
        console, system, servers.kafka.bootstrap, clients, [step for name in (*BEFORE, *AFTER) for step in load(name)]
    )
    return first.commands + second.commands


@contextmanager
def connected(system: System) -> Iterator[Clients]:
    with ExitStack() as stack:
        token = system.token("demo")
        yield {name: stack.enter_context(Client(name, system.address(name), token)) for name in SERVICES}


def told(console: Console, clients: Clients, names: tuple[str, ...], heads: Heads) -> Played:
    """Play these files; `heads` moves on."""
    steps = [step for name in names for step in load(name)]
    with Progress(TextColumn("{task.description:44}"), BarColumn(), MofNCompleteColumn(), console=console) as progress:
        totals = Counter(step.scenario for step in steps)
        bars = {scenario: progress.add_task(_title(scenario), total=total) for scenario, total in totals.items()}
        result = play(steps, clients, lambda step: progress.advance(bars[step.scenario]))
    heads |= result.heads
    return result


def _title(scenario: str) -> str:
    return {
        "organisations": "   the organisations that the articles name",
        "catalogue": "   the catalogue of awards",
        "calendar": "   the deadlines of the law",
        "scenario-0": "0  justice and security bloc, 2020",
        "scenario-1": "1  cluster of five cities, 2020",
        "scenario-2": "2  justice and security bloc, 2023",
        "scenario-3": "3  central Party agencies, plan of 2022",
        "scenario-4": "4  provincial Party agencies, mid-2020",
    }.get(scenario, scenario)


def years(console: Console, clients: Clients, heads: Mapping[str, Any]) -> None:
    heading(console, "What the read models answer (S stated by an article, I inferred from one)")
    reads = {
        "registry": {"at_least": [heads["registry"]]},
        "awards": {"at_least": [heads["awards"], heads["registry"]]},
    }
    for bloc, year in YEARS:
        console.print(year_table(bloc, year, clients["registry"], clients["awards"], reads))
    heading(console, "What each article holds beside that")
    for article in ARTICLES:
        console.print(held_table(article, clients["registry"], reads["registry"]))


def play_up(console: Console) -> None:
    servers = Servers("up", keep=True)
    servers.run.release()
    system = System(servers, keep=True)
    if not all(map(system.pid, SERVICES)):
        raise ServerError("The system does not run: `make up` starts it.")
    with connected(system) as clients:
        heads: Heads = {}
        told(console, clients, (*BEFORE, *AFTER), heads)
        years(console, clients, heads)


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["play"]):
        sys.exit(__doc__)
    screen = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    try:
        play_up(screen) if sys.argv[1:] == ["play"] else demo(screen)
    except (ServerError, StepFailed) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
