"""A plain client for the tests of the server: it asks, follows links, and says what was refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from support.dataverse_server.control import Control
from support.dataverse_server.server import DataverseServer


@dataclass
class Asker:
    """Asks one server. Paths are below the version; whole links are followed as they are."""

    server: DataverseServer
    http: httpx.Client

    @property
    def control(self) -> Control:
        return self.server.control

    def token_request(self, **changes: Any) -> httpx.Response:
        identity = self.server.identity
        form = {
            "grant_type": "client_credentials",
            "client_id": identity.client_id,
            "client_secret": identity.client_secret,
            "scope": f"{self.server.url}/.default",
        }
        tenant = changes.pop("tenant", identity.tenant)
        sent = {n: v for n, v in (form | changes).items() if v is not None}
        return self.http.post(f"{self.server.url}/{tenant}/oauth2/v2.0/token", data=sent)

    def log_in(self) -> None:
        token = self.token_request().json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, prefer: str = "", **headers: str) -> httpx.Response:
        link = path if path.startswith("http") else f"{self.server.url}/api/data/v9.2/{path}"
        return self.http.get(link, headers=({"Prefer": prefer} if prefer else {}) | headers)

    def post(self, path: str, content: Any) -> httpx.Response:
        return self.http.post(f"{self.server.url}/api/data/v9.2/{path}", json=content)

    def rows(self, path: str, prefer: str = "") -> list[dict[str, Any]]:
        """All rows of all pages."""
        rows, link = [], path
        while link:
            page = self.get(link, prefer).raise_for_status().json()
            rows += page["value"]
            link = page.get("@odata.nextLink")
        return rows

    def error(self, path: str, prefer: str = "") -> tuple[int, str, str]:
        """Status, code and message of what is refused."""
        reply = self.get(path, prefer)
        content = reply.json()["error"]
        return reply.status_code, content["code"], content["message"]


@contextmanager
def served(folder: Path, server: DataverseServer | None = None) -> Iterator[Asker]:
    """A server of a folder, and a client that is logged in to it."""
    with server or DataverseServer(folder) as server, httpx.Client(trust_env=False, timeout=30) as http:
        asker = Asker(server, http)
        asker.log_in()
        yield asker
        assert server.problems == []
