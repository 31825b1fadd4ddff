"""Rows in, prepared records out: the map applied.

A `RecordSetTransform` is made once per record set and then used batch by batch. It knows nothing of Odoo's ids: references stay
references (see `values`), so the same prepared record serves the load, the dry run and, as the expected value, the diff.
"""

import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flitstack_pipeline.errors import RecordError
from flitstack_pipeline.mapping.spec import FieldSpec, Lookup, RecordSetSpec
from flitstack_pipeline.mapping.validate import template_columns
from flitstack_pipeline.mapping.walk import children_of
from flitstack_pipeline.transform import registry
from flitstack_pipeline.transform.conditions import fold, holds
from flitstack_pipeline.transform.files import TooLarge
from flitstack_pipeline.transform.related import ChildRows, FirstHolders, JoinedRows, OpenTable
from flitstack_pipeline.transform.values import LineRows, LiveRef, Many, Prepared, Ref, Rejected, RowRef, XmlId, text_of

Row = Mapping[str, Any]
Outcome = Prepared | Rejected
RejectedChildren = Callable[[str, tuple[str, ...]], Mapping[str, str]]


class RecordSetTransform:
    """The compiled form of one record set.

    `read` opens extracts (joins and child rows); `context` is what transforms are given by the migration (`timezone`, `country`,
    `base`, `max_mb`); `rejected_children` says, per child object, for which parents a child row could not be read, with the
    reason: a document is whole or it is not loaded.
    """

    def __init__(
        self,
        name: str,
        spec: RecordSetSpec,
        *,
        read: OpenTable,
        context: Mapping[str, Any],
        rejected_children: RejectedChildren,
    ) -> None:
        self.name = name
        self.spec = spec
        self._joins = joins_of(spec, read)
        self._first = _FirstRows(spec, self._joins, read) if spec.once else None
        tools = _Tools(read, context, rejected_children)
        self._fields = {f: [_Alternative(alt, spec.from_, tools) for alt in alts] for f, alts in spec.fields.items()}

    def prepare(self, rows: list[dict[str, Any]]) -> Iterator[Outcome]:
        """One outcome per row, in order."""
        for row in rows:
            yield self._prepare(row)

    def _prepare(self, row: dict[str, Any]) -> Outcome:
        row = joined(row, self._joins)
        refs = [RowRef(self.spec.from_, row["_id"], row["_file"], row["_row"])]
        for alternatives in self._fields.values():
            for alternative in alternatives:
                refs.extend(alternative.child_refs(row))
        if not holds(self.spec.where, row):
            reason = self.spec.where_not_reason or f"not taken into {self.name} by the map's rule"
            return self._rejected(refs, "excluded", reason)
        for exclusion in self.spec.exclude:
            if holds(exclusion.when, row):
                return self._rejected(refs, "excluded", exclusion.reason)
        if self._first and (first := self._first.before(row)):
            reason = f"the same {' and '.join(self.spec.once)} as {self.spec.from_} {first}, which stands for both"
            return self._rejected(refs, "excluded", reason)
        values: dict[str, Any] = {}
        expected: dict[str, Any] = {}
        for field, alternatives in self._fields.items():
            chosen = next((a for a in alternatives if holds(a.spec.when, row)), None)
            if chosen is None:
                continue
            try:
                (values if chosen.spec.write else expected)[field] = chosen.make(row)
            except RecordError as error:
                outcome = "skipped" if isinstance(error, TooLarge) else "quarantined"
                at = f"{field}.{error.field}" if error.field else field
                return self._rejected(refs, outcome, error.reason, at)
        actions = tuple(a.do for a in self.spec.actions if holds(a.when, row))
        return Prepared(
            record_set=self.name,
            source_id=row["_id"],
            rows=tuple(dict.fromkeys(refs)),
            values=values,
            expected=expected,
            actions=actions,
        )

    def _rejected(self, refs: list[RowRef], outcome: str, reason: str, field: str = "") -> Rejected:
        rows = tuple(dict.fromkeys(refs))
        return Rejected(
            record_set=self.name, source_id=refs[0].source_id, rows=rows, outcome=outcome, reason=reason, field=field
        )


class _FirstRows:
    """Of the rows that a record set takes, the first with each combination of its `once` columns."""

    def __init__(self, spec: RecordSetSpec, joins: Mapping[str, JoinedRows], read: OpenTable) -> None:
        self._columns = spec.once
        self._ids: dict[tuple[Any, ...], str] = {}
        for batch in read(spec.from_, None).to_batches(max_chunksize=1000):
            for row in batch.to_pylist():
                if holds(spec.where, joined(row, joins)):
                    self._ids.setdefault(self._key(row), row["_id"])

    def before(self, row: Row) -> str | None:
        """The source id of the first row like this one, unless that is the row itself."""
        first = self._ids.get(self._key(row))
        return None if first == row["_id"] else first

    def _key(self, row: Row) -> tuple[Any, ...]:
        return tuple(fold(row.get(column)) for column in self._columns)


