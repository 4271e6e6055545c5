"""Apache Kafka's jars: fetched once by Maven into var/kafka/, checked by SHA-256 at every use."""

import functools
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.local.processes import VAR, ServerError, locked, own_folder

POM = Path(__file__).with_name("kafka-pom.xml")
SUMS = Path(__file__).with_name("kafka-jars.sha256")
LIBS = VAR / "kafka" / "libs"


@functools.cache
def classpath() -> str:
    """Java's class path of Kafka; the jars are fetched when they are not there, and refused when they are others."""
    expected = {name: digest for digest, name in (line.split() for line in SUMS.read_text().splitlines())}
    own_folder(VAR / "kafka")
    with locked(VAR / "kafka" / "lock"):
        if _sums(LIBS) != expected:
            print("Fetching Apache Kafka 4.3.1 by Maven (44 MB, once) …", file=sys.stderr, flush=True)
            fetched = fetch()
            wrong = {name for name, _ in _sums(fetched).items() ^ expected.items()}
            if wrong:
                raise ServerError(f"Kafka's jars are not those of {SUMS}: {', '.join(sorted(wrong))}")
            _keep(fetched)
    return f"{LIBS}/*"


def fetch() -> Path:
    """Fetch the jars into a new folder, through a Maven repository of our own that no other checkout writes to."""
    target, repository = LIBS.with_name("fetched"), LIBS.with_name("repository")
    shutil.rmtree(target, ignore_errors=True)
    maven = ["mvn", "-q", "-B", "-f", str(POM), f"-Dmaven.repo.local={repository}", "dependency:copy-dependencies"]
    command = [*maven, f"-DoutputDirectory={target}", "-DincludeScope=runtime"]
    try:
        made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise ServerError("Maven is not installed: apt-get install maven openjdk-17-jre-headless") from None
    if made.returncode:
        raise ServerError(f"Maven could not fetch Kafka's jars:\n{made.stdout.strip()}\n{made.stderr.strip()}")
    shutil.rmtree(repository)
    return target


def _keep(fetched: Path) -> None:
    shutil.rmtree(LIBS, ignore_errors=True)
    fetched.rename(LIBS)


def _sums(folder: Path) -> dict[str, str]:
    return {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in sorted(folder.glob("*.jar"))}


def main() -> None:
    """Fetch the jars when they are not there; `sums` takes down what Maven gives now, after a change of the pom."""
    if "sums" in sys.argv:
        own_folder(VAR / "kafka")
        _keep(fetch())
        SUMS.write_text("".join(f"{digest}  {name}\n" for name, digest in _sums(LIBS).items()))
    try:
        classpath()
    except ServerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
