"""Custom models, fields and selection values that the map needs: created in a few calls, before any data, and journaled.

Each `ir.model.fields` create makes Odoo reload its registry, whether it carries one field or a hundred: so they go in one call.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flitstack_pipeline.ledger.records import NewJournalEntry
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.target import FieldPlan, ModelPlan, SchemaPlan
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import guard_field

log = logging.getLogger(__name__)
EVERY_MENU = {"ir.ui.menu.full_list": True, "active_test": False}  # hidden ones too


@dataclass(frozen=True)
class SchemaGap:
    """What the plan needs and this Odoo lacks now."""

    models: tuple[ModelPlan, ...]
    fields: tuple[FieldPlan, ...]
    values: tuple[tuple[FieldPlan, str, str], ...]

    @property
    def is_empty(self) -> bool:
        return not (self.models or self.fields or self.values)

    def names(self) -> list[str]:
        """Names for people: models, `model.field`, `model.field=value`."""
        fields = [f"{f.model}.{f.name}" for f in self.fields]
        return [*(m.model for m in self.models), *fields, *(f"{f.model}.{f.name}={v}" for f, v, _ in self.values)]


def schema_gap(client: OdooClient, plan: SchemaPlan) -> SchemaGap:
    """Compare a plan with the live Odoo."""
    models = tuple(m for m in plan.models if not client.has_model(m.model))
    new_models = {m.model for m in models}
    fields: list[FieldPlan] = []
    values: list[tuple[FieldPlan, str, str]] = []
    for field in plan.fields:
        live = {} if field.model in new_models else client.fields_get(field.model)
        if field.name not in live:
            if field.name != "x_name":
                fields.append(field)
        elif field.new.type == "selection" and field.new.selection != "distinct":
            there = {str(v) for v, _ in live[field.name].get("selection") or ()}
            values += [(field, v, label) for v, label in field.new.selection if v not in there]
    return SchemaGap(models, tuple(fields), tuple(values))


def create_schema(client: OdooClient, ledger: Ledger, plan: SchemaPlan, *, migration: str, run_id: str) -> SchemaGap:
    """Create what is missing and return what that was; a second call finds nothing to do."""
    gap = schema_gap(client, plan)
    creator = _Creator(client, ledger, migration, run_id)
    if gap.models:
        creator.create("ir.model", [m.model for m in gap.models], [_model_values(client, m) for m in gap.models])
        client.refresh()
    for model in plan.models:
        creator.make_menu(model)
    if gap.fields:
        ids = _model_ids(client, {f.model for f in gap.fields})
        names = [f"{f.model}.{f.name}" for f in gap.fields]
        creator.create("ir.model.fields", names, [_field_values(f, ids[f.model]) for f in gap.fields])
    if gap.values:
        field_ids = _field_ids(client, [f for f, _, _ in gap.values])
        names = [f"{f.model}.{f.name}={value}" for f, value, _ in gap.values]
        rows = [
            {"field_id": field_ids[f.model, f.name], "value": value, "name": label, "sequence": 100 + i}
            for i, (f, value, label) in enumerate(gap.values)
        ]
        creator.create("ir.model.fields.selection", names, rows)
    if not gap.is_empty:
        client.refresh()
        log.info("created %d models, %d fields, %d selection values", len(gap.models), len(gap.fields), len(gap.values))
    return gap


def ensure_guard(client: OdooClient, ledger: Ledger, models: Sequence[str], *, migration: str, run_id: str) -> None:
    """Give models the field through which a create carries its XML ID, so that both exist or neither does.

    It is a one2many to `ir.model.data` by `res_id`. Odoo refuses to create such a field, but not to point an ordinary one there.
    It stands only while a load runs: users without the right to read XML IDs could not read *all* fields of a record with it.
    """
    there = {m: client.fields_get(m).get(guard_field(m)) for m in models}
    if all(info and info["relation"] == "ir.model.data" for info in there.values()):
        return
    lacking = [m for m in models if not there[m]]
    model_ids = _model_ids(client, lacking)
    rows = [
        {
            "model_id": model_ids[m], "name": guard_field(m), "field_description": "XML IDs", "ttype": "one2many", "copied": False,
            "relation": "res.partner", "relation_field": "parent_id",
        }
        for m in lacking
    ]  # fmt: skip
    if rows:
        _Creator(client, ledger, migration, run_id).create(
            "ir.model.fields", [f"{m}.{guard_field(m)}" for m in lacking], rows
        )
    domain = [
        ["name", "in", sorted({guard_field(m) for m in models})],
        ["model", "in", list(models)],
        ["state", "=", "manual"],
    ]
    client.write(
        "ir.model.fields",
        client.search("ir.model.fields", domain),
        {"relation": "ir.model.data", "relation_field": "res_id"},
    )
    client.refresh()


def remove_guard(client: OdooClient, ledger: Ledger, *, migration: str) -> None:
    """Take the guard fields away again; the XML IDs themselves stay."""
    entries = [e for e in ledger.journal_backwards(migration, schema=True) if _is_guard(e.detail)]
    if entries:
        client.unlink("ir.model.fields", client.existing("ir.model.fields", [e.res_id for e in entries]))
        client.refresh()
        remove_mirrors(client, [e.detail for e in entries])
        ledger.mark_undone([e.id for e in entries])
        client.refresh()


def _is_guard(name: str) -> bool:
    model, _, field = name.rpartition(".")
    return field == guard_field(model)


def remove_mirrors(client: OdooClient, names: Sequence[str]) -> None:
    """Remove what is left of removed fields (`model.field`) on models that inherit from theirs, as res.users from res.partner.

    Odoo does that itself, unless a call that we no longer wait for takes fields away at the same time.
    """
    gone = {tuple(name.rsplit(".", 1)) for name in names}
    domain = [["name", "in", sorted({field for _, field in gone})], ["state", "=", "base"], ["related", "!=", False]]
    rows = client.search_read("ir.model.fields", domain, ["model", "name", "related"])
    left = []
    for row in rows:
        link = row["related"].partition(".")[0]
        parent = str(client.fields_get(row["model"]).get(link, {}).get("relation") or "")
        if (parent, row["name"]) in gone and row["name"] not in client.fields_get(parent):
            left.append(row["id"])
    if left:
        log.warning("%d fields of inheriting models were left behind; removing them", len(left))
        client.unlink("ir.model.fields", left, context={"_force_unlink": True})


def remove_inherit_names(client: OdooClient, models: Sequence[str]) -> None:
    """Remove the XML IDs that Odoo gave to what custom models inherited (their activities) and leaves when they are removed."""
    prefixes = [f"model_inherit__{model.replace('.', '_')}__" for model in models]
    rows = client.search_read(
        "ir.model.data", [["model", "=", "ir.model.inherit"], ["name", "=like", "model_inherit__x_%"]], ["name"]
    )
    left = [row["id"] for row in rows if row["name"].startswith(tuple(prefixes))]
    if left:
        client.unlink("ir.model.data", left)


class _Creator:
    def __init__(self, client: OdooClient, ledger: Ledger, migration: str, run_id: str) -> None:
        self._client, self._ledger, self._migration, self._run_id = client, ledger, migration, run_id

    def create(self, model: str, names: Sequence[str], rows: Sequence[dict[str, Any]]) -> list[int]:
        """One create call with its intent before and its journal after; several where Odoo takes long over fields."""
        if model != "ir.model.fields":
            return self._create(model, names, rows, range(len(rows)))
        order = _inheriting_first(self._client, rows)
        most = self._client.version.rule("fields.batch")
        made: dict[int, int] = {}
        for start in range(0, len(order), most):
            part = sorted(order[start : start + most])
            within = [part.index(i) for i in order[start : start + most]]
            ids = self._create(model, [names[i] for i in part], [rows[i] for i in part], within)
            made.update(zip(part, ids, strict=True))
        return [made[i] for i in range(len(rows))]

    def _create(
        self, model: str, names: Sequence[str], rows: Sequence[dict[str, Any]], order: Sequence[int]
    ) -> list[int]:
        """`order`: in which the rows are sent. The journal has them in their own, which a rollback relies on."""
        intent = self._ledger.open_intent(
            self._migration, self._run_id, model=model, record_set="", op="schema", keys=list(names)
        )
        made = dict(zip(order, self._client.create(model, [rows[i] for i in order]), strict=True))
        ids = [made[i] for i in range(len(rows))]
        journal = [NewJournalEntry(model, i, "schema", detail=name) for i, name in zip(ids, names, strict=True)]
        self._ledger.close_intent(intent, "done", journal=journal)
        return ids

    def make_menu(self, plan: ModelPlan) -> None:
        """A window action and a menu entry, so that a person finds the custom model in Odoo's own screens.

        What an earlier run, or a person, has made of the two stays as it is.
        """
        actions = self._client.search("ir.actions.act_window", [["res_model", "=", plan.model]], limit=1)
        view_modes = f"{self._client.version.rule('view.list')},form"
        action = {"name": plan.label, "res_model": plan.model, "view_mode": view_modes}
        (action_id,) = actions or self.create("ir.actions.act_window", [plan.model], [action])
        opens = f"ir.actions.act_window,{action_id}"
        if not self._client.search("ir.ui.menu", [["action", "=", opens]], limit=1, context=EVERY_MENU):
            self.create("ir.ui.menu", [plan.model], [{"name": plan.label, "action": opens, "sequence": 95}])


def _model_values(client: OdooClient, plan: ModelPlan) -> dict[str, Any]:
    (group,) = client.search_read("ir.model.data", [["module", "=", "base"], ["name", "=", "group_user"]], ["res_id"])
    access = {"name": f"{plan.label}: users", "group_id": group["res_id"]}
    rights = dict.fromkeys(("perm_read", "perm_write", "perm_create", "perm_unlink"), True)
    values = {"name": plan.label, "model": plan.model, "state": "manual", "access_ids": [[0, 0, {**access, **rights}]]}
    return values | ({"is_mail_thread": True, "is_mail_activity": True} if plan.chatter else {})


def _field_values(field: FieldPlan, model_id: int) -> dict[str, Any]:
    new = field.new
    values: dict[str, Any] = {
        "model_id": model_id, "name": field.name, "ttype": new.type, "field_description": new.label, "help": new.help or False,
        "state": "manual", "store": True, "index": new.index, "copied": field.name != "x_flitstack_key",
    }  # fmt: skip
    if new.relation:
        values["relation"] = new.relation
    if new.type == "many2one":
        values["on_delete"] = "set null"
    if new.type == "selection":
        values["selection_ids"] = [
            [0, 0, {"value": value, "name": label, "sequence": i}] for i, (value, label) in enumerate(new.selection)
        ]
    return values


def _model_ids(client: OdooClient, models: Collection[str]) -> dict[str, int]:
    rows = client.search_read("ir.model", [["model", "in", list(models)]], ["model"])
    return {row["model"]: row["id"] for row in rows}


def _inheriting_first(client: OdooClient, fields: Sequence[Mapping[str, Any]]) -> list[int]:
    """The order of fields in which those of `product.product` come before those of `product.template`, from which it inherits.

    An older Odoo makes fields one by one, and at each gives models that inherit a mirror of it, which would then be in the way.
    """
    ids = sorted({row["model_id"] for row in fields})
    rows = client.read("ir.model", ids, ["inherited_model_ids"])
    parents = {row["id"]: row["inherited_model_ids"] for row in rows}

    def ancestors(model_id: int) -> int:
        return 1 + max((ancestors(parent) for parent in parents.get(model_id, ())), default=0)

    return sorted(range(len(fields)), key=lambda i: -ancestors(fields[i]["model_id"]))


def _field_ids(client: OdooClient, fields: Sequence[FieldPlan]) -> dict[tuple[str, str], int]:
    domain = [["model", "in", sorted({f.model for f in fields})], ["name", "in", sorted({f.name for f in fields})]]
    return {
        (row["model"], row["name"]): row["id"]
        for row in client.search_read("ir.model.fields", domain, ["model", "name"])
    }
