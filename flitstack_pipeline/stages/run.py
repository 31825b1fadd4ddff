"""One migration, opened for one run: its files read, its ledger, its Odoo and its compiled map at hand."""

import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import pyarrow.parquet as pq

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.compile import CompiledMap, CompiledRecords, compile_map
from flitstack_pipeline.mapping.custom import definition_objects, with_custom_columns
from flitstack_pipeline.mapping.loading import load_migration
from flitstack_pipeline.mapping.spec import ObjectSpec
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.resolve import Resolver
from flitstack_pipeline.settings import Settings
from flitstack_pipeline.sources.base import ObjectExtract, Source, iter_rejects, iter_rows, read_extract, source_schema
from flitstack_pipeline.sources.dataverse import DataverseSource
from flitstack_pipeline.sources.exports import ExportSource
from flitstack_pipeline.stages.claim import claim
from flitstack_pipeline.stages.origin import absolute, dataverse_access
from flitstack_pipeline.stages.target import target_access
from flitstack_pipeline.transform.apply import RecordSetTransform
from flitstack_pipeline.transform.related import table_reader
from flitstack_pipeline.transform.values import Prepared, Rejected


class MigrationRun:
    """Everything that a verb needs. Made once per run; the Odoo connection opens on first use. Close it when done."""

    def __init__(self, settings: Settings, migration_id: str, run_id: str) -> None:
        self.settings = settings
        self.id = migration_id
        self.run_id = run_id
        self.migration, self.system = load_migration(settings, migration_id)
        self.ledger = Ledger.open(settings)
        self._claim: IO[str] | None = None

    def claim(self) -> None:
        """Keep other runs of this migration from writing while this one does; the claim ends with the run, even a killed one."""
        if self._claim is None:
            self._claim = claim(self.folder / "run.lock", f"run {self.run_id} of {self.id}")

    def close(self) -> None:
        """Close the Odoo connection and the ledger, and give up the claim."""
        if self._claim is not None:
            self._claim.close()
            self._claim = None
        for opened in ("client", "dataverse"):
            if opened in self.__dict__:
                self.__dict__[opened].close()
        self.ledger.close()

    def __enter__(self) -> "MigrationRun":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def not_here(self) -> str:
        """What is said of an object or model that only other migrations of the system have."""
        return f"not part of {self.id}: its choices or changes leave it out"

    # -- source -------------------------------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """All files of this migration: extracts, diffs, reports."""
        return self.settings.migration_dir(self.id)

    @property
    def extracts(self) -> Path:
        return self.folder / "source"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    @property
    def source_folder(self) -> Path:
        """The folder, absolute, that holds the source's files: the export, or what was fetched of an organization."""
        folder = self.migration.source.folder
        return absolute(self.settings, folder) if folder else self.extracts

    def source(self) -> Source:
        """The source, its custom columns declared as far as their definitions have been extracted."""
        source = self.migration.source
        if source.reader == "dataverse":
            self.dataverse.objects = self.objects()
            return self.dataverse
        return ExportSource(
            self.source_folder,
            self.objects(),
            timezone=source.timezone,
            date_order=source.date_order,
            decimal_mark=source.decimal_mark,
        )

    @cached_property
    def dataverse(self) -> DataverseSource:
        """The organization, if that is the source; its connection opens on first use."""
        source = self.migration.source
        return DataverseSource(
            dataverse_access(self.settings, self.id, source, os.environ),
            self.system.objects,
            timezone=source.timezone,
            cache=self.settings.cache / "dataverse",
            mapped=self.system.objects,
            max_file_mb=self.migration.options.max_file_mb,
        )

    def objects(self) -> dict[str, ObjectSpec]:
        """The system's objects with the custom columns that the source's definitions add."""
        objects = dict(self.system.objects)
        for name, rules in definition_objects(self.system).items():
            known = [
                (rule, self.rows_of(rule.from_)) for rule in rules if (self.extracts / f"{rule.from_}.json").is_file()
            ]
            objects[name] = with_custom_columns(objects[name], known)
        return objects

    def extract(self, name: str) -> ObjectExtract:
        """Extract one object now, after those that it needs to be read rightly."""
        for rule in definition_objects(self.system).get(name, []):
            if not (self.extracts / f"{rule.from_}.json").is_file():
                self.extract(rule.from_)
        return self.source().extract(name, into=self.extracts)

    def extracted(self, name: str) -> ObjectExtract:
        """What the last extraction of an object found."""
        return read_extract(self.extracts, name)

    def rows_of(self, name: str) -> list[dict[str, Any]]:
        """All rows of a small object, such as definitions."""
        return [row for batch in iter_rows(self.extracted(name)) for row in batch]

    def distinct(self, name: str, column: str) -> list[str]:
        """Distinct filled values of a column, in the order of the text."""
        column_ = pq.read_table(self.extracted(name).path, columns=[column]).column(column)
        return sorted({str(v) for v in column_.unique().to_pylist() if v not in (None, "")})

    # -- target -------------------------------------------------------------------------------------------------------

    @cached_property
    def access(self) -> OdooAccess:
        return target_access(self.settings, self.id, self.migration, os.environ)

    @cached_property
    def client(self) -> OdooClient:
        return OdooClient.connect(self.access)

    @cached_property
    def resolver(self) -> Resolver:
        return Resolver(self.client, _LedgerIds(self.ledger, self.id))

    # -- map ----------------------------------------------------------------------------------------------------------

    @cached_property
    def compiled(self) -> CompiledMap:
        """The plan: map, live Odoo and extracted source in one. Needs an inventory first."""
        missing = [o for o in self.system.objects if not (self.extracts / f"{o}.json").is_file()]
        if missing:
            raise ConfigurationError(
                [
                    Problem(
                        f"migration {self.id}",
                        f"these objects have not been extracted: {', '.join(missing)}",
                        f"run `flitstack inventory {self.id}` first",
                    )
                ]
            )
        return compile_map(
            self.system,
            live=self.client,
            target={
                "database": self.access.database,
                "uuid": self.client.database_uuid,
                "odoo": self.client.version.major,
            },
            source_schema={
                "objects": source_schema([self.extracted(o) for o in self.system.objects]),
                "settings": self._meaning(),
            },
            rows_of=self.rows_of,
            distinct=self.distinct,
        )

    def _meaning(self) -> dict[str, Any]:
        """What the migration's file says that changes values: how cells are read, and which files are too large."""
        said = {"timezone", "country", "date_order", "decimal_mark"}
        source = self.migration.source.model_dump(mode="json", include=said)
        return {"source": source, "max_file_mb": self.migration.options.max_file_mb}

    def transform(self, records: CompiledRecords) -> RecordSetTransform:
        """The compiled map of one record set, ready to be applied."""
        context = {
            "timezone": self.migration.source.timezone,
            "country": self.migration.source.country,
            "base": self.source_folder,
            "max_mb": Decimal(str(self.migration.options.max_file_mb)),
        }
        return RecordSetTransform(
            records.name,
            records.spec,
            read=table_reader(self.extracts),
            context={k: v for k, v in context.items() if v is not None},
            rejected_children=self.rejected_children,
        )

    def prepared(self, records: CompiledRecords, batch_size: int | None = None) -> Iterator[list[Prepared | Rejected]]:
        """The records of a record set, batch by batch, as the map makes them of the extracted rows."""
        transform = self.transform(records)
        size = batch_size or self.migration.options.batch_size
        for rows in iter_rows(self.extracted(records.spec.from_), batch_size=size):
            yield list(transform.prepare(rows))

    def rejected_children(self, name: str, parent: tuple[str, ...]) -> Mapping[str, str]:
        """For each parent whose child row could not be read: which one, and why."""
        extract = self.extracted(name)
        headers = {c.name: c.header for c in extract.columns}
        found: dict[str, str] = {}
        for reject in iter_rejects(extract):
            parent_id = "|".join(reject.raw.get(headers.get(column, column), "").strip() for column in parent)
            reason = f"its {name} in {reject.file} row {reject.row} could not be read: {reject.column}: {reject.reason}"
            found.setdefault(parent_id, reason)
        return found


def odoo_place(run: MigrationRun) -> dict[str, Any]:
    """What a report needs to link to records: the details `odoo_url`, `odoo_database` and `odoo_major`."""
    access = run.access
    return {"odoo_url": access.url, "odoo_database": access.database, "odoo_major": run.client.version.major}


class _LedgerIds:
    def __init__(self, ledger: Ledger, migration: str) -> None:
        self._ledger, self._migration = ledger, migration

    def resolve(self, record_set: str, source_ids: Any) -> Mapping[str, int]:
        return self._ledger.resolve(self._migration, record_set, source_ids)
