"""Odoo makes the user who creates a task a follower of it, whatever the context says; for a migration that is nobody's wish."""

from collections.abc import Sequence

from flitstack_pipeline.odoo.actions.base import ActionResult, Params, chunks, settled
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET


def unfollow(client: OdooClient, ids: Sequence[int], params: Params) -> ActionResult:
    """Take the API's user from the followers of tasks; who else follows them, stays. Repeating it does no harm."""
    partner = client.read("res.users", [client.uid], ["partner_id"])[0]["partner_id"][0]
    for part in chunks(ids):
        settled(lambda part=part: _leave(client, part, partner), what="project.task.message_unsubscribe")
    return ActionResult(tuple(ids), ())


def _leave(client: OdooClient, ids: Sequence[int], partner: int) -> None:
    client.call("project.task", "message_unsubscribe", ids=ids, partner_ids=[partner], context=QUIET, retry=True)


def follow_again(client: OdooClient, ids: Sequence[int]) -> None:
    """Nothing to undo: the tasks go, and with them their followers."""
