"""The system kept running for exploring: `up` starts it, `down` ends it (its data stay), `each` asks every service.

python -m deploy.local up | down | each rebuild | each verify | each status
"""

import shlex
import signal
import subprocess
import sys

from deploy.local.processes import ServerError
from deploy.local.servers import Servers
from deploy.local.system import SERVICES, System
from services.kernel.migrate import Changed, Foreign

PURPOSE = "up"
COMMANDS = {
    "organisations, blocs, members": "import khoi-thi-dua.xlsx --dry-run",
    "the same as a file": "export members thanh-vien.xlsx",
    "what there is to do": "todo --bloc khoi-dang-tinh --on 2020-07-29",
    "what to remind of": "reminders --bloc khoi-dang-tinh --on 2020-07-29",
    "an operator's": "status registry",
}
"""What an officer or operator may begin with, and how; `todo` after the articles are told."""


def up() -> int:
    servers = Servers(PURPOSE, keep=True)
    system = System(servers, keep=True)
    running = all(map(system.pid, SERVICES))
    print("registry, scoring and awards run already." if running else "Starting PostgreSQL and Kafka …", flush=True)
    try:
        servers.start()
        if not running:
            print("Starting registry, scoring and awards …", flush=True)
        system.migrate()
        system.start()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("\nInterrupted: ending what was begun …", flush=True)
        system.stop()
        servers.stop()
        raise ServerError("Nothing runs. `make up` begins again.") from None
    except (Changed, Foreign) as error:
        system.stop()
        servers.stop()
        raise ServerError(f"{error}\nThe data of an earlier `make up` do not fit: `make clean` removes them.") from None
    token = system.token("explorer", seconds=24 * 3600)
    for service in SERVICES:
        _write(system, f"{service}.env", _settings(system, service, token))
    _write(system, "token", token)
    print(_guide(servers, system, token))
    servers.run.release()
    return 0


def down() -> int:
    servers = Servers(PURPOSE, keep=True)
    System(servers, keep=True).stop()
    servers.stop()
    print("Stopped. `make up` goes on with the same data; `make clean` removes them.")
    return 0


def each(*words: str) -> int:
    """Run `thidua <words> <service>` for every service."""
    servers = Servers(PURPOSE, keep=True)
    system = System(servers, keep=True)
    servers.run.release()
    if not all(map(system.pid, SERVICES)):
        raise ServerError("The system does not run: `make up` starts it.")
    results = [
        subprocess.run(
            [sys.executable, "-m", "services", *words, name], env=system.environment(name), check=False
        ).returncode
        for name in SERVICES
    ]
    return max(results)


def _settings(system: System, service: str, token: str) -> str:
    """For an operator's commands on the service, and an officer's, which ask registry with the token."""
    mine = {name: value for name, value in system.environment(service).items() if name.startswith("THIDUA_")}
    mine |= {"THIDUA_REGISTRY": system.address("registry"), "THIDUA_TOKEN": token}
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in mine.items())


def _write(system: System, name: str, text: str) -> None:
    """It holds secrets, so the file is ours alone."""
    path = system.folder / name
    path.touch(0o600)
    path.write_text(text)


def _guide(servers: Servers, system: System, token: str) -> str:
    registry = system.address("registry")
    call = f'grpcurl -plaintext -max-time 10 -H "authorization: Bearer $(cat {system.folder / "token"})"'
    asked = """'{"text": "toa an nhan dan toi cao"}'"""
    return "\n".join(
        [
            "",
            *(f"{name:9} gRPC {system.address(name)}   http://{system.metrics(name)}/metrics" for name in SERVICES),
            f"postgres  {servers.postgres.admin_dsn}",
            f"kafka     {servers.kafka.bootstrap}   public topic {system.topic('awards.public')}",
            f"token     {token}",
            "          (for a day; `make up` prints a new one)",
            "",
            "Tell them the five articles:   .venv/bin/python -m deploy.demo play",
            "Explore with any gRPC tool (reflection is on), such as grpcurl:",
            f"  grpcurl -plaintext {registry} describe thidua.registry.v1.RegistryService",
            f"  {call} -d {asked} {registry} thidua.registry.v1.RegistryService/FindOrganisations",
            f"Then, for commands:            . {system.folder}/registry.env",
            *(f"  {what:28} .venv/bin/thidua {command}" for what, command in COMMANDS.items()),
            "End it:                        make down",
        ]
    )


if __name__ == "__main__":
    ways = {"up": up, "down": down, "each": each}
    try:
        way = ways[sys.argv[1]]
    except (KeyError, IndexError):
        sys.exit(__doc__)
    try:
        sys.exit(way(*sys.argv[2:]))
    except ServerError as error:
        sys.exit(str(error))
