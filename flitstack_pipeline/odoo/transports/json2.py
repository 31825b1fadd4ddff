"""JSON-2: Odoo 19 and later, API key, named arguments, honest HTTP status codes."""

import json
from typing import Any
from urllib.parse import quote

from flitstack_pipeline.odoo.errors import OdooReplyLost
from flitstack_pipeline.odoo.transports import faults
from flitstack_pipeline.odoo.transports.base import Call
from flitstack_pipeline.odoo.transports.http import HttpChannel, Reply
from flitstack_pipeline.odoo.transports.wire import to_json

FORM = "application/json"


class Json2:
    """`POST /json/2/<model>/<method>`: one transaction a call."""

    name = "json2"

    def __init__(self, channel: HttpChannel) -> None:
        self._channel = channel
        access = channel.access
        self._headers = {"Authorization": f"Bearer {access.api_key}", "X-Odoo-Database": access.database}

    def login(self) -> int:
        return int(self.send(Call(model="res.users", method="context_get"))["uid"])

    def send(self, call: Call) -> Any:
        body: dict[str, Any] = dict(call.named)
        if call.ids is not None:
            body["ids"] = call.ids
        if call.context:
            body["context"] = call.context
        path = f"/json/2/{quote(call.model, safe='.')}/{quote(call.method, safe='')}"
        reply = self._channel.post(path, to_json(call, body), call=call, form=FORM, headers=self._headers)
        return self._result(call, reply)

    def _result(self, call: Call, reply: Reply) -> Any:
        document = read_json(call, reply)
        if reply.status < 400:
            return document
        if not isinstance(document, dict) or "name" not in document:
            words = f"{call.label}: HTTP {reply.status} without an answer of Odoo"
            if reply.status >= 500:
                raise call.blame(OdooReplyLost(words))
            document = {"name": f"Http{reply.status}", "message": words}
        access = self._channel.access
        if reply.status == 401:
            raise call.blame(faults.not_let_in(access.login, access.host))
        raise faults.fault(
            call, name=str(document["name"]), message=str(document.get("message") or ""), host=access.host
        )


def read_json(call: Call, reply: Reply) -> Any:
    """Decode a reply. One that is cut or garbled counts as lost: what it would have said is not known."""
    try:
        return json.loads(reply.body)
    except ValueError as error:
        words = f"{call.label}: the reply is no JSON (HTTP {reply.status}, {len(reply.body)} bytes)"
        raise call.blame(OdooReplyLost(words)) from error
