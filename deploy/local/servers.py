"""PostgreSQL and Apache Kafka on free loopback ports, each run in a folder of its own under var/run/.

    with Servers("demo") as servers:
        servers.postgres.admin_dsn, servers.kafka.bootstrap

The environment may name servers that are there already, which are then neither started nor stopped:
THIDUA_TEST_POSTGRES, the DSN of a superuser, and THIDUA_TEST_KAFKA, host:port[,host:port].
"""

import base64
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit, urlunsplit

from deploy.local import jars
from deploy.local.processes import Process, Run, ServerError, as_user, eventually, free_port, own_folder

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
max_wal_size = 4GB
fsync = on
synchronous_commit = on
full_page_writes = on
log_min_messages = warning
log_line_prefix = '%m [%p] %u@%d '
"""


def postgres_programs() -> Path:
    """The folder of the newest PostgreSQL's programs, by Debian's layout, else by the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    found = versions[-1] if versions else shutil.which("postgres")
    if not found:
        raise ServerError("PostgreSQL is not installed: apt-get install postgresql")
    return Path(found).resolve().parent


class Postgres:
    """One PostgreSQL in `folder`: its data, its password and its port stay the same from start to start.

    PostgreSQL refuses to run as root, and then runs as the user `postgres`, in `outside` if it cannot reach `folder`.
    """

    def __init__(self, folder: Path, *, outside: Path | None = None, detached: bool = False) -> None:
        self.folder = own_folder(folder)
        self.home = own_folder(outside or folder) / "postgres"
        self.data_dir = self.home / "data"
        self.log = folder / "postgres.log"
        self.user = _unprivileged_user() if os.geteuid() == 0 else None
        self._process = Process(folder / "postgres.pid")
        self._at_our_death = None if detached else "QUIT"
        known = remembered(folder / "postgres.json", lambda: {"port": free_port(), "password": secrets.token_hex(16)})
        self.port = int(known["port"])
        self.password = str(known["password"])

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def admin_dsn(self) -> str:
        return self.dsn("postgres")

    def dsn(self, database: str, user: str = "postgres", password: str | None = None) -> str:
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{quote(user, safe='')}:{secret}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def start(self) -> None:
        if self.pid is not None:
            return
        if not self.data_dir.exists():
            self._initialise()
        # Everything of this server is dead, so its own pid file can only mislead it about a recycled id.
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        program = str(postgres_programs() / "postgres")
        command = [program, "-D", str(self.data_dir), "-p", str(self.port), "-k", str(self.home)]
        self._process.spawn(command, log=self.log, user=self.user, env=_environment(), at_our_death=self._at_our_death)
        if not eventually(lambda: self.pid is None or self._ready(), 60) or self.pid is None:
            self.kill9()
            raise ServerError(f"PostgreSQL did not start, see {self.log}\n{tail(self.log)}")

    def stop(self) -> None:
        self._process.end(signal.SIGINT)

    def kill9(self) -> None:
        self._process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def _ready(self) -> bool:
        try:
            return (self.data_dir / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
        except (OSError, IndexError):
            return False

    def _initialise(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(mode=0o700)
        secret = self.home / "password"
        secret.touch(0o600)
        secret.write_text(self.password)
        if self.user:
            for path in (self.home, secret):
                shutil.chown(path, self.user, self.user)
        options = "--username=postgres --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu"
        program = str(postgres_programs() / "initdb")
        command = [program, "-D", str(self.data_dir), *options.split(), "--icu-locale=vi-VN"]
        made = subprocess.run(
            [*as_user(self.user), *command, f"--pwfile={secret}"],
            env=_environment(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        secret.unlink()
        if made.returncode:
            shutil.rmtree(self.data_dir, ignore_errors=True)
            raise ServerError(f"initdb failed: {made.stderr.strip()}")
        with (self.data_dir / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)


class ExistingPostgres:
    """A PostgreSQL that somebody else runs: used, never started or stopped."""

    def __init__(self, admin_dsn: str) -> None:
        self.admin_dsn = admin_dsn
        self.port = urlsplit(admin_dsn).port or 5432

    def dsn(self, database: str, user: str | None = None, password: str | None = None) -> str:
        parts = urlsplit(self.admin_dsn)
        account, _, host = parts.netloc.rpartition("@")
        if user is not None:
            account = quote(user, safe="") + (f":{quote(password, safe='')}" if password is not None else "")
        return urlunsplit(parts._replace(netloc=f"{account}@{host}", path=f"/{quote(database, safe='')}"))

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Kafka:
    """A Kafka cluster of `brokers` nodes in `folder`, each broker and controller at once. Brokers count from 0.

    `protocol` is that of their listener, `settings` more lines of their properties, `options` more words for the
    formatting of their disks.
    """

    def __init__(
        self,
        folder: Path,
        *,
        brokers: int = 1,
        detached: bool = False,
        protocol: str = "PLAINTEXT",
        settings: str = "",
        options: Sequence[str] = (),
    ) -> None:
        self.folder = own_folder(folder)
        self._protocol = protocol
        self._more = settings
        self._options = options
        self.brokers = brokers
        known = remembered(
            folder / "kafka.json",
            lambda: {
                "cluster": base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("="),
                "ports": [[free_port(), free_port()] for _ in range(brokers)],
            },
        )
        self._cluster = str(known["cluster"])
        self._ports: list[list[int]] = known["ports"]
        self._processes = [Process(folder / f"kafka-{n}.pid") for n in range(brokers)]
        self._at_our_death = None if detached else "KILL"

    @property
    def bootstrap(self) -> str:
        return ",".join(f"127.0.0.1:{port}" for port, _ in self._ports)

    def pid(self, n: int = 0) -> int | None:
        return self._processes[n].pid

    def start(self) -> None:
        asleep = [n for n in range(self.brokers) if self.pid(n) is None]
        self._format([n for n in asleep if not self.data_dir(n).exists()])
        logged = {n: self._launch(n) for n in asleep}
        for n in asleep:
            self._wait(n, logged[n])

    def stop(self) -> None:
        for process in self._processes:
            process.signal(signal.SIGTERM)
        for process in self._processes:
            process.end(signal.SIGTERM, 10)

    def kill9(self, n: int = 0) -> None:
        self._processes[n].kill()

    def restart(self, n: int = 0, *, wipe: bool = False, wait: bool = True) -> None:
        """Stop broker `n` if it lives, and start it, with an empty disk when `wipe`.

        Without its fellows a broker of three is not ready for ever: `wait=False` returns at once.
        """
        self._processes[n].end(signal.SIGTERM, 10)
        if wipe:
            shutil.rmtree(self.data_dir(n))
            self._format([n])
        logged = self._launch(n)
        if wait:
            self._wait(n, logged)

    def data_dir(self, n: int = 0) -> Path:
        return self.folder / f"kafka-{n}"

    def log(self, n: int = 0) -> Path:
        return self.folder / f"kafka-{n}.log"

    def _launch(self, n: int) -> int:
        """Start broker `n`; returns how long its log was before."""
        self.log(n).touch()
        size = self.log(n).stat().st_size
        options = ["-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]
        logging = f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties')}"
        command = ["java", *options, logging, "-cp", jars.classpath(), "kafka.Kafka", str(self._settings(n))]
        self._processes[n].spawn(command, log=self.log(n), at_our_death=self._at_our_death)
        return size

    def _wait(self, n: int, logged: int) -> None:
        def started() -> bool:
            with self.log(n).open("rb") as log:
                log.seek(logged)
                return b"Kafka Server started" in log.read()

        if not eventually(lambda: self.pid(n) is None or started(), 90) or self.pid(n) is None:
            raise ServerError(f"Kafka broker {n} did not start, see {self.log(n)}\n{tail(self.log(n))}")

    def _format(self, nodes: list[int]) -> None:
        tool = ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", jars.classpath(), "kafka.tools.StorageTool"]
        running = []
        for n in nodes:
            command = [*tool, "format", f"--cluster-id={self._cluster}", "-c", str(self._settings(n)), *self._options]
            running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        for process in running:
            output, _ = process.communicate()
            if process.returncode:
                raise ServerError(f"Kafka's storage could not be formatted: {output.strip()}")

    def _settings(self, n: int) -> Path:
        port, controller = self._ports[n]
        voters = ",".join(f"{m + 1}@127.0.0.1:{ports[1]}" for m, ports in enumerate(self._ports))
        copies = min(self.brokers, 3)
        majority = copies // 2 + 1
        path = self.folder / f"kafka-{n}.properties"
        path.write_text(f"""\
process.roles=broker,controller
node.id={n + 1}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners={self._protocol}://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={self._protocol}://127.0.0.1:{port}
listener.security.protocol.map={self._protocol}:{self._protocol},CONTROLLER:PLAINTEXT
security.inter.broker.protocol={self._protocol}
log.dirs={self.data_dir(n)}
auto.create.topics.enable=false
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
default.replication.factor={copies}
min.insync.replicas={majority}
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=5
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={majority}
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={majority}
group.initial.rebalance.delay.ms=0
{self._more}
""")
        return path


class ExistingKafka:
    """A Kafka that somebody else runs: used, never started or stopped."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Servers:
    """Both servers of one run. As a context manager it starts both, and leaves nothing behind.

    `keep` is for `make up`: data of an earlier run are taken up, and the servers outlive this process.
    """

    def __init__(self, purpose: str, *, keep: bool = False, brokers: int = 1) -> None:
        self._keep = keep
        self.run = Run(purpose, keep=keep)
        dsn, bootstrap = os.environ.get("THIDUA_TEST_POSTGRES"), os.environ.get("THIDUA_TEST_KAFKA")
        folder, outside = self.run.folder, self.run.outside
        self.postgres = ExistingPostgres(dsn) if dsn else Postgres(folder, outside=outside, detached=keep)
        self.kafka = ExistingKafka(bootstrap) if bootstrap else Kafka(folder, brokers=brokers, detached=keep)

    def start(self) -> None:
        self.postgres.start()
        self.kafka.start()

    def stop(self) -> None:
        """Stop both; what a run that is not kept has written is removed."""
        self.kafka.stop()
        self.postgres.stop()
        if not self._keep:
            self.run.remove()
        self.run.release()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()


def _unprivileged_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _environment() -> dict[str, str]:
    """Ours without PGDATA, PGPORT and the like, which would redirect the server's programs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C.UTF-8"}


def remembered(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `path` says; made and written down when there is none. It holds a password, so it is ours alone."""
    if not path.exists():
        path.touch(0o600)
        path.write_text(json.dumps(make()))
    return dict(json.loads(path.read_text()))


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""
