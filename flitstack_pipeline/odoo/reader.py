"""Records read back from Odoo, in canonical form, lines and file digests included."""

from collections.abc import Mapping, Sequence
from typing import Any

from flitstack_pipeline.mapping.compile import CompiledRecords
from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.odoo.canonical import from_odoo
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.errors import OdooMissing
from flitstack_pipeline.odoo.keys import QUIET
from flitstack_pipeline.odoo.traits import CONTENT_DIGESTS

CONTEXT = {**QUIET, "active_test": False}


def read_back(
    client: OdooClient, records: CompiledRecords, ids: Sequence[int], fields: Sequence[str]
) -> dict[int, dict[str, Any]]:
    """Values by record id; a record that is gone is absent. One call for the records, and one per one2many field."""
    digests = CONTENT_DIGESTS.get(records.model, {})
    asked = [f for f in fields if f not in digests]
    extra = [column for f in fields if f in digests for column in digests[f]]
    # Not `search_read`: Odoo drops `active_test` there before it reads, and archived records vanish from many2many fields.
    try:
        rows = client.read(records.model, ids, [*asked, *extra], context=CONTEXT)
    except OdooMissing:
        rows = client.read(records.model, client.existing(records.model, ids), [*asked, *extra], context=CONTEXT)
    found = {row["id"]: {f: _value(row, f, records.targets[f], digests) for f in fields} for row in rows}
    for field in asked:
        if records.targets[field].type == "one2many":
            _read_lines(client, records.targets[field], records.lines[field], found, rows, field)
    return found


def _value(row: Mapping[str, Any], field: str, target: TargetField, digests: Mapping[str, tuple[str, str]]) -> Any:
    if field in digests:
        checksum, size = digests[field]
        return {"sha1": row[checksum], "size": int(row[size] or 0)} if row[checksum] else None
    return from_odoo(row[field], target)


def _read_lines(
    client: OdooClient,
    target: TargetField,
    lines: Mapping[str, TargetField],
    found: dict[int, dict[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    field: str,
) -> None:
    """Lines in the order in which they were created: ids grow with it, while a sequence may be anything."""
    ids = [i for row in rows for i in row[field]]
    read = client.read(target.relation, ids, list(lines), context=CONTEXT) if ids else []
    by_id = {row["id"]: {f: from_odoo(row[f], t) for f, t in lines.items()} for row in read}
    for row in rows:
        found[row["id"]][field] = tuple(by_id[i] for i in sorted(row[field]) if i in by_id)
