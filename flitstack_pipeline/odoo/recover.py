"""After a run that was killed: find out what the calls without a reply have done, before anything else is done.

An open intent is a call that was announced and whose result the ledger does not have. For a create, the keys tell which records
Odoo has; for a write, the before-images go to the journal whether or not the write came through (restoring them is harmless); for
schema, the names tell.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flitstack_pipeline.ledger.records import Intent, MappedRecord, NewJournalEntry
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.mapping.target import KEY_FIELD
from flitstack_pipeline.odoo.beside import beside
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.consequences import LAST_NOTE, Notes
from flitstack_pipeline.odoo.keys import QUIET, split_key
from flitstack_pipeline.odoo.schema import EVERY_MENU

log = logging.getLogger(__name__)
ADOPTED = "adopted"  # the fingerprint of a record that Odoo has and whose values the ledger does not know


def recover(
    client: OdooClient,
    ledger: Ledger,
    migration: str,
    run_id: str,
    *,
    patience: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Settle all open intents of a migration; returns how many there were.

    `patience`: seconds from the beginning of a create for which Odoo may still be at work on it. A load needs none: what
    comes late is found when the same records are made again. A rollback would leave it behind.
    """
    intents = ledger.open_intents(migration)
    for intent in intents:
        log.warning(
            "an earlier run ended during a %s of %d in %s; looking what came of it",
            intent.op,
            len(intent.keys),
            intent.model,
        )
        if intent.op == "create":
            journal, mapped = _created(client, intent)
            while not mapped and (datetime.now(UTC) - intent.opened_at).total_seconds() < patience:
                sleep(1.0)
                journal, mapped = _created(client, intent)
        elif intent.op == "write":
            journal, mapped = _written(client, intent), []
        elif intent.op == "schema":
            journal, mapped = _schema(client, intent), []
        else:
            journal, mapped = [], []  # actions ask Odoo for each record's state when they run again
        ledger.close_intent(intent.id, "done", journal=journal, mapped=mapped)
    return len(intents)


def _created(client: OdooClient, intent: Intent) -> tuple[list[NewJournalEntry], list[MappedRecord]]:
    if KEY_FIELD not in client.fields_get(intent.model):
        return [], []
    context = {**QUIET, "active_test": False}
    rows = client.search_read(intent.model, [[KEY_FIELD, "in", list(intent.keys)]], [KEY_FIELD], context=context)
    journal: list[NewJournalEntry] = []
    mapped: list[MappedRecord] = []
    for row in rows:
        _, record_set, source_id = split_key(row[KEY_FIELD])
        journal.append(
            NewJournalEntry(intent.model, row["id"], "create", record_set, source_id, detail="found after a lost reply")
        )
        mapped.append(
            MappedRecord(record_set, source_id, intent.model, row["id"], "created", {}, ADOPTED, "", intent.run_id)
        )
    sides = [
        NewJournalEntry(
            side.model, side.res_id, "side", intent.record_set, detail=f"made by Odoo with {intent.model} {side.owner}"
        )
        for side in beside(client, intent.model, [row["id"] for row in rows])
    ]
    return [*sides, *journal], mapped


def _written(client: OdooClient, intent: Intent) -> list[NewJournalEntry]:
    journal = []
    for key, image in zip(intent.keys, intent.before or (), strict=False):
        _, record_set, source_id = split_key(key)
        before = dict(image)
        res_id = int(before.pop("id"))
        Notes(client, before.pop(LAST_NOTE, None)).remove(intent.model, [res_id])
        journal.append(
            NewJournalEntry(intent.model, res_id, "write", record_set, source_id, before=before, detail="reply lost")
        )
    return journal


def _schema(client: OdooClient, intent: Intent) -> list[NewJournalEntry]:
    """The intent's keys are names: `model` for a model, its action and its menu, `model.field` for fields,
    `model.field=value` for selection values."""
    journal = []
    for key in intent.keys:
        if intent.model == "ir.model":
            domain: list[list[Any]] = [["model", "=", key]]
        elif intent.model == "ir.ui.view":
            domain = [["name", "=", key]]
        elif intent.model == "ir.actions.act_window":
            domain = [["res_model", "=", key]]
        elif intent.model == "ir.ui.menu":
            actions = client.search("ir.actions.act_window", [["res_model", "=", key]])
            domain = [["action", "in", [f"ir.actions.act_window,{i}" for i in actions]]]
        else:
            name, _, value = key.partition("=")
            model, _, field = name.rpartition(".")
            domain = [["model", "=", model], ["name", "=", field]]
            if intent.model == "ir.model.fields.selection":
                domain = [["field_id.model", "=", model], ["field_id.name", "=", field], ["value", "=", value]]
        found = client.search(intent.model, domain, context=EVERY_MENU)
        journal += [NewJournalEntry(intent.model, i, "schema", detail=key) for i in found]
    return journal
