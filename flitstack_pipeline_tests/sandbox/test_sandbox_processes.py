import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from flitstack_pipeline.sandbox.processes import (
    ProcessId,
    file_lock,
    identify,
    is_alive,
    last_lines,
    start_detached,
    stop,
    wait_until,
)


def _start(tmp_path: Path, code: str) -> ProcessId:
    command = [sys.executable, "-c", code]
    process = start_detached(command, log=tmp_path / "log", cwd=tmp_path, env=dict(os.environ))
    assert process is not None
    return process


def test_a_started_process_is_recognised_until_it_ends(tmp_path: Path) -> None:
    process = _start(tmp_path, "import time; time.sleep(60)")
    assert is_alive(process)
    stop(process)
    assert not is_alive(process)
    assert identify(process.pid) != process


def test_a_process_that_only_has_the_same_number_is_left_alone(tmp_path: Path) -> None:
    process = _start(tmp_path, "import time; time.sleep(60)")
    try:
        for stranger in (replace(process, started=process.started - 1), replace(process, boot="another boot")):
            assert not is_alive(stranger)
            stop(stranger)
        assert is_alive(process)
    finally:
        stop(process)


def test_what_does_not_listen_is_ended_by_force(tmp_path: Path) -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    process = _start(tmp_path, code)
    assert wait_until(lambda: "deaf" in last_lines(tmp_path / "log"), seconds=10)
    stop(process, patience=0.3)
    assert not is_alive(process)


def test_a_server_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    code = f"""
import os, sys
from pathlib import Path
from flitstack_pipeline.sandbox.processes import start_detached
folder = Path({str(tmp_path)!r})
server = [sys.executable, "-c", "import time; time.sleep(60)"]
p = start_detached(server, log=folder / "log", cwd=folder, env=dict(os.environ))
print(p.pid, p.started, p.boot)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    pid, started, boot = done.stdout.split()
    server = ProcessId(pid=int(pid), started=int(started), boot=boot)
    assert is_alive(server)
    stop(server)


def test_a_lock_lets_one_in_at_a_time_and_says_that_it_waits(tmp_path: Path) -> None:
    events: list[str] = []

    def second() -> None:
        with file_lock(tmp_path / "new" / "lock", waiting=lambda: events.append("waiting")):
            events.append("second")

    with file_lock(tmp_path / "new" / "lock"):
        thread = Thread(target=second)
        thread.start()
        assert wait_until(lambda: events == ["waiting"], seconds=10)
        time.sleep(0.05)
        events.append("first leaves")
    thread.join()
    assert events == ["waiting", "first leaves", "second"]


def test_a_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), file_lock(tmp_path / "lock"):
        raise KeyError
    with file_lock(tmp_path / "lock", waiting=lambda: pytest.fail("still locked")):
        pass


def test_last_lines_of_a_long_log_and_of_none(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("".join(f"line {i}\n" for i in range(10_000)))
    assert last_lines(tmp_path / "log", 2) == "line 9998\nline 9999"
    assert last_lines(tmp_path / "none") == ""
