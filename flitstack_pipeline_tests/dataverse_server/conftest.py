"""The toy org served in this process, and a client that asks with a good token."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.dataverse_server import Control, DataverseServer
from support.dataverse_server.toy import write_org


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


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_org(tmp_path_factory.mktemp("toy") / "org")


@contextmanager
def served(folder: Path, server: DataverseServer | None = None) -> Iterator[Asker]:
    """A server of a folder, and a client that is logged in to it."""
    with server or DataverseServer(folder) as server, httpx.Client(trust_env=False, timeout=30) as http:
        asker = Asker(server, http)
        asker.log_in()
        yield asker
        assert server.problems == []


@pytest.fixture
def org(toy_folder: Path) -> Iterator[Asker]:
    """An org for one test, which may change it."""
    with served(toy_folder) as asker:
        yield asker


@pytest.fixture(scope="session")
def reader(toy_folder: Path) -> Iterator[Asker]:
    """An org for all tests that only read."""
    with served(toy_folder) as asker:
        yield asker


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "foreign: other people's clients, installed from the network: make test-foreign")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The tests that need the network run when they are asked for by `-m foreign`, and are told as deselected else."""
    if "foreign" in config.option.markexpr:
        return
    foreign = [item for item in items if item.get_closest_marker("foreign")]
    if foreign:
        config.hook.pytest_deselected(items=foreign)
        items[:] = [item for item in items if item not in foreign]
