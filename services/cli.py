"""`thidua`: runs services and is the operator's tool. Settings come from the environment (services/kernel/settings.py).

Exit codes: 0 done, 1 failed or differs, 2 wrong settings or arguments, 3 cannot start.
"""

import asyncio
import ctypes
import getpass
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

import asyncpg
import uvloop
from cyclopts import App, Parameter
from pydantic import ValidationError

from services import tables, todo, upkeep
from services.kernel import auth, convert
from services.kernel import migrate as migrations
from services.kernel.binding import Unbound
from services.kernel.decider import Context
from services.kernel.errors import Error
from services.kernel.fold import Poison
from services.kernel.process import PARTS, demand
from services.kernel.process import run as run_service
from services.kernel.rebuild import Accept
from services.kernel.service import Service, StartError, acting, opened
from services.kernel.settings import (
    Address,
    AdminSettings,
    DatabaseSettings,
    KafkaSettings,
    Settings,
    SettingsError,
    load,
)
from services.kernel.telemetry import log_as_json
from services.simulation.loading import NotTold
from services.simulation.loading import load as load_set
from services.simulation.telling import MOST_YEARS

SERVICES = ("registry", "scoring", "awards")

app = App(name="thidua", help="Run and look after the services registry, scoring and awards.")
parked = App(name="parked", help="Events that a read model could not fold, and what an operator rules on them.")
app.command(parked)


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script."""
    try:
        app(arguments)
    except upkeep.Failed:
        sys.exit(1)
    except SettingsError as error:
        _end(str(error), 2)
    except (StartError, Unbound) as error:
        _end(str(error), 3)
    except (Error, Poison, NotTold, migrations.Changed, migrations.Foreign, OSError, asyncpg.PostgresError) as error:
        _end(str(error), 1)


def _end(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr, flush=True)
    sys.exit(code)


def _asynchronous(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def _service(name: str) -> Service:
    """A service by its name, or by the module that has it as SERVICE."""
    if name not in SERVICES and "." not in name:
        raise SettingsError(f"There is no service {name}: choose one of {', '.join(SERVICES)}.")
    found: Service = importlib.import_module(name if "." in name else f"services.{name}.main").SERVICE
    return found


@app.command
def run(service: str, *, parts: str = "rpc,projections,relay", workers: int = 1, share_port: bool = False) -> None:
    """Run a service until SIGTERM. When it serves it prints one line of JSON with its port.

    Parameters
    ----------
    service
        registry, scoring or awards.
    parts
        Which of rpc, projections and relay run in this process.
    workers
        Processes that serve gRPC on the same port; all but one do nothing else.
    share_port
        Let other processes listen on the same port.
    """
    chosen = frozenset(parts.split(","))
    if not chosen <= PARTS:
        raise SettingsError(f"--parts takes {', '.join(sorted(PARTS))}.")
    found, settings = _service(service), load(Settings)
    log_as_json(service=found.name)
    with _sharing(settings.listen, workers) as listen:
        helpers = [_helper(service, listen) for _ in range(workers - 1)]
        try:
            settings = settings.model_copy(update={"listen": listen})
            _asynchronous(run_service(found, settings, chosen, share_port=share_port or workers > 1))
        finally:
            for helper in helpers:
                helper.terminate()
            for helper in helpers:
                helper.wait()


@contextmanager
def _sharing(listen: Address, workers: int) -> Iterator[Address]:
    """The address with its port chosen, if several processes are to listen there; it is reserved meanwhile."""
    if workers < 2:
        yield listen
        return
    with socket.socket(socket.AF_INET6 if ":" in listen.host else socket.AF_INET) as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        reserved.bind(listen)
        yield Address(listen.host, reserved.getsockname()[1])


def _helper(service: str, listen: Address) -> subprocess.Popen[bytes]:
    """A process that only serves gRPC, and ends with this one."""
    command = [sys.executable, "-m", "services", "run", service, "--parts", "rpc", "--share-port"]
    own = {"THIDUA_LISTEN": str(listen), "THIDUA_METRICS": ""}
    return subprocess.Popen(command, env=os.environ | own, stdout=subprocess.DEVNULL, preexec_fn=_dying_with_us)  # noqa: PLW1509


def _dying_with_us() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@app.command
def migrate(service: str) -> None:
    """Make the service's database and roles where missing, and bring them up to date (THIDUA_ADMIN_DATABASE).

    The password of the service's role is taken from THIDUA_DATABASE, where that is set.
    """
    found, settings = _service(service), load(AdminSettings)
    password = urlsplit(settings.database.get_secret_value()).password if settings.database else None
    dsn, secret = settings.admin_database.get_secret_value(), unquote(password) if password else None
    _asynchronous(_migrate(migrations.migrate(dsn, found.name, password=secret, prefix=settings.role_prefix)))


async def _migrate(work: Coroutine[Any, Any, list[str]]) -> None:
    applied = await work
    upkeep.out.print("\n".join(f"applied {file}" for file in applied) or "nothing to apply", highlight=False)


@app.command
def status(service: str) -> None:
    """The log's head, whether it takes appends, and for each read model what it knows, what it has yet to fold, and
    what it has put aside. Where THIDUA_KAFKA is set, also whether the topics know more than the log.
    """
    found, settings, kafka = _service(service), load(DatabaseSettings), load(KafkaSettings)
    _asynchronous(upkeep.status(found, settings, kafka.reached() if kafka.kafka else None))


@app.command
def rebuild(
    service: str,
    *models: str,
    processes: int = 2,
    accept: str | None = None,
    actor: str | None = None,
) -> None:
    """Build read models anew from the log, compare each with the live one, and put it in its place.

    Parameters
    ----------
    models
        Their names; all without one.
    processes
        That read the service's own log side by side.
    accept
        Why a rebuilt model may differ from the live one; without it the live one then stays.
    actor
        Who accepts.
    """
    found, settings = _service(service), load(DatabaseSettings)
    accepted = Accept(actor or getpass.getuser(), accept) if accept else None
    _asynchronous(upkeep.rebuilt(found, settings, upkeep.chosen(found, models), processes, accepted))


@app.command
def verify(service: str, *, processes: int = 2) -> None:
    """That the log is whole, and that each read model is what a fresh replay of it gives, byte for byte."""
    found, settings = _service(service), load(DatabaseSettings)
    _asynchronous(upkeep.verify(found, settings, processes))


@parked.command(name="list")
def list_(service: str) -> None:
    """What waits for an operator: events put aside, and those that a read model stands still before."""
    found, settings = _service(service), load(DatabaseSettings)
    _asynchronous(upkeep.parked(found, settings))


@parked.command
def retry(service: str, model: str, *, reason: str, actor: str | None = None) -> None:
    """Fold what is parked again, in order, for example after the program was corrected."""
    found, settings = _service(service), load(DatabaseSettings)
    (chosen,) = upkeep.chosen(found, [model])
    _asynchronous(upkeep.retry(found, settings, chosen, actor or getpass.getuser(), reason))


@parked.command
def discard(
    service: str, model: str, *, position: int, reason: str, epoch: int | None = None, actor: str | None = None
) -> None:
    """Rule that a read model shall never see an event that it fails on. What waits behind it is folded.

    Parameters
    ----------
    epoch
        The event's, as `parked list` shows it; that of the event which fails at this position without it.
    """
    found, settings = _service(service), load(DatabaseSettings)
    (chosen,) = upkeep.chosen(found, [model])
    _asynchronous(upkeep.discard(found, settings, chosen, position, epoch, actor or getpass.getuser(), reason))


@app.command(name="new-epoch")
def begin_epoch(service: str, *, reason: str, actor: str | None = None) -> None:
    """Let a log that was restored or promoted take appends again (THIDUA_ADMIN_DATABASE).

    The epoch's number is the time, in seconds, so that nobody has seen it before, though the topics that told of others
    are lost. Where THIDUA_KAFKA is set, it is also above those that the topics tell of, should a clock have gone back.
    """
    found, settings = _service(service), load(AdminSettings)
    dsn = settings.admin_database.get_secret_value()

    async def begin() -> None:
        await migrations.check(dsn, found.name, settings.role_prefix)
        kafka = settings.reached() if settings.kafka else None
        epoch = await upkeep.begin_epoch(found.name, dsn, reason, actor or getpass.getuser(), kafka)
        upkeep.out.print(f"epoch {epoch} of {service} has begun")

    _asynchronous(begin())


@app.command
def forget(person: str, *, reason: str, actor: str | None = None, service: str = "registry") -> None:
    """Destroy a person's key, so that no text about that person can be read again, anywhere. It cannot be undone."""
    found, settings = _service(service), load(Settings)
    command = next((c for c in found.handlers if c.__name__ == "ForgetPerson"), None)
    if command is None:
        raise SettingsError(f"{service} keeps no persons.")

    try:
        wanted = command.model_validate({"person": person, "reason": reason})
    except ValidationError as error:
        raise SettingsError("\n".join(f"{v.field}: {v.en}" for v in convert.violations(error))) from None
    demand(found, settings)

    async def act() -> None:
        async with opened(found, settings) as tools:
            context = Context(str(uuid.uuid4()), f"operator:{actor or getpass.getuser()}")
            reply = await acting(found, tools, settings)(wanted, context)
            upkeep.out.print(f"{person} is forgotten, recorded at position {reply.position}", highlight=False)

    _asynchronous(act())


