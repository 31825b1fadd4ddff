"""The fake Dataverse as a thing to start and stop."""

import json
import os
import secrets
import ssl
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from support.dataverse_server.api import WebApi
from support.dataverse_server.control import PATH, Control
from support.dataverse_server.database import Database
from support.dataverse_server.faults import Faults, Limits, Log
from support.dataverse_server.files import Files
from support.dataverse_server.handler import Handler
from support.dataverse_server.org import OrgFolder
from support.dataverse_server.tokens import Authority, Identity


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up as they like; what else goes wrong is kept for `DataverseServer.problems`."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | ssl.SSLError | TimeoutError):
            self.problems.append(repr(error))

    def __init__(self, *args: Any) -> None:
        self.problems: list[str] = []
        self.wanted: Callable[[], bool] = lambda: True
        self._next_look = 0.0
        super().__init__(*args)

    def service_actions(self) -> None:
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + 1
            if not self.wanted():
                # Not from this thread: `shutdown` waits for the loop that we are in.
                threading.Thread(target=self.shutdown).start()


class DataverseServer:
    """Serves one org folder on this machine. Use as a context manager, or `start` and `stop`.

    `url` is both the org's address and the authority's. `control` edits it and makes trouble; `state()` is what a
    client in another process needs. Raises OrgError if the folder holds what a Dataverse could not.
    """

    def __init__(
        self,
        org: Path,
        *,
        port: int = 0,
        tls: Path | None = None,
        synthetic: Mapping[str, int] | None = None,
        token_seconds: float = 3599,
        identity: Identity | None = None,
    ) -> None:
        self.identity = identity or Identity(str(uuid.uuid4()), str(uuid.uuid4()), secrets.token_urlsafe(24))
        self.control_key = secrets.token_urlsafe(24)
        self.database = Database(OrgFolder(org), synthetic=synthetic)
        self.authority = Authority(self.identity, seconds=token_seconds)
        self.faults, self.log, self.limits = Faults(), Log(), Limits()
        self.api = WebApi(self.database, Files(self.database))
        self.control = Control(self.api, authority=self.authority, faults=self.faults, log=self.log, limits=self.limits)
        self._org = org
        self.ca: Path | None = None
        self._http = _Http(("127.0.0.1", port), type("BoundHandler", (Handler,), {"owner": self}))
        if tls:
            self.ca = self._secure(tls)
        host = "localhost" if tls else "127.0.0.1"
        self.url = f"http{'s' if tls else ''}://{host}:{self._http.server_address[1]}"
        self.authority.audience = self.api.url = self.url
        self._thread: threading.Thread | None = None

    def _secure(self, folder: Path) -> Path:
        """Speak TLS with a certificate of a new authority; its root is written to `folder`/ca.pem and returned."""
        import trustme

        authority = trustme.CA()
        folder.mkdir(parents=True, exist_ok=True)
        root = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(root))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        return root

    @property
    def problems(self) -> list[str]:
        """Errors of the server itself. Tests look that there are none."""
        return self._http.problems

    def state(self) -> dict[str, Any]:
        """Addresses and secrets, as the state file holds them."""
        return {
            "url": self.url,
            "authority": self.url,
            "tenant": self.identity.tenant,
            "client_id": self.identity.client_id,
            "client_secret": self.identity.client_secret,
            "control_url": f"{self.url}{PATH}",
            "control_key": self.control_key,
            "ca": str(self.ca) if self.ca else None,
            "org": str(self._org.resolve()),
            "pid": os.getpid(),
        }

    def start(self) -> Self:
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="dataverse", daemon=True)
        self._thread.start()
        return self

    def serve(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        """Serve in this thread until `stop` is called from another, or `wanted`, asked every second, says no."""
        self._http.wanted = wanted
        self._http.serve_forever(0.2)

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        if self._thread:
            self._thread.join()

    def close(self) -> None:
        """Give the port back without ever having served."""
        self._http.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def write_state(state: Mapping[str, Any], file: Path) -> None:
    """Write the state file so that nobody else can read it and nobody sees half of it."""
    new = file.with_name(file.name + ".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(json.dumps(state, indent=1), encoding="utf-8")
    new.rename(file)
