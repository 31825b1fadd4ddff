"""A small organization on the strict fake server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.dataverse_org import Org
from support.dataverse_server import DataverseServer
from support.dataverse_server.toy import write_org


@pytest.fixture
def org_folder(tmp_path: Path) -> Path:
    """The toy organization's folder: a test may change it before `org` serves it."""
    return write_org(tmp_path / "org")


@pytest.fixture
def org(org_folder: Path, tmp_path: Path) -> Iterator[Org]:
    with DataverseServer(org_folder) as server:
        served = Org(server, tmp_path)
        yield served
        served.close()
        assert server.problems == []