At = Annotated[str, Parameter(env_var="THIDUA_REGISTRY")]
Token = Annotated[str, Parameter(env_var="THIDUA_TOKEN")]


@app.command(name="import")
def import_(file: Path, *, at: At, token: Token, dry_run: bool = False) -> None:
    """Take organisations, blocs or members in from a table, .xlsx or .csv, and print what became of each line.

    The same file again records nothing. Exit code 1 where a line is rejected.

    Parameters
    ----------
    at
        Where registry serves, such as 127.0.0.1:7101.
    token
        Whose name it is told in; better in THIDUA_TOKEN, since others see a command's arguments.
    dry_run
        Only say what would be recorded.
    """
    _asynchronous(tables.take_in(file.name, file.read_bytes(), at, token, dry_run=dry_run))


@app.command
def export(
    table: Literal["organisations", "blocs", "members"], file: Path, *, at: At, token: Token, on: str | None = None
) -> None:
    """Write a table to a file, .xlsx or .csv by its ending; `thidua import` finds nothing new in it.

    Parameters
    ----------
    on
        The day of the names and members, such as 2025-06-30; all that is recorded without it.
    """
    if file.suffix not in (".xlsx", ".csv"):
        raise SettingsError(f"{file}: the name must end in .xlsx or .csv.")
    form = file.suffix.removeprefix(".").upper()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        given = runner.run(tables.given_out(table, form, at, token, on))
    file.write_bytes(given.content)
    upkeep.out.print(f"{given.lines} lines in {file}", markup=False)
    tables.show_notes(given.notes)


