"""An employee with a user has that user's contact, and Odoo writes the employee's phone and e-mail on it.

The contact was there before the migration: what it held is noted, so that a rollback brings it back.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flitstack_pipeline.ledger.records import NewJournalEntry
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET

EMPLOYEE = "hr.employee"
CONTACT = "res.partner"
WRITTEN_THROUGH = ("email", "phone")
_EVERYTHING = {**QUIET, "active_test": False}


class SharedContacts:
    """The contacts of the users that a batch of new employees has, before and after the create."""

    def __init__(self, client: OdooClient, payload: Sequence[Mapping[str, Any]]) -> None:
        self._client = client
        users = sorted({row["user_id"] for row in payload if row.get("user_id")})
        rows = client.read("res.users", users, ["partner_id"], context=_EVERYTHING) if users else []
        self._before = self._look(sorted({row["partner_id"][0] for row in rows}))

    def settle(self, record_set: str) -> list[NewJournalEntry]:
        """What a rollback has to restore. Call it once, after the create."""
        entries = []
        for res_id, now in self._look(sorted(self._before)).items():
            was = {field: value for field, value in self._before[res_id].items() if value != now[field]}
            if was:
                after = {field: now[field] for field in was}
                entries.append(NewJournalEntry(CONTACT, res_id, "write", record_set, before=was, after=after))
        return entries

    def _look(self, partners: Sequence[int]) -> dict[int, dict[str, Any]]:
        rows = self._client.read(CONTACT, partners, list(WRITTEN_THROUGH), context=_EVERYTHING) if partners else []
        return {row["id"]: {field: row[field] or None for field in WRITTEN_THROUGH} for row in rows}
