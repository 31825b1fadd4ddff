"""One writer at a time: a lock on a file that the operating system lets go of when its process ends, however it ends."""

import fcntl
from pathlib import Path
from typing import IO

from flitstack_pipeline.errors import TransientError


def claim(path: Path, who: str) -> IO[str]:
    """Take the lock at `path` and return the open file that holds it; TransientError names the holder when it is taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "another run"
        file.close()
        raise TransientError(
            f"{holder} is writing to this Odoo", hint="wait until it has ended (flitstack status, or the Dagster UI)"
        ) from error
    file.truncate(0)
    file.write(who)
    file.flush()
    return file
