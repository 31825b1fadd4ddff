"""A map as this version of Odoo takes it: what Odoo 19 has and the live one lacks is put into the form that it has there.

Nothing is guessed from the version: each rule of `odoo.versions` is used where the live database lacks the newer form and has the
older one. On Odoo 19 a map comes back as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flitstack_pipeline.mapping.spec import (
    Fallback,
    FieldAlternatives,
    FieldSpec,
    Lookup,
    Match,
    ModelSpec,
    NewField,
    RecordSetSpec,
    SystemMap,
)
from flitstack_pipeline.mapping.target import LiveSchema, Note
from flitstack_pipeline.odoo.versions import (
    COMPANIONS,
    MODELS,
    SELECTIONS,
    STAND_INS,
    XML_IDS,
    StandIn,
    field_name,
    model_name,
)

Info = Mapping[str, Mapping[str, Any]]
# Transforms whose result is HTML, and what to do instead for a field that holds plain text.
_PLAIN: Mapping[str, tuple[str, ...]] = {"text_to_html": (), "html_clean": ("plain_text",)}


def as_live(system: SystemMap, live: LiveSchema) -> tuple[SystemMap, tuple[Note, ...]]:
    """The map with the names, values and fields of the live Odoo, and what a person should know about it."""
    fitting = _Fitting(system, live)
    models = {name: fitting.model(name, model) for name, model in system.models.items()}
    return system.model_copy(update={"models": models}), tuple(fitting.notes)


@dataclass
class _Fitting:
    system: SystemMap
    live: LiveSchema
    notes: list[Note] = field(default_factory=list)

    def model(self, name: str, model: ModelSpec) -> ModelSpec:
        there = self._model_name(model.model)
        if there != model.model:
            self._note(name, f"this version of Odoo calls {model.model} {there}")
        live = self._fields(there)
        records = {n: self._records(n, there, rs, live) for n, rs in model.records.items()}
        return model.model_copy(update={"model": there, "records": records})

    def _records(self, name: str, model: str, records: RecordSetSpec, live: Info) -> RecordSetSpec:
        if not live:  # a model that this Odoo lacks, or that is still to be made
            return records
        fields = self._all(name, model, records.fields, live)
        match = tuple(self._match(model, m, live) for m in records.match)
        return records.model_copy(update={"fields": fields, "match": match})

    def _match(self, model: str, match: Match, live: Info) -> Match:
        return match.model_copy(update={"domain": self._domain(model, match.domain, live)})

    def _all(
        self, where: str, model: str, fields: Mapping[str, FieldAlternatives], live: Info
    ) -> dict[str, FieldAlternatives]:
        made: dict[str, FieldAlternatives] = {}
        for name, alternatives in fields.items():
            place = f"{where}.{name}"
            made[name] = tuple(self._field(place, model, name, alt, live) for alt in alternatives)
            for companion in COMPANIONS.get((model, name), ()):
                if companion in live and companion not in fields:
                    self._note(place, f"this version of Odoo wants the same value in {companion} too")
                    made[companion] = made[name]
        return made

    def _field(self, place: str, model: str, name: str, alt: FieldSpec, live: Info) -> FieldSpec:
        changes: dict[str, Any] = {}
        if alt.lookup and alt.lookup.model:
            changes["lookup"] = self._lookup(alt.lookup)
        if alt.create and alt.create.relation:
            changes["create"] = alt.create.model_copy(update={"relation": self._model_name(alt.create.relation)})
        home = field_name(model, name, live)
        if alt.lines and home:
            relation = str(live[home].get("relation") or "")
            inner = self._all(place, relation, alt.lines.fields, self._fields(relation))
            changes["lines"] = alt.lines.model_copy(update={"fields": inner})
        if home and not name.startswith("x_"):
            changes |= self._plain_text(place, alt, str(live[home]["type"]))
            changes |= self._selection(model, name, alt, live[home])
        if isinstance(alt.value, str) and alt.value in MODELS:
            changes["value"] = self._model_name(alt.value)
        alt = alt.model_copy(update=changes) if changes else alt
        if name not in live and home:
            return self._by_xml_id(model, name, alt)
        stand_in = STAND_INS.get((model, name))
        if not home and stand_in and not (alt.create or alt.fallback):
            return _standing_in(stand_in, alt)
        return alt

    def _by_xml_id(self, model: str, name: str, alt: FieldSpec) -> FieldSpec:
        """A selection's value as the record that an older Odoo has for it."""
        xml_ids = XML_IDS.get((model, name), {})
        if not isinstance(alt.value, str) or alt.value not in xml_ids:
            return alt
        kept = {n: getattr(alt, n) for n in ("when", "choice", "write", "compare", "why", "required")}
        return FieldSpec.model_validate({"xmlid": xml_ids[alt.value], **kept})

    def _plain_text(self, place: str, alt: FieldSpec, type_: str) -> dict[str, Any]:
        last = alt.transform[-1] if alt.transform else None
        if type_ not in ("text", "char") or not isinstance(last, str) or last not in _PLAIN:
            return {}
        self._note(place, "holds plain text in this version of Odoo, so no HTML is made of it")
        return {"transform": (*alt.transform[:-1], *_PLAIN[last])}

    def _selection(self, model: str, name: str, alt: FieldSpec, info: Mapping[str, Any]) -> dict[str, Any]:
        older = SELECTIONS.get((model, name), {})
        there = {str(o[0]) for o in info.get("selection") or () if isinstance(o, list | tuple)}
        renamed = {new: old for new, old in older.items() if new not in there and old in there}
        if not renamed:
            return {}
        return {
            "values": {k: renamed.get(str(v), v) for k, v in alt.values.items()},
            **{n: renamed[given] for n in ("value", "default") if (given := getattr(alt, n)) in renamed},
        }

    def _lookup(self, lookup: Lookup) -> Lookup:
        model = self._model_name(str(lookup.model))
        live = self._fields(model)
        if not live:
            return lookup
        by = tuple(field_name(model, f, live) or f for f in lookup.by)
        follow = (field_name(model, lookup.follow, live) or lookup.follow) if lookup.follow else ""
        domain = self._domain(model, lookup.domain, live)
        return lookup.model_copy(update={"model": model, "by": by, "follow": follow, "domain": domain})

    def _domain(self, model: str, domain: tuple[Any, ...], live: Info) -> tuple[Any, ...]:
        return tuple(
            (type(c))([field_name(model, str(c[0]), live) or c[0], *c[1:]])
            if isinstance(c, list | tuple) and len(c) == 3
            else c
            for c in domain
        )

    def _model_name(self, name: str) -> str:
        return (model_name(name, self.live.has_model) or name) if name in MODELS else name

    def _fields(self, model: str) -> Info:
        return self.live.fields_get(model) if self.live.has_model(model) else {}

    def _note(self, place: str, text: str) -> None:
        note = Note("fallback", place, text)
        if note not in self.notes:
            self.notes.append(note)


def _standing_in(stand_in: StandIn, alt: FieldSpec) -> FieldSpec:
    new = NewField(type=stand_in.type, label=stand_in.label, relation=stand_in.relation or None)  # pyright: ignore[reportArgumentType]
    changes: dict[str, Any] = {"fallback": Fallback(field=stand_in.field, create=new)}
    return alt.model_copy(update={**changes, **({"lookup": None} if stand_in.plain else {})})
