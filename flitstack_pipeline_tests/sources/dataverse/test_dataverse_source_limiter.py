"""The limit of calls is kept by threads, runs and processes together."""

import multiprocessing
import os
import signal
import struct
import threading
import time
from pathlib import Path

import pytest

from flitstack_pipeline.sources.dataverse import limiter as module
from flitstack_pipeline.sources.dataverse.limiter import WINDOW, CallLimiter


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def limiter(path: Path, calls: int, clock: Clock) -> CallLimiter:
    return CallLimiter(path / "calls", calls, clock=clock, sleep=clock.sleep)


def test_no_minute_has_more_calls(tmp_path):
    clock = Clock()
    one = limiter(tmp_path, 100, clock)
    began = []
    for number in range(450):
        one.acquire()
        began.append(clock.now)
        clock.now += 0.05 if number % 7 else 1.5
    for i, at in enumerate(began):
        assert sum(1 for other in began[: i + 1] if other > at - WINDOW) <= 100
    assert began[99] - began[0] < WINDOW, "as fast as it goes while the limit is not reached"


def test_two_runs_share_it(tmp_path):
    clock = Clock()
    one, two = limiter(tmp_path, 10, clock), limiter(tmp_path, 10, clock)
    for _ in range(10):
        one.acquire()
    assert clock.now == 1000.0
    two.acquire()
    assert clock.now == pytest.approx(1060.0)


def test_a_pause_is_for_all(tmp_path):
    clock = Clock()
    one, two = limiter(tmp_path, 1000, clock), limiter(tmp_path, 1000, clock)
    one.pause(30)
    one.pause(5)
    two.acquire()
    assert clock.now == pytest.approx(1030.0)


def test_a_pause_that_comes_while_somebody_waits(tmp_path):
    clock = Clock()
    two = limiter(tmp_path, 1, clock)

    def sleep(seconds: float) -> None:
        clock.now += seconds
        if clock.now < 1100:
            two.pause(100)

    one = CallLimiter(tmp_path / "calls", 1, clock=clock, sleep=sleep)
    one.acquire()
    one.acquire()
    assert clock.now >= 1160.0


def test_a_clock_that_began_anew(tmp_path, monkeypatch):
    clock = Clock(90_000.0)
    one = limiter(tmp_path, 1, clock)
    one.acquire()
    one.pause(300)
    monkeypatch.setattr(module, "_boot", lambda: b"another boot".ljust(16))
    fresh = Clock(5.0)
    limiter(tmp_path, 1, fresh).acquire()
    assert fresh.now == 5.0


@pytest.mark.parametrize("damage", [b"", b"junk", b"x" * 500, struct.pack("<8s16sQd", b"fsCalls1", b"", 5, 1e300)])
def test_a_damaged_store_is_begun_anew(tmp_path, damage):
    (tmp_path / "calls").write_bytes(damage)
    clock = Clock()
    limiter(tmp_path, 5, clock).acquire()
    assert clock.now == 1000.0


def test_threads(tmp_path):
    one = CallLimiter(tmp_path / "calls", 8000)
    threads = [threading.Thread(target=lambda: [one.acquire() for _ in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert one.calls == 400
    assert struct.unpack_from("<Q", (tmp_path / "calls").read_bytes(), 24)[0] == 400


def _call(path: str, times: "multiprocessing.Queue[float]", calls: int) -> None:
    one = CallLimiter(Path(path), 30)
    for _ in range(calls):
        one.acquire()
        times.put(time.monotonic())


def test_two_processes(tmp_path, monkeypatch):
    """Thirty calls go at once, whoever makes them; the next one has to wait."""
    context = multiprocessing.get_context("fork")
    times = context.Queue()
    workers = [context.Process(target=_call, args=(str(tmp_path / "calls"), times, 15)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert [w.exitcode for w in workers] == [0, 0]
    assert len([times.get(timeout=5) for _ in range(30)]) == 30
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        raise TimeoutError

    with pytest.raises(TimeoutError):
        CallLimiter(tmp_path / "calls", 30, sleep=sleep).acquire()
    assert 50 < waits[0] <= WINDOW


def _hold(path: str, ready: "multiprocessing.Queue[int]") -> None:
    one = CallLimiter(Path(path), 30)
    with one._open():
        ready.put(os.getpid())
        time.sleep(60)


def test_a_killed_process_holds_nothing(tmp_path):
    context = multiprocessing.get_context("fork")
    ready = context.Queue()
    worker = context.Process(target=_hold, args=(str(tmp_path / "calls"), ready))
    worker.start()
    os.kill(ready.get(timeout=10), signal.SIGKILL)
    worker.join(10)
    began = time.monotonic()
    CallLimiter(tmp_path / "calls", 30).acquire()
    assert time.monotonic() - began < 5
