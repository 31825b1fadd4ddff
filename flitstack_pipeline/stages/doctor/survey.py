"""What the extracted rows will ask of Odoo: the live records they mean, and the dates of documents.

Only the fields that can tell are transformed, by the same code as in the load: far cheaper than a dry run.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from flitstack_pipeline.mapping.compile import CompiledMap, CompiledRecords
from flitstack_pipeline.mapping.spec import FieldSpec
from flitstack_pipeline.odoo.resolve import folded
from flitstack_pipeline.sources.base import iter_rows
from flitstack_pipeline.stages.run import MigrationRun
from flitstack_pipeline.transform.values import LineRows, LiveRef, Many, Prepared

BATCH_ROWS = 2000
# The date that decides in which accounting period a document falls.
DOCUMENT_DATES = {"account.move": ("invoice_date", "date"), "account.payment": ("date",)}


@dataclass
class Wanted:
    """A record that Odoo should have. `place`: record set and field; `owner`: it is a person who owns records."""

    ref: LiveRef
    place: str
    owner: bool
    uses: int = 0


@dataclass
class Survey:
    """`dates`: per model, how many documents are dated on each day. `coming`: per model and fields by which it is looked up,
    the (folded) values of records that the migration itself will bring."""

    wanted: dict[tuple[Any, ...], Wanted] = field(default_factory=dict)
    dates: dict[str, dict[date, int]] = field(default_factory=dict)
    coming: dict[tuple[str, tuple[str, ...]], set[tuple[Any, ...]]] = field(default_factory=dict)


def survey(run: MigrationRun, compiled: CompiledMap) -> Survey:
    """Go once through the rows of all record sets that have such fields. Needs all extracts."""
    found = Survey()
    there = [records for model in compiled.models if not model.absent for records in model.records]
    for records in there:
        found.coming |= {key: set() for key in _looked_up(records.spec.fields)}
    for records in there:
        reduced = _reduced(records, _identifying(found, records.model))
        if reduced.spec.fields:
            _take(run, reduced, found)
    return found


def _take(run: MigrationRun, records: CompiledRecords, found: Survey) -> None:
    transform = run.transform(records)
    dated = DOCUMENT_DATES.get(records.model, ())
    for rows in iter_rows(run.extracted(records.spec.from_), batch_size=BATCH_ROWS):
        for item in transform.prepare(rows):
            # Rows that the transform refuses are the dry run's to report.
            if not isinstance(item, Prepared):
                continue
            values = {**item.values, **item.expected}
            for name, value in values.items():
                for path, ref in _live(name, value):
                    _note(found, records, path, ref)
            for (model, by), keys in found.coming.items():
                if model == records.model:
                    keys.add(tuple(folded(values.get(name)) for name in by))
            day = next((d for d in (_day(values.get(name)) for name in dated) if d), None)
            if day:
                by_day = found.dates.setdefault(records.model, {})
                by_day[day] = by_day.get(day, 0) + 1


def _note(found: Survey, records: CompiledRecords, path: str, ref: LiveRef) -> None:
    place = f"{records.name}.{path}"
    key = (place, ref.model, ref.by, repr(ref.values), repr(ref.domain))
    if key not in found.wanted:
        found.wanted[key] = Wanted(ref, place, is_owner(records, path, ref))
    found.wanted[key].uses += 1


def is_owner(records: CompiledRecords, path: str, ref: LiveRef) -> bool:
    """The field says whose a record is: the map declares it so, or it holds a user."""
    return path in records.spec.owner or ref.model == "res.users"


def _live(path: str, value: Any) -> Iterator[tuple[str, LiveRef]]:
    if isinstance(value, LiveRef):
        yield path, value
    elif isinstance(value, Many):
        yield from ((path, ref) for ref in value.refs if isinstance(ref, LiveRef))
    elif isinstance(value, LineRows):
        for row in value.rows:
            for name, inner in row.items():
                yield from _live(f"{path}.{name}", inner)


def _day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None


def _looked_up(fields: Mapping[str, tuple[FieldSpec, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Models of Odoo in which values are looked up, and by which fields."""
    for alternatives in fields.values():
        for alt in alternatives:
            if alt.lines:
                yield from _looked_up(alt.lines.fields)
            elif alt.lookup and alt.lookup.model:
                yield alt.lookup.model, alt.lookup.by


def _identifying(found: Survey, model: str) -> set[str]:
    return {name for of, by in found.coming if of == model for name in by}


def _reduced(records: CompiledRecords, identifying: Collection[str]) -> CompiledRecords:
    """The record set with the telling fields alone, and none of its reasons to refuse a row for what it lacks."""
    wanted = {*DOCUMENT_DATES.get(records.model, ()), *identifying}
    fields: dict[str, tuple[FieldSpec, ...]] = {}
    for name, alternatives in records.spec.fields.items():
        kept = tuple(k for k in (_telling(alt, keep=name in wanted) for alt in alternatives) if k)
        # An alternative that tells nothing still decides, by standing first, that a later one does not count.
        if kept:
            fields[name] = tuple(_telling(alt, keep=name in wanted) or _silent(alt) for alt in alternatives)
    spec = records.spec.model_copy(update={"fields": fields, "custom_fields": None, "actions": ()})
    return replace(records, spec=spec)


def _telling(alt: FieldSpec, *, keep: bool) -> FieldSpec | None:
    if alt.lines:
        inner = {
            name: tuple(_telling(a, keep=False) or _silent(a) for a in alts)
            for name, alts in alt.lines.fields.items()
            if any(_telling(a, keep=False) for a in alts)
        }
        if not inner:
            return None
        return alt.model_copy(
            update={"required": False, "lines": alt.lines.model_copy(update={"fields": inner, "required": False})}
        )
    if keep or (alt.lookup and alt.lookup.model):
        return alt.model_copy(update={"required": False})
    return None


def _silent(alt: FieldSpec) -> FieldSpec:
    return FieldSpec(value=None, when=alt.when)


def constants(records: Mapping[str, tuple[FieldSpec, ...]], path: str = "") -> Iterator[tuple[str, LiveRef]]:
    """The live records that the map itself names, known before any row has been read."""
    for name, alternatives in records.items():
        for alt in alternatives:
            if alt.lines:
                yield from constants(alt.lines.fields, f"{path}{name}.")
            lookup = alt.lookup
            if lookup is None or not lookup.model or alt.transform:
                continue
            for value in [*alt.values.values(), *([] if alt.value is None else [alt.value])]:
                for part in value if lookup.many and isinstance(value, list) else [value]:
                    parts = tuple(part) if isinstance(part, list) else (part,)
                    if len(parts) == len(lookup.by) and None not in parts:
                        domain, missing = lookup.domain, lookup.missing
                        yield path + name, LiveRef(lookup.model, lookup.by, parts, domain, missing, lookup.follow)
