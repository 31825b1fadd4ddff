"""The page of an inventory: how files were read, what columns hold, what joins to nothing, what stays behind."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from flitstack_pipeline.reports.text import MOST_ROWS, presentable
from flitstack_pipeline.reports.views.common import Figure, Listing, Surroundings, details_of, shared_cap
from flitstack_pipeline.stages.result import VerbResult

_REJECT_COLUMNS = ["source_id", "file", "row", "column", "value", "reason"]


def inventory(result: VerbResult, around: Surroundings) -> dict[str, Any]:
    """Everything that an extraction found out."""
    details = details_of(result, lists="files orphans relations", mappings="columns profiles titles not_migrated")
    titles: Mapping[str, str] = details["titles"]
    files = presentable(list(details["files"]))
    rejects = _rejects(details["profiles"], around)
    orphans = sum(relation["orphans"] for relation in details["relations"])
    stays: Mapping[str, Sequence[str]] = details["not_migrated"]
    rows = {name: counts.extracted for name, counts in result.objects.items()}
    behind = [(n, titles.get(n, n), rows.get(n, 0), *stays[n]) for n in stays]
    return {
        "files": files,
        "described": presentable(list(details["columns"])),
        "objects": [
            _object(name, titles.get(name, name), rows.get(name, 0), details, name in stays)
            for name in details["columns"]
        ],
        "rejects": rejects,
        "orphans": Listing.of(details["orphans"], total=orphans),
        "not_migrated": [
            dict(zip(("name", "title", "rows", "reason", "rebuild"), o, strict=True)) for o in presentable(behind)
        ],
        "figures": [
            Figure(sum(rows.values()), "rows"),
            Figure(len(rows), "objects"),
            Figure(sum(1 for f in files if f["object"]), "files read"),
            Figure(rejects.total, "could not be read", "warn" if rejects.total else "good"),
            Figure(orphans, "join to nothing", "warn" if orphans else "good"),
        ],
    }


def _object(name: str, title: str, rows: int, details: Mapping[str, Any], stays: bool) -> dict[str, Any]:
    profiles = {column["name"]: column for column in details["profiles"].get(name, {}).get("columns", ())}
    columns = [{**profiles[c["name"]], **c} for c in details["columns"][name] if c["name"] in profiles]
    return presentable({"name": name, "title": title, "rows": rows, "columns": columns, "stays": stays})


def _rejects(profiles: Mapping[str, Mapping[str, Any]], around: Surroundings) -> Listing:
    """Rows that could not be read, out of the files that hold them whole."""
    with_rejects = [name for name, profile in profiles.items() if profile["rejected"]]
    files = {name: around.folder.parent / "source" / f"{name}.rejects.parquet" for name in with_rejects}
    found = [{**row, "object": name} for name, file in files.items() for row in islice(_rows(file), MOST_ROWS)]
    return Listing.of(
        shared_cap(found, lambda row: str(row["object"])),
        total=sum(profiles[name]["rejected"] for name in with_rejects),
        full=[around.file("source", file.name) for file in files.values()],
    )


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    if file.is_file():
        with pq.ParquetFile(file) as parquet:
            for batch in parquet.iter_batches(batch_size=MOST_ROWS, columns=_REJECT_COLUMNS):
                yield from batch.to_pylist()
