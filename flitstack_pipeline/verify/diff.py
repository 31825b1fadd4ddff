"""The field-level diff: for every migrated record, what Odoo holds against what the map says it should hold.

Exact: Decimal with Decimal, moment with moment, bytes by digest. Expected values come from the same prepared records as the load,
so nothing is taken on trust from what was sent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from flitstack_pipeline.ledger.records import MappedRecord
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.compile import CompiledRecords
from flitstack_pipeline.mapping.migration import AcceptedDifference
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.reader import read_back
from flitstack_pipeline.odoo.resolve import Resolved, Resolver, Unresolved
from flitstack_pipeline.transform.values import Prepared, Rejected

RECORD_MISSING = "(record)"


@dataclass(frozen=True)
class Difference:
    """One value that is not what it should be. `accepted`: why a person accepts it, "" if nobody has."""

    record_set: str
    source_id: str
    file: str
    row: int
    model: str
    res_id: int
    field: str
    label: str
    expected: str
    actual: str
    accepted: str = ""


@dataclass
class FieldTally:
    """How one field came out: values compared, filled ones among them, different ones, and those of them that are accepted."""

    label: str
    type: str
    compared: int = 0
    filled: int = 0
    different: int = 0
    accepted: int = 0

    @property
    def unexplained(self) -> int:
        return self.different - self.accepted


@dataclass
class RecordSetDiff:
    """The diff of one record set. `records`: migrated records that were compared."""

    record_set: str
    model: str
    records: int = 0
    fields: dict[str, FieldTally] = field(default_factory=dict)
    used: set[AcceptedDifference] = field(default_factory=set)

    @property
    def values_compared(self) -> int:
        return sum(t.compared for t in self.fields.values())

    @property
    def differences(self) -> int:
        return sum(t.different for t in self.fields.values())

    @property
    def unexplained(self) -> int:
        return sum(t.unexplained for t in self.fields.values())


class RecordSetComparison:
    """Compares one record set batch by batch; `tally` grows as the differences are taken out of `differences`."""

    def __init__(
        self,
        records: CompiledRecords,
        *,
        client: OdooClient,
        resolver: Resolver,
        ledger: Ledger,
        migration: str,
        accepted: Iterable[AcceptedDifference],
    ) -> None:
        self._records = records
        self._client = client
        self._resolver = resolver
        self._ledger = ledger
        self._migration = migration
        self._accepted = {(a.id, a.field): a for a in accepted if a.records == records.name}
        self.tally = RecordSetDiff(records.name, records.model)
        self.frames: list[tuple[str, Mapping[str, Any]]] = []

    def compare(self, batch: Sequence[Prepared | Rejected]) -> Iterator[Difference]:
        """Yield the differences of a batch of prepared records; `frames` gets its read-back values for the schema check."""
        prepared = [p for p in batch if isinstance(p, Prepared)]
        mapped = self._ledger.mapped(self._migration, self._records.name, [p.source_id for p in prepared])
        pairs: list[tuple[Resolved, MappedRecord]] = []
        for result in self._resolver.resolve(self._records, [p for p in prepared if p.source_id in mapped]):
            entry = mapped[result.prepared.source_id]
            if isinstance(result, Resolved):
                pairs.append((result, entry))
            else:
                yield from self._not_compared(result, entry)
        actual = (
            read_back(self._client, self._records, [m.res_id for _, m in pairs], self._fields(pairs)) if pairs else {}
        )
        self.frames = [(r.source_id, actual[m.res_id]) for r, m in pairs if m.res_id in actual]
        for record, entry in pairs:
            self.tally.records += 1
            if entry.res_id not in actual:
                yield self._difference(record.prepared, entry, RECORD_MISSING, "there", "not in Odoo any more")
                continue
            yield from self._record(record, entry, actual[entry.res_id])

    def _not_compared(self, result: Unresolved, entry: MappedRecord) -> Iterator[Difference]:
        """A record that was migrated and whose expected values cannot be told any more must not pass for equal."""
        self.tally.records += 1
        if entry.origin != "linked" or result.field in self._matched():
            yield self._difference(
                result.prepared, entry, result.field, f"cannot be told: {result.reason}", "not compared"
            )

    def _matched(self) -> set[str]:
        """The fields by which existing records are recognised."""
        return {f for match in self._records.spec.match for f in match.by}

    def _fields(self, pairs: Sequence[tuple[Resolved, MappedRecord]]) -> list[str]:
        wanted = set(self._records.compared)
        return [
            f for f in self._records.targets if f in wanted and any(f in r.values or f in r.expected for r, _ in pairs)
        ]

    def _record(self, record: Resolved, entry: MappedRecord, actual: Mapping[str, Any]) -> Iterator[Difference]:
        expected = {**record.values, **record.expected}
        if entry.origin == "linked":  # not written by us: only what it was recognised by is ours to vouch for
            matched = self._matched()
            expected = {f: v for f, v in expected.items() if f in matched}
        for name, value in expected.items():
            if name not in actual:
                continue
            if self._records.targets[name].type == "one2many":
                yield from self._lines(record, entry, name, value or (), actual[name] or ())
            else:
                yield from self._value(record, entry, name, name, value, actual[name], linked=entry.origin == "linked")

    def _lines(
        self,
        record: Resolved,
        entry: MappedRecord,
        name: str,
        expected: Sequence[Mapping[str, Any]],
        actual: Sequence[Mapping[str, Any]],
    ) -> Iterator[Difference]:
        if len(expected) != len(actual):
            yield self._difference(
                record.prepared, entry, f"{name}.count", f"{len(expected)} lines", f"{len(actual)} lines"
            )
        for number, (want, have) in enumerate(zip(expected, actual, strict=False), 1):
            for column, value in want.items():
                yield from self._value(
                    record, entry, f"{name}.{column}", f"{name}[{number}].{column}", value, have.get(column)
                )

    def _value(
        self,
        record: Resolved,
        entry: MappedRecord,
        name: str,
        shown: str,
        expected: Any,
        actual: Any,
        *,
        linked: bool = False,
    ) -> Iterator[Difference]:
        tally = self._tally(name)
        tally.compared += 1
        tally.filled += actual not in (None, "", False, ())
        same = _folded(expected) == _folded(actual) if linked else _same(expected, actual)
        if not same:
            yield self._difference(record.prepared, entry, shown, text_of(expected), text_of(actual), counted=name)

    def _tally(self, name: str) -> FieldTally:
        if name not in self.tally.fields:
            top, _, column = name.partition(".")
            target = self._records.lines.get(top, {}).get(column) if column else self._records.targets.get(top)
            label = target.label or name if target else name
            self.tally.fields[name] = FieldTally(label, target.type if target else "record")
        return self.tally.fields[name]

    def _difference(
        self, prepared: Prepared, entry: MappedRecord, name: str, expected: str, actual: str, *, counted: str = ""
    ) -> Difference:
        tally = self._tally(counted or name)
        if not counted:
            tally.compared += 1
        tally.different += 1
        accepted = self._accepted.get((prepared.source_id, name)) or self._accepted.get(
            (prepared.source_id, counted or name)
        )
        if accepted:
            tally.accepted += 1
            self.tally.used.add(accepted)
        row = prepared.rows[0]
        return Difference(
            self._records.name, prepared.source_id, row.file, row.row, entry.model, entry.res_id, name,
            tally.label, expected, actual, accepted.why if accepted else "",
        )  # fmt: skip


def text_of(value: Any) -> str:
    """A canonical value for people: empty is "(empty)", decimals without an exponent."""
    if value is None or value == ():
        return "(empty)"
    if isinstance(value, dict) and "sha1" in value:
        return f"{value['size']:,} bytes, SHA-1 {value['sha1']}"
    if isinstance(value, date):
        return value.isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def _same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        return list(expected) == list(actual)
    return bool(expected == actual)


def _folded(value: Any) -> Any:
    return " ".join(value.split()).casefold() if isinstance(value, str) else value
