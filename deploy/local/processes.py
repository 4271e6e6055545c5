"""Server processes of ours: started so that they die with us, found again by a later run when they did not."""

import contextlib
import fcntl
import functools
import hashlib
import json
import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL, Signals

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"

# The kernel sends the parent-death signal when the *thread* that spawned the child ends, so one thread,
# which lives as long as the program, spawns them all.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="servers")


class ServerError(RuntimeError):
    """A server did not do what it was told; the message names its log."""


def own_folder(path: Path) -> Path:
    """Make `path`, which lies in a folder of ours; servers that run as another user may pass through it."""
    for folder in [*reversed(path.parents), path]:
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o711)
    return path


def reachable_by_others(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])


def outside_folder() -> Path:
    """A folder of this checkout outside of it, for servers that cannot reach into it (a home of mode 700)."""
    folder = _outside()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o711)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise ServerError(f"{folder} is not ours: remove it")
    folder.chmod(0o711)
    return folder


def free_port() -> int:
    """A free loopback port below the range of outgoing connections.

    Were it within, a client that reconnects to a dead server could be given the server's own port and meet itself.
    """
    lowest_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    top = lowest_outgoing if lowest_outgoing > 12_000 else 32_768
    while True:
        port = random.randrange(top - 10_000, top)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Process:
    """One server process, known by id and start time, so that a recycled id is never taken for it.

    `record` is the file that remembers it for other runs.
    """

    def __init__(self, record: Path) -> None:
        self.record = record
        self._child: subprocess.Popen[bytes] | None = None

    def spawn(
        self,
        command: Sequence[str],
        *,
        log: Path,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
        at_our_death: str | None = "KILL",
    ) -> None:
        """Start `command`. It gets the signal `at_our_death` when this process ends, however it ends; None detaches."""
        words = [*as_user(user), *(["setpriv", "--pdeathsig", at_our_death] if at_our_death else []), *command]
        with log.open("ab") as output:
            self._child = _spawner.submit(
                subprocess.Popen[bytes],
                words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we stop the servers in order
                env=env,
                cwd="/",
            ).result()
        self.record.write_text(json.dumps({"pid": self._child.pid, "started": _started(self._child.pid)}))

    @property
    def pid(self) -> int | None:
        """The id of the living process, or None."""
        if self._child is not None:
            return self._child.pid if self._child.poll() is None else None
        with contextlib.suppress(OSError, ValueError):
            known = json.loads(self.record.read_text())
            if known["started"] and _started(known["pid"]) == known["started"]:
                return int(known["pid"])
        return None

    def signal(self, number: Signals) -> None:
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def wait(self, seconds: float) -> bool:
        """Whether the process ended within `seconds`."""
        return eventually(lambda: self.pid is None, seconds)

    def end(self, politely: Signals, seconds: float = 20) -> None:
        self.signal(politely)
        if not self.wait(seconds):
            self.kill()
        self.record.unlink(missing_ok=True)

    def kill(self) -> None:
        """`kill -9` of the process and of its children, as a power cut would."""
        pid = self.pid
        family = [] if pid is None else [pid, *_children(pid)]
        for member in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, SIGKILL)
        if not self.wait(10) or not eventually(lambda: not any(_started(member) for member in family), 10):
            raise ServerError(f"process {pid} survives kill -9")
        self.record.unlink(missing_ok=True)


def _removed(folder: Path) -> bool:
    """Whether it is gone. A program that was interrupted may go on writing into it for a moment."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def as_user(user: str | None) -> list[str]:
    return ["setpriv", "--reuid", user, "--regid", user, "--init-groups"] if user else []


def eventually(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def end_all() -> None:
    """End what runs of this checkout have left running, and say so, and remove what all runs wrote.

    Raises ServerError while a run is under way, which would lose its servers.
    """
    alive = sorted(lock.stem for lock in (VAR / "run").glob("*.lock") if _held(lock))
    if alive:
        raise ServerError(
            f"Nothing is removed: a run of this checkout is under way ({', '.join(alive)}). End it first."
        )
    for record in sorted((VAR / "run").glob("**/*.pid")):
        left = Process(record)
        if left.pid is not None:
            print(f"Ending {record.stem} of the run {record.relative_to(VAR / 'run').parts[0]} …", flush=True)
        left.kill()
    for folder in [VAR / "run", _outside()]:
        shutil.rmtree(folder, ignore_errors=True)


def _held(lock: Path) -> bool:
    with lock.open() as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _outside() -> Path:
    key = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"thidua-{os.geteuid()}-{key}"


def _started(pid: int) -> str | None:
    """What tells this process from any other that had or will have its id; None when there is none (or a zombie)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Run:
    """A folder for one run: var/run/<purpose>, or <purpose>-2 and so on beside runs that live.

    The claim is a file lock, which ends with us however we end. What a dead run left there is ended and removed,
    unless `keep` asks to go on with it.
    """

    def __init__(self, purpose: str, *, keep: bool = False) -> None:
        runs = own_folder(VAR / "run")
        for n in range(1, 100):
            name = purpose if n == 1 else f"{purpose}-{n}"
            self._lock = (runs / f"{name}.lock").open("w")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._lock.close()
                if keep:
                    raise ServerError(f"{runs / name} is in use by another process") from None
                continue
            self.folder = runs / name
            self.outside = outside_folder() / name if os.geteuid() == 0 and not reachable_by_others(runs) else None
            if not keep:
                self.remove()
            own_folder(self.folder)
            return
        raise ServerError(f"a hundred runs of {purpose} at once")

    def remove(self) -> None:
        for record in self.folder.glob("**/*.pid"):
            Process(record).kill()
        for folder in [self.folder, self.outside]:
            if folder is not None and not eventually(functools.partial(_removed, folder), 10):
                raise ServerError(f"{folder} cannot be removed")

    def release(self) -> None:
        self._lock.close()
