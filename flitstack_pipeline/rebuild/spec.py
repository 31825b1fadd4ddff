"""The part of the map language that says how an object's rows become entries of the rebuild reference.

rebuild_as:
  kind: automation
  name: name              # a column,
  trigger: "{event} of {table}"   # or a template of columns
  conditions: conditions  # text, or JSON: [{field, operator, value}]
  actions: actions        # text, or JSON: [{type, …}]
  build:
    - {trigger: "order.{days}d_late", object: order, on: on_time, date: due, delay: "{days} days after"}
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from flitstack_pipeline.mapping.base import Name, OneOrMany, Spec
from flitstack_pipeline.mapping.rows import Condition, Join, Merge

Kind = Literal[
    "automation",
    "workflow",
    "business_rule",
    "process",
    "action",
    "dialog",
    "flow",
    "schedule",
    "iot_trigger",
    "approval",
    "escalation",
    "portal",
    "other",
]

Do = Literal[
    "email", "sms", "notify", "activity", "create", "update", "assign", "followers", "wait", "webhook", "child", "form", "stop",
    "code",
]  # fmt: skip
"""What a step does, in words that all readers share."""

Make = Literal[
    "base.automation", "ir.actions.server", "ir.cron", "mail.activity.type", "approval.category", "crm.stage", "ir.ui.view",
    "ir.config_parameter", "res.config.settings", "project.task", "nothing",
]  # fmt: skip

On = Literal[
    "on_create", "on_create_or_write", "on_unlink", "on_change", "on_archive", "on_unarchive", "on_stage_set", "on_user_set",
    "on_tag_set", "on_state_set", "on_priority_set", "on_time", "on_time_created", "on_time_updated", "on_message_received",
    "on_message_sent", "on_webhook",
]  # fmt: skip
"""Triggers of Odoo's automation rules."""


class StepSpec(Spec):
    """What a step of the source's own kind does. `note`: a template of the step's own values."""

    do: Do
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        return {"do": value} if isinstance(value, str) else value


class BuildRule(Spec):
    """What to build for the entries whose trigger is like `trigger` and whose row meets `when`; the first that fits holds.

    `trigger` is a text with names in braces for the parts that vary; these can stand in `delay` and `note`. `object` is the
    source object that the entry is about: model and fields are then those that the map sends it to. `watch` and `date` are its
    columns; `domain` is added to what the conditions give.
    """

    trigger: str = ""
    when: Condition | None = None
    object: str = ""
    model: str = ""
    make: Make | None = None
    on: On | None = None
    watch: OneOrMany = ()
    date: str = ""
    delay: str = ""
    domain: tuple[Any, ...] = ()
    do: Do | None = Field(default=None, description="what the steps do of which the source only gives words")
    note: str = ""


class RebuildSpec(Spec):
    """How the rows that meet `where` become entries. Each text is a column, or a template with columns in braces.

    `leave_out`: such rows are no entries; this is why. `children`: merged rows of other objects, as `{<name>}` in templates.
    `steps`: the source's kinds of action; `fields`: Odoo fields of source fields, where the map itself does not tell.
    """

    kind: Kind = "other"
    where: Condition | None = None
    leave_out: str = ""
    reader: Literal["rules", "dataverse_workflow"] = "rules"
    joins: dict[str, Join] = {}
    children: dict[Name, Merge] = {}
    name: str = ""
    trigger: str = ""
    conditions: str = ""
    actions: str = ""
    owner: str = ""
    active: str = ""
    object: str = Field(
        default="", description="the source object that an entry is about: its name, or a template of it"
    )
    group: str = Field(
        default="", description="heading (or a template) under which the page lists these entries together"
    )
    steps: dict[str, StepSpec] = {}
    fields: dict[str, str] = {}
    build: tuple[BuildRule, ...] = ()

    @model_validator(mode="after")
    def _named(self) -> "RebuildSpec":
        if not self.leave_out and not self.name and self.reader == "rules":
            raise ValueError("entries have a name: add `name:`, a column or a template")
        return self


RebuildAs = Annotated[
    tuple[RebuildSpec, ...], BeforeValidator(lambda v: v if isinstance(v, list | tuple) else () if v is None else (v,))
]
