"""Connections that break for real, on sockets of this machine: what was sent is counted on the other side."""

import contextlib
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flitstack_pipeline.errors import OutcomeUnknown
from flitstack_pipeline.odoo.access import OdooAccess
from flitstack_pipeline.odoo.client import OdooClient
from flitstack_pipeline.odoo.errors import OdooBusy, OdooError
from flitstack_pipeline.odoo.retry import Retrier, RetryPolicy

VERSION = b'{"version": "19.0", "version_info": [19, 0, 0, "final", 0, ""]}'


class Peer:
    """Speaks enough HTTP to be Odoo 19; `break_with` decides how the connection of a create or search ends."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[str] = []
        self.break_with: Callable[[socket.socket], None] = answer(b"[1]")
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the accept() that would keep it open
        self._socket.close()
        for connection in self._open:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                if self._context:
                    connection = self._context.wrap_socket(connection, server_side=True)
                self._open.append(connection)
                self._one(connection)

    def _one(self, connection: socket.socket) -> None:
        path = read_request(connection)
        if path == "/web/version":
            answer(VERSION)(connection)
        elif path.endswith("context_get"):
            answer(b'{"uid": 2}')(connection)
        elif path.endswith("search_count"):
            answer(b"0")(connection)
        else:
            self.seen.append(path.rpartition("/")[2])
            self.break_with(connection)


def read_request(connection: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-le")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head.split(b" ")[1].decode()


def answer(body: bytes, *, promised: int | None = None) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        length = len(body) if promised is None else promised
        lines = ["HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {length}", "Connection: close"]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        connection.close()

    return send


def hang_up(connection: socket.socket) -> None:
    connection.close()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def say_nothing(_: socket.socket) -> None:
    """Leave the caller waiting."""


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


def connect(port: int, *, scheme: str = "http", timeout: float = 5.0) -> OdooClient:
    access = OdooAccess(url=f"{scheme}://127.0.0.1:{port}", database="acme", api_key="key-0123456789")
    retrier = Retrier(policy=RetryPolicy(tries=3), sleep=lambda _: None)
    return OdooClient.connect(access, retrier=retrier, timeout=timeout)


BREAKS = [hang_up, reset, answer(b"[1", promised=400), say_nothing]


@pytest.mark.parametrize("how", BREAKS, ids=["closed", "reset", "cut short", "silence"])
def test_a_create_that_was_sent_is_not_sent_again(peer, how):
    with connect(peer.port, timeout=0.4) as odoo:
        peer.break_with = how
        with pytest.raises(OutcomeUnknown):
            odoo.create("res.partner", [{"name": "Ada"}])
    assert peer.seen == ["create"]


@pytest.mark.parametrize("how", BREAKS, ids=["closed", "reset", "cut short", "silence"])
def test_a_search_is_sent_until_it_is_answered(peer, how):
    breaks = [how, how, answer(b"[1]")]
    with connect(peer.port, timeout=0.4) as odoo:
        peer.break_with = lambda connection: breaks.pop(0)(connection)
        assert odoo.search("res.partner", []) == [1]
    assert peer.seen == ["search", "search", "search"]


def test_a_server_that_stopped_was_never_asked(peer):
    with connect(peer.port) as odoo:
        peer.close()
        with pytest.raises(OdooBusy, match="no connection"):
            odoo.create("res.partner", [{"name": "Ada"}])
    assert peer.seen == []


def test_a_name_that_does_not_exist_is_said_with_a_hint():
    access = OdooAccess(url="https://no-such-odoo.invalid", database="acme", api_key="key-0123456789")
    with pytest.raises(OdooBusy) as caught:
        OdooClient.connect(access, retrier=Retrier(sleep=lambda _: None))
    assert "no connection to https://no-such-odoo.invalid" in caught.value.message


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*make.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    peer = Peer(context)
    try:
        with pytest.raises(OdooError, match="certificate") as caught:
            connect(peer.port, scheme="https")
    finally:
        peer.close()
    assert caught.value.kind == "Certificate"


def test_a_proxy_for_the_world_is_not_asked_for_this_machine(peer, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with connect(peer.port) as odoo:
        assert odoo.search("res.partner", []) == [1]
