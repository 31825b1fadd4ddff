"""What is in an Odoo: all rows of all tables, and the migrated records in a form that does not depend on ids."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from psycopg2 import sql

from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import KEY_FIELD
from flitstack_pipeline.odoo.traits import RESIDUE, SIDE_RECORDS
from flitstack_pipeline.sandbox import Sandbox

Dump = dict[str, list[str]]

# Tables that say who talked to Odoo, not what is in it.
LOGS = frozenset({*RESIDUE, "res_users_log", "res_device_log", "res_users_apikeys"})

# Fields of migrated records that differ from one database to the next whatever happens.
PASSING = frozenset(
    {
        "id", "create_date", "write_date", "create_uid", "write_uid", "access_token", "full_reconcile_id", "matching_number", "store_fname",
        "x_flitstack_xmlids", "parent_path", "barcode", "message_id", "signup_type", "checksum_token",
        "date_last_stage_update", "date_open", "inalterable_hash", "secure_sequence_number", "create_day",
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


def migrated(odoo: OdooClient, models: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Every record that carries a key, by key: its stored fields and lines, references as keys.

    Records that Odoo made beside others go by the record that they belong to. Two records under one key are an error.
    """
    return _Dump(odoo, list(dict.fromkeys(models))).records()


class _Dump:
    def __init__(self, odoo: OdooClient, models: Sequence[str]) -> None:
        self._odoo = odoo
        self._models = [m for m in models if odoo.has_model(m) and KEY_FIELD in odoo.fields_get(m)]
        self._context = {"active_test": False, "tz": "UTC", "lang": "en_US", "bin_size": True}
        self._keys: dict[str, dict[int, str]] = {}
        self._own: dict[str, list[int]] = {}
        for model in self._models:
            rows = odoo.search_read(model, [[KEY_FIELD, "!=", False]], [KEY_FIELD], context=self._context)
            keys = {row["id"]: row[KEY_FIELD] for row in rows}
            assert len(set(keys.values())) == len(keys), f"{model}: two records under one key"
            self._keys[model] = keys
            self._own[model] = sorted(keys)

    def records(self) -> dict[str, dict[str, Any]]:
        for owner, fields in SIDE_RECORDS.items():
            if owner in self._own:
                self._name_side(owner, fields)
        found: dict[str, dict[str, Any]] = {}
        for model in self._models:
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
