"""Other people's clients judge the fake: Microsoft's SDK with azure-identity, and dynamics-web-api.

They are installed below pytest's cache, which needs the network the first time: `make test-foreign`.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.dataverse_server import DataverseServer
from support.dataverse_server.server import write_state
from support.dataverse_server.toy import APP_USER, CONTRACT, account

pytestmark = pytest.mark.foreign

SDK = ("PowerPlatform-Dataverse-Client==1.1.0", "azure-identity==1.27.0")
WEBAPI = "dynamics-web-api@2.5.0"
SCRIPTS = Path(__file__).parent / "foreign"


def _run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=300, cwd=cwd, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def sdk_python(request: pytest.FixtureRequest) -> Path:
    """A Python that has Microsoft's SDK."""
    folder = request.config.cache.mkdir("foreign_sdk")
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        _run(sys.executable, "-m", "venv", "--clear", folder)
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *SDK)
        (folder / "installed").touch()
    return python


@pytest.fixture(scope="session")
def node_modules(request: pytest.FixtureRequest) -> Path:
    """A folder where Node finds dynamics-web-api."""
    folder = request.config.cache.mkdir("foreign_node")
    npm = shutil.which("npm")
    assert npm, "npm is needed for these tests"
    if not (folder / "node_modules" / "dynamics-web-api").exists():
        _run(npm, "install", "--no-audit", "--no-fund", "--prefix", folder, WEBAPI, cwd=folder)
    return folder


@pytest.fixture
def secure(toy_folder: Path, tmp_path: Path) -> Iterator[tuple[DataverseServer, Path]]:
    """A server that speaks TLS, and its state file."""
    with DataverseServer(toy_folder, tls=tmp_path) as server:
        write_state(server.state(), tmp_path / "state.json")
        yield server, tmp_path / "state.json"
        assert server.problems == []


@pytest.fixture
def plain(toy_folder: Path, tmp_path: Path) -> Iterator[tuple[DataverseServer, Path]]:
    """A server without TLS, and its state file."""
    with DataverseServer(toy_folder) as server:
        write_state(server.state() | {"file_row": account(1)}, tmp_path / "state.json")
        yield server, tmp_path / "state.json"
        assert server.problems == []


def test_microsofts_sdk_and_azure_identity(secure: tuple[DataverseServer, Path], sdk_python: Path) -> None:
    server, state = secure
    server.control.fault("throttle_time", match="throttle me", retry_after=11)
    answers: dict[str, Any] = json.loads(_run(sdk_python, SCRIPTS / "ask_with_sdk.py", state, account(2)))
    assert "AADSTS7000215" in answers["wrong_secret"]
    assert answers["pages"] == [
        ["Account 1", "Account 2", "Account 3"],
        ["Account 4", "Account 5", "Account 6"],
        ["Account 7"],
    ]
    assert answers["contacts"] == [
        ["Zoë O'Neil 1", "Account 2", True],
        ["Zoë O'Neil 2", "Zoë O'Neil 1", False],
        ["Zoë O'Neil 3", "Account 4", True],
        ["Zoë O'Neil 4", "Zoë O'Neil 1", False],
    ]
    assert answers["one"] == ["Account 2", "Active"]
    assert answers["none"] is None
    assert answers["table"]["entity_set_name"] == "new_inspections"
    assert answers["custom"] == ["new_inspection"]
    assert answers["columns"]["revenue"] == "Money"
    assert (answers["wrong_column"]["status"], answers["wrong_column"]["transient"]) == (400, False)
    assert "Could not find a property named 'nmae'" in answers["wrong_column"]["message"]
    assert {n: answers["throttled"][n] for n in ("status", "code", "retry_after", "transient")} == {
        "status": 429,
        "code": "0x80072321",
        "retry_after": 11,
        "transient": True,
    }
    assert answers["batch"] == [200, 200]


def test_dynamics_web_api(plain: tuple[DataverseServer, Path], node_modules: Path) -> None:
    _, state = plain
    command = ["node", SCRIPTS / "ask_with_webapi.mjs", state, node_modules, account(3), account(5)]
    answers: dict[str, Any] = json.loads(_run(*command))
    assert answers["pages"] == [
        [["Account 1", "Account 2", "Account 3"], False],
        [["Account 4", "Account 5", "Account 6"], False],
        [["Account 7"], True],
    ]
    assert answers["delta"] == [["changed", "Changed"], ["deleted", account(5)]]
    assert answers["next_delta"] == 0
    assert answers["with_filter"] == {
        "status": 400,
        "code": "0x80060888",
        "message": 'The "$filter" query parameter isn\'t supported when Change Tracking is enabled.',
    }
    assert (answers["expired"]["status"], answers["expired"]["code"]) == (400, "0x80044352")
    assert answers["formatted"] == ["Broadcasting", "Ada Byron", "systemuser", 1000.5]
    assert answers["count"] == 6
    assert answers["who"] == APP_USER
    assert answers["options"] == {"industrycode": [1, 2], "new_region": None}
    assert answers["entities"] == ["new_inspection"]
    assert answers["file"] == ["contract %C3%A9.pdf", len(CONTRACT), len(CONTRACT)]
    assert answers["batch"] == ["Field team", "Changed"]
    assert (answers["wrong_set"]["status"], answers["wrong_set"]["code"]) == (404, "0x8006088a")
    assert (answers["throttled"]["status"], answers["throttled"]["code"]) == (429, "0x80072322")