@dataclass(frozen=True)
class _Tools:
    read: OpenTable
    context: Mapping[str, Any]
    rejected_children: RejectedChildren


class _Alternative:
    """One way for a field to get its value: gather, transform, map, refer, default."""

    def __init__(self, spec: FieldSpec, obj: str, tools: _Tools) -> None:
        self.spec = spec
        self._steps = registry.chain(spec.transform, context=tools.context) if spec.transform else None
        self._value_map = {fold(k): v for k, v in spec.values.items()}
        self._children = _ChildValues(spec, tools) if children_of(spec) else None
        self._gather = None if self._children else _gather(spec, obj, tools)
        self._also = [_Alternative(more, obj, tools) for more in spec.also]

    def child_refs(self, row: Row) -> Iterator[RowRef]:
        """The child rows that belong to a row, whatever becomes of it, and theirs."""
        if self._children:
            yield from self._children.refs(row)

    def make(self, row: Row) -> Any:
        """The value for a row."""
        if self._children:
            value = self._children.value(row)
        else:
            value = self._gather(row) if self._gather else None
        if self._steps is not None and value is not None:
            value = self._steps(value)
        if self._value_map:
            value = _mapped(self.spec, self._value_map, value)
        if self.spec.lookup is not None:
            value = _reference(self.spec.lookup, value)
        if more := tuple(ref for also in self._also for ref in also.references(row)):
            value = Many((*(value.refs if isinstance(value, Many) else ()), *more))
        if value in (None, "") or (isinstance(value, Many) and not value.refs):
            value = _default(self.spec)
        if value is None and self.spec.required:
            raise RecordError(f"is empty, and must not be (from {_origin(self.spec)})")
        return value

    def references(self, row: Row) -> tuple[Ref | LiveRef | XmlId, ...]:
        """What this adds to the references of another: nothing where its condition does not hold."""
        value = self.make(row) if holds(self.spec.when, row) else None
        return value.refs if isinstance(value, Many) else () if value in (None, "") else (value,)


class _ChildValues:
    """The value of a field that is made of child rows: lines, a bundle, a merged text or a list."""

    def __init__(self, spec: FieldSpec, tools: _Tools) -> None:
        children = children_of(spec)
        if children is None:
            raise ValueError("not a field of child rows")
        self._spec = spec
        self._object = children.from_
        self._where = children.where
        self._on = children.on
        self._rows = ChildRows(tools.read, children)
        self._rejected = tools.rejected_children(children.from_, children.parent)
        self._joins = joins_of(children, tools.read)
        lines = spec.lines.fields if spec.lines else {}
        self._fields = {f: [_Alternative(alt, children.from_, tools) for alt in alts] for f, alts in lines.items()}

    def refs(self, row: Row) -> Iterator[RowRef]:
        """All child rows, also those that `where` leaves out: they have no other record to belong to."""
        for child in self._rows.of(row):
            yield RowRef(self._object, child["_id"], child["_file"], child["_row"])
            if self._fields:
                child = joined(child, self._joins)
                for alternatives in self._fields.values():
                    for alternative in alternatives:
                        yield from alternative.child_refs(child)

    def value(self, row: Row) -> Any:
        every = self._rows.of(row)
        if reason := self._rejected.get(str(row.get(self._on) or "")):
            raise RecordError(reason)
        children = [c for c in (joined(child, self._joins) for child in every) if holds(self._where, c)]
        spec = self._spec
        if spec.lines:
            if not children and spec.lines.required:
                raise RecordError(f"has no line in {self._object}, and must have one")
            return LineRows(tuple(self._line(child) for child in children)) if children else None
        if spec.bundle:
            wanted = spec.bundle.columns
            return [{name: _plain(child.get(column)) for name, column in wanted.items()} for child in children] or None
        if spec.collect:
            parts = ([child.get(column) for column in spec.collect.column] for child in children)
            return ["|".join(map(text_of, part)) for part in parts if None not in part and "" not in part] or None
        if spec.merge:
            return spec.merge.separator.join(filled(spec.merge.template, child) for child in children) or None
        return None

    def _line(self, child: Row) -> dict[str, Any]:
        values = {}
        for field, alternatives in self._fields.items():
            chosen = next((a for a in alternatives if holds(a.spec.when, child)), None)
            if chosen:
                try:
                    values[field] = chosen.make(child)
                except RecordError as error:
                    at = f"{child['_file']} row {child['_row']}"
                    reason = f"line {child['_id']} ({at}): {error.reason}"
                    raise RecordError(reason, field=f"{field}.{error.field}" if error.field else field) from error
        return values


