"""Steps of Odoo's own after records exist, by the names under which maps ask for them (`actions: [{do: post}]`)."""

from collections.abc import Callable, Sequence

from flitstack_pipeline.odoo.actions import states
from flitstack_pipeline.odoo.actions.base import ActionFailure, ActionResult, ActionSpec, Params
from flitstack_pipeline.odoo.actions.following import follow_again, unfollow
from flitstack_pipeline.odoo.actions.posting import unpost_invoices, unpost_payments
from flitstack_pipeline.odoo.actions.reconcile import PARAMS, reconcile, undo_reconcile
from flitstack_pipeline.odoo.actions.release import release
from flitstack_pipeline.odoo.client import OdooClient

Undo = Callable[[OdooClient, Sequence[int]], None]


def _by_button(name: str, button: states.Button, undo: states.Button | Undo, doc: str) -> ActionSpec:
    return ActionSpec(
        name=name,
        models=(button.model,),
        apply=button.press,
        undo=_pressing(undo) if isinstance(undo, states.Button) else undo,
        doc=doc,
        params={},
    )


def _pressing(button: states.Button) -> Undo:
    def undo(client: OdooClient, ids: Sequence[int]) -> None:
        button.release(client, ids)

    return undo


_SPECS = (
    _by_button("post", states.POST_INVOICE, unpost_invoices, "Post invoices: numbered, booked and owed."),
    _by_button("cancel", states.CANCEL_INVOICE, states.DRAFT_INVOICE, "Cancel invoices, whether posted or not (void)."),
    _by_button("post_payment", states.POST_PAYMENT, unpost_payments, "Post payments: their journal entries are made."),
    ActionSpec(
        name="reconcile",
        models=("account.payment",),
        apply=reconcile,
        undo=undo_reconcile,
        doc="Match posted payments with the invoices in their field `invoice_field`, refunds with payments.",
        params=PARAMS,
    ),
    _by_button("cancel_order", states.CANCEL_ORDER, states.DRAFT_ORDER, "Cancel quotations, without a mail."),
    _by_button("mark_sent", states.MARK_SENT, states.DRAFT_ORDER, "Mark quotations as sent, without sending anything."),
    _by_button(
        "archive",
        states.ARCHIVE_PRODUCT,
        states.UNARCHIVE_PRODUCT,
        "Archive products, and templates without an active one.",
    ),
    ActionSpec(
        name="unfollow",
        models=("project.task",),
        apply=unfollow,
        undo=follow_again,
        doc="Take the API's user, whom Odoo adds to every task that he creates, from its followers.",
        params={},
    ),
)

ACTIONS: dict[str, ActionSpec] = {spec.name: spec for spec in _SPECS}

__all__ = ["ACTIONS", "ActionFailure", "ActionResult", "ActionSpec", "Params", "release"]
