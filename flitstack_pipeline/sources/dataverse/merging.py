"""Brings an extract up to date by the changes since it was made."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flitstack_pipeline.errors import SourceError
from flitstack_pipeline.sources.arrow import compute as pc
from flitstack_pipeline.sources.base import BATCH_ROWS, FileFinding, ObjectExtract, RejectedRow, iter_rejects
from flitstack_pipeline.sources.dataverse.changes import ObjectChanges
from flitstack_pipeline.sources.writing import ExtractWriter


def merge(before: ObjectExtract, changes: ObjectChanges, *, into: Path) -> ObjectExtract:
    """Write the extract anew: what did not change, then what did. A row group is in memory at a time.

    Raises SourceError if the two do not have the same columns.
    """
    after = changes.upserts
    with pq.ParquetFile(before.path) as old, pq.ParquetFile(after.path) as new:
        if changes.road != "full" and not old.schema_arrow.equals(new.schema_arrow):
            raise SourceError(
                f"the columns of “{before.object}” are declared otherwise now", hint="extract it once more"
            )
        replaced = _replaced(changes, new)
        with ExtractWriter(into, before.object) as writer:
            writer.begin(new.schema_arrow)
            if changes.road != "full":
                for batch in old.iter_batches(batch_size=BATCH_ROWS):
                    writer.write(batch.filter(pc.invert(pc.is_in(batch.column("_id"), value_set=replaced))))
                writer.reject(list(_old_rejects(before, replaced)))
            for batch in new.iter_batches(batch_size=BATCH_ROWS):
                writer.write(batch)
            for reject in iter_rejects(after):
                writer.reject([reject])
            return writer.finish(columns=after.columns, files=_files(before, changes))


def forget_files(changes: ObjectChanges, *, into: Path) -> None:
    """Remove the files of rows that were deleted."""
    for row_id in changes.deleted:
        folder = into / "files" / changes.object / row_id
        if folder.is_dir():
            shutil.rmtree(folder)


def prune_files(extract: ObjectExtract, *, into: Path) -> None:
    """Remove the files of rows that a full reading did not find any more."""
    folder = into / "files" / extract.object
    if not folder.is_dir():
        return
    with pq.ParquetFile(extract.path) as file:
        ids = file.read(columns=["_id"]).column("_id").to_pylist()
    present = {i.partition("|")[0] for i in ids}.union(r.source_id or "" for r in iter_rejects(extract))
    for one in folder.iterdir():
        if one.name not in present:
            shutil.rmtree(one)


def _replaced(changes: ObjectChanges, new: pq.ParquetFile) -> pa.Array:
    """Ids that leave the old extract: deleted, changed, or changed to something that cannot be read."""
    ids = new.read(columns=["_id"]).column("_id").to_pylist()
    rejected = [r.source_id for r in iter_rejects(changes.upserts) if r.source_id]
    return pa.array([*changes.deleted, *ids, *rejected], pa.string())


def _old_rejects(before: ObjectExtract, replaced: pa.Array) -> Iterator[RejectedRow]:
    gone = set(replaced.to_pylist())
    return (r for r in iter_rejects(before) if r.source_id not in gone)


def _files(before: ObjectExtract, changes: ObjectChanges) -> tuple[FileFinding, ...]:
    """What the first reading said, and what this one did."""
    return changes.upserts.files if changes.road == "full" else (*before.files, *changes.upserts.files)
