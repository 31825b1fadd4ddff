"""What is in an Odoo: all rows of all tables, and the migrated records in a form that does not depend on ids."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from e2e_project import Project
from psycopg2 import sql

from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import KEY_FIELD, record_key, split_key
from flitstack_pipeline.odoo.traits import RESIDUE, SIDE_RECORDS
from flitstack_pipeline.sandbox import Sandbox

Dump = dict[str, list[str]]
CONTEXT = {"active_test": False, "tz": "UTC", "lang": "en_US", "bin_size": True}

# Tables that say who talked to Odoo, not what is in it.
LOGS = frozenset({*RESIDUE, "res_users_log", "res_device_log", "res_users_apikeys"})

# Fields of migrated records that differ from one load to the next whatever happens: ids of rows that carry no key, moments of
# the load, colours by chance.
PASSING = frozenset(
    {
        "id", "create_date", "write_date", "create_uid", "write_uid", "create_day", "parent_path", "color", "alias_id",
        "access_token", "message_id", "store_fname", "matching_number", "full_reconcile_id", "calendar_last_notif_ack",
        "date_last_stage_update", "date_open", "combination_indices", "pav_attribute_line_ids", "attribute_line_id",
        "x_flitstack_xmlids",
    }
)  # fmt: skip
LINES = {
    "account.move": ("account.move.line", "move_id"),
    "sale.order": ("sale.order.line", "order_id"),
    "product.template": ("product.template.attribute.line", "product_tmpl_id"),
}


def everything(sandbox: Sandbox, database: str) -> Dump:
    """All rows of every table that is no log."""
    return sandbox.dump(database, [t for t in sandbox.tables(database) if t not in LOGS])


def changes(before: Dump, after: Dump, *, ignoring: Mapping[str, frozenset[str]] | None = None) -> dict[str, Any]:
    """What two dumps differ in: tables that came or went, and per table the rows that are in one of them only.

    `ignoring`: columns that do not count, by table.
    """
    found: dict[str, Any] = {t: "came" if t in after else "went" for t in before.keys() ^ after.keys()}
    for table in before.keys() & after.keys():
        if before[table] == after[table]:
            continue
        columns = (ignoring or {}).get(table, frozenset())
        rows = [Counter(_without(row, columns) for row in dump[table]) for dump in (before, after)]
        gone, new = rows[0] - rows[1], rows[1] - rows[0]
        if gone or new:
            found[table] = {"gone": sorted(gone), "new": sorted(new)}
    return found


def _without(row: str, columns: frozenset[str]) -> str:
    return json.dumps({k: v for k, v in json.loads(row).items() if k not in columns}) if columns else row


def row_counts(sandbox: Sandbox, database: str) -> dict[str, int]:
    """Number of rows of every table that is no log."""
    tables = [t for t in sandbox.tables(database) if t not in LOGS]
    with closing(sandbox.connect(database)) as connection, connection.cursor() as cursor:
        counts = {}
        for table in tables:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
            counts[table] = cursor.fetchone()[0]
    return counts


def tables_with(sandbox: Sandbox, database: str, text: str) -> list[str]:
    """The tables of which some row holds a text, in whatever column."""
    found = []
    with closing(sandbox.connect(database)) as connection, connection.cursor() as cursor:
        for table in sandbox.tables(database):
            query = sql.SQL("SELECT 1 FROM {} t WHERE position(%s in t::text) > 0 LIMIT 1")
            cursor.execute(query.format(sql.Identifier(table)), [text])
            if cursor.fetchone():
                found.append(table)
    return found


def migrated(project: Project) -> dict[str, dict[str, Any]]:
    """Every record of the id map, by its key: its stored fields and lines, references as keys.

    Records that Odoo made beside others go by the record that they belong to. Two records under one key, and records that
    carry a key of the migration but are not in the id map, are errors.
    """
    with project.ledger() as ledger, project.odoo() as odoo:
        mapped = [
            m for name in ledger.count_mapped(project.id) for b in ledger.iter_mapped(project.id, name) for m in b
        ]
        names: dict[str, dict[int, str]] = {}
        for m in mapped:
            own = names.setdefault(m.model, {})
            assert m.res_id not in own, f"{m.model} {m.res_id} is two records: {own[m.res_id]}, {m.source_id}"
            own[m.res_id] = record_key(project.id, m.record_set, m.source_id)
        for model, own in names.items():
            keys = {m.res_id for m in mapped if m.model == model and m.origin == "created"}
            own_sets = {m.record_set for m in mapped if m.model == model}
            carrying = _carrying_a_key(odoo, model, project.id, own_sets)
            assert keys == carrying, f"{model}: the id map and Odoo's keys differ"
            assert len(own) == len(set(own.values())), f"{model}: two records under one key"
        return _Dump(odoo, names).records()


def _carrying_a_key(odoo: OdooClient, model: str, migration: str, record_sets: Collection[str]) -> set[int]:
    """Of these record sets: Odoo 14 copies the key of a payment to its journal entry."""
    if KEY_FIELD not in odoo.fields_get(model):
        return set()
    rows = odoo.search_read(model, [[KEY_FIELD, "=like", f"{migration}/%"]], [KEY_FIELD], context=CONTEXT)
    return {row["id"] for row in rows if split_key(row[KEY_FIELD])[1] in record_sets}


def record_changes(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The records and fields in which two results of `migrated` differ."""
    found: dict[str, Any] = dict.fromkeys(one.keys() - other.keys(), "only in the first")
    found |= dict.fromkeys(other.keys() - one.keys(), "only in the second")
    for key in one.keys() & other.keys():
        differ = {f: (v, other[key].get(f)) for f, v in one[key].items() if other[key].get(f) != v}
        if differ:
            found[key] = differ
    return found


