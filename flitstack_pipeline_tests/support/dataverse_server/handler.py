"""HTTP: reads requests, lets faults happen, asks the authority, the control or the API, and writes the answer."""

import json
import secrets
import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlsplit

from support.dataverse_server.api import Answer, Call
from support.dataverse_server.batch import answer_batch
from support.dataverse_server.control import CALLS, KEY_HEADER, PATH
from support.dataverse_server.errors import DataverseError, OrgError, throttled, unauthorized
from support.dataverse_server.faults import Fault, LoggedRequest

if TYPE_CHECKING:
    from support.dataverse_server.server import DataverseServer

_LONGEST_URL = 32_768
_CUT = "cut"
_STATUS = {"unavailable": 503, "bad_gateway": 502, "gateway_timeout": 504}


class _Dropped(Exception):
    """The connection is to end without a reply."""


class Handler(BaseHTTPRequestHandler):
    """One connection. The subclass that a server makes knows that server as `owner`."""

    protocol_version = "HTTP/1.1"
    owner: "DataverseServer"
    # The answer goes out in one piece: without this the second packet waits for the first one's receipt.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        """Nothing is printed: the log is asked for."""

    # -- one request --------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        started, at = time.monotonic(), time.time()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        if parts.path.startswith(PATH):
            self._reply(self._controlled(parts.path.removeprefix(PATH), body), cut=None)
            return
        faults = self.owner.faults.take(f"{self.command} {unquote_plus(self.path)}")
        cut = next((f for f in faults if f.kind == _CUT), None)
        try:
            answer = self._answer(faults, body)
        except _Dropped:
            answer, cut = Answer(0, b""), None
            self._hang_up()
        else:
            self._reply(answer, cut=cut)
        self.owner.log.add(
            LoggedRequest(
                method=self.command,
                path=self.path,
                status=answer.status,
                at=at,
                seconds=round(time.monotonic() - started, 4),
                size=len(answer.body),
                prefer=self.headers.get("Prefer", ""),
                faults=tuple(f.kind for f in faults),
            )
        )

    def _answer(self, faults: list[Fault], body: bytes) -> Answer:
        parts = urlsplit(self.path)
        try:
            self._apply(faults)
            if len(self.path) > _LONGEST_URL:
                raise DataverseError(414, "0x80060888", "The request URI is too long.")
            if not parts.path.startswith("/api/"):
                return self._authority(parts.path, body)
            return self._called(parts.path, parts.query, body)
        except _Dropped:
            raise
        except Exception as mistake:  # noqa: BLE001 - whatever it is, the client gets an answer
            error = mistake if isinstance(mistake, DataverseError) else self._own_mistake(mistake)
            content = {"error": {"code": error.code, "message": error.message}}
            if "odata.include-annotations" in self.headers.get("Prefer", ""):
                content["error"]["@Microsoft.PowerApps.CDS.ErrorDetails.HttpStatusCode"] = str(error.status)
                content["error"]["@Microsoft.PowerApps.CDS.TraceText"] = f"trace of {parts.path}"
            return _json(error.status, content, error.headers)

    def _own_mistake(self, mistake: Exception) -> DataverseError:
        """A bug of this server is a reply that says so, and a problem that tests look for."""
        self.owner.problems.append(f"{self.command} {self.path}: {mistake!r}")
        return DataverseError(500, "0x80040216", f"An unexpected error occurred: {mistake!r}")

    def _called(self, path: str, query: str, body: bytes) -> Answer:
        self.owner.authority.check(self.headers.get("Authorization", ""))
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, path, query, headers, body)
        if self.command == "POST" and path.endswith("/$batch"):
            # The requests in a batch count one by one.
            return answer_batch(call, self._counted)
        return self._counted(call)

    def _counted(self, call: Call) -> Answer:
        owner = self.owner
        left = owner.limits.enter()
        started = time.monotonic()
        try:
            answer = owner.api.answer(call)
        except DataverseError as error:
            error.headers |= left
            raise
        finally:
            owner.limits.leave(time.monotonic() - started)
        return Answer(answer.status, answer.body, {"OData-Version": "4.0", **answer.headers, **left})

    def _authority(self, path: str, body: bytes) -> Answer:
        match path.strip("/").split("/"):
            case [tenant, "v2.0", ".well-known", "openid-configuration"] if self.command == "GET":
                return _json(*self.owner.authority.document(tenant, self.owner.url))
            case [tenant, "oauth2", "v2.0", "token"] if self.command == "POST":
                return _json(*self.owner.authority.token(tenant, body, self.headers.get("Content-Type", "")))
        raise DataverseError(404, "0x0", f"There is nothing at {path}.")

    # -- faults -------------------------------------------------------------------------------------------------------

    def _apply(self, faults: list[Fault]) -> None:
        for fault in faults:
            data = fault.data
            wait = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
            match fault.kind:
                case "slow":
                    time.sleep(data.get("seconds", 1))
                case "edit":
                    self.owner.control.edit(data["edits"])
                case "expire_tokens":
                    self.owner.control.expire_tokens()
                case "drop":
                    raise _Dropped
                case "throttle_requests" | "throttle_time" | "throttle_concurrency":
                    error = throttled(fault.kind.removeprefix("throttle_"), fault.retry_after or 0)
                    error.headers = wait
                    raise error
                case "unavailable" | "bad_gateway" | "gateway_timeout":
                    raise DataverseError(_STATUS[fault.kind], "", "The service is unavailable.", headers=wait)
                case "unauthorized":
                    raise unauthorized("ExpiredAuthTicket: The token has expired.")
                case "forbidden":
                    message = f"Principal user is missing {data.get('privilege', 'prvReadaccount')} privilege."
                    raise DataverseError(403, "0x80040220", message)
                case "error":
                    raise DataverseError(data["status"], data.get("code", "0x0"), data.get("message", "An error."))

    # -- the control --------------------------------------------------------------------------------------------------

    def _controlled(self, name: str, body: bytes) -> Answer:
        key = self.headers.get(KEY_HEADER, "")
        if not secrets.compare_digest(key.encode(), self.owner.control_key.encode()) or name not in CALLS:
            return _json(404, {"error": "not found"})
        call = json.loads(body)
        try:
            result = getattr(self.owner.control, name)(*call["args"], **call["kwargs"])
        except (OrgError, KeyError, TypeError) as error:
            return _json(200, {"error": f"{type(error).__name__}: {error}"})
        return _json(200, {"result": result})

    # -- writing ------------------------------------------------------------------------------------------------------

    def _reply(self, answer: Answer, *, cut: Fault | None) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if cut is None:
            self.wfile.write(answer.body)
            return
        self.wfile.write(answer.body[: cut.data.get("bytes", len(answer.body) // 2)])
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)


def _json(status: int, content: Any, headers: dict[str, str] | None = None) -> Answer:
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return Answer(status, json.dumps(content).encode(), kind | (headers or {}))
