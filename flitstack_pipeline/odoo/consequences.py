"""What Odoo does by itself when a record that it had is written to: fields that follow others, and notes about it.

A rollback has to bring back the fields too: `peppol_eas` of a contact, for one, follows the country when that is set, and
stays when it is emptied again. The notes are not wanted at all. Odoo leaves them out where the context says so, but it works
out some fields only at the end of a request, and there it has forgotten the request's context.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flitstack_pipeline.mapping.target import TargetField
from flitstack_pipeline.odoo.canonical import from_odoo
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET

Images = dict[int, dict[str, Any]]
LAST_NOTE = "(newest message)"  # in the before-images of an intent: no field has such a name

_READABLE = frozenset(
    {
        "char",
        "text",
        "selection",
        "boolean",
        "integer",
        "float",
        "monetary",
        "date",
        "datetime",
        "many2one",
        "many2many",
    }
)


def followers(client: OdooClient, model: str, written: Iterable[str]) -> dict[str, TargetField]:
    """Stored fields that Odoo works out of others and that can be written as well: those that a write may change in passing."""
    known = client.fields_get(model)
    written = set(written)
    return {
        name: TargetField.from_live(name, info)
        for name, info in known.items()
        if info.get("depends") and info.get("store") and not info.get("readonly") and info["type"] in _READABLE
        if name not in written
    }


def images(client: OdooClient, model: str, ids: Sequence[int], fields: Mapping[str, TargetField]) -> Images:
    """Values by record as `_restore` of a rollback takes them: canonical, but HTML word for word."""
    if not (ids and fields):
        return {i: {} for i in ids}
    rows = client.read(model, list(ids), list(fields), context={**QUIET, "active_test": False})
    return {
        row["id"]: {f: (row[f] or None) if t.type == "html" else from_odoo(row[f], t) for f, t in fields.items()}
        for row in rows
    }


class Notes:
    """Removes the notes that Odoo posts on records because we wrote to them. `last`: the newest message before the first write."""

    def __init__(self, client: OdooClient, last: int | None = None) -> None:
        self._client = client
        self.last = last

    def begin(self, model: str) -> None:
        """Note which messages there are now; call it before writing to a model."""
        if self.last is None and "message_ids" in self._client.fields_get(model):
            newest = self._client.search("mail.message", [], order="id desc", limit=1, context=QUIET)
            self.last = max(newest, default=0)

    def remove(self, model: str, ids: Sequence[int]) -> int:
        """Remove what has been posted on these records by us since `begin`; returns how many notes that were."""
        if self.last is None or not ids or "message_ids" not in self._client.fields_get(model):
            return 0
        domain = [
            ["id", ">", self.last], ["model", "=", model], ["res_id", "in", list(ids)],
            ["create_uid", "=", self._client.uid], ["message_type", "=", "notification"],
            ["tracking_value_ids", "!=", False],
        ]  # fmt: skip
        found = self._client.search("mail.message", domain, context=QUIET)
        self._client.unlink("mail.message", found, context=QUIET)
        return len(found)
