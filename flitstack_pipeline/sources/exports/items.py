"""The files of an export, whether they lie in a folder or inside an archive, and what their bytes say they are."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from flitstack_pipeline.errors import SourceError

_MAGIC = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"\x1f\x8b", "gzip archive"),
    (b"7z\xbc\xaf", "7-Zip archive"),
    (b"Rar!", "RAR archive"),
    (b"SQLite format 3", "SQLite database"),
    (b"PAR1", "Parquet"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One file. `name` is relative to the export folder; a member of an archive is `a.zip!customers.csv`."""

    name: str
    path: Path
    member: str | None = None

    @property
    def stem(self) -> str:
        """File name without folder and without its last suffix."""
        return PurePosixPath(self.member if self.member is not None else self.path.name).stem

    def open(self) -> io.BufferedReader:
        """Open for reading from the start; streams, also out of an archive."""
        if self.member is None:
            return self.path.open("rb")
        archive = zipfile.ZipFile(self.path)
        try:
            return _Member(archive, archive.open(self.member))
        except (RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
            archive.close()
            raise SourceError(
                f"{self.name}: cannot be read from the archive: {error}",
                hint="unpack the archive into the folder instead",
            ) from error

    def seekable(self) -> BinaryIO:
        """Open for random access; a member of an archive is read into memory for it."""
        if self.member is None:
            return self.path.open("rb")
        with self.open() as stream:
            return io.BytesIO(stream.read())

    def head(self, size: int = 65_536) -> bytes:
        """First bytes of the file."""
        with self.open() as stream:
            return stream.read(size)


class _Member(io.BufferedReader):
    """A member's stream that closes its archive with itself."""

    def __init__(self, archive: zipfile.ZipFile, stream: IO[bytes]) -> None:
        super().__init__(stream)  # type: ignore[arg-type]  # ZipExtFile is a raw stream in all but its declaration
        self._archive = archive

    def close(self) -> None:
        super().close()
        self._archive.close()


def kind(item: Item) -> str:
    """Tell from the bytes: "workbook", "zip", "text", "empty", or in words what else. Suffixes are not believed."""
    head = item.head(4096)
    if not head:
        return "empty"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(item)
    if head.startswith(_OLE):
        return "workbook"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    # Control bytes that no text has, NULs apart: UTF-16 is full of those and damaged CSV has some.
    if sum(head.count(bytes([b])) for b in (1, 2, 3, 4, 5, 6, 14, 15, 16, 17, 18, 19, 20)) > len(head) // 50:
        return "binary file"
    return "text"


def _kind_of_zip(item: Item) -> str:
    try:
        with item.seekable() as stream, zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" in names:
                return "workbook" if any(n.startswith("xl/") for n in names) else "Office document"
            if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype"):
                return "workbook"
    except zipfile.BadZipFile as error:
        raise SourceError(
            f"{item.name}: is a damaged archive: {error}", hint="export or copy the file again"
        ) from error
    return "zip" if item.member is None else "archive inside an archive"
