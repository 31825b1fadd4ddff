"""Errors of the file system that a person can mend, said as such."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from flitstack_pipeline.errors import ConfigurationError

_MENDABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR})


@contextlib.contextmanager
def explained(folder: Path, *, variable: str) -> Iterator[None]:
    """Turn "disk full", "permission denied" and the like into a ConfigurationError naming the variable to change."""
    try:
        yield
    except OSError as error:
        elsewhere = error.filename and not Path(os.fsdecode(error.filename)).is_relative_to(folder)
        if error.errno not in _MENDABLE or (elsewhere and not folder.is_relative_to(os.fsdecode(error.filename))):
            raise
        raise ConfigurationError(
            f"{error.filename or folder}: {error.strerror}.",
            hint=f"Make room or give the right to write there, or set {variable} to another folder.",
        ) from error
