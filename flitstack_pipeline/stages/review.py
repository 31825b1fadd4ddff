"""Rows that migrate and that a person should look at: possible duplicates, addresses that are none, owners that nobody knows."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow.parquet as pq

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.mapping.spec import Review
from flitstack_pipeline.stages.run import MigrationRun
from flitstack_pipeline.transform import registry
from flitstack_pipeline.transform.values import text_of


def review_list(run: MigrationRun) -> list[dict[str, Any]]:
    """Every such row: object, source id, file, row, column, value, and what there is to say of it."""
    found: list[dict[str, Any]] = []
    for records in (r for model in run.compiled.models if not model.absent for r in model.records):
        for review in records.spec.review:
            found.extend(_rows(run, records.spec.from_, review))
    return found


def _rows(run: MigrationRun, name: str, review: Review) -> Iterator[dict[str, Any]]:
    table = pq.read_table(run.extracted(name).path, columns=["_id", "_file", "_row", review.column])
    normal = registry.chain(
        review.transform, context={k: v for k, v in {"country": run.migration.source.country}.items() if v}
    )
    test = {
        "empty": _empty,
        "invalid": _invalid(normal),
        "shared": _shared(table.column(review.column).to_pylist(), normal),
    }[review.what]
    for row in table.to_pylist():
        value = row[review.column]
        if test(value):
            yield {
                "object": name,
                "source_id": row["_id"],
                "file": row["_file"],
                "row": row["_row"],
                "column": review.column,
                "value": "" if value is None else text_of(value),
                "what": review.what,
                "say": review.say,
            }


def _empty(value: Any) -> bool:
    return value is None or str(value).strip() == ""


def _invalid(normal: Callable[[Any], Any]) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        if _empty(value):
            return False
        try:
            normal(value)
        except RecordError:
            return True
        return False

    return test


def _shared(values: list[Any], normal: Callable[[Any], Any]) -> Callable[[Any], bool]:
    def key(value: Any) -> Any:
        if _empty(value):
            return None
        try:
            found = normal(value)
        except RecordError:
            return str(value).strip().casefold()
        return tuple(found) if isinstance(found, list) else found

    counts: dict[Any, int] = defaultdict(int)
    for value in values:
        counts[key(value)] += 1
    return lambda value: key(value) is not None and counts[key(value)] > 1
