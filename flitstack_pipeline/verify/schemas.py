"""pandera schemas made from the map: what migrated records look like when they are read back, and that a diff is clean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from flitstack_pipeline.mapping.compile import CompiledRecords
from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.verify.diff import RecordSetDiff

_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "char": str, "text": str, "html": str, "selection": str, "integer": int, "many2one_reference": int, "many2one": int,
    "float": Decimal, "monetary": Decimal, "boolean": bool, "date": date, "datetime": datetime, "many2many": tuple,
}  # fmt: skip

SOURCE_ID = "(source id)"  # no field of Odoo has such a name; one of crm.lead is called source_id


@dataclass(frozen=True)
class SchemaFailure:
    """A value read back that the schema does not allow."""

    source_id: str
    column: str
    value: str
    check: str


def read_back_schema(records: CompiledRecords) -> pa.DataFrameSchema:
    """One column per compared field: its type, its selection, filled where the map requires it; unique source ids."""
    required = {f for f, alternatives in records.spec.fields.items() if all(a.required for a in alternatives)}
    columns: dict[Any, pa.Column] = {SOURCE_ID: pa.Column(str, unique=True)}
    for name, target in records.targets.items():
        if target.type != "one2many":
            columns[name] = pa.Column(object, _checks(target), nullable=name not in required, required=False)
    return pa.DataFrameSchema(columns, strict=False)


def _checks(target: TargetField) -> list[pa.Check]:
    checks = []
    if python_type := _PYTHON_TYPES.get(target.type):
        checks.append(
            pa.Check(
                lambda s, t=python_type: s.map(lambda v: isinstance(v, t)),
                error=f"is a {target.type}",
                n_failure_cases=20,
            )
        )
    if target.type == "selection" and target.selection:
        checks.append(pa.Check.isin(list(target.selection), error="is a value of the selection", n_failure_cases=20))
    return checks


def schema_failures(schema: pa.DataFrameSchema, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[SchemaFailure]:
    """Validate a batch of read-back records; all failures, each with its record."""
    if not rows:
        return []
    # As objects from the start: pandas would turn ids beside empty cells into floats.
    frame = pd.DataFrame([{SOURCE_ID: source_id, **values} for source_id, values in rows], dtype=object)
    frame = frame.astype({SOURCE_ID: str})
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        return list(_failures(frame, error.failure_cases))
    return []


def _failures(frame: pd.DataFrame, cases: pd.DataFrame) -> Iterable[SchemaFailure]:
    for case in cases.to_dict("records"):
        at = case.get("index")
        source_id = str(frame.at[int(at), SOURCE_ID]) if at is not None and not pd.isna(at) else ""
        yield SchemaFailure(source_id, str(case["column"]), str(case["failure_case"]), str(case["check"]))


def field_diff_schema() -> pa.DataFrameSchema:
    """A diff's tallies, one row per field: no value may differ that nobody has explained."""
    return pa.DataFrameSchema(
        {
            "field": pa.Column(str),
            "compared": pa.Column(int, pa.Check.ge(0)),
            "different": pa.Column(int, pa.Check.ge(0)),
            "accepted": pa.Column(int, pa.Check.ge(0)),
            "unexplained": pa.Column(int, pa.Check.eq(0, error="every difference is explained")),
        },
        strict=True,
    )


def tallies_frame(diffs: Iterable[RecordSetDiff]) -> pd.DataFrame:
    """The tallies of some record sets as the frame that `field_diff_schema` validates."""
    rows = [
        {
            "field": f"{diff.record_set}.{name}",
            "compared": tally.compared,
            "different": tally.different,
            "accepted": tally.accepted,
            "unexplained": tally.unexplained,
        }
        for diff in diffs
        for name, tally in diff.fields.items()
    ]
    columns = {"field": str, "compared": int, "different": int, "accepted": int, "unexplained": int}
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)
