"""What Odoo does to other records when one is created, and that a migration neither wants nor may leave behind.

A user belongs to one sales team unless the settings say otherwise: a new membership archives the one that he had. It is noted in
the journal, so that a rollback brings it back. And whoever is given an activity becomes a follower of its record: he would be
written to about things of years ago, so the followers that came by this are taken away at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flitstack_pipeline.ledger.records import NewJournalEntry
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET
from flitstack_pipeline.odoo.shared_contacts import EMPLOYEE, SharedContacts

MEMBERSHIP = "crm.team.member"
ACTIVITY = "mail.activity"
_EVERYTHING = {**QUIET, "active_test": False}


class Displaced:
    """Looks at what stands beside a batch of records before they are created, and again after."""

    def __init__(self, client: OdooClient, model: str, payload: Sequence[Mapping[str, Any]]) -> None:
        self._client = client
        self._model = model
        self._payload = payload
        self._before = self._look()
        self._contacts = SharedContacts(client, payload) if model == EMPLOYEE else None

    def settle(self, record_set: str) -> list[NewJournalEntry]:
        """Put right what can be, and return what a rollback has to restore. Call it once, after the create."""
        if self._contacts:
            return self._contacts.settle(record_set)
        if self._model == MEMBERSHIP and self._before:
            archived = self._client.search(
                MEMBERSHIP, [["id", "in", sorted(self._before)], ["active", "=", False]], context=_EVERYTHING
            )
            was, now = {"active": True}, {"active": False}
            return [NewJournalEntry(MEMBERSHIP, i, "write", record_set, before=was, after=now) for i in archived]
        if self._model == ACTIVITY:
            came = self._look() - self._before
            if came:
                self._client.unlink("mail.followers", sorted(came), context=QUIET)
        return []

    def _look(self) -> set[int]:
        if self._model == MEMBERSHIP:
            users = sorted({row["user_id"] for row in self._payload if row.get("user_id")})
            domain = [["user_id", "in", users], ["active", "=", True]]
            return set(self._client.search(MEMBERSHIP, domain, context=_EVERYTHING)) if users else set()
        if self._model == ACTIVITY:
            records = sorted({row["res_id"] for row in self._payload if row.get("res_id")})
            users = sorted({row["user_id"] for row in self._payload if row.get("user_id")})
            if not (records and users):
                return set()
            partners = [
                r["partner_id"][0] for r in self._client.read("res.users", users, ["partner_id"], context=_EVERYTHING)
            ]
            domain = [["res_id", "in", records], ["partner_id", "in", partners]]
            return set(self._client.search("mail.followers", domain, context=_EVERYTHING))
        return set()
