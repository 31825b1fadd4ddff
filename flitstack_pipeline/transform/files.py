"""Files of an export: photos, signatures, documents. Described by path, size and checksum; read only when asked.

A path comes from the source's data and is not trusted: it may not lead out of the folder of the export, by `..`, by
being absolute or by a symbolic link.
"""

import hashlib
import mimetypes
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePosixPath, PureWindowsPath

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.registry import refused, shown, transform

MEGABYTE = 1024 * 1024
_CHUNK = 1024 * 1024
# Of its own: the module's functions also read the machine's files, and an export must give the same types everywhere.
_TYPES = mimetypes.MimeTypes(filenames=())


class TooLarge(RecordError):
    """A file is over the limit and stays behind: `path` is relative to the export's folder, `size` in bytes."""

    def __init__(self, reason: str, *, path: str, size: int) -> None:
        super().__init__(reason)
        self.path = path
        self.size = size


@dataclass(frozen=True)
class FileContent:
    """A file as it was when it was described. `path` is relative to the folder of the export, with `/`; `size` in
    bytes.
    """

    path: str
    sha1: str
    sha256: str
    size: int
    mimetype: str
    location: Path

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    def read(self) -> bytes:
        """Return the bytes; RecordError if they are no longer those that were described."""
        try:
            data = self.location.read_bytes()
        except OSError as error:
            raise RecordError(f"the file {self.path} cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise RecordError(f"the file {self.path} has changed since it was described")
        return data


def describe_file(relative: str, base: Path, *, max_mb: Decimal | None = None) -> FileContent:
    """Describe the file at `relative` below `base`; RecordError when it is missing or elsewhere, TooLarge over
    `max_mb`.

    The file is read once, in pieces, for its checksums.
    """
    location, path = _located(relative, base)
    try:
        size = location.stat().st_size
        if max_mb is not None and size > max_mb * MEGABYTE:
            megabytes = Decimal(size) / MEGABYTE
            raise TooLarge(f"the file {path} has {megabytes:.1f} MB, more than {max_mb:f} MB", path=path, size=size)
        sha1, sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
        size = 0
        with location.open("rb") as file:
            while piece := file.read(_CHUNK):
                sha1.update(piece)
                sha256.update(piece)
                size += len(piece)
    except OSError as error:
        raise RecordError(f"the file {path} cannot be read: {error.strerror}") from error
    return FileContent(path, sha1.hexdigest(), sha256.hexdigest(), size, guess_type(path), location)


def guess_type(path: str) -> str:
    """The media type that a file's name stands for."""
    return _TYPES.guess_type(path, strict=False)[0] or "application/octet-stream"


def _located(relative: str, base: Path) -> tuple[Path, str]:
    """Where the file really is, and its path in the export with `/`."""
    text = relative.strip().replace("\\", "/")  # exports made on Windows
    path = PurePosixPath(text)
    if not text or "\0" in text or path.is_absolute() or PureWindowsPath(text).drive or ".." in path.parts:
        raise RecordError(f"{shown(relative)} is not a path inside the folder of the export")
    root = base.resolve()
    try:
        location = (root / path).resolve(strict=True)
    except FileNotFoundError as error:
        raise RecordError(f"the file {path} is not in the export") from error
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links; a name that is too long or no name
        raise RecordError(f"the file {shown(str(path))} cannot be found: {error}") from error
    if not location.is_relative_to(root):
        raise RecordError(f"the file {path} is a link that leads out of the folder of the export")
    if not location.is_file():
        raise RecordError(f"{path} is not a file")
    return location, str(path)


@transform(
    "file_bytes",
    accepts=(str,),
    returns=FileContent,
    context=("base", "max_mb"),
    examples=(
        refused("../secrets.txt", "not a path inside", base=Path()),
        refused("photos/none.jpg", "is not in the export", base=Path()),
    ),
)
def file_bytes(value: str, *, max_mb: Decimal = Decimal(25), base: Path) -> FileContent:
    """Find the file that a path of the source names, in the folder of the export.

    Gives its name, size, checksums and type; the bytes are read when they are sent. `max_mb` (of 1,048,576 bytes; 25
    unless the migration says otherwise): a larger file is left behind and listed. `base` comes from the migration and
    cannot be set in a map.
    """
    return describe_file(value, base, max_mb=max_mb)
