"""XML IDs for migrated records, in bulk and in a namespace that is no module's."""

from collections.abc import Sequence

from flitstack_pipeline.ledger.records import MappedRecord, NewJournalEntry
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.compile import CompiledRecords
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET, xml_module, xml_name


def ensure_xml_ids(client: OdooClient, ledger: Ledger, records: CompiledRecords, *, migration: str, run_id: str) -> int:
    """Give an XML ID to every record that lacks one; returns how many were made. Linked records are not ours and get none."""
    made = 0
    for batch in ledger.iter_mapped(migration, records.name):
        ours = [m for m in batch if m.origin != "linked"]
        if ours:
            made += _ensure(client, ledger, records, ours, migration=migration, run_id=run_id)
    return made


def _ensure(
    client: OdooClient,
    ledger: Ledger,
    records: CompiledRecords,
    batch: Sequence[MappedRecord],
    *,
    migration: str,
    run_id: str,
) -> int:
    module = xml_module(migration)
    by_name = {xml_name(records.name, m.source_id): m for m in batch}
    there = client.search_read("ir.model.data", [["module", "=", module], ["name", "in", list(by_name)]], ["name"])
    for row in there:
        del by_name[row["name"]]
    if not by_name:
        return 0
    rows = [
        {"module": module, "name": name, "model": records.model, "res_id": m.res_id, "noupdate": True}
        for name, m in by_name.items()
    ]
    ids = client.create("ir.model.data", rows, context=QUIET)
    # With a record that we created its XML ID goes too; of one that Odoo had, it has to be removed on its own.
    kept = [i for i, m in zip(ids, by_name.values(), strict=True) if m.origin == "updated"]
    ledger.add_journal(migration, run_id, [NewJournalEntry("ir.model.data", i, "side", records.name) for i in kept])
    return len(rows)
