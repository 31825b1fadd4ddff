"""Trouble on demand, a log of requests, and the service protection limits."""

import math
import re
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

from support.dataverse_server.errors import OrgError, throttled

KINDS = frozenset({
    "throttle_requests", "throttle_time", "throttle_concurrency",  # 429 with Retry-After, before anything is read
    "unavailable", "bad_gateway", "gateway_timeout",  # 503, 502, 504
    "unauthorized",  # 401 although the token is good
    "forbidden",  # 403, a privilege is missing
    "error",  # any reply: data = {"status", "code", "message"}
    "cut",  # the connection ends after `data["bytes"]` of the body (half of it unless told)
    "drop",  # the connection ends without a reply
    "slow",  # the answer comes after data["seconds"]
    "edit",  # data["edits"]: changes by somebody else, made before the request is answered
    "expire_tokens",  # all tokens end before the request is looked at
})  # fmt: skip


@dataclass
class Fault:
    """Trouble for requests whose "METHOD path?query" (decoded) matches: `after` of them pass, then `times` have it."""

    kind: str
    match: str = "/api/data/"
    times: int = 1
    after: int = 0
    retry_after: float | None = 1
    data: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise OrgError(f"there is no fault {self.kind!r}; known: {', '.join(sorted(KINDS))}")


@dataclass(frozen=True)
class LoggedRequest:
    """One answered request. `seconds`: how long it took; `size`: bytes of the body; `fault`: kinds that were applied."""

    method: str
    path: str
    status: int
    at: float
    seconds: float
    size: int
    prefer: str = ""
    faults: tuple[str, ...] = ()


class Faults:
    """Faults that still wait for their requests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._waiting]

    def take(self, line: str) -> list[Fault]:
        """The faults for this request. Of those that end it, only the first one counts down."""
        taken: list[Fault] = []
        with self._lock:
            for fault in self._waiting:
                if not re.search(fault.match, line):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if fault.kind not in _PASSING and any(t.kind not in _PASSING for t in taken):
                    continue
                fault.times -= 1
                taken.append(fault)
            self._waiting = [fault for fault in self._waiting if fault.times > 0]
        return taken


_PASSING = frozenset({"slow", "edit", "expire_tokens"})


class Log:
    """The last requests; nothing of it holds a token or a body."""

    def __init__(self, keep: int = 100_000) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=keep)

    def add(self, entry: LoggedRequest) -> None:
        self._entries.append(entry)

    def entries(self) -> list[LoggedRequest]:
        return list(self._entries)

    def clear(self) -> None:
        self._entries.clear()


@dataclass
class Limits:
    """Service protection: requests and seconds of work in a sliding window, and requests at the same time."""

    requests: int = 6000
    work_seconds: float = 1200
    concurrent: int = 52
    window: float = 300
    _starts: deque[float] = field(default_factory=deque, repr=False)
    _work: deque[tuple[float, float]] = field(default_factory=deque, repr=False)
    _worked: float = 0.0
    _running: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def enter(self) -> dict[str, str]:
        """Let a request in and return the headers that tell what is left; raises DataverseError (429)."""
        now = time.monotonic()
        with self._lock:
            self._forget(now - self.window)
            if self._running >= self.concurrent:
                raise throttled("concurrency", 1)
            if len(self._starts) >= self.requests:
                raise throttled("requests", math.ceil(self._starts[0] + self.window - now))
            if self._worked > self.work_seconds:
                raise throttled("time", math.ceil(self._work[0][0] + self.window - now))
            self._running += 1
            self._starts.append(now)
            return {
                "x-ms-ratelimit-burst-remaining-xrm-requests": str(self.requests - len(self._starts)),
                "x-ms-ratelimit-time-remaining-xrm-requests": f"{self.work_seconds - self._worked:,.2f}",
            }

    def leave(self, seconds: float) -> None:
        with self._lock:
            self._running -= 1
            self._work.append((time.monotonic(), seconds))
            self._worked += seconds

    def _forget(self, before: float) -> None:
        while self._starts and self._starts[0] < before:
            self._starts.popleft()
        while self._work and self._work[0][0] < before:
            self._worked -= self._work.popleft()[1]
