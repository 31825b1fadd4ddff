"""The target side of a compiled map: fields as Odoo has (or will have) them, and what has to be created."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from flitstack_pipeline.mapping.spec import NewField

KEY_FIELD = "x_flitstack_key"


class LiveSchema(Protocol):
    """What is asked of the live Odoo while compiling."""

    def has_model(self, model: str) -> bool: ...

    def fields_get(self, model: str) -> Mapping[str, Mapping[str, Any]]: ...

    def installed_modules(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class TargetField:
    """A field of a target model. `digits`: decimal places of a float, None where Odoo states none."""

    name: str
    type: str
    relation: str = ""
    digits: int | None = None
    selection: tuple[str, ...] = ()
    label: str = ""

    @classmethod
    def from_live(cls, name: str, info: Mapping[str, Any]) -> "TargetField":
        """Out of one entry of Odoo's `fields_get`."""
        digits = info.get("digits")
        options = info.get("selection") or ()
        return cls(
            name=name,
            type=str(info["type"]),
            relation=str(info.get("relation") or ""),
            digits=int(digits[1]) if digits else None,
            selection=tuple(str(o[0]) for o in options if isinstance(o, list | tuple)),
            label=str(info.get("string") or name),
        )

    @classmethod
    def from_new(cls, name: str, new: NewField) -> "TargetField":
        """As it will be once it has been created."""
        selection = () if new.selection == "distinct" else tuple(value for value, _ in new.selection)
        return cls(name=name, type=new.type, relation=new.relation or "", selection=selection, label=new.label)


@dataclass(frozen=True)
class FieldPlan:
    """A field that the migration needs and that Odoo does not come with."""

    model: str
    name: str
    new: NewField

    def as_dict(self) -> dict[str, Any]:
        return {"model": self.model, "name": self.name, **self.new.model_dump(mode="json")}


@dataclass(frozen=True)
class ModelPlan:
    """A custom model that the migration needs."""

    model: str
    label: str
    chatter: bool = False


@dataclass(frozen=True)
class SchemaPlan:
    """All custom models and fields that the migration needs, there already or not."""

    models: tuple[ModelPlan, ...] = ()
    fields: tuple[FieldPlan, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {"models": [asdict(m) for m in self.models], "fields": [f.as_dict() for f in self.fields]}


@dataclass(frozen=True)
class Note:
    """Something that a person who approves the map should know. `kind`: fallback, absent, approximated or no_equivalent."""

    kind: str
    where: str
    text: str
    subject: str = ""


@dataclass
class SchemaDraft:
    """Collects the schema while the map is compiled; the same field asked for twice must be asked for alike."""

    models: dict[str, ModelPlan] = field(default_factory=dict)
    fields: dict[tuple[str, str], FieldPlan] = field(default_factory=dict)

    def need(self, model: str, name: str, new: NewField) -> str | None:
        """Note that a field is needed; returns what is wrong when it was asked for otherwise before."""
        earlier = self.fields.get((model, name))
        if earlier is None:
            self.fields[model, name] = FieldPlan(model, name, new)
            return None
        if earlier.new.type != new.type or earlier.new.relation != new.relation:
            return f"is asked for as {earlier.new.type} and as {new.type}"
        if (
            earlier.new.selection != new.selection
            and isinstance(new.selection, tuple)
            and isinstance(earlier.new.selection, tuple)
        ):
            both = dict(earlier.new.selection) | dict(new.selection)
            merged = earlier.new.model_copy(update={"selection": tuple(both.items())})
            self.fields[model, name] = FieldPlan(model, name, merged)
        return None

    def done(self) -> SchemaPlan:
        return SchemaPlan(tuple(self.models.values()), tuple(self.fields.values()))
