"""Files that the source does not have as files: history as a JSON document, bytes kept in a text column, pictures made smaller.

Their content is made of values, so the same values give the same bytes; they are held in memory, and compared like other files.
"""

import base64
import binascii
import hashlib
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.transform.collections import json_text
from flitstack_pipeline.transform.files import FileContent, guess_type
from flitstack_pipeline.transform.registry import example, refused, transform

_DATA_URL = re.compile(
    r"data:(?P<type>[\w.+-]+/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,(?P<data>.*)", re.DOTALL | re.IGNORECASE
)
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_QUALITY = 90


@dataclass(frozen=True, repr=False)
class MadeFile(FileContent):
    """A file whose bytes are in memory. `path`: the name it was given."""

    data: bytes = field(default=b"")

    def __repr__(self) -> str:
        return f"{self.path}, {self.mimetype}, {self.size} bytes"

    def read(self) -> bytes:
        """Return the bytes."""
        return self.data


def made_file(data: bytes, name: str, mimetype: str = "") -> MadeFile:
    """Describe bytes as a file called `name`."""
    sha1, sha256 = hashlib.sha1(data, usedforsecurity=False).hexdigest(), hashlib.sha256(data).hexdigest()
    return MadeFile(name, sha1, sha256, len(data), mimetype or guess_type(name), Path(name), data)


@transform(
    "json_file",
    accepts=(list, dict),
    returns=FileContent,
    examples=(
        example(
            [{"summary": "Hot", "at": None}],
            made_file(b'[\n  {\n    "at": null,\n    "summary": "Hot"\n  }\n]\n', "data.json"),
        ),
    ),
)
def json_file(value: Any, *, name: str = "data.json") -> FileContent:
    """Make a JSON document of a list or of named values: UTF-8, keys sorted, decimals exact, a value to a line.

    What is empty is written as null, so nothing is left out. The bytes are the same whenever the values are.
    """
    return made_file((json_text(value, indent=2) + "\n").encode(), name, "application/json")


@transform(
    "base64_file",
    accepts=(str,),
    returns=FileContent,
    examples=(
        example(
            "data:image/gif;base64,R0lGODlhAQ==", made_file(b"GIF89a\x01", "signature", "image/gif"), name="signature"
        ),
        refused("signed by Jo", "is not base64", name="signature"),
    ),
)
def base64_file(value: str, *, name: str = "file") -> FileContent:
    """Make a file of bytes that a text column holds in base64, with or without a `data:` address in front: signatures.

    The type is what the bytes show (PNG, JPEG, GIF, PDF), else what the address says.
    """
    found = _DATA_URL.fullmatch(value.strip())
    text = re.sub(r"\s+", "", found["data"] if found else value)
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RecordError(f"{len(value)} characters of it: the text is not base64 ({error})") from error
    shown = next((kind for start, kind in _KINDS if data.startswith(start)), "")
    return made_file(data, name, shown or (found["type"] if found and found["type"] else "application/octet-stream"))


@transform(
    "fit_picture",
    accepts=(FileContent,),
    returns=FileContent,
    examples=(refused(made_file(b"not a picture", "x.png"), "is no picture"),),
)
def fit_picture(value: FileContent, *, pixels: int = 1920) -> FileContent:
    """Make a picture that is wider or higher than `pixels` smaller; others stay as they are, byte for byte.

    Odoo keeps no larger ones in its picture fields and would make them smaller itself, to bytes that nothing can be compared
    with. The original can be migrated as an attachment.
    """
    data = value.read()
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if max(picture.size) <= pixels:
                return value
            form = "JPEG" if picture.format == "JPEG" else "PNG"
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((pixels, pixels), Image.Resampling.LANCZOS)
            smaller = io.BytesIO()
            upright.save(smaller, form, **({"quality": _QUALITY} if form == "JPEG" else {}))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise RecordError(f"the file {value.name} is no picture that can be read") from error
    return made_file(smaller.getvalue(), value.name, f"image/{form.lower()}")
