"""The org as a database: its tables with their rows, versions of rows, and the edits that tests make."""

import itertools
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from support.dataverse_server.errors import OrgError
from support.dataverse_server.model import CHOICES, Attribute, Entity, Option, completed
from support.dataverse_server.org import OrgFolder, OrgInfo, Row, check_row
from support.dataverse_server.tables import ChainedTable, StoredTable, SyntheticTable, Table, UnionTable

_FIRST_VERSION = 1_000_000


class Database:
    """Everything the server serves. `lock` is held by whoever reads or changes it."""

    def __init__(self, folder: OrgFolder, *, synthetic: Mapping[str, int] | None = None) -> None:
        self.folder = folder
        self.clock_ahead = timedelta()
        self.info: OrgInfo = folder.info()
        self.entities: dict[str, Entity] = folder.entities()
        self.lock = threading.RLock()
        self.version = _FIRST_VERSION
        # Higher after the folder was written anew, so that nobody takes what they know of the old one for true.
        self.metadata_version = int(folder.written().timestamp() * 1000)
        # Delta links with an older version than this have expired (per table: its columns changed), and all that are
        # older than the folder: somebody wrote it anew, and what was before is not known here.
        self.oldest_delta: dict[str, int] = {}
        self.written = folder.written()
        self._stored: dict[str, StoredTable] = {}
        self._tables: dict[str, Table] = {}
        self._synthetic = dict(synthetic or {})
        self._samples: dict[str, list[str]] = {}
        self._load()

    def _load(self) -> None:
        for name, entity in self.entities.items():
            table = self._stored[name] = self._tables[name] = StoredTable(entity)
            for row in self.folder.rows(entity):
                self.version += 1
                row.setdefault("versionnumber", self.version)
                self.version = max(self.version, row["versionnumber"])
                table.put(row)
        for name, count in self._synthetic.items():
            if name not in self.entities:
                raise OrgError(f"there is no table {name!r} to make rows for")
            made = SyntheticTable(self.entities[name], count, base=self.version + 1, target=self._target)
            self.version += count
            self._tables[name] = ChainedTable(self._stored[name], made)
        if "activitypointer" in self.entities and not self.folder.has_rows("activitypointer"):
            sources = {
                n: (e, self._tables[n]) for n, e in self.entities.items() if e.activity and n != "activitypointer"
            }
            self._tables["activitypointer"] = UnionTable(self.entities["activitypointer"], sources)

    def _target(self, attribute: Attribute, number: int) -> dict[str, str] | None:
        """A row for the lookup of a made-up row: one of the stored ones, the same each time."""
        for name in attribute.targets:
            if ids := self._sample_of(name):
                return {"id": ids[number % len(ids)], "table": name}
        return None

    def _sample_of(self, name: str) -> list[str]:
        """Ids of some stored rows of a table."""
        if name not in self._samples and name in self._stored:
            rows = itertools.islice(self._stored[name].after(""), 50)
            self._samples[name] = [row[self.entities[name].primary_id] for row in rows]
        return self._samples.get(name, [])

    def now(self) -> datetime:
        """The server's time in UTC: the real one, put forward by `clock_ahead`."""
        return datetime.now(UTC) + self.clock_ahead

    # -- reading ------------------------------------------------------------------------------------------------------

    def entity_of_set(self, set_name: str) -> Entity | None:
        return next((e for e in self.entities.values() if e.entity_set_name == set_name), None)

    def table(self, name: str) -> Table:
        return self._tables[name]

    def name_of(self, lookup: Mapping[str, str]) -> str | None:
        """The primary name of the row that a lookup points to; None if that row or table is not here."""
        if "name" in lookup:
            return lookup["name"]
        entity = self.entities.get(lookup["table"])
        row = self._tables[entity.logical_name].get(lookup["id"]) if entity else None
        return row.get(entity.primary_name) if entity and row and entity.primary_name else None

    def currency_of(self, row: Mapping[str, Any]) -> Row:
        """The currency row of a row: its own, else the org's first one, else {}."""
        table = self._tables.get("transactioncurrency")
        if table is None:
            return {}
        own = row.get("transactioncurrencyid")
        return (table.get(own["id"]) if own else None) or next(iter(table.after("")), {})

    # -- changing rows ------------------------------------------------------------------------------------------------

    def create(self, entity: str, values: Mapping[str, Any], row_id: str | None = None) -> str:
        """Add a row and return its id."""
        with self.lock:
            definition = self.entities[entity]
            row_id = row_id or values.get(definition.primary_id) or str(uuid.uuid4())
            stamp = {n: self._stamp() for n in ("createdon",) if n in definition.attributes}
            self._put(definition, {**stamp, **values, definition.primary_id: row_id})
            return row_id

    def update(self, entity: str, row_id: str, values: Mapping[str, Any]) -> None:
        """Change columns of a row (None empties one); raises OrgError if there is no such stored row."""
        with self.lock:
            definition = self.entities[entity]
            self._put(definition, {**self._existing(entity, row_id), **values})

    def delete(self, entity: str, row_id: str) -> None:
        with self.lock:
            self._existing(entity, row_id)
            self.version += 1
            self._stored[entity].remove(row_id, self.version)

    def _existing(self, entity: str, row_id: str) -> Row:
        if (row := self._stored[entity].get(row_id)) is None:
            raise OrgError(f"{entity} {row_id} is not there")
        return row

    def _put(self, entity: Entity, row: Row) -> None:
        values = {n: v for n, v in row.items() if v is not None and n != "versionnumber"}
        if "modifiedon" in entity.attributes:
            values["modifiedon"] = self._stamp()
        check_row(entity, values, "edit")
        self.version += 1
        self._stored[entity.logical_name].put({**values, "versionnumber": self.version})

    def _stamp(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    # -- changing definitions -----------------------------------------------------------------------------------------

    def remove_attribute(self, entity: str, attribute: str) -> None:
        with self.lock:
            definition = self.entities[entity]
            kept = {n: a for n, a in definition.attributes.items() if attribute not in (n, a.attribute_of)}
            self._redefine(replace(definition, attributes=kept))

    def change_attribute(self, entity: str, attribute: str, changes: Mapping[str, Any]) -> None:
        """Replace properties of a column (`type`, `max_length`, …); the values of the rows stay as they are."""
        with self.lock:
            definition = self.entities[entity]
            self._redefine(definition.with_attribute(replace(definition.attributes[attribute], **changes)))

    def add_attribute(self, entity: str, attribute: Attribute) -> None:
        with self.lock:
            self._redefine(completed(self.entities[entity].with_attribute(attribute)))

    def remove_option(self, entity: str, attribute: str, value: int) -> None:
        self._change_options(entity, attribute, lambda options: [o for o in options if o.value != value])

    def relabel_option(self, entity: str, attribute: str, value: int, label: str) -> None:
        def relabelled(options: list[Option]) -> list[Option]:
            base = self.info.base_language
            return [replace(o, labels={**o.labels, base: label}) if o.value == value else o for o in options]

        self._change_options(entity, attribute, relabelled)

    def _change_options(self, entity: str, attribute: str, change: Callable[[list[Option]], list[Option]]) -> None:
        with self.lock:
            definition = self.entities[entity]
            found = definition.attributes[attribute]
            if found.type not in CHOICES:
                raise OrgError(f"{entity}.{attribute} is no choice")
            new = replace(found, options=tuple(change(list(found.options))))
            self._redefine(definition.with_attribute(new))

    def _redefine(self, entity: Entity) -> None:
        self.entities[entity.logical_name] = entity
        self.metadata_version += 1
        self.version += 1
        # A delta of columns that no longer are is refused: the client has to read the table anew.
        self.oldest_delta[entity.logical_name] = self.version
