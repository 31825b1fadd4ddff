"""The optional `manifest.json` of an export: what the exporting side says it wrote, to be held against what is read.

    {"files": [{"file": "customers.csv", "rows": 260, "sha256": "…"}, …]}

Only `file` (or `name`) and `rows` and `sha256` are looked at; what is not there is not checked.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flitstack_pipeline.sources.exports.items import Item

FILE_NAME = "manifest.json"


@dataclass(frozen=True)
class Listed:
    """What a manifest says of one file."""

    rows: int | None
    sha256: str | None


@dataclass(frozen=True)
class Manifest:
    """File name to what is said of it. `problem`: why the manifest cannot be used, "" if it can."""

    files: Mapping[str, Listed]
    problem: str = ""


NO_MANIFEST = Manifest({})


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a folder; there is none in most."""
    path = folder / FILE_NAME
    if not path.is_file():
        return NO_MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, UnicodeDecodeError) as error:
        return Manifest({}, f"is no JSON, so nothing was checked against it: {error}")
    entries = content.get("files") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        return Manifest({}, "has no list “files”, so nothing was checked against it")
    return Manifest(
        {name: listed for e in entries if isinstance(e, dict) and (name := _name(e)) and (listed := _listed(e))}
    )


def row_warning(manifest: Manifest, name: str, rows: int) -> str | None:
    """Say that a file has another number of rows than its manifest says."""
    listed = _find(manifest, name)
    if listed is None or listed.rows is None or listed.rows == rows:
        return None
    return f"WARNING: the manifest says {listed.rows} rows, {rows} were read"


def checksum_warning(manifest: Manifest, item: Item) -> str | None:
    """Say that a file is not the one that its manifest was made for."""
    listed = _find(manifest, item.name)
    if listed is None or listed.sha256 is None:
        return None
    with item.open() as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found == listed.sha256.lower():
        return None
    return "WARNING: the file is not the one that the manifest was made for: its SHA-256 differs"


def missing_files(manifest: Manifest, names: set[str]) -> list[str]:
    """Files that the manifest lists and the folder lacks."""
    present = {part for n in names for part in (n, n.replace("!", "/"), n.rpartition("!")[2], n.partition("!")[0])}
    return sorted(n for n in manifest.files if n not in present)


def _find(manifest: Manifest, name: str) -> Listed | None:
    names = (name, name.replace("!", "/"), name.rpartition("!")[2])
    return next((manifest.files[n] for n in names if n in manifest.files), None)


def _name(entry: Mapping[str, Any]) -> str:
    name = entry.get("file", entry.get("name"))
    return name if isinstance(name, str) else ""


def _listed(entry: Mapping[str, Any]) -> Listed:
    rows, sha256 = entry.get("rows"), entry.get("sha256")
    return Listed(rows if isinstance(rows, int) else None, sha256 if isinstance(sha256, str) else None)
