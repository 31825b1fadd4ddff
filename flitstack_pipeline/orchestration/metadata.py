"""What was extracted, loaded and verified, as metadata that a person wants to see in the UI."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg
import pyarrow.parquet as pq

from flitstack_pipeline.outcomes import Outcome
from flitstack_pipeline.reports.text import presentable, shortened
from flitstack_pipeline.sources.base import ROW_COLUMNS, ObjectExtract
from flitstack_pipeline.stages.load import ModelLoad

FIRST_ROWS = 5
MOST_ROWS = 50
LONGEST_CELL = 200
LONGEST_EXAMPLE = 60


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> dg.TableMetadataValue:
    """Rows as a table; every value as text or number, secrets masked. No rows make a table with the one column `(none)`."""
    names = [str(n) for n in columns or (rows[0] if rows else ["(none)"])]
    records = [dg.TableRecord({n: _cell(row.get(n)) for n in names}) for row in rows]
    schema = dg.TableSchema([dg.TableColumn(n, _type_of(records, n)) for n in names])
    return dg.MetadataValue.table(records=records, schema=schema)


def listing(
    name: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None, *, most: int = MOST_ROWS
) -> dict[str, Any]:
    """A list under its name, if there is anything in it; the name says when only its beginning is shown."""
    if not rows:
        return {}
    return {f"{name} (first {most} of {len(rows):,})" if len(rows) > most else name: table(rows[:most], columns)}


def tallies(first: str, rows: Mapping[str, Mapping[str, int]], *, always: Iterable[str] = ()) -> dg.TableMetadataValue:
    """Numbers by name, without the columns that hold nothing but zeros; outcomes stand in their usual order."""
    filled = (str(word) for row in rows.values() for word, number in row.items() if number)
    order = [str(word) for word in Outcome]
    words = sorted(dict.fromkeys([*always, *filled]), key=lambda word: order.index(word) if word in order else -1)
    return table([{first: name, **{w: row.get(w, 0) for w in words}} for name, row in rows.items()])


def of_extract(extract: ObjectExtract) -> dict[str, Any]:
    """Counts, what was found out about files and columns, and the first rows."""
    files = [
        {
            "file": f.file,
            "format": f.format,
            "encoding": f.encoding,
            "header row": f.header_row,
            "rows": f.rows,
            "left out": "; ".join(f.skipped),
        }
        for f in extract.files
    ]
    columns = [
        {
            "column": c.name,
            "header": c.header,
            "type": c.type,
            "in the map": "yes" if c.declared else "no",
            "found": c.stated,
        }
        for c in extract.columns
    ]
    return {
        "dagster/row_count": extract.rows,
        "rows that could not be read": extract.rejected,
        **listing("files", files),
        **listing("columns", columns, most=len(columns)),
        **listing("first rows", _first_rows(extract), most=len(columns)),
        "parquet": dg.MetadataValue.path(str(extract.path)),
        **({"rejects": dg.MetadataValue.path(str(extract.rejects_path))} if extract.rejected else {}),
        "sha256": extract.sha256,
        "dagster/column_schema": dg.TableSchema(
            [
                dg.TableColumn(c.name, c.type or "text", c.stated or (c.header if c.header != c.name else None))
                for c in extract.columns
            ]
        ),
    }


def of_model_load(load: ModelLoad) -> dict[str, Any]:
    """Counts by outcome, rate, actions."""
    arrived = sum(load.total(w) for w in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED))
    return {
        "dagster/row_count": arrived,
        **{str(word): load.total(word) for word in Outcome},
        **({"not in this Odoo": load.absent} if load.absent else {}),
        "record sets": tallies("record set", load.outcomes, always=["created"]),
        **listing("steps taken in Odoo", [{"step": name, "records": number} for name, number in load.actions.items()]),
        "seconds": round(load.seconds, 2),
        "records a second": round(load.records / load.seconds, 1) if load.seconds else 0.0,
    }


def _first_rows(extract: ObjectExtract) -> list[dict[str, Any]]:
    """A line per column, as a wide table would not be readable; columns that are empty in all of these rows are left out."""
    if not extract.rows:
        return []
    rows = pq.read_table(extract.path).slice(0, FIRST_ROWS).to_pylist()
    lines = []
    for name in rows[0]:
        cells = {f"row {r['_row']}": r[name] for r in rows}
        if name not in ROW_COLUMNS and any(v is not None for v in cells.values()):
            shown = {k: shortened(v, LONGEST_EXAMPLE) if isinstance(v, str) else v for k, v in cells.items()}
            lines.append({"column": name, **shown})
    return lines


def _type_of(records: Sequence[dg.TableRecord], name: str) -> str:
    values = [v for r in records if (v := r.data[name]) is not None]
    if values and all(isinstance(v, bool) for v in values):
        return "bool"
    if values and all(isinstance(v, int) for v in values):
        return "int"
    return "float" if values and all(isinstance(v, int | float) for v in values) else "string"


def _cell(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    return shortened(presentable(str(value)), LONGEST_CELL)
