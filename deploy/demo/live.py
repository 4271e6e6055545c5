"""What is shown live: the past asked again, a subscriber killed and started again, a person forgotten, all rebuilt."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.demo import rebuilding as upkeep
from deploy.demo.client import Client
from deploy.demo.player import Clients, play
from deploy.demo.scenarios import Step, load
from deploy.demo.show import Names, absent, heading, joined, marked
from deploy.demo.subscribing import Subscriber
from deploy.local.processes import ServerError
from deploy.local.servers import ExistingKafka, Kafka
from deploy.local.system import System

BLOC, DAY = "khoi-noi-chinh-trung-uong", "2024-03-01"
PERSON = "p-4b075d33"
RANKED = {"bloc": "vi-du-khoi", "year": 2025}
Heads = dict[str, Any]


def past(console: Console, clients: Clients, before: Heads, heads: Heads) -> None:
    """Who headed the justice bloc on 1/3/2024, as three pasts knew it."""
    heading(console, "Who headed the justice and security bloc on 1/3/2024?")
    registry = clients["registry"]
    after = dict(heads)
    heads |= play(load("correction"), clients).heads
    table = Table("asked as of", "head", "basis")
    for name, at in [
        ("before scenario 2 was told", before["registry"]),
        ("after it", after["registry"]),
        ("after a correction, just now", heads["registry"]),
    ]:
        read = {"as_of_position": [at], "at_least": [at]}
        table.add_row(
            f"{name}\n(position {at['position']})", *_head(registry.ask("WhoHeaded", {"bloc": BLOC, "on": DAY}, read))
        )
    console.print(table)


def _head(answer: Mapping[str, Any]) -> tuple[Text, str]:
    found = answer.get("heads", [])
    labels = {label["id"]: label["name"] for label in answer.get("labels", [])}
    agencies = [head["agency"] for head in found if "agency" in head]
    basis = "; ".join(a["mark"].get("basis", f"{a['mark']['source']}: {a['mark']['place']}") for a in agencies)
    return joined(marked(a, labels.get(a["value"])) for a in agencies), basis


def subscriber(console: Console, clients: Clients, process: Subscriber) -> None:
    """A subscriber in its own process is killed in the middle, and misses and repeats nothing."""
    heading(console, "A subscriber of the public topic, killed in the middle and started again")
    steps = load("constructed")
    names = [step.name for step in steps]
    decided, conferred = names.index("decision") + 1, names.index("conferral") + 1
    play(steps[:decided], clients)
    seen = process.wait_for(3)
    _print_lines(console, seen, "it ran from the beginning")
    process.kill9()
    play(steps[decided:conferred], clients)
    console.print("  [red]kill -9[/]; meanwhile the award was conferred")
    process.start()
    _print_lines(console, process.wait_for(4)[len(seen) :], "started again")
    play(steps[conferred:], clients)
    every = process.wait_for(5)
    _print_lines(console, every[4:], "and it goes on")
    repeated = [line for line, count in Counter(every).items() if count > 1]
    if len(every) != 5 or repeated:
        raise ServerError(f"the subscriber printed {len(every)} events instead of 5, repeated: {repeated}")
    console.print("  5 events, none lost, none repeated.")
    process.kill9()


def ranking(console: Console, clients: Clients) -> None:
    """What scoring answers of the constructed example."""
    heading(console, "A ranking (constructed example: the articles tell no figures)")
    registry, scoring = clients["registry"], clients["scoring"]
    names = Names(registry, {})
    names.learn(registry.ask("GetBloc", {"bloc": RANKED["bloc"]}))
    (published,) = scoring.ask("GetRanking", RANKED)["rankings"]
    table = Table("rank", "unit", "gave itself", "verified and approved")
    for one in published["ranked"]:
        unit = one["unit"]["value"]
        own = scoring.ask("GetScore", {**RANKED, "unit": unit})["score"]["self_total"]
        table.add_row(marked(one["rank"]), names.of(unit), marked(own), marked(one["total"]))
    for unscored in published.get("unscored", []):
        table.add_row(absent(), names.of(unscored["value"]), absent(), absent())
    console.print(table)


def _print_lines(console: Console, lines: list[str], what: str) -> None:
    console.print(f"  {what}:", style="dim")
    for line in lines:
        console.print("   ", line, markup=False, no_wrap=True, overflow="ellipsis")


def forgetting(console: Console, system: System, registry: Client) -> None:
    """`thidua forget` on a person of the constructed example."""
    heading(console, "A person is forgotten: the key is destroyed, the history stays whole")
    before = upkeep.history(system)
    known = Names(registry, {}).person(PERSON)
    words = ["forget", PERSON, "--reason", "asked for by the person (constructed example)"]
    command = [sys.executable, "-m", "services", *words]
    subprocess.run(command, env=system.environment("registry"), check=True, capture_output=True)
    after = upkeep.history(system, until=before.events)
    table = Table("", "before", "after `thidua forget`")
    table.add_row("registry's answer", known, Names(registry, {}).person(PERSON))
    table.add_row(
        "SHA-256 of the first events", f"{before.hash[:16]} ({before.events})", f"{after.hash[:16]} ({after.events})"
    )
    console.print(table)
    if before != after:
        raise ServerError("the history has changed")


def rebuilding(console: Console, system: System, kafka: Kafka | ExistingKafka) -> None:
    """All read models dropped and all topics deleted: what is left are the logs. Never on somebody else's Kafka."""
    heading(console, "All read models dropped and all topics deleted, then made anew from the logs")
    if isinstance(kafka, ExistingKafka):
        console.print(f"Skipped: the Kafka at {kafka.bootstrap} was not started here, so its topics are left alone.")
        return
    bootstrap = kafka.bootstrap
    before = upkeep.look(system, bootstrap)
    with console.status("Stopping the services, dropping, starting again …"):
        system.stop()
        upkeep.throw_away(system, kafka)
        system.start()
        begun = time.monotonic()
        after = upkeep.wait_for(system, bootstrap, before.topics)
    table = Table("service", "read model", "rows", "SHA-256 before", "SHA-256 after", "")
    for old, new in zip(before.tables, after.tables, strict=True):
        same = "[green]equal[/]" if old == new else "[red]differs[/]"
        table.add_row(old.service, old.model, str(new.rows), old.hash[:16], new.hash[:16], same)
    console.print(table)
    topics = ", ".join(f"{name}: {count}" for name, count in after.topics.items())
    console.print(f"All there {time.monotonic() - begun:.1f} s after the start; records by topic, as before: {topics}.")
    if before != after:
        raise ServerError("a rebuilt read model differs")


def again(console: Console, system: System, bootstrap: str, clients: Clients, steps: list[Step]) -> None:
    """The same commands once more: nothing is recorded twice."""
    heading(console, "The five articles told once more")
    before = upkeep.look(system, bootstrap)
    play(steps, clients)
    if upkeep.look(system, bootstrap) != before:
        raise ServerError("a repeated command was recorded again")
    console.print(f"{len(steps)} steps: no new event, every read model as before.")
