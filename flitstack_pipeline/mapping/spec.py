"""The map language: what a source system's objects are, and what they become in Odoo.

One file per system, `mappings/systems/<system>.yaml`, has two parts. `objects` says which files, keys and columns the source
has. `models` says, for each Odoo model, which *record sets* it receives: the records that one object becomes in that model,
field by field. YAML is data here: whatever is cleverer than naming a column is a named transform.

A field takes its value from exactly one place (`from`, `value`, `template`, `xmlid`, `lines`, `bundle`, `merge`, `collect` or
`duplicate_of`), and then passes `transform`, `values` (value map), `lookup` and `default`, in that order.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from flitstack_pipeline.mapping.base import Name, OneOrMany, Spec, as_tuple
from flitstack_pipeline.mapping.objects import ColumnSpec, ColumnType, Distinct, Explode, NumberWithin, ObjectSpec
from flitstack_pipeline.mapping.rows import Bundle, Children, Collect, Condition, Join, Merge, Test

FieldType = Literal[
    "char",
    "text",
    "html",
    "integer",
    "float",
    "monetary",
    "boolean",
    "date",
    "datetime",
    "selection",
    "many2one",
    "many2many",
]


class Lookup(Spec):
    """How a value finds the Odoo record it means.

    `records`: record sets of this migration, tried in order, by source id. `model`: live records of Odoo, by the field(s) `by`,
    compared without case and outer spaces; more than one hit is never a guess but the same as none.
    """

    records: OneOrMany = ()
    key_prefix: str = ""
    model: str | None = None
    by: OneOrMany = ()
    domain: tuple[Any, ...] = ()
    follow: str = Field(
        default="", description="take what this many2one field of the record found refers to, instead of itself"
    )
    many: bool = False
    missing: Literal["hold", "quarantine", "empty", "skip"] = "hold"

    @model_validator(mode="after")
    def _one_place(self) -> "Lookup":
        if bool(self.records) == bool(self.model):
            raise ValueError("a lookup names either `records` (of this migration) or `model` (of Odoo)")
        if self.model and not self.by:
            raise ValueError("a lookup in a model names the field(s) it compares: `by:`")
        return self


class SelectionOf(Spec):
    """A selection whose values are the rows of an object: a look-up table, or the options of a choice. Without `value` the
    labels are the values; rows that fail `where` are left out.
    """

    object: Name
    label: str
    value: str = ""
    where: Condition | None = None


class NewField(Spec):
    """A field to create when the target model lacks it. Its name begins with `x_`."""

    type: FieldType
    label: str
    help: str = ""
    selection: tuple[tuple[str, str], ...] | Literal["distinct"] = ()
    selection_of: SelectionOf | None = None
    relation: str | None = None
    index: bool = False

    @model_validator(mode="before")
    @classmethod
    def _selection_labels(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("selection"), dict):
            return {**value, "selection": tuple(value["selection"].items())}
        return value

    @model_validator(mode="after")
    def _complete(self) -> "NewField":
        if self.type == "selection" and not self.selection and not self.selection_of:
            raise ValueError(
                "a selection field lists its `selection`, or says `selection: distinct`, or `selection_of:` an object"
            )
        if self.type in ("many2one", "many2many") and not self.relation:
            raise ValueError(f"a {self.type} field names its `relation`")
        return self


class Fallback(Spec):
    """Where the value goes when the target model does not have the field."""

    field: str
    create: NewField | None = None


class Lines(Children):
    """Child rows that become the lines of a one2many field. `required`: a record without a line is quarantined."""

    fields: dict[str, "FieldAlternatives"]
    required: bool = False


class DuplicateOf(Spec):
    """The source id of the first row that has the same value (after `transform`), for rows that are not the first."""

    column: str
    transform: Annotated[tuple[Any, ...], BeforeValidator(as_tuple)] = ()


class FieldSpec(Spec):
    """How one target field of a record gets its value."""

    from_: OneOrMany = Field(default=(), alias="from")
    value: Any = None
    template: str | None = None
    xmlid: str | None = None
    lines: Lines | None = None
    bundle: Bundle | None = None
    merge: Merge | None = None
    collect: Collect | None = None
    duplicate_of: DuplicateOf | None = None

    transform: Annotated[tuple[Any, ...], BeforeValidator(as_tuple)] = ()
    values: dict[str, Any] = {}
    values_else: Literal["quarantine", "keep", "empty"] = "quarantine"
    lookup: Lookup | None = None
    also: "FieldAlternatives" = Field(
        default=(), description="of a many2many field: where more of its references come from"
    )
    default: Any = None
    when: Condition | None = None
    required: bool = False

    choice: dict[str, OneOrMany] = Field(default={}, description="only where the migration chose (one of) these")
    create: NewField | None = None
    fallback: Fallback | None = None
    write: bool = Field(default=True, description="false: only compared, for values that Odoo itself computes")
    compare: bool = True
    why: str = Field(default="", description="a remark for the person who reads the map")

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_value(self) -> "FieldSpec":
        places = [
            n
            for n in ("from_", "template", "xmlid", "lines", "bundle", "merge", "collect", "duplicate_of")
            if getattr(self, n)
        ] + (["value"] if "value" in self.model_fields_set else [])
        if len(places) != 1:
            shown = ", ".join(p.rstrip("_") for p in places) or "none"
            raise ValueError(
                "a field takes its value from exactly one of from, value, template, xmlid, lines, bundle, merge, collect, "
                f"duplicate_of; this one has {shown}"
            )
        if len(self.from_) > 1 and not (self.transform or self.lookup):
            raise ValueError(
                "several columns need a transform that makes one value of them, such as join_words, or a lookup"
            )
        return self


FieldAlternatives = Annotated[
    tuple[FieldSpec, ...], BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else (v,))
]


class Match(Spec):
    """How a record that Odoo already has is recognised: equal in all fields `by` (case and outer spaces apart)."""

    by: OneOrMany
    domain: tuple[Any, ...] = ()


class Action(Spec):
    """A step of Odoo's own after the record exists, such as posting an invoice. `do` names it in the registry of actions."""

    do: str
    when: Condition | None = None
    with_: dict[str, Any] = Field(default={}, alias="with")


