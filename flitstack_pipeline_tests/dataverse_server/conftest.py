"""The toy org served in this process, for tests of the server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.dataverse_server.asker import Asker, served
from support.dataverse_server.toy import write_org


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_org(tmp_path_factory.mktemp("toy") / "org")


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
