"""Rows of the source in the map language: tests on them, rows that they refer to, and rows that belong to them."""

from typing import Any

from pydantic import Field, model_validator

from flitstack_pipeline.mapping.base import Name, OneOrMany, Spec


class Test(Spec):
    """A test on one column. Texts are compared without case, and with `-`, `_` and spaces alike."""

    is_: Any = Field(default=None, alias="is")
    not_: Any = Field(default=None, alias="not")
    in_: tuple[Any, ...] | None = Field(default=None, alias="in")
    not_in: tuple[Any, ...] | None = None
    filled: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        if isinstance(value, list | tuple):
            return {"in": value}
        return {"is": value}


class Condition(Spec):
    """All of the `columns` tests, and at least one of `any`, and none of `none`."""

    columns: dict[str, Test] = {}
    any: tuple["Condition", ...] = ()
    none: tuple["Condition", ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "columns" in value:
            return value
        groups = {k: v for k, v in value.items() if k in ("any", "none")}
        return {"columns": {k: v for k, v in value.items() if k not in groups}, **groups}

    def columns_used(self) -> set[str]:
        """Names of all columns that this condition looks at."""
        return set(self.columns).union(*(c.columns_used() for c in (*self.any, *self.none)))


class Join(Spec):
    """Columns of another object's row, usable as `<join>.<column>`: the row whose source id stands in column `on`.

    With `by` it is the one row that has the same value there (texts are compared as in conditions); several are as good as
    none, for which one is meant cannot be guessed. Rows that fail `where` are not looked at.
    """

    object: Name
    on: str
    by: str = ""
    where: Condition | None = None


class Children(Spec):
    """Rows of another object that belong to a row: `parent` is their column with the row's source id (several: joined by |)."""

    from_: Name = Field(alias="from")
    parent: OneOrMany
    on: str = Field(default="_id", description="the column of the row that `parent` refers to")
    order_by: OneOrMany = ()
    where: Condition | None = None
    joins: dict[str, Join] = {}


class Bundle(Children):
    """Child rows kept together as JSON text: a list of objects with these `columns` (JSON name: source column)."""

    columns: dict[str, str]


class Merge(Children):
    """Child rows joined to one text, each by `template`."""

    template: str
    separator: str = "\n"


class Collect(Children):
    """One column of the child rows (several: joined by |) as a list: for many2many fields, by a lookup."""

    column: OneOrMany


Condition.model_rebuild()
