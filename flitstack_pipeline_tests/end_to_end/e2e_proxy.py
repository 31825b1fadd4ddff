"""A proxy before a real Odoo that loses what it is told to lose."""

import http.client
import http.server
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "content-encoding"}


@dataclass(frozen=True)
class Fault:
    """What happens to the `nth` call of a method.

    "answered": Odoo carries it out, the answer is lost. "never": Odoo does not get it. "late": the caller is cut off,
    and Odoo gets it only `seconds` later. "down": as "never", and from then on nobody answers at all, until `Proxy.up`.
    "answered, down": Odoo carries it out, and then nobody answers.
    """

    model: str
    method: str
    nth: int
    what: str
    seconds: float = 1.5


class Proxy:
    """Forwards JSON-2 calls to `url`; `fault` is what to do to one of them, `calls` how often which was asked for."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self.fault: Fault | None = None
        self.calls: dict[str, int] = {}
        self.happened = 0
        self.is_down = False
        self._late: list[threading.Thread] = []
        self._lock = threading.Lock()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # an answer goes in two pieces

            def do_POST(self) -> None:
                proxy._handle(self)

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.settle()
        self._server.shutdown()
        self._server.server_close()

    def settle(self) -> None:
        """Wait until Odoo has got, and carried out, what comes late."""
        for thread in self._late:
            thread.join(30)

    def up(self) -> None:
        """Let everything through again."""
        self.fault, self.is_down = None, False

    def count(self, model: str, method: str) -> int:
        return self.calls.get(f"{model}/{method}", 0)

    def _handle(self, request: http.server.BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        call = request.path.removeprefix("/json/2/")
        with self._lock:
            self.calls[call] = self.calls.get(call, 0) + 1
            fault = self.fault
            hit = fault is not None and (call, self.calls[call]) == (f"{fault.model}/{fault.method}", fault.nth)
            self.happened += hit
        what = fault.what if fault and hit else "down" if self.is_down else ""
        if what.endswith("down"):
            self.is_down = True
        if what == "late" and fault:
            thread = threading.Thread(target=self._later, args=(fault.seconds, request, body))
            self._late.append(thread)
            thread.start()
        answer = None if what in ("never", "down", "late") else self._forward(request, body)
        if what or answer is None:
            request.close_connection = True
            return
        status, headers, content = answer
        request.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def _later(self, seconds: float, request: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        time.sleep(seconds)
        self._forward(request, body)

    def _forward(self, request: http.server.BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[Any], bytes]:
        connection = http.client.HTTPConnection(str(self._target.hostname), self._target.port, timeout=60)
        headers = {n: v for n, v in request.headers.items() if n.lower() not in HOP_BY_HOP}
        headers["Accept-Encoding"] = "identity"
        connection.request(request.command, request.path, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.getheaders(), content
