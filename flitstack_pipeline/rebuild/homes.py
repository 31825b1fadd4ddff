"""Where the map sends a source field: the same rule as the data, so that a rebuilt condition looks where the values are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flitstack_pipeline.mapping.spec import FieldSpec, RecordSetSpec, SystemMap
from flitstack_pipeline.transform.conditions import fold


@dataclass(frozen=True)
class Home:
    """An Odoo field (a path from the model). `values`: the source's values (folded) to Odoo's, where they differ.

    `by_label`: it has the label of a choice, not its number.
    """

    path: str
    values: Mapping[Any, Any]
    by_label: bool = False

    def value(self, value: Any) -> Any:
        """A source value as Odoo has it."""
        if isinstance(value, list | tuple):
            return [self.value(v) for v in value]
        return self.values.get(fold(value), self.values.get(fold(str(value)), value))


class Homes:
    """Models and fields of a map's source objects. An entity is found by any of its names."""

    def __init__(self, system: SystemMap, overrides: Mapping[str, str]) -> None:
        self._system = system
        self._overrides = overrides
        self._names = {fold(n): name for name, obj in system.objects.items() for n in (name, *obj.entity)}
        self._sets = system.record_sets()

    def object(self, name: str) -> str:
        """The map's name of an object or entity; "" if it has none."""
        return self._names.get(fold(name), "")

    def model(self, name: str) -> str | None:
        """The Odoo model that an object's records are in."""
        found = self._record_set(self.object(name))
        return self._system.models[self._sets[found][0]].model if found else None

    def field(self, name: str, field: str) -> Home | None:
        """The Odoo field that has what a source field has; a dotted field goes by the record that the first part refers to."""
        override = self._overrides.get(f"{name}.{field}", self._overrides.get(field))
        if override is not None:
            return Home(override, {}) if override else None
        found = self._record_set(self.object(name))
        if not found:
            return None
        records = self._sets[found][1]
        head, _, rest = field.partition(".")
        if rest and self.object(head) == records.from_:
            return self.field(name, rest)
        if rest:
            return self._through(records, head, rest)
        homes = [
            (rank, home)
            for target, alternatives in records.fields.items()
            for spec in alternatives
            if (ranked := self._ranked(target, spec, field)) is not None
            for rank, home in [ranked]
        ]
        return min(homes, key=lambda r: r[0])[1] if homes else None

    def _record_set(self, obj: str) -> str:
        """The record set that an object mainly becomes: the one with the most fields."""
        found = [(len(records.fields), name) for name, (_, records) in self._sets.items() if records.from_ == obj]
        return max(found, key=lambda f: f[0])[1] if obj and found else ""

    def _ranked(self, target: str, spec: FieldSpec, field: str) -> tuple[int, Home] | None:
        """Fields that keep the value as it is come before those that translate it, and these before references."""
        names = {fold(field), fold(f"{field}__label"), fold(f"{field}__name")}
        if len(spec.from_) != 1 or fold(spec.from_[0]) not in names:
            return None
        values = {fold(k): v for k, v in spec.values.items()}
        label = spec.from_[0].endswith(("__label", "__name"))
        if spec.lookup is None:
            if not values and spec.transform:
                return 2, Home(target, {}, label)
            same = all(fold(v) == k for k, v in values.items())
            return (0 if same else 3), Home(target, {} if same else values, label)
        # Values before a lookup are keys of records, not what these are called.
        return (9 if values else 4), Home(f"{target}.{self._called(spec)}", {}, label)

    def _called(self, spec: FieldSpec) -> str:
        """The field by which people know the record that a field refers to."""
        lookup = spec.lookup
        if lookup is not None and lookup.records:
            fields = self._sets[lookup.records[0]][1].fields if lookup.records[0] in self._sets else {}
            return next((n for n in ("name", "x_name") if n in fields), "display_name")
        return lookup.by[0] if lookup is not None and lookup.by else "name"

    def _through(self, records: RecordSetSpec, head: str, rest: str) -> Home | None:
        """`customer.labels`: the field that refers to the customer's record, and there the field of the labels."""
        wanted = self.object(head)
        for target, alternatives in records.fields.items():
            for spec in alternatives:
                if spec.lookup is None or len(spec.from_) != 1:
                    continue
                sets = [n for n in spec.lookup.records if n in self._sets]
                objects = {self._sets[n][1].from_ for n in sets}
                if spec.from_[0] == head or wanted in objects:
                    inner = self.field(next(iter(objects)) if spec.from_[0] == head and objects else wanted, rest)
                    return Home(f"{target}.{inner.path}", inner.values) if inner else None
        return None