class _Dump:
    def __init__(self, odoo: OdooClient, names: Mapping[str, Mapping[int, str]]) -> None:
        self._odoo = odoo
        self._keys = {model: dict(own) for model, own in names.items()}
        self._own = {model: sorted(own) for model, own in names.items()}
        self._context = CONTEXT

    def records(self) -> dict[str, dict[str, Any]]:
        for owner, fields in (SIDE_RECORDS | {"account.payment": {"move_id": "account.move"}}).items():
            if owner in self._own:
                self._name_side(owner, fields)
        found: dict[str, dict[str, Any]] = {}
        for model in self._own:
            for row, values in self._read(model, self._own[model]):
                found[f"{model} {self._keys[model][row]}"] = values
        for model, (line_model, parent) in LINES.items():
            if model in self._own and self._odoo.has_model(line_model):
                self._lines(model, line_model, parent, found)
        return found

    def _name_side(self, owner: str, fields: Mapping[str, str]) -> None:
        known = [f for f in fields if f in self._odoo.fields_get(owner)]
        for row in self._odoo.read(owner, self._own[owner], known, context=self._context):
            for field in known:
                if row[field]:
                    names = self._keys.setdefault(fields[field], {})
                    names.setdefault(row[field][0], f"{field} of {self._keys[owner][row['id']]}")

    def _lines(self, model: str, line_model: str, parent: str, found: dict[str, dict[str, Any]]) -> None:
        ids = self._odoo.search(line_model, [[parent, "in", self._own[model]]], order="id")
        owners = {r["id"]: r[parent][0] for r in self._odoo.read(line_model, ids, [parent], context=self._context)}
        for line, values in self._read(line_model, ids):
            found[f"{model} {self._keys[model][owners[line]]}"].setdefault("(lines)", []).append(values)

    def _read(self, model: str, ids: Sequence[int]) -> Iterable[tuple[int, dict[str, Any]]]:
        fields = self._odoo.fields_get(model)
        plain = [
            name
            for name, info in fields.items()
            if info.get("store") and info["type"] not in ("one2many", "binary") and name not in PASSING
        ]
        for row in self._odoo.read(model, list(ids), plain, context=self._context):
            yield row["id"], {name: self._value(row, name, fields[name]) for name in plain}

    def _value(self, row: Mapping[str, Any], name: str, info: Mapping[str, Any]) -> Any:
        value = row[name]
        if info["type"] == "many2one":
            return self._named(info["relation"], value[0]) if value else None
        if info["type"] == "many2many":
            return sorted(str(self._named(info["relation"], i)) for i in value)
        if info["type"] == "many2one_reference":
            model = row.get("res_model") or row.get("model")
            return self._named(str(model), value) if value else None
        return value

    def _named(self, model: str, res_id: int) -> Any:
        return self._keys.get(model, {}).get(res_id, res_id)
