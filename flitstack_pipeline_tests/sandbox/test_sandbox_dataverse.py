"""The sandbox's Dataverse: started once for a folder, found again, and ended."""

import json
import os
import signal
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from support.dataverse_server import RemoteControl
from support.dataverse_server.toy import write_org

from flitstack_pipeline.errors import ConfigurationError
from flitstack_pipeline.sandbox import Sandbox
from flitstack_pipeline.sandbox.dataverse import dataverse, running_dataverses, stop_dataverses
from flitstack_pipeline.sandbox.processes import wait_until
from flitstack_pipeline.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    own = replace(load_settings(), home=tmp_path / "home")
    yield own
    stop_dataverses(own.sandbox_dir)


@pytest.fixture
def org(tmp_path: Path) -> Path:
    return write_org(tmp_path / "acme" / "org")


def _status(url: str) -> int:
    return httpx.get(f"{url}/api/data/v9.2/WhoAmI", trust_env=False).status_code


def test_a_second_call_finds_the_server_of_the_first(settings: Settings, org: Path) -> None:
    first = dataverse(settings, org)
    assert dataverse(settings, org) == first
    assert _status(first.url) == 401
    assert running_dataverses(settings.sandbox_dir) == (first,)
    assert len(list((settings.sandbox_dir / "dataverse").glob("*/process.json"))) == 1


def test_its_secret_is_in_a_file_for_this_user_alone(settings: Settings, org: Path) -> None:
    access = dataverse(settings, org)
    assert stat.S_IMODE(access.state_file.stat().st_mode) == 0o600
    assert access.client_secret not in repr(access)
    holders = [f for f in settings.home.rglob("*") if f.is_file() and access.client_secret in f.read_text()]
    assert holders == [access.state_file]


def test_down_ends_it_and_the_next_start_keeps_address_and_secret(settings: Settings, org: Path) -> None:
    first = dataverse(settings, org)
    Sandbox(settings).down()
    assert running_dataverses(settings.sandbox_dir) == ()
    with pytest.raises(httpx.ConnectError):
        _status(first.url)
    assert dataverse(settings, org) == first


def test_a_killed_one_is_started_again(settings: Settings, org: Path) -> None:
    first = dataverse(settings, org)
    os.kill(json.loads(first.state_file.read_text())["pid"], signal.SIGKILL)
    assert wait_until(lambda: running_dataverses(settings.sandbox_dir) == (), seconds=10)
    assert _status(dataverse(settings, org).url) == 401


def test_a_folder_written_anew_is_served_anew(settings: Settings, org: Path) -> None:
    first = dataverse(settings, org)
    RemoteControl(json.loads(first.state_file.read_text())).fault("unavailable", times=9)
    assert _status(first.url) == 503
    with (org / "data" / "team.jsonl").open("a") as rows:
        rows.write('{"teamid": "7d3f6c1e-0000-4000-8000-0000000000ff", "name": "Second"}\n')
    second = dataverse(settings, org)
    assert second == first
    assert _status(second.url) == 401


def test_what_is_wrong_with_the_folder_is_said(settings: Settings, org: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"has no org\.json"):
        dataverse(settings, tmp_path)
    with (org / "data" / "team.jsonl").open("a") as rows:
        rows.write('{"teamid": "7d3f6c1e-0000-4000-8000-0000000000ff", "nmae": "Second"}\n')
    with pytest.raises(ConfigurationError, match=r"data/team.jsonl:2: team has no column 'nmae'"):
        dataverse(settings, org)
    assert running_dataverses(settings.sandbox_dir) == ()


def test_a_server_whose_folder_is_gone_is_ended(settings: Settings, org: Path, tmp_path: Path) -> None:
    dataverse(settings, org)
    org.rename(tmp_path / "elsewhere")
    moved = dataverse(settings, tmp_path / "elsewhere")
    assert running_dataverses(settings.sandbox_dir) == (moved,)