def _gather(spec: FieldSpec, obj: str, tools: _Tools) -> Callable[[Row], Any]:
    if spec.xmlid:
        reference = XmlId(spec.xmlid)
        return lambda row: reference
    if spec.template is not None:
        template = spec.template
        return lambda row: filled(template, row).strip() or None
    if spec.duplicate_of:
        key = registry.chain(spec.duplicate_of.transform, context=tools.context)
        holders = FirstHolders(tools.read, obj, spec.duplicate_of, key)
        return holders.first_of
    if not spec.from_:
        constant = Decimal(str(spec.value)) if isinstance(spec.value, float) else spec.value
        return lambda row: constant
    if len(spec.from_) == 1:
        column = spec.from_[0]
        return lambda row: row.get(column)
    columns = spec.from_
    return lambda row: [row.get(c) for c in columns]


def joins_of(spec: Any, read: OpenTable) -> dict[str, JoinedRows]:
    """The joined rows of a record set or of child rows, with the columns that the spec uses of each."""
    return {alias: JoinedRows(read, join, columns_used(alias, spec)) for alias, join in spec.joins.items()}


def joined(row: dict[str, Any], joins: Mapping[str, JoinedRows]) -> dict[str, Any]:
    """A row with the columns of its joins."""
    for alias, rows in joins.items():
        row = {**row, **rows.columns_for(alias, row)}
    return row


def columns_used(alias: str, spec: Any) -> set[str]:
    """The columns that a record set, or child rows with all that is made of them, use of a join."""
    used: set[str] = {join.on for join in spec.joins.values()}
    for condition in (spec.where, *(a.when for a in getattr(spec, "actions", ()))):
        used |= condition.columns_used() if condition else set()
    used.update(*(template_columns(t) for t in [getattr(spec, "template", "")] if t))
    used.update(getattr(spec, "columns", {}).values() if isinstance(getattr(spec, "columns", None), Mapping) else ())
    used.update(getattr(spec, "column", ()))
    for alternatives in getattr(spec, "fields", {}).values():
        for field in (part for alternative in alternatives for part in (alternative, *alternative.also)):
            used |= {*field.from_, *template_columns(field.template or "")}
            used |= field.when.columns_used() if field.when else set()
            if children := children_of(field):
                used.add(children.on)
    return {name.removeprefix(f"{alias}.") for name in used if name.startswith(f"{alias}.")}


def _plain(value: Any) -> Any:
    return Decimal(text_of(value)) if isinstance(value, Decimal) else value


def _mapped(spec: FieldSpec, value_map: Mapping[Any, Any], value: Any) -> Any:
    if isinstance(value, list | tuple):
        mapped = (_mapped(spec, value_map, part) for part in value)
        return [part for part in mapped if part is not None] or None
    key = fold(value)
    if isinstance(value, bool | int | Decimal) and key not in value_map:
        key = fold(text_of(value))
    if key in value_map:
        return value_map[key]
    if value is None or spec.values_else == "empty":
        return None
    if spec.values_else == "keep":
        return value
    known = ", ".join(repr(k) for k in spec.values)
    raise RecordError(f"the value {text_of(value)!r} is not in the value map; add it to the map (known: {known})")


def _reference(lookup: Lookup, value: Any) -> Any:
    if lookup.many:
        parts = value if isinstance(value, list | tuple) else [] if value in (None, "") else [value]
        refs = [_reference(lookup.model_copy(update={"many": False}), part) for part in parts]
        return Many(tuple(ref for ref in refs if ref is not None))
    if value in (None, ""):
        return None
    parts = tuple(value) if isinstance(value, list | tuple) else (value,)
    if lookup.records:
        if any(part in (None, "") for part in parts):
            return None
        return Ref(lookup.records, lookup.key_prefix + "|".join(map(text_of, parts)), lookup.missing)
    if len(parts) != len(lookup.by):
        raise RecordError(f"looks up {lookup.model} by {len(lookup.by)} field(s), but {len(parts)} value(s) came")
    if all(part in (None, "") for part in parts):
        return None
    return LiveRef(str(lookup.model), lookup.by, parts, lookup.domain, lookup.missing, lookup.follow)


def _default(spec: FieldSpec) -> Any:
    if isinstance(spec.default, dict) and "xmlid" in spec.default:
        return XmlId(str(spec.default["xmlid"]))
    if isinstance(spec.default, float):
        return Decimal(str(spec.default))
    return spec.default


def _origin(spec: FieldSpec) -> str:
    return " and ".join(spec.from_) or "the map"


def filled(template: str, row: Row) -> str:
    """A template with the row's values in place of `{column}` and `{join.column}`; empty ones leave nothing."""
    parts = []
    for text, name, _, _ in string.Formatter().parse(template):
        value = row.get(name) if name else None
        parts += [text, "" if value is None else text_of(value)]
    return "".join(parts)
