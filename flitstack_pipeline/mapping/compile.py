"""The map compiled against the live Odoo and the extracted source: the one plan that everything else follows.

Dry run, schema creation, transform, load and verification all read the `CompiledMap`; nothing reads the YAML a second time.
Its hash is what a person approves: it covers every rule, the source's columns and types, the target's identity and each custom
field, but not what a load itself changes.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flitstack_pipeline.errors import ConfigurationError, Problem
from flitstack_pipeline.ledger.jsonvalues import fingerprint
from flitstack_pipeline.mapping.custom import custom_fields
from flitstack_pipeline.mapping.graph import model_order
from flitstack_pipeline.mapping.older import as_live
from flitstack_pipeline.mapping.selections import completed
from flitstack_pipeline.mapping.spec import (
    Condition,
    Exclusion,
    FieldSpec,
    Lookup,
    ModelSpec,
    NewField,
    RecordSetSpec,
    SystemMap,
)
from flitstack_pipeline.mapping.target import (
    KEY_FIELD,
    LiveSchema,
    ModelPlan,
    Note,
    SchemaDraft,
    SchemaPlan,
    TargetField,
)
from flitstack_pipeline.odoo.versions import field_name

ReadRows = Callable[[str], list[dict[str, Any]]]
DistinctValues = Callable[[str, str], list[str]]


@dataclass(frozen=True)
class CompiledRecords:
    """One record set, ready to run. `targets`: its fields in Odoo; `lines`: for each one2many field, those of the line model."""

    name: str
    model: str
    spec: RecordSetSpec
    targets: Mapping[str, TargetField]
    lines: Mapping[str, Mapping[str, TargetField]]

    @property
    def compared(self) -> tuple[str, ...]:
        """The fields that are read back and compared."""
        return tuple(f for f, alts in self.spec.fields.items() if any(a.compare for a in alts))


@dataclass(frozen=True)
class CompiledModel:
    """One Odoo model with its record sets, in order. `absent`: why it cannot be loaded on this Odoo, if it cannot."""

    name: str
    model: str
    records: tuple[CompiledRecords, ...]
    absent: str = ""


@dataclass(frozen=True)
class CompiledMap:
    """The whole plan of a migration, in dependency order. `definitions`: custom field definition (source id) to `model.field`."""

    models: tuple[CompiledModel, ...]
    schema: SchemaPlan
    notes: tuple[Note, ...]
    document: Mapping[str, Any]
    definitions: Mapping[str, str]

    @property
    def hash(self) -> str:
        """SHA-256 of what a person approves."""
        return fingerprint(self.document)

    def model(self, name: str) -> CompiledModel:
        return next(m for m in self.models if m.name == name)

    def record_sets(self) -> dict[str, CompiledRecords]:
        return {rs.name: rs for m in self.models for rs in m.records}


def compile_map(
    system: SystemMap,
    *,
    live: LiveSchema,
    target: Mapping[str, Any],
    source_schema: Mapping[str, Any],
    rows_of: ReadRows,
    distinct: DistinctValues,
) -> CompiledMap:
    """Compile a map; `ConfigurationError` lists every field, value or model that this Odoo does not have."""
    system, notes = as_live(system, live)
    compiler = _Compiler(system, live, rows_of, distinct)
    compiler.notes.extend(notes)
    return compiler.run(target, source_schema)


class _Compiler:
    def __init__(self, system: SystemMap, live: LiveSchema, rows_of: ReadRows, distinct: DistinctValues) -> None:
        self.system = system
        self.live = live
        self.rows_of = rows_of
        self.distinct = distinct
        self.draft = SchemaDraft()
        self.notes: list[Note] = []
        self.problems: list[Problem] = []
        self.absent: dict[str, str] = {}
        self.definitions: dict[str, str] = {}

    def run(self, target: Mapping[str, Any], source_schema: Mapping[str, Any]) -> CompiledMap:
        order = model_order(self.system)
        for name in order:
            if reason := self._absent(self.system.models[name]):
                self.absent[name] = reason
                self.notes.append(Note("absent", name, reason))
        models = [self._model(name, self.system.models[name]) for name in order]
        if self.problems:
            raise ConfigurationError(self.problems)
        schema = self.draft.done()
        document = {
            "target": dict(target),
            "source": dict(source_schema),
            "schema": schema.as_dict(),
            "models": {
                m.name: {"model": m.model, "absent": m.absent, "records": {r.name: _document(r) for r in m.records}}
                for m in models
            },
        }
        return CompiledMap(tuple(models), schema, tuple(self.notes), document, self.definitions)

    def _absent(self, model: ModelSpec) -> str:
        if there := next((other for other in model.only_without if self.live.has_model(other)), None):
            return f"{model.model} is used only where Odoo has no {there}, and it has"
        if model.create or self.live.has_model(model.model):
            return ""
        app = f": the app {model.module} is not installed" if model.module else ""
        return f"Odoo has no {model.model}{app}"

    def _model(self, name: str, model: ModelSpec) -> CompiledModel:
        if reason := self.absent.get(name):
            records = tuple(CompiledRecords(n, model.model, rs, {}, {}) for n, rs in model.records.items())
            return CompiledModel(name, model.model, records, reason)
        if model.create:
            self.draft.models[model.model] = ModelPlan(model.model, model.create.label, model.create.chatter)
        self.draft.need(model.model, KEY_FIELD, NewField(type="char", label="FlitStack key", index=True))
        fields = self._live_fields(model.model)
        return CompiledModel(
            name, model.model, tuple(self._records(n, model.model, rs, fields) for n, rs in model.records.items())
        )

    def _live_fields(self, model: str) -> Mapping[str, Mapping[str, Any]]:
        return self.live.fields_get(model) if self.live.has_model(model) else {}

    def _records(
        self, name: str, model: str, spec: RecordSetSpec, live: Mapping[str, Mapping[str, Any]]
    ) -> CompiledRecords:
        if spec.custom_fields:
            found = dict(spec.fields)
            for item in custom_fields(spec.custom_fields, self.rows_of(spec.custom_fields.from_)):
                if isinstance(item, Note):
                    self.notes.append(item)
                elif item.name in found:
                    self._problem(
                        f"{name}.{item.name}",
                        f"the custom field {item.definition} would have the name of another field",
                        "give the record set's custom fields another `prefix:`, or map this one in `fields:` yourself",
                    )
                else:
                    found[item.name] = (item.spec,)
                    self.definitions[item.definition] = f"{model}.{item.name}"
            spec = spec.model_copy(update={"fields": found})
        made = self._fields(name, model, spec.from_, spec.fields, live)
        match = tuple(m.model_copy(update={"by": tuple(made.moved.get(f, f) for f in m.by)}) for m in spec.match)
        beside = tuple(self._beside_nothing(spec.fields, made))
        changed = {"fields": made.kept, "match": match, "exclude": (*spec.exclude, *beside)}
        spec = spec.model_copy(update=changed)
        return CompiledRecords(name, model, spec, made.targets, made.lines)

    def _fields(
        self,
        where: str,
        model: str,
        obj: str,
        fields: Mapping[str, tuple[FieldSpec, ...]],
        live: Mapping[str, Mapping[str, Any]],
    ) -> "_Fields":
        made = _Fields()
        for name, alternatives in fields.items():
            if absent := self._absent_relation(alternatives):
                self.notes.append(Note("absent", f"{where}.{name}", f"left out: {absent}"))
                continue
            home, target = self._home(f"{where}.{name}", model, obj, name, alternatives, live)
            if target is None:
                continue
            if home in made.kept:
                what = f"its value goes to {home}, which another field of the map fills"
                self._problem(f"{where}.{name}", what, "give its `fallback:` another field")
                continue
            if home != name:
                made.moved[name] = home
            alternatives = tuple(self._without_absent(f"{where}.{name}", alt) for alt in alternatives)
            for alt in alternatives:
                for part in (alt, *alt.also):
                    self._check(f"{where}.{name}", part, target)
                if alt.also and target.type != "many2many":
                    self._problem(f"{where}.{name}", f"{name} is {target.type} and holds one value", "drop `also:`")
            if target.type == "one2many":
                made.lines[home] = {}
                alternatives = tuple(
                    self._with_lines(f"{where}.{home}", alt, target, made.lines[home]) for alt in alternatives
                )
            made.kept[home] = alternatives
            made.targets[home] = target
        return made

    def _with_lines(self, where: str, alt: FieldSpec, target: TargetField, lines: dict[str, TargetField]) -> FieldSpec:
        """An alternative with its lines compiled; their fields are added to `lines`."""
        if alt.lines is None:
            return alt
        live = self._live_fields(target.relation)
        inner = self._fields(where, target.relation, alt.lines.from_, alt.lines.fields, live)
        lines.update(inner.targets)
        return alt.model_copy(update={"lines": alt.lines.model_copy(update={"fields": inner.kept})})

    def _home(
        self,
        where: str,
        model: str,
        obj: str,
        name: str,
        alternatives: Iterable[FieldSpec],
        live: Mapping[str, Mapping[str, Any]],
    ) -> tuple[str, TargetField | None]:
        """The field that really receives the value, and what it is like."""
        new = next((a.create for a in alternatives if a.create), None)
        fallback = next((a.fallback for a in alternatives if a.fallback), None)
        if name in live and not (new and name.startswith("x_")):
            return name, TargetField.from_live(name, live[name])
        if name not in live and (other := field_name(model, name, live)):
            self.notes.append(Note("fallback", where, f"this version of Odoo calls {name} {other}"))
            return other, TargetField.from_live(other, live[other])
        if name not in live and new is None and fallback is not None:
            self.notes.append(
                Note("fallback", where, f"{model} has no field {name} here; the value goes to {fallback.field}")
            )
            name, new = fallback.field, fallback.create
            if new is None and name in live:
                return name, TargetField.from_live(name, live[name])
        if new is None:
            near = difflib.get_close_matches(name, list(live), n=3)
            hint = f"did you mean {', '.join(near)}?" if near else "give it `create:` (x_ fields) or a `fallback:`"
            self._problem(where, f"{model} has no field {name}", hint)
            return name, None
        new = self._complete(obj, new, alternatives)
        if wrong := self.draft.need(model, name, new):
            self._problem(where, f"{model}.{name} {wrong}", "give one of them another name")
        if name in live and live[name]["type"] != new.type:
            self._problem(
                where,
                f"{model}.{name} is there already as {live[name]['type']}, not {new.type}",
                "rename one of them",
            )
        elif name in live and new.relation and live[name].get("relation") != new.relation:
            there = f"{model}.{name} is there already and refers to {live[name].get('relation')}, not {new.relation}"
            self._problem(where, there, "rename one of them")
        return name, TargetField.from_new(name, new)

    def _absent_relation(self, alternatives: Iterable[FieldSpec]) -> str:
        """Why a field to be created would refer to a model that this Odoo does not have."""
        relation = next((a.create.relation for a in alternatives if a.create and a.create.relation), None)
        relation = self._relation(relation) if relation else None
        made_here = {m.model for m in self.system.models.values() if m.create}
        if not relation or relation in made_here or self.live.has_model(relation):
            return ""
        return f"Odoo has no {relation}"

    def _relation(self, name: str) -> str:
        """A model's name; `@record_set` stands for the model of that record set."""
        if not name.startswith("@"):
            return name
        return self.system.models[self.system.record_sets()[name[1:]][0]].model

    def _complete(self, obj: str, new: NewField, alternatives: Iterable[FieldSpec]) -> NewField:
        if new.selection == "distinct" or new.selection_of:
            columns = [c for a in alternatives for c in a.from_]
            options = completed(
                new, rows_of=self.rows_of, used=lambda: (v for c in columns for v in self.distinct(obj, c))
            )
            return new.model_copy(update={"selection": options})
        return new.model_copy(update={"relation": self._relation(new.relation)}) if new.relation else new

    def _without_absent(self, where: str, alt: FieldSpec) -> FieldSpec:
        """A field whose lookup goes to records that this Odoo cannot have is left empty, and said."""
        if alt.also:
            alt = alt.model_copy(update={"also": tuple(self._without_absent(where, more) for more in alt.also)})
        if alt.lookup is None:
            return alt
        if not (reason := self._absent_lookup(alt.lookup)):
            there = tuple(rs for rs in alt.lookup.records if self._home_of(rs) not in self.absent)
            return alt.model_copy(update={"lookup": alt.lookup.model_copy(update={"records": there})})
        self.notes.append(Note("absent", where, f"left empty: {reason}"))
        # The condition stays: where it is not met, the alternatives after this one are still to be tried.
        kept = {name: getattr(alt, name) for name in ("when", "write", "compare", "create", "why")} | {
            "also": list(alt.also)
        }
        return FieldSpec.model_validate({"value": None, **kept})

    def _absent_lookup(self, lookup: Lookup) -> str:
        """Why a lookup can find nothing in this Odoo, whatever the value; empty if it can."""
        if lookup.model:
            return "" if self.live.has_model(lookup.model) else f"Odoo has no {lookup.model}"
        reasons = [self.absent.get(self._home_of(name), "") for name in lookup.records]
        return reasons[0] if all(reasons) else ""

    def _home_of(self, record_set: str) -> str:
        return self.system.record_sets()[record_set][0]

    def _beside_nothing(self, fields: Mapping[str, tuple[FieldSpec, ...]], made: "_Fields") -> Iterator[Exclusion]:
        """A message, a file or an activity beside a record that this Odoo cannot have: rows to leave out, not orphans to make."""
        for name, alternatives in fields.items():
            target = made.targets.get(made.moved.get(name, name))
            if target is None or target.type != "many2one_reference":
                continue
            before: tuple[Condition, ...] = ()
            for alt in alternatives:
                when = alt.when or Condition()
                if alt.lookup and (reason := self._absent_lookup(alt.lookup)):
                    only = when.model_copy(update={"none": (*when.none, *before)})
                    yield Exclusion(when=only, reason=f"belongs to a record that cannot be: {reason}")
                before = (*before, when)

    def _check(self, where: str, alt: FieldSpec, target: TargetField) -> None:
        for value in _constants(alt) if target.selection else ():
            if value not in target.selection:
                self._problem(
                    where, f"{value!r} is not a value of {target.name}", f"there are: {', '.join(target.selection)}"
                )
        if alt.lines and target.type != "one2many":
            self._problem(where, f"{target.name} is {target.type} and cannot hold lines", "use `bundle:` or `merge:`")
        refers = bool(alt.lookup or alt.xmlid or (isinstance(alt.default, dict) and "xmlid" in alt.default))
        gives = alt.from_ or alt.template or alt.merge or alt.bundle or alt.collect or alt.duplicate_of
        if target.type in ("many2one", "many2many") and gives and not refers:
            self._problem(where, f"{target.name} refers to {target.relation}", "say which record: add a `lookup:`")
        if refers and target.type not in ("many2one", "many2many", "many2one_reference", "integer"):
            self._problem(where, f"{target.name} is {target.type} and cannot hold a reference", "drop the lookup")

    def _problem(self, where: str, what: str, hint: str) -> None:
        self.problems.append(Problem(where, what, hint))


@dataclass
class _Fields:
    """Compiled fields. `moved`: those whose value goes to another field here, by their name in the map."""

    kept: dict[str, tuple[FieldSpec, ...]] = field(default_factory=dict)
    targets: dict[str, TargetField] = field(default_factory=dict)
    lines: dict[str, dict[str, TargetField]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)


def _constants(alt: FieldSpec) -> list[str]:
    """The values that the map itself gives to a selection field."""
    given = [*alt.values.values(), alt.default, *([] if alt.values else [alt.value])]
    return [str(value) for value in given if value not in (None, "")]


def _document(records: CompiledRecords) -> dict[str, Any]:
    """A record set as JSON: its rules, and the type of every field that it writes to."""
    return {
        "rules": records.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "targets": _types(records.targets),
        "lines": {name: _types(targets) for name, targets in records.lines.items()},
    }


def _types(targets: Mapping[str, TargetField]) -> dict[str, Any]:
    return {n: [t.type, t.relation, t.digits, *t.selection] for n, t in targets.items()}
