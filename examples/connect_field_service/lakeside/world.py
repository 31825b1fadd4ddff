"""The company as it grows: rows by table, bodies of files, what was planted, and the one source of chance."""

from __future__ import annotations

import json
import random
import shutil
import struct
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

Row = dict[str, Any]
T = TypeVar("T")
START = datetime(2025, 1, 6, 13, 0, tzinfo=UTC)


class World:
    """`rows`: table to rows; `bodies`: (table, id, column, name) to bytes; `ids`: rows by a name that the builders gave."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rows: dict[str, list[Row]] = {}
        self.bodies: dict[tuple[str, str, str, str], bytes] = {}
        self.planted: list[Row] = []

    # -- values -------------------------------------------------------------------------------------------------------

    def guid(self) -> str:
        text = f"{self.random.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def pick(self, options: Sequence[T], weights: Sequence[int] | None = None) -> T:
        return self.random.choices(options, weights)[0] if weights else self.random.choice(options)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def moment(self, days: int = 600) -> datetime:
        """A working moment within so many days of the company's first one in this organization."""
        return START + timedelta(days=self.random.randrange(days), minutes=self.random.randrange(0, 60 * 9, 5))

    # -- rows ---------------------------------------------------------------------------------------------------------

    def add(
        self, table: str, key: str, row: Row, *, made: datetime | None = None, changed: datetime | None = None
    ) -> str:
        """Add a row; returns its id. Null values are left out, as in the API's stored form."""
        row_id = self.guid()
        made = made or self.moment()
        times = {
            "createdon": stamp(made),
            "modifiedon": stamp(changed or made + timedelta(hours=self.random.randrange(1, 900))),
        }
        whole = {key: row_id, **row, **times}
        self.rows.setdefault(table, []).append({n: v for n, v in whole.items() if v is not None})
        return row_id

    def body(self, table: str, row_id: str, column: str, name: str, data: bytes) -> None:
        self.bodies[table, row_id, column, name] = data

    def plant(
        self, table: str, row_id: str, outcome: str, problem: str, *, records: str, column: str = "", note: str = ""
    ) -> None:
        """Note a row that does not simply arrive. `records`: the record set (or object) that it concerns."""
        entry = {
            "id": f"P{len(self.planted) + 1:03d}",
            "table": table,
            "source_id": row_id,
            "records": records,
            "column": column,
            "problem": problem,
            "expected_outcome": outcome,
            "note": note,
        }
        self.planted.append(entry)

    # -- writing ------------------------------------------------------------------------------------------------------

    def write(self, org: Path, entities: Iterable[Row]) -> None:
        for part in ("entities", "data", "files"):
            shutil.rmtree(org / part, ignore_errors=True)
            (org / part).mkdir(parents=True)
        _write(org / "org.json", json.dumps(self.org(), indent=1) + "\n")
        for entity in entities:
            text = json.dumps(entity, ensure_ascii=False, indent=1) + "\n"
            _write(org / "entities" / f"{entity['logical_name']}.json", text)
        for table, rows in self.rows.items():
            lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            _write(org / "data" / f"{table}.jsonl", lines)
        for (table, row_id, column, name), data in self.bodies.items():
            folder = org / "files" / table / row_id / column
            folder.mkdir(parents=True)
            (folder / name).write_bytes(data)

    def org(self) -> Row:
        return {
            "name": "Lakeside Climate Services",
            "organization_id": "5f0e1d2c-3b4a-4958-a677-8695a4b3c2d1",
            "business_unit_id": self.rows["businessunit"][0]["businessunitid"],
            "user_id": self.rows["systemuser"][0]["systemuserid"],
            "base_language": 1033,
            "languages": [1033, 1036],
            "tracking_days": 7,
        }


def ref(table: str, row_id: str | None) -> Row | None:
    """A lookup's value."""
    return None if row_id is None else {"id": row_id, "table": table}


def stamp(moment: datetime) -> str:
    """A date-time as rows hold it: UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def png(width: int, height: int, color: tuple[int, int, int]) -> bytes:
    """A picture of one color with a line across, the same bytes everywhere."""
    plain, dark = bytes(color) * width, bytes(c // 2 for c in color) * width
    raw = b"".join(b"\0" + (dark if height // 3 <= y < height // 2 else plain) for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def pdf(text: str) -> bytes:
    """A one-page PDF with a line of text."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = b"".join(f"{o:010d} 00000 n \n".encode() for o in offsets)
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + table
    return data + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
