"""Rows of one table: held in memory, made up on demand, or the union of other tables."""

import bisect
import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from support.dataverse_server.model import LOOKUPS, Attribute, Entity
from support.dataverse_server.org import Row

_EPOCH = datetime(2020, 1, 1, 8, 0, tzinfo=UTC)


class Table(Protocol):
    """What queries need: rows in the order of their ids, one row, how many, and what was deleted."""

    def get(self, row_id: str) -> Row | None: ...
    def after(self, row_id: str) -> Iterator[Row]: ...
    def __len__(self) -> int: ...
    def deleted(self) -> Sequence[tuple[int, str]]: ...


class StoredTable:
    """Rows in memory. `versions` of deletions are kept for change tracking."""

    def __init__(self, entity: Entity) -> None:
        self._primary = entity.primary_id
        self._rows: dict[str, Row] = {}
        self._ids: list[str] = []
        self._deleted: list[tuple[int, str]] = []

    def put(self, row: Row) -> None:
        row_id = row[self._primary]
        if row_id not in self._rows:
            bisect.insort(self._ids, row_id)
        self._rows[row_id] = row

    def remove(self, row_id: str, version: int) -> None:
        del self._rows[row_id]
        self._ids.remove(row_id)
        self._deleted.append((version, row_id))

    def get(self, row_id: str) -> Row | None:
        return self._rows.get(row_id)

    def after(self, row_id: str) -> Iterator[Row]:
        # A copy, for rows may come and go while somebody reads.
        for found in self._ids[bisect.bisect_right(self._ids, row_id) :]:
            if row := self._rows.get(found):
                yield row

    def __len__(self) -> int:
        return len(self._ids)

    def deleted(self) -> Sequence[tuple[int, str]]:
        return tuple(self._deleted)


class SyntheticTable:
    """`count` rows that are computed from their number; nothing of them is held. They follow the stored rows' ids."""

    def __init__(self, entity: Entity, count: int, *, base: int, target: Callable[[Attribute, int], Any]) -> None:
        self._entity = entity
        self._count = count
        self._base = base
        self._target = target
        # Neither what Dataverse computes, nor the rate: that is the currency's.
        self._made = [
            attribute
            for attribute in entity.attributes.values()
            if not attribute.attribute_of
            and attribute.valid_for_read
            and not attribute.name.endswith(("_base", "exchangerate"))
        ]

    def _id(self, number: int) -> str:
        return f"f{number:07x}-0000-4000-8000-{hash_of(self._entity.logical_name):012x}"

    def get(self, row_id: str) -> Row | None:
        number = self._number(row_id)
        return self._row(number) if 0 <= number < self._count and self._id(number) == row_id else None

    def after(self, row_id: str) -> Iterator[Row]:
        first = 0 if row_id < "f" else self._number(row_id) + (self._id(self._number(row_id)) <= row_id)
        return map(self._row, range(first, self._count))

    def __len__(self) -> int:
        return self._count

    def deleted(self) -> Sequence[tuple[int, str]]:
        return ()

    @staticmethod
    def _number(row_id: str) -> int:
        return int(row_id[1:8], 16) if row_id[:1] == "f" else -1

    def _row(self, number: int) -> Row:
        entity = self._entity
        row: Row = {entity.primary_id: self._id(number), "versionnumber": self._base + number}
        for attribute in self._made:
            if attribute.name not in row and (value := self._value(attribute, number)) is not None:
                row[attribute.name] = value
        return row

    def _value(self, attribute: Attribute, number: int) -> Any:
        kind = attribute.type
        if kind in LOOKUPS:
            return self._target(attribute, number)
        if kind == "DateTime":
            moment = _EPOCH + timedelta(minutes=number % 2_000_000)
            return moment.strftime("%Y-%m-%d" if attribute.is_date_only else "%Y-%m-%dT%H:%M:%SZ")
        if kind in ("State", "Status", "Picklist"):
            options = attribute.options
            return options[number % len(options)].value if options else None
        if kind == "MultiSelectPicklist":
            return [option.value for option in attribute.options[: 1 + number % 3]] or None
        if kind in ("String", "Memo"):
            text = f"{attribute.labels.get(1033) or attribute.name} {number:06d}"
            return text[: attribute.max_length] if attribute.max_length else text
        if kind in ("Money", "Decimal", "Double"):
            return f"{number % 100_000}.{number % 100:02d}"
        return {"Integer": number % 1000, "BigInt": number, "Boolean": number % 2 == 0}.get(kind)


class ChainedTable:
    """The stored rows of a table, then its synthetic ones."""

    def __init__(self, stored: StoredTable, synthetic: SyntheticTable) -> None:
        self.stored = stored
        self._synthetic = synthetic

    def get(self, row_id: str) -> Row | None:
        return self.stored.get(row_id) or self._synthetic.get(row_id)

    def after(self, row_id: str) -> Iterator[Row]:
        return merged([self.stored.after(row_id), self._synthetic.after(row_id)], key=self.stored._primary)

    def __len__(self) -> int:
        return len(self.stored) + len(self._synthetic)

    def deleted(self) -> Sequence[tuple[int, str]]:
        return self.stored.deleted()


class UnionTable:
    """activitypointer: every activity again, with the columns that all of them share."""

    def __init__(self, entity: Entity, sources: Mapping[str, tuple[Entity, Table]]) -> None:
        self._entity = entity
        self._sources = sources

    def get(self, row_id: str) -> Row | None:
        for name, (source, table) in self._sources.items():
            if row := table.get(row_id):
                return self._shown(name, source, row)
        return None

    def after(self, row_id: str) -> Iterator[Row]:
        parts = [
            map(lambda row, n=name, s=source: self._shown(n, s, row), table.after(row_id))
            for name, (source, table) in self._sources.items()
        ]
        return merged(parts, key=self._entity.primary_id)

    def __len__(self) -> int:
        return sum(len(table) for _, table in self._sources.values())

    def deleted(self) -> Sequence[tuple[int, str]]:
        return tuple(itertools.chain.from_iterable(table.deleted() for _, table in self._sources.values()))

    def _shown(self, name: str, source: Entity, row: Row) -> Row:
        shown = {n: v for n, v in row.items() if n in self._entity.attributes}
        return {**shown, self._entity.primary_id: row[source.primary_id], "activitytypecode": name}


def merged(parts: Sequence[Iterator[Row]], *, key: str) -> Iterator[Row]:
    """Several sequences of rows that are in the order of `key` as one that is."""

    return heapq.merge(*parts, key=lambda row: row[key])


def hash_of(name: str) -> int:
    """A number below 2^48 that is the same in every process, unlike Python's own hash."""
    number = 1469598103934665603
    for byte in name.encode():
        number = (number ^ byte) * 1099511628211 % 2**64
    return number % 2**48
