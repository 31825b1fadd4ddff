"""JSON-RPC: every version from 14, deprecated since 19; login with password or API key."""

from typing import Any

from flitstack_pipeline.odoo.errors import OdooError, OdooReplyLost
from flitstack_pipeline.odoo.transports import faults
from flitstack_pipeline.odoo.transports.base import Call
from flitstack_pipeline.odoo.transports.http import HttpChannel
from flitstack_pipeline.odoo.transports.json2 import FORM, read_json
from flitstack_pipeline.odoo.transports.wire import to_json

LOGIN = Call(model="", method="common.authenticate")
VERSION = Call(model="", method="common.version")
PROBE = Call(model="", method="common.probe")


class JsonRpc:
    """`POST /jsonrpc` with `object.execute_kw`; HTTP status is always 200."""

    name = "jsonrpc"

    def __init__(self, channel: HttpChannel) -> None:
        self._channel = channel
        self._uid = 0

    def login(self) -> int:
        access = self._channel.access
        uid = self._service(LOGIN, "common", "authenticate", [access.database, access.login, access.secret, {}])
        if not uid:
            raise faults.not_let_in(access.login, access.host)
        self._uid = int(uid)
        return self._uid

    def version(self) -> dict[str, Any]:
        """Odoo's version as it tells anyone: keys `server_version`, `server_version_info`."""
        return self._service(VERSION, "common", "version", [])

    def tells_errors(self) -> bool:
        """Whether the server says what it refuses, and not only that it does."""
        try:
            self._service(PROBE, "common", "probe", [])  # which no version has
        except OdooReplyLost:
            return False
        except OdooError:
            return True
        return True

    def send(self, call: Call) -> Any:
        access = self._channel.access
        args, kwargs = call.execute_kw()
        head = [access.database, self._uid, access.secret, call.model, call.method]
        return self._service(call, "object", "execute_kw", [*head, args, kwargs])

    def _service(self, call: Call, service: str, method: str, args: list[Any]) -> Any:
        params = {"service": service, "method": method, "args": args}
        document = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        reply = self._channel.post("/jsonrpc", to_json(call, document), call=call, form=FORM)
        answer = read_json(call, reply)
        if not isinstance(answer, dict) or answer.get("jsonrpc") != "2.0":
            raise call.blame(OdooReplyLost(f"{call.label}: HTTP {reply.status} without an answer of Odoo"))
        if error := answer.get("error"):
            data = error.get("data") or {}
            raise faults.fault(
                call,
                name=str(data.get("name") or error.get("message") or "Error"),
                message=str(data.get("message") or error.get("message") or ""),
                host=self._channel.access.host,
            )
        return answer.get("result")  # absent when the method returned None
