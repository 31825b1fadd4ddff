"""Extracts in memory: what `table_reader` reads from Parquet, as Arrow tables made of a test's rows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from flitstack_pipeline.mapping.spec import RecordSetSpec
from flitstack_pipeline.transform.apply import RecordSetTransform

DECIMAL = pa.decimal128(38, 10)  # as extracts have it: every decimal comes with ten places


def rows(*given: Mapping[str, Any], file: str = "rows.csv") -> list[dict[str, Any]]:
    """Rows with `_id` (from `id`), `_file` and `_row`, as an extract has them."""
    return [{"_id": str(r.get("id", n)), "_file": file, "_row": n, **r} for n, r in enumerate(given, 2)]


def table(given: Sequence[Mapping[str, Any]]) -> pa.Table:
    """An Arrow table of rows; decimals in the extracts' type."""
    names = list(dict.fromkeys(name for row in given for name in row)) or ["_id", "_file", "_row"]
    columns = {}
    for name in names:
        values = [row.get(name) for row in given]
        kind = DECIMAL if any(isinstance(v, Decimal) for v in values) else None
        columns[name] = pa.array(values, kind if kind or any(v is not None for v in values) else pa.string())
    return pa.table(columns)


class Tables:
    """Objects by name. Call it as `OpenTable`; `asked` notes which columns were read of which object."""

    def __init__(self, **objects: Sequence[Mapping[str, Any]]) -> None:
        self.tables = {name: table(given) for name, given in objects.items()}
        self.asked: dict[str, list[str] | None] = {}

    def __call__(self, name: str, columns: list[str] | None) -> pa.Table:
        self.asked[name] = columns
        found = self.tables[name]
        return found if columns is None else found.select([c for c in columns if c in found.column_names])

    def rows(self, name: str) -> list[dict[str, Any]]:
        return self.tables[name].to_pylist()


def transform(
    spec: Mapping[str, Any],
    read: Tables,
    *,
    rejected: Mapping[str, Mapping[str, str]] | None = None,
    **context: Any,
) -> list[Any]:
    """All outcomes of the rows of the record set "things", made of the object that `from` names."""
    made = RecordSetTransform(
        "things",
        RecordSetSpec.model_validate(spec),
        read=read,
        context=context,
        rejected_children=lambda name, parent: (rejected or {}).get(name, {}),
    )
    return list(made.prepare(read.rows(spec["from"])))


def values(field: Any, *given: Mapping[str, Any], **context: Any) -> list[Any]:
    """What one field becomes for each row: its value, or the outcome of a row that was rejected."""
    found = transform({"from": "thing", "fields": {"f": field}}, Tables(thing=rows(*given)), **context)
    return [item.values["f"] if hasattr(item, "values") and "f" in item.values else item for item in found]
