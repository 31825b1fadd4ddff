"""Reads all rows of a table into one file, as they are received, and goes on where a killed reading stopped.

The file is `<object>.<UTC time>.jsonl`, a row to a line, with `<file>.sha256` beside it. After each page the rows are
brought to disk first, then the place (`state/<object>.reading.json`). What lies behind the place in the file is cut
off when the reading goes on. A link to the next page is followed only while it is young and the query is the same.
"""

import hashlib
import json
import os
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any

from flitstack_pipeline.progress import current
from flitstack_pipeline.sources.dataverse.errors import DataverseAway, DataverseError, MetadataChanged, Subject
from flitstack_pipeline.sources.dataverse.files import read_json, write_json
from flitstack_pipeline.sources.dataverse.http import DataverseClient
from flitstack_pipeline.sources.dataverse.pages import Page, read_pages
from flitstack_pipeline.sources.dataverse.schema import Entity, source_id
from flitstack_pipeline.sources.dataverse.secretive import masked

LINK_SECONDS = 3600.0
"""Age at which a link to the next page is no longer followed, and a complete reading no longer used."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is read. `prefer` is the same for every page. `secretive`: columns in whose texts secrets are masked."""

    object: str
    url: str
    prefer: str
    tracked: bool
    entity: Entity
    subject: Subject
    secretive: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a reading has come. `size`: bytes of whole pages; `next` None at the end; `began`: the server's clock, UTC."""

    url: str
    prefer: str
    file: str
    size: int = 0
    rows: int = 0
    pages: int = 0
    next: str | None = None
    complete: bool = False
    delta: str | None = None
    began: str = ""
    saved: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A complete reading. `hashes`: of the id of each row, in order; `resumed_at`: rows that were there from before."""

    path: Path
    rows: int
    pages: int
    sha256: str
    delta: str | None
    began: str
    hashes: array = field(repr=False)
    resumed_at: int | None


class Reader:
    """Reads one query into a folder."""

    def __init__(
        self, client: DataverseClient, query: Query, *, into: Path, wall: Callable[[], float] = time.time
    ) -> None:
        self._client = client
        self._query = query
        self._into = into
        self._wall = wall
        self._state = into / "state" / f"{query.object}.reading.json"
        self._hashes = array("q")
        self._digest = hashlib.sha256()

    def run(self) -> Reading:
        """Read to the end. Raises DataverseError; what was read until then is kept for the next try."""
        into, place = self._into, self._known_place()
        resumed_at = None
        if place is None:
            place = self._fresh()
        else:
            resumed_at = place.rows
            self._replay(place)
        if not place.complete:
            try:
                place = self._read(place)
            except (DataverseAway, MetadataChanged):
                raise
            except DataverseError as error:
                if resumed_at is None or error.status not in (400, 404, 410):
                    raise
                # The organization no longer takes a link of the earlier try.
                resumed_at, place = None, self._fresh()
                place = self._read(place)
        final = into / place.file
        part = _part(final)
        digest = self._digest.hexdigest()
        if part.exists():
            part.replace(final)
        final.with_name(f"{final.name}.sha256").write_text(f"{digest}  {final.name}\n", encoding="utf-8")
        return Reading(
            path=final,
            rows=place.rows,
            pages=place.pages,
            sha256=digest,
            delta=place.delta,
            began=place.began,
            hashes=self._hashes,
            resumed_at=resumed_at,
        )

    def done(self) -> None:
        """Forget the place: what was read has been used."""
        self._state.unlink(missing_ok=True)

    def _fresh(self) -> Place:
        for old in self._into.glob(f"{self._query.object}.*.jsonl.part"):
            old.unlink()
        self._hashes = array("q")
        self._digest = hashlib.sha256()
        moment = datetime.fromtimestamp(self._wall(), UTC)
        name = f"{self._query.object}.{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}Z.jsonl"
        return Place(url=self._query.url, prefer=self._query.prefer, file=name)

    def _known_place(self) -> Place | None:
        data = read_json(self._state)
        try:
            place = Place(**data) if data else None
        except TypeError:  # of another version of this program
            return None
        if place is None or (place.url, place.prefer) != (self._query.url, self._query.prefer):
            return None
        if not 0 <= self._wall() - place.saved <= LINK_SECONDS:
            return None
        path = self._path(place)
        return place if path.is_file() and path.stat().st_size >= place.size else None

    def _path(self, place: Place) -> Path:
        final = self._into / place.file
        return final if final.exists() else _part(final)

    def _replay(self, place: Place) -> None:
        """Cut off what came after the last whole page, and take in what stands before."""
        path = self._path(place)
        os.truncate(path, place.size)
        with path.open("rb") as file:
            for line in file:
                self._digest.update(line)
                self._hashes.append(hash(source_id(json.loads(line), self._query.entity)))

    def _read(self, place: Place) -> Place:
        task, progress = f"read {self._query.object}", current()
        progress.start(task, 0)
        self._into.mkdir(parents=True, exist_ok=True)
        following = place.next or place.url
        pages = read_pages(self._client, following, prefer=self._query.prefer, subject=self._query.subject)
        with _part(self._into / place.file).open("ab") as file:
            for page in pages:
                place = self._keep(page, file, place)
                progress.advance(task, len(page.rows))
                del page  # or it would be in memory beside the next one
        progress.finish(task, f"{place.rows:,} rows in {place.pages:,} pages")
        return place

    def _keep(self, page: Page, file: IO[bytes], place: Place) -> Place:
        for row in page.rows:
            line = masked(row, self._query.secretive).text.encode() + b"\n"
            file.write(line)
            self._digest.update(line)
            self._hashes.append(hash(source_id(row.values, self._query.entity)))
        file.flush()
        os.fsync(file.fileno())
        place = replace(
            place,
            size=file.tell(),
            rows=place.rows + len(page.rows),
            pages=place.pages + 1,
            next=page.next_link,
            complete=page.next_link is None,
            delta=page.delta_link,
            began=place.began or _server_time(page, self._wall),
            saved=self._wall(),
        )
        write_json(self._state, asdict(place))
        return place


def read_lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any], bytes]]:
    """Yield (line number from 1, row, its text) of a file of rows; fractions are Decimals."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            yield number, json.loads(line, parse_float=Decimal), line


def _part(final: Path) -> Path:
    return final.with_name(f"{final.name}.part")


def _server_time(page: Page, wall: Callable[[], float]) -> str:
    """When the server answered, by its own clock: changes are asked for from then on."""
    try:
        moment = parsedate_to_datetime(page.date)
    except (ValueError, TypeError):  # no such header, or none of that form: this machine's clock has to do
        moment = datetime.fromtimestamp(wall(), UTC)
    return moment.astimezone(UTC).isoformat()
