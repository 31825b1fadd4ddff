"""The server as a process of its own, and org folders that are no org."""

import json
import os
import signal
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.dataverse_server import DataverseServer, OrgError, RemoteControl
from support.dataverse_server.toy import account, write_org

from flitstack_pipeline.sandbox.processes import wait_until

PROGRAM = Path(__file__).resolve().parents[1] / "support" / "dataverse_server"


@contextmanager
def _process(folder: Path, state: Path, *options: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, str(PROGRAM), "--org", str(folder), "--state", str(state), *options]
    process = subprocess.Popen(command, cwd=state.parent)
    try:
        assert wait_until(lambda: _pid(state) == process.pid, seconds=20)
        yield json.loads(state.read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def _pid(state: Path) -> int:
    return json.loads(state.read_text())["pid"] if state.exists() else 0


def _token(state: dict[str, Any], client: httpx.Client) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": state["client_id"],
        "client_secret": state["client_secret"],
        "scope": f"{state['url']}/.default",
    }
    return client.post(f"{state['authority']}/{state['tenant']}/oauth2/v2.0/token", data=form).json()["access_token"]


def test_a_process_serves_over_tls_and_is_edited_from_here(toy_folder: Path, tmp_path: Path) -> None:
    state_file = tmp_path / "state.json"
    with _process(toy_folder, state_file, "--rows", "contact=20") as state:
        assert stat.S_IMODE(state_file.stat().st_mode) == 0o600
        with httpx.Client(trust_env=False) as client:
            client.headers["Authorization"] = f"Bearer {_token(state, client)}"
            control = RemoteControl(state)
            control.update("account", account(1), {"name": "Edited"})
            control.fault("unavailable", match="/contacts")
            base = f"{state['url']}/api/data/v9.2"
            assert client.get(f"{base}/accounts({account(1)})").json()["name"] == "Edited"
            assert client.get(f"{base}/contacts").status_code == 503
            assert len(client.get(f"{base}/contacts").json()["value"]) == 24
            assert [r["status"] for r in control.requests()] == [200, 200, 503, 200]
            with pytest.raises(OrgError, match=r"account .* is not there"):
                control.delete("account", account(99))


def test_tls_with_an_authority_of_its_own(toy_folder: Path, tmp_path: Path) -> None:
    with _process(toy_folder, tmp_path / "state.json", "--tls", "--token-seconds", "60") as state:
        assert state["url"].startswith("https://localhost:")
        with httpx.Client(trust_env=False, verify=ssl.create_default_context(cafile=state["ca"])) as client:
            client.headers["Authorization"] = f"Bearer {_token(state, client)}"
            page = client.get(
                f"{state['url']}/api/data/v9.2/accounts", headers={"Prefer": "odata.maxpagesize=2"}
            ).json()
            assert page["@odata.nextLink"].startswith(state["url"])
        with (
            httpx.Client(trust_env=False) as client,
            pytest.raises(httpx.ConnectError, match="certificate verify failed"),
        ):
            client.get(state["url"])


def test_the_identity_is_kept_and_delta_links_hold_over_a_restart(toy_folder: Path, tmp_path: Path) -> None:
    state_file = tmp_path / "state.json"
    with _process(toy_folder, state_file) as first, httpx.Client(trust_env=False) as client:
        headers = {"Authorization": f"Bearer {_token(first, client)}", "Prefer": "odata.track-changes"}
        link = client.get(f"{first['url']}/api/data/v9.2/accounts", headers=headers).json()["@odata.deltaLink"]
    port = first["url"].rpartition(":")[2]
    with _process(toy_folder, state_file, "--port", port) as second, httpx.Client(trust_env=False) as client:
        assert {n: second[n] for n in ("tenant", "client_id", "client_secret", "url")} == {
            n: first[n] for n in ("tenant", "client_id", "client_secret", "url")
        }
        headers = {"Authorization": f"Bearer {_token(second, client)}"}
        assert client.get(link, headers=headers).json()["value"] == []


def test_a_folder_that_was_written_anew_ends_delta_links(tmp_path: Path) -> None:
    folder = write_org(tmp_path / "org")
    with DataverseServer(folder) as server:
        link = (
            f"accounts?$deltatoken={server.database.version}%21{server.database.now():%m%%2f%d%%2f%Y%%20%H%%3a%M%%3a%S}"
        )
    later = server.database.now().timestamp() + 5
    os.utime(folder / "data" / "account.jsonl", (later, later))
    with DataverseServer(folder) as server, httpx.Client(trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {_token(server.state(), client)}"
        assert client.get(f"{server.url}/api/data/v9.2/{link}").json()["error"]["code"] == "0x80044352"


def test_a_process_whose_state_file_is_gone_ends_by_itself(toy_folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    command = [sys.executable, str(PROGRAM), "--org", str(toy_folder), "--state", str(state)]
    process = subprocess.Popen(command, cwd=tmp_path)
    assert wait_until(lambda: _pid(state) == process.pid, seconds=20)
    state.unlink()
    assert process.wait(timeout=10) == 0


def test_the_control_needs_its_key(toy_folder: Path) -> None:
    with DataverseServer(toy_folder) as server:
        call = {"args": [], "kwargs": {}}
        assert httpx.post(f"{server.url}/_control/requests", json=call, trust_env=False).status_code == 404
        wrong = RemoteControl(server.state() | {"control_key": "wrong"})
        with pytest.raises(Exception, match="404"):
            wrong.requests()
        with pytest.raises(AttributeError):
            wrong.anything()


WRONG = [
    ("data/team.jsonl", '{"teamid": "x", "name": "A"}', "not a lower-case GUID"),
    ("data/team.jsonl", '{"name": "A"}', "teamid is missing"),
    ("data/team.jsonl", '{"teamid": "7d3f6c1e-0000-4000-8000-000000000005"}', "was there before"),
    ("data/nothing.jsonl", "{}", "there is no entities/nothing.json"),
    ("entities/team.json", "{}", "'logical_name' is missing|'attributes' is missing"),
    ("org.json", "{}", "'name' is missing"),
]
VALUES = [
    ({"revenue": "abc"}, "not a number"),
    ({"statecode": "0"}, "not a whole number"),
    ({"creditonhold": 1}, "not a boolean"),
    ({"createdon": "2023-04-07"}, "not YYYY-MM-DDTHH:MM:SSZ"),
    ({"createdon": "1700-04-07T00:00:00Z"}, "before 1753"),
    ({"new_skills": "1;2"}, "not a list"),
    ({"ownerid": "7d3f6c1e-0000-4000-8000-000000000005"}, "not {id, table}"),
    ({"ownerid": {"id": account(1), "table": "account"}}, "not one of its targets"),
    ({"name": "x" * 161}, "longer than 160"),
    ({"nmae": "x"}, "has no column 'nmae'"),
]


@pytest.mark.parametrize(("file", "line", "message"), WRONG)
def test_a_folder_that_is_no_org(tmp_path: Path, file: str, line: str, message: str) -> None:
    folder = write_org(tmp_path / "org")
    with (folder / file).open("a" if file.endswith("jsonl") else "w") as rows:
        rows.write(line + "\n")
    with pytest.raises(OrgError, match=message):
        DataverseServer(folder)


@pytest.mark.parametrize(("values", "message"), VALUES)
def test_values_that_no_column_could_hold(toy_folder: Path, values: dict[str, Any], message: str) -> None:
    server = DataverseServer(toy_folder)
    try:
        with pytest.raises(OrgError, match=message):
            server.control.create("account", values)
    finally:
        server.close()
