"""Objects made of metadata: custom columns that no map names, options with their labels, and the list of all tables."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from flitstack_pipeline.mapping.objects import METADATA_COLUMNS
from flitstack_pipeline.sources.base import ARROW_TYPES, BATCH_ROWS, ColumnFinding, FileFinding, ObjectExtract
from flitstack_pipeline.sources.dataverse.columns import kind_of, lay_out
from flitstack_pipeline.sources.dataverse.memory import WITH_OPTIONS
from flitstack_pipeline.sources.dataverse.metadata import Metadata
from flitstack_pipeline.sources.dataverse.schema import FILES, LOOKUPS, Attribute, Table, label_in
from flitstack_pipeline.sources.writing import ExtractWriter

FILE = "metadata"
# Microsoft's own additions are "custom" to the metadata too.
MICROSOFT = ("msdyn", "msdyncrm", "msdynmkt", "msevtmgt", "mspp", "adx", "msfp", "msgdpr")

_TYPES = (
    "String", "Memo", "Integer", "BigInt", "Decimal", "Double", "Money", "Boolean", "DateTime", "Picklist",
    "MultiSelectPicklist", *LOOKUPS, *FILES,
)  # fmt: skip
_SUFFIX = {
    "Picklist": "__label", "MultiSelectPicklist": "__labels", **dict.fromkeys(LOOKUPS, "__name"),
    **dict.fromkeys(FILES, "__path"),
}  # fmt: skip

Row = dict[str, Any]


def write_definitions(
    name: str, spec: Any, metadata: Metadata, tables: Mapping[str, list[tuple[Table, Any]]], *, into: Path
) -> ObjectExtract:
    """Write a metadata object. `tables`: logical name to (table, spec) of every object that is read from it."""
    rows = {
        "attributes": lambda: _attributes(metadata, tables),
        "options": lambda: _options(metadata, tables),
        "entities": lambda: _entities(metadata, tables),
    }[spec.metadata]()
    types = METADATA_COLUMNS[spec.metadata]
    schema = pa.schema(
        [
            ("_id", pa.string()),
            ("_file", pa.string()),
            ("_row", pa.int64()),
            *((c, ARROW_TYPES[t]) for c, t in types.items()),
        ]
    )
    with ExtractWriter(into, name) as writer:
        writer.begin(schema)
        batch: list[Row] = []
        for number, row in enumerate(rows, 1):
            batch.append({"_file": FILE, "_row": number, **row})
            if len(batch) == BATCH_ROWS:
                writer.write(pa.RecordBatch.from_pylist(batch, schema=schema))
                batch = []
        writer.write(pa.RecordBatch.from_pylist(batch, schema=schema))
        findings = [
            ColumnFinding(name=c, header=c, declared=c in spec.columns, type=t, stated="from the metadata")
            for c, t in types.items()
        ]
        file = FileFinding(
            file=FILE,
            object=name,
            format=f"Dataverse {spec.metadata}",
            encoding="",
            separator="",
            header_row=0,
            rows=writer.rows,
            skipped=() if metadata.language else ("the base language is not known: labels are of any language",),
        )
        return writer.finish(columns=findings, files=[file])


def _attributes(metadata: Metadata, tables: Mapping[str, list[tuple[Table, Any]]]) -> Iterator[Row]:
    for entity, uses in sorted(tables.items()):
        table = uses[0][0]
        named = _named(metadata, uses)
        for attribute in sorted(table.attributes.values(), key=lambda a: a.name):
            if attribute.name in named or not _is_own(table, attribute):
                continue
            kind = attribute.type
            if kind == "DateTime" and kind_of(metadata, table, attribute) == "day":
                kind = "DateOnly"
            options = ""
            if attribute.type in WITH_OPTIONS:
                found = metadata.options(table, attribute)
                options = "\n".join(label_in(o.labels, metadata.language) or str(o.value) for o in found)
            yield {
                "_id": f"{entity}.{attribute.name}",
                "entity": entity,
                "name": attribute.name,
                "label": label_in(attribute.labels, metadata.language) or attribute.name,
                "type": kind,
                "options": options or None,
                "column": attribute.name + _SUFFIX.get(attribute.type, ""),
            }


def _options(metadata: Metadata, tables: Mapping[str, list[tuple[Table, Any]]]) -> Iterator[Row]:
    for entity, uses in sorted(tables.items()):
        table = uses[0][0]
        for attribute in sorted(table.attributes.values(), key=lambda a: a.name):
            if attribute.type not in WITH_OPTIONS or not attribute.readable:
                continue
            for position, option in enumerate(metadata.options(table, attribute), 1):
                yield {
                    "_id": f"{entity}.{attribute.name}.{option.value}",
                    "entity": entity,
                    "attribute": attribute.name,
                    "value": option.value,
                    "label": label_in(option.labels, metadata.language) or None,
                    "labels": json.dumps({str(k): v for k, v in sorted(option.labels.items())}, ensure_ascii=False),
                    "state": option.state,
                    "position": position,
                }


def _entities(metadata: Metadata, tables: Mapping[str, list[tuple[Table, Any]]]) -> Iterator[Row]:
    for name, entity in sorted(metadata.entities.items()):
        yield {
            "_id": name,
            "name": name,
            "set_name": entity.set_name or None,
            "label": label_in(entity.labels, metadata.language) or None,
            "custom": entity.custom and not is_microsofts(name),
            "activity": entity.activity,
            "change_tracking": entity.change_tracking,
            "primary_id": entity.primary_id or None,
            "primary_name": entity.primary_name or None,
            "in_map": name in tables,
        }


def is_microsofts(name: str) -> bool:
    """A name with the prefix of one of Microsoft's own solutions."""
    return name.partition("_")[0] in MICROSOFT and "_" in name


def _named(metadata: Metadata, uses: list[tuple[Table, Any]]) -> set[str]:
    return {
        c.attribute.name
        for table, spec in uses
        for c in lay_out(metadata, table, spec, where="")[0].columns
        if c.attribute is not None
    }


def _is_own(table: Table, attribute: Attribute) -> bool:
    """A column that the organization added, and that holds a value of its own."""
    if not attribute.custom or not attribute.readable or attribute.attribute_of or is_microsofts(attribute.name):
        return False
    if attribute.type not in _TYPES or attribute.name == table.entity.primary_id:
        return False
    # `x_base` is the amount x in the base currency, kept by Dataverse itself.
    stem = attribute.name.removesuffix("_base")
    return not (attribute.type == "Money" and stem != attribute.name and stem in table.attributes)
