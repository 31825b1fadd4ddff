"""An export folder that a test fills with bytes, and what comes out of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flitstack_pipeline.mapping.spec import ObjectSpec
from flitstack_pipeline.sources.base import ObjectExtract, RejectedRow, iter_rejects, iter_rows
from flitstack_pipeline.sources.exports import ExportSource


class Export:
    """One export folder. `settings`: timezone, date_order, decimal_mark."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "export"
        self.folder.mkdir()
        self.into = folder / "extracts"
        self.settings: dict[str, Any] = {"timezone": None, "date_order": {}, "decimal_mark": {}}

    def file(self, name: str, content: bytes | str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def source(self, objects: Mapping[str, Any]) -> ExportSource:
        specs = {n: o if isinstance(o, ObjectSpec) else ObjectSpec.model_validate(o) for n, o in objects.items()}
        return ExportSource(self.folder, specs, **self.settings)

    def read(self, columns: Mapping[str, Any] | None = None, **spec: Any) -> "Result":
        """Extract the object "thing" from files called things.*; its key is `id` unless said otherwise."""
        named = {n: {"type": c} if isinstance(c, str) else c for n, c in (columns or {}).items()}
        spec = {"files": "things", "key": "id", "columns": named, **spec}
        return Result(self.source({"thing": spec}).extract("thing", into=self.into))

    def csv(self, content: bytes | str, columns: Mapping[str, Any] | None = None, **spec: Any) -> "Result":
        """Extract the object "thing" from one CSV file."""
        self.file("things.csv", content)
        return self.read(columns, **spec)


class Result:
    """An extract with its rows and rejects in memory."""

    def __init__(self, extract: ObjectExtract) -> None:
        self.extract = extract
        self.rows = [row for batch in iter_rows(extract) for row in batch]
        self.rejects: list[RejectedRow] = list(iter_rejects(extract))

    @property
    def file(self):
        return self.extract.files[0]

    @property
    def said(self) -> str:
        return "\n".join(s for f in self.extract.files for s in f.skipped)

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]

    def stated(self, name: str) -> str:
        return next(c.stated for c in self.extract.columns if c.name == name)


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path)
