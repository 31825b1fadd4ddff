"""Starting and stopping, in a home of its own so that nobody else's sandbox is touched."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.sandbox import Sandbox
from flitstack_pipeline.sandbox.install import OdooInstall
from flitstack_pipeline.sandbox.processes import wait_until
from flitstack_pipeline.sandbox.server import OdooServer
from flitstack_pipeline.settings import Settings, load_settings

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return replace(load_settings(), home=tmp_path_factory.mktemp("home"))


@pytest.fixture
def own(settings: Settings) -> Iterator[Sandbox]:
    sandbox = Sandbox(settings)
    yield sandbox
    sandbox.down()


def _pid(settings: Settings) -> int:
    return json.loads((settings.sandbox_dir / "state.json").read_text())["odoo"]["pid"]


def test_up_twice_is_one_server_and_down_ends_it(own: Sandbox, settings: Settings) -> None:
    assert not own.status().running
    state = own.up()
    pid = _pid(settings)
    assert state.running
    assert httpx.get(f"{state.url}/web/version", timeout=30).json()["version"] == "19.0"
    assert own.up() == state
    assert _pid(settings) == pid
    own.down()
    own.down()
    assert not own.status().running
    assert own.status().url == ""
    with pytest.raises(httpx.ConnectError):
        httpx.get(state.url)


def test_a_killed_server_comes_back_at_the_same_address(own: Sandbox, settings: Settings) -> None:
    url = own.up().url
    os.kill(_pid(settings), signal.SIGKILL)
    assert wait_until(lambda: not own.status().running, seconds=10)
    assert own.up().url == url


def test_a_port_that_somebody_took_meanwhile_is_replaced(own: Sandbox) -> None:
    url = own.up().url
    own.down()
    with socket.create_server(("127.0.0.1", int(url.rpartition(":")[2]))):
        assert own.up().url != url


def test_it_listens_on_this_machine_only(own: Sandbox) -> None:
    port = int(own.up().url.rpartition(":")[2])
    listening = {
        fields[1]
        for table in ("tcp", "tcp6")
        for line in Path("/proc/net", table).read_text().splitlines()[1:]
        if (fields := line.split())[3] == "0A" and fields[1].endswith(f":{port:04X}")
    }
    assert listening == {f"0100007F:{port:04X}"}


def test_files_with_secrets_are_for_the_owner_alone(own: Sandbox, settings: Settings) -> None:
    own.up()
    for name in ("state.json", "odoo.conf", "odoo.log"):
        assert (settings.sandbox_dir / name).stat().st_mode & 0o077 == 0, name


def test_release_stops_what_only_tests_use_and_leaves_what_somebody_wants(own: Sandbox, settings: Settings) -> None:
    tests = Sandbox(settings, temporary=True)
    tests.up()
    own.up()
    tests.release()
    assert own.status().running
    own.down()
    tests.up()
    tests.release()
    assert not own.status().running


def test_an_odoo_that_does_not_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    broken = OdooInstall(folder=tmp_path / "install", version="19.0")
    broken.python.parent.mkdir(parents=True)
    broken.python.write_text("#!/bin/sh\necho 'ImportError: no module named lost'\nexit 1\n")
    broken.python.chmod(0o755)
    server = OdooServer(folder=tmp_path, socket_folder=tmp_path)
    with pytest.raises(ConfigurationError, match="no module named lost"):
        server.start(broken)
    assert not server.is_running()