class CustomFields(Spec):
    """Fields that the source's users defined themselves, found in the data: each definition row becomes a field."""

    from_: Name = Field(alias="from")
    where: Condition | None = None
    name: str = Field(description="column with the technical name")
    label: str
    type: str
    options: str = ""
    options_separator: str = ";"
    value_separator: str = Field(
        default="", description="what parts several values of a row, if not what parts the options"
    )
    column: str = Field(description="column with the header under which the values stand in the object")
    prefix: str = "x_"
    types: dict[str, FieldType | None] = Field(description="their type to Odoo's; null: no equivalent, listed")
    option_records: str = Field(default="", description="record set of the options, for many2many")
    option_key: OneOrMany = Field(default=(), description="definition columns that precede the option in its source id")

    @model_validator(mode="after")
    def _options_have_records(self) -> "CustomFields":
        wanted = set(self.types.values())
        if "many2one" in wanted:
            raise ValueError("a custom field cannot become a many2one field; use selection, or many2many")
        if "many2many" in wanted and not self.option_records:
            raise ValueError("many2many fields need `option_records:`, the record set that their options become")
        return self


class Review(Spec):
    """Rows that migrate and that a person should look at: `column` is empty, not valid for `transform`, or not unique."""

    column: str
    what: Literal["empty", "invalid", "shared"]
    transform: Annotated[tuple[Any, ...], BeforeValidator(as_tuple)] = ()
    say: str


class Exclusion(Spec):
    """Rows that are left out besides those that fail `where`, and why."""

    when: Condition
    reason: str


class RecordSetSpec(Spec):
    """The records that one object becomes in one model."""

    from_: Name = Field(alias="from")
    title: str = ""
    choice: dict[str, OneOrMany] = Field(default={}, description="only where the migration chose (one of) these")
    joins: dict[str, Join] = {}
    where: Condition | None = None
    where_not_reason: str = Field(default="", description="why rows that fail `where` are excluded, in words")
    once: OneOrMany = Field(default=(), description="of rows with the same values here only the first makes a record")
    exclude: tuple[Exclusion, ...] = ()
    match: tuple[Match, ...] = ()
    on_match: Literal["link", "overwrite"] = "link"
    no_match: Literal["create", "skip", "hold"] = "create"
    skip_reason: str = Field(default="", description="said of a row that has no match, when no_match is skip or hold")
    shared: bool = Field(default=False, description="several rows may be linked to one and the same record of Odoo")
    fields: dict[str, FieldAlternatives]
    custom_fields: CustomFields | None = None
    actions: tuple[Action, ...] = ()
    review: tuple[Review, ...] = ()
    context: dict[str, Any] = {}
    owner: OneOrMany = Field(default=(), description="fields that hold a person, for the owner-resolution rate")


class NewModel(Spec):
    """A custom model to create. Its technical name begins with `x_`; it gets an access right, views and a menu.

    `chatter`: its records have messages, attachments and activities beside them, as Odoo's own documents do.
    """

    label: str
    chatter: bool = False


class ModelSpec(Spec):
    """One Odoo model and what it receives. `module`: the Odoo app that must be installed for it."""

    model: str
    module: str = ""
    only_without: OneOrMany = Field(
        default=(), description="models in whose place this one is: used where Odoo lacks them"
    )
    create: NewModel | None = None
    after: OneOrMany = Field(
        default=(), description="models that must be complete first though no field refers to them"
    )
    records: dict[Name, RecordSetSpec]


class Choice(Spec):
    """What each migration decides for itself. `options`: their names with what each means; `default` is one of them."""

    title: str
    options: dict[str, str]
    default: str

    @model_validator(mode="after")
    def _default_is_an_option(self) -> "Choice":
        if self.default not in self.options:
            raise ValueError(f"the default {self.default!r} is none of the options: {', '.join(self.options)}")
        return self


class SystemMap(Spec):
    """The typical map of one source system."""

    system: Name
    title: str
    reader: Literal["exports", "dataverse"]
    choices: dict[Name, Choice] = {}
    objects: dict[Name, ObjectSpec]
    models: dict[Name, ModelSpec]

    def record_sets(self) -> dict[str, tuple[str, RecordSetSpec]]:
        """Every record set by its name, with the name of the model that it belongs to."""
        return {name: (m, rs) for m, model in self.models.items() for name, rs in model.records.items()}


FieldSpec.model_rebuild()
Lines.model_rebuild()
RecordSetSpec.model_rebuild()

__all__ = [
    "Action",
    "Bundle",
    "Children",
    "Choice",
    "Collect",
    "ColumnSpec",
    "ColumnType",
    "Condition",
    "CustomFields",
    "Distinct",
    "DuplicateOf",
    "Exclusion",
    "Explode",
    "Fallback",
    "FieldAlternatives",
    "FieldSpec",
    "FieldType",
    "Join",
    "Lines",
    "Lookup",
    "Match",
    "Merge",
    "ModelSpec",
    "Name",
    "NewField",
    "NewModel",
    "NumberWithin",
    "ObjectSpec",
    "OneOrMany",
    "RecordSetSpec",
    "Review",
    "SelectionOf",
    "Spec",
    "SystemMap",
    "Test",
]
