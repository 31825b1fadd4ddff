"""The source side of the map language: objects, their columns and keys, and objects derived from others."""

from typing import Any, Literal

from pydantic import Field, model_validator

from flitstack_pipeline.mapping.base import Name, OneOrMany, Spec
from flitstack_pipeline.rebuild.spec import RebuildAs

ColumnType = Literal["id", "text", "integer", "decimal", "boolean", "date", "datetime", "json"]


class ColumnSpec(Spec):
    """One column of a source object. `aliases` are other headers under which exports have it."""

    type: ColumnType = "text"
    aliases: OneOrMany = ()
    required: bool = False
    optional: bool = Field(
        default=False, description="of an entity: its organization may not have it; then it is empty"
    )
    secret: bool = Field(default=False, description="never kept: neither in Parquet nor in rejects, logs or reports")
    true_values: OneOrMany = ()
    false_values: OneOrMany = ()


class NumberWithin(Spec):
    """A key for rows without an id of their own: the columns that name the parent, then a running number."""

    number_within: OneOrMany


class Distinct(Spec):
    """A derived object: one row per distinct combination of `columns` of another object."""

    from_: Name = Field(alias="from")
    columns: OneOrMany
    separator: str = Field(default="", description="the (one) column holds several values, parted by this")

    @model_validator(mode="after")
    def _one_column(self) -> "Distinct":
        if self.separator and len(self.columns) != 1:
            raise ValueError("`separator` parts the values of exactly one column")
        return self


class Explode(Spec):
    """A derived object: one row per part of a column that holds several values."""

    from_: Name = Field(alias="from")
    column: str
    separator: str = ";"


ORIGINS = ("files", "entity", "metadata", "rows", "distinct", "explode")

METADATA_COLUMNS: dict[str, dict[str, ColumnType]] = {
    "attributes": {
        "entity": "id", "name": "id", "label": "text", "type": "text", "options": "text", "column": "text",
    },
    "options": {
        "entity": "id", "attribute": "id", "value": "integer", "label": "text", "labels": "json", "state": "integer",
        "position": "integer",
    },
    "entities": {
        "name": "id", "set_name": "text", "label": "text", "custom": "boolean", "activity": "boolean",
        "change_tracking": "boolean", "primary_id": "text", "primary_name": "text", "in_map": "boolean",
    },
}  # fmt: skip
"""What the rows of `metadata:` objects hold: custom attributes, option values, and tables of a Dataverse organization."""


class ObjectSpec(Spec):
    """One source object: a file of an export, an entity of Dataverse or of its metadata, inline `rows`, or derived."""

    title: str = ""
    files: OneOrMany = ()
    entity: OneOrMany = Field(
        default=(), description="logical name of a Dataverse table, then names it may be given instead"
    )
    metadata: Literal["attributes", "options", "entities"] | None = None
    key: NumberWithin | OneOrMany = ()
    columns: dict[str, ColumnSpec] = {}
    rows: tuple[dict[str, Any], ...] = ()
    distinct: Distinct | None = None
    explode: Explode | None = None
    fill_down: OneOrMany = ()
    optional: bool = False
    migrates: bool = True
    reason: str = Field(default="", description="why it does not migrate, in words for the report")
    rebuild: str = Field(default="", description="what to build in Odoo instead")
    rebuild_as: RebuildAs = Field(default=(), description="how its rows become entries of the rebuild reference")

    @model_validator(mode="after")
    def _one_origin(self) -> "ObjectSpec":
        origins = [n for n in ORIGINS if getattr(self, n)]
        if len(origins) != 1:
            raise ValueError(
                f"an object comes from exactly one of {', '.join(ORIGINS)}; this one has {origins or 'none'}"
            )
        if origins[0] in ("entity", "metadata"):
            if self.key:
                raise ValueError("an entity has its primary key; leave `key:` out")
        elif not self.key:
            raise ValueError("an object says which column(s) identify a row: add `key:`")
        if not self.migrates and not self.reason:
            raise ValueError("an object that does not migrate says why: add `reason:`")
        return self

    @property
    def derived_from(self) -> str | None:
        """The object that this one is derived from, if it is."""
        if self.distinct:
            return self.distinct.from_
        return self.explode.from_ if self.explode else None
