"""Bodies of notes, attachments, file and image columns: whole, in ranges, and in blocks."""

import base64
import binascii
import mimetypes
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from support.dataverse_server.database import Database
from support.dataverse_server.errors import DataverseError, bad_request, no_such_row, unknown_property
from support.dataverse_server.model import BODIES, Entity

_READABLE = " ()[]{}&+,;=@!'~#$"
BLOCK = 4 * 1024 * 1024
_ACTIONS = {
    "InitializeAnnotationBlocksDownload": "annotation",
    "InitializeAttachmentBlocksDownload": "activitymimeattachment",
    "InitializeFileBlocksDownload": "",
}
ACTIONS = frozenset({*_ACTIONS, "DownloadBlock"})


@dataclass(frozen=True)
class Download:
    """A reply with bytes."""

    status: int
    content: bytes
    headers: dict[str, str]


@dataclass
class Files:
    """Answers for files of one database. `chunking`: false where files lie in the database and cannot be cut."""

    database: Database
    chunking: bool = True
    _tokens: dict[str, bytes] = field(default_factory=dict, repr=False)

    def value(self, entity: Entity, row_id: str, name: str, headers: Mapping[str, str], *, full: bool) -> Download:
        """`<set>(<id>)/<column>/$value`: base64 as text for notes and attachments, bytes for files and images."""
        row = self.database.table(entity.logical_name).get(row_id)
        if row is None:
            raise no_such_row(entity.title, row_id)
        attribute = entity.by_property().get(name)
        if attribute is None:
            raise unknown_property(name, entity.logical_name)
        content, file_name = self._content(entity, row_id, name)
        if attribute.type not in ("File", "Image"):
            if content is None:
                value = row.get(name)
                return (
                    Download(204, b"", {})
                    if value is None
                    else Download(200, str(value).encode(), {"Content-Type": "text/plain"})
                )
            return Download(200, base64.b64encode(content), {"Content-Type": "text/plain"})
        if content is None:
            return Download(204, b"", {})
        kind = mimetypes.guess_type(file_name)[0] or "application/octet-stream"
        shown = {
            "Content-Type": "application/octet-stream",
            # Headers are ASCII: other letters are encoded, the rest of the name stays readable.
            "x-ms-file-name": quote(file_name, safe=_READABLE),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name)}",
            "x-ms-file-size": str(len(content)),
            "mimetype": kind,
            "Access-Control-Expose-Headers": "x-ms-file-size; x-ms-file-name; mimetype",
        }
        if attribute.type == "Image" and not full:
            # The thumbnail. Nobody here can draw: the picture itself stands for it, and says so.
            shown["x-ms-thumbnail"] = "true"
        return self._ranged(content, headers.get("Range"), shown)

    def _ranged(self, content: bytes, wanted: str | None, headers: dict[str, str]) -> Download:
        if wanted is None:
            return Download(200, content, headers)
        match = re.fullmatch(r"bytes=(\d+)-(\d+)?", wanted.strip())
        first = int(match[1]) if match else 0
        last = min(int(match[2]) if match and match[2] else len(content) - 1, first + BLOCK - 1, len(content) - 1)
        if not match or first >= len(content) or last < first:
            return Download(416, b"", {"Content-Range": f"bytes */{len(content)}"})
        whole = first == 0 and last == len(content) - 1
        if not self.chunking and not whole:
            raise _no_chunks()
        part = {"Content-Range": f"bytes {first}-{last}/{len(content)}", "x-ms-chunk-size": str(BLOCK)}
        return Download(206, content[first : last + 1], headers | part)

    def action(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The three Initialize…BlocksDownload actions and DownloadBlock."""
        if name == "DownloadBlock":
            return self._block(body)
        target = body.get("Target")
        if not isinstance(target, Mapping):
            raise bad_request("Required field 'Target' is missing for unbound action.", "0x80048d19")
        kind = _ACTIONS[name] or str(target.get("@odata.type", "")).removeprefix("#").removeprefix(
            "Microsoft.Dynamics.CRM."
        )
        entity = self.database.entities.get(kind)
        row_id = str(target.get(entity.primary_id, "")).lower() if entity else ""
        if entity is None or not row_id:
            raise bad_request(f"The target of {name} is no row of a known table.", "0x80048d19")
        column = BODIES.get(kind) or body.get("FileAttributeName") or ""
        if self.database.table(kind).get(row_id) is None:
            raise no_such_row(entity.title, row_id)
        if column not in entity.attributes:
            raise unknown_property(column, kind)
        content, file_name = self._content(entity, row_id, column)
        if content is None:
            raise DataverseError(
                404, "0x80090001", f"No file attachment found for attribute: {column} EntityId: {row_id}."
            )
        token = secrets.token_urlsafe(24)
        self._tokens[token] = content
        answer = {"FileSizeInBytes": len(content), "FileName": file_name, "FileContinuationToken": token}
        return answer if kind in BODIES else answer | {"IsChunkingSupported": self.chunking}

    def _block(self, body: Mapping[str, Any]) -> dict[str, Any]:
        content = self._tokens.get(str(body.get("FileContinuationToken")))
        if content is None:
            raise bad_request("The provided file continuation token is invalid.", "0x80090005")
        offset, length = body.get("Offset"), body.get("BlockLength")
        if type(offset) is not int or type(length) is not int or length <= 0 or not 0 <= offset < max(len(content), 1):
            raise bad_request("Offset and BlockLength must be numbers within the file.", "0x80090006")
        if self.chunking and length > BLOCK:
            raise DataverseError(413, "0x80090007", f"BlockLength is larger than {BLOCK}.")
        if not self.chunking and (offset or length < len(content)):
            raise _no_chunks()
        return {"Data": base64.b64encode(content[offset : offset + length]).decode()}

    def _content(self, entity: Entity, row_id: str, column: str) -> tuple[bytes | None, str]:
        """The bytes and the name of a file; a note edited by a test may carry its body as text."""
        path = self.database.folder.body(entity.logical_name, row_id, column)
        row = self.database.table(entity.logical_name).get(row_id) or {}
        name = row.get("filename") or (path.name if path else "")
        inline = row.get(column) if column == BODIES.get(entity.logical_name) else None
        if inline is not None:
            try:
                return base64.b64decode(inline, validate=True), name
            except binascii.Error:
                raise bad_request(f"{column} is no base64", "0x80090008") from None
        return (path.read_bytes(), name) if path else (None, name)


def _no_chunks() -> DataverseError:
    return bad_request(
        "Downloading in multiple chunks is not supported for the files stored in the database.", "0x80090017"
    )
