"""Results as metadata that a person wants to see in the UI."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import pyarrow.parquet as pq

from flitstack_pipeline.outcomes import Outcome
from flitstack_pipeline.sources.base import ObjectExtract
from flitstack_pipeline.stages.load import ModelLoad
from flitstack_pipeline.stages.result import VerbResult

ROWS_SHOWN = 8


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> dg.TableMetadataValue:
    """Rows as a table; every value as text or number."""
    names = list(columns or (rows[0] if rows else ["(empty)"]))
    records = [dg.TableRecord({n: _cell(row.get(n)) for n in names}) for row in rows]
    schema = dg.TableSchema(
        [dg.TableColumn(n, "int" if records and isinstance(records[0].data[n], int) else "string") for n in names]
    )
    return dg.MetadataValue.table(records=records, schema=schema)


def of_extract(extract: ObjectExtract) -> dict[str, Any]:
    """Counts, what was found out about files and columns, and the first rows."""
    first = pq.read_table(extract.path).slice(0, ROWS_SHOWN).to_pylist() if extract.rows else []
    return {
        "dagster/row_count": extract.rows,
        "rejected": extract.rejected,
        "sha256": extract.sha256,
        "parquet": dg.MetadataValue.path(str(extract.path)),
        "files": table(
            [
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
        ),
        "columns": table(
            [{"column": c.name, "header": c.header, "type": c.type, "stated": c.stated} for c in extract.columns]
        ),
        "first rows": table(first),
    }


def of_model_load(load: ModelLoad) -> dict[str, Any]:
    """Counts by outcome, rate, actions."""
    totals = {str(word): load.total(word) for word in Outcome}
    return {
        "dagster/row_count": load.records,
        **totals,
        "seconds": round(load.seconds, 2),
        "records a second": round(load.records / load.seconds, 1) if load.seconds else 0.0,
        "record sets": table(
            [{"record set": name, **{str(w): by.get(w, 0) for w in Outcome}} for name, by in load.outcomes.items()]
        ),
        "actions": table([{"action": name, "records": number} for name, number in load.actions.items()]),
        **({"absent": load.absent} if load.absent else {}),
    }


def of_result(result: VerbResult) -> dict[str, Any]:
    """The common part of every verb's result."""
    found: dict[str, Any] = {
        "verdict": "ok" if result.ok and not result.exit_code else f"look at it (exit code {result.exit_code})",
        "summary": result.summary,
        "next": result.next_step,
    }
    if result.objects:
        found["objects"] = table([{"object": n, **c.as_dict()} for n, c in result.objects.items()])
    if result.models:
        found["models"] = table([{"model": n, **f.as_dict()} for n, f in result.models.items()])
    if result.problems:
        found["problems"] = dg.MetadataValue.md("\n".join(f"- {p}" for p in result.problems[:50]))
    for report in result.reports:
        found[f"report {report.rsplit('/', 1)[-1]}"] = dg.MetadataValue.path(report)
    return found


def _cell(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]} …"
