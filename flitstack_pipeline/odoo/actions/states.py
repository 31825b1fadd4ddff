"""Actions that take a record from one state to another by one of Odoo's buttons."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flitstack_pipeline.odoo.actions.base import (
    ActionFailure,
    ActionResult,
    Params,
    chunks,
    halved,
    read_states,
    settled,
)
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.keys import QUIET

log = logging.getLogger(__name__)
GONE = "the record does not exist any more"


@dataclass(frozen=True)
class Button:
    """One of Odoo's buttons: pressed where the state is in `due`, not needed in `done`, impossible elsewhere."""

    model: str
    method: str
    due: tuple[Any, ...]
    done: tuple[Any, ...]
    state: str = "state"
    context: Mapping[str, Any] = field(default_factory=dict)

    def press(self, client: OdooClient, ids: Sequence[int], params: Params) -> ActionResult:
        """Press the button for all records for which it is due, 100 a call."""
        done: list[int] = []
        failures: list[ActionFailure] = []
        for part in chunks(ids):
            result = settled(lambda part=part: self._press(client, part), what=f"{self.model}.{self.method}")
            done += result.done
            failures += result.failures
        return ActionResult(tuple(done), tuple(failures))

    def _press(self, client: OdooClient, ids: Sequence[int]) -> ActionResult:
        states = read_states(client, self.model, ids, self.state)
        due = [i for i in ids if states.get(i, GONE) in self.due]
        went, refused = halved(lambda part: self._call(client, part), due)
        done = {*went, *(i for i in ids if states.get(i, GONE) in self.done)}
        failures = [f for f in refused if f.res_id not in done]
        if failures:
            # A call whose reply was lost may have done it in the meantime: then the refusal only says that it is done.
            now = read_states(client, self.model, [f.res_id for f in failures], self.state)
            done.update(i for i, state in now.items() if state in self.done)
        failures += [ActionFailure(i, self._impossible(states, i)) for i in ids if i not in done and i not in due]
        return ActionResult(tuple(i for i in ids if i in done), tuple(f for f in failures if f.res_id not in done))

    def _impossible(self, states: Mapping[int, Any], res_id: int) -> str:
        return f"its {self.state} is {states[res_id]!r}" if res_id in states else GONE

    def _call(self, client: OdooClient, ids: Sequence[int]) -> None:
        client.call(self.model, self.method, ids=ids, context={**QUIET, **self.context}, retry=False)

    def release(self, client: OdooClient, ids: Sequence[int]) -> list[int]:
        """Press the button to undo something: returns the records that it was pressed for; refusals are logged."""
        pressed: list[int] = []
        for part in chunks(ids):
            pressed += settled(lambda part=part: self._release(client, part), what=f"{self.model}.{self.method}")
        return pressed

    def _release(self, client: OdooClient, ids: Sequence[int]) -> list[int]:
        states = read_states(client, self.model, ids, self.state)
        went, refused = halved(
            lambda part: self._call(client, part), [i for i in ids if states.get(i, GONE) in self.due]
        )
        for failure in refused:
            log.warning("%s %d: %s refused: %s", self.model, failure.res_id, self.method, failure.reason)
        return went


POST_INVOICE = Button("account.move", "action_post", due=("draft",), done=("posted",))
DRAFT_INVOICE = Button("account.move", "button_draft", due=("posted", "cancel"), done=("draft",))
CANCEL_INVOICE = Button("account.move", "button_cancel", due=("draft", "posted"), done=("cancel",))
# Odoo 18 and later know "in_process" and "paid", older versions "posted".
POST_PAYMENT = Button("account.payment", "action_post", due=("draft",), done=("in_process", "paid", "posted"))
DRAFT_PAYMENT = Button(
    "account.payment",
    "action_draft",
    due=("in_process", "paid", "posted", "cancel", "canceled", "cancelled", "rejected"),
    done=("draft",),
)
# The context key is for versions up to 18, which otherwise answer with a wizard.
CANCEL_ORDER = Button(
    "sale.order",
    "action_cancel",
    due=("draft", "sent", "sale"),
    done=("cancel",),
    context={"disable_cancel_warning": True},
)
DRAFT_ORDER = Button("sale.order", "action_draft", due=("sent", "cancel"), done=("draft",))
MARK_SENT = Button("sale.order", "action_quotation_sent", due=("draft",), done=("sent", "sale", "done"))
ARCHIVE_PRODUCT = Button("product.product", "action_archive", due=(True,), done=(False,), state="active")
UNARCHIVE_PRODUCT = Button("product.product", "action_unarchive", due=(False,), done=(True,), state="active")