@app.command(name="todo")
def todo_(
    *,
    at: At,
    token: Token,
    bloc: str | None = None,
    organisation: str | None = None,
    on: str | None = None,
    as_of_time: str | None = None,
    school_year: bool = False,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """What is due in a bloc or for an organisation, done or not, by the day on which it is due.

    Parameters
    ----------
    on
        The day, such as 2025-03-25; today in Vietnam without it.
    as_of_time
        As known at this time (RFC 3339).
    school_year
        By the deadlines of a school year, and not of a calendar year.
    as_json
        One line of JSON for a program, and no table.
    """
    asked = todo.Asked(bloc, organisation, on, as_of_time, school_year)
    _asynchronous(todo.listed(asked, at, token, as_json=as_json))


@app.command
def reminders(
    *,
    at: At,
    token: Token,
    within: int = 14,
    past: int = 90,
    bloc: str | None = None,
    organisation: str | None = None,
    on: str | None = None,
    as_of_time: str | None = None,
    school_year: bool = False,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """What is late, and what is due soon, or was, and not known to be done. It sends nothing to anybody.

    Parameters
    ----------
    within
        How many days ahead.
    past
        For how many days after its day also what may have been done without our knowing.
    on
        The day, such as 2025-03-25; today in Vietnam without it.
    as_of_time
        As known at this time (RFC 3339).
    school_year
        By the deadlines of a school year, and not of a calendar year.
    as_json
        One line of JSON for a program, and no table.
    """
    asked = todo.Asked(bloc, organisation, on, as_of_time, school_year, within, past)
    _asynchronous(todo.listed(asked, at, token, as_json=as_json))


@app.command
def simulate(*, at: At, token: Token, seed: int = 1, years: int = MOST_YEARS, share: float = 1.0) -> None:
    """Tell registry a national set of blocs that is drawn from a seed: for trials and measurements, and true of nobody.

    Every record of it names the source `simulated-<seed>`, and every id begins with `sim<seed>-`. The same run again
    records nothing, and one that was broken off goes on. Never into a registry that is in use: what is told stays.

    Parameters
    ----------
    at
        Where registry serves, such as 127.0.0.1:7101.
    token
        Whose name it is told in; better in THIDUA_TOKEN, since others see a command's arguments.
    years
        How many years up to 2025, at most 10.
    share
        Of the provinces that are told in full, above 0 and at most 1; a larger share adds to a smaller one.
    """
    if seed < 0 or not 1 <= years <= MOST_YEARS or not 0 < share <= 1:
        raise SettingsError(f"--seed takes 0 or more, --years 1 to {MOST_YEARS}, --share above 0 to 1.")
    began = time.monotonic()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        loaded = runner.run(load_set(at, token, seed, years, share, upkeep.out))
    rate = loaded.commands / (time.monotonic() - began)
    upkeep.out.print(
        f"{loaded.commands} commands told, {rate:.0f} a second; the last is recorded at position {loaded.position}"
    )


@app.command
def token(
    subject: str,
    *,
    key: Path,
    audience: str = ",".join(SERVICES),
    roles: str = "",
    on_behalf_of: str | None = None,
    minutes: int = 60,
) -> None:
    """Print a token for a subject.

    Parameters
    ----------
    key
        The file of a private JWK, as `thidua keys` writes it.
    audience
        The services that it is meant for.
    """
    private = json.loads(key.read_text())
    listed = [role for role in roles.split(",") if role]
    print(
        auth.issue(private, subject, audience.split(","), seconds=60 * minutes, roles=listed, on_behalf_of=on_behalf_of)
    )


@app.command
def keys(folder: Path, *, issuer: str = "thidua") -> None:
    """Make new keys: `<issuer>.jwk` for officers' tokens, one for each service, and the public ones, `jwks.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [auth.new_key(name, f"{name}-{uuid.uuid4().hex[:8]}") for name in (issuer, *SERVICES)]
    for private in made:
        path = folder / f"{private['iss']}.jwk"
        path.touch(0o600, exist_ok=False)
        path.write_text(json.dumps(private))
    (folder / "jwks.json").write_text(json.dumps(auth.public(made)))
