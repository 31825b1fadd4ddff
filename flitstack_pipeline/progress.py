"""Progress of long work: the engine says what it does, whoever runs it decides how that is shown."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

log = logging.getLogger(__name__)


class Progress(Protocol):
    """Where the engine reports to. `total` is in records; 0 where it is not known."""

    def start(self, task: str, total: int) -> None: ...

    def advance(self, task: str, count: int) -> None: ...

    def finish(self, task: str, summary: str) -> None: ...


class LogProgress:
    """Writes a line at the start and end of a task, and at most every `seconds` between."""

    def __init__(self, seconds: float = 5.0, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._tasks: dict[str, tuple[int, int, float, float]] = {}

    def start(self, task: str, total: int) -> None:
        now = self._clock()
        self._tasks[task] = (0, total, now, now)
        log.info("%s: starts%s", task, f", {total:,} rows" if total else "")

    def advance(self, task: str, count: int) -> None:
        done, total, began, last = self._tasks.get(task, (0, 0, self._clock(), 0.0))
        done, now = done + count, self._clock()
        if now - last >= self._seconds:
            log.info(
                "%s: %d%s rows, %.0f a second",
                task,
                done,
                f" of {total:,}" if total else "",
                done / max(now - began, 0.001),
            )
            last = now
        self._tasks[task] = (done, total, began, last)

    def finish(self, task: str, summary: str) -> None:
        self._tasks.pop(task, None)
        log.info("%s: %s", task, summary)


_current: ContextVar[Progress | None] = ContextVar("flitstack_progress", default=None)
_default = LogProgress()


def current() -> Progress:
    """The progress display of this context; the log if none was set."""
    return _current.get() or _default


@contextmanager
def shown_by(progress: Progress) -> Iterator[None]:
    """Show progress by another display within this block."""
    token = _current.set(progress)
    try:
        yield
    finally:
        _current.reset(token)
