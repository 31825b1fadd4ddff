"""Fetches files: bodies of notes and of e-mail attachments, file columns, images in full size.

A body goes to `files/<object>/<id>/<attribute>/<name>` below the extracts, block by block, under another name until it is
whole. Beside it stands `.<attribute>.json` with the version of its row, size and SHA-256: a body whose row has not
changed is not fetched again, so a killed run goes on where it stopped.
"""

import base64
import binascii
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from flitstack_pipeline.sources.dataverse.columns import FORMATTED
from flitstack_pipeline.sources.dataverse.errors import DataverseError, Subject
from flitstack_pipeline.sources.dataverse.files import read_json, write_json
from flitstack_pipeline.sources.dataverse.http import DataverseClient
from flitstack_pipeline.sources.dataverse.schema import BODIES, Attribute, Table

BLOCK = 4 * 1024 * 1024
MAX_NAME = 120
_ACTIONS = {
    "annotation": ("InitializeAnnotationBlocksDownload", "annotationid"),
    "activitymimeattachment": ("InitializeAttachmentBlocksDownload", "activitymimeattachmentid"),
}
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_NO_CHUNKS = "0x80090017"


@dataclass(frozen=True)
class Body:
    """A file of a row. `path`: relative to the extracts, None if it was not fetched. `size` in bytes, None if unknown."""

    path: str | None
    size: int | None


NO_BODY = Body(None, None)


class TooLargeBody(Exception):
    """A body is larger than what is fetched."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class BodyFetcher:
    """Fetches the bodies of one object's rows into `into`. `max_bytes`: larger ones are left; None for no limit."""

    def __init__(
        self, client: DataverseClient, table: Table, *, object_name: str, into: Path, max_bytes: int | None
    ) -> None:
        self._client = client
        self._table = table
        self._object = object_name
        self._into = into
        self._max = max_bytes
        self.noted: Counter[str] = Counter()

    def fetch(self, row: Mapping[str, Any], row_id: str, attribute: Attribute) -> Body:
        """The body of one attribute of a row, fetched if need be. Raises DataverseError."""
        entity = self._table.entity.name
        is_text = (entity, attribute.name) in BODIES
        told = row.get("filesize") if is_text else None
        size = told if isinstance(told, int) else None
        if not self._is_there(row, attribute, is_text=is_text):
            return NO_BODY
        if self._max is not None and size is not None and size > self._max:
            return self._left(size)
        folder = self._into / "files" / self._object / _safe(row_id)
        version = str(row.get("@odata.etag") or row.get("versionnumber") or "")
        if known := self._known(folder, attribute, version):
            return known
        name = (
            row.get("filename") if is_text else row.get(f"{attribute.name}_name") or row.get(attribute.name + FORMATTED)
        )
        subject = Subject(entity, attribute.name, f"fetching the file of {row_id}")
        place = _Place(folder / attribute.name, str(name or ""), subject)
        try:
            if is_text:
                whole = self._text_body(row_id, attribute, size, place)
            else:
                whole = self._file_column(row_id, attribute, place)
        except TooLargeBody as error:
            return self._left(error.size)
        finally:
            place.discard()
        if whole is None:
            self.noted["rows told of a file that is not there (any more)"] += 1
            return NO_BODY
        path = whole.path.relative_to(self._into).as_posix()
        if size is not None and size != whole.size:
            self.noted["files have another size than their row says"] += 1
        record = {"version": version, "path": path, "size": whole.size, "sha256": whole.sha256}
        write_json(folder / f".{attribute.name}.json", record)
        return Body(path, whole.size)

    def _is_there(self, row: Mapping[str, Any], attribute: Attribute, *, is_text: bool) -> bool:
        if is_text:
            # A note without a file has neither a name nor a size.
            return bool(row.get("filename") or row.get("filesize") or row.get("isdocument"))
        if attribute.type == "File":
            return row.get(attribute.name) is not None
        signs = [n for n in (f"{attribute.name}_timestamp", f"{attribute.name}_url", f"{attribute.name}id") if n in row]
        return any(row[n] is not None for n in signs) if signs else self._table.has(attribute.name)

    def _left(self, size: int) -> Body:
        self.noted[f"files are larger than the {self._max or 0:,} bytes of `max_file_mb` and were not fetched"] += 1
        return Body(None, size)

    def _known(self, folder: Path, attribute: Attribute, version: str) -> Body | None:
        record = read_json(folder / f".{attribute.name}.json")
        if not record or not version or record.get("version") != version:
            return None
        path = self._into / str(record["path"])
        return (
            Body(record["path"], record["size"]) if path.is_file() and path.stat().st_size == record["size"] else None
        )

    # -- ways ---------------------------------------------------------------------------------------------------------

    def _text_body(self, row_id: str, attribute: Attribute, size: int | None, place: "_Place") -> "_Whole | None":
        """A base64 text: as it stands while it is small, by blocks else."""
        # The limit is of the text, which is a third longer than the file.
        small = size is not None and size * 4 // 3 < BLOCK - 1024
        try:
            return place.write(self._text(row_id, attribute, place) if small else self._blocks(row_id, place))
        except DataverseError as error:
            if error.status == 404:
                return None
            raise

    def _text(self, row_id: str, attribute: Attribute, place: "_Place") -> Iterator[bytes]:
        url = f"{self._table.entity.set_name}({row_id})/{attribute.name}/$value"
        response = self._client.get(url, subject=place.subject, headers={"Accept": "text/plain"})
        if response.content:
            yield _decoded(response.text, place.subject)

    def _blocks(self, row_id: str, place: "_Place") -> Iterator[bytes]:
        entity = self._table.entity.name
        action, key = _ACTIONS[entity]
        target = {key: row_id, "@odata.type": f"Microsoft.Dynamics.CRM.{entity}"}
        begun = self._client.post_json(action, {"Target": target}, subject=place.subject)
        size, token = int(begun["FileSizeInBytes"]), begun["FileContinuationToken"]
        if self._max is not None and size > self._max:
            raise TooLargeBody(size)
        place.name = place.name or str(begun.get("FileName") or "")
        for offset in range(0, size, BLOCK):
            body = {"Offset": offset, "BlockLength": BLOCK, "FileContinuationToken": token}
            reply = self._client.post_json("DownloadBlock", body, subject=place.subject)
            yield _decoded(str(reply.get("Data") or ""), place.subject)

    def _file_column(self, row_id: str, attribute: Attribute, place: "_Place") -> "_Whole | None":
        """A file or image column: by ranges, or as one where ranges are refused."""
        full = "?size=full" if attribute.type == "Image" else ""
        url = f"{self._table.entity.set_name}({row_id})/{attribute.name}/$value{full}"
        try:
            return place.write(self._ranges(url, place))
        except DataverseError as error:
            if error.status in (404, 416):
                return None
            if error.code.casefold() != _NO_CHUNKS:
                raise
        return place.write(self._whole(url, place))

    def _ranges(self, url: str, place: "_Place") -> Iterator[bytes]:
        offset, size = 0, None
        while size is None or offset < size:
            headers = {"Accept": "*/*", "Range": f"bytes={offset}-{offset + BLOCK - 1}"}
            response = self._client.get(url, subject=place.subject, headers=headers)
            if response.status_code == 204:
                return
            if size is None:
                size = self._size_of(response.headers, len(response.content), partial=response.status_code == 206)
                place.name = place.name or _name_in(response.headers)
            if not response.content:
                raise DataverseError(f"the file ends at {offset:,} of {size:,} bytes", subject=place.subject)
            offset += len(response.content)
            yield response.content
            if response.status_code != 206:
                return

    def _whole(self, url: str, place: "_Place") -> Iterator[bytes]:
        response = self._client.get(url, subject=place.subject, headers={"Accept": "*/*"})
        self._size_of(response.headers, len(response.content), partial=False)
        place.name = place.name or _name_in(response.headers)
        yield response.content

    def _size_of(self, headers: Mapping[str, str], here: int, *, partial: bool) -> int:
        """Size of the whole file; raises TooLargeBody."""
        told = headers.get("x-ms-file-size") or headers.get("content-range", "").rpartition("/")[2]
        size = int(told) if told.isdigit() and partial else here
        if self._max is not None and max(size, int(told) if told.isdigit() else 0) > self._max:
            raise TooLargeBody(max(size, int(told) if told.isdigit() else 0))
        return size


