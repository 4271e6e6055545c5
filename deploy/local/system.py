"""The whole system on local servers: for each service a database, a role, keys and a process of its own.

    with Servers("demo") as servers, System(servers) as system:
        system.address("registry"); system.token("can-bo-1"); system.kill9("scoring"); system.start("scoring")

A part that stands apart is a process of its own, named `registry-relay`.
"""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from signal import SIGTERM
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.processes import ROOT, Process, ServerError, eventually, free_port
from deploy.local.servers import ExistingKafka, ExistingPostgres, Servers
from services.kernel import auth
from services.kernel.kafka import Kafka
from services.kernel.migrate import migrate, roles_of

SERVICES = ("registry", "scoring", "awards")
OFFICERS = "thidua"
"""Who issues officers' tokens."""

T = TypeVar("T")


class System:
    """Three services on `servers`. Keys, ports and passwords stay the same from start to start of one run's folder."""

    def __init__(
        self,
        servers: Servers,
        *,
        apart: Sequence[str] = (),
        keep: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """`apart`: parts that get processes of their own, such as `relay`. `settings`: more environment for all."""
        self._servers = servers
        self._keep = keep
        self._more = dict(settings or {})
        self.folder = servers.run.folder / "system"
        self.folder.mkdir(exist_ok=True)
        shared = [isinstance(servers.postgres, ExistingPostgres), isinstance(servers.kafka, ExistingKafka)]
        self._known = _remembered(self.folder / "system.json", *shared)
        (self.folder / "keys.json").write_text(json.dumps(auth.public(self._known["keys"].values())))
        rest = [part for part in ("rpc", "projections", "relay") if part not in apart]
        self._parts = {service: ",".join(rest) for service in SERVICES}
        self._parts |= {f"{service}-{part}": part for service in SERVICES for part in apart}
        self._processes = {name: Process(self.folder / f"{name}.pid") for name in self._parts}

    @property
    def names(self) -> tuple[str, ...]:
        """The processes: services, and parts that stand apart."""
        return tuple(self._parts)

    def address(self, service: str) -> str:
        return f"127.0.0.1:{self._known['ports'][service]}"

    def metrics(self, name: str) -> str:
        return f"127.0.0.1:{self._known['metrics'][name]}"

    def dsn(self, service: str) -> str:
        """The service's database, as the service itself sees it."""
        role = roles_of(service, self._prefix)["service"]
        return self._servers.postgres.dsn(self._prefix + service, role, self._known["passwords"][service])

    def admin_dsn(self, service: str) -> str:
        return self._servers.postgres.dsn(self._prefix + service)

    def topic(self, name: str) -> str:
        """A topic of this system, such as that of `awards.public`."""
        return self._kafka.topic(name)

    @property
    def _kafka(self) -> Kafka:
        return Kafka(self._servers.kafka.bootstrap, str(self._known.get("topics", "")))

    @property
    def _prefix(self) -> str:
        """Of databases and roles on a server that may serve another system too."""
        return str(self._known.get("prefix", ""))

    def token(self, subject: str, *, seconds: int = 24 * 3600, roles: Sequence[str] = ()) -> str:
        """An officer's token for all three services."""
        return auth.issue(self._known["keys"][OFFICERS], subject, SERVICES, seconds=seconds, roles=roles)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def pid(self, name: str) -> int | None:
        return self._processes[name].pid

    def migrate(self) -> None:
        """Make the databases and roles, and bring them up to date."""
        for service in SERVICES:
            password = self._known["passwords"][service]
            _apart(partial(migrate, self.admin_dsn(service), service, password=password, prefix=self._prefix))

    def remove(self) -> None:
        """Drop what was made on servers that somebody else runs: databases and roles, and topics.

        Kafka forgets a consumer group by itself that has no members and no topic.
        """
        if self._prefix:
            _apart(partial(_dropped, self._servers.postgres.admin_dsn, self._prefix))
        if self._kafka.prefix:
            _apart(partial(_deleted, self._kafka))

    def start(self, *names: str, wait: bool = True) -> None:
        """Start these processes, or all; wait until they serve."""
        for name in names or self.names:
            if self.pid(name) is None:
                command = [
                    sys.executable,
                    "-m",
                    "services",
                    "run",
                    name.partition("-")[0],
                    "--parts",
                    self._parts[name],
                ]
                self._processes[name].spawn(
                    command, log=self.log(name), env=self.environment(name), at_our_death=None if self._keep else "KILL"
                )
        for name in names or self.names:
            if wait:
                self.wait(name)

    def wait(self, name: str, seconds: float = 60) -> None:
        """Until the process says that it is ready. Raises ServerError with the end of its log."""
        if not eventually(lambda: self.pid(name) is None or self._serves(name), seconds) or self.pid(name) is None:
            end = "\n".join(self.log(name).read_text(errors="replace").splitlines()[-15:])
            raise ServerError(f"{name} does not serve, see {self.log(name)}\n{end}")

    def stop(self, *names: str) -> None:
        for name in names or self.names:
            self._processes[name].signal(SIGTERM)
        for name in names or self.names:
            self._processes[name].end(SIGTERM, 20)

    def kill9(self, name: str) -> None:
        self._processes[name].kill()

    def environment(self, name: str) -> dict[str, str]:
        """What a process of the service needs in its environment; operators' commands need the same."""
        service = name.partition("-")[0]
        own = {
            "DATABASE": self.dsn(service),
            "ADMIN_DATABASE": self.admin_dsn(service),
            "ROLE_PREFIX": self._prefix,
            "KAFKA": self._kafka.bootstrap,
            "TOPIC_PREFIX": self._kafka.prefix,
            "LISTEN": self.address(service),
            "METRICS": self.metrics(name),
            "PEERS": ",".join(f"{peer}={self.address(peer)}" for peer in SERVICES if peer != service),
            "COMMAND_KEY": self._known["secrets"][service],
            "MASTER_KEY": self._known["secrets"]["vault"],
            "TOKEN_KEYS": str(self.folder / "keys.json"),
            "TOKEN_ISSUER": OFFICERS,
            "SERVICE_TOKEN_KEY": json.dumps(self._known["keys"][service]),
            "REFLECTION": "true",
        }
        ours = {f"THIDUA_{key}": value for key, value in own.items()} | self._more
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("THIDUA_")}
        return inherited | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "proto")))} | ours

    def _serves(self, name: str) -> bool:
        ready = f'"pid": {self.pid(name)},'
        lines = self.log(name).read_text(errors="replace").splitlines()
        return any(line.startswith('{"ready"') and ready in line for line in lines)

    def __enter__(self) -> Self:
        try:
            self.migrate()
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()
        if not self._keep:
            self.remove()


