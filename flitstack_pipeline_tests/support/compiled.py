"""Compiled and prepared records, made by hand."""

from collections.abc import Mapping
from typing import Any

from flitstack_pipeline.mapping.compile import CompiledRecords
from flitstack_pipeline.mapping.spec import RecordSetSpec
from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.transform.values import Prepared, RowRef

Kind = str | TargetField


def _targets(kinds: Mapping[str, Kind]) -> dict[str, TargetField]:
    return {n: TargetField(n, k, label=n.title()) if isinstance(k, str) else k for n, k in kinds.items()}


def records(
    kinds: Mapping[str, Kind],
    *,
    lines: Mapping[str, Mapping[str, Kind]] | None = None,
    name: str = "thing",
    model: str = "x.thing",
    **spec: Any,
) -> CompiledRecords:
    """A record set with fields of these types (a type's name, or a whole target field)."""
    rules = {"from": name, "fields": {f: f for f in kinds}, **spec}
    rules["fields"] = {**{f: f for f in kinds}, **rules["fields"]}
    made = RecordSetSpec.model_validate(rules)
    return CompiledRecords(name, model, made, _targets(kinds), {f: _targets(k) for f, k in (lines or {}).items()})


def prepared(source_id: str, *, expected: Mapping[str, Any] | None = None, **values: Any) -> Prepared:
    """A prepared record of the row with that id."""
    row = RowRef("thing", source_id, "things.csv", 2)
    return Prepared(record_set="thing", source_id=source_id, rows=(row,), values=values, expected=dict(expected or {}))
