"""The whole system on servers of its own, with the five articles told to it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from deploy.demo.__main__ import AFTER, BEFORE, connected
from deploy.demo.player import Clients, play
from deploy.demo.scenarios import load
from deploy.local.servers import Servers
from deploy.local.system import System


class World(NamedTuple):
    servers: Servers
    system: System
    clients: Clients
    before: dict[str, Any]
    """The last positions before scenario 2 was told."""
    heads: dict[str, Any]
    """The last positions after the articles."""

    def ask(self, method: str, service: str = "registry", **fields: Any) -> dict[str, Any]:
        """The answer as of the end of the articles, whatever other tests have told since."""
        logs = ["awards", "registry"] if method in ("GetAward", "GetAwards", "GetProposals") else [service]
        positions = [self.heads[log] for log in logs if log in self.heads]
        read = {"as_of_position": positions, "at_least": positions}
        return self.clients[service].ask(method, fields, read)


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with Servers("test-demo") as servers, System(servers) as system, connected(system) as clients:
        before = play([step for name in BEFORE for step in load(name)], clients).heads
        after = play([step for name in AFTER for step in load(name)], clients).heads
        yield World(servers, system, clients, before, before | after)