async def _dropped(admin_dsn: str, prefix: str) -> None:
    connection = await asyncpg.connect(admin_dsn)
    try:
        for service in SERVICES:
            await connection.execute(f'drop database if exists "{prefix}{service}" with (force)')
            for role in roles_of(service, prefix).values():
                await connection.execute(f'drop role if exists "{role}"')
    finally:
        await connection.close()


async def _deleted(kafka: Kafka) -> None:
    """Delete the topics of this prefix."""
    admin = AIOKafkaAdminClient(**kafka.options)
    await admin.start()
    try:
        await admin.delete_topics([name for name in await admin.list_topics() if name.startswith(kafka.prefix)])
    finally:
        await admin.close()


def _remembered(path: Path, shared_postgres: bool, shared_kafka: bool) -> dict[str, Any]:
    """Ports, passwords and keys; made once. The file holds secrets, so it is ours alone."""
    if not path.exists():
        ours = f"run_{secrets.token_hex(4)}"
        path.touch(0o600)
        names = [*SERVICES, *(f"{service}-{part}" for service in SERVICES for part in ("rpc", "projections", "relay"))]
        path.write_text(
            json.dumps(
                {
                    "prefix": f"{ours}_" if shared_postgres else "",
                    "topics": f"{ours}." if shared_kafka else "",
                    "ports": {service: free_port() for service in SERVICES},
                    "metrics": {name: free_port() for name in names},
                    "passwords": {service: secrets.token_hex(16) for service in SERVICES},
                    "secrets": {name: secrets.token_hex(32) for name in (*SERVICES, "vault")},
                    "keys": {name: auth.new_key(name, f"{name}-1") for name in (OFFICERS, *SERVICES)},
                }
            )
        )
    return dict(json.loads(path.read_text()))


def _apart(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run it in a thread of its own, since the caller may be inside a running loop.

    It is begun there too: an interrupt may come before.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
