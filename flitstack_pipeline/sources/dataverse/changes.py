"""What changed in a table since it was last read: by its change log, by `modifiedon`, or by reading it whole.

The change log tells of deletions itself. `modifiedon` does not, so all ids are read beside it; and a row that was
written while the last reading went on may have been missed, so it is asked from ten minutes before that began. A table
without either is read whole. What was remembered of the last reading counts until `accept`: until then the same
changes come again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from flitstack_pipeline.errors import SourceError
from flitstack_pipeline.sources.arrow import compute as pc
from flitstack_pipeline.sources.base import ObjectExtract, read_extract
from flitstack_pipeline.sources.dataverse.columns import Layout
from flitstack_pipeline.sources.dataverse.errors import DeltaExpired, Subject
from flitstack_pipeline.sources.dataverse.extract import write_extract
from flitstack_pipeline.sources.dataverse.memory import Memory, memory_of, recall, remember
from flitstack_pipeline.sources.dataverse.pages import preferences, read_pages
from flitstack_pipeline.sources.dataverse.reading import Query, Reader, Reading, read_lines
from flitstack_pipeline.sources.dataverse.schema import Entity
from flitstack_pipeline.sources.dataverse.secretive import secretive

FOLDER = "changes"
OVERLAP = timedelta(minutes=10)

Road = Literal["tracking", "modifiedon", "full"]


@dataclass(frozen=True, kw_only=True)
class ObjectChanges:
    """`upserts`: rows that are new or changed (all rows, by the road "full"). `deleted`: ids of rows that are no more.

    `road`: how they were found. `said`: what is remarkable, for the report.
    """

    object: str
    road: Road
    upserts: ObjectExtract
    deleted: tuple[str, ...]
    said: tuple[str, ...]


class ChangeReader:
    """Reads the changes of one object. `source` is a DataverseSource."""

    def __init__(self, source: Any, name: str, layout: Layout, *, into: Path) -> None:
        self._source = source
        self._name = name
        self._layout = layout
        self._into = into
        self._folder = into / FOLDER
        self._entity: Entity = layout.table.entity
        self._said: list[str] = []

    def run(self) -> ObjectChanges:
        """Find the changes and write the changed rows to `changes/` below the extracts."""
        before = read_extract(self._into, self._name)
        memory = recall(self._into, self._name)
        if memory is None:
            raise SourceError(
                f"nothing is remembered of the last extraction of “{self._name}”", hint="extract it once more"
            )
        road = self._road(memory)
        if road == "tracking":
            try:
                return self._by_tracking(str(memory.delta), before)
            except DeltaExpired as error:
                self._said.append(
                    f"the change log does not reach back to the last reading ({error.code}): all is read again"
                )
                road = "full"
        return self._by_modifiedon(memory, before) if road == "modifiedon" else self._by_reading_all(before)

    def _road(self, memory: Memory) -> Road:
        if memory.entity != self._entity.name or memory.select != self._layout.select:
            self._said.append("other columns are read than at the last time: all is read again")
            return "full"
        if self._entity.is_elastic:
            self._said.append("an elastic table is read whole")
            return "full"
        if memory.delta:
            return "tracking"
        if not self._layout.table.has("modifiedon"):
            self._said.append("the table has neither a change log nor `modifiedon`: all is read again")
            return "full"
        return "modifiedon"

    # -- roads --------------------------------------------------------------------------------------------------------

    def _by_tracking(self, delta: str, before: ObjectExtract) -> ObjectChanges:
        query = self._query(delta, tracked=False)
        reader = Reader(self._source.client, query, into=self._folder)
        reading = reader.run()
        gone_lines: set[int] = set()
        gone: list[str] = []
        for number, row, _ in read_lines(reading.path):
            if str(row.get("@odata.context", "")).endswith("$deletedEntity"):
                gone_lines.add(number)
                gone.append(str(row.get("id", "")).casefold())
        # What was made and deleted since then comes as deleted too; nobody here has ever seen it.
        deleted = _of(before, gone)
        return self._finish("tracking", reader, reading, deleted=deleted, skip=frozenset(gone_lines))

    def _by_modifiedon(self, memory: Memory, before: ObjectExtract) -> ObjectChanges:
        since = datetime.fromisoformat(memory.began).astimezone(UTC) - OVERLAP
        condition = quote(f"modifiedon ge {since:%Y-%m-%dT%H:%M:%SZ}")
        order = quote(f"modifiedon,{self._entity.primary_id}", safe=",")
        url = f"{quote(self._entity.set_name)}?$select={','.join(self._layout.select)}&$filter={condition}&$orderby={order}"
        reader = Reader(self._source.client, self._query(url, tracked=False), into=self._folder)
        reading = reader.run()
        present = self._present_ids()
        return self._finish("modifiedon", reader, reading, deleted=_missing(before, present))

    def _by_reading_all(self, before: ObjectExtract) -> ObjectChanges:
        reader, reading, said = self._source.read_all(self._name, self._layout, into=self._folder)
        self._said += said
        changes = self._finish("full", reader, reading, deleted=())
        with pq.ParquetFile(changes.upserts.path) as file:
            present = file.read(columns=["_id"]).column("_id")
        rejected = pq.read_table(changes.upserts.rejects_path, columns=["source_id"]).column("source_id")
        ids = pa.chunked_array([*present.chunks, *rejected.drop_null().chunks], type=pa.string())
        return ObjectChanges(
            object=changes.object,
            road="full",
            upserts=changes.upserts,
            deleted=_missing(before, ids),
            said=changes.said,
        )

    # -- parts --------------------------------------------------------------------------------------------------------

    def _finish(
        self,
        road: Road,
        reader: Reader,
        reading: Reading,
        *,
        deleted: tuple[str, ...],
        skip: frozenset[int] = frozenset(),
    ) -> ObjectChanges:
        # Files of changed rows go where those of all rows are: their paths are relative to the extracts.
        typing = self._source.typing(self._name, self._layout, self._into)
        extract = write_extract(self._name, typing, reading, into=self._folder, notes=self._said, skip=skip)
        memory = memory_of(self._source.metadata, self._layout, delta=reading.delta, began=reading.began)
        remember(self._into, self._name, memory, pending=True)
        reader.done()
        return ObjectChanges(object=self._name, road=road, upserts=extract, deleted=deleted, said=tuple(self._said))

    def _query(self, url: str, *, tracked: bool) -> Query:
        return Query(
            object=self._name,
            url=url,
            prefer=preferences(self._source.access.page_size, tracked=tracked),
            tracked=tracked,
            entity=self._entity,
            subject=Subject(self._entity.name, doing="reading its changes"),
            secretive=secretive(self._layout.select),
        )

    def _present_ids(self) -> pa.ChunkedArray:
        """The ids of all rows there are now; nothing but ids is kept."""
        key = self._entity.primary_id
        url = f"{quote(self._entity.set_name)}?$select={key}&$orderby={key}"
        subject = Subject(self._entity.name, doing="reading its ids")
        prefer = f"odata.maxpagesize={self._source.access.page_size}"

        def chunks() -> Iterator[pa.Array]:
            for page in read_pages(self._source.client, url, prefer=prefer, subject=subject):
                yield pa.array([str(row.values.get(key)).casefold() for row in page.rows], pa.string())

        return pa.chunked_array(list(chunks()), type=pa.string())


def _of(before: ObjectExtract, ids: list[str]) -> tuple[str, ...]:
    """Those of the ids that the last extraction has, in their order."""
    if not ids:
        return ()
    known = set(_ids_of(before).filter(pc.is_in(_ids_of(before), value_set=pa.array(ids, pa.string()))).to_pylist())
    return tuple(i for i in dict.fromkeys(ids) if i in known)


def _missing(before: ObjectExtract, present: pa.ChunkedArray) -> tuple[str, ...]:
    """Ids of the last extraction that are not there any more."""
    ids = _ids_of(before)
    return tuple(ids.filter(pc.invert(pc.is_in(ids, value_set=present.combine_chunks()))).to_pylist())


def _ids_of(extract: ObjectExtract) -> pa.ChunkedArray:
    """Ids of all rows, those that were rejected included."""
    with pq.ParquetFile(extract.path) as file:
        ids = file.read(columns=["_id"]).column("_id")
    rejected = pq.read_table(extract.rejects_path, columns=["source_id"]).column("source_id").drop_null()
    return pa.chunked_array([*ids.chunks, *rejected.chunks], type=pa.string())
