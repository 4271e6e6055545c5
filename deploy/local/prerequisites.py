"""What a machine lacks of Python's venv, PostgreSQL, Java and Maven: installed by apt, else named in one sentence.

python3 deploy/local/prerequisites.py [servers]

Runs before there is a virtual environment, by whatever Python there is: standard library only, nothing of ours.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

POSTGRES, JAVA = 15, 17
# Debian's package makes and starts a server of its own, which nobody here asked for. The file goes when it is done.
NO_MAIN_CLUSTER = Path("/etc/postgresql-common/createcluster.d/thidua.conf")


def missing(servers: bool) -> dict[str, str]:
    """What is missing, as a person calls it, and the package that brings it."""
    wanted = {}
    if importlib.util.find_spec("ensurepip") is None:
        wanted["Python's venv"] = f"python3.{sys.version_info.minor}-venv"
    if servers and not os.environ.get("THIDUA_TEST_POSTGRES") and newest_postgres() < POSTGRES:
        wanted[f"PostgreSQL {POSTGRES} or later"] = "postgresql"
    if servers and not os.environ.get("THIDUA_TEST_KAFKA"):
        if java() < JAVA:
            wanted[f"Java {JAVA} or later"] = "default-jre-headless"
        if not shutil.which("mvn") and not Path("var/kafka/libs").exists():
            wanted["Maven"] = "maven"
    return wanted


def newest_postgres() -> int:
    programs = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    own = shutil.which("initdb") and _number(["initdb", "--version"])
    return max([int(program.parts[-3]) for program in programs] + [own or 0])


def java() -> int:
    return _number(["java", "-version"]) if shutil.which("java") else 0


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - an older one may well run this file, and only this one
        sys.exit("thidua needs Python 3.11 or later: install it, or name it with make PYTHON=…")
    servers = sys.argv[1:] == ["servers"]
    wanted = missing(servers)
    if not wanted:
        return
    names, packages = ", ".join(wanted), " ".join(sorted(wanted.values()))
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    allowed = not root or (shutil.which("sudo") and _quietly([*root, "true"]))
    if not (shutil.which("apt-get") and allowed):
        sys.exit(f"{names}: not on this machine. Install: apt-get install {packages}")
    print(f"{names}: not on this machine; installing {packages} by apt-get …", file=sys.stderr, flush=True)
    with _no_main_cluster(root) if "postgresql" in packages else contextlib.nullcontext():
        for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages.split()]):
            environment = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
            command = [*root, *environment, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", *step]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{done.stdout}{done.stderr}apt-get {step[0]} failed. Needed: {packages}")
    left = missing(servers)
    if left:
        sys.exit(f"{', '.join(left)}: this system's packages are too old for thidua; install newer ones by hand.")


@contextlib.contextmanager
def _no_main_cluster(root: list[str]) -> Iterator[None]:
    script = f"mkdir -p {NO_MAIN_CLUSTER.parent} && echo 'create_main_cluster = false' > {NO_MAIN_CLUSTER}"
    subprocess.run([*root, "sh", "-c", script], check=True)
    try:
        yield
    finally:
        subprocess.run([*root, "rm", "-f", str(NO_MAIN_CLUSTER)], check=True)


def _number(command: list[str]) -> int:
    """The first number in what a program says of its version, which some say on the other stream."""
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+", said.stdout + said.stderr)
    return int(found.group()) if found else 0


def _quietly(command: list[str]) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    main()
