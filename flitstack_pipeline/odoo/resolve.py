"""References become ids: records of this migration by the ledger, records that Odoo has by a live index, XML IDs by name."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.ledger.jsonvalues import fingerprint
from flitstack_pipeline.mapping.compile import CompiledRecords
from flitstack_pipeline.odoo.canonical import canonical
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.transform.values import LineRows, LiveRef, Many, Prepared, Ref, XmlId


class IdMap(Protocol):
    """Where the ids of this migration's records are known."""

    def resolve(self, record_set: str, source_ids: Sequence[str]) -> Mapping[str, int]: ...


@dataclass(frozen=True)
class Resolved:
    """A record with ids for references. `raw` is what is written, `values` the same in canonical form, `expected` only compared."""

    prepared: Prepared
    raw: Mapping[str, Any]
    values: Mapping[str, Any]
    expected: Mapping[str, Any]

    @property
    def source_id(self) -> str:
        return self.prepared.source_id

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.values)

    def comparable(self, field: str) -> Any:
        """What the record has, or will have by Odoo's own doing, in a field by which others are compared with it."""
        return self.values.get(field, self.expected.get(field))


@dataclass(frozen=True)
class Unresolved:
    """A record that cannot be written now. `waits_for` is set when it is held for a record of this migration."""

    prepared: Prepared
    outcome: str
    field: str
    reason: str
    waits_for: Ref | None = None


class _NotThere(Exception):
    def __init__(self, ref: Ref | LiveRef | XmlId, reason: str) -> None:
        super().__init__(reason)
        self.ref = ref
        self.reason = reason


class LiveIndex:
    """Ids of a model's records by the folded values of some fields, read once."""

    def __init__(
        self, client: OdooClient, model: str, by: Sequence[str], domain: Sequence[Any], follow: str = ""
    ) -> None:
        self._ids: dict[tuple[Any, ...], list[int]] = {}
        conditions = [list(d) if isinstance(d, tuple) else d for d in domain]
        for rows in client.iter_search_read(model, conditions, [*by, *([follow] if follow else [])]):
            for row in rows:
                key = tuple(folded(row[f]) for f in by)
                if any(part is None or part is False or part == "" for part in key):
                    continue
                found = (row[follow] or [None])[0] if follow else row["id"]
                ids = self._ids.setdefault(key, [])
                if found is not None and found not in ids:
                    ids.append(found)

    def find(self, values: Sequence[Any]) -> list[int]:
        """All ids whose fields equal the values."""
        return self._ids.get(tuple(folded(v) for v in values), [])


