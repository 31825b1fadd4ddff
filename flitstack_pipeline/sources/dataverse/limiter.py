"""Calls per minute, shared by all threads, runs and processes of this machine that read the same organization.

The store is a file: a header, then the start times of the last calls in a ring. Who wants to call takes a slot under
the file's lock and then waits for its time outside of it. The operating system releases the lock of a killed process,
so nobody waits for the dead; a slot that a killed process took is only a call that nobody made.

Times are of the machine's monotonic clock, which all its processes share and which setting the wall clock does not
move. It starts anew with the machine, so the header names the boot that its times belong to.
"""

import fcntl
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

WINDOW = 60.0
CAPACITY = 8192
"""Slots in the ring, and so the highest limit that can be kept. Dataverse itself allows 1,200 calls a minute."""

# A time further ahead than any server asks to wait can only be damage.
_ABSURD = 3600.0
_HEADER = struct.Struct("<8s16sQd")
_SLOT = struct.Struct("<d")
_MAGIC = b"fsCalls1"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass
class _Store:
    index: int
    pause_until: float


class CallLimiter:
    """At most `calls_per_minute` calls begin in any 60 seconds, and none before a pause that somebody called is over."""

    def __init__(
        self,
        path: Path,
        calls_per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.calls_per_minute = min(calls_per_minute, CAPACITY)
        self.calls = 0
        self.waited = 0.0
        self._clock = clock
        self._sleep = sleep
        # flock is of the open file: threads of one process need a lock of their own.
        self._lock = threading.Lock()
        self._boot = _boot()

    def acquire(self) -> None:
        """Wait until one call may begin."""
        began = self._clock()
        while True:
            start = self._take_slot()
            while (ahead := start - self._clock()) > 0:
                self._sleep(ahead)
            # Meanwhile another worker may have been told to wait: the slot is let go then.
            with self._open() as (_, store):
                if store.pause_until <= self._clock():
                    break
        with self._lock:
            self.calls += 1
            self.waited += self._clock() - began

    def pause(self, seconds: float) -> None:
        """Let no call begin for so long: neither of this process nor of any other."""
        with self._open() as (_, store):
            store.pause_until = max(store.pause_until, self._clock() + seconds)

    def _take_slot(self) -> float:
        with self._open() as (file, store):
            earlier = self._slot(file, store, self.calls_per_minute)
            start = max(self._clock(), store.pause_until, earlier + WINDOW, self._slot(file, store, 1))
            os.pwrite(file, _SLOT.pack(start), _HEADER.size + store.index % CAPACITY * _SLOT.size)
            store.index += 1
        return start

    def _slot(self, file: int, store: _Store, back: int) -> float:
        """Start of the call that many calls ago; long past where there was none."""
        if back > store.index:
            return -WINDOW
        place = _HEADER.size + (store.index - back) % CAPACITY * _SLOT.size
        return _SLOT.unpack(os.pread(file, _SLOT.size, place))[0]

    @contextmanager
    def _open(self) -> Iterator[tuple[int, _Store]]:
        with self._lock:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                store = self._read(file)
                yield file, store
                os.pwrite(file, _HEADER.pack(_MAGIC, self._boot, store.index, store.pause_until), 0)
            finally:
                os.close(file)

    def _read(self, file: int) -> _Store:
        data = os.pread(file, _HEADER.size, 0)
        if len(data) == _HEADER.size:
            magic, boot, index, pause_until = _HEADER.unpack(data)
            store = _Store(index, pause_until)
            whole = os.fstat(file).st_size >= _HEADER.size + min(index, CAPACITY) * _SLOT.size
            if magic == _MAGIC and boot == self._boot and whole:
                latest = max(pause_until, self._slot(file, store, 1))
                if latest <= self._clock() + _ABSURD + WINDOW * index / max(self.calls_per_minute, 1):
                    return store
        os.ftruncate(file, 0)
        return _Store(0, 0.0)


def _boot() -> bytes:
    try:
        name = _BOOT_ID.read_bytes()
    except OSError:  # no Linux: a clock that started anew shows by times that lie far ahead
        name = b""
    return sha256(name).digest()[:16]
