"""Processes that outlive us: who they are, whether they still run, and how to end exactly them.

A process id alone is not enough, because the system gives it to somebody else after the end of ours. A process is
therefore remembered with the moment it started and the boot in which that was; nothing is ever signalled when either
differs.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True)
class ProcessId:
    """`started`: clock ticks since boot, as the kernel tells it. `boot`: the boot's random id."""

    pid: int
    started: int
    boot: str


def identify(pid: int) -> ProcessId | None:
    """Return the identity of the living process `pid`; None if there is none (a zombie counts as none)."""
    try:
        # The name is in brackets and may hold spaces and brackets itself: what follows the last one is plain.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, started = fields[0], int(fields[19])
    return None if state in "ZX" else ProcessId(pid=pid, started=started, boot=_boot())


def is_alive(process: ProcessId) -> bool:
    return identify(process.pid) == process


def stop(process: ProcessId, *, patience: float = 20.0) -> None:
    """End `process`, politely first (SIGTERM), by force after `patience` seconds. Does nothing if it is gone."""
    for sign, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 10.0)):
        if not is_alive(process):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, sign)
        if wait_until(lambda: not is_alive(process), seconds=seconds):
            return


def start_detached(command: Sequence[str | Path], *, log: Path, cwd: Path, env: dict[str, str]) -> ProcessId | None:
    """Start a server that keeps running after us, its output appended to `log`. None if it ended at once."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
    # While we live the server is our child: somebody has to collect its end, or it would stay a zombie.
    threading.Thread(target=child.wait, name=f"wait for {child.pid}", daemon=True).start()
    return identify(child.pid)


def wait_until(happened: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """Ask `happened` until it is true or `seconds` are over; its last answer."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every)
    return True


@contextlib.contextmanager
def file_lock(path: Path, *, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Let one process at a time in; the kernel frees the lock when its holder dies. `waiting` is called if taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def last_lines(path: Path, count: int = 25) -> str:
    """Return the end of a log file for an error message; "" if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 16_384))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""


def _boot() -> str:
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
