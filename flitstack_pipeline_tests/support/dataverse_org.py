"""A small organization on the strict fake server, the sources that read it, and what comes of that."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from support.dataverse_server import DataverseServer

from flitstack_pipeline.mapping.objects import ObjectSpec
from flitstack_pipeline.sources.base import ObjectExtract, RejectedRow, iter_rejects, iter_rows
from flitstack_pipeline.sources.dataverse import DataverseAccess, DataverseSource
from flitstack_pipeline.sources.dataverse.patience import Patience

HASTY = Patience(base=0.01, cap=0.05, tries=6)
"""Waits as the real one does, only not as long."""


class Org:
    """A running server with the toy organization, and where its extracts go."""

    def __init__(self, server: DataverseServer, folder: Path) -> None:
        self.server = server
        self.control = server.control
        self.folder = folder
        self.into = folder / "extracts"
        self.cache = folder / "cache"
        identity = server.identity
        self.access = DataverseAccess(
            url=server.url,
            tenant=identity.tenant,
            client_id=identity.client_id,
            client_secret=identity.client_secret,
            authority=server.url,
            calls_per_minute=8000,
            page_size=3,
        )
        self._open: list[DataverseSource] = []

    def source(self, objects: Mapping[str, Any], **settings: Any) -> DataverseSource:
        """A source; settings of the access (page_size, …) and of the source (timezone, …) alike."""
        own = {k: settings.pop(k) for k in list(settings) if k in DataverseAccess.__dataclass_fields__}
        specs = {n: o if isinstance(o, ObjectSpec) else ObjectSpec.model_validate(o) for n, o in objects.items()}
        defaults = {"timezone": "Europe/London", "cache": self.cache, "patience": HASTY}
        self._open.append(DataverseSource(replace(self.access, **own), specs, **(defaults | settings)))
        return self._open[-1]

    def thing(self, columns: Mapping[str, Any] | None = None, **settings: Any) -> DataverseSource:
        """A source with one object, `thing`; of accounts unless said otherwise."""
        spec = {k: settings.pop(k) for k in list(settings) if k in ObjectSpec.model_fields}
        named = {n: {"type": c} if isinstance(c, str) else c for n, c in (columns or {"name": {}}).items()}
        return self.source({"thing": {"entity": "account", "columns": named, **spec}}, **settings)

    def read(self, columns: Mapping[str, Any] | None = None, **settings: Any) -> "Result":
        return Result(self.thing(columns, **settings).extract("thing", into=self.into))

    def paths(self) -> list[str]:
        """What was asked for, without the address of the API."""
        return [r["path"].removeprefix("/api/data/v9.2/") for r in self.control.requests()]

    def close(self) -> None:
        for source in self._open:
            source.close()


class Result:
    """An extract with its rows in memory."""

    def __init__(self, extract: ObjectExtract) -> None:
        self.extract = extract
        self.rows = [row for batch in iter_rows(extract) for row in batch]
        self.rejects: list[RejectedRow] = list(iter_rejects(extract))

    @property
    def said(self) -> str:
        return "\n".join(s for f in self.extract.files for s in f.skipped)

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]

    def stated(self, name: str) -> str:
        return next(c.stated for c in self.extract.columns if c.name == name)