@dataclass(frozen=True)
class _Whole:
    path: Path
    size: int
    sha256: str


class _Place:
    """Where a body is written. `name` may become known with its first block."""

    def __init__(self, folder: Path, name: str, subject: Subject) -> None:
        self._folder = folder
        self._part = folder / ".part"
        self.name = name
        self.subject = subject

    def write(self, blocks: Iterator[bytes] | list[bytes]) -> _Whole | None:
        """Write all blocks; None if there are none."""
        digest, size = hashlib.sha256(), 0
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._part.open("wb") as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                size += len(block)
        if not size:
            return None
        for old in self._folder.iterdir():
            if old != self._part:
                old.unlink()
        path = self._folder / (_safe(self.name) or "file")
        self._part.replace(path)
        return _Whole(path, size, digest.hexdigest())

    def discard(self) -> None:
        """Remove what is not whole."""
        self._part.unlink(missing_ok=True)


def _decoded(text: str, subject: Subject) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataverseError("the file is no base64", subject=subject) from error


def _name_in(headers: Mapping[str, str]) -> str:
    return unquote(headers.get("x-ms-file-name", ""))


def _safe(name: str) -> str:
    """A file name that every file system takes; its ending is kept."""
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip(" .")
    encoded = name.encode("utf-8", "replace")
    if len(encoded) > MAX_NAME:
        stem, dot, ending = name.rpartition(".")
        ending = (dot + ending)[-16:] if stem else ""
        room = MAX_NAME - len(ending.encode("utf-8", "replace"))
        name = (stem or name).encode("utf-8", "replace")[:room].decode("utf-8", "ignore") + ending
    return name.encode("utf-8", "replace").decode()