def folded(value: Any) -> Any:
    """Texts without case and outer or repeated spaces, numbers as Decimal, many2one values as ids."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return " ".join(value.split()).casefold()
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value)).normalize()
    if isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[0], int):
        return Decimal(value[0])
    return value


class Resolver:
    """Resolves batches of prepared records of any record set; keeps the live indexes of one run.

    `left_empty` collects the references that led nowhere and that the map lets be empty: they are listed, not passed over.
    A live index is read once: what this run adds to its model is found only after `forget`.
    """

    def __init__(
        self, client: OdooClient, id_map: IdMap, *, coming: Callable[[LiveRef], int | None] | None = None
    ) -> None:
        """`coming`: for a dry run, the stand-in id of a record that Odoo does not have yet but will."""
        self._client = client
        self._id_map = id_map
        self._coming = coming
        self._live: dict[tuple[Any, ...], LiveIndex] = {}
        self._xml_ids: dict[str, int | None] = {}
        self.left_empty: set[str] = set()

    def index(self, model: str, by: Sequence[str], domain: Sequence[Any], follow: str = "") -> LiveIndex:
        """The index of a model by some fields; read on first use."""
        key = (model, tuple(by), repr(domain), follow)
        if key not in self._live:
            self._live[key] = LiveIndex(self._client, model, by, domain, follow)
        return self._live[key]

    def forget(self, model: str) -> None:
        """Drop the indexes of a model whose records have changed."""
        self._live = {key: index for key, index in self._live.items() if key[0] != model}

    def resolve(self, records: CompiledRecords, batch: Sequence[Prepared]) -> Iterator[Resolved | Unresolved]:
        """One result per prepared record, in order; two queries per record set that the batch refers to."""
        ids = self._ids_of(batch)
        for prepared in batch:
            yield self._one(records, prepared, ids)

    def _one(
        self, records: CompiledRecords, prepared: Prepared, ids: Mapping[str, Mapping[str, int]]
    ) -> Resolved | Unresolved:
        field = ""
        raw: dict[str, Any] = {}
        values: dict[str, Any] = {}
        expected: dict[str, Any] = {}
        try:
            for field, value in prepared.values.items():
                raw[field] = self._value(value, ids)
                values[field] = canonical(raw[field], records.targets[field], records.lines.get(field))
            for field, value in prepared.expected.items():
                expected[field] = canonical(self._value(value, ids), records.targets[field], records.lines.get(field))
        except _NotThere as missing:
            outcome = {"hold": "held", "quarantine": "quarantined", "skip": "skipped"}[
                str(getattr(missing.ref, "missing", "quarantine"))
            ]
            waits_for = missing.ref if isinstance(missing.ref, Ref) and outcome == "held" else None
            return Unresolved(prepared, outcome, field, missing.reason, waits_for)
        except RecordError as error:
            return Unresolved(prepared, "quarantined", f"{field}.{error.field}" if error.field else field, error.reason)
        return Resolved(prepared, raw, values, expected)

    def _value(self, value: Any, ids: Mapping[str, Mapping[str, int]]) -> Any:
        if isinstance(value, Ref | LiveRef | XmlId):
            return self._id(value, ids)
        if isinstance(value, Many):
            return tuple(i for i in (self._id(ref, ids) for ref in value.refs) if i is not None)
        if isinstance(value, LineRows):
            return LineRows(tuple({f: self._value(v, ids) for f, v in row.items()} for row in value.rows))
        return value

    def _id(self, ref: Ref | LiveRef | XmlId, ids: Mapping[str, Mapping[str, int]]) -> int | None:
        if isinstance(ref, Ref):
            for record_set in ref.record_sets:
                if (found := ids.get(record_set, {}).get(ref.source_id)) is not None:
                    return found
            if ref.missing == "empty":
                self.left_empty.add(str(ref))
                return None
            raise _NotThere(ref, f"waits for {ref}, which is not in Odoo")
        if isinstance(ref, XmlId):
            return self._xml_id(ref)
        hits = self.index(ref.model, ref.by, ref.domain, ref.follow).find(ref.values)
        if len(hits) == 1:
            return hits[0]
        if not hits and self._coming and (stand_in := self._coming(ref)) is not None:
            return stand_in
        reason = f"Odoo has {len(hits) or 'no'} {ref}"
        if ref.missing == "empty":  # several are as good as none: which one is meant cannot be guessed
            self.left_empty.add(reason if hits else str(ref))
            return None
        raise _NotThere(ref, reason)

    def _xml_id(self, ref: XmlId) -> int:
        if ref.name not in self._xml_ids:
            module, _, name = ref.name.partition(".")
            rows = self._client.search_read("ir.model.data", [["module", "=", module], ["name", "=", name]], ["res_id"])
            self._xml_ids[ref.name] = rows[0]["res_id"] if rows else None
        found = self._xml_ids[ref.name]
        if found is None:
            raise _NotThere(ref, f"Odoo has no record with the XML ID {ref.name}")
        return found

    def _ids_of(self, batch: Sequence[Prepared]) -> dict[str, dict[str, int]]:
        wanted: dict[str, set[str]] = {}
        for prepared in batch:
            for value in (*prepared.values.values(), *prepared.expected.values()):
                for ref in references(value):
                    for record_set in ref.record_sets:
                        wanted.setdefault(record_set, set()).add(ref.source_id)
        return {rs: dict(self._id_map.resolve(rs, sorted(source_ids))) for rs, source_ids in wanted.items()}


def references(value: Any) -> Iterable[Ref]:
    """The references to records of this migration inside a prepared value."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Many):
        yield from (ref for ref in value.refs if isinstance(ref, Ref))
    elif isinstance(value, LineRows):
        for row in value.rows:
            for inner in row.values():
                yield from references(inner)
